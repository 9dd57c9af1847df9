"""workItems(…): which items of a namespace fit all the given filters, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_filters as by
from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_fields import Args
from psdm_cli.sandbox.gitlab.hierarchy import effective
from psdm_cli.sandbox.gitlab.item_places import TYPES, ancestors, in_place, reads
from psdm_cli.sandbox.gitlab.item_statuses import STATUSES, status_of
from psdm_cli.sandbox.gitlab.work_item_types import named_by

HEALTH = {"onTrack": "on_track", "needsAttention": "needs_attention", "atRisk": "at_risk"}
_ORDERS = {
    "CREATED": "created_at",
    "UPDATED": "updated_at",
    "CLOSED_AT": "closed_at",
    "DUE_DATE": "due_date",
    "START_DATE": "start_date",
    "TITLE": "title",
    "WEIGHT": "weight",
    "HEALTH_STATUS": "health_status",
    "STATUS": "status",
}


def found_items(call: Call, place: Row, args: Args) -> tuple[list[Row], Callable[[Row], Any]]:
    """The items in order, and the key of that order for cursors."""
    rows = [row for each in _places(call, place, args) for row in in_place(call, each) if reads(call, row)]
    rows = by.chosen(rows, _tests(call, place, args))
    order = args.get("sort") or "CREATED_DESC"
    attribute = _ORDERS.get(order.rpartition("_")[0], "id")

    down = order.endswith("_DESC")

    def key(row: Row) -> Any:
        dated = attribute in ("start_date", "due_date")
        return by.ordering(row | {attribute: effective(call, row, attribute)} if dated else row, attribute, down)

    return sorted(rows, key=key, reverse=down), key


def _places(call: Call, place: Row, args: Args) -> list[Row]:
    if tables.is_project(place):
        return [place]
    found = [] if args.get("excludeGroupWorkItems") else [place]
    if args.get("includeDescendants"):
        groups = tables.descendants(call.account, place)
        found += [] if args.get("excludeGroupWorkItems") else groups
        if not args.get("excludeProjects"):
            found += tables.projects_in(call.account, place, deep=True)
    if args.get("includeAncestors"):
        found += tables.ancestors(call.account, place)
    return [each for each in found if call.reads(each) and (args.get("includeArchived") or not each.get("archived"))]


def _searched(call: Call, place: Row, args: Args) -> list[by.Test]:
    if not args.get("search"):
        return []
    names = [name.lower() for name in args.get("in") or ["TITLE", "DESCRIPTION"]]
    sees = call.readings.search_sees_comments or not tables.is_project(place)
    return [by.searched(args["search"], names, comments=sees)]


def _tests(call: Call, place: Row, args: Args) -> list[by.Test]:
    found = _plain(call, args) + _searched(call, place, args) + _of_family(call, args) + _of_plan(call, args)
    if args.get("labelName"):
        found.append(by.with_labels(call, args["labelName"]))
    found += _united(call, args.get("or") or {})
    found += [by.opposite(test) for test in _negated(call, args.get("not") or {})]
    for attribute in ("created_at", "updated_at", "closed_at"):
        word = attribute.removesuffix("_at")
        if args.get(f"{word}After"):
            found.append(by.later(attribute, args[f"{word}After"]))
        if args.get(f"{word}Before"):
            found.append(by.earlier(attribute, args[f"{word}Before"]))
    if args.get("dueAfter"):
        found.append(lambda row: (effective(call, row, "due_date") or "") >= args["dueAfter"][:10])
    if args.get("dueBefore"):
        found.append(lambda row: "" < (effective(call, row, "due_date") or "") <= args["dueBefore"][:10])
    return found


def _plain(call: Call, args: Args) -> list[by.Test]:
    found: list[by.Test] = []
    if args.get("state") and args["state"] != "all":
        found.append(by.is_value("state", args["state"]))
    if args.get("types"):
        found.append(lambda row: TYPES[row["type"]] in args["types"])
    if args.get("workItemTypeIds"):
        names = {named_by(call, number) for number in args["workItemTypeIds"]}
        found.append(lambda row: row["type"] in names)
    if args.get("ids"):
        found.append(lambda row: row["id"] in args["ids"])
    numbers = {*(args.get("iids") or []), *([args["iid"]] if args.get("iid") else [])}
    if numbers:
        found.append(lambda row: str(row["iid"]) in numbers)
    if args.get("confidential") is not None:
        found.append(lambda row: row["confidential"] == args["confidential"])
    if args.get("authorUsername"):
        found.append(by.is_value("author_id", by.user_ids(call, [args["authorUsername"]])[0]))
    if args.get("assigneeUsernames"):
        found += [by.assigned(id_) for id_ in by.user_ids(call, args["assigneeUsernames"])]
    if args.get("assigneeWildcardId"):
        found.append(by.assigned(args["assigneeWildcardId"]))
    if args.get("milestoneTitle"):
        tests = [by.milestone_titled(call, title) for title in args["milestoneTitle"]]
        found.append(lambda row: any(test(row) for test in tests))
    if args.get("milestoneWildcardId"):
        found.append(by.milestone_titled(call, args["milestoneWildcardId"]))
    return found


def _of_family(call: Call, args: Args) -> list[by.Test]:
    found: list[by.Test] = []
    if args.get("parentIds"):
        wanted = set(args["parentIds"])
        if args.get("includeDescendantWorkItems"):
            found.append(lambda row: any(above["id"] in wanted for above in ancestors(call, row)))
        else:
            found.append(lambda row: row["parent_id"] in wanted)
    if args.get("parentWildcardId"):
        found.append(by.is_value("parent_id", args["parentWildcardId"]))
    return found


def _of_plan(call: Call, args: Args) -> list[by.Test]:
    found: list[by.Test] = []
    if args.get("healthStatusFilter") and call.has("health_status"):
        value = args["healthStatusFilter"]
        found.append(by.is_value("health_status", HEALTH.get(value, value)))
    if args.get("weight") and call.has("weights"):
        found.append(by.is_value("weight", args["weight"]))
    if args.get("iterationId") and call.has("iterations"):
        wanted = {str(value).rpartition("/")[2] for value in args["iterationId"]}
        found.append(lambda row: str(row["iteration_id"]) in wanted)
    if args.get("iterationWildcardId") and call.has("iterations"):
        found.append(by.iteration_is(call, args["iterationWildcardId"]))
    if args.get("status") and call.has("work_item_status"):
        asked = args["status"]
        fitting = {
            each.number
            for each in STATUSES
            if each.name.casefold() == str(asked.get("name")).casefold() or each.number == asked.get("id")
        }
        found.append(lambda row: (status := status_of(call, row)) is not None and status.number in fitting)
    return found


def _united(call: Call, args: Args) -> list[by.Test]:
    found: list[by.Test] = []
    if args.get("labelNames"):
        found.append(by.with_any_label(call, args["labelNames"]))
    if args.get("authorUsernames"):
        authors = by.user_ids(call, args["authorUsernames"])
        found.append(lambda row: row["author_id"] in authors)
    if args.get("assigneeUsernames"):
        people = set(by.user_ids(call, args["assigneeUsernames"]))
        found.append(lambda row: not people.isdisjoint(row["assignee_ids"]))
    return found


def _negated(call: Call, args: Args) -> list[by.Test]:
    found: list[by.Test] = []
    if args.get("labelName"):
        found.append(by.with_any_label(call, args["labelName"]))
    if args.get("types"):
        found.append(lambda row: TYPES[row["type"]] in args["types"])
    if args.get("authorUsername"):
        authors = by.user_ids(call, args["authorUsername"])
        found.append(lambda row: row["author_id"] in authors)
    if args.get("assigneeUsernames"):
        people = set(by.user_ids(call, args["assigneeUsernames"]))
        found.append(lambda row: not people.isdisjoint(row["assignee_ids"]))
    for title in args.get("milestoneTitle") or []:
        found.append(by.milestone_titled(call, title))
    return found
