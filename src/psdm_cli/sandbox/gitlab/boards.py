"""Issue boards of groups, and their lists."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.labels import available
from psdm_cli.sandbox.gitlab.refusals import failed, forbidden, invalid, nested, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

KINDS = ("label_id", "assignee_id", "milestone_id", "iteration_id")


def _list(call: Call, row: Row) -> dict[str, Any]:
    label = call.account.get("labels", row["label_id"]) if row["label_id"] else None
    return {
        "id": row["id"],
        "label": shapes.label(call, label) if label else None,
        "position": row["position"],
        "list_type": row["list_type"],
        "max_issue_count": 0,
    }


def _lists(call: Call, board: Row) -> list[Row]:
    return sorted(call.account.find("board_lists", "board_id", board["id"]), key=lambda row: int(row["position"]))


def _shown(call: Call, board: Row) -> dict[str, Any]:
    return {
        "id": board["id"],
        "name": board["name"],
        "hide_backlog_list": False,
        "hide_closed_list": False,
        "lists": [_list(call, row) for row in _lists(call, board)],
        "milestone": None,
        "labels": [],
    }


def listed(call: Call) -> Reply:
    """A group's boards, by name."""
    rows = call.account.find("boards", "group_id", call.group()["id"])
    return call.paged(sorted(rows, key=lambda row: (row["name"].lower(), row["id"])), lambda row: _shown(call, row))


def create(call: Call) -> Reply:
    """A board; names may repeat. Without the plan a group has one at most."""
    group = call.group()
    call.need(levels.PLANNER, group)
    if call.account.find("boards", "group_id", group["id"]) and not call.has("group_boards"):
        raise forbidden() if call.readings.second_board == "403" else failed("400 Bad request - Board limit reached")
    name = call.params["name"]
    if not name.strip():
        raise invalid({"name": ["can't be blank"]})
    return Reply(201, _shown(call, tables.make_board(call.account, group, name)))


def _board(call: Call, group: Row) -> Row:
    row = call.account.get("boards", call.args["board_id"])
    if row is None or row["group_id"] != group["id"]:
        raise not_found("Board")
    return row


def lists(call: Call) -> Reply:
    """A board's lists, in order."""
    return call.paged(_lists(call, _board(call, call.group())), lambda row: _list(call, row))


def create_list(call: Call) -> Reply:
    """A list of a label; of anything else where the plan has those."""
    group = call.group()
    board = _board(call, group)
    call.need(levels.PLANNER, group)
    named = [kind for kind in KINDS if call.params.get(kind) is not None]
    if len(named) != 1:
        why = "are mutually exclusive" if named else "are missing, exactly one parameter must be provided"
        raise wrong_parameter(f"{', '.join(named or KINDS)} {why}")
    (kind,) = named
    if kind != "label_id":
        if not call.has("group_boards"):
            raise forbidden()
        row = tables.make_board_list(call.account, board, None, list_type=kind.removesuffix("_id"))
        return Reply(201, _list(call, row))
    label = next((row for row in available(call, group) if row["id"] == call.params["label_id"]), None)
    if label is None:
        raise nested(400, "Label not found!")
    if any(row["label_id"] == label["id"] for row in _lists(call, board)):
        raise nested(400, "Label has already been taken")
    return Reply(201, _list(call, tables.make_board_list(call.account, board, label)))


ROUTES = [
    Route("GET", "/groups/{group_id}/boards", listed),
    Route("POST", "/groups/{group_id}/boards", create),
    Route("GET", "/groups/{group_id}/boards/{board_id}/lists", lists),
    Route("POST", "/groups/{group_id}/boards/{board_id}/lists", create_list),
]
