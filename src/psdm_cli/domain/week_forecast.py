"""The forecast by month and type beside the one of an earlier week, on the same days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.breakdown import BreakdownRow, By, breakdown
from psdm_cli.domain.money import Currency
from psdm_cli.domain.snapshots import Snapshot

Months = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class TypeForecast:
    """One type in one currency. `forecast` to come and `worked`, per month, are those of `psdm forecast show`.

    `before` is the earlier forecast of the same days, `change` what became of it: both only of engagements that can be
    compared, None without an earlier forecast. `incomplete` names engagements whose share is unknown.
    """

    type: str
    currency: str | None
    forecast: Mapping[str, Decimal | None]
    worked: Mapping[str, Decimal | None]
    beyond: Decimal | None
    before: Months | None
    change: Months | None
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """All types of a month together, in one currency; as `TypeForecast`, sums of what is known."""

    month: str
    currency: str
    forecast: Decimal
    worked: Decimal
    before: Decimal | None
    change: Decimal | None


def type_forecasts(assessment: Assessment) -> tuple[TypeForecast, ...]:
    """The forecast by type and currency beside the earlier one; types that are no longer there come last."""
    earlier = _compared_by_type(assessment)
    rows = [_type(row, earlier, assessment.months) for row in breakdown(assessment, By.TYPE).rows]
    known = {(row.type, row.currency) for row in rows}
    for kind, code in earlier or {}:
        if (kind, code) not in known:
            none = BreakdownRow(kind, kind, code, dict.fromkeys(assessment.months, Decimal("0.00")), {}, None, {})
            rows.append(_type(none, earlier, assessment.months))
    return tuple(rows)


_ByType = Mapping[tuple[str, str], tuple[Months, Months]]


def _type(row: BreakdownRow, earlier: _ByType | None, months: Sequence[str]) -> TypeForecast:
    before: Months | None = None
    change: Months | None = None
    if earlier is not None and row.currency is not None:
        nothing: Months = dict.fromkeys(months, Decimal("0.00"))
        before, change = earlier.get((row.key, row.currency), (nothing, nothing))
    return TypeForecast(row.key, row.currency, row.forecast, row.worked, row.beyond, before, change, row.incomplete)


def _compared_by_type(assessment: Assessment) -> _ByType | None:
    """By type and currency: the earlier forecast of the days from as-of on, and the change, of what can be compared."""
    previous = assessment.previous
    if previous is None:
        return None
    start = max(previous.as_of, assessment.as_of)
    unknown = {changes.engagement.id for changes in assessment.changes if not changes.known}
    was = _sums(previous, start, unknown)
    became = _sums(assessment.snapshot(), start, unknown)
    found: dict[tuple[str, str], tuple[dict[str, Decimal], dict[str, Decimal]]] = {}
    for key in dict.fromkeys((*was, *became)):
        kind, currency = key
        before, change = found.setdefault((kind, currency.code), ({}, {}))
        for month in assessment.months:
            old, new = was.get(key, {}).get(month, 0), became.get(key, {}).get(month, 0)
            before[month] = before.get(month, Decimal("0.00")) + currency.amount(old)
            change[month] = change.get(month, Decimal("0.00")) + currency.amount(new) - currency.amount(old)
    return found


def _sums(snapshot: Snapshot, start: date, without: set[str]) -> dict[tuple[str, Currency], dict[str, int]]:
    sums: dict[tuple[str, Currency], dict[str, int]] = {}
    for engagement in snapshot.engagements:
        months = None if engagement.id in without else engagement.by_month(start)
        if months is None or engagement.currency is None:
            continue
        of = sums.setdefault((engagement.type, Currency(engagement.currency, engagement.base_unit)), {})
        for month, cents in months.items():
            of[month] = of.get(month, 0) + cents
    return sums


def month_forecasts(types: Sequence[TypeForecast], months: Sequence[str]) -> Iterable[MonthForecast]:
    """Each currency's months, all types together."""
    for code in sorted({row.currency for row in types if row.currency is not None}):
        rows = [row for row in types if row.currency == code]
        for month in months:
            yield MonthForecast(
                month,
                code,
                _sum(row.forecast.get(month) for row in rows),
                _sum(row.worked.get(month) for row in rows),
                None
                if any(row.before is None for row in rows)
                else _sum((row.before or {}).get(month) for row in rows),
                None
                if any(row.change is None for row in rows)
                else _sum((row.change or {}).get(month) for row in rows),
            )


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal("0.00"))
