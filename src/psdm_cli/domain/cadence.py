"""The weekly cadence: which deadlines a week has, as instants, and how much real time is left until them.

Deadlines are wall-clock times of the handbook's zone. Time left is real time: a week in which the clocks change is an
hour longer or shorter, and two zones that change on different days are farther apart or nearer meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from psdm_cli.domain.dates import freeze_monday

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
END_OF_DAY = time(23, 59)  # what is due on a day may still be done on it


class Duty(StrEnum):
    """What a PM owes every week, by the name under which it can be ticked off (domain.md 3.7)."""

    PREP_COMPLETE = "prep-complete"
    FORECAST_UPDATED = "forecast-updated"
    TIMESHEETS_APPROVED = "timesheets-approved"
    TOP_CUSTOMER_NOTES = "top-customer-notes"
    HEALTH_REPORTS = "health-reports"
    TIMESHEETS_SUBMITTED = "timesheets-submitted"


class MonthRule(StrEnum):
    """How a month's billing is closed (domain.md 3.7): three business days before its last, or on its last Thursday."""

    THIRD_BEFORE_LAST = "third-before-last"
    LAST_WEDNESDAY = "last-wednesday"


@dataclass(frozen=True, slots=True)
class Moment:
    """A day of the week (Monday is 0) and a time of that day."""

    weekday: int
    at: time

    @property
    def said(self) -> str:
        """Wednesday 08:00."""
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M}"


Cadence = Mapping[Duty, Moment]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty of one week and when it is due."""

    duty: Duty
    due: datetime


def moment(text: str) -> Moment:
    """The moment that "Tuesday 12:00" means. Raises `ValueError`."""
    day, _, clock = text.partition(" ")
    if day not in WEEKDAYS:
        raise ValueError(f"expected a day and a time, such as Tuesday 12:00, not {text!r}")
    return Moment(WEEKDAYS.index(day), time.fromisoformat(clock))


def week_deadlines(as_of: date, cadence: Cadence, zone: ZoneInfo) -> tuple[Deadline, ...]:
    """The deadlines of the week that is being prepared, the earliest first.

    Saturday and Sunday belong to the coming Monday (rules.md 1), so that from Friday night on it is the next week's.
    """
    monday = freeze_monday(as_of)
    found = (Deadline(duty, instant_of(monday, when, zone)) for duty, when in cadence.items())
    return tuple(sorted(found, key=lambda each: (each.due.astimezone(UTC), list(Duty).index(each.duty))))


def instant_of(monday: date, when: Moment, zone: ZoneInfo) -> datetime:
    """A moment of the week that begins on `monday`, in the handbook's zone."""
    return datetime.combine(monday + timedelta(days=when.weekday), when.at, tzinfo=zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last minute of a day: when something without a time of day is due."""
    return datetime.combine(day, END_OF_DAY, tzinfo=zone)


def time_left(due: datetime, now: datetime) -> timedelta:
    """Real time until `due`, negative afterwards. Within one zone Python alone would subtract wall clocks."""
    return due.astimezone(UTC) - now.astimezone(UTC)


def is_overdue(due: datetime, now: datetime) -> bool:
    """Whether it should have been done: from the minute after a deadline of 23:59, else from the deadline on."""
    grace = timedelta(minutes=1) if due.time() == END_OF_DAY else timedelta()
    return time_left(due, now) + grace <= timedelta()


def countdown(due: datetime, now: datetime) -> str:
    """`in 2 h 14 min`, `in 3 days 4 h`, `for 2 days` (overdue that long), `now`."""
    left = time_left(due, now)
    minutes = int(abs(left).total_seconds() // 60)
    if not minutes:
        return "now"
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [f"{days} day{'' if days == 1 else 's'}"] if days else []
    if hours and days < 7:
        parts.append(f"{hours} h")
    if minutes % 60 and not days:
        parts.append(f"{minutes % 60} min")
    return f"{'in' if left > timedelta() else 'for'} {' '.join(parts)}"
