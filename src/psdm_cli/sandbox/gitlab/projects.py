"""Projects: show, create, update."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, repository_rows, shapes, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.groups import TAKEN, spend, taken, too_open, wrong_path
from psdm_cli.sandbox.gitlab.refusals import conflict, forbidden, invalid, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

# The order in which a project that is made from a template comes along, one step a look.
IMPORTING = {"scheduled": "started", "started": "finished"}
UNSERVED = ("import_url", "template_name", "group_with_project_templates_id")


def show(call: Call) -> Reply:
    """One project. A project made from a template is one step further at every look."""
    project = call.project()
    shown = shapes.project(call, project)
    step = IMPORTING.get(project["import_status"])
    if step is not None:
        call.account.update("projects", project["id"], import_status=step)
        if step == "finished":
            _copy(call, project)
    return Reply(200, shown)


def _copy(call: Call, project: Row) -> None:
    source = call.account.row("projects", project["import_from"])
    branch = source["default_branch"]
    if branch is None:
        return
    commit = repository_rows.make_commit(call.account, project, branch, "Initial commit", call.stamp)
    for file in repository_rows.files_of(call.account, source, branch):
        row = {key: file[key] for key in ("branch", "path", "content_base64", "execute")}
        tables.put(call.account, "files", row | {"project_id": project["id"], "last_commit_id": commit["sha"]})
    call.account.update("projects", project["id"], default_branch=branch)


def slug(name: str) -> str:
    """The path that GitLab makes of a project's name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.]+", "-", plain).strip("-.").lower()


def create(call: Call) -> Reply:
    """A project in a group; with `initialize_with_readme` its repository has a first commit."""
    wanted = call.params
    call.me  # noqa: B018  (401 before anything else)
    if not wanted.get("name") and not wanted.get("path"):
        raise wrong_parameter("name, path are missing, at least one parameter must be provided")
    for name in UNSERVED:
        if wanted.get(name):
            call.note(f"parameter {name!r} is in the contract, but this sandbox cannot apply it")
    if wanted.get("namespace_id") is None:
        call.note("a project in the owner's own namespace: this sandbox has groups only")
        raise forbidden()
    group = call.visible_or_404("groups", wanted["namespace_id"])
    if not call.may(levels.NAMES[group["project_creation_level"]], group):
        if call.readings.namespace_refused == "400":
            raise invalid({"namespace": ["is not valid"]})
        raise forbidden()
    spend(call, "projects")
    name = wanted.get("name") or wanted["path"]
    path = wanted.get("path") or slug(name)
    visibility = wanted.get("visibility") or "private"
    _sound(call, group, name=name, path=path, visibility=visibility)
    project = tables.make_project(
        call.account,
        name,
        path,
        group,
        call.stamp,
        visibility=visibility,
        description=wanted.get("description"),
        topics=wanted.get("topics") or [],
        issues_access_level=wanted.get("issues_access_level") or "enabled",
        wiki_access_level=wanted.get("wiki_access_level") or "enabled",
    )
    _filled(call, project)
    return Reply(201, shapes.project(call, call.account.row("projects", project["id"])))


def _filled(call: Call, project: Row) -> None:
    """The repository's beginning: a README, or a template's files later."""
    wanted = call.params
    if wanted.get("use_custom_template") and call.has("custom_project_templates"):
        source = call.visible_or_404("projects", wanted.get("template_project_id") or 0)
        call.account.update("projects", project["id"], import_status="scheduled", import_from=source["id"])
    elif wanted.get("initialize_with_readme"):
        branch = wanted.get("default_branch") or "main"
        commit = repository_rows.make_commit(call.account, project, branch, "Initial commit", call.stamp)
        repository_rows.make_file(call.account, commit, "README.md", f"# {project['name']}\n")
        call.account.update("projects", project["id"], default_branch=branch)


def _sound(call: Call, group: Row, *, name: str, path: str, visibility: str, mine: Row | None = None) -> None:
    """400 with an object (or 409, where that is read so) unless a project may be like this."""
    siblings = [row for row in tables.projects_in(call.account, group) if mine is None or row["id"] != mine["id"]]
    errors: dict[str, list[str]] = {"path": wrong_path(path)}
    if not name.strip():
        errors["name"] = ["can't be blank"]
    elif len(name) > 255:
        errors["name"] = ["is too long (maximum is 255 characters)"]
    same_path = taken([*siblings, *tables.subgroups(call.account, group)], "path", path)
    same_name = taken(siblings, "name", name)
    if (same_path or same_name) and call.readings.project_taken == "409":
        raise conflict("409 Conflict")
    if same_name:
        errors["project_namespace.name"] = [TAKEN]
        errors.setdefault("name", []).append(TAKEN)
    if same_path:
        errors["path"].append(TAKEN)
    if too_open(visibility, group):
        errors["visibility_level"] = [f"{visibility} is not allowed in a {group['visibility']} group."]
    if group["marked_for_deletion_on"] and mine is None:
        errors["namespace"] = ["is being deleted"]
    if any(errors.values()):
        raise invalid({key: texts for key, texts in errors.items() if texts})


def update(call: Call) -> Reply:
    """Changes a project; a new path leaves a redirect at the old one."""
    project = call.project()
    if not call.may(levels.MAINTAINER, project):
        raise forbidden()
    wanted = {key: value for key, value in call.params.items() if key in call.given}
    if not wanted:
        raise wrong_parameter("at least one parameter must be provided")
    group = call.account.row("groups", project["namespace_id"])
    after: dict[str, Any] = {key: wanted.get(key) or project[key] for key in ("name", "path", "visibility")}
    _sound(call, group, **after, mine=project)
    branch = wanted.get("default_branch")
    if branch and branch not in repository_rows.branches_of(call.account, project):
        raise invalid({"base": [f"Could not change HEAD: branch '{branch}' does not exist"]})
    if after["path"] != project["path"]:
        project = tables.move(call.account, project, f"{group['full_path']}/{after['path']}")
    columns = {key: value for key, value in wanted.items() if key in project and key != "path"}
    project = tables.change(call.account, "projects", project, columns | {"last_activity_at": call.stamp})
    return Reply(200, shapes.project(call, project))


ROUTES = [
    Route("GET", "/projects/{project_id}", show),
    Route("PUT", "/projects/{project_id}", update),
    Route("POST", "/projects", create),
]
