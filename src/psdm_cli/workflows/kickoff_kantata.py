"""Finding an engagement's project in Kantata: among mine, else among all that the token may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from psdm_cli.domain.assessment import Scope, assess
from psdm_cli.domain.engagements import Engagement, sow_number
from psdm_cli.domain.portfolio import Portfolio
from psdm_cli.domain.records import Kind, Refusal, Workspace
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.observed import KantataFacts
from psdm_cli.domain.space.parts import Missing, Part, Seen, Unseen
from psdm_cli.errors import WrongUsage
from psdm_cli.systems.ports import Kantata, Me, Read
from psdm_cli.workflows.forecasting import Prepared, Selection, Sources, survey
from psdm_cli.workflows.identity import ME

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

_CHANGE_ORDER = re.compile(r"change\s*order|(?<![A-Za-z])CO\s*[-#]?\s*\d", re.IGNORECASE)
GONE = ("Cancelled", "Completed")
#: what an engagement of somebody else is read with
_OWN_KINDS = (Kind.RESOURCES, Kind.ALLOCATIONS, Kind.STORIES, Kind.BILLING_MILESTONES)


class SeveralProjectsError(WrongUsage):
    """A number is on several projects, `choices` (id, title) of which a person has to choose one (exit 2)."""

    def __init__(self, contract: Contract, choices: tuple[tuple[str, str], ...]) -> None:
        several = "; ".join(f"{title} (project {ident})" for ident, title in choices[:6])
        message = f"{contract.name} is on several Kantata projects: {several}."
        super().__init__(message, hint="Say which: --kantata ID.")
        self.choices = choices


@dataclass(frozen=True, slots=True)
class InKantata:
    """Kantata's side. `prepared` is the portfolio that the engagement was found in (mine where it was not found)."""

    part: Part[KantataFacts]
    me: Me
    prepared: Prepared | None
    searched: str


def in_kantata(sources: Sources, settings: Settings, contract: Contract, kantata_id: str | None = None) -> InKantata:
    """The project of a contract; `kantata_id` says which, where several bear the number.

    Raises `WrongUsage` when several bear it and none is named, and what reading raises.
    """
    mine = survey(sources, Selection((ME,)))
    found = _matching(mine, contract, kantata_id)
    if found is not None:
        return InKantata(kantata_facts(found, mine.me, settings), mine.me, mine, "your projects")
    return _elsewhere(sources, settings, mine, contract, kantata_id)


def _elsewhere(
    sources: Sources, settings: Settings, mine: Prepared, contract: Contract, kantata_id: str | None
) -> InKantata:
    kantata = sources.kantata
    if kantata is None:
        return InKantata(Unseen("offline: only your own projects are known"), mine.me, mine, "your projects")
    read = _read(kantata, (Read(Kind.WORKSPACES),))
    if read.refusals:
        refusal = read.refusals[Kind.WORKSPACES]
        return InKantata(Unseen(refusal.message), mine.me, mine, "your projects")
    workspaces = cast("list[Workspace]", read.rows[Kind.WORKSPACES])
    fields = sources.rules.fields
    bearing = [w for w in workspaces if _bears(w.title, sow_number(w, fields), contract) or w.id == kantata_id]
    one = _one(bearing, contract, kantata_id)
    searched = f"the {len(workspaces)} projects that the token may see"
    if one is None:
        return InKantata(Missing(f"no project bears {contract.name}"), mine.me, mine, searched)
    theirs = _prepared(sources, kantata, mine, one)
    engagement = theirs.assessment.all_engagements[0]
    return InKantata(kantata_facts(engagement, mine.me, settings), mine.me, theirs, searched)


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: dict[Kind, list[Any]]
    refusals: dict[Kind, Refusal]


def _read(kantata: Kantata, reads: Sequence[Read]) -> _Rows:
    rows: dict[Kind, list[Any]] = {read.kind: [] for read in reads}
    refusals: dict[Kind, Refusal] = {}
    for batch in kantata.read_all(reads):
        rows[batch.read.kind] += batch.records
        if batch.refusal is not None:
            refusals[batch.read.kind] = batch.refusal
    return _Rows(rows, refusals)


def _prepared(sources: Sources, kantata: Kantata, mine: Prepared, workspace: Workspace) -> Prepared:
    """One engagement that I do not lead, assessed alone, with the account's people and calendars as known."""
    known = mine.assessment.portfolio
    own = _read(kantata, tuple(Read(kind, workspace_ids=(workspace.id,)) for kind in _OWN_KINDS))
    portfolio = Portfolio(
        workspaces=(workspace,),
        resources=tuple(own.rows[Kind.RESOURCES]),
        allocations=tuple(own.rows[Kind.ALLOCATIONS]),
        stories=tuple(own.rows[Kind.STORIES]),
        billing_milestones=tuple(own.rows[Kind.BILLING_MILESTONES]),
        members=known.members,
        workweeks=known.workweeks,
        roles=known.roles,
        holidays=known.holidays,
        time_off=known.time_off,
        refusals={**known.refusals, **own.refusals},
        synced_at=known.synced_at,
    )
    lead = workspace.lead_name
    scope = Scope(f"project:{workspace.id}", (lead,) if lead is not None else ())
    return Prepared(assess(portfolio, sources.as_of, sources.rules, scope), mine.me, mine.warnings)


def _matching(prepared: Prepared, contract: Contract, kantata_id: str | None) -> Engagement | None:
    bearing = [e for e in prepared.assessment.all_engagements if _bears(e.title, e.sow, contract) or e.id == kantata_id]
    one = _one([e.workspace for e in bearing], contract, kantata_id)
    return next((e for e in bearing if one is not None and e.id == one.id), None)


def _bears(title: str | None, sow: str | None, contract: Contract) -> bool:
    if sow is not None and not contract.po:
        return contract.stands_in(sow)
    return contract.stands_in(title)


def _one(found: Sequence[Workspace], contract: Contract, kantata_id: str | None) -> Workspace | None:
    """The one meant. Archived and cancelled ones, and a change order's own, only where there is no other.

    Raises `SeveralProjectsError`.
    """
    if kantata_id is not None:
        return next((each for each in found if each.id == kantata_id), None)
    living = [each for each in found if not each.archived and each.status not in GONE] or list(found)
    first = [each for each in living if _CHANGE_ORDER.search(each.title or "") is None] or living
    if len(first) > 1:
        raise SeveralProjectsError(contract, tuple((each.id, each.title or "untitled") for each in first))
    return first[0] if first else None


def kantata_facts(engagement: Engagement, me: Me, settings: Settings) -> Part[KantataFacts]:
    """Kantata's side of an engagement, with the address in its GitLab-link field."""
    lead = engagement.workspace.lead_id
    fields = dict(engagement.workspace.custom_fields or ())
    wanted = settings.kantata.fields.gitlab_link.strip().casefold()
    link = next((text for name, text in fields.items() if name.strip().casefold() == wanted), None)
    return Seen(KantataFacts(engagement, None if lead is None else lead == me.id, link or None))
