"""What was seen of an engagement's collaboration space in both systems, and what people told psdm about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.gitlab import (
    Board,
    Capabilities,
    Epic,
    EpicsBy,
    GitLabUser,
    Group,
    Issue,
    LabelRow,
    Member,
    Milestone,
    Note,
    Project,
    RepositoryFile,
)
from psdm_cli.domain.places import Places
from psdm_cli.domain.space.intake import Intake
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.parts import NOT_THERE, Missing, Part, Seen, Unseen, value_of
from psdm_cli.domain.space.scoping import Scoping

__all__ = ["ActivitySeen", "Anchor", "KantataFacts", "Missing", "Part", "RaidSeen", "Seen", "Space", "Unseen"]

#: facts that psdm keeps about an engagement in its store (`store.facts`), by name
FACT_CUSTOMER = "customer"
FACT_STAFFING = "staffing"
FACT_STAGE = "stage"
FACT_KICKOFF = "kickoff"
FACT_TRANSITION = "transition"
FACT_ACTIVITIES = "activities"
FACT_TYPE = "sold_as"
FACT_GROUP = "gitlab_group"
FACT_PROJECT = "gitlab_project"
FACT_EPIC = "gitlab_customer_epic"
FACT_RAID = "gitlab_raid"
FACT_RETRO = "gitlab_retro"
STAFFINGS = ("internal", "partner", "mixed")
STAGES = ("5", "6", "closed-won")
LINK_PREFIX = "link:"  # and the kind of link


@dataclass(frozen=True, slots=True)
class Anchor:
    """The internal Customer Epic, or, where the plan has no epics, the labelled issue in ps_plan that stands for it.

    `links` are the addresses in its description that lead to contract or customer information.
    """

    record: Epic | Issue
    links: tuple[str, ...] = ()

    @property
    def is_epic(self) -> bool:
        """Whether it is an epic."""
        return isinstance(self.record, Epic)

    @property
    def id(self) -> str:
        """`GROUP_ID&IID`, or `PROJECT_ID#IID`."""
        return self.record.id

    @property
    def title(self) -> str:
        """Its title."""
        return self.record.title

    @property
    def url(self) -> str | None:
        """Its page."""
        return self.record.url

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels."""
        return self.record.labels


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """An activity as it stands: an epic of the customer's group, or an issue of the project where there are no epics.

    `slug` is its key in the marker; None for one that somebody else made.
    """

    record: Epic | Issue
    slug: str | None = None

    @property
    def title(self) -> str:
        """Its title."""
        return self.record.title

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels."""
        return self.record.labels

    @property
    def start(self) -> date | None:
        """Its first day."""
        return self.record.start

    @property
    def due(self) -> date | None:
        """Its last day."""
        return self.record.due


@dataclass(frozen=True, slots=True)
class RaidSeen:
    """The RAID issue; `renamed` when its title is the one that psdm gives (or holds customer and number)."""

    issue: Issue
    renamed: bool


@dataclass(frozen=True, slots=True)
class KantataFacts:
    """The engagement in Kantata. `link`: the collaboration project's address in its custom field, None: empty.

    `lead_is_me` None: the lead is not told. `skills`: what each booked person can do, by user id; None: not visible.
    """

    engagement: Engagement
    lead_is_me: bool | None
    link: str | None = None
    skills: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """Everything that was seen for one contract.

    `customer` is the name as it was said, decided before, or read from the Customer Epic or Kantata (None: nobody
    knows). `capabilities` are those where the Customer Epics are, `delivery_capabilities` those of the customers'
    groups. `told` are the facts that people gave. `milestone`: the SOW's, where milestones stand for epics. `me` is the
    token's owner in GitLab. `rivals` are groups at the wanted path that bear another name. `tree`: in which delivery
    tree the customer's group was found (internal or partner). `retro_attached`: whether the retrospective hangs on the
    Customer Epic. `epics_group`, `plan` (ps_plan) and `parents` (the delivery groups by tree) are the configured
    places, `plan_labels` the labels that issues of ps_plan may bear. `level`: my access level where the group, or else
    the project, is missing (None: not told, or nothing is missing).
    """

    contract: Contract
    customer: str | None
    capabilities: Capabilities | None
    me: GitLabUser | None
    customer_epic: Part[Anchor]
    intake: Part[Intake]
    scoping: Part[Scoping]
    dow: Part[str]  # where it is: an address or a title
    parent: Part[Group]
    group: Part[Group]
    project: Part[Project]
    activities: Part[tuple[ActivitySeen, ...]]
    labels: Part[tuple[LabelRow, ...]]  # usable in the customer's group, or, where there is none yet, in its parent
    raid: Part[RaidSeen]
    retro: Part[Issue]
    boards: Part[tuple[Board, ...]]  # of the customer's group
    readme: Part[RepositoryFile]
    templates: Part[tuple[str, ...]]  # names of the project's issue templates
    links_note: Part[Note]
    members: Part[tuple[Member, ...]]  # of the project, inherited ones included
    kantata: Part[KantataFacts]
    milestone: Part[Milestone] = NOT_THERE
    rivals: tuple[Group, ...] = ()
    several_epics: tuple[Epic | Issue, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    delivery_capabilities: Capabilities | None = None
    tree: str | None = None
    retro_attached: bool = True
    epics_group: Part[Group] = NOT_THERE
    plan: Part[Project] = NOT_THERE
    parents: Mapping[str, Part[Group]] = field(default_factory=dict)
    plan_labels: Part[tuple[LabelRow, ...]] = NOT_THERE
    level: int | None = None

    @property
    def name(self) -> str:
        """`SOW-1234`."""
        return self.contract.name

    @property
    def subject_id(self) -> str:
        """Under which facts and the checklist run are stored: Kantata's id, else the contract's name."""
        return self.kantata.value.engagement.id if isinstance(self.kantata, Seen) else self.contract.name

    @property
    def staffing(self) -> str | None:
        """internal, partner or mixed: as it was told, else by the tree that the group lies in; None: nobody knows."""
        return self.told.get(FACT_STAFFING) or self.tree

    @property
    def places(self) -> Places:
        """The configured places by their ids, for the audience of any other."""
        epics, plan = value_of(self.epics_group), value_of(self.plan)
        delivery = [value_of(part) for part in self.parents.values()]
        return Places(
            customer_epics=epics.id if epics is not None else None,
            delivery=frozenset(group.id for group in delivery if group is not None),
            ps_plan=plan.id if plan is not None else None,
            delivery_known=all(group is not None for group in delivery),
        )

    @property
    def by_milestones(self) -> bool:
        """Whether a milestone and issues stand for the activities' epics."""
        return _without_epics(self.delivery_capabilities or self.capabilities)

    @property
    def anchored_by_issue(self) -> bool:
        """Whether a labelled issue in ps_plan stands for the Customer Epic."""
        return _without_epics(self.capabilities)


def blind(contract: Contract, kantata: Part[KantataFacts], told: Mapping[str, str], reason: str) -> Space:
    """A space of which nothing could be looked at in GitLab, and why."""
    unseen = Unseen(reason)
    return Space(
        contract=contract,
        customer=told.get(FACT_CUSTOMER),
        capabilities=None,
        me=None,
        customer_epic=unseen,
        intake=unseen,
        scoping=unseen,
        dow=unseen,
        parent=unseen,
        group=unseen,
        project=unseen,
        activities=unseen,
        labels=unseen,
        raid=unseen,
        retro=unseen,
        boards=unseen,
        readme=unseen,
        templates=unseen,
        links_note=unseen,
        members=unseen,
        kantata=kantata,
        told=dict(told),
    )


def _without_epics(capabilities: Capabilities | None) -> bool:
    return capabilities is not None and capabilities.epics is EpicsBy.MILESTONES
