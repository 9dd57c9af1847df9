"""Looking for internal content that stands in customer-visible places already. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from psdm_cli.changes.gitlab_places import PlaceNames, find_places
from psdm_cli.domain.audience import Audience
from psdm_cli.domain.gitlab import Epic, Group, Issue, Project
from psdm_cli.domain.internal_words import Found, InternalRules, internal_in, internal_labels
from psdm_cli.domain.leaks import Leak, LeakReport, Looked, NotSeen
from psdm_cli.domain.places import Places, group_audience, project_audience
from psdm_cli.errors import BadAnswer, Forbidden, NotFound
from psdm_cli.systems.gitlab_ports import GitLab

T = TypeVar("T")
#: A part of a place, where it is seen, its text, and its labels.
Piece = tuple[str, str | None, str | None, Sequence[str]]
README = "README.md"


def find_leaks(
    gitlab: GitLab,
    names: PlaceNames,
    rules: InternalRules,
    sows: Sequence[str],
    say: Callable[[str], object] = lambda _text: None,
) -> LeakReport:
    """Look through the projects of these SOWs, their customers' subgroups, and all that is written in them.

    A part that may not be read is `not_seen`. Raises `RefusedByRule` for a configuration in which customers read
    internal places, and what the connection raises.
    """
    audit = _Audit(gitlab, find_places(gitlab, names), rules)
    projects = audit.projects(names, sows)
    for sow, project in projects:
        say(f"Looking through {'/'.join(project.full_path.split('/')[-2:])} …")
        audit.look_through(sow, project)
    there = {sow for sow, _ in projects}
    return LeakReport(
        tuple(audit.looked),
        tuple(sorted(dict.fromkeys(audit.leaks), key=lambda leak: (leak.place, leak.url or "", leak.part))),
        tuple(dict.fromkeys(audit.not_seen)),
        tuple(sow for sow in sows if sow not in there),
    )


@dataclass
class _Audit:
    gitlab: GitLab
    places: Places
    rules: InternalRules
    leaks: list[Leak] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)
    _groups: set[str] = field(default_factory=set)

    def projects(self, names: PlaceNames, sows: Sequence[str]) -> list[tuple[str, Project]]:
        """The customer-visible project of each SOW, by its path."""
        wanted = {sow.casefold(): sow for sow in sows}
        search = sows[0] if len(sows) == 1 else None
        found: dict[str, tuple[str, Project]] = {}
        for tree in names.delivery:

            def listed(tree: str = tree) -> Sequence[Project]:
                return self.gitlab.projects(tree, descendants=True, search=search)

            for project in self._read(tree, "projects", listed) or ():
                sow = wanted.get(project.path.casefold())
                if sow is not None and project_audience(project, self.places) is Audience.CUSTOMER:
                    found[project.id] = (sow, project)
        return list(found.values())

    def look_through(self, sow: str, project: Project) -> None:
        """The project, and once its group."""
        group = self._read(project.full_path, "group", lambda: self._group_of(project))
        if group is not None and group.id not in self._groups and group.id not in self.places.delivery:
            self._groups.add(group.id)
            if group_audience(group, self.places) is Audience.CUSTOMER:
                self._judge(None, group.full_path, group.url, self._of_group(group))
        self._judge(sow, project.full_path, project.url, self._of_project(project))

    def _group_of(self, project: Project) -> Group | None:
        return self.gitlab.group(project.group_id) if project.group_id is not None else None

    def _judge(self, sow: str | None, place: str, url: str | None, pieces: Iterable[Piece]) -> None:
        count = 0
        for part, where, text, labels in pieces:
            count += 1
            found: list[Found] = [*internal_in(text, self.rules), *internal_labels(labels, self.rules)]
            self.leaks += [Leak(sow, place, where, part, each) for each in found]
        self.looked.append(Looked(sow, place, url, count))

    def _read(self, place: str, part: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except Forbidden as refused:
            self.not_seen.append(NotSeen(place, part, f"not allowed: {refused.permission} is needed"))
        except (NotFound, BadAnswer) as missing:
            self.not_seen.append(NotSeen(place, part, missing.message))
        return None

    # what there is to read

    def _of_group(self, group: Group) -> Iterator[Piece]:
        place, gitlab = group.full_path, self.gitlab
        yield "group name", group.url, group.name, ()
        yield "group description", group.url, group.description, ()
        for label in self._read(place, "labels", lambda: gitlab.labels(group=group.id)) or ():
            if label.own:
                yield "label", _page(group.url, "labels"), label.description, (label.name,)
        for stone in self._read(place, "milestones", lambda: gitlab.milestones(group=group.id)) or ():
            yield "milestone", stone.url, f"{stone.title}\n{stone.description or ''}", ()
        for epic in self._read(place, "epics", lambda: gitlab.epics(group.id)) or ():
            yield from self._of_item(place, "epic", epic)

    def _of_project(self, project: Project) -> Iterator[Piece]:
        place, gitlab = project.full_path, self.gitlab
        yield "project name", project.url, project.name, ()
        yield "project description", project.url, project.description, ()
        for label in self._read(place, "labels", lambda: gitlab.labels(project=project.id)) or ():
            if label.own:
                yield "label", _page(project.url, "labels"), label.description, (label.name,)
        for stone in self._read(place, "milestones", lambda: gitlab.milestones(project=project.id)) or ():
            yield "milestone", stone.url, f"{stone.title}\n{stone.description or ''}", ()
        for issue in self._read(place, "issues", lambda: gitlab.issues(project=project.id)) or ():
            yield from self._of_item(place, "issue", issue)
        readme = self._read(place, README, lambda: gitlab.file(project.id, README))
        if readme is not None:
            yield README, _page(project.url, f"blob/HEAD/{README}"), readme.content, ()
        for page in self._read(place, "wiki", lambda: gitlab.wiki(project.id)) or ():
            yield "wiki page", _page(project.url, f"wikis/{page.slug}"), f"{page.title}\n{page.content}", ()

    def _of_item(self, place: str, kind: str, item: Issue | Epic) -> Iterator[Piece]:
        yield f"{kind} title", item.url, item.title, ()
        yield f"{kind} description", item.url, item.description, ()
        yield f"{kind} labels", item.url, None, item.labels
        # internal notes too: in the collaboration project whoever is a Developer reads them, customers among them
        for note in self._read(place, f"notes of {item.url or item.id}", lambda: self.gitlab.notes(item)) or ():
            yield "note", note.url or item.url, note.body, ()


def _page(url: str | None, page: str) -> str | None:
    return f"{url}/-/{page}" if url else None
