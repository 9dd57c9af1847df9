"""The report: rules.md 1 and 2 at the edge: two decimals beside a currency, null is unknown; totals, deadlines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import (
    assess,
    billing,
    entry,
    fixed_fee,
    hard,
    member,
    milestone,
    moneyless,
    resource,
    soft,
    workspace,
)

from psdm_cli.domain.assessment import Scope
from psdm_cli.domain.records import Record
from psdm_cli.domain.report import ForecastReport, hours, known_hours, report_of
from psdm_cli.domain.steps.catalog import run


def report(*records: Record, as_of: str = "2026-11-23", scope: Scope | None = None) -> ForecastReport:
    """The report on these records."""
    assessment = assess(*records, as_of=as_of, scope=scope)
    return report_of(assessment, run(assessment), ("a warning",), ("9", "Pat"))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param(480, "8.00", id="a day"),
        pytest.param(1, "0.02", id="a minute is 0.0166…"),
        pytest.param(0, "0.00", id="none"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_hours_have_two_decimals(minutes: int | None, expected: str | None) -> None:
    found = hours(minutes)
    assert (str(found) if found is not None else None) == expected
    if minutes is not None:
        assert known_hours(minutes) == found


def test_a_project_line_is_in_currency_units() -> None:
    space = workspace(price_in_cents=10_000_00, budget_used_in_cents=250_50, customer="Acme", due_date="2027-03-31")
    rows = (member(), hard("2026-11-24"), soft("2026-12-01", hours=4), hard("2027-03-02"), entry("2026-11-20", 1.5))
    (line,) = report(space, *rows).projects
    assert (line.id, line.sow, line.name, line.customer, line.lead) == ("1", "SOW-1001", "SOW-1001", "Acme", "Pat Lead")
    assert (line.type, line.status, line.currency) == ("time_and_materials", "Active", "USD")
    amounts = (line.budget, line.used, line.remaining, line.to_forecast, line.hard_booked, line.soft_booked)
    # to forecast: 9,749.50 - 1,600.00
    assert [str(v) for v in amounts] == ["10000.00", "250.50", "9749.50", "8149.50", "1600.00", "400.00"]
    assert [str(v) for v in (line.hard_hours, line.soft_hours, line.unpriced_hours)] == ["16.00", "4.00", "0.00"]
    assert [str(v) for v in (line.beyond, line.overdue, line.undated)] == ["800.00", "0.00", "0.00"]
    assert [str(v) for v in (line.forecast["2026-11"], line.worked["2026-11"], line.month_total["2026-11"])] == [
        "800.00",
        "150.00",
        "950.00",
    ]
    assert (str(line.kickoff), str(line.end)) == ("2026-01-05", "2027-03-31")


def test_milestones_are_listed_with_source_date_and_amount() -> None:
    (line,) = report(fixed_fee(), milestone("a", None), milestone("b"), billing("x", -5_00, "2026-12-01", "b")).projects
    assert [(m.id, str(m.date), str(m.amount), m.source.value) for m in line.milestones] == [
        ("a", "None", "1000.00", "story"),
        ("x", "2026-12-01", "-5.00", "billing_milestone"),
    ]


def test_milestones_without_financial_access_have_dates_and_no_amounts() -> None:
    (line,) = report(moneyless(type="FF"), milestone("a")).projects
    assert [(m.id, str(m.date), m.amount) for m in line.milestones] == [("a", "2026-12-15", None)]


def test_yen_have_two_decimals_too() -> None:
    space = workspace(currency="JPY", currency_base_unit=1, price_in_cents=123_456)
    (line,) = report(space).projects
    assert str(line.budget) == "123456.00"


def test_totals_are_by_currency_and_month() -> None:
    found = report(
        workspace("1"),
        workspace("2"),
        workspace("3", currency="EUR"),
        resource("r1"),
        resource("r2", ws="2"),
        resource("r3", ws="3"),
        hard("2026-11-24", of="r1"),
        hard("2026-11-24", of="r2", ws="2"),
        hard("2026-12-01", of="r3", ws="3"),
        entry("2026-11-20", 2),
    )
    assert {c: {m: v for m, v in months.items() if v} for c, months in found.totals.items()} == {
        "USD": {"2026-11": Decimal("1600.00")},
        "EUR": {"2026-12": Decimal("800.00")},
    }
    assert found.worked_totals["USD"]["2026-11"] == Decimal("200.00")
    assert set(found.totals["USD"]) == set(found.months)


def test_head_of_the_report() -> None:
    found = report(workspace("1"), workspace("2", lead_name="Abe"), as_of="2026-11-28")
    assert (found.week, found.quarter, found.pm_id, found.pm_name) == ("2026-W49", "FY27-Q4", "9", "Pat")
    assert found.leads == ("Abe", "Pat Lead")
    assert found.prep_complete.isoformat() == "2026-11-30T10:00:00-05:00"
    assert found.forecast_updated.isoformat() == "2026-11-30T11:00:00-05:00"
    assert found.months == ("2026-11", "2026-12", "2027-01", "2027-02")
    assert found.warnings == ("a warning",)
    assert len(found.steps) == 11


def test_without_engagements_the_leads_are_those_asked_for() -> None:
    found = report(workspace(archived=True), scope=Scope("x", leads=("Zoe",)))
    assert (found.leads, found.projects, found.totals) == (("Zoe",), (), {})


def test_people_are_those_below_the_threshold() -> None:
    rows = (resource("r1"), resource("r2", user="u2"), member("u1"), member("u2"))
    found = report(*rows, hard("2026-11-23", "2026-12-18", 160, of="r2"))
    assert [(p.id, str(p.booked_ratio)) for p in found.people] == [("u1", "0.0000")]
