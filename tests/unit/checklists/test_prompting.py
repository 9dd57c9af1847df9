"""The rules of asking: letters, beginnings of words, defaults, days, asking again, giving up."""

from __future__ import annotations

from datetime import date

import pytest

from psdm_cli.errors import Interrupted, WrongUsage
from psdm_cli.prompting import TRIES, Choice, Prompter, ScriptedPrompter, chosen, lettered, offered, offered_within

CHOICES = [
    Choice("fix", "fix now"),
    Choice("upside", "add to upside"),
    Choice("waive", "waive"),
    Choice("open", "open in browser"),
    Choice("why", "why"),
    Choice("later", "later"),
]


def test_every_choice_has_a_letter_of_its_own() -> None:
    assert {letter: choice.value for letter, choice in lettered(CHOICES).items()} == {
        "f": "fix",
        "a": "upside",
        "w": "waive",
        "o": "open",
        "h": "why",
        "l": "later",
    }
    assert offered(CHOICES) == "[f]ix now, [a]dd to upside, [w]aive, [o]pen in browser, w[h]y, [l]ater"
    assert offered([Choice("1", "aa"), Choice("2", "aa")]) == "[a]a, aa [2]"


@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_choices_are_broken_between_choices_only(width: int) -> None:
    lines = offered_within(CHOICES, width)
    assert all(len(line) <= width for line in lines)
    assert " ".join(lines) == offered(CHOICES)
    assert len(lines) == {20: 5, 40: 2, 80: 1, 140: 1}[width]


@pytest.mark.parametrize(
    ("answer", "value"),
    [("w", "waive"), ("H", "why"), ("wh", "why"), (" fix now ", "fix"), ("add", "upside"), ("upside", "upside")],
)
def test_choices_by_letter_beginning_label_or_value(answer: str, value: str) -> None:
    assert chosen(answer, CHOICES) == value


@pytest.mark.parametrize("answer", ["", "x", "fixed", "-"])
def test_what_is_no_choice_says_what_was_expected(answer: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of \[f\]ix now, "):
        chosen(answer, CHOICES)


def test_the_scripted_person_is_a_prompter() -> None:
    prompter: Prompter = ScriptedPrompter(["y", "", "f", "a text", "2026-12-01", ""])
    assert prompter.confirm("Ok?")
    assert not prompter.confirm("Ok?", default=False)
    assert prompter.choose("What?", CHOICES, default="later") == "fix"
    assert prompter.text("Why?") == "a text"
    assert prompter.date("Until?") == date(2026, 12, 1)
    assert prompter.date("Until?", default=date(2026, 12, 4)) == date(2026, 12, 4)


def test_a_senseless_answer_is_asked_again_with_what_was_expected() -> None:
    def future(day: date) -> date:
        if day < date(2026, 11, 23):
            raise ValueError("expected a day to come")
        return day

    prompter = ScriptedPrompter(["tomorrow", "2026-11-01", "2026-12-01"])
    assert prompter.date("Until?", check=future) == date(2026, 12, 1)
    assert prompter.told == [
        "  expected a day as YYYY-MM-DD, such as 2026-11-30, not 'tomorrow'.",
        "  expected a day to come.",
    ]


def test_too_many_senseless_answers_are_wrong_usage() -> None:
    prompter = ScriptedPrompter(["x"] * TRIES)
    with pytest.raises(WrongUsage, match="no usable answer after 5 tries"):
        prompter.confirm("Ok?")


def test_without_a_default_enter_is_no_answer() -> None:
    prompter = ScriptedPrompter(["", "n"])
    assert not prompter.confirm("Ok?")
    assert len(prompter.told) == 1


def test_ctrl_c_is_an_interruption_that_keeps_everything() -> None:
    with pytest.raises(Interrupted, match="everything answered so far is kept"):
        ScriptedPrompter([KeyboardInterrupt()]).text("Why?")


def test_a_question_that_nobody_expected_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="nobody expected"):
        ScriptedPrompter().text("Why?")
