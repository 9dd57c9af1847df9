"""The portfolio's rows: interface.md 4, rules.md 3 (burn, EAC, runway), domain.md 3.8 (suggested colour).

As-of is Monday 23 November 2026.
"""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    assess,
    d,
    entry,
    fixed_fee,
    hard,
    member,
    milestone,
    moneyless,
    report,
    resource,
    task,
    workspace,
)

from psdm_cli.domain.portfolio_rows import Health, PortfolioRow, portfolio_rows
from psdm_cli.domain.records import Kind, Record


def row(*records: Record, **how: Any) -> PortfolioRow:
    """The row of the only engagement."""
    (found,) = portfolio_rows(assess(*records, **how))
    return found


def funds(price: int | None, used: int | None, **changes: Any) -> Record:
    """An engagement sold for `price` cents with `used` gone."""
    return workspace(price_in_cents=price, budget_used_in_cents=used, **changes)


def test_one_row_an_engagement_in_the_order_of_leads() -> None:
    rows = portfolio_rows(assess(workspace("1", lead_name="Zoe"), workspace("2", lead_name="Abe", status="Closed")))
    assert [(r.id, r.sow, r.lead, r.status, r.type) for r in rows] == [
        ("2", "SOW-1002", "Abe", "Closed", "time_and_materials"),
        ("1", "SOW-1001", "Zoe", "Active", "time_and_materials"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "share"),
    [
        # 1 to 11 November: ten days, seen on the 23rd: 22 of 10
        pytest.param("2026-11-01", "2026-11-11", "2.2000", id="past its end"),
        pytest.param("2026-11-03", "2026-12-13", "0.5000", id="half way: 20 of 40 days"),
        pytest.param("2026-11-22", "2026-11-25", "0.3333", id="a third"),
        pytest.param("2026-12-01", "2026-12-31", "0.0000", id="not begun"),
        pytest.param("2026-11-23", "2026-11-23", None, id="no days at all"),
        pytest.param(None, "2026-12-31", None, id="start unknown"),
        pytest.param("2026-11-01", None, None, id="end unknown"),
    ],
)
def test_time_elapsed(start: str | None, end: str | None, share: str | None) -> None:
    found = row(workspace(start_date=start, due_date=end)).time_elapsed
    assert (str(found) if found is not None else None) == share


@pytest.mark.parametrize(
    ("space", "burn", "eac", "to_forecast"),
    [
        pytest.param(funds(3_000_00, 1_000_00), "0.3333", "1800.00", "1200.00", id="hours-based"),
        pytest.param(
            fixed_fee(price_in_cents=3_000_00, budget_used_in_cents=1_000_00),
            "0.3333",
            "3000.00",
            "2000.00",
            id="fixed fee",
        ),
        pytest.param(funds(None, 1_000_00), None, "1800.00", None, id="price absent"),
        pytest.param(moneyless(), None, None, None, id="no financial access"),
    ],
)
def test_money(space: Record, burn: str | None, eac: str | None, to_forecast: str | None) -> None:
    found = row(space, member(), hard("2026-11-24"))
    shown = [None if v is None else str(v) for v in (found.burn, found.eac, found.to_forecast)]
    assert shown == [burn, eac, to_forecast]


def test_runway_is_a_date() -> None:
    # 8 h to go at 10 h a week: 5.6 days
    assert row(member(), hard("2026-11-24"), entry("2026-11-20", 40)).runway == d("2026-11-28")
    assert row(member(), hard("2026-11-24")).runway is None


def test_the_first_gap_of_any_role() -> None:
    rows = (resource("r1", "PM"), resource("r2", "PSE", "u2"), hard("2026-11-23", "2026-12-04", 9, of="r2"))
    found = row(*rows, hard("2026-11-23", "2026-11-27", 9))
    assert found.coverage_gap is not None
    assert (found.coverage_gap.role, found.coverage_gap.gap_from) == ("PM", d("2026-11-30"))
    assert found.coverage_known
    blind = row(*rows, refused=[Kind.ALLOCATIONS])
    assert (blind.coverage_gap, blind.coverage_known) == (None, False)


def test_no_gap_is_known_to_be_none() -> None:
    found = row(workspace(due_date="2026-11-24"), resource("r1", "PM"), hard("2026-11-23", "2026-11-24", 9))
    assert (found.coverage_gap, found.coverage_known) == (None, True)


@pytest.mark.parametrize(
    ("stories", "expected"),
    [
        pytest.param([milestone("a", "2026-12-15"), milestone("b", "2026-12-01")], "b", id="the earliest"),
        pytest.param([milestone("a", "2026-12-15"), milestone("b", "2026-10-01")], "b", id="it may lie in the past"),
        pytest.param(
            [milestone("a", "2026-12-15"), milestone("b", "2026-10-01", state="completed")], "a", id="open ones"
        ),
        pytest.param([milestone("a", None)], None, id="undated"),
        pytest.param([task("a")], None, id="tasks are none"),
        pytest.param([milestone("a", "2026-12-15", fixed_fee=False)], "a", id="fixed fee or not"),
    ],
)
def test_next_milestone(stories: list[Record], expected: str | None) -> None:
    found = row(*stories).next_milestone
    assert (found.id if found else None) == expected


def test_the_latest_health_report_by_local_date() -> None:
    # 03:00 UTC on the 20th is the 19th in New York
    found = row(report("2026-11-12", "green"), report("2026-11-20T03:00", "red")).health
    assert found is not None
    assert (found.color, found.date) == ("red", d("2026-11-19"))
    assert row().health is None
    assert row(report("2026-11-20"), refused=[Kind.STATUS_REPORTS]).health is None


@pytest.mark.parametrize(
    ("records", "color"),
    [
        # EAC = used + 800.00 hard to come
        pytest.param([funds(800_00, 0)], Health.GREEN, id="all planned: EAC is 100 %"),
        pytest.param([funds(800_01, 0)], Health.YELLOW, id="a cent not forecast"),
        pytest.param([funds(799_99, 0)], Health.YELLOW, id="EAC just over 100 %"),
        pytest.param([funds(1_000_00, 300_00)], Health.YELLOW, id="EAC is 110 %, still yellow"),
        # one red dimension alone may have a fix at the PM's level
        pytest.param([funds(1_000_00, 300_01)], Health.YELLOW, id="EAC over 110 %: one red alone is yellow"),
        # due on Friday 6 November: 11 business days late on Monday 23
        pytest.param([funds(800_00, 0), milestone(due="2026-11-06")], Health.YELLOW, id="11 days late: one red alone"),
        pytest.param([funds(1_000_00, 300_01), milestone(due="2026-11-06")], Health.RED, id="two reds"),
        # due on Monday 16: five business days
        pytest.param([funds(800_00, 0), milestone(due="2026-11-16")], Health.GREEN, id="five days late"),
        # due on Friday 13: six
        pytest.param([funds(800_00, 0), milestone(due="2026-11-13")], Health.YELLOW, id="six days late"),
        pytest.param([funds(800_00, 0), milestone(due="2026-11-06", state="completed")], Health.GREEN, id="done"),
        pytest.param([moneyless()], Health.GREEN, id="no money: the schedule alone"),
    ],
)
def test_suggested_colour(records: list[Record], color: Health) -> None:
    found = row(*records, member(), hard("2026-11-24")).suggested
    assert found is not None
    assert found.color is color
    assert found.reasons


def test_nothing_is_suggested_where_nothing_can_be_known() -> None:
    assert row(moneyless(), refused=[Kind.STORIES]).suggested is None
