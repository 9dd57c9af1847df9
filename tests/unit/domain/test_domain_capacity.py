"""Capacity: rules.md 2, first bullet: workweek less time off, never below zero, holidays, unnamed and unseen people."""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders import FULL, NEVER, account_week, assess, d, hard, holiday, member, off, resource

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.capacity import Calendars
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.warnings import warnings_of

MONDAY, TUESDAY, SATURDAY = "2026-11-23", "2026-11-24", "2026-11-28"
PART = (480, 480, 240, 0, 0, 0, 0)


def calendars(*records: Record, limited_to: tuple[str, ...] | None = None) -> Calendars:
    """The calendars of these records."""
    return assess(*records, rules=Rules(holiday_calendars=limited_to)).calendars


@pytest.mark.parametrize(
    ("records", "day", "minutes"),
    [
        pytest.param([member()], MONDAY, 480, id="a full day"),
        pytest.param([member()], SATURDAY, 0, id="saturday"),
        pytest.param([member(week=PART)], "2026-11-25", 240, id="part-timer: half a wednesday"),
        pytest.param([member(week=PART)], "2026-11-26", 0, id="part-timer: no thursday"),
        pytest.param([member(week=(0, 0, 0, 0, 0, 300, 0))], SATURDAY, 300, id="a saturday worker"),
        pytest.param([member(), off(MONDAY, 2)], MONDAY, 360, id="two hours off: 480 - 120"),
        pytest.param([member(), off(MONDAY, 2), off(MONDAY, 1)], MONDAY, 300, id="time off adds up: 480 - 180"),
        pytest.param([member(), off(MONDAY, 24)], MONDAY, 0, id="time off larger than the day"),
        pytest.param([member(week=NEVER), off(MONDAY, 8)], MONDAY, 0, id="time off on a day without work"),
        pytest.param([member(), off(MONDAY, "1.25")], MONDAY, 405, id="fractional hours: 480 - 75"),
        pytest.param([member(), off(MONDAY, "0.01")], MONDAY, Fraction(2397, 5), id="no whole minutes: 480 - 0.6"),
        pytest.param([member(), off(TUESDAY)], MONDAY, 480, id="off on another day"),
        pytest.param([member(), off(MONDAY, user="u2")], MONDAY, 480, id="somebody else is off"),
        pytest.param([member(), holiday(MONDAY)], MONDAY, 0, id="holiday"),
        pytest.param([member(), holiday("2026-11-20", TUESDAY)], TUESDAY, 0, id="last day of a long holiday"),
        pytest.param([member(), holiday("2026-11-20", "2026-11-22")], MONDAY, 480, id="the day after a holiday"),
        pytest.param([member(week=None)], MONDAY, 480, id="workweek hidden: the default"),
        pytest.param([member(week=None), account_week(*PART)], "2026-11-25", 240, id="the account's default"),
        pytest.param([account_week(*PART, default=False)], "2026-11-26", 480, id="a week that is no default"),
        pytest.param([account_week(*PART, default=None)], "2026-11-26", 480, id="a week that does not say so"),
        pytest.param([member(week=None), off(MONDAY, 3)], MONDAY, 300, id="workweek hidden, time off is not"),
    ],
)
def test_capacity_of_a_person(records: list[Record], day: str, minutes: int | Fraction) -> None:
    assert calendars(*records).capacity("u1", d(day)) == minutes


@pytest.mark.parametrize(
    ("records", "day", "minutes"),
    [
        pytest.param([], MONDAY, 480, id="no default week shown: 480 minutes"),
        pytest.param([], "2026-11-27", 480, id="until friday"),
        pytest.param([], SATURDAY, 0, id="not on saturday"),
        pytest.param([account_week(*PART)], "2026-11-25", 240, id="the account's default week"),
        pytest.param([holiday(MONDAY)], MONDAY, 0, id="less holidays"),
        pytest.param([off(MONDAY)], MONDAY, 480, id="nobody's time off"),
    ],
)
def test_capacity_of_an_unnamed_resource(records: list[Record], day: str, minutes: int) -> None:
    assert calendars(*records).capacity(None, d(day)) == minutes


def test_the_default_day_is_policy() -> None:
    found = assess(rules=Rules(policy=Policy(default_workday_minutes=450))).calendars
    assert (found.capacity(None, d(MONDAY)), found.capacity("nobody", d(MONDAY))) == (450, 450)


@pytest.mark.parametrize(
    ("limited_to", "of", "is_off"),
    [
        pytest.param(None, ("US",), True, id="no limit: every holiday, for everybody"),
        pytest.param(None, (), True, id="no limit: one of no calendar"),
        pytest.param(None, None, True, id="no limit: calendars not told"),
        pytest.param(("US",), ("US", "UK"), True, id="one of its calendars is wanted"),
        pytest.param(("us",), ("US",), True, id="names in any case"),
        pytest.param(("US",), ("UK",), False, id="another calendar"),
        pytest.param(("US",), (), False, id="of no calendar at all"),
        pytest.param(("US",), None, True, id="calendars not told: it applies"),
        pytest.param(("Atlantis",), ("US",), False, id="a calendar that nobody has"),
        pytest.param((), ("US",), False, id="limited to none"),
    ],
)
def test_holidays_are_limited_by_the_calendars_names(
    limited_to: tuple[str, ...] | None, of: tuple[str, ...] | None, is_off: bool
) -> None:
    found = calendars(member(), holiday(MONDAY, calendars=of), limited_to=limited_to)
    assert found.capacity("u1", d(MONDAY)) == (0 if is_off else 480)
    assert (d(MONDAY) in found.holidays) is is_off


def test_capacity_between_is_half_open() -> None:
    # Monday to Friday 480 each, Thursday a holiday, two hours off on Friday: 3 x 480 + 360
    found = calendars(member(), holiday("2026-11-26"), off("2026-11-27", 2))
    assert found.capacity_between("u1", d(MONDAY), d("2026-11-30")) == 1800
    assert found.capacity_between("u1", d(MONDAY), d(MONDAY)) == 0


@pytest.mark.parametrize(
    ("records", "start", "last", "expected"),
    [
        pytest.param([member()], "2026-11-27", "2026-11-30", (480, 0, 0, 480), id="in proportion to capacity"),
        pytest.param([member(week=NEVER)], "2026-11-27", "2026-11-30", (1, 0, 0, 1), id="no capacity: weekdays"),
        pytest.param([member()], "2026-11-28", "2026-11-29", (1, 1), id="a weekend only: evenly over its days"),
        pytest.param(
            [member(), holiday("2026-11-26", "2026-11-29")],
            "2026-11-26",
            "2026-11-29",
            (1, 1, 0, 0),
            id="holidays only: their weekdays",
        ),
        pytest.param([member(), off("2026-11-27", 9)], "2026-11-27", "2026-11-29", (1, 0, 0), id="off all the time"),
        pytest.param([member(week=(0, 0, 0, 0, 0, 60, 0))], "2026-11-27", "2026-11-29", (0, 60, 0), id="saturdays"),
    ],
)
def test_weights(records: list[Record], start: str, last: str, expected: tuple[int, ...]) -> None:
    assert calendars(*records).weights("u1", d(start), d(last)) == expected


def workweek_warnings(*records: Record, refused: tuple[Kind, ...] = ()) -> list[str]:
    """The warnings about workweeks."""
    return [text for text in warnings_of(assess(*records, refused=refused)) if "workweek" in text]


@pytest.mark.parametrize(
    ("records", "refused", "expected"),
    [
        pytest.param([member(), hard(TUESDAY)], (), [], id="seen"),
        pytest.param(
            [member(week=None), hard(TUESDAY)],
            (),
            ["The workweek of Person u1 is not visible: the default workweek is used."],
            id="hidden for somebody who is booked",
        ),
        pytest.param(
            [hard(TUESDAY)],
            (),
            ["The workweek of Person u1 is not visible: the default workweek is used."],
            id="no membership for somebody who is booked",
        ),
        pytest.param(
            [member(week=None)],
            (),
            ["The workweek of Person u1 is not visible: the default workweek is used."],
            id="hidden for somebody who is not booked but whose capacity counts",
        ),
        pytest.param([resource(user=None), hard(TUESDAY)], (), [], id="unnamed: nobody's is missing"),
        pytest.param(
            [member(), hard(TUESDAY)],
            (Kind.PEOPLE,),
            ["The token lacks permission see account_memberships: everybody is given the default workweek."],
            id="memberships refused",
        ),
        pytest.param(
            [member(), hard(TUESDAY)],
            (Kind.WORKWEEKS,),
            ["The token lacks permission see workweeks: unnamed resources are given a workweek of Monday to Friday."],
            id="the account's workweeks refused",
        ),
    ],
)
def test_a_workweek_that_is_not_visible_is_warned_of(
    records: list[Record], refused: tuple[Kind, ...], expected: list[str]
) -> None:
    assert workweek_warnings(*records, refused=refused) == expected


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(Kind.TIME_OFF, "as if nobody were away", id="time off"),
        pytest.param(Kind.HOLIDAYS, "as if there were no holidays", id="holidays"),
    ],
)
def test_what_is_hidden_of_the_calendar_is_warned_of_with_the_permission(kind: Kind, said: str) -> None:
    (warning,) = warnings_of(assess(member(), refused=[kind]))
    assert f"see {kind.value}" in warning
    assert said in warning


def test_a_full_week_is_monday_to_friday() -> None:
    assert calendars(member()).capacity_between("u1", d(MONDAY), d("2026-11-30")) == sum(FULL) == 2400
