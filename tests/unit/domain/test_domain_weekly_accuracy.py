"""How right the last weeks' forecasts were: the month's rule week by week, engagements of one goal and currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import assess, d, entry, fixed_fee, hard, milestone, moneyless, resource, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.accuracy import Evidence
from psdm_cli.domain.records import Record
from psdm_cli.domain.snapshots import Snapshot
from psdm_cli.domain.weekly_accuracy import WeekAccuracy, WeeklyAccuracy, last_weeks, left_out, weekly_accuracy

MONDAY = d("2026-11-16")
TODAY = "2026-11-23"
THEN = "2026-11-16"


def frozen(*records: Record, as_of: str = THEN) -> Snapshot:
    """A forecast of these records, as it was frozen."""
    return assess(*records, as_of=as_of).snapshot()


def judge(
    snapshot: Snapshot | None, *records: Record, mondays: tuple[date, ...] = (MONDAY,), **how: Any
) -> WeeklyAccuracy:
    """Weeks judged by one frozen forecast against what these records say now."""
    now = assess(*records, as_of=TODAY, **how)
    evidence = Evidence({e.id: e for e in now.all_engagements}, {}, now.portfolio, now.rules, now.as_of)
    return weekly_accuracy(mondays, dict.fromkeys(mondays, snapshot), evidence)


def only(found: WeeklyAccuracy) -> WeekAccuracy:
    (line,) = found.lines
    return line


def test_the_last_full_weeks_end_before_this_one() -> None:
    weeks = last_weeks(d("2026-11-25"), 13)
    assert (len(weeks), weeks[0], weeks[-1]) == (13, d("2026-08-24"), d("2026-11-16"))
    assert last_weeks(d("2026-11-22"), 1) == (d("2026-11-09"),)  # a Sunday is in the week that is not over


@pytest.mark.parametrize(
    ("worked", "error", "verdict"),
    [(40, "0.0000", "in_tolerance"), (42, "0.0500", "in_tolerance"), (43, "0.0750", "out_of_tolerance"),
     (0, "-1.0000", "out_of_tolerance")],
)  # fmt: skip
def test_hard_hours_of_the_week_against_the_time_worked_in_it(worked: int, error: str, verdict: str) -> None:
    snapshot = frozen(hard("2026-11-16", "2026-11-27", 80))  # two weeks: the first one holds half
    line = only(judge(snapshot, entry("2026-11-18", worked), entry("2026-11-23", 5), entry("2026-11-15", 5)))
    assert (line.week, line.forecast, str(line.error), line.verdict.value) == (
        "2026-W47", Decimal("4000.00"), error, verdict
    )  # fmt: skip
    assert (line.engagements, line.frozen_as_of, line.tolerance) == (1, d(THEN), Decimal("0.05"))


def test_milestones_of_the_week_against_those_done_in_it() -> None:
    snapshot = frozen(fixed_fee(), milestone("m1", "2026-11-18", 1_000_00), milestone("m2", "2026-11-24", 9_000_00))
    done = milestone("m1", "2026-11-18", 1_000_00, state="completed", updated_at=None)
    line = only(judge(snapshot, fixed_fee(), done, milestone("m2", "2026-11-24", 9_000_00)))
    assert (line.forecast, line.actual, line.error) == (Decimal("1000.00"), Decimal("1000.00"), Decimal(0))


def test_engagements_with_another_goal_or_currency_are_apart() -> None:
    both = (
        workspace("1"),
        workspace("2", type="Consulting Block", start_date="2026-01-05"),
        workspace("3", currency="EUR"),
        *(resource(f"r{n}", ws=n) for n in "123"),
        *(hard("2026-11-16", "2026-11-20", 40, of=f"r{n}", ws=n) for n in "123"),
    )
    lines = judge(frozen(*both), *both, entry("2026-11-16", 36)).lines
    assert {(line.tolerance, line.currency): (line.forecast, line.actual) for line in lines} == {
        (Decimal("0.05"), "USD"): (Decimal("4000.00"), Decimal("3600.00")),
        (Decimal("0.10"), "USD"): (Decimal("4000.00"), Decimal("0.00")),
        (Decimal("0.05"), "EUR"): (Decimal("4000.00"), Decimal("0.00")),
    }


def test_what_is_unknown_on_either_side_is_in_no_figure_and_named() -> None:
    two = (workspace("1"), workspace("2"), resource("r1", ws="1"), resource("r2", ws="2"))
    booked = [hard("2026-11-16", "2026-11-20", 40, of=f"r{n}", ws=n) for n in "12"]
    line = only(judge(frozen(*two, *booked), workspace("1"), moneyless("2"), *booked, entry("2026-11-16", 40)))
    assert (line.forecast, line.engagements, line.left_out) == (Decimal("4000.00"), 1, ("SOW-1002",))
    assert left_out((line, line)) == ("SOW-1002",)
    gone = only(judge(frozen(*two[:1], resource("r1"), booked[0]), workspace("9")))
    assert (gone.engagements, gone.error, gone.verdict.value) == (0, None, "unknown")


def test_a_block_counts_from_the_week_after_its_transition() -> None:
    block = workspace(type="Consulting Block", start_date="2026-11-18")
    snapshot = frozen(block, hard("2026-11-16", "2026-11-20", 40))
    assert only(judge(snapshot, block, entry("2026-11-16", 40))).left_out == ("SOW-1001",)


def test_weeks_without_a_frozen_forecast_are_named() -> None:
    found = judge(None, mondays=(MONDAY,))
    assert (found.unfrozen, found.lines, found.bias) == (("2026-W47",), (), ())


@given(st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_the_bias_is_the_mean_of_the_weeks_and_its_sums_are_theirs(worked: list[int]) -> None:
    mondays = last_weeks(d(TODAY), len(worked))
    snapshot = frozen(hard(mondays[0].isoformat(), "2026-11-20", 40 * len(worked)), as_of=mondays[0].isoformat())
    entries = [entry(monday.isoformat(), hours) for monday, hours in zip(mondays, worked, strict=True)]
    found = judge(snapshot, *entries, mondays=mondays)
    (bias,) = found.bias
    assert bias.weeks == len(worked)
    assert bias.actual == sum(line.actual for line in found.lines) == sum(worked) * 100
    assert bias.forecast == sum(line.forecast for line in found.lines)
    errors = [line.error for line in found.lines if line.error is not None]
    assert bias.mean_error is not None
    assert abs(bias.mean_error - sum(errors) / len(errors)) <= Decimal("0.0001")
