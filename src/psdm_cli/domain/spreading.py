"""A booking's minutes over its days, and its value by month, exact until the one rounding (rules.md 2)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate

from psdm_cli.domain.capacity import Minutes
from psdm_cli.domain.dates import DAY, add_months, month_of, month_start
from psdm_cli.domain.money import round_half_even


@dataclass(frozen=True, slots=True)
class Spread:
    """`minutes` over the days from `start` on, in proportion to one weight a day; at least one weight is not zero."""

    start: date
    minutes: int
    cumulative: tuple[Minutes, ...]  # weight up to and with day n

    @classmethod
    def over(cls, start: date, minutes: int, weights: Sequence[Minutes]) -> Spread:
        """Spread `minutes` by `weights`, the first for `start`."""
        return cls(start, minutes, tuple(accumulate(weights)))

    @property
    def end(self) -> date:
        """The first day after the booking."""
        return self.start + timedelta(days=len(self.cumulative))

    def minutes_before(self, day: date) -> Fraction:
        """Exact minutes on the days before `day`."""
        return self._share(self._weight_before(day))

    def minutes_between(self, start: date, end: date) -> Fraction:
        """Exact minutes in [start, end)."""
        return self._share(self._weight_before(end) - self._weight_before(start)) if end > start else Fraction(0)

    def _weight_before(self, day: date) -> Minutes:
        count = min((day - self.start).days, len(self.cumulative))
        return 0 if count <= 0 else self.cumulative[count - 1]

    def _share(self, weight: Minutes) -> Fraction:
        return Fraction(self.minutes * weight, self.cumulative[-1])

    def has_minutes_between(self, start: date, end: date) -> bool:
        """Whether any minute lies in [start, end)."""
        first = max((start - self.start).days, 0)
        last = min((end - self.start).days, len(self.cumulative))
        if self.minutes == 0 or last <= first:
            return False
        return self.cumulative[last - 1] != (self.cumulative[first - 1] if first else 0)

    def first_day_with_minutes(self, not_before: date) -> date | None:
        """The first day on or after `not_before` that carries minutes, or None."""
        skipped = max((not_before - self.start).days, 0)
        if self.minutes == 0 or skipped >= len(self.cumulative):
            return None
        floor = self.cumulative[skipped - 1] if skipped else 0
        if self.cumulative[-1] == floor:
            return None
        index = bisect_left(self.cumulative, True, key=lambda weight: weight > floor)
        return self.start + timedelta(days=index)

    def by_day(self) -> Iterator[tuple[date, Fraction]]:
        """Every day of the booking with its exact minutes."""
        before: Minutes = 0
        for offset, upto in enumerate(self.cumulative):
            yield self.start + timedelta(days=offset), self._share(upto - before)
            before = upto


def value_by_month(spread: Spread, rate: int, as_of: date) -> dict[str, int]:
    """Subunits per month of the days from `as_of` on; months add up to the booking's value to come.

    With cum_k the exact value up to the end of month k, month k = round(cum_k) - round(cum_(k-1)), half-even.
    `rate` in subunits an hour. Months without a day of the booking are left out.
    """
    first = max(as_of, spread.start)
    if first >= spread.end:
        return {}
    values: dict[str, int] = {}
    rounded = 0
    month = month_of(first)
    while month_start(month) < spread.end:
        after = add_months(month_start(month), 1)
        upto = round_half_even(spread.minutes_between(first, after) * rate / 60)
        values[month] = upto - rounded
        rounded = upto
        month = month_of(after)
    return values


def value_between(spread: Spread, rate: int, start: date, end: date) -> int:
    """Subunits of the days in [start, end), rounded once, half-even."""
    return round_half_even(spread.minutes_between(start, end) * rate / 60)


def last_day(spread: Spread) -> date:
    """The booking's last day."""
    return spread.end - DAY
