"""The examples in README.md and docs/: found, run, compared, and rewritten with `PSDM_WRITE_DOCS=1`.

A console block shows what a command prints in the sandbox on a fixed day. Before it stands a comment with the width of
the terminal and how many lines are shown: `<!-- width: 100, lines: 30 -->`. Blocks that tell a story, each going on
where the one before it ended, name a home of their own: `<!-- width: 80, lines: 20, story: week -->`.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.warm_start import start

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2026-11-23"
REST = "[…]"
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
SIZE = re.compile(r"<!-- width: (\d+), lines: (\d+)(?:, story: (\w+))? -->\s*$")
VOLATILE = "moves the clock only"
LATE, SOON = "Was due ", "Due "
REMARKS = "Good to know"


@dataclass(frozen=True)
class Block:
    """A fenced block of a document. `width`, `lines` and `story` are those of the comment before it."""

    file: Path
    kind: str
    body: str
    line: int
    width: int = 100
    lines: int = 1000
    span: tuple[int, int] = (0, 0)  # of the body in the file's text
    story: str = ""

    @property
    def name(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"

    @property
    def command(self) -> list[str]:
        """The command line of a console block, without the prompt."""
        return shlex.split(self.body.splitlines()[0].removeprefix("$ "))

    @property
    def shown(self) -> str:
        """What a console block shows below its command line."""
        return "\n".join(self.body.splitlines()[1:])


def documents() -> list[Path]:
    """Every document with examples."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(kind: str) -> Iterator[Block]:
    """Every block of a kind in the documents."""
    for file in documents():
        text = file.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            if found["kind"] != kind:
                continue
            line = text.count("\n", 0, found.start()) + 1
            size = SIZE.search(text[: found.start()])
            width, lines = (int(size[1]), int(size[2])) if size else (100, 1000)
            story = (size[3] or "") if size else ""
            yield Block(file, kind, found["body"], line, width, lines, found.span("body"), story)


def ran(arguments: list[str], home: Path, **variables: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of psdm with these variables and no others but what an interpreter needs."""
    environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8", **variables}
    process = start(arguments, environ, ROOT)  # where a reader stands: examples name files of the project
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def printed(block: Block, home: Path) -> str:
    """What the command of a console block prints, as the document should show it."""
    variables = {"PSDM_HOME": str(home), "PSDM_AS_OF": AS_OF, "COLUMNS": str(block.width), "NO_COLOR": "1"}
    code, out, err = ran(block.command[1:], home, **variables)
    if code not in (0, 3):
        raise AssertionError(f"{block.name}: exit {code}: {err}")
    lines = without_volatile(out.rstrip("\n").splitlines())
    if len(lines) > block.lines:
        lines = [*lines[: block.lines], REST]
    return "\n".join(line.rstrip() for line in lines)


def without_volatile(lines: list[str]) -> list[str]:
    """The lines as a reader sees them on the morning of the day itself, whatever the day and the time are now.

    No remark says that the clock was moved; the heading above it goes too where nothing else stands below it. What is
    due on that day is not late yet.
    """
    kept: list[str] = []
    skipping = False
    for line in lines:
        skipping = VOLATILE in line or (skipping and line.startswith("    "))
        if not skipping:
            kept.append(line.replace(LATE, SOON, 1) if line.startswith(LATE) else line)
    for at, line in enumerate(kept):
        if line == REMARKS and kept[at + 1 : at + 2] in ([], [""]):
            return [*kept[:at], *kept[at + 2 :]]
    return kept


def rewrite(home: Path) -> None:
    """Put what the commands print today into the documents."""
    for file in documents():
        text = file.read_text(encoding="utf-8")
        shown = [(block, printed(block, home / block.story)) for block in blocks("console") if block.file == file]
        for block, lines in reversed(shown):
            start, end = block.span
            text = f"{text[:start]}{block.body.splitlines()[0]}\n{lines}\n{text[end:]}"
        file.write_text(text, encoding="utf-8")
