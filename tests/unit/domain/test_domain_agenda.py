"""What is due, for which project, by when: one table a kind of item."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import (
    assess,
    fixed_fee,
    hard,
    milestone,
    resource,
    task,
    workspace,
)
from builders import report as health

from psdm_cli.domain.agenda import Agenda, Item, OpenChecklist, Standing, Urgency, agenda, in_order
from psdm_cli.domain.agenda_items import SOURCES
from psdm_cli.domain.cadence import Duty, Moment, moment
from psdm_cli.domain.contract_dates import sow_expiry
from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.steps.catalog import run
from psdm_cli.domain.waivers import Waiver, apply_waivers

EASTERN = ZoneInfo("America/New_York")
CADENCE = {
    Duty.PREP_COMPLETE: Moment(0, time(10, 0)),
    Duty.FORECAST_UPDATED: Moment(0, time(11, 0)),
    Duty.TIMESHEETS_APPROVED: moment("Monday 11:00"),
    Duty.TOP_CUSTOMER_NOTES: moment("Wednesday 08:00"),
    Duty.HEALTH_REPORTS: moment("Thursday 23:59"),
    Duty.TIMESHEETS_SUBMITTED: moment("Friday 23:59"),
}
MONDAY = "2026-11-23T07:46"
THIS_WEEK = health("2026-11-23T15:00:00Z")


def look(
    *records: Record, now: str = MONDAY, waivers: tuple[Waiver, ...] = (), refused: Any = (), **more: Any
) -> Agenda:
    moment_now = datetime.fromisoformat(now).replace(tzinfo=EASTERN)
    assessment = assess(*records, as_of=moment_now.date().isoformat(), refused=refused)
    steps = apply_waivers(run(assessment), waivers, assessment.as_of)
    standing = Standing(assessment, steps, CADENCE, moment_now, waivers, **more)
    return agenda(standing, SOURCES)


def items(kind: str, *records: Record, **more: Any) -> list[Item]:
    return [item for item in look(*records, **more).items if item.id.partition(":")[0] == kind]


def dues(kind: str, *records: Record, **more: Any) -> list[str]:
    return [f"{item.due:%Y-%m-%d %H:%M}" for item in items(kind, *records, **more) if item.due]


# Monday


def test_monday_asks_for_a_frozen_forecast_and_confirmed_steps() -> None:
    found = {item.id: item for item in items("duty", open_manual=("FP-12", "FP-13"))}
    prep = found["duty:prep-complete"]
    assert prep.what == "Forecast call prep complete (not frozen yet; to confirm: FP-12, FP-13)"
    assert (prep.due.isoformat() if prep.due else "") == "2026-11-23T10:00:00-05:00"
    assert prep.command == "psdm forecast-prep --freeze"
    assert found["duty:forecast-updated"].due == datetime(2026, 11, 23, 11, tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("frozen", "manual", "ticked", "left"),
    [
        pytest.param(False, (), (), {"prep-complete", "forecast-updated"}, id="nothing done"),
        pytest.param(True, ("FP-13",), (), {"prep-complete", "forecast-updated"}, id="frozen, not confirmed"),
        pytest.param(False, (), (Duty.PREP_COMPLETE,), {"forecast-updated"}, id="one ticked off"),
        pytest.param(True, (), (), set(), id="frozen and confirmed"),
    ],
)
def test_when_monday_is_done(frozen: bool, manual: tuple[str, ...], ticked: tuple[Duty, ...], left: set[str]) -> None:
    found = look(THIS_WEEK, frozen=frozen, open_manual=manual, ticked=frozenset(ticked))
    monday = {item.id.partition(":")[2] for item in found.items} & {"prep-complete", "forecast-updated"}
    assert monday == left
    assert {duty.value for duty in found.done} == {"prep-complete", "forecast-updated"} - left


def test_a_frozen_week_asks_for_what_is_left_to_confirm() -> None:
    found = {item.id: item for item in items("duty", frozen=True, open_manual=("FP-13",))}
    assert found["duty:prep-complete"].what == "Forecast call prep complete (to confirm: FP-13)"
    assert found["duty:prep-complete"].command == "psdm checklist resume forecast-prep"


def test_what_psdm_cannot_see_stays_until_it_is_ticked_off() -> None:
    friday = "2026-11-27T12:00"
    notes = next(item for item in items("duty", now=friday) if item.id == "duty:top-customer-notes")
    assert notes.urgency(datetime(2026, 11, 27, 12, tzinfo=EASTERN)) is Urgency.OVERDUE
    assert notes.command == "psdm top-customer"
    ticked = frozenset({Duty.TOP_CUSTOMER_NOTES})
    assert "duty:top-customer-notes" not in [item.id for item in items("duty", now=friday, ticked=ticked)]


def test_a_team_without_a_duty_is_not_asked_for_it() -> None:
    assessment = assess(THIS_WEEK)
    cadence = {Duty.HEALTH_REPORTS: moment("Thursday 23:59")}
    now = datetime(2026, 11, 23, 8, tzinfo=EASTERN)
    found = agenda(Standing(assessment, run(assessment), cadence, now), SOURCES)
    assert not [item for item in found.items if item.id.startswith(("duty", "time"))]


# findings


def test_findings_stand_by_step_with_the_weightiest_money() -> None:
    (found,) = items("findings", workspace(), task(start=None), hard("2026-11-24", "2026-11-24"), THIS_WEEK)
    steps = {each.step: each.count for each in found.findings}
    assert steps == {"FP-01": 1, "FP-02": 1, "FP-08": 2}
    assert found.what == "4 findings: FP-01 1, FP-02 1, FP-08 2"
    # 99,200.00 is open, and named by FP-01 and by both uncovered roles of FP-08: it is one sum of money
    assert (str(found.amount), found.currency) == ("99200.00", "USD")
    assert found.command == "psdm forecast-prep --step FP-01"
    assert found.sow == "SOW-1001"


@pytest.mark.parametrize(
    ("frozen", "due"),
    [
        pytest.param(False, "2026-11-23 10:00", id="this Monday's"),
        pytest.param(True, "2026-11-30 10:00", id="once frozen, next Monday's"),
    ],
)
def test_when_findings_are_due(frozen: bool, due: str) -> None:
    assert dues("findings", task(start=None), frozen=frozen) == [due]


def test_missing_time_has_its_own_deadline() -> None:
    records = (hard("2026-11-16", "2026-11-20", 40), hard("2026-11-23", "2027-02-26", 400), THIS_WEEK)
    (found,) = items("time", *records)
    assert found.what == "Last week's time to chase or approve: 1 finding"
    assert (str(found.amount), found.due) == ("4000.00", datetime(2026, 11, 23, 11, tzinfo=EASTERN))
    assert "FP-09" not in [each.step for item in items("findings", *records) for each in item.findings]
    assert "FP-09" in [each.step for each in look(*records).steps]
    assert items("time", *records, ticked=frozenset({Duty.TIMESHEETS_APPROVED})) == []


def test_what_may_not_be_read_is_said_and_not_passed() -> None:
    found = look(refused=(Kind.TIME_ENTRIES, Kind.STATUS_REPORTS))
    whats = [item.what for item in found.items]
    assert "Last week's time approved (psdm could not look)" in whats
    assert "Health reports written (psdm could not look)" in whats
    assert [sentence.partition(" ")[0] for sentence in found.unverified if sentence[:5] in ("FP-09", "FP-11")] == [
        "FP-09",
        "FP-11",
    ]


# health reports


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        pytest.param(MONDAY, "2026-11-19T15:00", ["2026-11-26 23:59"], id="last week's is there: this week's is due"),
        pytest.param(MONDAY, "2026-11-16T15:00", ["2026-11-26 23:59"], id="last Monday's too"),
        pytest.param(MONDAY, "2026-11-15T15:00", ["2026-11-19 23:59"], id="none last week: overdue since Thursday"),
        pytest.param(MONDAY, None, ["2026-11-19 23:59"], id="there never was one"),
        pytest.param("2026-11-25T09:00", "2026-11-24T15:00", [], id="written this week"),
        pytest.param(
            "2026-11-27T09:00", "2026-11-20T15:00", ["2026-11-26 23:59"], id="on Friday this week's is missed"
        ),
        pytest.param("2026-11-28T09:00", "2026-11-24T15:00", ["2026-12-03 23:59"], id="Saturday looks to next week"),
        pytest.param(MONDAY, "2026-11-23T04:30", ["2026-11-26 23:59"], id="Monday in UTC is still Sunday Eastern"),
    ],
)
def test_health_reports(now: str, last: str | None, due: list[str]) -> None:
    records = [health(last)] if last else []
    assert dues("health", *records, now=now) == due


def test_no_health_report_is_missed_before_the_work_began() -> None:
    begins = workspace(start_date="2026-11-23")
    assert dues("health", begins) == ["2026-11-26 23:59"]


def test_only_active_engagements_owe_health_reports() -> None:
    assert dues("health", workspace(status="On Hold")) == []


# milestones, contracts, gaps


@pytest.mark.parametrize(
    ("day", "listed"),
    [("2026-11-02", True), ("2026-11-23", True), ("2026-12-07", True), ("2026-12-08", False)],
)
def test_milestones_within_fourteen_days_or_overdue(day: str, listed: bool) -> None:
    found = items("milestone", fixed_fee(), milestone(due=day, cents=12_500_00))
    assert [(item.due.date().isoformat() if item.due else "", str(item.amount)) for item in found] == (
        [(day, "12500.00")] if listed else []
    )


def test_milestones_of_other_types_carry_no_money() -> None:
    (found,) = items("milestone", workspace(), milestone(due="2026-11-30"))
    assert found.what == "Milestone “Milestone m1” due Mon 30 Nov 2026"
    assert found.amount is None


def test_completed_milestones_are_done() -> None:
    assert items("milestone", workspace(), milestone(due="2026-11-30", state="completed")) == []


@pytest.mark.parametrize(
    ("field", "due", "expected"),
    [
        pytest.param("2027-01-22", None, ["2027-01-22 23:59"], id="in sixty days"),
        pytest.param("2027-01-23", None, [], id="in sixty-one"),
        pytest.param("2026-11-20", None, ["2026-11-20 23:59"], id="expired and still going on"),
        pytest.param(None, "2026-12-31", ["2026-12-31 23:59"], id="by the project's due date"),
        pytest.param("soon", "2026-12-31", ["2026-12-31 23:59"], id="no date in the field"),
        pytest.param(None, None, [], id="nothing known"),
    ],
)
def test_sow_expiry(field: str | None, due: str | None, expected: list[str]) -> None:
    fields = (("Billing Type", "T&M"), *((("SOW Expiry", field),) if field else ()))
    assert dues("expiry", workspace(custom_fields=fields, due_date=due)) == expected


def test_an_expiry_says_when_an_extension_becomes_a_change_order() -> None:
    fields = (("Billing Type", "T&M"), ("SOW Expiry", "2026-12-31"))
    (found,) = items("expiry", workspace(custom_fields=fields))
    assert found.what == "SOW expires Thu 31 Dec 2026; an end from Sun 28 Feb 2027 on needs a change order"


def test_an_expiry_by_the_due_date_is_said_to_be_one() -> None:
    (forecast,) = assess(workspace(due_date="2026-12-31")).forecasts
    found = sow_expiry(forecast.engagement, FieldNames())
    assert found is not None
    assert found.warning == "SOW-1001: SOW Expiry is empty; taken from the project's due date"


@pytest.mark.parametrize(
    ("booked_to", "listed"), [("2026-11-27", True), ("2026-11-29", True), ("2026-12-04", False), ("2027-02-26", False)]
)
def test_gaps_that_begin_within_a_week(booked_to: str, listed: bool) -> None:
    pm = resource("r2", "PM", "u2")
    covered = hard("2026-11-23", "2027-02-26", 400, of="r2")
    found = items("gap", resource(), pm, covered, hard("2026-11-23", booked_to, 80))
    assert [item.id for item in found] == (["gap:1:PSE"] if listed else [])
    if listed:
        assert found[0].command == "psdm booking request SOW-1001 --role PSE --from 2026-11-30"


def test_a_command_names_a_project_without_a_number_by_its_id() -> None:
    nameless = workspace(title="$(touch x) Acme; rm", due_date="2026-12-31")
    found = look(nameless, task(start=None))
    assert all("touch" not in item.command for item in found.items)
    assert "psdm open 1" in [item.command for item in found.items]


# waivers, checklists


def waiver(until: str) -> Waiver:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Waiver("FP-02:7", "the customer decides in December", date.fromisoformat(until), "Pat", at, "SOW-1001")


@pytest.mark.parametrize(
    ("until", "urgency"),
    [
        pytest.param("2026-11-20", Urgency.OVERDUE, id="over, and the finding is back"),
        pytest.param("2026-11-23", Urgency.TODAY, id="its last day"),
        pytest.param("2026-11-30", Urgency.LATER, id="in a week and some hours"),
        pytest.param("2026-12-01", None, id="later than that"),
    ],
)
def test_waivers_that_end(until: str, urgency: Urgency | None) -> None:
    found = look(task("7", start=None), waivers=(waiver(until),))
    mine = [item for item in found.items if item.id == "waiver:FP-02:7"]
    assert [item.urgency(found.now) for item in mine] == ([urgency] if urgency else [])


def test_a_waiver_of_a_finding_that_is_gone_says_nothing() -> None:
    assert items("waiver", task("7"), waivers=(waiver("2026-11-23"),)) == []


def test_open_checklists_have_no_deadline_and_come_last() -> None:
    kickoff = OpenChecklist("init-project", "New engagement", "1", "SOW-1001", 3)
    found = look(THIS_WEEK, checklists=(kickoff,))
    last = found.items[-1]
    assert (last.what, last.due, last.command) == (
        "New engagement: 3 steps open",
        None,
        "psdm checklist resume init-project SOW-1001",
    )


# order and urgency


def test_overdue_first_then_time_left_then_money() -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=EASTERN)

    def item(name: str, due: str | None, stake: int = 0) -> Item:
        when = datetime.fromisoformat(due).replace(tzinfo=EASTERN) if due else None
        return Item(name, name, when, "psdm", stake=stake)

    wanted = [
        item("long overdue", "2026-11-02T10:00"),
        item("overdue", "2026-11-20T10:00"),
        item("today, much money", "2026-11-23T10:00", 900),
        item("today, some money", "2026-11-23T10:00", 100),
        item("tomorrow, more money", "2026-11-24T10:00", 9000),
        item("no deadline", None, 90_000),
    ]
    assert [each.id for each in in_order(reversed(wanted), now)] == [each.id for each in wanted]


def test_nothing_pressing() -> None:
    sunday = "2026-11-29T12:00"
    found = look(workspace(status="On Hold"), hard("2026-11-23", "2027-02-26", 400), now=sunday)
    assert not found.is_pressing
    assert {item.urgency(found.now) for item in found.items} <= {Urgency.WEEK, Urgency.LATER}


def test_due_today_is_pressing() -> None:
    assert look(THIS_WEEK).is_pressing
