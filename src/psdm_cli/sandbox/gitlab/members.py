"""Members of groups and projects: direct, inherited, taken out. The contract has no way to add one."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import forbidden, not_found
from psdm_cli.sandbox.gitlab.routes import Route


def _direct(call: Call, place: Row) -> list[Row]:
    source = "project" if tables.is_project(place) else "group"
    return [row for row in call.account.find("members", "source_id", place["id"]) if row["source"] == source]


def _shown(call: Call, row: Row) -> dict[str, Any]:
    user = shapes.user(call, call.account.row("users", row["user_id"]))
    shown = {key: user[key] for key in ("id", "username", "name", "state", "web_url")}
    return shown | {key: row[key] for key in ("access_level", "expires_at", "created_at")}


def _listed(call: Call, rows: list[Row]) -> Reply:
    text = (call.params.get("query") or "").lower()
    users = {row["user_id"]: call.account.row("users", row["user_id"]) for row in rows}
    if text:
        rows = [
            row
            for row in rows
            if text in users[row["user_id"]]["name"].lower() or text in users[row["user_id"]]["username"].lower()
        ]
    wanted = call.params.get("user_ids")
    if wanted:
        ids = {str(id_) for id_ in (wanted if isinstance(wanted, list) else str(wanted).split(","))}
        rows = [row for row in rows if str(row["user_id"]) in ids]
    return call.paged(sorted(rows, key=lambda row: int(row["user_id"])), lambda row: _shown(call, row))


def direct(call: Call) -> Reply:
    """Who was added to this place itself."""
    return _listed(call, _direct(call, call.place()))


def everybody(call: Call) -> Reply:
    """Who is in, groups above included; each with the highest level."""
    place = call.place()
    best: dict[int, Row] = {}
    for each in tables.with_ancestors(call.account, place):
        for row in _direct(call, each):
            known = best.get(row["user_id"])
            if known is None or row["access_level"] > known["access_level"]:
                best[row["user_id"]] = row
    return _listed(call, list(best.values()))


def remove(call: Call) -> Reply:
    """Takes a direct member out; the last owner of a group stays."""
    place = call.place()
    user = call.args["user_id"]
    if user != str(call.me["id"]):
        call.need(levels.MAINTAINER if tables.is_project(place) else levels.OWNER, place)
    mine = _direct(call, place)
    row = next((row for row in mine if str(row["user_id"]) == user), None)
    if row is None:
        raise not_found()
    owners = [each for each in mine if each["access_level"] == levels.OWNER]
    if not tables.is_project(place) and owners == [row] and place["parent_id"] is None:
        raise forbidden()
    call.account.remove("members", row["id"])
    return Reply(204)


ROUTES = [
    Route(method, f"/{kind}/members{tail}", handler)
    for kind in ("groups/{group_id}", "projects/{project_id}")
    for method, tail, handler in (("GET", "", direct), ("GET", "/all", everybody), ("DELETE", "/{user_id}", remove))
]
