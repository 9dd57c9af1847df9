"""How right the forecasts of the last weeks were: each week by the forecast frozen last before it began.

The month's rule of rules.md 5, week by week over the whole portfolio: engagements with the same goal and currency
together. A week is the measure of a trend; the handbook's goal is judged by months (`accuracy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from psdm_cli.domain.accuracy import BLOCKS, Evidence, Verdict, actual_of, judged, tolerance_of, transition_of
from psdm_cli.domain.dates import WEEK, week_name, week_start
from psdm_cli.domain.money import Currency
from psdm_cli.domain.snapshots import FrozenEngagement, Snapshot
from psdm_cli.domain.spreading import value_between

WEEKS = 13  # a quarter of a year, as the call looks back
_SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class WeekAccuracy:
    """A full week of all engagements with one goal and currency. `error` is the signed share of the forecast.

    `left_out` names engagements of which one side is not known, or that are not judged yet: they are in no figure.
    """

    week: str
    start: date
    tolerance: Decimal
    currency: str
    forecast: Decimal
    actual: Decimal
    error: Decimal | None
    verdict: Verdict
    engagements: int
    frozen_as_of: date
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeekBias:
    """What the weeks of one goal and currency come to. `mean_error` above zero: more came than was forecast."""

    tolerance: Decimal
    currency: str
    weeks: int
    out_of_tolerance: int
    forecast: Decimal
    actual: Decimal
    error: Decimal | None
    mean_error: Decimal | None


@dataclass(frozen=True, slots=True)
class WeeklyAccuracy:
    """The last full weeks, oldest first. `unfrozen`: weeks before which no forecast was frozen."""

    weeks: tuple[str, ...]
    lines: tuple[WeekAccuracy, ...]
    bias: tuple[WeekBias, ...]
    unfrozen: tuple[str, ...]


@dataclass(slots=True)
class _Sum:
    forecast: int = 0
    actual: int = 0
    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


_Key = tuple[Decimal, Currency]


def last_weeks(as_of: date, count: int = WEEKS) -> tuple[date, ...]:
    """The Mondays of the last full ISO weeks before as-of's, oldest first."""
    this = week_start(as_of)
    return tuple(this - WEEK * back for back in range(count, 0, -1))


def weekly_accuracy(
    mondays: Sequence[date], snapshots: Mapping[date, Snapshot | None], evidence: Evidence
) -> WeeklyAccuracy:
    """Each week judged. `snapshots`: by Monday, the last forecast frozen up to it."""
    lines: list[WeekAccuracy] = []
    sums: dict[_Key, list[tuple[int, int]]] = {}
    for monday in mondays:
        snapshot = snapshots.get(monday)
        if snapshot is None:
            continue
        for key, total in _of_week(snapshot, monday, evidence).items():
            if total.names or total.left_out:
                lines.append(_line(key, total, monday, snapshot.as_of))
            if total.names:
                sums.setdefault(key, []).append((total.forecast, total.actual))
    return WeeklyAccuracy(
        weeks=tuple(week_name(monday) for monday in mondays),
        lines=tuple(lines),
        bias=tuple(_bias(key, pairs) for key, pairs in sorted(sums.items(), key=lambda item: _order(item[0]))),
        unfrozen=tuple(week_name(monday) for monday in mondays if snapshots.get(monday) is None),
    )


def value_in(frozen: FrozenEngagement, start: date, end: date) -> int | None:
    """What was forecast for the days [start, end), in subunits; None where that was unknown."""
    if frozen.currency is None:
        return None
    if frozen.fixed_fee:
        if frozen.milestones is None:
            return None
        return sum(m.cents for m in frozen.milestones if m.date is not None and start <= m.date < end)
    if frozen.bookings is None:
        return None
    value = 0
    for booking in frozen.bookings:
        if not booking.hard or not booking.spread.has_minutes_between(start, end):
            continue
        if booking.rate is None:
            return None
        value += value_between(booking.spread, booking.rate, start, end)
    return value


def _of_week(snapshot: Snapshot, monday: date, evidence: Evidence) -> dict[_Key, _Sum]:
    found: dict[_Key, _Sum] = {}
    for frozen in snapshot.engagements:
        if frozen.currency is None:
            continue
        key = (tolerance_of(frozen.type, evidence.rules.policy), Currency(frozen.currency, frozen.base_unit))
        total = found.setdefault(key, _Sum())
        name = frozen.sow or frozen.title
        engagement = evidence.engagements.get(frozen.id)
        forecast = value_in(frozen, monday, monday + WEEK)
        actual = actual_of(frozen, engagement, (monday, monday + WEEK), evidence).cents
        begun = transition_of(engagement)[0] if frozen.type in BLOCKS else None
        if forecast is None or actual is None or (begun is not None and monday <= begun):
            total.left_out.append(name)
            continue
        total.names.append(name)
        total.forecast += forecast
        total.actual += actual
    return found


def _line(key: _Key, total: _Sum, monday: date, frozen_as_of: date) -> WeekAccuracy:
    tolerance, currency = key
    known = bool(total.names)
    return WeekAccuracy(
        week=week_name(monday),
        start=monday,
        tolerance=tolerance,
        currency=currency.code,
        forecast=currency.amount(total.forecast),
        actual=currency.amount(total.actual),
        error=_error(total.forecast, total.actual) if known else None,
        verdict=judged(total.forecast, total.actual, tolerance) if known else Verdict.UNKNOWN,
        engagements=len(total.names),
        frozen_as_of=frozen_as_of,
        left_out=tuple(total.left_out),
    )


def _bias(key: _Key, pairs: Sequence[tuple[int, int]]) -> WeekBias:
    tolerance, currency = key
    forecast, actual = (sum(side) for side in zip(*pairs, strict=True))
    errors = [Fraction(came - said, said) for said, came in pairs if said]
    return WeekBias(
        tolerance=tolerance,
        currency=currency.code,
        weeks=len(pairs),
        out_of_tolerance=sum(judged(said, came, tolerance) is Verdict.OUT_OF_TOLERANCE for said, came in pairs),
        forecast=currency.amount(forecast),
        actual=currency.amount(actual),
        error=_error(forecast, actual),
        mean_error=_share(sum(errors, Fraction(0)) / len(errors)) if errors else None,
    )


def _error(forecast: int, actual: int) -> Decimal | None:
    return _share(Fraction(actual - forecast, forecast)) if forecast else None


def _share(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(_SHARE, rounding=ROUND_HALF_EVEN)


def _order(key: _Key) -> tuple[str, Decimal]:
    return key[1].code, key[0]


def left_out(lines: Iterable[WeekAccuracy]) -> tuple[str, ...]:
    """Every engagement that is missing from at least one week, once."""
    return tuple(dict.fromkeys(name for line in lines for name in line.left_out))
