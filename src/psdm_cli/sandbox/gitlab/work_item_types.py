"""The types of work items: their ids, their widgets, and where each can be made."""

from __future__ import annotations

from dataclasses import dataclass

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_places import TYPES, writes

NUMBERS = {
    "Issue": 1,
    "Incident": 2,
    "Test Case": 3,
    "Requirement": 4,
    "Task": 5,
    "Objective": 6,
    "Key Result": 7,
    "Epic": 8,
    "Ticket": 9,
}
_OLDER = 40
"""Added to the numbers on an old server: ids differ between instances and are to be looked up."""

_EVERYWHERE = ("ASSIGNEES", "DESCRIPTION", "HIERARCHY", "LABELS", "LINKED_ITEMS", "NOTES")
_PLANNED = ("MILESTONE", "START_AND_DUE_DATE", "TIME_TRACKING")
_PAID = {
    "HEALTH_STATUS": ("health_status", ("Issue", "Epic", "Objective", "Key Result")),
    "ITERATION": ("iterations", ("Issue", "Task", "Ticket")),
    "STATUS": ("work_item_status", ("Issue", "Task", "Epic")),
    "WEIGHT": ("weights", ("Issue", "Task", "Ticket")),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as seen from a place."""

    name: str
    gid: str
    place: Row


def offered(call: Call) -> list[str]:
    """The names of the types that the plan has."""
    return [name for name in TYPES if name != "Epic" or call.has("epics")]


def gid_of(call: Call, name: str) -> str:
    """The type's id on this instance."""
    return f"gid://gitlab/WorkItems::Type/{NUMBERS[name] + (_OLDER if call.readings.graphql == 'old' else 0)}"


def named_by(call: Call, number: int) -> str | None:
    """The name of the type with this number on this instance."""
    return next((name for name in offered(call) if gid_of(call, name).endswith(f"/{number}")), None)


def widgets_of(call: Call, name: str) -> list[str]:
    """The widgets of a type in this plan."""
    found = list(_EVERYWHERE)
    if name in ("Issue", "Task", "Epic", "Ticket", "Incident"):
        found += _PLANNED
    found += [widget for widget, (feature, types) in _PAID.items() if call.has(feature) and name in types]
    return sorted(found + (["COLOR"] if name == "Epic" else []))


def may_make(call: Call, name: str, place: Row) -> bool:
    """Whether the user can make an item of a type in a place."""
    if not writes(call) or (name == "Epic") == tables.is_project(place):
        return False
    return call.may(levels.PLANNER if name == "Epic" else levels.GUEST, place)
