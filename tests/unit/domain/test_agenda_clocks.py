"""The clocks of engagements on the agenda: acceptance, two-month line, work at risk, funds, quarter's end, holidays."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import assess, entry, fixed_fee, hard, holiday, milestone, resource, workspace

from psdm_cli.domain.agenda import Agenda, Item, Standing, Urgency, agenda
from psdm_cli.domain.agenda_clocks import CLOCKS, holiday_notes, risk_notes
from psdm_cli.domain.agenda_items import milestones
from psdm_cli.domain.cadence import Duty, Moment, moment
from psdm_cli.domain.contract_clocks import RiskClock, RiskWatch
from psdm_cli.domain.records import Record
from psdm_cli.domain.steps.catalog import run

EASTERN = ZoneInfo("America/New_York")
CADENCE = {Duty.PREP_COMPLETE: Moment(0, time(10, 0)), Duty.HEALTH_REPORTS: moment("Thursday 23:59")}
MONDAY = "2026-11-23T07:46"


def standing(*records: Record, now: str = MONDAY, **more: Any) -> Standing:
    at = datetime.fromisoformat(now).replace(tzinfo=EASTERN)
    assessment = assess(*records, as_of=at.date().isoformat())
    return Standing(assessment, run(assessment), CADENCE, at, **more)


def look(*records: Record, **more: Any) -> Agenda:
    return agenda(standing(*records, **more), CLOCKS)


def only(kind: str, *records: Record, **more: Any) -> list[Item]:
    return [item for item in look(*records, **more).items if item.id.partition(":")[0] == kind]


def dues(*found: Item) -> list[str | None]:
    return [f"{item.due:%Y-%m-%d %H:%M}" if item.due else None for item in found]


def sent(text: str | None, *more: tuple[str, str], **changes: Any) -> Record:
    fields = (*((("Sign Off Sent", text),) if text is not None else ()), *more)
    return milestone(custom_fields=fields, **changes)


# acceptance by silence


@pytest.mark.parametrize(
    ("text", "due", "words"),
    [
        pytest.param("2026-11-20", "2026-11-26 23:59", "is accepted by silence at the end of Thu 26 Nov", id="runs"),
        pytest.param("2026-11-16", "2026-11-20 23:59", "was accepted by silence on Fri 20 Nov", id="over: to be noted"),
        pytest.param("2026-11-17", "2026-11-23 23:59", "is accepted by silence at the end of Mon 23 Nov", id="today"),
        pytest.param("yes", None, "on which day is not stated", id="no day: no clock"),
    ],
)
def test_a_sign_off_that_was_sent_runs_its_clock(text: str, due: str | None, words: str) -> None:
    (found,) = only("acceptance", fixed_fee(), sent(text))
    assert dues(found) == [due]
    assert words in found.what
    assert (str(found.amount), found.sow) == ("1000.00", "SOW-1001")


def test_holidays_lengthen_the_wait() -> None:
    (found,) = only("acceptance", fixed_fee(), sent("2026-11-20"), holiday("2026-11-26", "2026-11-27"))
    assert dues(found) == ["2026-11-30 23:59"]


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(sent(None), id="not sent"),
        pytest.param(sent("No"), id="sent: no"),
        pytest.param(sent("2026-11-20", ("Sign Off Received", "2026-11-21")), id="received"),
        pytest.param(sent("2026-11-20", state="completed"), id="completed"),
        pytest.param(sent("2026-11-20", story_type="task"), id="no milestone"),
    ],
)
def test_other_milestones_run_none(story: Record) -> None:
    assert only("acceptance", fixed_fee(), story) == []


@pytest.mark.parametrize(
    ("clause", "due"), [("10 business days", "2026-12-03 23:59"), ("No", None), ("Yes", "2026-11-26 23:59")]
)
def test_the_contract_says_how_long(clause: str, due: str | None) -> None:
    space = fixed_fee(custom_fields=(("Billing Type", "FF"), ("Passive Acceptance Language", clause)))
    (found,) = only("acceptance", space, sent("2026-11-20"))
    assert dues(found) == [due]
    assert ("no acceptance by silence" in found.what) is (due is None)


@pytest.mark.parametrize(
    ("story", "words"),
    [
        pytest.param(sent(None, due="2026-11-30"), "; no sign-off sent", id="not sent"),
        pytest.param(sent("2026-11-20", due="2026-11-30"), "; its sign-off was sent", id="sent"),
        pytest.param(
            sent("2026-11-18", ("Sign Off Received", "yes"), due="2026-11-30"), "; its sign-off came back", id="back"
        ),
    ],
)
def test_a_milestone_says_how_far_its_sign_off_is(story: Record, words: str) -> None:
    (found,) = agenda(standing(fixed_fee(), story), (milestones,)).items
    assert words in found.what


# the two-month line


def expiring(day: str, **more: Any) -> Record:
    return workspace(custom_fields=(("Billing Type", "T&M"), ("SOW Expiry", day)), **more)


@pytest.mark.parametrize(
    ("expiry", "end", "due", "words"),
    [
        pytest.param("2026-10-30", None, "2026-12-29 23:59", "is near: from Wed 30 Dec 2026", id="expired"),
        pytest.param("2026-09-23", None, "2026-11-22 23:59", "has passed: from Mon 23 Nov 2026", id="on the line"),
        pytest.param("2026-09-24", None, "2026-11-23 23:59", "is near: from Tue 24 Nov 2026", id="a day before it"),
        pytest.param("2026-12-31", "2027-02-28", "2026-12-31 23:59", "needs a change order", id="planned beyond it"),
        pytest.param("2026-12-31", "2027-02-27", None, "", id="planned just short of it"),
        pytest.param("2026-12-31", None, None, "", id="to come: the expiry says it"),
        pytest.param("2027-06-30", "2027-12-31", None, "", id="far away"),
    ],
)
def test_the_two_month_line(expiry: str, end: str | None, due: str | None, words: str) -> None:
    found = only("two-months", expiring(expiry, due_date=end))
    assert dues(*found) == ([due] if due else [])
    assert all(words in item.what for item in found)


# work at risk

CLOCK = RiskClock("7#1", "Work at Risk 1", "SOW-1001", date(2026, 11, 25))


@pytest.mark.parametrize(
    ("clock", "due", "words"),
    [
        pytest.param(CLOCK, "2026-11-25 23:59", "Work stops Wed 25 Nov 2026 unless", id="to come"),
        pytest.param(
            RiskClock("7#1", "x", "SOW-1001", date(2026, 11, 20)), "2026-11-20 23:59", "Work had to stop", id="over"
        ),
        pytest.param(RiskClock("7#1", "x", "SOW-1001", None), None, "no stop date that can be read", id="unread"),
    ],
)
def test_work_at_risk(clock: RiskClock, due: str | None, words: str) -> None:
    (found,) = only("risk", workspace(), risks=RiskWatch((clock,), date(2026, 11, 23)))
    assert dues(found) == [due]
    assert words in found.what
    assert (found.sow, found.command) == ("SOW-1001", "psdm status SOW-1001")


def test_somebody_elses_work_at_risk_is_theirs() -> None:
    other = RiskClock("7#2", "x", "SOW-9999", date(2026, 11, 25))
    nameless = RiskClock("7#3", "x", None, date(2026, 11, 25))
    watch = RiskWatch((other, nameless), date(2026, 11, 23))
    assert only("risk", workspace(), risks=watch) == []
    assert list(risk_notes(standing(workspace(), risks=watch))) == [
        "1 open work at risk in GitLab without a SOW number"
    ]


@pytest.mark.parametrize(
    ("watch", "unverified", "unasked"),
    [
        pytest.param(RiskWatch(seen_on=date(2026, 11, 23)), 0, 0, id="seen"),
        pytest.param(RiskWatch(why_not="GitLab was not asked"), 0, 1, id="nobody asked: said, and no alarm"),
        pytest.param(RiskWatch(why_not="GitLab is down", failed=True), 1, 0, id="asked in vain"),
        pytest.param(RiskWatch((CLOCK,), date(2026, 11, 20), "GitLab was not asked"), 0, 0, id="as it was seen last"),
        pytest.param(RiskWatch((CLOCK,), date(2026, 11, 20), "down", failed=True), 1, 0, id="seen once, now in vain"),
    ],
)
def test_what_gitlab_did_not_show_is_said(watch: RiskWatch, unverified: int, unasked: int) -> None:
    found = look(workspace(), risks=watch)
    about = [[each for each in part if "Works at risk" in each] for part in (found.unverified, found.unasked)]
    assert [len(each) for each in about] == [unverified, unasked]
    assert len([item for item in found.items if item.id.startswith("risk")]) == len(watch.clocks)


def test_an_old_look_is_dated() -> None:
    (note,) = risk_notes(standing(workspace(), risks=RiskWatch((CLOCK,), date(2026, 11, 20))))
    assert note.startswith("Works at risk are those of Fri 20 Nov 2026;")


# funds


WORKED = tuple(entry(f"2026-{month}-{day:02}", 8) for month, day in (("11", 3), ("11", 10), ("11", 12), ("11", 17)))


@pytest.mark.parametrize(
    ("hours", "end", "due"),
    [
        pytest.param(16, "2027-02-26", "2026-12-07 23:59", id="two weeks of booked hours left, an end far away"),
        pytest.param(16, "2026-12-07", None, id="just to the end"),
        pytest.param(16, None, "2026-12-07 23:59", id="no end known"),
        pytest.param(80, "2027-06-30", None, id="beyond the days looked ahead"),
    ],
)
def test_hours_that_run_out(hours: float, end: str | None, due: str | None) -> None:
    records = (workspace(due_date=end), resource(), hard("2026-11-24", "2026-12-18", hours), *WORKED)
    assert dues(*only("funds", *records)) == ([due] if due else [])


@pytest.mark.parametrize(
    ("used", "hours", "due"),
    [
        pytest.param(100_000_00, 8, ["2026-11-23 23:59"], id="used up, hours still booked"),
        pytest.param(120_000_00, 8, ["2026-11-23 23:59"], id="more than used up"),
        pytest.param(100_000_00, 0, [], id="used up and nothing booked"),
        pytest.param(99_999_99, 8, [], id="a cent left"),
    ],
)
def test_funds_that_are_used_up(used: int, hours: float, due: list[str]) -> None:
    booked = (resource(), hard("2026-11-24", hours=hours)) if hours else ()
    found = only("funds", workspace(budget_used_in_cents=used), *booked)
    assert dues(*found) == due
    assert all("change order or a work exception" in item.what for item in found)


def test_a_fixed_fee_runs_out_of_no_hours() -> None:
    used_up = fixed_fee(budget_used_in_cents=100_000_00)
    assert only("funds", used_up, resource(), hard("2026-11-24"), *WORKED) == []


# the quarter's end


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2027-01-17T09:00", [], id="fifteen days before"),
        pytest.param("2027-01-18T09:00", ["2027-01-29 23:59"], id="fourteen: its last business day, a Friday"),
        pytest.param("2027-01-31T09:00", ["2027-01-29 23:59"], id="Sunday, its last day"),
        pytest.param("2027-02-01T09:00", [], id="the next quarter"),
    ],
)
def test_the_quarter_ends(now: str, due: list[str]) -> None:
    assert dues(*only("quarter", workspace(), now=now)) == due


def test_the_quarters_end_names_its_sign_offs_and_minds_holidays() -> None:
    records = (fixed_fee(), milestone(due="2027-01-28"), holiday("2027-01-29"))
    (found,) = only("quarter", *records, now="2027-01-25T09:00")
    assert dues(found) == ["2027-01-28 23:59"]
    assert found.what.startswith("FY27-Q4 ends Sun 31 Jan 2027: upside converted")
    assert found.what.endswith("1 sign-off at risk")
    assert found.urgency(datetime(2027, 1, 25, 9, tzinfo=EASTERN)) is Urgency.WEEK


# holidays


def test_deadlines_on_holidays_stay_and_are_said() -> None:
    days_off = holiday("2026-11-26", "2026-11-27")
    (note,) = holiday_notes(standing(workspace(), days_off))
    assert note == "Thu 26 Nov 2026 is a holiday; the deadline of health reports stays"
    ticked = frozenset({Duty.HEALTH_REPORTS})
    assert list(holiday_notes(standing(workspace(), days_off, ticked=ticked))) == []
    assert list(holiday_notes(standing(workspace(), days_off, now="2026-11-27T09:00"))) == []
