"""The parts of a page: text from outside is escaped, only what psdm itself marked up is not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from psdm_cli.output.text import shown_plain

_WHOLE = re.compile(r"\d{4}-(?:\d\d(?:-\d\d)?|W\d\d)|FY\d\d-Q\d|[-+±]?\d[\d,.]* [A-Z]{3}\b")
Kind = Literal["text", "number", "prose"]
COLOURS: Mapping[str, tuple[str, str]] = {
    "green": ("G", "green"),
    "yellow": ("Y", "yellow"),
    "red": ("R", "red"),
}


class Safe(str):
    """HTML that psdm itself wrote; any other text counts as foreign and is escaped."""

    __slots__ = ()


Part = str | Safe


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title; numbers stand right and sort by value, text sorts as people read it.

    `prose` is text of several words: it gets room, and on a phone the rows of its table stand as cards.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows and what it is sorted by: an amount, a day, a rank; None sorts last, whichever way."""

    shown: Part
    key: Decimal | int | date | str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A figure that is seen first: its name, its value, and what stands below it."""

    name: str
    value: Part
    below: Part = ""


def escaped(text: str) -> Safe:
    """Foreign text on a page: acting characters made visible, on one line, nothing in it is markup."""
    return Safe(html.escape(shown_plain(text), quote=True))


def said(*parts: Part) -> Safe:
    """Parts put together, the foreign ones escaped."""
    return Safe("".join(part if isinstance(part, Safe) else escaped(part) for part in parts))


def together(part: Part) -> Safe:
    """As `said`, with months, days and amounts with their currency kept on one line."""
    if isinstance(part, Safe):
        return part
    return Safe(_WHOLE.sub(lambda found: f'<span class="whole">{found[0]}</span>', escaped(part)))


def badge(colour: str | None, *, missing: str = "none") -> Safe:
    """R, Y or G with its word, so that it can be told without colour; None and other words without a colour."""
    if colour is None:
        return Safe(f'<span class="badge">{escaped(missing)}</span>')
    name = colour.lower()
    if name not in COLOURS:
        return Safe(f'<span class="badge">{escaped(colour)}</span>')
    letter, word = COLOURS[name]
    return Safe(f'<span class="badge {word}"><b aria-hidden="true">{letter}</b> {word}</span>')


def link(text: str, address: str | None) -> Safe:
    """A link to a web address, or to a place on the page (`#id`); without a plain address the text alone."""
    if not address:
        return escaped(text)
    try:
        parts = urlsplit(address)
    except ValueError:
        return escaped(text)
    web = parts.scheme in ("https", "http") and bool(parts.hostname)
    if not web and not (address.startswith("#") and len(address) > 1):
        return escaped(text)
    rel = ' rel="noopener noreferrer"' if web else ""
    return Safe(f'<a href="{html.escape(shown_plain(address), quote=True)}"{rel}>{escaped(text)}</a>')


def strong(*parts: Part) -> Safe:
    """Said with weight."""
    return Safe(f"<strong>{said(*parts)}</strong>")


def faint(*parts: Part) -> Safe:
    """Said aside."""
    return Safe(f'<span class="faint">{said(*parts)}</span>')


def lines(parts: Iterable[Part]) -> Safe:
    """Parts below each other inside a cell."""
    return Safe("<br>".join(said(part) for part in parts))


def sort_key(cell: Cell) -> str:
    """The attribute by which the page's own script sorts; empty for unknown."""
    if cell.key is None:
        return ' data-key=""'
    return f' data-key="{escaped(str(cell.key))}"'
