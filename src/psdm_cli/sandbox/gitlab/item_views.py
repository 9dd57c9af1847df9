"""Issues, epics, notes and links as REST shows them; what a plan lacks is absent, not null."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import durations, item_notes, iterations, shapes
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.hierarchy import effective, inherited, is_fixed
from psdm_cli.sandbox.gitlab.item_labels import labels_of
from psdm_cli.sandbox.gitlab.item_places import TYPES, is_epic, reads, reference, web_path
from psdm_cli.sandbox.gitlab.task_lists import completion

Shown = dict[str, Any]


def time_stats(item: Row) -> Shown:
    """Estimate and spent, in seconds and in words."""
    return {
        "time_estimate": item["time_estimate"],
        "total_time_spent": item["time_spent"],
        "human_time_estimate": durations.human(item["time_estimate"]),
        "human_total_time_spent": durations.human(item["time_spent"]),
    }


def labels(call: Call, item: Row, details: bool) -> list[Any]:
    """Names, or whole labels when asked for."""
    rows = labels_of(call, item)
    return [shapes.label(call, row) for row in rows] if details else [row["name"] for row in rows]


def references(call: Call, item: Row) -> Shown:
    """Short, relative and full reference."""
    short = reference(call, item, full=False)
    return {"short": short, "relative": short, "full": reference(call, item)}


def issue(call: Call, item: Row, details: bool = False) -> Shown:
    """An issue or task of a project."""
    count, done = completion(item["description"])
    milestone = call.account.get("milestones", item["milestone_id"]) if item["milestone_id"] else None
    assignees = [shapes.user_id(call, id_) for id_ in item["assignee_ids"]]
    shown: Shown = {
        "id": item["id"],
        "iid": item["iid"],
        "project_id": item["project_id"],
        "title": item["title"],
        "description": item["description"],
        "state": item["state"],
        "issue_type": TYPES[item["type"]].lower(),
        "labels": labels(call, item, details),
        "milestone": shapes.milestone(call, milestone) if milestone else None,
        "assignees": [user for user in assignees if user],
        "author": shapes.user_id(call, item["author_id"]),
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "closed_at": item["closed_at"],
        "closed_by": shapes.user_id(call, item.get("closed_by_id")),
        "due_date": item["due_date"],
        "start_date": item["start_date"],
        "confidential": item["confidential"],
        "discussion_locked": item.get("discussion_locked"),
        "user_notes_count": item_notes.comments(call, item),
        "time_stats": time_stats(item),
        "task_completion_status": {"count": count, "completed_count": done},
        "references": references(call, item),
        "web_url": f"{call.web}{web_path(call, item)}",
        "moved_to_id": None,
    }
    return shown | _paid(call, item)


def _paid(call: Call, item: Row) -> Shown:
    shown: Shown = {}
    if call.has("weights"):
        shown["weight"] = item["weight"]
    if call.has("epics"):
        parent = call.account.get("work_items", item["parent_id"]) if item["parent_id"] else None
        epic_row = parent if parent is not None and is_epic(parent) and reads(call, parent) else None
        shown["epic"] = _epic_brief(call, epic_row) if epic_row else None
        shown["epic_iid"] = epic_row["iid"] if epic_row else None
    if call.has("iterations"):
        row = call.account.get("iterations", item["iteration_id"]) if item["iteration_id"] else None
        shown["iteration"] = iterations.shown(call, row) if row else None
    if call.has("health_status"):
        shown["health_status"] = item["health_status"]
    return shown


def _epic_brief(call: Call, item: Row) -> Shown:
    url = web_path(call, item)
    return {
        k: item[v] for k, v in (("id", "epic_id"), ("iid", "iid"), ("title", "title"), ("group_id", "group_id"))
    } | {"url": url}


def epic(call: Call, item: Row, details: bool = False, single: bool = False) -> Shown:
    """An epic, with the work item that stands behind it."""
    parent = call.account.get("work_items", item["parent_id"]) if item["parent_id"] else None
    parent = parent if parent is not None and reads(call, parent) else None
    shown: Shown = {
        "id": item["epic_id"],
        "work_item_id": item["id"],
        "iid": item["iid"],
        "group_id": item["group_id"],
        "parent_id": parent["epic_id"] if parent else None,
        "parent_iid": parent["iid"] if parent else None,
        "title": item["title"],
        "description": item["description"],
        "confidential": item["confidential"],
        "state": item["state"],
        "color": item.get("color") or "#1068bf",
        "author": shapes.user_id(call, item["author_id"]),
        "labels": labels(call, item, details),
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "closed_at": item["closed_at"],
        "web_url": f"{call.web}{web_path(call, item)}",
        "references": references(call, item),
        "_links": _epic_links(call, item),
    }
    for side in ("start_date", "due_date"):
        shown[side] = effective(call, item, side)
        shown[f"{side}_is_fixed"] = is_fixed(item, side)
        shown[f"{side}_fixed"] = item[side]
        shown[f"{side}_from_inherited_source"] = inherited(call, item, side)
    return shown | ({"subscribed": True} if single else {})


def _epic_links(call: Call, item: Row) -> Shown:
    base = f"{call.root}/api/v4/groups/{item['group_id']}"
    return {
        "self": f"{base}/epics/{item['iid']}",
        "epic_issues": f"{base}/epics/{item['iid']}/issues",
        "group": base,
        "parent": None,
    }


def note(call: Call, row: Row) -> Shown:
    """A note; an epic's noteable_id is the epic's own id, an issue's the issue's."""
    item = call.account.row("work_items", row["work_item_id"])
    an_epic = is_epic(item)
    return {
        "id": row["id"],
        "body": row["body"],
        "author": shapes.user_id(call, row["author_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "system": row["system"],
        "internal": row["internal"],
        "confidential": row["internal"],
        "noteable_id": item["epic_id"] if an_epic else item["id"],
        "noteable_iid": item["iid"],
        "noteable_type": "Epic" if an_epic else "Issue",
        "project_id": None if an_epic else item["project_id"],
        "resolvable": False,
    }
