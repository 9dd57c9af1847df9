"""Runs at work: answers stored one by one, waivers, resuming elsewhere, walking with a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from checklist_samples import AS_OF, NOW, WEEK, checklist, finding, judged, step, verified

from psdm_cli.checklists.conditions import condition
from psdm_cli.checklists.definition import Definition, InputType, SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.domain.findings import State
from psdm_cli.errors import Interrupted, NotFound, RefusedByRule, WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.workflows.checklist_runs import Desk, Given, OpenRun, give
from psdm_cli.workflows.checklist_subjects import week_facts
from psdm_cli.workflows.checklist_walk import walk

FOUND = verified(judged("A", finding("A:1", amount="5.00"), finding("A:2")))
LIST = checklist(
    step("A", "auto"),
    step("B", evidence=("the mail",)),
    step("C", "input", input=InputType.DATE, after=("B",)),
    step("D", "choice", options=("for good", "holiday cover")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(None, tmp_path, site="sandbox") as opened:
        yield opened


def desk(store: Store, *, who: str = "Pat", as_of: date = AS_OF, keep: bool = True, since: int = 0) -> Desk:
    """A desk whose clock goes on by a minute each time it is looked at, from `since` minutes after `NOW` on."""
    minutes = count(since)
    return Desk(
        store, lambda: NOW + timedelta(minutes=next(minutes)), as_of, ZoneInfo("America/New_York"), keep=keep, who=who
    )


def opened(
    store: Store, definition: Definition = LIST, seen: Verified = FOUND, subject: Subject = WEEK, **more: object
) -> OpenRun:
    return OpenRun(desk(store, **more), definition, subject, "leads:1", seen)  # type: ignore[arg-type]


def states(run: OpenRun) -> str:
    return " ".join(each.state.value for each in run.run.steps)


def test_an_answer_is_stored_at_once_and_found_by_the_next_process(store: Store) -> None:
    first = opened(store)
    assert first.answer("b", "y", " sent  today ").step.state is State.DONE
    second = opened(store, who="Sam")
    assert states(second) == "attention done manual manual"
    row = second.run.row("B")
    assert row is not None
    assert row.answer is not None
    assert (row.answer.value, row.answer.note, row.answer.who) == ("yes", "sent today", "Pat")
    assert row.step.reason == "confirmed by Pat, 2026-11-23 09:00 EST"  # in the handbook's zone


def test_what_was_seen_is_kept_with_the_answer(store: Store) -> None:
    opened(store).answer("B", "yes")
    (kept,) = store.checklists.history(opened(store).key)
    assert kept.seen["steps"] == {"A": {"state": "attention", "findings": 2, "waived": 0}}
    assert len(kept.seen["digest"]) == 16


def test_auto_steps_are_verified_anew_while_answers_stay(store: Store) -> None:
    opened(store).answer("B", "yes")
    assert states(opened(store, seen=verified(judged("A")))) == "pass done manual manual"
    assert states(opened(store, seen=Verified({}, "offline"))) == "unverified done manual manual"


def test_a_new_week_is_a_new_run(store: Store) -> None:
    opened(store).answer("B", "yes")
    following = opened(store, subject=replace(WEEK, id="2026-W49", name="2026-W49"))
    assert states(following) == "attention manual manual manual"


@pytest.mark.parametrize(
    ("name", "value", "error", "said"),
    [
        pytest.param("B", "perhaps", WrongUsage, "B: expected yes or no", id="a senseless answer"),
        pytest.param("BB", "yes", WrongUsage, "mine has no step 'BB'; did you mean 'B'?", id="no such step"),
        pytest.param("A", "yes", WrongUsage, "psdm checks this step by itself", id="an auto step"),
        pytest.param("C", "2026-12-01", RefusedByRule, "C comes after B: not finished yet", id="out of order"),
    ],
)
def test_what_is_refused_stores_nothing(store: Store, name: str, value: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        opened(store).answer(name, value)
    assert said in str(caught.value)
    assert store.checklists.list() == []


def test_a_dry_run_shows_and_stores_nothing(store: Store) -> None:
    run = opened(store, keep=False)
    give(run, Given({"B": "yes"}, waive=("A:1", "A:2"), reason="soon", until=AS_OF))
    run.remember()
    assert states(run) == "pass done manual manual"
    assert store.checklists.list() == []
    assert store.waivers.list() == ()


def test_the_list_knows_how_a_run_stands(store: Store) -> None:
    opened(store).answer("B", "yes")
    (run,) = store.checklists.list()
    assert (run.done, run.total, run.answers) == (1, 4, 1)


# options


def test_options_are_answered_in_the_order_of_the_walk(store: Store) -> None:
    give(opened(store), Given({"c": "2026-12-01", "B": "yes"}, {"C": "as agreed"}))
    assert [(answer.step, answer.note) for answer in store.checklists.history(opened(store).key)] == [
        ("B", ""),
        ("C", "as agreed"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Given({"B": "yes", "D": "maybe"}), id="a wrong answer beside a right one"),
        pytest.param(Given({"B": "yes"}, waive=("A:1",), reason="", until=AS_OF), id="a waiver without a reason"),
        pytest.param(Given({"B": "yes"}, waive=("A:1",), reason="why", until=AS_OF - timedelta(1)), id="in the past"),
        pytest.param(Given({"B": "yes"}, waive=("A:1",), reason="why"), id="a waiver without an end"),
        pytest.param(Given({"B": "yes"}, {"D": "a note"}), id="a note without an answer"),
        pytest.param(Given({"B": "yes"}, {"X": "a note"}), id="a note to no step"),
    ],
)
def test_one_wrong_option_stores_none(store: Store, given: Given) -> None:
    with pytest.raises(WrongUsage):
        give(opened(store), given)
    assert store.checklists.list() == []
    assert store.waivers.list() == ()


def test_a_note_alone_goes_to_the_answer_before(store: Store) -> None:
    give(opened(store), Given({"B": "yes"}))
    give(opened(store, since=60), Given(notes={"b": "link"}))
    assert [(answer.value, answer.note) for answer in store.checklists.history(opened(store).key)] == [
        ("yes", ""),
        ("yes", "link"),
    ]


# waivers


def test_waived_findings_no_longer_ask_for_attention_and_come_back(store: Store) -> None:
    run = opened(store)
    run.waive("A:1", "signed soon", AS_OF + timedelta(days=4))
    assert (states(run), run.run.steps[0].waived) == ("attention manual manual manual", 1)
    run.waive("A:2", "same", AS_OF + timedelta(days=11))
    assert (states(run), run.run.steps[0].waived) == ("pass manual manual manual", 2)
    assert [each.finding for each in run.waivers] == ["A:1", "A:2"]

    following = opened(store, as_of=AS_OF + timedelta(days=7), subject=replace(WEEK, id="2026-W49"))
    assert (following.run.steps[0].state, following.run.steps[0].waived) == (State.ATTENTION, 1)
    assert [each.finding.key for each in following.review] == ["A:1"]
    assert [each.finding for each in following.waivers] == ["A:2"]


def test_a_waiver_can_be_taken_back(store: Store) -> None:
    opened(store).waive("A:1", "signed soon", AS_OF)
    run = opened(store)
    run.withdraw("A:1")
    assert run.run.steps[0].waived == 0
    assert opened(store).run.steps[0].waived == 0
    with pytest.raises(NotFound, match="'A:1' is not waived"):
        run.withdraw("A:1")


def test_a_finding_that_is_not_there_cannot_be_waived(store: Store) -> None:
    with pytest.raises(NotFound, match=r"no finding 'A:3' in this run; did you mean 'A:\d'"):
        opened(store).waive("A:3", "why", AS_OF)
    assert store.waivers.list() == ()


# facts


def test_an_answer_is_kept_as_a_fact_and_conditions_follow(store: Store) -> None:
    asks = step("S", "choice", options=("internal", "partner"), fact="staffing")
    depends = step("P", when=(condition("staffing is partner", SubjectKind.ENGAGEMENT),))
    definition = checklist(asks, depends, subject=SubjectKind.ENGAGEMENT)
    run = opened(store, definition, subject=Subject(SubjectKind.ENGAGEMENT, "3001", "SOW-1", {"staffing": None}))
    assert states(run) == "manual manual"
    run.answer("S", "internal")
    assert states(run) == "done skipped"
    fact = store.facts.get("3001", "staffing")
    assert fact is not None
    assert (fact.value, fact.who) == ("internal", "Pat")
    run.answer("S", "skip", "nobody knows yet")
    kept = store.facts.get("3001", "staffing")
    assert kept is not None
    assert kept.value == "internal"


# walking


def test_a_person_is_asked_what_is_open_in_order_and_what_follows_from_it(store: Store) -> None:
    prompter = ScriptedPrompter(["y", "sent", "2026-12-01", "", "h", ""])
    assert walk(opened(store), prompter) == 3
    assert states(opened(store)) == "attention done done done"
    answers = store.checklists.history(opened(store).key)
    assert [(answer.step, answer.value, answer.note) for answer in answers] == [
        ("B", "yes", "sent"),
        ("C", "2026-12-01", ""),
        ("D", "holiday cover", ""),
    ]
    assert "  To show: the mail" in prompter.told


def test_enter_is_later_and_what_comes_after_is_named(store: Store) -> None:
    prompter = ScriptedPrompter(["", ""])
    assert walk(opened(store), prompter) == 0
    assert prompter.told[-1] == "C Title of C: comes after B."
    assert store.checklists.list() == []


def test_senseless_answers_are_asked_again(store: Store) -> None:
    prompter = ScriptedPrompter(["perhaps", "y", "", "the mail", "1.12.", "2026-12-01", "", "l"])
    walk(opened(store), prompter)
    assert any(line.startswith("  expected one of [y]es, [n]o") for line in prompter.told)
    assert "  what was done needs a note that shows it." in prompter.told
    assert any(line.startswith("  expected a day as YYYY-MM-DD") for line in prompter.told)
    assert states(opened(store)) == "attention done done manual"


def test_skipping_asks_why_until_there_is_a_reason(store: Store) -> None:
    prompter = ScriptedPrompter(["s", "", "not sold", "skip", "no date", "later"])
    walk(opened(store), prompter)
    assert [row.step.reason.rpartition(": ")[2] for row in opened(store).run.rows[1:3]] == ["not sold", "no date"]


@pytest.mark.parametrize("prompts", range(6))
def test_interrupted_at_any_prompt_everything_answered_is_kept_and_the_rest_is_asked_next_time(
    store: Store, prompts: int
) -> None:
    script = ["y", "sent", "2026-12-01", "on the call", "f", "agreed"]
    with pytest.raises(Interrupted):
        walk(opened(store), ScriptedPrompter([*script[:prompts], KeyboardInterrupt()]))
    answered = prompts // 2
    assert len(store.checklists.history(opened(store).key)) == answered
    walk(opened(store, who="Sam", since=60), ScriptedPrompter(script[answered * 2 :]))
    kept = store.checklists.history(opened(store).key)
    assert [(each.step, each.note) for each in kept] == [("B", "sent"), ("C", "on the call"), ("D", "agreed")]
    assert states(opened(store)) == "attention done done done"


def test_an_earlier_no_is_asked_again_with_its_note_as_default(store: Store) -> None:
    opened(store).answer("B", "no", "waiting for the sponsor")
    prompter = ScriptedPrompter(["y", "", "", ""])
    walk(opened(store), prompter)
    row = opened(store).run.row("B")
    assert row is not None
    assert row.answer is not None
    assert (row.answer.value, row.answer.note) == ("yes", "waiting for the sponsor")
    assert any("Before: not so, says Pat" in line for line in prompter.told)


@pytest.mark.parametrize(
    ("monday", "expected"),
    [
        pytest.param(date(2026, 11, 23), ("no", "no"), id="in the middle"),
        pytest.param(date(2026, 11, 30), ("yes", "no"), id="November ends on its Monday"),
        pytest.param(date(2027, 1, 25), ("yes", "yes"), id="Q4 ends on 31 January"),
        pytest.param(date(2027, 2, 1), ("no", "no"), id="Q1 has begun"),
    ],
)
def test_weeks_know_whether_month_or_quarter_ends_in_them(monday: date, expected: tuple[str, str]) -> None:
    facts = week_facts(monday, 2)
    assert (facts["month_end"], facts["quarter_end"]) == expected


def test_answers_carry_the_time_they_were_given(store: Store) -> None:
    run = opened(store)
    run.answer("B", "yes")
    run.answer("D", "for good")
    times = [answer.at for answer in store.checklists.history(run.key)]
    assert times[0] == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert times[0] < times[1]
