"""The examples in README.md and docs/: found, run, compared, and rewritten with `PSDM_WRITE_DOCS=1`.

A console block shows what a command prints in the sandbox on a fixed day. Before it stands a comment with the width of
the terminal and how many lines are shown: `<!-- width: 100, lines: 30 -->`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2026-11-23"
REST = "[…]"
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
SIZE = re.compile(r"<!-- width: (\d+), lines: (\d+) -->\s*$")
VOLATILE = "moves the clock only"
REMARKS = "Good to know"


@dataclass(frozen=True)
class Block:
    """A fenced block of a document. `width` and `lines` are those of the comment before it."""

    file: Path
    kind: str
    body: str
    line: int
    width: int = 100
    lines: int = 1000
    span: tuple[int, int] = (0, 0)  # of the body in the file's text

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
            yield Block(file, kind, found["body"], line, width, lines, found.span("body"))


def printed(block: Block, home: Path) -> str:
    """What the command of a console block prints, as the document should show it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PSDM_", "KANTATA", "GITLAB"))}
    environ |= {"PSDM_HOME": str(home), "PSDM_AS_OF": AS_OF, "COLUMNS": str(block.width), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "psdm_cli", *block.command[1:]]
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=120
    )
    if done.returncode not in (0, 3):
        raise AssertionError(f"{block.name}: exit {done.returncode}: {done.stderr}")
    lines = without_volatile(done.stdout.rstrip("\n").splitlines())
    if len(lines) > block.lines:
        lines = [*lines[: block.lines], REST]
    return "\n".join(line.rstrip() for line in lines)


def without_volatile(lines: list[str]) -> list[str]:
    """The lines without the remark that the clock was moved, which a reader on the day itself does not see.

    The heading above it goes too where nothing else stands below it.
    """
    kept: list[str] = []
    skipping = False
    for line in lines:
        skipping = VOLATILE in line or (skipping and line.startswith("    "))
        if not skipping:
            kept.append(line)
    for at, line in enumerate(kept):
        if line == REMARKS and kept[at + 1 : at + 2] in ([], [""]):
            return [*kept[:at], *kept[at + 2 :]]
    return kept


def rewrite(home: Path) -> None:
    """Put what the commands print today into the documents."""
    for file in documents():
        text = file.read_text(encoding="utf-8")
        for block in reversed([block for block in blocks("console") if block.file == file]):
            start, end = block.span
            text = f"{text[:start]}{block.body.splitlines()[0]}\n{printed(block, home)}\n{text[end:]}"
        file.write_text(text, encoding="utf-8")
