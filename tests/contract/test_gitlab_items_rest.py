"""Issues and epics of the practice GitLab over REST: made, changed, limited by plan and role."""

from __future__ import annotations

from typing import Any

import pytest
from gitlab_items_space import PLAN, SOW, Space, gid, seg
from hypothesis import given, settings
from hypothesis import strategies as st

ISSUES = f"/projects/{seg(PLAN)}/issues"
PAID = {
    "free": set(),
    "premium": {"weight", "epic", "epic_iid", "iteration"},
    "ultimate": {"weight", "epic", "epic_iid", "iteration", "health_status"},
}


@pytest.fixture
def space() -> Space:
    return Space()


# -- labels -----------------------------------------------------------------------------------------------------


def test_an_unknown_label_silently_becomes_one_of_the_project(space: Space) -> None:
    known = space.label("SOW-1")
    made = space.issue(labels="SOW-1, Activity,Sow-1")
    assert made["labels"] == ["Activity", "SOW-1", "Sow-1"]
    own = {row["name"]: row for row in space.ask("GET", f"/projects/{seg(PLAN)}/labels")}
    assert own["SOW-1"]["id"] == known
    assert [own[name]["is_project_label"] for name in ("SOW-1", "Activity", "Sow-1")] == [False, True, True]
    assert space.ask("GET", "/groups/ps/labels") != []
    assert "Activity" not in [row["name"] for row in space.ask("GET", "/groups/ps/labels")]


def test_a_guest_makes_no_labels(space: Space) -> None:
    space.label("known")
    assert space.issue(labels=["known", "new"], who="guest")["labels"] == ["known"]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"labels": "c"}, ["c"]),
        ({"labels": ["c", "a"]}, ["a", "c"]),
        ({"labels": ""}, []),
        ({"add_labels": "c"}, ["a", "b", "c"]),
        ({"remove_labels": "a"}, ["b"]),
        ({"add_labels": ["c"], "remove_labels": "a,nobody"}, ["b", "c"]),
        ({"title": "New"}, ["a", "b"]),
    ],
)
def test_labels_are_replaced_or_changed_by_deltas(space: Space, change: dict[str, Any], left: list[str]) -> None:
    made = space.issue(labels="a,b")
    assert space.ask("PUT", f"{ISSUES}/{made['iid']}", change)["labels"] == left


@pytest.mark.parametrize(("plan", "left"), [("free", ["PM::ann", "PM::bob", "x"]), ("premium", ["PM::bob", "x"])])
def test_scoped_labels_exclude_each_other_only_where_paid(plan: str, left: list[str]) -> None:
    space = Space(plan)
    made = space.issue(labels="PM::ann,x")
    assert space.ask("PUT", f"{ISSUES}/{made['iid']}", {"add_labels": "PM::bob"})["labels"] == left


@settings(max_examples=20, deadline=None)
@given(
    plan=st.sampled_from(["free", "premium"]),
    changes=st.lists(
        st.dictionaries(
            st.sampled_from(["labels", "add_labels", "remove_labels"]),
            st.lists(st.sampled_from(["PM::ann", "PM::bob", "PM::cy", "x", "y"]), unique=True),
            min_size=1,
        ),
        max_size=4,
    ),
)
def test_labels_follow_set_arithmetic_and_paid_scopes_hold_one(plan: str, changes: list[dict[str, list[str]]]) -> None:
    space = Space(plan)
    made = space.issue()
    expected: set[str] = set()
    for change in changes:
        expected = set(change.get("labels", expected)) | set(change.get("add_labels", ()))
        expected -= set(change.get("remove_labels", ()))
        found = set(space.ask("PUT", f"{ISSUES}/{made['iid']}", change)["labels"])
        if plan == "free":
            assert found == expected
        else:
            assert len([name for name in found if name.startswith("PM::")]) <= 1
            assert found <= expected
            assert found & {"x", "y"} == expected & {"x", "y"}
        expected = found


def test_the_scope_is_everything_before_the_last_colons(space: Space) -> None:
    made = space.issue(labels="a::b::1,a::2,::x,y::")
    changed = space.ask("PUT", f"{ISSUES}/{made['iid']}", {"add_labels": "a::b::3"})
    assert changed["labels"] == ["::x", "a::2", "a::b::3", "y::"]


# -- people, plans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("plan", "names"), [("free", ["planner"]), ("premium", ["planner", "guest"])])
def test_further_assignees_are_dropped_below_premium(plan: str, names: list[str]) -> None:
    space = Space(plan)
    ids = [space.users[name]["id"] for name in ("planner", "guest", "stranger")]
    made = space.issue(assignee_ids=ids)
    assert [user["id"] for user in made["assignees"]] == [space.users[name]["id"] for name in names]
    assert space.ask("PUT", f"{ISSUES}/{made['iid']}", {"assignee_ids": [0]})["assignees"] == []


@pytest.mark.parametrize("plan", PAID)
def test_what_a_plan_lacks_is_absent_and_not_null(plan: str) -> None:
    space = Space(plan)
    made = space.issue(weight=3)
    everything = PAID["ultimate"]
    assert everything & made.keys() == PAID[plan]
    assert made.get("weight") == (3 if plan != "free" else None)
    assert everything & space.ask("GET", ISSUES)[0].keys() == PAID[plan]


def test_weight_can_be_refused_instead_of_ignored() -> None:
    space = Space("free", weight_without_plan="refused")
    assert space.ask("POST", ISSUES, {"title": "x", "weight": 1}, expect=400)["message"]["weight"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/groups/ps/epics"),
        ("GET", "/groups/ps/-/epics"),
        ("POST", "/groups/ps/epics"),
        ("GET", "/groups/ps/epics/1"),
        ("GET", "/groups/ps/epics/1/issues"),
        ("GET", "/groups/ps/epics/7001/notes"),
    ],
)
def test_epics_are_403_without_the_plan_and_404_in_a_hidden_group(method: str, path: str) -> None:
    body = {"title": "E"} if method == "POST" else None
    free = Space("free")
    assert free.ask(method, path, body, expect=403) == {"message": "403 Forbidden"}
    assert Space().ask(method, path, body, who="stranger", expect=404) == {"message": "404 Group Not Found"}


@pytest.mark.parametrize(("plan", "status"), [("premium", 403), ("ultimate", 200)])
@pytest.mark.parametrize("room", ["epics", "related_epics"])
def test_child_and_related_epics_need_ultimate(plan: str, status: int, room: str) -> None:
    space = Space(plan)
    epic = space.epic()
    space.ask("GET", f"/groups/ps/epics/{epic['iid']}/{room}", expect=status)


# -- rights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "make", "change", "epic"),
    [
        ("full", 201, 200, 201),
        ("planner", 201, 200, 201),
        ("guest", 201, 403, 403),
        ("stranger", 404, 404, 404),
        ("reader", 403, 403, 403),
        ("job", 401, 401, 401),
        ("expired", 401, 401, 401),
        ("customer", 404, 404, 403),
    ],
)
def test_who_may_make_and_change(space: Space, who: str, make: int, change: int, epic: int) -> None:
    made = space.issue()
    space.ask("POST", ISSUES, {"title": "x"}, who=who, expect=make)
    space.ask("PUT", f"{ISSUES}/{made['iid']}", {"labels": "x"}, who=who, expect=change)
    space.ask("POST", "/groups/ps/epics", {"title": "x"}, who=who, expect=epic)


def test_an_author_changes_text_and_state_but_no_metadata(space: Space) -> None:
    made = space.issue(who="guest", labels="")
    changed = space.ask(
        "PUT", f"{ISSUES}/{made['iid']}", {"title": "Mine", "labels": "a", "state_event": "close"}, who="guest"
    )
    assert (changed["title"], changed["labels"], changed["state"]) == ("Mine", [], "closed")


def test_a_job_token_reads_project_issues_and_nothing_else(space: Space) -> None:
    made = space.issue()
    assert space.ask("GET", ISSUES, who="job")[0]["id"] == made["id"]
    assert space.ask("GET", f"{ISSUES}/{made['iid']}", who="job")["id"] == made["id"]
    for path in ("/groups/ps/issues", f"{ISSUES}/{made['iid']}/notes", "/groups/ps/epics"):
        assert space.send("GET", path, who="job").status_code in (401, 404)


def test_a_confidential_issue_is_for_planners_and_those_it_concerns(space: Space) -> None:
    secret = space.issue("secret", confidential=True, assignee_ids=[space.users["guest"]["id"]])
    other = space.issue("other", confidential=True)
    assert [row["id"] for row in space.ask("GET", ISSUES, who="guest")] == [secret["id"]]
    space.ask("GET", f"{ISSUES}/{other['iid']}", who="guest", expect=404)
    assert len(space.ask("GET", ISSUES, who="planner")) == 2


def test_an_epic_that_somebody_may_not_see_does_not_show_in_their_issue(space: Space) -> None:
    epic = space.epic("Customer Epic with internal words")
    issue = space.issue(project=SOW, epic_id=epic["id"])
    assert space.read(issue)["epic"]["id"] == epic["id"]
    theirs = space.read(issue, who="customer")
    assert (theirs["epic"], theirs["epic_iid"]) == (None, None)
    parent = """query($id: WorkItemID!) { workItem(id: $id) { widgets(onlyTypes: [HIERARCHY]) {
      ... on WorkItemWidgetHierarchy { parent { title } hasParent ancestors { nodes { title } } } } } }"""
    (widget,) = space.data(parent, who="customer", id=gid(issue))["workItem"]["widgets"]
    assert widget == {"parent": None, "hasParent": False, "ancestors": {"nodes": []}}
    notes = f"/projects/{seg(SOW)}/issues/{issue['iid']}/notes"
    assert "internal words" not in str(space.ask("GET", notes, who="customer"))


def test_a_decoded_slash_leads_nowhere(space: Space) -> None:
    assert space.send("GET", "/projects/ps/plan/issues").status_code == 404
    assert space.send("GET", f"/projects/{seg(PLAN)}/issues").status_code == 200


# -- changes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"error": "title is missing"}),
        ({"title": " "}, {"message": {"title": ["can't be blank"]}}),
        ({"title": "x" * 256}, {"message": {"title": ["is too long (maximum is 255 characters)"]}}),
        ({"title": "x", "weight": -1}, {"message": {"weight": ["must be greater than or equal to 0"]}}),
        ({"title": "x", "due_date": "soon"}, {"error": "due_date is invalid"}),
        ({"title": "x", "issue_type": "bug"}, {"error": "issue_type does not have a valid value"}),
        (
            {"title": "x", "start_date": "2026-12-02", "due_date": "2026-12-01"},
            {"message": {"due_date": ["must be greater than or equal to start date"]}},
        ),
    ],
)
def test_wrong_issues_are_refused_in_the_documented_shapes(
    space: Space, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert space.ask("POST", ISSUES, body, expect=400) == expected
    assert space.ask("GET", ISSUES) == []


def test_numbers_count_by_place_and_ids_over_all(space: Space) -> None:
    first, second = space.issue(), space.issue(project=SOW)
    third = space.issue()
    assert [row["iid"] for row in (first, second, third)] == [1, 1, 2]
    assert len({row["id"] for row in (first, second, third)}) == 3
    epic = space.epic()
    assert epic["iid"] == 1
    assert len({epic["id"], epic["work_item_id"], epic["iid"]}) == 3


def test_an_owner_presets_the_number_once_and_others_cannot(space: Space) -> None:
    assert space.issue(iid=40)["iid"] == 40
    assert space.ask("POST", ISSUES, {"title": "x", "iid": 40}, expect=409) == {"message": "Duplicated issue"}
    assert space.issue(iid=40, who="planner")["iid"] == 41


def test_nothing_guards_an_issue_against_being_made_twice(space: Space) -> None:
    assert space.issue("same")["iid"] != space.issue("same")["iid"]


def test_the_last_writer_wins_and_the_time_moves(space: Space) -> None:
    made = space.issue(description="one")
    space.ask("PUT", f"{ISSUES}/{made['iid']}", {"description": "two"}, who="planner")
    now = space.ask("PUT", f"{ISSUES}/{made['iid']}", {"description": "three"})
    assert now["description"] == "three"
    assert now["updated_at"] > made["updated_at"]
    set_back = {"title": "x", "updated_at": "2026-01-01T00:00:00.000Z"}
    assert space.ask("PUT", f"{ISSUES}/{made['iid']}", set_back)["updated_at"] == "2026-01-01T00:00:00.000Z"


def test_an_update_needs_something_to_change(space: Space) -> None:
    made = space.issue()
    wrong = space.ask("PUT", f"{ISSUES}/{made['iid']}", {}, expect=400)
    assert wrong["error"].endswith("are missing, at least one parameter must be provided")


def test_closing_and_reopening(space: Space) -> None:
    made = space.issue()
    closed = space.ask("PUT", f"{ISSUES}/{made['iid']}", {"state_event": "close"})
    assert (closed["state"], closed["closed_by"]["username"]) == ("closed", "rcastellano")
    assert closed["closed_at"]
    again = space.ask("PUT", f"{ISSUES}/{made['iid']}", {"state_event": "reopen"})
    assert (again["state"], again["closed_at"], again["closed_by"]) == ("opened", None, None)


def test_an_undeclared_parameter_vanishes_and_is_noted(space: Space) -> None:
    made = space.issue(health_status="on_track", iteration_id=4)
    assert (made["health_status"], made["iteration"]) == (None, None)
    assert space.violations == ["unknown parameter 'health_status'", "unknown parameter 'iteration_id'"]


def test_a_milestone_out_of_reach_is_dropped(space: Space) -> None:
    from psdm_cli.sandbox.gitlab import tables

    near = tables.make_milestone(space.account, space.ps, "SOW-1", "2026-11-02T09:00:00.000Z")
    far = tables.make_milestone(space.account, space.open, "Far", "2026-11-02T09:00:00.000Z")
    assert space.issue(milestone_id=near["id"])["milestone"]["title"] == "SOW-1"
    assert space.issue(milestone="SOW-1")["milestone"]["id"] == near["id"]
    assert space.issue(milestone_id=far["id"])["milestone"] is None
    both = {"title": "x", "milestone": "SOW-1", "milestone_id": near["id"]}
    assert "mutually exclusive" in space.ask("POST", ISSUES, both, expect=400)["error"]


def test_time_is_estimated_and_spent(space: Space) -> None:
    at = f"{ISSUES}/{space.issue()['iid']}"
    assert space.ask("POST", f"{at}/time_estimate", {"duration": "1w 3h30m"}, expect=200)["time_estimate"] == 156600
    assert space.ask("POST", f"{at}/add_spent_time", {"duration": "2h"})["human_total_time_spent"] == "2h"
    assert space.ask("POST", f"{at}/add_spent_time", {"duration": "-30m"})["total_time_spent"] == 5400
    assert "error" in space.ask("POST", f"{at}/add_spent_time", {"duration": "long"}, expect=400)
    assert "message" in space.ask("POST", f"{at}/add_spent_time", {"duration": "-9h"}, expect=400)
    stats = space.ask("GET", f"{at}/time_stats")
    assert (stats["human_time_estimate"], stats["human_total_time_spent"]) == ("1w 3h 30m", "1h 30m")


# -- epics ------------------------------------------------------------------------------------------------------


def test_an_epic_is_made_changed_and_closed_without_its_children(space: Space) -> None:
    parent = space.epic("SOW-1 Larkspur", labels=["SOW-1"], description="text")
    child = space.epic("Activity", group="ps/lark", parent_id=parent["id"])
    assert (child["parent_id"], child["parent_iid"], child["group_id"]) == (
        parent["id"],
        parent["iid"],
        space.lark["id"],
    )
    change = {"add_labels": "x", "remove_labels": "SOW-1", "state_event": "close", "title": "T"}
    closed = space.ask("PUT", f"/groups/ps/-/epics/{parent['iid']}", change)
    assert (closed["labels"], closed["state"], closed["title"]) == (["x"], "closed", "T")
    assert space.ask("GET", f"/groups/{seg('ps/lark')}/epics/{child['iid']}")["state"] == "opened"
    assert space.ask("GET", "/groups/ps/labels?search=SOW-1")[0]["name"] == "SOW-1"


def test_an_epics_dates_stay_only_when_they_are_fixed(space: Space) -> None:
    fixed = {"start_date_fixed": "2026-12-01", "start_date_is_fixed": True, "due_date_fixed": "2026-12-31"}
    epic = space.epic(**fixed)
    assert (epic["start_date"], epic["due_date"], epic["due_date_fixed"]) == ("2026-12-01", None, "2026-12-31")
    space.issue(epic_id=epic["id"], start_date="2026-11-01", due_date="2027-02-01")
    space.issue(epic_id=epic["id"], due_date="2027-01-01")
    now = space.ask("GET", f"/groups/ps/epics/{epic['iid']}")
    assert (now["start_date"], now["due_date"]) == ("2026-12-01", "2027-02-01")
    assert now["start_date_from_inherited_source"] == "2026-11-01"
    pinned = space.ask("PUT", f"/groups/ps/epics/{epic['iid']}", {"due_date_is_fixed": True})
    assert pinned["due_date"] == "2026-12-31"


def test_the_list_goes_down_into_subgroups_unless_told(space: Space) -> None:
    high, low = space.epic("high"), space.epic("low", group="ps/lark")
    ids = {name: row["id"] for name, row in (("high", high), ("low", low))}
    for query, names in (
        ("", {"high", "low"}),
        ("?include_descendant_groups=false", {"high"}),
        ("?search=HIGH", {"high"}),
        ("?state=closed", set()),
    ):
        assert {row["id"] for row in space.ask("GET", f"/groups/ps/epics{query}")} == {ids[name] for name in names}
    above = space.ask("GET", f"/groups/{seg('ps/lark')}/epics?include_ancestor_groups=true")
    assert {row["id"] for row in above} == set(ids.values())


def test_issues_are_attached_moved_and_detached(space: Space) -> None:
    first, second = space.epic("first"), space.epic("second")
    issue = space.issue()
    at = f"/groups/ps/epics/{first['iid']}/issues"
    bond = space.ask("POST", f"{at}/{issue['id']}")
    assert (bond["epic"]["id"], bond["issue"]["epic"]["id"]) == (first["id"], first["id"])
    assert space.ask("POST", f"{at}/{issue['id']}", expect=409)
    space.ask("POST", f"/groups/ps/epics/{second['iid']}/issues/{issue['id']}")
    assert space.ask("GET", at) == []
    (listed,) = space.ask("GET", f"/groups/ps/epics/{second['iid']}/issues")
    assert listed["epic_issue_id"] not in (issue["id"], issue["iid"])
    space.ask("DELETE", f"/groups/ps/epics/{second['iid']}/issues/{issue['id']}", expect=404)
    space.ask("DELETE", f"/groups/ps/epics/{second['iid']}/issues/{listed['epic_issue_id']}")
    assert space.read(issue)["epic"] is None
    assert space.ask("POST", f"{at}/{issue['iid']}", expect=404)


def test_children_and_relations_of_epics(space: Space) -> None:
    one, two = space.epic("one"), space.epic("two", group="ps/lark")
    at = f"/groups/ps/epics/{one['iid']}"
    assert space.ask("POST", f"{at}/epics/{two['id']}")["parent_id"] == one["id"]
    assert space.ask("POST", f"{at}/epics/{two['id']}", expect=409)
    assert [row["id"] for row in space.ask("GET", f"{at}/epics")] == [two["id"]]
    circle = space.send("PUT", f"/groups/ps/epics/{one['iid']}", {"parent_id": two["id"]})
    assert circle.status_code == 422
    assert space.ask("DELETE", f"{at}/epics/{two['id']}")["parent_id"] is None
    target = {"target_group_id": "ps/lark", "target_epic_iid": two["iid"], "link_type": "blocks"}
    link = space.ask("POST", f"{at}/related_epics", target)
    assert space.ask("POST", f"{at}/related_epics", target, expect=409)
    (seen,) = space.ask("GET", f"/groups/{seg('ps/lark')}/epics/{two['iid']}/related_epics")
    assert (seen["related_epic_link_id"], seen["link_type"], seen["id"]) == (link["id"], "is_blocked_by", one["id"])
    space.ask("DELETE", f"{at}/related_epics/{link['id']}")
    assert space.ask("GET", f"{at}/related_epics") == []


def test_a_wrong_epic_for_an_issue_is_refused(space: Space) -> None:
    epic = space.epic()
    task = space.issue(issue_type="task")
    space.ask("POST", ISSUES, {"title": "x", "epic_id": epic["work_item_id"]}, expect=404)
    refused = space.ask("PUT", f"{ISSUES}/{task['iid']}", {"epic_id": epic["id"]}, expect=422)
    assert "cannot be added" in refused["message"]
    assert space.ask("PUT", f"{ISSUES}/{space.issue(epic_id=epic['id'])['iid']}", {"epic_id": None})["epic"] is None


def test_a_deleted_epic_is_gone_everywhere(space: Space) -> None:
    epic = space.epic()
    issue = space.issue(epic_id=epic["id"])
    space.ask("DELETE", f"/groups/ps/epics/{epic['iid']}", who="planner", expect=403)
    space.ask("DELETE", f"/groups/ps/epics/{epic['iid']}", expect=204)
    assert space.read(issue)["epic"] is None
    assert space.graphql("query($id: WorkItemID!) { workItem(id: $id) { iid } }", id=gid(epic))["data"] == {
        "workItem": None
    }


# -- DORA and the hidden list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "who", "query", "status"),
    [
        ("ultimate", "full", "metric=deployment_frequency", 200),
        ("ultimate", "full", "metric=change_failure_rate&interval=monthly", 200),
        ("ultimate", "guest", "metric=deployment_frequency", 401),
        ("premium", "full", "metric=deployment_frequency", 401),
        ("free", "full", "metric=deployment_frequency", 401),
        ("ultimate", "full", "metric=deployment_frequency&start_date=2026-11-02&end_date=2026-11-01", 400),
        ("ultimate", "full", "metric=deployment_frequency&environment_tiers[]=moon", 400),
        ("ultimate", "full", "metric=speed", 400),
        ("ultimate", "stranger", "metric=deployment_frequency", 404),
    ],
)
def test_dora_says_401_for_a_missing_licence_or_role(plan: str, who: str, query: str, status: int) -> None:
    space = Space(plan)
    for place in ("/groups/ps", f"/projects/{seg(PLAN)}"):
        body = space.ask("GET", f"{place}/dora/metrics?{query}", who=who, expect=status)
        if status == 401:
            assert body == {"message": "You do not have permission to access dora metrics."}
    assert space.ask("GET", "/user", who="full")["username"] == "rcastellano"


@pytest.mark.parametrize(("reading", "status"), [("off", 403), ("absent", 404)])
def test_the_hidden_list_names_its_flag_or_is_not_there(reading: str, status: int) -> None:
    body = Space(work_item_rest_api=reading).ask("GET", "/namespaces/ps/-/work_items?per_page=1", expect=status)
    assert ("work_item_rest_api" in str(body)) == (status == 403)
