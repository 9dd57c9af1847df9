"""Links between issues over REST."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_links, item_views
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.issues import ISSUE, the_issue
from psdm_cli.sandbox.gitlab.item_places import by_iid, is_epic
from psdm_cli.sandbox.gitlab.refusals import not_found
from psdm_cli.sandbox.gitlab.routes import Route


def _shown(call: Call, link: Row, source: Row, target: Row, kind: str) -> dict[str, Any]:
    issues = {"source_issue": item_views.issue(call, source), "target_issue": item_views.issue(call, target)}
    return {"id": link["id"], **issues, "link_type": kind}


def listed(call: Call) -> Reply:
    """All linked issues at once, each with the link's id and type as seen from here."""
    found = []
    for link, other, kind in item_links.links_of(call, the_issue(call)):
        if not is_epic(other):
            more = {"issue_link_id": link["id"], "link_type": kind}
            times = {"link_created_at": link["created_at"], "link_updated_at": link["updated_at"]}
            found.append(item_views.issue(call, other) | more | times)
    return Reply(200, found)


def create(call: Call) -> Reply:
    """201 with both issues; 409 when they are linked already."""
    source = the_issue(call)
    project = call.visible_or_404("projects", call.params["target_project_id"])
    target = by_iid(call, project, call.params["target_issue_iid"])
    if target is None or is_epic(target):
        raise not_found("Issue")
    asked = call.params.get("link_type") or "relates_to"
    link = item_links.link(call, source, target, asked)
    kind = asked if link["link_type"] != "relates_to" else "relates_to"
    return Reply(201, _shown(call, link, source, target, kind))


def delete(call: Call) -> Reply:
    """200 with the link that was."""
    item = the_issue(call)
    for link, other, kind in item_links.links_of(call, item):
        if str(link["id"]) == call.args["issue_link_id"] and not is_epic(other):
            shown = _shown(call, link, item, other, kind)
            item_links.unlink(call, link)
            return Reply(200, shown)
    raise not_found()


ROUTES = [
    Route("GET", f"{ISSUE}/links", listed),
    Route("POST", f"{ISSUE}/links", create),
    Route("DELETE", f"{ISSUE}/links/{{issue_link_id}}", delete),
]
