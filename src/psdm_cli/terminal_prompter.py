"""A person at the terminal: questions on stderr, edited with questionary; plain lines without colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from psdm_cli.output.text import visible
from psdm_cli.prompting import Choice, LinePrompter, interrupted, offered_within

if TYPE_CHECKING:
    from psdm_cli.terminal import Terminal


INDENT = 2
ROOM = 12  # columns for the default's brackets, the colon, a question mark, and a word typed


class TerminalPrompter(LinePrompter):
    """A `Prompter` on a `Terminal`. Foreign text in questions is made visible; stdout is left to the result."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def say(self, text: str = "") -> None:
        """A line on stderr, also when quiet: a question may need it."""
        self.terminal.say(text, always=True)

    def among(self, question: str, choices: Sequence[Choice], default: str) -> str:
        """The choices on the question's own line where they fit with room for an answer, else on lines before it."""
        width = self.terminal.width
        whole = super().among(question, choices, default)
        if len(whole) + len(default) + ROOM <= width:
            return whole
        for line in offered_within(choices, width - INDENT - 1):
            self.say(f"{' ' * INDENT}{visible(line)}")
        return question

    def line(self, question: str, default: str) -> str:
        """One answer; Enter takes the default, which is shown."""
        shown = f"{visible(question)} ({visible(default)})" if default else visible(question)
        try:
            answer = self._edited(shown) if self.terminal.colour else self._plain(shown)
        except (KeyboardInterrupt, EOFError):
            if not self.terminal.colour:  # what is said next begins on a line of its own
                self.terminal.err.write("\n")
            raise interrupted() from None
        return answer.strip() or default

    def _plain(self, shown: str) -> str:
        self.terminal.err.write(f"{shown}: ")
        self.terminal.err.flush()
        line = self.terminal.source.readline()
        if not line:
            raise EOFError
        return line

    def _edited(self, shown: str) -> str:
        from questionary import Style, text

        answer = text(
            f"{shown}:",
            qmark="?",
            style=Style([("qmark", "fg:ansicyan bold"), ("question", ""), ("answer", "bold")]),
            output=_output(self.terminal.err),
        ).unsafe_ask()
        return str(answer)


def _output(stream: Any) -> Any:
    """Where questions are drawn. The terminal itself is asked nothing: one that does not answer would cost seconds."""
    if sys.platform == "win32":
        from prompt_toolkit.output import create_output

        return create_output(stdout=stream)
    from prompt_toolkit.output.vt100 import Vt100_Output

    output = Vt100_Output.from_pty(stream, term=os.environ.get("TERM"))
    output.enable_cpr = False
    return output
