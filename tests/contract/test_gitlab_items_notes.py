"""Notes and links of the practice GitLab: internal ones, global epic ids, one link for each pair."""

from __future__ import annotations

import pytest
from gitlab_items_space import PLAN, SOW, Space, seg

ISSUES = f"/projects/{seg(PLAN)}/issues"


@pytest.fixture
def space() -> Space:
    return Space()


def test_internal_notes_are_for_planners(space: Space) -> None:
    at = f"{ISSUES}/{space.issue()['iid']}/notes"
    note = space.ask("POST", at, {"body": "Margin 20 %", "internal": True})
    assert (note["internal"], note["confidential"], note["system"]) == (True, True, False)
    space.ask("POST", at, {"body": "For all"}, who="guest")
    space.ask("POST", at, {"body": "x", "internal": True}, who="guest", expect=403)
    assert [row["body"] for row in space.ask("GET", at)] == ["For all", "Margin 20 %"]
    assert [row["body"] for row in space.ask("GET", f"{at}?sort=asc", who="guest")] == ["For all"]


def test_notes_count_and_move_the_issues_time_but_not_its_version(space: Space) -> None:
    made = space.issue()
    before = space.account.row("work_items", made["id"])["lock_version"]
    space.ask("POST", f"{ISSUES}/{made['iid']}/notes", {"body": "hello"})
    now = space.read(made)
    assert now["user_notes_count"] == 1
    assert now["updated_at"] > made["updated_at"]
    assert space.account.row("work_items", made["id"])["lock_version"] == before


@pytest.mark.parametrize(("body", "status"), [("", 400), ("  \n", 400), ("x" * 1_000_001, 400), ("ok", 201)])
def test_what_a_note_may_hold(space: Space, body: str, status: int) -> None:
    space.ask("POST", f"{ISSUES}/{space.issue()['iid']}/notes", {"body": body}, expect=status)


def test_a_note_twice_is_two_notes_and_a_note_can_be_edited_by_its_author(space: Space) -> None:
    at = f"{ISSUES}/{space.issue()['iid']}/notes"
    one, two = (space.ask("POST", at, {"body": "same"}, who="guest") for _ in range(2))
    assert one["id"] != two["id"]
    assert space.ask("PUT", f"{at}/{one['id']}", {"body": "other"}, who="guest")["body"] == "other"
    space.ask("PUT", f"{at}/{one['id']}", {"body": "x"}, who="planner", expect=403)
    assert space.ask("PUT", f"{at}/{two['id']}", {"body": "moderated"})["body"] == "moderated"
    space.ask("PUT", f"{at}/999", {"body": "x"}, expect=404)
    assert len(space.ask("GET", at)) == 2


def test_activity_and_comments_are_told_apart(space: Space) -> None:
    made = space.issue()
    at = f"{ISSUES}/{made['iid']}"
    space.ask("PUT", at, {"title": "Other", "due_date": "2026-12-01"})
    space.ask("POST", f"{at}/notes", {"body": "words"})
    activity = space.ask("GET", f"{at}/notes?activity_filter=only_activity")
    assert {row["body"] for row in activity} == {
        "changed title from **An issue** to **Other**",
        "changed due date to 2026-12-01",
    }
    assert [row["body"] for row in space.ask("GET", f"{at}/notes?activity_filter=only_comments")] == ["words"]
    assert len(space.ask("GET", f"{at}/notes")) == 3


def test_a_page_holds_fewer_where_a_note_names_what_is_hidden(space: Space) -> None:
    made, secret = space.issue(project=SOW), space.issue("secret")
    at = f"/projects/{seg(SOW)}/issues/{made['iid']}"
    space.ask("POST", f"{at}/notes", {"body": "words"}, who="customer")
    space.ask("POST", f"{at}/links", {"target_project_id": PLAN, "target_issue_iid": secret["iid"]})
    assert [row["system"] for row in space.ask("GET", f"{at}/notes")] == [True, False]
    page = space.send("GET", f"{at}/notes?per_page=1", who="customer")
    assert (page.json(), page.headers["X-Total"]) == ([], "2")
    (second,) = space.ask("GET", f"{at}/notes?per_page=1&page=2", who="customer")
    assert second["body"] == "words"


def test_nothing_changes_in_an_archived_project(space: Space) -> None:
    made = space.issue(who="guest")
    at = f"{ISSUES}/{made['iid']}"
    space.account.update("projects", space.plan["id"], archived=True)
    for method, path, body in (
        ("POST", ISSUES, {"title": "x"}),
        ("PUT", at, {"title": "x"}),
        ("POST", f"{at}/notes", {"body": "x"}),
        ("POST", f"{at}/time_estimate", {"duration": "1h"}),
    ):
        for who in ("full", "guest"):
            space.ask(method, path, body, who=who, expect=403)
    assert space.read(made)["title"] == made["title"]


def test_epic_notes_take_the_global_id_and_an_iid_hits_nothing(space: Space) -> None:
    epic = space.epic()
    note = space.ask("POST", f"/groups/ps/epics/{epic['id']}/notes", {"body": "links"})
    assert (note["noteable_id"], note["noteable_iid"], note["noteable_type"]) == (epic["id"], epic["iid"], "Epic")
    assert [row["id"] for row in space.ask("GET", f"/groups/ps/-/epics/{epic['id']}/notes")] == [note["id"]]
    space.ask("GET", f"/groups/ps/epics/{epic['iid']}/notes", expect=404)
    space.ask("POST", f"/groups/{seg('ps/lark')}/epics/{epic['id']}/notes", {"body": "x"}, expect=404)


def test_an_iid_that_is_some_epics_id_hits_that_one(space: Space) -> None:
    one = space.epic("one")
    two = space.epic("two")
    space.account.update("work_items", two["work_item_id"], iid=one["id"])
    space.ask("POST", f"/groups/ps/epics/{one['id']}/notes", {"body": "astray"})
    assert space.ask("GET", f"/groups/ps/epics/{two['id']}/notes") == []


def test_a_locked_discussion_is_for_members(space: Space) -> None:
    at = f"/projects/{seg('open/lib')}/issues"
    issue = space.issue(project="open/lib", who="stranger")
    space.ask("POST", f"{at}/{issue['iid']}/notes", {"body": "hello"}, who="stranger")
    space.account.update("work_items", issue["id"], discussion_locked=True)
    space.ask("POST", f"{at}/{issue['iid']}/notes", {"body": "hello"}, who="stranger", expect=403)


# -- links ------------------------------------------------------------------------------------------------------


def test_links_are_one_for_each_pair_and_seen_from_both_ends(space: Space) -> None:
    one, two = space.issue("one"), space.issue("two", project=SOW)
    target = {"target_project_id": SOW, "target_issue_iid": two["iid"], "link_type": "blocks"}
    link = space.ask("POST", f"{ISSUES}/{one['iid']}/links", target)
    assert (link["source_issue"]["id"], link["target_issue"]["id"], link["link_type"]) == (
        one["id"],
        two["id"],
        "blocks",
    )
    assert space.ask("POST", f"{ISSUES}/{one['iid']}/links", target, expect=409)
    back = {"target_project_id": one["project_id"], "target_issue_iid": one["iid"]}
    assert space.ask("POST", f"/projects/{seg(SOW)}/issues/{two['iid']}/links", back, expect=409)
    (seen,) = space.ask("GET", f"/projects/{seg(SOW)}/issues/{two['iid']}/links")
    assert (seen["id"], seen["link_type"], seen["issue_link_id"]) == (one["id"], "is_blocked_by", link["id"])
    assert space.ask("GET", f"/projects/{seg(SOW)}/issues/{two['iid']}/links", who="customer") == []
    space.ask("DELETE", f"{ISSUES}/{one['iid']}/links/{link['id']}", who="stranger", expect=404)
    assert space.ask("DELETE", f"{ISSUES}/{one['iid']}/links/{link['id']}")["id"] == link["id"]
    assert space.ask("GET", f"{ISSUES}/{one['iid']}/links") == []


@pytest.mark.parametrize(("reading", "status", "kind"), [("refused", 403, None), ("relates", 201, "relates_to")])
def test_blocking_needs_the_plan(reading: str, status: int, kind: str | None) -> None:
    space = Space("free", link_without_plan=reading)
    one, two = space.issue("one"), space.issue("two")
    target = {"target_project_id": two["project_id"], "target_issue_iid": two["iid"], "link_type": "blocks"}
    assert space.ask("POST", f"{ISSUES}/{one['iid']}/links", target, expect=status).get("link_type") == kind


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ({"target_project_id": 1, "target_issue_iid": 1}, 404),
        ({"target_project_id": PLAN, "target_issue_iid": 99}, 404),
        ({"target_project_id": PLAN}, 400),
        ({"target_project_id": PLAN, "target_issue_iid": 1}, 409),
        ({"target_project_id": PLAN, "target_issue_iid": 2, "link_type": "likes"}, 400),
    ],
)
def test_links_that_cannot_be(space: Space, target: dict[str, object], status: int) -> None:
    made = space.issue()
    space.ask("POST", f"{ISSUES}/{made['iid']}/links", target, expect=status)
