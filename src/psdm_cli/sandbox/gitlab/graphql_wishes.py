"""What a mutation's widgets ask for, as a wish; widgets that a type or plan lacks are refused."""

from __future__ import annotations

import re
from typing import Any

from graphql import GraphQLError

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import durations
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_fields import Args, short_list, unavailable
from psdm_cli.sandbox.gitlab.graphql_search import HEALTH
from psdm_cli.sandbox.gitlab.item_changes import Wish
from psdm_cli.sandbox.gitlab.item_places import by_id
from psdm_cli.sandbox.gitlab.item_statuses import STATUSES, status_named
from psdm_cli.sandbox.gitlab.work_item_types import widgets_of

WIDGETS = {
    "assigneesWidget": "ASSIGNEES",
    "colorWidget": "COLOR",
    "descriptionWidget": "DESCRIPTION",
    "healthStatusWidget": "HEALTH_STATUS",
    "hierarchyWidget": "HIERARCHY",
    "iterationWidget": "ITERATION",
    "labelsWidget": "LABELS",
    "linkedItemsWidget": "LINKED_ITEMS",
    "milestoneWidget": "MILESTONE",
    "startAndDueDateWidget": "START_AND_DUE_DATE",
    "statusWidget": "STATUS",
    "timeTrackingWidget": "TIME_TRACKING",
    "weightWidget": "WEIGHT",
}


def require_widgets(call: Call, kind: str, given: Args) -> None:
    """Refuses, as a top-level error, widgets that the type does not have in this plan."""
    short_list(given)
    known = widgets_of(call, kind)
    lacking = [name for name, widget in WIDGETS.items() if name in given and widget not in known]
    if lacking:
        keys = ", ".join(":" + re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name) for name in lacking)
        raise GraphQLError(f"Following widget keys are not supported by {kind} type: [{keys}]")


def wish_of(call: Call, given: Args) -> Wish:
    """The wish behind an input's members and widgets; the parent and children are the caller's matter."""
    wish: Wish = {name: given[name] for name in ("title", "confidential") if given.get(name) is not None}
    if given.get("stateEvent"):
        wish["state_event"] = given["stateEvent"].lower()
    if given.get("createdAt"):
        wish["created_at"] = given["createdAt"]
    for name, reader in _READERS.items():
        if given.get(name) is not None:
            wish |= reader(call, given[name])
    return wish


def _description(_call: Call, widget: Args) -> Wish:
    return {"description": widget["description"]} if "description" in widget else {}


def _labels(_call: Call, widget: Args) -> Wish:
    names = {"labelIds": "label_ids", "addLabelIds": "add_label_ids", "removeLabelIds": "remove_label_ids"}
    return {wished: widget[name] for name, wished in names.items() if widget.get(name) is not None}


def _assignees(_call: Call, widget: Args) -> Wish:
    return {"assignee_ids": widget["assigneeIds"]}


def _dates(_call: Call, widget: Args) -> Wish:
    wish: Wish = {}
    for name, side in (("startDate", "start_date"), ("dueDate", "due_date")):
        if name in widget:
            wish[side] = widget[name]
        if widget.get("isFixed") is not None:
            wish[f"{side}_is_fixed"] = widget["isFixed"]
    return wish


def _health(_call: Call, widget: Args) -> Wish:
    value = widget.get("healthStatus")
    return {"health_status": HEALTH[value] if value else None}


def _status(_call: Call, widget: Args) -> Wish:
    if (widget.get("name") is None) == (widget.get("status") is None):
        raise GraphQLError("Only one of [name, status] arguments is allowed at the same time.")
    if widget.get("name") is not None:
        found = status_named(widget["name"])
    else:
        found = next((each for each in STATUSES if each.number == widget["status"]), None)
    if found is None:
        raise GraphQLError("Status doesn't exist.")
    return {"status": found.name}


def _weight(_call: Call, widget: Args) -> Wish:
    return {"weight": widget.get("weight")}


def _milestone(_call: Call, widget: Args) -> Wish:
    return {"milestone_id": widget.get("milestoneId")}


def _iteration(_call: Call, widget: Args) -> Wish:
    return {"iteration_id": widget.get("iterationId")}


def _color(_call: Call, widget: Args) -> Wish:
    return {"color": widget["color"]}


def _time(_call: Call, widget: Args) -> Wish:
    wish: Wish = {}
    if widget.get("timeEstimate") is not None:
        wish["time_estimate"] = _seconds(widget["timeEstimate"])
    if widget.get("timelog") is not None:
        wish["add_time_spent"] = _seconds(widget["timelog"]["timeSpent"])
    return wish


def _seconds(text: str) -> int:
    amount = durations.seconds(text)
    if amount is None:
        raise GraphQLError("Time estimate must be formatted correctly. For example: 1h 30m.")
    return amount


_READERS: dict[str, Any] = {
    "assigneesWidget": _assignees,
    "colorWidget": _color,
    "descriptionWidget": _description,
    "healthStatusWidget": _health,
    "iterationWidget": _iteration,
    "labelsWidget": _labels,
    "milestoneWidget": _milestone,
    "startAndDueDateWidget": _dates,
    "statusWidget": _status,
    "timeTrackingWidget": _time,
    "weightWidget": _weight,
}


def item_for(call: Call, id_: int) -> Row:
    """The work item with this id; the usual top-level error when it is absent or hidden."""
    found = by_id(call, id_)
    if found is None:
        raise unavailable()
    return found
