"""The GitLab adapter: the port's questions, answered by REST and GraphQL. GitLab is written through doors alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property

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
from psdm_cli.errors import BadAnswer, NotAllowed, PsdmError
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.credential import credential
from psdm_cli.systems.gitlab.epics import Epics
from psdm_cli.systems.gitlab.issues import Issues, IssueSearch
from psdm_cli.systems.gitlab.places import Places
from psdm_cli.systems.gitlab.probing import Probing
from psdm_cli.systems.gitlab.repository import Repository
from psdm_cli.systems.gitlab.transport import TokenKind
from psdm_cli.systems.gitlab.wording import JOB_HINT, URL_HINT
from psdm_cli.systems.gitlab_ports import CapabilityMemory
from psdm_cli.systems.http.manner import USUAL, Manner


class GitLabAdapter:
    """`systems.gitlab_ports.GitLab` over HTTP.

    `memory` keeps what groups can do between runs. `client` and `probing` are what doors are made of.
    Making one touches neither the network nor `requests`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        manner: Manner = USUAL,
        *,
        memory: CapabilityMemory | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest_epics: bool = False,
    ) -> None:
        self.client = GitLabClient(url, token, manner)
        self.probing = Probing(self.client, account=self._account, memory=memory, now=now, force_rest=rest_epics)
        self._places = Places(self.client)
        self._epics = Epics(self.client, self._places, self.probing)
        self._issues = Issues(self.client, self._places, self._epics)
        self._repository = Repository(self.client)

    def __repr__(self) -> str:
        return f"GitLabAdapter({self.client!r})"

    def close(self) -> None:
        """Close the connections; the adapter can still be used afterwards."""
        self.client.close()

    # who

    @cached_property
    def _me(self) -> GitLabUser:
        if self.client.token_kind is TokenKind.JOB:
            raise NotAllowed("A CI job token does not say whose it is.", hint=JOB_HINT)
        row = self.client.get("/user", permission="the scope read_user, read_api or api")
        if row is None:
            raise BadAnswer(f"This is no GitLab: {self.client.url} does not know GET /user.", hint=URL_HINT)
        return rows.understood("user", row, rows.user)

    def _account(self) -> str | None:
        try:
            return self._me.username
        except PsdmError:
            return None

    def me(self) -> GitLabUser:
        """The token's owner; asked once."""
        return self._me

    @cached_property
    def _token(self) -> GitLabToken:
        return credential(self.client, self.me)

    def token(self) -> GitLabToken:
        """What the credential says about itself; asked once."""
        return self._token

    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer, or None before the first."""
        return self.client.server_time

    def user(self, username: str) -> GitLabUser | None:
        """A user by name."""
        wanted = username.removeprefix("@")
        for row in self.client.pages("/users", {"username": wanted}):
            found = rows.understood("user", row, rows.user)
            if found.username.casefold() == wanted.casefold():
                return found
        return None

    # places

    def capabilities(self, group: str, *, anew: bool = False) -> Capabilities:
        """What the instance and this group's plan can do; `anew`: asked now, whatever is kept."""
        path = self._places.path_of(group)
        if anew:
            self.probing.ask(path)
        return self.probing.of(path).capabilities

    def group(self, group: str) -> Group | None:
        """A group with its ancestors."""
        return self._places.group(group)

    def subgroups(self, group: str, search: str | None = None) -> Sequence[Group]:
        """The direct children."""
        return self._places.subgroups(group, search)

    def project(self, project: str) -> Project | None:
        """A project with its ancestors."""
        return self._places.project(project)

    def projects(self, group: str, *, descendants: bool = False, search: str | None = None) -> Sequence[Project]:
        """The projects of a group, shared ones left out."""
        return self._places.projects(group, descendants, search)

    def labels(self, *, group: str | None = None, project: str | None = None) -> Sequence[LabelRow]:
        """The labels that may be used there."""
        return self._places.labels(group, project)

    def milestones(self, *, group: str | None = None, project: str | None = None) -> Sequence[Milestone]:
        """The milestones of the place itself."""
        return self._places.milestones(group, project)

    def members(self, *, group: str | None = None, project: str | None = None) -> Sequence[Member]:
        """Who may enter."""
        return self._places.members(group, project)

    def boards(self, *, group: str | None = None, project: str | None = None) -> Sequence[Board]:
        """The boards of a group. A project's are not in the published contract: `ValueError`."""
        return self._places.boards(group, project)

    # work

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
        """Epics of a group; none where the plan has none."""
        return self._epics.epics(
            group, search=search, in_title=in_title, labels=labels, state=state, descendants=descendants
        )

    def epic(self, group: str, iid: str) -> Epic | None:
        """One epic by its number."""
        return self._epics.epic(group, iid)

    def epic_issues(self, epic: Epic) -> Sequence[Issue]:
        """The issues that hang on an epic."""
        return self._epics.issues(epic)

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
        """Issues of a project, or of a group and all below it."""
        if (project is None) == (group is None):
            raise ValueError("name a group or a project")
        return self._issues.issues(
            IssueSearch(
                project,
                group,
                tuple(all_labels),
                tuple(any_labels),
                search,
                search_in,
                state,
                updated_after,
                milestone,
            )
        )

    def issue(self, project: str, iid: str) -> Issue | None:
        """One issue by its number."""
        return self._issues.issue(project, iid)

    def linked(self, issue: Issue) -> Sequence[Issue]:
        """The issues it is linked with."""
        return self._issues.linked(issue)

    def notes(self, of: Issue | Epic) -> Sequence[Note]:
        """People's comments on it, the oldest first."""
        found = self._epics.notes(of) if isinstance(of, Epic) else self._issues.notes(of)
        people = (note for note in found if not note.system)
        return tuple(sorted(people, key=lambda note: (note.created_at is None, note.created_at or 0, int(note.id))))

    # files

    def file(self, project: str, path: str) -> RepositoryFile | None:
        """A file of the default branch."""
        return self._repository.file(project, path)

    def wiki(self, project: str) -> Sequence[WikiPage]:
        """The pages of a project's wiki."""
        return self._repository.wiki(project)

    def issue_template(self, project: str, name: str) -> IssueTemplate | None:
        """A team's issue template by its name, in any case."""
        return self._repository.template(project, name)

    def issue_templates(self, project: str) -> Sequence[str]:
        """The names of a team's issue templates."""
        return self._repository.templates(project)
