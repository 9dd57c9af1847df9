"""`psdm fix` and `forecast-prep --fix`: exactly what was named is repaired, and the server's state says so.

FP-02: tasks 223 and 224 of SOW-2308 and milestone 57 of SOW-2302. FP-10: milestones 56 and 58 of SOW-2302. SOW-2312 has
billing milestones: 3 is "Wave B accepted", due 12 February 2027.
"""

from __future__ import annotations

from typing import Any

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

GO = ("--yes", "--no-input", "--json")


def task(kantata: KantataSandbox, ident: str) -> tuple[str | None, str | None]:
    """A task's dates on the server."""
    row = kantata.account.row("stories", ident)
    return row["start_date"], row["due_date"]


def live(outcome: Outcome, step: str) -> list[str]:
    """The keys of a step's live findings."""
    (found,) = [each for each in outcome.result["steps"] if each["id"] == step]
    return [finding["key"] for finding in found["findings"] if finding["state"] == "open"]


def ends(outcome: Outcome) -> list[tuple[str, str]]:
    """Key and state of the plan's items."""
    return [(item["key"], item["state"]) for item in outcome.result["plan"]]


def test_nothing_is_written_without_a_named_fix(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("forecast-prep", *GO)
    assert (outcome.code, outcome.result["plan"], outcome.result["left"]) == (3, [], [])
    assert kantata.writes == []


def test_exactly_the_named_fixes_are_applied(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("forecast-prep", "--fix", "FP-02:223", "--fix", "FP-02:57", *GO)
    assert outcome.code == 3
    assert ends(outcome) == [("story:223", "applied"), ("story:57", "applied")]
    assert [each.path.rpartition("/v1")[2] for each in kantata.writes] == ["/stories/223", "/stories/57"]
    assert task(kantata, "57") == (None, "2027-03-12")
    assert live(outcome, "FP-02") == ["FP-02:224"]  # the page is as it stands afterwards


def test_a_whole_step_is_named_and_undone(psdm: Psdm, kantata: KantataSandbox) -> None:
    before = {ident: task(kantata, ident) for ident in ("57", "223", "224")}
    outcome = psdm("forecast-prep", "--fix", "fp-2", *GO)
    assert live(outcome, "FP-02") == []
    assert all(None not in task(kantata, ident) for ident in ("223", "224"))
    assert psdm("undo", outcome.result["run"], *GO).code == 0
    assert {ident: task(kantata, ident) for ident in before} == before


def test_a_dry_run_shows_the_plan_and_writes_nothing(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("forecast-prep", "--fix", "FP-02", "--dry-run", "--json")
    assert {state for _, state in ends(outcome)} == {"planned"}
    assert len(live(outcome, "FP-02")) == 3
    assert kantata.writes == []


def test_fixes_are_not_applied_unconfirmed(psdm: Psdm, kantata: KantataSandbox) -> None:
    assert psdm("forecast-prep", "--fix", "FP-02", "--no-input").code == 2
    assert kantata.writes == []


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        pytest.param("FP-99", 2, "neither a step", id="no such step"),
        pytest.param("FP-02:1", 5, "no finding", id="no such finding"),
        pytest.param("FP-10:58", 2, "--date", id="a key that needs an answer"),
        pytest.param("FP-05:unassigned:140", 2, "for you to do", id="a key that only a person can repair"),
    ],
)
def test_a_name_that_cannot_be_fixed(psdm: Psdm, kantata: KantataSandbox, name: str, code: int, said: str) -> None:
    outcome = psdm("forecast-prep", "--fix", "FP-02", "--fix", name, *GO)
    assert (outcome.code, said in outcome.error["message"]) == (code, True), outcome.error
    assert kantata.writes == []  # not even the other one


def test_of_a_step_what_cannot_be_fixed_is_told(psdm: Psdm) -> None:
    outcome = psdm("fix", "FP-05", "--dry-run", "--json")
    assert outcome.code == 3
    assert ends(outcome) == [("story:57", "planned")]
    assert {each["key"] for each in outcome.result["left"]} == {
        "FP-05:overdue:56",
        "FP-05:closed-future:187",
        "FP-05:unassigned:140",
    }


def test_two_steps_that_want_the_same_task_make_one_change(psdm: Psdm) -> None:
    outcome = psdm("forecast-prep", "--fix", "FP-05:milestone-undated:57", "--fix", "FP-02:57", "--dry-run", "--json")
    assert ends(outcome) == [("story:57", "planned")]


# answers


def test_dates_by_hand(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("fix", "FP-02:224", "--start", "2027-03-01", "--due", "2027-03-05", *GO)
    assert outcome.code == 0
    assert task(kantata, "224") == ("2027-03-01", "2027-03-05")


def test_one_engagement_of_a_step(psdm: Psdm) -> None:
    outcome = psdm("fix", "FP-02", "SOW-2308", "--dry-run", "--json")
    assert [key for key, _ in ends(outcome)] == ["story:223", "story:224"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("FP-02:224", "--start", "2027-03-05", "--due", "2027-03-01"), id="due before start"),
        pytest.param(("FP-02:223", "--due", "2026-01-01"), id="before its own start"),
        pytest.param(("FP-02:224", "--due", "2029-01-01"), id="outside the project"),
        pytest.param(("FP-02", "--due", "2027-03-05"), id="one date for several tasks"),
        pytest.param(("FP-10:58", "--date", "2026-11-20"), id="a sign-off in the past"),
        pytest.param(("FP-05:overdue:56", "--due", "2026-11-20"), id="still overdue"),
        pytest.param(("FP-05:closed-future:187", "--due", "2026-12-24"), id="done in the future"),
        pytest.param(("FP-02:224", "--due", "soon"), id="no date"),
    ],
)
def test_answers_that_make_no_sense(mirrored: Psdm, arguments: tuple[str, ...]) -> None:
    outcome = mirrored("fix", *arguments, "--offline", "--dry-run", "--json")
    assert (outcome.code, outcome.error["code"]) == (2, "usage"), outcome.error


def test_a_sign_off_date_is_moved_and_the_forecast_with_it(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("fix", "FP-10:58", "--date", "2027-02-12", *GO)
    assert ends(outcome) == [("story:58", "applied")]
    assert task(kantata, "58")[1] == "2027-02-12"
    after = psdm("forecast-prep", "--json")
    assert "FP-10:58" not in live(after, "FP-10")
    assert _months(after, "SOW-2302")["2027-02"] == "60000.00"


def test_a_billing_milestone_with_a_date_rules(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.account.update("billing_milestones", "3", date_to_invoice="2027-02-12")
    story = kantata.account.row("billing_milestones", "3")["story_id"]
    outcome = psdm("fix", "FP-04:milestone:billing_milestone:3", "--date", "2027-01-15", *GO)
    assert outcome.code == 0
    assert kantata.account.row("billing_milestones", "3")["date_to_invoice"] == "2027-01-15"
    assert task(kantata, story)[1] == "2027-01-15"
    assert _months(psdm("forecast-prep", "--json"), "SOW-2312")["2027-01"] != "0.00"


def _months(outcome: Outcome, sow: str) -> dict[str, Any]:
    (project,) = [each for each in outcome.result["projects"] if each["sow"] == sow]
    months: dict[str, Any] = project["forecast"]
    return months


# bookings and reminders


def test_a_soft_booking_is_hardened_directly(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("fix", "FP-07", "--direct", *GO)
    assert ends(outcome) == [("booking:10", "applied")]
    assert kantata.account.row("workspace_allocations", "10")["hard"] is True
    assert live(psdm("forecast-prep", "--json"), "FP-07") == []


def test_without_a_coordinator_a_soft_booking_is_a_text(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("fix", "FP-07", *GO)
    assert (outcome.code, outcome.result["plan"]) == (0, [])
    assert "booking 10" in outcome.result["texts"][0]["text"]
    assert kantata.writes == []


def test_a_gap_is_requested_with_the_hours_that_are_given(psdm: Psdm, kantata: KantataSandbox) -> None:
    (psdm.home / "psdm").mkdir(parents=True, exist_ok=True)
    (psdm.home / "psdm" / "config.yaml").write_text("kantata: {coordinator: '1031'}\n", encoding="utf-8")
    outcome = psdm("fix", "FP-08:3001:TA", "--hours", "24", *GO)
    assert outcome.code == 0
    assert [item["kind"] for item in outcome.result["plan"]] == ["resource_request", "post"]
    (post,) = [each for each in kantata.account.rows("posts") if "24 h in total" in each["message"]]
    assert "Ingrid Solano" in post["message"]
    assert post["recipient_ids"] == ["1031"]


def test_reminders_are_texts_a_person(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm("fix", "FP-09", "--json")
    assert outcome.code == 0
    assert {text["to"]: "SOW-2303" in text["text"] for text in outcome.result["texts"]} == {
        "Lucia Fernsby": True,
        "Robin Castellano": True,
    }
    assert all("Monday 11:00" in text["text"] for text in outcome.result["texts"])
    assert kantata.writes == []


def test_a_token_that_may_not_write_changes_nothing(psdm: Psdm, kantata: KantataSandbox) -> None:
    outcome = psdm.at(kantata, "reader")("forecast-prep", "--fix", "FP-02", *GO)
    assert (outcome.code, outcome.error["code"]) == (4, "permission")
    assert task(kantata, "57") == (None, None)
