"""GitLab's groups and projects with their ancestors, and what belongs to them: labels, milestones, members, boards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from psdm_cli.domain.gitlab import Board, Group, LabelRow, Member, Milestone, Project
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.contract import is_id, segment
from psdm_cli.systems.gitlab.refusals import Unseen
from psdm_cli.systems.http.attributes import Row

R = TypeVar("R")


class Places:
    """Reads groups and projects of one GitLab. Ancestors are remembered for the run, by id; the place itself never."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._parents: dict[str, str | None] = {}
        self._paths: dict[str, str] = {}
        self._project_ids: dict[str, str] = {}

    # groups

    def group(self, group: str) -> Group | None:
        """A group with its ancestors; None where it is absent or hidden."""
        found = self._group(group)
        return None if found is None else rows.understood("group", found, self._placed)

    def subgroups(self, group: str, search: str | None) -> Sequence[Group]:
        """The direct children."""
        listed = self._listed(f"/groups/{segment(group)}/subgroups", "group", self._placed, _search(search))
        return _once(listed)

    def path_of(self, group: str) -> str:
        """The full path of a group. Raises `NotFound`."""
        if not is_id(group):
            return group
        with self._lock:
            known = self._paths.get(group)
        if known is None:
            found = self.group(group)
            if found is None:
                raise Unseen(f"GitLab has no group {group}, or the token may not see it.")
            known = found.full_path
        return known

    def _placed(self, row: Row) -> Group:
        found = rows.group(row)
        self._remember(found.id, found.parent_id, found.full_path)
        return rows.group(row, self._above(found.parent_id))

    def _group(self, group: str) -> Any:
        return self._client.get(f"/groups/{segment(group)}", {"with_projects": False})

    def _remember(self, key: str, parent: str | None, path: str) -> None:
        with self._lock:
            self._parents[key] = parent
            self._paths[key] = path

    def _above(self, parent: str | None) -> tuple[str, ...]:
        """The ids from the root down to `parent`; one that the token may not see ends the chain upwards."""
        chain: list[str] = []
        while parent is not None and parent not in chain:
            chain.append(parent)
            with self._lock:
                known = parent in self._parents
            if not known:
                found = self._group(parent)
                if found is None:
                    break
                seen = rows.understood("group", found, rows.group)
                self._remember(seen.id, seen.parent_id, seen.full_path)
            parent = self._parents.get(parent)
        return tuple(reversed(chain))

    # projects

    def project(self, project: str) -> Project | None:
        """A project with its ancestors; None where it is absent or hidden."""
        found = self._client.get(f"/projects/{segment(project)}")
        return None if found is None else rows.understood("project", found, self._project)

    def projects(self, group: str, descendants: bool, search: str | None) -> Sequence[Project]:
        """The projects of a group, shared ones left out."""
        if descendants:  # their groups in a few pages, rather than one by one
            for one in self._listed(f"/groups/{segment(group)}/descendant_groups", "group", rows.group, {}):
                self._remember(one.id, one.parent_id, one.full_path)
        params = {"include_subgroups": descendants, "with_shared": False, **_search(search)}
        return _once(self._listed(f"/groups/{segment(group)}/projects", "project", self._project, params))

    def project_ids(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The ids of projects by full path; those that are hidden are left out."""
        with self._lock:
            unknown = [path for path in dict.fromkeys(paths) if path not in self._project_ids]

        def ask(path: str) -> Callable[[], Project | None]:
            return lambda: self.project(path)

        found = self._client.together([ask(path) for path in unknown])
        with self._lock:
            self._project_ids.update(
                {path: one.id for path, one in zip(unknown, found, strict=True) if one is not None}
            )
            return {path: self._project_ids[path] for path in paths if path in self._project_ids}

    def _project(self, row: Row) -> Project:
        found = rows.project(row)
        return rows.project(row, self._above(found.group_id))

    # what belongs to a place

    def labels(self, group: str | None, project: str | None) -> Sequence[LabelRow]:
        """The labels that may be used there; `own` are those of the very place."""
        place = _place(group, project)
        path = f"{place}/labels"
        mine, all_ = self._client.together(
            [
                lambda: self._raw(path, {"include_ancestor_groups": False}),
                lambda: self._raw(path, {"include_ancestor_groups": True}),
            ]
        )
        own = {str(row.get("id")) for row in mine}
        listed = [rows.understood("label", row, lambda one: rows.label(one, str(one.get("id")) in own)) for row in all_]
        return _once(listed)

    def milestones(self, group: str | None, project: str | None) -> Sequence[Milestone]:
        """The milestones of the place itself, in every state."""
        return _once(self._listed(f"{_place(group, project)}/milestones", "milestone", rows.milestone, {}))

    def members(self, group: str | None, project: str | None) -> Sequence[Member]:
        """Who may enter; each person once, with the highest right."""
        place = _place(group, project)
        direct, all_ = self._client.together(
            [lambda: self._raw(f"{place}/members", {}), lambda: self._raw(f"{place}/members/all", {})]
        )
        own = {str(row.get("id")) for row in direct}
        found: dict[str, Member] = {}
        for row in (*all_, *direct):
            one = rows.understood("member", row, lambda one: rows.member(one, str(one.get("id")) not in own))
            if one.user.id not in found or found[one.user.id].access_level < one.access_level:
                found[one.user.id] = one
        return tuple(found.values())

    def boards(self, group: str | None, project: str | None) -> Sequence[Board]:
        """The boards of a place, with the labels of their lists."""
        path = f"{_place(group, project)}/boards"

        def read(row: Row) -> Board:
            lists = None if "lists" in row else list(self._raw(f"{path}/{rows.must_ident(row)}/lists", {}))
            return rows.board(row, lists)

        return _once(self._listed(path, "board", read, {}))

    def _raw(self, path: str, params: Mapping[str, Any]) -> list[Row]:
        return list(self._client.pages(path, params))

    def _listed(self, path: str, what: str, read: Callable[[Row], R], params: Mapping[str, Any]) -> list[R]:
        return [rows.understood(what, row, read) for row in self._client.pages(path, params)]


def _place(group: str | None, project: str | None) -> str:
    if (group is None) == (project is None):
        raise ValueError("name a group or a project")
    return f"/groups/{segment(group)}" if group is not None else f"/projects/{segment(project or '')}"


def _search(search: str | None) -> dict[str, Any]:
    return {"search": search} if search else {}


def _once(listed: Sequence[Any]) -> tuple[Any, ...]:
    """Each object once: a row may come twice when others were made between two pages."""
    return tuple({one.id: one for one in listed}.values())
