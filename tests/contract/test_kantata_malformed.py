"""Rows that cannot be understood: named with their id, in a project manager's words."""

from __future__ import annotations

from typing import Any

import pytest
from kantata_rows import parsed

from psdm_cli.domain.records import Kind, Malformed
from psdm_cli.systems.kantata.parsing import record


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("row", [None, [], "text", 7])
def test_what_is_no_row(kind: Kind, row: Any) -> None:
    assert record(kind, "1", row, {}) == Malformed(kind, "1", "the record is empty or no record at all")


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        (Kind.TIME_ENTRIES, {"time_in_minutes": "abc"}, "minutes: “abc” is not a whole number"),
        (Kind.TIME_ENTRIES, {"time_in_minutes": None}, "minutes: missing"),
        (Kind.TIME_ENTRIES, {"time_in_minutes": 1.5}, "minutes: “1.5” is not a whole number"),
        (Kind.TIME_ENTRIES, {"time_in_minutes": True}, "minutes: “True” is not a whole number"),
        (Kind.TIME_ENTRIES, {"time_in_minutes": 10**30}, f"minutes: “{10**30}” is far too large"),
        (Kind.TIME_ENTRIES, {"time_in_minutes": "1e400"}, "minutes: “1e400” is not a whole number"),
        (Kind.TIME_ENTRIES, {"rate_in_cents": {}}, "rate: “{}” is not a whole number"),
        (Kind.TIME_ENTRIES, {"date_performed": "31/31"}, "date: “31/31” is not a date"),
        (Kind.TIME_ENTRIES, {"billable": "yes"}, "billable: “yes” is neither yes nor no"),
        (Kind.ALLOCATIONS, {"start_date": None}, "start date: missing"),
        (Kind.ALLOCATIONS, {"end_date": "2026-02-30"}, "end date: “2026-02-30” is not a date"),
        (Kind.ALLOCATIONS, {"end_date": "2026-W01-1"}, "end date: “2026-W01-1” is not a date"),
        (Kind.ALLOCATIONS, {"end_date": "2026-11-06T00:00:00Z"}, "end date: “2026-11-06T00:00:00Z” is not a date"),
        (Kind.ALLOCATIONS, {"hard": None}, "it does not say whether it is hard or soft"),
        (Kind.ALLOCATIONS, {"minutes": -5}, "minutes: “-5” is below zero"),
        (Kind.ALLOCATIONS, {"end_date": "2026-11-01"}, "it ends (2026-11-01) before it starts (2026-11-02)"),
        (
            Kind.ALLOCATIONS,
            {"updated_at": "yesterday at noon"},
            "updated at: “yesterday at noon” is not a date with a time",
        ),
        (Kind.ALLOCATIONS_ELSEWHERE, {"workspace_resource_id": "777"}, "person: missing"),
        (Kind.STORIES, {"title": ["a"]}, "title: “['a']” is not a text"),
        (Kind.STORIES, {"ancestor_ids": "5"}, "ancestor: “5” is not a list of ids"),
        (Kind.STORIES, {"parent_id": {}}, "parent: “{}” is not an id"),
        (Kind.WORKSPACES, {"status": "Active"}, "status: “Active” cannot be read"),
        (Kind.WORKSPACES, {"price_in_cents": "12.345"}, "price: “12.345” is not a whole number"),
        (Kind.HOLIDAYS, {"end_date": "2026-12-24"}, "it ends (2026-12-24) before it starts (2026-12-25)"),
        (Kind.HOLIDAYS, {"calendar_names_list": {"a": 1}}, "calendars: “{'a': 1}” cannot be read"),
        (Kind.TIME_OFF, {"hours": "a day"}, "hours: “a day” is not a number"),
        (Kind.TIME_OFF, {"hours": -4}, "hours: “-4” is below zero"),
        (Kind.TIME_OFF, {"hours": "Infinity"}, "hours: “Infinity” is not a number"),
        (Kind.WORKWEEKS, {"friday_minutes": None}, "workweek: minutes of some weekdays are missing"),
        (
            Kind.WORKWEEKS,
            {"friday_minutes": 5000},
            "workweek: a day has less than no minutes, or more than 24 hours",
        ),
        (Kind.PEOPLE, {"user_id": None}, "person: missing"),
    ],
)
def test_wrong_attributes(kind: Kind, row: dict[str, Any], reason: str) -> None:
    found = parsed(kind, row)
    assert isinstance(found, Malformed)
    assert (found.kind, found.id, found.reason) == (kind, "1", reason)


def test_a_malformed_row_says_where_it_belongs() -> None:
    assert parsed(Kind.ALLOCATIONS, {"minutes": "x", "workspace_id": 40}).workspace_id == "40"
    assert parsed(Kind.WORKSPACES, {"title": 5}).workspace_id == "1"
    assert parsed(Kind.RESOURCE_REQUESTS, {"status": 5, "resource_id": "901"}).workspace_id == "40"


def test_hostile_values_in_reasons_are_flat() -> None:
    reason = parsed(Kind.TIME_ENTRIES, {"date_performed": "\x1b]0;pwned\x07\n\u202e" + "9" * 500}).reason
    assert reason.isprintable()
    assert len(reason) < 80
