"""Epics over REST: listed, made, shown, changed, deleted; 403 where the plan has none."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_filters as by
from psdm_cli.sandbox.gitlab import item_views, levels, tables, work_items
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.issue_lists import ordered
from psdm_cli.sandbox.gitlab.issues import label_wishes
from psdm_cli.sandbox.gitlab.item_changes import Wish
from psdm_cli.sandbox.gitlab.item_labels import names_in
from psdm_cli.sandbox.gitlab.item_places import by_iid, epic_by_id, in_place, is_epic, reads, require_edit
from psdm_cli.sandbox.gitlab.refusals import forbidden, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Handler, Route

_SAME = ("title", "description", "confidential", "color", "state_event", "created_at", "updated_at")


def epics_here(call: Call) -> Row:
    """The group of the path; 404 when hidden, 403 when the plan has no epics or the user is no member."""
    group = call.group()
    if not call.has("epics") or not call.reads(group):
        raise forbidden()
    return group


def the_epic(call: Call) -> Row:
    """The epic that the path names by its number in the group."""
    item = by_iid(call, epics_here(call), call.args["epic_iid"])
    if item is None or not is_epic(item):
        raise not_found("Epic")
    return item


def _groups(call: Call, group: Row) -> list[Row]:
    found = [group]
    if call.params.get("include_descendant_groups", True):
        found += tables.descendants(call.account, group)
    if call.params.get("include_ancestor_groups"):
        found += tables.ancestors(call.account, group)
    return found


def listed(call: Call) -> Reply:
    """A page of epics of the group and, unless asked otherwise, of its subgroups."""
    groups = _groups(call, epics_here(call))
    rows = [row for group in groups for row in in_place(call, group) if is_epic(row) and reads(call, row)]
    rows = ordered(call, by.chosen(rows, _tests(call)), call.params.get("order_by") or "created_at")
    details = bool(call.params.get("with_labels_details"))
    return call.paged(rows, lambda row: item_views.epic(call, row, details))


def _tests(call: Call) -> list[by.Test]:
    params = call.params
    found = []
    if params.get("labels"):
        found.append(by.with_labels(call, names_in(params["labels"])))
    if params.get("not[labels]"):
        found.append(by.opposite(by.with_any_label(call, names_in(params["not[labels]"]))))
    if (params.get("state") or "all") != "all":
        found.append(by.is_value("state", params["state"]))
    if params.get("search"):
        found.append(by.searched(params["search"], ("title", "description")))
    if params.get("author_id"):
        found.append(by.is_value("author_id", params["author_id"]))
    if params.get("author_username"):
        found.append(by.is_value("author_id", by.user_ids(call, [params["author_username"]])[0]))
    if params.get("confidential") is not None:
        found.append(lambda row: row["confidential"] == params["confidential"])
    for word in ("created", "updated"):
        if params.get(f"{word}_after"):
            found.append(by.later(f"{word}_at", params[f"{word}_after"]))
        if params.get(f"{word}_before"):
            found.append(by.earlier(f"{word}_at", params[f"{word}_before"]))
    return found


def _wish(call: Call, group: Row, item: Row | None) -> Wish:
    params = call.params
    wish: Wish = {name: params[name] for name in _SAME if name in params} | label_wishes(call, group, item)
    for side in ("start_date", "due_date"):
        if f"{side}_fixed" in params:
            wish[side] = params[f"{side}_fixed"] or None
        if f"{side}_is_fixed" in params:
            wish[f"{side}_is_fixed"] = bool(params[f"{side}_is_fixed"])
    if "parent_id" in params:
        parent = epic_by_id(call, params["parent_id"]) if params["parent_id"] else None
        if params["parent_id"] and parent is None:
            raise not_found("Epic")
        wish["parent_id"] = parent["id"] if parent else None
    return wish


def create(call: Call) -> Reply:
    """201 with the new epic; a work item stands behind it. Nothing guards against making it twice."""
    group = epics_here(call)
    call.need(levels.PLANNER, group)
    return Reply(201, item_views.epic(call, work_items.create(call, group, "Epic", _wish(call, group, None))))


def show(call: Call) -> Reply:
    """One epic."""
    return Reply(200, item_views.epic(call, the_epic(call), single=True))


def update(call: Call) -> Reply:
    """200 with the changed epic; closing it leaves its children open."""
    item = the_epic(call)
    if not call.given:
        names = "title, description, labels, state_event"
        raise wrong_parameter(f"{names} are missing, at least one parameter must be provided")
    require_edit(call, item)
    return Reply(200, item_views.epic(call, work_items.update(call, item, _wish(call, call.group(), item))))


def delete(call: Call) -> Reply:
    """204."""
    work_items.delete(call, the_epic(call))
    return Reply(204)


EPIC = "/groups/{group_id}/epics/{epic_iid}"


def both_ways(method: str, pattern: str, handler: Handler) -> list[Route]:
    """The route below `/epics` and the same below `/-/epics`."""
    return [
        Route(method, pattern, handler),
        Route(method, pattern.replace("/epics", "/-/epics", 1), handler, alias_of=pattern),
    ]


ROUTES = [
    *both_ways("GET", "/groups/{group_id}/epics", listed),
    *both_ways("POST", "/groups/{group_id}/epics", create),
    *both_ways("GET", EPIC, show),
    *both_ways("PUT", EPIC, update),
    *both_ways("DELETE", EPIC, delete),
]
