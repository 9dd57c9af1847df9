"""Lists to their end: by the Link header, at our own address, each row once; GraphQL in pages small enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gitlab_server import (
    Reply,
    ScriptedGitLab,
    connection,
    epic_item,
    group,
    issue,
    probe,
    refused,
    told,
)

from psdm_cli.errors import BadAnswer
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.refusals import GraphQLRefused

Make = Callable[..., GitLabAdapter]


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
@pytest.mark.parametrize("links", [True, False])
def test_every_row_once(count: int, links: bool, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    """Without the Link header (a proxy may take it away) the page's number still leads on."""
    scripted_gitlab.links = links
    scripted_gitlab.rows["/projects/5/issues"] = [issue(number) for number in range(1, count + 1)]
    found = reader.issues(project="5")
    assert [one.iid for one in found] == [str(number) for number in range(1, count + 1)]
    asked = scripted_gitlab.asked("GET /projects/5/issues")
    assert len(asked) == max(1, -(-count // 100))
    assert {seen.query["per_page"] for seen in asked} == {"100"}


def test_rows_that_move_between_pages_come_once(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/projects/5/issues"] = [*(issue(number) for number in range(1, 101)), issue(100), issue(101)]
    assert len(reader.issues(project="5")) == 101


def test_a_page_may_hold_fewer_rows_than_asked_for(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.page_size = 3
    scripted_gitlab.rows["/projects/5/issues"] = [issue(number) for number in range(1, 8)]
    assert len(reader.issues(project="5")) == 7


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost:{port}/base/gitlab/api/v4/x?page=2",
        "https://127.0.0.1:{port}/base/gitlab/api/v4/x",
        "http://127.0.0.1:1/base/gitlab/api/v4/x",
        "http://127.0.0.1:{port}/elsewhere/api/v4/x",
        "//evil.example/api/v4",
        "http://u:p@127.0.0.1:{port}/base/gitlab/api/v4/x",
        "http://127.0.0.1:{port}/base/gitlab/api/v4/../../x",
    ],
)
def test_a_next_page_elsewhere_is_refused(link: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    port = scripted_gitlab.origin.rsplit(":", 1)[1]
    header = {"Link": f'<{link.format(port=port)}>; rel="next"'}
    scripted_gitlab.script("GET /projects/5/issues", Reply(200, b"[]", header))
    with pytest.raises(BadAnswer, match="is elsewhere"):
        reader.issues(project="5")
    assert len(scripted_gitlab.seen) == 1


def test_pages_in_a_circle_end(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    link = f'<{scripted_gitlab.url}/api/v4/projects/5/issues?page=1&per_page=100>; rel="next"'
    scripted_gitlab.always("GET /projects/5/issues", Reply(200, b"[]", {"Link": link}))
    with pytest.raises(BadAnswer, match="circle"):
        reader.issues(project="5")
    assert len(scripted_gitlab.seen) == 2


def test_a_fault_on_a_later_page_loses_nothing(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/projects/5/issues"] = [issue(number) for number in range(1, 251)]
    scripted_gitlab.script("GET /projects/5/issues", None, Reply(503, b""), None, Reply(cut=-1))
    assert len(reader.issues(project="5")) == 250


def test_project_issues_go_by_keyset_and_without_where_that_is_unknown(
    scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.rows["/projects/5/issues"] = [issue(1)]
    scripted_gitlab.script("GET /projects/5/issues", told(405, {"error": "Keyset pagination is not yet available"}))
    assert len(reader.issues(project="5")) == 1
    first, second = scripted_gitlab.seen
    assert (first.query["pagination"], first.query["order_by"]) == ("keyset", "created_at")
    assert "pagination" not in second.query


def test_group_issues_know_no_keyset(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/groups/ps/issues"] = [issue(1)]
    reader.issues(group="ps", all_labels=("a", "b"), state="opened")
    [seen] = scripted_gitlab.seen
    assert "pagination" not in seen.query
    assert (seen.query["labels"], seen.query["scope"], seen.query["state"]) == ("a,b", "all", "opened")


# GraphQL


def _epics(count: int, most: int = 100) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def answer(variables: dict[str, Any]) -> dict[str, Any]:
        first = min(variables["first"], most)
        start = int(variables.get("after") or 0)
        nodes = [epic_item(number) for number in range(1, count + 1)][start : start + first]
        after = str(start + first) if start + first < count else None
        return {"namespace": {"workItems": connection(nodes, after)}}

    return answer


@pytest.mark.parametrize("count", [0, 1, 100, 230])
def test_every_node_once(count: int, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": _epics(count)}
    assert [one.iid for one in reader.epics("ps")] == [str(number) for number in range(1, count + 1)]


def test_too_complex_a_page_is_asked_for_in_smaller_ones(
    scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": _epics(60)}
    no = refused("Query has complexity of 300, which exceeds max complexity of 250")
    scripted_gitlab.script("GraphQL Epics", no, no)
    assert len(reader.epics("ps")) == 60
    assert [seen.body["variables"]["first"] for seen in scripted_gitlab.asked("GraphQL Epics")] == [100, 50, 25, 25, 25]


def test_too_complex_even_for_the_smallest(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe()}
    scripted_gitlab.always("GraphQL Epics", refused("Query has complexity of 300, which exceeds max complexity of 250"))
    with pytest.raises(GraphQLRefused, match="complexity"):
        reader.epics("ps")
    assert len(scripted_gitlab.asked("GraphQL Epics")) == 6


def test_nodes_in_a_circle_end(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": {"workItems": connection([], "same")}}}
    with pytest.raises(BadAnswer, match="circle"):
        reader.epics("ps")


def test_nodes_that_may_not_be_seen_are_left_out(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(), "Epics": {"namespace": {"workItems": connection([None, epic_item(2)])}}}
    assert [one.iid for one in reader.epics("ps")] == ["2"]


def test_descendants_are_primed_in_pages(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    from gitlab_server import project

    scripted_gitlab.rows["/groups/1"] = group(1, "ps")
    scripted_gitlab.rows["/groups/ps/descendant_groups"] = [group(n, f"ps/g{n}", 1) for n in range(2, 130)]
    scripted_gitlab.rows["/groups/ps/projects"] = [project(n, f"ps/g{n}/SOW-{n}", n) for n in range(2, 130)]
    found = reader.projects("ps", descendants=True)
    assert {one.ancestors for one in found} == {("1", str(n)) for n in range(2, 130)}
    assert len(scripted_gitlab.seen) == 5  # two pages each, and the group itself
