"""GitLab's rows as psdm's records: absent and null are unknown, surplus is ignored, nonsense is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from psdm_cli.domain.gitlab import (
    Board,
    Epic,
    GitLabUser,
    Group,
    Issue,
    LabelRow,
    Member,
    Milestone,
    Note,
    Project,
    Tasks,
)
from psdm_cli.errors import BadAnswer
from psdm_cli.systems.http.attributes import Row, Wrong, day, flag, ident, instant, needed, shown, text, whole

R = TypeVar("R")
_PARENT = re.compile(r"/groups/(\d+)/(?:-/)?epics/(\d+)$")


def understood(what: str, row: Any, read: Callable[[Row], R]) -> R:
    """The record that `read` makes of a row. Raises `BadAnswer` naming the record and the attribute."""
    if not isinstance(row, dict):
        raise BadAnswer(f"GitLab's answer holds a {what} that is no object: {shown(row)}.")
    try:
        return read(row)
    except Wrong as wrong:
        name = next(
            (shown(row[key]) for key in ("web_url", "webUrl", "iid", "id", "name") if row.get(key)), "without id"
        )
        raise BadAnswer(f"GitLab's {what} {name} cannot be understood: {wrong}.") from None


def must_ident(row: Row, name: str = "id") -> str:
    """An id that has to be there."""
    found: str = needed(ident(row, name), name)
    return found


def must_text(row: Row, name: str) -> str:
    """A text that has to be there; it may be empty."""
    found: str = needed(text(row, name), name)
    return found


def part(row: Row, name: str) -> Row:
    """An object within a row; empty where it is absent or null."""
    value = row.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Wrong(f"{name}: {shown(value)} is no object")
    return value


def parts(row: Row, name: str) -> list[Row]:
    """A list of objects within a row; empty where it is absent or null."""
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong(f"{name}: {shown(value)} is no list of objects")
    return value


def user(row: Row) -> GitLabUser:
    """A user, in its full or its basic form."""
    username = must_text(row, "username")
    return GitLabUser(must_ident(row), username, text(row, "name") or username, bool(flag(row, "bot")))


def user_or_none(row: Row, name: str) -> GitLabUser | None:
    """A user within a row; None for nobody and for a deleted one."""
    found = part(row, name)
    return user(found) if found else None


def group(row: Row, ancestors: tuple[str, ...] = ()) -> Group:
    """A group; its ancestors were asked apart."""
    path = must_text(row, "path")
    return Group(
        id=must_ident(row),
        name=text(row, "name") or path,
        path=path,
        full_path=must_text(row, "full_path"),
        visibility=must_text(row, "visibility"),
        url=text(row, "web_url"),
        parent_id=ident(row, "parent_id"),
        ancestors=ancestors,
        description=text(row, "description"),
        deletion_on=day(row, "marked_for_deletion_on"),
    )


def project(row: Row, ancestors: tuple[str, ...] = ()) -> Project:
    """A project; its ancestors were asked apart."""
    namespace = part(row, "namespace")
    path = must_text(row, "path")
    return Project(
        id=must_ident(row),
        name=text(row, "name") or path,
        path=path,
        full_path=must_text(row, "path_with_namespace"),
        visibility=must_text(row, "visibility"),
        url=text(row, "web_url"),
        group_id=ident(namespace, "id") if text(namespace, "kind") != "user" else None,
        ancestors=ancestors,
        description=text(row, "description"),
        default_branch=text(row, "default_branch"),
        archived=bool(flag(row, "archived")),
        deletion_on=day(row, "marked_for_deletion_on"),
    )


def label(row: Row, own: bool) -> LabelRow:
    """A label."""
    return LabelRow(must_ident(row), must_text(row, "name"), text(row, "color") or "", text(row, "description"), own)


def milestone(row: Row) -> Milestone:
    """A milestone."""
    return Milestone(
        id=must_ident(row),
        iid=must_ident(row, "iid"),
        title=must_text(row, "title"),
        state=must_text(row, "state"),
        description=text(row, "description"),
        start=day(row, "start_date"),
        due=day(row, "due_date"),
        url=text(row, "web_url"),
        group_id=ident(row, "group_id"),
        project_id=ident(row, "project_id"),
    )


def member(row: Row, inherited: bool) -> Member:
    """A member."""
    return Member(user(row), needed(whole(row, "access_level"), "access_level"), day(row, "expires_at"), inherited)


def board(row: Row, lists: list[Row] | None = None) -> Board:
    """A board with the labels of its lists."""
    rows = sorted(parts(row, "lists") if lists is None else lists, key=lambda one: whole(one, "position") or 0)
    names = tuple(must_text(part(one, "label"), "name") for one in rows if part(one, "label"))
    return Board(must_ident(row), text(row, "name") or "", names)


def label_names(row: Row) -> tuple[str, ...]:
    """The labels on an issue or epic: names, or objects where details were asked for."""
    value = row.get("labels")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Wrong(f"labels: {shown(value)} is no list")
    return tuple(must_text(item, "name") if isinstance(item, dict) else str(item) for item in value)


def epic(row: Row) -> Epic:
    """An epic as REST has it."""
    group_id, iid = must_ident(row, "group_id"), must_ident(row, "iid")
    links = part(row, "_links")
    found = _PARENT.search(str(links.get("parent") or ""))
    return Epic(
        id=f"{group_id}&{iid}",
        iid=iid,
        group_id=group_id,
        title=must_text(row, "title"),
        state=must_text(row, "state"),
        url=text(row, "web_url"),
        description=text(row, "description"),
        labels=label_names(row),
        start=day(row, "start_date"),
        due=day(row, "due_date") or day(row, "end_date"),
        parent_id=f"{found[1]}&{found[2]}" if found else None,
        rest_id=must_ident(row),
        item_id=ident(row, "work_item_id"),
        updated_at=instant(row, "updated_at"),
    )


def issue(row: Row) -> Issue:
    """An issue as REST has it. Features that the plan lacks are absent, not null."""
    project_id, iid = must_ident(row, "project_id"), must_ident(row, "iid")
    parent = part(row, "epic")
    on_epic = ident(parent, "group_id"), ident(parent, "iid")
    counted = part(row, "task_completion_status")
    return Issue(
        id=f"{project_id}#{iid}",
        iid=iid,
        project_id=project_id,
        title=must_text(row, "title"),
        state=must_text(row, "state"),
        url=text(row, "web_url"),
        description=text(row, "description"),
        labels=label_names(row),
        assignees=tuple(user(one) for one in parts(row, "assignees")),
        author=user_or_none(row, "author"),
        due=day(row, "due_date"),
        start=day(row, "start_date"),
        milestone_id=ident(part(row, "milestone"), "id"),
        epic_id=f"{on_epic[0]}&{on_epic[1]}" if all(on_epic) else None,
        item_id=ident(row, "id"),
        confidential=bool(flag(row, "confidential")),
        health=text(row, "health_status"),
        weight=whole(row, "weight"),
        tasks=_tasks(counted, "completed_count"),
        reference=text(part(row, "references"), "full"),
        created_at=instant(row, "created_at"),
        updated_at=instant(row, "updated_at"),
        closed_at=instant(row, "closed_at"),
    )


def _tasks(counted: Mapping[str, Any], completed: str) -> Tasks | None:
    count, done = whole(counted, "count"), whole(counted, completed)
    return None if count is None or done is None else Tasks(count, done)


def note(row: Row, url: str | None) -> Note:
    """A comment as REST has it; `url` is the page it stands on."""
    key = must_ident(row)
    hidden = flag(row, "internal")
    return Note(
        id=key,
        body=must_text(row, "body"),
        author=user_or_none(row, "author"),
        internal=bool(flag(row, "confidential") if hidden is None else hidden),
        system=bool(flag(row, "system")),
        created_at=instant(row, "created_at"),
        url=f"{url}#note_{key}" if url else None,
    )
