"""Wiki pages of projects."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import invalid, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

DUPLICATE = "Duplicate page: A page with that title already exists"


def _project(call: Call, level: int) -> Row:
    project = call.project()
    if project["wiki_access_level"] == "disabled":
        raise not_found()
    if project["visibility"] == "private" or level > levels.GUEST:
        call.need(level, project)
    return project


def _shown(row: Row, content: bool = True) -> dict[str, Any]:
    shown = {"title": row["title"], "slug": row["slug"], "format": row["format"], "wiki_page_meta_id": row["id"]}
    return shown | ({"content": row["content"], "encoding": "UTF-8", "front_matter": {}} if content else {})


def slug(title: str) -> str:
    """A page's slug; slashes stay folders."""
    return title.strip().replace(" ", "-")


def listed(call: Call) -> Reply:
    """All pages at once, with their text when asked."""
    rows = call.account.find("wikis", "project_id", _project(call, levels.GUEST)["id"])
    content = bool(call.params.get("with_content"))
    return Reply(200, [_shown(row, content) for row in sorted(rows, key=lambda row: str(row["slug"]))])


def _page(call: Call, project: Row) -> Row:
    rows = call.account.find("wikis", "project_id", project["id"])
    row = next((row for row in rows if row["slug"] == call.args["slug"]), None)
    if row is None:
        raise not_found("Wiki Page")
    return row


def show(call: Call) -> Reply:
    """One page."""
    return Reply(200, _shown(_page(call, _project(call, levels.GUEST))))


def create(call: Call) -> Reply:
    """A page; 400 under `base` when its slug is used."""
    project = _project(call, levels.DEVELOPER)
    wanted = call.params
    _sound(call, project, wanted["title"])
    row = {"project_id": project["id"], "title": wanted["title"].rpartition("/")[2], "slug": slug(wanted["title"])}
    row |= {"content": wanted["content"], "format": wanted["format"]}
    return Reply(201, _shown(tables.put(call.account, "wikis", row)))


def _sound(call: Call, project: Row, title: str, mine: Row | None = None) -> None:
    if not title.strip():
        raise invalid({"title": ["can't be blank"]})
    others = [row for row in call.account.find("wikis", "project_id", project["id"]) if row is not mine]
    if any(row["slug"] == slug(title) for row in others):
        raise invalid({"base": [DUPLICATE]})


def update(call: Call) -> Reply:
    """Changes a page; there is no check of versions."""
    project = _project(call, levels.DEVELOPER)
    page = _page(call, project)
    names = ("title", "content", "format")
    wanted: dict[str, Any] = {key: call.params[key] for key in names if key in call.given}
    if not wanted:
        raise wrong_parameter("title, content, format are missing, at least one parameter must be provided")
    if wanted.get("title"):
        _sound(call, project, wanted["title"], page)
        wanted |= {"slug": slug(wanted["title"]), "title": wanted["title"].rpartition("/")[2]}
    return Reply(200, _shown(call.account.update("wikis", page["id"], **wanted)))


ROUTES = [
    Route("GET", "/projects/{project_id}/wikis", listed),
    Route("POST", "/projects/{project_id}/wikis", create),
    Route("GET", "/projects/{project_id}/wikis/{slug}", show),
    Route("PUT", "/projects/{project_id}/wikis/{slug}", update),
]
