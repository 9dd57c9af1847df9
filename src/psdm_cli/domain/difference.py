"""The difference between two forecasts as a plain result: per engagement what moved, and sums per currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psdm_cli.domain.bridge import Cause, EngagementBridge
from psdm_cli.domain.bridge_words import told
from psdm_cli.domain.comparison import EngagementChanges
from psdm_cli.domain.money import Currency
from psdm_cli.domain.report import ChangeLine, change_lines
from psdm_cli.domain.snapshots import FrozenEngagement, Snapshot


@dataclass(frozen=True, slots=True)
class ProjectDifference:
    """One engagement's movements; `known` is False where one of the two forecasts is unknown."""

    id: str
    sow: str | None
    title: str
    lead: str | None
    currency: str | None
    changes: tuple[ChangeLine, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class MonthDifference:
    """A month's forecast before and after, in one currency; `change` is signed."""

    month: str
    currency: str
    before: Decimal
    after: Decimal
    change: Decimal


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """What one cause makes of one engagement's month; `amount` is signed, `reasons` say who and what, largest first.

    The lines of an engagement and month add up to its change, in the order of `Cause`.
    """

    project: str
    sow: str | None
    title: str
    lead: str | None
    cause: Cause
    currency: str
    month: str
    amount: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BridgeTotal:
    """What one cause makes over all engagements, in one currency: in sum and by month; signed."""

    cause: Cause
    currency: str
    amount: Decimal
    months: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """What changed between two as-of dates, on days from the later one on."""

    before_as_of: date
    before_week: str
    as_of: date
    week: str
    projects: tuple[ProjectDifference, ...]
    months: tuple[MonthDifference, ...]
    warnings: tuple[str, ...]
    bridge: tuple[BridgeLine, ...] = ()
    bridge_totals: tuple[BridgeTotal, ...] = ()


def difference_of(
    before: Snapshot,
    after: Snapshot,
    changed: Sequence[EngagementChanges],
    warnings: tuple[str, ...],
    bridges: Sequence[EngagementBridge] = (),
) -> DifferenceReport:
    """The report of a comparison."""
    return DifferenceReport(
        before_as_of=before.as_of,
        before_week=before.week,
        as_of=after.as_of,
        week=after.week,
        projects=tuple(_project(changes) for changes in changed),
        months=_months(before, after, {c.engagement.id for c in changed if not c.known}),
        warnings=warnings,
        bridge=tuple(line for found in bridges for line in bridge_lines(found)),
        bridge_totals=_bridge_totals(bridges),
    )


def bridge_lines(found: EngagementBridge) -> Iterator[BridgeLine]:
    """An engagement's causes by month, in the order of `Cause`."""
    frozen = found.engagement
    currency = _currency(frozen)
    shown: dict[str, int] = {}  # each month's causes so far: what is printed adds up also where a cent has subunits
    for cause in Cause:
        steps = [step for step in found.steps if step.cause is cause]
        for month, cents in found.months(cause).items():
            before = shown.get(month, 0)
            shown[month] = before + cents
            yield BridgeLine(
                frozen.id,
                frozen.sow,
                frozen.title,
                frozen.lead,
                cause,
                currency.code,
                month,
                currency.amount(shown[month]) - currency.amount(before),
                told((step for step in steps if month in step.months), currency),
            )


def _bridge_totals(bridges: Sequence[EngagementBridge]) -> tuple[BridgeTotal, ...]:
    sums: dict[tuple[Currency, Cause], dict[str, int]] = {}
    for found in bridges:
        currency = _currency(found.engagement)
        for cause in Cause:
            for month, cents in found.months(cause).items():
                of = sums.setdefault((currency, cause), {})
                of[month] = of.get(month, 0) + cents
    order = list(Cause)
    return tuple(
        BridgeTotal(
            cause,
            currency.code,
            currency.amount(sum(of.values())),
            {month: currency.amount(cents) for month, cents in sorted(of.items())},
        )
        for (currency, cause), of in sorted(sums.items(), key=lambda item: (item[0][0].code, order.index(item[0][1])))
    )


def _currency(frozen: FrozenEngagement) -> Currency:
    return Currency(frozen.currency or "", frozen.base_unit)


def _project(changes: EngagementChanges) -> ProjectDifference:
    frozen = changes.engagement
    return ProjectDifference(
        frozen.id, frozen.sow, frozen.title, frozen.lead, frozen.currency, change_lines(changes), changes.known
    )


def _months(before: Snapshot, after: Snapshot, unknown: set[str]) -> tuple[MonthDifference, ...]:
    start = max(before.as_of, after.as_of)
    was, became = (_sums(snapshot, start, unknown) for snapshot in (before, after))
    lines = []
    for currency, month in sorted({*was, *became}, key=lambda key: (key[0].code, key[1])):
        old = currency.amount(was.get((currency, month), 0))
        new = currency.amount(became.get((currency, month), 0))
        lines.append(MonthDifference(month, currency.code, old, new, new - old))
    return tuple(lines)


def _sums(snapshot: Snapshot, start: date, unknown: set[str]) -> Mapping[tuple[Currency, str], int]:
    sums: dict[tuple[Currency, str], int] = {}
    for engagement in snapshot.engagements:
        months = engagement.by_month(start)
        if months is None or engagement.currency is None or engagement.id in unknown:
            continue
        for month, cents in months.items():
            key = (Currency(engagement.currency, engagement.base_unit), month)
            sums[key] = sums.get(key, 0) + cents
    return sums
