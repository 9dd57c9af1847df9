"""What a wish does to a work item: each attribute checked, limited by the plan, and saved with a new version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_labels, levels, tables
from psdm_cli.sandbox.gitlab.calls import Call, level_of
from psdm_cli.sandbox.gitlab.hierarchy import check_parent
from psdm_cli.sandbox.gitlab.item_places import belongs, is_epic, plans
from psdm_cli.sandbox.gitlab.item_statuses import status_after
from psdm_cli.sandbox.gitlab.refusals import Refusal, forbidden, invalid

LONGEST_TITLE, LONGEST_DESCRIPTION = 255, 1_048_576

Wish = dict[str, Any]
"""What somebody wants of an item, by name.

`title`, `description`, `state_event` (close, reopen), `label_ids` (the whole set), `add_label_ids`, `remove_label_ids`,
`assignee_ids`, `milestone_id`, `iteration_id`, `start_date`, `due_date`, `start_date_is_fixed`, `due_date_is_fixed`,
`parent_id` (a work item's id), `confidential`, `discussion_locked`, `weight`, `health_status`, `status` (its name),
`color`, `type`, `time_estimate` and `add_time_spent` (seconds), and for owners `created_at`, `updated_at`.
"""

TEXT = frozenset({"title", "description", "state_event"})
"""All that somebody may change who is no planner but wrote the issue or is assigned to it."""
OWNERS_ONLY = ("created_at", "updated_at", "iid")
PLAN_OF = {
    "weight": "weights",
    "health_status": "health_status",
    "iteration_id": "iterations",
    "status": "work_item_status",
}
_COPIED = ("discussion_locked", "color", "type", "start_date", "due_date", "start_date_is_fixed", "due_date_is_fixed")


def permitted(call: Call, place: Row, item: Row | None, wish: Wish) -> Wish:
    """The part of a wish that role and plan let through; the rest is dropped in silence, as GitLab does."""
    kept = dict(wish)
    if item is not None and not plans(call, item):
        kept = {name: value for name, value in kept.items() if name in TEXT}
    if not call.may(levels.OWNER, place):
        for name in OWNERS_ONLY:
            kept.pop(name, None)
    if "weight" in kept and not call.has("weights") and call.readings.weight_without_plan == "refused":
        raise invalid({"weight": ["is not available in the current plan"]})
    return {name: value for name, value in kept.items() if name not in PLAN_OF or call.has(PLAN_OF[name])}


def changes_of(call: Call, place: Row, item: Row, wish: Wish) -> Row:
    """The attributes of an item that a wish gives another value; raises Refusal for what cannot be."""
    new: Row = {name: wish[name] for name in _COPIED if name in wish}
    if "title" in wish:
        new["title"] = title_of(wish["title"])
    if "description" in wish:
        new["description"] = _description(wish["description"])
    if {"label_ids", "add_label_ids", "remove_label_ids"} & wish.keys():
        whole = None if wish.get("label_ids") is None else _reachable(call, place, wish["label_ids"])
        add = _reachable(call, place, wish.get("add_label_ids") or [])
        new["label_ids"] = item_labels.changed(call, item["label_ids"], whole, add, wish.get("remove_label_ids") or [])
    if "assignee_ids" in wish:
        new["assignee_ids"] = _assignees(call, place, wish["assignee_ids"] or [])
    if "milestone_id" in wish:
        new["milestone_id"] = _in_reach(call, place, "milestones", wish["milestone_id"])
    if "iteration_id" in wish:
        new["iteration_id"] = _in_reach(call, place, "iterations", wish["iteration_id"])
    if "confidential" in wish:
        new["confidential"] = bool(wish["confidential"])
    if "weight" in wish:
        new["weight"] = _weight(wish["weight"])
    if "health_status" in wish:
        new["health_status"] = wish["health_status"]
    if "parent_id" in wish:
        new["parent_id"] = _parent(call, item, wish["parent_id"])
    new |= _time(item, wish)
    new |= _state(call, item, wish)
    _dates(item, new)
    return {name: value for name, value in new.items() if item.get(name) != value}


def title_of(value: object) -> str:
    """A title, trimmed; refused when blank or longer than 255 characters."""
    text = str(value or "").strip()
    if not text:
        raise invalid({"title": ["can't be blank"]})
    if len(text) > LONGEST_TITLE:
        raise invalid({"title": [f"is too long (maximum is {LONGEST_TITLE} characters)"]})
    return text


def _description(value: object) -> str | None:
    text = None if value is None else str(value)
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        raise invalid({"description": [f"is too long (maximum is {LONGEST_DESCRIPTION} characters)"]})
    return text


def _reachable(call: Call, place: Row, ids: Sequence[int]) -> list[int]:
    known = {row["id"] for row in item_labels.reachable(call, place)}
    return [id_ for id_ in dict.fromkeys(ids) if id_ in known]


def _assignees(call: Call, place: Row, ids: Sequence[int]) -> list[int]:
    users = (call.account.get("users", id_) for id_ in dict.fromkeys(ids))
    may = [int(user["id"]) for user in users if user is not None and _reads_place(call, user, place)]
    if len(may) > 1 and not call.has("several_assignees"):
        if call.readings.extra_assignees == "refused":
            raise invalid({"assignees": ["a maximum of one assignee is allowed"]})
        return may[:1]
    return may


def _reads_place(call: Call, user: Row, place: Row) -> bool:
    if user["state"] != "active":
        return False
    return place["visibility"] != "private" or level_of(call.account, user, place, call.today) >= levels.GUEST


def _in_reach(call: Call, place: Row, table: str, id_: int | None) -> int | None:
    """A milestone's or iteration's id when it belongs to the place or a group above, else none at all, in silence."""
    row = call.account.get(table, id_) if id_ else None
    if row is None:
        return None
    near = {(tables.column_of(each), each["id"]) for each in tables.with_ancestors(call.account, place)}
    mine_ = {(column, row.get(column)) for column in ("project_id", "group_id")}
    return int(row["id"]) if near & mine_ else None


def _weight(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise invalid({"weight": ["must be greater than or equal to 0"]})
    return value


def _parent(call: Call, item: Row, parent_id: int | None) -> int | None:
    if parent_id is None:
        return None
    parent = call.account.row("work_items", parent_id)
    if parent["id"] != item.get("parent_id"):
        if not belongs(call, parent):
            raise forbidden()
        check_parent(call, item, parent)
    return int(parent["id"])


def _time(item: Row, wish: Wish) -> Row:
    new: Row = {}
    if wish.get("time_estimate") is not None:
        if wish["time_estimate"] < 0:
            raise invalid({"time_estimate": ["must have a valid format and be greater than or equal to zero."]})
        new["time_estimate"] = wish["time_estimate"]
    if wish.get("add_time_spent") is not None:
        total = item["time_spent"] + wish["add_time_spent"]
        if total < 0:
            raise invalid({"time_spent": ["Time to subtract exceeds the total time spent"]})
        new["time_spent"] = total
    return new


def _state(call: Call, item: Row, wish: Wish) -> Row:
    event = wish.get("state_event")
    status = wish.get("status")
    state = str({"close": "closed", "reopen": "opened"}.get(str(event), item["state"]))
    state, name = status_after(call, item, state, status)
    new: Row = {"state": state}
    if name != item.get("status"):
        new["status"] = name
    if state != item["state"]:
        closed = state == "closed"
        new |= {"closed_at": call.stamp if closed else None, "closed_by_id": call.me["id"] if closed else None}
    return new


def _dates(item: Row, new: Row) -> None:
    start, due = (new.get(side, item.get(side)) for side in ("start_date", "due_date"))
    if start and due and str(start) > str(due) and {"start_date", "due_date"} & new.keys():
        raise invalid({"due_date": ["must be greater than or equal to start date"]})


# -- saving -----------------------------------------------------------------------------------------------------


def save(call: Call, item: Row, changes: Row, wish: Wish) -> Row:
    """Writes changed attributes: a higher lock_version, a new updated_at (an owner's own one goes before)."""
    if changes and is_epic(item):
        sides = [changes.get(f"{s}_is_fixed", item.get(f"{s}_is_fixed")) for s in ("start_date", "due_date")]
        if any(side is not None for side in sides):
            changes = changes | {"dates_fixed": any(sides)}
    if not changes and "updated_at" not in wish:
        return item
    if {"title", "description"} & changes.keys():
        changes = changes | {"last_edited_at": call.stamp, "last_edited_by_id": call.me["id"]}
    stamp = wish.get("updated_at") or call.stamp
    return call.account.update(
        "work_items", item["id"], **changes, updated_at=stamp, lock_version=item["lock_version"] + 1
    )


def touch(call: Call, item: Row) -> Row:
    """Moves updated_at, as a note does."""
    return call.account.update("work_items", item["id"], updated_at=call.stamp)


def remark(call: Call, item: Row, text: str, about: Row | None = None) -> None:
    """A system note; `about` is another item that it names, for those who may see that one."""
    about_id = about["id"] if about else None
    tables.make_note(call.account, item, text, call.me, call.stamp, system=True, about_id=about_id)


def told(call: Call, before: Row, changes: Row) -> None:
    """The system notes that a change leaves; labels, milestones and states leave none among the notes."""
    if "title" in changes:
        remark(call, before, f"changed title from **{before['title']}** to **{changes['title']}**")
    if "description" in changes:
        remark(call, before, "changed the description")
    if "assignee_ids" in changes:
        came = [id_ for id_ in changes["assignee_ids"] if id_ not in before["assignee_ids"]]
        went = [id_ for id_ in before["assignee_ids"] if id_ not in changes["assignee_ids"]]
        words = [f"{verb} {_names(call, ids)}" for verb, ids in (("assigned to", came), ("unassigned", went)) if ids]
        remark(call, before, " and ".join(words) or "changed assignees")
    for side in ("start_date", "due_date"):
        if side in changes:
            word = side.replace("_", " ")
            remark(call, before, f"changed {word} to {changes[side]}" if changes[side] else f"removed {word}")
    if "confidential" in changes:
        whom = "confidential" if changes["confidential"] else "visible to everyone"
        remark(call, before, f"made the {before['type'].lower()} {whom}")


def _names(call: Call, ids: Sequence[int]) -> str:
    return ", ".join(f"@{call.account.row('users', id_)['username']}" for id_ in ids)


def conflict_of_iid() -> Refusal:
    """409: the wished number is taken."""
    return Refusal(409, {"message": "Duplicated issue"})
