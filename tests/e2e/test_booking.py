"""`psdm booking`: requests, messages and direct changes end in the right state on the server, or as a text to paste.

SOW-2301 (project 3001, to 5 Feb 2027): booking 10 is Aiko Tremblay's, soft, 104 h to 11 December; 11, 12 and 13 are
unnamed PSE, soft. Camille Draper (1031) is the project coordinator and takes part in every project.
"""

from __future__ import annotations

from typing import Any

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

COORDINATOR = "camille.draper@psdelivery.example"
PSE = ("--role", "PSE", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "20")
GO = ("--yes", "--no-input", "--json")


@pytest.fixture
def with_coordinator(psdm: Psdm) -> Psdm:
    """psdm whose configuration names the project coordinator."""
    folder = psdm.home / "psdm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(f"kantata:\n  coordinator: {COORDINATOR}\n", encoding="utf-8")
    return psdm


def rows(kantata: KantataSandbox, table: str) -> list[dict[str, Any]]:
    """The server's rows."""
    return [dict(row) for row in kantata.account.rows(table)]


def new(kantata: KantataSandbox, table: str, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that were not there."""
    known = {row["id"] for row in before}
    return [row for row in rows(kantata, table) if row["id"] not in known]


def writes(kantata: KantataSandbox) -> list[str]:
    """What was written to the server."""
    return [f"{each.method} {each.path}" for each in kantata.writes]


def states(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Action, kind and state of the plan."""
    return [(item["action"], item["kind"], item["state"]) for item in outcome.result["plan"]]


# list


def test_list_shows_the_bookings_to_come(psdm: Psdm) -> None:
    outcome = psdm("booking", "list", "SOW-2301", "--json")
    assert outcome.code == 0
    found = {row["id"]: row for row in outcome.result["bookings"]}
    assert {"10", "11", "12", "13"} <= set(found)
    assert found["10"] == {
        "id": "10",
        "project": "3001",
        "sow": "SOW-2301",
        "title": found["10"]["title"],
        "person": "Aiko Tremblay",
        "role": "PSE",
        "start": "2026-11-23",
        "end": "2026-12-11",
        "hours": 104.0,
        "hard": False,
        "request": None,
    }
    assert outcome.result["plan"] == []
    assert outcome.result["requests"] is None


@pytest.mark.parametrize("word", ["SOW-2301", "sow-2301", "2301", "3001", "larkspur"])
def test_an_engagement_is_known_by_number_id_and_a_part_of_its_title(mirrored: Psdm, word: str) -> None:
    outcome = mirrored("booking", "list", word, "--offline", "--json")
    assert {row["project"] for row in outcome.result["bookings"]} == {"3001"}


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        pytest.param("SOW-2399", 5, "SOW-23", id="unknown: the nearest"),
        pytest.param("migration", 2, "several engagements", id="several"),
        pytest.param("", 2, "empty", id="empty"),
    ],
)
def test_an_engagement_that_is_not_clear(mirrored: Psdm, word: str, code: int, said: str) -> None:
    outcome = mirrored("booking", "list", word, "--offline", "--json")
    assert (outcome.code, said in outcome.error["message"]) == (code, True), outcome.error


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (("--soft",), {"10", "11", "12", "13"}),
        (("--person", "aiko"), {"10"}),
        (("--booking", "12"), {"12"}),
        (("--role", "PSE", "--soft", "--from", "2027-01-18"), {"13"}),
    ],
)
def test_list_is_narrowed(mirrored: Psdm, narrowed: tuple[str, ...], expected: set[str]) -> None:
    outcome = mirrored("booking", "list", "2301", *narrowed, "--offline", "--json")
    assert {row["id"] for row in outcome.result["bookings"]} == expected


def test_pending_follows_requests_and_their_answers(psdm: Psdm) -> None:
    outcome = psdm("booking", "list", "--pending", "--json")
    found = outcome.result["requests"]
    assert [(each["sow"], each["status"], each["approvers"]) for each in found] == [
        ("SOW-2306", "new", ["Victor Ellingham"]),
        ("SOW-2306", "approved", ["Victor Ellingham"]),
    ]
    assert found[0]["bookings"]


def test_pending_is_not_answered_offline(mirrored: Psdm) -> None:
    assert mirrored("booking", "list", "--pending", "--offline").code == 2


# request


def test_a_role_is_requested_from_the_coordinator(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    requests, slots = rows(kantata, "resource_requests"), rows(kantata, "workspace_resources")
    bookings, posts = rows(kantata, "workspace_allocations"), rows(kantata, "posts")
    outcome = with_coordinator("booking", "request", "SOW-2301", *PSE, *GO)
    assert outcome.code == 0, outcome.err
    assert states(outcome) == [("create", "resource_request", "applied")]
    (request,) = new(kantata, "resource_requests", requests)
    (slot,) = new(kantata, "workspace_resources", slots)
    (booking,) = new(kantata, "workspace_allocations", bookings)
    assert (request["status"], request["approver_ids"], request["resource_id"]) == ("new", ["1031"], slot["id"])
    assert (str(slot["workspace_id"]), slot["user_id"], slot["role_id"]) == ("3001", None, "12")
    assert (booking["start_date"], booking["end_date"], booking["minutes"]) == ("2026-12-14", "2026-12-18", 1200)
    assert new(kantata, "posts", posts) == []


def test_a_request_made_twice_is_made_once(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    with_coordinator("booking", "request", "SOW-2301", *PSE, *GO)
    before = rows(kantata, "resource_requests")
    again = with_coordinator("booking", "request", "SOW-2301", *PSE, *GO)
    assert states(again) == [("keep", "resource_request", "kept")]
    other = with_coordinator("booking", "request", "SOW-2301", *PSE[:-1], "40", *GO)
    assert any("waits already, for 20 h" in warning for warning in other.document["warnings"])
    assert new(kantata, "resource_requests", before) == []


def test_a_person_who_is_not_on_the_engagement_is_wished_for_in_a_private_post(
    with_coordinator: Psdm, kantata: KantataSandbox
) -> None:
    posts = rows(kantata, "posts")
    wish = ("--person", "Priya Lindqvist", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "20", "--soft")
    outcome = with_coordinator("booking", "request", "SOW-2301", *wish, *GO)
    assert states(outcome) == [("create", "resource_request", "applied"), ("create", "post", "applied")]
    (post,) = new(kantata, "posts", posts)
    assert (post["private"], post["recipient_ids"]) == (True, ["1031"])
    assert "Priya Lindqvist would be the right person" in post["message"]
    assert "leave the booking soft" in post["message"]


def test_a_person_on_the_engagement_is_requested_by_their_resource(
    with_coordinator: Psdm, kantata: KantataSandbox
) -> None:
    requests, slots = rows(kantata, "resource_requests"), rows(kantata, "workspace_resources")
    wish = ("--person", "aiko", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "10")
    outcome = with_coordinator("booking", "request", "SOW-2301", *wish, *GO)
    assert states(outcome) == [("create", "resource_request", "applied"), ("create", "post", "applied")]
    (request,) = new(kantata, "resource_requests", requests)
    assert kantata.account.row("workspace_resources", request["resource_id"])["user_id"] == "1019"
    assert new(kantata, "workspace_resources", slots) == []


def test_without_a_coordinator_there_is_a_text_to_paste(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("booking", "request", "SOW-2301", *PSE, *GO)
    assert outcome.code == 0
    (text,) = outcome.result["texts"]
    assert "SOW-2301" in text["text"]
    assert "20 h in total, hard" in text["text"]
    assert any("Submit Request" in step for step in text["steps"])
    assert "kantata.coordinator" in text["reason"]
    assert outcome.result["plan"] == []
    assert writes(kantata) == []


def test_a_coordinator_whom_kantata_does_not_know_is_named(psdm: Psdm) -> None:
    folder = psdm.home / "psdm"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("kantata:\n  coordinator: nobody@psdelivery.example\n", encoding="utf-8")
    outcome = psdm("booking", "request", "SOW-2301", *PSE, *GO)
    assert (outcome.code, "nobody@psdelivery.example" in outcome.error["message"]) == (5, True)


def test_a_coordinator_outside_the_project_gets_a_text(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    for row in kantata.account.find("participations", "workspace_id", "3001"):
        if row["user_id"] == "1031":
            kantata.account.remove("participations", row["id"])
    outcome = with_coordinator("booking", "harden", "SOW-2301", "--booking", "10", *GO)
    (text,) = outcome.result["texts"]
    assert "takes no part" in text["reason"]
    assert any("Post" in step for step in text["steps"])
    assert writes(kantata) == []


def test_a_team_s_own_template_wins(psdm: Psdm) -> None:
    own = psdm.home / "psdm" / "templates"
    own.mkdir(parents=True)
    (own / "booking_request.j2").write_text("Hi, {{ hours }} h of {{ role }}, ta!\n", encoding="utf-8")
    outcome = psdm("booking", "request", "SOW-2301", *PSE, *GO)
    assert outcome.result["texts"][0]["text"] == "Hi, 20 h of PSE, ta!"


@pytest.mark.parametrize("body", ["{{ nothing_of_that_name }}", "{% if %}", "{{ ''.__class__.__mro__ }}"])
def test_a_template_that_cannot_be_used_is_named(psdm: Psdm, body: str) -> None:
    own = psdm.home / "psdm" / "templates"
    own.mkdir(parents=True)
    (own / "booking_request.j2").write_text(body, encoding="utf-8")
    outcome = psdm("booking", "request", "SOW-2301", *PSE, *GO)
    assert (outcome.code, "booking_request.j2" in outcome.error["message"]) == (2, True)


def test_a_direct_booking_is_made_once(psdm: Psdm, kantata: KantataSandbox) -> None:
    before = rows(kantata, "workspace_allocations")
    wish = ("--person", "Aiko Tremblay", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "15", "--direct")
    for expected in ("applied", "kept"):
        outcome = psdm("booking", "request", "SOW-2301", *wish, *GO)
        assert [item["state"] for item in outcome.result["plan"]] == [expected]
    (made,) = new(kantata, "workspace_allocations", before)
    assert (made["minutes"], made["hard"], made["start_date"]) == (900, True, "2026-12-14")


def test_nobody_can_be_booked_directly_without_a_resource(psdm: Psdm, kantata: KantataSandbox) -> None:
    wish = ("--person", "Priya Lindqvist", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "15", "--direct")
    assert psdm("booking", "request", "SOW-2301", *wish, *GO).code == 6
    assert writes(kantata) == []


@pytest.mark.parametrize("persona", ["reader"])
def test_a_token_that_may_not_write_is_told_the_permission(psdm: Psdm, kantata: KantataSandbox, persona: str) -> None:
    outcome = psdm.at(kantata, persona)("booking", "harden", "SOW-2301", "--booking", "10", "--direct", *GO)
    assert (outcome.code, outcome.error["code"]) == (4, "permission")
    assert kantata.account.row("workspace_allocations", "10")["hard"] is False


# change and harden


def test_a_change_is_a_private_post(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    posts = rows(kantata, "posts")
    ask = ("booking", "change", "SOW-2301", "--booking", "10", "--to", "2026-12-18", "--hours", "60")
    outcome = with_coordinator(*ask, *GO)
    assert states(outcome) == [("create", "post", "applied")]
    (post,) = new(kantata, "posts", posts)
    assert post["recipient_ids"] == ["1031"]
    assert "2026-11-23 to 2026-12-11, 104 h soft → 2026-11-23 to 2026-12-18, 60 h soft" in post["message"]
    assert kantata.account.row("workspace_allocations", "10")["minutes"] == 104 * 60
    assert states(with_coordinator(*ask, *GO)) == [("create", "post", "kept")]


def test_a_direct_change_changes_the_booking(psdm: Psdm, kantata: KantataSandbox) -> None:
    ask = ("booking", "change", "SOW-2301", "--person", "aiko", "--to", "2026-12-18", "--hours", "60", "--hard")
    outcome = psdm(*ask, "--direct", *GO)
    assert states(outcome) == [("change", "workspace_allocation", "applied")]
    row = kantata.account.row("workspace_allocations", "10")
    assert (row["end_date"], row["minutes"], row["hard"]) == ("2026-12-18", 3600, True)
    (booking,) = outcome.result["bookings"]
    assert (booking["end"], booking["hours"], booking["hard"]) == ("2026-12-18", 60.0, True)
    assert states(psdm(*ask, "--direct", *GO)) == [("keep", "workspace_allocation", "kept")]


def test_several_bookings_must_be_told_apart(mirrored: Psdm) -> None:
    outcome = mirrored("booking", "change", "2301", "--role", "PSE", "--hours", "5", "--offline", "--dry-run", "--json")
    assert (outcome.code, "--booking" in outcome.error["hint"]) == (2, True)


def test_hardening_asks_by_post_for_people_and_by_request_for_unnamed_roles(
    with_coordinator: Psdm, kantata: KantataSandbox
) -> None:
    requests, posts = rows(kantata, "resource_requests"), rows(kantata, "posts")
    outcome = with_coordinator("booking", "harden", "SOW-2301", *GO)
    assert outcome.code == 0
    (post,) = new(kantata, "posts", posts)
    assert "104 h soft → hard" in post["message"]
    unnamed = {
        row["workspace_resource_id"]
        for row in rows(kantata, "workspace_allocations")
        if row["id"] in ("11", "12", "13")
    }
    assert {row["resource_id"] for row in new(kantata, "resource_requests", requests)} == unnamed
    assert all(kantata.account.row("workspace_allocations", ident)["hard"] is False for ident in ("10", "11", "12"))


def test_direct_hardening_hardens_what_was_meant(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("booking", "harden", "SOW-2301", "--role", "PSE", "--to", "2026-12-18", "--direct", *GO)
    assert outcome.code == 0
    hard = {ident: kantata.account.row("workspace_allocations", ident)["hard"] for ident in ("10", "11", "12", "13")}
    assert hard == {"10": True, "11": True, "12": False, "13": False}


def test_an_account_that_refuses_unnamed_hard_bookings_is_quoted(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.readings.unnamed_may_be_hard = False
    outcome = psdm("booking", "harden", "SOW-2301", "--booking", "11", "--direct", *GO)
    assert (outcome.code, "unnamed" in outcome.error["message"]) == (6, True)
    assert kantata.account.row("workspace_allocations", "11")["hard"] is False


def test_undo_takes_a_direct_change_and_a_pending_request_back(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    with_coordinator("booking", "harden", "SOW-2301", "--booking", "10", "--direct", *GO)
    assert with_coordinator("undo", "last", *GO).code == 0
    assert kantata.account.row("workspace_allocations", "10")["hard"] is False
    requests = rows(kantata, "resource_requests")
    with_coordinator("booking", "request", "SOW-2301", *PSE, *GO)
    (request,) = new(kantata, "resource_requests", requests)
    with_coordinator("undo", "last", *GO)
    assert kantata.account.row("resource_requests", request["id"])["status"] == "cancelled"


# what makes no sense, and what writes nothing


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--from", "2026-12-18", "--to", "2026-12-14", "--hours", "8"), id="ends before it starts"),
        pytest.param(("--from", "2026-12-14", "--to", "2026-12-18", "--hours", "0"), id="no hours"),
        pytest.param(("--from", "2026-12-14", "--to", "2026-12-18", "--hours", "-5"), id="less than no hours"),
        pytest.param(("--from", "2026-12-14", "--to", "2026-12-18", "--hours", "many"), id="no number"),
        pytest.param(("--from", "2026-12-14", "--to", "2027-12-18", "--hours", "8"), id="after the project"),
        pytest.param(("--from", "2026-11-02", "--to", "2026-11-06", "--hours", "8"), id="over already"),
        pytest.param(("--from", "14.12.2026", "--to", "2026-12-18", "--hours", "8"), id="no date"),
        pytest.param(("--from", "2026-12-14", "--to", "2026-12-18"), id="hours missing"),
    ],
)
def test_a_request_that_makes_no_sense(mirrored: Psdm, options: tuple[str, ...]) -> None:
    outcome = mirrored("booking", "request", "2301", "--role", "PSE", *options, "--offline", "--dry-run", "--json")
    assert (outcome.code, outcome.error["code"]) == (2, "usage"), outcome.error


def test_an_unknown_role_names_the_nearest(mirrored: Psdm) -> None:
    wish = ("--role", "PES", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "8")
    outcome = mirrored("booking", "request", "2301", *wish, "--offline", "--dry-run", "--json")
    assert (outcome.code, "PSE" in outcome.error["hint"]) == (2, True)


def test_more_hours_than_there_are_is_a_warning(with_coordinator: Psdm) -> None:
    wish = ("--role", "PSE", "--from", "2026-12-14", "--to", "2026-12-18", "--hours", "80", "--dry-run")
    outcome = with_coordinator("booking", "request", "SOW-2301", *wish, "--json")
    assert outcome.code == 0
    assert any("more than the 40 h" in warning for warning in outcome.document["warnings"])


def test_nothing_is_written_unconfirmed(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    assert with_coordinator("booking", "request", "SOW-2301", *PSE, "--no-input").code == 2
    assert with_coordinator("booking", "request", "SOW-2301", *PSE, "--dry-run").code == 0
    assert writes(kantata) == []


def test_a_saved_request_is_applied_later(with_coordinator: Psdm, kantata: KantataSandbox) -> None:
    requests = rows(kantata, "resource_requests")
    with_coordinator("booking", "request", "SOW-2301", *PSE, "--plan-out", "plan.json")
    assert new(kantata, "resource_requests", requests) == []
    assert with_coordinator("apply", "plan.json", *GO).code == 0
    assert len(new(kantata, "resource_requests", requests)) == 1


@pytest.mark.parametrize("collection", ["participations", "resource_requests"])
def test_what_may_not_be_seen_is_named(with_coordinator: Psdm, kantata: KantataSandbox, collection: str) -> None:
    kantata.refuse(collection)
    if collection == "participations":
        outcome = with_coordinator("booking", "harden", "SOW-2301", "--booking", "10", *GO)
        assert (outcome.code, "lacking permission" in outcome.result["texts"][0]["reason"]) == (0, True)
    else:
        outcome = with_coordinator("booking", "list", "--pending", "--json")
        assert (outcome.code, outcome.error["code"]) == (4, "permission")
    assert writes(kantata) == []
