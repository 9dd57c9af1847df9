"""A work item and what stands around it, as GraphQL shows them: people, labels, time boxes, notes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_notes, iterations, levels
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_fields import Args, field
from psdm_cli.sandbox.gitlab.graphql_queries import kind_of
from psdm_cli.sandbox.gitlab.graphql_running import Running
from psdm_cli.sandbox.gitlab.graphql_schema import gid
from psdm_cli.sandbox.gitlab.item_places import belongs, edits, home, is_epic, may_comment, plans, reference, web_path
from psdm_cli.sandbox.gitlab.work_item_types import Kind

# -- people, labels, time boxes ---------------------------------------------------------------------------------


@field("UserCore", "id")
def _user_id(row: Row, _running: Running, _args: Args) -> str:
    return gid("User", row["id"])


@field("UserCore", "webUrl")
def _user_url(row: Row, running: Running, _args: Args) -> str:
    return f"{running.call.web}/{row['username']}"


@field("Label", "id")
def _label_id(row: Row, _running: Running, _args: Args) -> str:
    return gid("GroupLabel" if row["group_id"] is not None else "ProjectLabel", row["id"])


@field("Label", "title")
def _label_title(row: Row, _running: Running, _args: Args) -> str:
    return str(row["name"])


@field("Milestone", "id")
def _milestone_id(row: Row, _running: Running, _args: Args) -> str:
    return gid("Milestone", row["id"])


@field("Iteration", "id")
def _iteration_id(row: Row, _running: Running, _args: Args) -> str:
    return gid("Iteration", row["id"])


@field("Milestone", "startDate")
@field("Iteration", "startDate")
def _box_start(row: Row, _running: Running, _args: Args) -> Any:
    return row["start_date"]


@field("Milestone", "dueDate")
@field("Iteration", "dueDate")
def _box_due(row: Row, _running: Running, _args: Args) -> Any:
    return row["due_date"]


@field("Iteration", "state")
def _iteration_state(row: Row, running: Running, _args: Args) -> str:
    return {1: "upcoming", 2: "current", 3: "closed"}[iterations.state_of(running.call, row)]


@field("Milestone", "report")
def _milestone_report(row: Row, running: Running, _args: Args) -> dict[str, Any] | None:
    return _report(running.call, row, "milestone_id") if running.call.has("burndown") else None


@field("Iteration", "report")
def _iteration_report(row: Row, running: Running, _args: Args) -> dict[str, Any] | None:
    return _report(running.call, row, "iteration_id") if running.call.has("burndown") else None


def _report(call: Call, box: Row, attribute: str) -> dict[str, Any]:
    """How many items and how much weight were in a time box and done, day by day."""
    if not box["start_date"] or not box["due_date"]:
        what = "START_DATE" if not box["start_date"] else "DUE_DATE"
        text = f"{what.replace('_', ' ').lower()} must be present"
        return {"error": {"code": f"MISSING_{what}", "message": text}, "stats": None, "burnupTimeSeries": None}
    items = call.account.find("work_items", attribute, box["id"])
    start, end = date.fromisoformat(box["start_date"]), min(date.fromisoformat(box["due_date"]), call.today)
    days = [(start + timedelta(days=n)).isoformat() for n in range(max(0, (end - start).days + 1))]
    series = []
    for day in days:
        scope = [item for item in items if item["created_at"][:10] <= day]
        done = [item for item in scope if item["closed_at"] and item["closed_at"][:10] <= day]
        counts = {"scopeCount": len(scope), "scopeWeight": _weight(scope)}
        series.append({"date": day, **counts, "completedCount": len(done), "completedWeight": _weight(done)})
    done, open_ = ([item for item in items if item["state"] == state] for state in ("closed", "opened"))
    stats = {name: _metrics(rows) for name, rows in (("complete", done), ("incomplete", open_), ("total", items))}
    return {"burnupTimeSeries": series, "stats": stats, "error": None}


def _weight(items: list[Row]) -> int:
    return sum(item["weight"] or 0 for item in items)


def _metrics(items: list[Row]) -> dict[str, int]:
    return {"count": len(items), "weight": _weight(items)}


# -- notes ------------------------------------------------------------------------------------------------------


@field("Note", "id")
def _note_id(row: Row, _running: Running, _args: Args) -> str:
    return gid("Note", row["id"])


@field("Note", "author")
@field("WorkItem", "author")
def _author(row: Row, running: Running, _args: Args) -> Row | None:
    return running.call.account.get("users", row["author_id"])


@field("Note", "createdAt")
@field("WorkItem", "createdAt")
def _created_at(row: Row, _running: Running, _args: Args) -> Any:
    return row["created_at"]


@field("Note", "updatedAt")
@field("WorkItem", "updatedAt")
def _updated_at(row: Row, _running: Running, _args: Args) -> Any:
    return row["updated_at"]


@field("Note", "url")
def _note_url(row: Row, running: Running, _args: Args) -> str:
    item = running.call.account.row("work_items", row["work_item_id"])
    return f"{running.call.web}{web_path(running.call, item)}#note_{row['id']}"


# -- work items -------------------------------------------------------------------------------------------------


@field("WorkItem", "id")
def _item_id(item: Row, _running: Running, _args: Args) -> str:
    return gid("WorkItem", item["id"])


@field("WorkItem", "state")
def _state(item: Row, _running: Running, _args: Args) -> str:
    return "OPEN" if item["state"] == "opened" else "CLOSED"


@field("WorkItem", "lockVersion")
def _lock_version(item: Row, _running: Running, _args: Args) -> int:
    return int(item["lock_version"])


@field("WorkItem", "closedAt")
def _closed_at(item: Row, _running: Running, _args: Args) -> Any:
    return item["closed_at"]


@field("WorkItem", "namespace")
def _namespace(item: Row, running: Running, _args: Args) -> Row:
    return home(running.call, item)


@field("WorkItem", "reference")
def _reference(item: Row, running: Running, args: Args) -> str:
    return reference(running.call, item, full=bool(args.get("full")))


@field("WorkItem", "webPath")
def _web_path(item: Row, running: Running, _args: Args) -> str:
    return web_path(running.call, item)


@field("WorkItem", "webUrl")
def _web_url(item: Row, running: Running, _args: Args) -> str:
    return f"{running.call.web}{web_path(running.call, item)}"


@field("WorkItem", "archived")
def _archived(item: Row, running: Running, _args: Args) -> bool:
    return bool(home(running.call, item).get("archived"))


@field("WorkItem", "userDiscussionsCount")
def _discussions(item: Row, running: Running, _args: Args) -> int:
    return item_notes.comments(running.call, item)


@field("WorkItem", "workItemType")
def _kind(item: Row, running: Running, _args: Args) -> Kind:
    return kind_of(running.call, item["type"], home(running.call, item))


@field("WorkItem", "userPermissions")
def _permissions(item: Row, running: Running, _args: Args) -> dict[str, bool]:
    call = running.call
    return {
        "adminParentLink": plans(call, item) if is_epic(item) else belongs(call, item),
        "adminWorkItemLink": belongs(call, item),
        "createNote": may_comment(call, item),
        "deleteWorkItem": plans(call, item) and call.may(levels.OWNER, home(call, item)),
        "markNoteAsInternal": plans(call, item),
        "readWorkItem": True,
        "setWorkItemMetadata": plans(call, item),
        "updateWorkItem": edits(call, item),
    }
