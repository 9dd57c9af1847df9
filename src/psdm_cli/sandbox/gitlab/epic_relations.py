"""What hangs on an epic over REST: its issues, its child epics, its related epics."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_links, item_views, levels, work_items
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.epics import EPIC, both_ways, the_epic
from psdm_cli.sandbox.gitlab.hierarchy import association_id
from psdm_cli.sandbox.gitlab.item_places import belongs, by_id, by_iid, children, epic_by_id, home, is_epic, reads
from psdm_cli.sandbox.gitlab.refusals import conflict, forbidden, not_found


def _attached(call: Call, epic: Row) -> list[Row]:
    return [row for row in children(call, epic) if not is_epic(row) and reads(call, row)]


def issues(call: Call) -> Reply:
    """A page of the epic's issues, with the id of the association that DELETE takes."""
    rows = sorted(_attached(call, the_epic(call)), key=association_id)
    more = {row["id"]: {"epic_issue_id": association_id(row), "relative_position": n} for n, row in enumerate(rows)}
    return call.paged(rows, lambda row: item_views.issue(call, row) | more[row["id"]])


def _bond(call: Call, epic: Row, issue: Row) -> dict[str, Any]:
    shown = {"epic": item_views.epic(call, epic), "issue": item_views.issue(call, issue)}
    return {"id": association_id(issue), **shown, "relative_position": 0}


def attach(call: Call) -> Reply:
    """201; the issue leaves any other epic without a word. 409 when it is in this one already."""
    epic = the_epic(call)
    issue = by_id(call, call.args["issue_id"])
    if issue is None or is_epic(issue):
        raise not_found("Issue")
    if not call.may(levels.PLANNER, home(call, epic)) or not belongs(call, issue):
        raise forbidden()
    if issue["parent_id"] == epic["id"]:
        raise conflict("Issue(s) already assigned")
    return Reply(201, _bond(call, epic, work_items.set_parent(call, issue, epic)))


def detach(call: Call) -> Reply:
    """200 with what was; the path holds the association's id, not the issue's."""
    epic = the_epic(call)
    for issue in _attached(call, epic):
        if str(association_id(issue)) == call.args["epic_issue_id"]:
            call.need(levels.PLANNER, home(call, epic))
            shown = _bond(call, epic, issue)
            work_items.set_parent(call, issue, None)
            return Reply(200, shown)
    raise not_found()


# -- child epics ------------------------------------------------------------------------------------------------


def _parent_epic(call: Call) -> Row:
    epic = the_epic(call)
    if not call.has("subepics"):
        raise forbidden()
    return epic


def child_epics(call: Call) -> Reply:
    """All child epics at once."""
    rows = [row for row in children(call, _parent_epic(call)) if is_epic(row) and reads(call, row)]
    return Reply(200, [item_views.epic(call, row) for row in sorted(rows, key=lambda row: int(row["id"]))])


def adopt(call: Call) -> Reply:
    """201 with the child; 409 when it is one already."""
    epic = _parent_epic(call)
    child = epic_by_id(call, call.args["child_epic_id"])
    if child is None:
        raise not_found("Epic")
    if not call.may(levels.PLANNER, home(call, epic)) or not call.may(levels.PLANNER, home(call, child)):
        raise forbidden()
    if child["parent_id"] == epic["id"]:
        raise conflict("Epic(s) already assigned")
    return Reply(201, item_views.epic(call, work_items.set_parent(call, child, epic)))


def release(call: Call) -> Reply:
    """200 with the child, which has no parent any more."""
    epic = _parent_epic(call)
    child = epic_by_id(call, call.args["child_epic_id"])
    if child is None or child["parent_id"] != epic["id"]:
        raise not_found("Epic")
    call.need(levels.PLANNER, home(call, epic))
    return Reply(200, item_views.epic(call, work_items.set_parent(call, child, None)))


# -- related epics ----------------------------------------------------------------------------------------------


def _relating(call: Call) -> Row:
    epic = the_epic(call)
    if not call.has("related_epics"):
        raise forbidden()
    return epic


def related(call: Call) -> Reply:
    """All linked epics at once, each with the link's id and type as seen from here."""
    found = []
    for link, other, kind in item_links.links_of(call, _relating(call)):
        if is_epic(other):
            more = {"related_epic_link_id": link["id"], "link_type": kind}
            times = {"link_created_at": link["created_at"], "link_updated_at": link["updated_at"]}
            found.append(item_views.epic(call, other) | more | times)
    return Reply(200, found)


def _relation(call: Call, link: Row, *, source: Row, target: Row, kind: str) -> dict[str, Any]:
    epics = {"source_epic": item_views.epic(call, source), "target_epic": item_views.epic(call, target)}
    return {"id": link["id"], **epics, "link_type": kind}


def relate(call: Call) -> Reply:
    """201 with both epics; 409 when they are linked already."""
    source = _relating(call)
    target = by_iid(call, call.visible_or_404("groups", call.params["target_group_id"]), call.params["target_epic_iid"])
    if target is None or not is_epic(target):
        raise not_found("Epic")
    kind = call.params.get("link_type") or "relates_to"
    link = item_links.link(call, source, target, kind)
    return Reply(201, _relation(call, link, source=source, target=target, kind=kind))


def unrelate(call: Call) -> Reply:
    """200 with the link that was."""
    epic = _relating(call)
    for link, other, kind in item_links.links_of(call, epic):
        if str(link["id"]) == call.args["related_epic_link_id"] and is_epic(other):
            shown = _relation(call, link, source=epic, target=other, kind=kind)
            item_links.unlink(call, link)
            return Reply(200, shown)
    raise not_found()


ROUTES = [
    *both_ways("GET", f"{EPIC}/issues", issues),
    *both_ways("POST", f"{EPIC}/issues/{{issue_id}}", attach),
    *both_ways("DELETE", f"{EPIC}/issues/{{epic_issue_id}}", detach),
    *both_ways("GET", f"{EPIC}/epics", child_epics),
    *both_ways("POST", f"{EPIC}/epics/{{child_epic_id}}", adopt),
    *both_ways("DELETE", f"{EPIC}/epics/{{child_epic_id}}", release),
    *both_ways("GET", f"{EPIC}/related_epics", related),
    *both_ways("POST", f"{EPIC}/related_epics", relate),
    *both_ways("DELETE", f"{EPIC}/related_epics/{{related_epic_link_id}}", unrelate),
]
