"""How fast psdm may ask: requests in flight, waiting after a 429, backing off, and the time all that may take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite

FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
#: Good answers in a row, per request in flight, before one more request at a time is dared after a 429.
CALM = 8


class Stopped(Exception):
    """The call that this work belongs to was given up; nobody waits for the answer."""


class TooLong(Exception):
    """The server wants a longer pause than the call may wait; `seconds` of it are left."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Call:
    """One call of the port: it can be stopped, and has a budget of time for trouble.

    Trouble is the wall-clock time during which at least one request is failing or waiting to be repeated: four requests
    that wait side by side for ten seconds have used ten. Seconds throughout.
    """

    def __init__(self, clock: Callable[[], float], budget: float, sleep: Callable[[float], object] | None) -> None:
        self._clock = clock
        self._budget = budget
        self._sleep = sleep
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._troubled = 0
        self._since = 0.0
        self._spent = 0.0

    def stop(self) -> None:
        """Give up: everything that waits ends with `Stopped`."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether the call was given up."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise `Stopped` if the call was given up."""
        if self._stop.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait, or end at once with `Stopped` when the call is given up."""
        if seconds > 0:
            if self._sleep is None:
                self._stop.wait(seconds)
            else:
                self._sleep(seconds)
        self.check()

    def trouble_begins(self, since: float) -> None:
        """A request has failed for the first time; the attempt began at `since`."""
        with self._lock:
            if self._troubled == 0:
                self._since = since
            self._troubled += 1

    def trouble_ends(self) -> None:
        """A request that had failed is answered, or given up."""
        with self._lock:
            self._troubled -= 1
            if self._troubled == 0:
                self._spent += self._clock() - self._since

    def left(self) -> float:
        """How much of the budget is left."""
        with self._lock:
            running = self._clock() - self._since if self._troubled else 0.0
            return self._budget - self._spent - running


class Pacer:
    """Bounds the requests in flight: `most` at first, one after a 429, and then slowly more again.

    Shared by all calls of an adapter, because the limit is the server's.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = max(1, most)
        self._allowed = self._most
        self._clock = clock
        self._free = threading.Condition()
        self._in_flight = 0
        self._calm = 0
        self._not_before = 0.0

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        return self._allowed

    def enter(self, call: Call) -> None:
        """Wait for a place, and for the end of a pause that the server asked for. Raises `Stopped`, `TooLong`."""
        while True:
            with self._free:
                while self._in_flight >= self._allowed and not call.stopped:
                    self._free.wait()
                call.check()
                pause = self._not_before - self._clock()
                if pause <= 0:
                    self._in_flight += 1
                    return
            if pause > call.left():
                raise TooLong(pause)
            call.sleep(pause)

    def leave(self) -> None:
        """Give the place back."""
        with self._free:
            self._in_flight -= 1
            self._free.notify_all()

    def wake(self) -> None:
        """Let those who wait for a place see that their call was given up."""
        with self._free:
            self._free.notify_all()

    def limited(self, wait: float) -> None:
        """The server said 429: one at a time from now on, and nothing at all for `wait` seconds."""
        with self._free:
            self._allowed = 1
            self._calm = 0
            self._not_before = max(self._not_before, self._clock() + wait)

    def answered(self) -> None:
        """A good answer came: after enough of them one more request at a time."""
        with self._free:
            if self._allowed == self._most:
                return
            self._calm += 1
            if self._calm >= CALM * self._allowed:
                self._allowed += 1
                self._calm = 0
                self._free.notify_all()


def backoff(attempt: int, random: Callable[[], float]) -> float:
    """Seconds before repeat number `attempt` (from 0): 1, 2, 4 … 30, each give or take a quarter."""
    return float(min(FIRST_WAIT * 2 ** min(attempt, 10), LONGEST_WAIT) * (0.75 + 0.5 * random()))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for: seconds, decimals or an HTTP date; None if unusable.

    `now` is the server's clock where it gave one, since its date is on that clock.
    """
    if not header:
        return None
    with suppress(ValueError):
        seconds = float(header)
        return max(0.0, seconds) if isfinite(seconds) else None
    moment = http_date(header)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(header: str | None) -> datetime | None:
    """An HTTP date as an instant; None when it is none."""
    if not header:
        return None
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
