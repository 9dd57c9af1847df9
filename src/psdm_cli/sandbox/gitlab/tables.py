"""Rows of the practice GitLab: one maker per table, ids and iids allocated, paths kept true after a rename."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from psdm_cli.sandbox.account import Account, Row

# Ids that a table begins with, so that numbers of different things are never the same by accident.
FIRST = {
    "users": 9001,
    "tokens": 5001,
    "groups": 101,
    "projects": 20001,
    "members": 30001,
    "labels": 40001,
    "milestones": 50001,
    "work_items": 600001,
    "epics": 7001,
    "notes": 800001,
    "links": 3001,
    "boards": 4001,
    "board_lists": 4501,
    "files": 1,
    "commits": 1,
    "uploads": 61,
    "wikis": 1,
    "iterations": 71,
    "redirects": 1,
}


def stamp(moment: datetime) -> str:
    """A time as GitLab writes it: UTC, with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def next_id(account: Account, table: str) -> int:
    """The next free id of a table."""
    return max(int(account.new_id(table)), FIRST.get(table, 1))


def put(account: Account, table: str, row: Row) -> Row:
    """Puts a row with an id of its own."""
    return account.put(table, {"id": next_id(account, table)} | row)


def change(account: Account, table: str, row: Row, changes: Row) -> Row:
    """Changes attributes of a row, `name` among them (which `Account.update` takes for the table's)."""
    return account.put(table, account.row(table, row["id"]) | changes)


def is_project(place: Row) -> bool:
    """Whether a place is a project; else it is a group."""
    return "namespace_id" in place


def path_of(place: Row) -> str:
    """The full path of a group or project."""
    return str(place["path_with_namespace"] if is_project(place) else place["full_path"])


def owner_columns(place: Row) -> Row:
    """`group_id` and `project_id` of what belongs to a place; one of them is null."""
    if is_project(place):
        return {"group_id": None, "project_id": place["id"]}
    return {"group_id": place["id"], "project_id": None}


def column_of(place: Row) -> str:
    """The column that names a place in what belongs to it."""
    return "project_id" if is_project(place) else "group_id"


def make_user(account: Account, username: str, name: str, **more: Any) -> Row:
    """A user; `state`, `email` and `bot` may be given."""
    row = {"username": username, "name": name, "state": "active", "email": f"{username}@psdelivery.example"}
    return put(account, "users", row | {"bot": False} | more)


def make_token(account: Account, name: str, user: Row, **more: Any) -> Row:
    """A token, sent as `sandbox-gitlab-NAME`; `kind`, `scopes`, `active`, `expires_at` may be given."""
    row = {"token_name": name, "user_id": user["id"], "kind": "personal", "scopes": ["api"], "active": True}
    return put(account, "tokens", row | {"expires_at": None, "revoked": False} | more)


def make_group(account: Account, name: str, path: str, parent: Row | None, at: str, **more: Any) -> Row:
    """A group, below a parent or at the top."""
    row = {
        "name": name,
        "path": path,
        "full_path": f"{parent['full_path']}/{path}" if parent else path,
        "parent_id": parent["id"] if parent else None,
        "visibility": "private",
        "description": "",
        "subgroup_creation_level": "maintainer",
        "project_creation_level": "developer",
        "created_at": at,
        "marked_for_deletion_on": None,
    }
    return put(account, "groups", row | more)


def make_project(account: Account, name: str, path: str, group: Row, at: str, **more: Any) -> Row:
    """A project in a group, its repository empty."""
    row = {
        "name": name,
        "path": path,
        "path_with_namespace": f"{group['full_path']}/{path}",
        "namespace_id": group["id"],
        "visibility": "private",
        "description": None,
        "default_branch": None,
        "archived": False,
        "import_status": "none",
        "topics": [],
        "created_at": at,
        "last_activity_at": at,
        "marked_for_deletion_on": None,
        "issues_access_level": "enabled",
        "wiki_access_level": "enabled",
    }
    return put(account, "projects", row | more)


def make_member(account: Account, place: Row, user: Row, level: int, at: str, *, expires_at: str | None = None) -> Row:
    """A direct membership."""
    row = {"source": "project" if is_project(place) else "group", "source_id": place["id"], "user_id": user["id"]}
    return put(account, "members", row | {"access_level": level, "expires_at": expires_at, "created_at": at})


def make_label(account: Account, place: Row, name: str, color: str, description: str | None = None) -> Row:
    """A label of a group or project."""
    return put(account, "labels", owner_columns(place) | {"name": name, "color": color, "description": description})


def next_iid(account: Account, table: str, place: Row) -> int:
    """The next number people see, unique in the place; the numbers of removed rows do not come back."""
    scope = f"{table} {column_of(place)} {place['id']}"
    known = account.find("iids", "scope", scope)
    last: int = known[0]["last"] if known else 0
    last = max([last, *(row["iid"] for row in account.find(table, column_of(place), place["id"]))]) + 1
    if known:
        account.update("iids", known[0]["id"], last=last)
    else:
        put(account, "iids", {"scope": scope, "last": last})
    return last


def make_milestone(account: Account, place: Row, title: str, at: str, **more: Any) -> Row:
    """A milestone of a group or project."""
    row = {"iid": next_iid(account, "milestones", place), "title": title, "description": "", "state": "active"}
    dates = {"start_date": None, "due_date": None, "created_at": at, "updated_at": at}
    return put(account, "milestones", owner_columns(place) | row | dates | more)


def make_work_item(account: Account, place: Row, kind: str, title: str, *, author: Row, at: str, **more: Any) -> Row:
    """An issue or task of a project, or an epic of a group, as a bare row; see `work_items` for how one behaves."""
    row = {
        "iid": next_iid(account, "work_items", place),
        "type": kind,
        "epic_id": next_id(account, "epics") if kind == "Epic" else None,
        "title": title,
        "description": None,
        "state": "opened",
        "label_ids": [],
        "assignee_ids": [],
        "milestone_id": None,
        "iteration_id": None,
        "start_date": None,
        "due_date": None,
        "dates_fixed": kind == "Epic",
        "parent_id": None,
        "confidential": False,
        "weight": None,
        "health_status": None,
        "status": None,
        "author_id": author["id"],
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "lock_version": 0,
        "time_estimate": 0,
        "time_spent": 0,
    }
    made = put(account, "work_items", row | owner_columns(place) | more)
    if kind == "Epic":
        account.put("epics", {"id": made["epic_id"], "work_item_id": made["id"]})
    return made


def make_note(account: Account, item: Row, body: str, author: Row, at: str, **more: Any) -> Row:
    """A note on a work item."""
    row = {"work_item_id": item["id"], "body": body, "internal": False, "system": False, "author_id": author["id"]}
    return put(account, "notes", row | {"created_at": at, "updated_at": at} | more)


def make_link(account: Account, source: Row, target: Row, link_type: str, at: str) -> Row:
    """A link between two work items; `link_type` is relates_to or blocks (the source blocks the target)."""
    row = {"source_id": source["id"], "target_id": target["id"], "link_type": link_type}
    return put(account, "links", row | {"created_at": at, "updated_at": at})


def make_board(account: Account, place: Row, name: str) -> Row:
    """An issue board."""
    return put(account, "boards", owner_columns(place) | {"name": name})


def make_board_list(account: Account, board: Row, label: Row | None, **more: Any) -> Row:
    """The next list of a board, usually of a label."""
    position = len(account.find("board_lists", "board_id", board["id"]))
    row = {"board_id": board["id"], "label_id": label["id"] if label else None, "position": position}
    return put(account, "board_lists", row | {"list_type": "label"} | more)


def ancestors(account: Account, place: Row) -> Iterator[Row]:
    """The groups above a place, the nearest first."""
    above = place["namespace_id"] if is_project(place) else place["parent_id"]
    while above is not None:
        group = account.row("groups", above)
        yield group
        above = group["parent_id"]


def with_ancestors(account: Account, place: Row) -> list[Row]:
    """The place and the groups above it, the nearest first."""
    return [place, *ancestors(account, place)]


def subgroups(account: Account, group: Row) -> list[Row]:
    """The direct children."""
    return account.find("groups", "parent_id", group["id"])


def descendants(account: Account, group: Row) -> list[Row]:
    """All groups below, the nearest first."""
    found: list[Row] = []
    waiting = subgroups(account, group)
    while waiting:
        found += waiting
        waiting = [below for each in waiting for below in subgroups(account, each)]
    return found


def projects_in(account: Account, group: Row, deep: bool = False) -> list[Row]:
    """The projects of a group; with `deep` of all groups below as well."""
    groups = [group, *(descendants(account, group) if deep else [])]
    return [row for each in groups for row in account.find("projects", "namespace_id", each["id"])]


def place_at(account: Account, kind: str, path: str) -> Row | None:
    """The group (`groups`) or project (`projects`) at a full path, whatever its case; None when there is none."""
    column = "full_path" if kind == "groups" else "path_with_namespace"
    exact = account.find(kind, column, path)
    if exact:
        return exact[0]
    return next((row for row in account.rows(kind) if str(row[column]).lower() == path.lower()), None)


def move(account: Account, place: Row, new_path: str) -> Row:
    """Renames the path of a place (or puts it below another group); the old paths answer 301 from then on."""
    kind = "projects" if is_project(place) else "groups"
    below = [] if is_project(place) else [*projects_in(account, place, deep=True), *descendants(account, place)]
    old = path_of(place)
    for row in [place, *below]:
        table = "projects" if is_project(row) else "groups"
        column = "path_with_namespace" if is_project(row) else "full_path"
        put(account, "redirects", {"kind": table, "path": row[column], "target_id": row["id"]})
        account.update(table, row["id"], **{column: new_path + str(row[column])[len(old) :]})
    above = place_at(account, "groups", new_path.rpartition("/")[0])
    column = "namespace_id" if is_project(place) else "parent_id"
    return account.update(
        kind, place["id"], path=new_path.rpartition("/")[2], **{column: above["id"] if above else None}
    )
