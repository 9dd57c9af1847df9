"""How the sandbox answers reads: envelope, pages, default filters, includes, rights, errors, as kantata.md has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import requests
from sandbox_client import Client

from psdm_cli.sandbox import KantataSandbox, Persona, Readings

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def served() -> Iterator[KantataSandbox]:
    """One server for all tests that change nothing."""
    with KantataSandbox(as_of=AS_OF) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: KantataSandbox) -> KantataSandbox:
    served.clear()
    return served


@pytest.fixture
def client(sandbox: KantataSandbox) -> Iterator[Client]:
    client = Client(sandbox)
    yield client
    client.close()


@pytest.fixture
def as_persona(sandbox: KantataSandbox) -> Iterator[Callable[[str], Client]]:
    made: list[Client] = []

    def make(persona: str) -> Client:
        made.append(Client(sandbox, persona))
        return made[-1]

    yield make
    for client in made:
        client.close()


def problems_of(sandbox: KantataSandbox) -> list[str]:
    return [violation.problem for violation in sandbox.violations]


# -- envelope and pages ---------------------------------------------------------------------------------------------


def test_pages_cover_the_list_once(client: Client) -> None:
    whole = client.ids("/stories", per_page=200, workspace_id="3001")
    pages = [client.ids("/stories", per_page=7, page=page, workspace_id="3001") for page in range(1, 6)]
    assert [id_ for page in pages for id_ in page] == whole
    meta = client.get("/stories", per_page=7, page=2, workspace_id="3001")["meta"]
    assert meta == {"count": len(whole), "page_count": -(-len(whole) // 7), "page_number": 2, "page_size": 7}


def test_the_default_page_is_twenty_and_the_largest_two_hundred(client: Client, sandbox: KantataSandbox) -> None:
    assert client.get("/time_entries")["meta"]["page_size"] == 20
    assert client.get("/time_entries", per_page=5000)["meta"]["page_size"] == 200
    assert problems_of(sandbox) == ["page size 5000 is above 200 and was clamped"]


def test_limit_and_offset_replace_pages(client: Client) -> None:
    whole = client.ids("/holidays", per_page=40)
    assert client.ids("/holidays", limit=3, offset=5) == whole[5:8]


def test_nothing_found_has_no_page(client: Client) -> None:
    body = client.get("/workspaces", matching="nosuchcustomer", include="primary_maven")
    assert body["meta"] == {"count": 0, "page_count": 0, "page_number": 0, "page_size": 20}
    assert (body["workspaces"], body["users"]) == ({}, {})


def test_ids_are_text_but_for_the_known_exceptions(client: Client) -> None:
    slot = client.rows("/workspace_resources")[0]
    assert (type(slot["id"]), type(slot["workspace_id"]), type(slot["user_id"])) == (str, int, str)
    assert isinstance(client.rows("/assignments")[0]["resource_id"], int)
    assert isinstance(client.rows("/custom_field_values", subject_type="Story")[0]["subject_id"], int)
    assert isinstance(client.rows("/workspaces")[0]["account_id"], int)


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_the_suffix_is_optional(client: Client, suffix: str) -> None:
    assert client.ids(f"/users/me{suffix}") == ["1001"]
    assert client.ids(f"/workspaces/3001{suffix}") == ["3001"]


def test_only_keeps_default_filters_and_skips_what_is_missing(client: Client) -> None:
    assert client.ids("/workspaces", only="3020,3004,999999", order="title:asc") == ["3004"]
    assert client.ids("/workspaces", only="3020,3004", include_archived="true", order="title:asc") == ["3004", "3020"]


# -- default filters ------------------------------------------------------------------------------------------------


def test_archived_projects_are_hidden_until_asked_for(client: Client) -> None:
    assert "3020" not in client.ids("/workspaces", per_page=200)
    assert client.refused("GET", "/workspaces/3020") == (404, None)
    assert client.ids("/workspaces/3020", include_archived="true") == ["3020"]
    assert client.ids("/workspaces", archived="only") == ["3020"]
    assert len(client.ids("/workspaces", archived="include", per_page=200)) == 28
    assert client.ids("/stories", workspace_id="3020") == []
    assert client.ids("/stories", workspace_id="3020", show_from_archived_workspaces="true", per_page=1) != []


def test_unnamed_resources_are_hidden_until_asked_for(client: Client) -> None:
    named = client.rows("/workspace_resources", workspace_id="3001")
    everyone = client.rows("/workspace_resources", workspace_id="3001", include_unnamed="true")
    assert {row["full_name"] for row in everyone} - {row["full_name"] for row in named} == {None}
    assert [
        row["user_id"] for row in client.rows("/workspace_resources", workspace_id="3001", only_unnamed="true")
    ] == [None]
    unnamed = next(row for row in everyone if row["user_id"] is None)
    booked = client.get("/workspace_allocations", workspace_ids="3001", include="workspace_resource", per_page=200)
    assert unnamed["id"] in booked["workspace_resources"]


def test_hidden_tasks(client: Client, sandbox: KantataSandbox) -> None:
    first, second, third = client.ids("/stories", workspace_id="3021", order="position:asc")[:3]
    account = sandbox.account
    account.update("stories", first, archived=True)
    account.update("stories", second, deleted_at="2026-11-01T09:00:00-05:00")
    account.update("stories", third, project_plan=False)
    plain = client.ids("/stories", workspace_id="3021", per_page=200)
    assert not {first, second, third} & set(plain)
    shown = {
        name: set(client.ids("/stories", workspace_id="3021", per_page=200, **{name: "true"})) - set(plain)
        for name in ("show_archived", "show_deleted", "show_todos")
    }
    assert shown == {"show_archived": {first}, "show_deleted": {second}, "show_todos": {third}}
    assert client.refused("GET", f"/stories/{first}")[0] == 404
    assert client.ids(f"/stories/{first}", show_archived="true") == [first]


def test_people_of_my_projects_unless_the_account_is_asked_for(client: Client) -> None:
    near = set(client.ids("/users", per_page=200))
    everyone = set(client.ids("/users", per_page=200, on_my_account="true"))
    assert near < everyone
    assert "1041" not in everyone
    assert "1041" in client.ids("/users", per_page=200, on_my_account="true", show_disabled="true")
    active = set(client.ids("/account_memberships", per_page=200))
    assert active == set(client.ids("/account_memberships", per_page=200, only_active="true"))
    assert client.ids("/account_memberships", only_inactive="true") == ["2041"]


def test_current_assignments_and_unnamed_resources(client: Client, sandbox: KantataSandbox) -> None:
    slot = client.ids("/workspace_resources", workspace_id="3006", only_unnamed="true")[0]
    story = client.ids("/stories", workspace_id="3006", uncompleted="true", story_type="task")[0]
    made = sandbox.account.put(
        "assignments",
        {"story_id": story, "resource_id": int(slot), "assignee_id": None, "current": True,
         "created_at": "2026-11-01T09:00:00-05:00", "updated_at": "2026-11-01T09:00:00-05:00"},
    )  # fmt: skip
    key = "current_assignment_ids"
    assert made["id"] not in client.ids("/assignments", story_id=story)
    assert made["id"] in client.ids("/assignments", story_id=story, include_unnamed="true")
    assert made["id"] not in client.rows(f"/stories/{story}", include="current_assignments")[0][key]
    sandbox.readings.current_assignments_with_unnamed = True
    assert made["id"] in client.rows(f"/stories/{story}", include="current_assignments")[0][key]
    sandbox.readings.current_assignments_with_unnamed = False


# -- filters --------------------------------------------------------------------------------------------------------


def test_overlapping_bookings_come_whole(client: Client) -> None:
    rows = client.rows(
        "/workspace_allocations",
        workspace_ids="3001,3004",
        overlaps_with_date_range="2026-11-25:2026-11-25",
        per_page=200,
    )
    assert rows
    assert all(row["start_date"] <= "2026-11-25" <= row["end_date"] for row in rows)
    assert {row["workspace_id"] for row in rows} == {"3001", "3004"}
    assert any(row["start_date"] < "2026-11-25" < row["end_date"] for row in rows)


def test_hard_and_soft_split_the_bookings(client: Client) -> None:
    whole = set(client.ids("/workspace_allocations", workspace_ids="3001", per_page=200))
    hard = set(client.ids("/workspace_allocations", workspace_ids="3001", type="hard", per_page=200))
    soft = set(client.ids("/workspace_allocations", workspace_ids="3001", type="soft", per_page=200))
    assert hard | soft == whole
    assert not hard & soft
    assert len(soft) == 4


def test_bookings_of_a_person_across_projects(client: Client) -> None:
    rows = client.rows("/workspace_allocations", user_ids="1012", include="workspace_resource", per_page=200)
    assert {row["workspace_id"] for row in rows} == {"3001", "3005", "3018"}


def test_time_entries_by_date_and_project(client: Client) -> None:
    rows = client.rows(
        "/time_entries", workspace_ids="3004", date_performed_between="2026-11-16:2026-11-20", per_page=200
    )
    priya = [row for row in rows if row["user_id"] == "1011"]
    assert [row["date_performed"] for row in priya] == [f"2026-11-{day}" for day in (20, 19, 18, 17, 16)]
    assert sum(row["time_in_minutes"] for row in priya) == 2400
    assert {row["rate_in_cents"] for row in priya} == {20000}


def test_booleans_that_ignore_their_value(client: Client, sandbox: KantataSandbox) -> None:
    meant = client.ids("/time_entries", workspace_id="3003", approved="true", per_page=200)
    assert client.ids("/time_entries", workspace_id="3003", approved="false", per_page=200) == meant
    everything = client.ids("/stories", workspace_id="3003", per_page=200)
    assert client.ids("/stories", workspace_id="3003", completed="false", per_page=200) == everything
    assert problems_of(sandbox) == [
        "approved=false: this filter ignores false",
        "completed=false: this filter ignores false",
    ]


def test_stamps_select_what_changed_later(client: Client, sandbox: KantataSandbox) -> None:
    rows = client.rows("/workspaces", per_page=200, order="updated_at:asc")
    middle = rows[len(rows) // 2]["updated_at"]
    later = {row["id"] for row in client.rows("/workspaces", per_page=200, updated_after=middle)}
    earlier = {row["id"] for row in client.rows("/workspaces", per_page=200, updated_before=middle)}
    same = {row["id"] for row in rows if row["updated_at"] == middle}
    assert later | earlier | same == {row["id"] for row in rows}
    assert not later & earlier
    assert problems_of(sandbox) == []


@pytest.mark.parametrize("inclusive", [True, False])
def test_time_off_bounds_have_two_readings(inclusive: bool) -> None:
    with KantataSandbox(as_of=AS_OF, readings=Readings(time_off_dates_inclusive=inclusive)) as sandbox:
        client = Client(sandbox)
        (day,) = {row["requested_date"] for row in client.rows("/time_off_entries", user_id="1015")}
        assert bool(client.ids("/time_off_entries", user_id="1015", start_date=day, end_date=day)) is inclusive
        client.close()


def test_requests_for_staff(client: Client) -> None:
    (row,) = client.rows("/resource_requests", pending_requests_only="true", include="resource,approvers")
    assert (row["status"], row["approver_ids"]) == ("new", ["1032"])


# -- includes and optional fields -----------------------------------------------------------------------------------


def test_arrays_and_computed_ids_need_their_include(client: Client) -> None:
    plain = client.rows("/workspaces/3001")[0]
    assert not {"primary_maven_id", "custom_field_value_ids", "participant_ids", "current_status_report_id"} & set(
        plain
    )
    body = client.get("/workspaces/3001", include="primary_maven,custom_field_values,primary_workspace_group")
    row = body["workspaces"]["3001"]
    assert row["primary_maven_id"] in body["users"]
    assert {body["custom_field_values"][id_]["custom_field_name"] for id_ in row["custom_field_value_ids"]} >= {
        "Billing Type",
        "SOW",
    }
    assert "workspace_id" in client.rows("/stories", per_page=1)[0]


def test_the_stricter_reading_of_ids(sandbox: KantataSandbox, client: Client) -> None:
    sandbox.readings.ids_without_include = False
    try:
        assert "workspace_id" not in client.rows("/stories", per_page=1)[0]
        assert "workspace_id" in client.rows("/stories", per_page=1, include="workspace")[0]
    finally:
        sandbox.readings.ids_without_include = True


def test_side_loaded_rows_come_without_optional_fields(client: Client) -> None:
    direct = client.rows("/workspace_resources", workspace_id="3004", optional_fields="resource_bill_rate")
    assert {row["resource_bill_rate"] for row in direct} == {18000, 20000, 25000}
    side = client.get("/workspace_allocations", workspace_ids="3004", include="workspace_resource")
    assert all("resource_bill_rate" not in row for row in side["workspace_resources"].values())
    assert "resource_bill_rate" not in client.rows("/workspace_resources", workspace_id="3004")[0]


def test_names_outside_the_contract_are_dropped_and_noted(client: Client, sandbox: KantataSandbox) -> None:
    count = client.get("/workspaces")["count"]
    body = client.get("/workspaces", provider_leads="1002", include="lead", optional_fields="margin", order="name:up")
    assert body["count"] == count
    assert problems_of(sandbox) == [
        "unknown parameter 'provider_leads'",
        "unknown include 'lead'",
        "unknown optional field 'margin'",
        "unknown order 'name:up'",
    ]


# -- rights ---------------------------------------------------------------------------------------------------------


def test_without_money_gated_attributes_are_absent(as_persona: Callable[[str], Client]) -> None:
    poor = as_persona("no-money")
    workspace = poor.rows("/workspaces/3001", optional_fields="total_invoiced,provider_lead_name")[0]
    assert not {"price_in_cents", "price", "budget_used_in_cents", "currency", "total_invoiced"} & set(workspace)
    assert workspace["provider_lead_name"] == "Robin Castellano"
    assert workspace["status"]["message"] == "Active"
    slots = poor.rows("/workspace_resources", workspace_id="3001", optional_fields="resource_bill_rate")
    assert all("resource_bill_rate" not in row for row in slots)
    assert "budget_estimate_in_cents" not in poor.rows("/stories", per_page=1)[0]
    assert poor.refused("GET", "/project_accounting_records") == (403, None)


def test_people_may_be_out_of_sight(as_persona: Callable[[str], Client]) -> None:
    blind = as_persona("no-people")
    assert blind.refused("GET", "/account_memberships")[0] == 403
    assert blind.refused("GET", "/time_off_entries", user_id="1011")[0] == 403
    assert blind.ids("/workspaces", per_page=1)


def test_what_is_out_of_sight_is_not_side_loaded(as_persona: Callable[[str], Client]) -> None:
    body = as_persona("no-people").get("/users", include="account_membership")
    assert body["account_memberships"] == {}
    assert {row["account_membership_id"] for row in body["users"].values()} == {None}
    assert as_persona("full").get("/users", include="account_membership")["account_memberships"] != {}


def test_a_person_who_sees_only_own_projects(as_persona: Callable[[str], Client]) -> None:
    narrow = as_persona("narrow")
    assert len(narrow.ids("/workspaces", per_page=200)) == 19
    assert narrow.refused("GET", "/workspaces/3021")[0] == 404
    assert narrow.ids("/workspace_allocations", workspace_ids="3021") == []


def test_one_collection_refused(as_persona: Callable[[str], Client]) -> None:
    with KantataSandbox(as_of=AS_OF) as own:
        own.refuse("status_reports")
        own.refuse("stories", "reader")
        full, reader = Client(own), Client(own, "reader")
        assert full.refused("GET", "/status_reports")[0] == 403
        assert full.ids("/stories", per_page=1)
        assert reader.refused("GET", "/stories")[0] == 403
        full.close()
        reader.close()


def test_administrators_only(client: Client) -> None:
    for path in ("/rate_card_roles", "/billable_utilizations", "/exports", "/survey_responses"):
        assert client.refused("GET", path)[0] == 403


def test_another_person_s_token() -> None:
    with KantataSandbox(as_of=AS_OF) as own:
        own.personas["imke"] = Persona("imke", own.personas["full"].rights, user="1002")
        own.tokens["imke"] = "sandbox-imke"
        client = Client(own, "imke")
        assert client.ids("/users/me") == ["1002"]
        client.close()


# -- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic sandbox-full", "sandbox-full"])
def test_no_login(sandbox: KantataSandbox, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = requests.get(sandbox.kantata_url + "/users/me", headers=headers, timeout=10)
    assert response.status_code == 401
    assert response.json() == {"errors": [{"type": "oauth", "message": "Invalid OAuth 2 Request"}]}
    assert response.headers["x-request-id"]


def test_required_parameters(client: Client) -> None:
    assert client.refused("GET", "/participations") == (422, "workspace_id")
    assert client.refused("GET", "/workspace_status_changes") == (422, "workspace_id")
    assert client.refused("GET", "/custom_field_values") == (422, "subject_type")
    assert client.refused("GET", "/external_references") == (422, "subject_type")
    assert client.refused("GET", "/assignments", include="story_allocation_days") == (422, "plannable")


def test_unknown_rows_paths_and_values(client: Client) -> None:
    assert client.refused("GET", "/workspaces/1") == (404, None)
    assert client.refused("GET", "/staffing_demands") == (404, None)
    assert client.refused("PATCH", "/workspaces/3001") == (404, None)
    assert client.refused("GET", "/workspace_allocations", overlaps_with_date_range="tomorrow") == (400, None)
    assert client.refused("GET", "/workspaces", updated_after="yesterday") == (400, None)


def test_default_filters_may_be_switched_off() -> None:
    for reading, count in ((True, 28), (False, 27)):
        with KantataSandbox(as_of=AS_OF, readings=Readings(default_filters_can_be_switched_off=reading)) as own:
            client = Client(own)
            assert client.get("/workspaces", apply_default_filters="false")["count"] == count
            assert bool(own.violations) is not reading
            client.close()


def test_workweeks_may_be_refused() -> None:
    with KantataSandbox(as_of=AS_OF, readings=Readings(workweeks_refused=True)) as own:
        client = Client(own)
        assert client.refused("GET", "/workweeks")[0] == 403
        weeks = client.get("/account_memberships", include="effective_workweek", per_page=200)["workweeks"]
        assert {row["total_minutes"] for row in weeks.values()} == {2400, 1440}
        client.close()


@pytest.mark.parametrize(("reading", "path", "status"), [
    ("required", "/users/me", 404), ("required", "/users/me.json", 200), ("refused", "/users/me.json", 404),
    ("refused", "/users/me", 200),
])  # fmt: skip
def test_suffix_readings(sandbox: KantataSandbox, client: Client, reading: str, path: str, status: int) -> None:
    sandbox.readings.suffix = reading  # type: ignore[assignment]
    try:
        assert client.send("GET", path).status_code == status
    finally:
        sandbox.readings.suffix = "both"
