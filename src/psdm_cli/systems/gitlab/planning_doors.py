"""The doors to labels, milestones and boards of groups and projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psdm_cli.changes.doors import Seen, UnclearError
from psdm_cli.changes.plan import Action, Change
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.gitlab_door import GitLabDoor, closing, is_taken, number, place_of
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.refusals import Refused

LABELS = "to manage labels (Planner or Reporter)"
MILESTONES = "to manage milestones (Planner or Reporter)"
BOARDS = "to manage boards (Planner or Reporter)"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}|[A-Za-z]+")


class LabelDoor(GitLabDoor):
    """Labels (`label`). Natural key: the exact name at the place, its own or an ancestor's."""

    kind = "label"
    creates = frozenset({"group_id", "project_id", "name", "color", "description"})
    needs = frozenset({"name", "color"})
    changes = frozenset({"color", "description"})
    actions = frozenset({Action.CREATE, Action.CHANGE})

    def rules(self, change: Change) -> None:
        """A name without a comma, a colour; only a group's label can be changed."""
        if "," in str(change.after.get("name") or ""):
            raise WrongUsage(f"{change.title}: a label's name cannot have a comma.")
        color = change.after.get("color")
        if color is not None and not _COLOUR.fullmatch(str(color)):
            raise WrongUsage(f"{change.title}: “{color}” is no colour such as #6699cc.")
        if change.action is Action.CHANGE and "group_id" not in change.after:
            raise WrongUsage(f"{change.title}: GitLab's contract changes labels of groups only.")

    def by_id(self, change: Change) -> Seen | None:
        """The label of this id among those of the place."""
        return next((seen for seen in self._all(change) if seen.id == str(change.id)), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The label of this very name."""
        wanted = str(change.after["name"])
        for seen in self._all(change, {"search": wanted}):
            if seen.attributes["name"] == wanted:
                yield seen

    def _all(self, change: Change, params: Mapping[str, Any] | None = None) -> Iterator[Seen]:
        kind, ident = place_of(change)
        try:
            for row in self.client.pages(f"/{kind}s/{ident}/labels", params):
                yield _label(row, change)
        except NotFound:
            return

    def write(self, change: Change) -> Seen | None:
        """Make it, or change its colour or description."""
        kind, ident = place_of(change)
        sent = {name: value for name, value in change.after.items() if name in ("name", "color", "description")}
        path = f"/{kind}s/{ident}/labels"
        if change.action is Action.CREATE:
            return _label(self.client.post(path, sent, permission=LABELS), change)
        return _label(self.client.put(f"{path}/{number(change.id, change)}", sent, permission=LABELS), change)


def _label(row: Mapping[str, Any], change: Change) -> Seen:
    kind, ident = place_of(change)
    attributes = {name: row[name] for name in ("name", "color", "description") if name in row}
    wanted = change.after.get("color")
    if isinstance(wanted, str) and wanted.casefold() == str(attributes.get("color")).casefold():
        attributes["color"] = wanted  # GitLab may write the same colour otherwise
    return Seen(str(row["id"]), None, {**attributes, f"{kind}_id": ident})


class MilestoneDoor(GitLabDoor):
    """Milestones (`milestone`). Natural key: the title at the place."""

    kind = "milestone"
    creates = frozenset({"group_id", "project_id", "title", "description", "start_date", "due_date"})
    needs = frozenset({"title"})
    changes = frozenset({"title", "description", "start_date", "due_date", "state"})

    def by_id(self, change: Change) -> Seen | None:
        """The milestone of this id among those of the place."""
        return next((seen for seen in self._all(change) if seen.id == str(change.id)), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The milestone of this very title, in any state."""
        wanted = str(change.after["title"])
        for seen in self._all(change, {"title": wanted}):
            if seen.attributes["title"] == wanted:
                yield seen

    def _all(self, change: Change, params: Mapping[str, Any] | None = None) -> Iterator[Seen]:
        kind, ident = place_of(change)
        try:
            for row in self.client.pages(f"/{kind}s/{ident}/milestones", params):
                yield _milestone(row, kind, ident)
        except NotFound:
            return

    def write(self, change: Change) -> Seen | None:
        """Make it, change it, close or open it."""
        kind, ident = place_of(change)
        path = f"/{kind}s/{ident}/milestones"
        names = ("title", "description", "start_date", "due_date")
        sent = {name: change.after[name] or None for name in names if name in change.after}
        if change.action is Action.CREATE:
            return _milestone(self.client.post(path, sent, permission=MILESTONES), kind, ident)
        if "state" in change.after:
            sent["state_event"] = "close" if change.after["state"] == "closed" else "activate"
        row = self.client.put(f"{path}/{number(change.id, change)}", sent, permission=MILESTONES)
        return _milestone(row, kind, ident)

    def refused(self, change: Change, refused: Refused) -> Seen | None:
        """`Failed to create milestone`: its title is taken somewhere in the hierarchy."""
        if change.action is Action.CREATE and refused.words.startswith("Failed to create milestone"):
            seen = self.look(change)
            if seen is not None:
                return seen
            raise RefusedByRule(
                f"{change.title}: GitLab has a milestone of this title already, above or below this place.",
                hint="Rename the other one, or use it.",
            ) from refused
        return super().refused(change, refused)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Closed: the contract has no call that deletes one."""
        return closing(change, seen, "active")


def _milestone(row: Mapping[str, Any], kind: str, ident: str) -> Seen:
    names = ("title", "description", "start_date", "due_date", "state")
    attributes = {name: row[name] for name in names if name in row}
    return Seen(str(row["id"]), row.get("web_url"), {**attributes, f"{kind}_id": ident})


class BoardDoor(GitLabDoor):
    """Issue boards of groups (`board`) with a list for each label. Natural key: the name."""

    kind = "board"
    creates = frozenset({"group_id", "name", "lists"})
    needs = frozenset({"group_id", "name"})
    changes = frozenset({"lists"})
    actions = frozenset({Action.CREATE, Action.CHANGE})

    def rules(self, change: Change) -> None:
        """The contract has boards of groups only."""
        if "group_id" not in change.after:
            raise WrongUsage(f"{change.title}: GitLab's contract makes boards in groups only.")

    def places(self, change: Change) -> Sequence[Where]:
        """The group."""
        return (place_of(change),)

    def by_id(self, change: Change) -> Seen | None:
        """The board of this id."""
        return next((seen for seen in self._all(change) if seen.id == str(change.id)), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The board of this name."""
        for seen in self._all(change):
            if seen.attributes["name"] == change.after["name"]:
                yield seen

    def _all(self, change: Change) -> Iterator[Seen]:
        _, group = place_of(change)
        try:
            for row in self.client.pages(f"/groups/{group}/boards"):
                yield self._seen(group, row)
        except NotFound:
            return

    def _seen(self, group: str, row: Mapping[str, Any]) -> Seen:
        lists = self._lists(group, str(row["id"]))
        return Seen(str(row["id"]), None, {"group_id": group, "name": row.get("name"), "lists": lists})

    def _lists(self, group: str, board: str) -> list[str]:
        rows = self.client.pages(f"/groups/{group}/boards/{board}/lists")
        return [str(each["label"]["name"]) for each in rows if isinstance(each.get("label"), Mapping)]

    def write(self, change: Change) -> Seen | None:
        """Make it and its lists, or the lists that it lacks. One that fails half-way is completed by the next run.

        These are several calls: after one whose answer is unclear, what is there decides whether the others follow.
        """
        _, group = place_of(change)
        wanted = [str(name) for name in change.after.get("lists") or ()]
        labels = self._labels(change, group, wanted)
        board = self._made(change, group) if change.action is Action.CREATE else self.by_id(change)
        ident = number(change.id, change) if board is None else board.id
        have = [] if board is None else board.attributes["lists"]
        for name in wanted:
            if name not in have:
                self._list(group, ident, name, labels[name])
        return self._seen(group, {"id": ident, "name": change.title if board is None else board.attributes["name"]})

    def _made(self, change: Change, group: str) -> Seen:
        name = change.after["name"]
        try:
            row = self.client.post(f"/groups/{group}/boards", {"name": name}, permission=BOARDS)
        except UnclearError:
            seen = next(self.alike(change), None)
            if seen is None:
                raise
            return seen
        return Seen(str(row["id"]), None, {"group_id": group, "name": row.get("name"), "lists": []})

    def _list(self, group: str, board: str, name: str, label: str) -> None:
        try:
            self.client.post(f"/groups/{group}/boards/{board}/lists", {"label_id": label}, permission=BOARDS)
        except UnclearError:
            if name not in self._lists(group, board):
                raise
        except Refused as refused:
            if not is_taken(refused):
                raise

    def _labels(self, change: Change, group: str, names: Sequence[str]) -> dict[str, str]:
        found = {label.name: label.id for label in self.reading.labels(group=group)} if names else {}
        missing = [name for name in names if name not in found]
        if missing:
            raise RefusedByRule(
                f"{change.title}: the group has no label {', '.join(missing)}.", hint="Make the labels first."
            )
        return {name: found[name] for name in names}

    def refused(self, change: Change, refused: Refused) -> Seen | None:
        """Free plans have one board a group."""
        if change.action is Action.CREATE and refused.status in (400, 422) and self._others(change):
            raise RefusedByRule(
                f"{change.title}: {refused.message} The group has a board already, and the plan may allow one only.",
                hint="Use the board that is there.",
            ) from refused
        return super().refused(change, refused)

    def _others(self, change: Change) -> bool:
        return next(self._all(change), None) is not None
