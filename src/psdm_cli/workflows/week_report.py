"""Gathering the week's report: the assessment, frozen forecasts of the last weeks, the ledger, reasons of pushes."""

from __future__ import annotations

from dataclasses import replace

from psdm_cli.domain.accuracy import AccuracyReport
from psdm_cli.domain.dates import add_months, month_end, month_of, month_start
from psdm_cli.domain.warnings import warnings_of
from psdm_cli.domain.week_report import Kept, WeekReport, week_report
from psdm_cli.domain.weekly_accuracy import WEEKS, last_weeks, weekly_accuracy
from psdm_cli.errors import NotFound
from psdm_cli.workflows.forecasting import Prepared, Sources
from psdm_cli.workflows.freezing import frozen_up_to
from psdm_cli.workflows.looking_back import accuracy_of_months, evidence_for

NOTHING_BEFORE = "No earlier week's forecast of this selection was frozen: nothing can be compared with it."
NOTHING_OPENED = "No forecast of this selection was frozen in time: neither weeks nor months can be judged."


def gather(sources: Sources, prepared: Prepared) -> WeekReport:
    """The report of what was prepared. Weeks and months without a frozen forecast are named, not invented."""
    assessment, store = prepared.assessment, sources.store
    mondays = last_weeks(assessment.as_of)
    snapshots = {monday: frozen_up_to(store, assessment.scope.key, monday) for monday in mondays}
    evidence, said = evidence_for(sources, prepared, snapshots.values())
    weekly = weekly_accuracy(mondays, snapshots, evidence)
    months = _months(sources, prepared)
    warnings = [*prepared.warnings, *warnings_of(assessment), *said, *(months.warnings if months else ())]
    if assessment.previous is None:
        warnings.append(NOTHING_BEFORE)
    if months is None and not weekly.lines:
        warnings.append(NOTHING_OPENED)
    kept = Kept(weekly, months, store.upside.list(), store.top_customers.reasons())
    return week_report(assessment, prepared.steps(), kept, tuple(dict.fromkeys(warnings)))


def _months(sources: Sources, prepared: Prepared) -> AccuracyReport | None:
    """The months that ended within the weeks that are looked back on; None where no forecast opened any of them."""
    as_of = prepared.assessment.as_of
    first = last_weeks(as_of, WEEKS)[0]
    this = month_start(month_of(as_of))
    count = next(back for back in range(1, WEEKS) if month_end(month_of(add_months(this, -back - 1))) <= first)
    try:
        report = accuracy_of_months(sources, prepared, count)
    except NotFound:
        return None
    running = month_of(as_of)
    lines = tuple(line for line in report.lines if line.month != running)
    if not lines:
        return None
    return replace(
        report,
        months=tuple(month for month in report.months if month != running),
        lines=lines,
        unfrozen=tuple(month for month in report.unfrozen if month != running),
    )
