"""Groups: show, create, what is below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import Messages, Refusal, failed, forbidden, limited, ruby
from psdm_cli.sandbox.gitlab.routes import Route

TAKEN = "has already been taken"
PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
PATH_TEXT = (
    "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', '.git' or '.atom'."
)
NAME = re.compile(r"[^\W_](?:[\w \-+.()\U0001F000-\U0001FAFF])*|_[\w \-+.()]*")
NAME_TEXT = (
    "can contain only letters, digits, emoji, '_', '.', '+', dash, space, parenthesis. "
    "It must start with letter, digit, emoji or '_'."
)
SIMPLE = (
    "id", "description", "name", "name_with_namespace", "path", "path_with_namespace", "created_at", "default_branch",
    "topics", "ssh_url_to_repo", "http_url_to_repo", "web_url", "last_activity_at", "namespace",
)  # fmt: skip


def show(call: Call) -> Reply:
    """One group."""
    return Reply(200, shapes.group(call, call.group()))


def wrong_path(path: str, longest: int = 255) -> list[str]:
    """What is wrong with a path segment."""
    if not path:
        return ["can't be blank"]
    found = [f"is too long (maximum is {longest} characters)"] if len(path) > longest else []
    if not PATH.fullmatch(path) or path.endswith((".", ".git", ".atom")):
        found.append(PATH_TEXT)
    return found


def wrong_name(call: Call, name: str) -> list[str]:
    """What is wrong with a name."""
    if not name.strip():
        return ["can't be blank"]
    found = ["is too long (maximum is 255 characters)"] if len(name) > 255 else []
    if call.readings.names == "strict" and not NAME.fullmatch(name):
        found.append(NAME_TEXT)
    return found


def too_open(visibility: str, above: Row) -> bool:
    """Whether a visibility is beyond that of the group above."""
    return levels.VISIBILITIES.index(visibility) > levels.VISIBILITIES.index(above["visibility"])


def taken(siblings: Iterable[Row], column: str, value: str) -> bool:
    """Whether a sibling has this value, whatever its case."""
    return any(str(row[column]).lower() == value.lower() for row in siblings)


def spend(call: Call, kind: str) -> None:
    """Counts one creation of the day; 429 when none is left."""
    name = f"creations_left_{kind}"
    left: int | None = getattr(call.readings, name)
    if left is not None and left <= 0:
        raise limited(call.readings.creation_wait)
    if left is not None:
        setattr(call.readings, name, left - 1)


def _unsaved(call: Call, errors: Messages) -> Refusal:
    return failed(f"Failed to save group {ruby(errors, call.readings.ruby == '3.2')}")


def create(call: Call) -> Reply:
    """A subgroup; who makes it owns it. Groups at the top are not made through the API."""
    wanted = call.params
    me = call.me
    if wanted.get("parent_id") is None:
        raise forbidden()
    parent = call.visible_or_404("groups", wanted["parent_id"])
    call.need(levels.NAMES[parent["subgroup_creation_level"]], parent)
    spend(call, "groups")
    siblings = tables.subgroups(call.account, parent)
    visibility = wanted.get("visibility") or "private"
    errors: dict[str, list[str]] = {
        "name": wrong_name(call, wanted["name"]),
        "path": wrong_path(wanted["path"]),
        "visibility_level": [],
    }
    if taken(siblings, "name", wanted["name"]):
        errors["name"].append(TAKEN)
    if taken([*siblings, *tables.projects_in(call.account, parent)], "path", wanted["path"]):
        errors["path"].append(TAKEN)
    if too_open(visibility, parent):
        above = parent["visibility"]
        errors["visibility_level"].append(
            f"{visibility} is not allowed since the parent group has a {above} visibility."
        )
    if parent["marked_for_deletion_on"]:
        errors["parent"] = ["is being deleted"]
    if any(errors.values()):
        raise _unsaved(call, {name: texts for name, texts in errors.items() if texts})
    levels_given = {k: wanted[k] for k in ("subgroup_creation_level", "project_creation_level") if wanted.get(k)}
    group = tables.make_group(
        call.account,
        wanted["name"],
        wanted["path"],
        parent,
        call.stamp,
        visibility=visibility,
        description=wanted.get("description") or "",
        **levels_given,
    )
    tables.make_member(call.account, group, me, levels.OWNER, call.stamp)
    return Reply(201, shapes.group(call, group))


def _listed(call: Call, rows: list[Row]) -> Reply:
    wanted = call.params
    rows = [row for row in rows if call.visible(row)]
    text = (wanted.get("search") or "").lower()
    if text:
        rows = [row for row in rows if text in row["name"].lower() or text in row["path"].lower()]
    least = levels.OWNER if wanted.get("owned") else wanted.get("min_access_level") or 0
    if least:
        rows = [row for row in rows if call.may(least, row)]
    skipped = wanted.get("skip_groups[]") or []
    rows = [row for row in rows if row["id"] not in skipped]
    if "active" in call.given:
        rows = [row for row in rows if (row["marked_for_deletion_on"] is None) == wanted["active"]]
    return call.paged(call.ordered(rows, "name", "asc"), lambda row: shapes.group(call, row))


def subgroups(call: Call) -> Reply:
    """The direct children."""
    return _listed(call, tables.subgroups(call.account, call.group()))


def descendant_groups(call: Call) -> Reply:
    """All groups below."""
    return _listed(call, tables.descendants(call.account, call.group()))


def projects(call: Call) -> Reply:
    """The projects of a group; of those below only with `include_subgroups`."""
    wanted = call.params
    rows = tables.projects_in(call.account, call.group(), deep=bool(wanted.get("include_subgroups")))
    rows = [row for row in rows if call.visible(row)]
    text = (wanted.get("search") or "").lower()
    if text:
        rows = [row for row in rows if text in row["name"].lower() or text in row["path"].lower()]
    if "archived" in call.given:
        rows = [row for row in rows if row["archived"] == wanted["archived"]]
    if "active" in call.given:
        rows = [row for row in rows if (row["marked_for_deletion_on"] is None) == wanted["active"]]
    if wanted.get("visibility"):
        rows = [row for row in rows if row["visibility"] == wanted["visibility"]]
    if wanted.get("min_access_level"):
        rows = [row for row in rows if call.may(wanted["min_access_level"], row)]
    look: Callable[[Row], Any] = lambda row: shapes.project(call, row)  # noqa: E731
    if wanted.get("simple"):
        return call.paged(call.ordered(rows, "created_at"), lambda row: {key: look(row)[key] for key in SIMPLE})
    return call.paged(call.ordered(rows, "created_at"), look)


ROUTES = [
    Route("GET", "/groups/{group_id}", show),
    Route("POST", "/groups", create),
    Route("GET", "/groups/{group_id}/subgroups", subgroups),
    Route("GET", "/groups/{group_id}/descendant_groups", descendant_groups),
    Route("GET", "/groups/{group_id}/projects", projects),
]
