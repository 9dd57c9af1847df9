"""The difference between two forecasts as a plain result: per engagement what moved, and sums per currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psdm_cli.domain.comparison import EngagementChanges
from psdm_cli.domain.money import Currency
from psdm_cli.domain.report import ChangeLine, change_lines
from psdm_cli.domain.snapshots import Snapshot


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
class DifferenceReport:
    """What changed between two as-of dates, on days from the later one on."""

    before_as_of: date
    before_week: str
    as_of: date
    week: str
    projects: tuple[ProjectDifference, ...]
    months: tuple[MonthDifference, ...]
    warnings: tuple[str, ...]


def difference_of(
    before: Snapshot, after: Snapshot, changed: Sequence[EngagementChanges], warnings: tuple[str, ...]
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
    )


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
