"""Dates: rules.md 1 (weekend belongs to the coming Monday, fiscal quarters), 4 (month ends clamped, last full week,
business days, quarter's last business days) and the Monday deadlines of domain.md 3.3.
"""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from builders import assess, d
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.dates import (
    add_months,
    business_day_after,
    business_day_before,
    business_days_in,
    days_between,
    deadline,
    freeze_monday,
    is_business_day,
    last_full_week,
    month_end,
    month_of,
    month_start,
    months_from,
    quarter_of,
    week_name,
    week_start,
)

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("as_of", "monday"),
    [
        pytest.param("2026-11-23", "2026-11-23", id="monday is its own"),
        pytest.param("2026-11-24", "2026-11-23", id="tuesday"),
        pytest.param("2026-11-27", "2026-11-23", id="friday still belongs to the week that began"),
        pytest.param("2026-11-28", "2026-11-30", id="saturday belongs to the coming monday"),
        pytest.param("2026-11-29", "2026-11-30", id="sunday belongs to the coming monday"),
        pytest.param("2027-01-02", "2027-01-04", id="saturday after new year"),
    ],
)
def test_freeze_monday(as_of: str, monday: str) -> None:
    assert freeze_monday(d(as_of)) == d(monday)


@pytest.mark.parametrize(
    ("as_of", "week"),
    [
        pytest.param("2026-11-23", "2026-W48", id="monday"),
        pytest.param("2026-11-28", "2026-W49", id="saturday prepares the next week"),
        pytest.param("2026-12-31", "2026-W53", id="a year with 53 weeks"),
        pytest.param("2027-01-01", "2026-W53", id="new year's friday lies in the old year's week"),
        pytest.param("2027-01-02", "2027-W01", id="the saturday after prepares week 1"),
    ],
)
def test_week_that_is_prepared(as_of: str, week: str) -> None:
    assert assess(as_of=as_of).week == week


@pytest.mark.parametrize(
    ("monday", "name"),
    [
        pytest.param("2026-11-23", "2026-W48", id="in the year"),
        pytest.param("2024-12-30", "2025-W01", id="a monday in december names the next year"),
        pytest.param("2026-01-05", "2026-W02", id="two digits"),
    ],
)
def test_week_name(monday: str, name: str) -> None:
    assert week_name(d(monday)) == name


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        pytest.param("2026-11-23", "2026-11-16", "2026-11-22", id="monday"),
        pytest.param("2026-11-25", "2026-11-16", "2026-11-22", id="wednesday"),
        pytest.param("2026-11-28", "2026-11-16", "2026-11-22", id="saturday does not finish its own week"),
        pytest.param("2026-11-29", "2026-11-16", "2026-11-22", id="sunday does not finish its own week"),
        pytest.param("2026-11-30", "2026-11-23", "2026-11-29", id="the next monday does"),
    ],
)
def test_last_full_week_is_monday_to_sunday_before_the_week_of_as_of(as_of: str, first: str, last: str) -> None:
    start, end = last_full_week(d(as_of))
    assert (start, list(days_between(start, end))[-1]) == (d(first), d(last))


@pytest.mark.parametrize(
    ("day", "start_month", "name", "first", "end"),
    [
        pytest.param("2026-11-01", 2, "FY27-Q4", "2026-11-01", "2027-02-01", id="first day of Q4"),
        pytest.param("2027-01-31", 2, "FY27-Q4", "2026-11-01", "2027-02-01", id="last day of Q4, in January"),
        pytest.param("2027-02-01", 2, "FY28-Q1", "2027-02-01", "2027-05-01", id="the fiscal year turns"),
        pytest.param("2023-02-01", 2, "FY24-Q1", "2023-02-01", "2023-05-01", id="the handbook's own example"),
        pytest.param("2026-05-01", 2, "FY27-Q2", "2026-05-01", "2026-08-01", id="Q2 May to July"),
        pytest.param("2026-10-31", 2, "FY27-Q3", "2026-08-01", "2026-11-01", id="Q3 August to October"),
        pytest.param("2024-02-29", 2, "FY25-Q1", "2024-02-01", "2024-05-01", id="leap day"),
        pytest.param("2026-11-23", 1, "FY26-Q4", "2026-10-01", "2027-01-01", id="calendar year ends in itself"),
        pytest.param("2026-09-30", 10, "FY26-Q4", "2026-07-01", "2026-10-01", id="october start, last day"),
        pytest.param("2026-10-01", 10, "FY27-Q1", "2026-10-01", "2027-01-01", id="october start, first day"),
        pytest.param("2026-11-30", 12, "FY26-Q4", "2026-09-01", "2026-12-01", id="december start, last day"),
        pytest.param("2026-12-01", 12, "FY27-Q1", "2026-12-01", "2027-03-01", id="december start, first day"),
        pytest.param("2109-02-01", 2, "FY10-Q1", "2109-02-01", "2109-05-01", id="two digits of a far year"),
    ],
)
def test_fiscal_quarter(day: str, start_month: int, name: str, first: str, end: str) -> None:
    quarter = quarter_of(d(day), start_month)
    assert (quarter.name, quarter.start, quarter.end) == (name, d(first), d(end))


def test_a_quarter_ends_with_its_last_day() -> None:
    assert quarter_of(d("2026-11-23")).last_day == d("2027-01-31")


def test_the_fiscal_year_is_a_setting() -> None:
    assert assess(rules=Rules(fiscal_year_start=1)).quarter.name == "FY26-Q4"
    assert assess().quarter.name == "FY27-Q4"


@given(st.dates(d("1990-01-01"), d("2090-12-31")), st.integers(1, 12))
def test_a_quarter_holds_its_day_and_begins_a_multiple_of_three_months_into_its_year(day: date, start: int) -> None:
    quarter = quarter_of(day, start)
    assert quarter.start <= day < quarter.end
    assert add_months(quarter.start, 3) == quarter.end
    assert (quarter.start.month - start) % 3 == 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param("2026-12-31", 2, "2027-02-28", id="31 December and two months: the month's last day"),
        pytest.param("2027-12-31", 2, "2028-02-29", id="into a leap February"),
        pytest.param("2026-10-31", 1, "2026-11-30", id="31 to 30"),
        pytest.param("2028-02-29", 12, "2029-02-28", id="leap day a year later"),
        pytest.param("2026-11-23", 2, "2027-01-23", id="over the year's end"),
        pytest.param("2027-01-31", -2, "2026-11-30", id="backwards, clamped"),
        pytest.param("2026-11-23", 0, "2026-11-23", id="none"),
    ],
)
def test_calendar_months_are_clamped(day: str, months: int, expected: str) -> None:
    assert add_months(d(day), months) == d(expected)


def test_months_have_names_starts_and_ends() -> None:
    assert month_of(d("2026-03-09")) == "2026-03"
    assert (month_start("2026-12"), month_end("2026-12")) == (d("2026-12-01"), d("2027-01-01"))
    assert months_from("2026-11", 4) == ("2026-11", "2026-12", "2027-01", "2027-02")


def test_the_forecast_has_the_as_of_month_and_the_next_three() -> None:
    assert assess(as_of="2026-11-30").months == ("2026-11", "2026-12", "2027-01", "2027-02")


@pytest.mark.parametrize(
    ("as_of", "text"),
    [
        pytest.param("2026-11-23", "2026-11-23T10:00:00-05:00", id="winter"),
        pytest.param("2026-07-14", "2026-07-13T10:00:00-04:00", id="summer, a tuesday"),
        pytest.param("2026-10-31", "2026-11-02T10:00:00-05:00", id="saturday before the clocks go back"),
        pytest.param("2026-10-30", "2026-10-26T10:00:00-04:00", id="friday before: its own summer monday"),
        pytest.param("2026-03-07", "2026-03-09T10:00:00-04:00", id="saturday before the clocks go forward"),
        pytest.param("2026-03-06", "2026-03-02T10:00:00-05:00", id="friday before: its own winter monday"),
    ],
)
def test_deadlines_are_wall_clock_on_both_sides_of_a_clock_change(as_of: str, text: str) -> None:
    assert deadline(d(as_of), time(10), NEW_YORK).isoformat() == text


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2026-11-23", True, id="monday"),
        pytest.param("2026-11-27", True, id="friday"),
        pytest.param("2026-11-28", False, id="saturday"),
        pytest.param("2026-11-29", False, id="sunday"),
        pytest.param("2026-11-26", False, id="holiday"),
    ],
)
def test_business_days_are_monday_to_friday_less_holidays(day: str, expected: bool) -> None:
    assert is_business_day(d(day), {d("2026-11-26")}) is expected


@pytest.mark.parametrize(
    ("day", "count", "holidays", "expected"),
    [
        pytest.param("2026-11-23", 0, [], "2026-11-23", id="day 0 is the day itself"),
        pytest.param("2026-11-23", 10, [], "2026-12-07", id="ten from a monday: two weeks"),
        pytest.param("2026-11-23", 10, ["2026-11-26"], "2026-12-08", id="a holiday pushes it by one"),
        pytest.param("2026-11-28", 1, [], "2026-11-30", id="from a saturday the first is monday"),
        pytest.param("2026-11-27", 1, ["2026-11-30"], "2026-12-01", id="weekend and holiday in a row"),
    ],
)
def test_business_day_after(day: str, count: int, holidays: list[str], expected: str) -> None:
    assert business_day_after(d(day), count, {d(h) for h in holidays}) == d(expected)


@pytest.mark.parametrize(
    ("end", "count", "holidays", "expected"),
    [
        # January 2027 ends on Sunday 31: 29 Fri, 28 Thu, 27 Wed, 26 Tue, 25 Mon
        pytest.param("2027-02-01", 1, [], "2027-01-29", id="last business day of a quarter that ends on a sunday"),
        pytest.param("2027-02-01", 5, [], "2027-01-25", id="fifth last"),
        pytest.param("2027-02-01", 5, ["2027-01-27"], "2027-01-22", id="fifth last with a holiday in the week"),
    ],
)
def test_business_day_before(end: str, count: int, holidays: list[str], expected: str) -> None:
    assert business_day_before(d(end), count, {d(h) for h in holidays}) == d(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("2026-11-23", "2026-11-30", 4, id="thanksgiving week"),
        pytest.param("2026-11-28", "2026-11-30", 0, id="weekend"),
        pytest.param("2026-11-23", "2026-11-23", 0, id="empty"),
        pytest.param("2026-11-30", "2026-11-23", 0, id="backwards"),
    ],
)
def test_business_days_in(start: str, end: str, expected: int) -> None:
    assert business_days_in(d(start), d(end), {d("2026-11-26")}) == expected


def test_week_start_is_monday() -> None:
    assert {week_start(day) for day in days_between(d("2026-11-23"), d("2026-11-30"))} == {d("2026-11-23")}
