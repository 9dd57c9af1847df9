"""Writes to the sandbox: what they change, what they refuse and with which field, as kantata.md has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sandbox_client import Client

from psdm_cli.sandbox import KantataSandbox, Readings

AS_OF = date(2026, 11, 23)
LINK = {"service_name": "psdm", "service_model": "SOW"}


@pytest.fixture
def sandbox() -> Iterator[KantataSandbox]:
    with KantataSandbox(as_of=AS_OF) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: KantataSandbox) -> Iterator[Client]:
    client = Client(sandbox)
    yield client
    client.close()


def test_a_project_is_created_led_by_me_and_closed(client: Client) -> None:
    body = {"title": "Harrowgate: Migration", "budgeted": True, "price": 90_000, "start_date": "2026-12-01",
            "custom_fields": [{"custom_field_id": 62, "value": "SOW-2399"}],
            "external_reference": LINK | {"service_model_ref": "SOW-2399"}}  # fmt: skip
    made = client.write("POST", "/workspaces", {"workspace": body}, include="primary_maven,custom_field_values")
    assert (made["price_in_cents"], made["primary_maven_id"], made["status"]["message"]) == (
        9_000_000,
        "1001",
        "Prospect",
    )
    id_ = made["id"]
    assert client.ids("/workspaces", external_reference_service_model_refs="SOW-2399") == [id_]
    assert [p["user_id"] for p in client.rows("/participations", workspace_id=id_)] == ["1001"]

    finished = client.rows("/workspaces/3017")[0]["status"]["key"]
    changed = client.write("PUT", f"/workspaces/{id_}", {"workspace": {"status_key": int(finished)}})
    assert changed["status"]["message"] == "Closed"
    assert client.rows("/workspace_status_changes", workspace_id=id_)[0]["to_message"] == "Closed"
    client.write("PUT", f"/workspaces/{id_}", {"workspace": {"archived": True}})
    assert client.refused("GET", f"/workspaces/{id_}")[0] == 404
    client.write("PUT", f"/workspaces/{id_}", {"workspace": {"archived": False}})
    assert client.ids(f"/workspaces/{id_}") == [id_]


@pytest.mark.parametrize(("body", "field"), [
    ({}, "title"), ({"title": ""}, "title"), ({"title": "x", "budgeted": True}, "price"),
    ({"title": "x", "stage": "dream"}, "stage"), ({"title": "x", "status_key": 999}, "status_key"),
    ({"title": "x", "start_date": "2026-12-02", "due_date": "2026-12-01"}, "due_date"),
    ({"title": "x", "start_date": "soon"}, "start_date"),
])  # fmt: skip
def test_a_project_refused(client: Client, body: dict[str, object], field: str) -> None:
    assert client.refused("POST", "/workspaces", {"workspace": body}) == (422, field)


def test_the_lead_is_handed_over_by_participation(client: Client) -> None:
    people = client.rows("/participations", workspace_id="3004", per_page=50)
    other = next(p for p in people if p["user_id"] == "1033")
    client.write("PUT", f"/participations/{other['id']}", {"participation": {"team_lead": True}})
    assert client.rows("/workspaces/3004", include="primary_maven")[0]["primary_maven_id"] == "1033"
    leads = [
        p["user_id"] for p in client.rows("/participations", workspace_id="3004", per_page=50) if p["is_team_lead"]
    ]
    assert leads == ["1033"]


def test_a_booking_is_made_hardened_split_and_removed(client: Client, sandbox: KantataSandbox) -> None:
    slot = client.rows("/workspace_resources", workspace_id="3004", user_id="1011")[0]["id"]
    body = {"resource_id": int(slot), "start_date": "2027-03-01", "end_date": "2027-03-12", "minutes": 4800,
            "hard": False, "external_reference": {"service_name": "psdm", "service_model": "booking",
                                                  "service_model_ref": "k1"}}  # fmt: skip
    made = client.write("POST", "/workspace_allocations", {"workspace_allocation": body})
    assert (made["workspace_resource_id"], made["workspace_id"], made["hard"]) == (slot, "3004", False)
    assert client.ids("/workspace_allocations", external_reference_service_model_refs="k1") == [made["id"]]
    hardened = client.write("PUT", f"/workspace_allocations/{made['id']}", {"workspace_allocation": {"hard": True}})
    assert (hardened["hard"], hardened["minutes"], hardened["updater_id"]) == (True, 4800, "1001")
    answer = client.send(
        "PUT", "/workspace_allocations/split", workspace_allocation_id=made["id"], split_date="2027-03-08"
    )
    halves = answer.json()["workspace_allocations"].values()
    assert [(h["start_date"], h["end_date"], h["minutes"]) for h in halves] == [
        ("2027-03-01", "2027-03-07", 2400),
        ("2027-03-08", "2027-03-12", 2400),
    ]
    assert client.send("DELETE", f"/workspace_allocations/{made['id']}").status_code == 204
    assert client.refused("DELETE", f"/workspace_allocations/{made['id']}")[0] == 404
    assert [w.method for w in sandbox.writes] == ["POST", "PUT", "PUT", "DELETE"]


@pytest.mark.parametrize(("change", "field"), [
    ({"resource_id": 99_999}, "resource_id"), ({"minutes": -1}, "minutes"), ({"minutes": "many"}, "minutes"),
    ({"end_date": "2027-02-01"}, "end_date"), ({"start_date": None}, "start_date"), ({"hard": "yes"}, "hard"),
])  # fmt: skip
def test_a_booking_refused(client: Client, change: dict[str, object], field: str) -> None:
    slot = client.ids("/workspace_resources", workspace_id="3004")[0]
    body = {"resource_id": int(slot), "start_date": "2027-03-01", "end_date": "2027-03-12", "minutes": 60} | change
    assert client.refused("POST", "/workspace_allocations", {"workspace_allocation": body}) == (422, field)


def test_bulk_bookings_are_all_or_nothing(client: Client) -> None:
    slot = int(client.ids("/workspace_resources", workspace_id="3004")[0])
    good = {"resource_id": slot, "start_date": "2027-03-01", "end_date": "2027-03-12", "minutes": 60, "hard": True}
    before = client.get("/workspace_allocations", workspace_ids="3004")["count"]
    assert client.refused(
        "POST", "/workspace_allocations", {"workspace_allocations": [good, good | {"minutes": None}]}
    ) == (
        422,
        "minutes",
    )
    assert client.get("/workspace_allocations", workspace_ids="3004")["count"] == before
    answer = client.send("POST", "/workspace_allocations", {"workspace_allocations": [good, good]})
    assert answer.json()["count"] == 2


def test_hard_bookings_of_unnamed_resources_have_two_readings() -> None:
    for allowed in (True, False):
        with KantataSandbox(as_of=AS_OF, readings=Readings(unnamed_may_be_hard=allowed)) as sandbox:
            client = Client(sandbox)
            slot = client.ids("/workspace_resources", workspace_id="3006", only_unnamed="true")[0]
            body = {
                "resource_id": int(slot),
                "start_date": "2027-03-01",
                "end_date": "2027-03-05",
                "minutes": 60,
                "hard": True,
            }
            status = client.send("POST", "/workspace_allocations", {"workspace_allocation": body}).status_code
            assert status == (200 if allowed else 422)
            client.close()


def test_staff_are_requested_and_the_approval_names_and_hardens(client: Client) -> None:
    wanted = {"resource_workspace_id": 3004, "resource_role_id": 12, "approver_ids": [1032],
              "workspace_allocation_start_date": "2027-01-04", "workspace_allocation_end_date": "2027-01-08",
              "workspace_allocation_percentage": 50}  # fmt: skip
    made = client.write("POST", "/resource_requests", {"resource_request": wanted}, include="resource,approvers")
    assert (made["status"], made["creator_id"], made["approver_ids"]) == ("new", "1001", ["1032"])
    (booking,) = client.rows("/workspace_allocations", workspace_resource_ids=made["resource_id"])
    assert (booking["minutes"], booking["hard"]) == (1200, False)
    again = {"resource_id": int(made["resource_id"]), "approver_ids": [1032]}
    assert client.refused("POST", "/resource_requests", {"resource_request": again}) == (422, "resource_id")
    decision = {"request_resolution_status": "approve", "user_id": 1018}
    done = client.write("PUT", f"/resource_requests/{made['id']}", {"resource_request": decision})
    assert done["status"] == "approved"
    assert client.rows("/workspace_resources", only=made["resource_id"])[0]["full_name"] == "Jonas Wexford"
    assert client.rows("/workspace_allocations", workspace_resource_ids=made["resource_id"])[0]["hard"] is True
    late = client.refused("PUT", f"/resource_requests/{made['id']}", {"resource_request": decision})
    assert late == (422, "request_resolution_status")


@pytest.mark.parametrize(("decision", "status"), [("reject", "rejected"), ("cancel", "cancelled")])
def test_staff_requests_can_be_turned_down(client: Client, decision: str, status: str) -> None:
    (id_,) = client.ids("/resource_requests", pending_requests_only="true")
    body = {"resource_request": {"request_resolution_status": decision}}
    assert client.write("PUT", f"/resource_requests/{id_}", body)["status"] == status
    assert client.ids("/resource_requests", pending_requests_only="true") == []
    assert client.refused("POST", "/resource_requests", {"resource_request": {"approver_ids": []}}) == (
        422,
        "approver_ids",
    )


def test_a_task_lives(client: Client) -> None:
    body = {"workspace_id": 3004, "title": "Write runbook", "due_date": "2027-01-15", "assignee_ids": [1011]}
    made = client.write("POST", "/stories", {"story": body}, include="assignees")
    assert (made["story_type"], made["state"], made["assignee_ids"]) == ("task", "not started", ["1011"])
    started = client.write("PUT", f"/stories/{made['id']}", {"story": {"percentage_complete": 10}})
    assert started["state"] == "started"
    done = client.write("PUT", f"/stories/{made['id']}", {"story": {"status": "Done"}})
    assert (done["state"], done["percentage_complete"]) == ("completed", 100)
    replaced = {"story": {"assignments": [{"assignee_id": 1021}]}}
    row = client.write("PUT", f"/stories/{made['id']}", replaced, include="assignees,current_assignments")
    assert row["assignee_ids"] == ["1021"]
    ended = client.rows("/assignments", story_id=made["id"], uncurrent="true")
    assert [a["assignee_id"] for a in ended] == ["1011"]
    assert client.send("DELETE", f"/stories/{made['id']}").status_code == 204
    assert made["id"] not in client.ids("/stories", workspace_id="3004", per_page=200)
    assert made["id"] in client.ids("/stories", workspace_id="3004", per_page=200, show_deleted="true")


@pytest.mark.parametrize(("body", "field"), [
    ({"workspace_id": 3004}, "title"), ({"workspace_id": 1, "title": "x"}, "workspace_id"),
    ({"workspace_id": 3004, "title": "x" * 201}, "title"),
    ({"workspace_id": 3004, "title": "x", "story_type": "epic"}, "story_type"),
    ({"workspace_id": 3004, "title": "x", "status": "Nearly"}, "status"),
])  # fmt: skip
def test_a_task_refused(client: Client, body: dict[str, object], field: str) -> None:
    assert client.refused("POST", "/stories", {"story": body}) == (422, field)


def test_logged_time_counts_as_budget_used(client: Client) -> None:
    used = client.rows("/workspaces/3004")[0]["budget_used_in_cents"]
    body = {"workspace_id": 3004, "date_performed": "2026-11-23", "time_in_minutes": 90, "user_id": 1011}
    made = client.write("POST", "/time_entries", {"time_entry": body})
    assert (made["rate_in_cents"], made["approved"]) == (20000, False)
    assert client.rows("/workspaces/3004")[0]["budget_used_in_cents"] == used + 30000
    client.write("PUT", f"/time_entries/{made['id']}", {"time_entry": {"time_in_minutes": 60}})
    assert client.rows("/workspaces/3004")[0]["budget_used_in_cents"] == used + 20000
    assert client.send("DELETE", f"/time_entries/{made['id']}").status_code == 204
    assert client.rows("/workspaces/3004")[0]["budget_used_in_cents"] == used
    assert client.refused("POST", "/time_entries", {"time_entry": body | {"time_in_minutes": 0}}) == (
        422,
        "time_in_minutes",
    )


def test_time_is_deleted_in_bulk_or_not_at_all(client: Client) -> None:
    ids = [row["id"] for row in client.rows("/time_entries", workspace_id="3004", per_page=200, uninvoiced="true")][:3]
    assert client.send("DELETE", "/time_entries", ids=",".join([*ids, "99999999"])).status_code == 400
    assert client.send("DELETE", "/time_entries", ids=",".join(ids)).status_code == 204
    assert client.ids("/time_entries", only=",".join(ids)) == []


def test_billing_milestones(client: Client) -> None:
    body = {"workspace_id": 3005, "title": "Travel", "amount_in_cents": -5000, "date_to_invoice": "2027-01-10"}
    made = client.write("POST", "/billing_milestones", {"billing_milestone": body})
    assert (made["currency"], made["billing_type"]) == ("USD", "fixed_date")
    moved = client.write(
        "PUT", f"/billing_milestones/{made['id']}", {"billing_milestone": {"date_to_invoice": "2027-02-10"}}
    )
    assert (moved["date_to_invoice"], moved["amount_in_cents"]) == ("2027-02-10", -5000)
    on_completion = {"billing_milestone": body | {"billing_type": "upon_completion"}}
    assert client.refused("POST", "/billing_milestones", on_completion) == (422, "story_id")
    invoiced = next(m for m in client.rows("/billing_milestones", workspace_ids="3012") if m["invoice_id"])
    change = {"billing_milestone": {"title": "x"}}
    assert client.refused("PUT", f"/billing_milestones/{invoiced['id']}", change) == (422, "base")


def test_health_reports_drop_what_is_left_out(client: Client) -> None:
    details = [{"category": "Budget", "color": "red", "description": "over"}]
    body = {"workspace_id": "3003", "color": "yellow", "description": "Better", "details": details}
    made = client.write("POST", "/status_reports", {"status_report": body})
    assert made["created_at"].startswith("2026-11-23T")
    changed = client.write("PUT", f"/status_reports/{made['id']}", {"status_report": {"color": "green"}})
    assert (changed["color"], changed["details"]) == ("green", [])
    assert client.refused("POST", "/status_reports", {"status_report": body | {"color": "blue"}}) == (422, "color")


def test_setting_the_current_status_again_is_an_error_only_in_the_history(client: Client) -> None:
    key = client.rows("/workspaces/3004")[0]["status"]["key"]
    body = {"workspace_status_change": {"workspace_id": 3004, "to_status_key": key}}
    assert client.refused("POST", "/workspace_status_changes", body) == (422, "to_status_key")
    client.write("PUT", "/workspaces/3004", {"workspace": {"status_key": int(key)}})
    body["workspace_status_change"]["to_status_key"] = "104"
    assert client.write("POST", "/workspace_status_changes", body)["to_message"] == "On Hold"
    assert client.rows("/workspaces/3004")[0]["status"]["message"] == "On Hold"


def test_notes_and_replies(client: Client) -> None:
    note = client.write(
        "POST", "/posts", {"post": {"workspace_id": 3004, "message": "Please harden", "recipient_ids": [1031]}},
        include="recipients",
    )  # fmt: skip
    assert (note["private"], note["recipient_ids"]) == (True, ["1031"])
    reply = {"workspace_id": 3004, "message": "Done", "subject_type": "Post", "subject_id": int(note["id"])}
    answered = client.write("POST", "/posts", {"post": reply})
    assert answered["reply"] is True
    assert client.rows(f"/posts/{note['id']}", include="replies")[0]["reply_ids"] == [answered["id"]]
    stranger = {"post": {"workspace_id": 3004, "message": "x", "recipient_ids": [1003]}}
    assert client.refused("POST", "/posts", stranger) == (422, "recipient_ids")


def test_custom_values_are_upserted_with_a_new_id(client: Client) -> None:
    old = next(
        v
        for v in client.rows("/custom_field_values", subject_type="Workspace", with_subject_id="3004", per_page=50)
        if v["custom_field_name"] == "SOW"
    )
    body = {"subject_type": "Workspace", "subject_id": 3004, "custom_field_id": 62, "value": "SOW-2304-B"}
    made = client.write("POST", "/custom_field_values", {"custom_field_value": body})
    assert made["id"] != old["id"]
    now = client.rows(
        "/custom_field_values", subject_type="Workspace", with_subject_id="3004", with_custom_field_id="62"
    )
    assert [v["display_value"] for v in now] == ["SOW-2304-B"]
    refused = (({"custom_field_id": 66}, "custom_field_id"), ({"custom_field_id": 63, "value": "soon"}, "value"),
               ({"custom_field_id": 61, "value": ["99"]}, "value"))  # fmt: skip
    for change, field in refused:
        assert client.refused("POST", "/custom_field_values", {"custom_field_value": body | change}) == (422, field)


def test_days_off_merge(client: Client) -> None:
    body = {"user_id": 1011, "hours": 4, "requested_date": "2027-02-01"}
    first = client.write("POST", "/time_off_entries", {"time_off_entry": body})
    second = client.write("POST", "/time_off_entries", {"time_off_entry": body})
    assert (second["id"], second["hours"]) == (first["id"], 8)
    assert client.write("PUT", f"/time_off_entries/{first['id']}", {"time_off_entry": {"hours": 2}})["hours"] == 2
    assert client.send("DELETE", f"/time_off_entries/{first['id']}").status_code == 204


def test_links_are_created_or_updated(client: Client) -> None:
    body = {"service_name": "psdm", "service_model": "change", "service_model_ref": "a", "subject_id": 3004,
            "subject_type": "Workspace"}  # fmt: skip
    path = "/external_references/create_or_update"
    first = client.write("POST", path, {"external_reference": body})
    again = client.write("POST", path, {"external_reference": body | {"service_model_ref": "b"}})
    assert (again["id"], again["service_model_ref"]) == (first["id"], "b")
    wrong = {"external_reference": body | {"subject_type": "ResourceRequest"}}
    assert client.refused("POST", path, wrong) == (422, "subject_type")


def test_unnamed_resources_are_made_and_named(client: Client) -> None:
    body = {"workspace_resource": {"workspace_id": 3004, "role_id": 13}}
    made = client.write("POST", "/workspace_resources", body, optional_fields="resource_bill_rate")
    assert (made["user_id"], made["role_name"], made["resource_bill_rate"]) == (None, "Technical Architect", 25000)
    named = client.write("PUT", f"/workspace_resources/{made['id']}", {"workspace_resource": {"user_id": 1023}})
    assert named["full_name"] == "Noor Halvorsen"
    assert "1023" in [p["user_id"] for p in client.rows("/participations", workspace_id="3004", per_page=50)]
    assert client.refused("POST", "/workspace_resources", {"workspace_resource": {"workspace_id": 3004}}) == (
        422,
        "role_id",
    )


def test_assignments_end_instead_of_vanishing(client: Client) -> None:
    story = client.ids("/stories", workspace_id="3004", uncompleted="true", story_type="task")[0]
    slot = client.rows("/workspace_resources", workspace_id="3004", user_id="1021")[0]["id"]
    present = client.rows("/assignments", story_id=story)
    if any(str(a["resource_id"]) == slot for a in present):
        slot = client.rows("/workspace_resources", workspace_id="3004", user_id="1011")[0]["id"]
    made = client.write("POST", "/assignments", {"assignment": {"story_id": int(story), "resource_id": int(slot)}})
    ended = client.write("PUT", f"/assignments/{made['id']}", {"assignment": {"current": False}})
    assert ended["current"] is False
    assert client.refused("DELETE", f"/assignments/{made['id']}")[0] == 404


def test_a_reader_may_not_write(sandbox: KantataSandbox) -> None:
    reader = Client(sandbox, "reader")
    before = sandbox.account.version
    assert reader.refused("PUT", "/workspaces/3004", {"workspace": {"title": "x"}})[0] == 403
    assert reader.refused("POST", "/posts", {"post": {"workspace_id": 3004, "message": "x"}})[0] == 403
    assert reader.refused("DELETE", "/stories/1")[0] == 403
    assert sandbox.account.version == before
    assert sandbox.writes == []
    reader.close()


def test_unknown_attributes_are_dropped_and_noted(client: Client, sandbox: KantataSandbox) -> None:
    client.write("PUT", "/workspaces/3004", {"workspace": {"title": "New title", "colour": "red"}})
    assert [v.problem for v in sandbox.violations] == ["unknown attribute 'colour' in 'workspace'"]


@pytest.mark.parametrize("body", ["not json", "[]", '{"story": []}', "{}"])
def test_malformed_bodies(client: Client, body: str) -> None:
    url = client.sandbox.kantata_url + "/stories"
    response = client.session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=10)
    assert response.status_code == 400


def test_changes_are_seen_by_whoever_synchronises(client: Client) -> None:
    before = client.rows("/workspaces/3004")[0]["updated_at"]
    client.write("PUT", "/workspaces/3004", {"workspace": {"title": "Later"}})
    assert client.ids("/workspaces", updated_after=before, order="updated_at:desc")[0] == "3004"
    after = client.rows("/workspaces/3004")[0]["updated_at"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)
