"""Quick actions of the practice GitLab: found where GitLab finds them, carried out with the author's rights."""

from __future__ import annotations

from typing import Any

import pytest
from gitlab_items_space import AT, PLAN, Space, gid, kind, seg
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.quick_action_text import EXECUTED, QUIET, UNMODELLED, extract

ISSUES = f"/projects/{seg(PLAN)}/issues"


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("/close", "", ["close"]),
        ("Done\n\n/close", "Done", ["close"]),
        ("Done\n/close\nbye", "Done\nbye", ["close"]),
        ("/CLOSE  ", "", ["close"]),
        ("   /close", "", ["close"]),
        ("/label ~a ~b\r\n/close\r", "", ["label", "close"]),
        ("/labels ~a\n/estimate_time 3h", "", ["label", "estimate"]),
        ("/shrug", "¯\\＿(ツ)＿/¯", []),
        ("well /close", "well /close", []),
        ("/unknown thing", "/unknown thing", []),
        ("//close", "//close", []),
        ("\\/close", "\\/close", []),
        ("/closed", "/closed", []),
        ("    /close", "    /close", []),
        ("> /close", "> /close", []),
        ("- item\n/close", "- item\n/close", []),
        ("- item\n\n/close", "- item", ["close"]),
        ("`/close`", "`/close`", []),
        ("```\n/close\n```", "```\n/close\n```", []),
        ("```\n/close\n```\n/reopen", "```\n/close\n```", ["reopen"]),
        ("~~~\n/close\n~~~", "~~~\n/close\n~~~", []),
        (">>>\n/close\n>>>", ">>>\n/close\n>>>", []),
        ("<!--\n/close\n-->", "<!--\n/close\n-->", []),
        ("<details>\n/close\n</details>", "<details>\n/close\n</details>", []),
        ("# Heading\n/close", "# Heading", ["close"]),
        ("<br>\n\n/close", "<br>", ["close"]),
        ("<!-- note -->\n/close", "<!-- note -->", ["close"]),
        ("| /close |", "| /close |", []),
        ("/move x/y", "", ["move"]),
        ("/subscribe", "", ["subscribe"]),
    ],
)
def test_where_quick_actions_are_found(text: str, left: str, found: list[str]) -> None:
    kept, commands = extract(text)
    assert [command.name for command in commands] == found
    assert kept == left or (not found and kept == text and "shrug" not in text)


@given(st.text(alphabet="/close \n>`-<!abel~", max_size=40))
def test_a_text_without_commands_is_left_as_it_is_and_a_stripped_one_has_none_twice(text: str) -> None:
    kept, commands = extract(text)
    if not commands and "/shrug" not in text:
        assert kept == text
    assert len(extract(kept)[1]) <= len(commands) + kept.count("/")


def test_the_sets_of_known_actions_do_not_overlap() -> None:
    assert not EXECUTED & QUIET
    assert not (EXECUTED | QUIET) & UNMODELLED


@pytest.fixture
def space() -> Space:
    made = Space()
    made.label("a b")
    made.label("bug")
    tables.make_milestone(made.account, made.ps, "SOW-1", AT)
    box = {"iid": 1, "group_id": made.ps["id"], "title": "Sprint", "description": None, "created_at": AT}
    tables.put(
        made.account, "iterations", box | {"start_date": "2026-11-16", "due_date": "2026-11-29", "updated_at": AT}
    )
    made.epic("the epic")
    return made


TABLE: list[tuple[str, dict[str, Any]]] = [
    ("/close", {"state": "closed"}),
    ("/title New name", {"title": "New name"}),
    ('/label ~"a b" ~bug', {"labels": ["a b", "bug", "old"]}),
    ("/label bug", {"labels": ["bug", "old"]}),
    ("/label ~nowhere", {"labels": ["old"]}),
    ("/unlabel ~old", {"labels": []}),
    ("/unlabel", {"labels": []}),
    ("/relabel ~bug", {"labels": ["bug"]}),
    ("/due 2026-12-24", {"due_date": "2026-12-24"}),
    ("/due tomorrow", {"due_date": "2026-11-24"}),
    ("/due some day", {"due_date": None}),
    ("/weight 5", {"weight": 5}),
    ("/health_status at_risk", {"health_status": "at_risk"}),
    ("/health_status fine", {"health_status": None}),
    ("/confidential", {"confidential": True}),
    ("/lock", {"discussion_locked": True}),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text for text, _ in TABLE])
def test_an_action_in_a_description_or_a_note_changes_the_issue(
    space: Space, text: str, expected: dict[str, Any]
) -> None:
    described = space.issue("By description", labels="old", description=f"Words.\n\n{text}\n")
    assert {name: described[name] for name in expected} == expected
    assert described["description"] == "Words."
    noted = space.issue("By note", labels="old")
    space.ask("POST", f"{ISSUES}/{noted['iid']}/notes", {"body": f"Words.\n{text}"})
    now = space.read(noted)
    assert {name: now[name] for name in expected} == expected
    assert [
        note["body"] for note in space.ask("GET", f"{ISSUES}/{noted['iid']}/notes?activity_filter=only_comments")
    ] == ["Words."]


def test_what_ties_issues_to_others(space: Space) -> None:
    other = space.issue("other")
    text = f"/epic &1\n/milestone %SOW-1\n/iteration *iteration:Sprint\n/relate #{other['iid']}\n/assign @plindqvist me"
    made = space.issue("x", description=f"{text}\n/estimate 3h\n/spend 30m")
    assert made["epic"]["title"] == "the epic"
    assert (made["milestone"]["title"], made["iteration"]["title"]) == ("SOW-1", "Sprint")
    assert {user["username"] for user in made["assignees"]} == {"plindqvist", "rcastellano"}
    assert (made["time_stats"]["time_estimate"], made["time_stats"]["total_time_spent"]) == (10800, 1800)
    (linked,) = space.ask("GET", f"{ISSUES}/{other['iid']}/links")
    assert linked["id"] == made["id"]
    undone = f"/remove_epic\n/remove_milestone\n/remove_iteration\n/unlink #{other['iid']}\n/unassign\n/remove_estimate"
    space.ask("POST", f"{ISSUES}/{made['iid']}/notes", {"body": undone}, expect=202)
    now = space.read(made)
    assert (now["epic"], now["milestone"], now["iteration"], now["assignees"]) == (None, None, None, [])
    assert now["time_stats"]["time_estimate"] == 0
    assert space.ask("GET", f"{ISSUES}/{other['iid']}/links") == []


@pytest.mark.parametrize("reference", ["#{iid}", "ps/plan#{iid}", "http://gitlab.test/ps/plan/-/issues/{iid}"])
def test_references_are_understood_in_every_form(space: Space, reference: str) -> None:
    other = space.issue("other")
    deep = space.issue("deep", project="ps/lark/SOW-1" if "ps/plan" in reference else PLAN)
    text = reference.format(iid=other["iid"])
    at = f"/projects/{deep['project_id']}/issues/{deep['iid']}"
    space.ask("POST", f"{at}/notes", {"body": f"/relate {text}"}, expect=202)
    assert [row["id"] for row in space.ask("GET", f"{at}/links")] == [other["id"]]


def test_a_note_of_only_actions_is_not_kept(space: Space) -> None:
    made = space.issue()
    at = f"{ISSUES}/{made['iid']}/notes"
    done = space.ask("POST", at, {"body": "/close\n/health_status on_track"}, expect=202)
    assert done["commands_changes"] == {"state_event": "close", "health_status": "on_track"}
    assert done["summary"] == ["Closed this issue.", "Set health status to on_track."]
    assert space.ask("GET", f"{at}?activity_filter=only_comments") == []
    refused = space.ask("POST", at, {"body": "/label ~nowhere"}, expect=400)
    assert "commands_only" in refused["message"]


@pytest.mark.parametrize(
    ("who", "applied"), [("full", True), ("planner", True), ("guest", False)]
)  # fmt: skip
def test_actions_run_with_the_rights_of_whoever_wrote_them(space: Space, who: str, applied: bool) -> None:
    made = space.issue()
    space.ask("POST", f"{ISSUES}/{made['iid']}/notes", {"body": "Look\n/close\n/label ~bug"}, who=who)
    now = space.read(made)
    assert (now["state"] == "closed", now["labels"] == ["bug"]) == (applied, applied)
    entries = list(space.account.rows("quick_actions"))
    assert [(row["command"], row["applied"]) for row in entries] == [("close", applied), ("label", applied)]
    assert {row["user_id"] for row in entries} == {space.users[who]["id"]}
    assert {row["work_item_id"] for row in entries} == {made["id"]}


def test_an_author_closes_what_is_theirs_but_labels_nothing(space: Space) -> None:
    made = space.issue(who="guest")
    space.ask("POST", f"{ISSUES}/{made['iid']}/notes", {"body": "/close\n/label ~bug"}, who="guest", expect=202)
    assert (space.read(made)["state"], space.read(made)["labels"]) == ("closed", [])


def test_actions_in_a_changed_description_run_and_unchanged_words_run_nothing(space: Space) -> None:
    made = space.issue(description="One")
    at = f"{ISSUES}/{made['iid']}"
    space.ask("PUT", at, {"description": "One"})
    changed = space.ask("PUT", at, {"description": "Two\n\n/close"})
    assert (changed["description"], changed["state"]) == ("Two", "closed")
    assert len(list(space.account.rows("quick_actions"))) == 1


def test_plans_limit_actions_too() -> None:
    free = Space("free")
    made = free.issue(description="Words\n/weight 3\n/health_status at_risk\n/epic &1")
    assert "weight" not in made
    entries = list(free.account.rows("quick_actions"))
    assert [(row["applied"], row["work_item_id"]) for row in entries] == [(False, made["id"])] * 3


def test_an_unmodelled_action_leaves_the_text_and_is_reported(space: Space) -> None:
    assert space.issue(description="Words\n/move ps/elsewhere")["description"] == "Words"
    assert space.violations == ["quick action /move is not modelled"]


def test_epics_and_graphql_run_actions_as_well(space: Space) -> None:
    epic = space.epic("second", description="Words\n/label ~bug")
    assert (epic["labels"], epic["description"]) == (["bug"], "Words")
    note = "mutation($id: NoteableID!, $b: String!) {createNote(input: {noteableId: $id, body: $b}) {errors note {id}}}"
    assert space.data(note, id=gid(epic), b="/close") == {"createNote": {"errors": [], "note": None}}
    assert space.ask("GET", f"/groups/ps/epics/{epic['iid']}")["state"] == "closed"
    assert "commands" in str(space.data(note, id=gid(epic), b="/close")["createNote"]["errors"]).lower()
    made = space.data(
        "mutation($i: WorkItemCreateInput!) { workItemCreate(input: $i) { errors workItem { state description } } }",
        i={
            "title": "T",
            "namespacePath": "ps",
            "workItemTypeId": kind("Epic"),
            "descriptionWidget": {"description": "Words\n/close"},
        },
    )
    assert made["workItemCreate"]["workItem"] == {"state": "CLOSED", "description": "Words"}
