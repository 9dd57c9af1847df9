"""Rows as the contract's answers show them: users, groups, projects, labels, milestones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import tables

if TYPE_CHECKING:
    from psdm_cli.sandbox.gitlab.calls import Call

Shown = dict[str, Any]


def user(call: Call, row: Row) -> Shown:
    """A user as others see them."""
    return {
        "id": row["id"],
        "username": row["username"],
        "name": row["name"],
        "state": row["state"],
        "locked": False,
        "avatar_url": None,
        "web_url": f"{call.web}/{row['username']}",
    }


def user_id(call: Call, id_: object) -> Shown | None:
    """The user with this id, or None."""
    row = call.account.get("users", id_)
    return user(call, row) if row else None


def group(call: Call, row: Row) -> Shown:
    """A group."""
    names = [each["name"] for each in reversed(tables.with_ancestors(call.account, row))]
    return {
        "id": row["id"],
        "name": row["name"],
        "path": row["path"],
        "full_path": row["full_path"],
        "full_name": " / ".join(names),
        "parent_id": row["parent_id"],
        "description": row["description"],
        "visibility": row["visibility"],
        "web_url": call.url(row),
        "created_at": row["created_at"],
        "archived": False,
        "marked_for_deletion_on": row["marked_for_deletion_on"],
    }


def project(call: Call, row: Row) -> Shown:
    """A project."""
    above = call.account.row("groups", row["namespace_id"])
    names = [each["name"] for each in reversed(tables.with_ancestors(call.account, row))]
    opened = [item for item in call.account.find("work_items", "project_id", row["id"]) if item["state"] == "opened"]
    level = call.level(row)
    shown = {
        "id": row["id"],
        "name": row["name"],
        "path": row["path"],
        "path_with_namespace": row["path_with_namespace"],
        "name_with_namespace": " / ".join(names),
        "description": row["description"],
        "visibility": row["visibility"],
        "default_branch": row["default_branch"],
        "empty_repo": row["default_branch"] is None,
        "web_url": call.url(row),
        "http_url_to_repo": f"{call.url(row)}.git",
        "ssh_url_to_repo": f"git@{call.web.partition('://')[2].partition('/')[0]}:{row['path_with_namespace']}.git",
        "archived": row["archived"],
        "created_at": row["created_at"],
        "last_activity_at": row["last_activity_at"],
        "issues_enabled": row["issues_access_level"] != "disabled",
        "issues_access_level": row["issues_access_level"],
        "wiki_access_level": row["wiki_access_level"],
        "namespace": {
            "id": above["id"],
            "path": above["path"],
            "kind": "group",
            "full_path": above["full_path"],
            "parent_id": above["parent_id"],
        },
        "import_status": row["import_status"],
        "import_error": row.get("import_error"),
        "marked_for_deletion_on": row["marked_for_deletion_on"],
        "topics": row["topics"],
        "open_issues_count": len(opened),
    }
    return shown | {"permissions": {"project_access": {"access_level": level} if level else None, "group_access": None}}


def label(call: Call, row: Row, project: bool = False, counts: bool = False) -> Shown:
    """A label; in a project with where it comes from, with how many items have it when asked."""
    shown = {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "color": row["color"],
        "text_color": text_color(row["color"]),
        "archived": False,
    }
    if counts:
        states = [item["state"] for item in call.account.rows("work_items") if row["id"] in item["label_ids"]]
        shown |= {"open_issues_count": states.count("opened"), "closed_issues_count": states.count("closed")}
    if project:
        shown |= {"priority": row.get("priority"), "is_project_label": row["project_id"] is not None}
    return shown


def text_color(color: str) -> str:
    """Dark text on a light label, white on a dark one."""
    digits = color.lstrip("#")
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", digits):
        return "#FFFFFF"
    parts = [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
    return "#1F1E24" if sum(parts) > 500 else "#FFFFFF"


def milestone(call: Call, row: Row) -> Shown:
    """A milestone; the id of the other kind of place is left out, as GitLab does."""
    shown = {key: row[key] for key in ("id", "iid", "title", "description", "state", "start_date", "due_date")}
    shown |= {"created_at": row["created_at"], "updated_at": row["updated_at"]}
    late = row["due_date"] is not None and row["due_date"] < call.today.isoformat()
    column = "project_id" if row["project_id"] is not None else "group_id"
    place = call.account.row("projects" if column == "project_id" else "groups", row[column])
    middle = "/-/milestones/"
    return shown | {"expired": late, column: row[column], "web_url": f"{call.url(place)}{middle}{row['iid']}"}
