"""Repairs inside the walk: what a person confirms there is on the server, and undone it is as it was.

SOW-2301 (project 3001) lacks hard bookings, and booking 10 is soft; 58 is a milestone of SOW-2302 due on 29 January, 56
one that is overdue; 187 is a task of SOW-2307 completed before its day. Camille Draper (1031) coordinates.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from psdm_process import Psdm
from sitting import Sitting
from walk_memory import SOFT, Answer, Person, kept

from psdm_cli.sandbox import KantataSandbox

GAPS, SIGN_OFF, EARLY = "FP-08 SOW-2301", "FP-10 SOW-2302", "FP-05 SOW-2307"
TABLES = ("stories", "workspace_allocations", "billing_milestones")
END = {"Done": "", "Freeze": "n"}
World = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture
def person(psdm: Psdm) -> Psdm:
    """psdm that may ask, with a project coordinator."""
    folder = psdm.home / "psdm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text("kantata: {coordinator: '1031'}\n", encoding="utf-8")
    return psdm.with_(PSDM_NO_INPUT=None)


def world(kantata: KantataSandbox) -> World:
    """What repairs change, as it is on the server, without what the server reckons itself."""
    rows = {name: copy.deepcopy(kantata.account.table(name)) for name in TABLES}
    for table in rows.values():
        for row in table.values():
            for derived in ("updated_at", "updater_id", "percentage"):
                row.pop(derived, None)
    return rows


def changed(before: World, after: World) -> dict[str, dict[str, Any]]:
    """Which attributes differ: by table and id."""
    return {
        f"{name} {ident}": {key: row[key] for key in row if row[key] != before[name].get(ident, {}).get(key)}
        for name, table in after.items()
        for ident, row in table.items()
        if row != before[name].get(ident)
    }


def walked(person: Psdm, cards: dict[str, Answer], answers: dict[str, Answer]) -> Sitting:
    """Walk to the end with these answers."""
    sitting = Sitting(person, columns=140)
    assert sitting.converse(Person(cards=cards, answers={**answers, **END})) == 3
    return sitting


def runs(person: Psdm) -> list[str]:
    """The runs that wrote something, the last one first."""
    return [run["id"] for run in person("journal", "list", "--json", "--no-input").result["runs"]]


@pytest.mark.parametrize(
    ("cards", "answers", "expected"),
    [
        pytest.param(
            {SIGN_OFF: ["f"]},
            {"New": "2027-02-12"},
            {"stories 58": {"due_date": "2027-02-12"}},
            id="a sign-off date moved",
        ),
        pytest.param(
            {EARLY: ["f"]},
            {"On which": ""},
            {"stories 187": {"start_date": "2026-11-23", "due_date": "2026-11-23"}},
            id="done before it was to begin",
        ),
        pytest.param(
            {SOFT: ["f"]},
            {"How": "m"},
            {"workspace_allocations 10": {"hard": True}},
            id="a soft booking made hard directly",
        ),
    ],
)
def test_a_repair_is_on_the_server_and_is_undone(
    person: Psdm,
    kantata: KantataSandbox,
    cards: dict[str, Answer],
    answers: dict[str, Answer],
    expected: dict[str, dict[str, Any]],
) -> None:
    before = world(kantata)
    sitting = walked(person, cards, {"Apply": ["n", "y"], **answers})
    assert changed(before, world(kantata)) == {}, "said no"
    assert "Nothing was changed." in sitting.raw
    cards = {name: ["f"] for name in cards}
    sitting = walked(person, cards, answers)
    assert changed(before, world(kantata)) == expected
    assert "gone, checked again just now" in " ".join(" ".join(sitting.lines).split())
    (run,) = runs(person)
    assert person("undo", run, "--yes", "--no-input").code == 0
    assert changed(before, world(kantata)) == {}


def posts(kantata: KantataSandbox) -> list[str]:
    """What was posted to the coordinator."""
    return [row["message"] for row in kantata.account.rows("posts") if row.get("recipient_ids") == ["1031"]]


def test_hours_that_lack_are_requested_from_the_coordinator(person: Psdm, kantata: KantataSandbox) -> None:
    before, known = world(kantata), set(kantata.account.table("resource_requests"))
    said = set(posts(kantata))
    walked(person, {GAPS: ["f"]}, {})
    made = [row for key, row in kantata.account.table("resource_requests").items() if key not in known]
    assert made
    assert all(row["approver_ids"] == ["1031"] for row in made)
    assert {row["status"] for row in made} == {"new"}
    assert [text for text in posts(kantata) if text not in said]
    assert changed(before, world(kantata)) == {}, "the coordinator books, not psdm"
    pending = person("booking", "list", "--pending", "--json", "--no-input").result["requests"]
    assert {request["sow"] for request in pending} >= {"SOW-2301"}


def test_a_soft_booking_is_asked_to_be_made_hard(person: Psdm, kantata: KantataSandbox) -> None:
    before, said = world(kantata), set(posts(kantata))
    sitting = walked(person, {SOFT: ["f"]}, {"How": "a"})
    (text,) = [text for text in posts(kantata) if text not in said]
    assert "Aiko Tremblay" in text
    assert "hard" in text
    assert changed(before, world(kantata)) == {}
    assert "not gone yet, psdm looks again next time" in " ".join(" ".join(sitting.lines).split())


def test_waivers_and_upside_are_kept_and_nothing_is_sent(person: Psdm, kantata: KantataSandbox) -> None:
    """The milestone at risk is in the forecast already; added by hand it is said so."""
    sitting = walked(person, {"FP-01 SOW-2302": "w", SIGN_OFF: ["a", "w"], SOFT: "a"}, {})
    assert kantata.writes == []
    left = kept(person, kantata)
    assert [waiver[0].partition(":")[0] for waiver in left["waivers"]] == ["FP-01", "FP-10"]
    assert sorted(entry[0] for entry in left["upside"]) == ["milestone:story:58", "soft-booking:10"]
    assert "Its money is in the forecast as well" in sitting.raw
    assert "Upside: can only forecast 60,000.00 USD because of" in " ".join(" ".join(sitting.lines).split())
    asked_again = Person(cards={})
    assert Sitting(person, columns=140).converse(asked_again) == 3
    questions = person.with_(PSDM_NO_INPUT="1")("forecast-prep", "--json").result["steps"]
    (forecast,) = [step for step in questions if step["id"] == "FP-10"]
    assert (forecast["waived"], len([f for f in forecast["findings"] if f["state"] == "open"])) == (1, 1)
