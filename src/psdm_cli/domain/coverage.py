"""Hard bookings two months out, per delivery role: where the first gap lies (rules.md 4, FP-08)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.dates import DAY, WEEK, add_months, business_day_after, days_between, is_business_day, week_start
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch [gap_from, until) of uncovered weeks; both None: no gap."""

    gap_from: date | None = None
    until: date | None = None


def horizon(engagement: Engagement, as_of: date, policy: Policy) -> tuple[date, date]:
    """[max(as-of, kickoff), min(end + 1 day, as-of + 2 calendar months)); may be empty."""
    start = max(as_of, engagement.kickoff) if engagement.kickoff else as_of
    limit = add_months(as_of, policy.booking_horizon_months)
    end = engagement.end + DAY if engagement.end is not None and engagement.end < limit else limit
    return start, end


def required_roles(engagement: Engagement, policy: Policy) -> tuple[str, ...]:
    """The delivery roles the engagement must book: those it has a resource of, and always the PM."""
    present = set(engagement.resource_roles.values())
    return tuple(role for role in policy.delivery_roles if role in present or role in policy.always_required_roles)


def coverage(engagement: Engagement, as_of: date, policy: Policy, holidays: Set[date]) -> Mapping[str, Gap]:
    """The first gap without a hard booking, per required role. Soft bookings never cover; unnamed hard ones do."""
    start, end = horizon(engagement, as_of, policy)
    gaps = {}
    for role in required_roles(engagement, policy):
        bookings = [booking for booking in engagement.hard if booking.role == role]
        gaps[role] = _first_gap(bookings, start, end, holidays)
    return gaps


def _first_gap(bookings: list[Booking], start: date, end: date, holidays: Set[date]) -> Gap:
    gap_from: date | None = None
    first = start
    while first < end:
        after = min(week_start(first) + WEEK, end)
        has_business_day = any(is_business_day(day, holidays) for day in days_between(first, after))
        covered = any(booking.spread.has_minutes_between(first, after) for booking in bookings)
        uncovered = has_business_day and not covered
        if uncovered and gap_from is None:
            gap_from = first
        elif not uncovered and gap_from is not None:
            return Gap(gap_from, first)
        first = after
    return Gap(gap_from, end) if gap_from is not None else Gap()


def is_after_kickoff(engagement: Engagement, as_of: date) -> bool:
    """Whether the kickoff day has come; an unknown kickoff counts as past (rules.md 4)."""
    return engagement.kickoff is None or engagement.kickoff <= as_of


def is_just_kicked_off(engagement: Engagement, as_of: date, policy: Policy, holidays: Set[date]) -> bool:
    """Kickoff ≤ as-of ≤ kickoff + 10 business days, kickoff being day 0 (rules.md 4)."""
    kickoff = engagement.kickoff
    if kickoff is None or kickoff > as_of:
        return False
    return as_of <= business_day_after(kickoff, policy.just_kicked_off_business_days, holidays)
