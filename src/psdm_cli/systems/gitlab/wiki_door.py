"""The door to pages of a project's wiki: ours is known by its marker, a colleague's page is never written over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.markers import markers_in
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, PLACING, GitLabDoor, mark_in, number, place_of
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.refusals import Refused

WRITE = "to write in the project's wiki (Developer)"
DUPLICATE = "duplicate page"
LONGEST = 5_000_000


class WikiDoor(GitLabDoor):
    """Wiki pages (`wiki_page`), `PROJECT_ID:SLUG`. Known by the marker in the text, then by the slug of the title."""

    kind = "wiki_page"
    creates = frozenset({"project_id", "title", "content"})
    needs = frozenset({"project_id", "title", "content"})
    changes = frozenset({"content"})
    actions = frozenset({Action.CREATE, Action.CHANGE})

    def rules(self, change: Change) -> None:
        """A title that makes an address, a text that fits."""
        title = change.after.get("title")
        if title is not None and (str(title) != str(title).strip() or ".." in str(title).split("/")):
            raise WrongUsage(f"{change.title} ({change.key}): “{title}” is no title for a wiki page.")
        if len(str(change.after.get("content") or "")) > LONGEST:
            raise WrongUsage(f"{change.title} ({change.key}): the page is longer than {LONGEST} characters.")

    def places(self, change: Change) -> Sequence[Where]:
        """The project."""
        return (("project", self._parts(change)[0]),)

    def _parts(self, change: Change) -> tuple[str, str]:
        if change.id is not None:
            project, _, slug = change.id.partition(":")
            return number(project, change), slug
        return place_of(change)[1], slug_of(str(change.after["title"]))

    def by_id(self, change: Change) -> Seen | None:
        """The page at its slug."""
        project, slug = self._parts(change)
        row = self.client.get(f"/projects/{project}/wikis/{segment(slug)}")
        return None if row is None else self._seen(row, project)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The page with the marker; else the one that the title would make.

        Raises `RefusedByRule` where a page of that address is not ours.
        """
        project, slug = self._parts(change)
        mark = mark_in(change, "content")
        pages = self.reading.wiki(project)
        if mark is not None:
            for page in pages:
                if mark in markers_in(page.content):
                    yield self._seen({"slug": page.slug, "title": page.title, "content": page.content}, project)
        for page in pages:
            if page.slug == slug and mark not in markers_in(page.content):
                raise RefusedByRule(
                    f"{change.title}: the wiki has a page “{slug}” that psdm did not write; it was left as it is.",
                    hint="Give that page another title in GitLab, then run the command again.",
                )

    def write(self, change: Change) -> Seen | None:
        """Write the page, or its text anew."""
        project, slug = self._parts(change)
        path = f"/projects/{project}/wikis"
        try:
            if change.action is Action.CREATE:
                sent = {"title": change.after["title"], "content": change.after["content"], "format": "markdown"}
                return self._seen(self.client.post(path, sent, permission=WRITE), project)
            sent = {name: value for name, value in change.after.items() if name not in PLACING}
            return self._seen(self.client.put(f"{path}/{segment(slug)}", sent, permission=WRITE), project)
        except NotFound:
            if change.action is not Action.CREATE:
                raise
            raise RefusedByRule(
                f"{change.title}: the wiki of {change.place} is switched off.",
                hint="Switch it on in the project's settings, or publish as a comment on an issue.",
            ) from None

    def refused(self, change: Change, refused: Refused) -> Seen | None:
        """A page of this title came meanwhile: it is ours, or it is left as it is."""
        if change.action is Action.CREATE and DUPLICATE in refused.words.casefold():
            seen = self.look(change)
            if seen is not None:
                return seen
            raise RefusedByRule(f"{change.title}: {refused.words}.", hint=AGAIN) from refused
        return super().refused(change, refused)

    def _seen(self, row: Mapping[str, Any], project: str) -> Seen:
        slug = str(row["slug"])
        # titles come back without the folders of the slug: nothing to compare with what was asked for
        return Seen(f"{project}:{slug}", None, {"project_id": project, "content": row.get("content")})


def slug_of(title: str) -> str:
    """The address that GitLab makes of a title: blanks become hyphens, slashes stay folders."""
    return title.strip().replace(" ", "-")
