"""Who could take work that nobody is firmly booked for: ranked by role, skill and free time, with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.capacity import Calendars
from psdm_cli.domain.coverage import Gap
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.staffing import FreeTime, PersonTime, free_time

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Work:
    """Work in [start, end) that needs somebody. `minutes` None: uncovered weeks, whose hours nobody has planned.

    `why`: "uncovered", "soft" or "unnamed". `user_id` is the person who is softly booked for it.
    """

    engagement: str
    role: str
    why: str
    start: date
    end: date
    minutes: Fraction | None = None
    booking_id: str | None = None
    user_id: str | None = None
    person: str | None = None


def open_work(engagement: Engagement, gaps: Mapping[str, Gap] | None, as_of: date) -> tuple[Work, ...]:
    """An engagement's uncovered weeks, and its bookings to come that are soft or have no name yet, earliest first."""
    found = []
    for role, gap in (gaps or {}).items():
        if gap.gap_from is not None and gap.until is not None:
            found.append(Work(engagement.name, role, "uncovered", gap.gap_from, gap.until))
    for booking in engagement.bookings:
        minutes = booking.spread.minutes_between(as_of, booking.spread.end)
        if not minutes or not booking.seen or (booking.hard and booking.user_id is not None):
            continue
        found.append(_of_booking(engagement, booking, as_of, minutes))
    return tuple(sorted(found, key=lambda work: (work.start, work.role, work.booking_id or "")))


def _of_booking(engagement: Engagement, booking: Booking, as_of: date, minutes: Fraction) -> Work:
    return Work(
        engagement=engagement.name,
        role=booking.role,
        why="soft" if booking.user_id is not None else "unnamed",
        start=max(booking.start, as_of),
        end=booking.spread.end,
        minutes=minutes,
        booking_id=booking.id,
        user_id=booking.user_id,
        person=booking.person,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take the work, and why they stand where they stand."""

    user_id: str
    name: str
    role: str
    time: FreeTime
    same_role: bool
    skills: tuple[str, ...]
    fits: bool | None
    reasons: tuple[str, ...]


def candidates(
    work: Work,
    people: Sequence[PersonTime],
    calendars: Calendars,
    *,
    skills: Sequence[str] = (),
    on_engagement: frozenset[str] = frozenset(),
    most: int = MOST_CANDIDATES,
) -> tuple[Candidate, ...]:
    """The best `most` people for the work who have any time free in it, of its role or with a skill that is wanted.

    In this order: the same role before others; more of the wanted skills; enough free time for all of it; already on
    the engagement; more free time; the name. The person who is softly booked for it is a candidate like any other.
    """
    found = []
    for person in people:
        others = [each for each in person.booked if each.booking_id is None or each.booking_id != work.booking_id]
        time = free_time(calendars, person.user_id, others, work.start, work.end)
        if time.free <= 0:
            continue
        candidate = _candidate(work, person, time, skills, person.user_id in on_engagement)
        if candidate.same_role or candidate.skills:
            found.append(candidate)
    found.sort(key=lambda each: _order(each, on_engagement))
    return tuple(found[:most])


def _order(candidate: Candidate, on_engagement: frozenset[str]) -> tuple[bool, int, bool, bool, Fraction, str]:
    return (
        not candidate.same_role,
        -len(candidate.skills),
        candidate.fits is False,
        candidate.user_id not in on_engagement,
        -candidate.time.free,
        candidate.name.casefold(),
    )


def _candidate(work: Work, person: PersonTime, time: FreeTime, wanted: Sequence[str], present: bool) -> Candidate:
    same = person.role == work.role
    having = tuple(skill for skill in wanted if person.has_skill(skill))
    fits = None if work.minutes is None else time.free >= work.minutes
    reasons = [f"the role {work.role}" if same else f"another role ({person.role})"]
    if wanted:
        lacking = [skill for skill in wanted if skill not in having]
        if person.skills is None:
            reasons.append("skills not visible")
        else:
            reasons.extend(f"knows {skill}" for skill in having)
            reasons.extend(f"{skill} not among the skills" for skill in lacking)
    span = f"{time.start} to {time.end - DAY}"
    reasons.append(f"{said(time.free)} of {said(time.capacity)} free from {span}")
    if work.minutes is not None and fits is False:
        reasons.append(f"{said(work.minutes - time.free)} short")
    if time.soft:
        reasons.append(f"{said(time.soft)} soft-booked besides")
    if person.user_id == work.user_id:
        reasons.append("soft-booked for it")
    elif present:
        reasons.append("already on the engagement")
    return Candidate(person.user_id, person.name, person.role, time, same, having, fits, tuple(reasons))


def said(minutes: Fraction | int) -> str:
    """Minutes in words, in hours."""
    return f"{known_hours(minutes).normalize():f} h"


def people_of(assessment: Assessment, engagement: Engagement) -> frozenset[str]:
    """User ids of the people with a resource on the engagement."""
    known = {member.user_id for member in assessment.portfolio.members if not member.active}
    return frozenset(r.user_id for r in engagement.resources if r.user_id is not None and r.user_id not in known)
