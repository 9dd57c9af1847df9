"""The forecast by project, month, role, person and type: rules.md 1 (currencies never added) and 3, unknown is None.

As-of is Monday 23 November 2026: months 2026-11 to 2027-02.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import assess, entry, fixed_fee, hard, member, milestone, moneyless, resource, soft, workspace

from psdm_cli.domain.breakdown import MILESTONES, NOT_VISIBLE, Breakdown, BreakdownRow, By, breakdown
from psdm_cli.domain.records import Kind, Record

NOV, DEC, MAR = "2026-11", "2026-12", "2027-03"


def by(what: By, *records: Record, refused: tuple[Kind, ...] = ()) -> Breakdown:
    """The breakdown of these records."""
    return breakdown(assess(*records, refused=refused), what)


def money(row: BreakdownRow) -> dict[str, str | None]:
    """A row's months that are not zero."""
    return {month: None if v is None else str(v) for month, v in row.forecast.items() if v != 0}


def hours(row: BreakdownRow) -> dict[str, str]:
    """A row's hours that are not zero."""
    return {month: str(v) for month, v in row.hours.items() if v}


BOOKED: tuple[Record, ...] = (
    workspace("1"),
    workspace("2", type="Training"),
    fixed_fee("3"),
    resource("r1", "PSE", "u1"),
    resource("r2", "TA", "u2", ws="2", rate=200_00),
    resource("r3", "PSE", None, ws="2"),
    resource("r4", "PM", "u1", ws="3"),
    member("u1"),
    member("u2"),
    hard("2026-11-24", of="r1"),  # 800.00
    hard("2027-03-01", of="r1"),  # 800.00 beyond
    soft("2026-11-25", of="r1"),
    hard("2026-12-01", of="r2", ws="2"),  # 1,600.00
    hard("2026-12-01", of="r3", ws="2"),  # 800.00
    hard("2026-12-01", of="r4", ws="3"),  # fixed fee: hours without money
    milestone("m", "2026-12-15", workspace_id="3"),  # 1,000.00
    entry("2026-11-20", 2),  # worked 200.00
)


def test_by_project() -> None:
    rows = by(By.PROJECT, *BOOKED).rows
    assert [(r.key, r.label, money(r), str(r.beyond), hours(r)) for r in rows] == [
        ("1", "SOW-1001 Acme", {NOV: "800.00"}, "800.00", {NOV: "8.00"}),
        ("2", "SOW-1002 Acme", {DEC: "2400.00"}, "0.00", {DEC: "16.00"}),
        ("3", "SOW-1003 Acme", {DEC: "1000.00"}, "0.00", {DEC: "8.00"}),
    ]
    assert {month: str(v) for month, v in rows[0].worked.items() if v} == {NOV: "200.00"}


def test_by_month() -> None:
    found = by(By.MONTH, *BOOKED)
    assert [(r.key, money(r), hours(r), r.beyond) for r in found.rows] == [
        (NOV, {NOV: "800.00"}, {NOV: "8.00"}, None),
        (DEC, {DEC: "3400.00"}, {DEC: "24.00"}, None),
        ("2027-01", {}, {}, None),
        ("2027-02", {}, {}, None),
    ]
    assert found.months == (NOV, DEC, "2027-01", "2027-02")


def test_by_role_the_milestones_stand_apart() -> None:
    rows = {r.key: (money(r), str(r.beyond), hours(r)) for r in by(By.ROLE, *BOOKED).rows}
    assert rows == {
        "PSE": ({NOV: "800.00", DEC: "800.00"}, "800.00", {NOV: "8.00", DEC: "8.00"}),
        "TA": ({DEC: "1600.00"}, "0.00", {DEC: "8.00"}),
        "PM": ({}, "0.00", {DEC: "8.00"}),  # booked on a fixed fee: milestones make the money
        MILESTONES: ({DEC: "1000.00"}, "0.00", {}),
    }


def test_by_person_unnamed_ones_by_their_role() -> None:
    rows = {r.label: (r.key, money(r), hours(r)) for r in by(By.PERSON, *BOOKED).rows}
    assert rows == {
        "Person u1": ("u1", {NOV: "800.00"}, {NOV: "8.00", DEC: "8.00"}),
        "Person u2": ("u2", {DEC: "1600.00"}, {DEC: "8.00"}),
        "(unnamed) PSE": ("(unnamed) PSE", {DEC: "800.00"}, {DEC: "8.00"}),
        MILESTONES: (MILESTONES, {DEC: "1000.00"}, {}),
    }


def test_by_type() -> None:
    rows = {r.key: (r.label, money(r)) for r in by(By.TYPE, *BOOKED).rows}
    assert rows == {
        "time_and_materials": ("time and materials", {NOV: "800.00"}),
        "training": ("training", {DEC: "2400.00"}),
        "fixed_fee": ("fixed fee", {DEC: "1000.00"}),
    }


@pytest.mark.parametrize("what", list(By))
def test_every_breakdown_adds_up_to_the_same_forecast(what: By) -> None:
    rows = by(what, *BOOKED).rows
    total = sum((value for r in rows for value in r.forecast.values() if value is not None), Decimal(0))
    # 800 in November, 2,400 and 1,000 in December
    assert total == Decimal("4200.00")
    booked = sum((value for r in rows for value in r.hours.values()), Decimal(0))
    assert booked == Decimal("32.00")  # four bookings of 8 h within the months


@pytest.mark.parametrize("what", [By.MONTH, By.ROLE, By.PERSON, By.TYPE])
def test_currencies_are_never_added_together(what: By) -> None:
    rows = by(
        what,
        workspace("1"),
        workspace("2", currency="EUR"),
        resource("r1"),
        resource("r2", ws="2"),
        hard("2026-11-24", of="r1"),
        hard("2026-11-24", of="r2", ws="2"),
    ).rows
    assert sorted((r.currency, tuple(money(r).values())) for r in rows if money(r)) == [
        ("EUR", ("800.00",)),
        ("USD", ("800.00",)),
    ]


def test_an_unknown_project_is_unknown_not_zero() -> None:
    (row,) = by(By.PROJECT, resource(rate=None), member(), hard("2026-11-24")).rows
    assert (set(row.forecast.values()), row.beyond) == ({None}, None)
    assert hours(row) == {NOV: "8.00"}
    assert row.incomplete == ("SOW-1001",)


def test_a_sum_with_an_unknown_share_names_it() -> None:
    rows = (
        workspace("1"),
        workspace("2"),
        resource("r1"),
        resource("r2", ws="2", rate=None),
        hard("2026-11-24", of="r1"),
        hard("2026-11-24", of="r2", ws="2"),
    )
    (row,) = by(By.TYPE, *rows).rows
    assert (money(row), row.incomplete) == ({NOV: "800.00"}, ("SOW-1002",))
    assert hours(row) == {NOV: "16.00"}


def test_without_money_hours_are_still_broken_down() -> None:
    (row,) = by(By.ROLE, moneyless(), member(), hard("2026-11-24")).rows
    assert (row.key, row.currency, set(row.forecast.values()), hours(row)) == ("PSE", None, {None}, {NOV: "8.00"})


@pytest.mark.parametrize("what", [By.PROJECT, By.MONTH, By.TYPE])
@pytest.mark.parametrize("space", [workspace(), fixed_fee()], ids=["hours-based", "fixed fee"])
def test_without_bookings_hours_are_unknown_not_zero(what: By, space: Record) -> None:
    found = by(what, space, hard("2026-11-24"), refused=(Kind.ALLOCATIONS,))
    assert found.rows
    assert all(not row.hours for row in found.rows)


def test_without_bookings_a_fixed_fee_forecast_is_still_known() -> None:
    (row,) = by(By.PROJECT, fixed_fee(), milestone(), refused=(Kind.ALLOCATIONS,)).rows
    assert (money(row), row.incomplete) == ({DEC: "1000.00"}, ())


def test_soft_bookings_are_nowhere() -> None:
    assert by(By.ROLE, member(), soft("2026-11-24")).rows == ()


def test_a_project_without_a_number_in_its_title_is_named_in_full() -> None:
    fields = (("Billing Type", "T&M"), ("SOW", "SOW-77"))
    (row,) = by(By.PROJECT, workspace(title="Acme migration", custom_fields=fields)).rows
    assert row.label == "SOW-77 Acme migration"
    (row,) = by(By.PROJECT, workspace(title="Acme migration")).rows
    assert row.label == "Acme migration"


@pytest.mark.parametrize("what", [By.ROLE, By.PERSON])
def test_bookings_of_hidden_resources_have_a_row_of_their_own(what: By) -> None:
    (row,) = by(what, hard("2026-11-24"), refused=(Kind.RESOURCES,)).rows
    assert (row.label, hours(row), set(row.forecast.values())) == (NOT_VISIBLE, {NOV: "8.00"}, {None})
