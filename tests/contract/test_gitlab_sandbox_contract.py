"""Every read that the GitLab sandbox serves, held against the published document; and its own copy of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from gitlab_sandbox_client import GROUP, LARKSPUR, PS_PLAN, SOW, Client, document, problems, seg

from psdm_cli.sandbox.gitlab import GitLabReadings, GitLabSandbox
from psdm_cli.sandbox.gitlab.contract import CONTRACT_FILE, check, operations
from psdm_cli.sandbox.gitlab.derive import derive, dump
from psdm_cli.sandbox.gitlab.refusals import Refusal

G, L, P, S = seg(GROUP), seg(LARKSPUR), seg(PS_PLAN), seg(SOW)
READS = (
    "/metadata", "/user", "/users", "/personal_access_tokens/self",
    f"/groups/{G}", f"/groups/{G}/subgroups", f"/groups/{G}/descendant_groups", f"/groups/{G}/members",
    f"/groups/{L}/members/all", f"/groups/{L}/labels", f"/groups/{L}/projects", f"/groups/{G}/milestones",
    f"/groups/{G}/iterations", f"/groups/{L}/boards", f"/projects/{P}", f"/projects/{S}/labels",
    f"/projects/{S}/members", f"/projects/{S}/members/all", f"/projects/{S}/milestones", f"/projects/{S}/iterations",
    f"/projects/{S}/wikis", f"/projects/{P}/templates/issues", f"/projects/{P}/templates/issues/change-order",
    f"/projects/{P}/repository/tree", f"/projects/{S}/repository/files/README.md?ref=HEAD",
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[GitLabSandbox]:
    with GitLabSandbox(as_of=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture(scope="module")
def client(sandbox: GitLabSandbox) -> Iterator[Client]:
    made = Client(sandbox)
    yield made
    made.close()


def test_the_contract_file_is_what_the_document_says() -> None:
    assert CONTRACT_FILE.read_text(encoding="utf-8") == dump(derive(document()))
    assert len(operations()) == sum(len(set(ms) - {"parameters"}) for ms in document()["paths"].values())


@pytest.mark.parametrize("path", READS)
def test_a_read_is_within_the_contract(client: Client, path: str) -> None:
    client.sandbox.violations.clear()
    bare, _, query = path.partition("?")
    assert client.get(bare, **({"ref": "HEAD"} if query else {})) not in (None, {})
    assert client.sandbox.violations == []


def test_the_writes_are_within_the_contract_and_readable_after() -> None:
    with GitLabSandbox(as_of=date(2026, 11, 23)) as sandbox:
        client = Client(sandbox)
        parent = client.group(GROUP)
        group = client.post("/groups", {"name": "Acme", "path": "acme", "parent_id": parent, "visibility": "private"})
        assert client.get(f"/groups/{seg(f'{GROUP}/acme')}") == group
        wanted = {"name": "SOW-9", "path": "SOW-9", "namespace_id": group["id"], "initialize_with_readme": True}
        project = client.post("/projects", wanted | {"topics": ["ps"], "description": "x"})
        assert (project["visibility"], project["default_branch"], project["topics"]) == ("private", "main", ["ps"])
        at = f"/projects/{project['id']}"
        assert client.get(f"{at}/repository/files/README.md", ref="HEAD")["file_path"] == "README.md"
        label = client.post(f"/groups/{group['id']}/labels", {"name": "A/b", "color": "gold"})
        assert client.put(f"/groups/{group['id']}/labels/{seg('A/b')}", {"new_name": "B"})["id"] == label["id"]
        own = client.post(f"{at}/labels", {"name": "own", "color": "#123456", "priority": 2})
        assert (own["is_project_label"], own["priority"]) == (True, 2)
        stone = client.post(f"/groups/{group['id']}/milestones", {"title": "SOW-9", "due_date": "2027-01-31"})
        ended = client.put(f"/groups/{group['id']}/milestones/{stone['id']}", {"state_event": "close"})
        assert (ended["state"], ended["due_date"]) == ("closed", "2027-01-31")
        assert [m["id"] for m in client.get(f"{at}/milestones", include_ancestors=True)] == [stone["id"]]
        board = client.post(f"/groups/{group['id']}/boards", {"name": "Delivery"})
        entry = client.post(f"/groups/{group['id']}/boards/{board['id']}/lists", {"label_id": label["id"]})
        assert client.get(f"/groups/{group['id']}/boards")[0]["lists"] == [entry]
        kept = client.upload(f"{at}/uploads", "shot one.png", b"\x89PNG\r\n--\r\n\0end")
        assert kept["markdown"] == f"![shot_one]({kept['url']})"
        assert client.send("GET", at + kept["url"]).content == b"\x89PNG\r\n--\r\n\0end"
        assert client.upload(f"/groups/{group['id']}/uploads", "a.txt", b"a")["markdown"].startswith(
            "[a.txt](/uploads/"
        )
        page = client.post(f"{at}/wikis", {"title": "Runbooks/Cut over", "content": "x"})
        assert client.put(f"{at}/wikis/{seg(page['slug'])}", {"content": "y"})["content"] == "y"
        assert client.put(at, {"description": "new"})["description"] == "new"
        assert len(sandbox.writes) == 14
        assert sandbox.violations == []
        client.close()


def test_commits_are_atomic_and_stale_updates_are_refused(client: Client) -> None:
    at = f"/projects/{P}/repository"
    before = client.get(f"{at}/tree", recursive=True)
    actions = [
        {"action": "create", "file_path": "a/new.md", "content": "one"},
        {"action": "create", "file_path": "README.md", "content": "again"},
    ]
    body = {"branch": "master", "commit_message": "two", "actions": actions}
    assert client.post(f"{at}/commits", body, expect=400) == {"message": "A file with this name already exists"}
    assert client.get(f"{at}/tree", recursive=True) == before
    commit = client.post(f"{at}/commits", body | {"actions": [actions[0], actions[1] | {"action": "update"}]})
    found = client.get(f"{at}/files/{seg('a/new.md')}", ref="master")
    assert (found["last_commit_id"], found["commit_id"]) == (commit["id"], commit["id"])
    file = {"branch": "master", "commit_message": "three", "content": "dHdv", "encoding": "base64"}
    stale = client.put(f"{at}/files/{seg('a/new.md')}", file | {"last_commit_id": "0" * 40}, expect=400)
    assert stale["message"].startswith("You are attempting to update a file that has changed")
    client.put(f"{at}/files/{seg('a/new.md')}", file | {"last_commit_id": commit["id"]})
    assert client.get(f"{at}/files/{seg('a/new.md')}", ref="HEAD")["content"] == "dHdv"
    assert client.post(f"{at}/files/{seg('a/new.md')}", file, expect=400)["message"].endswith("already exists")
    assert client.put(f"{at}/files/nowhere.md", file, expect=400)["message"].endswith("doesn't exist")
    assert client.post(f"{at}/commits", body | {"branch": "other"}, expect=400)["message"].startswith("You can only")
    for action, path in (("move", "a/moved.md"), ("delete", "a/moved.md")):
        more = {"previous_path": "a/new.md"} if action == "move" else {}
        change = {"action": action, "file_path": path} | more
        client.post(f"{at}/commits", body | {"actions": [change]})
    assert "a" not in [entry["path"] for entry in client.get(f"{at}/tree")]


def test_an_empty_repository_has_neither_tree_nor_templates(client: Client) -> None:
    group = client.group(LARKSPUR)
    bare = client.post("/projects", {"name": "bare", "namespace_id": group})
    at = f"/projects/{bare['id']}"
    assert (bare["empty_repo"], bare["default_branch"]) == (True, None)
    assert client.get(f"{at}/repository/tree", expect=404) == {"message": "404 Tree Not Found"}
    assert client.get(f"{at}/templates/issues") == []
    assert client.get(f"{at}/repository/files/README.md", expect=404, ref="HEAD")["message"].startswith("404 ")
    first = {"action": "create", "file_path": ".gitlab/issue_templates/Kick off.md", "content": "hello"}
    client.post(f"{at}/repository/commits", {"branch": "trunk", "commit_message": "first", "actions": [first]})
    assert client.get(at)["default_branch"] == "trunk"
    assert client.get(f"{at}/templates/issues") == [{"key": "Kick off", "name": "Kick off"}]
    assert client.get(f"{at}/templates/issues/Kick%20off") == {"name": "Kick off", "content": "hello"}


def test_a_project_from_a_template_comes_along_look_by_look(client: Client) -> None:
    group, source = client.group(LARKSPUR), client.get(f"/projects/{P}")["id"]
    wanted = {"name": "copy", "namespace_id": group, "use_custom_template": True, "template_project_id": source}
    made = client.post("/projects", wanted)
    looks = [client.get(f"/projects/{made['id']}")["import_status"] for _ in range(4)]
    assert [made["import_status"], *looks] == ["scheduled", "scheduled", "started", "finished", "finished"]
    assert client.get(f"/projects/{made['id']}/templates/issues")


def test_a_moved_project_answers_301_at_its_old_path(client: Client) -> None:
    group = client.group(LARKSPUR)
    made = client.post("/projects", {"name": "old", "namespace_id": group})
    client.put(f"/projects/{made['id']}", {"path": "renamed"})
    for method in ("GET", "PUT"):
        gone = client.send(method, f"/projects/{seg(f'{LARKSPUR}/old')}", {"name": "x"} if method == "PUT" else None)
        assert gone.status_code == 301
        assert gone.headers["Location"] == f"{client.sandbox.url}/api/v4/projects/{made['id']}"
        assert problems(method, f"/projects/{made['id']}", gone) == []
    assert client.get(f"/projects/{seg(f'{LARKSPUR}/renamed')}")["id"] == made["id"]
    again = client.post("/projects", {"name": "new", "path": "old", "namespace_id": group})
    assert client.get(f"/projects/{seg(f'{LARKSPUR}/old')}")["id"] == again["id"]


def test_an_instance_below_a_path_links_to_itself() -> None:
    with GitLabSandbox(
        as_of=date(2026, 11, 23), url_path="/tools/gitlab", readings=GitLabReadings(instance=None)
    ) as at:
        client = Client(at)
        assert at.url.endswith("/tools/gitlab")
        response = client.send("GET", f"/groups/{G}/labels", per_page=1)
        assert response.links["next"]["url"].startswith(f"{at.url}/api/v4/groups/{G}/labels?")
        assert client.get(f"/projects/{S}")["web_url"] == f"{at.url}/{SOW}"
        assert client.session.get(at.url.removesuffix("/tools/gitlab") + "/api/v4/user", timeout=10).status_code == 404
        client.close()


@pytest.mark.parametrize(
    ("pattern", "sent", "text"),
    [
        ("/groups", {}, "name is missing, path is missing"),
        ("/groups", {"name": "a", "path": "b", "parent_id": "x"}, "parent_id is invalid"),
        ("/groups", {"name": "a", "path": ["b"]}, "path is invalid"),
        ("/groups", {"name": "a", "path": "b", "visibility": "secret"}, "visibility does not have a valid value"),
        ("/projects/{project_id}/milestones", {"title": "a", "due_date": "31.1.2027"}, "due_date is invalid"),
        ("/projects", {"initialize_with_readme": "perhaps"}, "initialize_with_readme is invalid"),
        (
            "/projects/{project_id}/repository/commits",
            {"branch": "b", "commit_message": "m", "actions": [{"action": "explode", "file_path": "x"}]},
            "actions[action] does not have a valid value",
        ),
        (
            "/projects/{project_id}/repository/commits",
            {"branch": "b", "commit_message": "m", "actions": [{"action": "create"}]},
            "actions[file_path] is missing",
        ),
    ],
)
def test_what_the_parameter_check_says(pattern: str, sent: dict[str, object], text: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(operations()["POST", pattern], sent)
    assert (caught.value.status, caught.value.body) == (400, {"error": text})


def test_undeclared_parameters_are_dropped_and_noted() -> None:
    with GitLabSandbox(as_of=date(2026, 11, 23)) as sandbox:
        client = Client(sandbox)
        client.get(f"/groups/{G}/labels", order="up")
        client.put(f"/projects/{S}", {"description": "d", "colour": "red"})
        assert client.send("GET", "/groups").status_code == 405
        assert client.send("GET", "/runners").status_code == 404
        assert client.send("POST", f"/projects/{S}/export").status_code == 404
        said = [violation.problem for violation in sandbox.violations]
        assert said == [
            "unknown parameter 'order'",
            "unknown parameter 'colour'",
            "unknown method GET",
            "unknown path",
            "this is in the contract, but this sandbox does not serve it",
        ]
        client.close()


def test_form_bodies_and_lists_in_queries_mean_the_same(client: Client) -> None:
    at = f"{client.sandbox.url}/api/v4"
    group = client.group(LARKSPUR)
    made = client.session.post(f"{at}/groups/{group}/labels", data={"name": "form", "color": "#abcdef"}, timeout=10)
    assert (made.status_code, made.json()["color"]) == (201, "#abcdef")
    robin = client.get("/user")["id"]
    for query in (f"user_ids[]={robin}&user_ids[]=1", f"user_ids={robin},1"):
        rows = client.session.get(f"{at}/groups/{group}/members?{query}", timeout=10).json()
        assert [row["id"] for row in rows] == [robin]
