"""Waiting: how long, how many at a time, and when it is enough."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from kantata_server import FakeTime

from psdm_cli.systems.http.pacing import CALM, Call, Pacer, Stopped, backoff, retry_after

NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("1.75", 1.75),
        ("-1", 0.0),
        ("inf", None),
        ("later", None),
        ("Mon, 23 Nov 2026 09:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 10:01:00 +0100", 60.0),
        ("Mon, 23 Nov 2026 09:01:00 -0000", 60.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("Mon, 99 Nov 2026 08:00:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_backoff_doubles_from_one_second_to_half_a_minute_give_or_take_a_quarter() -> None:
    assert [backoff(n, lambda: 0.5) for n in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert (backoff(0, lambda: 0.0), backoff(0, lambda: 1.0)) == (0.75, 1.25)
    assert backoff(10_000, lambda: 1.0) == 37.5


def test_the_pacer_recovers_slowly_and_never_beyond_its_bound() -> None:
    pacer = Pacer(3, FakeTime().clock)
    pacer.limited(0)
    steps = []
    for _ in range(CALM * 5):
        steps.append(pacer.allowed)
        pacer.answered()
    assert steps == [1] * CALM + [2] * 2 * CALM + [3] * 2 * CALM
    pacer.limited(0)
    assert pacer.allowed == 1


def test_a_pause_holds_everybody_back() -> None:
    time = FakeTime()
    pacer, call = Pacer(4, time.clock), Call(time.clock, 60, time.sleep)
    pacer.limited(5)
    pacer.limited(3)  # a shorter one does not end a longer one
    pacer.enter(call)
    assert time.slept == [5]


def test_trouble_side_by_side_counts_once() -> None:
    time = FakeTime()
    call = Call(time.clock, 60, time.sleep)
    call.trouble_begins(time.now)
    call.trouble_begins(time.now)
    time.sleep(10)
    assert call.left() == 50
    call.trouble_ends()
    time.sleep(5)
    call.trouble_ends()
    time.sleep(1000)  # nothing is failing: this costs nothing
    assert call.left() == 45
    call.trouble_begins(time.now - 20)  # the attempt that failed took 20 s
    assert call.left() == 25


def test_who_was_given_up_waits_no_more() -> None:
    time = FakeTime()
    pacer, call = Pacer(1, time.clock), Call(time.clock, 60, None)
    pacer.enter(call)
    call.stop()
    with pytest.raises(Stopped):
        pacer.enter(call)
    with pytest.raises(Stopped):
        call.sleep(3600)
