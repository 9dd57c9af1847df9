"""Notes over REST: on issues by their number, on epics by the epic's GLOBAL id."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import item_notes, item_views
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.epics import epics_here
from psdm_cli.sandbox.gitlab.issues import the_issue
from psdm_cli.sandbox.gitlab.item_places import epic_by_id
from psdm_cli.sandbox.gitlab.refusals import not_found
from psdm_cli.sandbox.gitlab.routes import Route


def _noteable(call: Call) -> Row:
    """The issue, or the epic whose global id stands where other routes have the number."""
    if "project_id" in call.args:
        return the_issue(call)
    group = epics_here(call)
    epic = epic_by_id(call, call.args["epic_iid"])
    if epic is None or epic["group_id"] != group["id"]:
        raise not_found("Epic")
    return epic


def listed(call: Call) -> Reply:
    """A page of notes, newest first; it may hold fewer than asked for, since hidden ones are taken out afterwards."""
    rows = item_notes.notes_of(call, _noteable(call), call.params.get("activity_filter") or "all_notes")
    found = call.paged(call.ordered(rows, "created_at"), lambda row: row)
    shown = [item_views.note(call, row) for row in found.body if not item_notes.names_hidden(call, row)]
    return Reply(found.status, shown, found.headers)


def create(call: Call) -> Reply:
    """201 with the note; 202 with what was done when the body held nothing but quick actions."""
    item = _noteable(call)
    internal = bool(call.params.get("internal"))
    written = item_notes.write(call, item, call.params["body"] or "", internal, call.params.get("created_at"))
    if written.note is None:
        return Reply(202, {"commands_changes": written.changes, "summary": written.summary})
    return Reply(201, item_views.note(call, written.note))


def update(call: Call) -> Reply:
    """200 with the changed note."""
    item = the_issue(call)
    found = item_notes.note_by_id(call, call.args["note_id"])
    if found is None or found[1]["id"] != item["id"]:
        raise not_found("Note")
    return Reply(200, item_views.note(call, item_notes.edit(call, item, found[0], call.params["body"] or "")))


_ISSUE = "/projects/{project_id}/issues/{issue_iid}/notes"
_EPIC = "/groups/{group_id}/epics/{epic_iid}/notes"
_ALIAS = _EPIC.replace("/epics", "/-/epics")
ROUTES = [
    Route("GET", _ISSUE, listed),
    Route("POST", _ISSUE, create),
    Route("PUT", f"{_ISSUE}/{{note_id}}", update),
    Route("GET", _EPIC, listed),
    Route("POST", _EPIC, create),
    Route("GET", _ALIAS, listed, alias_of=_EPIC),
    Route("POST", _ALIAS, create, alias_of=_EPIC),
]
