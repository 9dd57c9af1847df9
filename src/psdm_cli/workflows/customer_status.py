"""`psdm customer-status`: the week's activity looked at, the status planned as one issue of the customer's project."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.comparing import settled
from psdm_cli.changes.doors import Doors, door_for
from psdm_cli.changes.gitlab_edits import kept
from psdm_cli.changes.gitlab_places import customer_place
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import Audience, Customer, Text, for_customer
from psdm_cli.domain.customer_status.drafting import KIND, Activity, Week, draft, readable, week_of
from psdm_cli.domain.customer_status.fields import Draft, Sieve, posted
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.gitlab import Issue, Project
from psdm_cli.domain.health import raid_log
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.records import Kind
from psdm_cli.domain.space.names import contract
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Unseen, value_of
from psdm_cli.domain.steps.common import refused
from psdm_cli.domain.top_customer_progress import STATUS_TITLE
from psdm_cli.errors import Forbidden, NotFound, RefusedByRule
from psdm_cli.workflows.health import raid_labels
from psdm_cli.workflows.kickoff_finding import remembered, stored_facts
from psdm_cli.workflows.kickoff_kantata import kantata_facts
from psdm_cli.workflows.kickoff_reading import Known, observe

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings
    from psdm_cli.systems.gitlab_ports import GitLab
    from psdm_cli.workflows.forecasting import Prepared, Sources

TEMPLATE = "weekly-status"


class StatusBody(Protocol):
    """A description made of a template, and who may read it."""

    @property
    def text(self) -> str:
        """The description."""

    @property
    def audience(self) -> Audience:
        """Whom its template is for."""


#: Fills the template with values.
Fill = Callable[[str, Mapping[str, Any]], StatusBody]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A status that was posted."""

    week: str
    title: str
    state: str
    url: str | None = None


@dataclass(frozen=True)
class Looked:
    """The project of an engagement, and everything in it that a status is made of."""

    prepared: Prepared
    engagement: Engagement
    space: Space
    project: Project
    issues: tuple[Issue, ...] = ()

    @property
    def name(self) -> str:
        """`SOW-1234`."""
        return self.space.name

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """The statuses that were posted, the latest first, known by their markers."""
        found = []
        for issue in self.issues:
            for kind, key in markers_in(issue.description):
                sow, _, week = key.partition("/")
                if kind == KIND and sow == self.name and week:
                    found.append(Earlier(week, issue.title, issue.state, issue.url))
        return tuple(sorted(found, key=lambda each: each.week, reverse=True))


def look(sources: Sources, gitlab: GitLab, settings: Settings, prepared: Prepared, engagement: Engagement) -> Looked:
    """The collaboration project, its issues not read yet. Raises `NotFound` without one, and what reading raises."""
    if engagement.sow is None:
        raise NotFound(
            f"{engagement.title} has no SOW number, and so no collaboration project to be found by.",
            hint="Put the number into Kantata's title or its field SOW.",
        )
    wanted = contract(engagement.sow)
    told = stored_facts(sources.store, wanted, engagement.id)
    known = Known(wanted, kantata_facts(engagement, prepared.me, settings), told, remembered(sources.store))
    space = observe(gitlab, settings, known)
    if isinstance(space.project, Unseen):
        raise Forbidden(
            f"{wanted.name}: its project cannot be looked at: {space.project.reason}.",
            call="GET /projects/{project_id}",
            permission="to see the collaboration project (Reporter)",
        )
    project = value_of(space.project)
    if project is None:
        raise NotFound(
            f"{wanted.name} has no collaboration project yet: there is nowhere for the customer to read a status.",
            hint=f"psdm init-project {wanted.name} builds it.",
        )
    return Looked(prepared, engagement, space, project)


def with_statuses(looked: Looked, gitlab: GitLab) -> Looked:
    """The same with the statuses that were posted."""
    found = gitlab.issues(project=looked.project.id, search=f"psdm:{KIND}:{looked.name}/", search_in="description")
    return replace(looked, issues=_once((*looked.issues, *found)))


def with_activity(looked: Looked, gitlab: GitLab, week: Week) -> Looked:
    """The same with what is open, and what was touched since the week began."""
    begin = datetime.combine(week.monday, time(), week.zone)
    still = gitlab.issues(project=looked.project.id, state="opened")
    touched = gitlab.issues(project=looked.project.id, updated_after=begin)
    return replace(looked, issues=_once((*looked.issues, *still, *touched)))


def _once(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    return tuple({issue.id: issue for issue in issues}.values())


def week_from(looked: Looked, monday: date) -> Week:
    """The week that begins on a Monday, in the handbook's zone. Raises `RefusedByRule` for one that is yet to come."""
    assessment = looked.prepared.assessment
    if monday > assessment.as_of:
        raise RefusedByRule(f"The week of {monday.isoformat()} has not begun: there is nothing to report of it.")
    return week_of(monday, assessment.as_of, assessment.rules.zone)


def drafted(looked: Looked, settings: Settings, week: Week, sieve: Sieve) -> Draft:
    """The status of a week as data has it."""
    assessment = looked.prepared.assessment
    log = value_of(looked.space.raid)
    issues = readable(looked.issues, log.issue.id if log is not None else None)
    logged = "" if log is None or log.issue.confidential else log.issue.description or ""
    raid = raid_log.without_doubles(
        (*raid_log.items_of_issues(issues, raid_labels(settings)), *raid_log.items_of_log(logged))
    )
    activity = Activity(issues, raid, settings.labels["workflow_in_progress"].name)
    return draft(assessment, looked.engagement, activity, week, sieve)


def unseen(looked: Looked) -> tuple[str, ...]:
    """What of a status could not be looked at, and which permission would open it."""
    return refused(looked.prepared.assessment, Kind.TIME_ENTRIES, Kind.ALLOCATIONS, Kind.STORIES, Kind.TIME_OFF)


def text_of(looked: Looked, week: Week, status: Draft, fill: Fill, sieve: Sieve) -> Text[Customer]:
    """The description of the issue. Raises `RefusedByRule` where a team's template is not for customers."""
    customer = looked.space.customer or looked.engagement.workspace.customer or looked.name
    named = sieve.drafted("the customer's name", customer)
    raid, group = value_of(looked.space.raid), value_of(looked.space.group)
    values = {
        **posted(status),
        "sow": looked.name,
        "customer": named.value if named is not None else looked.name,
        "week": week.name,
        "raid_url": raid.issue.url if raid is not None else None,
        "board_url": f"{group.url}/-/boards" if group is not None and group.url else None,
    }
    body = fill(TEMPLATE, values)
    if body.audience is not Audience.CUSTOMER:
        raise RefusedByRule(f"The template {TEMPLATE} is internal: its text is not for a place that customers see.")
    return for_customer(body.text)


def planned(looked: Looked, week: Week, text: Text[Customer], settings: Settings, doors: Doors) -> Change:
    """One issue a week: a new one, or that of the week brought to what is wanted."""
    place = customer_place(looked.project, looked.space.places)
    wanted = make.issue(
        place,
        title=for_customer(f"{STATUS_TITLE} {week.name}"),
        body=text,
        mark=(KIND, f"{looked.name}/{week.name}"),
        labels=_labels(looked, settings),
        sow=looked.name,
    )
    seen = door_for(doors, wanted).look(wanted)
    if seen is None:
        return wanted
    differing = {
        name: wanted.after[name]
        for name in ("title", "description")
        if settled(wanted.after[name]) != settled(seen.attributes.get(name))
    }
    if not differing:
        return kept(wanted, seen.id, seen.url)
    before = {name: seen.attributes.get(name) for name in differing}
    return replace(wanted, action=Action.CHANGE, id=seen.id, url=seen.url, before=before, after=differing)


def _labels(looked: Looked, settings: Settings) -> Sequence[str]:
    """The contract's label, where it may be used there."""
    number = looked.space.contract.number
    name = settings.labels["sow"].name.replace("{number}", number)
    known = {row.name for row in value_of(looked.space.labels) or ()}
    return (name,) if name in known else ()
