"""The doors to groups, projects and members: made or left, never deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.errors import NotFound, RefusedByRule
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.gitlab_door import GitLabDoor, number, place_of, text
from psdm_cli.systems.gitlab.guard import Where

MAKE_GROUP = "to create subgroups there (Owner or Maintainer of the parent group)"
MAKE_PROJECT = "to create projects there (the group's project creation level)"


class GroupDoor(GitLabDoor):
    """Subgroups (`group`). Natural key: the full path. The contract has no call that changes one."""

    kind = "group"
    creates = frozenset({"name", "path", "parent_id", "visibility", "description"})
    needs = frozenset({"name", "path", "parent_id"})
    actions = frozenset({Action.CREATE})

    def places(self, change: Change) -> Sequence[Where]:
        """The parent."""
        return (("group", number(change.after["parent_id"], change)),)

    def by_id(self, change: Change) -> Seen | None:
        """The group of this id."""
        row = self.client.get(f"/groups/{segment(str(change.id))}")
        return None if row is None else self._seen(row)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The group of this path. Raises `RefusedByRule` where it waits for its deletion."""
        parent = self.guard.record(self.places(change)[0])
        path = f"{parent.full_path}/{change.after['path']}"
        row = self.client.get(f"/groups/{segment(path)}")
        if row is not None:
            refuse_going(change, row, str(row.get("full_path") or path))
            yield self._seen(row)

    def write(self, change: Change) -> Seen | None:
        """Make it."""
        sent = {"visibility": "private", **change.after}
        return self._seen(self.client.post("/groups", sent, permission=MAKE_GROUP))

    def _seen(self, row: Mapping[str, Any]) -> Seen:
        names = ("name", "path", "visibility", "description")
        attributes = {name: row[name] for name in names if name in row}
        if "parent_id" in row:
            attributes["parent_id"] = text(row["parent_id"])
        return Seen(str(row["id"]), row.get("web_url"), attributes)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Never."""
        del change, seen
        return "a group is never deleted by psdm: it may hold others' work; delete it by hand if it has to go"


class ProjectDoor(GitLabDoor):
    """Projects (`project`). Natural key: the full path, without case."""

    kind = "project"
    creates = frozenset({"name", "path", "group_id", "visibility", "readme", "description"})
    needs = frozenset({"name", "path", "group_id"})
    changes = frozenset({"name", "visibility", "description"})
    actions = frozenset({Action.CREATE, Action.CHANGE})

    def places(self, change: Change) -> Sequence[Where]:
        """The group of a new one; an existing one itself."""
        return (place_of(change),) if change.action is Action.CREATE else (("project", number(change.id, change)),)

    def by_id(self, change: Change) -> Seen | None:
        """The project of this id."""
        row = self.client.get(f"/projects/{segment(str(change.id))}")
        return None if row is None else self._seen(row)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The project of this path, in any case. Raises `RefusedByRule` where it waits for its deletion."""
        where = place_of(change)
        wanted = str(change.after["path"])
        path = f"{self.guard.record(where).full_path}/{wanted}"
        row = self.client.get(f"/projects/{segment(path)}") or self._in_any_case(where[1], wanted)
        if row is not None:
            refuse_going(change, row, str(row.get("path_with_namespace") or path))
            yield self._seen(row)

    def _in_any_case(self, group: str, path: str) -> Mapping[str, Any] | None:
        try:
            for row in self.client.pages(f"/groups/{group}/projects", {"search": path, "with_shared": False}):
                if str(row.get("path", "")).casefold() == path.casefold():
                    return row
        except NotFound:
            return None
        return None

    def write(self, change: Change) -> Seen | None:
        """Make it, blank and private, or change it."""
        if change.action is Action.CHANGE:
            sent = {name: value for name, value in change.after.items() if name in self.changes}
            permission = "to change the project (Maintainer)"
            return self._seen(self.client.put(f"/projects/{change.id}", sent, permission=permission))
        sent = {"visibility": "private", **change.after}
        sent["namespace_id"] = sent.pop("group_id")
        sent["initialize_with_readme"] = bool(sent.pop("readme", False))
        return self._seen(self.client.post("/projects", sent, permission=MAKE_PROJECT))

    def _seen(self, row: Mapping[str, Any]) -> Seen:
        names = ("name", "path", "visibility", "description")
        attributes = {name: row[name] for name in names if name in row}
        space = row.get("namespace")
        if isinstance(space, Mapping) and space.get("kind", "group") == "group":
            attributes["group_id"] = text(space.get("id"))
        return Seen(str(row["id"]), row.get("web_url"), attributes)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Never."""
        del change, seen
        return "a project is never deleted by psdm: it may hold others' work; delete it by hand if it has to go"


class MemberDoor(GitLabDoor):
    """Members (`member`): taken out alone. The contract has no call that lets somebody in."""

    kind = "member"
    changes = frozenset({"user_id", "access_level", "expires_at"})
    actions = frozenset({Action.DELETE})
    why_not = "GitLab's contract has no call that lets somebody in or changes a role; the owner of the group does"

    def places(self, change: Change) -> Sequence[Where]:
        """The place in `group:ID@USER_ID` or `project:ID@USER_ID`."""
        kind, ident, _ = self._parts(change)
        return ((kind, ident),)

    def _parts(self, change: Change) -> tuple[str, str, str]:
        place, _, user = str(change.id).partition("@")
        kind, _, ident = place.partition(":")
        if kind not in ("group", "project"):
            raise RefusedByRule(f"{change.title}: “{change.id}” is not a member's id.")
        return kind, number(ident, change), number(user, change)

    def by_id(self, change: Change) -> Seen | None:
        """Whether somebody is a member of this very place."""
        kind, ident, user = self._parts(change)
        for row in self.client.pages(f"/{kind}s/{ident}/members"):
            if str(row.get("id")) == user:
                found = {"user_id": user, "access_level": row.get("access_level"), "expires_at": row.get("expires_at")}
                return Seen(str(change.id), row.get("web_url"), found)
        return None

    def write(self, change: Change) -> Seen | None:
        """Take somebody out."""
        kind, ident, user = self._parts(change)
        self.client.delete(f"/{kind}s/{ident}/members/{user}", permission="to manage members (Owner or Maintainer)")
        return None

    def made_anew(self, change: Change) -> Change | str:
        """Never."""
        del change
        return self.why_not


def refuse_going(change: Change, row: Mapping[str, Any], path: str) -> None:
    """Raise `RefusedByRule` for what waits for its deletion: it is as good as gone, and its name is not free."""
    day = row.get("marked_for_deletion_on")
    if day:
        raise RefusedByRule(
            f"{change.title}: {path} is marked for deletion (on {day}); until then its path is taken.",
            hint="Its owner can restore it, or delete it for good; then run the command again.",
        )
