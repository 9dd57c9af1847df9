"""Questions to Kantata: names held against its contract, refusals said in psdm's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, NotFound, Unavailable
from psdm_cli.systems.http.asking import LATER_HINT, Asker, json_of
from psdm_cli.systems.http.connection import Answer, Cut
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.http.pacing import Call
from psdm_cli.systems.kantata.contract import Value, query
from psdm_cli.systems.kantata.transport import Transport
from psdm_cli.systems.kantata.wording import LOGIN_HINT, URL_HINT, server_words

T = TypeVar("T")


class Client(Asker):
    """Asks one Kantata. Safe to use from several threads."""

    def __init__(self, url: str, token: str, manner: Manner) -> None:
        self._transport = Transport(url, token, manner)
        super().__init__(self._transport, manner)

    def get(
        self,
        call: Call,
        path: str,
        params: Mapping[str, Value],
        understand: Callable[[Any], T],
        *,
        ident: str = "",
        permission: str = "",
    ) -> T:
        """The answer to GET `path`, as `understand` makes it of the JSON (or raises `Misread`).

        `path` is the contract's template; `ident` fills `{id}`. Raises `ValueError` for names outside the contract,
        `NotAllowed` (401), `Forbidden` (403) with `permission`, `NotFound` (404), `BadAnswer`, `Unavailable` when the
        time budget is used up, and `Stopped` when the call was given up.
        """
        sent = query(path, params)
        place = path.replace("{id}", ident)
        return self.ask(
            call,
            f"GET {place}",
            lambda: self._transport.send(place, sent),
            lambda answer: understand(json_of(answer)),
            permission=permission,
        )

    def send_once(self, method: str, place: str, body: bytes | None) -> Answer | Cut:
        """POST, PUT or DELETE `place`, paced, once: whatever comes of it, it is not repeated here.

        Raises `Unavailable` when the server asks for a longer pause than a call may wait; then nothing was sent.
        """
        return self.once(self.call(), f"{method} {place}", lambda: self._transport.write(method, place, body))

    def refuse(self, what: str, answer: Answer, permission: str) -> NoReturn:
        """Raise the error that a refusing answer means: `NotAllowed`, `Forbidden`, `NotFound`, `BadAnswer`."""
        self.refused(what, answer, self.words(answer), permission)

    def server_words(self, body: bytes) -> str:
        """What the server says is wrong."""
        return server_words(body)

    def refused(self, what: str, answer: Answer, words: str, permission: str) -> NoReturn:
        """Raise the error that a refusing answer means."""
        status = answer.status
        because = f": {words}" if words else ""
        if 300 <= status < 400:
            raise self.elsewhere(what, answer)
        if status == 401:
            raise NotAllowed(f"Kantata does not accept the token ({what}, 401{because}).", hint=LOGIN_HINT)
        if status == 403:
            needed = permission or "to make this call"
            raise Forbidden(
                f"Kantata refuses {what} (403{because}): the token's owner lacks the permission {needed}.",
                call=what,
                permission=needed,
                hint="Ask your Kantata administrator for it; the rights are those of the user, not of the token.",
            )
        if status == 404:
            raise NotFound(f"Kantata does not know {what} (404{because}).", hint=URL_HINT)
        if status >= 500:
            raise Unavailable(f"Kantata failed at {what} ({status}{because}).", hint=LATER_HINT)
        raise BadAnswer(
            f"Kantata does not understand {what} ({status}{because}).",
            hint="Its contract may have changed: please report this with the line that --verbose shows.",
        )
