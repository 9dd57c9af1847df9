"""The manner in which a system is asked: how many at once, how patiently, by which clock, and who is told."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """What adapters are told of it.

    `parallel`: requests in flight at most; one after a 429, then slowly more. `time_budget_seconds`: how long one call
    may be in trouble (failing, waiting to ask again) before it raises `Unavailable`. `read_timeout`: seconds without a
    byte. `clock` is monotonic seconds; `sleep` (None: one that can be broken off) and `random` are replaced in tests.
    `log` gets one line a request, without secrets.
    """

    parallel: int = 4
    user_agent: str = "psdm"
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None
    random: Callable[[], float] = random.random
    time_budget_seconds: float = 120.0
    read_timeout: float = 60.0
    log: Callable[[str], None] | None = None


USUAL = Manner()
