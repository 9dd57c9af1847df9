"""Epics, read the way that the plan and the server allow: work items, REST epics, or none (milestones stand in)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from psdm_cli.domain.gitlab import Epic, EpicsBy, Issue, Note
from psdm_cli.errors import Forbidden, NotFound
from psdm_cli.systems.gitlab import items, rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.connections import paged
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.documents import EPIC, EPIC_ISSUES, EPICS, NOTES
from psdm_cli.systems.gitlab.places import Places
from psdm_cli.systems.gitlab.probing import Probing
from psdm_cli.systems.gitlab.refusals import GraphQLRefused, Unseen
from psdm_cli.systems.gitlab.rows import part
from psdm_cli.systems.http.attributes import Row

T = TypeVar("T")


class Epics:
    """Reads epics of one GitLab. Where the plan has none, there are none to read: milestones are asked apart."""

    def __init__(self, client: GitLabClient, places: Places, probing: Probing) -> None:
        self._client = client
        self._places = places
        self._probing = probing

    def epics(
        self,
        group: str,
        *,
        search: str | None,
        in_title: bool,
        labels: Sequence[str],
        state: str,
        descendants: bool,
    ) -> Sequence[Epic]:
        """Epics of a group. Raises `NotFound` where there is no such group."""
        path = self._places.path_of(group)

        def by_items() -> Sequence[Epic]:
            variables = {
                "path": path,
                "below": descendants,
                "state": state,
                "labels": list(labels) or None,
                "search": search or None,
                "in": (["TITLE"] if in_title else ["TITLE", "DESCRIPTION"]) if search else None,
            }
            listed = paged(self._client, EPICS, "Epics", variables, _items_of)
            return _once([rows.understood("epic", node, items.epic) for node in listed])

        def by_rest() -> Sequence[Epic]:
            params: dict[str, Any] = {
                "state": state,
                "order_by": "created_at",
                "sort": "asc",
                "include_descendant_groups": descendants,
            }
            if labels:
                params["labels"] = ",".join(labels)
            if search:
                params["search"] = search
            listed = self._client.pages(f"/groups/{segment(path)}/epics", params)
            found = _once([rows.understood("epic", row, rows.epic) for row in listed])
            return tuple(one for one in found if not search or not in_title or _in(one.title, search))

        return self._by_way(path, by_items, by_rest, ())

    def epic(self, group: str, iid: str) -> Epic | None:
        """One epic by its number."""
        path = self._places.path_of(group)

        def by_items() -> Epic | None:
            data = self._client.graphql(EPIC, {"path": path, "iid": iid}, "Epic")
            node = part(part(data, "namespace"), "workItem")
            return rows.understood("epic", node, items.epic) if node else None

        def by_rest() -> Epic | None:
            row = self._client.get(f"/groups/{segment(path)}/epics/{segment(iid)}")
            return None if row is None else rows.understood("epic", row, rows.epic)

        return self._by_way(path, by_items, by_rest, None)

    def issues(self, epic: Epic) -> Sequence[Issue]:
        """The issues that hang on an epic; those that the token may not see are not told."""
        path = self._places.path_of(epic.group_id)

        def by_items() -> Sequence[Issue]:
            item = epic.item_id or self._item_of(epic)
            if item is None:
                return ()
            nodes = list(paged(self._client, EPIC_ISSUES, "EpicIssues", {"id": items.item_gid(item)}, _children_of))
            return self.issues_of([node for node in nodes if not isinstance(node, dict) or items.is_issue(node)])

        def by_rest() -> Sequence[Issue]:
            listed = self._client.pages(f"/groups/{epic.group_id}/epics/{epic.iid}/issues")
            return _once([rows.understood("issue", row, rows.issue) for row in listed])

        return self._by_way(path, by_items, by_rest, ())

    def notes(self, epic: Epic) -> Sequence[Note]:
        """The comments on an epic. REST's route takes the global id: an iid would hit another epic."""
        path = self._places.path_of(epic.group_id)

        def by_items() -> Sequence[Note]:
            item = epic.item_id or self._item_of(epic)
            if item is None:
                return ()
            listed = paged(self._client, NOTES, "Notes", {"id": items.item_gid(item)}, _notes_of)
            return _once([rows.understood("note", node, items.note) for node in listed])

        def by_rest() -> Sequence[Note]:
            rest_id = epic.rest_id or self._rest_id_of(epic)
            if rest_id is None:
                return ()
            params = {"activity_filter": "only_comments", "sort": "asc", "order_by": "created_at"}
            listed = self._client.pages(f"/groups/{epic.group_id}/epics/{rest_id}/notes", params)
            return _once([rows.understood("note", row, lambda one: rows.note(one, epic.url)) for row in listed])

        return self._by_way(path, by_items, by_rest, ())

    def issues_of(self, nodes: Sequence[Row]) -> Sequence[Issue]:
        """Issues that GraphQL listed: their projects' ids are asked for, since it tells paths alone."""
        paths = [rows.understood("issue", node, items.place) for node in nodes]
        ids = self._places.project_ids(paths)
        seen = [node for node, path in zip(nodes, paths, strict=True) if path in ids]
        return _once([rows.understood("issue", node, lambda one: items.issue(one, ids)) for node in seen])

    def _by_way(self, path: str, by_items: Callable[[], T], by_rest: Callable[[], T], nothing: T) -> T:
        way = self._probing.way(path)
        if way is EpicsBy.WORK_ITEMS:
            try:
                return by_items()
            except GraphQLRefused as refused:
                if not refused.unknown_to_schema:
                    raise
                self._probing.degrade(path)
                way = EpicsBy.REST
            except Unseen:
                raise
            except NotFound:  # /api/graphql itself is gone since the probe
                self._probing.degrade(path)
                way = EpicsBy.REST
        if way is EpicsBy.MILESTONES:
            return nothing
        try:
            return by_rest()
        except Forbidden as error:
            if "scope" in error.permission:
                raise
            return nothing

    def _item_of(self, epic: Epic) -> str | None:
        found = self.epic(epic.group_id, epic.iid)
        return None if found is None else found.item_id

    def _rest_id_of(self, epic: Epic) -> str | None:
        row = self._client.get(f"/groups/{epic.group_id}/epics/{epic.iid}")
        return None if row is None else rows.understood("epic", row, rows.epic).rest_id


def _items_of(data: Row) -> Row | None:
    if not part(data, "namespace"):
        raise Unseen("GitLab has no such group, or the token may not see it.")
    return part(part(data, "namespace"), "workItems") or None


def _widget_of(data: Row, name: str) -> Row | None:
    seen = items.widgets(part(data, "workItem"))
    return part(seen, name) or None


def _children_of(data: Row) -> Row | None:
    return _widget_of(data, "children")


def _notes_of(data: Row) -> Row | None:
    return _widget_of(data, "notes")


def _in(title: str, search: str) -> bool:
    """Whether each word of the search is in the title; REST looks in descriptions too."""
    return all(word in title.casefold() for word in search.casefold().split())


def _once(listed: Sequence[Any]) -> tuple[Any, ...]:
    return tuple({one.id: one for one in listed}.values())
