"""Coverage (FP-08) and just kicked off: rules.md 4, first and second bullet.

As-of is Monday 23 November 2026; two calendar months later is 23 January 2027. The only role is PM unless said.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import assess, d, engagement, gaps, hard, holiday, member, resource, soft, task, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Assessment, Rules
from psdm_cli.domain.coverage import horizon, is_after_kickoff, is_just_kicked_off, required_roles
from psdm_cli.domain.dates import days_between, is_business_day
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Record

PM = resource("r1", "PM")
FULLY = hard("2026-11-23", "2027-01-22", 1000)


def gap(*records: Record, role: str = "PM", **how: str) -> tuple[str, str] | None:
    """The gap of a role as text, None when covered."""
    found = gaps(*records, **how)[role]
    if found.gap_from is None or found.until is None:
        assert found.gap_from is found.until is None
        return None
    return found.gap_from.isoformat(), found.until.isoformat()


@pytest.mark.parametrize(
    ("space", "as_of", "start", "end"),
    [
        pytest.param(workspace(), "2026-11-23", "2026-11-23", "2027-01-23", id="as-of to two calendar months later"),
        pytest.param(workspace(), "2026-12-31", "2026-12-31", "2027-02-28", id="31 December: clamped to February"),
        pytest.param(workspace(), "2027-12-31", "2027-12-31", "2028-02-29", id="31 December before a leap year"),
        pytest.param(
            workspace(due_date="2026-12-11"),
            "2026-11-23",
            "2026-11-23",
            "2026-12-12",
            id="the end, its day in",
        ),
        pytest.param(
            workspace(due_date="2027-01-22"), "2026-11-23", "2026-11-23", "2027-01-23", id="end and horizon the same"
        ),
        pytest.param(workspace(due_date="2028-01-01"), "2026-11-23", "2026-11-23", "2027-01-23", id="end far ahead"),
        pytest.param(
            workspace(due_date="9999-12-31"), "2026-11-23", "2026-11-23", "2027-01-23", id="end on the last of all days"
        ),
        pytest.param(
            workspace(effective_due_date="2026-12-11"),
            "2026-11-23",
            "2026-11-23",
            "2026-12-12",
            id="effective end",
        ),
        pytest.param(
            workspace(due_date="2026-12-04", effective_due_date="2027-12-11"),
            "2026-11-23",
            "2026-11-23",
            "2026-12-05",
            id="due date before effective",
        ),
        pytest.param(workspace(due_date="2026-11-23"), "2026-11-23", "2026-11-23", "2026-11-24", id="ends on as-of"),
        pytest.param(
            workspace(start_date="2026-12-09"), "2026-11-23", "2026-12-09", "2027-01-23", id="kickoff ahead: from there"
        ),
        pytest.param(workspace(start_date=None), "2026-11-23", "2026-11-23", "2027-01-23", id="kickoff unknown: as-of"),
    ],
)
def test_horizon(space: Record, as_of: str, start: str, end: str) -> None:
    assert horizon(engagement(space, as_of=as_of), d(as_of), Policy()) == (d(start), d(end))


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        pytest.param(workspace(due_date="2026-11-22"), None, id="ended before as-of: nothing to cover"),
        pytest.param(workspace(start_date="2027-01-23"), None, id="kickoff at the horizon's end"),
        pytest.param(workspace(start_date="2026-12-20", due_date="2026-12-11"), None, id="ends before its kickoff"),
        pytest.param(workspace(), ("2026-11-23", "2027-01-23"), id="otherwise all of it"),
    ],
)
def test_an_empty_horizon_has_no_gap(space: Record, expected: tuple[str, str] | None) -> None:
    assert gap(space, PM) == expected


@pytest.mark.parametrize(
    ("bookings", "expected"),
    [
        pytest.param([], ("2026-11-23", "2027-01-23"), id="no booking: the whole horizon"),
        pytest.param([FULLY], None, id="booked to the end: no gap"),
        pytest.param([hard("2026-11-23", "2026-12-11", 9)], ("2026-12-14", "2027-01-23"), id="three weeks, then none"),
        pytest.param(
            [hard("2026-11-27", hours=1), hard("2026-12-14", "2027-01-22", 9)],
            ("2026-11-30", "2026-12-14"),
            id="one hour covers a week; two weeks in the middle",
        ),
        pytest.param(
            [hard("2026-12-07", "2026-12-11", 9), hard("2027-01-04", "2027-01-08", 9)],
            ("2026-11-23", "2026-12-07"),
            id="only the first of three gaps",
        ),
        pytest.param(
            [hard("2026-11-23", "2027-01-17", 900)], ("2027-01-18", "2027-01-23"), id="the last week, clipped on friday"
        ),
        pytest.param(
            [hard("2026-11-20", "2026-11-22", 8), hard("2026-11-30", "2027-01-22", 900)],
            ("2026-11-23", "2026-11-30"),
            id="hours before as-of do not cover",
        ),
        pytest.param(
            [hard("2026-11-23", "2027-01-22", 0)],
            ("2026-11-23", "2027-01-23"),
            id="no minutes cover nothing",
        ),
        pytest.param([soft("2026-11-23", "2027-01-22", 900)], ("2026-11-23", "2027-01-23"), id="soft never covers"),
        pytest.param(
            [hard("2026-11-29", hours=1), hard("2026-11-30", "2027-01-22", 900)],
            None,
            id="an hour on sunday covers",
        ),
    ],
)
def test_the_first_gap(bookings: list[Record], expected: tuple[str, str] | None) -> None:
    assert gap(PM, member(), *bookings) == expected


def test_a_booking_outside_the_horizon_within_the_clipped_week_does_not_cover_it() -> None:
    # As-of Wednesday 25 November: Monday and Tuesday of its week are past.
    past = hard("2026-11-23", "2026-11-24", 16)
    rest = hard("2026-11-30", "2027-01-24", 900)
    assert gap(PM, member(), past, rest, as_of="2026-11-25") == ("2026-11-25", "2026-11-30")
    # The project ends on Wednesday 9 December; hours on the Thursday after do not count.
    rows = (workspace(due_date="2026-12-09"), PM, member(), hard("2026-11-23", "2026-12-04", 9), hard("2026-12-10"))
    assert gap(*rows) == ("2026-12-07", "2026-12-10")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        # on Saturday 28 the rest of the week has no business day: it is not uncovered
        pytest.param("2026-11-28", ("2026-11-30", "2027-01-28"), id="saturday: the weekend is no gap"),
        pytest.param("2026-11-27", ("2026-11-27", "2027-01-27"), id="friday: one business day is"),
    ],
)
def test_a_partial_first_week(as_of: str, expected: tuple[str, str]) -> None:
    assert gap(PM, as_of=as_of) == expected


def test_a_week_without_business_day_ends_a_gap() -> None:
    # 21 to 25 December are holidays
    free = holiday("2026-12-21", "2026-12-25")
    booked = hard("2026-11-23", "2026-12-11", 9)
    assert gap(PM, member(), booked, free) == ("2026-12-14", "2026-12-21")
    assert gap(PM, member(), booked) == ("2026-12-14", "2027-01-23")


def test_a_week_without_business_day_does_not_begin_a_gap() -> None:
    free = holiday("2026-11-23", "2026-11-27")
    assert gap(PM, member(), free) == ("2026-11-30", "2027-01-23")


def test_hard_bookings_of_unnamed_resources_cover() -> None:
    assert gap(resource("r1", "PM", user=None), FULLY) is None


def test_another_roles_booking_does_not_cover() -> None:
    assert gap(PM, resource("r2", "PSE"), hard("2026-11-23", "2027-01-22", 900, of="r2")) == (
        "2026-11-23",
        "2027-01-23",
    )


def test_two_people_of_one_role_cover_together() -> None:
    rows: list[Record] = [PM, resource("r2", "Program Manager", "u2"), hard("2026-11-23", "2026-12-11", 9)]
    assert gap(*rows, hard("2026-12-14", "2027-01-22", 9, of="r2")) is None


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param([], ("PM",), id="PM always"),
        pytest.param(["PSE"], ("PM", "PSE"), id="a PSE resource requires PSE"),
        pytest.param(["Technical Architect", "PSE"], ("PM", "PSE", "TA"), id="in the handbook's order"),
        pytest.param(["Trainer", None], ("PM",), id="other roles are not required"),
    ],
)
def test_required_roles(roles: list[str | None], expected: tuple[str, ...]) -> None:
    slots = [resource(f"r{n}", role, f"u{n}") for n, role in enumerate(roles)] or [resource("r0", "Trainer")]
    assert required_roles(engagement(*slots), Policy()) == expected
    assert tuple(gaps(*slots)) == expected


def test_a_resource_without_any_booking_still_requires_its_role() -> None:
    assert gap(PM, resource("r2", "TA", user=None), FULLY, role="TA") == ("2026-11-23", "2027-01-23")


def test_delivery_roles_are_policy() -> None:
    rules = Rules(policy=Policy(delivery_roles=("PM", "Trainer")))
    found = assess(resource("r1", "Trainer"), resource("r2", "PSE"), rules=rules).coverage["1"]
    assert found is not None
    assert tuple(found) == ("PM", "Trainer")


@pytest.mark.parametrize(
    ("kickoff", "after"),
    [
        pytest.param("2026-11-22", True, id="yesterday"),
        pytest.param("2026-11-23", True, id="from the kickoff day on"),
        pytest.param("2026-11-24", False, id="tomorrow"),
        pytest.param(None, True, id="unknown is past"),
    ],
)
def test_after_kickoff(kickoff: str | None, after: bool) -> None:
    assert is_after_kickoff(engagement(workspace(start_date=kickoff)), d("2026-11-23")) is after


# --- just kicked off: kickoff <= as-of <= kickoff + 10 business days. Monday 9 November + 10 is Monday 23 November.

HOLIDAY = "2026-11-11"  # a Wednesday


@pytest.mark.parametrize(
    ("kickoff", "as_of", "holidays", "expected"),
    [
        pytest.param("2026-11-09", "2026-11-09", [], True, id="day 0"),
        pytest.param("2026-11-09", "2026-11-08", [], False, id="the day before"),
        pytest.param("2026-11-09", "2026-11-23", [], True, id="day 10"),
        pytest.param("2026-11-09", "2026-11-24", [], False, id="day 11"),
        pytest.param("2026-11-09", "2026-11-24", [HOLIDAY], True, id="with a holiday the 24th is day 10"),
        pytest.param("2026-11-09", "2026-11-25", [HOLIDAY], False, id="with a holiday the 25th is day 11"),
        pytest.param("2026-11-06", "2026-11-20", [], True, id="a friday: day 10 is a friday"),
        pytest.param("2026-11-06", "2026-11-21", [], False, id="the saturday after day 10 is out"),
        pytest.param("2026-11-07", "2026-11-20", [], True, id="a saturday: monday is day 1, friday day 10"),
        pytest.param("2026-11-07", "2026-11-23", [], False, id="a saturday: day 11"),
        pytest.param(None, "2026-11-23", [], False, id="unknown: long past"),
    ],
)
def test_just_kicked_off(kickoff: str | None, as_of: str, holidays: list[str], expected: bool) -> None:
    found = engagement(workspace(start_date=kickoff), as_of=as_of)
    assert is_just_kicked_off(found, d(as_of), Policy(), {d(h) for h in holidays}) is expected


def test_just_kicked_off_knows_the_accounts_holidays() -> None:
    def asked(*free: Record) -> bool:
        assessment: Assessment = assess(workspace(start_date="2026-11-09"), *free, as_of="2026-11-24")
        return assessment.is_just_kicked_off(assessment.engagements[0])

    assert (asked(), asked(holiday(HOLIDAY))) == (False, True)


def test_the_stored_kickoff_moves_the_horizon() -> None:
    stored = {"1": StoredDates(kickoff=d("2026-12-14"))}
    found = assess(PM, task("k", due="2026-11-02", title="Kickoff"), stored=stored).coverage["1"]
    assert found is not None
    assert found["PM"].gap_from == d("2026-12-14")


# --- properties

near = st.dates(d("2026-10-01"), d("2027-03-31"))


@settings(max_examples=60, deadline=None)
@given(
    as_of=st.dates(d("2026-10-15"), d("2026-12-31")),
    kickoff=st.one_of(st.none(), near),
    end=st.one_of(st.none(), near),
    booked=st.lists(st.tuples(near, st.integers(0, 40), st.booleans()), max_size=6),
    free=st.lists(near, max_size=10),
)
def test_a_gap_lies_inside_the_horizon_has_a_business_day_and_no_hard_minute(
    as_of: date,
    kickoff: date | None,
    end: date | None,
    booked: list[tuple[date, int, bool]],
    free: list[date],
) -> None:
    rows: list[Record] = [workspace(start_date=kickoff, due_date=end), PM, member()]
    for start, days, is_hard in booked:
        text = start.isoformat(), (start + timedelta(days=days)).isoformat()
        rows.append(hard(*text) if is_hard else soft(*text))
    holidays = {day.isoformat() for day in free}
    rows.extend(holiday(day) for day in holidays)
    assessment = assess(*rows, as_of=as_of.isoformat())
    found = assessment.engagements[0]
    first, after = horizon(found, as_of, Policy())
    covered = assessment.coverage["1"]
    assert covered is not None
    gap = covered["PM"]
    business = [day for day in days_between(first, after) if is_business_day(day, set(free))]
    if gap.gap_from is None or gap.until is None:
        assert gap.gap_from is gap.until is None
        for day in business:  # every week with a business day has a hard minute in it
            monday = day - timedelta(days=day.weekday())
            week = max(monday, first), min(monday + timedelta(days=7), after)
            assert any(b.spread.has_minutes_between(*week) for b in found.hard)
        return
    assert first <= gap.gap_from < gap.until <= after
    assert any(gap.gap_from <= day < gap.until for day in business)
    assert not any(b.spread.has_minutes_between(gap.gap_from, gap.until) for b in found.hard)
