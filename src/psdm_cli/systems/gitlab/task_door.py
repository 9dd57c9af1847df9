"""The door to check-boxes in a description: toggled by the server where it can, else read, compared and written.

A description has no version: the last writer wins. So the line must be there exactly as it was read, everything else is
sent back as it stands at that moment, and what comes back is compared; a colleague's edit is never written over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Issue
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, GitLabDoor, issue_of
from psdm_cli.systems.gitlab.guard import Where, executable
from psdm_cli.systems.gitlab.item_texts import TOGGLE, gid
from psdm_cli.systems.gitlab.refusals import GraphQLRefused

WRITE = "to edit the issue's description (Planner or Reporter)"
TRIES = 3
_BOX = re.compile(r"((?:[ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[)([ xX])(\][ \t]+.*)")


class TaskDoor(GitLabDoor):
    """A check-box (`task`) of an issue: `line` as it was read, `checked` as it is to be."""

    kind = "task"
    changes = frozenset({"issue_id", "line", "checked"})
    actions = frozenset({Action.CHANGE})

    def rules(self, change: Change) -> None:
        """The line is a check-box, and what is to be is said."""
        line = change.after.get("line")
        if not isinstance(line, str) or _BOX.fullmatch(line.rstrip("\r")) is None:
            raise WrongUsage(f"{change.title} ({change.key}): line is no check-box: “{line}”.")
        if not isinstance(change.after.get("checked"), bool):
            raise WrongUsage(f"{change.title} ({change.key}): checked must be true or false.")

    def places(self, change: Change) -> Sequence[Where]:
        """The project."""
        return (("project", issue_of(change.id, change)[0]),)

    def by_id(self, change: Change) -> Seen | None:
        """The line as it stands now, ticked or not."""
        issue = self._issue(change)
        if issue is None:
            return None
        numbers = _numbers(issue.description or "", str(change.after["line"]))
        if not numbers:
            raise RefusedByRule(
                f"{change.title}: the line “{change.after['line'].strip()}” is no longer in the description of "
                f"{issue.reference or issue.id}.",
                hint=f"Somebody edited it. {AGAIN}",
            )
        if len(numbers) > 1:
            raise RefusedByRule(
                f"{change.title}: the line “{change.after['line'].strip()}” is there {len(numbers)} times.",
                hint="Tick it by hand, or make the lines different.",
            )
        line = (issue.description or "").split("\n")[numbers[0]]
        found = {"issue_id": issue.id, "line": change.after["line"], "checked": _ticked(line)}
        return Seen(issue.id, issue.url, found)

    def _issue(self, change: Change) -> Issue | None:
        return self.reading.issue(*issue_of(change.id, change))

    def write(self, change: Change) -> Seen | None:
        """Tick it, by the server where it can."""
        issue = self._issue(change)
        if issue is None:
            raise NotFound(f"{change.title}: GitLab does not know the issue any more.", hint=AGAIN)
        project = self.guard.record(self.places(change)[0])
        can = self.reading.capabilities(project.full_path.rpartition("/")[0]).task_toggle
        if can is not False and issue.item_id is not None and self._toggled(change, issue):
            return self._done(change, issue)
        return self._rewritten(change, issue)

    def _toggled(self, change: Change, issue: Issue) -> bool:
        """Whether the server did it; False where it has no toggle. Raises `RefusedByRule` for a stale line."""
        lines = (issue.description or "").split("\n")
        number = self._number(change, issue)
        line = lines[number]
        box = _BOX.fullmatch(line.rstrip("\r"))
        column = len(box[1]) + 1 if box is not None else 1
        place = f"{number + 1}:{column}-{number + 1}:{column}"
        asked = {"id": gid("WorkItem", issue.item_id), "checked": change.after["checked"], "line": line, "pos": place}
        try:
            self.client.graphql(TOGGLE, asked, "Toggle", permission=WRITE)
        except NotFound:  # GraphQL itself is not there
            return False
        except GraphQLRefused as refused:
            if refused.of_payload and any(text.startswith("Someone edited this") for text in refused.messages):
                raise self._conflict(change, issue) from refused
            return False  # no such field, or the flag is off: the text is read, compared and written
        return True

    def _rewritten(self, change: Change, issue: Issue) -> Seen | None:
        """Read, change the one line, read again, write if nothing moved, and look at what became of it."""
        project, iid = issue_of(change.id, change)
        for _ in range(TRIES):
            before = issue.description or ""
            lines = before.split("\n")
            number = self._number(change, issue)
            if _ticked(lines[number]) == change.after["checked"]:
                return self._done(change, issue)
            lines[number] = _with_box(lines[number], change.after["checked"])
            wanted = "\n".join(lines)
            commands = executable(wanted)
            if commands:
                raise RefusedByRule(
                    f"{change.title}: the description has a line that GitLab would carry out (“{commands[0][:60]}”).",
                    hint="Tick it by hand in GitLab: this server can only be sent the whole text.",
                )
            again = self._issue(change)
            if again is None:
                raise NotFound(f"{change.title}: GitLab does not know the issue any more.", hint=AGAIN)
            if (again.description or "") != before:
                issue = again
                continue
            row: Any = self.client.put(f"/projects/{project}/issues/{iid}", {"description": wanted}, permission=WRITE)
            if _same(str(row.get("description") or ""), wanted):
                return self._done(change, issue)
            fresh = self._issue(change)
            if fresh is None:
                raise NotFound(f"{change.title}: GitLab does not know the issue any more.", hint=AGAIN)
            issue = fresh
        raise self._conflict(change, issue)

    def _number(self, change: Change, issue: Issue) -> int:
        numbers = _numbers(issue.description or "", str(change.after["line"]))
        if len(numbers) != 1:
            raise self._conflict(change, issue)
        return numbers[0]

    def _conflict(self, change: Change, issue: Issue) -> RefusedByRule:
        return RefusedByRule(
            f"{change.title}: somebody is editing the description of {issue.reference or issue.id}; the line "
            f"“{change.after['line'].strip()}” was left as it is.",
            hint=AGAIN,
        )

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """The box as it was."""
        del seen
        checked = not change.after["checked"]
        after = {**change.after, "checked": checked}
        return replace(change, before={"checked": not checked}, after=after, depends_on=(), why="")

    def _done(self, change: Change, issue: Issue) -> Seen:
        return Seen(issue.id, issue.url, dict(change.after))


def _numbers(description: str, line: str) -> list[int]:
    """The lines that are this one, ticked or not."""
    wanted = _with_box(line.rstrip("\r"), ticked=False)
    lines = description.split("\n")
    return [
        n
        for n, each in enumerate(lines)
        if _BOX.fullmatch(each.rstrip("\r")) and _with_box(each.rstrip("\r"), ticked=False) == wanted
    ]


def _ticked(line: str) -> bool:
    box = _BOX.fullmatch(line.rstrip("\r"))
    return box is not None and box[2] != " "


def _with_box(line: str, ticked: bool) -> str:
    return _BOX.sub(lambda box: f"{box[1]}{'x' if ticked else ' '}{box[3]}", line, count=1)


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").rstrip() == other.replace("\r\n", "\n").rstrip()
