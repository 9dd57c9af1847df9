"""Snapshots: rules.md 5, first bullet: complete and exact, daily values, elapsed days are no change; round trips."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from builders import (
    assess,
    billing,
    d,
    fixed_fee,
    hard,
    member,
    milestone,
    moneyless,
    off,
    resource,
    soft,
    workspace,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Scope
from psdm_cli.domain.dates import month_of
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.snapshots import (
    FORMAT,
    FrozenBooking,
    FrozenEngagement,
    FrozenMilestone,
    Snapshot,
    from_document,
    to_document,
)
from psdm_cli.domain.spreading import Spread


def snapshot(*records: Record, as_of: str = "2026-11-23", refused: tuple[Kind, ...] = ()) -> Snapshot:
    """These records frozen."""
    return assess(*records, as_of=as_of, refused=refused).snapshot()


def only(*records: Record, **how: object) -> FrozenEngagement:
    """The only engagement of these records, frozen."""
    (found,) = snapshot(*records, **how).engagements  # type: ignore[arg-type]
    return found


def test_a_snapshot_says_when_which_week_and_which_scope() -> None:
    found = assess(as_of="2026-11-28", scope=Scope("lead:7")).snapshot()
    assert (found.as_of, found.week, found.scope) == (d("2026-11-28"), "2026-W49", "lead:7")


def test_an_engagement_is_frozen_whole() -> None:
    rows = (member(), hard("2026-11-24", id="a"), soft("2026-12-01", id="b"))
    found = only(workspace(budget_used_in_cents=5_00), *rows)
    assert (found.id, found.sow, found.title, found.lead) == ("1", "SOW-1001", "SOW-1001 Acme", "Pat Lead")
    assert (found.type, found.fixed_fee, found.status) == ("time_and_materials", False, "Active")
    assert (found.currency, found.base_unit, found.budget, found.used) == ("USD", 100, 100_000_00, 5_00)
    assert [(b.id, b.hard, b.rate, b.role, b.user_id) for b in found.bookings or ()] == [
        ("a", True, 100_00, "PSE", "u1"),
        ("b", False, 100_00, "PSE", "u1"),
    ]
    assert found.month_total["2026-11"] == 800_00


def test_open_milestones_are_frozen_overdue_and_undated_ones_too() -> None:
    rows = (
        milestone("a", "2026-11-01"),
        milestone("b", None),
        milestone("c", "2026-12-01"),
        billing("x", 5, story="c"),
    )
    assert [(m.id, m.date, m.cents) for m in only(fixed_fee(), *rows).milestones or ()] == [
        ("a", d("2026-11-01"), 1_000_00),
        ("b", None, 1_000_00),
        ("x", d("2026-12-01"), 5),
    ]


@pytest.mark.parametrize(
    ("records", "start", "expected"),
    [
        pytest.param([hard("2026-11-24")], "2026-11-23", {"2026-11": 800_00}, id="hard"),
        pytest.param([soft("2026-11-24")], "2026-11-23", {}, id="soft never"),
        # Friday 27 and Monday 30 November: from Monday on one half
        pytest.param([hard("2026-11-27", "2026-11-30", 16)], "2026-11-30", {"2026-11": 800_00}, id="from a later day"),
        pytest.param([hard("2026-11-24")], "2026-11-25", {}, id="nothing left"),
        pytest.param([hard("2029-01-02")], "2026-11-23", {"2029-01": 800_00}, id="without horizon"),
        pytest.param([resource(rate=None), hard("2026-11-24")], "2026-11-23", None, id="unpriced: unknown"),
        pytest.param([resource(rate=None), hard("2026-11-24")], "2026-11-25", {}, id="unpriced, but past by then"),
        pytest.param([resource(rate=None), soft("2026-11-24")], "2026-11-23", {}, id="unpriced soft does not matter"),
        pytest.param([moneyless(), hard("2026-11-24")], "2026-11-23", None, id="no financial access: unknown"),
        pytest.param([fixed_fee(), milestone()], "2026-11-23", {"2026-12": 1_000_00}, id="a milestone"),
        pytest.param([fixed_fee(), milestone()], "2026-12-15", {"2026-12": 1_000_00}, id="a milestone on that day"),
        pytest.param([fixed_fee(), milestone()], "2026-12-16", {}, id="a milestone before that day"),
        pytest.param([fixed_fee(), milestone(due=None)], "2026-11-23", {}, id="an undated milestone is in no month"),
        pytest.param([fixed_fee(), hard("2026-11-24")], "2026-11-23", {}, id="fixed fee forgets its bookings"),
    ],
)
def test_by_month(records: list[Record], start: str, expected: dict[str, int] | None) -> None:
    assert only(member(), *records).by_month(d(start)) == expected


@pytest.mark.parametrize(
    ("space", "kind"),
    [
        pytest.param(workspace(), Kind.ALLOCATIONS, id="bookings not visible"),
        pytest.param(fixed_fee(), Kind.STORIES, id="stories not visible"),
        pytest.param(fixed_fee(), Kind.BILLING_MILESTONES, id="billing milestones not visible"),
    ],
)
def test_what_was_not_visible_is_frozen_as_unknown(space: Record, kind: Kind) -> None:
    found = only(space, hard("2026-11-24"), milestone(), refused=(kind,))
    assert found.by_month(d("2026-11-23")) is None
    assert from_document(to_document(snapshot(space, refused=(kind,)))).engagements[0].by_month(d("2026-11-23")) is None


def test_a_frozen_booking_keeps_its_days_exactly_as_they_were_spread() -> None:
    rows = (member(), off("2026-11-24", "0.01"), hard("2026-11-23", "2026-11-25", minutes=100))
    found = only(*rows)
    live = assess(*rows).engagements[0].bookings[0].spread
    (booking,) = found.bookings or ()
    assert list(booking.spread.by_day()) == list(live.by_day())
    assert sum(minutes for _, minutes in booking.spread.by_day()) == 100


def test_a_document_is_plain_json_and_comes_back_equal() -> None:
    rows = (
        workspace("1"),
        fixed_fee("2"),
        moneyless("3"),
        resource("r1"),
        resource("r9", user=None, rate=None),
        member(),
        off("2026-11-24", "0.01"),
        hard("2026-11-23", "2026-11-25", minutes=100),
        soft("2026-12-01", of="r9"),
        milestone("a", None, workspace_id="2"),
        milestone("b", "2026-12-01", workspace_id="2"),
    )
    found = snapshot(*rows)
    again = from_document(json.loads(json.dumps(to_document(found))))
    assert again == found
    assert to_document(again) == to_document(found)


@pytest.mark.parametrize("format", [FORMAT + 1, None, "1"])
def test_an_unknown_format_is_refused(format: object) -> None:
    document = {**to_document(snapshot()), "format": format}
    with pytest.raises(ValueError, match="not known to this psdm"):
        from_document(document)


# --- properties

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
weights = st.lists(
    st.one_of(st.integers(0, 600), st.fractions(min_value=0, max_value=600, max_denominator=12)),
    min_size=1,
    max_size=40,
).filter(any)
names = st.text(max_size=8)
maybe_cents = st.one_of(st.none(), st.integers(-10_000, 10_000))
bookings = st.builds(
    FrozenBooking,
    id=names,
    user_id=st.one_of(st.none(), names),
    role=names,
    hard=st.booleans(),
    rate=st.one_of(st.none(), st.integers(0, 50_000)),
    spread=st.builds(Spread.over, days, st.integers(0, 10_000), weights),
)
milestones = st.builds(
    FrozenMilestone, id=names, title=names, date=st.one_of(st.none(), days), cents=st.integers(-10_000, 10_000)
)
engagements = st.builds(
    FrozenEngagement,
    id=names,
    sow=st.one_of(st.none(), names),
    title=names,
    lead=st.one_of(st.none(), names),
    type=names,
    fixed_fee=st.booleans(),
    status=st.one_of(st.none(), names),
    currency=st.one_of(st.none(), st.sampled_from(["USD", "JPY"])),
    base_unit=st.sampled_from([1, 100, 1000]),
    budget=maybe_cents,
    used=maybe_cents,
    bookings=st.one_of(st.none(), st.lists(bookings, max_size=2).map(tuple)),
    milestones=st.one_of(st.none(), st.lists(milestones, max_size=2).map(tuple)),
    month_total=st.dictionaries(days.map(month_of), maybe_cents, max_size=4),
)
snapshots = st.builds(
    Snapshot, as_of=days, week=names, scope=names, engagements=st.lists(engagements, max_size=2).map(tuple)
)


@settings(max_examples=30, deadline=None)
@given(snapshots)
def test_every_snapshot_survives_the_round_trip(found: Snapshot) -> None:
    again = from_document(json.loads(json.dumps(to_document(found))))
    assert again == found
    for before, after in zip(found.engagements, again.engagements, strict=True):
        assert before.by_month(found.as_of) == after.by_month(found.as_of)


@settings(max_examples=40, deadline=None)
@given(st.lists(bookings, min_size=1, max_size=3), days)
def test_a_frozen_month_is_the_sum_of_its_bookings_each_rounded_alone(found: list[FrozenBooking], start: date) -> None:
    engagement = FrozenEngagement(
        "1", None, "t", None, "training", False, None, "USD", 100, None, None, tuple(found), None, {}
    )
    months = engagement.by_month(start)
    to_come = [b for b in found if b.hard and b.spread.minutes_between(start, b.spread.end)]
    if any(b.rate is None for b in to_come):
        assert months is None
        return
    exact = [b.spread.minutes_between(start, b.spread.end) * (b.rate or 0) / 60 for b in to_come]
    assert months is not None
    assert sum(months.values()) == sum(round(Fraction(value)) for value in exact)
