"""Amounts: whole subunits inside, Decimal at the edge, always with a currency; never a float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

CENT = Decimal("0.01")


class MixedCurrenciesError(ValueError):
    """Amounts of different currencies were to be added."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and how many subunits make one (Kantata's `currency_base_unit`, absent 100)."""

    code: str
    base_unit: int = 100

    def amount(self, subunits: int) -> Decimal:
        """Subunits as currency units with two decimals, half-even where the currency has more."""
        return (Decimal(subunits) / self.base_unit).quantize(CENT, rounding=ROUND_HALF_EVEN)

    def maybe(self, subunits: int | None) -> Decimal | None:
        """As `amount`; unknown stays unknown."""
        return None if subunits is None else self.amount(subunits)


def round_half_even(value: Fraction | int) -> int:
    """The nearest whole subunit, ties to even (rules.md 2)."""
    return round(Fraction(value))


def total(values: Iterable[int | None]) -> int | None:
    """A sum in which one unknown makes the whole unknown."""
    result = 0
    for value in values:
        if value is None:
            return None
        result += value
    return result


def money_text(amount: Decimal, currency: str | None) -> str:
    """An amount as people read it: thousands apart, two decimals, the currency behind."""
    text = f"{amount:,.2f}"
    return f"{text} {currency}" if currency else text
