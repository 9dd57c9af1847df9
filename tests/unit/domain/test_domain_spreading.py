"""Spreading: rules.md 2: minutes in proportion to capacity, months rounded by difference so that they add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders import NEVER, d, hard, holiday, member, off, the_booking

from psdm_cli.domain.records import Allocation, Record
from psdm_cli.domain.spreading import Spread, last_day, value_between, value_by_month

PART = (480, 480, 240, 0, 0, 0, 0)


def by_day(*records: Record) -> dict[str, Fraction]:
    """The minutes of the only booking, on the days that have some."""
    return {day.isoformat(): minutes for day, minutes in the_booking(*records).spread.by_day() if minutes}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(
            [member(), hard("2026-11-27", "2026-12-01", 12)],
            {"2026-11-27": 240, "2026-11-30": 240, "2026-12-01": 240},
            id="12 h on three full days, none on the weekend",
        ),
        pytest.param(
            # weights 480, 480, 240: 10 h = 600 min = 240 + 240 + 120
            [member(week=PART), hard("2026-11-23", "2026-11-27", 10)],
            {"2026-11-23": 240, "2026-11-24": 240, "2026-11-25": 120},
            id="part-timer: half on the half day",
        ),
        pytest.param(
            # weights 480, 360: 7 h = 420 min = 240 + 180
            [member(), off("2026-11-24", 2), hard("2026-11-23", "2026-11-24", 7)],
            {"2026-11-23": 240, "2026-11-24": 180},
            id="two hours off take their share",
        ),
        pytest.param(
            [member(), holiday("2026-11-26"), hard("2026-11-25", "2026-11-27", 4)],
            {"2026-11-25": 120, "2026-11-27": 120},
            id="nothing on a holiday",
        ),
        pytest.param(
            [member(), hard("2026-11-28", "2026-11-29", 3)],
            {"2026-11-28": 90, "2026-11-29": 90},
            id="over a weekend only: evenly",
        ),
        pytest.param([member(), hard("2026-11-28", hours=3)], {"2026-11-28": 180}, id="on one saturday"),
        pytest.param(
            [member(), holiday("2026-12-24", "2026-12-27"), hard("2026-12-24", "2026-12-27", 2)],
            {"2026-12-24": 60, "2026-12-25": 60},
            id="over holidays only: evenly on their weekdays",
        ),
        pytest.param(
            [member(week=NEVER), hard("2026-11-27", "2026-11-30", 2)],
            {"2026-11-27": 60, "2026-11-30": 60},
            id="no capacity at all: evenly on weekdays",
        ),
        pytest.param([member(), hard("2026-11-25", hours=0.5)], {"2026-11-25": 30}, id="one day"),
        pytest.param([member(), hard("2026-11-25", hours=20)], {"2026-11-25": 1200}, id="more than the day has"),
        pytest.param(
            [member(), hard("2028-02-28", "2028-03-01", 24)],
            {"2028-02-28": 480, "2028-02-29": 480, "2028-03-01": 480},
            id="a leap day is a day",
        ),
        pytest.param(
            # 100 min on three equal days: 33 1/3 each
            [member(), hard("2026-11-23", "2026-11-25", minutes=100)],
            {"2026-11-23": Fraction(100, 3), "2026-11-24": Fraction(100, 3), "2026-11-25": Fraction(100, 3)},
            id="thirds of a minute stay exact",
        ),
        pytest.param(
            # weights 480 and 479.4 (0.01 h off): 9594 tenths in all; 959.4 min = 480 + 479.4
            [member(), off("2026-11-24", "0.01"), hard("2026-11-23", "2026-11-24", minutes=9594)],
            {"2026-11-23": 4800, "2026-11-24": 4794},
            id="a hundredth of an hour off",
        ),
        pytest.param([member(), hard("2026-11-23", "2026-11-24", 0)], {}, id="no minutes"),
    ],
)
def test_minutes_by_day(records: list[Record], expected: dict[str, Fraction | int]) -> None:
    assert by_day(*records) == expected


def test_a_booking_over_a_year_has_one_share_a_working_day() -> None:
    # 2026 has 261 weekdays (1 January and 31 December are both a Thursday): 261 x 60 min
    found = by_day(member(), hard("2026-01-01", "2026-12-31", 261))
    assert (len(found), set(found.values())) == (261, {60})


def test_days_on_which_the_clocks_change_are_days_like_others() -> None:
    week = (60, 60, 60, 60, 60, 60, 60)
    found = by_day(member(week=week), hard("2026-10-31", "2026-11-02", 3))
    assert found == {"2026-10-31": 60, "2026-11-01": 60, "2026-11-02": 60}


def months(booking: Allocation, rate: int, as_of: str, *records: Record) -> dict[str, int]:
    """The booking's value by month; everybody works full weeks unless records say otherwise."""
    return value_by_month(the_booking(member(), booking, *records).spread, rate, d(as_of))


@pytest.mark.parametrize(
    ("booking", "rate", "as_of", "expected"),
    [
        pytest.param(
            hard("2026-11-30", "2026-12-01", 16),
            100_00,
            "2026-11-23",
            {"2026-11": 800_00, "2026-12": 800_00},
            id="8 h at 100.00 on either side of a month's end",
        ),
        pytest.param(
            hard("2026-11-30", "2026-12-01", 16),
            100_00,
            "2026-12-01",
            {"2026-12": 800_00},
            id="elapsed days left out",
        ),
        pytest.param(hard("2026-11-20", hours=8), 100_00, "2026-11-23", {}, id="wholly in the past"),
        pytest.param(
            # on Thursday two of five days are left: 40 h x 2/5 x 100.00
            hard("2026-11-23", "2026-11-27", 40),
            100_00,
            "2026-11-26",
            {"2026-11": 1600_00},
            id="from as-of on, as-of itself included",
        ),
        pytest.param(hard("2026-11-24", hours=8), 0, "2026-11-23", {"2026-11": 0}, id="0 is a rate"),
        pytest.param(
            # 60 min at 1 cent an hour on 30 October and 2 November: half a cent each. cum: 0.5 -> 0, 1 -> 1
            hard("2026-10-30", "2026-11-02", minutes=60),
            1,
            "2026-10-30",
            {"2026-10": 0, "2026-11": 1},
            id="a tie goes down to the even zero, the rest follows",
        ),
        pytest.param(
            # 180 min at 1 cent an hour on two days: 1.5 each. cum: 1.5 -> 2, 3.0 -> 3; months 2 and 1
            hard("2026-10-30", "2026-11-02", minutes=180),
            1,
            "2026-10-30",
            {"2026-10": 2, "2026-11": 1},
            id="a tie goes up to the even two, the rest follows",
        ),
        pytest.param(
            # 1 cent over 1 + 20 + 1 weekdays: cum 1/22 -> 0, 21/22 -> 1, 22/22 -> 1
            hard("2026-01-30", "2026-03-02", minutes=60),
            1,
            "2026-01-30",
            {"2026-01": 0, "2026-02": 1, "2026-03": 0},
            id="one cent over three months falls into the one that crosses the half",
        ),
    ],
)
def test_value_by_month(booking: Allocation, rate: int, as_of: str, expected: dict[str, int]) -> None:
    assert months(booking, rate, as_of) == expected


def test_thirds_of_a_cent_are_rounded_by_difference() -> None:
    # Only 30 January, 2 February and 2 March have capacity (the rest of February is a holiday): 1/3 of 2 cents each.
    # cum: 2/3 -> 1, 4/3 -> 1, 2 -> 2. Rounding each month alone would give 1 + 1 + 1 = 3.
    free = holiday("2026-02-03", "2026-03-01")
    assert months(hard("2026-01-30", "2026-03-02", minutes=120), 1, "2026-01-30", free) == {
        "2026-01": 1,
        "2026-02": 0,
        "2026-03": 1,
    }


def test_the_first_month_starts_counting_at_as_of() -> None:
    # Three days of half a cent; from the second on cum is 0.5 -> 0 in October and 1.0 -> 1 in November.
    # Seen from the first day on, October stands at 1.0 -> 1 and November at 1.5 -> 2, one more.
    spread = Spread.over(d("2026-10-30"), 90, (1, 1, 1))
    assert value_by_month(spread, 1, d("2026-10-31")) == {"2026-10": 0, "2026-11": 1}
    assert value_by_month(spread, 1, d("2026-10-30")) == {"2026-10": 1, "2026-11": 1}


def test_yen_are_rounded_to_whole_yen() -> None:
    # 15,000 yen an hour over 60 min on two days in two months: 7,500 each, no subunits
    assert months(hard("2026-11-30", "2026-12-01", 1), 15_000, "2026-11-23") == {"2026-11": 7_500, "2026-12": 7_500}


def test_a_leap_february_counts_its_29th() -> None:
    # 28, 29 February and 1 March 2028 (Monday to Wednesday) at 8 h and 10.00
    assert months(hard("2028-02-28", "2028-03-01", 24), 10_00, "2028-02-01") == {"2028-02": 160_00, "2028-03": 80_00}


def test_a_month_in_the_middle_without_minutes_is_zero() -> None:
    free = holiday("2026-12-01", "2026-12-31")
    assert months(hard("2026-11-30", "2027-01-01", 2), 60_00, "2026-11-30", free) == {
        "2026-11": 60_00,
        "2026-12": 0,
        "2027-01": 60_00,
    }


# --- the spread itself: half-open questions about a booking over Fri 27 Nov to Mon 30 Nov, 60 min on Fri and on Mon

SPREAD = Spread.over(d("2026-11-27"), 120, (480, 0, 0, 480))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        pytest.param("2026-11-01", "2026-12-31", 120, id="all"),
        pytest.param("2026-11-27", "2026-11-28", 60, id="its first day"),
        pytest.param("2026-11-28", "2026-11-30", 0, id="the weekend"),
        pytest.param("2026-11-30", "2026-12-01", 60, id="its last day"),
        pytest.param("2026-12-01", "2026-12-31", 0, id="after"),
        pytest.param("2026-11-01", "2026-11-27", 0, id="before"),
        pytest.param("2026-11-30", "2026-11-27", 0, id="backwards"),
        pytest.param("2026-11-27", "2026-11-27", 0, id="empty"),
    ],
)
def test_minutes_between(start: str, end: str, minutes: int) -> None:
    assert SPREAD.minutes_between(d(start), d(end)) == minutes
    assert SPREAD.has_minutes_between(d(start), d(end)) is (minutes > 0)


@pytest.mark.parametrize(
    ("spread", "not_before", "expected"),
    [
        pytest.param(SPREAD, "2026-11-01", "2026-11-27", id="its first"),
        pytest.param(SPREAD, "2026-11-28", "2026-11-30", id="over the weekend"),
        pytest.param(SPREAD, "2026-11-30", "2026-11-30", id="the day itself"),
        pytest.param(SPREAD, "2026-12-01", None, id="after its end"),
        pytest.param(Spread.over(d("2026-11-27"), 0, (1,)), "2026-11-01", None, id="no minutes"),
        pytest.param(Spread.over(d("2026-11-27"), 9, (1, 0)), "2026-11-28", None, id="no minutes left"),
    ],
)
def test_first_day_with_minutes(spread: Spread, not_before: str, expected: str | None) -> None:
    found = spread.first_day_with_minutes(d(not_before))
    assert (found.isoformat() if found else None) == expected


def test_a_spread_ends_the_day_after_its_last() -> None:
    assert (SPREAD.end, last_day(SPREAD)) == (d("2026-12-01"), d("2026-11-30"))


def test_a_booking_knows_its_first_and_last_day() -> None:
    found = the_booking(member(), hard("2026-11-24", "2026-11-27"))
    assert (found.start, found.last) == (d("2026-11-24"), d("2026-11-27"))


@pytest.mark.parametrize(
    ("start", "end", "rate", "expected"),
    [
        pytest.param("2026-11-27", "2026-12-01", 100, 200, id="all"),
        pytest.param("2026-11-27", "2026-11-28", 100, 100, id="a part"),
        pytest.param("2026-11-28", "2026-11-30", 100, 0, id="none"),
    ],
)
def test_value_between(start: str, end: str, rate: int, expected: int) -> None:
    assert value_between(SPREAD, rate, d(start), d(end)) == expected
