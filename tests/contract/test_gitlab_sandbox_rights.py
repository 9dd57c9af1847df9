"""Who may what in the GitLab sandbox: credentials, scopes, visibility, roles, and the errors that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from gitlab_sandbox_client import DELIVERY, GROUP, LARKSPUR, PARTNER, PS_PLAN, SOW, Client, seg

from psdm_cli.sandbox.gitlab import GitLabSandbox
from psdm_cli.sandbox.gitlab.tables import make_group, make_member, make_project, place_at

AS_OF = date(2026, 11, 23)
FORBIDDEN = {"message": "403 Forbidden"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[GitLabSandbox]:
    with GitLabSandbox(as_of=AS_OF) as running:
        yield running


@pytest.fixture(scope="module")
def as_(sandbox: GitLabSandbox) -> Iterator[Callable[..., Client]]:
    made: dict[tuple[str, bool], Client] = {}

    def persona(name: str, bearer: bool = False) -> Client:
        return made.setdefault((name, bearer), Client(sandbox, name, bearer=bearer))

    yield persona
    for client in made.values():
        client.close()


As = Callable[..., Client]


@pytest.mark.parametrize(
    "persona", ["full", "planner", "reader", "guest", "stranger", "customer", "group-bot", "oauth"]
)
def test_a_token_is_somebody_s_and_works_as_bearer(as_: As, persona: str) -> None:
    me = as_(persona, bearer=True).get("/user")
    assert "is_admin" not in me
    assert (me["bot"], me["state"]) == (persona == "group-bot", "active")


def test_an_oauth_token_counts_as_bearer_only(as_: As) -> None:
    assert as_("oauth").get("/user", expect=401) == {"message": "401 Unauthorized"}


def test_what_credentials_are_refused_with(as_: As) -> None:
    assert as_("nobody-knows-me").get("/user", expect=401) == {"message": "401 Unauthorized"}
    assert as_("").get("/user", expect=401) == {"message": "401 Unauthorized"}
    assert as_("expired").get("/user", expect=401)["error"] == "invalid_token"
    assert as_("").get(f"/groups/{seg(GROUP)}", expect=404) == {"message": "404 Group Not Found"}
    assert as_("").post("/groups", {"name": "a", "path": "a"}, expect=401) == {"message": "401 Unauthorized"}


def test_a_revoked_token(sandbox: GitLabSandbox, as_: As) -> None:
    token = sandbox.account.find("tokens", "token_name", "guest")[0]
    sandbox.account.update("tokens", token["id"], revoked=True)
    answer = as_("guest").get("/user", expect=401)
    assert answer["error_description"].startswith("Token was revoked")
    sandbox.account.update("tokens", token["id"], revoked=False)
    assert as_("guest").get("/user")["username"] == "swilloughby"


def test_a_reading_token_reads_and_no_more(as_: As) -> None:
    reader = as_("reader")
    assert reader.get("/personal_access_tokens/self")["scopes"] == ["read_api"]
    assert reader.get(f"/projects/{seg(SOW)}")["path"] == "SOW-2301"
    for method, path in (
        ("POST", "/groups"),
        ("PUT", f"/projects/{seg(SOW)}"),
        ("POST", f"/groups/{seg(GROUP)}/labels"),
    ):
        refused = reader.ask(method, path, {}, expect=403)
        assert (refused["error"], refused["scope"]) == ("insufficient_scope", "api")


def test_narrow_scopes(sandbox: GitLabSandbox, as_: As) -> None:
    token = sandbox.account.find("tokens", "token_name", "reader")[0]
    for scopes, path, expect in (
        (["read_user"], "/user", 200),
        (["read_user"], "/metadata", 200),
        (["read_user"], f"/groups/{seg(GROUP)}", 403),
        (["read_repository"], f"/projects/{seg(PS_PLAN)}/repository/files/README.md", 200),
        (["read_repository"], "/user", 403),
        ([], "/personal_access_tokens/self", 200),
    ):
        sandbox.account.update("tokens", token["id"], scopes=scopes)
        more = {"ref": "HEAD"} if "files" in path else {}
        as_("reader").get(path, expect=expect, **more)
    sandbox.account.update("tokens", token["id"], scopes=["read_api"])


def test_a_job_token_is_good_for_almost_nothing(as_: As) -> None:
    job = as_("job")
    assert job.get("/user", expect=401) == {"message": "401 Unauthorized"}
    assert job.get(f"/groups/{seg(GROUP)}", expect=404) == {"message": "404 Group Not Found"}
    assert job.get("/personal_access_tokens/self", expect=400)["message"].startswith("400 Bad request")
    job.post(f"/groups/{seg(GROUP)}/labels", {"name": "x", "color": "red"}, expect=401)
    as_("oauth", bearer=True).get("/personal_access_tokens/self", expect=400)


@pytest.mark.parametrize(
    ("persona", "seen"),
    [
        ("full", {"psg": True, "delivery": True, "larkspur": True, "sow": True, "plan": True, "other": True}),
        ("guest", {"psg": True, "delivery": True, "larkspur": True, "sow": True, "plan": True, "other": True}),
        ("stranger", dict.fromkeys(("psg", "delivery", "larkspur", "sow", "plan", "other"), False)),
        ("customer", {"psg": True, "delivery": True, "larkspur": True, "sow": True, "plan": False, "other": False}),
    ],
)
def test_what_is_not_visible_is_404(as_: As, persona: str, seen: dict[str, bool]) -> None:
    places = {
        "psg": f"/groups/{seg(GROUP)}",
        "delivery": f"/groups/{seg(DELIVERY)}",
        "larkspur": f"/groups/{seg(LARKSPUR)}",
        "sow": f"/projects/{seg(SOW)}",
        "plan": f"/projects/{seg(PS_PLAN)}",
        "other": f"/groups/{seg(f'{DELIVERY}/brightwater-utilities')}",
    }
    for name, path in places.items():
        as_(persona).get(path, expect=200 if seen[name] else 404)


def test_lists_hold_what_is_visible(as_: As) -> None:
    every = as_("full").get(f"/groups/{seg(DELIVERY)}/subgroups", per_page=100)
    assert len(every) > 20
    assert [group["name"] for group in as_("customer").get(f"/groups/{seg(DELIVERY)}/subgroups")] == ["Larkspur Mutual"]
    deep = {"include_subgroups": True}
    shown = {p["path"] for p in as_("customer").get(f"/groups/{seg(GROUP)}/projects", **deep)}
    assert shown == {"SOW-2301", "SOW-2304"}  # their own, and one that was left internal
    assert as_("full").get(f"/groups/{seg(GROUP)}/projects") == []
    assert "ps-plan" in [p["path"] for p in as_("full").get(f"/groups/{seg(GROUP)}/projects", per_page=100, **deep)]
    assert as_("full").get(f"/groups/{seg(PARTNER)}/subgroups") == []


def _label(client: Client, expect: int) -> Any:
    return client.post(f"/groups/{seg(LARKSPUR)}/labels", {"name": f"by {expect}", "color": "red"}, expect=expect)


@pytest.mark.parametrize(
    ("persona", "expect"), [("guest", 403), ("customer", 403), ("stranger", 404), ("planner", 201)]
)
def test_visible_but_refused_is_403(as_: As, persona: str, expect: int) -> None:
    answer = _label(as_(persona), expect)
    assert expect != 403 or answer == FORBIDDEN


def test_a_planner_edits_but_makes_no_groups_projects_or_commits(as_: As) -> None:
    planner, parent = as_("planner"), as_("full").group(DELIVERY)
    group = {"name": "Acme", "path": "acme", "parent_id": parent}
    assert planner.post("/groups", group, expect=403) == FORBIDDEN
    project = {"name": "SOW-1", "namespace_id": as_("full").group(LARKSPUR)}
    assert planner.post("/projects", project, expect=403) == FORBIDDEN
    assert planner.put(f"/projects/{seg(SOW)}", {"description": "x"}, expect=403) == FORBIDDEN
    file = {"branch": "main", "content": "x", "commit_message": "x"}
    assert planner.post(f"/projects/{seg(SOW)}/repository/files/a.md", file, expect=403) == FORBIDDEN
    assert planner.post(f"/projects/{seg(SOW)}/wikis", {"title": "a", "content": "b"}, expect=403) == FORBIDDEN
    assert planner.post(f"/groups/{seg(LARKSPUR)}/boards", {"name": "own"})["name"] == "own"
    assert planner.post(f"/projects/{seg(SOW)}/milestones", {"title": "M1"})["iid"] == 1


def test_a_refused_project_may_also_be_called_an_invalid_namespace(as_: As) -> None:
    readings = as_("planner").sandbox.readings
    readings.namespace_refused = "400"
    project = {"name": "SOW-1", "namespace_id": as_("full").group(LARKSPUR)}
    assert as_("planner").post("/projects", project, expect=400) == {"message": {"namespace": ["is not valid"]}}
    readings.namespace_refused = "403"


def test_levels_of_the_group_decide_who_creates(sandbox: GitLabSandbox, as_: As) -> None:
    group = place_at(sandbox.account, "groups", LARKSPUR)
    assert group is not None
    body = {"name": "nested", "path": "nested", "parent_id": group["id"]}
    bot = as_("group-bot")
    sandbox.account.update("groups", group["id"], subgroup_creation_level="owner", project_creation_level="noone")
    assert bot.post("/groups", body, expect=403) == FORBIDDEN
    assert as_("full").post("/projects", {"name": "n", "namespace_id": group["id"]}, expect=403) == FORBIDDEN
    sandbox.account.update(
        "groups", group["id"], subgroup_creation_level="maintainer", project_creation_level="developer"
    )
    made = bot.post("/groups", body)
    assert [m["access_level"] for m in bot.get(f"/groups/{made['id']}/members")] == [50]


def test_internal_and_public_places_are_open(sandbox: GitLabSandbox, as_: As) -> None:
    top = make_group(sandbox.account, "Open", "open", None, "2026-01-01T00:00:00.000Z", visibility="public")
    make_project(sandbox.account, "inside", "inside", top, "2026-01-01T00:00:00.000Z", visibility="internal")
    assert as_("").get("/groups/open")["visibility"] == "public"
    assert as_("").get("/projects/open%2Finside", expect=404) == {"message": "404 Project Not Found"}
    assert as_("stranger").get("/projects/open%2Finside")["visibility"] == "internal"
    as_("stranger").post("/groups", {"name": "mine", "path": "mine", "parent_id": top["id"]}, expect=403)


def test_members_direct_inherited_and_removed(sandbox: GitLabSandbox, as_: As) -> None:
    full = as_("full")
    direct = full.get(f"/projects/{seg(SOW)}/members")
    assert [(m["username"], m["access_level"]) for m in direct] == [("mhollis", 30)]
    every = full.get(f"/projects/{seg(SOW)}/members/all", per_page=100)
    assert {m["username"]: m["access_level"] for m in every}["rcastellano"] == 50
    assert len(every) == len({m["id"] for m in every}) > 20
    found = full.get(f"/projects/{seg(SOW)}/members/all", query="holl")
    assert [m["name"] for m in found] == ["Merritt Hollis"]
    path = f"/projects/{seg(SOW)}/members/{direct[0]['id']}"
    assert as_("planner").ask("DELETE", path, expect=403) == FORBIDDEN
    assert full.ask("DELETE", path) is None
    assert full.ask("DELETE", path, expect=404) == {"message": "404 Not Found"}
    as_("customer").get(f"/projects/{seg(SOW)}", expect=404)
    project = place_at(sandbox.account, "projects", SOW)
    user = sandbox.account.row("users", direct[0]["id"])
    assert project is not None
    make_member(sandbox.account, project, user, 30, "2026-01-01T00:00:00.000Z", expires_at="2026-11-23")
    as_("customer").get(f"/projects/{seg(SOW)}", expect=404)
    sandbox.account.remove("members", sandbox.account.find("members", "user_id", user["id"])[0]["id"])
    make_member(sandbox.account, project, user, 30, "2026-01-01T00:00:00.000Z", expires_at="2026-11-24")
    as_("customer").get(f"/projects/{seg(SOW)}")


def test_users_are_found_by_their_whole_name_only(as_: As) -> None:
    full = as_("full")
    assert [u["name"] for u in full.get("/users", username="RCastellano")] == ["Robin Castellano"]
    assert full.get("/users", username="castellano") == []
    assert [u["username"] for u in full.get("/users", search="castell")] == ["rcastellano"]
    blocked = full.get("/users", username="openhaligon")
    assert [u["state"] for u in blocked] == ["blocked"]
    assert full.get("/users", username="openhaligon", active=True) == []


def test_a_test_may_refuse_more(sandbox: GitLabSandbox, as_: As) -> None:
    sandbox.refuse("POST", f"/groups/{GROUP}/milestones", "full")
    as_("full").post(f"/groups/{seg(GROUP)}/milestones", {"title": "x"}, expect=403)
    as_("planner").post(f"/groups/{seg(GROUP)}/milestones", {"title": "x"})
