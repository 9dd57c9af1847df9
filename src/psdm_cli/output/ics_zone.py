"""A time zone as calendars need it (RFC 5545, VTIMEZONE): its changes as yearly rules where they follow one.

Made from the zone database itself: the library's own component names the onset an hour late where clocks go forward,
and ends after a number of years.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=5)  # no zone changes twice within it
LOOKED_AT = 12  # years: enough to tell the last Sunday of a month from its fourth
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks change: `onset` is what they showed before the change, without a zone."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool


def changes(zone: ZoneInfo, first: int, years: int = LOOKED_AT) -> Iterator[Change]:
    """The changes of a zone in these years, to the minute."""
    moment, end = datetime(first, 1, 1, tzinfo=UTC), datetime(first + years, 1, 1, tzinfo=UTC)
    while moment < end:
        following = moment + STEP
        if _offset(moment, zone) != _offset(following, zone):
            low, high = moment, following
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (low, middle) if _offset(middle, zone) == _offset(high, zone) else (middle, high)
            before = _offset(low, zone)
            after = high.astimezone(zone)
            yield Change(
                (high + before).replace(tzinfo=None),
                before,
                _offset(high, zone),
                after.tzname() or "",
                bool(after.dst()),
            )
        moment = following


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def yearly_rule(onsets: list[datetime], years: int) -> tuple[int, str] | None:
    """The month and day ("2SU", "-1SU") that one onset a year follows; None where they follow no such rule."""
    if len(onsets) != years or len({each.year for each in onsets}) != years:
        return None
    same = {(each.month, each.weekday(), each.time()) for each in onsets}
    if len(same) != 1:
        return None
    which: set[int] = set.intersection(*(_ordinals(each.date()) for each in onsets))
    if not which:
        return None
    return onsets[0].month, f"{max(which)}{DAYS[onsets[0].weekday()]}"


def _ordinals(day: date) -> set[int]:
    last = calendar.monthrange(day.year, day.month)[1]
    found = {(day.day - 1) // 7 + 1}
    return found | {-1} if day.day + 7 > last else found


def timezone_of(zone: ZoneInfo, first: int) -> Timezone:
    """The zone from 1 January of year `first` on."""
    from icalendar import Timezone

    component = Timezone()
    component.add("tzid", zone.key)
    start = datetime(first, 1, 1, tzinfo=zone)
    known = list(changes(zone, first))
    beginning = start.utcoffset() or timedelta()
    component.add_component(
        _observance(Change(start.replace(tzinfo=None), beginning, beginning, start.tzname() or "", bool(start.dst())))
    )
    groups: dict[tuple[timedelta, timedelta, str], list[Change]] = {}
    for each in known:
        groups.setdefault((each.before, each.after, each.name), []).append(each)
    for group in groups.values():
        part = _observance(group[0])
        rule = yearly_rule([each.onset for each in group], LOOKED_AT)
        if rule is not None:
            part.add("rrule", {"freq": "yearly", "bymonth": rule[0], "byday": rule[1]})
        else:
            for each in group[1:]:
                part.add("rdate", each.onset)
        component.add_component(part)
    return component


def _observance(change: Change) -> TimezoneDaylight | TimezoneStandard:
    from icalendar import TimezoneDaylight, TimezoneStandard

    part = TimezoneDaylight() if change.daylight else TimezoneStandard()
    part.add("dtstart", change.onset)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    return part
