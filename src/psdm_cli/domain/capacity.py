"""How much of a day a person has: effective workweek less time off, nothing on a holiday (rules.md 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from psdm_cli.domain.dates import DAY, SATURDAY, days_between
from psdm_cli.domain.records import Holiday, Membership, TimeOff, Workweek

Minutes = int | Fraction
Week = tuple[int, int, int, int, int, int, int]


def default_week(minutes: int) -> Week:
    """Monday to Friday, `minutes` each: the workweek when the account shows none."""
    return (minutes, minutes, minutes, minutes, minutes, 0, 0)


@dataclass(frozen=True, slots=True)
class Calendars:
    """Everybody's capacity. An unknown person, and an unnamed resource (`None`), has the account's default week.

    `weeks` and `time_off` are by user id; `time_off` in minutes a day.
    """

    default: Week
    holidays: frozenset[date] = frozenset()
    weeks: Mapping[str, Week] = field(default_factory=dict)
    time_off: Mapping[str, Mapping[date, Minutes]] = field(default_factory=dict)
    _years: dict[tuple[Week, int], tuple[int, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # minutes of every day of a year by workweek, reckoned once: bookings ask for the same days over and over

    def capacity(self, user_id: str | None, day: date) -> Minutes:
        """Working minutes of a person on a day, never negative."""
        if day in self.holidays:
            return 0
        if user_id is None:
            return self.default[day.weekday()]
        minutes: Minutes = self.weeks.get(user_id, self.default)[day.weekday()]
        away = self.time_off.get(user_id)
        if away is not None and day in away:
            minutes = max(0, minutes - away[day])
        return minutes

    def capacity_between(self, user_id: str | None, start: date, end: date) -> Minutes:
        """Working minutes of a person in [start, end)."""
        return sum(self._capacities(user_id, start, end), 0)

    def _capacities(self, user_id: str | None, start: date, end: date) -> tuple[Minutes, ...]:
        """`capacity` for each day of [start, end)."""
        week = self.default if user_id is None else self.weeks.get(user_id, self.default)
        plain: tuple[Minutes, ...] = ()
        for year in range(start.year, end.year + 1):
            of_year = self._years.get((week, year))
            if of_year is None:
                of_year = self._years[(week, year)] = self._year(week, year)
            first = date(year, 1, 1)
            plain += of_year[max((start - first).days, 0) : max((end - first).days, 0)]
        away = None if user_id is None else self.time_off.get(user_id)
        if not away:
            return plain
        return tuple(
            self.capacity(user_id, day) if day in away else minutes
            for day, minutes in zip(days_between(start, end), plain, strict=True)
        )

    def _year(self, week: Week, year: int) -> tuple[int, ...]:
        days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
        return tuple(0 if day in self.holidays else week[day.weekday()] for day in days)

    def weights(self, user_id: str | None, start: date, last: date) -> tuple[Minutes, ...]:
        """How a booking from `start` to `last` (inclusive) is spread, one weight a day (rules.md 2).

        Capacity; where the whole range has none, Monday to Friday evenly; where there is none of those, every day.
        """
        by_capacity = self._capacities(user_id, start, last + DAY)
        if any(by_capacity):
            return by_capacity
        days = tuple(days_between(start, last + DAY))
        weekdays = tuple(int(day.weekday() < SATURDAY) for day in days)
        return weekdays if any(weekdays) else (1,) * len(days)


def holiday_dates(holidays: Iterable[Holiday], calendars: Sequence[str] | None) -> frozenset[date]:
    """The days that the holidays cover. `calendars` limits them by calendar name (any case); unknown ones apply."""
    wanted = None if calendars is None else {name.casefold() for name in calendars}
    days: set[date] = set()
    for holiday in holidays:
        known = holiday.calendars
        if wanted is not None and known is not None and not wanted & {name.casefold() for name in known}:
            continue
        last = holiday.end_date or holiday.start_date
        days.update(days_between(holiday.start_date, last + DAY))
    return frozenset(days)


def whole_or_exact(minutes: Fraction) -> Minutes:
    """An int where the minutes are whole: quicker to reckon with, equal in value."""
    return minutes.numerator if minutes.denominator == 1 else minutes


def calendars_of(
    *,
    members: Iterable[Membership],
    workweeks: Iterable[Workweek],
    holidays: Iterable[Holiday],
    time_off: Iterable[TimeOff],
    holiday_calendars: Sequence[str] | None,
    default_minutes: int,
) -> Calendars:
    """Everybody's calendar from Kantata's records."""
    account = next((week.minutes for week in workweeks if week.default), default_week(default_minutes))
    away: dict[str, dict[date, Minutes]] = {}
    for entry in time_off:
        of_person = away.setdefault(entry.user_id, {})
        minutes = whole_or_exact(Fraction(Decimal(entry.hours)) * 60)
        of_person[entry.requested_date] = of_person.get(entry.requested_date, 0) + minutes
    return Calendars(
        default=account,
        holidays=holiday_dates(holidays, holiday_calendars),
        weeks={m.user_id: m.workweek_minutes for m in members if m.workweek_minutes is not None},
        time_off=away,
    )
