"""The steps about bookings: FP-06, FP-07, FP-08 of rules.md 4, and who takes part (rules.md 1).

As-of is Monday 23 November 2026: month November, quarter FY27-Q4 from 1 November 2026 to 31 January 2027.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    d,
    findings,
    hard,
    holiday,
    keys,
    member,
    moneyless,
    request,
    resource,
    soft,
    step,
    workspace,
)

from psdm_cli.domain.findings import State
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Kind, Record

PM = resource("r1", "PM")
OLD = "2026-01-05"  # a kickoff long past

# --- FP-06


def test_fp06_is_a_finding_a_person_with_the_numbers() -> None:
    (found,) = findings(
        "FP-06", member(full_name="Ada"), hard("2026-11-23", "2026-12-18", 50), soft("2026-12-01", hours=6)
    )
    assert found.key == "FP-06:u1"
    assert {name: found.data[name] for name in ("capacity_hours", "hard_hours", "soft_hours", "free_hours")} == {
        "capacity_hours": 160.0,
        "hard_hours": 50.0,
        "soft_hours": 6.0,
        "free_hours": 110.0,
    }
    assert found.data["user_id"] == "u1"
    assert found.amount is None


def test_fp06_says_that_it_is_a_lower_bound() -> None:
    assert any("lower bound" in text for text in step("FP-06", member()).evidence)


def test_fp06_with_one_lead_belongs_to_the_lead_with_several_to_none() -> None:
    (alone,) = findings("FP-06", member())
    (shared,) = findings("FP-06", workspace("1"), workspace("2", lead_name="Zoe"), member())
    assert (alone.lead, shared.lead) == ("Pat Lead", None)


def test_fp06_names_the_work_that_fits_the_role() -> None:
    rows = (
        workspace(start_date=OLD),
        resource("r1", "PSE", "u1"),
        resource("r2", "PSE", None),
        resource("r3", "TA", None),
        member("u1"),
        hard("2026-12-07", "2026-12-11", 40, of="r2", id="unnamed"),
        soft("2026-12-01", hours=8, of="r1", id="mine"),
        soft("2026-12-01", hours=8, of="r3", id="another role"),
        soft("2026-11-20", hours=8, of="r2", id="past"),
    )
    (found,) = findings("FP-06", *rows)
    fits = found.data["fits"]
    assert {item["role"] for item in fits} == {"PSE"}
    assert [(item["why"], item["from"], item["hours"]) for item in fits] == [
        ("no hard booking", "2026-11-23", None),
        ("soft-booked", "2026-12-01", 8.0),
        ("unnamed", "2026-12-07", 40.0),
    ]


def test_fp06_passes_when_everybody_is_booked_and_says_when_nobody_is_there() -> None:
    assert step("FP-06", member(), hard("2026-11-23", "2026-12-18", 128)).state is State.PASS
    nobody = step("FP-06", member(role="Trainer"))
    assert (nobody.state, "no active person" in nobody.reason) == (State.PASS, True)


# --- FP-07


def soft_findings(*rows: Record, as_of: str = "2026-11-23") -> list[tuple[str, str, float]]:
    """FP-07's findings: booking, reason, hours this month."""
    return [
        (str(f.data["booking_id"]), str(f.data["reason"]), float(f.data["hours_this_month"]))
        for f in findings("FP-07", member(), *rows, as_of=as_of)
    ]


@pytest.mark.parametrize(
    ("booking", "hours"),
    [
        pytest.param(soft("2026-11-24", hours=8, id="s"), 8.0, id="this month, to come"),
        pytest.param(soft("2026-11-02", hours=8, id="s"), 8.0, id="this month, days before as-of included"),
        # Friday 30 October and Monday 2 November
        pytest.param(soft("2026-10-30", "2026-11-02", 16, id="s"), 8.0, id="into the month: its share"),
        pytest.param(soft("2026-11-30", "2026-12-01", 16, id="s"), 8.0, id="out of the month: its share"),
        pytest.param(soft("2026-12-01", hours=8, id="s"), None, id="next month"),
        pytest.param(soft("2026-10-30", hours=8, id="s"), None, id="last month"),
        # Friday 30 October to Sunday 1 November: its minutes lie on Friday
        pytest.param(soft("2026-10-30", "2026-11-01", 8, id="s"), None, id="a day in the month without minutes"),
        pytest.param(soft("2026-11-24", hours=0, id="s"), None, id="no minutes"),
        pytest.param(hard("2026-11-24", hours=8, id="s"), None, id="hard"),
    ],
)
def test_fp07_is_about_soft_minutes_in_the_as_of_month(booking: Record, hours: float | None) -> None:
    assert soft_findings(booking) == ([("s", "current-month", hours)] if hours else [])


@pytest.mark.parametrize(
    ("kickoff", "expected"),
    [
        pytest.param(OLD, "current-month", id="kicked off long ago"),
        pytest.param("2026-11-06", "current-month", id="day 11"),
        pytest.param("2026-11-09", None, id="day 10: just kicked off, no finding"),
        pytest.param("2026-11-23", None, id="kicked off today"),
        pytest.param("2026-11-24", "before-kickoff", id="kickoff tomorrow"),
        pytest.param(None, "current-month", id="kickoff unknown: long past"),
    ],
)
def test_fp07_and_the_kickoff(kickoff: str | None, expected: str | None) -> None:
    rows = (workspace(start_date=kickoff), soft("2026-11-24", id="s"))
    assert soft_findings(*rows) == ([("s", expected, 8.0)] if expected else [])
    shown = [text for text in step("FP-07", member(), *rows).evidence if "just-kicked-off" in text]
    assert len(shown) == (0 if expected else 1)


def test_fp07_grace_knows_holidays() -> None:
    rows = (workspace(start_date="2026-11-06"), soft("2026-11-24", id="s"))
    assert soft_findings(*rows, holiday("2026-11-11")) == []  # with a holiday Monday 23 is day 10
    assert soft_findings(*rows) == [("s", "current-month", 8.0)]


def test_fp07_grace_counts_from_a_stored_kickoff() -> None:
    stored = {"1": StoredDates(kickoff=d("2026-11-20"))}
    assert findings("FP-07", member(), soft("2026-11-24"), stored=stored) == ()


def test_fp07_shows_the_rest_of_the_fiscal_quarter() -> None:
    rows = (
        soft("2026-12-01", id="a"),
        soft("2027-01-29", id="b"),
        soft("2027-02-01", id="c"),
        soft("2026-10-30", id="e"),
    )
    found = step("FP-07", member(), *rows)
    assert (found.state, len(found.evidence)) == (State.PASS, 2)
    assert all("FY27-Q4" in text and "800.00 USD" in text for text in found.evidence)


def test_fp07_looks_at_all_roles_and_unnamed_ones() -> None:
    rows = (
        resource("r1", "Trainer"),
        resource("r2", "TA", None),
        soft("2026-11-24", id="a"),
        soft("2026-11-25", of="r2", id="b"),
    )
    assert sorted(keys("FP-07", *rows)) == ["a", "b"]


def test_fp07_amounts_of_the_month_and_their_order() -> None:
    rows = (soft("2026-11-24", hours=2, id="small"), soft("2026-11-30", "2026-12-01", 16, id="big"))
    found = findings("FP-07", member(), *rows)
    assert [(f.data["booking_id"], str(f.amount)) for f in found] == [("big", "800.00"), ("small", "200.00")]


def test_fp07_works_in_hours_without_money() -> None:
    (found,) = findings("FP-07", moneyless(), member(), soft("2026-11-24"))
    assert (found.amount, found.data["hours_this_month"], found.data["amount_this_month"]) == (None, 8.0, None)


def test_fp07_knows_of_a_pending_request() -> None:
    (asked,) = findings("FP-07", member(), soft("2026-11-24"), request("r1"))
    (unasked,) = findings("FP-07", member(), soft("2026-11-24"), request("r2"))
    assert (asked.data["request_pending"], unasked.data["request_pending"]) == (True, False)


def test_fp07_does_not_know_of_requests_that_it_may_not_see() -> None:
    (found,) = findings("FP-07", member(), soft("2026-11-24"), refused=[Kind.RESOURCE_REQUESTS])
    assert found.data["request_pending"] is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("Closed", [], id="closed does not take part"),
        pytest.param("On Hold", ["s"], id="on hold does"),
        pytest.param("Backlog", ["s"], id="backlog does"),
        pytest.param("Prospect", ["s"], id="prospect does"),
    ],
)
def test_fp07_statuses(status: str, expected: list[str]) -> None:
    assert keys("FP-07", workspace(status=status), member(), soft("2026-11-24", id="s")) == expected


# --- FP-08


def test_fp08_is_a_finding_a_role_with_its_gap() -> None:
    found = findings("FP-08", PM, resource("r2", "PSE", "u2"), hard("2026-11-23", "2026-12-11", 9))
    assert [(f.key, f.data["gap_from"], f.data["until"]) for f in found] == [
        ("FP-08:1:PSE", "2026-11-23", "2027-01-23"),
        ("FP-08:1:PM", "2026-12-14", "2027-01-23"),
    ]
    assert {f.data["horizon_until"] for f in found} == {"2027-01-23"}
    assert [f.due for f in found] == [d("2026-11-23"), d("2026-12-14")]


@pytest.mark.parametrize(
    ("kickoff", "is_finding"),
    [
        pytest.param("2026-11-22", True, id="after the kickoff"),
        pytest.param("2026-11-23", True, id="from the kickoff day on"),
        pytest.param("2026-11-24", False, id="before it only shown"),
        pytest.param(None, True, id="unknown: treated as past"),
    ],
)
def test_fp08_and_the_kickoff(kickoff: str | None, is_finding: bool) -> None:
    found = step("FP-08", workspace(start_date=kickoff), PM)
    assert [f.key for f in found.findings] == (["FP-08:1:PM"] if is_finding else [])
    shown = [text for text in found.evidence if "before kickoff" in text]
    assert len(shown) == (0 if is_finding else 1)
    assert found.state is (State.ATTENTION if is_finding else State.PASS)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("Active", ["1:PM"], id="active"),
        pytest.param("Okay to Start", ["1:PM"], id="okay to start"),
        pytest.param("On Hold", [], id="on hold"),
        pytest.param("backlog", [], id="backlog, any case"),
        pytest.param("Closed", [], id="closed"),
    ],
)
def test_fp08_statuses(status: str, expected: list[str]) -> None:
    found = step("FP-08", workspace(status=status), PM)
    assert [f.key.removeprefix("FP-08:") for f in found.findings] == expected
    assert found.evidence == ()


def test_fp08_orders_by_money_left_to_forecast_then_by_date() -> None:
    rows = (
        workspace("1", price_in_cents=100_00),
        workspace("2", price_in_cents=900_00),
        workspace("3", price_in_cents=100_00),
        resource("r1", "PM", ws="1"),
        resource("r2", "PM", ws="2"),
        resource("r3", "PM", ws="3", rate=0),
        hard("2026-11-23", hours=1, of="r3", ws="3"),
    )
    assert keys("FP-08", *rows) == ["2:PM", "1:PM", "3:PM"]


def test_fp08_over_planned_money_is_not_at_stake_in_a_gap() -> None:
    (found,) = findings("FP-08", workspace(price_in_cents=0, budget_used_in_cents=5_00), PM)
    assert (found.amount, found.data["to_forecast"]) == (None, "-5.00")


def test_fp08_works_without_money() -> None:
    (found,) = findings("FP-08", moneyless(), PM)
    assert (found.amount, found.data["to_forecast"]) == (None, None)


def test_fp08_names_pending_requests_of_the_role() -> None:
    rows = (PM, resource("r2", "PSE", None), request("r2"))
    found = {f.key: f.data["pending_requests"] for f in findings("FP-08", *rows)}
    assert found == {"FP-08:1:PM": [], "FP-08:1:PSE": ["r2"]}


def test_fp08_a_resource_known_by_the_persons_default_role_requires_it() -> None:
    slot = replace(resource("r2", None, "u2"), role_id=None)
    assert "1:TA" in keys("FP-08", slot, member("u2", role="Technical Architect"))


def test_fp08_passes_when_all_is_booked_to_the_projects_end() -> None:
    rows = (workspace(due_date="2026-12-02"), PM, hard("2026-11-23", "2026-12-02", 60))
    assert step("FP-08", *rows).state is State.PASS


def test_fp08_is_unverified_without_bookings() -> None:
    assert step("FP-08", PM, refused=[Kind.ALLOCATIONS]).state is State.UNVERIFIED
