"""The steps about tasks, time and health: FP-02, FP-05, FP-09, FP-11 of rules.md 4, and who takes part (rules.md 1).

As-of is Monday 23 November 2026; the last full week is 16 to 22 November.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import (
    entry,
    findings,
    hard,
    keys,
    member,
    milestone,
    report,
    resource,
    soft,
    step,
    task,
    workspace,
)

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.findings import State
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, Record, Story

# --- FP-02


@pytest.mark.parametrize(
    ("story", "lacks"),
    [
        pytest.param(task("7"), None, id="both dates"),
        pytest.param(task("7", start=None), (True, False), id="no start"),
        pytest.param(task("7", due=None), (False, True), id="no due"),
        pytest.param(task("7", None, None), (True, True), id="neither"),
        pytest.param(task("7", None, None, state="completed"), None, id="completed"),
        pytest.param(task("7", None, None, state=None), (True, True), id="state not told is open"),
        pytest.param(task("7", None, None, story_type="issue"), (True, True), id="issues and deliverables too"),
        pytest.param(milestone("7"), None, id="a milestone needs only the due date"),
        pytest.param(milestone("7", due=None), (False, True), id="a milestone without a due date"),
    ],
)
def test_fp02(story: Story, lacks: tuple[bool, bool] | None) -> None:
    found = findings("FP-02", story)
    assert [(f.key, f.data["lacks_start"], f.data["lacks_due"]) for f in found] == (
        [("FP-02:7", *lacks)] if lacks else []
    )


def test_fp02_milestones_need_a_start_when_the_policy_says_so() -> None:
    rules = Rules(policy=Policy(milestone_needs_start=True))
    assert keys("FP-02", milestone("7"), rules=rules) == ["7"]


def test_fp02_leaves_closed_engagements_out() -> None:
    assert keys("FP-02", workspace(status="Closed"), task("7", None, None)) == []


# --- FP-05


@pytest.mark.parametrize(
    ("story", "faults"),
    [
        pytest.param(task("7"), [], id="nothing"),
        pytest.param(task("7", due="2026-11-22"), ["overdue"], id="due yesterday"),
        pytest.param(task("7", due="2026-11-23"), [], id="due today"),
        pytest.param(task("7", assigned=False), ["unassigned"], id="nobody assigned"),
        pytest.param(task("7", assigned=None), [], id="assignment not told"),
        pytest.param(task("7", due="2026-11-22", assigned=False), ["overdue", "unassigned"], id="both"),
        pytest.param(task("7", due=None), [], id="an undated task is FP-02's"),
        pytest.param(task("7", state="completed", due="2026-11-24"), ["closed-future"], id="completed, due tomorrow"),
        pytest.param(task("7", state="completed", due="2026-11-23"), [], id="completed, due today"),
        pytest.param(task("7", state="completed", due="2026-11-01", assigned=False), [], id="completed, in the past"),
        pytest.param(milestone("7", assigned=False), [], id="milestones need nobody"),
        pytest.param(milestone("7", due="2026-11-22"), ["overdue"], id="an overdue milestone"),
        pytest.param(milestone("7", due=None), ["milestone-undated"], id="an undated milestone"),
        pytest.param(milestone("7", due=None, fixed_fee=False), ["milestone-undated"], id="fixed fee or not"),
        pytest.param(milestone("7", due="2027-01-01", state="completed"), ["closed-future"], id="completed milestone"),
        pytest.param(milestone("7", due=None, state="completed"), [], id="completed milestone without a date"),
    ],
)
def test_fp05(story: Story, faults: list[str]) -> None:
    found = findings("FP-05", story)
    assert sorted(f.key for f in found) == [f"FP-05:{fault}:7" for fault in sorted(faults)]
    assert sorted(str(f.data["fault"]) for f in found) == sorted(faults)


def test_fp05_takes_closed_engagements_in() -> None:
    assert keys("FP-05", workspace(status="Closed"), task("7", due="2026-11-01")) == ["overdue:7"]


def test_fp05_a_fixed_fee_milestones_money_is_at_stake() -> None:
    rows = (task("1", due="2026-11-01"), milestone("2", "2026-11-20"), milestone("3", "2026-11-19", fixed_fee=False))
    assert keys("FP-05", *rows) == ["overdue:2", "overdue:1", "overdue:3"]


# --- FP-09


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        pytest.param([hard("2026-11-18", hours=8)], 8.0, id="booked and nothing entered"),
        pytest.param([hard("2026-11-18", hours=8), entry("2026-11-16", 0.25)], None, id="any entry there will do"),
        pytest.param(
            [hard("2026-11-18", hours=8), entry("2026-11-22", billable=False)], None, id="not billable, sunday"
        ),
        pytest.param([hard("2026-11-18", hours=8), entry("2026-11-15")], 8.0, id="entered the week before"),
        pytest.param([hard("2026-11-18", hours=8), entry("2026-11-23")], 8.0, id="entered this week"),
        pytest.param([hard("2026-11-18", hours=8), entry("2026-11-18", user_id="u2")], 8.0, id="somebody else's entry"),
        pytest.param([soft("2026-11-18", hours=8)], None, id="soft"),
        pytest.param([hard("2026-11-18", hours=0)], None, id="no minutes"),
        pytest.param([hard("2026-11-13", hours=8)], None, id="booked the week before"),
        pytest.param([hard("2026-11-23", hours=8)], None, id="booked this week"),
        # Friday 20 and Monday 23
        pytest.param([hard("2026-11-20", "2026-11-23", 16)], 8.0, id="the week's share of a longer booking"),
        pytest.param([hard("2026-11-17", hours=8), hard("2026-11-18", hours=4)], 12.0, id="bookings add up"),
        pytest.param([resource(user=None), hard("2026-11-18", hours=8)], None, id="unnamed"),
    ],
)
def test_fp09_missing(rows: list[Record], hours: float | None) -> None:
    found = findings("FP-09", member(), *rows)
    assert [(f.key, f.data["booked_hours"]) for f in found] == (
        [("FP-09:missing:1:u1:2026-11-16", hours)] if hours else []
    )


def test_fp09_an_entry_on_another_project_does_not_help() -> None:
    rows = (
        workspace("1"),
        workspace("2"),
        resource("r1"),
        member(),
        hard("2026-11-18"),
        entry("2026-11-18", workspace_id="2"),
    )
    assert keys("FP-09", *rows) == ["missing:1:u1:2026-11-16"]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        pytest.param("2026-11-23", ["missing:1:u1:2026-11-16"], id="monday"),
        pytest.param("2026-11-21", [], id="saturday: the week before, nothing booked"),
        pytest.param("2026-11-22", [], id="sunday: the week before"),
        pytest.param("2026-11-29", ["missing:1:u1:2026-11-16"], id="sunday after: still that week"),
        pytest.param("2026-11-30", [], id="a week later"),
    ],
)
def test_fp09_looks_at_the_last_full_week(as_of: str, expected: list[str]) -> None:
    assert keys("FP-09", member(), hard("2026-11-18"), as_of=as_of) == expected


def test_fp09_missing_money() -> None:
    (found,) = findings("FP-09", member(), hard("2026-11-18"), hard("2026-11-19", hours=2))
    assert (str(found.amount), found.data["amount"]) == ("1000.00", "1000.00")
    unpriced = (resource("r9", rate=None), resource("r1"), hard("2026-11-18"), hard("2026-11-19", of="r9"))
    (found,) = findings("FP-09", member(), *unpriced)
    assert (found.amount, found.data["booked_hours"]) == (None, 16.0)


APPROVALS = workspace(require_time_approvals=True)


@pytest.mark.parametrize(
    ("space", "row", "is_found"),
    [
        pytest.param(APPROVALS, entry("2026-11-22", approved=False), True, id="on the week's last day"),
        pytest.param(APPROVALS, entry("2026-11-23", approved=False), False, id="of this week"),
        pytest.param(APPROVALS, entry("2026-08-03", approved=False), True, id="long ago"),
        pytest.param(APPROVALS, entry("2026-11-20", approved=True), False, id="approved"),
        pytest.param(APPROVALS, entry("2026-11-20", approved=None), False, id="not told"),
        pytest.param(APPROVALS, entry("2026-11-20", approved=False, billable=False), True, id="not billable"),
        pytest.param(workspace(), entry("2026-11-20", approved=False), False, id="the project does not say"),
        pytest.param(
            workspace(require_time_approvals=False), entry("2026-11-20", approved=False), False, id="none required"
        ),
    ],
)
def test_fp09_unapproved(space: Record, row: Record, is_found: bool) -> None:
    assert keys("FP-09", space, row) == (["unapproved:1:u1"] if is_found else [])


@pytest.mark.parametrize(
    ("more", "hours", "amount"),
    [
        pytest.param({}, 3.0, "300.00", id="both at 100.00"),
        pytest.param({"rate": 50_00}, 3.0, "200.00", id="each at its own rate: 2 x 50 + 1 x 100"),
        pytest.param({"billable": False}, 3.0, "100.00", id="what is not billable has no money"),
        pytest.param({"rate": None}, 3.0, None, id="one without rate: unknown"),
        pytest.param({"currency": "EUR"}, 3.0, "100.00", id="another currency is not added"),
    ],
)
def test_fp09_unapproved_hours_and_money(more: dict[str, Any], hours: float, amount: str | None) -> None:
    rows = (entry("2026-11-20", 2, approved=False, **more), entry("2026-11-19", 1, approved=False))
    (found,) = findings("FP-09", APPROVALS, *rows)
    assert (found.data["hours"], found.data["amount"]) == (hours, amount)
    assert found.data["oldest"] == "2026-11-19"


def test_fp09_unapproved_is_one_finding_a_person() -> None:
    rows = (
        entry("2026-11-20", approved=False, id="e2"),
        entry("2026-11-19", approved=False, id="e1"),
        entry("2026-11-19", approved=False, user_id="u2", id="e3"),
    )
    found = findings("FP-09", APPROVALS, member(full_name="Ada"), *rows)
    assert {f.key: f.data["entry_ids"] for f in found} == {
        "FP-09:unapproved:1:u1": ["e1", "e2"],
        "FP-09:unapproved:1:u2": ["e3"],
    }
    assert {f.data["person"] for f in found} == {"Ada", "User u2"}


def test_fp09_takes_closed_engagements_in() -> None:
    rows = (workspace(status="Closed", require_time_approvals=True), member(), hard("2026-11-18"))
    assert keys("FP-09", *rows) == ["missing:1:u1:2026-11-16"]
    assert keys("FP-09", *rows, entry("2026-11-18", approved=False)) == ["unapproved:1:u1"]


def test_fp09_says_nothing_is_missing_only_when_entries_are_visible() -> None:
    found = step("FP-09", member(), hard("2026-11-18"), refused=[Kind.TIME_ENTRIES])
    assert (found.state, found.findings) == (State.UNVERIFIED, ())


# --- FP-11


@pytest.mark.parametrize(
    ("reports", "age"),
    [
        pytest.param([report("2026-11-16T15:00")], None, id="seven days old"),
        pytest.param([report("2026-11-15T15:00")], 8, id="eight days old"),
        pytest.param([report("2026-11-23T13:00")], None, id="today"),
        pytest.param([report("2026-11-01T15:00"), report("2026-11-20T15:00")], None, id="the latest counts"),
        # 03:00 UTC on the 16th is 22:00 on the 15th in New York
        pytest.param([report("2026-11-16T03:00")], 8, id="the local date is a day earlier"),
        pytest.param([report("2026-11-16T06:00")], None, id="after local midnight"),
    ],
)
def test_fp11_age(reports: list[Record], age: int | None) -> None:
    found = findings("FP-11", *reports)
    assert [(f.key, f.data["age_days"]) for f in found] == ([("FP-11:1", age)] if age else [])


def test_fp11_the_local_date_follows_the_zone() -> None:
    rules = Rules(zone=ZoneInfo("Europe/Berlin"))
    assert findings("FP-11", report("2026-11-16T03:00"), rules=rules) == ()


def test_fp11_summer_time_counts_for_the_local_date() -> None:
    # 03:30 UTC on 8 July is 23:30 on 7 July in New York's summer: eight days before the 15th
    (found,) = findings("FP-11", report("2026-07-08T03:30"), as_of="2026-07-15")
    assert found.data["date"] == "2026-07-07"


def test_fp11_none_at_all() -> None:
    (found,) = findings("FP-11")
    assert (found.key, found.data["date"], found.data["age_days"]) == ("FP-11:1", None, None)


@pytest.mark.parametrize("status", ["Prospect", "In Set Up", "Okay to Start", "On Hold", "Backlog", "Closed", None])
def test_fp11_looks_only_at_active(status: str | None) -> None:
    assert findings("FP-11", workspace(status=status)) == ()


def test_fp11_another_engagements_report_does_not_help() -> None:
    assert keys("FP-11", workspace("1"), workspace("2"), report("2026-11-20", ws="2")) == ["1"]


def test_no_step_of_tasks_finds_anything_on_a_well_kept_engagement() -> None:
    rows = (task("7"), milestone("8"), report("2026-11-20"), member(), hard("2026-11-18"), entry("2026-11-18"))
    assert {step(name, *rows).state for name in ("FP-02", "FP-05", "FP-09", "FP-11")} == {State.PASS}
