"""A GitLab in memory that answers the read port, and a kit that plans with it: for every branch of a kickoff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from psdm_cli.domain.engagements import Engagement, EngagementType
from psdm_cli.domain.gitlab import (
    Board,
    Capabilities,
    Epic,
    EpicsBy,
    GitLabToken,
    GitLabUser,
    Group,
    Issue,
    IssueTemplate,
    LabelRow,
    Member,
    Milestone,
    Note,
    Project,
    RepositoryFile,
)
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Workspace
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.observed import KantataFacts, Space
from psdm_cli.domain.space.parts import Part, Seen
from psdm_cli.domain.space.wanted import Activity, Wanted, labels_of
from psdm_cli.errors import Forbidden
from psdm_cli.settings.handbook import LABELS
from psdm_cli.settings.model import GitLab as GitLabSettings
from psdm_cli.settings.model import GitLabGroups, GitLabProjects, Settings
from psdm_cli.templates import customer_text, internal_text
from psdm_cli.templates.bodies import body
from psdm_cli.workflows.kickoff_kit import Kit
from psdm_cli.workflows.kickoff_reading import Known, observe

SOW = Contract("1234")
ME = GitLabUser("1", "ada", "Ada Lovelace")
ROOT = Group("10", "PS", "ps", "ps", "private", "https://git.example.com/groups/ps")
INTERNAL = Group("20", "Internal", "internal", "ps/internal", "private", parent_id="10", ancestors=("10",))
PARTNER = Group("30", "Partner", "partner", "ps/partner", "private", parent_id="10", ancestors=("10",))
PLAN = Project("40", "Plan", "plan", "ps/plan", "private", group_id="10", ancestors=("10",))
SETTINGS = Settings(
    gitlab=GitLabSettings(
        url="https://git.example.com",
        groups=GitLabGroups(customer_epics="ps", delivery_internal="ps/internal", delivery_partner="ps/partner"),
        projects=GitLabProjects(ps_plan="ps/plan"),
    )
)
EPIC = Epic("10&5", "5", "10", "SOW-1234 Acme", "opened", labels=("SOW-1234",), description="https://crm.example.com/1")
CAN = Capabilities("19.4", EpicsBy.WORK_ITEMS)


@dataclass
class FakeGitLab:
    """The read port over lists. `refused` names calls that the token may not make."""

    groups: list[Group] = field(default_factory=lambda: [ROOT, INTERNAL, PARTNER])
    projects_: list[Project] = field(default_factory=lambda: [PLAN])
    epics_: list[Epic] = field(default_factory=lambda: [EPIC])
    attached: dict[str, list[Issue]] = field(default_factory=dict)
    issues_: list[Issue] = field(default_factory=list)
    labels_: dict[str, list[LabelRow]] = field(default_factory=dict)
    notes_: dict[str, list[Note]] = field(default_factory=dict)
    boards_: dict[str, list[Board]] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    templates: dict[str, list[str]] = field(default_factory=dict)
    milestones_: list[Milestone] = field(default_factory=list)
    members_: dict[str, list[Member]] = field(default_factory=dict)
    capable: Capabilities = CAN
    refused: frozenset[str] = frozenset()

    def _may(self, call: str) -> None:
        if call in self.refused:
            raise Forbidden(f"no {call} for you", call=call, permission=f"to see {call}")

    def me(self) -> GitLabUser:
        return ME

    def token(self) -> GitLabToken:
        return GitLabToken("personal", ("api",))

    def server_time(self) -> datetime | None:
        return None

    def capabilities(self, group: str) -> Capabilities:
        return self.capable

    def user(self, username: str) -> GitLabUser | None:
        return ME if username == ME.username else None

    def group(self, group: str) -> Group | None:
        self._may("group")
        return next((each for each in self.groups if group in (each.id, each.full_path)), None)

    def subgroups(self, group: str, search: str | None = None) -> Sequence[Group]:
        return [each for each in self.groups if each.parent_id == group]

    def project(self, project: str) -> Project | None:
        return next((p for p in self.projects_ if project.casefold() in (p.id, p.full_path.casefold())), None)

    def projects(self, group: str, *, descendants: bool = False, search: str | None = None) -> Sequence[Project]:
        self._may("projects")
        inside = [p for p in self.projects_ if p.group_id == group or (descendants and group in p.ancestors)]
        return [p for p in inside if search is None or search.casefold() in p.path.casefold()]

    def labels(self, *, group: str | None = None, project: str | None = None) -> Sequence[LabelRow]:
        self._may("labels")
        return self.labels_.get(group or project or "", [])

    def milestones(self, *, group: str | None = None, project: str | None = None) -> Sequence[Milestone]:
        return [each for each in self.milestones_ if each.group_id == group]

    def members(self, *, group: str | None = None, project: str | None = None) -> Sequence[Member]:
        self._may("members")
        return self.members_.get(group or project or "", [])

    def epics(self, group: str, **how: Any) -> Sequence[Epic]:
        self._may("epics")
        of = self.group(group)
        found = [e for e in self.epics_ if of is not None and e.group_id == of.id]
        labels, search = how.get("labels") or (), how.get("search")
        return [
            e
            for e in found
            if set(labels) <= set(e.labels) and (search is None or search.casefold() in e.title.casefold())
        ]

    def epic(self, group: str, iid: str) -> Epic | None:
        return next((e for e in self.epics_ if e.group_id == group and e.iid == iid), None)

    def epic_issues(self, epic: Epic) -> Sequence[Issue]:
        self._may("epic issues")
        return self.attached.get(epic.id, [])

    def issues(self, *, project: str | None = None, group: str | None = None, **how: Any) -> Sequence[Issue]:
        self._may("issues")
        of = self.project(project or "")
        found = [i for i in self.issues_ if of is not None and i.project_id == of.id]
        labels, search = how.get("all_labels") or (), how.get("search")
        return [
            i
            for i in found
            if set(labels) <= set(i.labels) and (search is None or search.casefold() in i.title.casefold())
        ]

    def issue(self, project: str, iid: str) -> Issue | None:
        return next((i for i in self.issues_ if i.project_id == project and i.iid == iid), None)

    def linked(self, issue: Issue) -> Sequence[Issue]:
        return self.attached.get(issue.id, [])

    def notes(self, of: Issue | Epic) -> Sequence[Note]:
        self._may("notes")
        return self.notes_.get(of.id, [])

    def boards(self, *, group: str | None = None, project: str | None = None) -> Sequence[Board]:
        self._may("boards")
        return self.boards_.get(group or "", [])

    def file(self, project: str, path: str) -> RepositoryFile | None:
        self._may("file")
        text = self.files.get((project, path))
        return None if text is None else RepositoryFile(path, text, "c0ffee")

    def issue_template(self, project: str, name: str) -> IssueTemplate | None:
        return None

    def issue_templates(self, project: str) -> Sequence[str]:
        return self.templates.get(project, [])


def kantata(kind: EngagementType = EngagementType.TIME_AND_MATERIALS, **more: Any) -> Part[KantataFacts]:
    """Acme's engagement, led by Ada."""
    workspace = Workspace("7", "Acme: Migration", status="In Set Up", lead_id="1", lead_name="Ada", customer="Acme")
    engagement = Engagement(replace(workspace, **more), "SOW-1234", kind, None, None, None, StoredDates())
    return Seen(KantataFacts(engagement, True))


def seen_by(gitlab: FakeGitLab, told: Mapping[str, str] | None = None, **known: Any) -> Space:
    """The space as it is observed."""
    return observe(
        gitlab, SETTINGS, Known(known.pop("contract", SOW), known.pop("part", kantata()), told or {}, **known)
    )


def wanted_of(space: Space, *titles: str, staffing: str = "internal", kickoff: date | None = None) -> Wanted:
    """What is wanted of it, with these activities."""
    texts = {key: (name, color) for key, (name, color, _) in LABELS.items()}
    labels = labels_of(texts, {}, pm="ada", contract=space.contract)
    activities = tuple(Activity(title) for title in titles)
    return Wanted(space.contract, space.customer or "Acme", staffing, activities, labels, kickoff=kickoff)


class FakeDirectory:
    """Kantata's custom field."""

    def field_id(self, subject_type: str, name: str) -> str | None:
        return "64"


def kit(gitlab: FakeGitLab, page: Callable[[str], str | None] = lambda _id: None) -> Kit:
    """A kit over the fake."""
    return Kit(
        gitlab=gitlab,
        directory=FakeDirectory(),  # type: ignore[arg-type]
        settings=SETTINGS,
        base="https://git.example.com",
        customer_text=customer_text,
        internal_text=internal_text,
        issue_body=lambda name, values, team: body(name, values, None, team),
        kantata_page=page,
    )
