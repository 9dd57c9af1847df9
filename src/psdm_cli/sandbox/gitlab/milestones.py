"""Milestones of groups and projects, and their burndown where the plan has it."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import failed, forbidden, invalid, not_found, ruby, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

USED = "already being used for another group or project milestone."
WRITABLE = ("title", "description", "due_date", "start_date")


def _of(call: Call, places: list[Row]) -> list[Row]:
    return [row for each in places for row in call.account.find("milestones", tables.column_of(each), each["id"])]


def listed(call: Call) -> Reply:
    """Milestones of a place; those of the groups above or below only when asked."""
    place, wanted = call.place(), call.params
    places = tables.with_ancestors(call.account, place) if wanted.get("include_ancestors") else [place]
    if wanted.get("include_descendants"):
        below = [*tables.descendants(call.account, place), *tables.projects_in(call.account, place, deep=True)]
        places += [row for row in below if call.visible(row)]
    rows = _of(call, places)
    if wanted.get("iids[]"):
        rows = [row for row in rows if row["iid"] in wanted["iids[]"]]
    if wanted.get("state") in ("active", "closed"):
        rows = [row for row in rows if row["state"] == wanted["state"]]
    if wanted.get("title") is not None:
        rows = [row for row in rows if row["title"] == wanted["title"]]
    text = (wanted.get("search") or "").lower()
    if text:
        rows = [r for r in rows if text in r["title"].lower() or text in (r["description"] or "").lower()]
    after, before = wanted.get("updated_after"), wanted.get("updated_before")
    rows = [r for r in rows if (not after or r["updated_at"] >= after) and (not before or r["updated_at"] <= before)]
    rows.sort(key=lambda row: (row["due_date"] or "9999", row["id"]))
    return call.paged(rows, lambda row: shapes.milestone(call, row))


def _hierarchy(call: Call, place: Row) -> list[Row]:
    """Every milestone above and below, among which a title is unique."""
    places = tables.with_ancestors(call.account, place)
    if not tables.is_project(place):
        places += [*tables.descendants(call.account, place), *tables.projects_in(call.account, place, deep=True)]
    return _of(call, places)


def _problems(call: Call, place: Row, row: dict[str, Any]) -> dict[str, list[str]]:
    title = row["title"] or ""
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = ["can't be blank"]
    elif len(title) > 255:
        errors["title"] = ["is too long (maximum is 255 characters)"]
    elif any(other["title"] == title and other["id"] != row.get("id") for other in _hierarchy(call, place)):
        errors["title"] = [USED]
    if row.get("start_date") and row.get("due_date") and row["due_date"] < row["start_date"]:
        errors["due_date"] = ["must be greater than start date"]
    return errors


def create(call: Call) -> Reply:
    """A milestone; 400 with a string when the title is used above or below."""
    place = call.place()
    call.need(levels.PLANNER, place)
    row = {key: call.params.get(key) for key in WRITABLE}
    errors = _problems(call, place, row)
    if errors:
        raise failed(f"Failed to create milestone {ruby(errors, call.readings.ruby == '3.2')}")
    row["description"] = row["description"] or ""
    made = tables.make_milestone(call.account, place, row.pop("title") or "", call.stamp, **row)
    return Reply(201, shapes.milestone(call, made))


def _milestone(call: Call, place: Row) -> Row:
    named = call.args["milestone_id"]
    row = call.account.get("milestones", named)
    if row is None or row[tables.column_of(place)] != place["id"]:
        raise not_found("Milestone")
    return row


def update(call: Call) -> Reply:
    """Changes a milestone, closes it or makes it active again."""
    place = call.place()
    call.need(levels.PLANNER, place)
    row = _milestone(call, place)
    wanted = {key: call.params[key] for key in (*WRITABLE, "state_event") if key in call.given}
    if not wanted:
        names = ", ".join((*WRITABLE, "state_event"))
        raise wrong_parameter(f"{names} are missing, at least one parameter must be provided")
    event = wanted.pop("state_event", None)
    errors = _problems(call, place, row | wanted)
    if errors:
        raise invalid(errors)
    if event:
        wanted["state"] = "closed" if event == "close" else "active"
    made = call.account.update("milestones", row["id"], **wanted, updated_at=call.stamp)
    return Reply(200, shapes.milestone(call, made))


def burndown(call: Call) -> Reply:
    """Created and closed items of a milestone, by day (Premium)."""
    place = call.place()
    if not call.has("burndown"):
        raise forbidden()
    row = _milestone(call, place)
    events = []
    for item in call.account.find("work_items", "milestone_id", row["id"]):
        events.append({"created_at": item["created_at"][:10], "weight": item["weight"], "action": "created"})
        if item["closed_at"]:
            events.append({"created_at": item["closed_at"][:10], "weight": item["weight"], "action": "closed"})
    return Reply(200, sorted(events, key=lambda event: str(event["created_at"])))


ROUTES = [
    Route(method, f"/{kind}{tail}", handler)
    for kind in ("groups/{group_id}", "projects/{project_id}")
    for method, tail, handler in (
        ("GET", "/milestones", listed),
        ("POST", "/milestones", create),
        ("PUT", "/milestones/{milestone_id}", update),
        ("GET", "/milestones/{milestone_id}/burndown_events", burndown),
    )
]
