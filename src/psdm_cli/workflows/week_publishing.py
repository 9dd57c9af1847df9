"""The change that publishes the week's report in the internal project: a wiki page, or a comment on an issue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import note_change, wiki_page_change
from psdm_cli.changes.gitlab_places import Place, PlaceNames, find_places, internal_place
from psdm_cli.domain.audience import Internal, Text
from psdm_cli.domain.markers import markers_in
from psdm_cli.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from psdm_cli.changes.plan import Change
    from psdm_cli.domain.gitlab import Project
    from psdm_cli.systems.gitlab_ports import GitLab

KIND = "report-week"  # of the markers
FOLDER = "forecast-calls"
_NUMBER = re.compile(r"#?(\d{1,9})")
_ADDRESS = re.compile(r"/(?P<project>.+?)/-/(?:issues|work_items)/(?P<iid>\d{1,9})/?")


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published: the week, the scope's key (whose engagements), a name for people fit for an address."""

    week: str
    scope: str
    name: str
    body: Text[Internal]

    @property
    def mark(self) -> tuple[str, str]:
        """The marker: the same page or comment for the same week and selection, however often it is published."""
        return KIND, f"{self.week}/{sha256(self.scope.encode()).hexdigest()[:12]}"


def on_issue(text: str, ps_plan: str, gitlab_url: str) -> str:
    """The number of the issue that `--on` names: 12, #12, or its address in ps_plan. Raises `WrongUsage`."""
    word = text.strip()
    if found := _NUMBER.fullmatch(word):
        return found[1]
    parts, base = urlsplit(word), urlsplit(gitlab_url)
    root = base.path.rstrip("/")
    if parts.netloc.casefold() == base.netloc.casefold() and parts.path.startswith(f"{root}/"):
        found = _ADDRESS.fullmatch(parts.path[len(root) :])
        if found and found["project"].casefold() == ps_plan.casefold():
            return found["iid"]
    raise WrongUsage(
        f"--on: {text!r} is no issue of {ps_plan}.",
        hint="Give its number, such as 12, or its address: internal content goes into that project alone.",
    )


def publishing(gitlab: GitLab, names: PlaceNames, publication: Publication, issue: str | None = None) -> Change:
    """The page, or the comment on `issue` (its number): new, brought up to date, or already so.

    Raises `NotFound` where project or issue are not there, `RefusedByRule` where customers could read the place.
    """
    project = gitlab.project(names.ps_plan)
    if project is None:
        raise NotFound(
            f"GitLab has no project {names.ps_plan}, or this token may not see it.",
            hint="gitlab.projects.ps_plan in the configuration says where it is.",
        )
    place = internal_place(project, find_places(gitlab, names))
    if issue is not None:
        return _comment(gitlab, project, place, publication, issue)
    return _page(gitlab, project, place, publication)


def _page(gitlab: GitLab, project: Project, place: Place[Internal], publication: Publication) -> Change:
    title = f"{FOLDER}/{publication.week}-{publication.name}"
    mark = publication.mark
    standing = next((page for page in gitlab.wiki(project.id) if mark in markers_in(page.content)), None)
    root = f"{project.url}/-/wikis" if project.url else None
    if standing is not None:
        address = f"{root}/{standing.slug}" if root else None
        return wiki_page_change(place, standing, content=publication.body, mark=mark, url=address)
    return make.wiki_page(
        place, title=title, content=publication.body, mark=mark, url=f"{root}/{title}" if root else None
    )


def _comment(gitlab: GitLab, project: Project, place: Place[Internal], publication: Publication, number: str) -> Change:
    issue = gitlab.issue(project.id, number)
    if issue is None:
        raise NotFound(f"{project.full_path} has no issue #{number}, or this token may not see it.")
    mark, title = publication.mark, f"Forecast call {publication.week} on #{number}"
    mine = gitlab.me().id
    standing = [note for note in gitlab.notes(issue) if mark in markers_in(note.body)]
    own = next((note for note in standing if note.author is not None and note.author.id == mine), None)
    if own is not None:
        return note_change(place, own, on=issue.id, body=publication.body, mark=mark, title=title)
    return make.note(place, on=issue.id, body=publication.body, mark=mark, title=title)
