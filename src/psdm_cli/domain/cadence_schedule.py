"""The reporting schedule: deadlines of week, month and quarter, who owes them, who depends on them (domain.md 3.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from psdm_cli.domain.cadence import END_OF_DAY, Cadence, Duty, Moment, MonthRule, instant_of
from psdm_cli.domain.cadence_presets import Preset
from psdm_cli.domain.dates import (
    DAY,
    add_months,
    business_day_before,
    freeze_monday,
    month_end,
    month_of,
    month_start,
    quarter_of,
)

THURSDAY = 3
MONTHS_AHEAD = 12
THIRD_BEFORE_LAST = 4  # the last business day is 1
REPORTS, LIST_SENT = "weekly-reports", "top-customer-list"


class Rhythm(StrEnum):
    """How often something is due."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Wording:
    """What is due, who owes it, and who cannot go on without it."""

    what: str
    who: str
    serves: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A line of the schedule. `due`: the next one from the week that is looked at, in the handbook's zone.

    `due` None: some time in every week. `when` is the rule in words; `period` the month or quarter that it closes.
    """

    id: str
    rhythm: Rhythm
    wording: Wording
    when: str
    due: datetime | None = None
    moment: Moment | None = None
    period: str | None = None


WEEKLY: Mapping[Duty, Wording] = {
    Duty.PREP_COMPLETE: Wording(
        "Forecast call prep complete", "PM", "the forecast call; forecast and upside are updated from it"
    ),
    Duty.FORECAST_UPDATED: Wording(
        "Forecast and upside updated", "PM", "PS Ops, who prepare the weekly reports right after it"
    ),
    Duty.TIMESHEETS_APPROVED: Wording(
        "Last week's time approved",
        "PM, backup: project coordinator",
        "project coordinator and Finance, who release time-and-materials revenue from approved time",
    ),
    Duty.TOP_CUSTOMER_NOTES: Wording(
        "{report} notes written", "PM", "PS leadership, who read them to decide where help is needed"
    ),
    Duty.HEALTH_REPORTS: Wording(
        "Health report, status and schedule of every Active project", "PM", "PS leadership and PS Ops"
    ),
    Duty.TIMESHEETS_SUBMITTED: Wording(
        "This week's time submitted", "PSE, PM, TA", "PM and project coordinator, who approve it on Monday"
    ),
}
_LIST = Wording("Top Customer list sent", "PS Ops", "PMs, who write the notes for the customers on it")
_REPORTS = Wording("Weekly reports prepared", "PS Ops", "PS leadership and Finance")
_ANY_DAY: Mapping[str, Wording] = {
    "customer-status": Wording(
        "Customer status in GitLab, with the hours used; a call with all stakeholders; internal stand-up",
        "PM",
        "the customer and the delivery team",
    ),
    "retrospective": Wording(
        "Wins and lessons into the internal retrospective", "PM, PSE, TA", "the practice team, who keep the kits"
    ),
}
_MONTH_SUBMIT = Wording("Month's time submitted", "PSE, PM, TA", "PM, who approves it the same month")
_MONTH_APPROVE = Wording("Month's time approved", "PM, backup: project coordinator", "PS Ops and Finance: revenue")
_MONTH_REPORT = Wording("Month-end report", "PS Ops", "Finance, who release the month's revenue")
_MONTH_SIGN_OFFS = Wording(
    "Fixed-fee sign-offs of the billing period obtained", "PM", "project coordinator and Finance: revenue"
)
_UPSIDE = Wording("Quarterly upside review", "PM, PMO Manager", "PS leadership: the quarter's forecast")
_EXCEPTIONS = Wording("Work exception issues closed", "PM", "PS leadership: what was not planned, by reason")


def schedule(
    as_of: date,
    cadence: Cadence,
    preset: Preset,
    zone: ZoneInfo,
    *,
    list_sent: Moment | None,
    holidays: Set[date] = frozenset(),
    fiscal_year_start: int = 2,
) -> tuple[Scheduled, ...]:
    """The schedule from the week of `as_of` on: the week in order, what any day will do, then month and quarter."""
    week = sorted(
        _weekly(as_of, cadence, preset, zone, list_sent), key=lambda each: (each.due or _LAST).astimezone(UTC)
    )
    any_day = [Scheduled(name, Rhythm.WEEKLY, text, "every week") for name, text in _ANY_DAY.items()]
    month = month_of(as_of)
    closing = month_closing(month, preset, zone, holidays)
    if all(each.due is not None and each.due.date() < as_of for each in closing):
        closing = month_closing(month_of(add_months(month_start(month), 1)), preset, zone, holidays)
    return (*week, *any_day, *closing, *quarter_closing(as_of, zone, holidays, fiscal_year_start))


_LAST = datetime.max.replace(tzinfo=UTC)


def _weekly(
    as_of: date, cadence: Cadence, preset: Preset, zone: ZoneInfo, list_sent: Moment | None
) -> Iterator[Scheduled]:
    monday = freeze_monday(as_of)
    for duty, when in cadence.items():
        words = WEEKLY[duty]
        text = Wording(words.what.format(report=preset.report), words.who, words.serves)
        yield Scheduled(duty.value, Rhythm.WEEKLY, text, when.said, instant_of(monday, when, zone), when)
    updated = cadence.get(Duty.FORECAST_UPDATED)
    if updated is not None:
        due = instant_of(monday, updated, zone)
        yield Scheduled(REPORTS, Rhythm.WEEKLY, _REPORTS, f"after {updated.said}", due)
    if list_sent is not None:
        due = instant_of(monday, list_sent, zone)
        yield Scheduled(LIST_SENT, Rhythm.WEEKLY, _LIST, list_sent.said, due, list_sent)


def month_closing(month: str, preset: Preset, zone: ZoneInfo, holidays: Set[date]) -> tuple[Scheduled, ...]:
    """What closes a month (YYYY-MM): its time, and the sign-offs of fixed-fee milestones by its last business day."""
    end = month_end(month)
    last = business_day_before(end, 1, holidays)
    if preset.billing is MonthRule.THIRD_BEFORE_LAST:
        day = business_day_before(end, THIRD_BEFORE_LAST, holidays)
        rule = "third business day before the month's last"
        rows = [
            ("month-time-submitted", _MONTH_SUBMIT, day, time(12, 0)),
            ("month-time-approved", _MONTH_APPROVE, day, time(14, 0)),
            ("month-report", _MONTH_REPORT, day, time(18, 0)),
        ]
    else:
        day = end - DAY
        while day.weekday() != THURSDAY:
            day -= DAY
        rule = "last Wednesday and Thursday of the month"
        rows = [
            ("month-time-submitted", _MONTH_SUBMIT, day - DAY, time(17, 0)),
            ("month-time-approved", _MONTH_APPROVE, day, time(13, 0)),
        ]
    timed = [
        Scheduled(name, Rhythm.MONTHLY, text, rule, datetime.combine(on, at, tzinfo=zone), period=month)
        for name, text, on, at in rows
    ]
    signed = datetime.combine(last, END_OF_DAY, tzinfo=zone)
    sign_offs = Scheduled(
        "month-sign-offs", Rhythm.MONTHLY, _MONTH_SIGN_OFFS, "last business day of the month", signed, period=month
    )
    return (*timed, sign_offs)


def quarter_closing(
    day: date, zone: ZoneInfo, holidays: Set[date], fiscal_year_start: int = 2
) -> tuple[Scheduled, ...]:
    """What closes the fiscal quarter that a day lies in, by its last business day."""
    quarter = quarter_of(day, fiscal_year_start)
    due = datetime.combine(business_day_before(quarter.end, 1, holidays), END_OF_DAY, tzinfo=zone)
    rule = "last business day of the fiscal quarter"
    return tuple(
        Scheduled(name, Rhythm.QUARTERLY, text, rule, due, period=quarter.name)
        for name, text in (("quarter-upside", _UPSIDE), ("quarter-exceptions", _EXCEPTIONS))
    )


def closings_ahead(
    as_of: date, preset: Preset, zone: ZoneInfo, holidays: Set[date], fiscal_year_start: int = 2
) -> tuple[Scheduled, ...]:
    """The closings of this month and the eleven after it, and of the quarters that end in them."""
    first = month_start(month_of(as_of))
    found: list[Scheduled] = []
    for offset in range(MONTHS_AHEAD):
        start = add_months(first, offset)
        found += month_closing(month_of(start), preset, zone, holidays)
        if quarter_of(start, fiscal_year_start).end == add_months(start, 1):
            found += quarter_closing(start, zone, holidays, fiscal_year_start)
    return tuple(found)


def holiday_notes(rows: Iterable[Scheduled], holidays: Set[date], as_of: date) -> Iterator[str]:
    """The weekly deadlines to come that fall on a holiday: the handbook does not move them."""
    for row in rows:
        day = row.due.date() if row.due is not None and row.moment is not None else None
        if day is not None and day >= as_of and day in holidays:
            yield f"{day:%a} {day.day} {day:%b %Y} is a holiday; the deadline of {row.id.replace('-', ' ')} stays"
