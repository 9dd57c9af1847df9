"""The week's deadlines as instants, and the real time until them, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.cadence import (
    Duty,
    Moment,
    countdown,
    end_of,
    instant_of,
    is_overdue,
    moment,
    time_left,
    week_deadlines,
)

EASTERN = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
SYDNEY = ZoneInfo("Australia/Sydney")
CADENCE = {
    Duty.PREP_COMPLETE: Moment(0, time(10, 0)),
    Duty.FORECAST_UPDATED: Moment(0, time(11, 0)),
    Duty.TIMESHEETS_APPROVED: moment("Monday 11:00"),
    Duty.TOP_CUSTOMER_NOTES: moment("Wednesday 08:00"),
    Duty.HEALTH_REPORTS: moment("Thursday 23:59"),
    Duty.TIMESHEETS_SUBMITTED: moment("Friday 23:59"),
}


def at(text: str, zone: ZoneInfo = EASTERN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_week_has_the_handbooks_deadlines_in_order() -> None:
    found = week_deadlines(date(2026, 11, 25), CADENCE, EASTERN)
    assert [(each.duty.value, f"{each.due:%a %d %H:%M}") for each in found] == [
        ("prep-complete", "Mon 23 10:00"),
        ("forecast-updated", "Mon 23 11:00"),
        ("timesheets-approved", "Mon 23 11:00"),
        ("top-customer-notes", "Wed 25 08:00"),
        ("health-reports", "Thu 26 23:59"),
        ("timesheets-submitted", "Fri 27 23:59"),
    ]


@pytest.mark.parametrize(
    ("as_of", "monday"),
    [
        pytest.param("2026-11-23", "2026-11-23", id="Monday"),
        pytest.param("2026-11-27", "2026-11-23", id="Friday"),
        pytest.param("2026-11-28", "2026-11-30", id="Saturday belongs to the coming Monday"),
        pytest.param("2026-11-29", "2026-11-30", id="and so does Sunday"),
        pytest.param("2027-01-01", "2026-12-28", id="over the turn of the year"),
    ],
)
def test_which_monday(as_of: str, monday: str) -> None:
    first = week_deadlines(date.fromisoformat(as_of), CADENCE, EASTERN)[0]
    assert first.due.date().isoformat() == monday


@pytest.mark.parametrize(
    ("monday", "zone", "local"),
    [
        pytest.param("2026-10-19", BERLIN, "16:00", id="both in summer"),
        pytest.param("2026-10-26", BERLIN, "15:00", id="Europe has changed, the US not yet"),
        pytest.param("2026-11-02", BERLIN, "16:00", id="both in winter"),
        pytest.param("2026-03-02", BERLIN, "16:00", id="both in winter still"),
        pytest.param("2026-03-09", BERLIN, "15:00", id="the US has changed, Europe not yet"),
        pytest.param("2026-03-30", BERLIN, "16:00", id="both in summer again"),
        pytest.param("2026-10-05", SYDNEY, "01:00", id="Sydney goes the other way"),
        pytest.param("2026-11-02", SYDNEY, "02:00", id="and is sixteen hours ahead in winter"),
    ],
)
def test_ten_oclock_eastern_elsewhere(monday: str, zone: ZoneInfo, local: str) -> None:
    due = instant_of(date.fromisoformat(monday), CADENCE[Duty.PREP_COMPLETE], EASTERN)
    assert f"{due.astimezone(zone):%H:%M}" == local


def test_the_offset_is_that_of_the_deadline_not_of_today() -> None:
    """On Friday in summer time, Monday's deadline after the change is already told in winter time."""
    due = instant_of(date(2026, 11, 2), CADENCE[Duty.PREP_COMPLETE], EASTERN)
    assert due.isoformat() == "2026-11-02T10:00:00-05:00"
    assert at("2026-10-30T10:00").isoformat() == "2026-10-30T10:00:00-04:00"


@pytest.mark.parametrize(
    ("now", "due", "hours"),
    [
        pytest.param("2026-10-31T10:00", "2026-11-02T10:00", 49, id="the autumn night is an hour longer"),
        pytest.param("2026-03-07T10:00", "2026-03-09T10:00", 47, id="the spring night an hour shorter"),
        pytest.param("2026-11-21T10:00", "2026-11-23T10:00", 48, id="any other night is not"),
    ],
)
def test_time_left_is_real_time(now: str, due: str, hours: int) -> None:
    assert time_left(at(due), at(now)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        pytest.param("2026-11-23T10:00", "in 2 h 14 min", id="hours and minutes"),
        pytest.param("2026-11-23T08:31", "in 45 min", id="minutes alone"),
        pytest.param("2026-11-23T09:46", "in 2 h", id="a whole number of hours"),
        pytest.param("2026-11-24T07:46", "in 1 day", id="a whole day"),
        pytest.param("2026-11-26T11:46", "in 3 days 4 h", id="days and hours"),
        pytest.param("2026-12-23T11:46", "in 30 days", id="far away hours do not matter"),
        pytest.param("2026-11-23T07:46:30", "now", id="this minute"),
        pytest.param("2026-11-23T07:00", "for 46 min", id="overdue"),
        pytest.param("2026-11-21T06:46", "for 2 days 1 h", id="overdue for days"),
    ],
)
def test_countdown(due: str, said: str) -> None:
    assert countdown(at(due), at("2026-11-23T07:46")) == said


@pytest.mark.parametrize(
    ("now", "overdue"),
    [
        ("2026-11-23T09:59:59", False),
        ("2026-11-23T10:00:00", True),
        ("2026-11-23T10:00:01", True),
    ],
)
def test_a_deadline_passes_when_its_minute_begins(now: str, overdue: bool) -> None:
    assert is_overdue(at("2026-11-23T10:00"), at(now)) is overdue


@pytest.mark.parametrize(("now", "overdue"), [("2026-11-26T23:59:59", False), ("2026-11-27T00:00:00", True)])
def test_the_end_of_a_day_is_when_the_day_is_over(now: str, overdue: bool) -> None:
    assert is_overdue(end_of(date(2026, 11, 26), EASTERN), at(now)) is overdue


@pytest.mark.parametrize("text", ["", "Funday 10:00", "Monday 25:00", "Monday"])
def test_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(-200_000, 200_000))
def test_what_is_said_is_what_is_left(start: datetime, minutes: int) -> None:
    """The days, hours and minutes of the words add up to the real time, to the hour beyond a week's distance."""
    now = start.replace(tzinfo=UTC)
    words = countdown((now + timedelta(minutes=minutes)).astimezone(EASTERN), now.astimezone(BERLIN)).split()
    units = {"day": 1440, "days": 1440, "h": 60, "min": 1}
    said = sum(int(n) * units[unit] for n, unit in zip(words[1::2], words[2::2], strict=False))
    assert words[0] == ("now" if not minutes else "in" if minutes > 0 else "for")
    left = abs(minutes) - said
    assert 0 <= left < (1440 if abs(minutes) >= 7 * 1440 else 60 if abs(minutes) >= 1440 else 1)
