"""Small things of the GitLab sandbox that bite: odd values, second names, what is refused and how, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from gitlab_sandbox_client import DELIVERY, GROUP, LARKSPUR, PS_PLAN, SOW, Client, seg

from psdm_cli.sandbox.gitlab import GitLabSandbox
from psdm_cli.sandbox.gitlab.contract import check, operations
from psdm_cli.sandbox.gitlab.tables import make_work_item, move, place_at

G, L, P, S = (seg(path) for path in (GROUP, LARKSPUR, PS_PLAN, SOW))
GROUPS, PROJECTS = f"/groups/{L}", f"/projects/{S}"


@pytest.fixture
def client() -> Iterator[Client]:
    with GitLabSandbox(as_of=date(2026, 11, 23)) as sandbox:
        made = Client(sandbox)
        yield made
        made.close()


REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("POST", f"{GROUPS}/boards", {"name": " "}, 400, "can't be blank"),
    ("GET", f"{GROUPS}/boards/4711/lists", {}, 404, "404 Board Not Found"),
    ("POST", f"{GROUPS}/milestones", {"title": ""}, 400, "can't be blank"),
    ("POST", f"{GROUPS}/milestones", {"title": "t" * 256}, 400, "is too long (maximum is 255 characters)"),
    ("PUT", f"{GROUPS}/milestones/4711", {"title": "x"}, 404, "404 Milestone Not Found"),
    ("GET", f"{GROUPS}/milestones/4711/burndown_events", {}, 404, "404 Milestone Not Found"),
    ("POST", f"{GROUPS}/labels", {"name": " ", "color": "red"}, 400, "can't be blank"),
    ("POST", f"{GROUPS}/labels", {"name": "n" * 256, "color": "red"}, 400, "is too long"),
    ("POST", f"{GROUPS}/labels", {"name": "x"}, 400, "color is missing"),
    ("PUT", PROJECTS, {}, 400, "at least one parameter must be provided"),
    ("PUT", PROJECTS, {"default_branch": "nowhere"}, 400, "branch 'nowhere' does not exist"),
    ("PUT", PROJECTS, {"name": "n" * 256}, 400, "is too long"),
    ("PUT", PROJECTS, {"path": "a b"}, 400, "can contain only letters"),
    ("GET", f"/projects/{P}/templates/recipes", {}, 400, "type does not have a valid value"),
    ("GET", f"/projects/{P}/templates/issues/nothing", {}, 404, "404 Template Not Found"),
    ("POST", f"{PROJECTS}/wikis", {"title": "", "content": "x"}, 400, "can't be blank"),
    ("GET", f"{PROJECTS}/wikis/nothing", {}, 404, "404 Wiki Page Not Found"),
    ("POST", f"{PROJECTS}/repository/commits", {"branch": "b", "commit_message": "m", "actions": []}, 400, "empty"),
    ("GET", "/personal_access_tokens/other", {}, 404, "404 Not Found"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "text"), REFUSED)
def test_how_it_is_refused(client: Client, method: str, path: str, body: Any, status: int, text: str) -> None:
    response = client.send(method, path, body if method != "GET" else None)
    assert response.status_code == status
    said = response.json()
    assert text in str(said.get("message", said.get("error")))


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ({"action": "create", "file_path": "../x", "content": ""}, "File path is invalid"),
        ({"action": "create", "file_path": ".git/config", "content": ""}, "File path is invalid"),
        ({"action": "create", "file_path": "x"}, "content is missing"),
        ({"action": "create", "file_path": "x", "content": "~", "encoding": "base64"}, "content is no base64"),
        ({"action": "move", "file_path": "y", "previous_path": "x"}, "doesn't exist"),
        ({"action": "delete", "file_path": "README.md", "last_commit_id": "0"}, "has changed since"),
    ],
)
def test_actions_that_cannot_be_done(client: Client, action: dict[str, str], text: str) -> None:
    body = {"branch": "main", "commit_message": "m", "actions": [action]}
    assert text in client.post(f"{PROJECTS}/repository/commits", body, expect=400)["message"]


def test_a_second_branch_begins_where_it_is_told_to(client: Client) -> None:
    change = [{"action": "create", "file_path": "bin/run", "content": "x"}]
    body = {"branch": "draft", "commit_message": "m\n\nmore", "actions": change}
    missing = client.post(f"{PROJECTS}/repository/commits", body | {"start_branch": "nowhere"}, expect=400)
    assert missing["message"] == "Cannot find start_branch: nowhere"
    made = client.post(f"{PROJECTS}/repository/commits", body | {"start_branch": "main"})
    assert (made["title"], made["message"]) == ("m", "m\n\nmore")
    mode = {"action": "chmod", "file_path": "bin/run", "execute_filemode": True}
    client.post(f"{PROJECTS}/repository/commits", body | {"actions": [mode]})
    file = client.get(f"{PROJECTS}/repository/files/{seg('bin/run')}", ref="draft")
    assert (file["execute_filemode"], file["content_sha256"]) == (True, hashlib.sha256(b"x").hexdigest())
    by_commit = client.get(f"{PROJECTS}/repository/files/{seg('bin/run')}", ref=file["commit_id"])
    assert by_commit["content"] == file["content"]
    assert [e["path"] for e in client.get(f"{PROJECTS}/repository/tree", ref="draft")] == [
        ".gitlab",
        "bin",
        "README.md",
    ]
    assert [e["mode"] for e in client.get(f"{PROJECTS}/repository/tree", ref="draft", path="bin")] == ["100755"]
    assert [e["path"] for e in client.get(f"{PROJECTS}/repository/tree")] == [".gitlab", "README.md"]
    client.get(f"{PROJECTS}/repository/files/README.md", ref="nowhere", expect=404)
    assert client.put(PROJECTS, {"default_branch": "draft"})["default_branch"] == "draft"


def test_an_archived_project_takes_nothing(client: Client) -> None:
    at = f"/projects/{seg(f'{DELIVERY}/foxglove-pharma/SOW-2320')}"
    assert client.get(at)["archived"] is True
    file = {"branch": "main", "content": "x", "commit_message": "x"}
    client.post(f"{at}/repository/files/a.md", file, expect=403)
    client.post(f"{at}/labels", {"name": "x", "color": "red"}, expect=403)
    client.post(f"{at}/milestones", {"title": "x"}, expect=403)
    client.upload(f"{at}/uploads", "a", b"x", expect=403)
    client.post(f"{at}/wikis", {"title": "x", "content": "x"}, expect=403)
    assert client.get(f"{at}/repository/tree")


def test_a_moved_group_takes_what_is_in_it_along(client: Client) -> None:
    account = client.sandbox.account
    group = place_at(account, "groups", LARKSPUR)
    assert group is not None
    move(account, group, f"{DELIVERY}/southwest")
    assert client.get(f"/groups/{seg(f'{DELIVERY}/southwest')}")["id"] == group["id"]
    for path, new in ((GROUPS, f"/groups/{group['id']}"), (f"{GROUPS}/labels", f"/groups/{group['id']}/labels")):
        response = client.send("GET", path, per_page=5)
        assert response.status_code == 301
        assert response.headers["Location"] == f"{client.sandbox.url}/api/v4{new}?per_page=5"
    assert client.send("GET", PROJECTS).status_code == 301
    assert client.get(f"/projects/{seg(f'{DELIVERY}/southwest/SOW-2301')}")["path"] == "SOW-2301"
    stranger = Client(client.sandbox, "stranger")
    assert stranger.send("GET", PROJECTS).status_code == 404  # where it went is not told to everybody
    stranger.close()


def test_endless_addresses(client: Client) -> None:
    response = client.send("GET", f"/groups/{G}/labels", search="x" * 9000)
    assert (response.status_code, "414" in response.text) == (414, True)


def test_lists_of_groups_and_projects_filter_and_sort(client: Client) -> None:
    client.get(f"/groups/{G}/descendant_groups", owned=True)
    names = [g["name"] for g in client.get(f"/groups/{seg(DELIVERY)}/subgroups", order_by="name", sort="desc")]
    assert names == sorted(names, reverse=True, key=str.lower)
    few = client.get(f"/groups/{seg(DELIVERY)}/subgroups", min_access_level=50, per_page=100)
    first = few[0]["id"]
    rest = client.get(f"/groups/{seg(DELIVERY)}/subgroups", **{"skip_groups[]": [first]}, per_page=100)
    assert len(rest) == len(few) - 1

    def projects(**params: object) -> list[str]:
        found = client.get(f"/groups/{G}/projects", include_subgroups=True, per_page=100, **params)
        return sorted(p["path"] for p in found)

    assert projects(archived=True) == ["SOW-2320"]
    assert "SOW-2320" not in projects(archived=False)
    assert projects(visibility="internal") == ["SOW-2304"]
    assert projects(search="sow-230", min_access_level=40) == [f"SOW-230{n}" for n in (1, 2, 3, 4, 5, 7, 8, 9)]
    assert projects(active=True) == projects(min_access_level=10)
    simple = client.get(f"/groups/{G}/projects", include_subgroups=True, simple=True, per_page=1)[0]
    assert "visibility" not in simple and simple["web_url"].endswith(simple["path_with_namespace"])


def test_milestones_filter_and_burn_down(client: Client) -> None:
    account = client.sandbox.account
    made = client.post(f"{PROJECTS}/milestones", {"title": "Wave 1", "description": "First wave"})
    client.post(f"{PROJECTS}/milestones", {"title": "Wave 2"})
    assert [m["iid"] for m in client.get(f"{PROJECTS}/milestones", search="first")] == [1]
    assert [m["iid"] for m in client.get(f"{PROJECTS}/milestones", **{"iids[]": [2, 3]})] == [2]
    client.put(f"{PROJECTS}/milestones/{made['id']}", {"state_event": "close"})
    assert [m["iid"] for m in client.get(f"{PROJECTS}/milestones", state="closed")] == [1]
    again = client.put(f"{PROJECTS}/milestones/{made['id']}", {"state_event": "activate", "title": "Wave one"})
    assert (again["state"], again["title"], again["project_id"]) == ("active", "Wave one", made["project_id"])
    taken = client.put(f"{PROJECTS}/milestones/{made['id']}", {"title": "Wave 2"}, expect=400)
    assert taken["message"]["title"] == ["already being used for another group or project milestone."]
    assert "missing" in client.put(f"{PROJECTS}/milestones/{made['id']}", {}, expect=400)["error"]
    project = place_at(account, "projects", SOW)
    assert project is not None
    author = account.row("users", account.facts["me"])
    days = {"at": "2026-11-02T09:00:00.000Z", "closed_at": "2026-11-09T09:00:00.000Z", "weight": 3}
    make_work_item(account, project, "Issue", "done", author=author, milestone_id=made["id"], **days)
    events = client.get(f"{PROJECTS}/milestones/{made['id']}/burndown_events")
    assert [(e["created_at"], e["action"], e["weight"]) for e in events] == [
        ("2026-11-02", "created", 3),
        ("2026-11-09", "closed", 3),
    ]


def test_wikis_can_be_off_and_pages_renamed(client: Client) -> None:
    page = client.post(f"{PROJECTS}/wikis", {"title": "One", "content": "x", "format": "asciidoc"})
    client.post(f"{PROJECTS}/wikis", {"title": "Two", "content": "x"})
    assert client.put(f"{PROJECTS}/wikis/One", {"title": "Two"}, expect=400)["message"]["base"]
    assert "missing" in client.put(f"{PROJECTS}/wikis/One", {}, expect=400)["error"]
    renamed = client.put(f"{PROJECTS}/wikis/One", {"title": "In/Three"})
    assert (renamed["slug"], renamed["title"], renamed["format"]) == ("In/Three", "Three", page["format"])
    assert [p["content"] for p in client.get(f"{PROJECTS}/wikis", with_content=True)] == ["x", "x"]
    client.put(PROJECTS, {"wiki_access_level": "disabled"})
    client.get(f"{PROJECTS}/wikis", expect=404)


def test_an_upload_is_read_by_its_whole_name_only(client: Client) -> None:
    kept = client.upload(f"{PROJECTS}/uploads", "..\\..\\plan (final).pdf", b"%PDF")
    assert kept["markdown"] == f"[plan__final_.pdf]({kept['url']})"
    assert client.send("GET", f"{PROJECTS}{kept['url']}").content == b"%PDF"
    assert client.send("GET", f"{PROJECTS}{kept['url']}x").status_code == 404


def test_templates_of_other_kinds(client: Client) -> None:
    assert client.get(f"/projects/{P}/templates/merge_requests") == []
    assert client.sandbox.violations == []
    assert client.get(f"/projects/{P}/templates/licenses") == []
    assert len(client.sandbox.violations) == 1


@pytest.mark.parametrize(
    ("pattern", "sent", "name", "value"),
    [
        ("/groups", {"name": "a", "path": "b", "parent_id": "7"}, "parent_id", 7),
        ("/groups", {"name": 5, "path": "b"}, "name", "5"),
        ("/projects", {"initialize_with_readme": "t"}, "initialize_with_readme", True),
        ("/projects", {"initialize_with_readme": 0}, "initialize_with_readme", False),
        ("/projects", {"topics": "a,b"}, "topics", ["a", "b"]),
        ("/projects", {"description": None}, "description", None),
        ("/projects/{project_id}/issues", {"title": "a", "labels": ["x", "y"]}, "labels", ["x", "y"]),
        ("/projects/{project_id}/issues", {"title": "a", "labels": "x,y"}, "labels", "x,y"),
        ("/projects/{project_id}/wikis", {"title": "a", "content": "b", "format": None}, "format", "markdown"),
    ],
)
def test_what_values_are_taken_for(pattern: str, sent: dict[str, Any], name: str, value: object) -> None:
    assert check(operations()["POST", pattern], sent).params[name] == value


def test_bodies_that_cannot_be_read(client: Client) -> None:
    at = f"{client.sandbox.url}/api/v4{GROUPS}/labels"
    for data, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"x", "multipart/form-data")):
        response = client.session.post(at, data=data, headers={"Content-Type": kind}, timeout=10)
        assert (response.status_code, set(response.json())) == (400, {"error"})
    mixed = client.session.post(
        f"{client.sandbox.url}/api/v4{PROJECTS}/uploads", data={"x": "1"}, files={"file": ("a", b"a")}, timeout=10
    )
    assert mixed.status_code == 201
    assert [v.problem for v in client.sandbox.violations] == ["unknown parameter 'x'"]
