"""Answers of people: what is accepted, in which spelling it is kept, and what an answer makes of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from psdm_cli.checklists.definition import InputType, StepDefinition, StepKind
from psdm_cli.domain.findings import State

YES, NO, SKIP = "yes", "no", "skip"
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to a step, when, and what psdm saw at that moment (a digest and the numbers)."""

    step: str
    value: str
    note: str
    who: str
    at: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)


def accepted(step: StepDefinition, text: str, note: str = "") -> str:
    """The answer as it is kept. Raises `ValueError` with what was expected.

    Confirm: yes, no. Choice: an option. Input: a text, date, number or address. All: skip, with a note that says why.
    Words may be shortened as long as they stay unique.
    """
    value = text.strip()
    if not step.is_manual:
        raise ValueError("psdm checks this step by itself; correct what it found, or waive it")
    if value.casefold() == SKIP:
        if not note.strip():
            raise ValueError("a step that is skipped needs a note that says why")
        return SKIP
    if step.kind is StepKind.INPUT:
        return _entered(step.input, value)
    return word(value, step.options if step.kind is StepKind.CHOICE else (YES, NO))


def word(text: str, words: Sequence[str]) -> str:
    """The one of `words` that a text means: whole or shortened, in any case. Raises `ValueError`."""
    wanted = text.strip().casefold()
    exact = [each for each in words if each.casefold() == wanted]
    found = exact or [each for each in words if wanted and each.casefold().startswith(wanted)]
    if len(found) != 1:
        raise ValueError(f"expected {', '.join(words[:-1])} or {words[-1]}, not {text.strip()!r}")
    return found[0]


def _entered(kind: InputType, value: str) -> str:
    if kind is InputType.DATE:
        return day(value).isoformat()
    if kind is InputType.NUMBER:
        return _number(value)
    if kind is InputType.URL:
        return _address(value)
    if not value:
        raise ValueError("expected a text that is not empty")
    return value


def day(text: str) -> date:
    """A day written as YYYY-MM-DD. Raises `ValueError`."""
    try:
        if len(text.strip()) != 10:
            raise ValueError(text)
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected a day as YYYY-MM-DD, such as 2026-11-30, not {text.strip()!r}") from None


def _number(value: str) -> str:
    try:
        found = Decimal(value)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        raise ValueError(f"expected a number, such as 12 or 7.5, not {value!r}")
    return f"{found:f}"


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, value))
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"expected the address of a page, beginning with https://, not {value!r}")
    return value


def state_of(step: StepDefinition, answer: Answer) -> State:
    """What an answer makes of a step: done, attention (somebody looked and it is not so), or skipped."""
    if answer.value == SKIP:
        return State.SKIPPED
    if step.kind is StepKind.CONFIRM and answer.value == NO:
        return State.ATTENTION
    return State.DONE


def said(step: StepDefinition, answer: Answer) -> str:
    """An answer in words: by whom and on which day."""
    who = f"{answer.who}, {answer.at:%Y-%m-%d %H:%M %Z}".rstrip()
    if answer.value == SKIP:
        return f"skipped by {who}: {answer.note}"
    if step.kind is StepKind.CONFIRM:
        return f"{'confirmed' if answer.value == YES else 'not so, says'} {'by ' if answer.value == YES else ''}{who}"
    return f"{answer.value} ({who})"
