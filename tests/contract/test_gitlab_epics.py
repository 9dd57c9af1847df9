"""Epics by work items and by REST say the same; a server that does not know work items is read by REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from gitlab_server import (
    Reply,
    ScriptedGitLab,
    connection,
    epic_item,
    epic_row,
    group,
    issue,
    issue_item,
    probe,
    project,
    refused,
    told,
)

from psdm_cli.domain.gitlab import Epic, EpicsBy
from psdm_cli.errors import BadAnswer, NotFound
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.refusals import GraphQLRefused

Make = Callable[..., GitLabAdapter]
BY_ITEMS, BY_REST = "by items", "by rest"
TEXT = "Workstream"
NOTE = {
    "id": "gid://gitlab/Note/31",
    "body": "Hi",
    "internal": True,
    "system": False,
    "createdAt": "2026-11-03T09:00:00Z",
    "url": "https://x#note_31",
    "author": None,
}


@pytest.fixture(params=[BY_ITEMS, BY_REST])
def way(request: pytest.FixtureRequest, scripted_gitlab: ScriptedGitLab) -> str:
    """A GitLab with two epics, by one way and by the other."""
    rest = request.param == BY_REST
    scripted_gitlab.rows |= {"/groups/3": group(3, "ps"), "/projects/ps%2Fplan": project(5, "ps/plan", 3)}
    if rest:
        scripted_gitlab.always("GraphQL Probe", told(404, {}))
    else:
        scripted_gitlab.data["Probe"] = probe()
    row = epic_row(2, description=TEXT, due_date="2026-02-06", web_url="https://x/groups/ps/-/epics/2")
    row["_links"] = {"parent": "https://x/api/v4/groups/3/epics/1"}
    scripted_gitlab.rows |= {
        "/groups/ps/epics": [epic_row(1), row],
        "/groups/ps/epics/2": row,
        "/groups/3/epics/2": row,
        "/groups/3/epics/2/issues": [issue(8, labels=["a", "b"])],
        "/groups/3/epics/42/notes": [
            {"id": 31, "body": "Hi", "internal": True, "system": False, "created_at": "2026-11-03T09:00:00Z"}
        ],
    }
    item = epic_item(2, description=TEXT)
    item["widgets"] = [
        {"labels": {"nodes": [{"title": "SOW-1"}]}},
        {"parent": {"iid": "1", "namespace": {"id": "gid://gitlab/Group/3"}}},
        {"startDate": None, "dueDate": "2026-02-06"},
    ]
    child = epic_item(3, workItemType={"name": "Epic"})
    scripted_gitlab.data |= {
        "Epics": {"namespace": {"workItems": connection([epic_item(1), item])}},
        "Epic": {"namespace": {"workItem": item}},
        "EpicIssues": {"workItem": {"widgets": [{}, {"children": connection([issue_item(8), child, None])}]}},
        "Notes": {"workItem": {"widgets": [{"notes": connection([NOTE])}]}},
    }
    return str(request.param)


def test_an_epic(way: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    first, second = reader.epics("ps")
    assert (first.id, second.id, second.iid, second.group_id) == ("3&1", "3&2", "2", "3")
    assert (second.title, second.state, second.description) == ("Epic 2", "opened", TEXT)
    assert (second.labels, second.due, second.start) == (("SOW-1",), date(2026, 2, 6), None)
    assert (second.parent_id, first.parent_id, second.item_id) == ("3&1", None, "702")
    assert second.url == "https://x/groups/ps/-/epics/2"
    assert second.rest_id == ("42" if way == BY_REST else None)
    assert reader.epic("ps", "2") == second
    assert reader.epic("3", "2") == second
    if way == BY_ITEMS:
        assert second.updated_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
        assert not scripted_gitlab.asked("GET /groups/ps/epics")


def test_an_epic_s_issues(way: str, reader: GitLabAdapter) -> None:
    [found] = reader.epic_issues(reader.epics("ps")[1])
    assert (found.id, found.project_id, found.item_id, found.title) == ("5#8", "5", "9008", "Issue 8")
    assert found.labels == ("a", "b")


def test_an_epic_s_notes(way: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    """REST's route takes the global id: with the iid it would be another epic's notes."""
    [note] = reader.notes(reader.epics("ps")[1])
    assert (note.id, note.body, note.internal, note.author) == ("31", "Hi", True, None)
    assert str(note.url).endswith("#note_31")
    if way == BY_REST:
        assert scripted_gitlab.asked("GET /groups/3/epics/42/notes")
        bare = Epic("3&2", "2", "3", "Epic 2", "opened")  # as another way knew it
        assert reader.notes(bare)[0].body == "Hi"


def test_an_epic_that_came_without_its_number(way: str, reader: GitLabAdapter) -> None:
    bare = Epic("3&2", "2", "3", "Epic 2", "opened")
    assert [one.id for one in reader.epic_issues(bare)] == ["5#8"]
    assert [one.id for one in reader.notes(bare)] == ["31"]


def test_what_is_searched_for(way: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    found = reader.epics("ps", search="epic 2", labels=("SOW-1", "x"), state="opened", descendants=True)
    if way == BY_REST:
        assert [one.iid for one in found] == ["2"]  # REST looks in descriptions too
        query = scripted_gitlab.asked("GET /groups/ps/epics")[-1].query
        assert (query["search"], query["labels"], query["state"]) == ("epic 2", "SOW-1,x", "opened")
        assert query["include_descendant_groups"] == "true"
        assert len(reader.epics("ps", search="epic 2", in_title=False)) == 2
    else:
        variables = scripted_gitlab.asked("GraphQL Epics")[-1].body["variables"]
        assert (variables["search"], variables["in"], variables["labels"]) == ("epic 2", ["TITLE"], ["SOW-1", "x"])
        assert (variables["state"], variables["below"]) == ("opened", True)
        reader.epics("ps", search="x", in_title=False)
        assert scripted_gitlab.asked("GraphQL Epics")[-1].body["variables"]["in"] == ["TITLE", "DESCRIPTION"]
        reader.epics("ps")
        last = scripted_gitlab.asked("GraphQL Epics")[-1].body["variables"]
        assert {"search", "in", "labels", "after"}.isdisjoint(last)  # what is not asked for is not sent as null


def test_no_such_group(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": None}, "Epic": {"namespace": None}}
    assert reader.epic("ps/none", "1") is None
    with pytest.raises(NotFound):
        reader.epics("ps/none")
    assert reader.capabilities("ps").epics is EpicsBy.WORK_ITEMS  # nothing was concluded from it


def test_no_such_epic(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epic": {"namespace": {"workItem": None}}}
    assert reader.epic("ps", "99") is None


@pytest.mark.parametrize(
    "reply",
    [
        refused("Field 'workItems' doesn't exist on type 'Namespace'", code="undefinedField"),
        refused("Field 'workItems' doesn't accept argument 'includeDescendants'", code="argumentNotAccepted"),
        told(404, {"message": "404 Not Found"}),
    ],
)
def test_a_schema_that_changed_is_read_by_rest(
    reply: Reply, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.data["Probe"] = probe()
    scripted_gitlab.always("GraphQL Epics", reply)
    scripted_gitlab.rows["/groups/ps/epics"] = [epic_row(1)]
    assert [one.rest_id for one in reader.epics("ps")] == ["41"]
    assert reader.capabilities("ps").epics is EpicsBy.REST
    reader.epics("ps")
    assert len(scripted_gitlab.asked("GraphQL Epics")) == 1


def test_a_permission_that_is_lacking_is_not_a_schema(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Probe"] = probe()
    scripted_gitlab.always("GraphQL Epics", refused("you don't have permission to perform this action"))
    with pytest.raises(GraphQLRefused, match="don't have permission"):
        reader.epics("ps")
    assert not scripted_gitlab.asked("GET /groups/ps/epics")


def test_the_way_of_a_root_holds_below_it(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": {"workItems": connection([])}}}
    reader.epics("ps")
    reader.epics("ps/delivery/acme")
    reader.epics("other")
    assert [seen.body["variables"]["path"] for seen in scripted_gitlab.asked("GraphQL Probe")] == ["ps", "other"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": None}, "title: missing"),
        ({"id": "12"}, "is no global id"),
        ({"namespace": {"id": "gid://gitlab/Group/x"}}, "is no global id"),
        ({"state": None}, "state: missing"),
        ({"widgets": "none"}, "widgets"),
        ({"widgets": [{"dueDate": "soon"}]}, "is not a date"),
    ],
)
def test_a_malformed_epic_is_named(
    change: dict[str, object], why: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    bad = epic_item(2) | change
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": {"workItems": connection([epic_item(1), bad])}}}
    with pytest.raises(
        BadAnswer, match=r"GitLab's epic .https://x/groups/ps/-/epics/2. cannot be understood"
    ) as caught:
        reader.epics("ps")
    assert why in caught.value.message


def test_missing_null_and_surplus_attributes(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    bare = {
        "id": "gid://gitlab/WorkItem/1",
        "iid": "1",
        "title": "",
        "state": "CLOSED",
        "namespace": {"id": "gid://gitlab/Group/3"},
    }
    full = epic_item(2, surplus={"x": 1}, widgets=[{"type": "NEW", "magic": 1}, {"labels": None}, {"parent": {}}])
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": {"workItems": connection([bare, full])}}}
    first, second = reader.epics("ps")
    assert (first.title, first.state, first.labels, first.due) == ("", "closed", (), None)
    assert (second.labels, second.parent_id) == ((), None)
