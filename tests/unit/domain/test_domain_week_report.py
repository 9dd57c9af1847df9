"""The Monday call's page: the same figures as elsewhere, changes that add up, reasons beside the pushes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from builders import assess, fixed_fee, hard, member, milestone, moneyless, report, resource, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.breakdown import By, breakdown
from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.pushes import PushReason
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.snapshots import Snapshot
from psdm_cli.domain.steps.catalog import run as run_steps
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.week_report import Kept, WeekReport, week_report
from psdm_cli.domain.weekly_accuracy import WeeklyAccuracy

NOTHING = WeeklyAccuracy((), (), (), ())
AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
BEFORE = "2026-11-16"


def made(*records: Record, previous: Snapshot | None = None, kept: Kept | None = None, **how: Any) -> WeekReport:
    """The page of these records, with the steps judged."""
    found = assess(*records, previous=previous, **how)
    return week_report(found, run_steps(found), kept or Kept(NOTHING), ())


def frozen(*records: Record) -> Snapshot:
    return assess(*records, as_of=BEFORE).snapshot()


def test_the_forecast_is_that_of_the_breakdown_by_type() -> None:
    records = (workspace("1"), fixed_fee("2"), hard("2026-11-23", "2026-12-18", 100),
               milestone("m1", "2026-12-15", 5_000_00, workspace_id="2"))  # fmt: skip
    page = made(*records)
    rows = breakdown(assess(*records), By.TYPE).rows
    assert [(row.type, row.forecast, row.worked, row.beyond) for row in page.types] == [
        (row.key, row.forecast, row.worked, row.beyond) for row in rows
    ]
    assert page.compared_with is None
    assert all(row.before is None and row.change is None for row in page.types)
    assert {(t.before, t.change) for t in page.totals} == {(None, None)}


moved = st.integers(0, 40)


@given(moved, moved, st.booleans())
def test_before_and_change_make_the_forecast_and_pushes_are_in_it(early: int, late: int, second: bool) -> None:
    def records(first: int, then: int) -> tuple[Record, ...]:
        more = (workspace("2"), resource("r2", ws="2"), hard("2026-12-01", hours=3, of="r2", ws="2")) if second else ()
        return (workspace("1"), resource(), hard("2026-11-25", hours=first), hard("2026-12-09", hours=then), *more)

    page = made(*records(early, late), previous=frozen(*records(20, 20)))
    (row,) = page.types
    assert row.before is not None
    assert row.change is not None
    for month in page.months:
        assert row.before[month] + row.change[month] == row.forecast[month]
    pushed = sum((m.amount for m in page.moves if m.kind is ChangeKind.PUSH), Decimal(0))
    assert pushed == 100 * max(0, min(20 - early, late - 20))
    assert [t.change for t in page.totals] == [row.change[month] for month in page.months]


def test_what_cannot_be_compared_is_in_neither_before_nor_change() -> None:
    two = (
        workspace("1"),
        resource("r1"),
        hard("2026-12-01"),
        resource("r2", ws="2"),
        hard("2026-12-01", of="r2", ws="2"),
    )
    page = made(*two, moneyless("2"), previous=frozen(*two, workspace("2")))
    known, blind = sorted(page.types, key=lambda row: row.currency is None)
    assert (known.before or {})["2026-12"] == Decimal("800.00")
    assert (known.change or {})["2026-12"] == Decimal("0.00")
    assert blind.before is None
    assert "the forecast of SOW-1002 is unknown" in page.unseen


def test_a_type_that_is_gone_still_shows_what_it_was() -> None:
    page = made(workspace("1"), previous=frozen(workspace("1"), fixed_fee("2"), milestone(workspace_id="2")))
    gone = next(row for row in page.types if row.type == "fixed_fee")
    assert (gone.forecast["2026-12"], (gone.before or {})["2026-12"], (gone.change or {})["2026-12"]) == (
        Decimal("0.00"), Decimal("1000.00"), Decimal("-1000.00")
    )  # fmt: skip


def pushed(reasons: tuple[PushReason, ...] = ()) -> WeekReport:
    then = frozen(hard("2026-11-25", hours=20, id="b"))
    return made(hard("2026-12-09", hours=20, id="b"), previous=then, kept=Kept(NOTHING, reasons=reasons))


def test_a_push_says_what_moved_and_asks_why() -> None:
    (move,) = pushed().slipped
    assert (move.kind, move.month_from, move.month_to, move.amount) == (
        ChangeKind.PUSH, "2026-11", "2026-12", Decimal("2000.00")
    )  # fmt: skip
    assert move.why == ("Person u1 (PSE): moved, on Wed 25 Nov 2026 before, on Wed 9 Dec 2026 now",)
    assert (move.reason, move.reason_due) == (None, True)


def test_the_reason_that_somebody_gave_stands_beside_its_push() -> None:
    given_then = PushReason("1", "SOW-1001", "2026-11", "2026-12", "2026-W48", "the customer's freeze", "Pat", AT)
    (move,) = pushed((given_then,)).slipped
    assert (move.reason, move.reason_due) == ("the customer's freeze", False)


def entry_of(number: str, *, project: str | None = "1", status: UpsideStatus = UpsideStatus.OPEN) -> UpsideEntry:
    return UpsideEntry(
        source=f"milestone:{number}", project=project, sow=None, engagement="x", what="y", scenario=Scenario.MILESTONE,
        hours=None, amount=Decimal("100.00"), currency="USD", quarter="FY27-Q4", month="2026-12",
        probability=Decimal("0.4"), reason="z", status=status, at=AT, reviewed_at=AT, id=number,
    )  # fmt: skip


def test_upside_of_these_engagements_alone_and_what_was_settled_since() -> None:
    entries = (
        entry_of("1"),
        entry_of("2", project="77"),
        entry_of("3", status=UpsideStatus.CONVERTED),
        entry_of("4", project=None),
    )
    page = made(hard("2026-12-01"), previous=frozen(hard("2026-12-01")), kept=Kept(NOTHING, upside=entries))
    assert [entry.id for entry in page.upside] == ["1", "4"]
    assert [entry.id for entry in page.settled] == ["3"]
    assert page.upside_totals["USD"]["FY27-Q4"][Scenario.MILESTONE].weighted == Decimal("80.00")
    assert made(hard("2026-12-01"), kept=Kept(NOTHING, upside=entries)).settled == ()


def test_gaps_and_people_are_those_of_the_steps() -> None:
    page = made(workspace(start_date="2026-01-05"), resource(), member("u1"), hard("2026-11-23", "2026-11-27", 10))
    found = assess(workspace(start_date="2026-01-05"), resource(), member("u1"), hard("2026-11-23", "2026-11-27", 10))
    steps = {step.id: step for step in run_steps(found)}
    assert [gap.role for gap in page.gaps] == [finding.data["role"] for finding in steps["FP-08"].findings]
    assert [person.id for person in page.people] == [load.user_id for load in found.under_allocated] == ["u1"]


def test_the_worst_colour_comes_first_and_a_difference_is_seen() -> None:
    page = made(
        workspace("1", price_in_cents=100, budget_used_in_cents=500),
        workspace("2", price_in_cents=100, budget_used_in_cents=100),
        workspace("3", status="Closed"),
        report("2026-11-19T12:00:00", "green", ws="1"),
        report("2026-11-19T12:00:00", "green", ws="2"),
    )
    assert [(line.sow, line.differs) for line in page.health] == [("SOW-1001", True), ("SOW-1002", False)]
    assert page.colours() == {"red": 0, "yellow": 1, "green": 1, "unknown": 0}


def test_what_the_token_may_not_see_is_said_not_counted_as_none() -> None:
    page = made(hard("2026-12-01"), refused=(Kind.PEOPLE, Kind.STATUS_REPORTS))
    assert page.people == ()
    people, reports = (
        f"could not look: the token lacks permission see {kind.value}" for kind in (Kind.PEOPLE, Kind.STATUS_REPORTS)
    )
    assert page.unseen_in == {"FP-06": (people,), "FP-11": (reports,)}
    assert set(page.unseen) == {people, reports}
