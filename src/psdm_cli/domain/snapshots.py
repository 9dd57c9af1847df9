"""What a frozen forecast keeps: every booking's days and every milestone, so that later weeks can be compared.

A snapshot is immutable and complete: values by day can be reckoned from it again without Kantata (rules.md 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from psdm_cli.domain.dates import month_of
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.spreading import Spread, value_by_month

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FrozenBooking:
    """A booking as it stood: who, when, at what rate, spread over which days.

    `person` is the name, None for an unnamed resource and in snapshots that did not keep it yet.
    """

    id: str
    user_id: str | None
    role: str
    hard: bool
    rate: int | None
    spread: Spread
    person: str | None = None

    @property
    def who(self) -> str:
        """Whose booking it is, in words."""
        if self.person is not None:
            return f"{self.person} ({self.role})"
        return f"unnamed {self.role}" if self.user_id is None else f"user {self.user_id} ({self.role})"


@dataclass(frozen=True, slots=True)
class FrozenMilestone:
    """An open milestone as it stood."""

    id: str
    title: str
    date: date | None
    cents: int


@dataclass(frozen=True, slots=True)
class FrozenEngagement:
    """An engagement as it stood. Amounts in subunits; `month_total` as it was frozen, for accuracy later."""

    id: str
    sow: str | None
    title: str
    lead: str | None
    type: str
    fixed_fee: bool
    status: str | None
    currency: str | None
    base_unit: int
    budget: int | None
    used: int | None
    bookings: tuple[FrozenBooking, ...] | None
    milestones: tuple[FrozenMilestone, ...] | None
    month_total: Mapping[str, int | None]

    def by_month(self, start: date) -> dict[str, int] | None:
        """Forecast of the days from `start` on, per month, in subunits; None where it was or is unknown."""
        if self.currency is None:
            return None
        months: dict[str, int] = {}
        if self.fixed_fee:
            if self.milestones is None:
                return None
            for milestone in self.milestones:
                if milestone.date is not None and milestone.date >= start:
                    month = month_of(milestone.date)
                    months[month] = months.get(month, 0) + milestone.cents
            return months
        if self.bookings is None:
            return None
        for booking in self.bookings:
            if not booking.hard or not booking.spread.minutes_between(start, booking.spread.end):
                continue
            if booking.rate is None:
                return None
            for month, value in value_by_month(booking.spread, booking.rate, start).items():
                months[month] = months.get(month, 0) + value
        return months


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A week's frozen forecast of one scope."""

    as_of: date
    week: str
    scope: str
    engagements: tuple[FrozenEngagement, ...]


def freeze(week: str, scope: str, as_of: date, forecasts: Sequence[EngagementForecast]) -> Snapshot:
    """The forecast as it stands, to be kept."""
    return Snapshot(as_of, week, scope, tuple(_frozen(forecast) for forecast in forecasts))


def _frozen(forecast: EngagementForecast) -> FrozenEngagement:
    engagement = forecast.engagement
    bookings = None
    if forecast.booked is not None:
        bookings = tuple(
            FrozenBooking(
                b.booking.id,
                b.booking.user_id,
                b.booking.role,
                b.booking.hard,
                b.booking.rate,
                b.booking.spread,
                b.booking.person,
            )
            for b in forecast.booked
        )
    milestones = None
    if forecast.milestones is not None:
        milestones = tuple(FrozenMilestone(m.id, m.title, m.date, m.cents) for m in forecast.milestones.open)
    return FrozenEngagement(
        id=engagement.id,
        sow=engagement.sow,
        title=engagement.title,
        lead=engagement.workspace.lead_name,
        type=engagement.type.value,
        fixed_fee=engagement.is_fixed_fee,
        status=engagement.status,
        currency=forecast.currency.code if forecast.currency else None,
        base_unit=forecast.currency.base_unit if forecast.currency else 100,
        budget=forecast.budget,
        used=forecast.used,
        bookings=bookings,
        milestones=milestones,
        month_total=forecast.month_total,
    )


def to_document(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as plain values for JSON; exact: fractions of minutes as numerator/denominator text."""
    return {
        "format": FORMAT,
        "as_of": snapshot.as_of.isoformat(),
        "week": snapshot.week,
        "scope": snapshot.scope,
        "engagements": [_engagement_document(engagement) for engagement in snapshot.engagements],
    }


def _engagement_document(engagement: FrozenEngagement) -> dict[str, Any]:
    bookings = None
    if engagement.bookings is not None:
        bookings = [
            {
                "id": b.id,
                "user_id": b.user_id,
                "person": b.person,
                "role": b.role,
                "hard": b.hard,
                "rate": b.rate,
                "start": b.spread.start.isoformat(),
                "minutes": b.spread.minutes,
                "cumulative": [w if isinstance(w, int) else str(w) for w in b.spread.cumulative],
            }
            for b in engagement.bookings
        ]
    milestones = None
    if engagement.milestones is not None:
        milestones = [
            {"id": m.id, "title": m.title, "date": m.date.isoformat() if m.date else None, "cents": m.cents}
            for m in engagement.milestones
        ]
    plain = ("id", "sow", "title", "lead", "type", "fixed_fee", "status", "currency", "base_unit", "budget", "used")
    return {
        **{name: getattr(engagement, name) for name in plain},
        "month_total": dict(engagement.month_total),
        "bookings": bookings,
        "milestones": milestones,
    }


def from_document(document: Mapping[str, Any]) -> Snapshot:
    """A snapshot from its document. Raises `ValueError` on a format of a later psdm."""
    if document.get("format") != FORMAT:
        raise ValueError(f"snapshot format {document.get('format')!r} is not known to this psdm")
    engagements = tuple(_engagement(item) for item in document["engagements"])
    return Snapshot(date.fromisoformat(document["as_of"]), document["week"], document["scope"], engagements)


def _engagement(item: Mapping[str, Any]) -> FrozenEngagement:
    values = dict(item)
    if values["bookings"] is not None:
        values["bookings"] = tuple(
            FrozenBooking(
                id=b["id"],
                user_id=b["user_id"],
                person=b.get("person"),
                role=b["role"],
                hard=b["hard"],
                rate=b["rate"],
                spread=Spread(
                    date.fromisoformat(b["start"]),
                    b["minutes"],
                    tuple(w if isinstance(w, int) else Fraction(w) for w in b["cumulative"]),
                ),
            )
            for b in values["bookings"]
        )
    if values["milestones"] is not None:
        values["milestones"] = tuple(
            FrozenMilestone(m["id"], m["title"], date.fromisoformat(m["date"]) if m["date"] else None, m["cents"])
            for m in values["milestones"]
        )
    return FrozenEngagement(**values)
