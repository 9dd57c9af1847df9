"""FP-08: how an uncovered stretch could be booked: which soft bookings lie in it, by whom and how much so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from psdm_cli.domain.dates import WEEK
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.money import round_half_even

PACE_WEEKS = 4
HOUR = 60


@dataclass(frozen=True, slots=True)
class GapFilling:
    """What is known about a gap [start, end): soft bookings in it, and who did how much of the role before it.

    `minutes` None: nobody was hard-booked in the four weeks before, so that the hours must be given.
    """

    soft: tuple[Booking, ...]
    user_id: str | None
    person: str | None
    minutes: int | None


def filling(engagement: Engagement, role: str, start: date, end: date, active: frozenset[str]) -> GapFilling:
    """How the gap of a role could be filled. `active`: user ids of people who are still there.

    Hours go on at the pace of the four weeks before the gap, to the full hour; the person is the one who was
    hard-booked last, if still active.
    """
    own = [booking for booking in engagement.bookings if booking.seen and booking.role == role]
    soft = tuple(b for b in own if not b.hard and b.spread.has_minutes_between(start, end))
    before = start - timedelta(weeks=PACE_WEEKS)
    paced = sum((b.spread.minutes_between(before, start) for b in own if b.hard), Fraction(0))
    minutes = None
    if paced:
        total = paced * Fraction((end - start) / WEEK).limit_denominator(7) / PACE_WEEKS
        minutes = max(1, round_half_even(total / HOUR)) * HOUR
    earlier = [b for b in own if b.hard and b.start < start and b.user_id in active]
    last = max(earlier, key=lambda b: (b.last, b.start, b.id), default=None)
    return GapFilling(soft, last.user_id if last else None, last.person if last else None, minutes)
