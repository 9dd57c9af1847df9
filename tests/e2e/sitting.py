"""A person at a terminal in front of psdm: waits for questions, types answers, presses Ctrl-C, looks at the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pexpect
import pyte
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal

#: how the walk's questions begin, in plain text at the start of a line; each ends in a colon and a blank
BEGINNINGS = (
    "What now",
    "How",
    "What keeps",
    "Reason",
    "Until which day",
    "Probability",
    "Apply",
    "Type",
    "Is it sent",
    "Start",
    "Due date",
    "New",
    "On which day",
    "Done",
    "Note",
    "Why is it skipped",
    "Freeze the forecast",
    "(?:PM|PSE|TA) hours",
    "Which",
    "A day",
    "First day",
    "Last day",
    "Hours",
    r"\S+ means several",
)
QUESTION = rf"(?:^|[\r\n])((?:{'|'.join(BEGINNINGS)})[^:\r\n]*): "
ROWS = 900
COUNTDOWN = re.compile(r"((?:Eastern|for you)), (?:in |overdue |now)[^\n]*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d (?:EST|EDT)")
CARD = re.compile(
    r"\n\d+ of \d+ · (FP-\d\d)[^\n]*\n(?:  [^\n]*\n)*?  ((?:SOW-\d+|[A-Z])[^\n]*?)(?: [^\n]*)?\n  (?:·|\d+ findings)"
)
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


@dataclass
class Sitting:
    """One run of psdm at a terminal of `columns`, without colours unless `colour`."""

    psdm: Psdm
    arguments: tuple[str, ...] = ("forecast-prep",)
    columns: int = 80
    colour: bool = False
    raw: str = ""
    code: int | None = None
    child: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        variables = {"TERM": "xterm-256color", "TZ": "Europe/Berlin"} | ({} if self.colour else {"NO_COLOR": "1"})
        self.child = Terminal(
            COMMAND[0],
            [*COMMAND[1:], *self.arguments],
            env={**self.psdm.environ, **variables},
            dimensions=(60, self.columns),
            encoding="utf-8",
        )

    def question(self) -> str | None:
        """The next question, when it waits for an answer; None when psdm has ended."""
        at = self.child.expect([QUESTION, pexpect.EOF], timeout=DEADLINE)
        self.raw += self.child.before
        if at == 1:
            self.child.close()
            self.code = self.child.exitstatus
            return None
        self.raw += self.child.after
        return str(self.child.match[1])

    def type(self, answer: str) -> None:
        """An answer and Enter."""
        self.child.sendline(answer)

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit code."""
        self.child.interrupt()
        self._ended()
        return int(self.code if self.code is not None else -1)

    def end(self) -> None:
        """Read to the end of the process."""
        self.child.expect(pexpect.EOF, timeout=DEADLINE)
        self._ended()

    def _ended(self) -> None:
        self.raw += self.child.before
        self.child.close()
        self.code = self.child.exitstatus

    def converse(self, answer: Callable[[str, str], str | None]) -> int:
        """Answer every question with what `answer(question, screen so far)` says; None presses Ctrl-C."""
        while (question := self.question()) is not None:
            said = answer(question, self.raw.replace("\r", ""))
            if said is None:
                return self.interrupt()
            self.type(said)
        return int(self.code if self.code is not None else -1)

    @property
    def lines(self) -> list[str]:
        """The lines that stand on a screen high enough for all of it."""
        screen = pyte.Screen(self.columns, ROWS)
        pyte.Stream(screen).feed(self.raw)
        lines = [line.rstrip() for line in screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def shown(self) -> str:
        """The screen without what the clock decides."""
        text = masked("\n".join(self.lines) + "\n")
        return re.sub(r"\nGood to know\n.*?\n(?=Next\n)", "\n", text, flags=re.DOTALL)


def masked(text: str) -> str:
    """A text without what the clock, or the port of the server, decides."""
    text = COUNTDOWN.sub(r"\1, …", text)
    return ADDRESS.sub("127.0.0.1:PORT", MOMENT.sub("YYYY-MM-DD HH:MM EST", text))


def card(screen: str) -> str:
    """Step and engagement of the finding that is asked about, such as `FP-01 SOW-2301`."""
    step, name = CARD.findall(screen)[-1]
    return f"{step} {name}"


def at_card(sitting: Sitting, wanted: str) -> None:
    """Pass everything over until a finding is on the screen."""
    while (question := sitting.question()) is not None:
        if question.startswith("What now") and card(sitting.raw.replace("\r", "")) == wanted:
            return
        sitting.type("l")
    raise AssertionError(f"{wanted} never came")


def answered(sitting: Sitting, *answers: str) -> None:
    """Type answers, each when it is asked for."""
    for answer in answers:
        sitting.type(answer)
        assert sitting.question() is not None
