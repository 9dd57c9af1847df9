"""Gathering what `psdm status` shows of one engagement: the forecast's side, and GitLab's where it can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from psdm_cli.domain.engagement_status import (
    EngagementStatus,
    ScopeChange,
    clocks_of,
    milestones_of,
    people_of,
    places_of,
    raid_of,
)
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.portfolio_rows import portfolio_rows
from psdm_cli.domain.records import Kind
from psdm_cli.domain.space.names import contract
from psdm_cli.domain.space.parts import value_of
from psdm_cli.domain.steps.common import refused
from psdm_cli.errors import BadAnswer, NotAllowed, Unavailable
from psdm_cli.workflows.kickoff_checklist import CHECKLIST
from psdm_cli.workflows.kickoff_finding import remembered, stored_facts
from psdm_cli.workflows.kickoff_kantata import kantata_facts
from psdm_cli.workflows.kickoff_reading import Known, observe

if TYPE_CHECKING:
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.domain.space.observed import Space
    from psdm_cli.settings.model import Label, Settings
    from psdm_cli.store.database import Store
    from psdm_cli.systems.gitlab_ports import GitLab
    from psdm_cli.workflows.forecasting import Prepared, Sources

#: labels that mark an issue of ps_plan as a scope change, with what it is called
KINDS = {
    "change_order": "change order",
    "work_at_risk": "work at risk",
    "work_exception": "work exception",
    "exception_product": "work exception",
    "exception_ps": "work exception",
    "exception_scoping": "work exception",
    "exception_time": "work exception",
    "description_of_work": "description of work",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What GitLab showed. `space` None: it could not be asked, or there is no number to look for; `why_not` says it."""

    space: Space | None = None
    issues: tuple[Issue, ...] | None = None  # open ones of ps_plan that bear the number
    escalated: tuple[Issue, ...] = ()
    why_not: str = ""


def look(sources: Sources, gitlab: GitLab, settings: Settings, prepared: Prepared, engagement: Engagement) -> Seen:
    """GitLab's side of an engagement in scope. Nothing is raised: a system that is away leaves its part unseen."""
    if engagement.sow is None:
        return Seen(why_not=f"GitLab was not asked: {engagement.name} has no SOW number to look for")
    wanted = contract(engagement.sow)
    told = stored_facts(sources.store, wanted, engagement.id)
    kantata = kantata_facts(engagement, prepared.me, settings)
    try:
        space = observe(gitlab, settings, Known(wanted, kantata, told, remembered(sources.store)))
    except (NotAllowed, Unavailable, BadAnswer) as error:
        return Seen(why_not=error.message)
    try:
        plan, label = settings.gitlab.projects.ps_plan, settings.labels["escalated"].name
        issues = tuple(gitlab.issues(project=plan, all_labels=(wanted.name,), state="opened"))
        project = value_of(space.project)
        urgent = gitlab.issues(project=project.id, all_labels=(label,), state="opened") if project is not None else ()
    except (NotAllowed, Unavailable, BadAnswer) as error:
        return Seen(space, why_not=error.message)
    return Seen(space, issues, tuple(urgent))


def gather(
    prepared: Prepared, engagement: Engagement, store: Store, settings: Settings, seen: Seen
) -> EngagementStatus:
    """The page of one engagement in scope."""
    assessment = prepared.assessment
    number = next(n for n, each in enumerate(assessment.engagements) if each.id == engagement.id)
    forecast, row = assessment.forecasts[number], portfolio_rows(assessment)[number]
    unseen = [*refused(assessment, Kind.ALLOCATIONS, Kind.RESOURCES, Kind.STORIES, Kind.STATUS_REPORTS)]
    unseen += [seen.why_not] if seen.why_not else []
    currency = forecast.currency

    def money(cents: int | None) -> Decimal | None:
        return currency.maybe(cents) if currency is not None else None

    stand = next((run for run in store.checklists.list(CHECKLIST) if run.key.subject == engagement.id), None)
    return EngagementStatus(
        row=row,
        customer=(seen.space.customer if seen.space is not None else None) or engagement.workspace.customer,
        budget=money(forecast.budget),
        used=money(forecast.used),
        remaining=money(forecast.remaining),
        months={month: money(cents) for month, cents in forecast.month_total.items()},
        places=places_of(seen.space, seen.why_not),
        people=people_of(engagement, assessment),
        milestones=milestones_of(forecast),
        raid=raid_of(seen.space, seen.escalated),
        scope_changes=None if seen.issues is None else tuple(scope_changes_in(seen.issues, settings.labels.items())),
        clocks=clocks_of(engagement, assessment, row),
        findings=tuple(f for step in prepared.steps() for f in step.findings if f.project == engagement.id),
        checklist=None if stand is None or stand.done is None or stand.total is None else (stand.done, stand.total),
        unseen=tuple(dict.fromkeys(unseen)),
    )


def scope_changes_in(issues: Sequence[Issue], labels: Iterable[tuple[str, Label]]) -> Iterable[ScopeChange]:
    """The issues that are scope changes, by label (in any case) or by the beginning of their title."""
    known = {label.name.casefold(): KINDS[key] for key, label in labels if key in KINDS}
    for issue in issues:
        kinds = [known[label.casefold()] for label in issue.labels if label.casefold() in known]
        title = issue.title.strip().casefold()
        kinds += [kind for kind in dict.fromkeys(KINDS.values()) if title.startswith(kind)]
        if kinds:
            yield ScopeChange(kinds[0], issue.title, issue.url, issue.labels)
