"""Days, months, rounding, and a booking spread over its days: the hand reckoning's tools (rules.md 2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from by_hand import Hand

Row = dict[str, Any]
DAY = timedelta(days=1)


def days(first: date, last: date) -> Iterator[date]:
    """All days, both ends included."""
    while first <= last:
        yield first
        first += DAY


def iso(text: str | None) -> date | None:
    """A date, or None."""
    return date.fromisoformat(text) if text else None


def later(day: date, months: int) -> date:
    """The same day some calendar months on, month ends clamped."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - DAY).day))


def rounded(exact: Fraction) -> int:
    """To the nearest whole subunit, halves to even."""
    return int((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), ROUND_HALF_EVEN))


def in_hours(minutes: Fraction) -> float:
    """Minutes as hours with two decimals, halves to even."""
    return rounded(minutes / 60 * 100) / 100


class Booking:
    """An allocation spread over its days."""

    def __init__(self, hand: Hand, row: Row) -> None:
        slot = hand.account.row("workspace_resources", row["workspace_resource_id"])
        self.id, self.hard = row["id"], row["hard"]
        self.user, self.name = slot["user_id"], slot["full_name"]
        self.slot, self.rate = slot["id"], slot.get("resource_bill_rate")
        self.role = hand.role_of(slot)
        self.first, self.last = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])
        every = list(days(self.first, self.last))
        weights = {day: hand.capacity(self.user, day) for day in every}
        if not any(weights.values()):
            weights = {day: Fraction(day.weekday() < 5) for day in every}
        if not any(weights.values()):
            weights = dict.fromkeys(every, Fraction(1))
        whole = sum(weights.values())
        self.minutes = {day: Fraction(row["minutes"]) * weight / whole for day, weight in weights.items() if weight}

    def between(self, start: date, end: date) -> Fraction:
        """Minutes in [start, end)."""
        return sum((part for day, part in self.minutes.items() if start <= day < end), Fraction(0))

    def worth(self, start: date, end: date) -> int | None:
        """Subunits in [start, end), rounded once; None without a rate."""
        return None if self.rate is None else rounded(self.between(start, end) * Fraction(self.rate, 60))

    def by_month(self, as_of: date, starts: list[date]) -> list[int] | None:
        """Subunits in each of the months that begin there, and what lies beyond; None without a rate."""
        if self.rate is None:
            return None
        edges = [*starts[1:], later(starts[-1], 1), max(self.last + DAY, later(starts[-1], 1))]
        upto = [rounded(self.between(as_of, edge) * Fraction(self.rate, 60)) for edge in edges]
        return [now - before for before, now in zip([0, *upto], upto, strict=False)]
