"""`psdm people`: free hours by week, utilization, who could take open work; what could not be seen is said."""

from __future__ import annotations

from typing import Any

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox


def by_name(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """The people of a result."""
    return {person["name"]: person for person in outcome.result["people"]}


def test_free_hours_agree_with_forecast_prep(psdm: Psdm, calm: dict[str, Any]) -> None:
    outcome = psdm("people", "--json")
    assert outcome.code == 0
    found = by_name(outcome)
    for person in calm["people"]:
        mine = found[person["name"]]
        assert mine["hard_hours"] == person["hard_hours"]
        assert mine["soft_hours"] == person["soft_hours"]
        assert mine["capacity_hours"] == person["capacity_hours"]
        assert mine["free_hours"] == person["capacity_hours"] - person["hard_hours"]
    assert all(len(person["weeks"]) == 4 for person in found.values())
    assert any("lower bound" in warning for warning in outcome.document["warnings"])


def test_utilization_is_billable_time_against_capacity_and_target(psdm: Psdm, kantata: KantataSandbox) -> None:
    found = by_name(psdm("people", "Mateo", "--json"))["Mateo Brandvold"]["utilization"]
    minutes = sum(
        entry["time_in_minutes"]
        for entry in kantata.account.rows("time_entries")
        if entry["user_id"] == "1012" and entry["billable"] and "2026-10-26" <= entry["date_performed"] <= "2026-11-22"
    )
    assert (found["start"], found["end"]) == ("2026-10-26", "2026-11-22")
    assert found["billable_hours"] == round(minutes / 60, 2)
    assert found["ratio"] == pytest.approx(found["billable_hours"] / found["capacity_hours"], abs=0.0001)
    assert found["target"] == 0.8


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("aiko",), {"Aiko Tremblay"}),
        (("--role", "Technical Architect"), {"Ingrid Solano", "Noor Halvorsen", "Rafael Thistlewood"}),
        (("--role", "TA", "--skill", "migration"), {"Ingrid Solano"}),
    ],
)
def test_people_are_narrowed(psdm: Psdm, options: tuple[str, ...], expected: set[str]) -> None:
    assert set(by_name(psdm("people", *options, "--json"))) == expected


def test_a_range_of_its_own_reads_bookings_elsewhere_that_far(psdm: Psdm) -> None:
    outcome = psdm("people", "Priya", "--from", "2027-01-13", "--to", "2027-02-12", "--json")
    (person,) = outcome.result["people"]
    assert [week["start"] for week in person["weeks"]] == [
        "2027-01-13",
        "2027-01-18",
        "2027-01-25",
        "2027-02-01",
        "2027-02-08",
    ]
    assert person["hard_hours"] > 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("Nobody Atall",), 5),
        (("--role", "PES"), 2),
        (("--skill", "Migraton"), 2),
        (("--from", "2026-12-18", "--to", "2026-12-14"), 2),
        (("--from", "2026-12-18", "--to", "2029-12-14"), 2),
        (("--for", "SOW-2399"), 5),
    ],
)
def test_questions_that_make_no_sense(psdm: Psdm, options: tuple[str, ...], code: int) -> None:
    assert psdm("people", *options, "--json").code == code


def test_open_work_and_who_could_take_it(psdm: Psdm) -> None:
    outcome = psdm("people", "--for", "SOW-2301", "--role", "PSE", "--skill", "Migration", "--json")
    work = outcome.result["work"]
    assert {(each["why"], each["booking"]) for each in work} == {
        ("soft", "10"),
        ("uncovered", None),
        ("unnamed", "11"),
        ("unnamed", "12"),
        ("unnamed", "13"),
    }
    for each in work:
        assert each["role"] == "PSE"
        for candidate in each["candidates"]:
            assert candidate["free_hours"] > 0
            assert candidate["same_role"] or candidate["skills"]
            assert candidate["reasons"]
    (soft,) = [each for each in work if each["booking"] == "10"]
    aiko = next(each for each in soft["candidates"] if each["name"] == "Aiko Tremblay")
    assert aiko["fits"] is False
    assert "soft-booked for it" in aiko["reasons"]


def test_offline_says_what_it_could_not_look_at(mirrored: Psdm) -> None:
    outcome = mirrored("people", "Aiko", "--offline", "--json")
    assert outcome.code == 0
    (person,) = outcome.result["people"]
    assert (person["skills"], person["utilization"]) == (None, None)
    said = " ".join(outcome.document["warnings"])
    assert "Skills were not looked at" in said
    assert "Utilization was not looked at" in said


def test_without_people_there_is_no_answer(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm.at(kantata, "no-people")("people", "--json")
    assert (outcome.code, outcome.error["code"]) == (4, "permission")


@pytest.mark.parametrize("collection", ["time_entries", "time_off_entries", "holidays"])
def test_what_is_refused_is_said_and_the_rest_answered(psdm: Psdm, kantata: KantataSandbox, collection: str) -> None:
    kantata.refuse(collection)
    outcome = psdm("people", "Aiko", "--json")
    assert outcome.code == 0
    assert any("lack" in warning for warning in outcome.document["warnings"])
    (person,) = outcome.result["people"]
    assert (person["utilization"] is None) is (collection == "time_entries")


@pytest.mark.parametrize("width", ["80", "140"])
def test_the_screen_is_no_wider_than_the_terminal(psdm: Psdm, width: str) -> None:
    outcome = psdm("people", "--for", "2301", COLUMNS=width)
    assert outcome.code == 0
    assert max(len(line) for line in outcome.out.splitlines()) <= int(width)
