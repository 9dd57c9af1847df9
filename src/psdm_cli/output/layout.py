"""A page of lines for terminal or pipe: wrapping, aligned tables that fit the width, numbers never cut.

Made by hand because Rich's tables cost 0.4 ms a row and cut what does not fit: here the same lines are laid out once
and written with or without styles. Every span is cleaned of acting characters, whoever made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len, set_cell_size

from psdm_cli.output.text import shown_plain

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
ELLIPSIS = "…"
NO_BREAK = "\u00a0"
NARROWEST = 40
STUMP = 6
# the space in "1,200.00 USD", "12 h", "80 %" and "Mon 4 Jan 2027" is no place to break a line
_TOGETHER = re.compile(
    r"(?<=\d) (?=(?:[A-Z]{3}|h|%)(?!\w))|(?<=Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)|(?<=\d) (?=[A-Z][a-z]{2} \d{4})"
    r"|(?<=\d [A-Z][a-z]{2}) (?=\d{4})"
)
# what a terminal without Unicode shows instead: one character each, so that columns stay
_SHADES = {"░": ".", "▒": ":", "▓": "*", "█": "#", "±": "~"}
_ASCII = str.maketrans(
    _SHADES | {"✓": "+", "–": "-", "…": "~", "·": "-", "→": ">", "“": '"', "”": '"', "⏎": "/", "−": "-"}
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style; its text is cleaned on the way in."""

    text: str
    style: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shown_plain(self.text))

    @property
    def width(self) -> int:
        """Columns on a terminal."""
        return width_of(self.text)


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. A flexible one gives way down to `least` columns and wraps over `lines` lines.

    `most` limits its width even where there is room (0: no limit).
    `drop`: above zero it may be left out when the table does not fit; the highest goes first, and goes as well where a
    flexible column would otherwise get less than it `wanted`.
    """

    title: str
    align: Literal["left", "right"] = "left"
    least: int = 0
    wanted: int = 0
    most: int = 0
    lines: int = 1
    drop: int = 0

    @property
    def flexible(self) -> bool:
        """Whether it may be narrower than its content."""
        return self.least > 0 or self.most > 0


Cell = Span | str
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Group:
    """A line between the rows of a table, such as a lead's name."""

    title: str


@lru_cache(maxsize=4096)
def width_of(text: str) -> int:
    """Columns of a text on a terminal; wide characters count two."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """Text in at most `width` columns, with an ellipsis where something is missing.

    A number in front, such as a SOW's, stands alone rather than with a stump of the next word.
    """
    if width_of(text) <= width:
        return text
    kept = set_cell_size(text, max(0, width - 1)).rstrip()
    first = text.partition(" ")[0]
    if first[-1:].isdigit() and width_of(first) <= width < width_of(first) + STUMP:
        return first
    return kept + ELLIPSIS


def wrap(text: str, width: int, most: int = 0) -> list[str]:
    """Text in lines of at most `width` columns, broken at spaces; at most `most` lines (0: all), … where it ends early.

    Only a word longer than a whole line is broken inside, so that numbers stay whole; a no-break space keeps an amount
    and its currency together and becomes a plain one.
    """
    width = max(1, width)
    lines: list[str] = []
    current = ""
    for word in _TOGETHER.sub(NO_BREAK, text).split(" "):
        joined = f"{current} {word}" if current else word
        if width_of(joined) <= width:
            current = joined
            continue
        if current:
            lines.append(current)
        pieces = _pieces(word, width)
        lines.extend(pieces[:-1])
        current = pieces[-1]
    lines.append(current)
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and width_of(last) + 2 > width:
            last = last.rpartition(" ")[0]
        lines = [*lines[: most - 1], f"{last} {ELLIPSIS}".lstrip()]
    return [line.replace(NO_BREAK, " ") for line in lines]


def _pieces(word: str, width: int) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and width_of(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


class Page:
    """Lines of spans, as they will stand on a terminal of `width` columns."""

    def __init__(self, width: int) -> None:
        self.width = max(NARROWEST, width)
        self.lines: list[Line] = []

    def line(self, *cells: Cell) -> None:
        """One line as it is."""
        self.lines.append(tuple(_span(cell) for cell in cells))

    def blank(self) -> None:
        """An empty line, never two in a row."""
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def heading(self, text: str, tail: str = "") -> None:
        """A section's title after an empty line, with what is said beside it."""
        self.blank()
        lines = wrap(shown_plain(f"{text}  {tail}" if tail else text), self.width - GAP)
        head = shown_plain(text)
        if lines[0].startswith(head):
            self.line(Span(head, "bold"), lines[0][len(head) :])
        else:
            self.line(Span(lines[0], "bold"))
        for more in lines[1:]:
            self.line(f"  {more}")

    def text(self, cell: Cell, *, first: Cell = "", indent: int | None = None, most: int = 0) -> None:
        """A text wrapped into the width, `first` before its first line, the others indented."""
        span, lead = _span(cell), _span(first)
        indent = lead.width if indent is None else indent
        room = max(10, self.width - max(indent, lead.width))
        for number, part in enumerate(wrap(span.text, room, most)):
            self.line(lead if number == 0 else Span(" " * indent), Span(part, span.style))

    def table(self, columns: Sequence[Column], rows: Iterable[Row | Group], *, indent: int = 0) -> None:
        """An aligned table with its header (none where all titles are empty), within the width."""
        table = _Table(columns, list(rows), self.width - indent)
        margin = Span(" " * indent)
        for line in table.lines():
            self.lines.append((margin, *line) if indent else line)

    def plain(self, *, ascii_only: bool = False) -> str:
        """The page without styles."""
        text = "".join("".join(span.text for span in line).rstrip() + "\n" for line in self.lines)
        return text.translate(_ASCII) if ascii_only else text

    def write(self, console: Console) -> None:
        """Put the page on a console, styled where it can; without Unicode with plain signs."""
        from rich.segment import Segment, Segments

        ascii_only = not console.encoding.lower().replace("-", "").startswith("utf")
        if not console.is_terminal or console.color_system is None:
            console.file.write(self.plain(ascii_only=ascii_only))
            return
        segments = []
        for line in self.lines:
            for span in _trimmed(line):
                text = span.text.translate(_ASCII) if ascii_only else span.text
                segments.append(Segment(text, console.get_style(span.style) if span.style else None))
            segments.append(Segment.line())
        console.print(Segments(segments), end="", crop=False, soft_wrap=True)


def _trimmed(line: Line) -> Line:
    """The line without blanks at its end."""
    for number in range(len(line), 0, -1):
        text = line[number - 1].text.rstrip()
        if text:
            return (*line[: number - 1], Span(text, line[number - 1].style))
    return ()


def _span(cell: Cell) -> Span:
    return cell if isinstance(cell, Span) else Span(cell)


class _Table:
    """The arithmetic of one table: which columns stay, how wide each is."""

    def __init__(self, columns: Sequence[Column], rows: list[Row | Group], width: int) -> None:
        self.groups = {number: row for number, row in enumerate(rows) if isinstance(row, Group)}
        self.rows = [[] if isinstance(row, Group) else [_span(cell) for cell in row] for row in rows]
        self.columns = columns
        self.width = width
        self.shown = [n for n, column in enumerate(columns) if column.title or self._natural(n)]
        while self._needed(wanted=True) > width and (drops := [n for n in self.shown if columns[n].drop]):
            self.shown.remove(max(drops, key=lambda n: columns[n].drop))
        self.gap = GAP if self._needed(wanted=False) <= width else 1
        self.widths = self._fitted()

    def _natural(self, number: int) -> int:
        cells = [row[number].width for row in self.rows if number < len(row)]
        widest = max([width_of(self.columns[number].title), *cells])
        most = self.columns[number].most
        return min(widest, most) if most else widest

    def _needed(self, *, wanted: bool) -> int:
        """Columns that the table takes at least, or with what its flexible columns want."""
        total = GAP * (len(self.shown) - 1)
        for n in self.shown:
            column, natural = self.columns[n], self._natural(n)
            least = max(column.least, column.wanted if wanted else 0)
            total += min(natural, least) if column.flexible else natural
        return total

    def _fitted(self) -> dict[int, int]:
        """Natural widths; flexible columns give way, the widest first. Where nothing helps, numbers beat the width."""
        widths = {n: self._natural(n) for n in self.shown}
        over = sum(widths.values()) + self.gap * (len(widths) - 1) - self.width
        while over > 0:
            able = [n for n in self.shown if self.columns[n].flexible and widths[n] > max(1, self.columns[n].least)]
            if not able:
                break
            widest = max(able, key=lambda n: widths[n])
            widths[widest] -= 1
            over -= 1
        return widths

    def lines(self) -> Iterable[Line]:
        """Header, rows, groups."""
        if any(self.columns[n].title for n in self.shown):
            yield from self._row([Span(column.title, "dim") for column in self.columns])
        for number, row in enumerate(self.rows):
            if number in self.groups:
                yield (Span(cut(shown_plain(self.groups[number].title), self.width), "bold"),)
            else:
                yield from self._row(row)

    def _row(self, row: list[Span]) -> Iterable[Line]:
        cells: dict[int, list[str]] = {}
        for n in self.shown:
            text = row[n].text if n < len(row) else ""
            column, width = self.columns[n], self.widths[n]
            if not column.flexible:
                cells[n] = [text]
            elif column.lines == 1:
                cells[n] = [cut(text, width)]
            else:
                cells[n] = wrap(text, width, column.lines)
        for at in range(max((len(lines) for lines in cells.values()), default=0)):
            line: list[Span] = []
            for position, n in enumerate(self.shown):
                part = cells[n][at] if at < len(cells[n]) else ""
                pad = " " * max(0, self.widths[n] - width_of(part))
                text = pad + part if self.columns[n].align == "right" else part + pad
                if position:
                    line.append(Span(" " * self.gap))
                line.append(Span(text, row[n].style if n < len(row) else ""))
            yield tuple(line)
