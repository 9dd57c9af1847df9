"""Markdown for GitLab: paragraphs, lists, task lists and tables in which foreign text does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from psdm_cli.domain import foreign
from psdm_cli.output.text import markdown_cell

INTERNAL = "Internal: amounts and bookings. Not for a place that customers can see."

Own = foreign.Own
Part = str | Own
Align = Literal["left", "right"]


def said(*parts: Part) -> Own:
    """Parts put together, the foreign ones escaped."""
    return Own("".join(part if isinstance(part, Own) else markdown_cell(part) for part in parts))


def own(text: str) -> Own:
    """Text without foreign parts: numbers, dates, our own words."""
    return Own(text)


class Markdown:
    """A document that grows from top to bottom, one empty line between its blocks."""

    def __init__(self) -> None:
        self.blocks: list[str] = []

    def heading(self, level: int, *parts: Part) -> None:
        """A heading."""
        self.blocks.append(f"{'#' * level} {said(*parts)}")

    def paragraph(self, *parts: Part) -> None:
        """A paragraph, on one line."""
        self.blocks.append(said(*parts))

    def quote(self, *parts: Part) -> None:
        """A remark."""
        self.blocks.append(f"> {said(*parts)}")

    def items(self, rows: Iterable[Part], *, numbered: bool = False) -> None:
        """A list; nothing at all without rows."""
        lines = [f"{f'{number}.' if numbered else '-'} {said(row)}" for number, row in enumerate(rows, 1)]
        if lines:
            self.blocks.append("\n".join(lines))

    def tasks(self, rows: Iterable[tuple[bool, Part, Sequence[Part]]]) -> None:
        """A task list: done or not, what, and what is said below it."""
        lines = []
        for done, what, below in rows:
            lines.append(f"- [{'x' if done else ' '}] {said(what)}")
            lines.extend(f"  - {said(line)}" for line in below)
        if lines:
            self.blocks.append("\n".join(lines))

    def table(self, columns: Sequence[tuple[str, Align]], rows: Iterable[Sequence[Part]]) -> None:
        """A table; nothing at all without rows."""
        body = [f"| {' | '.join(said(cell) or ' ' for cell in row)} |" for row in rows]
        if not body:
            return
        head = f"| {' | '.join(said(title) for title, _ in columns)} |"
        rule = f"| {' | '.join('---:' if align == 'right' else '---' for _, align in columns)} |"
        self.blocks.append("\n".join([head, rule, *body]))

    def text(self) -> str:
        """The whole document."""
        return "\n\n".join(self.blocks) + "\n"
