"""Lists of issues and their counts: /projects/:id/issues, /groups/:id/issues, issues_statistics."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_filters as by
from psdm_cli.sandbox.gitlab import item_views, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.item_labels import names_in
from psdm_cli.sandbox.gitlab.item_places import TYPES, epic_by_id, in_place, is_epic, reads
from psdm_cli.sandbox.gitlab.paging import link_to
from psdm_cli.sandbox.gitlab.refusals import wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

KEYSET = ("created_at", "updated_at", "title", "id", "weight", "due_date", "relative_position")
_TOGETHER = (("milestone", "milestone_id"), ("iteration_id", "iteration_title"), ("author_id", "author_username"))


def issues_in(call: Call, place: Row) -> list[Row]:
    """The visible issues of a project, or of all projects below a group that are not archived unless asked for."""
    if tables.is_project(place):
        projects = [place]
    else:
        projects = tables.projects_in(call.account, place, deep=True)
        if call.params.get("non_archived", True):
            projects = [row for row in projects if not row["archived"]]
    projects = [row for row in projects if call.reads(row) and row["issues_access_level"] != "disabled"]
    return [row for project in projects for row in in_place(call, project) if not is_epic(row) and reads(call, row)]


def tests(call: Call) -> list[by.Test]:
    """The asked filters; those of a plan that is not there are passed over."""
    asked = {name: value for name, value in call.params.items() if name in call.given and value not in (None, "", [])}
    for pair in _TOGETHER:
        if all(name in asked for name in pair):
            raise wrong_parameter(f"{', '.join(pair)} are mutually exclusive")
    found = _of_text(call, asked) + _of_people(call, asked) + _of_plan(call, asked)
    found += [by.opposite(test) for test in _negated(call, asked)]
    if (call.params.get("state") or "all") != "all":
        found.append(by.is_value("state", call.params["state"]))
    if "iids[]" in asked:
        found.append(lambda row: row["iid"] in asked["iids[]"])
    if "confidential" in asked:
        found.append(lambda row: row["confidential"] == asked["confidential"])
    if "issue_type" in asked:
        found.append(lambda row: TYPES[row["type"]].lower() == asked["issue_type"])
    if "due_date" in asked:
        found.append(by.due(call, asked["due_date"]))
    if "my_reaction_emoji" in asked:
        found.append(lambda _row: asked["my_reaction_emoji"].casefold() == "none")
    return found


def _of_text(call: Call, asked: dict[str, Any]) -> list[by.Test]:
    found = []
    if "labels" in asked:
        found.append(by.with_labels(call, names_in(asked["labels"])))
    if "search" in asked:
        fields = names_in(asked.get("in") or "title,description")
        found.append(by.searched(asked["search"], fields, comments=call.readings.search_sees_comments))
    for name in ("milestone", "milestone_id"):
        if name in asked:
            found.append(by.milestone_titled(call, asked[name]))
    for attribute in ("created_at", "updated_at"):
        word = attribute.removesuffix("_at")
        if f"{word}_after" in asked:
            found.append(by.later(attribute, asked[f"{word}_after"]))
        if f"{word}_before" in asked:
            found.append(by.earlier(attribute, asked[f"{word}_before"]))
    return found


def _of_people(call: Call, asked: dict[str, Any]) -> list[by.Test]:
    found: list[by.Test] = []
    if "author_id" in asked:
        found.append(by.is_value("author_id", asked["author_id"]))
    if "author_username" in asked:
        found.append(by.is_value("author_id", by.user_ids(call, [asked["author_username"]])[0]))
    if "assignee_id" in asked:
        found.append(by.assigned(asked["assignee_id"]))
    if "assignee_username[]" in asked:
        found += [by.assigned(id_) for id_ in by.user_ids(call, asked["assignee_username[]"])]
    if "closed_by_id" in asked:
        found.append(lambda row: row.get("closed_by_id") == asked["closed_by_id"])
    if asked.get("scope") == "created_by_me":
        found.append(by.is_value("author_id", call.me["id"]))
    if asked.get("scope") == "assigned_to_me":
        found.append(by.assigned(call.me["id"]))
    return found


def _of_plan(call: Call, asked: dict[str, Any]) -> list[by.Test]:
    found = []
    if "weight" in asked and call.has("weights"):
        found.append(by.is_value("weight", asked["weight"]))
    if "health_status" in asked and call.has("health_status"):
        found.append(by.is_value("health_status", asked["health_status"]))
    if "iteration_id" in asked and call.has("iterations"):
        found.append(by.iteration_is(call, asked["iteration_id"]))
    if "iteration_title" in asked and call.has("iterations"):
        titled = {row["id"] for row in call.account.rows("iterations") if row["title"] == asked["iteration_title"]}
        found.append(lambda row: row["iteration_id"] in titled)
    if "epic_id" in asked and call.has("epics"):
        found.append(_of_epic(call, asked["epic_id"]))
    return found


def _of_epic(call: Call, value: str) -> by.Test:
    if value.casefold() in (*by.NOTHING, *by.SOMETHING):
        return by.is_value("parent_id", value)
    parent = epic_by_id(call, value)
    return lambda row: parent is not None and row["parent_id"] == parent["id"]


def _negated(call: Call, asked: dict[str, Any]) -> list[by.Test]:
    found: list[by.Test] = []
    if "not[labels]" in asked:
        found.append(by.with_any_label(call, names_in(asked["not[labels]"])))
    if "not[milestone]" in asked:
        found.append(by.milestone_titled(call, asked["not[milestone]"]))
    if "not[assignee_id]" in asked:
        found.append(by.assigned(asked["not[assignee_id]"]))
    if "not[author_id]" in asked:
        found.append(by.is_value("author_id", asked["not[author_id]"]))
    if "not[iids][]" in asked:
        found.append(lambda row: row["iid"] in asked["not[iids][]"])
    return found


# -- answers ----------------------------------------------------------------------------------------------------


def listed(call: Call) -> Reply:
    """A page of issues, newest first unless asked otherwise."""
    rows = by.chosen(issues_in(call, call.place()), tests(call))
    details = bool(call.params.get("with_labels_details"))

    def show(row: Row) -> Any:
        return item_views.issue(call, row, details)

    order = call.params.get("order_by") or "created_at"
    rows = ordered(call, rows, order)
    if call.params.get("pagination") == "keyset" and order in KEYSET:
        return _keyset(call, rows, order)
    return call.paged(rows, show)


def ordered(call: Call, rows: list[Row], order: str) -> list[Row]:
    """Rows in the asked order; by milestone through its due date, orders that no row has by id."""
    if order == "milestone_due":
        dates = {row["id"]: row["due_date"] for row in call.account.rows("milestones")}
        rows = [row | {"milestone_due": dates.get(row["milestone_id"])} for row in rows]
    down = (call.params.get("sort") or "desc") == "desc"
    return sorted(rows, key=lambda row: by.ordering(row, order, down), reverse=down)


def _keyset(call: Call, rows: list[Row], order: str) -> Reply:
    """The page after the cursor: no totals, no page numbers, only a link to the next one."""
    size = call.params["per_page"]
    down = (call.params.get("sort") or "desc") == "desc"
    if call.params.get("cursor"):
        at = _read_cursor(call.params["cursor"])
        keys = {row["id"]: by.ordering(row, order, down) for row in rows}
        rows = [row for row in rows if (keys[row["id"]] < at if down else keys[row["id"]] > at)]
    headers = {"X-Per-Page": str(size)}
    shown = rows[:size]
    if len(rows) > size:
        cursor = _cursor(by.ordering(shown[-1], order, down))
        headers |= {"Link": f'<{link_to(call, cursor=cursor, per_page=size)}>; rel="next"', "X-Next-Cursor": cursor}
    return Reply(
        200, [item_views.issue(call, row, bool(call.params.get("with_labels_details"))) for row in shown], headers
    )


def _cursor(key: tuple[bool, Any, int]) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read_cursor(text: str) -> tuple[bool, Any, int]:
    try:
        missing, value, id_ = json.loads(urlsafe_b64decode(text))
        return bool(missing), value, int(id_)
    except ValueError:
        raise wrong_parameter("cursor is invalid") from None


def statistics(call: Call) -> Reply:
    """How many issues fit, by state."""
    states = [row["state"] for row in by.chosen(issues_in(call, call.place()), tests(call))]
    counts = {"all": len(states), "closed": states.count("closed"), "opened": states.count("opened")}
    return Reply(200, {"statistics": {"counts": counts}})


ROUTES = [
    Route("GET", "/projects/{project_id}/issues", listed, job_token=True),
    Route("GET", "/groups/{group_id}/issues", listed),
    Route("GET", "/projects/{project_id}/issues_statistics", statistics),
    Route("GET", "/groups/{group_id}/issues_statistics", statistics),
]
