"""Finding an engagement by its contract's number in both systems, with what people told psdm about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from psdm_cli.changes.plan import ChangeState, Item
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Part, Seen, value_of
from psdm_cli.errors import Forbidden, NotFound
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.systems.ports import Directory, Me
from psdm_cli.workflows.forecasting import Prepared, Sources
from psdm_cli.workflows.kickoff_delivery import tree_of
from psdm_cli.workflows.kickoff_kantata import InKantata, in_kantata
from psdm_cli.workflows.kickoff_reading import Known, observe

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings
    from psdm_cli.store.database import Store

GROUP_FACT = "gitlab_group"


@dataclass(frozen=True, slots=True)
class Found:
    """An engagement in both systems. `prepared` is Kantata's portfolio that it was found in, None where it was not."""

    space: Space
    me: Me
    prepared: Prepared | None = None
    searched: str = ""  # where Kantata was searched, in words

    @property
    def engagement(self) -> Engagement | None:
        """Kantata's engagement."""
        kantata = value_of(self.space.kantata)
        return kantata.engagement if kantata is not None else None

    @property
    def is_unknown(self) -> bool:
        """Whether neither system knows the number at all."""
        space = self.space
        known = (space.kantata, space.customer_epic, space.intake, space.scoping, space.project, space.retro)
        return not space.several_epics and all(isinstance(part, Missing) for part in known)


@dataclass(frozen=True, slots=True)
class Desk:
    """What finding stands on. `kantata_id` names Kantata's project where several bear the number."""

    sources: Sources
    gitlab: GitLab
    settings: Settings
    directory: Directory | None = None
    kantata_id: str | None = None


def find(desk: Desk, contract: Contract, given: Mapping[str, str]) -> Found:
    """Look for a contract in both systems. `given` are facts said now; they win over stored ones.

    Raises `NotFound` when neither system knows it (naming both searches), and what reading raises.
    """
    kantata = in_kantata(desk.sources, desk.settings, contract, desk.kantata_id)
    seen = value_of(kantata.part)
    told = {**stored_facts(desk.sources.store, contract, seen.engagement.id if seen is not None else None), **given}
    found = look_again(desk, Known(contract, kantata.part, told, remembered(desk.sources.store)), kantata)
    if found.is_unknown:
        groups = desk.settings.gitlab.groups
        raise NotFound(
            f"{contract.name} is known to neither system. Kantata: not among {kantata.searched}. GitLab: no epic in "
            f"{groups.customer_epics}, no issue in {desk.settings.gitlab.projects.ps_plan}, no project in "
            f"{groups.delivery_internal} or {groups.delivery_partner} bears it.",
            hint=_nearest(kantata.prepared, contract),
        )
    return found


def look_again(desk: Desk, known: Known, kantata: InKantata) -> Found:
    """Observe GitLab with what is known, and add the skills of booked people where the scoping issue names some."""
    space = observe(desk.gitlab, desk.settings, known)
    scoped, seen = value_of(space.scoping), value_of(space.kantata)
    if scoped is not None and scoped.skills and seen is not None and desk.directory is not None:
        try:
            skills = {user: tuple(each.name for each in own) for user, own in desk.directory.skills().items()}
        except Forbidden:
            skills = None
        space = replace(space, kantata=Seen(replace(seen, skills=skills)))
    return Found(space, kantata.me, kantata.prepared, kantata.searched)


def observed_again(desk: Desk, found: Found, given: Mapping[str, str]) -> Found:
    """The space looked at anew, with more facts: after something was decided, or written."""
    space = found.space
    told = {**space.told, **given}
    known = Known(space.contract, space.kantata, told, remembered(desk.sources.store))
    return look_again(desk, known, InKantata(space.kantata, found.me, found.prepared, found.searched))


def with_address(found: Found, items: Sequence[Item]) -> Found:
    """The engagement with the address of its project, where a plan has put it into Kantata."""
    kantata = found.space.kantata
    for item in items:
        if item.change.kind == "custom_field_value" and item.state is ChangeState.APPLIED and isinstance(kantata, Seen):
            kantata = Seen(replace(kantata.value, link=str(item.change.after.get("value"))), kantata.how)
    return replace(found, space=replace(found.space, kantata=kantata))


def stored_facts(store: Store, contract: Contract, engagement_id: str | None) -> dict[str, str]:
    """What people told psdm about an engagement; what was said before Kantata knew it, is kept by its number."""
    ids = [contract.name] if engagement_id is None else [contract.name, engagement_id]
    facts = store.facts.of(ids)
    return {name: fact.value for each in ids for name, fact in facts.get(each, {}).items()}


def customer_key(customer: str, tree: str) -> str:
    """Under which a customer's group is remembered, for the next contract of theirs."""
    return f"customer:{tree}:{' '.join(customer.casefold().split())}"[:250]


def remembered(store: Store) -> Callable[[str, str], str | None]:
    """The id of the group that a customer had for an earlier contract, by name and tree."""

    def group_of(customer: str, tree: str) -> str | None:
        fact = store.facts.get(customer_key(customer, tree), GROUP_FACT)
        return fact.value if fact is not None else None

    return group_of


def _nearest(prepared: Prepared | None, contract: Contract) -> str:
    names = [e.sow for e in prepared.assessment.engagements if e.sow is not None] if prepared is not None else []
    near = get_close_matches(contract.name, names, n=3, cutoff=0.6)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return f"{meant}PS Quote makes the Customer Epic after legal approval: ask PS Ops, or the engagement manager."


def group_facts(space: Space) -> dict[tuple[str, str], str]:
    """The ids to remember of what stands: by the engagement, and the group by customer and tree as well."""
    parts: tuple[tuple[str, Part[object]], ...] = (
        (observed.FACT_GROUP, space.group),
        (observed.FACT_PROJECT, space.project),
        (observed.FACT_EPIC, space.customer_epic),
        (observed.FACT_RETRO, space.retro),
    )
    found = {
        (space.subject_id, name): str(getattr(part.value, "id", ""))
        for name, part in parts
        if isinstance(part, Seen) and getattr(part.value, "id", None)
    }
    raid = value_of(space.raid)
    if raid is not None:
        found[space.subject_id, observed.FACT_RAID] = raid.issue.id
    group = value_of(space.group)
    if group is not None and space.customer is not None and space.staffing is not None:
        found[customer_key(space.customer, tree_of(space.staffing)), GROUP_FACT] = group.id
    return found
