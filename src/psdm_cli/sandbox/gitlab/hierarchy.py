"""Parents and children: who may stand under whom, and dates that an epic inherits."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_places import ancestors, children, is_epic, reference
from psdm_cli.sandbox.gitlab.refusals import unprocessable

DEEPEST_EPIC = 7
PARENTS = {
    "Epic": ("Epic",),
    "Issue": ("Epic",),
    "Ticket": ("Epic",),
    "Incident": (),
    "Task": ("Issue", "Incident", "Ticket"),
    "Objective": ("Objective",),
    "Key Result": ("Objective",),
}


def check_parent(call: Call, child: Row, parent: Row) -> None:
    """Refuses (422) a parent of the wrong type, one that the plan lacks, a circle, or too deep a tree.

    The child's id is 0 while it is being created.
    """
    child_type = child["type"]
    name = reference(call, child, full=False) if child["id"] else f"This {child_type.lower()}"
    if parent["type"] not in PARENTS.get(child_type, ()):
        raise unprocessable(f"{name} cannot be added: it's not allowed to add this type of parent item")
    if child_type == "Epic" and not call.has("subepics"):
        raise unprocessable(f"{name} cannot be added: subepics are not available for this group")
    above = [parent, *ancestors(call, parent)]
    if any(row["id"] == child["id"] for row in above):
        raise unprocessable(f"{name} cannot be added: it is already an ancestor of the parent, or the item itself")
    if child_type == "Epic" and len(above) + _height(call, child) > DEEPEST_EPIC:
        raise unprocessable(f"{name} cannot be added: reached maximum depth")


def _height(call: Call, epic: Row) -> int:
    return 1 + max((_height(call, row) for row in children(call, epic) if is_epic(row)), default=0)


def association_id(child: Row) -> int:
    """The id of the row that ties a child to its parent: neither the child's id nor its number."""
    return 700_000 + int(child["id"])


# -- dates ------------------------------------------------------------------------------------------------------


def is_fixed(item: Row, side: str) -> bool:
    """Whether an item's `start_date` or `due_date` stays as it was set; only epics inherit."""
    if not is_epic(item):
        return True
    return bool(item.get(f"{side}_is_fixed", item.get("dates_fixed", False)))


def effective(call: Call, item: Row, side: str) -> str | None:
    """The date as everybody sees it: the fixed one, or what the children's dates and milestones give."""
    if is_fixed(item, side):
        date = item.get(side)
        return str(date) if date else None
    return inherited(call, item, side)


def inherited(call: Call, item: Row, side: str) -> str | None:
    """The earliest start or the latest due date of an epic's children; None when none has one."""
    dates = []
    for child in children(call, item):
        milestone = call.account.get("milestones", child["milestone_id"]) if child.get("milestone_id") else None
        own = effective(call, child, side)
        date = own or (milestone or {}).get(side)
        if date:
            dates.append(str(date))
    return (min(dates) if side == "start_date" else max(dates)) if dates else None
