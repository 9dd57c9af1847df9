"""The door to issues: known by id, marker or title; labels must exist, and what the plan drops is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Epic
from psdm_cli.domain.markers import markers_in
from psdm_cli.errors import Forbidden, NotFound, RefusedByRule
from psdm_cli.systems.gitlab.gitlab_door import (
    AGAIN,
    Desk,
    GitLabDoor,
    closing,
    epic_of,
    issue_of,
    label_names,
    mark_in,
    number,
    text,
    with_deltas,
)
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.item_texts import ATTACH, Labels, gid

WRITE = "to create and edit issues there (Planner or Reporter)"
#: How many of the newest issues are looked through besides the search, whose index may lag.
NEWEST = 20
#: Attributes that a plan may lack: dropped without a word, then told.
PAID = ("weight", "epic_id", "start_date")


class IssueDoor(GitLabDoor):
    """Issues (`issue`). A new one carries its marker; found by it, else by the exact title with `match_title`."""

    kind = "issue"
    creates = frozenset(
        {"project_id", "title", "description", "labels", "assignees", "due_date", "start_date", "milestone_id"}
        | {"epic_id", "confidential", "weight", "match_title"}
    )
    needs = frozenset({"project_id", "title"})
    changes = frozenset(
        {"title", "description", "add_labels", "remove_labels", "assignees", "due_date", "start_date", "milestone_id"}
        | {"epic_id", "state", "confidential", "weight"}
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.labels = Labels(desk)

    def places(self, change: Change) -> Sequence[Where]:
        """The project."""
        if change.id is not None:
            return (("project", issue_of(change.id, change)[0]),)
        return (("project", number(change.after["project_id"], change)),)

    def by_id(self, change: Change) -> Seen | None:
        """The issue of this number."""
        project, iid = issue_of(change.id, change)
        row = self.client.get(f"/projects/{project}/issues/{iid}")
        return None if row is None else self._seen(row, change)

    def alike(self, change: Change) -> Iterator[Seen]:
        """Issues with the marker, the oldest first; with `match_title` those of this very title."""
        project = number(change.after["project_id"], change)
        path = f"/projects/{project}/issues"
        mark = mark_in(change)
        given: set[str] = set()
        if mark is not None:
            asked = {"search": f"psdm:{mark[0]}:{mark[1]}", "in": "description", "state": "all", "scope": "all"}
            newest = {"state": "all", "scope": "all", "order_by": "created_at", "sort": "desc"}
            for rows in (self._rows(path, asked), islice(self._rows(path, newest), NEWEST)):
                marked = [row for row in rows if mark in markers_in(row.get("description"))]
                for row in sorted(marked, key=lambda row: int(row["iid"])):
                    seen = self._seen(row, change)
                    if seen.id not in given:
                        given.add(seen.id)
                        yield seen
        if change.after.get("match_title"):
            title = str(change.after["title"])
            for row in self._rows(path, {"search": title, "in": "title", "state": "all", "scope": "all"}):
                if row.get("title") == title and f"{project}#{row['iid']}" not in given:
                    yield self._seen(row, change)

    def _rows(self, path: str, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        try:
            yield from self.client.pages(path, params)
        except NotFound:
            return

    def write(self, change: Change) -> Seen | None:
        """Make it or change it, in one call; where the epic's REST id is not known, hung on it right after."""
        ((_, project),) = self.places(change)
        self.labels.refuse_unknown(change, ("project", project))
        sent, parent = self._body(change, project)
        if change.action is Action.CREATE:
            row = self.client.post(f"/projects/{project}/issues", sent, permission=WRITE)
        else:
            iid = issue_of(change.id, change)[1]
            path = f"/projects/{project}/issues/{iid}"
            row = self.client.put(path, sent, permission=WRITE) if sent else self.client.get(path)
            if row is None:
                raise NotFound(f"{change.title}: GitLab does not know it any more.", hint=AGAIN)
        if parent is None:
            return self._seen(row, change, answered=True)
        item = {"id": gid("WorkItem", row["id"]), "hierarchyWidget": {"parentId": gid("WorkItem", parent.item_id)}}
        self.client.graphql(ATTACH, {"input": item}, "Attach", permission=WRITE)
        seen = self._seen(row, change)
        return Seen(seen.id, seen.url, {**seen.attributes, "epic_id": parent.id})

    def _body(self, change: Change, project: str) -> tuple[dict[str, Any], Epic | None]:
        after = change.after
        plain = ("title", "description", "confidential", "weight")
        sent = {name: after[name] for name in plain if name in after}
        sent |= {name: after[name] or None for name in ("due_date", "start_date") if name in after}
        if "milestone_id" in after:
            sent["milestone_id"] = number(after["milestone_id"] or 0, change)
        for name in ("labels", "add_labels", "remove_labels"):
            if after.get(name):
                sent[name] = ",".join(after[name])
        if change.action is not Action.CREATE and after.get("add_labels"):
            siblings = self.labels.siblings(change, ("project", project), lambda: self._now(change))
            removing = dict.fromkeys([*(after.get("remove_labels") or ()), *siblings])
            if removing:
                sent["remove_labels"] = ",".join(removing)
        if "assignees" in after:
            sent["assignee_ids"] = [self._user(change, name) for name in after["assignees"]] or [0]
            if change.action is Action.CREATE and not after["assignees"]:
                del sent["assignee_ids"]
        if "state" in after:
            sent["state_event"] = "close" if after["state"] == "closed" else "reopen"
        parent = self._parent(change) if after.get("epic_id") else None
        if parent is not None and parent.rest_id is not None:
            return {**sent, "epic_id": parent.rest_id}, None
        return sent, parent

    def _now(self, change: Change) -> Sequence[str]:
        seen = self.by_id(change)
        return seen.attributes["labels"] if seen is not None else ()

    def _user(self, change: Change, username: str) -> int:
        user = self.reading.user(username)
        if user is None:
            raise RefusedByRule(
                f"{change.title}: GitLab has no user {username}.", hint="Name the person by the GitLab username."
            )
        return int(user.id)

    def _parent(self, change: Change) -> Epic:
        group, iid = epic_of(change.after["epic_id"], change)
        self.guard.admit(change, (*self.places(change), ("group", group)))
        epic = self.reading.epic(group, iid)
        if epic is None:
            raise NotFound(f"{change.title}: the epic {change.after['epic_id']} is not there.", hint=AGAIN)
        if epic.rest_id is None:  # with it the issue is made on its epic in one call, and cannot stop half-way
            with suppress(Forbidden):
                row = self.client.get(f"/groups/{group}/epics/{iid}")
                return epic if row is None else replace(epic, rest_id=str(row["id"]))
        return epic

    def _seen(self, row: Mapping[str, Any], change: Change, *, answered: bool = False) -> Seen:
        """The issue in a change's terms; of an answer, what was asked and is not in it has been dropped."""
        names = ("title", "description", "due_date", "start_date", "state", "confidential", "weight")
        attributes: dict[str, Any] = {name: row[name] for name in names if name in row}
        labels = label_names(row.get("labels") or ())
        attributes |= {
            "project_id": text(row["project_id"]),
            "labels": labels,
            "assignees": [str(each.get("username")) for each in row.get("assignees") or ()],
        }
        milestone = row.get("milestone")
        attributes["milestone_id"] = text(milestone["id"]) if isinstance(milestone, Mapping) else None
        if "epic" in row:
            epic = row["epic"]
            attributes["epic_id"] = f"{epic['group_id']}&{epic['iid']}" if epic and "group_id" in epic else None
        if answered:
            attributes |= {name: None for name in PAID if name in change.after and name not in attributes}
        where = f"{row['project_id']}#{row['iid']}"
        return Seen(where, row.get("web_url"), with_deltas(attributes, change, labels))

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Closed: psdm deletes no issue."""
        return closing(change, seen)
