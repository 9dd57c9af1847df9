"""Deadlines as a calendar (RFC 5545) that replaces what it said before: same identity, higher sequence, nothing twice.

An earlier file of psdm's is read first: an event that says the same keeps its stamps, so that the file stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from psdm_cli.domain.calendar_events import CalendarEvent
from psdm_cli.domain.foreign import made_visible

if TYPE_CHECKING:
    from icalendar import Alarm, Calendar, Event

PRODUCT = "-//psdm//reporting week//EN"
NAME = "PS reporting week"
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KEPT_DAYS = 60  # what is over or cancelled stays so long, so that every subscriber has seen it
REFRESH = timedelta(hours=6)
#: what makes an event another one to its reader; stamps and sequence follow from it
TELLING = ("DTSTART", "RRULE", "SUMMARY", "DESCRIPTION", "STATUS", "CATEGORIES", "CLASS")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A calendar and what it changes about the one before: how many events are new, changed, the same, cancelled."""

    data: bytes
    new: int
    changed: int
    same: int
    cancelled: int


def draw(
    events: Iterable[CalendarEvent],
    zone: ZoneInfo,
    now: datetime,
    *,
    stamp: datetime,
    alarm: timedelta | None = None,
    before: bytes | None = None,
    complete: bool = True,
) -> Drawn:
    """The calendar of these events; `before` is the file it replaces, `alarm` how long ahead each deadline rings.

    `now` tells what is over, `stamp` when the calendar was made: they differ where the clock was moved.
    Not `complete`: something could not be looked at, so that clocks which are missing stay as they were. Raises
    `ValueError` where `before` is no calendar of psdm's.
    """
    stamp = stamp.astimezone(UTC).replace(microsecond=0)
    earlier = _read(before) if before is not None else {}
    parts: list[Event] = []
    count = {"new": 0, "changed": 0, "same": 0, "cancelled": 0}
    for event in sorted(events, key=lambda each: each.uid):
        known = earlier.pop(event.uid, None)
        part = _event(event, zone, alarm, known)
        if known is not None and _telling(part) == _telling(known):
            parts.append(known)
            count["same"] += 1
            continue
        _stamped(part, stamp, known)
        parts.append(part)
        count["changed" if known is not None else "new"] += 1
    for known in earlier.values():
        is_clock = "CLASS" in known
        left = known if is_clock and not complete else _gone(known, now.astimezone(zone), stamp)
        if left is not None:
            parts.append(left)
            count["cancelled"] += left is not known
    return Drawn(_calendar(parts, zone, now).to_ical(), **count)


def _read(data: bytes) -> dict[str, Event]:
    from icalendar import Calendar

    found: Any = Calendar.from_ical(data)  # ValueError for what is none
    if not isinstance(found, Calendar) or str(found.get("PRODID", "")) != PRODUCT:
        raise ValueError("a calendar that psdm did not write")
    return {str(event["UID"]): event for event in found.events if "UID" in event and "DTSTART" in event}


def _calendar(parts: list[Event], zone: ZoneInfo, now: datetime) -> Calendar:
    from icalendar import Calendar

    from psdm_cli.output.ics_zone import timezone_of

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    # a zone of an earlier setting may still be named by an event that is over
    zones: dict[str, ZoneInfo] = {zone.key: zone}
    first = now.year
    for part in parts:
        start = _start(part)
        first = min(first, start.year)
        if isinstance(start.tzinfo, ZoneInfo):
            zones.setdefault(start.tzinfo.key, start.tzinfo)
    for each in zones.values():
        calendar.add_component(timezone_of(each, first - 1))
    for part in sorted(parts, key=lambda each: str(each["UID"])):
        calendar.add_component(part)
    return calendar


def _event(event: CalendarEvent, zone: ZoneInfo, alarm: timedelta | None, known: Event | None) -> Event:
    from icalendar import Event

    start = event.start.astimezone(zone)
    part = Event()
    part.add("uid", event.uid)
    part.add("dtstart", _first(start, known) if event.weekly else start)
    if event.weekly:
        part.add("rrule", {"freq": "weekly", "byday": DAYS[start.weekday()]})
    part.add("summary", _line(event.summary))
    part.add("description", "\n".join(_line(line) for line in event.description.split("\n")))
    part.add("status", "CONFIRMED")
    part.add("transp", "TRANSPARENT")  # a deadline keeps nobody busy
    if event.category:
        part.add("categories", [event.category])
    if event.category == "clock":
        part.add("class", "CONFIDENTIAL")
    if alarm is not None:
        part.add_component(_alarm(event, alarm))
    return part


def _alarm(event: CalendarEvent, ahead: timedelta) -> Alarm:
    from icalendar import Alarm

    part = Alarm()
    part.add("action", "DISPLAY")
    part.add("description", _line(event.summary))
    part.add("trigger", -ahead)
    return part


def _first(start: datetime, known: Event | None) -> datetime:
    """When a recurring event began: where day and time are still the same, as it did before."""
    if known is None or "RRULE" not in known:
        return start
    began = _start(known)
    same = (began.weekday(), began.time(), str(began.tzinfo)) == (start.weekday(), start.time(), str(start.tzinfo))
    return began if same and began.date() <= start.date() else start


def _start(part: Event) -> datetime:
    return _instant(part, "DTSTART", datetime.min.replace(tzinfo=UTC))


def _instant(part: Event, name: str, usual: datetime) -> datetime:
    """A property that is an instant; `usual` where there is none. A date alone is its midnight."""
    found: Any = part.get(name)
    value = getattr(found, "dt", None)
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else usual


def _number(part: Event, name: str) -> int:
    found: Any = part.get(name, 0)
    return int(found)


def _stamped(part: Event, stamp: datetime, known: Event | None) -> None:
    for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED"):
        part.pop(name, None)
    part.add("dtstamp", stamp)
    part.add("last-modified", stamp)
    part.add("created", _instant(known, "CREATED", stamp) if known is not None else stamp)
    part.add("sequence", _number(known, "SEQUENCE") + 1 if known is not None else 0)


def _telling(part: Event) -> tuple[object, ...]:
    values = tuple(_plain(part, name) for name in TELLING)
    alarms = tuple(sorted(each.to_ical() for each in part.walk("VALARM")))
    return (*values, alarms)


def _plain(part: Event, name: str) -> tuple[bytes, str]:
    value: Any = part.get(name)
    if value is None:
        return b"", ""
    zone = str(value.params.get("TZID", "")) if name == "DTSTART" else ""
    return bytes(value.to_ical()), zone


def _gone(known: Event, now: datetime, stamp: datetime) -> Event | None:
    """What becomes of an event that is no longer there: over ones stay a while, coming ones are cancelled."""
    day, recurs = _start(known).date(), "RRULE" in known
    modified = _instant(known, "LAST-MODIFIED", stamp).date()
    oldest = now.date() - timedelta(days=KEPT_DAYS)
    if str(known.get("STATUS", "")) == "CANCELLED":
        return known if modified >= oldest else None
    if not recurs and day < now.date():
        return known if day >= oldest else None
    from icalendar import Event

    part = Event()
    for name, value in known.items():
        part[name] = value
    del part["STATUS"]
    part.add("status", "CANCELLED")
    _stamped(part, stamp, known)
    return part


def _line(text: str) -> str:
    """Foreign text on one line, nothing in it that acts."""
    return made_visible(text).replace("\n", " ")
