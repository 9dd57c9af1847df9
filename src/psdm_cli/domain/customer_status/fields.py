"""The fields of a weekly status, every text in them fit for the customer, and how people write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psdm_cli.domain.audience import Customer, Text, for_customer
from psdm_cli.domain.internal_words import Found, InternalRules, internal_in

Said = Text[Customer]
Row = Mapping[str, Said]

#: the fields that are one text, those that are lists of texts, those that are rows of columns
BLOCKS = ("overall",)
LISTS = ("accomplished", "upcoming")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "milestones": ("milestone", "date", "state"),
    "hours": ("role", "planned", "used", "remaining"),
    "attention": ("type", "item", "owner", "due"),
    "decisions_needed": ("decision", "by", "due"),
    "absences": ("name", "from", "to"),
}
FIELDS = (*BLOCKS, *LISTS, *COLUMNS)
NOTHING = "–"
#: what stands where a field has nothing to say: the customer reads that somebody looked
EMPTY: Mapping[str, str] = {
    "overall": "The work goes on as planned.",
    "accomplished": "Nothing was finished in this week.",
    "upcoming": "To be agreed in the next call.",
    "milestones": "None open",
    "hours": "Not counted by the hour",
    "attention": "Nothing open",
    "decisions_needed": "None",
    "absences": "Nobody",
}


class InternalTextError(ValueError):
    """A text that says something internal; `found` names it."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(", ".join(map(str, found)))
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class Draft:
    """A status: lists and rows in order. What is empty says so where it is posted."""

    overall: Said | None = None
    accomplished: tuple[Said, ...] = ()
    upcoming: tuple[Said, ...] = ()
    milestones: tuple[Row, ...] = ()
    hours: tuple[Row, ...] = ()
    attention: tuple[Row, ...] = ()
    decisions_needed: tuple[Row, ...] = ()
    absences: tuple[Row, ...] = ()

    def with_field(self, name: str, value: Any) -> Draft:
        """The draft with another value of one field."""
        return replace(self, **{name: value})


@dataclass
class Sieve:
    """Lets through what customers may read. What was drafted and is not fit is left out, and told by `left_out`."""

    rules: InternalRules
    left_out: list[str] = field(default_factory=list)

    def text(self, value: str) -> Said:
        """A text for the customer. Raises `InternalTextError` for one that says something internal."""
        plain = " ".join(value.split()) if "\n" not in value.strip() else value.strip()
        found = internal_in(plain, self.rules)
        if found:
            raise InternalTextError(found)
        return for_customer(plain)

    def drafted(self, what: str, value: str) -> Said | None:
        """A text that psdm found somewhere; None where it is empty, or, and told, where it is not for the customer."""
        try:
            return self.text(value) if value.strip() else None
        except InternalTextError as internal:
            self.left_out.append(f"{what}: it says {internal}")
            return None

    def row(self, what: str, cells: Mapping[str, str | None]) -> Row | None:
        """A row that psdm found; one cell that is not for the customer leaves all of it out."""
        found: dict[str, Said] = {}
        for name, value in cells.items():
            said = self.drafted(what, value if value and value.strip() else NOTHING)
            if said is None:
                return None
            found[name] = said
        return found

    def rows(self, what: str, many: Iterable[Mapping[str, str | None]]) -> tuple[Row, ...]:
        """The rows that may be read."""
        return tuple(row for cells in many if (row := self.row(what, cells)) is not None)


def written(name: str, value: Any, sieve: Sieve) -> Any:
    """A field as a person wrote it: one text, items parted by `;` or lines, rows with their columns parted by `|`.

    Lists and mappings of a notes file are taken as they are; nothing clears the field. Raises `ValueError` for what
    does not fit, `InternalTextError` for what customers must not read.
    """
    if name in BLOCKS:
        if isinstance(value, list | tuple | dict):
            raise ValueError(f"{name} is one text")
        text = "" if value is None else str(value).strip()
        return sieve.text(text) if text else None
    items = _items(value)
    if name in LISTS:
        if any(isinstance(item, list | tuple | dict) for item in items):
            raise ValueError(f"{name} is a list of texts")
        return tuple(sieve.text(str(item)) for item in items if str(item).strip())
    return tuple(_row(name, item, sieve.text) for item in items)


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        return [value]
    return [part.strip() for line in str(value).splitlines() for part in line.split(";") if part.strip()]


def _row(name: str, item: Any, text: Callable[[str], Said]) -> Row:
    columns = COLUMNS[name]
    shape = f"{name} has the columns {' | '.join(columns)}"
    if isinstance(item, dict):
        unknown = [str(key) for key in item if key not in columns]
        if unknown:
            raise ValueError(f"{shape}, not {', '.join(unknown)}")
        cells = {column: item.get(column) for column in columns}
    else:
        given = list(item) if isinstance(item, list | tuple) else [part.strip() for part in str(item).split("|")]
        if len(given) > len(columns):
            raise ValueError(f"{shape}, not {len(given)}")
        cells = dict(zip(columns, [*given, *[None] * (len(columns) - len(given))], strict=True))
    return {column: text(_cell(value)) for column, value in cells.items()}


def _cell(value: Any) -> str:
    said = "" if value is None else str(value).strip()
    return said or NOTHING


def as_written(name: str, value: Any) -> str:
    """A field as `written` reads it: for a person who changes it."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return value.value
    return "; ".join(
        item.value if isinstance(item, Text) else " | ".join(item[column].value for column in COLUMNS[name])
        for item in value
    )


def posted(draft: Draft) -> dict[str, Any]:
    """The values of the template `weekly-status`; a field with nothing to say says so."""
    found: dict[str, Any] = {"overall": draft.overall.value if draft.overall is not None else EMPTY["overall"]}
    for name in LISTS:
        found[name] = [item.value for item in getattr(draft, name)] or [EMPTY[name]]
    for name, columns in COLUMNS.items():
        rows = [{column: row[column].value for column in columns} for row in getattr(draft, name)]
        first, *others = columns
        if name == "attention":
            first, others = "item", ["type", "owner", "due"]
        found[name] = rows or [{first: EMPTY[name], **dict.fromkeys(others, NOTHING)}]
    return found
