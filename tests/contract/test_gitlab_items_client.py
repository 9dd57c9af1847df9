"""python-gitlab, an independent client, at work on issues, epics and notes of the practice GitLab, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
from gitlab_items_space import PLAN, Space


@pytest.fixture
def space() -> Iterator[Space]:
    made = Space()
    with made.sandbox:
        yield made


@pytest.fixture
def client(space: Space) -> Iterator[gitlab.Gitlab]:
    token = space.sandbox.tokens["full"]
    with gitlab.Gitlab(space.sandbox.url, private_token=token, timeout=10) as made:
        yield made
    assert space.violations == []


def test_issues_are_made_changed_listed_and_commented(client: gitlab.Gitlab) -> None:
    project = client.projects.get(PLAN)
    issue = project.issues.create({"title": "Kickoff – “first”", "labels": ["SOW-1", "a b"], "description": "- [ ] x"})
    issue.labels = ["SOW-1", "new"]
    issue.state_event = "close"
    issue.save()
    assert (issue.labels, issue.state) == (["SOW-1", "new"], "closed")
    assert issue.time_estimate("3h")["human_time_estimate"] == "3h"
    assert issue.add_spent_time("1h")["total_time_spent"] == 3600
    note = issue.notes.create({"body": "Hello", "internal": True})
    assert [row.id for row in issue.notes.list(activity_filter="only_comments", get_all=True)] == [note.id]
    note.body = "Changed"
    note.save()
    assert issue.notes.get(note.id, lazy=True).id == note.id
    other = project.issues.create({"title": "Other"})
    source, target = issue.links.create({"target_project_id": project.id, "target_issue_iid": other.iid})
    assert (source.iid, target.iid) == (issue.iid, other.iid)
    issue.links.delete(issue.links.list(get_all=True)[0].issue_link_id)
    for number in range(3):
        project.issues.create({"title": f"More {number}"})
    streamed = list(project.issues.list(iterator=True, state="opened", per_page=2))
    assert len({row.id for row in streamed}) == len(streamed) == 4
    keyset: dict[str, Any] = {
        "pagination": "keyset",
        "order_by": "updated_at",
        "sort": "asc",
        "iterator": True,
        "per_page": 2,
    }
    assert len(list(project.issues.list(**keyset))) == 5
    group = client.groups.get("ps", lazy=True)
    found = group.issues.list(query_parameters={"iids[]": [issue.iid], "not": {"labels": "nothing"}}, get_all=True)
    assert [row.id for row in found] == [issue.id]
    assert group.issues_statistics.get().statistics["counts"] == {"all": 5, "closed": 1, "opened": 4}


def test_epics_and_what_hangs_on_them(client: gitlab.Gitlab, space: Space) -> None:
    group = client.groups.get("ps")
    fixed = {"due_date_fixed": "2026-12-31", "due_date_is_fixed": True}
    epic = group.epics.create({"title": "SOW-1", "labels": "SOW-1"} | fixed)
    child = group.epics.create({"title": "Activity", "parent_id": epic.id})
    assert (epic.due_date, child.parent_iid) == ("2026-12-31", epic.iid)
    issue = client.projects.get(PLAN).issues.create({"title": "Attach me"})
    bond = epic.issues.create({"issue_id": issue.id})
    assert [row.epic_issue_id for row in epic.issues.list(get_all=True)] == [bond.id]
    with pytest.raises(gitlab.exceptions.GitlabCreateError) as refused:
        epic.issues.create({"issue_id": issue.id})
    assert refused.value.response_code == 409
    epic.notes.create({"body": "Links"})
    assert [note.body for note in epic.notes.list(get_all=True, activity_filter="only_comments")] == ["Links"]
    epic.title = "SOW-1 Larkspur"
    epic.save()
    assert group.epics.get(epic.iid).title == "SOW-1 Larkspur"
    bond.delete()
    assert epic.issues.list(get_all=True) == []
    child.delete()
    assert len(client.http_list(f"/groups/{group.id}/epics/{epic.iid}/epics", get_all=True)) == 0


def test_graphql_goes_through_the_same_client(client: gitlab.Gitlab) -> None:
    answer = client.http_post(f"{client.url}/api/graphql", post_data={"query": "{ currentUser { username } }"})
    assert answer == {"data": {"currentUser": {"username": "rcastellano"}}}


def test_refusals_reach_the_client_in_its_own_words(space: Space) -> None:
    with gitlab.Gitlab(space.sandbox.url, private_token=space.sandbox.tokens["guest"], timeout=10) as guest:
        with pytest.raises(gitlab.exceptions.GitlabCreateError) as refused:
            guest.groups.get("ps").epics.create({"title": "x"})
        assert (refused.value.response_code, refused.value.error_message) == (403, "403 Forbidden")
        with pytest.raises(gitlab.exceptions.GitlabAuthenticationError) as dora:
            guest.http_get("/groups/ps/dora/metrics", query_data={"metric": "deployment_frequency"})
        assert "dora" in str(dora.value.error_message)
