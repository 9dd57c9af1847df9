"""Rows of a repository: commits, and the files at the head of each branch."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.gitlab.tables import next_id, put


def make_commit(account: Account, project: Row, branch: str, message: str, at: str, **more: Any) -> Row:
    """A commit on a branch; `sha` is what people call its id."""
    id_ = next_id(account, "commits")
    last = [row for row in account.find("commits", "project_id", project["id"]) if row["branch"] == branch]
    text = f"{project['id']}|{branch}|{id_}|{message}"
    sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    row = {"id": id_, "sha": sha, "project_id": project["id"], "branch": branch, "message": message, "created_at": at}
    parents = [last[-1]["sha"]] if last else []
    return account.put("commits", row | {"parent_ids": parents, "author_name": "", "files": []} | more)


def make_file(account: Account, commit: Row, path: str, content: bytes | str) -> Row:
    """A file at the head of a commit's branch, new or replaced."""
    raw = content.encode() if isinstance(content, str) else content
    project = account.row("projects", commit["project_id"])
    row = {"project_id": project["id"], "branch": commit["branch"], "path": path}
    row |= {"content_base64": b64encode(raw).decode(), "last_commit_id": commit["sha"], "execute": False}
    old = file_at(account, project, commit["branch"], path)
    return account.put("files", {"id": old["id"]} | row) if old else put(account, "files", row)


def files_of(account: Account, project: Row, branch: str | None) -> list[Row]:
    """The files at the head of a branch, by path."""
    mine = (row for row in account.find("files", "project_id", project["id"]) if row["branch"] == branch)
    return sorted(mine, key=lambda row: str(row["path"]))


def file_at(account: Account, project: Row, branch: str | None, path: str) -> Row | None:
    """The file at a path, or None."""
    mine = account.find("files", "project_id", project["id"])
    return next((row for row in mine if row["branch"] == branch and row["path"] == path), None)


def branches_of(account: Account, project: Row) -> list[str]:
    """The branches that have a commit."""
    return list(dict.fromkeys(row["branch"] for row in account.find("commits", "project_id", project["id"])))
