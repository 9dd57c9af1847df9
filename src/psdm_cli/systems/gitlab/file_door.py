"""The door to files of a repository's default branch: a commit each, and never over somebody else's."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Project
from psdm_cli.errors import RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, GitLabDoor, number, place_of
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.refusals import Refused

COMMIT = "to commit to the default branch (Developer or Maintainer)"
FIRST_BRANCH = "main"


class FileDoor(GitLabDoor):
    """Files (`file`), `PROJECT_ID:PATH`, each written in a commit of its own with `message`."""

    kind = "file"
    creates = frozenset({"project_id", "path", "content", "message"})
    needs = frozenset({"project_id", "path", "message"})
    changes = frozenset({"path", "content", "message"})
    actions = frozenset({Action.CREATE, Action.CHANGE, Action.DELETE})

    def rules(self, change: Change) -> None:
        """A path inside the repository; of a change, the commit that it was read at."""
        path = str(change.after.get("path") or (change.id or "").partition(":")[2])
        if not path or path.startswith("/") or ".." in path.split("/") or not path.isprintable():
            raise WrongUsage(f"{change.title} ({change.key}): “{path}” is no path in a repository.")
        if change.action is Action.CHANGE and not change.before.get("last_commit_id"):
            raise WrongUsage(f"{change.title} ({change.key}): before.last_commit_id is missing.")

    def places(self, change: Change) -> Sequence[Where]:
        """The project."""
        return (("project", self._parts(change)[0]),)

    def _parts(self, change: Change) -> tuple[str, str]:
        if change.id is not None:
            project, _, path = change.id.partition(":")
            return number(project, change), path
        return place_of(change)[1], str(change.after["path"])

    def by_id(self, change: Change) -> Seen | None:
        """The file at its path."""
        return next(self.alike(change), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The file at this path."""
        project, path = self._parts(change)
        row = self.client.get(f"/projects/{project}/repository/files/{segment(path)}", {"ref": "HEAD"})
        if row is not None:
            yield _seen(row, project, path, change)

    def write(self, change: Change) -> Seen | None:
        """Commit it, unless somebody committed to it since it was read."""
        project, path = self._parts(change)
        branch = self._branch(project)
        message = str(change.after.get("message") or change.title)
        if change.action is Action.DELETE:
            action = {"action": "delete", "file_path": path}
            if change.before.get("last_commit_id"):
                action["last_commit_id"] = change.before["last_commit_id"]
            sent = {"branch": branch, "commit_message": message, "actions": [action]}
            self.client.post(f"/projects/{project}/repository/commits", sent, permission=COMMIT)
            return None
        sent = {"branch": branch, "content": change.after.get("content", ""), "commit_message": message}
        address = f"/projects/{project}/repository/files/{segment(path)}"
        if change.action is Action.CREATE:
            self.client.post(address, sent, permission=COMMIT)
        else:
            sent["last_commit_id"] = change.before["last_commit_id"]
            self.client.put(address, sent, permission=COMMIT)
        found = {"project_id": project, "path": path, "content": change.after.get("content", ""), "message": message}
        return Seen(f"{project}:{path}", None, found)

    def _branch(self, project: str) -> str:
        record = self.guard.record(("project", project))
        branch = record.default_branch if isinstance(record, Project) else None
        return branch or FIRST_BRANCH

    def refused(self, change: Change, refused: Refused) -> Seen | None:
        """Somebody was faster: what is there is kept where it says the same, else nothing is written over it."""
        if refused.status == 400 and change.action is not Action.DELETE:
            seen = self.look(change)
            commit = seen.attributes.get("last_commit_id") if seen is not None else None
            if seen is not None and seen.attributes["content"] == change.after.get("content"):
                return seen
            if seen is not None and (change.action is Action.CREATE or commit != change.before.get("last_commit_id")):
                raise RefusedByRule(
                    f"{change.title}: somebody committed to {self._parts(change)[1]} in the meantime; "
                    "nothing was written over it.",
                    hint=AGAIN,
                ) from refused
        return super().refused(change, refused)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Deleted in a commit of its own."""
        before = {"content": seen.attributes["content"], "last_commit_id": seen.attributes.get("last_commit_id")}
        after = {"message": f"Take back: {change.title}"}
        return replace(change, action=Action.DELETE, before=before, after=after, id=seen.id)

    def made_anew(self, change: Change) -> Change | str:
        """Committed again."""
        if "content" not in change.before:
            return "its content is not known"
        project, path = self._parts(change)
        after = {"project_id": project, "path": path, "content": change.before["content"]}
        after["message"] = f"Bring back: {change.title}"
        return replace(change, action=Action.CREATE, before={}, after=after, id=None)

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """A change taken back over the commit that made it alone."""
        back = super().inverse(change, seen)
        if isinstance(back, Change) and back.action is Action.CHANGE and seen is not None:
            before = {**back.before, "last_commit_id": seen.attributes.get("last_commit_id")}
            after = {name: value for name, value in back.after.items() if name != "last_commit_id"}
            return replace(back, before=before, after=after)
        return back


def _seen(row: Mapping[str, Any], project: str, path: str, change: Change) -> Seen:
    try:
        raw = b64decode(row["content"]) if row.get("encoding", "base64") == "base64" else str(row["content"]).encode()
        content = raw.decode("utf-8")
    except (ValueError, KeyError):
        content = "(not text)"
    found = {"project_id": project, "path": path, "content": content, "last_commit_id": row.get("last_commit_id")}
    if "message" in change.after:
        found["message"] = change.after["message"]  # of the commit: nothing to compare
    return Seen(f"{project}:{path}", None, found)
