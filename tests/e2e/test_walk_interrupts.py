"""Ctrl-C at every question of the walk, its repairs, checklists and bookings: the code says which there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psdm_process import Psdm
from questions_in_code import questions_in
from sitting import Sitting
from walk_memory import CARDS, DATES, FUNDS, NOTE, REASON, SOFT, SOFT_REASON, Answer, Person, kept

from psdm_cli.sandbox import KantataSandbox

MODULES = (
    "workflows/walk.py",
    "workflows/checklist_walk.py",
    "workflows/fixing_dates.py",
    "workflows/fixing_bookings.py",
    "workflows/engagement_choice.py",
    "commands/repairing.py",
    "commands/writing.py",
    "commands/booking.py",
    "commands/booking_given.py",
)
TEAM = Path(__file__).parents[2] / "docs" / "examples" / "team"
HANDOVER = ("checklist", "resume", "handover", "SOW-2301")
REQUEST = ("booking", "request", "migration")


def no_other_bookings(_: Psdm, kantata: KantataSandbox) -> None:
    """The TA of SOW-2301 was never booked: nobody can tell a pace."""
    for row in list(kantata.account.find("workspace_allocations", "workspace_id", "3001")):
        if row["workspace_resource_id"] in of_role(kantata, "TA"):
            kantata.account.remove("workspace_allocations", row["id"])


def of_role(kantata: KantataSandbox, role: str) -> set[str]:
    """The resources of SOW-2301 in a role."""
    names = {str(row["id"]) for row in kantata.account.rows("roles") if row["name"] in (role, "Technical Architect")}
    rows = kantata.account.find("workspace_resources", "workspace_id", "3001")
    return {str(row["id"]) for row in rows if str(row["role_id"]) in names}


def no_dates_around(_: Psdm, kantata: KantataSandbox) -> None:
    """SOW-2308 has no date anywhere that a proposal could stand on."""
    for row in list(kantata.account.find("stories", "workspace_id", "3008")):
        kantata.account.update("stories", row["id"], start_date=None, due_date=None, archived=row["id"] != "224")
    kantata.account.update("workspaces", "3008", start_date=None, due_date=None, effective_due_date=None)


def an_overdue_task(_: Psdm, kantata: KantataSandbox) -> None:
    """Of SOW-2304, which is in good order else."""
    tasks = kantata.account.find("stories", "workspace_id", "3004")
    row = next(each for each in tasks if each["story_type"] == "task" and each["state"] != "completed")
    kantata.account.update("stories", row["id"], start_date="2026-11-02", due_date="2026-11-20")


def a_no_before(psdm: Psdm, _: KantataSandbox) -> None:
    """FP-12 was answered with a no and a note."""
    assert psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=no", "--note", "FP-12=who?").code == 3


@dataclass(frozen=True, slots=True)
class Way:
    """How a person comes to a question. `world`: it is another Kantata or another beginning than usual."""

    cards: Mapping[str, Answer] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("forecast-prep",)
    config: str = ""
    world: Callable[[Psdm, KantataSandbox], None] | None = None


WAIVED, ADDED, BY_HAND = {"FP-01 SOW-2301": "w"}, {SOFT: "a"}, {"How": "g"}
ASKED = {
    "Which role": "PSE",
    "First day": "2026-12-14",
    "Last day": "2026-12-18",
    "Hours": "20",
    ".* means": "SOW-2301",
}
#: question by question: as the code has it, and the way there
WAYS: Mapping[str, Way] = {
    r"What now\?": Way(),
    r"How\?": Way({DATES: "f"}),
    "Reason, as you would say it in the call": Way(WAIVED),
    "Until which day, included": Way(WAIVED),
    r"What keeps it soft \(because of …\)": Way(ADDED),
    "Probability in percent": Way(ADDED),
    r"Apply .*\? y/N": Way({DATES: "f"}),
    "Type .*, the number of changes, to apply them all; Enter leaves all as it is": Way(
        {DATES: "f"}, config="policy: {large_plan: 0}"
    ),
    r"Is it sent to .*\?": Way({"FP-09 SOW-2303": "f"}),
    "Due date": Way({DATES: ["f"]}, BY_HAND),
    "Start": Way({DATES: ["", "f"]}, BY_HAND),
    "Start of “.*”": Way({DATES: ["f"]}, world=no_dates_around),
    "Due date of “.*”": Way({DATES: ["f"]}, {"Start": "2027-03-01"}, world=no_dates_around),
    "On which day was it done": Way({"FP-05 SOW-2307": "f"}),
    "New due date": Way({"FP-05 SOW-2304": "f"}, world=an_overdue_task),
    "New sign-off date": Way({"FP-10 SOW-2302": "f"}),
    ".* hours in total": Way({"FP-08 SOW-2301": ["e", "f"]}, world=no_other_bookings),
    r"Done\?": Way(),
    r"Note \(.*\)": Way(),
    r"Why is it skipped\?": Way(answers={"Done": "s"}),
    r"Note \(Enter for none\)": Way(answers={"Done": "n"}),
    "Note": Way(answers={"Done": "n"}, world=a_no_before),
    r"Freeze the forecast of .*.*\?": Way(CARDS),
    r"Which\?": Way(arguments=HANDOVER, config=f"checklists: {{folder: '{TEAM / 'checklists'}'}}"),
    ".*, skip or later": Way(
        answers={"Which": "f"}, arguments=HANDOVER, config=f"checklists: {{folder: '{TEAM / 'checklists'}'}}"
    ),
    r"Which role \(PM, PSE, TA\)": Way(answers=ASKED, arguments=REQUEST),
    "First day": Way(answers=ASKED, arguments=REQUEST),
    "Last day, included": Way(answers=ASKED, arguments=REQUEST),
    "Hours in total": Way(answers=ASKED, arguments=REQUEST),
    ".* means several engagements; which one": Way(answers=ASKED, arguments=REQUEST),
}


def test_no_question_is_left_out() -> None:
    assert questions_in(*MODULES) == set(WAYS)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a walk without interruption leaves behind."""
    with KantataSandbox(as_of=date(2026, 11, 23)) as server:
        psdm = Psdm(tmp_path_factory.mktemp("undisturbed")).at(server).with_(PSDM_AS_OF="2026-11-23")
        assert Sitting(psdm).converse(Person()) == 3
        left = kept(psdm, server)
    assert left["waivers"] == [(FUNDS, REASON, date(2026, 12, 4), "Robin Castellano")]
    assert [(entry[1], entry[2]) for entry in left["upside"]] == [(SOFT_REASON, "0.6")]
    assert left["steps"] == dict.fromkeys(("FP-12", "FP-13", "FP-14"), ("yes", NOTE, "Robin Castellano"))
    assert left["frozen"] == [("2026-W48", 1)]
    return left


KEPT = {"waivers": True, "upside": True}


def chains() -> dict[str, list[str]]:
    """Questions that one person in one world comes to, interrupted at each in turn."""
    found: dict[str, list[str]] = {}
    for question, way in WAYS.items():
        world = way.world.__name__ if way.world else "usual"
        found.setdefault(f"{way.arguments[0]}, {world}", []).append(question)
    return found


@pytest.mark.parametrize("chain", chains())
def test_ctrl_c_keeps_all_and_the_next_run_goes_on(
    psdm: Psdm, kantata: KantataSandbox, undisturbed: dict[str, Any], chain: str
) -> None:
    """The same person is interrupted at one question after the other, then goes to the end."""
    questions = chains()[chain]
    world = WAYS[questions[0]].world
    if world is not None:
        world(psdm, kantata)
    person = psdm.with_(PSDM_NO_INPUT=None)
    for question in questions:
        interrupted_at(question, person, kantata)
    if WAYS[questions[0]].arguments != ("forecast-prep",):
        assert kantata.writes == []
        return
    half = kept(person, kantata)
    assert half["frozen"] == []
    if world is None:
        assert {name: half[name] == undisturbed[name] for name in ("waivers", "upside")} == KEPT
        assert half["steps"] == {step: said for step, said in undisturbed["steps"].items() if step != "FP-14"}
        assert Sitting(person, columns=140).converse(Person()) == 3
        assert as_far_as_order_goes(kept(person, kantata)) == as_far_as_order_goes(undisturbed)


def interrupted_at(question: str, person: Psdm, kantata: KantataSandbox) -> None:
    """Come to a question, and press Ctrl-C there: what was not confirmed is not sent."""
    way = WAYS[question]
    folder = person.home / "psdm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(way.config + "\n", encoding="utf-8")
    sent = len(kantata.writes)
    first = Person(question, way.cards, way.answers)
    sitting = Sitting(person, way.arguments, columns=140)
    assert (question, sitting.converse(first)) == (question, 130)
    assert re.match(question, first.asked[-1])
    assert "kept" in sitting.raw
    assert "Traceback" not in sitting.raw
    applied = sum("Journal: run" in line for line in sitting.lines)
    assert (question, len(kantata.writes) - sent) == (question, applied)
    (folder / "config.yaml").unlink()


def as_far_as_order_goes(left: dict[str, Any]) -> dict[str, Any]:
    """What a walk leaves; of tasks only which have their dates: what was put off is dated later, from others."""
    dated = {key for key, days in left["tasks"].items() if all(days)}
    return {**left, "tasks": dated, "decisions": {key: verdict for key, (verdict, _) in left["decisions"].items()}}


def test_ctrl_c_at_the_last_question_keeps_the_frozen_forecast(
    psdm: Psdm, kantata: KantataSandbox, undisturbed: dict[str, Any]
) -> None:
    """The message is on the screen, and asked is whether it is posted."""
    person = psdm.with_(PSDM_NO_INPUT=None)
    answers = {"Done": ["y", "y"]}
    sitting = Sitting(person)

    def until_posted(question: str, screen: str) -> str | None:
        return None if "FP-14 Message" in screen else usual(question, screen)

    usual = Person(answers=answers)
    assert sitting.converse(until_posted) == 130
    assert "**Forecast call 2026-W48**" in sitting.raw
    assert kept(person, kantata)["frozen"] == [("2026-W48", 1)]
    again = Person()
    assert Sitting(person).converse(again) == 3
    assert [question for question in again.asked if "again, with the same figures" in question] != []
    assert kept(person, kantata) == undisturbed


def test_every_question_has_an_option(psdm: Psdm, kantata: KantataSandbox, undisturbed: dict[str, Any]) -> None:
    source = undisturbed["upside"][0][0]
    key = f"FP-07:{source.removeprefix('soft-booking:')}"
    done = psdm(
        *("forecast-prep", "--json", "--freeze"),
        *("--waive", f"{FUNDS}={REASON}@2026-12-04"),
        *("--upside", f"{key}={SOFT_REASON}@60"),
        *("--confirm", f"FP-12={NOTE}", "--confirm", f"FP-13={NOTE}", "--confirm", f"FP-14={NOTE}"),
    )
    assert done.code == 3
    left = kept(psdm, kantata)
    for name in ("waivers", "upside", "steps", "frozen"):
        assert left[name] == undisturbed[name]
    (step,) = [each for each in done.result["steps"] if each["id"] == "FP-04"]
    page = psdm("forecast-prep", "--step", "FP-04", "--json").result["steps"]
    assert [each["findings"] for each in page if each["id"] == "FP-04"] == [step["findings"]], (
        "the page knows the ledger"
    )
    assert f"FP-04:{source}" not in {finding["key"] for finding in step["findings"]}
    again = psdm("forecast-prep", "--upside", f"{key}=once more")
    assert again.code == 6
    assert SOFT_REASON in again.err
