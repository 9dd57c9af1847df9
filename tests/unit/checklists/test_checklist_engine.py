"""How a run stands: states of promise 4, conditions, order, what blocks, what was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checklist_samples import WEEK, answer, checklist, finding, judged, step, verified

from psdm_cli.checklists.conditions import condition
from psdm_cli.checklists.definition import SubjectKind
from psdm_cli.checklists.engine import Subject, Verified, run
from psdm_cli.checklists.verifiers import of_engagement
from psdm_cli.domain.findings import State


def engagement(**facts: str | None) -> Subject:
    return Subject(SubjectKind.ENGAGEMENT, "3001", "SOW-2301", facts)


@pytest.mark.parametrize(
    ("given", "expected", "reason"),
    [
        pytest.param(None, State.MANUAL, "only a person can tell", id="nobody said anything"),
        pytest.param(answer("A", "yes"), State.DONE, "confirmed by Pat, 2026-11-23 14:00 UTC", id="yes"),
        pytest.param(answer("A", "no"), State.ATTENTION, "not so, says Pat", id="no is no pass"),
        pytest.param(answer("A", "skip", "no customer"), State.SKIPPED, "skipped by Pat", id="skipped with a note"),
        pytest.param(answer("A", "perhaps"), State.MANUAL, "no longer fits", id="an answer of an older checklist"),
        pytest.param(answer("A", "skip"), State.MANUAL, "no longer fits", id="skipped without a note"),
    ],
)
def test_a_manual_step_stands_by_its_answer(given: object, expected: State, reason: str) -> None:
    answers = {"A": given} if given is not None else {}
    found = run(checklist(step("A")), WEEK, answers)  # type: ignore[arg-type]
    assert found.steps[0].state is expected
    assert reason in found.steps[0].reason
    assert found.state is (State.ATTENTION if expected is State.ATTENTION else State.PASS)


def test_what_to_show_is_said_while_a_step_is_open_and_the_note_once_it_is_not() -> None:
    definition = checklist(step("A", evidence=("link to the mail",)))
    assert run(definition, WEEK, {}).steps[0].reason.endswith("to show: link to the mail")
    assert run(definition, WEEK, {"A": answer("A", "yes", "in the epic")}).steps[0].evidence == ("in the epic",)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(judged("A"), State.PASS, id="nothing found"),
        pytest.param(judged("A", finding("A:1")), State.ATTENTION, id="a finding"),
        pytest.param(judged("A", unseen=("no permission",)), State.UNVERIFIED, id="could not look"),
    ],
)
def test_an_auto_step_is_what_was_verified_now(seen: object, expected: State) -> None:
    definition = checklist(replace(step("A", "auto"), title="Ours", owner="EM"))
    found = run(definition, WEEK, {"A": answer("A", "yes")}, verified(seen)).rows[0]  # type: ignore[arg-type]
    assert (found.step.state, found.step.title, found.step.owner) == (expected, "Ours", "EM")
    assert found.answer is None  # nobody's word makes it pass


@pytest.mark.parametrize(
    ("seen", "given", "expected", "shown"),
    [
        pytest.param(judged("A"), None, State.MANUAL, ("psdm sees: reason of A",), id="right, and nobody confirmed it"),
        pytest.param(
            judged("A"),
            answer("A", "yes", "seen"),
            State.DONE,
            ("seen", "psdm sees: reason of A"),
            id="right, confirmed",
        ),
        pytest.param(
            judged("A", finding("A:1")), answer("A", "yes"), State.ATTENTION, (), id="wrong, whoever confirmed"
        ),
        pytest.param(
            judged("A", finding("A:1")), answer("A", "skip", "no"), State.SKIPPED, ("no",), id="does not apply"
        ),
        pytest.param(
            judged("A", unseen=("hidden",)),
            answer("A", "yes"),
            State.DONE,
            ("psdm sees: reason of A",),
            id="could not look",
        ),
    ],
)
def test_a_check_supports_the_person_who_answers(
    seen: object, given: object, expected: State, shown: tuple[str, ...]
) -> None:
    definition = checklist(step("A", verifier="forecast-prep:A"))
    answers = {"A": given} if given is not None else {}
    found = run(definition, WEEK, answers, verified(seen)).rows[0].step  # type: ignore[arg-type]
    assert (found.state, found.evidence, found.title) == (expected, shown, "Title of A")


def test_a_check_that_was_not_run_is_unverified_and_says_why() -> None:
    found = run(checklist(step("A", "auto")), WEEK, {}, Verified({}, "could not look: Kantata is down"))
    assert (found.steps[0].state, found.steps[0].reason) == (State.UNVERIFIED, "could not look: Kantata is down")
    assert found.state is State.UNVERIFIED
    assert found.blocking == ("A",)


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        pytest.param("type in [consulting_block, training]", {"type": "training"}, State.MANUAL, id="holds"),
        pytest.param("type in [consulting_block, training]", {"type": "fixed_fee"}, State.SKIPPED, id="does not hold"),
        pytest.param("type not in [fixed_fee]", {"type": "fixed_fee"}, State.SKIPPED, id="negated"),
        pytest.param("staffing is partner", {"staffing": "partner"}, State.MANUAL, id="is"),
        pytest.param("staffing is not partner", {"staffing": "partner"}, State.SKIPPED, id="is not"),
        pytest.param("status in [Okay to Start, Active]", {"status": "okay to start"}, State.MANUAL, id="spaces, case"),
        pytest.param("status in ['Active']", {"status": "Active"}, State.MANUAL, id="quoted"),
        pytest.param("staffing is partner", {"staffing": None}, State.MANUAL, id="unknown: not skipped silently"),
    ],
)
def test_conditions(when: str, facts: dict[str, str | None], expected: State) -> None:
    definition = checklist(step("A", when=(condition(when, SubjectKind.ENGAGEMENT),)), subject=SubjectKind.ENGAGEMENT)
    assert run(definition, engagement(**facts), {}).steps[0].state is expected


def test_a_skipped_step_says_why_and_an_unknown_fact_is_named() -> None:
    one = checklist(step("A", when=(condition("type is fixed_fee", SubjectKind.ENGAGEMENT),)))
    skipped = run(one, engagement(type="time_and_materials"), {}).steps[0]
    assert skipped.reason == "only where type is fixed fee; here type is time and materials"
    unknown = run(one, engagement(type=None), {}).steps[0]
    assert unknown.reason == "only a person can tell (whether it applies is unknown: type)"


def test_all_conditions_must_hold_and_a_false_one_beats_an_unknown_one() -> None:
    both = tuple(condition(text, SubjectKind.ENGAGEMENT) for text in ("staffing is partner", "type is fixed_fee"))
    definition = checklist(step("A", when=both))
    states = [
        run(definition, engagement(staffing=staffing, type=kind), {}).steps[0].state
        for staffing, kind in (("partner", "fixed_fee"), ("partner", "training"), (None, "training"))
    ]
    assert states == [State.MANUAL, State.SKIPPED, State.SKIPPED]


def test_a_condition_beats_an_answer_and_a_check() -> None:
    never = (condition("quarter_end is yes", SubjectKind.WEEK),)
    definition = checklist(step("A", when=never), step("B", "auto", when=never))
    found = run(definition, WEEK, {"A": answer("A", "no")}, verified(judged("B", finding("B:1"))))
    assert [each.state for each in found.steps] == [State.SKIPPED, State.SKIPPED]
    assert found.is_complete


def test_order_is_kept_until_what_comes_first_is_finished() -> None:
    definition = checklist(step("A"), step("B", after=("A", "C")), step("C", "auto"))
    before = run(definition, WEEK, {}, verified(judged("C", finding("C:1"))))
    assert before.rows[1].waits_for == ("A", "C")
    assert not before.rows[1].can_be_answered
    assert before.steps[1].reason == "after A, C: only a person can tell"
    between = run(definition, WEEK, {"A": answer("A", "yes")}, verified(judged("C", finding("C:1"))))
    assert between.rows[1].waits_for == ("C",)
    after = run(definition, WEEK, {"A": answer("A", "yes")}, verified(judged("C")))
    assert after.rows[1].can_be_answered


def test_a_step_that_was_skipped_by_its_condition_holds_nobody_up() -> None:
    definition = checklist(step("A", when=(condition("month_end is yes", SubjectKind.WEEK),)), step("B", after=("A",)))
    assert run(definition, WEEK, {}).rows[1].can_be_answered


def test_open_steps_come_in_the_order_of_the_walk() -> None:
    definition = checklist(step("A", after=("C",)), step("B", "auto"), step("C"), step("D"))
    found = run(definition, WEEK, {"D": answer("D", "yes")}, verified(judged("B", finding("B:1"))))
    assert [row.step.id for row in found.open] == ["C", "A"]


def test_a_no_stays_open_to_be_asked_again() -> None:
    assert [row.step.id for row in run(checklist(step("A")), WEEK, {"A": answer("A", "no")}).open] == ["A"]


@pytest.mark.parametrize(
    ("complete", "answers", "blocking", "state"),
    [
        pytest.param(False, {}, ("C",), State.ATTENTION, id="manual steps block nothing"),
        pytest.param(True, {}, ("A", "C"), State.ATTENTION, id="they do where it must be complete"),
        pytest.param(True, {"A": "yes"}, ("C",), State.ATTENTION, id="answered"),
        pytest.param(False, {"A": "no"}, ("A", "C"), State.ATTENTION, id="a no blocks"),
    ],
)
def test_what_blocks(complete: bool, answers: dict[str, str], blocking: tuple[str, ...], state: State) -> None:
    steps = (step("A"), step("B", "auto", blocking=False), step("C", "auto"), step("D", blocking=False))
    seen = verified(judged("B", finding("B:1")), judged("C", finding("C:1")))
    given = {name: answer(name, value) for name, value in answers.items()}
    found = run(checklist(*steps, complete=complete), WEEK, given, seen)
    assert found.blocking == blocking
    assert found.state is state


def test_open_manual_steps_alone_fail_only_a_checklist_that_must_be_complete() -> None:
    assert run(checklist(step("A")), WEEK, {}).state is State.PASS
    assert run(checklist(step("A"), complete=True), WEEK, {}).state is State.MANUAL


def test_done_counts_passed_done_and_skipped() -> None:
    definition = checklist(step("A", "auto"), step("B"), step("C"), step("D"))
    answers = {"B": answer("B", "yes"), "C": answer("C", "skip", "not needed")}
    found = run(definition, WEEK, answers, verified(judged("A")))
    assert (found.done, found.total, found.is_complete) == (3, 4, False)


def test_what_was_seen_has_numbers_and_a_digest_that_changes_with_any_finding() -> None:
    definition = checklist(step("A", "auto"), step("B"))

    def seen(*amounts: str) -> dict[str, object]:
        findings = [finding(f"A:{number}", amount=amount) for number, amount in enumerate(amounts)]
        return run(definition, WEEK, {}, verified(judged("A", *findings))).seen()

    assert seen("1.00", "2.00")["steps"] == {"A": {"state": "attention", "findings": 2, "waived": 0}}
    assert seen("1.00")["digest"] == seen("1.00")["digest"]
    assert len({seen("1.00")["digest"], seen("2.00")["digest"], seen("1.00", "2.00")["digest"]}) == 3


def test_a_step_is_found_by_its_id_in_any_case() -> None:
    found = run(checklist(step("FP-12")), WEEK, {})
    assert found.row(" fp-12 ") == found.rows[0]
    assert found.row("FP-1") is None


def test_a_check_about_one_engagement_sees_its_findings_alone() -> None:
    both = judged("A", finding("A:1", project="3001"), finding("A:2", project="3002"))
    assert [each.key for each in of_engagement(both, "3001", "SOW-1").findings] == ["A:1"]
    assert of_engagement(both, "3001", "SOW-1").reason == "1 finding on SOW-1"
    other = of_engagement(both, "3009", "SOW-9")
    assert (other.state, other.reason) == (State.PASS, "nothing found on SOW-9")


def test_what_could_not_be_seen_for_all_could_not_be_seen_for_one() -> None:
    blind = judged("A", finding("A:2", project="3002"), unseen=("no permission",))
    assert of_engagement(blind, "3001", "SOW-1").state is State.UNVERIFIED
    general = judged("A", finding("A:no-money", project=None))
    assert of_engagement(general, "3001", "SOW-1").state is State.UNVERIFIED
