"""The money steps: FP-01 remaining funds, FP-03 forecast accuracy, FP-04 upside candidates.

Sections: rules.md 1 (Closed takes part in FP-01 and FP-03), 3 (remaining), 4 (FP-04), 5 (moves since last week).
As-of is Monday 23 November 2026, quarter FY27-Q4 from 1 November 2026 to 31 January 2027.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    accounting,
    assess,
    billing,
    d,
    entry,
    findings,
    fixed_fee,
    hard,
    keys,
    member,
    milestone,
    resource,
    soft,
    step,
    workspace,
)

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.findings import State
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, Malformed, Record
from psdm_cli.domain.snapshots import Snapshot

# --- FP-01


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        pytest.param(1_000_00, "200.00", id="not planned"),
        pytest.param(700_00, "-100.00", id="over-planned"),
        pytest.param(800_00, None, id="planned to the cent"),
        pytest.param(800_01, "0.01", id="one cent open"),
    ],
)
def test_fp01_is_a_finding_unless_zero(price: int, amount: str | None) -> None:
    found = findings("FP-01", workspace(price_in_cents=price, due_date="2027-03-31"), member(), hard("2026-11-24"))
    assert [str(f.amount) for f in found] == ([amount] if amount else [])
    for f in found:
        assert (f.key, f.due, f.currency) == ("FP-01:1", d("2027-03-31"), "USD")
        assert f.data["to_forecast"] == amount
        assert f.data["planned"] == "800.00"


def test_fp01_carries_the_numbers_behind_the_sentence() -> None:
    space = workspace(price_in_cents=1_000_00, budget_used_in_cents=100_00)
    (found,) = findings("FP-01", space, member(), hard("2026-11-24"))
    assert found.data == {
        "budget": "1000.00",
        "used": "100.00",
        "remaining": "900.00",
        "planned": "800.00",
        "to_forecast": "100.00",
    }


def test_fp01_of_fixed_fee_plans_with_milestones() -> None:
    rows = (
        fixed_fee(price_in_cents=3_000_00),
        member(),
        hard("2026-11-24"),
        milestone(),
        milestone("late", "2026-11-01"),
    )
    (found,) = findings("FP-01", *rows)
    assert (str(found.amount), found.data["planned"]) == ("2000.00", "1000.00")


def test_fp01_takes_closed_engagements_in() -> None:
    assert keys("FP-01", workspace(status="Closed")) == ["1"]


def test_fp01_orders_by_money_at_stake_over_planned_included() -> None:
    rows = (
        workspace("1", price_in_cents=100_00),
        workspace("2", price_in_cents=0, budget_used_in_cents=500_00),
        workspace("3", price_in_cents=300_00),
    )
    assert keys("FP-01", *rows) == ["2", "3", "1"]


def test_fp01_without_a_price_is_unverified_and_names_the_engagement() -> None:
    found = step("FP-01", workspace(price_in_cents=None))
    assert found.state is State.UNVERIFIED
    assert "SOW-1001" in found.reason


def test_fp01_has_a_tolerance_that_is_policy() -> None:
    rules = Rules(policy=Policy(funds_tolerance=Decimal("5.00")))
    assert findings("FP-01", workspace(price_in_cents=5_00), rules=rules) == ()
    assert len(findings("FP-01", workspace(price_in_cents=5_01), rules=rules)) == 1


# --- FP-03


def test_fp03_passes_when_nothing_is_missing_and_nothing_moved() -> None:
    found = step("FP-03", member(), hard("2026-11-24"))
    assert (found.state, found.findings) == (State.PASS, ())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([workspace(title="Acme")], ["no-sow:1"], id="no SOW number"),
        pytest.param([resource(rate=None), hard("2026-11-24")], ["unpriced:1"], id="unpriced hard booking"),
        pytest.param([resource(rate=None), soft("2026-11-24")], ["unpriced:1"], id="unpriced soft booking"),
        pytest.param([resource(rate=None), hard("2026-11-20")], [], id="unpriced, but past"),
        pytest.param([fixed_fee(), milestone(cents=None)], ["no-amount:story:m1"], id="milestone without amount"),
        pytest.param([entry("2026-11-20", currency="EUR")], ["foreign-entries:1"], id="entry in another currency"),
        pytest.param([entry("2026-11-20", rate=None)], ["unrated-entries:1"], id="billable entry without rate"),
        pytest.param([fixed_fee(), entry("2026-11-20", rate=None)], [], id="fixed fee needs no rates of entries"),
        pytest.param([workspace(status="Closed", title="Acme")], ["no-sow:1"], id="closed takes part"),
    ],
)
def test_fp03_findings(rows: list[Record], expected: list[str]) -> None:
    assert keys("FP-03", *rows) == expected


def test_fp03_shows_malformed_records_with_their_id_wherever_they_belong() -> None:
    broken = [
        Malformed(Kind.STORIES, "77", "due_date 'soon' is no date", "1"),
        Malformed(Kind.TIME_OFF, "78", "hours are missing"),
    ]
    found = {f.key: f for f in findings("FP-03", malformed=broken)}
    assert set(found) == {"FP-03:malformed:stories:77", "FP-03:malformed:time_off_entries:78"}
    assert found["FP-03:malformed:stories:77"].sow == "SOW-1001"
    assert "'soon'" in found["FP-03:malformed:stories:77"].message
    assert found["FP-03:malformed:time_off_entries:78"].project is None


def frozen(*records: Record, as_of: str = "2026-11-16") -> Snapshot:
    """The forecast of these records as it was frozen a week ago."""
    return assess(*records, as_of=as_of).snapshot()


NOV, DEC, JAN = hard("2026-11-30", id="b"), hard("2026-12-01", id="b"), hard("2027-01-04", id="b")


@pytest.mark.parametrize(
    ("before", "after", "expected", "said"),
    [
        pytest.param([DEC], [JAN], ["push:1:2026-12:2027-01"], "pushed from 2026-12 to 2027-01", id="a push"),
        pytest.param([DEC], [], ["down:1:2026-12:"], "less in 2026-12", id="a fall"),
        pytest.param([JAN], [DEC], [], "pulled in from 2027-01 to 2026-12", id="a pull is shown, no finding"),
        pytest.param([], [DEC], [], "more in 2026-12", id="a rise is shown, no finding"),
        pytest.param([DEC], [DEC], [], "0 changes", id="nothing"),
    ],
)
def test_fp03_calls_out_what_moved(before: list[Record], after: list[Record], expected: list[str], said: str) -> None:
    found = step("FP-03", member(), *after, previous=frozen(member(), *before))
    assert [f.key.removeprefix("FP-03:") for f in found.findings] == expected
    assert said in " ".join((found.reason, *found.evidence))
    assert "Mon 16 Nov 2026" in found.reason


def test_fp03_calls_out_an_engagement_that_is_gone_with_its_lead() -> None:
    before = frozen(
        workspace("1"), workspace("2", lead_name="Zoe"), resource("r2", ws="2"), hard("2026-12-01", of="r2", ws="2")
    )
    (found,) = findings("FP-03", workspace("1"), previous=before)
    assert (found.key, str(found.amount), found.lead, found.sow) == (
        "FP-03:gone:2:2026-12:",
        "800.00",
        "Zoe",
        "SOW-1002",
    )


def test_fp03_says_when_an_engagement_cannot_be_compared() -> None:
    before = frozen(resource(rate=None), member(), DEC)
    found = step("FP-03", member(), DEC, previous=before)
    assert "SOW-1001: not compared, one of the two forecasts is unknown" in found.evidence


def test_fp03_says_when_there_is_nothing_to_compare_with() -> None:
    assert "no earlier week is frozen" in step("FP-03").reason


@pytest.mark.parametrize(
    ("records", "said"),
    [
        pytest.param([accounting("2026-11-01", "900.00")], True, id="another total"),
        pytest.param([accounting("2026-11-01", "800.00")], False, id="the same total"),
        pytest.param([accounting("2026-11-01", "500"), accounting("2026-11-15", "300")], False, id="two that add up"),
        pytest.param([accounting("2026-11-01", "900.00", "EUR")], False, id="another currency"),
        pytest.param([accounting("2027-03-01", "900.00")], False, id="beyond our months"),
        pytest.param([replace(accounting("2026-11-01", "1"), amount=None)], False, id="its amount is hidden"),
    ],
)
def test_fp03_shows_kantatas_own_totals_beside(records: list[Record], said: bool) -> None:
    found = step("FP-03", member(), hard("2026-11-24"), *records)
    assert any("Kantata's own forecast for 2026-11" in text for text in found.evidence) is said
    assert found.state is State.PASS


# --- FP-04


@pytest.mark.parametrize(
    ("booking", "hours", "amount"),
    [
        pytest.param(soft("2026-11-24", hours=8, id="s"), 8.0, "800.00", id="in the quarter"),
        pytest.param(soft("2026-11-02", hours=8, id="s"), 8.0, "800.00", id="in the quarter, past"),
        # Friday 30 October and Monday 2 November
        pytest.param(soft("2026-10-30", "2026-11-02", 16, id="s"), 8.0, "800.00", id="into the quarter: its share"),
        # Friday 29 January and Monday 1 February
        pytest.param(soft("2027-01-29", "2027-02-01", 16, id="s"), 8.0, "800.00", id="out of the quarter: its share"),
        pytest.param(soft("2027-02-01", hours=8, id="s"), None, None, id="after the quarter"),
        pytest.param(soft("2026-10-30", hours=8, id="s"), None, None, id="before the quarter"),
        pytest.param(hard("2026-11-24", hours=8, id="s"), None, None, id="hard"),
    ],
)
def test_fp04_soft_bookings_with_days_in_the_quarter(booking: Record, hours: float | None, amount: str | None) -> None:
    found = findings("FP-04", member(), booking)
    assert [(f.key, f.data["hours"], f.data["amount"]) for f in found] == (
        [("FP-04:soft-booking:s", hours, amount)] if hours else []
    )
    assert all(f.data["quarter"] == "FY27-Q4" and f.data["scenario"] == "soft-booking" for f in found)


def test_fp04_of_an_unpriced_soft_booking_is_in_hours() -> None:
    (found,) = findings("FP-04", resource(rate=None), member(), soft("2026-11-24"))
    assert (found.data["hours"], found.data["amount"], found.amount) == (8.0, None, None)


@pytest.mark.parametrize(
    ("due", "is_candidate"),
    [
        pytest.param(None, True, id="undated"),
        pytest.param("2026-11-22", True, id="overdue"),
        pytest.param("2026-11-23", False, id="due on as-of: in the forecast"),
        pytest.param("2027-01-31", False, id="the quarter's last day: in the quarter's forecast"),
        pytest.param("2027-02-01", True, id="the day after the quarter"),
        pytest.param("2027-03-02", True, id="30 days after the quarter's end"),
        pytest.param("2027-03-03", False, id="31 days after"),
    ],
)
def test_fp04_milestones_that_could_land_in_the_quarter(due: str | None, is_candidate: bool) -> None:
    found = findings("FP-04", fixed_fee(), milestone(due=due))
    assert [f.key for f in found] == (["FP-04:milestone:story:m1"] if is_candidate else [])
    assert all(str(f.amount) == "1000.00" and f.data["scenario"] == "milestone" for f in found)


def test_fp04_looks_at_the_billing_milestones_date_where_there_is_one() -> None:
    rows = (fixed_fee(), milestone(due=None), billing("b1", 400_00, "2027-02-15"), billing("b2", 100_00, "2026-12-01"))
    assert keys("FP-04", *rows) == ["milestone:billing_milestone:b1"]


def test_fp04_leaves_closed_engagements_out() -> None:
    assert keys("FP-04", workspace(status="Closed"), soft("2026-11-24")) == []
    assert keys("FP-04", fixed_fee(status="Closed"), milestone(due=None)) == []


def test_fp04_says_that_change_orders_are_not_looked_at() -> None:
    assert any("change orders" in text for text in step("FP-04").evidence)
