"""Iterations, read only and Premium; they are made in GraphQL alone."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import forbidden
from psdm_cli.sandbox.gitlab.routes import Route

UPCOMING, CURRENT, CLOSED = 1, 2, 3
STATES = {"upcoming": (UPCOMING,), "current": (CURRENT,), "closed": (CLOSED,), "opened": (UPCOMING, CURRENT)}


def state_of(call: Call, row: Row) -> int:
    """Where an iteration stands today, as GitLab's number."""
    today = call.today.isoformat()
    if row["start_date"] > today:
        return UPCOMING
    return CURRENT if row["due_date"] >= today else CLOSED


def shown(call: Call, row: Row) -> dict[str, Any]:
    """An iteration; its title may be null."""
    keys = ("id", "iid", "group_id", "title", "description", "start_date", "due_date", "created_at", "updated_at")
    group = call.account.row("groups", row["group_id"])
    found = {key: row[key] for key in keys} | {"sequence": row["iid"], "state": state_of(call, row)}
    return found | {"web_url": f"{call.url(group)}/-/iterations/{row['id']}"}


def listed(call: Call) -> Reply:
    """Iterations of a place, those of the groups above included unless unwanted."""
    place, wanted = call.place(), call.params
    if not call.has("iterations"):
        raise forbidden()
    above = tables.with_ancestors(call.account, place)
    groups = [row for row in above if not tables.is_project(row)]
    if not wanted.get("include_ancestors", True):
        groups = groups[:1]
    if wanted.get("include_descendants") and not tables.is_project(place):
        groups += tables.descendants(call.account, place)
    rows = [row for each in groups for row in call.account.find("iterations", "group_id", each["id"])]
    states = STATES.get(wanted.get("state") or "all")
    if states:
        rows = [row for row in rows if state_of(call, row) in states]
    text = (wanted.get("search") or "").lower()
    if text:
        rows = [row for row in rows if text in (row["title"] or "").lower()]
    after, before = wanted.get("updated_after"), wanted.get("updated_before")
    rows = [r for r in rows if (not after or r["updated_at"] >= after) and (not before or r["updated_at"] <= before)]
    return call.paged(sorted(rows, key=lambda row: (row["due_date"], row["id"])), lambda row: shown(call, row))


ROUTES = [
    Route("GET", "/groups/{group_id}/iterations", listed),
    Route("GET", "/projects/{project_id}/iterations", listed),
]
