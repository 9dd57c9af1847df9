"""Funds: rules.md 3, third and fourth bullet: remaining, to forecast, EAC, burn, runway; expenses are warned of."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from builders import assess, d, entry, fixed_fee, forecast, hard, member, milestone, moneyless, soft, workspace

from psdm_cli.domain.funds import Visible, runway_until
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, Record, Workspace
from psdm_cli.domain.warnings import warnings_of


def funds(price: int | None, used: int | None, type: str = "T&M") -> Workspace:
    """An engagement sold for `price` cents with `used` gone."""
    return workspace(type=type, price_in_cents=price, budget_used_in_cents=used)


@pytest.mark.parametrize(
    ("price", "used", "booked_hours", "remaining", "to_forecast"),
    [
        pytest.param(10_000_00, 4_000_00, 8, 6_000_00, 5_200_00, id="money not planned is positive"),
        pytest.param(10_000_00, 9_200_00, 8, 800_00, 0, id="planned to the cent"),
        pytest.param(10_000_00, 9_500_00, 8, 500_00, -300_00, id="over-planned is negative"),
        pytest.param(10_000_00, 12_000_00, 0, -2_000_00, -2_000_00, id="used more than sold"),
        pytest.param(0, 0, 8, 0, -800_00, id="a price of zero is a price"),
        pytest.param(None, 4_000_00, 8, None, None, id="price absent: null"),
        pytest.param(10_000_00, None, 8, None, None, id="used absent: null"),
    ],
)
def test_remaining_and_to_forecast(
    price: int | None, used: int | None, booked_hours: int, remaining: int | None, to_forecast: int | None
) -> None:
    found = forecast(funds(price, used), member(), hard("2026-11-24", hours=booked_hours), soft("2026-11-25", hours=99))
    assert (found.budget, found.used) == (price, used)
    assert (found.remaining, found.to_forecast) == (remaining, to_forecast)


def test_to_forecast_takes_off_every_hard_day_from_as_of_on_also_beyond_the_months() -> None:
    rows = [hard("2026-11-20", "2026-11-23", 16), hard("2029-03-01", hours=8)]
    assert forecast(funds(10_000_00, 0), member(), *rows).to_forecast == 10_000_00 - 800_00 - 800_00


def test_worked_time_is_in_used_and_not_taken_off_again() -> None:
    assert forecast(funds(10_000_00, 200_00), entry("2026-11-20", 2)).to_forecast == 9_800_00


@pytest.mark.parametrize(
    ("space", "eac", "burn"),
    [
        # used 4,000.00 + hard to come 800.00
        pytest.param(funds(10_000_00, 4_000_00), 4_800_00, Fraction(2, 5), id="hours-based: used and hard to come"),
        pytest.param(funds(10_000_00, 4_000_00, "FF"), 10_000_00, Fraction(2, 5), id="fixed fee: the price"),
        pytest.param(funds(10_000_00, 12_000_00), 12_800_00, Fraction(6, 5), id="burnt more than all"),
        pytest.param(funds(None, 4_000_00), 4_800_00, None, id="without a price no burn"),
        pytest.param(funds(None, 4_000_00, "FF"), None, None, id="fixed fee without a price"),
        pytest.param(funds(10_000_00, None), None, None, id="used unknown"),
        pytest.param(funds(0, 0), 800_00, None, id="a share of nothing is unknown"),
        pytest.param(moneyless(), None, None, id="no financial access"),
    ],
)
def test_eac_and_burn(space: Workspace, eac: int | None, burn: Fraction | None) -> None:
    found = forecast(space, member(), hard("2026-11-24"), soft("2026-11-25"))
    assert (found.eac, found.burn) == (eac, burn)


def runway(*records: Record, as_of: str = "2026-11-23", visible: Visible | None = None) -> str | None:
    """The day the hours run out."""
    found = runway_until(forecast(*records, as_of=as_of), Policy(), visible or Visible())
    return found.isoformat() if found else None


TO_GO = (member(), hard("2026-11-24", "2026-11-30", 40))  # 40 h hard-booked to come


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # 40 h in the four weeks from 26 October to 22 November: 10 h a week; 40 h to go are 4 weeks
        pytest.param([*TO_GO, entry("2026-10-26", 30), entry("2026-11-22", 10)], "2026-12-21", id="four weeks of 10 h"),
        pytest.param([*TO_GO, entry("2026-10-25", 40)], None, id="before the four weeks: no pace"),
        pytest.param([*TO_GO, entry("2026-11-23", 40)], None, id="this week is not full: no pace"),
        pytest.param([*TO_GO, entry("2026-11-20", 40, billable=False)], "2026-12-21", id="all hours are hours"),
        # 80 h: 20 h a week, two weeks
        pytest.param([*TO_GO, entry("2026-11-20", 80)], "2026-12-07", id="twice the pace"),
        # 28 h: 7 h a week, an hour a day
        pytest.param([*TO_GO, entry("2026-11-20", 28)], "2027-01-02", id="40 h at an hour a day"),
        pytest.param([*TO_GO, soft("2026-12-01", hours=40), entry("2026-11-20", 40)], "2026-12-21", id="soft is not"),
        pytest.param([hard("2026-11-20"), entry("2026-11-20", 40)], "2026-11-23", id="nothing to go: today"),
        pytest.param([*TO_GO, entry("2026-11-20", minutes=1)], "2126-10-30", id="next to no pace: capped"),
    ],
)
def test_runway(records: list[Record], expected: str | None) -> None:
    assert runway(*records) == expected


def test_runway_looks_at_the_last_full_weeks_on_a_sunday_too() -> None:
    # Sunday 29 November: the four weeks still end on Sunday 22. 8 of the 40 h are to go, at 10 h a week: 5.6 days
    assert runway(*TO_GO, entry("2026-11-22", 40), as_of="2026-11-29") == "2026-12-04"
    assert runway(*TO_GO, entry("2026-11-23", 40), as_of="2026-11-29") is None


def test_runway_is_unknown_when_time_or_bookings_are_not_visible() -> None:
    rows = (*TO_GO, entry("2026-11-20", 40))
    assert runway(*rows, visible=Visible(time_entries=False)) is None
    assert runway_until(forecast(*rows, refused=[Kind.ALLOCATIONS]), Policy(), Visible(bookings=False)) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"actual_fees_includes_expenses": True, "total_expenses_in_cents": 1_234_50},
            ["SOW-1001: used funds include 1,234.50 USD expenses."],
            id="with the amount",
        ),
        pytest.param(
            {"actual_fees_includes_expenses": True},
            ["SOW-1001: used funds include an unknown amount of expenses."],
            id="amount hidden",
        ),
        pytest.param({"actual_fees_includes_expenses": False, "total_expenses_in_cents": 5}, [], id="not included"),
        pytest.param({"total_expenses_in_cents": 5}, [], id="not told"),
    ],
)
def test_expenses_within_used_funds_are_warned_of(changes: dict[str, Any], expected: list[str]) -> None:
    assert [w for w in warnings_of(assess(workspace(**changes))) if "expenses" in w] == expected


def test_expenses_do_not_change_remaining() -> None:
    space = workspace(budget_used_in_cents=5_00, actual_fees_includes_expenses=True, total_expenses_in_cents=3_00)
    assert forecast(space).remaining == 100_000_00 - 5_00


def test_open_dated_milestones_include_as_of() -> None:
    found = forecast(fixed_fee(), milestone("a", "2026-11-22"), milestone("b", "2026-11-23"), milestone("c", None))
    assert found.open_dated == 1_000_00
    assert found.as_of == d("2026-11-23")


@pytest.mark.parametrize(
    ("space", "refused"),
    [
        pytest.param(workspace(), (), id="hours-based: milestones are not its plan"),
        pytest.param(moneyless(type="FF"), (), id="no financial access"),
        pytest.param(fixed_fee(), (Kind.BILLING_MILESTONES,), id="billing milestones not visible"),
    ],
)
def test_open_dated_milestones_may_be_unknown(space: Record, refused: tuple[Kind, ...]) -> None:
    assert forecast(space, milestone(), refused=refused).open_dated is None
