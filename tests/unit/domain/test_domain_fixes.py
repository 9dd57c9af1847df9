"""Repairs proposed for findings: task dates, sign-off dates, gaps, reminders. As-of is Monday 23 November 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from builders import (
    billing,
    d,
    engagement,
    findings,
    fixed_fee,
    hard,
    member,
    milestone,
    resource,
    soft,
    task,
    workspace,
)
from builders import entry as time_entry
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.fixes.gaps import filling
from psdm_cli.domain.fixes.reminders import reminders
from psdm_cli.domain.fixes.sign_offs import AmbiguousMilestoneError, moves
from psdm_cli.domain.fixes.task_dates import DateProposal, proposals
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Record, Story

AS_OF = d("2026-11-23")
PROJECT = workspace(start_date="2026-11-02", due_date="2027-01-29")


def proposed(*stories: Story, project: Record = PROJECT) -> list[DateProposal]:
    """The proposals for the tasks of a project from 2 November to 29 January."""
    return list(proposals(engagement(project, *stories), Policy(), AS_OF))


def days(found: DateProposal) -> tuple[str | None, str | None]:
    """Start and due as text."""
    return tuple(each.day.isoformat() if each else None for each in (found.start, found.due))  # type: ignore[return-value]


def at(position: int, start: str | None, due: str | None, **more: object) -> Story:
    """A task at a place."""
    return task(str(position), start, due, position=position, **more)


@pytest.mark.parametrize(
    ("stories", "expected"),
    [
        pytest.param([at(2, None, None)], ("2026-11-02", "2027-01-29"), id="alone: the project's span"),
        pytest.param(
            [at(1, "2026-11-02", "2026-11-30"), at(2, None, None), at(3, "2026-12-14", "2026-12-18")],
            ("2026-11-30", "2026-12-14"),
            id="between its neighbours",
        ),
        pytest.param(
            [at(1, None, "2026-12-11"), at(3, "2026-12-01", "2026-12-18"), at(2, None, None)],
            ("2026-12-11", "2027-01-29"),
            id="the next starts before the last is due: passed over",
        ),
        pytest.param(
            [at(1, None, "2026-12-11"), at(2, None, "2026-12-04")],
            ("2026-11-02", None),
            id="what is due later cannot come before: the project's start",
        ),
        pytest.param(
            [at(2, "2026-12-01", None), at(3, "2026-11-25", "2026-12-18")],
            (None, "2027-01-29"),
            id="a given start is kept",
        ),
        pytest.param(
            [at(1, "2026-11-02", "2026-11-06"), at(2, None, None), at(3, "2026-11-09", "2026-12-18")],
            ("2026-11-06", "2027-01-29"),
            id="a due date before as-of would be overdue at once",
        ),
    ],
)
def test_dates_come_from_neighbours_and_span(stories: list[Story], expected: tuple[str | None, str | None]) -> None:
    (found,) = [each for each in proposed(*stories) if each.story.id == "2"]
    assert days(found) == expected
    assert found.is_complete


def test_a_parent_bounds_its_children() -> None:
    parent = at(1, "2026-11-09", "2026-12-18")
    (found,) = proposed(parent, at(2, None, None, parent_id="1"), at(3, "2026-12-01", "2026-12-02"))
    assert days(found) == ("2026-11-09", "2026-12-18")


def test_undated_neighbours_stand_side_by_side() -> None:
    first, second = proposed(at(1, "2026-11-02", "2026-11-30"), at(2, None, None), at(3, None, None))
    assert days(first) == days(second) == ("2026-11-30", "2027-01-29")


def test_a_milestone_gets_a_due_date_alone() -> None:
    (found,) = proposed(milestone("m", None, position=2))
    assert days(found) == (None, "2027-01-29")


def test_completed_tasks_are_left_alone_and_still_are_neighbours() -> None:
    (found,) = proposed(at(1, None, "2026-11-20", state="completed"), at(2, None, None))
    assert days(found) == ("2026-11-20", "2027-01-29")


def test_a_project_that_is_over_gives_as_of() -> None:
    over = workspace(start_date="2026-01-05", due_date="2026-10-30")
    (found,) = proposed(at(1, "2026-10-01", None), project=over)
    assert days(found) == (None, "2026-11-23")


def test_nothing_known_proposes_nothing() -> None:
    bare = workspace(start_date=None, due_date=None)
    (found,) = proposed(at(1, None, None), project=bare)
    assert days(found) == (None, None)
    assert not found.is_complete


DATES = st.none() | st.dates(date(2026, 9, 1), date(2027, 3, 31)).map(date.isoformat)


@given(st.lists(st.tuples(DATES, DATES), min_size=1, max_size=6))
def test_a_task_never_starts_after_it_is_due(pairs: list[tuple[str | None, str | None]]) -> None:
    sane = [(s, e) if s is None or e is None or s <= e else (e, s) for s, e in pairs]
    for found in proposed(*(at(n, start, due) for n, (start, due) in enumerate(sane, 1))):
        start = found.start.day if found.start else found.story.start_date
        due = found.due.day if found.due else found.story.due_date
        assert start is None or due is None or start <= due
        assert found.due is None or found.due.day >= AS_OF


# sign-off dates

DAY = d("2027-02-12")


def moved(*records: Record, source: Source = Source.STORY, ident: str = "m1") -> list[tuple[str, str, str | None]]:
    """What changes when a milestone is moved: record, id, its date before."""
    found = moves(engagement(fixed_fee(), *records), source, ident, DAY)
    assert all(move.after == DAY for move in found)
    return [(move.source.value, move.id, move.before.isoformat() if move.before else None) for move in found]


@pytest.mark.parametrize(
    ("records", "source", "ident", "expected"),
    [
        pytest.param([milestone()], Source.STORY, "m1", [("story", "m1", "2026-12-15")], id="no billing: the task"),
        pytest.param(
            [milestone(), billing()],
            Source.STORY,
            "m1",
            [("story", "m1", "2026-12-15")],
            id="undated billing",
        ),
        pytest.param(
            [milestone(), billing(day="2026-12-18")],
            Source.STORY,
            "m1",
            [("billing_milestone", "b1", "2026-12-18"), ("story", "m1", "2026-12-15")],
            id="dated billing rules, the task goes with it",
        ),
        pytest.param(
            [milestone(), billing(day="2026-12-18", invoiced=True)],
            Source.STORY,
            "m1",
            [("story", "m1", "2026-12-15")],
            id="invoiced billing rules nothing",
        ),
        pytest.param(
            [milestone(), billing(story=None, day="2026-12-18")],
            Source.BILLING_MILESTONE,
            "b1",
            [("billing_milestone", "b1", "2026-12-18")],
            id="stands alone",
        ),
        pytest.param(
            [milestone(), billing()],
            Source.BILLING_MILESTONE,
            "b1",
            [("story", "m1", "2026-12-15")],
            id="billing without a date of its own",
        ),
        pytest.param(
            [milestone(), billing(day="2026-12-18"), billing("b2", day="2027-01-15")],
            Source.BILLING_MILESTONE,
            "b2",
            [("billing_milestone", "b2", "2027-01-15")],
            id="one instalment of several",
        ),
        pytest.param([milestone()], Source.STORY, "gone", [], id="no longer there"),
    ],
)
def test_the_record_that_rules_the_date_is_moved(
    records: list[Record], source: Source, ident: str, expected: list[tuple[str, str, str | None]]
) -> None:
    assert moved(*records, source=source, ident=ident) == expected


def test_several_dated_instalments_must_be_named() -> None:
    with pytest.raises(AmbiguousMilestoneError, match=r"id b1.*id b2"):
        moved(milestone(), billing(day="2026-12-18"), billing("b2", day="2027-01-15"))


# gaps


def test_a_gap_goes_on_at_the_pace_of_the_four_weeks_before() -> None:
    found = filling(
        engagement(hard("2026-11-16", "2026-12-11", 80)), "PSE", d("2026-12-14"), d("2026-12-28"), frozenset({"u1"})
    )
    assert (found.minutes, found.user_id) == (40 * 60, "u1")


def test_nobody_before_the_gap_means_that_hours_must_be_given() -> None:
    found = filling(engagement(), "PSE", d("2026-12-14"), d("2026-12-28"), frozenset({"u1"}))
    assert (found.minutes, found.user_id, found.soft) == (None, None, ())


def test_who_has_left_is_not_asked_for_again() -> None:
    found = filling(
        engagement(hard("2026-11-16", "2026-12-11", 80)), "PSE", d("2026-12-14"), d("2026-12-28"), frozenset()
    )
    assert found.user_id is None


def test_soft_bookings_in_the_gap_are_found() -> None:
    found = filling(
        engagement(soft("2026-12-21", "2026-12-23", 8, id="in"), soft("2027-01-04", "2027-01-08", 8, id="after")),
        "PSE",
        d("2026-12-14"),
        d("2026-12-28"),
        frozenset(),
    )
    assert [booking.id for booking in found.soft] == ["in"]


# reminders


def test_missing_time_goes_to_the_person_and_unapproved_time_to_the_lead() -> None:
    found = reminders(
        findings(
            "FP-09",
            workspace(require_time_approvals=True),
            member(),
            hard("2026-11-16", "2026-11-20", 24),
            time_entry("2026-11-02", 8, approved=False, user_id="u2"),
        )
    )
    assert [(each.kind, each.to, each.hours) for each in found] == [
        ("missing", "Person u1", Decimal("24.0")),
        ("unapproved", "Pat Lead", Decimal("8.0")),
    ]


def test_one_reminder_a_person_over_all_engagements() -> None:
    assessment = findings(
        "FP-09",
        workspace("1"),
        workspace("2"),
        member(),
        *(
            record
            for ws in ("1", "2")
            for record in (
                _resource(ws),
                hard("2026-11-16", "2026-11-20", 8, of=f"r{ws}", ws=ws),
            )
        ),
    )
    (found,) = reminders(assessment)
    assert [line.engagement for line in found.lines] == ["SOW-1001", "SOW-1002"]


def _resource(ws: str) -> Record:
    return resource(f"r{ws}", ws=ws)


def test_other_findings_remind_nobody() -> None:
    assert reminders(findings("FP-02", task("t", None, None))) == ()
