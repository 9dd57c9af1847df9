"""The doors to comments on issues and epics, and to uploaded files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Epic, EpicsBy, Issue
from psdm_cli.domain.markers import markers_in, with_marker
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab import items
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, GitLabDoor, item_of, mark_in, number, pending, place_of
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.item_texts import COMMENT, EDIT_NOTE, gid

WRITE = "to comment there (Guest; internal notes: Planner or Reporter)"
LONGEST = 1_000_000
WITHDRAWN = "Withdrawn."


class NoteDoor(GitLabDoor):
    """Comments (`note`) on an issue or epic (`on`). Known by the marker, ours the newest first."""

    kind = "note"
    creates = frozenset({"on", "body", "internal"})
    needs = frozenset({"on", "body"})
    changes = frozenset({"on", "body"})
    actions = frozenset({Action.CREATE, Action.CHANGE})

    def rules(self, change: Change) -> None:
        """Where it stands is always said; a million characters at most."""
        if not change.after.get("on"):
            raise WrongUsage(f"{change.title} ({change.key}): on is missing: which issue or epic?")
        if not pending(change.after["on"]):
            item_of(change.after["on"], change)
        if len(str(change.after.get("body") or "")) > LONGEST:
            raise WrongUsage(f"{change.title} ({change.key}): the note is longer than {LONGEST} characters.")

    def places(self, change: Change) -> Sequence[Where]:
        """The group or project of what it stands on."""
        return (item_of(change.after["on"], change)[0],)

    def by_id(self, change: Change) -> Seen | None:
        """The note of this id."""
        return next((seen for seen, _ in self._all(change) if seen.id == str(change.id)), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The note with the marker: of mine the newest; of a colleague's where no customer could have put it there."""
        mark = mark_in(change, "body")
        if mark is None:
            return
        marked = [(seen, author) for seen, author in self._all(change) if mark in markers_in(seen.attributes["body"])]
        if not marked:
            return
        me = self.reading.me().id
        yield from (seen for seen, author in marked if author == me)
        if self.guard.audience(self.places(change)[0]).value == "internal":
            yield from (seen for seen, author in marked if author != me)

    def _all(self, change: Change) -> Iterator[tuple[Seen, str]]:
        """The comments, the newest first, with their authors' ids."""
        on = str(change.after["on"])
        subject = self._subject(change)
        for note in reversed(self.reading.notes(subject)) if subject is not None else ():
            seen = Seen(note.id, note.url, {"on": on, "body": note.body, "internal": note.internal})
            yield seen, note.author.id if note.author is not None else ""

    def _subject(self, change: Change) -> Issue | Epic | None:
        (kind, place), iid = item_of(change.after["on"], change)
        return self.reading.issue(place, iid) if kind == "project" else self.reading.epic(place, iid)

    def write(self, change: Change) -> Seen | None:
        """Comment, or change the text of one."""
        (kind, place), iid = item_of(change.after["on"], change)
        body, hidden = str(change.after["body"]), bool(change.after.get("internal", False))
        if kind == "project":
            path = f"/projects/{place}/issues/{iid}/notes"
            if change.action is Action.CREATE:
                row = self.client.post(path, {"body": body, "internal": hidden}, permission=WRITE)
            else:
                row = self.client.put(f"{path}/{number(change.id, change)}", {"body": body}, permission=WRITE)
            return self._seen(row, change)
        return self._on_epic(change, place, body, hidden)

    def _on_epic(self, change: Change, group: str, body: str, hidden: bool) -> Seen | None:
        epic = self._subject(change)
        if not isinstance(epic, Epic):
            raise NotFound(f"{change.title}: the epic {change.after['on']} is not there.", hint=AGAIN)
        if self.probing.way(self.guard.record(("group", group)).full_path) is EpicsBy.WORK_ITEMS:
            if change.action is Action.CREATE:
                asked = {"id": gid("WorkItem", epic.item_id), "body": body, "internal": hidden}
                data = self.client.graphql(COMMENT, asked, "Comment", permission=WRITE)
                return self._seen(data["createNote"].get("note") or {}, change)
            asked = {"id": gid("Note", number(change.id, change)), "body": body}
            data = self.client.graphql(EDIT_NOTE, asked, "EditNote", permission=WRITE)
            return self._seen(data["updateNote"].get("note") or {}, change)
        if change.action is not Action.CREATE:
            raise RefusedByRule(
                f"{change.title}: without GraphQL GitLab cannot change a comment on an epic.", hint="Change it by hand."
            )
        path = f"/groups/{group}/epics/{epic.rest_id}/notes"  # this route takes the global id
        return self._seen(self.client.post(path, {"body": body, "internal": hidden}, permission=WRITE), change)

    def _seen(self, row: Mapping[str, Any], change: Change) -> Seen | None:
        if row.get("id") is None:  # 202: GitLab took the whole for commands; nothing is there
            raise RefusedByRule(f"{change.title}: GitLab made no comment of it.", hint="Look at it by hand.")
        ident = str(row["id"])
        found = {"on": change.after["on"], "body": row.get("body")}
        hidden = row.get("internal", row.get("confidential"))
        if hidden is not None:
            found["internal"] = hidden
        return Seen(items.number(ident) if ident.startswith("gid:") else ident, row.get("url"), found)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Its text taken back: the contract has no call that deletes a comment."""
        mark = mark_in(change, "body")
        body = with_marker(WITHDRAWN, *mark) if mark is not None else WITHDRAWN
        return replace(
            change,
            action=Action.CHANGE,
            before={"body": seen.attributes.get("body")},
            after={"on": change.after["on"], "body": body},
            id=seen.id,
            url=seen.url,
            why="the comment stays, without its text; whoever was notified of it has been notified",
        )


class UploadDoor(GitLabDoor):
    """Files for descriptions and notes of the same place (`upload`); its id is the Markdown that shows it.

    Nothing tells whether one is there already: a second one does no harm.
    """

    kind = "upload"
    creates = frozenset({"project_id", "group_id", "filename", "content_base64"})
    needs = frozenset({"filename", "content_base64"})
    actions = frozenset({Action.CREATE})

    def rules(self, change: Change) -> None:
        """A plain name, and content that can be read."""
        name = str(change.after["filename"])
        if "/" in name or "\\" in name or not name.isprintable() or name.startswith("."):
            raise WrongUsage(f"{change.title}: “{name}” is no plain file name.")
        self._content(change)

    def _content(self, change: Change) -> bytes:
        from base64 import b64decode
        from binascii import Error

        try:
            return b64decode(str(change.after["content_base64"]), validate=True)
        except (Error, ValueError):
            raise WrongUsage(f"{change.title}: content_base64 is not Base64.") from None

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        """What the journal knows; nobody can look for a file."""
        del taken
        return None if change.id is None else Seen(change.id, change.url, {"filename": change.after.get("filename")})

    def write(self, change: Change) -> Seen | None:
        """Upload it."""
        kind, ident = place_of(change)
        name = str(change.after["filename"])
        row = self.client.upload(f"/{kind}s/{ident}/uploads", name, self._content(change), permission=WRITE)
        return Seen(str(row.get("markdown") or row.get("url")), row.get("full_path"), {"filename": name})
