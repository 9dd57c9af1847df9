"""What is due today and soon: the mirror assessed, beside the week's deadlines, snapshots, answers and waivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.checklists.definition import SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.checklists.loading import definitions
from psdm_cli.checklists.verifiers import FORECAST, by_verifier
from psdm_cli.domain.agenda import Agenda, OpenChecklist, Standing, agenda
from psdm_cli.domain.agenda_clocks import CLOCKS, holiday_notes, risk_notes
from psdm_cli.domain.agenda_items import SOURCES
from psdm_cli.domain.cadence import Cadence, Duty
from psdm_cli.domain.contract_clocks import RiskWatch
from psdm_cli.domain.dates import freeze_monday, week_name
from psdm_cli.domain.findings import Step
from psdm_cli.domain.waivers import apply_waivers
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.workflows.checklist_runs import Desk, OpenRun
from psdm_cli.workflows.checklist_subjects import week_facts
from psdm_cli.workflows.forecasting import Prepared, Selection, Sources, prepare

if TYPE_CHECKING:
    from datetime import date

    from psdm_cli.checklists.definition import Definition
    from psdm_cli.store.database import Store


@dataclass(frozen=True, slots=True)
class Ticks:
    """Duties of this week that the PM says are done, and those that are not after all. Not `keep`: a dry run."""

    done: tuple[Duty, ...] = ()
    undone: tuple[Duty, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Today:
    """The agenda, whose it is, and the age of what it stands on."""

    agenda: Agenda
    leads: tuple[str, ...]
    week: str
    synced_at: datetime | None


def duties(names: Sequence[str], option: str) -> tuple[Duty, ...]:
    """The duties that an option names. Raises `WrongUsage` with the nearest name."""
    known = [duty.value for duty in Duty]
    found = []
    for name in names:
        word = name.strip().casefold().replace("_", "-").replace(" ", "-")
        if word not in known:
            near = get_close_matches(word, known, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            raise WrongUsage(f"{option}: there is no weekly duty {name!r}.", hint=hint)
        found.append(Duty(word))
    return tuple(found)


def look(
    sources: Sources,
    selection: Selection,
    cadence: Cadence,
    now: datetime,
    *,
    ticks: Ticks | None = None,
    checklist_folder: Path | None = None,
    risks: Callable[[], RiskWatch] | None = None,
) -> Today:
    """What is due for these engagements. `now` is in the handbook's zone, on the as-of date.

    From the mirror alone unless the sources hold Kantata; `risks` tells the open works at risk. Raises `NotFound` when
    nothing was ever read, and what reading raises.
    """
    prepared = _prepared(sources, selection)
    assessment = prepared.assessment
    judged = prepared.judged()
    week, known = assessment.week, definitions(checklist_folder)
    standing = Standing(
        assessment=assessment,
        steps=apply_waivers(judged, prepared.waivers, assessment.as_of),
        cadence=cadence,
        now=now,
        waivers=prepared.waivers,
        frozen=any(head.week == week for head in sources.store.snapshots.list(assessment.scope.key)),
        open_manual=_open_manual(sources, prepared, judged, known.get(FORECAST)),
        ticked=_ticked(sources, prepared, ticks or Ticks()),
        checklists=_open_checklists(sources.store, prepared, known),
        risks=risks() if risks is not None else RiskWatch(),
    )
    leads = tuple(dict.fromkeys(e.workspace.lead_name or "(no lead)" for e in assessment.engagements))
    warnings = (*prepared.warnings, *holiday_notes(standing), *risk_notes(standing))
    found = agenda(standing, (*SOURCES, *CLOCKS), warnings)
    return Today(found, leads, week, assessment.portfolio.synced_at)


def _prepared(sources: Sources, selection: Selection) -> Prepared:
    try:
        return prepare(sources, selection)
    except NotFound as nothing:
        if sources.kantata is None and "--offline" in nothing.hint:  # today is offline without being told
            nothing.hint = "Run: psdm today --refresh, or psdm sync."
        raise


def _open_manual(
    sources: Sources, prepared: Prepared, judged: tuple[Step, ...], definition: Definition | None
) -> tuple[str, ...]:
    """The steps of the week's preparation that wait for a person's word."""
    if definition is None or definition.subject is not SubjectKind.WEEK:
        return ()
    as_of: date = sources.as_of
    monday, week = freeze_monday(as_of), prepared.assessment.week
    subject = Subject(SubjectKind.WEEK, week, week, week_facts(monday, sources.rules.fiscal_year_start))
    desk = Desk(sources.store, lambda: sources.now, as_of, sources.rules.zone, keep=False)
    opened = OpenRun(desk, definition, subject, prepared.scope_key, Verified(by_verifier(judged)))
    return tuple(row.step.id for row in opened.run.open)


def _open_checklists(store: Store, prepared: Prepared, known: Mapping[str, Definition]) -> tuple[OpenChecklist, ...]:
    """Runs that are not complete: about these engagements, or about this week, the preparation itself excepted."""
    mine = {engagement.id for engagement in prepared.assessment.engagements}
    found = []
    for run in store.checklists.list(scope=prepared.scope_key):
        key = run.key
        if key.checklist == FORECAST or run.is_complete or key.subject not in {*mine, prepared.assessment.week}:
            continue
        definition = known.get(key.checklist)
        left = None if run.total is None or run.done is None else run.total - run.done
        title = definition.title if definition else key.checklist
        found.append(OpenChecklist(key.checklist, title, key.subject, run.name, left))
    return tuple(found)


_WHOLE_SITE = ""  # facts about the site itself, not about an engagement


def _tick_name(week: str, scope: str, duty: Duty) -> str:
    return f"done:{week}:{scope}:{duty.value}"


def _ticked(sources: Sources, prepared: Prepared, ticks: Ticks) -> frozenset[Duty]:
    """The duties that were ticked off for this week and these leads, after the changes asked for now."""
    facts, week, scope = sources.store.facts, week_name(freeze_monday(sources.as_of)), prepared.scope_key
    if ticks.keep:
        for duty in ticks.done:
            facts.put(_WHOLE_SITE, _tick_name(week, scope, duty), "done", who=prepared.me.name, at=sources.now)
        for duty in ticks.undone:
            facts.remove(_WHOLE_SITE, _tick_name(week, scope, duty))
    stored = facts.of([_WHOLE_SITE]).get(_WHOLE_SITE, {})
    kept: Iterable[Duty] = (duty for duty in Duty if _tick_name(week, scope, duty) in stored)
    return frozenset({*kept, *ticks.done} - set(ticks.undone))
