"""One request over HTTP: one origin, timeouts always, no redirects, the token in the header and nowhere else.

`requests` is imported at the first request (start-up). Nothing here repeats anything. A write goes over a connection of
its own: on a kept one that the server has just closed, nobody could tell whether it arrived.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from psdm_cli.errors import NotAllowed, WrongConfiguration
from psdm_cli.systems.kantata.pacing import http_date
from psdm_cli.systems.kantata.wording import LOGIN_HINT, URL_HINT, one_line

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

CONNECT_TIMEOUT = 5.0
#: Kantata ends every request after three minutes (kantata.md section 4); a server that drips longer is given up.
LONGEST_REQUEST = 180.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """No whole answer came. `reached`: the server was there; `hopeless`: asking again changes nothing."""

    words: str
    reached: bool
    hopeless: bool = False


class Transport:
    """The connections to one Kantata. Safe to use from several threads: each request has a session of its own.

    `server_time`: the clock of the server as of its latest answer. `was_there`: it has answered at least once.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        user_agent: str,
        clock: Callable[[], float],
        read_timeout: float,
        log: Callable[[str], None] | None,
    ) -> None:
        self._base = _base(url)
        self._bearer = _Bearer(token.strip())
        self._user_agent = user_agent
        self._clock = clock
        self._read_timeout = read_timeout
        self._log = log
        self._lock = threading.Lock()
        self._sessions: list[Session] = []
        self.server_time: datetime | None = None
        self.was_there = False

    def __repr__(self) -> str:
        return f"Transport({self._base})"

    def close(self) -> None:
        """Close the connections; new ones are made when needed."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

    def clean(self, text: str) -> str:
        """Foreign text on one line, without the token."""
        return self._bearer.clean(text)

    def send(self, place: str, sent: Mapping[str, str]) -> Answer | Cut:
        """GET `place` with the query `sent`. Raises `NotAllowed` for what is no token; other failures are a `Cut`."""
        return self._exchange("GET", place, sent, None)

    def write(self, method: str, place: str, body: bytes | None) -> Answer | Cut:
        """POST, PUT or DELETE, once. `Cut.reached` or a timeout: it may have been done. Raises as `send` does."""
        return self._exchange(method, place, {}, body)

    def _exchange(self, method: str, place: str, sent: Mapping[str, str], given: bytes | None) -> Answer | Cut:
        import requests
        import urllib3

        url = self._base + place + ("?" + urlencode(sent, safe=",:") if sent else "")
        reading = method == "GET"
        session = self._session(fresh=not reading)
        what = f"{method} {place}"
        began = self._clock()
        keep = False
        try:
            with session.request(
                method,
                url,
                data=given,
                headers={"Content-Type": "application/json"} if given is not None else None,
                timeout=(CONNECT_TIMEOUT, self._read_timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._body(response, began)
                answer = Answer(response.status_code, response.headers, body)
            keep = reading
        except requests.exceptions.Timeout as error:
            reached = not isinstance(error, requests.exceptions.ConnectTimeout)
            return self._cut(
                what, f"no answer within {self._read_timeout if reached else CONNECT_TIMEOUT:.0f} s", reached
            )
        except requests.exceptions.SSLError as error:
            words = self.clean(str(error))
            return Cut(words, reached=True, hopeless="CERTIFICATE_VERIFY_FAILED" in words)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, requests.exceptions.InvalidProxyURL):
            return Cut("the address cannot be used", reached=False, hopeless=True)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reached = "NewConnectionError" not in repr(error) and "NameResolutionError" not in repr(error)
            return self._cut(what, "the connection was cut" if reached else "no connection", reached)
        finally:
            if keep:
                with self._lock:
                    self._sessions.append(session)
            else:
                session.close()
        self._note(answer, what, sent, self._clock() - began)
        return answer

    def _body(self, response: Response, began: float) -> bytes:
        """The whole body; a server that drips longer than Kantata ever does is a timeout."""
        import requests

        chunks = []
        for chunk in response.iter_content(1 << 18):
            chunks.append(chunk)
            if self._clock() - began > LONGEST_REQUEST:
                raise requests.exceptions.ReadTimeout("dripping")
        return b"".join(chunks)

    def _cut(self, what: str, words: str, reached: bool) -> Cut:
        self.say(f"{what}: {words}")
        return Cut(words, reached)

    def _note(self, answer: Answer, what: str, sent: Mapping[str, str], seconds: float) -> None:
        moment = http_date(answer.headers.get("Date"))
        with self._lock:
            self.was_there = True
            if moment is not None:
                self.server_time = moment
        if self._log is not None:
            shown = " ".join(
                f"{name}={value if len(value) <= 60 else value[:57] + '…'}" for name, value in sent.items()
            )
            ident = answer.headers.get("X-Request-Id", "-")
            self.say(f"{what} {shown} → {answer.status} in {seconds:.3f} s, request {ident}")

    def say(self, text: str) -> None:
        """A line for the log, without secrets. Called from several threads."""
        if self._log is not None:
            self._log(self.clean(text))

    def _session(self, *, fresh: bool = False) -> Session:
        with self._lock:
            if self._sessions and not fresh:
                return self._sessions.pop()
        import requests
        from requests.adapters import HTTPAdapter
        from requests.utils import get_environ_proxies

        if self._bearer.flaw:
            raise NotAllowed(self._bearer.flaw, hint=LOGIN_HINT)
        session = requests.Session()
        # Without this the environment is looked through at every request, and ~/.netrc would replace our token.
        asked = session.merge_environment_settings(self._base, {}, True, None, None)
        session.trust_env = False
        session.verify = asked["verify"]
        if urlsplit(self._base).hostname not in _LOOPBACK:
            session.proxies = dict(get_environ_proxies(self._base))
        session.headers.update({"Accept": "application/json", "User-Agent": self._user_agent})
        session.auth = self._bearer
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class _Bearer:
    """Puts the token into a request. A class of its own, so that no repr or traceback shows the token."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "<token>"

    def clean(self, text: str) -> str:
        """Foreign text on one line, without the token."""
        return one_line(text, self._token)

    @property
    def flaw(self) -> str:
        """Why this cannot be a token; empty when it can. The HTTP library would refuse such a header, and show it."""
        if not self._token:
            return "There is no Kantata token."
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            return "The Kantata token holds a blank, a line break or another character that no token has."
        return ""


def _base(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise WrongConfiguration("The address of Kantata is not a plain http(s) address.", hint=URL_HINT)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
