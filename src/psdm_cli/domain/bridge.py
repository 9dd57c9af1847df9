"""Why a forecast changed between two snapshots: cause by cause, adding up to the subunit (rules.md 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import TypeVar

from psdm_cli.domain.capacity import Minutes
from psdm_cli.domain.dates import DAY, month_of
from psdm_cli.domain.snapshots import FrozenBooking, FrozenEngagement, FrozenMilestone, Snapshot
from psdm_cli.domain.spreading import Spread, value_by_month

Months = Mapping[str, int]


class Cause(StrEnum):
    """What made the difference, in the order in which causes are applied."""

    ENGAGEMENT = "engagement"
    KIND = "kind"
    MINUTES = "minutes"
    DATES = "dates"
    RATE = "rate"
    CALENDAR = "calendar"
    MILESTONE_DATE = "milestone_date"
    MILESTONE_VALUE = "milestone_value"


class Arrival(StrEnum):
    """Why a whole engagement's forecast came or went."""

    NEW = "new"
    GONE = "gone"
    TYPE = "type"  # sold by hours then, for a fixed fee now, or the other way round


@dataclass(frozen=True, slots=True)
class Step:
    """The difference that one cause makes to one booking, milestone or engagement, per month in subunits.

    `before` and `after` are what it is about as it stood and as it stands; None: it was not there.
    """

    cause: Cause
    months: Months
    before: FrozenBooking | FrozenMilestone | FrozenEngagement | None
    after: FrozenBooking | FrozenMilestone | FrozenEngagement | None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class EngagementBridge:
    """An engagement's change, cause by cause. `known` is False where it cannot be compared: then there are no steps."""

    before: FrozenEngagement | None
    after: FrozenEngagement | None
    steps: tuple[Step, ...]
    known: bool = True

    @property
    def engagement(self) -> FrozenEngagement:
        """The engagement as it stands, or as it stood when it is gone."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a bridge needs an engagement")
        return found

    def months(self, cause: Cause) -> dict[str, int]:
        """What a cause makes of each month, months without a difference left out."""
        sums: dict[str, int] = {}
        for step in self.steps:
            if step.cause is cause:
                for month, cents in step.months.items():
                    sums[month] = sums.get(month, 0) + cents
        return {month: cents for month, cents in sorted(sums.items()) if cents}


def bridge(before: Snapshot, after: Snapshot) -> tuple[EngagementBridge, ...]:
    """Every engagement's change on days from the later as-of on, so that elapsed days are no change.

    Steps of an engagement add up exactly to the difference of its months. Engagements without a difference are left
    out, unless one of their two forecasts is unknown.
    """
    start = max(before.as_of, after.as_of)
    then = {engagement.id: engagement for engagement in before.engagements}
    now = {engagement.id: engagement for engagement in after.engagements}
    bridges = (_of_engagement(then.get(key), now.get(key), start) for key in dict.fromkeys((*now, *then)))
    return tuple(found for found in bridges if found.steps or not found.known)


def _of_engagement(before: FrozenEngagement | None, after: FrozenEngagement | None, start: date) -> EngagementBridge:
    was = {} if before is None else before.by_month(start)
    became = {} if after is None else after.by_month(start)
    if was is None or became is None:
        return EngagementBridge(before, after, (), known=False)
    if before is None or after is None:
        arrival = Arrival.NEW if before is None else Arrival.GONE
        return EngagementBridge(before, after, tuple(_whole(before, after, was, became, arrival)))
    if (before.currency, before.base_unit) != (after.currency, after.base_unit):
        return EngagementBridge(before, after, (), known=False)
    if before.fixed_fee != after.fixed_fee:
        steps = _whole(before, after, was, became, Arrival.TYPE)
    elif after.fixed_fee:
        steps = _milestones(before.milestones or (), after.milestones or (), start)
    else:
        steps = _bookings(before.bookings or (), after.bookings or (), start)
    return EngagementBridge(before, after, tuple(steps))


def _whole(
    before: FrozenEngagement | None, after: FrozenEngagement | None, was: Months, became: Months, arrival: Arrival
) -> Iterator[Step]:
    difference = _minus(became, was)
    if difference:
        yield Step(Cause.ENGAGEMENT, difference, before, after, arrival)


def _minus(new: Months, old: Months) -> dict[str, int]:
    months = sorted({*new, *old})
    return {month: cents for month in months if (cents := new.get(month, 0) - old.get(month, 0))}


RowT = TypeVar("RowT", FrozenBooking, FrozenMilestone)


def _pairs(before: Sequence[RowT], after: Sequence[RowT]) -> Iterator[tuple[RowT | None, RowT | None]]:
    """Rows of the same id side by side; a repeated id is told apart by its place."""
    then: dict[tuple[str, int], RowT] = _by_place(before)
    now: dict[tuple[str, int], RowT] = _by_place(after)
    for key in dict.fromkeys((*now, *then)):
        yield then.get(key), now.get(key)


def _by_place(rows: Iterable[RowT]) -> dict[tuple[str, int], RowT]:
    found: dict[tuple[str, int], RowT] = {}
    for row in rows:
        place = 0
        while (row.id, place) in found:
            place += 1
        found[row.id, place] = row
    return found


def _steps(
    states: Sequence[tuple[Cause, RowT]],
    value: Callable[[RowT], Months],
    pair: tuple[RowT | None, RowT | None],
) -> Iterator[Step]:
    """One step for each state that is worth something else than the one before it."""
    for (_, old), (cause, new) in pairwise(states):
        difference = _minus(value(new), value(old))
        if difference:
            yield Step(cause, difference, *pair)


# bookings


def _bookings(before: Sequence[FrozenBooking], after: Sequence[FrozenBooking], start: date) -> Iterator[Step]:
    def value(booking: FrozenBooking) -> Months:
        return value_by_month(booking.spread, booking.rate or 0, start) if booking.hard else {}

    for old, new in _pairs(before, after):
        yield from _steps(_booking_states(old, new), value, (old, new))


def _booking_states(old: FrozenBooking | None, new: FrozenBooking | None) -> list[tuple[Cause, FrozenBooking]]:
    """The booking as it stood, with one cause more applied in each state, to what it is now.

    A booking that was added or taken away had, or has, no minutes; everything else of it stays the same. A rate that
    one side does not know is no change of rate: the other side's is used on both.
    """
    first, last = old or new, new or old
    if first is None or last is None:
        return []
    if old is None:
        first = replace(first, spread=replace(first.spread, minutes=0))
    if new is None:
        last = replace(last, spread=replace(last.spread, minutes=0))
    first = replace(first, rate=first.rate if first.rate is not None else last.rate)
    last = replace(last, rate=last.rate if last.rate is not None else first.rate)
    hard = replace(first, hard=last.hard)
    booked = replace(hard, spread=replace(first.spread, minutes=last.spread.minutes))
    moved = replace(booked, spread=_moved(booked.spread, last.spread))
    priced = replace(moved, rate=last.rate)
    return [
        (Cause.KIND, first),
        (Cause.KIND, hard),
        (Cause.MINUTES, booked),
        (Cause.DATES, moved),
        (Cause.RATE, priced),
        (Cause.CALENDAR, replace(priced, spread=last.spread)),
    ]


def _moved(was: Spread, becomes: Spread) -> Spread:
    """The booking on its new dates as the old calendar would spread it.

    Snapshots keep the calendar of a booking's own days only: days that it did not have before are taken as they are
    now. So for the same dates only the calendar differs, and a booking on other days altogether moves with its days.
    """
    if (was.start, was.end) == (becomes.start, becomes.end):
        return was
    old, new = daily(was), daily(becomes)
    if not (is_capacity(old.values()) and is_capacity(new.values())):
        return becomes  # spread evenly for want of capacity: such weights are of another measure
    mixed = [old.get(day, weight) for day, weight in new.items()]
    return Spread(becomes.start, becomes.minutes, tuple(accumulate(mixed))) if any(mixed) else becomes


def daily(spread: Spread) -> dict[date, Minutes]:
    """The weight of each day of a booking."""
    weights: dict[date, Minutes] = {}
    before: Minutes = 0
    for offset, upto in enumerate(spread.cumulative):
        weights[spread.start + offset * DAY] = upto - before
        before = upto
    return weights


def is_capacity(weights: Iterable[Minutes]) -> bool:
    """Whether weights are minutes of capacity, not the ones of an even spread where nobody has any (rules.md 2)."""
    return any(weight > 1 for weight in weights)


# milestones


def _milestones(before: Sequence[FrozenMilestone], after: Sequence[FrozenMilestone], start: date) -> Iterator[Step]:
    def value(milestone: FrozenMilestone) -> Months:
        if milestone.date is None or milestone.date < start or not milestone.cents:
            return {}
        return {month_of(milestone.date): milestone.cents}

    for old, new in _pairs(before, after):
        yield from _steps(_milestone_states(old, new), value, (old, new))


def _milestone_states(old: FrozenMilestone | None, new: FrozenMilestone | None) -> list[tuple[Cause, FrozenMilestone]]:
    """As for bookings: a milestone that was added or is no longer open had, or has, no value."""
    first, last = old or new, new or old
    if first is None or last is None:
        return []
    if old is None:
        first = replace(first, cents=0)
    if new is None:
        last = replace(last, cents=0)
    moved = replace(first, date=last.date)
    return [
        (Cause.MILESTONE_DATE, first),
        (Cause.MILESTONE_DATE, moved),
        (Cause.MILESTONE_VALUE, replace(moved, cents=last.cents)),
    ]
