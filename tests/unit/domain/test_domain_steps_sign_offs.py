"""FP-10, sign-offs at risk for the fiscal quarter: rules.md 4, and 1 (engagements of any type, Closed ones too).

As-of is Monday 23 November 2026, quarter FY27-Q4 from 1 November 2026 to 31 January 2027, whose last five business days
are Monday 25 to Friday 29 January.
"""

from __future__ import annotations

from datetime import date

import pytest
from builders import (
    billing,
    findings,
    fixed_fee,
    holiday,
    keys,
    milestone,
    workspace,
)

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.records import Record


@pytest.mark.parametrize(
    ("due", "is_found", "overdue"),
    [
        pytest.param("2026-11-22", True, True, id="overdue in the quarter"),
        pytest.param("2026-11-01", True, True, id="overdue, the quarter's first day"),
        pytest.param("2026-10-31", False, None, id="overdue, but of the last quarter"),
        pytest.param("2026-11-23", False, None, id="due on as-of: neither overdue nor late"),
        pytest.param("2027-01-22", False, None, id="the sixth last business day"),
        pytest.param("2027-01-24", False, None, id="the sunday before the fifth last"),
        pytest.param("2027-01-25", True, False, id="the fifth last business day"),
        pytest.param("2027-01-31", True, False, id="the quarter's last day, a sunday"),
        pytest.param("2027-02-01", False, None, id="the next quarter"),
        pytest.param(None, False, None, id="undated"),
    ],
)
def test_fp10_dates(due: str | None, is_found: bool, overdue: bool | None) -> None:
    found = findings("FP-10", fixed_fee(), milestone(due=due))
    assert [(f.key, f.data["overdue"]) for f in found] == ([("FP-10:m1", overdue)] if is_found else [])


def test_fp10_counts_holidays_back() -> None:
    # With Wednesday 27 off the fifth last business day is Friday 22.
    free = holiday("2027-01-27")
    assert keys("FP-10", fixed_fee(), milestone(due="2027-01-22"), free) == ["m1"]
    assert keys("FP-10", fixed_fee(), milestone(due="2027-01-21"), free) == []


@pytest.mark.parametrize(
    ("story", "is_found"),
    [
        pytest.param(milestone(due="2026-11-20"), True, id="not sent"),
        pytest.param(milestone(due="2026-11-20", custom_fields=(("Sign Off Sent", "2026-11-19"),)), False, id="sent"),
        pytest.param(milestone(due="2026-11-20", custom_fields=(("Sign Off Sent", "No"),)), True, id="sent: no"),
        pytest.param(
            milestone(due="2026-11-20", custom_fields=(("Sign Off Received", "Yes"),)),
            True,
            id="received is another field",
        ),
        pytest.param(milestone(due="2026-11-20", state="completed"), False, id="completed"),
        pytest.param(milestone(due="2026-11-20", fixed_fee=False), False, id="not fixed fee"),
        pytest.param(milestone(due="2026-11-20", story_type="task"), False, id="no milestone"),
    ],
)
def test_fp10_which_milestones(story: Record, is_found: bool) -> None:
    assert bool(keys("FP-10", fixed_fee(), story)) is is_found


def test_fp10_leaves_out_a_milestone_under_a_milestone() -> None:
    rows = (milestone("p", due=None, fixed_fee=False), milestone(due="2026-11-20", ancestor_ids=("p",)))
    assert keys("FP-10", fixed_fee(), *rows) == []


@pytest.mark.parametrize("type", ["T&M", "Consulting Block", "Training", "FF"])
def test_fp10_looks_at_engagements_of_any_type_closed_ones_too(type: str) -> None:
    assert keys("FP-10", workspace(type=type, status="Closed"), milestone(due="2026-11-20")) == ["m1"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(billing("b1", 400_00, "2027-06-30"), id="billed later"),
        pytest.param(billing("b1", 400_00, invoiced=True), id="invoiced already"),
    ],
)
def test_fp10_goes_by_the_storys_date_whatever_its_billing_milestones(line: Record) -> None:
    (found,) = findings("FP-10", fixed_fee(), milestone(due="2026-11-20"), line)
    assert (found.key, str(found.amount), found.due) == ("FP-10:m1", "1000.00", date(2026, 11, 20))


def test_fp10_follows_the_fiscal_year_of_the_settings() -> None:
    # Calendar quarters: 31 December is a Thursday; its last five business days begin on Friday 25.
    rules = Rules(fiscal_year_start=1)
    assert keys("FP-10", fixed_fee(), milestone(due="2026-12-25"), rules=rules) == ["m1"]
    assert keys("FP-10", fixed_fee(), milestone(due="2026-12-24"), rules=rules) == []
