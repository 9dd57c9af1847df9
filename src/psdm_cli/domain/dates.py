"""Months, ISO weeks, fiscal quarters and business days. Ranges are half-open: [start, end)."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Quarter:
    """A fiscal quarter [start, end), printed like FY27-Q4: the year is the one the fiscal year ends in."""

    name: str
    start: date
    end: date

    @property
    def last_day(self) -> date:
        """The quarter's last day."""
        return self.end - DAY


def month_of(day: date) -> str:
    """The month a day lies in, as YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def month_start(month: str) -> date:
    """The first day of a month given as YYYY-MM."""
    return date(int(month[:4]), int(month[5:]), 1)


def month_end(month: str) -> date:
    """The first day after a month given as YYYY-MM."""
    return add_months(month_start(month), 1)


def months_from(month: str, count: int) -> tuple[str, ...]:
    """`count` months, beginning with `month`."""
    first = month_start(month)
    return tuple(month_of(add_months(first, n)) for n in range(count))


def add_months(day: date, months: int) -> date:
    """The same day `months` later; a day that the target month lacks becomes its last (rules.md 4 and 6)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def week_start(day: date) -> date:
    """Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def freeze_monday(as_of: date) -> date:
    """The Monday whose forecast is prepared on `as_of`: Saturday and Sunday belong to the coming one (rules.md 1)."""
    monday = week_start(as_of)
    return monday + WEEK if as_of.weekday() >= SATURDAY else monday


def week_name(monday: date) -> str:
    """An ISO week's name, for example 2026-W48."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def last_full_week(as_of: date) -> tuple[date, date]:
    """Monday to Sunday before as-of's ISO week, half-open; the same on a Saturday or Sunday (rules.md 4, FP-09)."""
    monday = week_start(as_of)
    return monday - WEEK, monday


def quarter_of(day: date, fiscal_year_start: int = 2) -> Quarter:
    """The fiscal quarter a day lies in; `fiscal_year_start` is the month (1 to 12) that begins the fiscal year."""
    elapsed = (day.month - fiscal_year_start) % 12
    first = add_months(date(day.year, day.month, 1), -elapsed)
    start = add_months(first, elapsed // 3 * 3)
    ends_in = add_months(first, 11).year
    return Quarter(f"FY{ends_in % 100:02d}-Q{elapsed // 3 + 1}", start, add_months(start, 3))


def deadline(as_of: date, at: time, zone: ZoneInfo) -> datetime:
    """A Monday deadline of the week being prepared, as an instant in the handbook's zone."""
    return datetime.combine(freeze_monday(as_of), at, tzinfo=zone)


def is_business_day(day: date, holidays: Set[date]) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def days_between(start: date, end: date) -> Iterator[date]:
    """The days of [start, end)."""
    for offset in range((end - start).days):
        yield start + timedelta(days=offset)


def business_day_after(day: date, count: int, holidays: Set[date]) -> date:
    """The `count`-th business day after `day`, which itself is day 0."""
    current = day
    while count > 0:
        current += DAY
        if is_business_day(current, holidays):
            count -= 1
    return current


def business_day_before(end: date, count: int, holidays: Set[date]) -> date:
    """The `count`-th last business day before `end` (exclusive): 1 is the last one."""
    current = end
    while count > 0:
        current -= DAY
        if is_business_day(current, holidays):
            count -= 1
    return current


def business_days_in(start: date, end: date, holidays: Set[date]) -> int:
    """How many business days [start, end) holds."""
    return sum(is_business_day(day, holidays) for day in days_between(start, end))
