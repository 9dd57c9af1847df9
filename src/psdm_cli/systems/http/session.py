"""A session that goes to one address only: no redirects, no endless answers. Imports `requests`: import it late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.auth import AuthBase

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}


class OtherPlace(requests.exceptions.InvalidURL):
    """A request was about to leave the address that the token belongs to."""


class PinnedSession(requests.Session):
    """Sends below `base` alone, and reads each answer whole within `longest` seconds; `answered` is the latest one.

    Proxies and certificates of the environment are read once; `~/.netrc` never, or it would replace our token.
    """

    def __init__(
        self, base: str, auth: AuthBase, *, user_agent: str, clock: Callable[[], float], longest: float
    ) -> None:
        super().__init__()
        self._base = base
        self._clock = clock
        self._longest = longest
        self.answered: Response | None = None
        # Without this the environment is looked through at every request.
        asked = self.merge_environment_settings(base, {}, True, None, None)
        self.trust_env = False
        self.verify = asked["verify"]
        if urlsplit(base).hostname not in _LOOPBACK:
            self.proxies = dict(get_environ_proxies(base))
        self.headers.update({"Accept": "application/json", "User-Agent": user_agent})
        self.auth = auth
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        """Send it, if it goes to our own address; the whole body is there when this returns."""
        if not below(self._base, request.url or ""):
            raise OtherPlace("not our address")
        self.answered = None
        began = self._clock()
        response = super().send(request, **{**options, "allow_redirects": False, "stream": True})
        try:
            chunks = []
            for chunk in response.iter_content(1 << 18):
                chunks.append(chunk)
                if self._clock() - began > self._longest:
                    raise requests.exceptions.ReadTimeout("dripping")
        finally:
            response.close()
        response._content = b"".join(chunks)
        self.answered = response
        return response


def below(base: str, url: str) -> bool:
    """Whether `url` is of the same origin as `base` and below its path."""
    try:
        ours, theirs = urlsplit(base), urlsplit(url)
        same = _origin(ours) == _origin(theirs)
    except ValueError:
        return False
    if theirs.username or theirs.password or "/../" in theirs.path + "/":
        return False
    return same and (theirs.path + "/").startswith(ours.path.rstrip("/") + "/")


def _origin(parts: Any) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
