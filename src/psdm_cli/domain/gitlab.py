"""GitLab's objects as psdm reads them: groups, projects, epics, issues and the rest. Frozen; unknown is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class EpicsBy(StrEnum):
    """How an instance's epics are reached; milestones stand in for them where the plan has none."""

    WORK_ITEMS = "work items"
    REST = "rest epics"
    MILESTONES = "milestones"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a root group's instance and plan can do (gitlab.md 2). None: could not be told.

    `replaced` says in words what stands in for what the plan lacks, for people ("epics by milestones").
    """

    version: str | None
    epics: EpicsBy
    child_epics: bool | None = None
    linked_epics: bool | None = None
    scoped_labels: bool | None = None
    weights: bool | None = None
    health_status: bool | None = None
    iterations: bool | None = None
    status: bool | None = None
    task_toggle: bool | None = None
    may_create_epics: bool | None = None
    may_create_projects: bool | None = None
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GitLabUser:
    """A user; `bot` for project and group tokens."""

    id: str
    username: str
    name: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class GitLabToken:
    """The credential in use. `kind`: personal, project, group, oauth or job; scopes None where it does not tell."""

    kind: str
    scopes: tuple[str, ...] | None = None
    expires: date | None = None

    @property
    def may_write(self) -> bool | None:
        """Whether its scopes let it write; None where they are unknown."""
        if self.kind == "job":
            return False
        return None if self.scopes is None else "api" in self.scopes


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `visibility`: private, internal or public. `ancestors`: ids from the root down, this group left out."""

    id: str
    name: str
    path: str
    full_path: str
    visibility: str
    url: str | None = None
    parent_id: str | None = None
    ancestors: tuple[str, ...] = ()
    description: str | None = None
    deletion_on: date | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a group; `group_id` None in a person's namespace. `ancestors` as a group's, its own group last."""

    id: str
    name: str
    path: str
    full_path: str
    visibility: str
    url: str | None = None
    group_id: str | None = None
    ancestors: tuple[str, ...] = ()
    description: str | None = None
    default_branch: str | None = None
    archived: bool = False
    deletion_on: date | None = None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label as it stands; `own` when it is of the very group or project that was asked, not of an ancestor."""

    id: str
    name: str
    color: str
    description: str | None = None
    own: bool = True


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of a group or a project; `id` is the global one."""

    id: str
    iid: str
    title: str
    state: str
    description: str | None = None
    start: date | None = None
    due: date | None = None
    url: str | None = None
    group_id: str | None = None
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class Epic:
    """Its `id` is `GROUP_ID&IID`, `rest_id` and `item_id` where known (they differ); state `opened` or `closed`."""

    id: str
    iid: str
    group_id: str
    title: str
    state: str
    url: str | None = None
    description: str | None = None
    labels: tuple[str, ...] = ()
    start: date | None = None
    due: date | None = None
    parent_id: str | None = None
    rest_id: str | None = None
    item_id: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """Check-boxes of a description: how many, and how many are ticked."""

    count: int
    completed: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. `id` is `PROJECT_ID#IID`; `item_id` the global number; `epic_id` the epic it hangs on, where known."""

    id: str
    iid: str
    project_id: str
    title: str
    state: str
    url: str | None = None
    description: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[GitLabUser, ...] = ()
    author: GitLabUser | None = None
    due: date | None = None
    start: date | None = None
    milestone_id: str | None = None
    epic_id: str | None = None
    item_id: str | None = None
    confidential: bool = False
    health: str | None = None
    weight: int | None = None
    tasks: Tasks | None = None
    reference: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A comment on an issue or epic."""

    id: str
    body: str
    author: GitLabUser | None
    internal: bool = False
    system: bool = False
    created_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A board and the labels of its lists, in their order."""

    id: str
    name: str
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """A file on the default branch."""

    path: str
    content: str
    last_commit_id: str | None = None


@dataclass(frozen=True, slots=True)
class WikiPage:
    """A page of a project's wiki."""

    slug: str
    title: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """Who may enter a group or project, and as what (10 guest … 50 owner)."""

    user: GitLabUser
    access_level: int
    expires: date | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class IssueTemplate:
    """A team's own issue template."""

    name: str
    content: str = field(repr=False)
