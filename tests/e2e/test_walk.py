"""The Monday walk at a real terminal: two people at once, a whole Monday and the next one, and options instead."""

from __future__ import annotations

from datetime import date

import pytest
from psdm_process import Psdm
from sitting import Sitting, answered, at_card
from walk_memory import DATES, FUNDS, NOTE, REASON, SOFT, SOFT_REASON, Person, kept, stored, tasks

from psdm_cli.sandbox import KantataSandbox


@pytest.fixture
def person(psdm: Psdm) -> Psdm:
    """psdm that may ask."""
    return psdm.with_(PSDM_NO_INPUT=None)


# two people at once


def test_of_two_waivers_of_one_finding_the_first_stands(person: Psdm, kantata: KantataSandbox) -> None:
    one, other = Sitting(person), Sitting(person)
    for sitting in (one, other):
        at_card(sitting, "FP-01 SOW-2301")
    answered(other, "w", "slower")  # asked for the day already
    answered(one, "w", "quicker", "2026-12-04")
    answered(other, "2026-12-11")
    for sitting in (one, other):
        sitting.type("q")
        sitting.end()
    said = " ".join(" ".join(other.lines).split())
    assert "somebody was quicker: waived until 2026-12-04 because quicker (Robin Castellano). That stands." in said
    with stored(person, kantata) as store:
        assert [(w.finding, w.reason) for w in store.waivers.list()] == [(FUNDS, "quicker")]


def test_of_two_upside_entries_for_one_booking_the_first_stands(person: Psdm, kantata: KantataSandbox) -> None:
    one, other = Sitting(person), Sitting(person)
    for sitting in (one, other):
        at_card(sitting, SOFT)
    answered(other, "a", "slower")
    answered(one, "a", "quicker", "50")
    answered(other, "70")
    for sitting in (one, other):
        sitting.type("q")
        sitting.end()
    assert "somebody was quicker: in the upside ledger" in " ".join(" ".join(other.lines).split())
    with stored(person, kantata) as store:
        assert [(e.reason, str(e.probability)) for e in store.upside.list()] == [("quicker", "0.5")]


def test_a_task_that_two_repair_is_written_once(person: Psdm, kantata: KantataSandbox) -> None:
    before = tasks(kantata)
    one, other = Sitting(person), Sitting(person)
    for sitting in (one, other):
        at_card(sitting, DATES)
        answered(sitting, "f", "")  # shown, and asked whether to apply it
    for sitting in (one, other):
        answered(sitting, "y")
        sitting.type("q")
        sitting.end()
        assert sitting.code == 3
    assert "gone, checked again just now" in " ".join(" ".join(one.lines).split())
    after = tasks(kantata)
    changed = [key for key in after if after[key] != before[key]]
    assert len(changed) == 1
    assert all(after[changed[0]])
    written = [c for run in person("journal", "list", "--json").result["runs"] for c in run["changes"]]
    assert sorted(change["state"] for change in written) == ["applied", "kept"]


# a whole Monday, and the next one


def test_a_monday_walked_interrupted_repaired_and_frozen_and_the_next_one(
    person: Psdm, kantata: KantataSandbox
) -> None:
    asked_for = person.with_(PSDM_NO_INPUT="1")
    begun = asked_for("forecast-prep", "--json").result
    assert Sitting(person).converse(Person(stop_at="Apply")) == 130
    assert tasks(kantata) == tasks_of_seed()
    last = Person()
    sitting = Sitting(person)
    assert sitting.converse(last) == 3
    assert not any(question.startswith("Reason") for question in last.asked)
    said = " ".join(" ".join(sitting.lines).split())
    assert f"because of {SOFT_REASON}" in said
    assert "Frozen: week 2026-W48, revision 1" in said
    ended = asked_for("forecast-prep", "--json").result
    by_step = {step["id"]: step for step in ended["steps"]}
    undated = {f["key"] for s in begun["steps"] if s["id"] == "FP-02" for f in s["findings"]}
    assert len({f["key"] for f in by_step["FP-02"]["findings"]}) == len(undated) - 2
    assert by_step["FP-01"]["waived"] == 1
    moved = ("--booking", "54", "--from", "2027-02-01", "--to", "2027-02-26", "--direct", "--yes")
    assert asked_for("booking", "change", "SOW-2304", *moved, "--as-of", "2026-11-27").code == 0
    monday = asked_for("forecast-prep", "--json", "--as-of", "2026-11-30").result
    changes = {p["id"]: [change["kind"] for change in p["changes"]] for p in monday["projects"]}
    assert {ident: set(kinds) for ident, kinds in changes.items() if kinds} == {"3004": {"push", "up"}}
    pushed = [f for s in monday["steps"] if s["id"] == "FP-03" for f in s["findings"] if f["project"] == "3004"]
    assert any("pushed from 2026-12 to 2027-02" in finding["message"] for finding in pushed)
    assert {s["id"]: s["waived"] for s in monday["steps"]}["FP-01"] == 1
    run = asked_for("checklist", "show", "forecast-prep", "--json", "--as-of", "2026-11-30").result
    manual = {s["id"]: s["state"] for s in run["steps"] if s["id"] in ("FP-12", "FP-13", "FP-14")}
    assert manual == dict.fromkeys(("FP-12", "FP-13", "FP-14"), "manual"), "a new week is a new run"
    judged = asked_for("forecast", "accuracy", "--json", "--as-of", "2027-01-04").result["lines"]
    assert {(line["frozen_as_of"], line["verdict"]) for line in judged if line["project"] == "3004"} >= {
        ("2026-11-23", "out_of_tolerance")
    }
    later = asked_for("forecast-prep", "--json", "--as-of", "2026-12-07").document
    assert any("was waived until 2026-12-04" in warning for warning in later["warnings"])


def tasks_of_seed() -> dict[str, tuple[str | None, str | None]]:
    """The tasks' dates as they are seeded."""
    with KantataSandbox(as_of=date(2026, 11, 23)) as server:
        return tasks(server)


# options instead of questions


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param(("--waive", FUNDS), 2, "expected KEY=REASON@DATE", id="a waiver without anything"),
        pytest.param(("--waive", f"{FUNDS}=because"), 2, "the last day is missing", id="a waiver without a day"),
        pytest.param(("--waive", f"{FUNDS}= @2026-12-04"), 2, "needs a reason", id="a waiver without a reason"),
        pytest.param(("--waive", f"{FUNDS}=why@2026-11-22"), 2, "not in the past", id="a waiver into the past"),
        pytest.param(("--waive", f"{FUNDS}=why@soon"), 2, "YYYY-MM-DD", id="a waiver until no day"),
        pytest.param(("--waive", "FP-01:30=why@2026-12-04"), 5, "no open finding", id="an unknown finding"),
        pytest.param(("--upside", f"{FUNDS}=why"), 6, "no upside", id="money that is no upside"),
        pytest.param(("--upside", "FP-07:1=why@150"), 2, "1 to 100 %", id="more than certain"),
        pytest.param(("--confirm", "FP-12="), 2, "expected STEP=NOTE", id="a confirmation without a note"),
        pytest.param(("--confirm", "FP-99=so"), 2, "no step", id="an unknown step"),
        pytest.param(("--answer", "FP-12=perhaps"), 2, "expected yes or no", id="an unknown answer"),
        pytest.param(("--answer", "FP-01=yes"), 2, "psdm checks this step", id="an automatic step"),
        pytest.param(("--walk",), 2, "--walk needs a terminal", id="a walk without a terminal"),
    ],
)
def test_senseless_options_store_nothing(mirrored: Psdm, options: tuple[str, ...], code: int, said: str) -> None:
    good = ("--waive", f"{FUNDS}={REASON}@2026-12-04") if FUNDS not in str(options) else ("--confirm", f"FP-13={NOTE}")
    done = mirrored("forecast-prep", "-q", *good, *options)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    result = mirrored("checklist", "show", "forecast-prep", "--json").result
    assert not any(step["waived"] or step["state"] == "done" for step in result["steps"])


def test_a_dry_run_stores_nothing(psdm: Psdm, kantata: KantataSandbox) -> None:
    done = psdm("forecast-prep", "--dry-run", "--waive", f"{FUNDS}={REASON}@2026-12-04", "--confirm", f"FP-13={NOTE}")
    assert done.code == 3
    assert "Would be: " in done.err
    left = kept(psdm, kantata)
    assert (left["waivers"], left["steps"]) == ([], {})


def test_without_a_walk_the_page_is_printed(person: Psdm) -> None:
    sitting = Sitting(person, ("forecast-prep", "--no-walk"))
    assert sitting.question() is None
    assert sitting.code == 3
    assert "psdm forecast-prep --freeze" in "\n".join(sitting.lines[-6:])
