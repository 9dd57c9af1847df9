"""GitLab's work items, as GraphQL has them, as psdm's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psdm_cli.domain.gitlab import Epic, GitLabUser, Issue, Note, Tasks
from psdm_cli.systems.gitlab.rows import must_text, part, parts
from psdm_cli.systems.http.attributes import Row, Wrong, day, flag, instant, shown, text, whole

_STATES = {"OPEN": "opened", "CLOSED": "closed"}
#: GraphQL's spelling of a health → REST's, which psdm uses.
_HEALTH = {"onTrack": "on_track", "needsAttention": "needs_attention", "atRisk": "at_risk"}


def number(gid: Any) -> str:
    """The number of a global id: `gid://gitlab/WorkItem/12` is `12`. Raises `Wrong`."""
    last = str(gid).rsplit("/", 1)[-1]
    if not (isinstance(gid, str) and gid.startswith("gid://") and last.isascii() and last.isdigit()):
        raise Wrong(f"id: {shown(gid)} is no global id")
    return last


def item_gid(item_id: str) -> str:
    """The global id of a work item."""
    return f"gid://gitlab/WorkItem/{item_id}"


def widgets(row: Row) -> dict[str, Any]:
    """The attributes of all widgets of a work item; no two of those we ask for share a name."""
    together: dict[str, Any] = {}
    for widget in parts(row, "widgets"):
        together.update(widget)
    return together


def nodes(row: Row, name: str) -> list[Row]:
    """The nodes of a connection, those that the token may not see left out."""
    value = part(row, name).get("nodes")
    if value is None:
        return []
    if not isinstance(value, list) or not all(node is None or isinstance(node, dict) for node in value):
        raise Wrong(f"{name}: {shown(value)} is no list of objects")
    return [node for node in value if node is not None]


def _labels(seen: Row) -> tuple[str, ...]:
    return tuple(sorted((must_text(label, "title") for label in nodes(seen, "labels")), key=str.casefold))  # as REST


def _parent(seen: Row) -> str | None:
    parent = part(seen, "parent")
    where = part(parent, "namespace")
    return f"{number(where['id'])}&{must_text(parent, 'iid')}" if where.get("id") else None


def _state(row: Row) -> str:
    said = must_text(row, "state")
    return _STATES.get(said, said.lower())


def person(row: Row) -> GitLabUser | None:
    """A user; None for nobody."""
    if not row:
        return None
    username = must_text(row, "username")
    return GitLabUser(number(row.get("id")), username, text(row, "name") or username)


def epic(row: Row) -> Epic:
    """An epic."""
    seen = widgets(row)
    group_id, iid = number(part(row, "namespace").get("id")), must_text(row, "iid")
    return Epic(
        id=f"{group_id}&{iid}",
        iid=iid,
        group_id=group_id,
        title=must_text(row, "title"),
        state=_state(row),
        url=text(row, "webUrl"),
        description=text(row, "description"),
        labels=_labels(seen),
        start=day(seen, "startDate"),
        due=day(seen, "dueDate"),
        parent_id=_parent(seen),
        item_id=number(row.get("id")),
        updated_at=instant(row, "updatedAt"),
    )


def is_issue(row: Row) -> bool:
    """Whether a child of an epic is an issue, not another epic."""
    return str(part(row, "workItemType").get("name", "")).casefold() != "epic"


def place(row: Row) -> str:
    """The full path of the project that an issue lives in."""
    return must_text(part(row, "namespace"), "fullPath")


def issue(row: Row, project_ids: Mapping[str, str]) -> Issue:
    """An issue. `project_ids`: full path → id, since a namespace's id is not its project's."""
    seen = widgets(row)
    iid, path = must_text(row, "iid"), place(row)
    if path not in project_ids:
        raise Wrong(f"its project {shown(path)} is not visible")
    health = text(seen, "healthStatus")
    counted = part(seen, "taskCompletionStatus")
    count, done = whole(counted, "count"), whole(counted, "completedCount")
    milestone = part(seen, "milestone").get("id")
    people = (person(one) for one in nodes(seen, "assignees"))
    return Issue(
        id=f"{project_ids[path]}#{iid}",
        iid=iid,
        project_id=project_ids[path],
        title=must_text(row, "title"),
        state=_state(row),
        url=text(row, "webUrl"),
        description=text(row, "description"),
        labels=_labels(seen),
        assignees=tuple(one for one in people if one is not None),
        author=person(part(row, "author")),
        due=day(seen, "dueDate"),
        start=day(seen, "startDate"),
        milestone_id=number(milestone) if milestone else None,
        epic_id=_parent(seen),
        item_id=number(row.get("id")),
        confidential=bool(flag(row, "confidential")),
        health=_HEALTH.get(health, health) if health else None,
        weight=whole(seen, "weight"),
        tasks=None if count is None or done is None else Tasks(count, done),
        reference=text(row, "reference"),
        created_at=instant(row, "createdAt"),
        updated_at=instant(row, "updatedAt"),
        closed_at=instant(row, "closedAt"),
    )


def note(row: Row) -> Note:
    """A comment."""
    return Note(
        id=number(row.get("id")),
        body=must_text(row, "body"),
        author=person(part(row, "author")),
        internal=bool(flag(row, "internal")),
        system=bool(flag(row, "system")),
        created_at=instant(row, "createdAt"),
        url=text(row, "url"),
    )
