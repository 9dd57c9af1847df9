"""Which tables a state file holds, and how their rows are recognised in another database.

Most of it follows from the tables: numbers that a database gives are left out, a row is known by its unique columns,
else by all of them. What does not follow is said in `_KNOWN`. A test holds every table against this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, UniqueConstraint

from psdm_cli.store import tables

#: not moved: the revision belongs to a database, parked parts to a refresh that runs now
LEFT_OUT = frozenset({"psdm_revision", "mirror_parts"})
MIRROR = frozenset({"accounts", "mirror_rows", "mirror_malformed", "mirror_refusals", "mirror_marks", "mirror_scopes"})
#: facts about who works at a machine: an import never replaces them
PERSONAL_FACTS = frozenset({"token owner", "imported as"})


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tables do not say: by which columns a row is known, and which one tells the later word."""

    key: tuple[str, ...] | None = None
    newer: str | None = None


_KNOWN: Mapping[str, _Known] = {
    "facts": _Known(newer="stored_at"),
    "checklist_runs": _Known(newer="touched_at"),
    "waivers": _Known(("site", "finding", "waived_at"), newer="withdrawn_at"),
    "runs": _Known(("site", "at", "who", "command")),
    "changes": _Known(newer="changed_at"),
    "upside_entries": _Known(newer="reviewed_at"),
    "top_customer_lists": _Known(newer="listed_at"),
    "push_reasons": _Known(newer="told_at"),
    "imports": _Known(("site", "lead", "report", "file", "digest", "imported_at"), newer="replaced_at"),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """How one table is moved.

    `number` is the column that a database fills by itself. `parent` points to the number of a row of `parent_table`.
    `key` are the columns by which, with the parent, a row is known. `newer`: of two rows with one key the one with the
    greater text there counts; without it two different rows are a conflict. `packed` are compressed texts. `unique`:
    the database itself takes a key only once.
    """

    table: Table
    number: str | None
    parent: str | None
    parent_table: str | None
    key: tuple[str, ...]
    newer: str | None = None
    packed: frozenset[str] = field(default_factory=frozenset)
    unique: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns that are moved as they are."""
        return tuple(column for column in self.table.columns if column.name not in (self.number, self.parent))

    @property
    def when(self) -> str | None:
        """The column that tells when a numbered row was made: rows are put in by it, as they were made."""
        names = (column.name for column in self.columns if not column.nullable)
        return next((name for name in names if name.endswith("_at") or name == "at"), None) if self.number else None

    @property
    def is_parent(self) -> bool:
        """Whether rows of other tables point to its rows."""
        return any(spec.parent_table == self.name for spec in SPECS.values())


def _spec(table: Table) -> Spec:
    foreign = [(column.name, next(iter(column.foreign_keys)).column) for column in table.columns if column.foreign_keys]
    if len(foreign) > 1:
        raise TypeError(f"{table.name} points to more than one table; say how it is moved")
    parent, parent_table = (foreign[0][0], foreign[0][1].table.name) if foreign else (None, None)
    own = [column.name for column in table.primary_key.columns]
    first = table.columns[own[0]]
    counted = len(own) == 1 and isinstance(first.type, Integer) and not first.foreign_keys
    number = own[0] if counted else None
    known = _KNOWN.get(table.name, _Known())
    unique = [
        [column.name for column in each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    everything = [column.name for column in table.columns if column.name != number]
    key = known.key or tuple(unique[0] if unique else own if number is None else everything)
    return Spec(
        table,
        number,
        parent,
        parent_table,
        tuple(name for name in key if name != parent),
        known.newer,
        frozenset(column.name for column in table.columns if isinstance(column.type, LargeBinary)),
        unique=known.key is None and (bool(unique) or number is None),
    )


#: by name, parents before their children
SPECS: Mapping[str, Spec] = {
    table.name: _spec(table) for table in tables.metadata.sorted_tables if table.name not in LEFT_OUT
}


def value_complaint(spec: Spec, column: Column[Any], value: Any) -> str | None:
    """Why a value cannot stand in a column, or None."""
    if value is None:
        return None if column.nullable else "is missing"
    if isinstance(column.type, Boolean):
        return None if isinstance(value, bool) else "is neither true nor false"
    if isinstance(column.type, Integer):
        return None if isinstance(value, int) and not isinstance(value, bool) else "is no whole number"
    if not isinstance(value, str):
        return "is no text"
    longest = getattr(column.type, "length", None)
    if longest and column.name not in spec.packed and len(value) > longest:
        return f"is longer than {longest} characters"
    return None
