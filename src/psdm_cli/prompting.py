"""Asking a person: what walks may ask for, the rules of answering, and a scripted person for tests.

A terminal's person is in `terminal_prompter`, so that workflows can ask without knowing terminals.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from psdm_cli.errors import Interrupted, WrongUsage

TRIES = 5
Given = TypeVar("Given")


def interrupted() -> Interrupted:
    """What a person's Ctrl-C, or the end of the input, means to a walk."""
    return Interrupted(
        "Interrupted; everything answered so far is kept.", hint="The same command goes on where you stopped."
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: the value that the caller gets, and how it is offered. Its letter is found by `lettered`."""

    value: str
    label: str


class Prompter(Protocol):
    """Whom a walk asks. Every method shows the default and asks again after a senseless answer.

    Each raises `Interrupted` on Ctrl-C or when the input ends, and `WrongUsage` after too many senseless answers.
    """

    def say(self, text: str = "") -> None:
        """Tell something before the next question."""

    def confirm(self, question: str, *, default: bool | None = None) -> bool:
        """Yes or no; Enter takes the default, if there is one."""

    def choose(self, question: str, choices: Sequence[Choice], *, default: str | None = None) -> str:
        """The value of one choice, by its letter, a beginning of its label, or its value."""

    def text(self, question: str, *, default: str = "", check: Callable[[str], str] = str.strip) -> str:
        """A text; `check` gives the text as it is kept, or raises `ValueError` with what was expected."""

    def date(
        self, question: str, *, default: date | None = None, check: Callable[[date], date] = lambda day: day
    ) -> date:
        """A day written as YYYY-MM-DD; `check` may refuse it with `ValueError`."""


def lettered(choices: Sequence[Choice]) -> dict[str, Choice]:
    """Each choice by the letter that stands for it: the first of its label that is still free."""
    found: dict[str, Choice] = {}
    for choice in choices:
        letters = [letter for letter in choice.label.casefold() if letter.isalnum()]
        number = str(len(found) + 1)
        found[next((letter for letter in (*letters, number) if letter not in found), choice.value)] = choice
    return found


def offered(choices: Sequence[Choice]) -> str:
    """The choices on one line, each with its letter in brackets: "[f]ix now, wh[y], [l]ater"."""
    return ", ".join(_each_marked(choices))


def offered_within(choices: Sequence[Choice], width: int) -> list[str]:
    """The choices on lines of at most `width` columns, broken between choices only."""
    lines: list[str] = []
    for label in _each_marked(choices):
        if lines and len(lines[-1]) + len(label) + 3 <= width:  # ", " before it and "," after it
            lines[-1] += f", {label}"
        else:
            lines.append(label)
    return [f"{line}," for line in lines[:-1]] + lines[-1:]


def _each_marked(choices: Sequence[Choice]) -> list[str]:
    return [_marked(choice.label, letter) for letter, choice in lettered(choices).items()]


def _marked(label: str, letter: str) -> str:
    at = label.casefold().find(letter)
    return f"{label[:at]}[{label[at]}]{label[at + 1 :]}" if at >= 0 else f"{label} [{letter}]"


def chosen(answer: str, choices: Sequence[Choice]) -> str:
    """The value that an answer means. Raises `ValueError` with what was expected."""
    wanted = answer.strip().casefold()
    letters = lettered(choices)
    if wanted in letters:
        return letters[wanted].value
    exact = [choice for choice in choices if wanted in (choice.label.casefold(), choice.value.casefold())]
    near = [choice for choice in choices if wanted and choice.label.casefold().startswith(wanted)]
    found = exact or near
    if len(found) != 1:
        raise ValueError(f"expected one of {offered(choices)}, not {answer.strip()!r}")
    return found[0].value


def iso_day(text: str) -> date:
    """A day written as YYYY-MM-DD. Raises `ValueError` with what was expected."""
    try:
        if len(text.strip()) != 10:
            raise ValueError(text)
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected a day as YYYY-MM-DD, such as 2026-11-30, not {text.strip()!r}") from None


class LinePrompter(ABC):
    """A `Prompter` over one primitive: a question on a line, an answer on a line."""

    @abstractmethod
    def say(self, text: str = "") -> None:
        """Tell something before the next question."""

    @abstractmethod
    def line(self, question: str, default: str) -> str:
        """The answer to one question as it was typed; the default where nothing was. Raises `Interrupted`."""

    def among(self, question: str, choices: Sequence[Choice], default: str) -> str:  # noqa: ARG002 - who wraps asks it
        """The question as it is put, with its choices; where that is too long they may be told before it."""
        return f"{question} {offered(choices)}"

    def _ask(self, question: str, default: str, check: Callable[[str], Given]) -> Given:
        for _ in range(TRIES):
            try:
                return check(self.line(question, default))
            except ValueError as error:
                self.say(f"  {error}.")
        raise WrongUsage(f"{question}: no usable answer after {TRIES} tries.")

    def confirm(self, question: str, *, default: bool | None = None) -> bool:
        """Yes or no."""
        choices = (Choice("yes", "yes"), Choice("no", "no"))
        return self.choose(question, choices, default=None if default is None else "yes" if default else "no") == "yes"

    def choose(self, question: str, choices: Sequence[Choice], *, default: str | None = None) -> str:
        """The value of one choice."""
        label = next((choice.label for choice in choices if choice.value == default), "")
        return self._ask(self.among(question, choices, label), label, lambda answer: chosen(answer, choices))

    def text(self, question: str, *, default: str = "", check: Callable[[str], str] = str.strip) -> str:
        """A text that `check` accepts."""
        return self._ask(question, default, check)

    def date(
        self, question: str, *, default: date | None = None, check: Callable[[date], date] = lambda day: day
    ) -> date:
        """A day that `check` accepts."""
        shown = default.isoformat() if default is not None else ""
        return self._ask(f"{question}, YYYY-MM-DD", shown, lambda answer: check(iso_day(answer)))


class ScriptedPrompter(LinePrompter):
    """A person with a script, for tests: answers in order; an exception in it is raised (KeyboardInterrupt: Ctrl-C).

    `asked` and `told` keep the conversation. A question beyond the script is an `AssertionError`.
    """

    def __init__(self, answers: Iterable[str | BaseException] = ()) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def say(self, text: str = "") -> None:
        """Remember what was told."""
        self.told.append(text)

    def line(self, question: str, default: str) -> str:
        """The next answer of the script; "" takes the default."""
        self.asked.append(question)
        if not self.answers:
            raise AssertionError(f"nobody expected the question {question!r}")
        answer = self.answers.pop(0)
        if isinstance(answer, KeyboardInterrupt):
            raise interrupted() from None
        if isinstance(answer, BaseException):
            raise answer
        return answer or default
