"""How right forecasts were: rules.md 5, last bullet, and what tells the day a milestone was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import assess, billing, d, entry, fixed_fee, milestone, moneyless, task, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.accuracy import AccuracyLine, AccuracyReport, Evidence, Verdict, accuracy_of, judged
from psdm_cli.domain.completions import DayFrom, DoneMilestone, completed_milestones, done_milestones
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.snapshots import FrozenEngagement, Snapshot

OCT, NOV, DEC = "2026-10", "2026-11", "2026-12"
NEW_YORK = ZoneInfo("America/New_York")
TODAY = "2026-12-07"


def frozen(months: Mapping[str, int | None], **changes: Any) -> FrozenEngagement:
    """Engagement 1 as it was frozen, with these month totals in cents."""
    values: dict[str, Any] = {
        "id": "1",
        "sow": "SOW-1001",
        "title": "SOW-1001 Acme",
        "lead": "Pat Lead",
        "type": "time_and_materials",
        "fixed_fee": False,
        "status": "Active",
        "currency": "USD",
        "base_unit": 100,
        "budget": None,
        "used": None,
        "bookings": (),
        "milestones": (),
        **changes,
    }
    return FrozenEngagement(month_total=dict(months), **values)


def report(
    snapshots: Mapping[str, FrozenEngagement | None],
    *records: Record,
    as_of: str = TODAY,
    completed: Mapping[str, datetime] | None = None,
    **how: Any,
) -> AccuracyReport:
    """Months against what these records say; a snapshot was frozen on each month's first day."""
    found = assess(*records, as_of=as_of, **how)
    evidence = Evidence(
        {each.id: each for each in found.all_engagements}, completed or {}, found.portfolio, found.rules, d(as_of)
    )
    made = {
        month: None if each is None else Snapshot(d(f"{month}-01"), "2026-W40", "me", (each,))
        for month, each in snapshots.items()
    }
    return accuracy_of(tuple(snapshots), made, evidence)


def line(frozen_then: FrozenEngagement, *records: Record, month: str = NOV, **how: Any) -> AccuracyLine:
    """The only engagement's month."""
    (found,) = report({month: frozen_then}, *records, **how).lines
    return found


FIXED: dict[str, Any] = {"fixed_fee": True, "type": "fixed_fee"}
BLOCK: dict[str, Any] = {"type": "consulting_block"}


@pytest.mark.parametrize(
    ("forecast", "hours", "error", "verdict"),
    [
        pytest.param(1_000_00, 10, "0.0000", "in_tolerance", id="exactly as forecast"),
        pytest.param(1_000_00, 10.5, "0.0500", "in_tolerance", id="5 % more is in"),
        pytest.param(1_000_00, 9.5, "-0.0500", "in_tolerance", id="5 % less is in"),
        pytest.param(999_99, 10.5, "0.0500", "out_of_tolerance", id="a cent beyond 5 % is out, however it is printed"),
        pytest.param(1_000_00, 9, "-0.1000", "out_of_tolerance", id="10 % less"),
        pytest.param(1_000_00, 0, "-1.0000", "out_of_tolerance", id="nothing came"),
        pytest.param(0, 1, None, "out_of_tolerance", id="a forecast of zero with an actual"),
        pytest.param(0, 0, None, "in_tolerance", id="nothing forecast, nothing came"),
    ],
)
def test_time_and_materials(forecast: int, hours: float, error: str | None, verdict: str) -> None:
    found = line(frozen({NOV: forecast}), entry("2026-11-16", hours), entry("2026-10-30", 5), entry("2026-12-01", 5))
    assert (None if found.error is None else str(found.error), found.verdict.value) == (error, verdict)
    assert (found.tolerance, found.reason) == (Decimal("0.05"), None)
    assert found.frozen_as_of == date(2026, 11, 1)


def test_worked_is_the_billable_time_of_the_whole_month_rounded_once() -> None:
    found = line(
        frozen({NOV: 1}),
        entry("2026-11-01", 0.5, 33_33),
        entry("2026-11-30", 0.5, 33_33),
        entry("2026-11-30", billable=False),
        entry("2026-11-30", currency="EUR"),
    )
    assert found.actual == Decimal("33.33")


@pytest.mark.parametrize(
    ("then", "records", "how", "reason"),
    [
        pytest.param({NOV: None}, [], {}, "unknown when it was frozen", id="unknown then"),
        pytest.param({OCT: 5}, [], {}, "did not reach to 2026-11", id="frozen too early"),
        pytest.param({NOV: 5}, [moneyless()], {}, "View Financials", id="no money now"),
        pytest.param({NOV: 5}, [workspace(currency="EUR")], {}, "was USD and is EUR", id="another currency"),
        pytest.param({NOV: 5}, [fixed_fee()], {}, "for a fixed fee now", id="another type"),
        pytest.param({NOV: 5}, [workspace("2")], {}, "archived, led by somebody else", id="gone"),
        pytest.param({NOV: 5}, [], {"refused": (Kind.TIME_ENTRIES,)}, "see time_entries", id="time hidden"),
        pytest.param({NOV: 5}, [entry("2026-11-02", rate=None)], {}, "without a rate", id="an entry without a rate"),
    ],
)
def test_what_is_unknown_has_no_verdict_but_a_reason(
    then: dict[str, int | None], records: list[Record], how: dict[str, Any], reason: str
) -> None:
    found = line(frozen(then), *records, **how)
    assert (found.verdict, found.error) == (Verdict.UNKNOWN, None)
    assert reason in (found.reason or "")


@pytest.mark.parametrize("kind", [Kind.STORIES, Kind.BILLING_MILESTONES])
def test_hidden_milestones_make_a_fixed_fee_unknown(kind: Kind) -> None:
    found = line(frozen({NOV: 5}, **FIXED), fixed_fee(), refused=(kind,))
    assert (found.verdict, f"see {kind.value}" in (found.reason or "")) == (Verdict.UNKNOWN, True)


def test_an_engagement_that_is_completed_by_now_is_still_judged() -> None:
    found = line(frozen({NOV: 1_000_00}), workspace(status="Completed"), entry("2026-11-16", 10))
    assert found.verdict is Verdict.IN_TOLERANCE


def test_a_month_that_is_not_over_is_shown_and_not_judged() -> None:
    found = line(frozen({DEC: 1_000_00}), entry("2026-12-02", 2), entry("2026-12-07", 2), month=DEC)
    assert (found.actual, found.error) == (Decimal("200.00"), Decimal("-0.8000"))
    assert (found.verdict, found.reason) == (Verdict.NOT_JUDGED, "the month is not over")
    assert line(frozen({NOV: 0}), as_of="2026-11-30").verdict is Verdict.NOT_JUDGED
    assert line(frozen({NOV: 0}), as_of="2026-12-01").verdict is Verdict.IN_TOLERANCE


@pytest.mark.parametrize(
    ("type_", "stored", "verdict", "source"),
    [
        pytest.param("consulting_block", "2026-10-31", "in_tolerance", "stored", id="the day before the month"),
        pytest.param("consulting_block", "2026-11-01", "not_judged", "stored", id="the month's first day"),
        pytest.param("dedicated_engineer", "2026-11-20", "not_judged", "stored", id="within the month"),
        pytest.param("dedicated_engineer", None, "in_tolerance", "kickoff", id="no date: the kickoff"),
        pytest.param(
            "time_and_materials", "2026-11-20", "out_of_tolerance", None, id="others do not wait, and get 5 %"
        ),
    ],
)
def test_blocks_and_engineers_have_ten_percent_after_their_transition(
    type_: str, stored: str | None, verdict: str, source: str | None
) -> None:
    dates = {"1": StoredDates(transition=d(stored))} if stored else {}
    found = line(frozen({NOV: 1_000_00}, type=type_), entry("2026-11-16", 11), stored=dates)
    assert (found.verdict.value, found.transition_from) == (verdict, source)
    assert found.tolerance == Decimal("0.05" if type_ == "time_and_materials" else "0.10")


def test_an_unknown_transition_counts_as_past() -> None:
    found = line(frozen({NOV: 1_000_00}, **BLOCK), workspace(start_date=None), entry("2026-11-16", 10))
    assert (found.verdict, found.transition, found.transition_from) == (Verdict.IN_TOLERANCE, None, None)


def test_the_running_month_is_what_the_forecast_calls_worked() -> None:
    records = (entry("2026-12-01", 0.5, 33_33), entry("2026-12-02", 0.5, 33_33), entry("2026-12-07", 3))
    (live,) = assess(*records, as_of=TODAY).forecasts
    found = line(frozen({DEC: 1}), *records, month=DEC)
    assert live.worked[DEC] == 33_33
    assert found.actual == Decimal("33.33")


def test_bias_is_the_mean_signed_error_of_what_was_judged() -> None:
    totals = {OCT: 1_000_00, NOV: 1_000_00, DEC: 1_000_00}
    snapshots = {month: frozen(totals) for month in totals}
    found = report(snapshots, entry("2026-10-16", 12), entry("2026-11-16", 9), entry("2026-12-01", 1))
    (by_type,) = found.by_type
    assert (by_type.key, by_type.months, by_type.out_of_tolerance, by_type.mean_error) == (
        "time_and_materials",
        2,
        2,
        Decimal("0.0500"),
    )
    assert [(bias.key, bias.label) for bias in found.by_engagement] == [("1", "SOW-1001")]
    nothing = report({NOV: frozen({NOV: 0})})
    assert (nothing.by_type[0].months, nothing.by_type[0].mean_error) == (1, None)


def test_months_that_no_forecast_opened_are_named() -> None:
    found = report({OCT: None, NOV: frozen({NOV: 0})})
    assert (found.unfrozen, len(found.lines), found.count(Verdict.IN_TOLERANCE)) == ((OCT,), 1, 1)


@given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))
def test_the_verdict_is_the_formula_of_the_rules(forecast: int, actual: int) -> None:
    verdict = judged(forecast, actual, Decimal("0.05"))
    if forecast == 0:
        assert (verdict is Verdict.IN_TOLERANCE) is (actual == 0)
    else:
        assert (verdict is Verdict.IN_TOLERANCE) is (abs(actual - forecast) * 20 <= abs(forecast))


# fixed fee: what was done, when


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def done(*records: Record, completed: Mapping[str, datetime] | None = None) -> list[DoneMilestone]:
    (engagement,) = assess(*records).engagements
    return list(done_milestones(engagement, completed or {}, NEW_YORK))


def short(found: list[DoneMilestone]) -> list[str]:
    return [f"{m.id} {m.cents} {m.day} {m.day_from.value if m.day_from else '-'}" for m in found]


COMPLETED: dict[str, Any] = {"state": "completed"}


@pytest.mark.parametrize(
    ("records", "completed", "expected"),
    [
        pytest.param(
            [milestone("7", "2026-11-20", **COMPLETED)],
            {"7": at("2026-11-13T03:30")},  # still Thursday the 12th in New York
            ["7 100000 2026-11-12 state_change"],
            id="Kantata tells the instant",
        ),
        pytest.param(
            [milestone("7", "2026-11-20", **COMPLETED)], {}, ["7 100000 2026-11-20 due_date"], id="else the due date"
        ),
        pytest.param(
            [milestone("7", "2026-11-20", updated_at=at("2026-11-25T12:00"), **COMPLETED)],
            {},
            ["7 100000 2026-11-20 due_date"],
            id="changed later",
        ),
        pytest.param(
            [milestone("7", "2026-12-20", updated_at=at("2026-11-25T12:00"), **COMPLETED)],
            {},
            ["7 100000 2026-11-25 updated_at"],
            id="done before its due date: by its last change",
        ),
        pytest.param(
            [milestone("7", None, updated_at=at("2026-11-25T12:00"), **COMPLETED)],
            {},
            ["7 100000 2026-11-25 updated_at"],
            id="without a due date",
        ),
        pytest.param([milestone("7", None, **COMPLETED)], {}, ["7 100000 None -"], id="nothing tells"),
        pytest.param([milestone("7", "2026-11-20")], {}, [], id="open"),
        pytest.param([milestone("7", "2026-11-20", fixed_fee=False, **COMPLETED)], {}, [], id="not fixed fee"),
        pytest.param([task("7", **COMPLETED)], {}, [], id="no milestone"),
        pytest.param(
            [milestone("7", "2026-11-20", **COMPLETED), milestone("8", "2026-11-21", parent_id="7", **COMPLETED)],
            {},
            ["7 100000 2026-11-20 due_date"],
            id="under a milestone",
        ),
        pytest.param(
            [milestone("7", "2026-11-20", None, **COMPLETED)], {}, ["7 0 2026-11-20 due_date"], id="no amount"
        ),
        pytest.param(
            [
                milestone("m1", "2026-11-20", **COMPLETED),
                billing("a", 300_00, "2026-12-01"),
                billing("b", 500_00, invoiced=True),
                billing("c", 1_00, currency="EUR"),
            ],
            {},
            ["a 30000 2026-11-20 due_date", "b 50000 2026-11-20 due_date"],
            id="billing milestones replace the value, not the day",
        ),
        pytest.param(
            [milestone(due="2026-12-20"), billing("a", 300_00, "2026-11-20", invoiced=True), billing("b", 5_00)],
            {},
            ["a 30000 2026-11-20 date_to_invoice"],
            id="invoiced before the task is completed",
        ),
        pytest.param(
            [milestone(due="2026-12-20"), billing("a", 300_00, invoiced=True)],
            {},
            ["a 30000 2026-12-20 due_date"],
            id="invoiced without a date: the task's",
        ),
        pytest.param(
            [billing("a", -5_00, "2026-11-20", None, invoiced=True), billing("b", 5_00, None, None, invoiced=True)],
            {},
            ["a -500 2026-11-20 date_to_invoice", "b 500 None -"],
            id="those that stand alone",
        ),
        pytest.param(
            [task("m1"), billing("a", 300_00, "2026-11-20", invoiced=True), billing("b", story="gone", invoiced=True)],
            {},
            [],
            id="linked to any other task",
        ),
    ],
)
def test_done_milestones(records: list[Record], completed: dict[str, datetime], expected: list[str]) -> None:
    assert short(done(fixed_fee(), *records, completed=completed)) == expected


def test_a_fixed_fee_month_is_the_milestones_done_in_it() -> None:
    records = (
        fixed_fee(),
        milestone("7", "2026-11-20", 1_000_00, **COMPLETED),
        milestone("8", "2026-11-27", 400_00, **COMPLETED),
        milestone("9", "2026-11-27", 99_00),
        entry("2026-11-02", 50),
    )
    late = {"8": at("2026-12-01T15:00")}
    found = line(frozen({NOV: 1_000_00}, **FIXED), *records, completed=late)
    assert (found.actual, found.verdict) == (Decimal("1000.00"), Verdict.IN_TOLERANCE)
    assert found.days_from == (DayFrom.DUE_DATE,)
    moved = line(frozen({NOV: 1_000_00}, **FIXED), *records)
    assert (moved.actual, moved.verdict) == (Decimal("1400.00"), Verdict.OUT_OF_TOLERANCE)
    (warning,) = report({NOV: frozen({NOV: 1_000_00}, **FIXED)}, *records).warnings
    assert warning.startswith("Milestones are counted on the due date")
    (engagement,) = assess(*records).engagements
    assert [story.id for story in completed_milestones(engagement)] == ["7", "8"]
