"""The upside ledger as a sheet: its columns and cells, and what a cell that came back means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psdm_cli.domain import upside_words as words
from psdm_cli.domain.dates import month_of
from psdm_cli.domain.foreign import made_visible
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus, probability, upside_reason

Value = str | Decimal | date | datetime | bool | None
LONGEST = 32_766  # characters of a text that a sheet keeps whole
_NEWLINES = re.compile(r"\r?\n")
_QUOTED = "=+-@\t\r＝＋－＠"

#: what psdm knows of an entry, and so what a column may hold; a link is the record that it stands for
FIELDS = (
    "id",
    "sow",
    "engagement",
    "scenario",
    "what",
    "hours",
    "amount",
    "currency",
    "probability",
    "weighted",
    "quarter",
    "month",
    "reason",
    "status",
    "link",
    "who",
    "added",
    "reviewed",
)
EDITABLE = ("hours", "amount", "currency", "probability", "quarter", "month", "reason", "status")
FIXED = ("sow", "engagement", "scenario", "what", "link")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its title and the field that it holds."""

    title: str
    field: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheet: its name, that of the totals, and its columns from left to right."""

    sheet: str
    totals: str
    columns: tuple[SheetColumn, ...]

    def title_of(self, field: str) -> str | None:
        """The title of the column that holds a field."""
        return next((each.title for each in self.columns if each.field == field), None)


def cell(entry: UpsideEntry, field: str) -> str | Decimal | datetime | None:
    """What stands in an entry's cell. An empty cell is unknown."""
    if field == "link":
        return link_of(entry)
    if field == "added":
        return entry.at
    if field == "reviewed":
        return entry.reviewed_at
    value: Any = getattr(entry, field)
    if value is None or isinstance(value, Decimal):
        return value
    return str(value)


def link_of(entry: UpsideEntry) -> str | None:
    """The record that an entry stands for: a booking's or milestone's id, a change order's address."""
    return next(
        (entry.links[name] for name in ("allocation", "change_order", "milestone") if name in entry.links), None
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row that came back: its number in the sheet, and its cells by field; a field without a column is missing."""

    number: int
    cells: Mapping[str, Value]

    def text(self, field: str) -> str:
        """A cell as plain text, without what a sheet puts before a formula's sign; empty where nothing stands."""
        return plain_text(self.cells.get(field))


def lines(layout: Layout, titles: Sequence[str], rows: Sequence[tuple[int, Sequence[Value]]]) -> tuple[Line, ...]:
    """Rows by field. Raises `ValueError` for a title that stands twice, or where there is no column of the ids."""
    known = {each.title.strip().casefold(): each.field for each in layout.columns}
    places: dict[str, int] = {}
    for at, title in enumerate(titles):
        field = known.get(title.strip().casefold())
        if field is None:
            continue
        if field in places:
            raise ValueError(f"the column {title!r} stands twice")
        places[field] = at
    if "id" not in places:
        raise ValueError(f"there is no column {layout.title_of('id')!r}, which says what entry a row is")
    return tuple(
        Line(number, {field: cells[at] if at < len(cells) else None for field, at in places.items()})
        for number, cells in rows
    )


def unknown_titles(layout: Layout, titles: Sequence[str]) -> tuple[str, ...]:
    """Columns that nothing is taken from."""
    known = {each.title.strip().casefold() for each in layout.columns}
    return tuple(title for title in titles if title.strip() and title.strip().casefold() not in known)


def plain_text(value: Value) -> str:
    """A cell as text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.hour == value.minute == value.second == 0 else value.isoformat()
    text = str(value).strip()
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" \u00a0")[:1] in tuple(_QUOTED) else text


def _number(value: Value, reader: Callable[[str], Decimal]) -> Decimal:
    return reader(f"{value:f}" if isinstance(value, Decimal) else plain_text(value))


def _probability(value: Value) -> Decimal:
    """A number up to 1 is a share, whatever it looks like; a text is read as people write it."""
    if isinstance(value, Decimal):
        share = value if value <= 1 else value / 100
        return probability(f"{share * 100:f} %")
    return probability(plain_text(value))


def _month(value: Value) -> str:
    """A month; a sheet may have made a date of it."""
    return month_of(value) if isinstance(value, date) else words.month(plain_text(value))


def _status(value: Value) -> UpsideStatus:
    word = plain_text(value).casefold()
    if word not in set(UpsideStatus):
        raise ValueError(f"expected one of {', '.join(UpsideStatus)}, not {word!r}")
    return UpsideStatus(word)


READERS: Mapping[str, Callable[[Value], Any]] = {
    "hours": lambda value: _number(value, words.hours),
    "amount": lambda value: _number(value, words.amount),
    "currency": lambda value: words.currency(plain_text(value)),
    "probability": _probability,
    "quarter": lambda value: plain_text(value).upper(),
    "month": _month,
    "reason": lambda value: upside_reason(plain_text(value)),
    "status": _status,
}


def read_cell(line: Line, field: str) -> Any:
    """A field as a new entry has it; None where nothing stands. Raises `ValueError`."""
    return READERS[field](line.cells[field]) if line.text(field) else None


def is_unchanged(entry: UpsideEntry, field: str, value: Value) -> bool:
    """Whether a cell says what psdm wrote into it, however a spreadsheet has spelt it."""
    own = cell(entry, field)
    if own is None:
        return plain_text(value) == ""
    if isinstance(own, str):
        shown = made_visible(_NEWLINES.sub(" ⏎ ", own))  # as every way out writes it
        came = {str(value), str(value).strip(), plain_text(value)}
        came |= {each.removeprefix("'").strip() for each in came}  # also before blanks and what was made visible
        return shown.strip() in came or any(_is_cut(shown, each) for each in came)
    return False


def _is_cut(shown: str, text: str) -> bool:
    return text.endswith("…") and len(text) > LONGEST and shown.startswith(text[:-1])


def changes(entry: UpsideEntry, line: Line) -> dict[str, Any]:
    """What a row wants changed of its entry, by field. Raises `ValueError` with everything that is wrong with it."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for field, value in line.cells.items():
        if is_unchanged(entry, field, value):
            continue
        if field in FIXED:
            wrong.append(f"{field} is {cell(entry, field)}, and a sheet cannot change it")
        elif field in EDITABLE:
            try:
                new = _new(entry, field, value)
            except ValueError as error:
                wrong.append(f"{field}: {error}")
                continue
            if new != getattr(entry, field):
                found[field] = new
    if wrong:
        raise ValueError("; ".join(wrong))
    return found


def _new(entry: UpsideEntry, field: str, value: Value) -> Any:
    if plain_text(value):
        return READERS[field](value)
    if field == "hours":
        return entry.hours  # an empty cell does not make hours unknown
    raise ValueError("the cell is empty")
