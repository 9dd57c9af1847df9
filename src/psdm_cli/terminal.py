"""The three streams of the process and what they can do: terminal or pipe, width, colour, questions."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, cast

from psdm_cli.errors import Interrupted, WrongUsage
from psdm_cli.masking import mask
from psdm_cli.output.text import visible

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 120  # columns for a file or a pipe, where nobody said how wide it is
TRIES = 5


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _wrapped(line: str, width: int) -> str:
    """A line of talk between words, further lines below its text; words such as addresses stay whole, to be copied."""
    if len(line) < width:
        return line
    import re
    import textwrap

    mark = re.match(r" +(?:\d+\. |[^\w\s] )?", line)
    indent = " " * (mark.end() if mark else 6)  # below "psdm: "
    return textwrap.fill(line, width - 1, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True, slots=True)
class Terminal:
    """The streams of one run. stdout carries the result alone, stderr the talk."""

    out: TextIO
    err: TextIO
    source: TextIO
    colour: bool
    quiet: bool = False
    verbose: int = 0

    @property
    def out_is_terminal(self) -> bool:
        """Whether the result goes to a person's terminal."""
        return _is_terminal(self.out)

    @property
    def err_is_terminal(self) -> bool:
        """Whether the talk goes to a person's terminal."""
        return _is_terminal(self.err)

    @property
    def can_ask(self) -> bool:
        """Whether a person could answer a question."""
        return _is_terminal(self.source) and self.err_is_terminal

    @property
    def width(self) -> int:
        """Columns of the terminal (COLUMNS wins), or of a page where there is none."""
        return shutil.get_terminal_size((PIPE_WIDTH if not self.out_is_terminal else 80, 24)).columns

    def console(self, stream: TextIO | None = None) -> Console:
        """Rich's view of stdout (or another stream): no markup, no emoji codes, colour only where it is allowed."""
        target = stream or self.out
        if _is_terminal(target):
            return self._rich(target)
        return cast("Console", Paper(target, self.width, lambda: self._rich(target)))

    def _rich(self, target: TextIO) -> Console:
        from rich.console import Console

        class Honest(Console):
            """Rich would end the process by itself when the reader of a pipe has left; app.run decides that."""

            def on_broken_pipe(self) -> None:
                raise BrokenPipeError

        is_terminal = _is_terminal(target)
        return Honest(
            file=target,
            force_terminal=is_terminal,
            force_interactive=is_terminal,
            color_system="auto" if self.colour and is_terminal else None,
            no_color=not self.colour,
            width=self.width,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def write(self, text: str) -> None:
        """Put text on stdout, at once; characters that the stream cannot say become escapes."""
        self.out.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
        self.out.flush()

    def say(self, text: str, *, always: bool = False) -> None:
        """One line of talk on stderr; `always` also when quiet (errors, questions)."""
        if self.quiet and not always:
            return
        line = visible(mask(text))
        if self.err_is_terminal:
            line = _wrapped(line, shutil.get_terminal_size().columns)
        with contextlib.suppress(BrokenPipeError, ValueError):  # nobody listens any more
            self.err.write(line + "\n")
            self.err.flush()

    def ask(self, question: str, default: str = "", check: Callable[[str], str] = str.strip) -> str:
        """One answer from a person. Enter takes the default; `check` raises `ValueError` with what is expected."""
        for _ in range(TRIES):
            shown = f" [{default}]" if default else ""
            self.err.write(f"{visible(question)}{visible(shown)}: ")
            self.err.flush()
            line = self.source.readline()
            if not line:
                self.err.write("\n")
                raise Interrupted("The input ended before the question was answered; nothing was changed.")
            try:
                return check(line.strip() or default)
            except ValueError as error:
                self.say(f"  {error}.", always=True)
        raise WrongUsage(f"{question}: no usable answer after {TRIES} tries.")

    def ask_secret(self, question: str) -> str:
        """A secret from a person, not echoed."""
        from getpass import getpass

        try:
            return getpass(f"{visible(question)}: ", stream=self.err).strip()
        except EOFError:
            raise Interrupted("The input ended before the question was answered; nothing was changed.") from None


def process_terminal(
    *, no_color: bool = False, quiet: bool = False, verbose: int = 0, environ: Mapping[str, str] = os.environ
) -> Terminal:
    """The streams of this process. No colour by --no-color, NO_COLOR or TERM=dumb."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")  # a terminal that cannot say ✓ gets \u2713, not a crash
    colour = not no_color and not environ.get("NO_COLOR") and environ.get("TERM", "") != "dumb"
    return Terminal(sys.stdout, sys.stderr, sys.stdin, colour, quiet, verbose)


class Paper:
    """What pages ask of a console that is no terminal; Rich itself is loaded only for what it has to print.

    A page writes its own text there, and loading Rich would be a tenth of `psdm --offline portfolio`.
    """

    is_terminal = False
    color_system = None

    def __init__(self, file: TextIO, width: int, rich: Callable[[], Console]) -> None:
        self.file = file
        self.width = width
        self.encoding = (getattr(file, "encoding", None) or "utf-8").lower()
        self._make = rich
        self._made: Console | None = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)
