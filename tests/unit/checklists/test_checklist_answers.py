"""Answers of people: what is accepted in which spelling, and what is asked again."""

from __future__ import annotations

import re

import pytest
from checklist_samples import step

from psdm_cli.checklists.answers import accepted
from psdm_cli.checklists.definition import InputType, StepDefinition

CONFIRM = step("A")
CHOICE = step("A", "choice", options=("for good", "holiday cover"))


def entry(kind: str) -> StepDefinition:
    return step("A", "input", input=InputType(kind))


@pytest.mark.parametrize(
    ("definition", "text", "kept"),
    [
        pytest.param(CONFIRM, "yes", "yes", id="yes"),
        pytest.param(CONFIRM, " Y ", "yes", id="a letter"),
        pytest.param(CONFIRM, "N", "no", id="no"),
        pytest.param(CHOICE, "h", "holiday cover", id="an option by its letter"),
        pytest.param(CHOICE, "FOR GOOD", "for good", id="an option in capitals"),
        pytest.param(entry("text"), "  minutes are in the wiki ", "minutes are in the wiki", id="a text"),
        pytest.param(entry("date"), "2026-12-01", "2026-12-01", id="a day"),
        pytest.param(entry("number"), "7.50", "7.50", id="a number"),
        pytest.param(entry("number"), "-1e3", "-1000", id="a number with an exponent"),
        pytest.param(entry("url"), "https://example.com/a?b=1", "https://example.com/a?b=1", id="an address"),
    ],
)
def test_what_is_accepted(definition: StepDefinition, text: str, kept: str) -> None:
    assert accepted(definition, text) == kept


@pytest.mark.parametrize(
    ("definition", "text", "said"),
    [
        pytest.param(CONFIRM, "maybe", "expected yes or no, not 'maybe'", id="neither yes nor no"),
        pytest.param(CONFIRM, "", "expected yes or no", id="nothing"),
        pytest.param(CHOICE, "forever", "expected for good or holiday cover", id="no option"),
        pytest.param(step("A", "choice", options=("one", "once")), "on", "expected one or once", id="ambiguous"),
        pytest.param(entry("text"), "  ", "not empty", id="an empty text"),
        pytest.param(entry("date"), "1.12.2026", "YYYY-MM-DD", id="a day in another spelling"),
        pytest.param(entry("date"), "20261201", "YYYY-MM-DD", id="a day without dashes"),
        pytest.param(entry("date"), "2026-02-30", "YYYY-MM-DD", id="a day that is none"),
        pytest.param(entry("number"), "many", "expected a number", id="no number"),
        pytest.param(entry("number"), "nan", "expected a number", id="not a number"),
        pytest.param(entry("number"), "1e999999", "expected a number", id="a number without end"),
        pytest.param(entry("number"), "inf", "expected a number", id="endless"),
        pytest.param(entry("url"), "example.com", "beginning with https://", id="no scheme"),
        pytest.param(entry("url"), "javascript:alert(1)", "beginning with https://", id="a script"),
        pytest.param(entry("url"), "https://", "beginning with https://", id="no host"),
        pytest.param(entry("url"), "http://[", "beginning with https://", id="half an address"),
        pytest.param(step("A", "auto"), "yes", "psdm checks this step by itself", id="nobody answers for psdm"),
    ],
)
def test_what_is_asked_again(definition: StepDefinition, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        accepted(definition, text)


@pytest.mark.parametrize("definition", [CONFIRM, CHOICE, entry("text"), entry("date")])
def test_every_manual_step_can_be_skipped_with_a_note_and_only_with_one(definition: StepDefinition) -> None:
    assert accepted(definition, "Skip", "the customer has no PM") == "skip"
    with pytest.raises(ValueError, match="needs a note"):
        accepted(definition, "skip", "  ")
