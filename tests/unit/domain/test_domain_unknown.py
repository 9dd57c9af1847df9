"""What is not visible is unknown, never zero: rules.md 1 (currency unknown), 2 and 3 (null), 4 (unverified).

For every kind that may be refused: which figures are None, which stay known, which steps are unverified, and that the
permission is named.
"""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    assess,
    billing,
    entry,
    findings,
    fixed_fee,
    forecast,
    hard,
    keys,
    member,
    milestone,
    moneyless,
    permission_for,
    report,
    resource,
    soft,
    step,
    task,
    workspace,
)

from psdm_cli.domain.assessment import Scope
from psdm_cli.domain.findings import State
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.report import report_of
from psdm_cli.domain.steps.catalog import CHECKS, run
from psdm_cli.domain.warnings import warnings_of

MONEY = ("budget", "used", "remaining", "to_forecast", "hard_booked", "soft_booked", "beyond", "overdue", "undated")
MONTHS = ("forecast", "worked", "month_total")
HOURS = ("hard_minutes", "soft_minutes", "unpriced_minutes")

# Engagements about which every step has nothing to say. Two days of 8 h at 100.00 are all that was sold.
QUIET: tuple[Record, ...] = (
    workspace(price_in_cents=1_600_00, due_date="2026-11-24"),
    resource("r1", "PM"),
    member("u1", role="Trainer"),
    hard("2026-11-23", "2026-11-24", 16),
    report("2026-11-20"),
)
QUIET_FF: tuple[Record, ...] = (
    fixed_fee(price_in_cents=1_000_00, due_date="2026-11-24"),
    *QUIET[1:],
    milestone(due="2026-11-24"),
)


def unknowns(records: tuple[Record, ...], **how: Any) -> set[str]:
    """The names of an engagement's figures that are unknown, months as a whole."""
    found = forecast(*records, **how)
    single = {name for name in (*MONEY, *HOURS, "eac") if getattr(found, name) is None}
    return single | {name for name in MONTHS if None in getattr(found, name).values()}


BUSY: tuple[Record, ...] = (
    member(),
    hard("2026-11-24"),
    soft("2026-11-25"),
    entry("2026-11-20"),
    milestone(),
    billing("b1", 400_00),
)


@pytest.mark.parametrize("space", [moneyless(), moneyless(type="FF")], ids=["hours-based", "fixed fee"])
def test_without_financial_access_every_amount_is_unknown_and_hours_work(space: Record) -> None:
    found = forecast(space, *BUSY)
    assert unknowns((space, *BUSY)) == {*MONEY, *MONTHS, "eac"}
    assert (found.hard_minutes, found.soft_minutes, found.unpriced_minutes) == (480, 480, 960)
    assert found.burn is None


def test_without_financial_access_a_rate_that_shows_is_no_price() -> None:
    found = forecast(moneyless(), member(), resource(rate=100_00), hard("2026-11-24"))
    assert (found.hard_booked, found.unpriced_minutes) == (None, 480)


def test_amounts_without_a_currency_are_unknown_even_when_they_show() -> None:
    """Price and used came, the currency did not: 100 of what?"""
    found = forecast(workspace(currency=None))
    assert (found.budget, found.used, found.remaining) == (None, None, None)


def test_engagements_of_unknown_currency_are_not_in_the_totals() -> None:
    assessment = assess(
        workspace("1"), moneyless("2"), resource("r1"), hard("2026-11-24"), hard("2026-11-24", ws="2", of="r2")
    )
    totals = report_of(assessment, (), (), ("9", "Pat")).totals
    assert list(totals) == ["USD"]
    assert str(totals["USD"]["2026-11"]) == "800.00"


def test_money_steps_without_financial_access_name_it() -> None:
    found = step("FP-01", moneyless())
    assert found.state is State.UNVERIFIED
    assert "financial access" in found.reason
    assert "SOW-1001" in found.reason


def test_without_any_money_one_finding_says_so_with_the_hours() -> None:
    rows = (moneyless("1"), moneyless("2"), resource("r1"), member(), hard("2026-11-24"), soft("2026-11-24", ws="2"))
    (finding,) = findings("FP-03", *rows)
    assert finding.key == "FP-03:no-financial-access"
    assert finding.data["unpriced_hours"] == 16.0
    assert "View Financials" in str(finding.data["permission"])
    assert finding.amount is None


def test_without_money_and_bookings_the_hours_are_unknown_not_zero() -> None:
    (finding,) = findings("FP-03", moneyless(), refused=[Kind.ALLOCATIONS])
    assert finding.data["unpriced_hours"] is None


def test_without_financial_access_to_one_engagement_it_alone_is_named() -> None:
    rows = (workspace("1"), moneyless("2"), resource("r2", ws="2"), hard("2026-11-24", of="r2", ws="2"))
    assert keys("FP-03", *rows) == ["unpriced:2"]
    assert step("FP-01", *rows).state is State.ATTENTION
    assert any("SOW-1002" in text and "financial access" in text for text in step("FP-01", *rows).evidence)


def test_a_sign_off_received_is_a_finding_without_financial_access_too() -> None:
    signed = milestone(cents=None, custom_fields=(("Sign Off Received", "Yes"),))
    assert "signed-off-but-open:story:m1" in keys("FP-03", moneyless(type="FF"), signed)


def test_an_amount_hidden_with_the_money_is_no_missing_amount() -> None:
    assert keys("FP-03", moneyless(type="FF"), milestone(cents=None)) == ["no-financial-access"]


def test_an_unpriced_booking_is_a_finding_that_names_the_permission() -> None:
    (finding,) = findings("FP-03", resource(rate=None), member(), hard("2026-11-24"))
    assert finding.key == "FP-03:unpriced:1"
    assert finding.data["unpriced_hours"] == 8.0
    assert "bill rates" in str(finding.data["permission"])
    blind = step("FP-01", resource(rate=None), member(), hard("2026-11-24"))
    assert (blind.state, "bill rates" in blind.reason) == (State.UNVERIFIED, True)


def test_totals_leave_out_what_is_unknown_and_a_warning_names_it() -> None:
    rows = (
        workspace("1"),
        workspace("2"),
        resource("r1"),
        resource("r2", rate=None, ws="2"),
        hard("2026-11-24", of="r1"),
        hard("2026-11-24", of="r2", ws="2"),
    )
    assessment = assess(*rows)
    assert str(report_of(assessment, (), (), ("9", "Pat")).totals["USD"]["2026-11"]) == "800.00"
    assert "The totals are without SOW-1002: the forecast there is unknown." in warnings_of(assessment)


def test_a_total_of_which_nothing_is_known_is_not_zero() -> None:
    assessment = assess(resource(rate=None), member(), hard("2026-11-24"))
    assert report_of(assessment, (), (), ("9", "Pat")).totals == {"USD": {}}
    assert str(report_of(assessment, (), (), ("9", "Pat")).worked_totals["USD"]["2026-11"]) == "0.00"


ALL_OF_HOURS = {"hard_booked", "soft_booked", *HOURS}


@pytest.mark.parametrize(
    ("space", "kind", "expected"),
    [
        pytest.param(
            workspace(),
            Kind.ALLOCATIONS,
            {*ALL_OF_HOURS, "forecast", "month_total", "beyond", "to_forecast", "eac"},
            id="bookings, hours-based",
        ),
        pytest.param(fixed_fee(), Kind.ALLOCATIONS, ALL_OF_HOURS, id="bookings, fixed fee"),
        pytest.param(
            workspace(),
            Kind.RESOURCES,
            {"hard_booked", "soft_booked", "forecast", "month_total", "beyond", "to_forecast", "eac"},
            id="resources, hours-based: hours stay",
        ),
        pytest.param(fixed_fee(), Kind.RESOURCES, {"hard_booked", "soft_booked"}, id="resources, fixed fee"),
        pytest.param(workspace(), Kind.TIME_ENTRIES, {"worked", "month_total"}, id="time entries, hours-based"),
        pytest.param(fixed_fee(), Kind.TIME_ENTRIES, set(), id="time entries, fixed fee: worked is 0"),
        pytest.param(workspace(), Kind.STORIES, set(), id="stories, hours-based"),
        pytest.param(
            fixed_fee(),
            Kind.STORIES,
            {"forecast", "month_total", "beyond", "overdue", "undated", "to_forecast"},
            id="stories, fixed fee",
        ),
        pytest.param(workspace(), Kind.BILLING_MILESTONES, set(), id="billing milestones, hours-based"),
        pytest.param(
            fixed_fee(),
            Kind.BILLING_MILESTONES,
            {"forecast", "month_total", "beyond", "overdue", "undated", "to_forecast"},
            id="billing milestones, fixed fee: they might replace the stories",
        ),
        *[
            pytest.param(workspace(), kind, set(), id=f"{kind.value}: no figure")
            for kind in (
                Kind.STATUS_REPORTS,
                Kind.PEOPLE,
                Kind.WORKWEEKS,
                Kind.ROLES,
                Kind.HOLIDAYS,
                Kind.TIME_OFF,
                Kind.RESOURCE_REQUESTS,
                Kind.ACCOUNTING,
                Kind.ALLOCATIONS_ELSEWHERE,
            )
        ],
    ],
)
def test_refused_kinds_make_exactly_the_figures_unknown_that_need_them(
    space: Record, kind: Kind, expected: set[str]
) -> None:
    assert unknowns((space, *BUSY)) == set()
    assert unknowns((space, *BUSY), refused=[kind]) == expected


@pytest.mark.parametrize("rows", [QUIET, QUIET_FF], ids=["hours-based", "fixed fee"])
def test_nothing_refused_and_nothing_found_passes(rows: tuple[Record, ...]) -> None:
    assert {s.id: s.state for s in run(assess(*rows))} == dict.fromkeys(CHECKS, State.PASS)


EVERY_BOOKING = {"FP-01", "FP-03", "FP-04", "FP-06", "FP-07", "FP-08", "FP-09"}


@pytest.mark.parametrize(
    ("rows", "kind", "expected"),
    [
        pytest.param(QUIET, Kind.ALLOCATIONS, EVERY_BOOKING, id="bookings"),
        pytest.param(QUIET_FF, Kind.ALLOCATIONS, EVERY_BOOKING - {"FP-01"}, id="bookings, fixed fee"),
        pytest.param(QUIET, Kind.RESOURCES, {"FP-01", "FP-03", "FP-06", "FP-08", "FP-09"}, id="resources"),
        pytest.param(QUIET, Kind.STORIES, {"FP-02", "FP-03", "FP-04", "FP-05", "FP-10"}, id="stories"),
        pytest.param(
            QUIET_FF, Kind.STORIES, {"FP-01", "FP-02", "FP-03", "FP-04", "FP-05", "FP-10"}, id="stories, fixed fee"
        ),
        pytest.param(QUIET, Kind.BILLING_MILESTONES, {"FP-03", "FP-04"}, id="billing milestones"),
        pytest.param(
            QUIET_FF, Kind.BILLING_MILESTONES, {"FP-01", "FP-03", "FP-04"}, id="billing milestones, fixed fee"
        ),
        pytest.param(QUIET, Kind.TIME_ENTRIES, {"FP-03", "FP-09"}, id="time entries"),
        pytest.param(QUIET, Kind.STATUS_REPORTS, {"FP-11"}, id="health reports"),
        pytest.param(QUIET, Kind.PEOPLE, {"FP-06"}, id="memberships"),
        pytest.param(QUIET, Kind.TIME_OFF, {"FP-06"}, id="time off: people may only seem free"),
        pytest.param(QUIET, Kind.ALLOCATIONS_ELSEWHERE, set(), id="bookings elsewhere: a lower bound, said so"),
        pytest.param(QUIET, Kind.HOLIDAYS, {"FP-06"}, id="holidays: people may only seem free"),
        pytest.param(QUIET, Kind.WORKWEEKS, set(), id="workweeks: a warning"),
        pytest.param(QUIET, Kind.ROLES, set(), id="roles: they come with the resources"),
        pytest.param(QUIET, Kind.RESOURCE_REQUESTS, set(), id="requests: a warning"),
        pytest.param(QUIET, Kind.ACCOUNTING, set(), id="Kantata's own totals: nothing to compare with"),
    ],
)
def test_refused_kinds_make_the_steps_unverified_that_need_them(
    rows: tuple[Record, ...], kind: Kind, expected: set[str]
) -> None:
    found = {s.id: s for s in run(assess(*rows, refused=[kind])) if s.state is not State.PASS}
    assert set(found) == expected
    said = {name: " ".join((s.reason, *s.evidence, *(f.message for f in s.findings))) for name, s in found.items()}
    assert all(permission_for(kind) in text for text in said.values())
    # Without resources no booking has a rate: that is a finding of its own, which names the permission.
    with_findings = {"FP-03"} if kind is Kind.RESOURCES else set()
    assert {name for name, s in found.items() if s.state is not State.UNVERIFIED} == with_findings
    assert {name for name, s in found.items() if s.findings} == with_findings


@pytest.mark.parametrize(
    "kind",
    [
        Kind.TIME_OFF,
        Kind.HOLIDAYS,
        Kind.WORKWEEKS,
        Kind.PEOPLE,
        Kind.RESOURCES,
        Kind.ALLOCATIONS_ELSEWHERE,
        Kind.RESOURCE_REQUESTS,
        Kind.ACCOUNTING,
    ],
)
def test_what_only_makes_figures_less_sure_is_a_warning_with_the_permission(kind: Kind) -> None:
    assert any(permission_for(kind) in text for text in warnings_of(assess(*QUIET, refused=[kind])))
    assert not any("permission" in text for text in warnings_of(assess(*QUIET)))


def test_a_step_with_findings_stays_attention_and_says_what_it_could_not_see() -> None:
    found = step(
        "FP-09", entry("2026-11-20", approved=False), workspace(require_time_approvals=True), refused=[Kind.ALLOCATIONS]
    )
    assert found.state is State.ATTENTION
    assert any(permission_for(Kind.ALLOCATIONS) in text for text in found.evidence)


@pytest.mark.parametrize("kind", [Kind.ALLOCATIONS, Kind.RESOURCES])
def test_coverage_is_unknown_without_bookings_or_resources(kind: Kind) -> None:
    assessment = assess(*QUIET, refused=[kind])
    assert dict(assessment.coverage) == {"1": None}
    (line,) = report_of(assessment, (), (), ("9", "Pat")).projects
    assert line.coverage is None


@pytest.mark.parametrize("kind", [Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES])
def test_nobody_is_called_free_whose_bookings_cannot_be_known(kind: Kind) -> None:
    rows = (workspace(), resource(), member(), hard("2026-11-23", "2026-12-18", 160))
    for everybody in (False, True):
        assessment = assess(*rows, refused=[kind], scope=Scope("me", all_people=everybody))
        assert report_of(assessment, (), (), ("9", "Pat")).people == ()
        assert CHECKS["FP-06"](assessment).findings == ()


@pytest.mark.parametrize("name", ["FP-04", "FP-07"])
def test_a_soft_booking_of_a_hidden_resource_has_no_role_and_nobodys_name(name: str) -> None:
    (found,) = findings(name, soft("2026-11-24"), refused=[Kind.RESOURCES])
    assert found.data["role"] is None
    assert "somebody (not visible)" in found.message
    (seen,) = findings(name, resource(user=None), soft("2026-11-24"))
    assert seen.data["role"] == "PSE"
    assert "unnamed PSE" in seen.message


def test_hours_of_a_project_line_are_null_when_bookings_are_not_visible() -> None:
    (line,) = report_of(assess(refused=[Kind.ALLOCATIONS]), (), (), ("9", "Pat")).projects
    assert (line.hard_hours, line.soft_hours, line.unpriced_hours, line.hard_booked) == (None, None, None, None)


def test_stories_not_visible_the_kickoff_is_the_start_and_it_is_said() -> None:
    rows = (workspace(start_date="2026-01-05"), task("k", due="2026-03-02", title="Kickoff"))
    assessment = assess(*rows, refused=[Kind.STORIES])
    assert str(assessment.engagements[0].kickoff) == "2026-01-05"
    assert "Tasks are not visible: kickoff dates are the projects' start dates." in warnings_of(assessment)
