"""What workflows may ask of GitLab. The adapter in `systems/gitlab/` implements it; writes go through doors alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from psdm_cli.domain.gitlab import (
    Board,
    Capabilities,
    Epic,
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
    WikiPage,
)


class CapabilityMemory(Protocol):
    """Keeps between runs what groups can do; what it gives back may be old, and it may have nothing."""

    def kept(self, key: str) -> tuple[str, datetime] | None:
        """What was kept under this key, and when."""

    def keep(self, key: str, value: str, at: datetime) -> None:
        """Keep it; what was there before is replaced."""


class GitLab(Protocol):
    """Read access to GitLab.

    A group or project is named by its id or its full path. Every call may raise `NotAllowed` (the token), `Forbidden`
    (this call, naming the permission), `Unavailable` (down or limiting beyond the time budget), `BadAnswer` (not the
    contract). What is not there or hidden is None, or an empty sequence where a place was asked that exists.
    """

    def me(self) -> GitLabUser:
        """The token's owner."""

    def token(self) -> GitLabToken:
        """What the credential says about itself."""

    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer, or None before the first."""

    def capabilities(self, group: str, *, anew: bool = False) -> Capabilities:
        """What the instance and this root group's plan can do; asked once per group and run, and kept in the store.

        `anew`: asked now, whatever is kept.
        """

    def user(self, username: str) -> GitLabUser | None:
        """A user by name."""

    def group(self, group: str) -> Group | None:
        """A group with its ancestors; one waiting for its deletion has `deletion_on`."""

    def subgroups(self, group: str, search: str | None = None) -> Sequence[Group]:
        """The direct children."""

    def project(self, project: str) -> Project | None:
        """A project with its ancestors."""

    def projects(self, group: str, *, descendants: bool = False, search: str | None = None) -> Sequence[Project]:
        """The projects of a group, shared ones left out."""

    def labels(self, *, group: str | None = None, project: str | None = None) -> Sequence[LabelRow]:
        """The labels that may be used there, those of ancestors included."""

    def milestones(self, *, group: str | None = None, project: str | None = None) -> Sequence[Milestone]:
        """The milestones of the place itself, in every state."""

    def members(self, *, group: str | None = None, project: str | None = None) -> Sequence[Member]:
        """Who may enter, inherited ones included."""

    def epics(
        self,
        group: str,
        *,
        search: str | None = None,
        in_title: bool = True,
        labels: Sequence[str] = (),
        state: str = "all",
        descendants: bool = False,
    ) -> Sequence[Epic]:
        """Epics of a group: with all these labels, with `search` in the title (or title and description)."""

    def epic(self, group: str, iid: str) -> Epic | None:
        """One epic by its number."""

    def epic_issues(self, epic: Epic) -> Sequence[Issue]:
        """The issues that hang on an epic, with their descriptions."""

    def issues(
        self,
        *,
        project: str | None = None,
        group: str | None = None,
        all_labels: Sequence[str] = (),
        any_labels: Sequence[str] = (),
        search: str | None = None,
        search_in: str = "title,description",
        state: str = "all",
        updated_after: datetime | None = None,
        milestone: str | None = None,
    ) -> Sequence[Issue]:
        """Issues of a project, or of a group and all below it; `milestone` is a title."""

    def issue(self, project: str, iid: str) -> Issue | None:
        """One issue by its number."""

    def linked(self, issue: Issue) -> Sequence[Issue]:
        """The issues it is linked with."""

    def notes(self, of: Issue | Epic) -> Sequence[Note]:
        """People's comments on it, the oldest first; GitLab's own ones left out."""

    def boards(self, *, group: str | None = None, project: str | None = None) -> Sequence[Board]:
        """The boards of a place."""

    def file(self, project: str, path: str) -> RepositoryFile | None:
        """A file of the default branch; None also where the repository is empty."""

    def wiki(self, project: str) -> Sequence[WikiPage]:
        """The pages of a project's wiki; empty where it has none, or the wiki is switched off."""

    def issue_template(self, project: str, name: str) -> IssueTemplate | None:
        """A team's issue template by its name, in any case."""

    def issue_templates(self, project: str) -> Sequence[str]:
        """The names of a team's issue templates."""
