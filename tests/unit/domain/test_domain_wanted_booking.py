"""A booking as somebody wants it: what makes no sense, what is unusual, its share of a capacity."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import assess, d, elsewhere, engagement, hard, holiday, member, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.staffing import agenda
from psdm_cli.domain.wanted_booking import (
    SenselessError,
    Wanted,
    check_dates,
    check_within,
    doubts,
    minutes_of,
    share_of,
)

BOOKED = workspace(start_date="2026-11-02", due_date="2026-12-31")


@pytest.mark.parametrize("hours", ["0", "-1", "0.001", "NaN", "Infinity", "1000000"])
def test_hours_that_make_no_sense(hours: str) -> None:
    with pytest.raises(SenselessError):
        minutes_of(Decimal(hours))


@given(st.integers(1, 6_000_000))
def test_hours_are_whole_minutes(minutes: int) -> None:
    assert minutes_of(Decimal(minutes) / 60) == minutes


@pytest.mark.parametrize(
    ("start", "last", "option"),
    [
        pytest.param("2026-12-14", "2026-12-13", "--to", id="ends before it starts"),
        pytest.param("2026-12-14", "2046-12-14", "--to", id="longer than anybody plans"),
    ],
)
def test_dates_that_make_no_sense(start: str, last: str, option: str) -> None:
    with pytest.raises(SenselessError) as found:
        check_dates(d(start), d(last))
    assert found.value.option == option


@pytest.mark.parametrize(
    ("start", "last", "option"),
    [
        pytest.param("2026-11-01", "2026-12-01", "--from", id="starts before the project"),
        pytest.param("2026-12-01", "2027-01-01", "--to", id="ends after the project"),
        pytest.param("2027-02-01", None, "--from", id="starts after its end"),
        pytest.param(None, "2026-10-01", "--to", id="ends before its start"),
        pytest.param("2026-11-02", "2026-12-31", None, id="exactly the project"),
    ],
)
def test_days_outside_the_project(start: str | None, last: str | None, option: str | None) -> None:
    days = (d(start) if start else None, d(last) if last else None)
    if option is None:
        check_within(engagement(BOOKED), *days, options=("--from", "--to"))
        return
    with pytest.raises(SenselessError) as found:
        check_within(engagement(BOOKED), *days, options=("--from", "--to"))
    assert found.value.option == option


def test_a_project_without_dates_bounds_nothing() -> None:
    bare = engagement(workspace(start_date=None, due_date=None))
    check_within(bare, d("1999-01-01"), d("2099-01-01"), options=("--from", "--to"))


def test_a_share_is_of_the_working_time_less_holidays() -> None:
    calendars = assess(holiday("2026-11-26")).calendars
    share = share_of(calendars, None, d("2026-11-23"), d("2026-11-27"), 16 * 60)
    assert share is not None
    assert (share.percent, share.minutes, share.is_exact(16 * 60)) == (50, 16 * 60, True)


def test_no_working_time_has_no_share() -> None:
    assert share_of(assess().calendars, None, d("2026-11-28"), d("2026-11-29"), 60) is None


def test_a_whole_percentage_may_be_off_by_more_than_an_hour() -> None:
    share = share_of(assess().calendars, None, d("2026-11-23"), d("2027-03-26"), 96 * 60)
    assert share is not None
    assert not share.is_exact(96 * 60)


def warned(wanted: Wanted, *records: object, instead_of: str | None = None) -> list[str]:
    """What is unusual about a wanted booking."""
    found = assess(member(), *records)  # type: ignore[arg-type]
    booked = agenda(((e.name, e.bookings) for e in found.engagements), found.portfolio.elsewhere, found.calendars)
    return list(doubts(wanted, found.calendars, booked, instead_of=instead_of, as_of=found.as_of))


def wanted(hours: int, start: str = "2026-11-23", last: str = "2026-11-27", user: str | None = "u1") -> Wanted:
    return Wanted("PSE", d(start), d(last), hours * 60, True, user, "Person u1" if user else None)


def test_hours_within_what_is_free_are_fine() -> None:
    assert warned(wanted(24), elsewhere("u1", "2026-11-23", "2026-11-27", 16)) == []


def test_more_hours_than_are_free_are_said() -> None:
    (said,) = warned(wanted(25), elsewhere("u1", "2026-11-23", "2026-11-27", 16))
    assert "24 h free" in said


def test_more_hours_than_the_capacity_are_said() -> None:
    (said,) = warned(wanted(41))
    assert "more than the 40 h" in said


def test_the_booking_that_is_replaced_does_not_stand_in_its_own_way() -> None:
    assert warned(wanted(40), hard("2026-11-23", "2026-11-27", 20, id="b"), instead_of="b") == []


def test_a_start_in_the_past_is_said() -> None:
    (said,) = warned(wanted(8, "2026-11-16", "2026-11-27"))
    assert "begins in the past" in said


def test_a_weekend_has_no_working_time() -> None:
    (said,) = warned(wanted(8, "2026-11-28", "2026-11-29"))
    assert "no working time" in said
