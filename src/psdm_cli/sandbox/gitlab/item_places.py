"""Where work items live, who sees and edits them, how they are referred to and found again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.refusals import forbidden

TYPES = {
    "Issue": "ISSUE",
    "Incident": "INCIDENT",
    "Test Case": "TEST_CASE",
    "Requirement": "REQUIREMENT",
    "Task": "TASK",
    "Objective": "OBJECTIVE",
    "Key Result": "KEY_RESULT",
    "Epic": "EPIC",
    "Ticket": "TICKET",
}
"""Every type's name and how GraphQL's enum spells it; REST writes the enum's word in small letters."""

_REFERENCE = re.compile(r"^(?P<path>[\w.][\w./-]*)?(?P<mark>[#&])(?P<iid>\d+)(?:\+s?)?$")
_URL = re.compile(r"^/(?P<path>[\w.][\w./-]*?)/-/(?:issues|epics|work_items)/(?P<iid>\d+)(?:[?#].*)?$")


def home(call: Call, item: Row) -> Row:
    """The project or group a work item lives in."""
    if item.get("project_id") is not None:
        return call.account.row("projects", item["project_id"])
    return call.account.row("groups", item["group_id"])


def is_epic(item: Row) -> bool:
    """Whether an item is an epic."""
    return bool(item["type"] == "Epic")


def mine(call: Call, item: Row) -> bool:
    """Whether the user wrote an item or is assigned to it."""
    return call.user is not None and call.user["id"] in (item["author_id"], *item.get("assignee_ids", ()))


def writes(call: Call) -> bool:
    """Whether the credential may change anything at all."""
    return call.token is not None and "api" in call.token["scopes"] and call.token["kind"] != "job"


def reads(call: Call, item: Row) -> bool:
    """Whether the user sees an item: its place is open to them, and a confidential one is theirs or they plan there."""
    place = home(call, item)
    if not call.reads(place) or (is_epic(item) and not call.has("epics")):
        return False
    return not item.get("confidential") or call.may(levels.PLANNER, place) or mine(call, item)


def changeable(call: Call, item: Row) -> bool:
    """Whether anything at all may change here: the token writes, and the project is not archived."""
    return writes(call) and not home(call, item).get("archived")


def plans(call: Call, item: Row) -> bool:
    """Whether the user may change everything about an item (Planner and above)."""
    return changeable(call, item) and call.may(levels.PLANNER, home(call, item))


def edits(call: Call, item: Row) -> bool:
    """Whether the user may change its text and state: planners, and the author and assignees of an issue."""
    if plans(call, item):
        return True
    return changeable(call, item) and mine(call, item) and not is_epic(item) and reads(call, item)


def require_edit(call: Call, item: Row) -> None:
    """Refuses with 403 who may not edit an item."""
    if not edits(call, item):
        raise forbidden()


def belongs(call: Call, item: Row) -> bool:
    """Whether the user is a member of an item's place (Guest and above)."""
    return changeable(call, item) and call.may(levels.GUEST, home(call, item))


def may_comment(call: Call, item: Row) -> bool:
    """Whether the user may write a note: members, and anybody signed in who sees the item unless it is locked."""
    if not changeable(call, item) or not reads(call, item):
        return False
    return not item.get("discussion_locked") or belongs(call, item)


# -- numbers and names ------------------------------------------------------------------------------------------


def place_called(call: Call, path: str) -> Row | None:
    """The visible group or project with this full path."""
    for kind in ("groups", "projects"):
        row = tables.place_at(call.account, kind, path)
        if row is not None and call.visible(row):
            return row
    return None


def in_place(call: Call, place: Row) -> list[Row]:
    """All items of one group's or project's own."""
    return call.account.find("work_items", tables.column_of(place), place["id"])


def by_iid(call: Call, place: Row, iid: object) -> Row | None:
    """The item with this number, if the user sees it."""
    return next((row for row in in_place(call, place) if str(row["iid"]) == str(iid) and reads(call, row)), None)


def by_id(call: Call, id_: object) -> Row | None:
    """The item with this global id, if the user sees it."""
    row = call.account.get("work_items", id_)
    return row if row is not None and reads(call, row) else None


def epic_by_id(call: Call, epic_id: object) -> Row | None:
    """The epic with this REST epic id, if the user sees it."""
    rows = call.account.find("work_items", "epic_id", epic_id) if epic_id is not None else []
    return next((row for row in rows if is_epic(row) and reads(call, row)), None)


def reference(call: Call, item: Row, full: bool = True) -> str:
    """`group/project#12` or `group&5`; without the path when not full."""
    mark = f"{'&' if is_epic(item) else '#'}{item['iid']}"
    return f"{tables.path_of(home(call, item))}{mark}" if full else mark


def web_path(call: Call, item: Row) -> str:
    """The page of an item below the instance's root."""
    place = home(call, item)
    room = "epics" if is_epic(item) else "issues" if item["type"] in ("Issue", "Incident") else "work_items"
    return f"/{'' if tables.is_project(place) else 'groups/'}{tables.path_of(place)}/-/{room}/{item['iid']}"


def by_reference(call: Call, text: str, place: Row) -> Row | None:
    """The visible item that `#12`, `path#12`, `&5`, `path&5` or a URL means to somebody writing in this place."""
    text = text.strip().strip(",")
    match = _REFERENCE.match(text)
    if match is None:
        root = next((each for each in (call.web, call.root) if text.startswith(f"{each}/")), None)
        match = _URL.match(text.removeprefix(root).removeprefix("/groups")) if root else None
    if match is None:
        return None
    if match["path"] is not None:
        named = place_called(call, match["path"])
        return by_iid(call, named, match["iid"]) if named else None
    if match["mark"] == "&" and tables.is_project(place):
        place = call.account.row("groups", place["namespace_id"])
    return by_iid(call, place, match["iid"])


def children(call: Call, item: Row) -> list[Row]:
    """The direct children of an item, whoever sees them."""
    return call.account.find("work_items", "parent_id", item["id"])


def ancestors(call: Call, item: Row) -> Iterator[Row]:
    """Parent, grandparent and so on, whoever sees them."""
    at = item.get("parent_id")
    while at is not None and (row := call.account.get("work_items", at)) is not None:
        yield row
        at = row.get("parent_id")
