"""Gathering a hand-over: the mirror assessed, what is due, checklists, ledger, waivers, GitLab's open scope changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.checklists.definition import Definition, SubjectKind
from psdm_cli.checklists.engine import Subject
from psdm_cli.checklists.loading import definitions
from psdm_cli.domain.contract_clocks import RiskWatch
from psdm_cli.domain.engagement_status import ScopeChange
from psdm_cli.domain.handover import Gathered, Handover, OpenRun, handover_of
from psdm_cli.domain.records import Kind
from psdm_cli.domain.space.names import contract
from psdm_cli.domain.steps.common import refused
from psdm_cli.domain.warnings import warnings_of
from psdm_cli.errors import BadAnswer, NotAllowed, NotFound, Unavailable
from psdm_cli.workflows.checklist_runs import Desk
from psdm_cli.workflows.checklist_runs import OpenRun as StoredOpenRun
from psdm_cli.workflows.checklist_subjects import engagement_facts
from psdm_cli.workflows.engagement_status import scope_changes_in
from psdm_cli.workflows.forecasting import Prepared, Selection, Sources, prepare
from psdm_cli.workflows.today import look

if TYPE_CHECKING:
    from psdm_cli.domain.cadence import Cadence
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.settings.model import Settings
    from psdm_cli.systems.gitlab_ports import GitLab

NOT_ASKED = "GitLab was not asked for open scope changes: there is no token, or --offline"
_LOOKED_AT = (Kind.ALLOCATIONS, Kind.RESOURCES, Kind.STORIES, Kind.STATUS_REPORTS, Kind.RESOURCE_REQUESTS)


def gather(
    sources: Sources,
    selection: Selection,
    cadence: Cadence,
    now: datetime,
    *,
    settings: Settings,
    gitlab: GitLab | None,
    checklist_folder: Path | None,
    risks: Callable[[], RiskWatch],
) -> Handover:
    """The page of these leads' engagements. `now` is in the handbook's zone.

    A GitLab that is away, or is not asked (None), leaves its part unseen. Raises what reading Kantata raises.
    """
    prepared = prepare(sources, selection)
    assessment = prepared.assessment
    due = look(
        replace(sources, kantata=None),  # the mirror was brought up to date just now
        selection,
        cadence,
        now,
        checklist_folder=checklist_folder,
        risks=risks,
    )
    changes, unseen = _scope_changes(gitlab, settings, prepared)
    return handover_of(
        assessment,
        Gathered(
            agenda=due.agenda,
            steps=prepared.steps(),
            waivers=prepared.waivers,
            upside=prepared.upside,
            week=due.week,
            checklists=_checklists(sources, prepared, definitions(checklist_folder)),
            scope_changes=changes,
            warnings=(*prepared.warnings, *warnings_of(assessment)),
            unseen=(*refused(assessment, *_LOOKED_AT), *unseen),
        ),
    )


def _checklists(sources: Sources, prepared: Prepared, known: Mapping[str, Definition]) -> dict[str, list[OpenRun]]:
    """The runs about these engagements that are not complete, with the steps that wait for a person."""
    mine = {engagement.id: engagement for engagement in prepared.assessment.engagements}
    desk = Desk(sources.store, lambda: sources.now, sources.as_of, sources.rules.zone, keep=False)
    found: dict[str, list[OpenRun]] = {}
    for stored in sources.store.checklists.list():
        engagement = mine.get(stored.key.subject)
        if engagement is None or stored.is_complete:
            continue
        definition = known.get(stored.key.checklist)
        waiting: tuple[str, ...] = ()
        if definition is not None and definition.subject is SubjectKind.ENGAGEMENT:
            about = Subject(
                SubjectKind.ENGAGEMENT, engagement.id, engagement.name, engagement_facts(sources.store, engagement)
            )
            run = StoredOpenRun(desk, definition, about, stored.key.scope).run
            waiting = tuple(f"{row.step.id} {row.step.title}" for row in run.open)
        title = definition.title if definition is not None else stored.key.checklist
        found.setdefault(engagement.id, []).append(
            OpenRun(stored.key.checklist, title, stored.done, stored.total, waiting)
        )
    return found


def _scope_changes(
    gitlab: GitLab | None, settings: Settings, prepared: Prepared
) -> tuple[dict[str, list[ScopeChange] | None], tuple[str, ...]]:
    """Open scope changes in `ps_plan` by project; None for those that could not be looked at, and why."""
    engagements = prepared.assessment.engagements
    if gitlab is None:
        return {}, (NOT_ASKED,)
    found: dict[str, list[ScopeChange] | None] = {}
    unseen: list[str] = []
    for engagement in engagements:
        if engagement.sow is None:
            unseen.append(f"Scope changes of {engagement.name}: it has no SOW number to look for")
            continue
        try:
            found[engagement.id] = _asked(gitlab, settings, engagement)
        except (NotAllowed, NotFound, Unavailable, BadAnswer) as error:
            return found, (*unseen, f"GitLab was not asked for open scope changes: {error.message}")
    return found, tuple(unseen)


def _asked(gitlab: GitLab, settings: Settings, engagement: Engagement) -> list[ScopeChange]:
    label = contract(engagement.sow or "").name
    issues = gitlab.issues(project=settings.gitlab.projects.ps_plan, all_labels=(label,), state="opened")
    return list(scope_changes_in(issues, settings.labels.items()))
