"""How booked everybody is, month by month or week by week: capacity, hard, soft, free (the allocation report)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.capacity import Minutes
from psdm_cli.domain.dates import (
    DAY,
    WEEK,
    month_end,
    month_of,
    month_start,
    months_from,
    week_name,
    week_start,
)
from psdm_cli.domain.engagements import role_name, senseless
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.spreading import Spread

_SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Period:
    """A month or ISO week [start, end), named 2026-12 or 2026-W49."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Load:
    """A person's time in a period, in hours. `free` is what hard bookings leave, never negative.

    `ratio` is the hard-booked share of the capacity, None without capacity; `under_allocated`: below the threshold.
    """

    period: str
    capacity: Decimal
    hard: Decimal
    soft: Decimal
    free: Decimal
    ratio: Decimal | None
    under_allocated: bool


@dataclass(frozen=True, slots=True)
class PersonHeat:
    """A person over all periods, and in each of them."""

    id: str
    name: str
    role: str
    total: Load
    loads: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class HeatReport:
    """Everybody by role, then by free time. A lower bound of what is booked: other bookings may be hidden.

    `elsewhere_until` is the day up to which bookings on other projects were read; None: not at all.
    """

    as_of: date
    by: str
    threshold: Decimal
    periods: tuple[Period, ...]
    people: tuple[PersonHeat, ...]
    elsewhere_from: date | None
    elsewhere_until: date | None
    warnings: tuple[str, ...]
    synced_at: datetime | None = None


def months(as_of: date, count: int) -> tuple[Period, ...]:
    """The as-of month and those after it, whole."""
    return tuple(Period(m, month_start(m), month_end(m)) for m in months_from(month_of(as_of), count))


def weeks(as_of: date, count: int) -> tuple[Period, ...]:
    """As-of's ISO week and those after it, whole."""
    first = week_start(as_of)
    return tuple(Period(week_name(first + n * WEEK), first + n * WEEK, first + (n + 1) * WEEK) for n in range(count))


def span(periods: Sequence[Period]) -> tuple[date, date]:
    """All periods together, half-open."""
    return periods[0].start, periods[-1].end


@dataclass(frozen=True, slots=True)
class _Booked:
    hard: bool
    spread: Spread


def heat_of(assessment: Assessment, periods: Sequence[Period]) -> tuple[PersonHeat, ...]:
    """Active people with a delivery role (of the engagements, unless everybody is wanted), by role, the freest first.

    Days before as-of count too, as in the allocation report; people without capacity in all periods are left out.
    """
    staff = {r.user_id for e in assessment.engagements for r in e.resources if r.user_id is not None}
    booked = _bookings(assessment)
    roles = assessment.policy.delivery_roles
    found = []
    for member in assessment.portfolio.members:
        role = role_name(member.default_role)
        if not member.active or role not in roles or not (assessment.scope.all_people or member.user_id in staff):
            continue
        own = booked.get(member.user_id, ())
        start, end = span(periods)
        total = _load(assessment, member.user_id, own, Period("total", start, end))
        if not total.capacity:
            continue
        found.append(
            PersonHeat(
                id=member.user_id,
                name=member.full_name or f"User {member.user_id}",
                role=role,
                total=total,
                loads=tuple(_load(assessment, member.user_id, own, period) for period in periods),
            )
        )
    return tuple(sorted(found, key=lambda p: (roles.index(p.role), -p.total.free, p.name.casefold(), p.id)))


def _bookings(assessment: Assessment) -> Mapping[str, Sequence[_Booked]]:
    found: defaultdict[str, list[_Booked]] = defaultdict(list)
    for engagement in assessment.all_engagements:
        for booking in engagement.bookings:
            if booking.user_id is not None:
                found[booking.user_id].append(_Booked(booking.hard, booking.spread))
    for other in assessment.portfolio.elsewhere:
        if senseless(other.start_date, other.end_date) is None:
            weights = assessment.calendars.weights(other.user_id, other.start_date, other.end_date)
            found[other.user_id].append(_Booked(other.hard, Spread.over(other.start_date, other.minutes, weights)))
    return found


def _load(assessment: Assessment, user_id: str, booked: Iterable[_Booked], period: Period) -> Load:
    capacity: Minutes = assessment.calendars.capacity_between(user_id, period.start, period.end)
    minutes = {True: Fraction(0), False: Fraction(0)}
    for each in booked:
        minutes[each.hard] += each.spread.minutes_between(period.start, period.end)
    ratio = minutes[True] / capacity if capacity else None
    return Load(
        period=period.name,
        capacity=known_hours(capacity),
        hard=known_hours(minutes[True]),
        soft=known_hours(minutes[False]),
        free=known_hours(max(Fraction(0), capacity - minutes[True])),
        ratio=None if ratio is None else (Decimal(ratio.numerator) / ratio.denominator).quantize(_SHARE),
        under_allocated=ratio is not None and ratio < Fraction(assessment.policy.under_allocated_below),
    )


def last_day(period: Period) -> date:
    """The period's last day."""
    return period.end - DAY
