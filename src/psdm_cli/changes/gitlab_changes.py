"""What psdm plans in GitLab: one builder for each kind of object, typed so that internal text stays with us.

Ids: group, project, label, milestone, board and note by GitLab's number; issue `PROJECT_ID#IID`; epic `GROUP_ID&IID`.
A text goes where its audience is: `issue(Place[Customer], title=Text[Internal])` does not type-check. Changes of what
stands are made in `gitlab_edits`; what is already as wanted is planned with its `kept`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from psdm_cli.changes.gitlab_places import A, Place, Ref
from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.domain.audience import Internal, Text
from psdm_cli.domain.markers import with_marker

SYSTEM = "gitlab"
#: Kind and key of a marker.
Mark = tuple[str, str]


def group(
    parent: Place[A],
    *,
    name: Text[A],
    path: str,
    description: Text[A] | None = None,
    visibility: str = "private",
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new subgroup. Key and address: `group:` and the full path."""
    after = {
        "name": name.value,
        "path": path,
        "parent_id": parent.ref,
        "visibility": visibility,
        **given(description=description),
    }
    full = f"{parent.full_path}/{path}"
    return _create("group", f"group:{full}", name.value, parent, after, name, description, sow=sow, why=why)


def project(
    parent: Place[A],
    *,
    name: Text[A],
    path: str,
    description: Text[A] | None = None,
    visibility: str = "private",
    readme: bool = True,
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new blank project, private, its repository begun with a README. Key: `project:` and the full path."""
    after = {
        "name": name.value,
        "path": path,
        "group_id": parent.ref,
        "visibility": visibility,
        "readme": readme,
        **given(description=description),
    }
    full = f"{parent.full_path}/{path}"
    return _create("project", f"project:{full}", name.value, parent, after, name, description, sow=sow, why=why)


def label(
    place: Place[A],
    *,
    name: Text[A],
    color: str,
    description: Text[A] | None = None,
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new label of the place. Key: `label:PLACE:NAME`."""
    after = {**place.attribute, "name": name.value, "color": color, **given(description=description)}
    key = f"label:{place.full_path}:{name.value}"
    return _create("label", key, name.value, place, after, name, description, sow=sow, why=why)


def epic(
    place: Place[A],
    *,
    title: Text[A],
    body: Text[A],
    mark: Mark,
    labels: Sequence[str] = (),
    start: date | None = None,
    due: date | None = None,
    match_title: bool = False,
    depends_on: Iterable[str] = (),
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new epic of a group, known by its marker; by its exact title too with `match_title`. Key: `epic:KIND:KEY`."""
    after = {
        **place.attribute,
        "title": title.value,
        "description": with_marker(body.value, *mark),
        **given(labels=list(labels), start_date=start, due_date=due),
        **({"match_title": True} if match_title else {}),
    }
    more: dict[str, Any] = {"depends_on": tuple(depends_on), "sow": sow, "why": why}
    return _create("epic", f"epic:{mark[0]}:{mark[1]}", title.value, place, after, title, body, **more)


def milestone(
    place: Place[A],
    *,
    title: Text[A],
    body: Text[A] | None = None,
    start: date | None = None,
    due: date | None = None,
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new milestone of a group or project. Key: `milestone:PLACE:TITLE`."""
    after = {**place.attribute, "title": title.value, **given(description=body, start_date=start, due_date=due)}
    key = f"milestone:{place.full_path}:{title.value}"
    return _create("milestone", key, title.value, place, after, title, body, sow=sow, why=why)


def issue(
    place: Place[A],
    *,
    title: Text[A],
    body: Text[A],
    mark: Mark,
    labels: Sequence[str] = (),
    assignees: Sequence[str] = (),
    start: date | None = None,
    due: date | None = None,
    milestone: Ref | None = None,
    epic: Ref | None = None,
    confidential: bool | None = None,
    weight: int | None = None,
    match_title: bool = False,
    depends_on: Iterable[str] = (),
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new issue of a project, known by its marker. `assignees` are usernames. Key: `issue:KIND:KEY`."""
    after = {
        **place.attribute,
        "title": title.value,
        "description": with_marker(body.value, *mark),
        **given(
            labels=list(labels),
            assignees=list(assignees),
            start_date=start,
            due_date=due,
            milestone_id=milestone,
            epic_id=epic,
            confidential=confidential,
            weight=weight,
        ),
        **({"match_title": True} if match_title else {}),
    }
    more: dict[str, Any] = {"depends_on": tuple(depends_on), "sow": sow, "why": why}
    return _create("issue", f"issue:{mark[0]}:{mark[1]}", title.value, place, after, title, body, **more)


def note(
    place: Place[A],
    *,
    on: Ref,
    body: Text[A],
    mark: Mark,
    title: str = "Note",
    internal: bool = False,
    depends_on: Iterable[str] = (),
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new comment on an issue or epic (`on`) of the place, known by its marker. Key: `note:KIND:KEY`."""
    after = {"on": on, "body": with_marker(body.value, *mark), "internal": internal}
    more: dict[str, Any] = {"depends_on": tuple(depends_on), "sow": sow, "why": why}
    return _create("note", f"note:{mark[0]}:{mark[1]}", title, place, after, body, **more)


def issue_link(
    place: Place[A], *, issue: Ref, target: Ref, link_type: str = "relates_to", title: str = "Link", why: str = ""
) -> Change:
    """Two issues linked. Key: `issue_link:ISSUE>TARGET`."""
    after = {"issue_id": issue, "target_id": target, "link_type": link_type}
    return _create("issue_link", f"issue_link:{named(issue)}>{named(target)}", title, place, after, why=why)


def epic_issue(place: Place[A], *, epic: Ref, issue: Ref, title: str = "Issue on its epic", why: str = "") -> Change:
    """An issue hung on an epic. Key: `epic_issue:EPIC>ISSUE`."""
    after = {"epic_id": epic, "issue_id": issue}
    return _create("epic_issue", f"epic_issue:{named(epic)}>{named(issue)}", title, place, after, why=why)


def board(
    place: Place[A],
    *,
    name: Text[A],
    lists: Sequence[str],
    depends_on: Iterable[str] = (),
    sow: str | None = None,
    why: str = "",
) -> Change:
    """A new board with a list for each of the labels. Key: `board:PLACE:NAME`."""
    after = {**place.attribute, "name": name.value, "lists": list(lists)}
    key = f"board:{place.full_path}:{name.value}"
    more: dict[str, Any] = {"depends_on": tuple(depends_on), "sow": sow, "why": why}
    return _create("board", key, name.value, place, after, name, **more)


def file(
    place: Place[A], *, path: str, content: Text[A], message: str, sow: str | None = None, why: str = ""
) -> Change:
    """A new file on the default branch of a project. Key: `file:PROJECT:PATH`."""
    after = {**place.attribute, "path": path, "content": content.value, "message": message}
    return _create("file", f"file:{place.full_path}:{path}", path, place, after, content, sow=sow, why=why)


def wiki_page(place: Place[A], *, title: str, content: Text[A], mark: Mark, url: str | None = None) -> Change:
    """A new page of a project's wiki, known by its marker; slashes in the title are folders. Key: `wiki:KIND:KEY`."""
    after = {**place.attribute, "title": title, "content": with_marker(content.value, *mark)}
    return _create("wiki_page", f"wiki:{mark[0]}:{mark[1]}", title, place, after, content, url=url)


def upload(place: Place[Internal], *, filename: str, content: bytes, key: str, sow: str | None = None) -> Change:
    """A file for a description or note, in an internal place alone: nobody can tell what a picture shows."""
    from base64 import b64encode

    after = {**place.attribute, "filename": filename, "content_base64": b64encode(content).decode("ascii")}
    return _change(
        ("upload", f"upload:{key}"), Action.CREATE, filename, place, after, content=Audience.INTERNAL, sow=sow
    )


def task(place: Place[A], *, issue: str, line: str, checked: bool, sow: str | None = None, why: str = "") -> Change:
    """A check-box ticked or not: `line` is the whole line as it was read. Key: `task:ISSUE:LINE`."""
    title = line.partition("]")[2].strip() or line.strip()
    before = {"checked": not checked}
    after = {"issue_id": issue, "line": line, "checked": checked}
    key = f"task:{issue}:{line.strip()}"
    return _change(("task", key), Action.CHANGE, title, place, after, before=before, id=issue, sow=sow, why=why)


# the rest


def given(**what: Any) -> dict[str, Any]:
    """The attributes that have a value; dates and texts as plain strings."""
    plain = {name: value.value if isinstance(value, Text) else value for name, value in what.items()}
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()}
    return {name: value for name, value in said.items() if value is not None and value != []}


def named(where: Ref) -> str:
    """A reference as a part of a key."""
    return where if isinstance(where, str) else next(iter(where.values()))


def content_of(*texts: Text[Any] | None) -> Audience:
    """Who may read all of the texts: one internal text makes the whole internal."""
    inside = any(text is not None and text.audience is Audience.INTERNAL for text in texts)
    return Audience.INTERNAL if inside else Audience.CUSTOMER


def _create(
    kind: str, key: str, title: str, place: Place[Any], after: Mapping[str, Any], *texts: Text[Any] | None, **more: Any
) -> Change:
    return _change((kind, key), Action.CREATE, title, place, after, content=content_of(*texts), **more)


def _change(
    what: tuple[str, str],
    action: Action,
    title: str,
    place: Place[Any],
    after: Mapping[str, Any],
    *,
    content: Audience = Audience.CUSTOMER,
    **more: Any,
) -> Change:
    return Change(
        system=SYSTEM,
        kind=what[0],
        action=action,
        key=what[1],
        title=title,
        place=place.full_path,
        audience=place.audience,
        after=after,
        content=content,
        **more,
    )
