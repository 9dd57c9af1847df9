"""Pages, refused creations, limits and lower plans of the GitLab sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from gitlab_sandbox_client import DELIVERY, GROUP, LARKSPUR, SOW, Client, problems, seg

from psdm_cli.sandbox.gitlab import GitLabReadings, GitLabSandbox
from psdm_cli.sandbox.gitlab.tables import make_label, place_at

AS_OF = date(2026, 11, 23)
TAKEN = "has already been taken"


@pytest.fixture
def sandbox() -> Iterator[GitLabSandbox]:
    with GitLabSandbox(as_of=AS_OF) as running:
        yield running


@pytest.fixture
def client(sandbox: GitLabSandbox) -> Iterator[Client]:
    made = Client(sandbox)
    yield made
    made.close()


# pages


def test_following_next_gives_everything_once(client: Client) -> None:
    path = f"/groups/{seg(DELIVERY)}/subgroups"
    whole = client.get(path, per_page=100)
    seen, url, pages = [], f"{client.sandbox.url}/api/v4{path}?per_page=7&search=r", 0
    while url:
        response = client.session.get(url, timeout=10)
        seen += response.json()
        pages += 1
        url = response.links.get("next", {}).get("url", "")
    assert seen == [g for g in whole if "r" in g["name"].lower() or "r" in g["path"]]
    assert pages == -(-len(seen) // 7) > 1


def test_the_headers_of_a_page(client: Client) -> None:
    path = f"/groups/{seg(DELIVERY)}/subgroups"
    count = len(client.get(path, per_page=100))
    first = client.send("GET", path, per_page=10)
    assert {name: first.headers[name] for name in ("x-page", "x-next-page", "x-prev-page", "x-per-page")} == {
        "x-page": "1", "x-next-page": "2", "x-prev-page": "", "x-per-page": "10",
    }  # fmt: skip
    assert (first.headers["x-total"], first.headers["x-total-pages"]) == (str(count), str(-(-count // 10)))
    assert set(first.links) == {"next", "first", "last"}
    last = client.session.get(first.links["last"]["url"], timeout=10)
    assert (last.headers["x-next-page"], set(last.links)) == ("", {"prev", "first", "last"})
    beyond = client.send("GET", path, page=99)
    assert (beyond.json(), beyond.headers["x-next-page"]) == ([], "")


def test_more_than_a_hundred_a_page_is_a_hundred(client: Client) -> None:
    group = place_at(client.sandbox.account, "groups", LARKSPUR)
    assert group is not None
    for number in range(120):
        make_label(client.sandbox.account, group, f"label {number:03d}", "#000000")
    response = client.send("GET", f"/groups/{seg(LARKSPUR)}/labels", per_page=500)
    assert (len(response.json()), response.headers["x-per-page"]) == (100, "100")
    assert [v.problem for v in client.sandbox.violations] == ["per_page=500 is outside 1..100"]


def test_big_lists_are_not_counted_and_not_paged_for_ever(client: Client) -> None:
    client.sandbox.readings.total_up_to = 5
    client.sandbox.readings.deepest_offset = 10
    path = f"/groups/{seg(DELIVERY)}/subgroups"
    first = client.send("GET", path, per_page=5)
    assert "x-total" not in first.headers and "x-total-pages" not in first.headers
    assert set(first.links) == {"next", "first"}
    deep = client.send("GET", path, per_page=5, page=3)
    assert (deep.status_code, set(deep.json())) == (405, {"error"})
    assert problems("GET", path, deep) == []


def test_wikis_are_not_paginated(client: Client) -> None:
    for number in range(25):
        client.post(f"/projects/{seg(SOW)}/wikis", {"title": f"p{number}", "content": "x"})
    response = client.send("GET", f"/projects/{seg(SOW)}/wikis")
    assert (len(response.json()), "x-total" in response.headers) == (25, False)
    assert "content" not in response.json()[0]


def test_the_tree_pages_by_key(client: Client) -> None:
    path = f"/projects/{seg(f'{GROUP}/ww-consulting/ps-plan')}/repository/tree"
    whole = [entry["path"] for entry in client.get(path, recursive=True, per_page=100)]
    first = client.send("GET", path, recursive=True, pagination="keyset", per_page=3)
    rest = client.session.get(first.links["next"]["url"], timeout=10)
    assert [e["path"] for e in first.json() + rest.json()] == whole[:6]


def test_a_proxy_that_decodes_slashes(client: Client) -> None:
    client.sandbox.readings.decoding_proxy = True
    assert client.send("GET", f"/groups/{seg(GROUP)}").json() == {"error": "404 Not Found"}
    assert client.get("/groups/101")["full_path"] == "gitlab-com"


# creations that are refused


def test_a_taken_subgroup_is_a_string_and_a_taken_project_an_object(client: Client) -> None:
    parent, group = client.group(DELIVERY), client.group(LARKSPUR)
    again = {"name": "Other", "path": "LARKSPUR-mutual", "parent_id": parent}
    answer = client.post("/groups", again, expect=400)
    assert answer == {"message": 'Failed to save group {:path=>["has already been taken"]}'}
    client.sandbox.readings.ruby = "3.4"
    answer = client.post("/groups", again, expect=400)
    assert answer == {"message": 'Failed to save group {path: ["has already been taken"]}'}
    answer = client.post("/projects", {"name": "sow-2301", "path": "sow-2301", "namespace_id": group}, expect=400)
    assert answer["message"]["path"] == answer["message"]["name"] == [TAKEN]
    client.sandbox.readings.project_taken = "409"
    client.post("/projects", {"name": "sow-2301", "namespace_id": group}, expect=409)


def test_nothing_is_more_open_than_what_it_lies_in(client: Client) -> None:
    parent = client.group(DELIVERY)
    for visibility in ("internal", "public"):
        body = {"name": "Acme", "path": "acme", "parent_id": parent, "visibility": visibility}
        answer = client.post("/groups", body, expect=400)
        assert f"{visibility} is not allowed since the parent group has a private visibility." in answer["message"]
        body = {"name": "p", "namespace_id": parent, "visibility": visibility}
        answer = client.post("/projects", body, expect=400)
        assert answer["message"] == {"visibility_level": [f"{visibility} is not allowed in a private group."]}
        client.put(f"/projects/{seg(SOW)}", {"visibility": visibility}, expect=400)
    internal = client.get(f"/projects/{seg(f'{DELIVERY}/fernhill-robotics/SOW-2304')}")
    assert internal["visibility"] == "internal"
    assert client.put(f"/projects/{internal['id']}", {"visibility": "private"})["visibility"] == "private"


@pytest.mark.parametrize(
    ("name", "path", "why"),
    [
        ("", "acme", ":name=>"),
        ("A" * 256, "acme", "too long"),
        ("Acme", "", ":path=>"),
        ("Acme", "a/b", "can contain only"),
        ("Acme", "-acme", "can contain only"),
        ("Acme", "acme.git", "can contain only"),
        ("Acme", "ac me", "can contain only"),
    ],
)
def test_names_and_paths_that_no_group_has(client: Client, name: str, path: str, why: str) -> None:
    body = {"name": name, "path": path, "parent_id": client.group(DELIVERY)}
    assert why in client.post("/groups", body, expect=400)["message"]


@pytest.mark.parametrize("name", ['O\'Hara & Söhne / "Nord" 🚀', "\u202eRTL Ltd", "Q" * 255])
def test_names_are_taken_as_they_are_unless_read_strictly(client: Client, name: str) -> None:
    parent = client.group(DELIVERY)
    made = client.post("/groups", {"name": name, "path": "odd", "parent_id": parent})
    assert made["name"] == name == client.get(f"/groups/{made['id']}")["name"]
    client.sandbox.readings.names = "strict"
    strict = {"name": "O'Hara/Nord", "path": "strict", "parent_id": parent}
    assert "can contain only letters" in client.post("/groups", strict, expect=400)["message"]
    client.post("/groups", {"name": "Ohara (Nord) 2.0 - 🚀", "path": "strict", "parent_id": parent})


def test_labels_exist_once_in_a_hierarchy(client: Client) -> None:
    exists = {"message": "Label already exists"}
    for path, name in ((f"/groups/{seg(LARKSPUR)}", "PS RAID Log"), (f"/projects/{seg(SOW)}", "PS RAID Log"),
                       (f"/projects/{seg(SOW)}", "Escalated")):  # fmt: skip
        assert client.post(f"{path}/labels", {"name": name, "color": "#fff"}, expect=409) == exists
    client.post(f"/groups/{seg(GROUP)}/labels", {"name": "escalated", "color": "#ffffff"})
    bad = client.post(f"/groups/{seg(GROUP)}/labels", {"name": "x", "color": "reddish"}, expect=400)
    assert bad == {"message": {"color": ["must be a valid color code"]}}
    assert (
        "title" in client.post(f"/groups/{seg(GROUP)}/labels", {"name": "a,b", "color": "red"}, expect=400)["message"]
    )
    at = f"/groups/{seg(GROUP)}/labels/Escalated"
    assert client.put(at, {"new_name": "ProjectWin"}, expect=400) == {"message": {"title": [TAKEN]}}
    assert "at least one parameter" in client.put(at, {}, expect=400)["error"]
    assert client.put(f"/groups/{seg(LARKSPUR)}/labels/Escalated", {"color": "red"}, expect=404) == {
        "message": "404 Label Not Found"
    }


def test_labels_are_listed_from_above_unless_unwanted(client: Client) -> None:
    def names(path: str, **params: object) -> set[str]:
        return {row["name"] for row in client.get(f"{path}/labels", per_page=100, **params)}

    inherited = names(f"/groups/{seg(LARKSPUR)}")
    own = names(f"/groups/{seg(LARKSPUR)}", include_ancestor_groups=False)
    assert own < inherited and "PS RAID Log" in own and "Escalated" in inherited - own
    client.post(f"/projects/{seg(SOW)}/labels", {"name": "of the project", "color": "red"})
    assert "of the project" in names(f"/projects/{seg(SOW)}")
    assert "of the project" not in names(f"/groups/{seg(LARKSPUR)}")
    assert "of the project" in names(f"/groups/{seg(LARKSPUR)}", only_group_labels=False)
    below = names(f"/groups/{seg(DELIVERY)}", include_descendant_groups=True, search="raid")
    assert below == {"PS RAID Log"}
    counted = client.get(f"/groups/{seg(GROUP)}/labels", with_counts=True, search="SOW-2301")[0]
    assert counted["open_issues_count"] > 0


def test_milestones_have_a_title_once_in_a_hierarchy(client: Client) -> None:
    client.post(f"/groups/{seg(LARKSPUR)}/milestones", {"title": "M"})
    for path in (f"/projects/{seg(SOW)}", f"/groups/{seg(LARKSPUR)}", f"/groups/{seg(GROUP)}"):
        answer = client.post(f"{path}/milestones", {"title": "M"}, expect=400)
        assert answer["message"].startswith("Failed to create milestone")
    client.post(f"/groups/{seg(f'{DELIVERY}/brightwater-utilities')}/milestones", {"title": "M"})
    body = {"title": "N", "start_date": "2027-02-01", "due_date": "2027-01-01"}
    assert "due_date" in client.post(f"/projects/{seg(SOW)}/milestones", body, expect=400)["message"]
    assert client.get(f"/groups/{seg(LARKSPUR)}/milestones", title="M")[0]["state"] == "active"
    assert client.get(f"/groups/{seg(LARKSPUR)}/milestones", title="m") == []
    assert client.get(f"/projects/{seg(SOW)}/milestones") == []
    assert len(client.get(f"/groups/{seg(DELIVERY)}/milestones", include_descendants=True)) == 2


def test_board_lists_are_of_one_thing_each(client: Client) -> None:
    board = client.get(f"/groups/{seg(LARKSPUR)}/boards")[0]
    path = f"/groups/{seg(LARKSPUR)}/boards/{board['id']}/lists"
    used = client.get(path)[0]["label"]["id"]
    assert client.post(path, {"label_id": used}, expect=400) == {"message": {"error": "Label has already been taken"}}
    assert client.post(path, {"label_id": 1}, expect=400) == {"message": {"error": "Label not found!"}}
    assert "exactly one parameter" in client.post(path, {}, expect=400)["error"]
    assert "mutually exclusive" in client.post(path, {"label_id": used, "milestone_id": 1}, expect=400)["error"]
    assert [entry["position"] for entry in client.get(path)] == [0, 1, 2, 3, 4]
    client.post(f"/groups/{seg(LARKSPUR)}/boards", {"name": board["name"]})  # names may repeat


def test_what_waits_for_its_deletion_answers_and_is_in_the_way(client: Client) -> None:
    account = client.sandbox.account
    group = place_at(account, "groups", LARKSPUR)
    assert group is not None
    account.update("groups", group["id"], marked_for_deletion_on="2026-12-01")
    assert client.get(f"/groups/{group['id']}")["marked_for_deletion_on"] == "2026-12-01"
    again = {"name": "x", "path": "larkspur-mutual", "parent_id": group["parent_id"]}
    assert TAKEN in client.post("/groups", again, expect=400)["message"]
    assert "namespace" in client.post("/projects", {"name": "n", "namespace_id": group["id"]}, expect=400)["message"]
    listed = client.get(f"/groups/{seg(DELIVERY)}/subgroups", active=True, per_page=100)
    assert group["id"] not in [row["id"] for row in listed]


def test_groups_at_the_top_and_projects_of_one_s_own_are_refused(client: Client) -> None:
    client.post("/groups", {"name": "Top", "path": "top"}, expect=403)
    client.post("/projects", {"name": "mine"}, expect=403)
    client.post("/projects", {"namespace_id": 101}, expect=400)
    client.post("/projects", {"name": "x", "namespace_id": 4711}, expect=404)


# limits


def test_the_day_s_creations_run_out(client: Client) -> None:
    readings = client.sandbox.readings
    readings.creations_left_groups, readings.creations_left_projects, readings.creation_wait = 1, 0, 40_000
    parent = client.group(DELIVERY)
    client.post("/groups", {"name": "One", "path": "one", "parent_id": parent})
    response = client.send("POST", "/groups", {"name": "Two", "path": "two", "parent_id": parent})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "40000")
    assert set(response.json()["message"]) == {"error"}
    assert problems("POST", "/groups", response) == []
    assert client.send("POST", "/projects", {"name": "p", "namespace_id": parent}).status_code == 429
    client.get(f"/groups/{seg(f'{DELIVERY}/two')}", expect=404)


def test_uploads_have_a_largest_size_and_groups_may_not_take_them(client: Client) -> None:
    client.sandbox.readings.largest_upload = 10
    address = f"{client.sandbox.url}/api/v4/projects/{seg(SOW)}/uploads"
    assert client.session.post(address, files={"file": ("a", b"x" * 11)}, timeout=10).status_code == 413
    assert client.session.post(address, files={"data": ("a", b"x")}, timeout=10).json() == {"error": "file is missing"}
    client.sandbox.readings.group_uploads = False
    assert client.upload(f"/groups/{seg(LARKSPUR)}/uploads", "a", b"x", expect=404) == {"error": "404 Not Found"}


# plans


@pytest.mark.parametrize(("plan", "expect"), [("free", 403), ("premium", 200), ("ultimate", 200)])
def test_iterations_and_burndown_want_premium(plan: str, expect: int) -> None:
    with GitLabSandbox(as_of=AS_OF, plan=plan) as sandbox:  # type: ignore[arg-type]
        client = Client(sandbox)
        client.get(f"/groups/{seg(GROUP)}/iterations", expect=expect)
        made = client.post(f"/groups/{seg(LARKSPUR)}/milestones", {"title": "M"})
        client.get(f"/groups/{seg(LARKSPUR)}/milestones/{made['id']}/burndown_events", expect=expect)
        client.close()


@pytest.mark.parametrize("status", ["403", "400"])
def test_one_board_on_the_free_plan(status: str) -> None:
    readings = GitLabReadings(second_board=status)  # type: ignore[arg-type]
    with GitLabSandbox(as_of=AS_OF, plan="free", readings=readings) as sandbox:
        client = Client(sandbox)
        client.post(f"/groups/{seg(LARKSPUR)}/boards", {"name": "second"}, expect=int(status))
        parent = client.group(DELIVERY)
        group = client.post("/groups", {"name": "Acme", "path": "acme", "parent_id": parent})["id"]
        board = client.post(f"/groups/{group}/boards", {"name": "first"})["id"]
        client.post(f"/groups/{group}/boards/{board}/lists", {"milestone_id": 1}, expect=403)
        template = {"name": "t", "namespace_id": group, "use_custom_template": True, "template_project_id": 20001}
        assert client.post("/projects", template)["import_status"] == "none"
        client.close()


def test_iteration_states_are_numbers(client: Client) -> None:
    every = client.get(f"/groups/{seg(LARKSPUR)}/iterations")
    assert {row["state"] for row in every} == {1, 2, 3}
    assert {row["title"] for row in every} == {None}
    current = client.get(f"/projects/{seg(SOW)}/iterations", state="current")
    assert [row["state"] for row in current] == [2]
    assert client.get(f"/groups/{seg(LARKSPUR)}/iterations", include_ancestors=False) == []
