"""The primitives over which GitLab is read and written: REST and GraphQL, held against the contract before sending.

Reads are repeated within a budget of time. Writes are sent once: what nobody can tell is `UnclearError`, and the one
thing after which a write is sent again is a 429 that asked for a bearable wait, for that one was not done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from psdm_cli.changes.doors import UnclearError
from psdm_cli.errors import NotAllowed, RefusedByRule
from psdm_cli.systems.gitlab.contract import body_of, in_words
from psdm_cli.systems.gitlab.graphql import GraphQLSaid, refused_payload, said, top_level
from psdm_cli.systems.gitlab.reads import GitLabReads
from psdm_cli.systems.gitlab.transport import GRAPHQL, TokenKind
from psdm_cli.systems.gitlab.wording import JOB_HINT
from psdm_cli.systems.http.asking import Misread, json_of
from psdm_cli.systems.http.connection import Answer, Cut

_LIMITED = re.compile(r"too many (requests|times)|rate limit|retry later", re.IGNORECASE)


class GitLabClient(GitLabReads):
    """Reads and writes one GitLab. Safe to use from several threads."""

    def graphql(
        self,
        query: str,
        variables: Mapping[str, Any],
        operation: str,
        *,
        permission: str = "",
        budget: float | None = None,
    ) -> Mapping[str, Any]:
        """The `data` of a GraphQL document; `operation` is its name. A mutation is sent once, as a write is.

        Raises `GraphQLRefused` for errors at the top or in a mutation's payload, and what reads and writes raise.
        """
        self._refuse_job_token("GraphQL")
        body = {"query": query, "variables": dict(variables), "operationName": operation}
        what = f"GraphQL {operation}"
        address = self.url + GRAPHQL

        def send() -> Answer | Cut:
            return self._transport.send("POST", address, body=body, reading=not mutation)

        mutation = query.lstrip().startswith("mutation")
        if mutation:
            return self._mutation(what, send, permission)
        found = self.ask(self.call(budget), what, send, lambda answer: said(json_of(answer)), permission=permission)
        self._limited_in_words(what, found)
        if found.errors:
            raise top_level(what, found, self._connection.clean)
        return found.data or {}

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, permission: str = "") -> Any:
        """Create; the row that is answered. Never repeated (see above).

        Raises `UnclearError`; `Refused` with the status (400, 409, 422) and the server's words; `Forbidden`,
        `NotFound`, `NotAllowed`; `Unavailable` when it certainly did not happen, with `retry_after` after a 429.
        """
        return self._body("POST", path, body, permission)

    def put(self, path: str, body: Mapping[str, Any], *, permission: str = "") -> Any:
        """Change; the row that is answered. Raises as `post`."""
        return self._body("PUT", path, body, permission)

    def delete(self, path: str, *, permission: str = "") -> Any:
        """Delete; the row that is answered, None where there is none. Raises as `post`."""
        return self._body("DELETE", path, None, permission)

    def upload(self, path: str, filename: str, content: bytes, *, permission: str = "") -> Any:
        """Upload a file to `/projects/:id/uploads` or `/groups/:id/uploads`; the row answered. Raises as `post`."""
        self._refuse_job_token(f"POST {path}")
        self._within_contract("POST", path, {"file": filename})

        def send() -> Answer | Cut:
            files = {"file": (filename, content)}
            return self._transport.send("POST", self._api(path), files=files, reading=False)

        what = in_words("POST", path)
        return self._written("POST", what, self._send_once(what, send), permission)

    def _body(self, method: str, path: str, body: Mapping[str, Any] | None, permission: str) -> Any:
        what = in_words(method, path)
        self._refuse_job_token(what)
        sent = self._within_contract(method, path, body or {})

        def send() -> Answer | Cut:
            return self._transport.send(method, self._api(path), body=sent or None, reading=False)

        return self._written(method, what, self._send_once(what, send), permission)

    def _within_contract(self, method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return body_of(method, path, body)
        except ValueError as error:  # the door's `check` has said it before; a reference may have filled in nonsense
            raise RefusedByRule(f"GitLab's contract does not allow {method} {path}: {error}.") from None

    def _send_once(self, what: str, send: Callable[[], Answer | Cut]) -> Answer:
        """The answer to a write. After a 429 that asks for a bearable wait once more: it was not done."""
        call = self.call()
        answer = self.once(call, what, send)
        if isinstance(answer, Answer) and answer.status == 429 and self.wait_of(answer) <= call.left():
            answer = self.once(call, what, send)
        if isinstance(answer, Cut):
            if answer.hopeless or not answer.reached:
                raise self.unreachable(what, answer, "; nothing was sent")
            raise UnclearError(answer.words)
        if answer.status == 429:
            self._limited(what, self.wait_of(answer), f"429: {self.words(answer)}".removesuffix(": "))
        return answer

    def _written(self, method: str, what: str, answer: Answer, permission: str) -> Any:
        if not 200 <= answer.status < 300:
            if answer.status >= 500:
                raise UnclearError(f"{answer.status} {self.words(answer)}".strip())
            self.refused(what, answer, self.words(answer), permission)
        if answer.status == 204 or (method == "DELETE" and not answer.body.strip()):
            return None
        try:
            return json_of(answer)
        except Misread:
            if method == "DELETE":
                return None
            raise UnclearError("the answer cannot be read") from None

    def _mutation(self, what: str, send: Callable[[], Answer | Cut], permission: str) -> Mapping[str, Any]:
        answer = self._send_once(what, send)
        if not 200 <= answer.status < 300:
            if answer.status >= 500:
                raise UnclearError(f"{answer.status} {self.words(answer)}".strip())
            self.refused(what, answer, self.words(answer), permission)
        try:
            found = said(json_of(answer))
        except Misread:
            raise UnclearError("the answer cannot be read") from None
        self._limited_in_words(what, found)
        if found.errors:
            if found.perhaps_done:
                raise UnclearError("; ".join(found.messages))
            raise top_level(what, found, self._connection.clean)
        refusal = refused_payload(what, found, self._connection.clean)
        if refusal is not None:
            raise refusal
        if not any(found.data.values()) if found.data else True:
            raise UnclearError("the answer names nothing")
        return found.data or {}

    def _limited_in_words(self, what: str, found: GraphQLSaid) -> None:
        """A limit said in words: whether GraphQL answers 429 or errors in a 200 is not established (gitlab.md 8)."""
        if found.errors and not found.perhaps_done and any(_LIMITED.search(text) for text in found.messages):
            words = self._connection.clean("; ".join(found.messages))
            self._limited(what, 60.0, words)

    def _refuse_job_token(self, what: str) -> None:
        if self.token_kind is TokenKind.JOB:
            raise NotAllowed(f"A CI job token cannot do this ({what}).", hint=JOB_HINT)
