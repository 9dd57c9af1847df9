"""Write rules of the work: resources, bookings, staffing requests, tasks, assignments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.refusals import invalid
from psdm_cli.sandbox.statuses import STATE_NAMES, TASK_STATES
from psdm_cli.sandbox.writing import Given, Hand


def create_slot(hand: Hand, given: Given) -> Row:
    """A new resource: a person in a role, or a role alone."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    user_id = given.get("user_id")
    role_id = given.get("role_id")
    if user_id is None and role_id is None:
        raise invalid("role_id", "is needed for an unnamed resource")
    user = hand.existing("users", user_id, "user_id") if user_id is not None else None
    role = hand.existing("roles", role_id, "role_id")["id"] if role_id is not None else (user or {}).get("role_id")
    for slot in hand.account.find("workspace_resources", "workspace_id", workspace["id"]) if user else ():
        if user and slot.get("user_id") == user["id"] and slot.get("role_id") == role:
            raise invalid("user_id", "already has this role in the project")
    return hand.new_slot(workspace["id"], user["id"] if user else None, role)


def name_slot(hand: Hand, slot: Row, user_id: str) -> Row:
    """Puts a person on a resource."""
    user = hand.existing("users", user_id, "user_id")
    hand.participant(str(slot["workspace_id"]), user["id"])
    named = {"user_id": user["id"], "full_name": user["full_name"], "display_label": user["full_name"], "label": None}
    return hand.change("workspace_resources", slot["id"], named)


def update_slot(hand: Hand, old: Row, given: Given) -> Row:
    """Names, labels or reprices a resource."""
    if given.get("user_id") is not None:
        old = name_slot(hand, old, str(given["user_id"]))
    values: Given = {}
    if "label" in given:
        values |= {"label": given["label"], "display_label": given["label"] or old.get("full_name")}
    if given.get("role_id") is not None:
        role = hand.existing("roles", given["role_id"], "role_id")
        values |= {"role_id": role["id"], "role_name": role["name"]}
    for sent, kept in (("bill_rate", "resource_bill_rate"), ("cost_rate", "resource_cost_rate")):
        if sent in given:
            values[kept] = given[sent]
    return hand.change("workspace_resources", old["id"], values)


def delete_slot(hand: Hand, old: Row) -> None:
    """Bookings go with their resource."""
    for booking in hand.account.find("workspace_allocations", "workspace_resource_id", old["id"]):
        hand.account.remove("workspace_allocations", booking["id"])


def _booking(hand: Hand, values: Given, slot: Row) -> Given:
    hand.ordered(values["start_date"], values["end_date"])
    if values["minutes"] < 0:
        raise invalid("minutes", "must not be negative")
    if values["hard"] and slot.get("user_id") is None and not hand.readings.unnamed_may_be_hard:
        raise invalid("hard", "must be false for unnamed resources")
    first, last = date.fromisoformat(values["start_date"]), date.fromisoformat(values["end_date"])
    span = range((last - first).days + 1)
    weekdays = sum((first + timedelta(days=n)).weekday() < 5 for n in span) or len(span)
    return values | {"percentage": round(100 * values["minutes"] / (480 * weekdays), 2)}


def create_booking(hand: Hand, given: Given) -> Row:
    """A new booking of a resource."""
    slot = hand.existing("workspace_resources", given["resource_id"], "resource_id")
    hard = given.get("hard")
    values = {
        "workspace_resource_id": slot["id"],
        "workspace_id": str(slot["workspace_id"]),
        "start_date": given["start_date"],
        "end_date": given["end_date"],
        "minutes": int(given["minutes"]),
        "hard": hand.readings.hard_when_omitted if hard is None else hard,
        "notes": given.get("notes"),
        "creator_id": hand.user,
        "updater_id": hand.user,
    }
    return hand.add("workspace_allocations", _booking(hand, values, slot))


def update_booking(hand: Hand, old: Row, given: Given) -> Row:
    """Moves, resizes, hardens or softens a booking."""
    names = ("start_date", "end_date", "minutes", "hard", "notes")
    values = {name: given[name] for name in names if name in given and given[name] is not None}
    slot = hand.account.row("workspace_resources", old["workspace_resource_id"])
    kept = {name: old.get(name) for name in names}
    return hand.change(
        "workspace_allocations", old["id"], _booking(hand, kept | values, slot) | {"updater_id": hand.user}
    )


def create_request(hand: Hand, given: Given) -> Row:
    """Asks approvers to staff a resource, which is made when only project and role are given."""
    approvers = [hand.existing("users", id_, "approver_ids")["id"] for id_ in given["approver_ids"]]
    if given.get("resource_id") is not None:
        slot = hand.existing("workspace_resources", given["resource_id"], "resource_id")
    elif given.get("resource_workspace_id") is not None and given.get("resource_role_id") is not None:
        workspace = hand.existing("workspaces", given["resource_workspace_id"], "resource_workspace_id")
        role = hand.existing("roles", given["resource_role_id"], "resource_role_id")
        slot = hand.new_slot(workspace["id"], None, role["id"])
        _requested_booking(hand, slot, given)
        hand.set_custom_fields(given.get("custom_fields"), "Resource", slot["id"])
    else:
        raise invalid("resource_id", "give resource_id, or resource_workspace_id and resource_role_id")
    pending = (r for r in hand.account.find("resource_requests", "resource_id", slot["id"]) if r["status"] == "new")
    if next(pending, None) is not None:
        raise invalid("resource_id", "already has a pending request")
    values = {"resource_id": slot["id"], "approver_ids": approvers, "status": "new", "creator_id": hand.user}
    return hand.add("resource_requests", values)


def _requested_booking(hand: Hand, slot: Row, given: Given) -> None:
    start, end = given.get("workspace_allocation_start_date"), given.get("workspace_allocation_end_date")
    if start is None or end is None:
        return
    hand.ordered(start, end, "workspace_allocation_end_date")
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    weekdays = sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))
    share = given.get("workspace_allocation_percentage") or 100
    wanted = {"resource_id": slot["id"], "start_date": start, "end_date": end, "hard": False}
    create_booking(hand, wanted | {"minutes": round(480 * weekdays * share / 100)})


def update_request(hand: Hand, old: Row, given: Given) -> Row:
    """Approves (naming the resource, hardening or softening its bookings), rejects or cancels a pending request."""
    if old["status"] != "new":
        raise invalid("request_resolution_status", f"the request is already {old['status']}")
    decision = given["request_resolution_status"]
    if decision == "approve":
        slot = hand.account.row("workspace_resources", old["resource_id"])
        if given.get("user_id") is not None:
            slot = name_slot(hand, slot, str(given["user_id"]))
        elif slot.get("user_id") is None:
            raise invalid("user_id", "is needed to fill an unnamed resource")
        state = given.get("allocations_state")
        hard = True if state is None else bool(state) == hand.readings.state_true_is_hard
        for booking in hand.account.find("workspace_allocations", "workspace_resource_id", slot["id"]):
            hand.change("workspace_allocations", booking["id"], {"hard": hard, "updater_id": hand.user})
    status = {"approve": "approved", "reject": "rejected", "cancel": "cancelled"}[decision]
    return hand.change("resource_requests", old["id"], {"status": status})


STORY_PLAIN = (
    "title",
    "story_type",
    "description",
    "start_date",
    "due_date",
    "archived",
    "budget_estimate_in_cents",
    "time_estimate_in_minutes",
    "percentage_complete",
    "fixed_fee",
    "billable",
    "weight",
    "priority",
    "time_trackable",
    "project_plan",
)


def _story_values(hand: Hand, given: Given, old: Row) -> Given:
    values: Given = {name: given[name] for name in STORY_PLAIN if name in given}
    if "title" in values and not values["title"]:
        raise invalid("title", "can't be blank")
    hand.ordered(
        values.get("start_date", old.get("start_date")), values.get("due_date", old.get("due_date")), "due_date"
    )
    state = TASK_STATES.get(given["status"]) if given.get("status") else given.get("state")
    if given.get("status") and state is None:
        raise invalid("status", "is not a task status of this project")
    if state is None and "percentage_complete" in values:
        done = values["percentage_complete"] or 0
        state = "completed" if done >= 100 else "started" if done > 0 else None
    if state is not None:
        if state not in STATE_NAMES:
            raise invalid("state", "is not a task state")
        values |= {"state": state, "status": given.get("status") or STATE_NAMES[state]}
        if state == "completed":
            values["percentage_complete"] = 100
    if given.get("parent_id") is not None:
        parent = hand.existing("stories", given["parent_id"], "parent_id")
        values |= {"parent_id": parent["id"], "ancestry_depth": (parent.get("ancestry_depth") or 0) + 1}
    return values


def _assign(hand: Hand, story: Row, given: Given) -> None:
    wanted: list[str] | None = None
    if given.get("assignments") is not None:
        wanted = [
            str(item["resource_id"])
            if item.get("resource_id") is not None
            else hand.slot_of(story["workspace_id"], str(item.get("assignee_id")))["id"]
            for item in given["assignments"]
        ]
    elif given.get("assignee_ids") is not None:
        wanted = [hand.slot_of(story["workspace_id"], str(id_))["id"] for id_ in given["assignee_ids"]]
    if wanted is None:
        return
    present = {}
    for old in hand.account.find("assignments", "story_id", story["id"]):
        present[str(old["resource_id"])] = old
        if bool(old.get("current")) != (str(old["resource_id"]) in wanted):
            hand.change("assignments", old["id"], {"current": str(old["resource_id"]) in wanted})
    for id_ in wanted:
        if id_ not in present:
            create_assignment(hand, {"story_id": story["id"], "resource_id": id_})


def create_story(hand: Hand, given: Given) -> Row:
    """A new task, milestone, deliverable or issue."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    position = len(hand.account.find("stories", "workspace_id", workspace["id"])) + 1
    start = {
        "workspace_id": workspace["id"],
        "story_type": "task",
        "state": "not started",
        "status": "Not Started",
        "priority": "normal",
        "percentage_complete": 0,
        "archived": False,
        "project_plan": True,
        "position": position,
        "ancestry_depth": 0,
        "fixed_fee": bool(workspace.get("stories_are_fixed_fee_by_default")),
        "billable": not workspace.get("tasks_default_non_billable"),
        "creator_id": hand.user,
    }
    story = hand.add("stories", start | _story_values(hand, given, {}))
    _assign(hand, story, given)
    return story


def update_story(hand: Hand, old: Row, given: Given) -> Row:
    """Changes a task; assignees or assignments given replace the set."""
    story = hand.change("stories", old["id"], _story_values(hand, given, old))
    _assign(hand, story, given)
    return story


def create_assignment(hand: Hand, given: Given) -> Row:
    """Puts a resource on a task; `resource_id` wins over `assignee_id`."""
    story = hand.existing("stories", given["story_id"], "story_id")
    if given.get("resource_id") is not None:
        slot = hand.existing("workspace_resources", given["resource_id"], "resource_id")
    elif given.get("assignee_id") is not None:
        slot = hand.slot_of(story["workspace_id"], str(given["assignee_id"]))
    else:
        raise invalid("resource_id", "give resource_id or assignee_id")
    if str(slot["workspace_id"]) != story["workspace_id"]:
        raise invalid("resource_id", "belongs to another project")
    for old in hand.account.find("assignments", "story_id", story["id"]):
        if str(old["resource_id"]) == slot["id"]:
            raise invalid("resource_id", "is already assigned")
    current = given.get("current")
    return hand.add(
        "assignments",
        {
            "story_id": story["id"],
            "resource_id": int(slot["id"]),
            "assignee_id": slot.get("user_id"),
            "current": True if current is None else current,
            "estimated_minutes": given.get("estimated_minutes"),
            "allocated_minutes": 0,
        },
    )


def update_assignment(hand: Hand, old: Row, given: Given) -> Row:
    """Changes or ends an assignment."""
    values: Given = {name: given[name] for name in ("current", "estimated_minutes") if name in given}
    if given.get("resource_id") is not None:
        slot = hand.existing("workspace_resources", given["resource_id"], "resource_id")
        values |= {"resource_id": int(slot["id"]), "assignee_id": slot.get("user_id")}
    return hand.change("assignments", old["id"], values)


WORK_CREATE: dict[str, Callable[[Hand, Given], Row]] = {
    "workspace_resources": create_slot,
    "workspace_allocations": create_booking,
    "resource_requests": create_request,
    "stories": create_story,
    "assignments": create_assignment,
}
WORK_UPDATE: dict[str, Callable[[Hand, Row, Given], Row]] = {
    "workspace_resources": update_slot,
    "workspace_allocations": update_booking,
    "resource_requests": update_request,
    "stories": update_story,
    "assignments": update_assignment,
}
WORK_DELETE: dict[str, Callable[[Hand, Row], None]] = {
    "workspace_resources": delete_slot,
}
