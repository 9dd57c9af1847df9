"""Looking at an engagement's collaboration space in GitLab: every part seen, missing, or not to be seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import Contract, clean_name, customer_in, names
from psdm_cli.domain.space.observed import KantataFacts, Space
from psdm_cli.domain.space.parts import Missing, Part, Unseen, value_of
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.kickoff_anchor import AnchorReader
from psdm_cli.workflows.kickoff_contents import ContentReader
from psdm_cli.workflows.kickoff_delivery import DeliveryReader

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

NO_GROUP = "the customer's group is not there yet"
NO_PROJECT = "the project is not there yet"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before GitLab is asked.

    `told` are the facts of the store by name, options already laid over them. `group_of` remembers a customer's group
    by name and tree ("internal", "partner"): its id, whatever it is called by now.
    """

    contract: Contract
    kantata: Part[KantataFacts]
    told: Mapping[str, str] = field(default_factory=dict)
    group_of: Callable[[str, str], str | None] = lambda _customer, _tree: None


def observe(gitlab: GitLab, settings: Settings, known: Known) -> Space:
    """Everything that GitLab shows of one contract.

    Raises `NotAllowed` (the token itself), `Unavailable`, `BadAnswer`; a single refused call makes its part `Unseen`.
    """
    places = settings.gitlab.groups
    capabilities = gitlab.capabilities(places.customer_epics)
    delivery = capabilities
    if _root(places.delivery_internal) != _root(places.customer_epics):
        delivery = gitlab.capabilities(places.delivery_internal)
    reader = AnchorReader(gitlab, settings, known.contract, known.told, capabilities)
    epics = reader.customer_epics()
    customer = _customer(known, epics.title)
    delivered = DeliveryReader(gitlab, settings, known.contract, known.told, known.group_of)
    contents = ContentReader(gitlab, known.contract, known.told, delivery)
    found = delivered.places(customer)
    papers = reader.papers(epics.part)
    plan = reader.plan()
    space = Space(
        contract=known.contract,
        customer=customer,
        capabilities=capabilities,
        delivery_capabilities=delivery,
        me=gitlab.me(),
        customer_epic=epics.part,
        several_epics=epics.several,
        intake=papers.intake,
        scoping=papers.scoping,
        dow=papers.dow,
        retro=papers.retro,
        links_note=papers.links_note,
        retro_attached=papers.retro_attached,
        epics_group=reader.group(),
        plan=plan,
        plan_labels=reader.plan_labels(plan),
        parents=delivered.parents,
        level=delivered.level(found),
        parent=found.parent,
        group=found.group,
        project=found.project,
        rivals=found.rivals,
        tree=found.tree,
        activities=Missing(NO_GROUP),
        milestone=Missing(NO_GROUP),
        labels=Missing(NO_GROUP),
        raid=Missing(NO_PROJECT),
        boards=Missing(NO_GROUP),
        readme=Missing(NO_PROJECT),
        templates=Missing(NO_PROJECT),
        members=Missing(NO_PROJECT),
        kantata=known.kantata,
        told=dict(known.told),
    )
    return _inside(space, contents, value_of(found.group), value_of(found.project))


def _inside(space: Space, reader: ContentReader, group: Group | None, project: Project | None) -> Space:
    """The space with what lies in the customer's group and in the project."""
    if group is not None:
        space = replace(
            space,
            labels=reader.labels(group),
            boards=reader.boards(group),
            activities=reader.activities(group, project),
            milestone=reader.milestone(group) if space.by_milestones else Missing("epics stand for the activities"),
        )
    elif (parent := value_of(space.parent)) is not None:
        space = replace(space, labels=reader.labels(parent))  # a new group has those of the groups above
    if isinstance(space.group, Unseen):
        unseen = space.group
        space = replace(space, labels=unseen, activities=unseen, milestone=unseen, boards=unseen)
    if project is not None:
        raid, readme = reader.raid(project, space.customer), reader.readme(project)
        space = replace(
            space,
            raid=raid,
            readme=readme,
            templates=reader.templates(project),
            members=reader.members(project),
        )
    elif isinstance(space.project, Unseen):
        hidden = space.project
        space = replace(space, raid=hidden, readme=hidden, templates=hidden, members=hidden)
    return space


def _customer(known: Known, epic_title: str | None) -> str | None:
    """The customer: as told; as Kantata spells it where the Customer Epic names it so; else as the title has it."""
    told = known.told.get(observed.FACT_CUSTOMER)
    if told is not None and clean_name(told):
        return clean_name(told)
    kantata = value_of(known.kantata)
    theirs = clean_name(kantata.engagement.workspace.customer or "") if kantata is not None else ""
    named = customer_in(epic_title, known.contract) if epic_title is not None else None
    if named is None or (theirs and names(epic_title or "", theirs)):
        return theirs or None
    return named


def _root(path: str) -> str:
    return path.strip("/").split("/", 1)[0].casefold()
