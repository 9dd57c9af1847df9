"""Whose GitLab token it is: one GET, with timeouts, without following redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psdm_cli.errors import BadAnswer, NotAllowed, Unavailable
from psdm_cli.systems.ports import Me

if TYPE_CHECKING:
    from requests import PreparedRequest

TIMEOUT = (5.0, 20.0)  # seconds to connect, and without a byte
LARGEST = 1_000_000  # bytes; a user is a few kilobytes
CALL = "GET /api/v4/user"


class GitLabOwner:
    """Asks one GitLab instance who owns a token (contract: gitlab.md, /user)."""

    def __init__(self, url: str, token: str, *, user_agent: str = "psdm") -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._user_agent = user_agent

    def __repr__(self) -> str:
        return f"GitLabOwner({self._url})"

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        # as a callable, requests does not look for other credentials in .netrc
        request.headers["PRIVATE-TOKEN"] = self._token
        return request

    def me(self) -> Me:
        """The token's owner. Raises `NotAllowed`, `Unavailable`, `BadAnswer`."""
        import requests

        try:
            with requests.get(
                f"{self._url}/api/v4/user",
                auth=self._sign,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
                headers={"Accept": "application/json", "User-Agent": self._user_agent},
            ) as response:
                status = response.status_code
                body = response.raw.read(LARGEST, decode_content=True)
        except (requests.RequestException, OSError) as error:
            kind = type(error).__name__
            raise Unavailable(f"GitLab at {self._url} cannot be reached ({kind}).", hint="Check gitlab.url.") from None
        self._refuse(status)
        return self._understood(body)

    def _refuse(self, status: int) -> None:
        login = "Create a token with scope api (or read_api), then run: psdm auth login gitlab"
        if status == 401:
            raise NotAllowed(f"GitLab at {self._url} does not know the token ({CALL}: 401).", hint=login)
        if status == 403:
            raise NotAllowed(
                f"GitLab at {self._url} refused: the token lacks scope read_api ({CALL}: 403).", hint=login
            )
        if status == 429 or status >= 500:
            raise Unavailable(
                f"GitLab at {self._url} is not available now ({CALL}: {status}).", hint="Try again later."
            )
        if status != 200:
            raise BadAnswer(f"This is no GitLab: {self._url} answered {CALL} with {status}.", hint="Check gitlab.url.")

    def _understood(self, body: bytes) -> Me:
        import json

        try:
            found: Any = json.loads(body)
            return Me(str(found["id"]), str(found["name"]), found.get("email"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadAnswer(
                f"This is no GitLab: {self._url} answered {CALL} with something else than a user.",
                hint="Check gitlab.url.",
            ) from None
