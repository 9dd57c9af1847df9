"""Places, people, issues, notes and files as psdm's records."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from gitlab_server import (
    Reply,
    ScriptedGitLab,
    connection,
    epic_item,
    group,
    issue,
    issue_item,
    probe,
    project,
    refused,
    told,
)

from psdm_cli.domain.gitlab import Epic, GitLabUser, Tasks
from psdm_cli.errors import BadAnswer, NotFound, RefusedByRule
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab_ports import GitLab

Make = Callable[..., GitLabAdapter]
JOHN = {"id": 8, "username": "john", "name": "John"}


def test_it_is_the_port(reader: GitLabAdapter) -> None:
    port: GitLab = reader
    assert port.server_time() is None


def test_the_owner_and_others(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    assert reader.me() == GitLabUser("7", "jane", "Jane Doe")
    scripted_gitlab.rows["/users"] = [{"id": 9, "username": "johnny", "name": "J"}, JOHN]
    assert reader.user("@John") == GitLabUser("8", "john", "John")
    assert reader.user("joh") is None
    assert scripted_gitlab.seen[-1].query["username"] == "joh"


def test_the_server_s_clock(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.script("GET /projects/1", told(404, {}, Date="Mon, 23 Nov 2026 09:00:18 GMT"))
    reader.project("1")
    assert reader.server_time() == datetime(2026, 11, 23, 9, 0, 18, tzinfo=UTC)


# places


def test_a_group_with_its_ancestors(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {
        "/groups/a%2Fb%2Fc": group(
            3, "a/b/c", 2, description="D", web_url="https://x/a/b/c", marked_for_deletion_on="2026-12-01"
        ),
        "/groups/2": group(2, "a/b", 1),
        "/groups/1": group(1, "a"),
    }
    found = reader.group("a/b/c")
    assert found is not None
    assert (found.id, found.full_path, found.ancestors, found.parent_id) == ("3", "a/b/c", ("1", "2"), "2")
    assert (found.visibility, found.deletion_on, found.description) == ("private", date(2026, 12, 1), "D")
    reader.group("a/b/c")
    assert len(scripted_gitlab.asked("GET /groups/2")) == 1  # ancestors are known now
    assert len(scripted_gitlab.asked("GET /groups/a%2Fb%2Fc")) == 2  # the place itself is asked each time
    assert scripted_gitlab.seen[0].query == {"with_projects": "false"}


def test_a_hidden_ancestor_is_still_named(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/groups/3"] = group(3, "a/b/c", 2)
    found = reader.group("3")
    assert found is not None
    assert found.ancestors == ("2",)
    assert reader.group("nowhere") is None


def test_subgroups(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {
        "/groups/1": group(1, "a"),
        "/groups/a/subgroups": [group(2, "a/b", 1), group(4, "a/c", 1)],
    }
    assert [(one.full_path, one.ancestors) for one in reader.subgroups("a", "b")] == [("a/b", ("1",)), ("a/c", ("1",))]
    assert scripted_gitlab.asked("GET /groups/a/subgroups")[0].query["search"] == "b"


def test_a_project(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {
        "/projects/a%2Fb%2FSOW-1": project(5, "a/b/SOW-1", 2, default_branch="main", archived=True),
        "/groups/2": group(2, "a/b", 1),
        "/groups/1": group(1, "a"),
        "/projects/6": project(6, "jane/x", 70) | {"namespace": {"id": 70, "kind": "user"}},
    }
    found = reader.project("a/b/SOW-1")
    assert found is not None
    assert (found.id, found.group_id, found.ancestors, found.archived) == ("5", "2", ("1", "2"), True)
    assert (found.path, found.full_path, found.default_branch) == ("SOW-1", "a/b/SOW-1", "main")
    mine = reader.project("6")
    assert mine is not None
    assert (mine.group_id, mine.ancestors) == (None, ())


def test_projects_without_shared_ones(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {"/groups/2": group(2, "a"), "/groups/a/projects": [project(5, "a/x", 2)]}
    assert [one.full_path for one in reader.projects("a", search="x")] == ["a/x"]
    query = scripted_gitlab.asked("GET /groups/a/projects")[0].query
    assert (query["with_shared"], query["include_subgroups"], query["search"]) == ("false", "false", "x")
    with pytest.raises(NotFound):
        reader.projects("b")


def test_labels_of_the_place_and_of_its_ancestors(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    one, two = {"id": 1, "name": "A", "color": "#ff0000"}, {"id": 2, "name": "B", "color": "red", "description": "d"}
    for path in ("/groups/a/labels", "/projects/5/labels"):
        scripted_gitlab.rows[path] = [one, two]
        place: dict[str, str] = {"group": "a"} if "groups" in path else {"project": "5"}
        own = told(200, [two])
        scripted_gitlab.always(f"GET {path}", own)
        assert [(label.name, label.own) for label in reader.labels(**place)] == [("B", True)]
    asked = [seen.query["include_ancestor_groups"] for seen in scripted_gitlab.asked("GET /groups/a/labels")]
    assert sorted(asked) == ["false", "true"]


def test_an_ancestor_s_label_is_not_its_own(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    one, two = {"id": 1, "name": "A", "color": "#ff0000"}, {"id": 2, "name": "B", "color": "red"}
    scripted_gitlab.script("GET /groups/a/labels", told(200, [two]), told(200, [one, two]))
    found = make_gitlab(parallel=1).labels(group="a")
    assert [(label.name, label.own, label.color) for label in found] == [("A", False, "#ff0000"), ("B", True, "red")]


def test_milestones(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    row = {
        "id": 11,
        "iid": 2,
        "group_id": 3,
        "title": "SOW-1",
        "state": "active",
        "due_date": "2026-12-01",
        "start_date": None,
    }
    scripted_gitlab.rows["/groups/a/milestones"] = [row]
    [found] = reader.milestones(group="a")
    assert (found.id, found.iid, found.group_id, found.project_id) == ("11", "2", "3", None)
    assert (found.due, found.start, found.state) == (date(2026, 12, 1), None, "active")
    with pytest.raises(ValueError, match="group or a project"):
        reader.milestones()
    with pytest.raises(ValueError, match="group or a project"):
        reader.milestones(group="a", project="b")


def test_members_once_each_with_their_highest_right(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    jane = {"id": 7, "username": "jane", "name": "Jane"}
    scripted_gitlab.rows |= {
        "/groups/a/members": [{**JOHN, "access_level": 30, "expires_at": "2026-12-31"}],
        "/groups/a/members/all": [
            {**JOHN, "access_level": 30},
            {**JOHN, "access_level": 40},
            {**jane, "access_level": 50},
        ],
    }
    found = {one.user.username: one for one in reader.members(group="a")}
    assert (found["john"].access_level, found["john"].inherited) == (40, False)
    assert (found["jane"].access_level, found["jane"].inherited) == (50, True)


def test_boards(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    lists = [
        {"id": 2, "position": 1, "label": {"id": 2, "name": "B", "color": "#fff"}},
        {"id": 1, "position": 0, "label": {"id": 1, "name": "A", "color": "#fff"}},
        {"id": 3, "position": 2, "label": None, "list_type": "assignee"},
    ]
    scripted_gitlab.rows |= {
        "/groups/a/boards": [{"id": 1, "name": "Delivery", "lists": lists}, {"id": 2, "name": "Bare"}],
        "/groups/a/boards/2/lists": lists[:1],
    }
    assert [(one.id, one.name, one.lists) for one in reader.boards(group="a")] == [
        ("1", "Delivery", ("A", "B")),
        ("2", "Bare", ("B",)),
    ]


# issues


def test_an_issue_with_everything(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/projects/a%2Fb/issues/4"] = issue(
        4,
        description="- [x] one",
        labels=[{"id": 1, "name": "A", "color": "#fff"}, "B"],
        assignees=[JOHN],
        author={"id": 7, "username": "jane", "name": None},
        due_date="2026-02-06",
        start_date="2026-01-05",
        milestone={"id": 11, "iid": 1, "title": "M"},
        epic={"id": 42, "iid": 2, "group_id": 3},
        confidential=True,
        health_status="at_risk",
        weight=3,
        task_completion_status={"count": 2, "completed_count": 1},
        references={"full": "a/b#4"},
        created_at="2026-11-01T09:00:00Z",
        updated_at="2026-11-02T09:00:00.123Z",
        closed_at=None,
        web_url="https://x/a/b/-/issues/4",
        surplus=object.__name__,
    )
    found = reader.issue("a/b", "4")
    assert found is not None
    assert (found.id, found.item_id, found.epic_id, found.milestone_id) == ("5#4", "9004", "3&2", "11")
    assert (found.labels, found.due, found.start) == (("A", "B"), date(2026, 2, 6), date(2026, 1, 5))
    assert found.assignees == (GitLabUser("8", "john", "John"),)
    assert found.author == GitLabUser("7", "jane", "jane")
    assert (found.confidential, found.health, found.weight, found.tasks) == (True, "at_risk", 3, Tasks(2, 1))
    assert (found.reference, found.state) == ("a/b#4", "opened")
    assert reader.issue("a/b", "5") is None


def test_an_issue_with_next_to_nothing(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    """Attributes that the plan lacks are absent, others may be null (gitlab.md 5.5)."""
    row = {"id": 9004, "iid": 4, "project_id": 5, "title": "", "state": "opened"}
    nulls = dict.fromkeys(
        ("description", "labels", "assignees", "milestone", "epic", "weight", "author", "due_date", "references")
    )
    scripted_gitlab.rows["/projects/5/issues"] = [row, {**row, "iid": 5, **nulls}]
    for found in reader.issues(project="5"):
        assert (found.labels, found.assignees, found.epic_id, found.weight, found.tasks) == ((), (), None, None, None)


def test_every_filter_reaches_the_server(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/groups/a/issues"] = []
    reader.issues(
        group="a",
        all_labels=("x",),
        any_labels=("y",),
        search="psdm",
        search_in="description",
        state="closed",
        updated_after=datetime(2026, 11, 2, 9, tzinfo=UTC),
        milestone="SOW-1",
    )
    query = scripted_gitlab.seen[-1].query
    assert query == {
        "labels": "x,y",
        "search": "psdm",
        "in": "description",
        "state": "closed",
        "updated_after": "2026-11-02T09:00:00Z",
        "milestone": "SOW-1",
        "scope": "all",
        "order_by": "created_at",
        "sort": "asc",
        "per_page": "100",
    }
    with pytest.raises(ValueError, match="group or a project"):
        reader.issues()


def test_any_of_some_labels_by_graphql(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/projects/ps%2Fplan"] = project(5, "ps/plan", 3)
    scripted_gitlab.rows["/groups/3"] = group(3, "ps")
    scripted_gitlab.data["Issues"] = {
        "namespace": {"workItems": connection([issue_item(1), issue_item(2), issue_item(3, "secret/one")])}
    }
    found = reader.issues(
        group="ps",
        any_labels=("a", "b", "a"),
        all_labels=("x",),
        state="opened",
        search="y",
        search_in="title",
        updated_after=datetime(2026, 11, 2, 9, tzinfo=UTC),
        milestone="SOW-1",
    )
    assert [one.id for one in found] == ["5#1", "5#2"]  # a project that may not be seen has no id
    one = found[0]
    assert (one.labels, one.state, one.health, one.weight, one.tasks) == (
        ("a", "b"),
        "closed",
        "needs_attention",
        3,
        Tasks(4, 1),
    )
    assert (one.milestone_id, one.epic_id, one.item_id, one.reference) == ("11", "3&2", "9001", "ps/plan#1")
    assert (one.start, one.due, one.confidential) == (date(2026, 1, 5), date(2026, 2, 6), True)
    assert one.assignees == (GitLabUser("7", "jane", "Jane Doe"),)
    [seen] = scripted_gitlab.asked("GraphQL Issues")
    assert seen.body["variables"] == {
        "path": "ps",
        "any": ["a", "b"],
        "all": ["x"],
        "state": "opened",
        "search": "y",
        "in": ["TITLE"],
        "since": "2026-11-02T09:00:00+00:00",
        "milestone": ["SOW-1"],
        "first": 100,
    }
    assert len(scripted_gitlab.asked("GET /projects/ps%2Fplan")) == 1


@pytest.mark.parametrize(
    "reply",
    [told(404, {}), told(403, {"message": "no"}), Reply(200, b"<html>"), refused("no", code="argumentNotAccepted")],
)
def test_any_of_some_labels_one_by_one_where_graphql_does_not_answer(
    reply: Reply, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.always("GraphQL Issues", reply)
    rows = [issue(2, created_at="2026-11-02T09:00:00Z"), issue(1, created_at="2026-11-01T09:00:00Z")]
    scripted_gitlab.rows["/groups/ps/issues"] = rows
    assert [one.iid for one in reader.issues(group="ps", any_labels=("a", "b"), all_labels=("x",))] == ["1", "2"]
    assert sorted(seen.query["labels"] for seen in scripted_gitlab.asked("GET /groups/ps/issues")) == ["x,a", "x,b"]
    before = len(scripted_gitlab.asked("GraphQL Issues"))
    reader.issues(group="ps", any_labels=("a", "b"))
    assert len(scripted_gitlab.asked("GraphQL Issues")) == before


def test_more_labels_than_a_list_may_hold(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Issues"] = {"namespace": {"workItems": connection([])}}
    reader.issues(group="ps", any_labels=[f"l{number}" for number in range(250)])
    asked = [seen.body["variables"]["any"] for seen in scripted_gitlab.asked("GraphQL Issues")]
    assert [len(some) for some in asked] == [100, 100, 50]
    assert len({label for some in asked for label in some}) == 250


def test_a_label_with_a_comma(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    """REST would take it for two."""
    scripted_gitlab.data["Issues"] = {"namespace": {"workItems": connection([])}}
    reader.issues(group="ps", all_labels=("a, b",))
    assert scripted_gitlab.asked("GraphQL Issues")[0].body["variables"]["all"] == ["a, b"]
    scripted_gitlab.always("GraphQL Issues", told(404, {}))
    with pytest.raises(RefusedByRule, match="comma"):
        reader.issues(group="ps", all_labels=("a, b",))


def test_any_label_in_a_place_that_is_not_there(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Issues"] = {"namespace": None}
    with pytest.raises(NotFound):
        reader.issues(group="ps", any_labels=("a", "b"))
    with pytest.raises(NotFound):
        reader.issues(project="ps/none", any_labels=("a", "b"))
    scripted_gitlab.data["Issues"] = {"namespace": {"workItems": connection([])}}
    assert reader.issues(group="ps", any_labels=("a", "b")) == ()


def test_linked_issues(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {
        "/projects/5/issues/4": issue(4),
        "/projects/5/issues/4/links": [issue(6, 9, issue_link_id=3, link_type="relates_to")],
    }
    found = reader.issue("5", "4")
    assert found is not None
    assert [one.id for one in reader.linked(found)] == ["9#6"]
    assert scripted_gitlab.seen[-1].query == {}  # this list is not paged, and knows no per_page


def test_people_s_notes_the_oldest_first(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    note = {
        "id": 2,
        "body": "b",
        "system": False,
        "internal": True,
        "created_at": "2026-11-02T09:00:00Z",
        "author": JOHN,
    }
    scripted_gitlab.rows |= {
        "/projects/5/issues/4": issue(4, web_url="https://x/-/issues/4"),
        "/projects/5/issues/4/notes": [
            note,
            {**note, "id": 1, "created_at": "2026-11-01T09:00:00Z", "internal": None, "confidential": True},
            {**note, "id": 3, "system": True},
            {**note, "id": 4, "internal": False, "confidential": True, "created_at": None},
        ],
    }
    found = reader.issue("5", "4")
    assert found is not None
    notes = reader.notes(found)
    assert [(one.id, one.internal) for one in notes] == [("1", True), ("2", True), ("4", False)]
    assert notes[0].url == "https://x/-/issues/4#note_1"
    assert scripted_gitlab.seen[-1].query["activity_filter"] == "only_comments"


def test_system_notes_of_an_epic_are_left_out(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    note = {"id": "gid://gitlab/Note/1", "body": "b", "system": True, "createdAt": "2026-11-02T09:00:00Z"}
    scripted_gitlab.rows["/groups/3"] = group(3, "ps")
    scripted_gitlab.data |= {
        "Probe": probe(),
        "Notes": {
            "workItem": {
                "widgets": [{"notes": connection([note, {**note, "id": "gid://gitlab/Note/2", "system": False}])}]
            }
        },
        "Epic": {"namespace": {"workItem": epic_item(1)}},
    }
    assert [one.id for one in reader.notes(Epic("3&1", "1", "3", "E", "opened"))] == ["2"]


# files


def _file(content: str, **more: Any) -> dict[str, Any]:
    return {
        "file_path": "README.md",
        "encoding": "base64",
        "content": base64.b64encode(content.encode()).decode(),
        "last_commit_id": "c0ffee",
        **more,
    }


def test_a_file(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/projects/a%2Fb/repository/files/docs%2FR%C3%A9ad.md"] = _file("Größe\n")
    found = reader.file("a/b", "docs/Réad.md")
    assert found is not None
    assert (found.content, found.last_commit_id) == ("Größe\n", "c0ffee")
    assert scripted_gitlab.seen[-1].query == {"ref": "HEAD"}
    assert reader.file("a/b", "none") is None
    scripted_gitlab.rows["/projects/a%2Fb/repository/files/x"] = {"content": "?"}
    with pytest.raises(BadAnswer, match="base64"):
        reader.file("a/b", "x")


def test_templates_by_their_own_interface(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows |= {
        "/projects/5/templates/issues": [{"key": "Kick off", "name": "Kick off"}, {"key": "raid", "name": "RAID"}],
        "/projects/5/templates/issues/Kick%20off": {"name": "Kick off", "content": "# Hi"},
    }
    assert reader.issue_templates("5") == ("Kick off", "RAID")
    found = reader.issue_template("5", "KICK OFF.md")
    assert found is not None
    assert (found.name, found.content) == ("Kick off", "# Hi")
    assert reader.issue_template("5", "other") is None


def test_templates_from_the_files(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    tree = [
        {"name": "Kickoff.md", "type": "blob", "path": "x"},
        {"name": "old", "type": "tree", "path": "y"},
        {"name": "notes.txt", "type": "blob", "path": "z"},
    ]
    scripted_gitlab.rows |= {
        "/projects/5/repository/tree": tree,
        "/projects/5/repository/files/.gitlab%2Fissue_templates%2FKickoff.md": _file("body"),
    }
    assert reader.issue_templates("5") == ("Kickoff",)
    assert scripted_gitlab.seen[-1].query["path"] == ".gitlab/issue_templates"
    found = reader.issue_template("5", "kickoff")
    assert found is not None
    assert found.content == "body"
    assert reader.issue_templates("6") == ()
