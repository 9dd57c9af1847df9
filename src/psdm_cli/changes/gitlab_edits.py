"""What psdm changes of objects that stand in GitLab: wanted against the record as it was read, what differs alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from psdm_cli.changes.comparing import settled
from psdm_cli.changes.gitlab_changes import SYSTEM, Mark, content_of, given
from psdm_cli.changes.gitlab_places import A, Place, Ref
from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.domain.audience import Text
from psdm_cli.domain.gitlab import Board, Epic, Issue, LabelRow, Milestone, Note, Project, RepositoryFile, WikiPage
from psdm_cli.domain.markers import with_marker

#: A date that is to be taken away.
NO_DATE = ""


def kept(wanted: Change, ident: str, url: str | None = None, why: str = "") -> Change:
    """What a create wanted and is there already: `= already so`; its id stands for references to its key."""
    return replace(wanted, action=Action.KEEP, after={}, before={}, id=ident, url=url, depends_on=(), why=why)


def project_change(
    place: Place[A],
    project: Project,
    *,
    name: Text[A] | None = None,
    description: Text[A] | None = None,
    visibility: str | None = None,
    **more: Any,
) -> Change:
    """A project's name, description or visibility; `place` is the project itself."""
    seen = {"name": project.name, "description": project.description, "visibility": project.visibility}
    wanted = given(name=name, description=description, visibility=visibility)
    return _edit(("project", f"project:{project.full_path}"), project, place, seen, wanted, name, description, **more)


def label_change(
    place: Place[A], label: LabelRow, *, color: str | None = None, description: Text[A] | None = None, **more: Any
) -> Change:
    """A label's colour or description, of the place that owns it."""
    seen = {"color": label.color, "description": label.description}
    key = f"label:{place.full_path}:{label.name}"
    wanted = given(color=color, description=description)
    return _edit(("label", key), label, place, seen, wanted, description, at=place.attribute, **more)


def epic_change(
    place: Place[A],
    epic: Epic,
    *,
    title: Text[A] | None = None,
    body: Text[A] | None = None,
    mark: Mark | None = None,
    add_labels: Sequence[str] = (),
    remove_labels: Sequence[str] = (),
    start: date | str | None = None,
    due: date | str | None = None,
    state: str | None = None,
    **more: Any,
) -> Change:
    """An epic brought in order. `body` keeps `mark`; labels are deltas; `state` is `opened` or `closed`."""
    seen = {"title": epic.title, "description": epic.description, "start_date": epic.start, "due_date": epic.due}
    wanted = given(title=title, description=_marked(body, mark), start_date=start, due_date=due, state=state)
    labels = label_deltas(epic.labels, add_labels, remove_labels)
    seen["state"] = epic.state
    return _edit(("epic", f"epic:{epic.id}"), epic, place, seen, wanted, title, body, labels=labels, **more)


def milestone_change(
    place: Place[A],
    milestone: Milestone,
    *,
    title: Text[A] | None = None,
    body: Text[A] | None = None,
    start: date | str | None = None,
    due: date | str | None = None,
    state: str | None = None,
    **more: Any,
) -> Change:
    """A milestone brought in order; `state` is `active` or `closed`."""
    seen = {
        "title": milestone.title,
        "description": milestone.description,
        "start_date": milestone.start,
        "due_date": milestone.due,
        "state": milestone.state,
    }
    wanted = given(title=title, description=body, start_date=start, due_date=due, state=state)
    key = f"milestone:{milestone.id}"
    return _edit(("milestone", key), milestone, place, seen, wanted, title, body, at=place.attribute, **more)


def issue_change(
    place: Place[A],
    issue: Issue,
    *,
    title: Text[A] | None = None,
    body: Text[A] | None = None,
    mark: Mark | None = None,
    add_labels: Sequence[str] = (),
    remove_labels: Sequence[str] = (),
    assignees: Sequence[str] | None = None,
    due: date | str | None = None,
    milestone: Ref | None = None,
    epic: Ref | None = None,
    state: str | None = None,
    confidential: bool | None = None,
    **more: Any,
) -> Change:
    """An issue brought in order. `body` keeps `mark`; labels are deltas; `epic` hangs it on one."""
    seen = {
        "title": issue.title,
        "description": issue.description,
        "assignees": [user.username for user in issue.assignees],
        "due_date": issue.due,
        "milestone_id": issue.milestone_id,
        "epic_id": issue.epic_id,
        "state": issue.state,
        "confidential": issue.confidential,
    }
    wanted = given(
        title=title,
        description=_marked(body, mark),
        due_date=due,
        milestone_id=milestone,
        epic_id=epic,
        state=state,
        confidential=confidential,
    )
    if assignees is not None:
        wanted["assignees"] = list(assignees)
    labels = label_deltas(issue.labels, add_labels, remove_labels)
    return _edit(("issue", f"issue:{issue.id}"), issue, place, seen, wanted, title, body, labels=labels, **more)


def note_change(
    place: Place[A], note: Note, *, on: Ref, body: Text[A], mark: Mark | None = None, title: str = "Note", **more: Any
) -> Change:
    """A note of ours with another text."""
    wanted = given(body=_marked(body, mark))
    edit = _edit(("note", f"note:{note.id}"), note, place, {"body": note.body}, wanted, body, at={"on": on}, **more)
    return replace(edit, title=title)


def wiki_page_change(
    place: Place[A], page: WikiPage, *, content: Text[A], mark: Mark, url: str | None = None
) -> Change:
    """A wiki page of ours with another text."""
    wanted = given(content=_marked(content, mark))
    what = ("wiki_page", f"wiki:{mark[0]}:{mark[1]}")
    edit = _edit(what, page, place, {"content": page.content}, wanted, content, at=place.attribute)
    ident = None if not isinstance(place.ref, str) else f"{place.ref}:{page.slug}"
    return replace(edit, title=page.slug, id=ident, url=url)


def board_change(place: Place[A], board: Board, *, lists: Sequence[str], **more: Any) -> Change:
    """Lists that a board lacks; those that it has besides stay."""
    missing = [name for name in lists if name not in board.lists]
    wanted = {"lists": [*board.lists, *missing]} if missing else {}
    key = f"board:{place.full_path}:{board.name}"
    return _edit(("board", key), board, place, {"lists": list(board.lists)}, wanted, at=place.attribute, **more)


def file_change(place: Place[A], file: RepositoryFile, *, content: Text[A], message: str, **more: Any) -> Change:
    """A file with another text, unless somebody committed to it since it was read."""
    wanted = {"content": content.value} if content.value != file.content else {}
    at: dict[str, Any] = {**place.attribute, "path": file.path, "message": message}
    key = f"file:{place.full_path}:{file.path}"
    edit = _edit(("file", key), file, place, {"content": file.content}, wanted, content, at=at, **more)
    before = {**edit.before, "last_commit_id": file.last_commit_id} if edit.writes else {}
    ident = f"{place.ref}:{file.path}" if isinstance(place.ref, str) else None
    return replace(edit, before=before, id=ident)


def removed(place: Place[A], kind: str, ident: str, title: str, **more: Any) -> Change:
    """An `issue_link`, `epic_issue` or `member` taken away, by its id; `before` lets it be brought back."""
    return Change(
        system=SYSTEM,
        kind=kind,
        action=Action.DELETE,
        key=f"{kind}:{ident}",
        title=title,
        place=place.full_path,
        audience=place.audience,
        content=Audience.CUSTOMER,
        id=ident,
        **more,
    )


def label_deltas(seen: Iterable[str], add: Sequence[str], remove: Sequence[str]) -> dict[str, list[str]]:
    """What is to be added that is lacking, and removed that is there."""
    there = set(seen)
    deltas = {
        "add_labels": [name for name in add if name not in there],
        "remove_labels": [name for name in remove if name in there],
    }
    return {name: names for name, names in deltas.items() if names}


def _marked(body: Text[Any] | None, mark: Mark | None) -> str | None:
    if body is None:
        return None
    return body.value if mark is None else with_marker(body.value, *mark)


def _title_of(record: Any) -> str:
    return str(getattr(record, "title", "") or getattr(record, "name", "") or getattr(record, "path", ""))


def _edit(
    what: tuple[str, str],
    record: Any,
    place: Place[Any],
    seen: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *texts: Text[Any] | None,
    labels: Mapping[str, list[str]] | None = None,
    at: Mapping[str, Any] | None = None,
    **more: Any,
) -> Change:
    """The change, or a `keep` where nothing differs; `what`: kind and key; `at`: attributes that name it."""
    plain = given(**seen)
    differing = {name: value for name, value in wanted.items() if settled(value) != settled(plain.get(name))}
    action = Action.CHANGE if differing or labels else Action.KEEP
    if differing.get("state") == "closed" and len(differing) == 1 and not labels:
        action = Action.CLOSE
    writes = action is not Action.KEEP
    return Change(
        system=SYSTEM,
        kind=what[0],
        action=action,
        key=what[1],
        title=_title_of(record) or what[1],
        place=place.full_path,
        audience=place.audience,
        content=content_of(*texts),
        before={name: plain.get(name) for name in differing},
        after={**(at or {}), **differing, **(labels or {})} if writes else {},
        id=getattr(record, "id", None),
        url=getattr(record, "url", None),
        **more,
    )
