"""The doors to Kantata against the sandbox: what is sent, how it is found again, how it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml
from kantata_names import DOCUMENT, WRITES, compact_writes, text

from psdm_cli.changes.comparing import is_in
from psdm_cli.changes.doors import Doors, Seen
from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.errors import Forbidden, NotFound, RefusedByRule, WrongUsage
from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.people import Readings
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.kantata.writing import body_of, calls

PROJECT, SLOT = "3004", "11"
COORDINATOR, ME, ROLE = "1032", "1001", "11"
JANUARY = {"start_date": "2027-01-04", "end_date": "2027-01-08"}


@pytest.fixture(params=[True, False], ids=["plain ids", "ids only with their include"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[KantataSandbox]:
    with KantataSandbox(as_of=date(2026, 11, 23), readings=Readings(ids_without_include=request.param)) as server:
        yield server
    assert server.violations == []


@pytest.fixture
def doors_as(sandbox: KantataSandbox) -> Iterator[Callable[[str], Doors]]:
    made = []

    def make(persona: str) -> Doors:
        manner = Manner(sleep=lambda _seconds: None)
        made.append(KantataAdapter(sandbox.kantata_url, sandbox.tokens[persona], manner))
        return made[-1].doors()

    yield make
    for adapter in made:
        adapter.close()


@pytest.fixture
def doors(doors_as: Callable[[str], Doors]) -> Doors:
    return doors_as("full")


def change(kind: str, action: Action, key: str = "k", **what: Any) -> Change:
    given: dict[str, Any] = {"title": f"The {kind}", **what}
    return Change(system="kantata", kind=kind, action=action, key=key, **given)


def booking(key: str = "booking:1", **more: Any) -> Change:
    after = {"resource_id": SLOT, **JANUARY, "minutes": 2400, "hard": True, **more}
    return change("workspace_allocation", Action.CREATE, key, after=after)


def post(**more: Any) -> Change:
    after = {"workspace_id": PROJECT, "message": "Please harden\nbooking 5.", "recipient_ids": [COORDINATOR], **more}
    return change("post", Action.CREATE, "post:1", after=after)


def request(key: str = "request:1", **more: Any) -> Change:
    dates = {"workspace_allocation_start_date": "2027-01-04", "workspace_allocation_end_date": "2027-01-29"}
    after = {
        "resource_workspace_id": PROJECT,
        "resource_role_id": ROLE,
        "approver_ids": [COORDINATOR],
        "workspace_allocation_percentage": 50,
        **dates,
        **more,
    }
    return change("resource_request", Action.CREATE, key, after=after)


def report(key: str = "status:3004:2026-W48") -> Change:
    after = {"workspace_id": PROJECT, "color": "green", "description": "On track."}
    return change("status_report", Action.CREATE, key, after=after)


def field_value(value: Any, action: Action = Action.CHANGE, **more: Any) -> Change:
    after = {"subject_type": "Workspace", "subject_id": PROJECT, "custom_field_id": "64", "value": value}
    return change("custom_field_value", action, "field:3004:64", after=after, **more)


def milestone(**more: Any) -> Change:
    after = {"workspace_id": "3012", "title": "Wave C accepted", "amount_in_cents": 250_000, **more}
    return change("billing_milestone", Action.CREATE, "milestone:1", after=after)


def task(**more: Any) -> Change:
    after = {"workspace_id": PROJECT, "title": "Write the handover", "due_date": "2027-01-08", **more}
    return change("story", Action.CREATE, "task:1", after=after)


def send(doors: Doors, sent: Change) -> Seen:
    door = doors["kantata", sent.kind]
    door.check(sent)
    done = door.send(sent)
    assert done is not None
    return done


def take_back(doors: Doors, sent: Change, done: Seen | None) -> Change:
    door = doors["kantata", sent.kind]
    applied = replace(sent, id=done.id if done else sent.id)
    inverse = door.inverse(applied, door.look(applied))
    assert isinstance(inverse, Change), inverse
    door.check(inverse)
    door.send(inverse)
    return inverse


CREATES = [booking(), report(), milestone(), task(), request(), post()]
by_kind = pytest.mark.parametrize("wanted", CREATES, ids=lambda wanted: wanted.kind)


def rows(sandbox: KantataSandbox, kind: str) -> list[dict[str, Any]]:
    collection = {"story": "stories"}.get(kind, f"{kind}s")
    return [row for row in sandbox.account.rows(collection) if not row.get("deleted_at")]


def test_the_shipped_writes_are_those_of_the_document() -> None:
    published = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    assert WRITES.read_text(encoding="utf-8") == text(compact_writes(published))


@by_kind
def test_a_new_object_is_not_there_then_found_again_then_taken_back(
    doors: Doors, sandbox: KantataSandbox, wanted: Change
) -> None:
    door = doors["kantata", wanted.kind]
    before = len(rows(sandbox, wanted.kind))
    assert door.look(wanted) is None
    done = send(doors, wanted)
    assert len(rows(sandbox, wanted.kind)) == before + 1
    seen = door.look(wanted)
    assert seen is not None
    assert seen.id == done.id
    assert is_in(wanted, seen)
    assert door.look(wanted, frozenset({done.id})) is None  # that one stands for another change of the plan
    take_back(doors, wanted, done)
    if wanted.kind == "resource_request":
        assert sandbox.account.row("resource_requests", done.id)["status"] == "cancelled"
    else:
        assert len(rows(sandbox, wanted.kind)) == before
    assert door.look(wanted) is None


@pytest.mark.parametrize("wanted", CREATES[:4], ids=lambda wanted: wanted.kind)
def test_what_the_contract_allows_to_be_marked_carries_our_mark(
    doors: Doors, sandbox: KantataSandbox, wanted: Change
) -> None:
    done = send(doors, wanted)
    (mark,) = [row for row in sandbox.account.rows("external_references") if row["subject_id"] == done.id]
    assert (mark["service_name"], mark["service_model"], mark["service_model_ref"]) == ("psdm", wanted.kind, wanted.key)
    (sent,) = sandbox.writes
    (body,) = sent.json.values()
    assert body["external_reference"]["service_model_ref"] == wanted.key


@pytest.mark.parametrize("key", ["k" * 500, "half \ud800 of a pair", "with spaces & signs, =?#%/é"])
def test_any_key_can_be_a_mark(doors: Doors, key: str) -> None:
    door = doors["kantata", "status_report"]
    send(doors, report(key))
    assert door.look(report(key)) is not None
    assert door.look(report(f"{key}!")) is None


def test_a_marked_booking_is_known_even_when_somebody_moved_it(doors: Doors, sandbox: KantataSandbox) -> None:
    done = send(doors, booking())
    sandbox.account.update("workspace_allocations", done.id, minutes=600)
    seen = doors["kantata", "workspace_allocation"].look(booking())
    assert seen is not None
    assert not is_in(booking(), seen)


@pytest.mark.parametrize("how", ["no marker", "markers may not be seen"])
def test_without_a_marker_a_booking_is_known_by_what_it_says(doors: Doors, sandbox: KantataSandbox, how: str) -> None:
    done = send(doors, booking())
    if how == "no marker":
        for row in list(sandbox.account.rows("external_references")):
            sandbox.account.remove("external_references", row["id"])
    else:
        sandbox.refuse("external_references")
    door = doors["kantata", "workspace_allocation"]
    seen = door.look(booking())
    assert seen is not None
    assert seen.id == done.id
    for other in ({"minutes": 2401}, {"hard": False}, {"end_date": "2027-01-07"}, {"start_date": "2027-01-05"}):
        assert door.look(booking("booking:2", **other)) is None


def test_a_health_report_that_says_the_same_as_last_weeks_is_another_one(doors: Doors) -> None:
    send(doors, report())
    assert doors["kantata", "status_report"].look(report("status:3004:2026-W49")) is None


def test_a_deleted_object_leaves_no_mark_that_finds_it(doors: Doors, sandbox: KantataSandbox) -> None:
    done = send(doors, booking())
    sandbox.account.remove("workspace_allocations", done.id)
    assert doors["kantata", "workspace_allocation"].look(booking()) is None


def test_a_booking_is_changed_and_changed_back(doors: Doors, sandbox: KantataSandbox) -> None:
    old = dict(sandbox.account.row("workspace_allocations", "3"))
    sent = change(
        "workspace_allocation",
        Action.CHANGE,
        id="3",
        before={"minutes": old["minutes"], "end_date": old["end_date"], "hard": True},
        after={"minutes": 480, "end_date": "2026-12-18", "hard": False},
    )
    done = send(doors, sent)
    assert is_in(sent, done)
    row = sandbox.account.row("workspace_allocations", "3")
    assert (row["minutes"], row["end_date"], row["hard"]) == (480, "2026-12-18", False)
    take_back(doors, sent, done)
    row = sandbox.account.row("workspace_allocations", "3")
    assert {name: row[name] for name in ("minutes", "end_date", "hard")} == {
        name: old[name] for name in ("minutes", "end_date", "hard")
    }


def test_a_deleted_booking_is_made_anew(doors: Doors, sandbox: KantataSandbox) -> None:
    door = doors["kantata", "workspace_allocation"]
    sent = change("workspace_allocation", Action.DELETE, id="3")
    seen = door.look(sent)
    assert seen is not None
    assert door.send(sent) is None
    assert sandbox.account.get("workspace_allocations", "3") is None
    assert door.send(sent) is None  # gone already is what was wanted
    inverse = door.inverse(replace(sent, before=seen.attributes), None)
    assert isinstance(inverse, Change)
    door.check(inverse)
    again = door.send(inverse)
    assert again is not None
    assert {**again.attributes} == {**seen.attributes}


def test_dates_of_a_task_and_of_a_milestone(doors: Doors, sandbox: KantataSandbox) -> None:
    story = next(row for row in sandbox.account.rows("stories") if row["due_date"] is None)
    sent = change("story", Action.CHANGE, id=story["id"], before={"due_date": None}, after={"due_date": "2027-01-15"})
    done = send(doors, sent)
    assert sandbox.account.row("stories", story["id"])["due_date"] == "2027-01-15"
    take_back(doors, sent, done)
    assert sandbox.account.row("stories", story["id"])["due_date"] is None

    bill = next(row for row in sandbox.account.rows("billing_milestones") if not row["invoice_ids"])
    sent = change(
        "billing_milestone",
        Action.CHANGE,
        id=bill["id"],
        before={"date_to_invoice": bill["date_to_invoice"]},
        after={"date_to_invoice": "2027-02-01"},
    )
    send(doors, sent)
    assert sandbox.account.row("billing_milestones", bill["id"])["date_to_invoice"] == "2027-02-01"


def test_a_custom_field_is_set_changed_back_and_emptied(doors: Doors, sandbox: KantataSandbox) -> None:
    door = doors["kantata", "custom_field_value"]
    old = door.look(field_value("x"))
    assert old is not None
    sent = field_value("https://git.example/a", before={"value": old.attributes["value"]})
    done = send(doors, sent)
    assert done.id != old.id  # an upsert gives a new id
    seen = door.look(sent)
    assert seen is not None
    assert is_in(sent, seen)
    take_back(doors, sent, done)
    back = door.look(sent)
    assert back is not None
    assert back.attributes == old.attributes
    empty = change("custom_field_value", Action.DELETE, id=back.id, before={**back.attributes})
    assert door.send(empty) is None
    assert door.look(sent) is None
    made = field_value("new", Action.CREATE)
    take_back(doors, made, send(doors, made))
    assert door.look(sent) is None


def test_a_request_is_the_same_for_the_same_role_project_and_dates(doors: Doors) -> None:
    door = doors["kantata", "resource_request"]
    send(doors, request())
    assert door.look(request("request:other key")) is not None
    later = {"workspace_allocation_start_date": "2027-01-11"}
    assert door.look(request(**later)) is None
    assert door.look(request(resource_role_id="13")) is None
    assert door.look(request(resource_workspace_id="3001")) is None


def test_an_answered_request_is_not_withdrawn_and_not_taken_for_a_new_one(
    doors: Doors, sandbox: KantataSandbox
) -> None:
    door = doors["kantata", "resource_request"]
    done = send(doors, request())
    sandbox.account.update("resource_requests", done.id, status="approved")
    assert door.look(request()) is None
    applied = replace(request(), id=done.id)
    assert door.inverse(applied, door.look(applied)) == "the request was approved already"
    withdraw = change(
        "resource_request",
        Action.CLOSE,
        id=done.id,
        before={"request_resolution_status": None},
        after={"request_resolution_status": "cancel"},
    )
    with pytest.raises(RefusedByRule, match="already approved"):
        door.send(withdraw)


def test_what_a_withdrawn_request_leaves_behind_is_named(doors: Doors) -> None:
    done = send(doors, request())
    inverse = take_back(doors, request(), done)
    assert "the unnamed resource" in inverse.why
    assert "stay in Kantata" in inverse.why


def test_a_request_for_a_resource_that_is_there(doors: Doors) -> None:
    bare = {"resource_id": SLOT, "approver_ids": [COORDINATOR]}
    sent = change("resource_request", Action.CREATE, after=bare)
    done = send(doors, sent)
    seen = doors["kantata", "resource_request"].look(sent)
    assert seen is not None
    assert seen.id == done.id
    assert take_back(doors, sent, done).why == ""


def test_a_post_is_private_and_its_answer_keeps_it(doors: Doors, sandbox: KantataSandbox) -> None:
    door = doors["kantata", "post"]
    done = send(doors, post())
    row = sandbox.account.row("posts", done.id)
    assert (row["private"], row["recipient_ids"], row["user_id"]) == (True, [COORDINATOR], ME)
    assert door.look(post(message="Please harden  booking 5.")) is not None  # blanks do not make another post
    assert door.look(post(message="Please harden booking 6.")) is None
    assert door.look(post(recipient_ids=["1031"])) is None
    sandbox.account.update("posts", done.id, reply_count=1)
    applied = replace(post(), id=done.id)
    assert door.inverse(applied, door.look(applied)) == "the post was answered already"


def test_internal_words_never_go_to_everybody_or_to_the_customer(doors: Doors, sandbox: KantataSandbox) -> None:
    door = doors["kantata", "post"]
    with pytest.raises(RefusedByRule, match="read by everybody"):
        door.check(post(recipient_ids=[]))
    door.check(replace(post(recipient_ids=[]), audience=Audience.CUSTOMER))
    row = next(
        row for row in sandbox.account.find("participations", "workspace_id", PROJECT) if row["user_id"] == COORDINATOR
    )
    sandbox.account.update("participations", row["id"], role="buyer")
    with pytest.raises(RefusedByRule, match="customer's side"):
        door.look(post())
    sandbox.refuse("participations")
    with pytest.raises(Forbidden, match="who takes part"):
        door.look(post())


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        pytest.param(booking(minuets=5), "has no attribute minuets", id="misspelt"),
        pytest.param(booking(minutes="480"), "minutes must be a whole number", id="text for minutes"),
        pytest.param(booking(minutes=480.5), "minutes must be a whole number", id="fraction of a minute"),
        pytest.param(booking(minutes=-1), "must not be negative", id="negative"),
        pytest.param(booking(minutes=None), "minutes is missing", id="left out"),
        pytest.param(booking(hard=None), "hard must be said", id="hardness left to the default"),
        pytest.param(booking(hard="yes"), "hard must be", id="text for a switch"),
        pytest.param(booking(end_date="2027-01-01"), "end_date lies before start_date", id="ends before it starts"),
        pytest.param(booking(start_date="4.1.2027"), "start_date must be a date", id="no date"),
        pytest.param(booking(resource_id="eleven"), "resource_id: “eleven” is not an id", id="no id"),
        pytest.param(milestone(amount_in_cents=2500.0), "amount_in_cents must be a whole", id="money as a float"),
        pytest.param(milestone(billing_type="later"), "billing_type must be one of", id="no choice of the contract"),
        pytest.param(task(title="x" * 201), "title is longer than 200", id="too long"),
        pytest.param(task(start_date="2027-01-09"), "due_date lies before start_date", id="due before it starts"),
        pytest.param(request(approver_ids="1032"), "approver_ids must be a list", id="text for a list"),
        pytest.param(request(approver_ids=[]), "approver_ids is missing", id="nobody to approve"),
        pytest.param(request(resource_role_id=None), "give resource_id, or", id="no role"),
        pytest.param(
            change("workspace_allocation", Action.CHANGE, after={"minutes": 1}),
            "its id is missing",
            id="no id to change",
        ),
        pytest.param(
            change("workspace_allocation", Action.CHANGE, id="3", after={"resource_id": "5"}),
            "has no attribute resource_id",
            id="a booking never changes its resource",
        ),
        pytest.param(
            change("post", Action.CHANGE, id="3", after={"message": "x"}), "does not change a post", id="edit"
        ),
        pytest.param(
            change("resource_request", Action.CLOSE, id="2", after={"request_resolution_status": "approve"}),
            "must be cancel",
            id="approving is the coordinator's",
        ),
        pytest.param(field_value(""), "value is missing", id="an empty value is a delete"),
    ],
)
def test_what_is_outside_the_contract_is_never_sent(
    doors: Doors, sandbox: KantataSandbox, wanted: Change, words: str
) -> None:
    with pytest.raises(WrongUsage, match=words):
        doors["kantata", wanted.kind].check(wanted)
    assert sandbox.requests == []


def test_a_reference_to_something_not_yet_made_passes_the_check(doors: Doors) -> None:
    doors["kantata", "workspace_allocation"].check(booking(resource_id={"$id": "slot"}))


def test_ids_are_sent_in_the_contracts_type() -> None:
    body = body_of("POST /status_reports", {"workspace_id": 3004, "color": "green", "description": "x"})
    assert body == {"status_report": {"workspace_id": "3004", "color": "green", "description": "x"}}
    body = body_of("POST /posts", {"workspace_id": "3004", "message": "x", "recipient_ids": ["1", 2]})
    assert body == {"post": {"workspace_id": 3004, "message": "x", "recipient_ids": [1, 2]}}
    assert body_of("PUT /stories/{id}", {"due_date": date(2027, 1, 4), "start_date": None}) == {
        "story": {"due_date": "2027-01-04", "start_date": None}
    }
    assert body_of("DELETE /posts/{id}", {}) is None
    with pytest.raises(ValueError, match="not among"):
        body_of("POST /workspaces", {"title": "x"})
    assert "POST /time_entries" not in calls()


def test_a_refusal_names_field_and_words(doors: Doors) -> None:
    sent = post(recipient_ids=["1012"])
    with pytest.raises(RefusedByRule, match="422: recipient_ids: must be participants of the project"):
        doors["kantata", "post"].send(sent)


def test_an_invoiced_milestone_is_refused_in_kantatas_words(doors: Doors, sandbox: KantataSandbox) -> None:
    invoiced = next(row for row in sandbox.account.rows("billing_milestones") if row["invoice_ids"])
    sent = change("billing_milestone", Action.CHANGE, id=invoiced["id"], after={"date_to_invoice": "2027-01-01"})
    with pytest.raises(RefusedByRule, match="an invoiced milestone cannot be changed"):
        doors["kantata", "billing_milestone"].send(sent)


def test_a_right_that_is_lacking_is_named(doors_as: Callable[[str], Doors]) -> None:
    with pytest.raises(Forbidden, match="Resource Management access group") as refused:
        doors_as("reader")["kantata", "workspace_allocation"].send(booking())
    assert refused.value.exit_code == 4


def test_a_change_of_what_is_gone(doors: Doors) -> None:
    sent = change("workspace_allocation", Action.CHANGE, id="99999", after={"minutes": 60})
    door = doors["kantata", "workspace_allocation"]
    assert door.look(sent) is None
    with pytest.raises(NotFound, match="does not know it any more"):
        door.send(sent)


def test_a_service_that_deletes_nothing_says_so(sandbox: KantataSandbox, doors: Doors) -> None:
    sandbox.readings.undeletable = frozenset({"workspace_allocations"})
    with pytest.raises(Forbidden):
        doors["kantata", "workspace_allocation"].send(change("workspace_allocation", Action.DELETE, id="3"))


def details(**colours: str) -> list[dict[str, str]]:
    """Categories of a health report as psdm sends them."""
    return [{"category": name, "color": colour, "description": f"{name}: {colour}"} for name, colour in colours.items()]


def test_a_health_report_of_the_day_is_changed_with_all_its_categories_and_changed_back(
    doors: Doors, sandbox: KantataSandbox
) -> None:
    first = report()
    first = replace(first, after={**first.after, "details": details(Scope="green", Budget="green")})
    done = send(doors, first)
    door = doors["kantata", "status_report"]
    wanted = {"color": "yellow", "details": details(Scope="green", Budget="yellow", Client="green")}
    seen = door.look(change("status_report", Action.CHANGE, "health", id=done.id, after=wanted))
    assert seen is not None
    assert seen.attributes["details"] == details(Scope="green", Budget="green")
    before = {name: seen.attributes[name] for name in wanted}
    sent = change("status_report", Action.CHANGE, "health", id=done.id, before=before, after=wanted)
    changed = send(doors, sent)
    assert is_in(sent, changed)
    row = sandbox.account.row("status_reports", done.id)
    assert (row["color"], row["description"], row["details"]) == ("yellow", "On track.", wanted["details"])
    take_back(doors, sent, changed)
    row = sandbox.account.row("status_reports", done.id)
    assert (row["color"], row["details"]) == ("green", details(Scope="green", Budget="green"))


def test_categories_that_nobody_wrote_are_no_difference(doors: Doors, sandbox: KantataSandbox) -> None:
    wanted = report()
    wanted = replace(wanted, after={**wanted.after, "details": details(Scope="green")})
    done = send(doors, wanted)
    rows = [*details(Scope="green"), {"category": "Client", "color": None, "description": None}]
    sandbox.account.update("status_reports", done.id, details=rows)
    seen = doors["kantata", "status_report"].look(wanted)
    assert is_in(wanted, seen)
