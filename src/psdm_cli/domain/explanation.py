"""What an answer to "why?" consists of: a sentence, rows that add up to the figure, the rule, the handbook's clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from psdm_cli.domain.handbook import Clause
from psdm_cli.domain.money import Currency, round_half_even
from psdm_cli.domain.report import known_hours

Exact = Fraction | int


class Unit(StrEnum):
    """What a figure is measured in."""

    MONEY = "money"
    HOURS = "hours"
    RATIO = "ratio"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing behind a figure: a booking, a milestone, a time entry, a task, another figure.

    `value` is what it adds to its part, signed, in the part's unit; None: unknown, or shown only. `start` and `end`
    (inclusive) are its days as far as they count, `days` how many of them carry hours; `rate` in currency an hour.
    """

    what: str
    value: Decimal | None = None
    id: str | None = None
    role: str | None = None
    project: str | None = None
    start: date | None = None
    end: date | None = None
    days: int | None = None
    hours: Decimal | None = None
    rate: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind. `counts`: its subtotal is part of the figure; otherwise it only shows where that comes from.

    `subtotal` is the sum of the rows' values; None where one of them is unknown or nothing is to be summed.
    """

    title: str
    unit: Unit
    rows: tuple[Row, ...]
    subtotal: Decimal | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule stands and what it says, in a plain sentence."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: an engagement (with its Kantata id), a person, a step, the whole forecast."""

    name: str
    project: str | None = None
    sow: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. `asked` is the question in its full form; the parts that count add up to `value`.

    `value` is an amount of `currency`, hours, or a ratio; None for dates and texts (see `shown`), and where it is
    unknown: then `unknown` says why, and which permission would tell.
    """

    asked: str
    subject: Subject
    sentence: str
    unit: Unit
    shown: str
    rule: Rule
    clauses: tuple[Clause, ...]
    value: Decimal | None = None
    currency: str | None = None
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()  # keys of the findings of a step

    @property
    def total(self) -> Decimal | None:
        """The sum of the parts that count; None where one is unknown or none counts."""
        counted = [part.subtotal for part in self.parts if part.counts]
        if not counted or any(value is None for value in counted):
            return None
        return sum((value for value in counted if value is not None), Decimal(0))


class Ledger:
    """Parts whose rows add up to a figure as it is printed, however it is rounded.

    A row's value is the difference that it makes to the printed sum so far, so that no cent gets lost between rows and
    figure. Within a part exact subunits are rounded on their sum, as the figures are (rules.md 2 and 3).
    """

    def __init__(self, unit: Unit, currency: Currency | None = None) -> None:
        self.unit = unit
        self.parts: list[Part] = []
        self._shown = _shown(unit, currency)
        self._sum: Exact = 0

    def part(self, title: str, rows: Iterable[tuple[Row, Exact | None]], *, sign: int = 1) -> Part:
        """Add a part that counts. `rows` with their exact values: subunits of the currency, or minutes."""
        before, exact, whole = self._sum, Fraction(0), True
        found = []
        for row, value in rows:
            if value is None:
                whole = False
                found.append(row)
                continue
            exact += value
            reached = before + sign * (round_half_even(exact) if self.unit is Unit.MONEY else exact)
            found.append(replace(row, value=self._shown(reached) - self._shown(self._sum)))
            self._sum = reached
        subtotal = self._shown(self._sum) - self._shown(before) if whole else None
        part = Part(title, self.unit, tuple(found), subtotal)
        self.parts.append(part)
        return part

    def show(self, title: str, rows: Iterable[Row], unit: Unit = Unit.TEXT) -> None:
        """Add a part that only shows where the figure comes from; nothing without rows."""
        shown = tuple(rows)
        if shown:
            self.parts.append(Part(title, unit, shown, counts=False))

    def beside(self, title: str, rows: Iterable[tuple[Row, Exact | None]], currency: Currency | None = None) -> None:
        """Add a part with its own sum that is no part of the figure; nothing without rows."""
        other = Ledger(Unit.HOURS if currency is None else Unit.MONEY, currency)
        part = other.part(title, rows)
        if part.rows:
            self.parts.append(replace(part, counts=False))


def _shown(unit: Unit, currency: Currency | None) -> Callable[[Exact], Decimal]:
    if unit is Unit.HOURS:
        return known_hours
    if currency is None:
        raise ValueError("amounts need a currency")
    return lambda cents: currency.amount(round_half_even(cents))
