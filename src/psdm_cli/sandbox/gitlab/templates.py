"""A project's issue templates: the Markdown files of `.gitlab/issue_templates` on the default branch."""

from __future__ import annotations

from base64 import b64decode

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import repository_rows
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.repository import readable
from psdm_cli.sandbox.gitlab.routes import Route

FOLDERS = {"issues": ".gitlab/issue_templates/", "merge_requests": ".gitlab/merge_request_templates/"}
KINDS = ("issues", "merge_requests", "dockerfiles", "gitignores", "gitlab_ci_ymls", "licenses")


def _templates(call: Call) -> dict[str, Row]:
    """The templates of the asked kind by name; kinds that come with GitLab itself are not served."""
    project = readable(call)
    kind = call.args["type"]
    if kind not in KINDS:
        raise wrong_parameter("type does not have a valid value")
    folder = FOLDERS.get(kind)
    if folder is None:
        call.note(f"templates of type {kind!r} are in the contract, but this sandbox has none")
        return {}
    files = repository_rows.files_of(call.account, project, project["default_branch"])
    names = {row["path"][len(folder) :]: row for row in files if row["path"].startswith(folder)}
    return {name.removesuffix(".md"): row for name, row in names.items() if name.endswith(".md") and "/" not in name}


def listed(call: Call) -> Reply:
    """The templates' names."""
    rows = [{"key": name, "name": name} for name in sorted(_templates(call))]
    return call.paged(rows, dict)


def show(call: Call) -> Reply:
    """One template."""
    row = _templates(call).get(call.args["name"])
    if row is None:
        raise not_found("Template")
    content = b64decode(row["content_base64"]).decode("utf-8", "replace")
    return Reply(200, {"name": call.args["name"], "content": content})


ROUTES = [
    Route("GET", "/projects/{project_id}/templates/{type}", listed),
    Route("GET", "/projects/{project_id}/templates/{type}/{name}", show),
]
