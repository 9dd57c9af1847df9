"""Files, commits and the tree of a project's repository, as they are at the head of each branch."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, repository_rows, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.paging import link_to
from psdm_cli.sandbox.gitlab.refusals import failed, not_found, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

EXISTS = "A file with this name already exists"
MISSING = "A file with this name doesn't exist"
STALE = "You are attempting to update a file that has changed since you started editing it."
NO_BRANCH = "You can only create or edit files when you are on a branch"

Actions = list[dict[str, Any]]


def branch_of(call: Call, project: Row, ref: str | None) -> str | None:
    """The branch a ref means (HEAD or nothing: the default one; the id of its last commit counts too), or None."""
    if ref in (None, "", "HEAD"):
        default: str | None = project["default_branch"]
        return default
    if ref in repository_rows.branches_of(call.account, project):
        return ref
    heads = [row for row in call.account.find("commits", "project_id", project["id"]) if row["sha"] == ref]
    return str(heads[0]["branch"]) if heads else None


def readable(call: Call) -> Row:
    """The project, if its repository is open to the user: Reporters, or anybody where the project is."""
    project = call.project()
    if project["visibility"] == "private":
        call.need(levels.REPORTER, project)
    return project


def _head(call: Call, project: Row, branch: str) -> str:
    rows = [row for row in call.account.find("commits", "project_id", project["id"]) if row["branch"] == branch]
    return str(rows[-1]["sha"])


def show_file(call: Call) -> Reply:
    """One file, its content in base64."""
    project = readable(call)
    ref = call.params["ref"]
    branch = branch_of(call, project, ref)
    if branch is None:
        raise not_found("Commit" if project["default_branch"] else "File")
    file = repository_rows.file_at(call.account, project, branch, call.args["file_path"])
    if file is None:
        raise not_found("File")
    raw = b64decode(file["content_base64"])
    return Reply(
        200,
        {
            "file_name": file["path"].rpartition("/")[2],
            "file_path": file["path"],
            "size": len(raw),
            "encoding": "base64",
            "content": file["content_base64"],
            "content_sha256": hashlib.sha256(raw).hexdigest(),
            "ref": ref,
            "blob_id": _blob(raw),
            "commit_id": _head(call, project, branch),
            "last_commit_id": file["last_commit_id"],
            "execute_filemode": file["execute"],
        },
    )


def _blob(raw: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def create_file(call: Call) -> Reply:
    """A new file in a commit of its own."""
    return _one_file(call, "create", 201)


def update_file(call: Call) -> Reply:
    """A changed file in a commit of its own; with `last_commit_id` only when nobody changed it since."""
    return _one_file(call, "update", 200)


def _one_file(call: Call, action: str, status: int) -> Reply:
    wanted = call.params
    path = call.args["file_path"]
    one = {"action": action, "file_path": path, "content": wanted["content"], "encoding": wanted["encoding"]}
    one |= {key: wanted[key] for key in ("last_commit_id", "execute_filemode") if wanted.get(key) is not None}
    _commit(call, [one])
    return Reply(status, {"file_path": path, "branch": wanted["branch"]})


def create_commit(call: Call) -> Reply:
    """Several files in one commit, all or none."""
    if not call.params["actions"]:
        raise wrong_parameter("actions is empty")
    for action in call.params["actions"]:
        if action["action"] in ("create", "update") and "content" not in action:
            raise failed("400 Bad request - content is missing")
    commit = _commit(call, call.params["actions"])
    project = call.project()
    return Reply(
        201,
        {
            "id": commit["sha"],
            "short_id": commit["sha"][:8],
            "title": commit["message"].partition("\n")[0],
            "message": commit["message"],
            "author_name": commit["author_name"],
            "created_at": commit["created_at"],
            "parent_ids": commit["parent_ids"],
            "web_url": f"{call.url(project)}/-/commit/{commit['sha']}",
        },
    )


def _commit(call: Call, actions: Actions) -> Row:
    project = call.project()
    call.need(levels.DEVELOPER, project)
    wanted = call.params
    branch, base = wanted["branch"], _base(call, project)
    before = {file["path"]: file for file in repository_rows.files_of(call.account, project, base)}
    after = dict(before)
    for action in actions:
        _apply(action, after)
    message, author = wanted["commit_message"], wanted.get("author_name") or call.me["name"]
    commit = repository_rows.make_commit(call.account, project, branch, message, call.stamp, author_name=author)
    _write(call, project, branch, commit=commit, after=after)
    changes: dict[str, Any] = {"last_activity_at": call.stamp}
    if project["default_branch"] is None:
        changes["default_branch"] = branch
    call.account.update("projects", project["id"], **changes)
    return commit


def _base(call: Call, project: Row) -> str | None:
    """The branch whose files the commit begins with; None in an empty repository."""
    known = repository_rows.branches_of(call.account, project)
    branch, start = call.params["branch"], call.params.get("start_branch")
    if not known or branch in known:
        return branch if known else None
    if start is None:
        raise failed(NO_BRANCH)
    if start not in known:
        raise failed(f"Cannot find start_branch: {start}")
    return str(start)


def _apply(action: dict[str, Any], files: dict[str, Row]) -> None:
    """One action on the files of a commit in the making; 400 for what cannot be done."""
    kind, path = action["action"], action["file_path"].strip("/")
    if not path or any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise failed("File path is invalid")
    source = action.get("previous_path") or path if kind == "move" else path
    if kind in ("create", "move") and path in files:
        raise failed(EXISTS)
    if kind != "create" and source not in files:
        raise failed(MISSING)
    stale = action.get("last_commit_id")
    if stale and kind in ("update", "move", "delete") and files[source]["last_commit_id"] != stale:
        raise failed(STALE)
    old = files.pop(source, None)
    if kind == "delete":
        return
    new = {
        "path": path,
        "execute": bool(old and old["execute"]),
        "content_base64": old["content_base64"] if old else "",
    }
    if "content" in action and kind != "chmod":
        new["content_base64"] = _content(action)
    if action.get("execute_filemode") is not None:
        new["execute"] = action["execute_filemode"]
    files[path] = new


def _content(action: dict[str, Any]) -> str:
    from base64 import b64encode

    text = action["content"]
    if action.get("encoding") != "base64":
        return b64encode(text.encode()).decode()
    try:
        return b64encode(b64decode(text, validate=True)).decode()
    except (binascii.Error, ValueError):
        raise failed("400 Bad request - content is no base64") from None


def _write(call: Call, project: Row, branch: str, *, commit: Row, after: dict[str, Row]) -> None:
    here = {file["path"]: file for file in repository_rows.files_of(call.account, project, branch)}
    for path, file in here.items():
        if path not in after:
            call.account.remove("files", file["id"])
    for path, file in after.items():
        if here.get(path) is file:
            continue
        row = {"project_id": project["id"], "branch": branch, "path": path, "execute": file["execute"]}
        row |= {"content_base64": file["content_base64"], "last_commit_id": file.get("last_commit_id") or commit["sha"]}
        if path in here:
            call.account.put("files", {"id": here[path]["id"]} | row)
        else:
            tables.put(call.account, "files", row)


def tree(call: Call) -> Reply:
    """What is in a folder (or, `recursive`, below it), folders first; by offset, or with `pagination=keyset`."""
    project = readable(call)
    branch = branch_of(call, project, call.params.get("ref"))
    folder = (call.params.get("path") or "").strip("/")
    entries = (
        _entries(repository_rows.files_of(call.account, project, branch), folder, call.params["recursive"])
        if branch
        else []
    )
    if not entries:
        raise not_found("Tree")
    if call.params.get("pagination") != "keyset":
        return call.paged(entries, dict)
    after, size = call.params.get("page_token"), call.params["per_page"]
    at = next((n + 1 for n, entry in enumerate(entries) if entry["id"] == after), 0)
    headers = {}
    if at + size < len(entries):
        headers["Link"] = f'<{link_to(call, page_token=entries[at + size - 1]["id"])}>; rel="next"'
    return Reply(200, entries[at : at + size], headers)


def _entries(files: list[Row], folder: str, deep: bool) -> list[Row]:
    prefix = f"{folder}/" if folder else ""
    folders: dict[str, None] = {}
    blobs = []
    for file in files:
        if not file["path"].startswith(prefix):
            continue
        *above, _name = file["path"][len(prefix) :].split("/")
        for depth in range(1, len(above) + 1 if deep else min(len(above), 1) + 1):
            folders[prefix + "/".join(above[:depth])] = None
        if deep or not above:
            blobs.append(file)
    found = [
        _entry(path, "tree", "040000", hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest())
        for path in folders
    ]
    for file in blobs:
        mode = "100755" if file["execute"] else "100644"
        blob = hashlib.sha1(f"{file['path']}|{file['content_base64']}".encode(), usedforsecurity=False).hexdigest()
        found.append(_entry(file["path"], "blob", mode, blob))
    return found


def _entry(path: str, kind: str, mode: str, id_: str) -> Row:
    return {"id": id_, "name": path.rpartition("/")[2], "type": kind, "path": path, "mode": mode}


ROUTES = [
    Route("GET", "/projects/{project_id}/repository/files/{file_path}", show_file),
    Route("POST", "/projects/{project_id}/repository/files/{file_path}", create_file),
    Route("PUT", "/projects/{project_id}/repository/files/{file_path}", update_file),
    Route("POST", "/projects/{project_id}/repository/commits", create_commit),
    Route("GET", "/projects/{project_id}/repository/tree", tree),
]
