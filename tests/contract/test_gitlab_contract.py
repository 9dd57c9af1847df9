"""What the adapter may send to GitLab is what the published documents say."""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from gitlab_names import TABLE, compact, text
from gitlab_server import document, schema
from graphql import parse, validate

import psdm_cli.systems.gitlab as gitlab_package
from psdm_cli.systems.gitlab.contract import body_of, call_of, question, segment
from psdm_cli.systems.gitlab.documents import DOCUMENTS


def test_the_table_is_the_document() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(compact(document()))


def _documents() -> dict[str, str]:
    """Every GraphQL document in the package, the doors' ones among them, by where it stands."""
    found = {}
    for info in pkgutil.iter_modules(gitlab_package.__path__):
        module = importlib.import_module(f"{gitlab_package.__name__}.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, str) and re.match(r"\s*(query|mutation)\s+\w", value):
                found[f"{info.name}.{name}"] = value
    return found


@pytest.mark.parametrize("place", _documents())
def test_every_document_is_within_the_schema(place: str) -> None:
    query = _documents()[place]
    assert [error.message for error in validate(schema(), parse(query))] == []
    assert len(query) < 10_000  # the longest query text (gitlab.md 4.3)
    assert not re.search(r"\bcreateEpic\(|\bgroup\(|\bupdateEpic\(", query)  # legacy types: never


def test_every_reading_document_goes_by_its_name() -> None:
    for name, query in DOCUMENTS.items():
        assert re.match(rf"\s*query {name}\b", query)
        assert query in _documents().values()
    assert len(_documents()) > len(DOCUMENTS)  # and the doors' are among them


@pytest.mark.parametrize(
    ("method", "path", "call"),
    [
        ("GET", "/groups/7", "GET /groups/{group_id}"),
        ("GET", "/groups/a%2Fb/epics/3/issues", "GET /groups/{group_id}/epics/{epic_iid}/issues"),
        ("GET", "/projects/7/import", "GET /projects/{project_id}/import"),
        ("POST", "/projects/import", "POST /projects/import"),
        ("GET", "/projects/7/templates/issues", "GET /projects/{project_id}/templates/{type}"),
    ],
)
def test_a_path_is_known(method: str, path: str, call: str) -> None:
    assert call_of(method, path) == call


@pytest.mark.parametrize(
    "path",
    [
        "/groups",
        "/groups/",
        "/groups/a/b",
        "/groups/7/",
        "//groups/7",
        "/projects/7/boards",
        "/namespaces/1/-/work_items",
    ],
)
def test_a_path_outside_the_contract(path: str) -> None:
    with pytest.raises(ValueError, match="not in GitLab's contract"):
        call_of("GET", path)


def test_a_question_as_it_is_sent() -> None:
    sent = question(
        "/groups/7/issues",
        {
            "labels": "a,b",
            "iids[]": ["1", 2],
            "non_archived": True,
            "updated_after": datetime(2026, 11, 2, 9, tzinfo=UTC),
            "per_page": 100,
        },
    )
    assert sent == {
        "labels": "a,b",
        "iids[]": [1, 2],
        "non_archived": "true",
        "updated_after": "2026-11-02T09:00:00Z",
        "per_page": 100,
    }


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"or[label_name][]": "a"}, "has no parameter"),
        ({"stat": "opened"}, "has no parameter stat"),
        ({"state": "open"}, "not offered"),
        ({"per_page": 101}, "out of range"),
        ({"per_page": True}, "whole number"),
        ({"non_archived": "yes"}, "true or false"),
        ({"updated_after": datetime(2026, 1, 1)}, "with a zone"),
        ({"iids[]": "1"}, "a list"),
        ({"labels": ["a"]}, "a text"),
    ],
)
def test_a_question_outside_the_contract(params: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        question("/groups/7/issues", params)


def test_a_body_as_it_is_sent() -> None:
    given = {"title": "T", "milestone_id": "11", "assignee_ids": ["7"], "due_date": date(2026, 1, 5), "labels": ["a"]}
    assert body_of("POST", "/projects/5/issues", given) == {
        "title": "T",
        "milestone_id": 11,
        "assignee_ids": [7],
        "due_date": "2026-01-05",
        "labels": ["a"],
    }
    assert body_of("PUT", "/projects/5/issues/1", {"due_date": None}) == {"due_date": None}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "needs title"),
        ({"title": ""}, "needs title"),
        ({"title": "T", "health_status": "on_track"}, "no attribute health_status"),
        ({"title": "T" * 256}, "longer than 255"),
        ({"title": "T", "due_date": "5 Jan"}, "a date such as"),
        ({"title": "T", "due_date": datetime(2026, 1, 5, tzinfo=UTC)}, "a date such as"),
        ({"title": "T", "epic_id": "gid://gitlab/Epic/3"}, "whole number"),
        ({"title": "T", "?title": "x"}, "no attribute"),
    ],
)
def test_a_body_outside_the_contract(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        body_of("POST", "/projects/5/issues", given)


def test_one_segment() -> None:
    assert segment("acme/ps/SOW 1?#%+.md") == "acme%2Fps%2FSOW%201%3F%23%25%2B.md"
