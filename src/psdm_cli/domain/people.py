"""Who has time: people of the delivery roles booked below the threshold in the coming weeks (rules.md 4, FP-06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from psdm_cli.domain.capacity import Calendars, Minutes
from psdm_cli.domain.dates import week_start
from psdm_cli.domain.engagements import Booking, role_name, senseless
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import AllocationElsewhere, Membership
from psdm_cli.domain.spreading import Spread


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """A person's capacity and bookings, in minutes, over the window of weeks. A lower bound of what is booked."""

    user_id: str
    name: str
    role: str
    capacity: Minutes
    hard: Fraction
    soft: Fraction

    @property
    def ratio(self) -> Fraction:
        """Hard-booked share of the capacity."""
        return self.hard / self.capacity


def window(as_of: date, policy: Policy) -> tuple[date, date]:
    """As-of's ISO week and the next three together, half-open."""
    start = week_start(as_of)
    return start, start + timedelta(weeks=policy.people_weeks)


def loads(
    *,
    as_of: date,
    policy: Policy,
    calendars: Calendars,
    members: Iterable[Membership],
    user_ids: Collection[str] | None,
    bookings: Iterable[Booking],
    elsewhere: Iterable[AllocationElsewhere],
) -> tuple[PersonLoad, ...]:
    """Everybody active with a delivery role as default (and among `user_ids` unless None), by name.

    People without capacity in the window are left out.
    """
    start, end = window(as_of, policy)
    hard: defaultdict[str, Fraction] = defaultdict(Fraction)
    soft: defaultdict[str, Fraction] = defaultdict(Fraction)
    for booking in bookings:
        if booking.user_id is not None:
            (hard if booking.hard else soft)[booking.user_id] += booking.spread.minutes_between(start, end)
    for other in elsewhere:
        if senseless(other.start_date, other.end_date):
            continue
        weights = calendars.weights(other.user_id, other.start_date, other.end_date)
        spread = Spread.over(other.start_date, other.minutes, weights)
        (hard if other.hard else soft)[other.user_id] += spread.minutes_between(start, end)
    found = []
    for member in members:
        role = role_name(member.default_role)
        wanted = user_ids is None or member.user_id in user_ids
        if not (member.active and wanted and role in policy.delivery_roles):
            continue
        capacity = calendars.capacity_between(member.user_id, start, end)
        if capacity:
            name = member.full_name or f"User {member.user_id}"
            uid = member.user_id
            found.append(PersonLoad(uid, name, role, capacity, hard[uid], soft[uid]))
    return tuple(sorted(found, key=lambda load: (load.name.casefold(), load.user_id)))


def under_allocated(people: Iterable[PersonLoad], policy: Policy) -> tuple[PersonLoad, ...]:
    """Those hard-booked below the threshold (the page's light blue), emptiest first."""
    below = [person for person in people if person.ratio < Fraction(policy.under_allocated_below)]
    return tuple(sorted(below, key=lambda person: (person.ratio, person.name.casefold())))
