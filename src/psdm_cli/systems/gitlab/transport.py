"""The connection to one GitLab: python-gitlab over our own pinned session, its waiting and repeating switched off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from psdm_cli.systems.gitlab.wording import LOGIN_HINT, URL_HINT
from psdm_cli.systems.http.connection import Answer, Connection, Cut, Place, Token
from psdm_cli.systems.http.manner import Manner

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from psdm_cli.systems.http.session import PinnedSession

GITLAB = Place("GitLab", "gitlab.url (PSDM_GITLAB_URL)", LOGIN_HINT, URL_HINT)
API = "/api/v4"
GRAPHQL = "/api/graphql"


class TokenKind(StrEnum):
    """How a credential is sent (gitlab.md 3)."""

    ACCESS = "access"  # personal, project or group access token
    OAUTH = "oauth"
    JOB = "job"


def kind_of(token: str) -> TokenKind:
    """What kind of credential a token is, by its looks; an access token where it has none."""
    if token.startswith("glcbt-"):
        return TokenKind.JOB
    if token.startswith("gloas-") or re.fullmatch(r"[0-9a-f]{64}|eyJ[\w-]+\.[\w-]+\.[\w-]+", token):
        return TokenKind.OAUTH
    return TokenKind.ACCESS


class GitLabToken(Token):
    """Signs by the kind of token. GraphQL documents the bearer form alone, so access tokens go there as one."""

    __slots__ = ("kind",)

    def __init__(self, token: str) -> None:
        super().__init__(token, GITLAB.name)
        self.kind = kind_of(self._token)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request, with the token in the header of its kind."""
        if self.kind is TokenKind.JOB:
            request.headers["JOB-TOKEN"] = self._token
        elif self.kind is TokenKind.OAUTH or (request.url or "").endswith(GRAPHQL):
            request.headers["Authorization"] = f"Bearer {self._token}"
        else:
            request.headers["PRIVATE-TOKEN"] = self._token
        return request


class Transport(Connection):
    """Sends one request to GitLab; nothing is repeated here."""

    def __init__(self, url: str, token: str, manner: Manner) -> None:
        sign = GitLabToken(token)
        super().__init__(GITLAB, url, sign, manner)
        self.kind = sign.kind

    def send(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        reading: bool,
    ) -> Answer | Cut:
        """One request to `address`, a whole one below our base. Raises `NotAllowed` for what is no token.

        `Cut.reached` after a write: it may have been done.
        """
        shown = {name: str(value) for name, value in (query or {}).items()}
        if body is not None and "operationName" in body:
            shown["operation"] = str(body["operationName"])

        def send(session: PinnedSession) -> Response:
            if files is not None:  # python-gitlab would add a part of its own for an avatar
                return session.request(method, address, files=dict(files), timeout=self.timeout)
            return self._by_python_gitlab(session, method, address, query, body)

        return self.exchange(f"{method} {address.removeprefix(self.base)}", send, reading=reading, shown=shown)

    def _by_python_gitlab(
        self,
        session: PinnedSession,
        method: str,
        address: str,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
    ) -> Response:
        import gitlab

        client = gitlab.Gitlab(
            self.base,
            session=session,
            ssl_verify=session.verify or False,
            user_agent=str(session.headers["User-Agent"]),
        )
        try:
            return client.http_request(
                method.lower(),
                address,
                query_data=dict(query or {}),
                post_data=None if body is None else dict(body),
                timeout=self.timeout,  # type: ignore[arg-type]  # requests takes the pair
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except (gitlab.GitlabError, RecursionError):
            # The error has neither headers nor the whole body: the answer is what we judge by.
            if session.answered is None:
                raise
            return session.answered
