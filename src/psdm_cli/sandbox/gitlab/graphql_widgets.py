"""The widgets of a work item: each type has its own, and a plan's gaps show as widgets that are not there."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_links, item_notes
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_fields import Args, connection, field
from psdm_cli.sandbox.gitlab.graphql_queries import kind_of, status
from psdm_cli.sandbox.gitlab.graphql_running import Running
from psdm_cli.sandbox.gitlab.graphql_schema import gid
from psdm_cli.sandbox.gitlab.graphql_search import HEALTH
from psdm_cli.sandbox.gitlab.hierarchy import effective, is_fixed
from psdm_cli.sandbox.gitlab.item_labels import labels_of
from psdm_cli.sandbox.gitlab.item_places import TYPES, ancestors, children, home, is_epic, reads
from psdm_cli.sandbox.gitlab.item_statuses import status_of
from psdm_cli.sandbox.gitlab.task_lists import completion
from psdm_cli.sandbox.gitlab.work_item_types import widgets_of

SERVED = {
    "ASSIGNEES": "Assignees",
    "DESCRIPTION": "Description",
    "HEALTH_STATUS": "HealthStatus",
    "HIERARCHY": "Hierarchy",
    "ITERATION": "Iteration",
    "LABELS": "Labels",
    "LINKED_ITEMS": "LinkedItems",
    "MILESTONE": "Milestone",
    "NOTES": "Notes",
    "START_AND_DUE_DATE": "StartAndDueDate",
    "STATUS": "Status",
    "TIME_TRACKING": "TimeTracking",
    "WEIGHT": "Weight",
}
_SPELLED = {value: name for name, value in HEALTH.items()}


@field("WorkItem", "widgets")
def _widgets(item: Row, running: Running, args: Args) -> list[dict[str, Any]]:
    names = [name for name in widgets_of(running.call, item["type"]) if name in SERVED]
    if args.get("onlyTypes") is not None:
        names = [name for name in names if name in args["onlyTypes"]]
    names = [name for name in names if name not in (args.get("exceptTypes") or ())]
    return [{"__typename": f"WorkItemWidget{SERVED[name]}", "type": name, "item": item} for name in names]


def _seen(call: Call, rows: Any) -> list[Row]:
    return [row for row in rows if reads(call, row)]


# -- text, labels, people ---------------------------------------------------------------------------------------


@field("WorkItemWidgetDescription", "description")
def _description(source: Any, _running: Running, _args: Args) -> Any:
    return source["item"]["description"]


@field("WorkItemWidgetDescription", "edited")
def _edited(source: Any, _running: Running, _args: Args) -> bool:
    return bool(source["item"].get("last_edited_at"))


@field("WorkItemWidgetDescription", "lastEditedAt")
def _edited_at(source: Any, _running: Running, _args: Args) -> Any:
    return source["item"].get("last_edited_at")


@field("WorkItemWidgetDescription", "lastEditedBy")
def _edited_by(source: Any, running: Running, _args: Args) -> Row | None:
    return running.call.account.get("users", source["item"].get("last_edited_by_id"))


@field("WorkItemWidgetDescription", "taskCompletionStatus")
def _completion(source: Any, _running: Running, _args: Args) -> dict[str, int]:
    count, done = completion(source["item"]["description"])
    return {"count": count, "completedCount": done}


@field("WorkItemWidgetLabels", "labels")
def _labels(source: Any, running: Running, args: Args) -> dict[str, Any]:
    return connection(running.call, labels_of(running.call, source["item"]), args)


@field("WorkItemWidgetAssignees", "assignees")
def _assignees(source: Any, running: Running, args: Args) -> dict[str, Any]:
    users = (running.call.account.get("users", id_) for id_ in source["item"]["assignee_ids"])
    return connection(running.call, [user for user in users if user is not None], args)


# -- family and links -------------------------------------------------------------------------------------------


@field("WorkItemWidgetHierarchy", "parent")
def _parent(source: Any, running: Running, _args: Args) -> Row | None:
    above = running.call.account.get("work_items", source["item"]["parent_id"])
    return above if above is not None and reads(running.call, above) else None


@field("WorkItemWidgetHierarchy", "hasParent")
def _has_parent(source: Any, running: Running, _args: Args) -> bool:
    return _parent(source, running, _args) is not None


@field("WorkItemWidgetHierarchy", "hasChildren")
def _has_children(source: Any, running: Running, _args: Args) -> bool:
    return bool(_seen(running.call, children(running.call, source["item"])))


@field("WorkItemWidgetHierarchy", "children")
def _children(source: Any, running: Running, args: Args) -> dict[str, Any]:
    rows = sorted(_seen(running.call, children(running.call, source["item"])), key=lambda row: int(row["id"]))
    if args.get("state"):
        rows = [row for row in rows if (row["state"] == "opened") == (args["state"] == "OPEN")]
    return connection(running.call, rows, args, lambda row: [row["id"]])


@field("WorkItemWidgetHierarchy", "ancestors")
def _ancestors(source: Any, running: Running, args: Args) -> dict[str, Any]:
    rows = _seen(running.call, reversed(list(ancestors(running.call, source["item"]))))
    return connection(running.call, rows, args)


@field("WorkItemWidgetHierarchy", "rolledUpCountsByType")
def _counts(source: Any, running: Running, _args: Args) -> list[dict[str, Any]]:
    call, item = running.call, source["item"]
    below = _below(call, item)
    found = []
    for name in TYPES:
        states = [row["state"] for row in below if row["type"] == name]
        if states:
            counts = {"all": len(states), "opened": states.count("opened"), "closed": states.count("closed")}
            found.append({"workItemType": kind_of(call, name, home(call, item)), "countsByState": counts})
    return found


def _below(call: Call, item: Row) -> list[Row]:
    direct = children(call, item)
    return [*direct, *(row for child in direct for row in _below(call, child))]


@field("WorkItemWidgetLinkedItems", "linkedItems")
def _linked(source: Any, running: Running, args: Args) -> dict[str, Any]:
    call = running.call
    wanted = {"RELATED": "relates_to", "BLOCKS": "blocks", "BLOCKED_BY": "is_blocked_by"}.get(args.get("filter") or "")
    found = []
    for link, other, kind in item_links.links_of(call, source["item"]):
        if wanted in (None, kind):
            entry = {"linkId": gid("WorkItems::RelatedWorkItemLink", link["id"]), "linkType": kind}
            found.append(entry | {"linkCreatedAt": link["created_at"], "workItem": other})
    return connection(call, found, args)


def _links(source: Any, running: Running, kind: str) -> int:
    return sum(each == kind for _link, _other, each in item_links.links_of(running.call, source["item"]))


@field("WorkItemWidgetLinkedItems", "blocked")
def _blocked(source: Any, running: Running, _args: Args) -> bool:
    return _links(source, running, "is_blocked_by") > 0


@field("WorkItemWidgetLinkedItems", "blockedByCount")
def _blocked_by(source: Any, running: Running, _args: Args) -> int:
    return _links(source, running, "is_blocked_by")


@field("WorkItemWidgetLinkedItems", "blockingCount")
def _blocking(source: Any, running: Running, _args: Args) -> int:
    return _links(source, running, "blocks")


# -- dates, health, status, weight, time ------------------------------------------------------------------------


@field("WorkItemWidgetStartAndDueDate", "startDate")
def _start(source: Any, running: Running, _args: Args) -> str | None:
    return effective(running.call, source["item"], "start_date")


@field("WorkItemWidgetStartAndDueDate", "dueDate")
def _due(source: Any, running: Running, _args: Args) -> str | None:
    return effective(running.call, source["item"], "due_date")


@field("WorkItemWidgetStartAndDueDate", "isFixed")
def _fixed(source: Any, _running: Running, _args: Args) -> bool:
    return is_fixed(source["item"], "start_date") or is_fixed(source["item"], "due_date")


@field("WorkItemWidgetStartAndDueDate", "rollUp")
def _roll_up(source: Any, _running: Running, _args: Args) -> bool:
    return is_epic(source["item"])


@field("WorkItemWidgetHealthStatus", "healthStatus")
def _health(source: Any, _running: Running, _args: Args) -> str | None:
    return _SPELLED.get(source["item"]["health_status"])


@field("WorkItemWidgetHealthStatus", "rolledUpHealthStatus")
def _healths(source: Any, running: Running, _args: Args) -> list[dict[str, Any]]:
    open_ = [row for row in _below(running.call, source["item"]) if row["state"] == "opened"]
    values = [row["health_status"] for row in open_]
    return [{"healthStatus": name, "count": values.count(value)} for name, value in HEALTH.items()]


@field("WorkItemWidgetStatus", "status")
def _status(source: Any, running: Running, _args: Args) -> Any:
    return status(status_of(running.call, source["item"]))


@field("WorkItemWidgetWeight", "weight")
def _weight(source: Any, _running: Running, _args: Args) -> Any:
    return source["item"]["weight"]


@field("WorkItemWidgetWeight", "rolledUpWeight")
def _rolled_weight(source: Any, running: Running, _args: Args) -> int:
    return sum(row["weight"] or 0 for row in _below(running.call, source["item"]))


@field("WorkItemWidgetWeight", "rolledUpCompletedWeight")
def _rolled_done(source: Any, running: Running, _args: Args) -> int:
    return sum(row["weight"] or 0 for row in _below(running.call, source["item"]) if row["state"] == "closed")


@field("WorkItemWidgetMilestone", "milestone")
def _milestone(source: Any, running: Running, _args: Args) -> Row | None:
    return running.call.account.get("milestones", source["item"]["milestone_id"])


@field("WorkItemWidgetIteration", "iteration")
def _iteration(source: Any, running: Running, _args: Args) -> Row | None:
    return running.call.account.get("iterations", source["item"]["iteration_id"])


@field("WorkItemWidgetTimeTracking", "timeEstimate")
def _estimate(source: Any, _running: Running, _args: Args) -> int:
    return int(source["item"]["time_estimate"])


@field("WorkItemWidgetTimeTracking", "totalTimeSpent")
def _spent(source: Any, _running: Running, _args: Args) -> int:
    return int(source["item"]["time_spent"])


@field("WorkItemWidgetNotes", "discussionLocked")
def _locked(source: Any, _running: Running, _args: Args) -> bool:
    return bool(source["item"].get("discussion_locked"))


@field("WorkItemWidgetNotes", "notes")
def _notes(source: Any, running: Running, args: Args) -> dict[str, Any]:
    rows = item_notes.notes_of(running.call, source["item"], args.get("filter") or "ALL_NOTES")
    rows = [row for row in rows if not item_notes.names_hidden(running.call, row)]
    return connection(running.call, rows, args, lambda row: [row["created_at"], row["id"]])
