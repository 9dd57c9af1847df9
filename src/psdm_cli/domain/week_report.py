"""The Monday call on one page, as a plain result: what is forecast, what moved, what could land, where it is thin.

Amounts are Decimal currency units beside a `currency`; months YYYY-MM; None is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psdm_cli.domain.accuracy import AccuracyReport
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.findings import FindingState, Step
from psdm_cli.domain.portfolio_rows import HealthReport, Suggestion, portfolio_rows
from psdm_cli.domain.pushes import PushReason
from psdm_cli.domain.report import PersonLine, person_line
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_totals import Totals, totals_of
from psdm_cli.domain.week_forecast import MonthForecast, TypeForecast, month_forecasts, type_forecasts
from psdm_cli.domain.week_moves import Move, moves_of
from psdm_cli.domain.weekly_accuracy import WeeklyAccuracy

BOOKINGS, PEOPLE, HEALTH = "FP-08", "FP-06", "FP-11"
_COLOURS = ("red", "yellow", "green")


@dataclass(frozen=True, slots=True)
class GapLine:
    """A role without hard bookings in [gap_from, until); `amount` is the money it leaves open."""

    project: str
    sow: str | None
    title: str
    lead: str | None
    role: str
    gap_from: date
    until: date
    amount: Decimal | None
    currency: str | None
    waived: bool


@dataclass(frozen=True, slots=True)
class HealthLine:
    """An engagement's reported colour beside the one that budget and schedule suggest."""

    project: str
    sow: str | None
    title: str
    lead: str | None
    type: str
    status: str | None
    health: HealthReport | None
    suggested: Suggestion | None

    @property
    def differs(self) -> bool:
        """Whether data suggests another colour than was reported; nobody is told so where one of them is missing."""
        if self.health is None or self.health.color is None or self.suggested is None:
            return False
        return self.health.color.casefold() != self.suggested.color.value


@dataclass(frozen=True, slots=True)
class WeekReport:
    """The week on one page. `unseen` says what could not be looked at, with the permission that would open it.

    `unseen_in` has the same by step: what FP-06 cannot see of people, FP-08 of bookings, FP-11 of health reports.
    """

    as_of: date
    week: str
    quarter: str
    leads: tuple[str, ...]
    months: tuple[str, ...]
    compared_with: date | None
    types: tuple[TypeForecast, ...]
    totals: tuple[MonthForecast, ...]
    moves: tuple[Move, ...]
    upside: tuple[UpsideEntry, ...]
    settled: tuple[UpsideEntry, ...]
    upside_totals: Totals
    accuracy: AccuracyReport | None
    weekly: WeeklyAccuracy
    gaps: tuple[GapLine, ...]
    people: tuple[PersonLine, ...]
    people_below: Decimal
    health: tuple[HealthLine, ...]
    unseen: tuple[str, ...]
    unseen_in: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    synced_at: datetime | None

    @property
    def slipped(self) -> tuple[Move, ...]:
        """Pushes and pulls, the largest first."""
        return tuple(move for move in self.moves if move.kind in (ChangeKind.PUSH, ChangeKind.PULL))

    def colours(self) -> dict[str, int]:
        """How many engagements are red, yellow, green as suggested; `unknown` for the rest."""
        found = dict.fromkeys((*_COLOURS, "unknown"), 0)
        for line in self.health:
            found[line.suggested.color.value if line.suggested else "unknown"] += 1
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What psdm keeps beside Kantata's records: how right forecasts were, the upside ledger, reasons of pushes."""

    weekly: WeeklyAccuracy
    accuracy: AccuracyReport | None = None
    upside: Sequence[UpsideEntry] = ()
    reasons: Sequence[PushReason] = ()


def week_report(assessment: Assessment, steps: Sequence[Step], kept: Kept, warnings: tuple[str, ...]) -> WeekReport:
    """The page of an assessment with its steps judged."""
    judged = {step.id: step for step in steps}
    types = type_forecasts(assessment)
    ours = _entries(assessment, kept.upside)
    open_ones = tuple(entry for entry in ours if entry.status is UpsideStatus.OPEN)
    unknown = [f"the forecast of {name} is unknown" for row in types for name in row.incomplete]
    unseen_in = {key: judged[key].unseen for key in (BOOKINGS, PEOPLE, HEALTH) if key in judged and judged[key].unseen}
    unseen = (*(reason for reasons in unseen_in.values() for reason in reasons), *unknown)
    return WeekReport(
        as_of=assessment.as_of,
        week=assessment.week,
        quarter=assessment.quarter.name,
        leads=tuple(dict.fromkeys(e.workspace.lead_name or "(no lead)" for e in assessment.engagements)),
        months=assessment.months,
        compared_with=assessment.previous.as_of if assessment.previous else None,
        types=types,
        totals=tuple(month_forecasts(types, assessment.months)),
        moves=moves_of(assessment, kept.reasons),
        upside=tuple(sorted(open_ones, key=lambda e: (e.currency or "", e.quarter, -(e.weighted or 0), e.source))),
        settled=tuple(entry for entry in ours if _settled(entry, assessment)),
        upside_totals=totals_of(open_ones),
        accuracy=kept.accuracy,
        weekly=kept.weekly,
        gaps=_gaps(assessment, judged.get(BOOKINGS)),
        people=tuple(person_line(load) for load in assessment.under_allocated),
        people_below=assessment.policy.under_allocated_below,
        health=_health(assessment),
        unseen=tuple(dict.fromkeys(unseen)),
        unseen_in=unseen_in,
        warnings=warnings,
        synced_at=assessment.portfolio.synced_at,
    )


# upside


def _entries(assessment: Assessment, entries: Iterable[UpsideEntry]) -> tuple[UpsideEntry, ...]:
    """The entries of the engagements in scope, by Kantata's id or by number; those of no engagement belong to all."""
    ids = {engagement.id for engagement in assessment.all_engagements}
    numbers = {engagement.sow for engagement in assessment.all_engagements if engagement.sow}
    return tuple(
        entry
        for entry in entries
        if entry.project in ids or entry.sow in numbers or (entry.project is None and entry.sow is None)
    )


def _settled(entry: UpsideEntry, assessment: Assessment) -> bool:
    """Whether it was converted, pushed or lost since the forecast that this one is compared with."""
    previous = assessment.previous
    if entry.status is UpsideStatus.OPEN or entry.reviewed_at is None or previous is None:
        return False
    return previous.as_of <= entry.reviewed_at.astimezone(assessment.rules.zone).date()


# coverage and health


def _gaps(assessment: Assessment, step: Step | None) -> tuple[GapLine, ...]:
    engagements = {engagement.id: engagement for engagement in assessment.engagements}
    return tuple(
        GapLine(
            project=finding.project or "",
            sow=finding.sow,
            title=engagements[finding.project or ""].title,
            lead=finding.lead,
            role=str(finding.data["role"]),
            gap_from=date.fromisoformat(str(finding.data["gap_from"])),
            until=date.fromisoformat(str(finding.data["until"])),
            amount=finding.amount,
            currency=finding.currency,
            waived=finding.state is FindingState.WAIVED,
        )
        for finding in (step.findings if step else ())
    )


def _health(assessment: Assessment) -> tuple[HealthLine, ...]:
    """Every engagement under way, the worst colour first, whichever of the two says it."""
    delivering = {forecast.engagement.id for forecast in assessment.delivering()}
    lines = [
        HealthLine(row.id, row.sow, row.title, row.lead, row.type, row.status, row.health, row.suggested)
        for row in portfolio_rows(assessment)
        if row.id in delivering
    ]
    return tuple(sorted(lines, key=lambda line: (_rank(line), line.sow or line.title)))


def _rank(line: HealthLine) -> tuple[int, int]:
    reported = (line.health.color or "").casefold() if line.health else ""
    suggested = line.suggested.color.value if line.suggested else ""
    ranks = [_COLOURS.index(colour) if colour in _COLOURS else len(_COLOURS) for colour in (reported, suggested)]
    return min(ranks), sum(ranks)
