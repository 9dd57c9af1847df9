"""Days of the seeded account: holidays of the United States, capacity of people, fiscal quarters, stamps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def stamp(on: date, hour: int = 9, minute: int = 0) -> str:
    """An instant on that day, US Eastern, as the service writes it."""
    return datetime.combine(on, time(hour, minute), ZONE).isoformat(timespec="seconds")


def monday_of(day: date) -> date:
    """Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def days(first: date, last: date) -> Iterator[date]:
    """All days from first to last, both included."""
    while first <= last:
        yield first
        first += DAY


def weekday_on_or_before(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7) + (nth - 1) * WEEK


def _observed(day: date) -> date:
    return day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day


def holidays_of(year: int) -> list[tuple[str, date, date]]:
    """(name, first day, last day) of the company's holidays in a year."""
    memorial = date(year, 5, 31)
    memorial -= timedelta(days=memorial.weekday())
    thanksgiving = _nth(year, 11, 3, 4)
    fixed = (
        ("New Year's Day", _observed(date(year, 1, 1))),
        ("Martin Luther King Jr. Day", _nth(year, 1, 0, 3)),
        ("Memorial Day", memorial),
        ("Juneteenth", _observed(date(year, 6, 19))),
        ("Independence Day", _observed(date(year, 7, 4))),
        ("Labor Day", _nth(year, 9, 0, 1)),
        ("Christmas Day", _observed(date(year, 12, 25))),
    )
    found = [(name, day, day) for name, day in fixed]
    return sorted([*found, ("Thanksgiving", thanksgiving, thanksgiving + DAY)], key=lambda item: item[1])


def fiscal_quarter_end(day: date) -> date:
    """Last day of the fiscal quarter (years begin on 1 February)."""
    month = {2: 4, 3: 4, 4: 4, 5: 7, 6: 7, 7: 7, 8: 10, 9: 10, 10: 10, 11: 1, 12: 1, 1: 1}[day.month]
    year = day.year + (1 if day.month >= 11 else 0)
    return date(year, month, 30 if month == 4 else 31)


class Days:
    """Working days and capacity around the as-of date."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.holidays = [h for year in range(as_of.year - 2, as_of.year + 3) for h in holidays_of(year)]
        self.off = {day for _, first, last in self.holidays for day in days(first, last)}
        self.time_off: dict[tuple[str, date], float] = {}
        self.weeks: dict[str, tuple[int, ...]] = {}

    def is_business(self, day: date) -> bool:
        """Monday to Friday and no holiday."""
        return day.weekday() < 5 and day not in self.off

    def capacity(self, user: str | None, day: date) -> int:
        """Minutes a person (or an unnamed resource) can work on a day."""
        if day in self.off:
            return 0
        week = self.weeks.get(user or "", (480,) * 5 + (0, 0))
        return max(0, week[day.weekday()] - round(60 * self.time_off.get((user or "", day), 0)))

    def last_business_day(self, until: date) -> date:
        """The last business day up to a day."""
        while not self.is_business(until):
            until -= DAY
        return until

    def business_days_back(self, day: date, count: int) -> date:
        """The business day that lies this many before a day."""
        while count > 0:
            day -= DAY
            count -= self.is_business(day)
        return day

    def quiet(self, day: date) -> date:
        """A weekday near `day` outside the last two weeks of a fiscal quarter, where sign-offs are at risk."""
        end = fiscal_quarter_end(day)
        if end - 2 * WEEK < day:
            day = end + 10 * DAY
        return weekday_on_or_before(day)
