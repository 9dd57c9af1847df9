"""Questions to Kantata: paced, repeated within a budget, understood, and failures said in psdm's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, NotFound, Unavailable
from psdm_cli.systems.kantata.contract import Value, query
from psdm_cli.systems.kantata.pacing import Call, Pacer, TooLong, backoff, retry_after
from psdm_cli.systems.kantata.transport import Answer, Cut, Transport
from psdm_cli.systems.kantata.wording import LATER_HINT, LOGIN_HINT, URL_HINT, server_words

T = TypeVar("T")

#: A server that has never answered is asked this often only: a wrong address should be said soon.
FIRST_CONTACT_ATTEMPTS = 3
#: An answer that is not the contract (HTML, half a JSON text) is asked for again this often.
MISREAD_REPEATS = 1
_REPEATED_STATUS = frozenset({429, 502, 503, 504})


class Misread(Exception):
    """The answer is not what the contract says; the text says how."""


class Client:
    """Asks one Kantata. Safe to use from several threads."""

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
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._budget = time_budget_seconds
        self._transport = Transport(url, token, user_agent=user_agent, clock=clock, read_timeout=read_timeout, log=log)
        self.pacer = Pacer(parallel, clock)

    def __repr__(self) -> str:
        return f"Client({self._transport!r})"

    def call(self) -> Call:
        """A new call with the whole time budget."""
        return Call(self._clock, self._budget, self._sleep)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer."""
        return self._transport.server_time

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
        attempt = _Attempts(call, f"GET {place}")
        try:
            while True:
                self._enter(attempt)
                began = self._clock()
                try:
                    answer = self._transport.send(place, sent)
                    if isinstance(answer, Answer) and answer.status == 429:
                        # Before the place is given back, or the next one would still go out.
                        attempt.wait = self._wait(answer, attempt.number)
                        self.pacer.limited(attempt.wait)
                finally:
                    self.pacer.leave()
                if isinstance(answer, Answer) and answer.status == 200:
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

    def send_once(self, method: str, place: str, body: bytes | None) -> Answer | Cut:
        """POST, PUT or DELETE `place`, paced, once: whatever comes of it, it is not repeated here.

        Raises `Unavailable` when the server asks for a longer pause than a call may wait; then nothing was sent.
        """
        attempt = _Attempts(self.call(), f"{method} {place}")
        self._enter(attempt)
        try:
            answer = self._transport.write(method, place, body)
            if isinstance(answer, Answer) and answer.status == 429:
                self.pacer.limited(self._wait(answer, 0))
        finally:
            self.pacer.leave()
        return answer

    def refuse(self, what: str, answer: Answer, permission: str) -> NoReturn:
        """Raise the error that a refusing answer means: `NotAllowed`, `Forbidden`, `NotFound`, `BadAnswer`."""
        words = self._transport.clean(server_words(answer.body))
        said = f"{answer.status}" + (f": {words}" if words else "")
        self._refuse(_Attempts(self.call(), what), answer, said, words, permission)

    def words(self, answer: Answer) -> str:
        """What a server says is wrong, on one line and without the token."""
        return self._transport.clean(server_words(answer.body))

    def wait_of(self, answer: Answer) -> float:
        """Seconds that a 429 asks for, or that we would wait."""
        return self._wait(answer, 0)

    def _enter(self, attempt: _Attempts) -> None:
        try:
            self.pacer.enter(attempt.call)
        except TooLong as pause:
            self._give_up(attempt, "429", pause.seconds)

    def _repeat_misread(self, attempt: _Attempts, began: float, why: str, body: bytes) -> None:
        attempt.misreads += 1
        if attempt.misreads > MISREAD_REPEATS:
            page = body[:200].lstrip().startswith(b"<")
            said = "an HTML page instead of JSON" if page else why
            raise BadAnswer(f"Kantata's answer to {attempt.what} is not what its contract says: {said}.", hint=URL_HINT)
        self._pause(attempt, began, backoff(attempt.number, self._random), f"an answer that is not the contract: {why}")

    def _repeat_or_raise(self, attempt: _Attempts, began: float, answer: Answer | Cut, permission: str) -> None:
        if isinstance(answer, Cut):
            shy = not answer.reached and not self._transport.was_there and attempt.number + 1 >= FIRST_CONTACT_ATTEMPTS
            if answer.hopeless or shy:
                raise Unavailable(
                    f"Kantata cannot be reached ({attempt.what}): {answer.words}.",
                    hint="Check the network and PSDM_KANTATA_URL.",
                )
            self._pause(attempt, began, backoff(attempt.number, self._random), answer.words)
            return
        words = self._transport.clean(server_words(answer.body))
        said = f"{answer.status}" + (f": {words}" if words else "")
        if answer.status not in _REPEATED_STATUS:
            self._refuse(attempt, answer, said, words, permission)
        wait = attempt.wait if answer.status == 429 else self._wait(answer, attempt.number)
        self._pause(attempt, began, wait, said)

    def _wait(self, answer: Answer, number: int) -> float:
        asked = retry_after(answer.headers.get("Retry-After"), self.server_time or datetime.now(UTC))
        return backoff(number, self._random) if asked is None else asked

    def _pause(self, attempt: _Attempts, began: float, wait: float, said: str) -> None:
        """Wait before the next attempt, or raise `Unavailable` when the budget does not allow it."""
        attempt.failed(began)
        if wait > attempt.call.left():
            self._give_up(attempt, said, wait)
        self._transport.say(f"{attempt.what}: {said}; again in {wait:.1f} s")
        attempt.number += 1
        attempt.call.sleep(wait)

    def _give_up(self, attempt: _Attempts, said: str, wait: float) -> NoReturn:
        limited = said.startswith("429")
        what = "is limiting requests" if limited else "does not answer"
        raise Unavailable(
            f"Kantata {what} ({attempt.what}: {said}); psdm waits {self._budget:.0f} s at most.",
            hint=f"Try again in {wait:.0f} s or later. {LATER_HINT}" if limited else LATER_HINT,
            retry_after=wait,
        ) from None

    def _refuse(self, attempt: _Attempts, answer: Answer, said: str, words: str, permission: str) -> NoReturn:
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

    def _origin(self, answer: Answer) -> str:
        place = urlsplit(answer.headers.get("Location", ""))
        named = f"{place.scheme}://{place.hostname}" if place.hostname else "another path"
        return self._transport.clean(named)


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


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Misread("the JSON cannot be read") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
