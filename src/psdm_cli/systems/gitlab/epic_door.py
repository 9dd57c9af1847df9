"""The door to epics: as work items, by REST where the instance knows no better, refused where the plan has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Epic, EpicsBy
from psdm_cli.domain.markers import markers_in
from psdm_cli.errors import NotFound, RefusedByRule
from psdm_cli.systems.gitlab import items, rows
from psdm_cli.systems.gitlab.gitlab_door import (
    AGAIN,
    Desk,
    GitLabDoor,
    closing,
    epic_of,
    mark_in,
    place_of,
    with_deltas,
)
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.issue_door import NEWEST
from psdm_cli.systems.gitlab.item_texts import CREATE_EPIC, NEWEST_EPICS, UPDATE_EPIC, Labels, gid
from psdm_cli.systems.gitlab.refusals import GraphQLRefused

WRITE = "to create and edit epics there (Planner or Reporter, plan with epics)"


class EpicDoor(GitLabDoor):
    """Epics (`epic`). A new one carries its marker; found by it, else by the exact title with `match_title`."""

    kind = "epic"
    creates = frozenset({"group_id", "title", "description", "labels", "start_date", "due_date", "match_title"})
    needs = frozenset({"group_id", "title"})
    changes = frozenset({"title", "description", "add_labels", "remove_labels", "start_date", "due_date", "state"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.labels = Labels(desk)

    def places(self, change: Change) -> Sequence[Where]:
        """The group."""
        return (place_of(change),) if change.id is None else (("group", epic_of(change.id, change)[0]),)

    def by_id(self, change: Change) -> Seen | None:
        """The epic of this number."""
        epic = self.reading.epic(*epic_of(change.id, change))
        return None if epic is None else _seen(epic, change)

    def alike(self, change: Change) -> Iterator[Seen]:
        """Epics with the marker, the oldest first; with `match_title` those of this very title."""
        ((_, group),) = self.places(change)
        if self._way(group) is EpicsBy.MILESTONES:
            return
        mark = mark_in(change)
        given: set[str] = set()
        if mark is not None:
            for epic in self._marked(group, mark):
                if epic.id not in given:
                    given.add(epic.id)
                    yield _seen(epic, change)
        if change.after.get("match_title"):
            title = str(change.after["title"])
            for epic in self.reading.epics(group, search=title):
                if epic.title == title and epic.id not in given:
                    yield _seen(epic, change)

    def _marked(self, group: str, mark: tuple[str, str]) -> Iterator[Epic]:
        found = self.reading.epics(group, search=f"psdm:{mark[0]}:{mark[1]}", in_title=False)
        yield from sorted(
            (epic for epic in found if mark in markers_in(epic.description)), key=lambda epic: int(epic.iid)
        )
        for iid, description in self._newest(group):  # the search's index may lag behind
            if mark in markers_in(description):
                epic = self.reading.epic(group, iid)
                if epic is not None:
                    yield epic

    def _newest(self, group: str) -> list[tuple[str, str]]:
        if self._way(group) is EpicsBy.REST:
            asked = {"order_by": "created_at", "sort": "desc", "include_descendant_groups": False}
            listed = islice(self.client.pages(f"/groups/{group}/epics", asked), NEWEST)
            return [(str(row["iid"]), str(row.get("description") or "")) for row in listed]
        path = self.guard.record(("group", group)).full_path
        data = self.client.graphql(NEWEST_EPICS, {"path": path}, "NewestEpics")
        space = data.get("namespace") or {}
        nodes = items.nodes(space, "workItems")
        return [(str(node["iid"]), str(node.get("description") or "")) for node in nodes]

    def _way(self, group: str) -> EpicsBy:
        return self.probing.way(self.guard.record(("group", group)).full_path)

    def write(self, change: Change) -> Seen | None:
        """Make it or change it the way the instance has epics. Raises `RefusedByRule` where the plan has none."""
        ((_, group),) = self.places(change)
        way = self._way(group)
        if way is EpicsBy.MILESTONES:
            raise RefusedByRule(
                f"{change.title}: the plan of this GitLab group has no epics.",
                hint="Run the command again: it plans milestones and labels in their place.",
            )
        names = [
            str(name) for which in ("labels", "add_labels", "remove_labels") for name in change.after.get(which, ())
        ]
        ids = self.labels.ids(change, ("group", group), names)
        siblings = self._siblings(change, group)
        if way is EpicsBy.WORK_ITEMS:
            path = self.guard.record(("group", group)).full_path
            try:
                return self._by_work_items(change, path, {**ids, **self._ids(change, group, siblings)}, siblings)
            except GraphQLRefused as refused:
                if not refused.unknown_to_schema:
                    raise
                self.probing.degrade(path)  # refused whole before anything was done: REST may do it
        return self._by_rest(change, group, siblings)

    def _siblings(self, change: Change, group: str) -> tuple[str, ...]:
        if change.action is Action.CREATE:
            return ()

        def now() -> Sequence[str]:
            epic = self.reading.epic(*epic_of(change.id, change))
            return epic.labels if epic is not None else ()

        return self.labels.siblings(change, ("group", group), now)

    def _ids(self, change: Change, group: str, names: Sequence[str]) -> dict[str, str]:
        return self.labels.ids(change, ("group", group), names) if names else {}

    def _by_work_items(
        self, change: Change, path: str, labels: Mapping[str, str], siblings: Sequence[str]
    ) -> Seen | None:
        after = change.after
        given: dict[str, Any] = {"title": after["title"]} if "title" in after else {}
        if "description" in after:
            given["descriptionWidget"] = {"description": after["description"]}
        dates = {"startDate": "start_date", "dueDate": "due_date"}
        said = {name: after[ours] or None for name, ours in dates.items() if ours in after}
        if said:
            given["startAndDueDateWidget"] = {**said, "isFixed": True}
        if change.action is Action.CREATE:
            kind = self.probing.of(path).epic_type
            if kind is None:
                raise RefusedByRule(
                    f"{change.title}: GitLab does not say which type of work item an epic is.", hint=AGAIN
                )
            if after.get("labels"):
                given["labelsWidget"] = {"labelIds": [gid("GroupLabel", labels[name]) for name in after["labels"]]}
            given |= {"namespacePath": path, "workItemTypeId": kind}
            data = self.client.graphql(CREATE_EPIC, {"input": given}, "CreateEpic", permission=WRITE)
            return self._written(data["workItemCreate"], change)
        deltas = {
            "addLabelIds": [gid("GroupLabel", labels[name]) for name in after.get("add_labels", ())],
            "removeLabelIds": [gid("GroupLabel", labels[n]) for n in (*after.get("remove_labels", ()), *siblings)],
        }
        if any(deltas.values()):
            given["labelsWidget"] = {name: ids for name, ids in deltas.items() if ids}
        if "state" in after:
            given["stateEvent"] = "CLOSE" if after["state"] == "closed" else "REOPEN"
        given["id"] = gid("WorkItem", self._epic(change).item_id)
        data = self.client.graphql(UPDATE_EPIC, {"input": given}, "UpdateEpic", permission=WRITE)
        return self._written(data["workItemUpdate"], change)

    def _written(self, payload: Mapping[str, Any], change: Change) -> Seen | None:
        return _seen(rows.understood("epic", payload.get("workItem"), items.epic), change)

    def _epic(self, change: Change) -> Epic:
        epic = self.reading.epic(*epic_of(change.id, change))
        if epic is None:
            raise NotFound(f"{change.title}: GitLab does not know it any more.", hint=AGAIN)
        return epic

    def _by_rest(self, change: Change, group: str, siblings: Sequence[str]) -> Seen | None:
        after = change.after
        sent = {name: after[name] for name in ("title", "description") if name in after}
        for name in ("labels", "add_labels", "remove_labels"):
            listed = [*(after.get(name) or ()), *(siblings if name == "remove_labels" else ())]
            if listed:
                sent[name] = ",".join(listed)
        for name in ("start_date", "due_date"):
            if name in after:
                sent |= {f"{name}_fixed": after[name] or None, f"{name}_is_fixed": True}
        if change.action is Action.CREATE:
            row = self.client.post(f"/groups/{group}/epics", sent, permission=WRITE)
        else:
            if "state" in after:
                sent["state_event"] = "close" if after["state"] == "closed" else "reopen"
            row = self.client.put(f"/groups/{group}/epics/{epic_of(change.id, change)[1]}", sent, permission=WRITE)
        return _seen(rows.understood("epic", row, rows.epic), change)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Closed: psdm deletes no epic."""
        return closing(change, seen)


def _seen(epic: Epic, change: Change) -> Seen:
    attributes = {
        "group_id": epic.group_id,
        "title": epic.title,
        "description": epic.description,
        "labels": list(epic.labels),
        "start_date": epic.start,
        "due_date": epic.due,
        "state": epic.state,
    }
    return Seen(epic.id, epic.url, with_deltas(attributes, change, epic.labels))
