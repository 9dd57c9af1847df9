"""Rows as records: absent, null and surplus attributes are fine, wrong ones are named in a project manager's words."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from kantata_rows import LEAST, SCHEMAS, WEEK, parsed
from kantata_server import ScriptedKantata, document, entries

from psdm_cli.domain.records import (
    RECORD_TYPES,
    AccountingRecord,
    Allocation,
    BillingMilestone,
    Holiday,
    Kind,
    Membership,
    Resource,
    ResourceRequest,
    Story,
    TimeEntry,
    TimeOff,
    Workspace,
    Workweek,
)
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.kantata.parsing import record
from psdm_cli.systems.ports import Read

PST = timezone(timedelta(hours=-8))


@pytest.mark.parametrize("kind", Kind)
def test_absent_is_unknown(kind: Kind) -> None:
    assert isinstance(parsed(kind, {}), RECORD_TYPES[kind])


@pytest.mark.parametrize("kind", Kind)
def test_null_everywhere_is_what_absent_is(kind: Kind) -> None:
    attributes = document()["components"]["schemas"][SCHEMAS[kind]]["properties"]
    least = LEAST.get(kind, {})
    nulls = {name: None for name in attributes if name not in least and name != "id"}
    assert parsed(kind, nulls) == parsed(kind, {})


@pytest.mark.parametrize("kind", Kind)
def test_surplus_attributes_are_passed_over(kind: Kind) -> None:
    assert parsed(kind, {"brand_new": {"deep": [1, {}]}, "weather": "rain"}) == parsed(kind, {})


@pytest.mark.parametrize("kind", Kind)
def test_without_financial_access_nothing_is_zero(kind: Kind) -> None:
    row = parsed(kind, {})
    money = [one.name for one in fields(row) if "_in_cents" in one.name or one.name in {"amount", "currency"}]
    assert all(getattr(row, name) is None for name in money)


def test_a_project() -> None:
    sides = {
        "users": {"7": {"id": "7", "full_name": "Ada Nunez"}},
        "workspace_groups": {"3": {"id": "3", "name": "Acme"}},
        "custom_field_values": {
            "51": {
                "subject_id": 1,
                "subject_type": "Workspace",
                "custom_field_name": "SOW",
                "display_value": "SOW-1234",
            },
            "52": {"subject_id": 1, "subject_type": "Workspace", "custom_field_name": "Points", "display_value": 5},
            "53": {"subject_id": 1, "subject_type": "Workspace", "custom_field_name": "Empty", "display_value": None},
            "54": {"subject_id": 1, "subject_type": "Story", "custom_field_name": "SOW", "display_value": "of a task"},
            "55": {
                "subject_id": 2,
                "subject_type": "Workspace",
                "custom_field_name": "SOW",
                "display_value": "of another",
            },
        },
    }
    row = {
        "title": "Acme - SOW-1234",
        "status": {"color": "green", "key": 300, "message": "Active"},
        "archived": False,
        "due_date": "2027-01-31",
        "primary_maven_id": 7,
        "primary_workspace_group_id": "3",
        "currency": "USD",
        "currency_base_unit": 100,
        "price_in_cents": "5000000",
        "budget_used_in_cents": 0,
        "updated_at": "2026-11-02T09:00:00-08:00",
    }
    expected = Workspace(
        id="1",
        title="Acme - SOW-1234",
        status="Active",
        archived=False,
        due_date=date(2027, 1, 31),
        lead_id="7",
        lead_name="Ada Nunez",
        customer="Acme",
        currency="USD",
        currency_base_unit=100,
        price_in_cents=5_000_000,
        budget_used_in_cents=0,
        custom_fields=(("SOW", "SOW-1234"), ("Points", "5")),
        updated_at=datetime(2026, 11, 2, 9, tzinfo=PST),
    )
    assert parsed(Kind.WORKSPACES, row, sides) == expected
    assert parsed(Kind.WORKSPACES, {**row, "custom_field_value_ids": [51, "52", "99"]}, sides) == expected
    assert parsed(Kind.WORKSPACES, {**row, "custom_field_value_ids": []}, sides).custom_fields == ()
    assert parsed(Kind.WORKSPACES, row, {}).custom_fields is None


def test_offsets_are_kept() -> None:
    found = parsed(
        Kind.STATUS_REPORTS, {"created_at": "2026-03-08T01:30:00-08:00", "updated_at": "2026-03-08T09:30:00Z"}
    )
    assert found.created_at.utcoffset() == timedelta(hours=-8)
    assert found.created_at == found.updated_at


def test_resources_named_and_unnamed() -> None:
    roles = {"roles": {"6": {"id": "6", "name": "Architect"}}}
    unnamed = parsed(
        Kind.RESOURCES, {"workspace_id": 40, "user_id": None, "role_id": "6", "resource_bill_rate": 0}, roles
    )
    assert unnamed == Resource("1", "40", None, None, "6", "Architect", 0)
    assert parsed(Kind.RESOURCES, {"workspace_id": 40, "role_name": "PM"}).bill_rate_in_cents is None


@pytest.mark.parametrize(
    ("row", "sides", "assigned"),
    [
        pytest.param({}, {}, None, id="not said"),
        pytest.param({"current_assignment_ids": []}, {}, False, id="nobody"),
        pytest.param({"current_assignment_ids": ["3"]}, {}, True, id="somebody"),
        pytest.param(
            {"current_assignment_ids": ["3"]}, {"assignments": {"3": {"current": False}}}, False, id="not any more"
        ),
        pytest.param(
            {"current_assignment_ids": [], "workspace_resources_with_unnamed_ids": ["9"]},
            {"workspace_resources": {"9": {"user_id": None}}},
            True,
            id="an unnamed resource",
        ),
        pytest.param(
            {"current_assignment_ids": [], "workspace_resources_with_unnamed_ids": ["9"]},
            {"workspace_resources": {"9": {"full_name": None}}},
            True,
            id="an unnamed resource, ids kept back",
        ),
        pytest.param(
            {"current_assignment_ids": [], "workspace_resources_with_unnamed_ids": ["9"]},
            {"workspace_resources": {"9": {"full_name": "Ada"}}},
            False,
            id="a named resource is told by its assignment",
        ),
        pytest.param(
            {"current_assignment_ids": [], "workspace_resources_with_unnamed_ids": ["9"]}, {}, False, id="no side-load"
        ),
    ],
)
def test_assigned(row: dict[str, Any], sides: dict[str, Any], assigned: bool | None) -> None:
    assert parsed(Kind.STORIES, row, sides).assigned is assigned


def test_tasks_come_from_the_results_not_from_the_map(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """Ancestors are side-loaded into the same map."""
    kantata.tables["/stories"] = [{"id": "2", "workspace_id": "40", "parent_id": "1", "ancestor_ids": ["1"]}]
    kantata.sides["stories"] = {"1": {"id": "1", "workspace_id": "40", "title": "archived parent"}}
    [batch] = adapter.read_all([Read(Kind.STORIES, workspace_ids=("40",))])
    [story] = batch.records
    assert isinstance(story, Story)
    assert (story.id, story.ancestor_ids, story.assigned, story.custom_fields) == ("2", ("1",), None, ())


def test_health_reports_come_with_their_projects(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/workspaces"] = [{"id": "40", "status_report_ids": ["4", "5"]}]
    kantata.sides["status_reports"] = {
        "4": {"id": "4", "color": "green"},
        "5": {"id": "5", "workspace_id": "40", "created_at": "soon"},
    }
    [batch] = adapter.read_all([Read(Kind.WORKSPACES)])
    [(kind, [report])] = batch.side
    assert (kind, report.id, report.workspace_id) == (Kind.STATUS_REPORTS, "4", "40")  # type: ignore[union-attr]
    assert [(bad.kind, bad.id, bad.workspace_id) for bad in batch.malformed] == [(Kind.STATUS_REPORTS, "5", "40")]


@pytest.mark.parametrize(
    ("row", "invoiced"),
    [
        ({}, False),
        ({"invoice_ids": []}, False),
        ({"invoice_ids": ["8"]}, True),
        ({"invoice_id": 8}, True),
        ({"invoice_id": ""}, False),
    ],
)
def test_invoiced(row: dict[str, Any], invoiced: bool) -> None:
    found = parsed(Kind.BILLING_MILESTONES, {**row, "amount_in_cents": -500})
    assert isinstance(found, BillingMilestone)
    assert (found.invoiced, found.amount_in_cents) == (invoiced, -500)


def test_a_person_with_their_week() -> None:
    sides = {
        "users": {"8": {"id": "8", "full_name": "Ben", "email_address": "ben@example.com"}},
        "roles": {"6": {"id": "6", "name": "PSE"}},
        "workweeks": {"71": {"id": "71", **WEEK, "sunday_minutes": 60}, "72": {"id": "72", "monday_minutes": 480}},
    }
    row = {"user_id": 8, "default_role_id": "6", "effective_workweek_id": "71", "disabled_at": None}
    found = parsed(Kind.PEOPLE, row, sides)
    assert found == Membership(
        "1", "8", "Ben", "ben@example.com", True, "PSE", (480, 480, 480, 480, 480, 0, 60), None, None
    )
    assert parsed(Kind.PEOPLE, {**row, "effective_workweek_id": "72"}, sides).workweek_minutes is None
    assert parsed(Kind.PEOPLE, {**row, "disabled_at": "2026-11-02T09:00:00Z"}, sides).active is False


@pytest.mark.parametrize(
    ("names", "calendars"),
    [
        (["US", "EMEA "], ("US", "EMEA")),
        ("US, EMEA", ("US", "EMEA")),
        ("", ()),
        ([], ()),
        (None, None),
    ],
)
def test_calendars(names: Any, calendars: tuple[str, ...] | None) -> None:
    found = parsed(Kind.HOLIDAYS, {"calendar_names_list": names})
    assert found == Holiday("1", date(2026, 12, 25), calendars=calendars)


def test_the_small_ones() -> None:
    assert parsed(Kind.TIME_OFF, {"hours": "7.6"}) == TimeOff("1", "8", date(2026, 11, 2), Decimal("7.6"))
    assert parsed(Kind.TIME_OFF, {"hours": 0.1}).hours == Decimal("0.1")
    assert parsed(Kind.WORKWEEKS, {"default": True}) == Workweek("1", (480, 480, 480, 480, 480, 0, 0), True)
    assert parsed(Kind.RESOURCE_REQUESTS, {"resource_id": 901}) == ResourceRequest("1", None, "901", "40")
    assert parsed(Kind.ACCOUNTING, {"amount": 12.5}) == AccountingRecord("1", amount=Decimal("12.5"))
    assert parsed(Kind.ACCOUNTING, {"forecast": "99.10"}).amount == Decimal("99.10")
    assert parsed(Kind.ALLOCATIONS, {"workspace_resource_id": "901", "minutes": 480.0}) == Allocation(
        "1", date(2026, 11, 2), date(2026, 11, 6), 480, True, "40", "901"
    )


def test_a_large_account_is_read_without_a_detour() -> None:
    """300,000 time entries are the largest account we know: parsing them must stay a matter of seconds.

    Counted in calls, not in time: no more than a fixed number of Python calls a row.
    """
    [row] = entries(1)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        found = record(Kind.TIME_ENTRIES, "1", row, {})
    finally:
        sys.setprofile(None)
    assert isinstance(found, TimeEntry)
    assert calls <= 16
