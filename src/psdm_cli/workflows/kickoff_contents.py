"""What lies in a customer's group and project: labels, activities, board, RAID, README, templates, members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from psdm_cli.domain.gitlab import (
    Board,
    Capabilities,
    Epic,
    EpicsBy,
    Group,
    Issue,
    LabelRow,
    Member,
    Milestone,
    Project,
    RepositoryFile,
)
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.space import observed, raid
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.observed import ActivitySeen, RaidSeen
from psdm_cli.domain.space.parts import Missing, Part, Seen
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.kickoff_looking import looked

ACTIVITY = "activity"
RAID = "raid"
README = "README.md"
_CONTRACT_LABEL = re.compile(r"(?:SOW|PO)-\w+", re.IGNORECASE)


@dataclass
class ContentReader:
    """Reads what lies in the places that were found. `told` are stored facts."""

    gitlab: GitLab
    contract: Contract
    told: Mapping[str, str]
    capabilities: Capabilities
    _issues: dict[str, Sequence[Issue]] = field(default_factory=dict, init=False)

    # what lies in the group

    def labels(self, group: Group) -> Part[tuple[LabelRow, ...]]:
        """The labels that may be used in the group."""
        return looked(lambda: Seen(tuple(self.gitlab.labels(group=group.id))))

    def milestone(self, group: Group) -> Part[Milestone]:
        """The SOW's milestone, where milestones stand for epics."""

        def read() -> Part[Milestone]:
            found = [m for m in self.gitlab.milestones(group=group.id) if m.title.strip() == self.contract.name]
            return Seen(found[0], "title") if found else Missing(f"no milestone {self.contract.name}")

        return looked(read)

    def activities(self, group: Group, project: Project | None) -> Part[tuple[ActivitySeen, ...]]:
        """The activities of this contract: marked, or labelled, or nobody's where the group has but one contract."""
        if self.capabilities.epics is EpicsBy.MILESTONES:
            if project is None:
                return Missing("the project is not there yet")
            return looked(lambda: Seen(tuple(self._own(self._issues_of(project), alone=False))))
        return looked(lambda: self._epics(group))

    def _epics(self, group: Group) -> Part[tuple[ActivitySeen, ...]]:
        epics = self.gitlab.epics(group.id)
        projects = self.gitlab.projects(group.id)
        alone = all(each.path.casefold() == self.contract.name.casefold() for each in projects)
        return Seen(tuple(self._own(epics, alone=alone)))

    def _own(self, records: Iterable[Epic | Issue], *, alone: bool) -> Iterable[ActivitySeen]:
        """Closed ones count: an activity that is done was there. `alone`: unlabelled epics are this contract's too."""
        for record in records:
            slugs = [
                key.partition("/")[2]
                for kind, key in markers_in(record.description)
                if kind == ACTIVITY and key.partition("/")[0].casefold() == self.contract.name.casefold()
            ]
            foreign = [key for kind, key in markers_in(record.description) if kind == ACTIVITY]
            if slugs:
                yield ActivitySeen(record, slugs[0])
            elif foreign or isinstance(record, Issue):
                continue
            elif any(label.casefold() == self.contract.name.casefold() for label in record.labels) or (
                alone and not any(_CONTRACT_LABEL.fullmatch(label) for label in record.labels)
            ):
                yield ActivitySeen(record)

    # what lies in the project

    def _issues_of(self, project: Project) -> Sequence[Issue]:
        if project.id not in self._issues:
            self._issues[project.id] = self.gitlab.issues(project=project.id)
        return self._issues[project.id]

    def raid(self, project: Project, customer: str | None) -> Part[RaidSeen]:
        """The RAID log of the project."""

        def read() -> Part[RaidSeen]:
            issues = self._issues_of(project)
            wanted = (RAID, self.contract.name)
            stored = self.told.get(observed.FACT_RAID)
            marked = next((issue for issue in issues if wanted in markers_in(issue.description)), None)
            marked = marked or next((issue for issue in issues if issue.id == stored), None)
            found = raid.find_raid(issues, marked)
            if found is None:
                return Missing("no RAID issue")
            issue, how = found
            return Seen(RaidSeen(issue, raid.is_renamed(issue, customer, self.contract)), how)

        return looked(read)

    def readme(self, project: Project) -> Part[RepositoryFile]:
        """The README on the default branch."""

        def read() -> Part[RepositoryFile]:
            found = self.gitlab.file(project.id, README)
            return Seen(found, "path") if found is not None else Missing("no README")

        return looked(read)

    def boards(self, group: Group) -> Part[tuple[Board, ...]]:
        """The boards of the customer's group: a project's own are not in GitLab's published contract."""

        def read() -> Part[tuple[Board, ...]]:
            found = tuple(self.gitlab.boards(group=group.id))
            return Seen(found) if found else Missing("no board")

        return looked(read)

    def templates(self, project: Project) -> Part[tuple[str, ...]]:
        """The names of the issue templates that may be used in the project."""
        return looked(lambda: Seen(tuple(self.gitlab.issue_templates(project.id))))

    def members(self, project: Project) -> Part[tuple[Member, ...]]:
        """Who may enter the project."""
        return looked(lambda: Seen(tuple(self.gitlab.members(project=project.id))))
