"""Labels of groups and projects."""

from __future__ import annotations

import re

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import conflict, invalid, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

CSS = {
    "red": "#FF0000", "green": "#008000", "blue": "#0000FF", "black": "#000000", "white": "#FFFFFF", "gray": "#808080",
    "orange": "#FFA500", "purple": "#800080", "yellow": "#FFFF00", "teal": "#008080", "navy": "#000080",
    "crimson": "#DC143C", "gold": "#FFD700", "maroon": "#800000", "olive": "#808000", "silver": "#C0C0C0",
}  # fmt: skip


def available(call: Call, place: Row, deep: bool = True) -> list[Row]:
    """The labels that items of a place may have: its own and (with `deep`) those of the groups above."""
    above = tables.with_ancestors(call.account, place) if deep else [place]
    return [row for each in above for row in call.account.find("labels", tables.column_of(each), each["id"])]


def color_of(text: str) -> str:
    """A colour as it is kept; 400 for one that is none."""
    found = CSS.get(text.strip().lower(), text.strip())
    if not re.fullmatch(r"#(?:[0-9A-Fa-f]{3}){1,2}", found):
        raise invalid({"color": ["must be a valid color code"]})
    return found


def _listed(call: Call, rows: list[Row], project: bool) -> Reply:
    text = (call.params.get("search") or "").lower()
    if text:
        rows = [r for r in rows if text in r["name"].lower() or text in (r["description"] or "").lower()]
    if call.params.get("archived"):
        rows = []
    counts = bool(call.params.get("with_counts"))
    rows = sorted(rows, key=lambda row: (row["name"].lower(), row["id"]))
    return call.paged(rows, lambda row: shapes.label(call, row, project, counts))


def of_group(call: Call) -> Reply:
    """Labels of a group, those of the groups above included unless unwanted."""
    group = call.group()
    wanted = call.params
    rows = available(call, group, deep=wanted["include_ancestor_groups"])
    below = tables.descendants(call.account, group) if wanted["include_descendant_groups"] else []
    rows += [row for each in below for row in call.account.find("labels", "group_id", each["id"])]
    if not wanted["only_group_labels"]:
        projects = tables.projects_in(call.account, group, deep=wanted["include_descendant_groups"])
        visible = [row for row in projects if call.visible(row)]
        rows += [row for each in visible for row in call.account.find("labels", "project_id", each["id"])]
    return _listed(call, rows, False)


def of_project(call: Call) -> Reply:
    """Labels of a project, those of its groups included unless unwanted."""
    return _listed(call, available(call, call.project(), deep=call.params["include_ancestor_groups"]), True)


def create(call: Call) -> Reply:
    """A label; 409 when the place or a group above has one of this name."""
    place = call.place()
    call.need(levels.PLANNER, place)
    wanted = call.params
    name = wanted["name"].strip()
    if any(row["name"] == name for row in available(call, place)):
        raise conflict("Label already exists")
    _sound(name)
    label = tables.make_label(call.account, place, name, color_of(wanted["color"]), wanted.get("description"))
    if wanted.get("priority") is not None:
        label = call.account.update("labels", label["id"], priority=wanted["priority"])
    return Reply(201, shapes.label(call, label, tables.is_project(place)))


def _sound(name: str) -> None:
    if not name:
        raise invalid({"title": ["can't be blank"]})
    if len(name) > 255:
        raise invalid({"title": ["is too long (maximum is 255 characters)"]})
    if "," in name:
        raise invalid({"title": ["is invalid"]})


def update(call: Call) -> Reply:
    """Renames or recolours a group's own label, named by id or title."""
    group = call.group()
    call.need(levels.PLANNER, group)
    wanted = {key: call.params[key] for key in ("new_name", "color", "description") if key in call.given}
    if not wanted:
        raise wrong_parameter("new_name, color, description are missing, at least one parameter must be provided")
    named = call.args["label_id"]
    own = call.account.find("labels", "group_id", group["id"])
    label = next((row for row in own if str(row["id"]) == named), None)
    label = label or next((row for row in own if row["name"] == named), None)
    if label is None:
        raise not_found("Label")
    changes = {}
    if "new_name" in wanted:
        name = (wanted["new_name"] or "").strip()
        _sound(name)
        if any(row["name"] == name and row["id"] != label["id"] for row in available(call, group)):
            raise invalid({"title": ["has already been taken"]})
        changes["name"] = name
    if "color" in wanted:
        changes["color"] = color_of(wanted["color"] or "")
    if "description" in wanted:
        changes["description"] = wanted["description"]
    return Reply(200, shapes.label(call, tables.change(call.account, "labels", label, changes)))


ROUTES = [
    Route("GET", "/groups/{group_id}/labels", of_group),
    Route("POST", "/groups/{group_id}/labels", create),
    Route("PUT", "/groups/{group_id}/labels/{label_id}", update),
    Route("GET", "/projects/{project_id}/labels", of_project),
    Route("POST", "/projects/{project_id}/labels", create),
]
