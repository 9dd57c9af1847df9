"""Anybody's time by week: capacity, hard and soft hours, what is free; and how billable the last weeks were.

Minutes throughout. What is booked is a lower bound wherever bookings on other projects are hidden from the token.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from psdm_cli.domain.capacity import Calendars, Minutes
from psdm_cli.domain.dates import WEEK, week_start
from psdm_cli.domain.engagements import Booking, role_name, senseless
from psdm_cli.domain.records import AllocationElsewhere, Membership, TimeEntry
from psdm_cli.domain.spreading import Spread

UTILIZATION_WEEKS = 4


@dataclass(frozen=True, slots=True)
class BookedTime:
    """One booking of a person, on whichever engagement. `booking_id` None: on one outside the scope."""

    spread: Spread
    hard: bool
    where: str | None = None
    booking_id: str | None = None


Agenda = Mapping[str, Sequence[BookedTime]]


def agenda(
    engagements: Iterable[tuple[str, Iterable[Booking]]],
    elsewhere: Iterable[AllocationElsewhere],
    calendars: Calendars,
) -> Agenda:
    """Everybody's bookings by user id: those of the engagements (name and bookings each), and those elsewhere."""
    found: defaultdict[str, list[BookedTime]] = defaultdict(list)
    for name, bookings in engagements:
        for booking in bookings:
            if booking.user_id is not None:
                found[booking.user_id].append(BookedTime(booking.spread, booking.hard, name, booking.id))
    for other in elsewhere:
        if senseless(other.start_date, other.end_date):
            continue
        weights = calendars.weights(other.user_id, other.start_date, other.end_date)
        spread = Spread.over(other.start_date, other.minutes, weights)
        found[other.user_id].append(BookedTime(spread, other.hard, other.workspace_title))
    return found


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A person's time in [start, end)."""

    start: date
    end: date
    capacity: Minutes
    hard: Fraction
    soft: Fraction

    @property
    def free(self) -> Fraction:
        """Capacity that is not hard-booked, never negative; soft bookings promise nothing."""
        return max(Fraction(0), self.capacity - self.hard)

    @property
    def over(self) -> Fraction:
        """Hard minutes beyond the capacity."""
        return max(Fraction(0), self.hard - self.capacity)


def free_time(calendars: Calendars, user_id: str, booked: Iterable[BookedTime], start: date, end: date) -> FreeTime:
    """A person's time in [start, end)."""
    sums = {True: Fraction(0), False: Fraction(0)}
    for each in booked:
        sums[each.hard] += each.spread.minutes_between(start, end)
    return FreeTime(start, end, calendars.capacity_between(user_id, start, end), sums[True], sums[False])


def weeks_between(start: date, end: date) -> tuple[tuple[date, date], ...]:
    """The ISO weeks of [start, end), the first and last one clipped to it."""
    found = []
    first = start
    while first < end:
        after = min(week_start(first) + WEEK, end)
        found.append((first, after))
        first = after
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Utilization:
    """Billable time worked against capacity over [start, end), and the target where it is visible (0.70 is 70 %).

    Capacity is reckoned with today's workweek: Kantata keeps no older one.
    """

    start: date
    end: date
    worked: int
    capacity: Minutes
    target: Fraction | None

    @property
    def ratio(self) -> Fraction | None:
        """Billable time worked / capacity; None without capacity (domain.md 3.9)."""
        return Fraction(self.worked) / self.capacity if self.capacity else None


def utilization_window(as_of: date) -> tuple[date, date]:
    """The last four full weeks before as-of's, half-open."""
    end = week_start(as_of)
    return end - timedelta(weeks=UTILIZATION_WEEKS), end


def utilization(calendars: Calendars, member: Membership, entries: Iterable[TimeEntry], as_of: date) -> Utilization:
    """How billable a person's last four full weeks were, from the time entries of that person."""
    start, end = utilization_window(as_of)
    worked = sum(
        entry.minutes
        for entry in entries
        if entry.user_id == member.user_id and entry.billable is True and start <= entry.date_performed < end
    )
    target = None if member.billability_target is None else Fraction(member.billability_target, 100)
    return Utilization(start, end, worked, calendars.capacity_between(member.user_id, start, end), target)


@dataclass(frozen=True, slots=True)
class PersonTime:
    """A person's weeks, with what else is known. `skills` None: they could not be seen; `utilization` likewise."""

    user_id: str
    name: str
    role: str
    weeks: tuple[FreeTime, ...]
    booked: tuple[BookedTime, ...] = ()
    skills: tuple[str, ...] | None = None
    utilization: Utilization | None = field(default=None)

    @property
    def free(self) -> Fraction:
        """Free minutes over all the weeks; one week's overbooking does not use up another one's time."""
        return sum((week.free for week in self.weeks), Fraction(0))

    @property
    def capacity(self) -> Fraction:
        """Capacity over all the weeks."""
        return sum((Fraction(week.capacity) for week in self.weeks), Fraction(0))

    @property
    def hard(self) -> Fraction:
        """Hard-booked minutes over all the weeks."""
        return sum((week.hard for week in self.weeks), Fraction(0))

    @property
    def soft(self) -> Fraction:
        """Soft-booked minutes over all the weeks."""
        return sum((week.soft for week in self.weeks), Fraction(0))

    def has_skill(self, wanted: str) -> bool:
        """Whether one of the visible skills is this one, in any case."""
        return any(skill.casefold() == wanted.strip().casefold() for skill in self.skills or ())


def people_time(
    members: Iterable[Membership],
    calendars: Calendars,
    booked: Agenda,
    span: tuple[date, date],
    skills: Mapping[str, Sequence[str]] | None = None,
) -> tuple[PersonTime, ...]:
    """The time in the half-open `span` of everybody active who has capacity there, by name."""
    start, end = span
    spans = weeks_between(start, end)
    found = []
    for member in members:
        if not member.active or not calendars.capacity_between(member.user_id, start, end):
            continue
        own = tuple(booked.get(member.user_id, ()))
        found.append(
            PersonTime(
                user_id=member.user_id,
                name=member.full_name or f"User {member.user_id}",
                role=role_name(member.default_role),
                weeks=tuple(free_time(calendars, member.user_id, own, first, after) for first, after in spans),
                booked=own,
                skills=None if skills is None else tuple(skills.get(member.user_id, ())),
            )
        )
    return tuple(sorted(found, key=lambda person: (person.name.casefold(), person.user_id)))
