"""What goes wrong on purpose: a script of faults for tests, and showers for practice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from psdm_cli.sandbox.account import Account

if TYPE_CHECKING:
    import random

Cut = Literal["before", "after", "middle"]

HTML = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    `status`, `body`, `headers` replace the answer without doing the work (with `applied` after doing it); `cut` ends
    the connection: `before` the work, `after` it without an answer, or in the `middle` of the answer's body; `html` and
    `truncated` spoil the body of an answer whose work was done; `delay` seconds come on top of anything; `effect`
    changes the account just before the answer, `shrink` takes the first row of the asked list away (so that later
    pages shift). `operation` is the name of a GraphQL operation. `each` counts `times` for every different request (its
    body looked at too) instead of for all that fit.
    """

    method: str = "GET"
    path: str = "/"
    status: int | None = None
    body: str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Cut | None = None
    applied: bool = False
    html: bool = False
    truncated: bool = False
    delay: float = 0.0
    shrink: bool = False
    effect: Callable[[Account], object] | None = None
    times: int | None = 1
    skip: int = 0
    query: str = ""
    operation: str = ""
    each: bool = False
    hits: int = 0
    met: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def fits(self, method: str, path: str, query: str, operation: str = "", body: bytes = b"") -> bool:
        """Whether this request is meant; counts `skip` down and `times` up."""
        if self.method not in (method, "*") or not path.startswith(self.path) or self.query not in query:
            return False
        if self.operation not in ("", operation):
            return False
        request = (method, path, query, body) if self.each else ()
        if self.times is not None and self.met[request] >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.met[request] += 1
        self.hits += 1
        return True


class Script:
    """Queued faults; the first that fits a request is spent on it."""

    def __init__(self) -> None:
        self.queue: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Queues a fault."""
        with self._lock:
            self.queue.append(fault)
        return fault

    def clear(self) -> None:
        """Forgets all faults."""
        with self._lock:
            self.queue.clear()

    def next(self, method: str, path: str, query: str, operation: str = "", body: bytes = b"") -> Fault | None:
        """The fault for this request, if any."""
        with self._lock:
            return next((fault for fault in self.queue if fault.fits(method, path, query, operation, body)), None)


class Weather:
    """`calm` never fails; `showers` fails now and then, always the same way for a seed, whatever the order of requests.

    The n-th time a request is made decides, so a repeated request gets a fresh chance, and never fails three times in
    a row.
    """

    def __init__(self, kind: Literal["calm", "showers"], seed: int) -> None:
        if kind not in ("calm", "showers"):
            raise ValueError(f"weather is calm or showers, not {kind}")
        self.kind = kind
        self.seed = seed
        self._seen: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next(self, method: str, path: str, query: str) -> Fault | None:
        """What the weather does to this request."""
        if self.kind == "calm":
            return None
        what = f"{method} {path}?{query}"
        with self._lock:
            self._seen[what] += 1
            fault = None if self._failed[what] >= 2 else self._draw(method, what, self._seen[what])
            failing = fault is not None and (fault.status is not None or fault.cut is not None)
            self._failed[what] = self._failed[what] + 1 if failing else 0
        return fault

    def _draw(self, method: str, what: str, time: int) -> Fault | None:
        import random

        dice = random.Random(f"{self.seed}|{what}|{time}")  # noqa: S311  (weather, not cryptography)
        roll = dice.random()
        if roll < 0.05:
            return _limited(dice)
        if roll < 0.07:
            return Fault(status=503, body='{"errors":[{"type":"system","message":"Service temporarily unavailable"}]}')
        if method == "GET":
            if roll < 0.085:
                return Fault(cut="middle")
            return Fault(delay=0.2 + 0.3 * dice.random()) if roll < 0.12 else None
        return Fault(cut="after") if roll < 0.11 else None


def _limited(dice: random.Random) -> Fault:
    from email.utils import format_datetime

    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    wait = dice.choice((None, "1", "0.3", soon))
    return Fault(status=429, headers={} if wait is None else {"Retry-After": wait})
