"""Free hours by week, utilization, and who could take open work: a full week's worker has 40 h."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from builders import assess, d, elsewhere, entry, hard, member, off, resource, soft, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.matching import Candidate, Work, candidates, open_work
from psdm_cli.domain.records import Record
from psdm_cli.domain.staffing import PersonTime, agenda, people_time, utilization, weeks_between

SPAN = (d("2026-11-23"), d("2026-12-21"))
HOUR = 60


def people(
    *records: Record, skills: dict[str, tuple[str, ...]] | None = None, span: tuple[str, str] | None = None
) -> tuple[tuple[PersonTime, ...], Assessment]:
    """Everybody's time among these records, and the assessment."""
    assessment = assess(*records)
    booked = agenda(
        ((e.name, e.bookings) for e in assessment.engagements), assessment.portfolio.elsewhere, assessment.calendars
    )
    days = SPAN if span is None else (d(span[0]), d(span[1]))
    return people_time(assessment.portfolio.members, assessment.calendars, booked, days, skills), assessment


def hours(person: PersonTime) -> list[float]:
    """Free hours by week."""
    return [float(week.free / HOUR) for week in person.weeks]


def test_hard_bookings_take_time_and_soft_ones_stand_beside() -> None:
    (person,), _ = people(member(), hard("2026-11-23", "2026-11-27", 30), soft("2026-11-30", "2026-12-04", 20))
    assert hours(person) == [10, 40, 40, 40]
    assert (person.hard / HOUR, person.soft / HOUR) == (30, 20)


def test_bookings_elsewhere_and_time_off_count() -> None:
    (person,), _ = people(member(), elsewhere("u1", "2026-11-23", "2026-11-27", 16), off("2026-12-01", 8))
    assert hours(person) == [24, 32, 40, 40]


def test_a_week_that_is_overbooked_does_not_use_up_another() -> None:
    (person,), _ = people(member(), hard("2026-11-23", "2026-11-27", 60))
    assert person.weeks[0].free == 0
    assert person.weeks[0].over == 20 * HOUR
    assert person.free == 120 * HOUR


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(member(active=False), id="gone"),
        pytest.param(member(week=(0, 0, 0, 0, 0, 0, 0)), id="no working time"),
    ],
)
def test_who_has_no_time_is_left_out(one: Record) -> None:
    assert people(one)[0] == ()


def test_weeks_are_clipped_to_the_range() -> None:
    assert weeks_between(d("2026-11-25"), d("2026-12-02")) == (
        (d("2026-11-25"), d("2026-11-30")),
        (d("2026-11-30"), d("2026-12-02")),
    )


@given(st.integers(0, 400), st.integers(1, 300))
def test_weeks_make_up_the_range(offset: int, length: int) -> None:
    start = d("2026-01-01").fromordinal(d("2026-01-01").toordinal() + offset)
    end = start.fromordinal(start.toordinal() + length)
    weeks = weeks_between(start, end)
    assert weeks[0][0] == start
    assert weeks[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(weeks))


def test_utilization_counts_billable_time_of_the_last_four_full_weeks() -> None:
    who = member(billability_target=70)
    entries = [
        entry("2026-10-25", 8),  # the Sunday before the four weeks
        entry("2026-10-26", 40),
        entry("2026-11-22", 40),
        entry("2026-11-23", 8),  # as-of's own week
        entry("2026-11-02", 8, billable=False),
        entry("2026-11-02", 8, user_id="u2"),
    ]
    _, assessment = people(who)
    found = utilization(assessment.calendars, who, entries, d("2026-11-23"))
    assert (found.worked, found.capacity, found.ratio) == (80 * HOUR, 160 * HOUR, Fraction(1, 2))
    assert found.target == Fraction(7, 10)


def test_utilization_without_capacity_or_target_is_unknown_not_zero() -> None:
    who = member(week=(0, 0, 0, 0, 0, 0, 0))
    _, assessment = people(who)
    found = utilization(assessment.calendars, who, [], d("2026-11-23"))
    assert (found.ratio, found.target) == (None, None)


# who could take it


def test_open_work_is_what_nobody_is_firmly_booked_for() -> None:
    assessment = assess(
        workspace(due_date="2027-03-31"),
        resource(),
        resource("r2", user=None),
        resource("r3", "PM", "u3"),
        hard("2026-11-23", "2027-01-29", 100),
        hard("2026-11-23", "2026-12-04", 10, of="r3"),
        soft("2026-12-07", "2026-12-11", 20, id="soft"),
        hard("2026-12-07", "2026-12-11", 30, of="r2", id="unnamed"),
    )
    (engagement,) = assessment.engagements
    work = open_work(engagement, assessment.coverage["1"], assessment.as_of)
    assert [(each.why, each.role, each.booking_id) for each in work] == [
        ("uncovered", "PM", None),
        ("soft", "PSE", "soft"),
        ("unnamed", "PSE", "unnamed"),
    ]
    assert [each.minutes for each in work] == [None, 20 * HOUR, 30 * HOUR]


def ranked(work: Work, *records: Record, wanted: tuple[str, ...] = (), on: tuple[str, ...] = ()) -> list[Candidate]:
    """The candidates for work, with skills by user id in `SKILLS`."""
    everybody, assessment = people(*records, skills={"u2": ("Migration",), "u4": ("Migration",)})
    return list(candidates(work, everybody, assessment.calendars, skills=wanted, on_engagement=frozenset(on)))


WORK = Work("SOW-1001", "PSE", "soft", d("2026-11-23"), d("2026-11-28"), Fraction(20 * HOUR), "b", "u1", "Person u1")
TEAM = (member("u1"), member("u2"), member("u3", role="TA"), member("u4", role="TA"))


def test_the_role_comes_first_then_the_skill() -> None:
    assert [each.user_id for each in ranked(WORK, *TEAM, wanted=("Migration",))] == ["u2", "u1", "u4"]


def test_another_role_is_offered_only_with_a_wanted_skill() -> None:
    assert [each.user_id for each in ranked(WORK, *TEAM)] == ["u1", "u2"]


def test_who_has_time_for_all_of_it_beats_who_has_not() -> None:
    busy = elsewhere("u1", "2026-11-23", "2026-11-27", 30)
    found = ranked(WORK, *TEAM, busy)
    assert [(each.user_id, each.fits) for each in found] == [("u2", True), ("u1", False)]
    assert "10 h short" in found[1].reasons


def test_who_is_on_the_engagement_beats_an_equal() -> None:
    assert [each.user_id for each in ranked(WORK, *TEAM, on=("u2",))] == ["u2", "u1"]


def test_the_soft_booked_person_is_a_candidate_whose_own_booking_does_not_count() -> None:
    (first, *_) = ranked(WORK, member(), soft("2026-11-23", "2026-11-27", 20, id="b"))
    assert (first.user_id, first.time.soft) == ("u1", 0)
    assert "soft-booked for it" in first.reasons


def test_nobody_without_free_time_is_offered() -> None:
    assert ranked(WORK, member(), elsewhere("u1", "2026-11-23", "2026-11-27", 40)) == []


def test_skills_that_cannot_be_seen_are_said_so() -> None:
    everybody, assessment = people(member())
    (found,) = candidates(WORK, everybody, assessment.calendars, skills=("Migration",))
    assert "skills not visible" in found.reasons
