"""One HTML file that needs nothing else: text from outside escaped, tables that sort, charts with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from psdm_cli.output.html.fragments import Card, Cell, Column, Part, Safe, escaped, said, sort_key, together
from psdm_cli.output.html.look import POLICY, SCRIPT, STYLE
from psdm_cli.output.html.pictures import picture

INTERNAL = "Internal: amounts and bookings. Not for a place that customers can see."
GENERATOR = "psdm"  # by which a page of ours is known, and may be written anew
_SHORT = 8  # rows up to which a table stays on one sheet of paper
_WIDE = 4  # columns from which a table keeps its first one in sight on a phone

Row = Sequence[Part | Cell]


class Html:
    """A page that grows from top to bottom; headings of level 2 open its sections and make its table of contents.

    Every `str` is foreign text and escaped; what psdm marked up is a `Safe` of `fragments`. No line of the page asks
    the network for anything: the page's own policy forbids it.
    """

    def __init__(self, title: str, *, lead: Part = "", note: Part = INTERNAL) -> None:
        """`title` names the page and is its first heading; `lead` stands below it, `note` says whom it is not for."""
        self.title = title
        self.lead = lead
        self.note = note
        self.sections: list[str] = []
        self._body: list[str] = []
        self._tables = 0
        self._charts: list[str] | None = None
        self._level = 1
        self._foot: Part = ""

    def heading(self, level: int, *parts: Part) -> None:
        """A heading of level 2 or deeper. Raises `ValueError` when a level is left out: readers jump by them."""
        if not 2 <= level <= min(self._level + 1, 6):
            raise ValueError(f"a heading of level {level} after one of level {self._level}")
        self._level = level
        text = said(*parts)
        if level == 2:
            self.sections.append(text)
            self._add(f'<h2 id="section-{len(self.sections)}">{text}</h2>')
        else:
            self._add(f"<h{level}>{text}</h{level}>")

    def paragraph(self, *parts: Part) -> None:
        """A paragraph."""
        self._add(f"<p>{said(*parts)}</p>")

    def remark(self, *parts: Part) -> None:
        """A remark that must not be overlooked."""
        self._add(f'<p class="note">{said(*parts)}</p>')

    def items(self, rows: Iterable[Part], *, numbered: bool = False) -> None:
        """A list; nothing at all without rows."""
        inside = "".join(f"<li>{said(row)}</li>" for row in rows)
        if inside:
            tag = "ol" if numbered else "ul"
            self._add(f"<{tag}>{inside}</{tag}>")

    def cards(self, cards: Sequence[Card]) -> None:
        """The figures that are seen first; nothing at all without any."""
        inside = "".join(
            f'<div><dt>{together(card.name)}</dt><dd class="value">{together(card.value)}</dd>'
            + (f'<dd class="below">{together(card.below)}</dd>' if card.below else "")
            + "</div>"
            for card in cards
        )
        if inside:
            self._add(f'<dl class="cards">{inside}</dl>')

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        caption: str,
        *,
        sortable: bool = True,
        foot: Row = (),
        seen: bool = True,
    ) -> None:
        """A table whose first column names its rows; `foot` is a sum below them, which sorting leaves in place.

        Its caption is `seen`, or for screen readers alone where a heading says it already. Nothing at all without rows:
        say so in a paragraph where that matters.
        """
        if rows:
            self._add(self._table(columns, rows, caption, sortable=sortable, foot=foot, seen=seen))

    def chart(
        self,
        svg: str,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        says: str = "",
        key: Part = "",
        on_paper: bool = True,
    ) -> None:
        """A drawing with its numbers as a table below it, folded up on a screen, open on paper unless told otherwise.

        `says` is what a screen reader tells in the drawing's place: its main point; `key` explains its signs. Charts
        that follow each other stand beside each other where there is room. Raises `ValueError` when `svg` is no
        drawing, or without rows.
        """
        if not rows:
            raise ValueError("a chart has its numbers beside it")
        identity = f"numbers-{self._tables + 1}"
        table = self._table(columns, rows, f"Numbers: {caption}", sortable=False, foot=(), identity=identity)
        explained = f'<p class="below">{said(key)}</p>' if key else ""
        screen = "" if on_paper else ' class="screen"'
        figure = (
            f"<figure><figcaption>{escaped(caption)}</figcaption>{picture(svg, says or caption, identity)}{explained}"
            f'<details{screen}><summary>The numbers<span class="unseen">: {escaped(caption)}</span></summary>{table}'
            "</details></figure>"
        )
        if self._charts is None:
            self._charts = []
        self._charts.append(figure)

    def foot(self, *parts: Part) -> None:
        """What stands at the very end: where the figures are from and how old they are."""
        self._foot = said(*parts)

    def text(self) -> str:
        """The whole file."""
        self._flush()
        links = "".join(f'<li><a href="#section-{n}">{text}</a></li>' for n, text in enumerate(self.sections, 1))
        contents = f'<nav aria-label="Sections"><ul>{links}</ul></nav>' if len(self.sections) > 1 else ""
        title = escaped(self.title)
        pieces = [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f'<meta name="generator" content="{GENERATOR}">',
            '<meta name="robots" content="noindex">',
            '<meta name="referrer" content="no-referrer">',
            '<link rel="icon" href="data:,">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#content">To the content</a>' if contents else "",
            f"<header><h1>{title}</h1>",
            f'<p class="lead">{said(self.lead)}</p>' if self.lead else "",
            f'<p class="note">{said(self.note)}</p>' if self.note else "",
            f"{contents}</header>",
            '<main id="content">',
            *self._body,
            "</main>",
            f"<footer><p>{self._foot}</p></footer>" if self._foot else "",
            f"<script>{SCRIPT}</script>",
            "</body>",
            "</html>",
        ]
        return "\n".join(piece for piece in pieces if piece) + "\n"

    def _add(self, piece: str) -> None:
        self._flush()
        self._body.append(piece)

    def _flush(self) -> None:
        if self._charts is not None:
            self._body.append(f'<div class="charts">{"".join(self._charts)}</div>')
            self._charts = None

    def _table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        caption: str,
        *,
        sortable: bool,
        foot: Row,
        identity: str = "",
        seen: bool = True,
    ) -> str:
        self._tables += 1
        stacked = any(column.kind == "prose" for column in columns)
        role = _roles if stacked else _no_roles  # a table that is laid out as cards would lose its meaning
        head = "".join(
            f'<th scope="col"{role("columnheader")}{_css(column)}>{escaped(column.title)}</th>' for column in columns
        )
        body = "\n".join(f"<tr{role('row')}>{_cells(columns, row, role)}</tr>" for row in rows)
        cells = _cells(columns, foot, role) if foot else ""
        below = f"<tfoot{role('rowgroup')}><tr{role('row')}>{cells}</tr></tfoot>" if foot else ""
        name = identity or f"table-{self._tables}"
        flags = " data-sortable" if sortable and len(rows) > 1 else ""
        kind = " stacked" if stacked else " wide" if len(columns) >= _WIDE else ""
        kind += " short" if len(rows) <= _SHORT else ""
        hidden = "" if seen else ' class="unseen"'
        return (
            f'<div class="scroll{kind}" role="region" tabindex="0" aria-labelledby="{name}-caption">'
            f'<table id="{name}"{role("table")}{flags}>'
            f'<caption id="{name}-caption"{hidden}>{escaped(caption)}</caption>'
            f"<thead{role('rowgroup')}><tr{role('row')}>{head}</tr></thead>\n"
            f"<tbody{role('rowgroup')}>{body}</tbody>{below}</table></div>"
        )


def _roles(name: str) -> str:
    return f' role="{name}"'


def _no_roles(name: str) -> str:
    del name
    return ""


def is_ours(beginning: bytes) -> bool:
    """Whether a file that begins so is a page that psdm made."""
    return f'<meta name="generator" content="{GENERATOR}">'.encode() in beginning


def _cells(columns: Sequence[Column], row: Row, role: Callable[[str], str]) -> Safe:
    cells = []
    for at, (column, cell) in enumerate(zip_longest(columns, row)):
        if column is None or cell is None:
            raise ValueError("a row has as many cells as its table has columns")
        shown, key = (cell.shown, sort_key(cell)) if isinstance(cell, Cell) else (cell, "")
        tag, scope = ("th", f' scope="row"{role("rowheader")}') if at == 0 else ("td", role("cell"))
        label = f' data-label="{escaped(column.title)}"' if role("cell") and at else ""
        cells.append(f"<{tag}{scope}{_css(column)}{key}{label}>{together(shown)}</{tag}>")
    return Safe("".join(cells))


def _css(column: Column) -> str:
    return f' class="{column.kind}"' if column.kind != "text" else ""
