"""Spreading, for any booking: rules.md 2: days add up to the minutes, months to the value to come, nothing is negative.

By any calendar: no capacity, part-timers, fractions of minutes, leap days, clock changes, a day and a year.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from builders import FULL, NEVER, d
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.capacity import Calendars, Minutes
from psdm_cli.domain.dates import DAY, days_between, month_of
from psdm_cli.domain.money import round_half_even
from psdm_cli.domain.spreading import Spread, value_by_month

PART = (480, 480, 240, 0, 0, 0, 0)

day_minutes = st.integers(0, 600)
weeks = st.one_of(
    st.tuples(*[day_minutes] * 7),
    st.just(FULL),
    st.just(NEVER),
    st.just(PART),
)
starts = st.one_of(
    st.dates(d("2023-01-01"), d("2029-12-31")),
    st.sampled_from([d("2028-02-29"), d("2026-03-08"), d("2026-11-01"), d("2026-12-31")]),
)
lengths = st.one_of(st.integers(1, 60), st.sampled_from([1, 2, 365, 366]))
fractions = st.fractions(min_value=0, max_value=600, max_denominator=60)


@st.composite
def spreads(draw: st.DrawFn) -> Spread:
    """A booking of a year at most, by any calendar."""
    start, length = draw(starts), draw(lengths)
    last = start + timedelta(days=length - 1)
    some_days = st.dates(start, last)
    away: dict[date, Minutes] = draw(st.dictionaries(some_days, fractions, max_size=4))
    free = draw(st.one_of(st.frozensets(some_days, max_size=6), st.just(frozenset(days_between(start, last + DAY)))))
    week = draw(weeks)
    calendars = Calendars(default=FULL, holidays=free, weeks={"u": week}, time_off={"u": away})
    minutes = draw(st.integers(0, 200_000))
    return Spread.over(start, minutes, calendars.weights("u", start, last))


rates = st.integers(0, 50_000)
offsets = st.integers(-40, 400)


@settings(max_examples=60, deadline=None)
@given(spreads())
def test_days_add_up_to_the_booking_exactly(spread: Spread) -> None:
    minutes = [value for _, value in spread.by_day()]
    assert sum(minutes) == spread.minutes
    assert min(minutes) >= 0
    assert len(minutes) == (spread.end - spread.start).days


@settings(max_examples=80, deadline=None)
@given(spreads(), rates, offsets)
def test_months_add_up_to_the_bookings_value_to_come(spread: Spread, rate: int, offset: int) -> None:
    as_of = spread.start + timedelta(days=offset)
    found = value_by_month(spread, rate, as_of)
    to_come = sum((minutes for day, minutes in spread.by_day() if day >= as_of), Fraction(0))
    assert sum(found.values()) == round_half_even(to_come * rate / 60)
    assert all(value >= 0 for value in found.values())


@settings(max_examples=40, deadline=None)
@given(spreads(), rates)
def test_every_month_is_less_than_a_subunit_from_its_exact_value(spread: Spread, rate: int) -> None:
    exact: dict[str, Fraction] = {}
    for day, minutes in spread.by_day():
        exact[month_of(day)] = exact.get(month_of(day), Fraction(0)) + minutes * rate / 60
    found = value_by_month(spread, rate, spread.start)
    assert list(found) == list(exact)
    assert all(abs(found[month] - exact[month]) <= 1 for month in exact)


@settings(max_examples=40, deadline=None)
@given(spreads(), st.integers(-5, 370), st.integers(0, 370))
def test_questions_about_a_range_agree_with_the_days(spread: Spread, offset: int, length: int) -> None:
    start = spread.start + timedelta(days=offset)
    end = start + timedelta(days=length)
    inside = [(day, minutes) for day, minutes in spread.by_day() if start <= day < end]
    assert spread.minutes_between(start, end) == sum(minutes for _, minutes in inside)
    assert spread.has_minutes_between(start, end) is any(minutes for _, minutes in inside)
    with_minutes = [day for day, minutes in spread.by_day() if minutes and day >= start]
    assert spread.first_day_with_minutes(start) == (with_minutes[0] if with_minutes else None)
