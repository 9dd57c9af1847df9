"""Changing things through GraphQL: the rules refuse in `errors`, missing rights with null and a top-level error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_links, item_notes, levels, tables, work_items
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_checks import LARGEST_PAGE
from psdm_cli.sandbox.gitlab.graphql_fields import Args, Resolver, field, unavailable
from psdm_cli.sandbox.gitlab.graphql_running import Running
from psdm_cli.sandbox.gitlab.graphql_wishes import item_for, require_widgets, wish_of
from psdm_cli.sandbox.gitlab.item_places import belongs, by_id, edits, home, place_called, plans, reference, writes
from psdm_cli.sandbox.gitlab.refusals import Refusal
from psdm_cli.sandbox.gitlab.task_lists import Stale
from psdm_cli.sandbox.gitlab.work_item_types import may_make, named_by

MOST_LINKS = 10
LINK_TYPES = {"RELATED": "relates_to", "BLOCKS": "blocks", "BLOCKED_BY": "is_blocked_by"}
SOMEONE = (
    "Someone edited this description at the same time you did. "
    "The description has been updated and you will need to make your changes again."
)
Change = Callable[[Call, Args], dict[str, Any]]


def sentences(body: Any) -> list[str]:
    """A refusal's body as full sentences, an attribute's name before its texts."""
    message = body.get("message", body.get("error")) if isinstance(body, dict) else body
    if isinstance(message, dict):
        found: list[str] = []
        for name, texts in message.items():
            head = "" if name in ("base", "error") else f"{name.replace('_', ' ').capitalize()} "
            found += [f"{head}{text}" for text in ([texts] if isinstance(texts, str) else texts)]
        return found
    return [str(message)]


def mutation(name: str, **empty: Any) -> Callable[[Change], Resolver]:
    """Registers a mutation. `empty` are the payload's other members when the rules refuse."""

    def register(change: Change) -> Resolver:
        @field("Mutation", name)
        def resolver(_source: Any, running: Running, args: Args) -> dict[str, Any]:
            call, given = running.call, args["input"]
            if not writes(call):
                raise unavailable()
            try:
                payload: dict[str, Any] = {"errors": []} | change(call, given)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise unavailable() from None
                payload = empty | {"errors": sentences(refusal.body)}
            return payload | {"clientMutationId": given.get("clientMutationId")}

        return resolver

    return register


# -- work items -------------------------------------------------------------------------------------------------


@mutation("workItemCreate", workItem=None)
def _create(call: Call, given: Args) -> dict[str, Any]:
    kind = named_by(call, given["workItemTypeId"])
    place = place_called(call, given.get("namespacePath") or "")
    if kind is None or place is None or not may_make(call, kind, place):
        raise unavailable()
    require_widgets(call, kind, given)
    if (given.get("descriptionWidget") or {}).get("taskListToggle") is not None:
        raise GraphQLError("taskListToggle is only supported when updating a work item")
    wish = wish_of(call, given)
    parent_id = (given.get("hierarchyWidget") or {}).get("parentId")
    if parent_id is not None:
        wish["parent_id"] = item_for(call, parent_id)["id"]
    links = given.get("linkedItemsWidget") or {}
    targets = _link_targets(call, links.get("workItemsIds") or [])
    item = work_items.create(call, place, kind, wish)
    errors = []
    for target in targets:
        try:
            item_links.link(call, item, target, LINK_TYPES[links.get("linkType") or "RELATED"])
        except Refusal as refusal:
            errors += sentences(refusal.body)
    return {"errors": errors, "workItem": call.account.row("work_items", item["id"])}


@mutation("workItemUpdate", workItem=None)
def _update(call: Call, given: Args) -> dict[str, Any]:
    item = item_for(call, given["id"])
    if not edits(call, item):
        raise unavailable()
    require_widgets(call, item["type"], given)
    toggle = (given.get("descriptionWidget") or {}).get("taskListToggle")
    if toggle is not None:
        return _toggle(call, item, given, toggle)
    wish = wish_of(call, given)
    family = given.get("hierarchyWidget") or {}
    if "parentId" in family and family.get("childrenIds"):
        raise GraphQLError("One and only one of children, parent or remove_child is required.")
    if "parentId" in family:
        wish["parent_id"] = item_for(call, family["parentId"])["id"] if family["parentId"] is not None else None
    children = [item_for(call, id_) for id_ in family.get("childrenIds") or []]
    work_items.update(call, item, wish)
    for child in children:
        _adopt(call, item, child)
    return {"workItem": call.account.row("work_items", item["id"])}


def _toggle(call: Call, item: Row, given: Args, toggle: Args) -> dict[str, Any]:
    if not call.readings.task_toggle:
        raise GraphQLError("`work_items_task_list_toggle` feature flag is disabled.")
    if "description" in given["descriptionWidget"] or given.keys() - {"id", "descriptionWidget", "clientMutationId"}:
        raise GraphQLError("taskListToggle cannot be combined with other arguments.")
    try:
        saved = work_items.toggle(call, item, toggle["checked"], toggle["lineSource"], toggle["lineSourcepos"])
    except Stale as stale:
        if stale.vanished and call.readings.vanished_line == "internal":
            raise GraphQLError("Internal server error") from None
        return {"errors": [SOMEONE], "workItem": item}
    return {"workItem": saved}


@mutation("workItemDelete", namespace=None)
def _delete(call: Call, given: Args) -> dict[str, Any]:
    item = item_for(call, given["id"])
    place = home(call, item)
    work_items.delete(call, item)
    return {"namespace": place}


# -- links and family -------------------------------------------------------------------------------------------


def _link_targets(call: Call, ids: list[int]) -> list[Row]:
    if len(ids) > MOST_LINKS:
        raise GraphQLError(f"No more than {MOST_LINKS} work items can be linked at the same time.")
    return [item_for(call, id_) for id_ in ids]


def _spoken(ids: list[int]) -> str:
    words = [str(id_) for id_ in ids]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@mutation("workItemAddLinkedItems", workItem=None, message=None)
def _link(call: Call, given: Args) -> dict[str, Any]:
    item = item_for(call, given["id"])
    targets = _link_targets(call, given["workItemsIds"])
    kind = LINK_TYPES[given.get("linkType") or "RELATED"]
    for target in targets:
        item_links.link(call, item, target, kind)
    done = f"Successfully linked ID(s): {_spoken([target['id'] for target in targets])}."
    return {"message": done, "workItem": call.account.row("work_items", item["id"])}


@mutation("workItemRemoveLinkedItems", workItem=None, message=None)
def _unlink(call: Call, given: Args) -> dict[str, Any]:
    item = item_for(call, given["id"])
    links = [(target, item_links.between(call, item, target)) for target in _link_targets(call, given["workItemsIds"])]
    errors = [f"No work item IDs are linked: {target['id']}" for target, link in links if link is None]
    gone = [target["id"] for target, link in links if link is not None]
    for _target, link in links:
        if link is not None:
            item_links.unlink(call, link)
    done = f"Successfully unlinked IDs: {_spoken(gone)}." if gone else None
    return {"errors": errors, "message": done, "workItem": call.account.row("work_items", item["id"])}


def _adopt(call: Call, parent: Row, child: Row) -> None:
    if not belongs(call, parent) or not plans(call, child):
        raise Refusal(403, {"message": "403 Forbidden"})
    work_items.set_parent(call, child, parent)


@mutation("workItemHierarchyAddChildrenItems", addedChildren=[])
def _add_children(call: Call, given: Args) -> dict[str, Any]:
    parent = item_for(call, given["id"])
    if not belongs(call, parent):
        raise unavailable()
    errors, added = [], []
    for id_ in given["childrenIds"]:
        child = by_id(call, id_)
        if child is None or not plans(call, child):
            errors.append("No matching work item found. Make sure you are adding a valid ID.")
        elif child["parent_id"] == parent["id"]:
            errors.append(f"{reference(call, child, full=False)} is already assigned")
        else:
            try:
                added.append(work_items.set_parent(call, child, parent))
            except Refusal as refusal:
                errors += sentences(refusal.body)
    return {"errors": errors, "addedChildren": added}


@mutation("workItemBulkUpdate", updatedWorkItemCount=0)
def _bulk(call: Call, given: Args) -> dict[str, Any]:
    if len(given["ids"]) > LARGEST_PAGE:
        raise GraphQLError(f"No more than {LARGEST_PAGE} work items can be modified at the same time.")
    place = place_called(call, given["fullPath"])
    if place is None:
        raise unavailable()
    reach = [place] if tables.is_project(place) else [place, *tables.descendants(call.account, place)]
    if not tables.is_project(place):
        reach += tables.projects_in(call.account, place, deep=True)
    inside = {(tables.column_of(each), each["id"]) for each in reach}
    wish = wish_of(call, given)
    family = given.get("hierarchyWidget")
    if family is not None:
        above = item_for(call, family["parentId"]) if family.get("parentId") is not None else None
        wish["parent_id"] = above["id"] if above else None
    done = 0
    for item in (by_id(call, id_) for id_ in given["ids"]):
        if item is not None and plans(call, item) and _home_of(item) in inside:
            done += work_items.update(call, item, wish)["lock_version"] != item["lock_version"]
    return {"updatedWorkItemCount": done}


def _home_of(item: Row) -> tuple[str, int]:
    column = "project_id" if item["project_id"] is not None else "group_id"
    return column, item[column]


# -- notes and iterations ---------------------------------------------------------------------------------------


@mutation("createNote", note=None)
def _comment(call: Call, given: Args) -> dict[str, Any]:
    item = item_for(call, given["noteableId"])
    written = item_notes.write(call, item, given["body"], bool(given.get("internal")))
    return {"note": written.note}


@mutation("updateNote", note=None)
def _edit_note(call: Call, given: Args) -> dict[str, Any]:
    found = item_notes.note_by_id(call, given["id"])
    if found is None:
        raise unavailable()
    note, item = found
    return {"note": item_notes.edit(call, item, note, given.get("body") or "")}


@mutation("iterationCreate", iteration=None)
def _iteration(call: Call, given: Args) -> dict[str, Any]:
    if bool(given.get("groupPath")) == bool(given.get("projectPath")):
        raise GraphQLError("Exactly one of groupPath or projectPath arguments is required")
    place = place_called(call, given.get("groupPath") or given["projectPath"])
    if place is None or not call.has("iterations") or not call.may(levels.PLANNER, place):
        raise unavailable()
    group = call.account.row("groups", place["namespace_id"]) if tables.is_project(place) else place
    start, end = given.get("startDate"), given.get("dueDate")
    if not start or not end:
        return {"errors": ["Start date can't be blank" if not start else "Due date can't be blank"], "iteration": None}
    there = call.account.find("iterations", "group_id", group["id"])
    if any(row["start_date"] <= end and row["due_date"] >= start for row in there):
        return {"errors": ["Dates cannot overlap with other existing Iterations within this group"], "iteration": None}
    row = {
        "iid": max((each["iid"] for each in there), default=0) + 1,
        "group_id": group["id"],
        "title": given.get("title"),
        "description": given.get("description"),
        "start_date": start[:10],
        "due_date": end[:10],
        "created_at": call.stamp,
        "updated_at": call.stamp,
    }
    return {"iteration": tables.put(call.account, "iterations", row)}
