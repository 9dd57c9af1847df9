"""Lists of issues: every filter, the counts, pages by number and by cursor."""

from __future__ import annotations

import re
from typing import Any

import pytest
from gitlab_items_space import AT, PLAN, SOW, Space, seg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psdm_cli.sandbox.gitlab import tables

ISSUES = f"/projects/{seg(PLAN)}/issues"


@pytest.fixture(scope="module")
def space() -> Space:
    """Five issues: a plain, b labelled, c assigned and due, d closed, e deep in a subgroup."""
    made = Space()
    stone = tables.make_milestone(made.account, made.ps, "SOW-1", AT, start_date="2026-11-01", due_date="2026-12-31")
    box = {"iid": 1, "group_id": made.ps["id"], "title": "Sprint", "description": None, "created_at": AT}
    box |= {"start_date": "2026-11-16", "due_date": "2026-11-29", "updated_at": AT}
    iteration = tables.put(made.account, "iterations", box)
    epic = made.epic("An epic", labels="SOW-1")
    for name in ("SOW-1", "Activity", "RAID"):
        made.label(name)
    made.issue("a plain", description="Marker <!-- psdm:run-1 --> here")
    made.issue("b labelled", labels="SOW-1,Activity", epic_id=epic["id"], weight=3, who="planner")
    people = [made.users["planner"]["id"], made.users["guest"]["id"]]
    c = made.issue("c assigned", labels="SOW-1", assignee_ids=people, due_date="2026-11-25", milestone_id=stone["id"])
    made.account.update("work_items", c["id"], health_status="at_risk", iteration_id=iteration["id"])
    d = made.issue("d closed", due_date="2026-11-20", confidential=True)
    made.ask("PUT", f"{ISSUES}/{d['iid']}", {"state_event": "close"})
    made.issue("e deep RAID", project=SOW, labels="RAID", issue_type="task")
    made.sandbox.violations.clear()
    return made


def names(rows: list[dict[str, Any]]) -> str:
    return "".join(sorted(row["title"][0] for row in rows))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abcde"),
        ("labels=SOW-1", "bc"),
        ("labels=SOW-1,Activity", "b"),
        ("labels=sow-1", ""),
        ("labels=None", "ad"),
        ("labels=Any", "bce"),
        ("not[labels]=SOW-1", "ade"),
        ("not[labels]=SOW-1,RAID", "ad"),
        ("labels=SOW-1&not[labels]=Activity", "c"),
        ("state=opened", "abce"),
        ("state=closed", "d"),
        ("state=all", "abcde"),
        ("search=raid", "e"),
        ("search=psdm%3Arun-1&in=description", "a"),
        ("search=psdm%3Arun-1&in=title", ""),
        ("search=plain+marker", "a"),
        ("search=%22marker+plain%22", ""),
        ("iids[]=1&iids[]=2", "abe"),
        ("not[iids][]=1", "bcd"),
        ("milestone=SOW-1", "c"),
        ("milestone=None", "abde"),
        ("milestone_id=Any", "c"),
        ("milestone_id=Started", "c"),
        ("milestone_id=Upcoming", ""),
        ("not[milestone]=SOW-1", "abde"),
        ("author_username=plindqvist", "b"),
        ("author_username=nobody", ""),
        ("assignee_id=None", "abde"),
        ("assignee_id=Any", "c"),
        ("assignee_username[]=plindqvist&assignee_username[]=swilloughby", "c"),
        ("assignee_username[]=plindqvist&assignee_username[]=jdrift", ""),
        ("scope=created_by_me", "acde"),
        ("scope=assigned_to_me", ""),
        ("scope=all", "abcde"),
        ("confidential=true", "d"),
        ("issue_type=task", "e"),
        ("weight=3", "b"),
        ("weight=Any", "b"),
        ("weight=None", "acde"),
        ("epic_id=Any", "b"),
        ("epic_id=None", "acde"),
        ("epic_id=7001", "b"),
        ("epic_id=1", ""),
        ("health_status=at_risk", "c"),
        ("health_status=none", "abde"),
        ("iteration_id=Current", "c"),
        ("iteration_title=Sprint", "c"),
        ("due_date=0", "abe"),
        ("due_date=any", "cd"),
        ("due_date=overdue", ""),
        ("due_date=week", "c"),
        ("due_date=month", "cd"),
        ("due_date=today", ""),
        ("my_reaction_emoji=None", "abcde"),
        ("updated_after=2026-11-23T09:00:00Z", "abcde"),
        ("updated_after=2030-01-01T00:00:00%2B02:00", ""),
        ("created_before=2026-11-23T08:59:59Z", ""),
    ],
)
def test_a_filter_of_the_group_list_and_its_counts(space: Space, query: str, expected: str) -> None:
    assert names(space.ask("GET", f"/groups/ps/issues?{query}")) == expected
    if "state=" not in query and "due_date" not in query and "issue_type" not in query:
        counts = space.ask("GET", f"/groups/ps/issues_statistics?{query}")["statistics"]["counts"]
        closed = expected.count("d")
        assert counts == {"all": len(expected), "opened": len(expected) - closed, "closed": closed}
    assert space.violations == []


def test_there_is_no_or_among_labels(space: Space) -> None:
    everything = space.ask("GET", "/groups/ps/issues?or[label_name][]=RAID")
    assert names(everything) == "abcde"
    assert space.violations == ["unknown parameter 'or[label_name][]'"]
    space.sandbox.violations.clear()


def test_a_project_list_is_the_projects_own_and_hides_what_is_hidden(space: Space) -> None:
    assert names(space.ask("GET", ISSUES)) == "abcd"
    assert names(space.ask("GET", ISSUES, who="guest")) == "abc"
    assert names(space.ask("GET", f"/projects/{seg(SOW)}/issues", who="customer")) == "e"
    assert space.send("GET", ISSUES, who="customer").status_code == 404


def test_archived_projects_are_left_out_of_group_lists_unless_asked(space: Space) -> None:
    space.account.update("projects", space.sow["id"], archived=True)
    assert names(space.ask("GET", "/groups/ps/issues")) == "abcd"
    assert names(space.ask("GET", "/groups/ps/issues?non_archived=false")) == "abcde"
    space.account.update("projects", space.sow["id"], archived=False)


def test_labels_come_as_names_or_whole(space: Space) -> None:
    (found,) = space.ask("GET", f"{ISSUES}?labels=Activity&with_labels_details=true")
    assert [label["name"] for label in found["labels"]] == ["Activity", "SOW-1"]
    assert found["labels"][0]["color"] == "#123456"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", "dcba"),
        ("sort=asc", "abcd"),
        ("order_by=title&sort=asc", "abcd"),
        ("order_by=due_date&sort=asc", "dcab"),
        ("order_by=weight&sort=asc", "bacd"),
        ("order_by=weight&sort=desc", "bdca"),
        ("order_by=due_date&sort=desc", "cdba"),
    ],
)
def test_the_order_of_a_list(space: Space, order: str, expected: str) -> None:
    assert "".join(row["title"][0] for row in space.ask("GET", f"{ISSUES}?{order}")) == expected


def test_pages_by_number_say_where_they_are(space: Space) -> None:
    page = space.send("GET", f"{ISSUES}?per_page=3&page=2&labels=")
    headers = {name.lower(): value for name, value in page.headers.items()}
    assert len(page.json()) == 1
    assert (headers["x-total"], headers["x-total-pages"], headers["x-next-page"], headers["x-prev-page"]) == (
        "4", "2", "", "1",
    )  # fmt: skip
    assert set(re.findall(r'rel="(\w+)"', headers["link"])) == {"prev", "first", "last"}


def follow(space: Space, path: str) -> list[dict[str, Any]]:
    """All pages by following rel=next."""
    found: list[dict[str, Any]] = []
    while path:
        answered = space.send("GET", path)
        found += answered.json()
        link = re.search(r'<[^>]*/api/v4([^>]*)>; rel="next"', answered.headers.get("Link", ""))
        path = link[1] if link else ""
    return found


def test_keyset_pages_have_no_totals_and_a_cursor_to_follow(space: Space) -> None:
    first = space.send("GET", f"{ISSUES}?pagination=keyset&per_page=3&order_by=updated_at&sort=asc")
    assert not {"X-Total", "X-Total-Pages", "X-Page"} & first.headers.keys()
    assert first.headers["X-Next-Cursor"] in first.headers["Link"].replace("%3D", "=")
    assert names(follow(space, f"{ISSUES}?pagination=keyset&per_page=1&order_by=updated_at&sort=asc")) == "abcd"


def test_keyset_falls_back_to_numbers_for_orders_it_lacks_and_is_unknown_to_groups(space: Space) -> None:
    assert "X-Total" in space.send("GET", f"{ISSUES}?pagination=keyset&order_by=priority").headers
    assert "X-Total" in space.send("GET", "/groups/ps/issues?pagination=keyset").headers
    assert space.violations == ["unknown parameter 'pagination'"]
    space.sandbox.violations.clear()


def test_a_full_text_index_does_not_see_comments() -> None:
    space = Space(search_sees_comments=False)
    made = space.issue(description="Seen <!-- psdm:run-1 --> words")
    for text, found in (("run-1", []), ("seen+words", [made["id"]])):
        for path in (ISSUES, "/groups/ps/issues"):
            assert [row["id"] for row in space.ask("GET", f"{path}?search={text}")] == found
    query = (
        'query($p: ID!) { namespace(fullPath: $p) { workItems(includeDescendants: true, search: "run-1") { count } } }'
    )
    counts = [space.data(query, p=path)["namespace"]["workItems"]["count"] for path in (PLAN, "ps")]
    assert counts == [0, 1]


def test_a_bad_cursor_is_refused(space: Space) -> None:
    assert space.ask("GET", f"{ISSUES}?pagination=keyset&cursor=moon", expect=400) == {"error": "cursor is invalid"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    weights=st.lists(st.none() | st.integers(0, 3), max_size=9),
    size=st.integers(1, 4),
    down=st.booleans(),
    order=st.sampled_from(["weight", "created_at", "title"]),
)
def test_keyset_pages_give_every_row_once_whatever_the_order(
    weights: list[int | None], size: int, down: bool, order: str
) -> None:
    space = Space()
    for number, weight in enumerate(weights):
        tables.make_work_item(
            space.account, space.plan, "Issue", f"t{number % 3}", author=space.users["full"], at=AT, weight=weight
        )
    sort = "desc" if down else "asc"
    rows = follow(space, f"{ISSUES}?pagination=keyset&per_page={size}&order_by={order}&sort={sort}")
    whole = space.ask("GET", f"{ISSUES}?per_page=100&order_by={order}&sort={sort}")
    assert [row["id"] for row in rows] == [row["id"] for row in whole]
    assert len(whole) == len(weights)
