"""One issue over REST: made, shown, changed; its time."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import durations, item_views, tables, work_items
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.item_changes import Wish
from psdm_cli.sandbox.gitlab.item_labels import ids_of, labels_of, names_in, reachable
from psdm_cli.sandbox.gitlab.item_places import TYPES, by_iid, epic_by_id, is_epic, plans, require_edit
from psdm_cli.sandbox.gitlab.refusals import forbidden, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

_SAME = (
    "title",
    "description",
    "confidential",
    "discussion_locked",
    "weight",
    "state_event",
    "created_at",
    "updated_at",
)
_EMPTY_IS_NONE = ("due_date", "start_date")


def the_issue(call: Call) -> Row:
    """The issue that the path names; 404 when its project or it is absent or hidden."""
    item = by_iid(call, call.project(), call.args["issue_iid"])
    if item is None or is_epic(item):
        raise not_found("Issue")
    return item


def label_wishes(call: Call, place: Row, item: Row | None) -> Wish:
    """What `labels`, `add_labels` and `remove_labels` ask for; unknown names become labels of the place, silently."""
    wish: Wish = {}
    if "labels" in call.params:
        wish["label_ids"] = ids_of(call, place, names_in(call.params["labels"]), create=True)
    if call.params.get("add_labels"):
        wish["add_label_ids"] = ids_of(call, place, names_in(call.params["add_labels"]), create=True)
    if call.params.get("remove_labels"):
        gone = names_in(call.params["remove_labels"])
        near = [*reachable(call, place), *(labels_of(call, item) if item else [])]
        wish["remove_label_ids"] = [row["id"] for row in near if row["name"] in gone]
    return wish


def _wish(call: Call, place: Row, item: Row | None) -> Wish:
    params = call.params
    wish: Wish = {name: params[name] for name in _SAME if name in params}
    wish |= {name: params[name] or None for name in _EMPTY_IS_NONE if name in params}
    wish |= label_wishes(call, place, item)
    if "assignee_ids" in params:
        wish["assignee_ids"] = params["assignee_ids"] or []
    if params.get("milestone") and "milestone_id" in params:
        raise wrong_parameter("milestone_id, milestone are mutually exclusive")
    if "milestone_id" in params:
        wish["milestone_id"] = params["milestone_id"]
    elif "milestone" in params:
        wish["milestone_id"] = _milestone(call, place, params["milestone"])
    if "epic_id" in params and call.has("epics"):
        wish["parent_id"] = _epic(call, params["epic_id"])
    if "iid" in params:
        wish["iid"] = params["iid"]
    if item is not None and params.get("issue_type"):
        wish["type"] = _type(params["issue_type"])
    return wish


def _type(word: str) -> str:
    return next(name for name, enum in TYPES.items() if enum.lower() == word)


def _milestone(call: Call, place: Row, title: str | None) -> int | None:
    for each in tables.with_ancestors(call.account, place):
        for row in call.account.find("milestones", tables.column_of(each), each["id"]):
            if row["title"] == title:
                return int(row["id"])
    return None


def _epic(call: Call, epic_id: int | None) -> int | None:
    if epic_id is None:
        return None
    found = epic_by_id(call, epic_id)
    if found is None:
        raise not_found("Epic")
    return int(found["id"])


def create(call: Call) -> Reply:
    """201 with the new issue. Nothing guards against making it twice, unless an owner gives the iid (409)."""
    project = call.project()
    if project["issues_access_level"] == "disabled" or not call.reads(project):
        raise forbidden()
    item = work_items.create(call, project, _type(call.params.get("issue_type") or "issue"), _wish(call, project, None))
    return Reply(201, item_views.issue(call, item))


def show(call: Call) -> Reply:
    """One issue."""
    return Reply(200, item_views.issue(call, the_issue(call)))


def update(call: Call) -> Reply:
    """200 with the changed issue; nothing is compared with what the client has read, the last writer wins."""
    item = the_issue(call)
    if not call.given - {"updated_at"}:
        names = "assignee_id, assignee_ids, confidential, created_at, description, discussion_locked, due_date, labels"
        more = "add_labels, remove_labels, milestone_id, state_event, title, issue_type, weight, epic_id"
        raise wrong_parameter(f"{names}, {more} are missing, at least one parameter must be provided")
    require_edit(call, item)
    return Reply(200, item_views.issue(call, work_items.update(call, item, _wish(call, call.project(), item))))


# -- time -------------------------------------------------------------------------------------------------------


def _duration(call: Call) -> int:
    amount = durations.seconds(call.params["duration"])
    if amount is None:
        raise wrong_parameter("duration is invalid")
    return amount


def _timed(call: Call, **wish: Any) -> Row:
    item = the_issue(call)
    if not plans(call, item):
        raise forbidden()
    return work_items.update(call, item, wish)


def estimate(call: Call) -> Reply:
    """Sets the estimate."""
    return Reply(200, item_views.time_stats(_timed(call, time_estimate=_duration(call))))


def spend(call: Call) -> Reply:
    """Adds spent time, a negative one takes away."""
    return Reply(201, item_views.time_stats(_timed(call, add_time_spent=_duration(call))))


def time_stats(call: Call) -> Reply:
    """Estimate and spent."""
    return Reply(200, item_views.time_stats(the_issue(call)))


ISSUE = "/projects/{project_id}/issues/{issue_iid}"
ROUTES = [
    Route("POST", "/projects/{project_id}/issues", create),
    Route("GET", ISSUE, show, job_token=True),
    Route("PUT", ISSUE, update),
    Route("POST", f"{ISSUE}/time_estimate", estimate),
    Route("POST", f"{ISSUE}/add_spent_time", spend),
    Route("GET", f"{ISSUE}/time_stats", time_stats),
]
