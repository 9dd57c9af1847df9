"""Questions to a system: paced, repeated within a budget of time, understood, and failures said in psdm's words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from psdm_cli.errors import BadAnswer, Unavailable
from psdm_cli.systems.http.connection import Answer, Connection, Cut
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.http.pacing import Call, Pacer, TooLong, backoff, retry_after

T = TypeVar("T")

#: A server that has never answered is asked this often only: a wrong address should be said soon.
FIRST_CONTACT_ATTEMPTS = 3
#: An answer that is not the contract (HTML, half a JSON text) is asked for again this often.
MISREAD_REPEATS = 1
DOUBTED_REPEATS = 2
LATER_HINT = "What was read so far is kept; run the command again later."


class Misread(Exception):
    """The answer is not what the contract says; the text says how."""


class Attempts:
    """One question's failed attempts. `what` names it for people."""

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


class Asker(ABC):
    """Asks one system. Safe to use from several threads. A system says what refusals mean, in `refused`."""

    #: Statuses after which a read is repeated within the budget.
    repeated = frozenset({429, 502, 503, 504})
    #: Statuses after which it is repeated twice: the server's fault, and often a lasting one.
    doubted: frozenset[int] = frozenset()

    def __init__(self, transport: Connection, manner: Manner) -> None:
        self._connection = transport
        self._clock = manner.clock
        self._sleep = manner.sleep
        self._random = manner.random
        self._budget = manner.time_budget_seconds
        self._name = transport.place.name
        self.pacer = Pacer(manner.parallel, manner.clock)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection!r})"

    def call(self, budget: float | None = None) -> Call:
        """A new call with the whole time budget, or another one in seconds."""
        return Call(self._clock, self._budget if budget is None else budget, self._sleep)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    @property
    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer."""
        return self._connection.server_time

    @abstractmethod
    def server_words(self, body: bytes) -> str:
        """What a server says is wrong, in its own words; not yet cleaned. Never raises."""

    @abstractmethod
    def refused(self, what: str, answer: Answer, words: str, permission: str) -> NoReturn:
        """Raise the error that a refusing answer means."""

    def words(self, answer: Answer) -> str:
        """What a server says is wrong, on one line and without the token."""
        return self._connection.clean(self.server_words(answer.body))

    def wait_of(self, answer: Answer) -> float:
        """Seconds that a 429 asks for, or that we would wait."""
        return self._wait(answer, 0)

    def ask(
        self,
        call: Call,
        what: str,
        send: Callable[[], Answer | Cut],
        understand: Callable[[Answer], T],
        *,
        permission: str = "",
    ) -> T:
        """The answer to a read, as `understand` makes it of a 200 (or raises `Misread`).

        Raises what `refused` raises, `BadAnswer`, `Unavailable` when the time budget is used up, and `Stopped` when the
        call was given up.
        """
        attempt = Attempts(call, what)
        try:
            while True:
                self._enter(attempt)
                began = self._clock()
                try:
                    answer = send()
                    if isinstance(answer, Answer) and answer.status == 429:
                        # Before the place is given back, or the next one would still go out.
                        attempt.wait = self._wait(answer, attempt.number)
                        self.pacer.limited(attempt.wait)
                finally:
                    self.pacer.leave()
                if isinstance(answer, Answer) and answer.status == 200:
                    try:
                        result = understand(answer)
                    except Misread as misread:
                        self._repeat_misread(attempt, began, str(misread), answer.body)
                        continue
                    self.pacer.answered()
                    return result
                self._repeat_or_raise(attempt, began, answer, permission)
        finally:
            attempt.over()

    def once(self, call: Call, what: str, send: Callable[[], Answer | Cut]) -> Answer | Cut:
        """A write, paced, once: whatever comes of it, it is not repeated here.

        Raises `Unavailable` when the server asks for a longer pause than a call may wait; then nothing was sent.
        """
        attempt = Attempts(call, what)
        self._enter(attempt)
        try:
            answer = send()
            if isinstance(answer, Answer) and answer.status == 429:
                self.pacer.limited(self._wait(answer, 0))
        finally:
            self.pacer.leave()
        return answer

    def unreachable(self, what: str, cut: Cut, more: str = "") -> Unavailable:
        """The error for a server that nothing reached."""
        place = self._connection.place
        return Unavailable(
            f"{self._name} cannot be reached ({what}): {cut.words}{more}.",
            hint=f"Check the network and {place.setting}.",
        )

    def limited_hint(self, wait: float) -> str:
        """The way out of a limit that asks for so many seconds."""
        return f"Try again in {wait:.0f} s or later. {LATER_HINT}"

    def _enter(self, attempt: Attempts) -> None:
        try:
            self.pacer.enter(attempt.call)
        except TooLong as pause:
            self._give_up(attempt, "429", pause.seconds)

    def _repeat_misread(self, attempt: Attempts, began: float, why: str, body: bytes) -> None:
        attempt.misreads += 1
        if attempt.misreads > MISREAD_REPEATS or not self._budget:
            page = body[:200].lstrip().startswith(b"<")
            said = "an HTML page instead of JSON" if page else why
            raise BadAnswer(
                f"{self._name}'s answer to {attempt.what} is not what its contract says: {said}.",
                hint=self._connection.place.url_hint,
            )
        self._pause(attempt, began, backoff(attempt.number, self._random), f"an answer that is not the contract: {why}")

    def _repeat_or_raise(self, attempt: Attempts, began: float, answer: Answer | Cut, permission: str) -> None:
        if isinstance(answer, Cut):
            first = not answer.reached and not self._connection.was_there
            if answer.hopeless or (first and attempt.number + 1 >= FIRST_CONTACT_ATTEMPTS):
                raise self.unreachable(attempt.what, answer)
            self._pause(attempt, began, backoff(attempt.number, self._random), answer.words)
            return
        words = self.words(answer)
        if answer.status not in self.repeated and not (
            answer.status in self.doubted and attempt.number < DOUBTED_REPEATS
        ):
            self.refused(attempt.what, answer, words, permission)
        wait = attempt.wait if answer.status == 429 else self._wait(answer, attempt.number)
        self._pause(attempt, began, wait, f"{answer.status}" + (f": {words}" if words else ""))

    def _wait(self, answer: Answer, number: int) -> float:
        asked = retry_after(answer.headers.get("Retry-After"), self.server_time or datetime.now(UTC))
        return backoff(number, self._random) if asked is None else asked

    def _pause(self, attempt: Attempts, began: float, wait: float, said: str) -> None:
        """Wait before the next attempt, or raise `Unavailable` when the budget does not allow it."""
        attempt.failed(began)
        if wait > attempt.call.left():
            self._give_up(attempt, said, wait)
        self._connection.say(f"{attempt.what}: {said}; again in {wait:.1f} s")
        attempt.number += 1
        attempt.call.sleep(wait)

    def _give_up(self, attempt: Attempts, said: str, wait: float) -> NoReturn:
        limited = said.startswith("429")
        what = "is limiting requests" if limited else "does not answer"
        patience = f"; psdm waits {self._budget:.0f} s at most" if self._budget else ""
        raise Unavailable(
            f"{self._name} {what} ({attempt.what}: {said}){patience}.",
            hint=self.limited_hint(wait) if limited else LATER_HINT,
            retry_after=wait,
        ) from None

    def elsewhere(self, what: str, answer: Answer) -> BadAnswer:
        """The error for an answer that sends us to another place."""
        place = urlsplit(answer.headers.get("Location", ""))
        named = f"{place.scheme}://{place.hostname}" if place.hostname else "another path"
        return BadAnswer(
            f"{self._name} sends {what} elsewhere ({answer.status} to {self._connection.clean(named)}); "
            "psdm follows no redirects with a token.",
            hint=self._connection.place.url_hint,
        )


def json_of(answer: Answer) -> Any:
    """The JSON of an answer. Raises `Misread`."""
    try:
        return json.loads(answer.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Misread("the JSON cannot be read") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
