"""GET requests to Kantata: one origin, timeouts always, repeats within a budget, errors in psdm's words.

Only reading: nothing here can send anything but a GET. `requests` is imported at the first request (start-up).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import urlencode, urlsplit

from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, NotFound, Unavailable, WrongConfiguration
from psdm_cli.systems.kantata.contract import Value, query
from psdm_cli.systems.kantata.pacing import Call, Pacer, backoff, http_date, retry_after
from psdm_cli.systems.kantata.wording import LATER_HINT, LOGIN_HINT, URL_HINT, one_line, server_words

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

T = TypeVar("T")

CONNECT_TIMEOUT = 5.0
#: Kantata ends every request after three minutes (kantata.md section 4); a server that drips longer is given up.
LONGEST_REQUEST = 180.0
#: A server that has never answered is asked this often only: a wrong address should be said soon.
FIRST_CONTACT_ATTEMPTS = 3
#: An answer that is not the contract (HTML, half a JSON text) is asked for again this often.
MISREAD_REPEATS = 1
_REPEATED_STATUS = frozenset({429, 502, 503, 504})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Misread(Exception):  # noqa: N818 - a reason, not an error of ours
    """The answer is not what the contract says; the text says how."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Cut:
    """No whole answer came. `reached`: the server was there; `hopeless`: asking again changes nothing."""

    words: str
    reached: bool
    hopeless: bool = False


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

    def words(self, body: bytes) -> str:
        """The server's words, without the token."""
        return server_words(body, self._token)

    @property
    def flaw(self) -> str:
        """Why this cannot be a token; empty when it can. The HTTP library would refuse such a header, and show it."""
        if not self._token:
            return "There is no Kantata token."
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            return "The Kantata token holds a blank, a line break or another character that no token has."
        return ""


class Client:
    """Asks one Kantata. Safe to use from several threads; each request has a session of its own while it lasts."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        parallel: int,
        user_agent: str,
        clock: Callable[[], float],
        sleep: Callable[[float], object] | None,
        random: Callable[[], float],
        time_budget_seconds: float,
        read_timeout: float,
        log: Callable[[str], None] | None,
    ) -> None:
        self._base = _base(url)
        self._bearer = _Bearer(token.strip())
        self._user_agent = user_agent
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._budget = time_budget_seconds
        self._read_timeout = read_timeout
        self._log = log
        self._lock = threading.Lock()
        self._sessions: list[Session] = []
        self._was_there = False
        self.server_time: datetime | None = None
        self.pacer = Pacer(parallel, clock)

    def __repr__(self) -> str:
        return f"Client({self._base})"

    def call(self) -> Call:
        """A new call with the whole time budget."""
        return Call(self._clock, self._budget, self._sleep)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

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
        url = self._base + place + ("?" + urlencode(sent, safe=",:") if sent else "")
        attempt = _Attempts(call, f"GET {place}")
        try:
            while True:
                self.pacer.enter(call)
                began = self._clock()
                try:
                    answer = self._send(url, place, sent)
                    if isinstance(answer, _Answer) and answer.status == 429:
                        # Before the place is given back, or the next one would still go out.
                        attempt.wait = self._wait(answer, attempt.number)
                        self.pacer.limited(attempt.wait)
                finally:
                    self.pacer.leave()
                if isinstance(answer, _Answer) and answer.status == 200:
                    try:
                        result = understand(_json(answer.body))
                    except Misread as misread:
                        self._repeat_misread(attempt, began, str(misread), answer.body)
                        continue
                    self.pacer.answered()
                    return result
                self._repeat_or_raise(attempt, began, answer, permission)
        finally:
            attempt.over()

    def _repeat_misread(self, attempt: _Attempts, began: float, why: str, body: bytes) -> None:
        attempt.misreads += 1
        if attempt.misreads > MISREAD_REPEATS:
            page = body[:200].lstrip().startswith(b"<")
            said = "an HTML page instead of JSON" if page else why
            raise BadAnswer(f"Kantata's answer to {attempt.what} is not what its contract says: {said}.", hint=URL_HINT)
        self._pause(attempt, began, backoff(attempt.number, self._random), f"an answer that is not the contract: {why}")

    def _repeat_or_raise(self, attempt: _Attempts, began: float, answer: _Answer | _Cut, permission: str) -> None:
        if isinstance(answer, _Cut):
            shy = not answer.reached and not self._was_there and attempt.number + 1 >= FIRST_CONTACT_ATTEMPTS
            if answer.hopeless or shy:
                raise Unavailable(
                    f"Kantata cannot be reached ({attempt.what}): {answer.words}.",
                    hint="Check the network and PSDM_KANTATA_URL.",
                )
            self._pause(attempt, began, backoff(attempt.number, self._random), answer.words)
            return
        words = self._bearer.words(answer.body)
        said = f"{answer.status}" + (f": {words}" if words else "")
        if answer.status not in _REPEATED_STATUS:
            self._refuse(attempt, answer, said, words, permission)
        wait = attempt.wait if answer.status == 429 else self._wait(answer, attempt.number)
        self._pause(attempt, began, wait, said)

    def _wait(self, answer: _Answer, number: int) -> float:
        asked = retry_after(answer.headers.get("Retry-After"), self.server_time or datetime.now(UTC))
        return backoff(number, self._random) if asked is None else asked

    def _pause(self, attempt: _Attempts, began: float, wait: float, said: str) -> None:
        """Wait before the next attempt, or raise `Unavailable` when the budget does not allow it."""
        attempt.failed(began)
        left = attempt.call.left()
        if wait > left:
            limited = said.startswith("429")
            what = "is limiting requests" if limited else "does not answer"
            raise Unavailable(
                f"Kantata {what} ({attempt.what}: {said}); psdm waits {self._budget:.0f} s at most.",
                hint=f"Try again in {wait:.0f} s or later. {LATER_HINT}" if limited else LATER_HINT,
                retry_after=wait,
            )
        self._say(f"{attempt.what}: {said}; again in {wait:.1f} s")
        attempt.number += 1
        attempt.call.sleep(wait)

    def _refuse(self, attempt: _Attempts, answer: _Answer, said: str, words: str, permission: str) -> NoReturn:
        what, status = attempt.what, answer.status
        because = f": {words}" if words else ""
        if 300 <= status < 400:
            raise BadAnswer(
                f"Kantata sends {what} elsewhere ({status} to {self._origin(answer)}); "
                "psdm follows no redirects with a token.",
                hint=URL_HINT,
            )
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
            raise Unavailable(f"Kantata failed at {what} ({said}).", hint=LATER_HINT)
        raise BadAnswer(
            f"Kantata does not understand {what} ({said}).",
            hint="Its contract may have changed: please report this with the line that --verbose shows.",
        )

    def _origin(self, answer: _Answer) -> str:
        place = urlsplit(answer.headers.get("Location", ""))
        named = f"{place.scheme}://{place.hostname}" if place.hostname else "another path"
        return self._bearer.clean(named)

    def _send(self, url: str, place: str, sent: Mapping[str, str]) -> _Answer | _Cut:
        import requests
        import urllib3

        session = self._session()
        began = self._clock()
        keep = False
        try:
            with session.get(
                url, timeout=(CONNECT_TIMEOUT, self._read_timeout), allow_redirects=False, stream=True
            ) as response:
                body = self._body(response, began)
                answer = _Answer(response.status_code, response.headers, body)
            keep = True
        except requests.exceptions.Timeout as error:
            reached = not isinstance(error, requests.exceptions.ConnectTimeout)
            return self._cut(
                place, f"no answer within {self._read_timeout if reached else CONNECT_TIMEOUT:.0f} s", reached
            )
        except requests.exceptions.SSLError as error:
            words = self._bearer.clean(str(error))
            return _Cut(words, reached=True, hopeless="CERTIFICATE_VERIFY_FAILED" in words)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, requests.exceptions.InvalidProxyURL):
            return _Cut("the address cannot be used", reached=False, hopeless=True)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reached = "NewConnectionError" not in repr(error) and "NameResolutionError" not in repr(error)
            return self._cut(place, "the connection was cut" if reached else "no connection", reached)
        finally:
            if keep:
                with self._lock:
                    self._sessions.append(session)
            else:
                session.close()
        self._note(answer, place, sent, self._clock() - began)
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

    def _cut(self, place: str, words: str, reached: bool) -> _Cut:
        self._say(f"GET {place}: {words}")
        return _Cut(words, reached)

    def _note(self, answer: _Answer, place: str, sent: Mapping[str, str], seconds: float) -> None:
        moment = http_date(answer.headers.get("Date"))
        with self._lock:
            self._was_there = True
            if moment is not None:
                self.server_time = moment
        if self._log is not None:
            shown = " ".join(
                f"{name}={value if len(value) <= 60 else value[:57] + '…'}" for name, value in sent.items()
            )
            ident = answer.headers.get("X-Request-Id", "-")
            self._say(f"GET {place} {shown} → {answer.status} in {seconds:.3f} s, request {ident}")

    def _say(self, text: str) -> None:
        if self._log is not None:
            self._log(self._bearer.clean(text))

    def _session(self) -> Session:
        with self._lock:
            if self._sessions:
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


class _Attempts:
    """One question's failed attempts."""

    def __init__(self, call: Call, what: str) -> None:
        self.call = call
        self.what = what
        self.number = 0
        self.misreads = 0
        self.wait = 0.0
        self._in_trouble = False

    def failed(self, began: float) -> None:
        """The attempt that began then has failed."""
        if not self._in_trouble:
            self._in_trouble = True
            self.call.trouble_begins(began)

    def over(self) -> None:
        """Answered or given up."""
        if self._in_trouble:
            self._in_trouble = False
            self.call.trouble_ends()


def _base(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise WrongConfiguration("The address of Kantata is not a plain http(s) address.", hint=URL_HINT)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Misread("the JSON cannot be read") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
