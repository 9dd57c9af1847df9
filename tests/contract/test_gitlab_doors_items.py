"""What bites in GitLab's issues, epics, labels, files and check-boxes (gitlab.md 4.5, 5, 6), door by door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from gitlab_doors_fixtures import Space, space
from gitlab_world import schema
from graphql import parse, validate

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes import gitlab_edits as edit
from psdm_cli.changes.comparing import is_in
from psdm_cli.changes.gitlab_places import new_place, ref
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import for_customer
from psdm_cli.domain.gitlab import Epic, Issue, LabelRow
from psdm_cli.domain.markers import with_marker
from psdm_cli.errors import RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.item_texts import WRITES, scope_of

T = for_customer
MARK = ("raid", "SOW-1234")


@pytest.fixture
def at() -> Iterator[Space]:
    with space() as made:
        yield made


def issue(at: Space, **more: Any) -> Change:
    given: dict[str, Any] = {"title": T("RAID"), "body": T("Risks."), "mark": MARK, **more}
    return make.issue(at.place("SOW-1234"), **given)


def epic(at: Space, **more: Any) -> Change:
    given: dict[str, Any] = {"title": T("Migration"), "body": T("SOW"), "mark": ("activity", "S/m"), **more}
    return make.epic(at.place("customer"), **given)


def read_issue(at: Space, ident: str) -> Issue:
    found = at.adapter.issue(*ident.split("#"))
    assert found is not None
    return found


def read_epic(at: Space, ident: str) -> Epic:
    found = at.adapter.epic(*ident.split("&"))
    assert found is not None
    return found


def failed(at: Space, change: Change) -> str:
    (item,) = at.apply(change).plan.items
    assert item.state.value == "failed"
    return str(item.error)


@pytest.mark.parametrize("name", WRITES)
def test_every_document_that_is_sent_is_valid(name: str) -> None:
    assert validate(schema(), parse(WRITES[name])) == []
    assert f" {name}(" in WRITES[name]


def test_a_whole_space_in_one_plan_and_all_kept_the_next_time(at: Space) -> None:
    group = make.group(at.place("ours"), name=T("Neu & Co"), path="neu-co")
    inside = new_place(at.place("ours"), group)
    project = make.project(inside, name=T("SOW-77"), path="SOW-77")
    home = new_place(inside, project)
    label = make.label(inside, name=T("SOW-77"), color="#5843ad")
    activity = make.epic(
        inside,
        title=T("Move"),
        body=T("It"),
        mark=("activity", "SOW-77/move"),
        labels=["SOW-77"],
        depends_on=[label.key],
    )
    raid = make.issue(
        home, title=T("RAID"), body=T("It"), mark=("raid", "SOW-77"), labels=["PS RAID Log"], epic=ref(activity)
    )
    board = make.board(inside, name=T("Delivery"), lists=["SOW-77"], depends_on=[label.key])
    note = make.note(home, on=ref(raid), body=T("Welcome"), mark=("hello", "SOW-77"))
    charter = make.file(home, path="docs/charter.md", content=T("# Charter"), message="Add the charter")
    plan = (group, project, label, activity, raid, board, note, charter)
    assert at.done(*plan) == ["applied"] * 8
    counts = [
        len(each) for each in (at.world.groups, at.world.projects, at.world.epics, at.world.issues, at.world.notes)
    ]
    writes = len(at.world.sent())
    assert at.done(*plan) == ["kept"] * 8
    assert len(at.world.sent()) == writes
    now = (at.world.groups, at.world.projects, at.world.epics, at.world.issues, at.world.notes)
    assert [len(each) for each in now] == counts
    (made,) = [row for row in at.world.projects.values() if row["name"] == "SOW-77"]
    assert made["visibility"] == "private"
    assert at.world.issues[-1]["epic_of"] == at.world.epics[-1]["id"]


# labels


@pytest.mark.parametrize("make_item", [issue, epic])
def test_an_unknown_label_is_refused_rather_than_made_silently(at: Space, make_item: Any) -> None:
    before = len(at.world.labels)
    assert "has no label Unheard, Of" in failed(at, make_item(at, labels=["Unheard", "Of", "PM::pm"]))
    assert len(at.world.labels) == before
    assert not at.world.issues


def test_labels_of_ancestors_may_be_used_and_count_as_there(at: Space) -> None:
    label = make.label(at.place("customer"), name=T("SOW-1234"), color="#5843ad")
    seen = at.doors["gitlab", "label"].look(label)
    assert seen is not None  # the one above
    at.world.fault("POST", r"/labels$", "409", {"message": "Label already exists"})
    assert at.doors["gitlab", "label"].send(label) is not None


def test_a_label_that_the_server_has_and_hides_is_said(at: Space) -> None:
    at.world.fault("POST", r"/labels$", "409", {"message": "Label already exists"})
    assert "this token sees none" in failed(at, make.label(at.place("customer"), name=T("X"), color="#ffffff"))


def test_a_label_with_a_comma_is_refused_before_anything_is_asked(at: Space) -> None:
    with pytest.raises(WrongUsage, match="comma"):
        at.apply(issue(at, labels=["a,b"]))
    with pytest.raises(WrongUsage, match="comma"):
        at.apply(make.label(at.place("customer"), name=T("a,b"), color="#ffffff"))


def test_a_labels_colour_is_changed_back(at: Space) -> None:
    ident = at.world.label("Own", group=at.ids["customer"])
    row = LabelRow(str(ident), "Own", "#123456")
    change = edit.label_change(at.place("customer"), row, color="#FF0000")
    assert at.done(change) == ["applied"]
    assert at.done(change) == ["kept"]
    inverse = at.doors["gitlab", "label"].inverse(change, at.doors["gitlab", "label"].look(change))
    assert isinstance(inverse, Change)
    assert at.done(inverse) == ["applied"]
    assert at.world.labels[-1]["color"] == "#123456"


@pytest.mark.parametrize(
    ("label", "scope"), [("PM::a", "pm"), ("a::b::c", "a::b"), ("plain", None), ("::x", None), ("PS:: High", "ps")]
)
def test_the_scope_of_a_label(label: str, scope: str | None) -> None:
    assert scope_of(label) == scope


@pytest.mark.parametrize("plan", ["ultimate", "free"])
def test_a_scoped_label_takes_the_place_of_its_sibling_on_every_plan(plan: str) -> None:
    with space(plan=plan) as at:
        row = at.world.issue(at.ids["SOW-1234"], labels=["PSD Workflow::Not Started", "PM::pm"])
        found = read_issue(at, f"{row['project_id']}#{row['iid']}")
        change = edit.issue_change(at.place("SOW-1234"), found, add_labels=["PSD Workflow::In Progress"])
        assert at.done(change) == ["applied"]
        assert sorted(row["labels"]) == ["PM::pm", "PSD Workflow::In Progress"]
        assert at.done(change) == ["kept"]


@pytest.mark.parametrize("world", [{}, {"graphql": False}])
def test_an_epics_labels_dates_and_state_are_changed_and_changed_back(world: dict[str, Any]) -> None:
    with space(**world) as at:
        row = at.world.epic(at.ids["customer"], "E", labels=["PSD Workflow::Not Started"])
        found = read_epic(at, f"{row['group_id']}&{row['iid']}")
        change = edit.epic_change(
            at.place("customer"),
            found,
            title=T("Better"),
            add_labels=["PSD Workflow::In Progress", "SOW-1234"],
            remove_labels=["PSD Workflow::Not Started"],
            due="2026-12-01",
            state="closed",
        )
        assert at.done(change) == ["applied"]
        assert (row["title"], row["due_date"], row["state"]) == ("Better", "2026-12-01", "closed")
        assert sorted(row["labels"]) == ["PSD Workflow::In Progress", "SOW-1234"]
        assert at.done(change) == ["kept"]
        door = at.doors["gitlab", "epic"]
        inverse = door.inverse(change, door.look(change))
        assert isinstance(inverse, Change)
        assert at.done(inverse) == ["applied"]
        assert (row["title"], row["due_date"], row["state"], row["labels"]) == (
            "E",
            None,
            "opened",
            ["PSD Workflow::Not Started"],
        )


# markers


def test_two_issues_of_one_title_are_told_apart_by_their_markers(at: Space) -> None:
    one, two = issue(at), issue(at, mark=("raid", "SOW-1"))
    assert at.done(one, two) == ["applied", "applied"]
    assert at.done(one, two) == ["kept", "kept"]
    assert len(at.world.issues) == 2


@pytest.mark.parametrize("kind", ["issue", "epic"])
def test_a_marker_is_found_though_the_search_lags(at: Space, kind: str) -> None:
    wanted = issue(at) if kind == "issue" else epic(at)
    at.made(wanted)
    # the index knows nothing yet: the newest are looked through
    if kind == "issue":
        at.world.fault("GET", r"/issues$", "200", [])
    else:
        empty = {"data": {"namespace": {"workItems": {"pageInfo": {"hasNextPage": False}, "nodes": []}}}}
        at.world.fault("POST", r"graphql Epics$", "200", empty)
    seen = at.doors["gitlab", kind].look(wanted)
    assert seen is not None
    assert is_in(wanted, seen)


@pytest.mark.parametrize("match", [True, False])
def test_an_issue_made_by_hand_is_recognised_by_its_title_only_where_asked(at: Space, match: bool) -> None:
    at.world.issue(at.ids["SOW-1234"], "RAID", description="by hand")
    seen = at.doors["gitlab", "issue"].look(issue(at, match_title=match))
    assert (seen is not None) is match
    at.world.epic(at.ids["customer"], "Migration")
    assert (at.doors["gitlab", "epic"].look(epic(at, match_title=match)) is not None) is match


def test_a_marker_that_a_customer_wrote_into_a_note_is_not_taken_for_ours(at: Space) -> None:
    row = at.world.issue(at.ids["SOW-1234"])
    forged = {"id": 9, "body": with_marker("x", "hello", "1"), "internal": False, "system": False, "on": row["id"]}
    at.world.notes.append({**forged, "author": at.world.users[1], "created_at": "2026-11-01T00:00:00Z"})
    on = f"{row['project_id']}#{row['iid']}"
    note = make.note(at.place("SOW-1234"), on=on, body=T("Hello"), mark=("hello", "1"))
    assert at.doors["gitlab", "note"].look(note) is None
    assert at.done(note) == ["applied"]


# what a plan drops


def test_what_the_plan_drops_is_told(at: Space) -> None:
    with space(plan="free") as free:
        (item,) = free.apply(issue(free, weight=3)).plan.items
        assert item.state.value == "applied"
        assert item.error == "applied, but weight is empty, not 3"
        assert free.done(issue(free, weight=3)) == ["kept"]  # what cannot be seen cannot differ


def test_epics_are_refused_where_the_plan_has_none() -> None:
    with space(plan="free") as at:
        assert "the plan of this GitLab group has no epics" in failed(at, epic(at))


def test_a_second_board_on_free_is_explained() -> None:
    with space(plan="free") as at:
        assert at.done(make.board(at.place("customer"), name=T("One"), lists=[])) == ["applied"]
        said = failed(at, make.board(at.place("customer"), name=T("Two"), lists=[]))
        assert "the plan may allow one only" in said


def test_a_server_that_knows_no_mutation_gets_rest(at: Space) -> None:
    answer = {
        "errors": [
            {
                "message": "Field 'workItemCreate' doesn't exist on type 'Mutation'",
                "extensions": {"code": "undefinedField"},
            }
        ]
    }
    at.world.fault("POST", r"CreateEpic", "200", answer)
    assert at.done(epic(at)) == ["applied"]
    assert ("POST", f"/groups/{at.ids['customer']}/epics") in at.world.requests


def test_a_permission_that_graphql_refuses_in_words_is_told(at: Space) -> None:
    words = "The resource that you are attempting to access does not exist or you don't have permission"
    at.world.fault("POST", r"CreateEpic", "200", {"data": {"workItemCreate": None}, "errors": [{"message": words}]})
    assert words in failed(at, epic(at))


def test_an_issue_on_an_epic_that_has_no_rest_id_is_hung_on_afterwards() -> None:
    with space(rest_epics=False) as at:
        made = at.made(epic(at))
        wanted = issue(at, epic=made)
        assert at.done(wanted) == ["applied"]
        assert at.world.issues[0]["epic_of"] == at.world.epics[0]["id"]
        assert at.done(wanted) == ["kept"]


def test_an_issue_is_not_taken_from_another_epic(at: Space) -> None:
    first, second = (at.world.epic(at.ids["customer"], name) for name in ("A", "B"))
    row = at.world.issue(at.ids["SOW-1234"], epic_of=first["id"])
    change = make.epic_issue(
        at.place("customer"), epic=f"{second['group_id']}&{second['iid']}", issue=f"{row['project_id']}#{row['iid']}"
    )
    assert "hangs on another epic" in failed(at, change)
    assert row["epic_of"] == first["id"]


def test_assignees_are_found_by_name_and_an_unknown_one_is_named(at: Space) -> None:
    assert "no user nobody" in failed(at, issue(at, assignees=["nobody"]))
    made = at.made(issue(at, assignees=["colleague"]))
    change = edit.issue_change(at.place("SOW-1234"), read_issue(at, made), assignees=[])
    assert at.done(change) == ["applied"]
    assert at.world.issues[0]["assignees"] == []


def test_an_issue_is_renamed_and_its_text_changed_back(at: Space) -> None:
    at.world.issue(at.ids["SOW-1234"], "RAID template", description="Old")
    found = read_issue(at, f"{at.ids['SOW-1234']}#1")
    change = edit.issue_change(at.place("SOW-1234"), found, title=T("RAID - C - SOW-1234"), body=T("Old"), mark=MARK)
    assert change.before == {"title": "RAID template", "description": "Old"}
    assert at.done(change) == ["applied"]
    assert at.done(
        edit.issue_change(at.place("SOW-1234"), read_issue(at, found.id), title=T("RAID - C - SOW-1234"))
    ) == ["kept"]
    at.world.issues[0]["description"] = "a colleague's words"
    assert "the world has moved" in failed(at, change)


# places


def test_what_waits_for_its_deletion_blocks_its_name(at: Space) -> None:
    at.world.groups[at.ids["customer"]]["marked_for_deletion_on"] = "2026-12-01"
    at.world.projects[at.ids["SOW-1234"]]["marked_for_deletion_on"] = "2026-12-01"
    group = make.group(at.place("ours"), name=T("Customer"), path="customer")
    assert "is marked for deletion (on 2026-12-01)" in failed(at, group)
    project = make.project(at.place("customer"), name=T("SOW-1234"), path="SOW-1234")
    assert "is marked for deletion" in failed(at, project)


def test_a_project_in_another_case_is_the_same_place(at: Space) -> None:
    wanted = make.project(at.place("customer"), name=T("sow-1234"), path="sow-1234")
    assert "path is SOW-1234, not sow-1234" in failed(at, wanted)
    assert len(at.world.projects) == 2


def test_a_taken_path_that_nobody_sees_is_said(at: Space) -> None:
    at.world.fault("POST", r"^/groups$", "400", {"message": 'Failed to save group {path: ["has already been taken"]}'})
    group = make.group(at.place("ours"), name=T("X"), path="x")
    assert "this token sees none" in failed(at, group)


@pytest.mark.parametrize(
    ("kind", "action"),
    [("group", Action.CHANGE), ("group", Action.DELETE), ("project", Action.DELETE), ("member", Action.CREATE)],
)
def test_what_psdm_does_not_do_is_refused(at: Space, kind: str, action: Action) -> None:
    change = Change("gitlab", kind, action, "k", "K", after={"name": "n"}, id="1")
    with pytest.raises(WrongUsage, match="psdm does not"):
        at.doors["gitlab", kind].check(change)


def test_a_member_is_taken_out(at: Space) -> None:
    at.world.members.append({"id": 2, "username": "colleague", "access_level": 30})
    change = edit.removed(at.place("customer"), "member", f"group:{at.ids['customer']}@2", "Colleague leaves")
    assert at.done(change) == ["applied"]
    assert at.world.members == []
    assert at.done(change) == ["kept"]


@pytest.mark.parametrize(
    "change",
    [
        Change("gitlab", "issue", Action.CHANGE, "k", "K", after={"title": "x"}, id="../9#1"),
        Change("gitlab", "issue", Action.CREATE, "k", "K", after={"title": "x", "project_id": "1/2"}),
        Change("gitlab", "note", Action.CREATE, "k", "K", after={"on": "1#2/3", "body": "x"}),
        Change("gitlab", "file", Action.CREATE, "k", "K", after={"project_id": "1", "path": "../x", "message": "m"}),
    ],
    ids=lambda change: change.kind,
)
def test_nonsense_in_an_edited_plan_goes_nowhere(at: Space, change: Change) -> None:
    door = at.doors["gitlab", change.kind]
    before = len(at.world.requests)
    with pytest.raises((RefusedByRule, WrongUsage)):
        door.check(change)
        door.send(change)
    assert len(at.world.requests) == before


@pytest.mark.parametrize(
    ("status", "words", "code", "said"),
    [
        ("409", "Resource lock", 75, "GitLab is busy with"),
        ("409", "Your issue has been recognized as spam. Solve the reCAPTCHA", 6, "takes it for spam"),
        ("400", {"title": ["is too long"]}, 6, "title: is too long"),
        ("422", "no", 6, "422: no"),
    ],
)
def test_a_refusal_says_what_it_means(at: Space, status: str, words: Any, code: int, said: str) -> None:
    at.world.fault("POST", r"/issues$", status, {"message": words})
    error = at.apply(issue(at)).errors[1]
    assert error.exit_code == code
    assert said in error.message
    assert not at.world.issues


# files


def test_a_file_is_not_written_over_a_colleagues_commit(at: Space) -> None:
    ident = at.ids["SOW-1234"]
    at.world.files[ident, "README.md"] = {"content": "# old", "last_commit_id": "c1"}
    seen = at.adapter.file(str(ident), "README.md")
    assert seen is not None
    change = edit.file_change(at.place("SOW-1234"), seen, content=T("# new"), message="Charter")
    at.world.files[ident, "README.md"] = {"content": "# theirs", "last_commit_id": "c2"}
    assert "the world has moved" in failed(at, change)
    door = at.doors["gitlab", "file"]
    with pytest.raises(RefusedByRule, match="somebody committed to README"):
        door.send(change)
    assert at.world.files[ident, "README.md"]["content"] == "# theirs"
    at.world.files[ident, "README.md"] = {"content": "# old", "last_commit_id": "c1"}
    assert at.done(change) == ["applied"]
    assert at.done(change) == ["kept"]
    inverse = door.inverse(change, door.look(change))
    assert isinstance(inverse, Change)
    assert at.done(inverse) == ["applied"]
    assert at.world.files[ident, "README.md"]["content"] == "# old"


def test_an_upload_gives_the_markdown_that_shows_it(at: Space) -> None:
    change = make.upload(at.ours("plan"), filename="approval.png", content=b"\x89PNG", key="dow/1")
    assert at.made(change) == "![a](/uploads/s/a.png)"
    with pytest.raises(WrongUsage, match="plain file name"):
        at.doors["gitlab", "upload"].check(replace(change, after={**change.after, "filename": "../x"}))


# links


def test_a_link_is_untied_and_tied_again(at: Space) -> None:
    one, two = (at.world.issue(at.ids["SOW-1234"]) for _ in range(2))
    link = make.issue_link(at.place("SOW-1234"), issue=f"{one['project_id']}#1", target=f"{two['project_id']}#2")
    ident = at.made(link)
    door = at.doors["gitlab", "issue_link"]
    untie = door.inverse(replace(link, id=ident), door.look(replace(link, id=ident)))
    assert isinstance(untie, Change)
    assert at.done(untie) == ["applied"]
    assert at.world.links == []
    again = door.inverse(untie, None)
    assert isinstance(again, Change)
    assert at.done(again) == ["applied"]
    assert len(at.world.links) == 1
