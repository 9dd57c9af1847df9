"""Issues, epics and tasks: making and changing them, the same way for REST and GraphQL."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, quick_actions, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_changes import (
    Wish,
    changes_of,
    conflict_of_iid,
    permitted,
    remark,
    save,
    title_of,
    told,
)
from psdm_cli.sandbox.gitlab.item_places import (
    children,
    home,
    in_place,
    is_epic,
    reference,
    require_edit,
    writes,
)
from psdm_cli.sandbox.gitlab.quick_action_text import extract
from psdm_cli.sandbox.gitlab.refusals import forbidden, invalid
from psdm_cli.sandbox.gitlab.task_lists import Unusable, toggled

PROJECT_TYPES = ("Issue", "Incident", "Test Case", "Task", "Ticket", "Requirement", "Objective", "Key Result")


def create(call: Call, place: Row, kind: str, wish: Wish) -> Row:
    """A new item in a project or group; quick actions in its description run at once.

    Issues are made by Guests and above (by anybody signed in where a project is open), epics by Planners and above in
    groups of a plan that has them.
    """
    _may_create(call, place, kind)
    title = title_of(wish.get("title"))
    text, commands = extract(str(wish.get("description") or ""))
    allowed = permitted(call, place, None, wish)
    if allowed.get("iid") is not None and any(row["iid"] == allowed["iid"] for row in in_place(call, place)):
        raise conflict_of_iid()
    more: Row = {"lock_version": 0}
    if allowed.get("iid") is not None:
        more["iid"] = allowed["iid"]
    if kind == "Epic":
        more |= {"dates_fixed": False, "start_date_is_fixed": False, "due_date_is_fixed": False}
    blank = _blank(kind)
    outcome = quick_actions.weigh(call, place, None, kind, commands)
    described = {"description": text} if wish.get("description") is not None else {}
    whole = allowed | described | outcome.wish
    changes = changes_of(call, place, blank, whole | {"title": whole.get("title", title)})
    stamp = allowed.get("created_at") or call.stamp
    named = changes.pop("title")
    more |= _fixed(kind, changes)
    item = tables.make_work_item(call.account, place, kind, named, author=call.me, at=stamp, **more)
    quick_actions.carried_out(call, outcome, item)
    return call.account.row("work_items", item["id"])


def _may_create(call: Call, place: Row, kind: str) -> None:
    if not writes(call):
        raise forbidden()
    if kind == "Epic":
        if tables.is_project(place) or not call.has("epics") or not call.may(levels.PLANNER, place):
            raise forbidden()
        return
    if not tables.is_project(place):
        raise invalid({"base": [f"{kind} cannot be created in a group"]})
    if place["archived"] or not (call.may(levels.GUEST, place) or place["visibility"] != "private"):
        raise forbidden()


def _blank(kind: str) -> Row:
    """An item before anything was set, for the changes to be weighed against."""
    blank: Row = dict.fromkeys(
        ("milestone_id", "iteration_id", "parent_id", "weight", "status", "start_date", "due_date")
    )
    nothing = {"id": 0, "iid": 0, "label_ids": [], "assignee_ids": [], "state": "opened", "time_estimate": 0}
    return blank | nothing | {"type": kind, "time_spent": 0, "author_id": None, "confidential": False}


def _fixed(kind: str, changes: Row) -> Row:
    if kind != "Epic":
        return changes
    sides = (changes.get("start_date_is_fixed"), changes.get("due_date_is_fixed"))
    return changes | {"dates_fixed": any(sides)}


def update(call: Call, item: Row, wish: Wish) -> Row:
    """Changes an item; quick actions in a new description run with the user's rights and leave the text.

    What the role or the plan does not allow is dropped in silence; 403 for who may not edit it at all.
    """
    require_edit(call, item)
    place = home(call, item)
    wish = permitted(call, place, item, wish)
    outcome = quick_actions.Outcome()
    if "description" in wish and wish["description"] != item["description"]:
        text, commands = extract(str(wish["description"] or ""))
        outcome = quick_actions.weigh(call, place, item, item["type"], commands)
        wish = wish | {"description": text if wish["description"] is not None else None} | outcome.wish
    changes = changes_of(call, place, item, wish)
    saved = save(call, item, changes, wish)
    told(call, item, changes)
    quick_actions.carried_out(call, outcome, saved)
    return call.account.row("work_items", item["id"])


def set_parent(call: Call, item: Row, parent: Row | None) -> Row:
    """Puts an item under another parent, or under none; who may do so has been asked by the caller."""
    wish = {"parent_id": parent["id"] if parent else None}
    saved = save(call, item, changes_of(call, home(call, item), item, wish), wish)
    if parent is not None and item["parent_id"] != parent["id"]:
        remark(call, parent, f"added {reference(call, item)} as child {item['type'].lower()}", item)
        remark(call, item, f"added {reference(call, parent)} as parent {parent['type'].lower()}", parent)
    return saved


def toggle(call: Call, item: Row, checked: bool, line_source: str, position: str) -> Row:
    """Ticks or clears one check-box of the description, atomically; raises `Stale` for text that has moved on."""
    require_edit(call, item)
    try:
        text, words = toggled(item["description"], checked, line_source, position)
    except Unusable as unusable:
        raise invalid({"base": [str(unusable)]}) from None
    if text == item["description"]:
        return item
    saved = save(call, item, {"description": text}, {})
    remark(call, item, f"marked the checklist item **{words}** as {'completed' if checked else 'incomplete'}")
    return saved


def delete(call: Call, item: Row) -> None:
    """Deletes an item for good (Owners only); its children lose their parent."""
    if not writes(call) or not call.may(levels.OWNER, home(call, item)):
        raise forbidden()
    for child in children(call, item):
        call.account.update("work_items", child["id"], parent_id=None)
    for table, attribute in (("notes", "work_item_id"), ("links", "source_id"), ("links", "target_id")):
        for row in list(call.account.find(table, attribute, item["id"])):
            call.account.remove(table, row["id"])
    call.account.remove("work_items", item["id"])
    if is_epic(item):
        call.account.remove("epics", item["epic_id"])
