"""Reading the portfolio and assessing it: the job behind every command that looks at the forecast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

from psdm_cli.domain.assessment import Assessment, Rules, assess, compared
from psdm_cli.domain.assessment import Scope as ReckonedScope
from psdm_cli.domain.findings import Step
from psdm_cli.domain.people import window
from psdm_cli.domain.portfolio import Portfolio, StoredDates
from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.domain.upside import UpsideEntry, apply_ledger
from psdm_cli.domain.waivers import Waiver, apply_waivers, returned
from psdm_cli.domain.warnings import warnings_of
from psdm_cli.errors import NotFound, PsdmError, Unavailable, WrongUsage
from psdm_cli.store.states import ScopeState
from psdm_cli.systems.ports import Kantata, Me, Person, Progress
from psdm_cli.workflows.freezing import frozen_before
from psdm_cli.workflows.identity import Identity, identity, is_imported, live_identity, remembered_owner
from psdm_cli.workflows.imported_scope import imported_scope, origins
from psdm_cli.workflows.refresh_scope import malformed_of, rows_of, scope_of

if TYPE_CHECKING:
    from psdm_cli.domain.report import ForecastReport
    from psdm_cli.store.database import Store
    from psdm_cli.store.mirror import Mirror

KNOWN_STATUSES = (
    "Prospect",
    "In Set Up",
    "Okay to Start",
    "Active",
    "On Hold",
    "Backlog",
    "Closed",
)
WEEK = timedelta(weeks=1)
FACT_KICKOFF = "kickoff"
FACT_TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose engagements (`me`, `all`, names), narrowed to which statuses, and whether all people are looked at.

    `window` (half-open): days of bookings elsewhere that are wanted beside those that the forecast needs.
    """

    leads: tuple[str, ...] = ("me",)
    statuses: tuple[str, ...] = ()
    all_people: bool = False
    window: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a forecast comes from. `kantata` None: offline, from the mirror alone. `now` is the real time."""

    store: Store
    kantata: Kantata | None
    account_scope: str
    rules: Rules
    as_of: date
    as_of_moved: bool
    now: datetime
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An assessment and who asked for it."""

    assessment: Assessment
    me: Me
    warnings: tuple[str, ...]
    waivers: tuple[Waiver, ...] = ()
    scope_key: str = ""
    window: tuple[date, date] | None = None  # of the bookings elsewhere, half-open; None: they were not read
    upside: tuple[UpsideEntry, ...] = ()

    def judged(self) -> tuple[Step, ...]:
        """The steps judged, as if nothing were waived."""
        from psdm_cli.domain.steps.catalog import run as run_steps

        return apply_ledger(run_steps(self.assessment), self.upside, self.assessment.quarter)

    def steps(self) -> tuple[Step, ...]:
        """The steps judged, waived findings marked."""
        return apply_waivers(self.judged(), self.waivers, self.assessment.as_of)

    def report(self) -> ForecastReport:
        """The forecast preparation with its steps judged; findings whose waiver is over are named."""
        from psdm_cli.domain.report import report_of

        steps = self.steps()
        back = tuple(each.said for each in returned(steps, self.waivers, self.assessment.as_of))
        warnings = (*self.warnings, *back, *warnings_of(self.assessment))
        return report_of(self.assessment, steps, warnings, (self.me.id, self.me.name))


def prepare(sources: Sources, selection: Selection) -> Prepared:
    """Bring the mirror up to date (unless offline), load the portfolio, assess it, compare it with last week's.

    Raises `NotFound` when no engagement is there, and whatever reading raises.
    """
    prepared, known, portfolio = _assessed(sources, selection)
    assessment = prepared.assessment
    if not assessment.engagements:
        raise _nothing_found(known, selection, portfolio, sources.rules)
    previous = frozen_before(sources.store, assessment.scope.key, assessment.week)
    return prepared if previous is None else replace(prepared, assessment=compared(assessment, previous))


def survey(sources: Sources, selection: Selection) -> Prepared:
    """As `prepare`, for questions about people: an answer without a single engagement is one too."""
    return _assessed(sources, selection)[0]


def _assessed(sources: Sources, selection: Selection) -> tuple[Prepared, Identity, Portfolio]:
    known, mirror, state = _read(sources, selection)
    portfolio = load(mirror, state, sources)
    scope = _reckoned_scope(known, selection, portfolio)
    assessment = assess(portfolio, sources.as_of, sources.rules, scope)
    warnings = tuple(_clock_warnings(sources, state))
    waivers, ledger = sources.store.waivers.list(), sources.store.upside.list()
    prepared = Prepared(assessment, known.me, warnings, waivers, known.scope.key, state.window, ledger)
    return prepared, known, portfolio


_Reading = tuple[Identity, "Mirror", ScopeState]


def _read(sources: Sources, selection: Selection) -> _Reading:
    if sources.kantata is None:
        return _read_mirror(sources, selection)
    try:
        return _read_kantata(sources, sources.kantata, selection)
    except Unavailable as error:
        error.hint = f"{error.hint} {_way_offline(sources, selection)}".strip()
        raise


def _read_mirror(sources: Sources, selection: Selection) -> _Reading:
    store = sources.store
    me = remembered_owner(store)
    mirror = store.mirror(account_key(sources.account_scope, me))
    known = identity(me, selection.leads, lambda: _mirrored_leads(mirror))
    return known, mirror, (imported_scope if is_imported(me) else scope_of)(mirror, known.scope)


def _way_offline(sources: Sources, selection: Selection) -> str:
    """What to do instead, if the mirror has an answer."""
    try:
        _, _, state = _read_mirror(sources, selection)
    except PsdmError:  # nothing was read yet: there is no such way
        return ""
    return f"Or add --offline: it answers from the mirror, {age_in_words(sources.now - state.synced_at)} old."


def _read_kantata(sources: Sources, kantata: Kantata, selection: Selection) -> _Reading:
    store = sources.store
    known = live_identity(kantata, store, selection.leads, sources.now)
    mirror = store.mirror(account_key(sources.account_scope, known.me))
    start, end = window(sources.as_of, sources.rules.policy)
    if selection.window is not None:
        start, end = min(start, selection.window[0]), max(end, selection.window[1])
    from psdm_cli.workflows.refresh import refresh  # only what asks Kantata needs it

    done = refresh(
        kantata,
        mirror,
        known.scope,
        now=sources.now,
        window=(start - WEEK, end + WEEK),
        everybody=selection.all_people,
        progress=sources.progress,
    )
    return known, mirror, done.state


def account_key(account_scope: str, me: Me) -> str:
    """What the mirror is kept apart by: one Kantata as one user sees it."""
    return f"{account_scope} {me.id}"


def _mirrored_leads(mirror: Mirror) -> list[Person]:
    found = {}
    for row in cast("list[Workspace]", mirror.load(Kind.WORKSPACES)):
        if row.lead_id is not None:
            found[row.lead_id] = Person(row.lead_id, row.lead_name or f"User {row.lead_id}")
    return list(found.values())


def load(mirror: Mirror, state: ScopeState, sources: Sources) -> Portfolio:
    """The scope's records from the mirror, with the dates that psdm stored."""

    def rows(kind: Kind) -> tuple[Any, ...]:
        return tuple(rows_of(mirror, state, kind))

    facts = sources.store.facts.of(state.workspace_ids)
    dates = {key: StoredDates(_date(of.get(FACT_KICKOFF)), _date(of.get(FACT_TRANSITION))) for key, of in facts.items()}
    return Portfolio(
        workspaces=rows(Kind.WORKSPACES),
        resources=rows(Kind.RESOURCES),
        allocations=rows(Kind.ALLOCATIONS),
        elsewhere=rows(Kind.ALLOCATIONS_ELSEWHERE),
        stories=rows(Kind.STORIES),
        billing_milestones=rows(Kind.BILLING_MILESTONES),
        time_entries=rows(Kind.TIME_ENTRIES),
        status_reports=rows(Kind.STATUS_REPORTS),
        members=rows(Kind.PEOPLE),
        workweeks=rows(Kind.WORKWEEKS),
        roles=rows(Kind.ROLES),
        holidays=rows(Kind.HOLIDAYS),
        time_off=rows(Kind.TIME_OFF),
        requests=rows(Kind.RESOURCE_REQUESTS),
        accounting=rows(Kind.ACCOUNTING),
        malformed=tuple(malformed_of(mirror, state)),
        refusals={refusal.kind: refusal for refusal in mirror.refusals()},
        stored_dates=dates,
        synced_at=state.synced_at,
    )


def _date(fact: Any) -> date | None:
    return None if fact is None else date.fromisoformat(fact.value)


def _reckoned_scope(known: Identity, selection: Selection, portfolio: Portfolio) -> ReckonedScope:
    statuses = _statuses(selection.statuses, portfolio)
    narrowed = "|status:" + ",".join(sorted(statuses)).casefold() if statuses else ""
    names = tuple(person.name for person in known.leads)
    return ReckonedScope(known.scope.key + narrowed, names, statuses, selection.all_people)


def _statuses(wanted: tuple[str, ...], portfolio: Portfolio) -> tuple[str, ...]:
    """The statuses asked for as Kantata spells them. Raises `WrongUsage` for one that neither side knows."""
    names = {status.casefold(): status for status in KNOWN_STATUSES}
    names.update({w.status.casefold(): w.status for w in portfolio.workspaces if w.status})
    chosen = []
    for status in wanted:
        found = names.get(status.strip().casefold())
        if found is None:
            near = get_close_matches(status.strip().casefold(), names, n=1, cutoff=0.4)
            meant = f"Did you mean {names[near[0]]}?" if near else f"Statuses are: {', '.join(names.values())}."
            raise WrongUsage(f"--status: there is no project status {status!r}.", hint=meant)
        chosen.append(found)
    return tuple(dict.fromkeys(chosen))


def _nothing_found(known: Identity, selection: Selection, portfolio: Portfolio, rules: Rules) -> NotFound:
    hidden = ", ".join(rules.policy.hidden_statuses)
    narrowed = f" with status {' or '.join(selection.statuses)}" if selection.statuses else ""
    found: dict[str, int] = {}
    for workspace in portfolio.workspaces:
        found[workspace.status or "no status"] = found.get(workspace.status or "no status", 0) + 1
    others = ", ".join(f"{count} {status}" for status, count in sorted(found.items())) or "none at all"
    return NotFound(
        f"No engagement{narrowed} was found among {known.search}: not archived, status other than {hidden}.",
        hint=f"Kantata showed: {others}. Check the project lead in Kantata, or say --lead all or --lead NAME.",
    )


def _clock_warnings(sources: Sources, state: ScopeState) -> list[str]:
    warnings = []
    if sources.as_of_moved:
        warnings.append(
            f"As of {sources.as_of} moves the clock only: balances, bookings and tasks are those of "
            f"{state.synced_at.astimezone(sources.rules.zone):%Y-%m-%d %H:%M}."
        )
    if sources.kantata is None and (files := origins(sources.store, sources.as_of)):
        warnings += files
    elif sources.kantata is None:
        age = sources.now - state.synced_at
        warnings.append(f"Offline: from the mirror, {age_in_words(age)} old.")
    return warnings


def age_in_words(age: timedelta) -> str:
    """5 minutes, 3 hours, 2 days."""
    minutes = max(0, int(age.total_seconds() // 60))
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
