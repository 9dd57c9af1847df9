"""One exchange over HTTP: timeouts always, one origin, the token in its header and nowhere else, nothing repeated.

A write goes over a connection of its own: on a kept one that the server has just closed, nobody could tell whether it
arrived. `requests` is imported at the first exchange (start-up).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from psdm_cli.errors import NotAllowed, WrongConfiguration
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.http.pacing import http_date
from psdm_cli.systems.http.wording import one_line

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from psdm_cli.systems.http.session import PinnedSession

CONNECT_TIMEOUT = 5.0
#: Kantata ends every request after three minutes, GitLab's web servers after one; who drips longer is given up.
LONGEST_REQUEST = 180.0


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


@dataclass(frozen=True, slots=True)
class Place:
    """Which system it is and what to tell people about it. `setting` is where its address is set."""

    name: str
    setting: str
    login_hint: str
    url_hint: str


class Signer(Protocol):
    """Puts the token into a request, and takes it out of texts."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request, signed."""

    def clean(self, text: str) -> str:
        """Foreign text on one line, without the token."""

    @property
    def flaw(self) -> str:
        """Why this cannot be a token; empty when it can."""


class Connection:
    """The connections to one server. Safe to use from several threads: each exchange has a session of its own.

    `server_time`: the clock of the server as of its latest answer. `was_there`: it has answered at least once.
    """

    def __init__(self, place: Place, url: str, sign: Signer, manner: Manner) -> None:
        self.place = place
        self.base = address(url, place)
        self.sign = sign
        self.server_time: datetime | None = None
        self.was_there = False
        self._user_agent = manner.user_agent
        self._clock = manner.clock
        self._read_timeout = manner.read_timeout
        self._log = manner.log
        self._lock = threading.Lock()
        self._sessions: list[PinnedSession] = []

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base})"

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to connect, and without a byte."""
        return (CONNECT_TIMEOUT, self._read_timeout)

    def close(self) -> None:
        """Close the connections; new ones are made when needed."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

    def clean(self, text: str) -> str:
        """Foreign text on one line, without the token."""
        return self.sign.clean(text)

    def exchange(
        self, what: str, send: Callable[[PinnedSession], Response], *, reading: bool, shown: Mapping[str, str]
    ) -> Answer | Cut:
        """One exchange; `send` does it over a session. `shown` is what the log says of the question.

        Raises `NotAllowed` for what is no token; other failures are a `Cut`.
        """
        import requests
        import urllib3

        session = self._session(fresh=not reading)
        began = self._clock()
        keep = False
        try:
            response = send(session)
            answer = Answer(response.status_code, response.headers, response.content)
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
        self._note(answer, what, shown, self._clock() - began)
        return answer

    def say(self, text: str) -> None:
        """A line for the log, without secrets. Called from several threads."""
        if self._log is not None:
            self._log(self.clean(text))

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

    def _session(self, *, fresh: bool) -> PinnedSession:
        with self._lock:
            if self._sessions and not fresh:
                return self._sessions.pop()
        from psdm_cli.systems.http.session import PinnedSession

        if self.sign.flaw:
            raise NotAllowed(self.sign.flaw, hint=self.place.login_hint)
        return PinnedSession(
            self.base,
            self.sign,  # type: ignore[arg-type]
            user_agent=self._user_agent,
            clock=self._clock,
            longest=LONGEST_REQUEST,
        )


class Token:
    """A token that no repr or traceback shows. `name` is the system's."""

    __slots__ = ("_name", "_token")

    def __init__(self, token: str, name: str) -> None:
        self._token = token.strip()
        self._name = name

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request, with the token as a bearer."""
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
            return f"There is no {self._name} token."
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            return f"The {self._name} token holds a blank, a line break or another character that no token has."
        return ""


def address(url: str, place: Place) -> str:
    """The address without its last slash. Raises `WrongConfiguration` when it is not a plain http(s) address."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise WrongConfiguration(f"The address of {place.name} is not a plain http(s) address.", hint=place.url_hint)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
