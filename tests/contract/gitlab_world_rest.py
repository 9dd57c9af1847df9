"""The REST half of the doors' world."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from gitlab_world import Refusal, Row, World, as_base64

Parts = list[str]
Told = tuple[int, Any]
Handle = Callable[[World, Parts, dict[str, str], Row], Told]
ROUTES: list[tuple[str, str, Handle]] = []
NOT_FOUND = {"message": "404 Not Found"}


def route(method: str, pattern: str) -> Callable[[Handle], Handle]:
    def keep(handle: Handle) -> Handle:
        ROUTES.append((method, pattern.replace("*", "([^/]+)"), handle))
        return handle

    return keep


def group_of(world: World, name: str) -> Row:
    for row in world.groups.values():
        if str(row["id"]) == name or row["full_path"] == name:
            return row
    raise Refusal(404, {"message": "404 Group Not Found"})


def project_of(world: World, name: str) -> Row:
    for row in world.projects.values():
        if str(row["id"]) == name or row["path_with_namespace"].casefold() == name.casefold():
            return row
    raise Refusal(404, {"message": "404 Project Not Found"})


def issue_of(world: World, project: str, iid: str) -> Row:
    ident = project_of(world, project)["id"]
    for row in world.issues:
        if row["project_id"] == ident and str(row["iid"]) == iid:
            return row
    raise Refusal(404, NOT_FOUND)


def epic_of(world: World, group: str, iid: str) -> Row:
    ident = group_of(world, group)["id"]
    for row in world.epics:
        if row["group_id"] == ident and str(row["iid"]) == iid:
            return row
    raise Refusal(404, NOT_FOUND)


def shown_issue(world: World, row: Row) -> Row:
    told = {name: value for name, value in row.items() if name != "epic_of"}
    if world.plan == "ultimate":
        epic = next((each for each in world.epics if each["id"] == row["epic_of"]), None)
        told["epic"] = {"id": epic["id"], "iid": epic["iid"], "group_id": epic["group_id"]} if epic else None
    return told


def named(text: Any) -> list[str]:
    return [each for each in (text.split(",") if isinstance(text, str) else text or []) if each]


def with_labels(world: World, row: Row, body: Row, *, group: int | None = None, project: int | None = None) -> None:
    usable = {each["name"] for each in world.usable(group=group, project=project)}
    labels = named(body["labels"]) if "labels" in body else list(row["labels"])
    labels = [name for name in labels if name not in named(body.get("remove_labels"))]
    for name in named(body.get("add_labels")):
        if world.scoped and "::" in name:
            scope = name.rpartition("::")[0] + "::"
            labels = [each for each in labels if not each.startswith(scope)]
        if name not in labels:
            labels.append(name)
    for name in labels:
        if name not in usable:
            world.label(name, group=group, project=project)  # silently, as GitLab does
    row["labels"] = labels


@route("GET", "/user")
def _me(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, world.users[0]


@route("GET", "/users")
def _users(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, [each for each in world.users if each["username"] == query["username"]]


@route("GET", "/metadata")
def _metadata(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, {"version": "19.4.1-ee", "enterprise": True}


@route("GET", "/groups/*")
def _group(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, group_of(world, parts[0])


@route("POST", "/groups")
def _new_group(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    parent = group_of(world, str(body["parent_id"]))
    path = f"{parent['full_path']}/{body['path']}"
    if any(row["full_path"].casefold() == path.casefold() for row in world.groups.values()):
        raise Refusal(400, {"message": 'Failed to save group {path: ["has already been taken"]}'})
    row = world.groups[world.group(path, body.get("visibility", "private"))]
    row |= {"name": body["name"], "description": body.get("description", "")}
    return 201, row


@route("GET", "/projects/*")
def _project(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, project_of(world, parts[0])


@route("PUT", "/projects/*")
def _edit_project(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = project_of(world, parts[0])
    row |= body
    return 200, row


@route("POST", "/projects")
def _new_project(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    path = f"{group_of(world, str(body['namespace_id']))['full_path']}/{body['path']}"
    if any(row["path_with_namespace"].casefold() == path.casefold() for row in world.projects.values()):
        raise Refusal(400, {"message": {"path": ["has already been taken"], "name": ["has already been taken"]}})
    row = world.projects[world.project(path, body["visibility"], name=body["name"])]
    row["description"] = body.get("description", "")
    if body.get("initialize_with_readme"):
        world.files[row["id"], "README.md"] = {"content": "# made", "last_commit_id": "c0"}
    return 201, row


@route("GET", "/groups/*/projects")
def _projects(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    group = group_of(world, parts[0])["id"]
    below = query.get("include_subgroups") == "true"
    rows = [
        row
        for row in world.projects.values()
        if row["namespace"]["id"] == group or (below and group in world.above(row["namespace"]["id"]))
    ]
    return 200, [row for row in rows if query.get("search", "").casefold() in row["name"].casefold()]


@route("GET", "/groups/*/descendant_groups")
def _descendants(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    group = group_of(world, parts[0])["id"]
    return 200, [row for row in world.groups.values() if group in world.above(row["parent_id"])]


@route("GET", "/(groups|projects)/*/members")
def _members(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, world.members


@route("DELETE", "/(groups|projects)/*/members/*")
def _no_member(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    world.members = [row for row in world.members if str(row["id"]) != parts[2]]
    return 204, None


def _place(world: World, kind: str, name: str) -> dict[str, int]:
    row = group_of(world, name) if kind == "groups" else project_of(world, name)
    return {kind.removesuffix("s"): int(row["id"])}


@route("GET", "/(groups|projects)/*/labels")
def _labels(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    place = _place(world, parts[0], parts[1])
    rows = world.usable(**place)
    if query.get("include_ancestor_groups") == "false":
        rows = [row for row in rows if row["group"] == place.get("group") and row["project"] == place.get("project")]
    return 200, [row for row in rows if query.get("search", "") in row["name"]]


@route("POST", "/(groups|projects)/*/labels")
def _new_label(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    place = _place(world, parts[0], parts[1])
    if any(row["name"] == body["name"] for row in world.usable(**place)):
        raise Refusal(409, {"message": "Label already exists"})
    world.label(body["name"], **place)
    world.labels[-1] |= {"color": body["color"].upper(), "description": body.get("description")}
    return 201, world.labels[-1]


@route("PUT", "/groups/*/labels/*")
def _edit_label(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = next(each for each in world.labels if str(each["id"]) == parts[1])
    row |= body
    return 200, row


@route("GET", "/(groups|projects)/*/milestones")
def _milestones(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    place = _place(world, parts[0], parts[1])
    rows = [row for row in world.milestones if place.items() <= row["at"].items()]
    return 200, [row for row in rows if row["title"] == query.get("title", row["title"])]


@route("POST", "/(groups|projects)/*/milestones")
def _new_milestone(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    if any(row["title"] == body["title"] for row in world.milestones):
        raise Refusal(400, {"message": "Failed to create milestone Title has already been taken"})
    row = {"id": world.next_id(), "iid": 1, "state": "active", "at": _place(world, parts[0], parts[1]), **body}
    world.milestones.append(row)
    return 201, row


@route("PUT", "/(groups|projects)/*/milestones/*")
def _edit_milestone(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = next(each for each in world.milestones if str(each["id"]) == parts[2])
    event = body.pop("state_event", None)
    row |= body
    if event:
        row["state"] = "closed" if event == "close" else "active"
    return 200, row


@route("GET", "/groups/*/boards")
def _boards(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    group = group_of(world, parts[0])["id"]
    return 200, [row for row in world.boards if row["group"] == group]


@route("POST", "/groups/*/boards")
def _new_board(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    group = group_of(world, parts[0])["id"]
    if world.plan == "free" and any(row["group"] == group for row in world.boards):
        raise Refusal(400, {"message": "more than one board is not allowed"})
    world.boards.append({"id": world.next_id(), "name": body["name"], "group": group, "rows": []})
    return 201, world.boards[-1]


@route("GET", "/groups/*/boards/*/lists")
def _lists(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, next(row for row in world.boards if str(row["id"]) == parts[1])["rows"]


@route("POST", "/groups/*/boards/*/lists")
def _new_list(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    board = next(row for row in world.boards if str(row["id"]) == parts[1])
    label = next(row for row in world.labels if row["id"] == body["label_id"])
    if any(row["label"]["id"] == label["id"] for row in board["rows"]):
        raise Refusal(400, {"message": {"label": ["has already been taken"]}})
    board["rows"].append({"id": world.next_id(), "label": label, "position": len(board["rows"])})
    return 201, board["rows"][-1]


@route("GET", "/projects/*/issues")
def _issues(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    ident = project_of(world, parts[0])["id"]
    rows = [row for row in world.issues if row["project_id"] == ident]
    if query.get("state", "opened") != "all":
        rows = [row for row in rows if row["state"] == query.get("state", "opened")]
    if query.get("search"):
        fields = query.get("in", "title,description").split(",")
        rows = [row for row in rows if any(query["search"] in (row[name] or "") for name in fields)]
    return 200, [shown_issue(world, row) for row in sorted(rows, key=lambda row: -row["iid"])]


@route("GET", "/projects/*/issues/*")
def _issue(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, shown_issue(world, issue_of(world, *parts))


@route("POST", "/projects/*/issues")
def _new_issue(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    project = int(project_of(world, parts[0])["id"])
    row = world.issue(project, body.pop("title"))
    return 201, _set_issue(world, row, body)


@route("PUT", "/projects/*/issues/*")
def _edit_issue(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = issue_of(world, *parts)
    if not body:
        raise Refusal(400, {"error": "at least one parameter must be provided"})
    told = _set_issue(world, row, body)
    if world.before_put is not None:
        world.before_put()
    return 200, told


def _set_issue(world: World, row: Row, body: Row) -> Row:
    with_labels(world, row, body, project=row["project_id"])
    plain = {"title", "description", "due_date", "start_date", "confidential"}
    if world.plan == "ultimate":
        plain |= {"weight"}
        if "epic_id" in body:
            row["epic_of"] = body["epic_id"]
    row |= {name: value for name, value in body.items() if name in plain}
    if "assignee_ids" in body:
        row["assignees"] = [each for each in world.users if each["id"] in body["assignee_ids"]]
    if "milestone_id" in body:
        row["milestone"] = next((each for each in world.milestones if each["id"] == body["milestone_id"]), None)
    if "state_event" in body:
        row["state"] = "closed" if body["state_event"] == "close" else "opened"
    return shown_issue(world, row)


@route("GET", "/projects/*/issues/*/links")
def _links(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    own = issue_of(world, *parts)
    rows = [each for each in world.links if each["source"] == own["id"]]
    return 200, [
        {
            **shown_issue(world, next(row for row in world.issues if row["id"] == each["target"])),
            "issue_link_id": each["id"],
            "link_type": each["link_type"],
        }
        for each in rows
    ]


@route("POST", "/projects/*/issues/*/links")
def _new_link(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    own = issue_of(world, *parts)
    other = issue_of(world, str(body["target_project_id"]), str(body["target_issue_iid"]))
    if any((each["source"], each["target"]) == (own["id"], other["id"]) for each in world.links):
        raise Refusal(409, {"message": "Issue(s) already assigned"})
    row = {"id": world.next_id(), "source": own["id"], "target": other["id"], "link_type": body["link_type"]}
    world.links.append(row)
    return 201, {"id": row["id"], "source_issue": own, "target_issue": other, "link_type": row["link_type"]}


@route("DELETE", "/projects/*/issues/*/links/*")
def _no_link(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    found = [each for each in world.links if str(each["id"]) == parts[2]]
    if not found:
        raise Refusal(404, NOT_FOUND)
    world.links.remove(found[0])
    return 200, found[0]


@route("GET", "/projects/*/issues/*/notes")
def _notes(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    own = issue_of(world, *parts)
    rows = [each for each in world.notes if each["on"] == own["id"]]
    return 200, list(reversed(rows)) if query.get("sort", "desc") == "desc" else rows


def add_note(world: World, on: int, body: Row) -> Row:
    row = {
        "id": world.next_id(),
        "body": body["body"],
        "internal": body.get("internal", False),
        "system": False,
        "author": world.users[0],
        "created_at": "2026-11-23T10:00:00Z",
        "on": on,
    }
    world.notes.append(row)
    return row


@route("POST", "/projects/*/issues/*/notes")
def _new_note(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 201, add_note(world, issue_of(world, *parts)["id"], body)


@route("PUT", "/projects/*/issues/*/notes/*")
def _edit_note(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = next(each for each in world.notes if str(each["id"]) == parts[2])
    row |= body
    return 200, row


def _with_epics(world: World) -> None:
    if world.plan == "free":
        raise Refusal(403, {"message": "403 Forbidden"})
    if not world.rest_epics:
        raise Refusal(404, NOT_FOUND)


@route("GET", "/groups/*/epics")
def _epics(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    _with_epics(world)
    ident = group_of(world, parts[0])["id"]
    rows = [row for row in world.epics if row["group_id"] == ident]
    if query.get("search"):
        rows = [row for row in rows if query["search"] in f"{row['title']} {row['description']}"]
    return 200, sorted(rows, key=lambda row: row["iid"], reverse=query.get("sort", "desc") == "desc")


@route("GET", "/groups/*/epics/*")
def _epic(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    _with_epics(world)
    return 200, epic_of(world, *parts)


def _set_epic(world: World, row: Row, body: Row) -> Row:
    with_labels(world, row, body, group=row["group_id"])
    row |= {name: value for name, value in body.items() if name in ("title", "description")}
    for name in ("start_date", "due_date"):
        if body.get(f"{name}_is_fixed"):
            row[name] = body[f"{name}_fixed"]
    if "state_event" in body:
        row["state"] = "closed" if body["state_event"] == "close" else "opened"
    return row


@route("POST", "/groups/*/epics")
def _new_epic(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    _with_epics(world)
    return 201, _set_epic(world, world.epic(int(group_of(world, parts[0])["id"]), body["title"]), body)


@route("PUT", "/groups/*/epics/*")
def _edit_epic(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    _with_epics(world)
    return 200, _set_epic(world, epic_of(world, *parts), body)


@route("GET", "/groups/*/epics/*/issues")
def _epic_issues(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    epic = epic_of(world, *parts)
    rows = [row for row in world.issues if row["epic_of"] == epic["id"]]
    return 200, [{**shown_issue(world, row), "epic_issue_id": row["id"] + 7} for row in rows]


@route("POST", "/groups/*/epics/*/issues/*")
def _hang(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    epic = epic_of(world, *parts[:2])
    row = next(each for each in world.issues if str(each["id"]) == parts[2])
    if row["epic_of"] == epic["id"]:
        raise Refusal(409, {"message": "Issue(s) already assigned"})
    row["epic_of"] = epic["id"]
    return 201, {"id": row["id"] + 7, "epic": epic, "issue": shown_issue(world, row)}


@route("DELETE", "/groups/*/epics/*/issues/*")
def _unhang(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    row = next(each for each in world.issues if str(each["id"] + 7) == parts[2])
    row["epic_of"] = None
    return 200, {"id": row["id"] + 7}


def _by_global_id(world: World, ident: str) -> Row:
    found = [row for row in world.epics if str(row["id"]) == ident]
    if not found:
        raise Refusal(404, NOT_FOUND)
    return found[0]


@route("GET", "/groups/*/epics/*/notes")
def _epic_notes(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    epic = _by_global_id(world, parts[1])
    return 200, [each for each in world.notes if each["on"] == epic["work_item_id"]]


@route("POST", "/groups/*/epics/*/notes")
def _new_epic_note(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 201, add_note(world, _by_global_id(world, parts[1])["work_item_id"], body)


@route("GET", "/projects/*/repository/files/*")
def _file(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    ident = project_of(world, parts[0])["id"]
    found = world.files.get((ident, parts[1]))
    if found is None:
        raise Refusal(404, {"message": "404 File Not Found"})
    content = as_base64(found["content"])
    return 200, {
        "file_path": parts[1],
        "encoding": "base64",
        "content": content,
        "last_commit_id": found["last_commit_id"],
    }


def _commit(world: World, project: int, path: str, content: str) -> None:
    world.files[project, path] = {"content": content, "last_commit_id": f"c{world.next_id()}"}


@route("POST", "/projects/*/repository/files/*")
def _new_file(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    ident = int(project_of(world, parts[0])["id"])
    if (ident, parts[1]) in world.files:
        raise Refusal(400, {"message": "A file with this name already exists"})
    _commit(world, ident, parts[1], body["content"])
    return 201, {"file_path": parts[1], "branch": body["branch"]}


@route("PUT", "/projects/*/repository/files/*")
def _edit_file(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    ident = int(project_of(world, parts[0])["id"])
    if world.files[ident, parts[1]]["last_commit_id"] != body["last_commit_id"]:
        raise Refusal(
            400, {"message": "You are attempting to update a file that has changed since you started editing it."}
        )
    _commit(world, ident, parts[1], body["content"])
    return 200, {"file_path": parts[1], "branch": body["branch"]}


@route("POST", "/projects/*/repository/commits")
def _commits(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    ident = int(project_of(world, parts[0])["id"])
    for action in body["actions"]:
        assert action["action"] == "delete"
        del world.files[ident, action["file_path"]]
    return 201, {"id": f"c{world.next_id()}"}


@route("GET", "/projects/*/wikis")
def _wiki(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, world.wiki


@route("POST", "/projects/*/wikis")
def _new_wiki_page(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    project_of(world, parts[0])
    slug = str(body["title"]).replace(" ", "-")
    if any(page["slug"] == slug for page in world.wiki):
        return 400, {"message": {"base": ["Duplicate page: A page with that title already exists"]}}
    page = {"slug": slug, "title": slug.rpartition("/")[2], "content": body["content"], "format": body["format"]}
    world.wiki.append(page)
    return 201, page


def _wiki_page(world: World, slug: str) -> Row:
    for page in world.wiki:
        if page["slug"] == slug:
            return page
    raise Refusal(404, {"message": "404 Wiki Page Not Found"})


@route("GET", "/projects/*/wikis/*")
def _one_wiki_page(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    return 200, _wiki_page(world, parts[1])


@route("PUT", "/projects/*/wikis/*")
def _changed_wiki_page(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    page = _wiki_page(world, parts[1])
    page.update(body)
    return 200, page


@route("POST", "/(groups|projects)/*/uploads")
def _upload(world: World, parts: Parts, query: dict[str, str], body: Row) -> Told:
    world.uploads.append({"raw": base64.b64encode(body["raw"]).decode()})
    return 201, {
        "id": world.next_id(),
        "url": "/uploads/s/a.png",
        "full_path": "/-/x/a.png",
        "markdown": "![a](/uploads/s/a.png)",
    }
