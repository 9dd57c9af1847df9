"""Calendars read back by other programs' rules: recurrence over changes of clocks, updates that replace, real zones."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from tests.hostile import HOSTILE

from psdm_cli.domain.cadence import instant_of, moment
from psdm_cli.domain.calendar_events import CalendarEvent
from psdm_cli.errors import StoreProblem, WrongUsage
from psdm_cli.output import calendar_file
from psdm_cli.output.ics import Drawn, draw

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=EASTERN)
LATER = NOW + timedelta(days=1)
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "Africa/Casablanca")


def weekly(name: str = "prep", when: str = "Monday 10:00", zone: ZoneInfo = EASTERN, **more: Any) -> CalendarEvent:
    monday = more.pop("monday", date(2026, 11, 23))
    start = instant_of(monday, moment(when), zone)
    return CalendarEvent(f"{name}@psdm.cadence", start, more.pop("summary", name), "Who: PM", weekly=True)


def clock(name: str = "expiry.1", day: str = "2026-12-04", summary: str = "SOW-1: expires") -> CalendarEvent:
    start = datetime.fromisoformat(f"{day}T23:59").replace(tzinfo=EASTERN)
    return CalendarEvent(f"{name}@psdm.cadence", start, summary, "x", category="clock")


def made(*events: CalendarEvent, before: Drawn | None = None, now: datetime = NOW, **more: Any) -> Drawn:
    more.setdefault("alarm", timedelta(minutes=60))
    earlier = before.data if before is not None else None
    return draw(events, more.pop("zone", EASTERN), now, stamp=more.pop("stamp", now), before=earlier, **more)


def read(drawn: Drawn) -> dict[str, Event]:
    calendar = Calendar.from_ical(drawn.data)
    found = {str(event["UID"]).partition("@")[0]: event for event in calendar.events}
    assert len(found) == len(calendar.events)  # nothing twice
    return found


def expanded(drawn: Drawn, until: str) -> list[datetime]:
    """The instants of the only event's recurrence, by dateutil's reading of the file's own zone and rule."""
    zones = tz.tzical(_stream(drawn.data))
    (event,) = read(drawn).values()
    zone = zones.get(str(event["DTSTART"].params["TZID"]))
    start = event["DTSTART"].dt.replace(tzinfo=zone)
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
    end = datetime.fromisoformat(until).replace(tzinfo=zone)
    return [each.astimezone(UTC) for each in rule.between(start, end, inc=True)]


def _stream(data: bytes) -> Any:
    import io

    return io.StringIO(data.decode("utf-8"))


# recurrence


@pytest.mark.parametrize(
    ("zone", "when"),
    [
        ("America/New_York", "Monday 10:00"),
        ("America/New_York", "Thursday 23:59"),
        ("America/New_York", "Friday 23:59"),
        ("Europe/Berlin", "Wednesday 08:00"),
        ("Australia/Sydney", "Tuesday 12:00"),
        ("Asia/Kolkata", "Monday 11:00"),
        ("Africa/Casablanca", "Sunday 09:00"),
    ],
)
def test_a_weekly_deadline_recurs_at_its_hour_over_every_change_of_clocks(zone: str, when: str) -> None:
    here = ZoneInfo(zone)
    first = date(2026, 2, 2)
    drawn = made(weekly(when=when, zone=here, monday=first), zone=here)
    expected = [instant_of(first + timedelta(weeks=n), moment(when), here).astimezone(UTC) for n in range(110)]
    assert expanded(drawn, "2028-03-01")[:108] == expected[:108]


def test_every_event_says_what_calendars_need() -> None:
    drawn = made(weekly(), clock())
    calendar = Calendar.from_ical(drawn.data)
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
    assert str(calendar["X-WR-TIMEZONE"]) == "America/New_York"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    for event in calendar.events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "CREATED"} <= set(event.keys())
        assert event["DTSTART"].params["TZID"] == "America/New_York"
        (alarm,) = event.walk("VALARM")
        assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", -timedelta(minutes=60))
    assert read(drawn)["expiry.1"]["CLASS"] == "CONFIDENTIAL"
    assert "RRULE" not in read(drawn)["expiry.1"]
    assert not [
        alarm for event in Calendar.from_ical(made(clock(), alarm=None).data).events for alarm in event.walk("VALARM")
    ]


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    drawn = made(weekly(summary="wide " * 40 + "ü" * 60))
    assert drawn.data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in drawn.data.split(b"\r\n"))
    assert b"\n" not in drawn.data.replace(b"\r\n", b"")


# updates


def test_the_same_again_is_the_same_file() -> None:
    first = made(weekly(), clock())
    again = made(weekly(monday=date(2026, 11, 30)), clock(), before=first, now=NOW + timedelta(days=9))
    assert again.data == first.data
    assert (first.new, again.new, again.changed, again.same) == (2, 0, 0, 2)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(clock(day="2026-12-11"), id="another day"),
        pytest.param(clock(summary="SOW-1: expires, really"), id="another text"),
    ],
)
def test_a_change_replaces_the_event(changed: CalendarEvent) -> None:
    first = made(weekly(), clock())
    second = made(weekly(), changed, before=first, now=LATER)
    assert (second.new, second.changed, second.same, second.cancelled) == (0, 1, 1, 0)
    before, after = read(first)["expiry.1"], read(second)["expiry.1"]
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["LAST-MODIFIED"].dt == LATER.astimezone(UTC)
    assert after["CREATED"].dt == before["CREATED"].dt
    assert read(second)["prep"].to_ical() == read(first)["prep"].to_ical()
    third = made(weekly(), clock(), before=second, now=LATER + timedelta(hours=1))
    assert read(third)["expiry.1"]["SEQUENCE"] == 2


def test_another_hour_of_a_weekly_deadline_begins_now() -> None:
    first = made(weekly(monday=date(2026, 1, 5)))
    second = made(weekly(when="Tuesday 08:00"), before=first, now=LATER)
    event = read(second)["prep"]
    assert (event["DTSTART"].dt.isoformat(), event["RRULE"].to_ical()) == (
        "2026-11-24T08:00:00-05:00",
        b"FREQ=WEEKLY;BYDAY=TU",
    )
    assert event["SEQUENCE"] == 1


def test_another_alarm_or_zone_is_a_change() -> None:
    first = made(weekly())
    assert made(weekly(), before=first, alarm=timedelta(minutes=5)).changed == 1
    berlin = ZoneInfo("Europe/Berlin")
    moved = made(weekly(zone=berlin), before=first, zone=berlin)
    assert moved.changed == 1
    assert read(moved)["prep"]["DTSTART"].params["TZID"] == "Europe/Berlin"


def test_what_is_gone_is_cancelled_once_and_then_forgotten() -> None:
    first = made(weekly(), clock(), clock("milestone.1", "2026-11-20"))
    second = made(weekly(), before=first, now=LATER)
    found = read(second)
    assert second.cancelled == 1
    assert (found["expiry.1"]["STATUS"], found["expiry.1"]["SEQUENCE"]) == ("CANCELLED", 1)
    assert found["milestone.1"]["STATUS"] == "CONFIRMED"  # it is over, which is not the same as called off
    third = made(weekly(), before=second, now=LATER + timedelta(days=2))
    assert (third.data, third.cancelled) == (second.data, 0)
    much_later = made(weekly(), before=third, now=LATER + timedelta(days=90))
    assert set(read(much_later)) == {"prep"}


def test_a_cancelled_clock_can_come_back() -> None:
    gone = made(before=made(clock()), now=LATER)
    back = made(clock(), before=gone, now=LATER + timedelta(days=1))
    event = read(back)["expiry.1"]
    assert (event["STATUS"], event["SEQUENCE"], back.changed) == ("CONFIRMED", 2, 1)


def test_what_could_not_be_looked_at_is_not_called_off() -> None:
    first = made(weekly(), clock())
    unsure = made(before=first, now=LATER, complete=False)
    assert read(unsure)["expiry.1"]["STATUS"] == "CONFIRMED"
    assert read(unsure)["prep"]["STATUS"] == "CANCELLED"


@settings(deadline=None, max_examples=30)
@given(
    rounds=st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), max_size=6), min_size=1, max_size=5)
)
def test_however_clocks_move_nothing_is_there_twice_and_sequences_only_grow(rounds: list[dict[str, int]]) -> None:
    drawn: Drawn | None = None
    sequences: dict[str, int] = {}
    for number, wanted in enumerate(rounds):
        events = [clock(name, f"{date(2027, 1, 4) + timedelta(days=offset)}") for name, offset in wanted.items()]
        drawn = made(*events, before=drawn, now=NOW + timedelta(hours=number))
        found = read(drawn)
        confirmed = {name for name, event in found.items() if event["STATUS"] == "CONFIRMED"}
        assert confirmed == set(wanted)
        for name, event in found.items():
            assert event["SEQUENCE"] >= sequences.get(name, 0)
            sequences[name] = int(event["SEQUENCE"])


# zones


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_in_the_file_is_the_zone_of_the_world(zone: str) -> None:
    here = ZoneInfo(zone)
    drawn = made(weekly(zone=here), zone=here)
    found = tz.tzical(_stream(drawn.data)).get(zone)
    moment_ = datetime(2026, 1, 1, tzinfo=UTC)
    while moment_.year < 2033:
        wall = moment_.astimezone(here)
        # within two hours of a change dateutil does not tell the two same hours apart
        if here.utcoffset(wall - timedelta(hours=3)) == here.utcoffset(wall + timedelta(hours=3)):
            assert wall.replace(tzinfo=found).utcoffset() == wall.utcoffset(), wall
        moment_ += timedelta(hours=7)


# what comes from outside, and files


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_foreign_text_stays_text(text: str) -> None:
    drawn = made(clock(summary=text), weekly())
    found = read(drawn)
    assert set(found) == {"expiry.1", "prep"}
    assert "\n" not in str(found["expiry.1"]["SUMMARY"])
    assert not any(each in drawn.data.decode() for each in ("\x1b", "\u202e", "\x00"))


def test_a_file_of_somebody_else_is_left_alone() -> None:
    other = made(weekly()).data.replace(b"psdm//", b"other//")
    for data in (other, b"BEGIN:VCALENDAR", b"hello", b"\xff\xfe\x00"):
        with pytest.raises(ValueError):
            draw([weekly()], EASTERN, NOW, stamp=NOW, before=data)


def test_an_event_that_somebody_took_apart_is_drawn_anew() -> None:
    first = made(weekly(), clock())
    broken = first.data.replace(b"DTSTART;TZID=America/New_York:20261204T235900\r\n", b"")
    assert broken != first.data
    second = draw([weekly(), clock()], EASTERN, LATER, stamp=LATER, alarm=timedelta(minutes=60), before=broken)
    assert (second.new, second.same, second.cancelled) == (1, 1, 0)


def _names(folder: Path) -> Iterable[str]:
    return sorted(each.name for each in folder.iterdir())


def test_the_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "psdm.ics"
    assert calendar_file.earlier(file) is None
    calendar_file.replace(file, b"one")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    link = tmp_path / "link.ics"
    link.symlink_to(file)
    calendar_file.replace(link, b"two")
    assert link.is_symlink()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"two", 0o644)
    assert _names(tmp_path) == ["link.ics", "psdm.ics"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="cannot be written"):
        calendar_file.replace(tmp_path / "nowhere" / "psdm.ics", b"x")
    with pytest.raises(WrongUsage, match="is a folder"):
        calendar_file.earlier(tmp_path)
