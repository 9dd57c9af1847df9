"""`psdm init-project`: what both systems show, what is planned, and what became of it, as one result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import Action, ChangeState, Item, Plan
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.engagements import OTHER_ROLE, Engagement
from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import customer_in, same_name
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Part, Seen, value_of
from psdm_cli.domain.space.result import KickoffView, Line, Where
from psdm_cli.domain.space.wanted import SKU_TYPES, Wanted
from psdm_cli.workflows.kickoff_finding import Found, group_facts
from psdm_cli.workflows.kickoff_kit import Kit
from psdm_cli.workflows.kickoff_link import KantataLink, refused_link
from psdm_cli.workflows.kickoff_planning import Intent, Planner
from psdm_cli.workflows.kickoff_refusals import refuse_config
from psdm_cli.workflows.kickoff_ticks import ticks

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


def planned(kit: Kit, space: Space, wanted: Wanted, tick: Sequence[int]) -> Intent:
    """The changes that make the space as wanted, and tick these steps of the intake.

    Raises `RefusedByRule` for a public place or the handbook's gate, `NotFound` and `WrongUsage` for ticks.
    """
    refuse_config(space)
    texts = kit.texts(space, wanted)
    intent = Planner(space, wanted, texts, kit.ask_owner, kit.link_field(space)).intent()
    return replace(intent, changes=(*intent.changes, *ticks(space, tick)))


def refused_requests(
    kit: Kit, space: Space, wanted: Wanted, items: Sequence[Item], forbidden: Collection[int]
) -> tuple[Draft, ...]:
    """The requests for what was refused when it was tried: groups and projects, and Kantata's field for the address.

    `forbidden`: numbers of the items that were refused for want of a permission.
    """
    planner = Planner(space, wanted, kit.texts(space, wanted), kit.ask_owner)
    found = []
    for item in items:
        change = item.change
        what = {"group": "subgroup", "project": "project"}.get(change.kind)
        if what is None or item.state is not ChangeState.FAILED or change.action is not Action.CREATE:
            continue
        found.append(
            planner.owner_request(what, change.place, str(change.after.get("path")), change.title, item.error or "")
        )
    refused = refused_link(items, forbidden)
    if refused is not None:
        link = KantataLink(space, kit.link_field(space), str(refused.change.after["value"]))
        request = link.request(refused.error or "")
        found += [request] if request is not None else []
    return tuple(found)


def remember(store: Store, facts: Mapping[tuple[str, str], str], *, who: str, at: datetime) -> None:
    """Keep facts that are new or other than they were."""
    for (subject, name), value in facts.items():
        known = store.facts.get(subject, name)
        if value and (known is None or known.value != value):
            store.facts.put(subject, name, value, who=who, at=at)


def remember_places(store: Store, space: Space, *, who: str, at: datetime) -> None:
    """Keep the ids of what stands, so that it is found again when it is renamed."""
    facts = group_facts(space)
    if space.customer is not None and isinstance(space.group, Seen):
        facts[space.subject_id, observed.FACT_CUSTOMER] = space.customer
    remember(store, facts, who=who, at=at)


# the result


def view_of(found: Found, wanted: Wanted | None, plan: Plan | None) -> KickoffView:
    """What is shown of a space: where everything is, and what stands in for what."""
    space = found.space
    anchor, kantata = value_of(space.customer_epic), value_of(space.kantata)
    return KickoffView(
        sow=space.name,
        customer=space.customer or (wanted.customer if wanted is not None else None),
        epic_url=anchor.url if anchor is not None else None,
        kantata_id=kantata.engagement.id if kantata is not None else None,
        kantata_title=kantata.engagement.title if kantata is not None else None,
        group=_where(space.group, plan, "group"),
        project=_where(space.project, plan, "project"),
        lines=tuple(_lines(space)),
        replaced=replaced(space),
        advice=advice(space),
    )


def _where(part: Part[Any], plan: Plan | None, kind: str) -> Where:
    record = value_of(part)
    if record is not None:
        return Where(record.id, record.full_path, record.url)
    for item in plan.items if plan is not None else ():
        if item.change.kind == kind:
            return Where(item.id, item.change.key.partition(":")[2], item.url)
    return Where(None, None, None)


def replaced(space: Space) -> tuple[str, ...]:
    """What stands in for what the plan of the instance lacks."""
    found = []
    if space.anchored_by_issue:
        found.append("the Customer Epic by a labelled issue in ps_plan")
    if space.by_milestones:
        found.append(f"the activities' epics by the milestone {space.name} and labelled issues")
    for capabilities in (space.capabilities, space.delivery_capabilities):
        found += capabilities.replaced if capabilities is not None else ()
    return tuple(dict.fromkeys(found))


def advice(space: Space) -> tuple[str, ...]:
    """What the handbook asks for besides, by stage and type."""
    found = []
    stage = space.told.get(observed.FACT_STAGE)
    if stage is not None and stage != "closed-won":
        found.append(
            f"Stage {stage} is below closed-won: nothing may be promised or staffed without an approved work at risk "
            "(psdm open new_work_at_risk)."
        )
    kantata = value_of(space.kantata)
    kind = kantata.engagement.type if kantata is not None else None
    if kind in SKU_TYPES and not isinstance(space.dow, Seen):
        found.append(
            "Sold as a SKU: the Description of Work belongs on the Customer Epic before the transition meeting "
            "(psdm open dow_template)."
        )
    if kind in SKU_TYPES and observed.FACT_TRANSITION not in space.told:
        found.append(
            "The forecast's tolerance is ±10 % from the EM>PS transition meeting on: its day is asked for (INIT-08)."
        )
    found += _disagreements(space)
    lead = kantata.lead_is_me if kantata is not None else True
    if lead is False:
        named = kantata.engagement.workspace.lead_name if kantata is not None else None
        found.append(f"Kantata's lead is {named or 'somebody else'}: PS Ops changes it when the PM is assigned.")
    elif lead is None:
        found.append("Kantata shows no project lead: PS Ops names the PM as lead.")
    return tuple(found)


def _disagreements(space: Space) -> list[str]:
    """Where Kantata says something else than the Customer Epic, or than what was told."""
    kantata, anchor = value_of(space.kantata), value_of(space.customer_epic)
    if kantata is None:
        return []
    found = []
    told, theirs = space.told.get(observed.FACT_TYPE), kantata.engagement.type.value
    if told is not None and told != theirs:
        found.append(
            f"Told to be {told.replace('_', ' ')}, and Kantata says {theirs.replace('_', ' ')}: settle it with PS Ops."
        )
    named = customer_in(anchor.title, space.contract) if anchor is not None else None
    customer = kantata.engagement.workspace.customer
    if named is not None and customer and not same_name(named, customer):
        found.append(f"The Customer Epic names {named}, Kantata {customer}: settle which it is.")
    return found


def _lines(space: Space) -> list[Line]:
    """What was looked for, one line each."""
    intake, kantata = value_of(space.intake), value_of(space.kantata)
    ticked = sum(step.done is True for step in intake.steps) if intake is not None else 0
    raid, activities = value_of(space.raid), value_of(space.activities)
    anchor, scoping = value_of(space.customer_epic), value_of(space.scoping)
    group, project, retro = value_of(space.group), value_of(space.project), value_of(space.retro)
    return [
        _line("Customer Epic", space.customer_epic, anchor.title if anchor is not None else ""),
        _line("Scheduling Intake", space.intake, f"{ticked} of 9 steps done"),
        _line("Scoping issue", space.scoping, scoping.issue.title if scoping is not None else ""),
        _line("Kantata", space.kantata, _engagement(kantata.engagement) if kantata is not None else ""),
        _line("Customer's group", space.group, group.full_path.rpartition("/")[2] if group is not None else ""),
        _line("Project", space.project, f"{project.path}, {project.visibility}" if project is not None else ""),
        _line("Activities", space.activities, f"{len(activities or ())}"),
        _line(
            "RAID", space.raid, "" if raid is None else raid.issue.title + ("" if raid.renamed else " (not renamed)")
        ),
        _line("Retrospective", space.retro, retro.title if retro is not None else ""),
    ]


def _engagement(engagement: Engagement) -> str:
    """An engagement in one line: title, type, status, lead, dates, roles."""
    workspace = engagement.workspace
    days = [day.isoformat() for day in (workspace.start_date, workspace.due_date) if day is not None]
    roles = sorted({role for role in engagement.resource_roles.values() if role != OTHER_ROLE})
    parts = (
        engagement.title,
        engagement.type.value.replace("_", " "),
        engagement.status or "",
        f"lead {workspace.lead_name}" if workspace.lead_name else "no lead to be seen",
        " to ".join(days),
        f"roles {', '.join(roles)}" if roles else "no roles",
    )
    return "; ".join(part for part in parts if part)


def _line(name: str, part: Part[Any], said: str) -> Line:
    if isinstance(part, Seen):
        return Line(name, "seen", said)
    if isinstance(part, Missing):
        return Line(name, "missing", f"{part.why}: {part.waits_for}" if part.waits_for else part.why)
    return Line(name, "unseen", part.reason)
