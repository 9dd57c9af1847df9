"""The doors to links between issues, and to issues on epics. Both ends are asked for who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.gitlab import Epic, EpicsBy, Issue
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, GitLabDoor, epic_of, issue_of, number, pending
from psdm_cli.systems.gitlab.guard import Where
from psdm_cli.systems.gitlab.item_texts import ATTACH, gid

LINK = "to link issues there (Planner or Reporter in both projects)"
HANG = "to put issues on the epic (Planner or Reporter, plan with epics)"
_TYPES = ("relates_to", "blocks", "is_blocked_by")


class IssueLinkDoor(GitLabDoor):
    """Links between issues (`issue_link`), `PROJECT_ID#IID>LINK_ID`. Natural key: the two issues."""

    kind = "issue_link"
    creates = frozenset({"issue_id", "target_id", "link_type"})
    needs = frozenset({"issue_id", "target_id"})
    actions = frozenset({Action.CREATE, Action.DELETE})

    def rules(self, change: Change) -> None:
        """One of the three kinds."""
        if change.after.get("link_type", _TYPES[0]) not in _TYPES:
            raise WrongUsage(f"{change.title}: link_type is one of {', '.join(_TYPES)}.")

    def places(self, change: Change) -> Sequence[Where]:
        """Both issues' projects."""
        if change.action is Action.DELETE:
            return (("project", self._parts(change)[0]),)
        ends = (issue_of(change.after[name], change)[0] for name in ("issue_id", "target_id"))
        return tuple(("project", project) for project in dict.fromkeys(ends))

    def _parts(self, change: Change) -> tuple[str, str, str]:
        issue, _, link = str(change.id).partition(">")
        return *issue_of(issue, change), number(link, change)

    def by_id(self, change: Change) -> Seen | None:
        """The link of this number."""
        project, iid, link = self._parts(change)
        return next((seen for seen in self._all(project, iid) if seen.id.endswith(f">{link}")), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The link to the same issue."""
        for seen in self._all(*issue_of(change.after["issue_id"], change)):
            if seen.attributes["target_id"] == change.after["target_id"]:
                yield seen

    def _all(self, project: str, iid: str) -> Iterator[Seen]:
        try:
            rows = list(self.client.pages(f"/projects/{project}/issues/{iid}/links"))
        except NotFound:
            return
        for row in rows:
            found = {
                "issue_id": f"{project}#{iid}",
                "target_id": f"{row['project_id']}#{row['iid']}",
                "link_type": row.get("link_type", _TYPES[0]),
            }
            yield Seen(f"{project}#{iid}>{row['issue_link_id']}", row.get("web_url"), found)

    def write(self, change: Change) -> Seen | None:
        """Tie or untie."""
        if change.action is Action.DELETE:
            project, iid, link = self._parts(change)
            self.client.delete(f"/projects/{project}/issues/{iid}/links/{link}", permission=LINK)
            return None
        project, iid = issue_of(change.after["issue_id"], change)
        other, target = issue_of(change.after["target_id"], change)
        kind = change.after.get("link_type", _TYPES[0])
        sent = {"target_project_id": other, "target_issue_iid": target, "link_type": kind}
        row = self.client.post(f"/projects/{project}/issues/{iid}/links", sent, permission=LINK)
        ident = row.get("id")
        if ident is None:
            return self.look(change)
        found = {**change.after, "link_type": row.get("link_type", kind)}
        return Seen(f"{project}#{iid}>{ident}", None, found)

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Untied."""
        return replace(change, action=Action.DELETE, before=dict(seen.attributes), after={}, id=seen.id)

    def made_anew(self, change: Change) -> Change | str:
        """Tied again."""
        if not {"issue_id", "target_id"} <= set(change.before):
            return "which issues it tied is not known"
        return replace(change, action=Action.CREATE, before={}, after=dict(change.before), id=None)


class EpicIssueDoor(GitLabDoor):
    """Issues on epics (`epic_issue`), `EPIC>ISSUE`. An issue that hangs on another epic is left there."""

    kind = "epic_issue"
    creates = frozenset({"epic_id", "issue_id"})
    needs = frozenset({"epic_id", "issue_id"})
    actions = frozenset({Action.CREATE, Action.DELETE})

    def places(self, change: Change) -> Sequence[Where]:
        """The epic's group and the issue's project."""
        epic, issue = self._ends(change)
        return ("group", epic_of(epic, change)[0]), ("project", issue_of(issue, change)[0])

    def _ends(self, change: Change) -> tuple[str, str]:
        if change.id is not None:
            epic, _, issue = change.id.partition(">")
            return epic, issue
        return str(change.after["epic_id"]), str(change.after["issue_id"])

    def rules(self, change: Change) -> None:
        """Ids of the right form, where they are known."""
        if change.action is Action.CREATE and not pending(change.after):
            self.places(change)

    def by_id(self, change: Change) -> Seen | None:
        """Whether the issue hangs on the epic."""
        return next(self._all(change), None)

    def alike(self, change: Change) -> Iterator[Seen]:
        """The same."""
        yield from self._all(change)

    def _all(self, change: Change) -> Iterator[Seen]:
        wanted, issue_id = self._ends(change)
        epic = self.reading.epic(*epic_of(wanted, change))
        if epic is None:
            return
        for issue in self.reading.epic_issues(epic):
            if issue.id == issue_id:
                yield Seen(f"{wanted}>{issue_id}", issue.url, {"epic_id": wanted, "issue_id": issue_id})

    def write(self, change: Change) -> Seen | None:
        """Hang it on or take it off."""
        epic, issue = self._both(change)
        group = epic_of(epic.id, change)[0]
        if change.action is Action.CREATE and issue.epic_id not in (None, epic.id):
            raise RefusedByRule(
                f"{change.title}: “{issue.title}” hangs on another epic ({issue.epic_id}); GitLab would move it.",
                hint="Take it off there by hand if it belongs here.",
            )
        if self.probing.way(self.guard.record(("group", group)).full_path) is EpicsBy.WORK_ITEMS:
            parent = gid("WorkItem", epic.item_id) if change.action is Action.CREATE else None
            item = {"id": gid("WorkItem", issue.item_id), "hierarchyWidget": {"parentId": parent}}
            self.client.graphql(ATTACH, {"input": item}, "Attach", permission=HANG)
        else:
            self._by_rest(change, f"/groups/{group}/epics/{epic.iid}/issues", issue)
        if change.action is Action.DELETE:
            return None
        return Seen(f"{epic.id}>{issue.id}", issue.url, {"epic_id": epic.id, "issue_id": issue.id})

    def _by_rest(self, change: Change, path: str, issue: Issue) -> None:
        if change.action is Action.CREATE:
            self.client.post(f"{path}/{issue.item_id}", permission=HANG)
            return
        rows: Iterator[Mapping[str, Any]] = self.client.pages(path)
        tie = next((row.get("epic_issue_id") for row in rows if str(row.get("id")) == issue.item_id), None)
        if tie is not None:
            self.client.delete(f"{path}/{tie}", permission=HANG)

    def _both(self, change: Change) -> tuple[Epic, Issue]:
        wanted, issue_id = self._ends(change)
        epic = self.reading.epic(*epic_of(wanted, change))
        issue = self.reading.issue(*issue_of(issue_id, change))
        if epic is None or issue is None:
            raise NotFound(f"{change.title}: {wanted if epic is None else issue_id} is not there.", hint=AGAIN)
        return epic, issue

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """Taken off."""
        return replace(change, action=Action.DELETE, before=dict(seen.attributes), after={}, id=seen.id)

    def made_anew(self, change: Change) -> Change | str:
        """Hung on again."""
        epic, issue = self._ends(change)
        return replace(change, action=Action.CREATE, before={}, after={"epic_id": epic, "issue_id": issue}, id=None)
