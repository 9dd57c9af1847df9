"""Forecasts held against what came of them, and how booked people are: `psdm forecast accuracy` and `people`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from psdm_cli.domain.accuracy import AccuracyReport, Evidence, accuracy_of
from psdm_cli.domain.completions import completed_milestones
from psdm_cli.domain.dates import add_months, month_of, month_start, months_from
from psdm_cli.domain.heat import HeatReport, Period, heat_of, span
from psdm_cli.domain.pushes import reasons_about
from psdm_cli.domain.records import Kind, Story
from psdm_cli.domain.snapshots import Snapshot
from psdm_cli.domain.warnings import warnings_of
from psdm_cli.errors import Forbidden, NotFound, Unavailable
from psdm_cli.workflows.forecasting import Prepared, Selection, Sources, prepare
from psdm_cli.workflows.freezing import frozen_up_to

if TYPE_CHECKING:
    from psdm_cli.store.facts import Fact

KANTATA = "Kantata"
_COMPLETED = "completed "  # name of the fact: this and the task's id


# accuracy


def accuracy(sources: Sources, selection: Selection, count: int) -> AccuracyReport:
    """The last `count` months that are over, and the running one, each against the forecast that opened it.

    Engagements are those of the frozen forecasts, also where they are completed by now. Raises `NotFound` where no
    forecast was frozen in time for any of these months.
    """
    return accuracy_of_months(sources, prepare(sources, selection), count)


def accuracy_of_months(sources: Sources, prepared: Prepared, count: int) -> AccuracyReport:
    """As `accuracy`, of what was prepared already."""
    assessment = prepared.assessment
    months = months_from(month_of(add_months(month_start(month_of(assessment.as_of)), -count)), count + 1)
    snapshots = {month: frozen_up_to(sources.store, assessment.scope.key, month_start(month)) for month in months}
    if not any(snapshots.values()):
        raise NotFound(
            f"No forecast of this selection was frozen up to {month_start(months[-1])}, so no month can be judged.",
            hint="A month is judged by the last forecast frozen up to its first day. Freeze with: psdm forecast freeze",
        )
    evidence, warnings = evidence_for(sources, prepared, snapshots.values())
    report = accuracy_of(months, snapshots, evidence, (*prepared.warnings, *warnings))
    reasons = sources.store.top_customers.reasons()
    lines = (
        replace(line, pushes=reasons_about(reasons, line.project, line.month, line.frozen_as_of))
        for line in report.lines
    )
    return replace(report, lines=tuple(lines))


def evidence_for(
    sources: Sources, prepared: Prepared, snapshots: Iterable[Snapshot | None]
) -> tuple[Evidence, tuple[str, ...]]:
    """What these forecasts are judged by, and warnings."""
    assessment = prepared.assessment
    completed, warnings = _completions(sources, prepared, snapshots)
    evidence = Evidence(
        engagements={engagement.id: engagement for engagement in assessment.all_engagements},
        completed_at=completed,
        portfolio=assessment.portfolio,
        rules=assessment.rules,
        as_of=assessment.as_of,
    )
    return evidence, warnings


def _completions(
    sources: Sources, prepared: Prepared, snapshots: Iterable[Snapshot | None]
) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """When the completed milestones of these forecasts were completed, as far as Kantata tells, and warnings.

    What Kantata told is kept in the store, so that it is asked once for each completion and --offline has it too.
    """
    fixed = {e.id for snapshot in snapshots if snapshot for e in snapshot.engagements if e.fixed_fee}
    engagements = [e for e in prepared.assessment.all_engagements if e.id in fixed]
    stories = {
        story.id: (engagement.id, story) for engagement in engagements for story in completed_milestones(engagement)
    }
    facts = sources.store.facts.of(engagement.id for engagement in engagements)
    known = {key: facts.get(owner, {}).get(f"{_COMPLETED}{key}") for key, (owner, _) in stories.items()}
    told = {key: datetime.fromisoformat(fact.value) for key, fact in known.items() if fact is not None}
    open_ = [key for key, (_, story) in stories.items() if _is_open(story, known[key])]
    if sources.kantata is None or not open_:
        return told, ()
    try:
        answer = sources.kantata.completed_at(open_)
    except (Forbidden, Unavailable) as trouble:  # the rest of the answer does not need it
        return told, (f"The days milestones were completed could not be read: {trouble.message}",)
    for key, at in answer.items():
        told[key] = at
        sources.store.facts.put(stories[key][0], f"{_COMPLETED}{key}", at.isoformat(), who=KANTATA, at=sources.now)
    return told, ()


def _is_open(story: Story, known: Fact | None) -> bool:
    """Whether the day is to be asked for: never told, or the task was changed (perhaps opened again) since."""
    return known is None or (story.updated_at is not None and story.updated_at >= known.at)


# people


def people(sources: Sources, selection: Selection, by: str, periods: Sequence[Period]) -> HeatReport:
    """How booked people are in these periods. Raises `Forbidden` where people or bookings cannot be seen at all."""
    whole = span(periods)
    prepared = prepare(sources, replace(selection, window=whole))
    assessment = prepared.assessment
    portfolio = assessment.portfolio
    for kind in (Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES):
        if refusal := portfolio.refusals.get(kind):
            raise Forbidden(
                f"What people are booked to cannot be seen: {refusal.lacking}.",
                call=refusal.call,
                permission=refusal.permission,
            )
    read = None if Kind.ALLOCATIONS_ELSEWHERE in portfolio.refusals else prepared.window
    return HeatReport(
        as_of=assessment.as_of,
        by=by,
        threshold=assessment.policy.under_allocated_below,
        periods=tuple(periods),
        people=heat_of(assessment, periods),
        elsewhere_from=read[0] if read else None,
        elsewhere_until=read[1] if read else None,
        warnings=tuple(_unique(*prepared.warnings, *_window_warning(read, whole), *warnings_of(assessment))),
        synced_at=portfolio.synced_at,
    )


def _window_warning(read: tuple[date, date] | None, whole: tuple[date, date]) -> Iterable[str]:
    if read is None or (read[0] <= whole[0] and whole[1] <= read[1]):
        return
    yield (
        f"Bookings on other projects were read from {read[0]} to {read[1]} only: outside of it people may only seem "
        "free. Run it without --offline to read them all."
    )


def _unique(*lines: str) -> Iterable[str]:
    return dict.fromkeys(lines)
