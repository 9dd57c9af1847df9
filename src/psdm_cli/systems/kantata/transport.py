"""The connection to Kantata: queries and bodies as its contract has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from psdm_cli.systems.http.connection import Answer, Connection, Cut, Place, Token
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.kantata.wording import LOGIN_HINT, URL_HINT

if TYPE_CHECKING:
    from requests import Response

    from psdm_cli.systems.http.session import PinnedSession

KANTATA = Place("Kantata", "PSDM_KANTATA_URL", LOGIN_HINT, URL_HINT)


class Transport(Connection):
    """Sends one request to Kantata; nothing is repeated here."""

    def __init__(self, url: str, token: str, manner: Manner) -> None:
        super().__init__(KANTATA, url, Token(token, KANTATA.name), manner)

    def send(self, place: str, sent: Mapping[str, str]) -> Answer | Cut:
        """GET `place` with the query `sent`. Raises `NotAllowed` for what is no token; other failures are a `Cut`."""
        return self._ask("GET", place, sent, None)

    def write(self, method: str, place: str, body: bytes | None) -> Answer | Cut:
        """POST, PUT or DELETE, once. `Cut.reached` or a timeout: it may have been done. Raises as `send` does."""
        return self._ask(method, place, {}, body)

    def _ask(self, method: str, place: str, sent: Mapping[str, str], given: bytes | None) -> Answer | Cut:
        url = self.base + place + ("?" + urlencode(sent, safe=",:") if sent else "")

        def send(session: PinnedSession) -> Response:
            headers = {"Content-Type": "application/json"} if given is not None else None
            return session.request(method, url, data=given, headers=headers, timeout=self.timeout)

        return self.exchange(f"{method} {place}", send, reading=method == "GET", shown=sent)
