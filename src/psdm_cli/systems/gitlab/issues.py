"""Issues: lists over REST; any of several labels over GraphQL, or one REST call a label where that does not answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psdm_cli.domain.gitlab import Issue, Note
from psdm_cli.errors import BadAnswer, Forbidden, NotFound, RefusedByRule
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.connections import paged
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.documents import ISSUES
from psdm_cli.systems.gitlab.epics import Epics
from psdm_cli.systems.gitlab.places import Places
from psdm_cli.systems.gitlab.refusals import GraphQLRefused, Refused, Unseen
from psdm_cli.systems.gitlab.rows import part
from psdm_cli.systems.gitlab.transport import TokenKind
from psdm_cli.systems.http.attributes import Row

#: GraphQL takes at most so many values in a list.
MOST_LABELS = 100
_FIELDS = {"title": "TITLE", "description": "DESCRIPTION"}


@dataclass(frozen=True, slots=True)
class IssueSearch:
    """What issues are wanted; exactly one of `project` and `group`."""

    project: str | None
    group: str | None
    all_labels: tuple[str, ...]
    any_labels: tuple[str, ...]
    search: str | None
    search_in: str
    state: str
    updated_after: datetime | None
    milestone: str | None


class Issues:
    """Reads issues of one GitLab."""

    def __init__(self, client: GitLabClient, places: Places, epics: Epics) -> None:
        self._client = client
        self._places = places
        self._epics = epics
        self._graphql_answers = client.token_kind is not TokenKind.JOB

    def issue(self, project: str, iid: str) -> Issue | None:
        """One issue by its number."""
        row = self._client.get(f"/projects/{segment(project)}/issues/{segment(iid)}")
        return None if row is None else rows.understood("issue", row, rows.issue)

    def linked(self, issue: Issue) -> Sequence[Issue]:
        """The issues it is linked with."""
        listed = self._client.pages(f"/projects/{issue.project_id}/issues/{issue.iid}/links")
        return _once([rows.understood("issue", row, rows.issue) for row in listed])

    def notes(self, issue: Issue) -> Sequence[Note]:
        """The comments on an issue."""
        params = {"activity_filter": "only_comments", "sort": "asc", "order_by": "created_at"}
        listed = self._client.pages(f"/projects/{issue.project_id}/issues/{issue.iid}/notes", params)
        return _once([rows.understood("note", row, lambda one: rows.note(one, issue.url)) for row in listed])

    def issues(self, wanted: IssueSearch) -> Sequence[Issue]:
        """The issues, the oldest first. Raises `NotFound` where there is no such place."""
        any_ = tuple(dict.fromkeys(wanted.any_labels))
        commas = any("," in label for label in (*wanted.all_labels, *any_))
        if len(any_) < 2 and not commas:
            return self._by_rest(wanted, (*wanted.all_labels, *any_))
        if self._graphql_answers:
            try:
                return self._by_items(wanted, any_)
            except GraphQLRefused as refused:
                if not refused.unknown_to_schema:
                    raise
            except Unseen:
                raise
            except (NotFound, Forbidden, BadAnswer):  # no GraphQL here
                pass
            self._graphql_answers = False
        if commas:
            raise RefusedByRule("A label with a comma in it cannot be searched for over REST.")

        def ask(label: str) -> Callable[[], Sequence[Issue]]:
            return lambda: self._by_rest(wanted, (*wanted.all_labels, label))

        each = self._client.together([ask(label) for label in any_])
        union = _once([one for found in each for one in found])
        return tuple(sorted(union, key=lambda one: (one.created_at is None, one.created_at or 0, one.id)))

    def _by_items(self, wanted: IssueSearch, any_: tuple[str, ...]) -> Sequence[Issue]:
        if wanted.group is not None:
            path = self._places.path_of(wanted.group)
        else:
            project = self._places.project(wanted.project or "")
            if project is None:
                raise Unseen(f"GitLab has no project {wanted.project}, or the token may not see it.")
            path = project.full_path
        since = wanted.updated_after
        variables: dict[str, Any] = {
            "path": path,
            "all": list(wanted.all_labels) or None,
            "state": wanted.state,
            "since": since.isoformat() if since is not None else None,
            "search": wanted.search or None,
            "in": [_FIELDS[field] for field in wanted.search_in.split(",")] if wanted.search else None,
            "milestone": [wanted.milestone] if wanted.milestone else None,
        }
        nodes: list[Row] = []
        for start in range(0, max(1, len(any_)), MOST_LABELS):
            some = list(any_[start : start + MOST_LABELS]) or None
            nodes += paged(self._client, ISSUES, "Issues", {**variables, "any": some}, _items_of)
        return self._epics.issues_of(nodes)

    def _by_rest(self, wanted: IssueSearch, labels: tuple[str, ...]) -> Sequence[Issue]:
        params: dict[str, Any] = {"state": wanted.state, "scope": "all", "order_by": "created_at", "sort": "asc"}
        if labels:
            params["labels"] = ",".join(labels)
        if wanted.search:
            params |= {"search": wanted.search, "in": wanted.search_in}
        if wanted.updated_after is not None:
            params["updated_after"] = wanted.updated_after
        if wanted.milestone:
            params["milestone"] = wanted.milestone
        if wanted.group is not None:
            return self._listed(f"/groups/{segment(wanted.group)}/issues", params)
        path = f"/projects/{segment(wanted.project or '')}/issues"
        try:
            return self._listed(path, {**params, "pagination": "keyset"})
        except Refused as refused:
            if refused.status not in (400, 405):  # before 18.3 this list knows no keyset
                raise
            return self._listed(path, params)

    def _listed(self, path: str, params: dict[str, Any]) -> Sequence[Issue]:
        return _once([rows.understood("issue", row, rows.issue) for row in self._client.pages(path, params)])


def _items_of(data: Row) -> Row | None:
    namespace = part(data, "namespace")
    if not namespace:
        raise Unseen("GitLab has no such place, or the token may not see it.")
    return part(namespace, "workItems") or None


def _once(listed: Sequence[Issue | Note]) -> tuple[Any, ...]:
    return tuple({one.id: one for one in listed}.values())
