"""The content of a database as it is moved: rows known by what they say, free of the numbers a database gave them."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from psdm_cli.domain.records import Kind
from psdm_cli.domain.snapshots import from_document
from psdm_cli.errors import StoreProblem
from psdm_cli.store import portable
from psdm_cli.store.codec import CODECS, FORMAT, storable
from psdm_cli.store.instants import instant
from psdm_cli.store.moved_tables import MIRROR, SPECS, Spec, value_complaint

Identity = tuple[Any, ...]
_WEEK = re.compile(r"\d{4}-W\d{2}")
_DAYS = frozenset({"as_of", "until", "exported_on"})
_JSON = frozenset(
    {("mirror_scopes", "body"), ("checklist_answers", "seen"), ("imports", "mapping"), ("imports", "body")}
    | {("top_customer_lists", "body"), ("top_customer_notes", "body")}
    | {("changes", n) for n in ("change", "seen", "answer")}
)


@dataclass(frozen=True, slots=True)
class MovedRow:
    """One row. `identity` is the same in every database; `number` is the one this database gave it, if it does that."""

    identity: Identity
    parent: Identity | None
    values: Mapping[str, Any]
    number: int | None = None

    def same_as(self, other: MovedRow) -> bool:
        """Whether both say the same."""
        return dict(self.values) == dict(other.values)


@dataclass(frozen=True, slots=True)
class Content:
    """Rows by table, in an order that is the same in every database."""

    rows: Mapping[str, Mapping[Identity, MovedRow]] = field(default_factory=dict)

    def of(self, table: str) -> Mapping[Identity, MovedRow]:
        """The rows of a table."""
        return self.rows.get(table, {})

    def children(self, table: str, parent: Identity) -> dict[Identity, MovedRow]:
        """The rows of a table that point to `parent`."""
        return {key: row for key, row in self.of(table).items() if row.parent == parent}


Report = Callable[[str], None]


def content_of(connection: Connection, *, mirror: bool = True, report: Report | None = None) -> Content:
    """Everything that is moved, read from a database.

    What cannot be unpacked goes to `report`; without one it raises `StoreProblem`.
    """
    found: dict[str, Mapping[Identity, MovedRow]] = {}
    numbers: dict[str, dict[int, Identity]] = {}
    for spec in SPECS.values():
        if not mirror and spec.name in MIRROR:
            continue
        plain = []
        for row in connection.execute(select(spec.table)).mappings():
            values = {column.name: row[column.name] for column in spec.columns}
            parent = None
            if spec.parent is not None:
                parent = numbers[spec.parent_table or ""].get(row[spec.parent])
                if parent is None:
                    _tell(report, f"{spec.name}: a row points to one that is not there")
                    continue
            if _unpacked(spec, values, report):
                plain.append((parent, values, row[spec.number] if spec.number else None))
        rows = _identified(spec, plain)
        found[spec.name] = rows
        numbers[spec.name] = {row.number: key for key, row in rows.items() if row.number is not None}
    return Content(found)


def _tell(report: Report | None, said: str) -> None:
    if report is None:
        raise StoreProblem(f"The database is damaged: {said}.", hint="psdm state check names everything that is wrong.")
    report(said)


def _unpacked(spec: Spec, values: dict[str, Any], report: Report | None) -> bool:
    for name in spec.packed:
        try:
            values[name] = zlib.decompress(values[name]).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError):
            _tell(report, f"{row_name(spec, values)} is unreadable")
            return False
    return True


def _identified(
    spec: Spec, plain: Sequence[tuple[Identity | None, Mapping[str, Any], int | None]]
) -> dict[Identity, MovedRow]:
    """The rows by identity, as they were made, else by key; the n-th of several with one key is known by n."""
    when = spec.when

    def order(row: tuple[Identity | None, Mapping[str, Any], int | None]) -> tuple[Any, ...]:
        parent, values, _ = row
        moment = values[when] if when else ""
        return moment, _sortable(parent or ()), _sortable(_key(spec, values)), _rest(values)

    ordered = sorted(plain, key=order)
    seen: Counter[Identity] = Counter()
    found: dict[Identity, MovedRow] = {}
    for parent, values, number in ordered:
        bare = (parent, *_key(spec, values))
        identity = (*bare, seen[bare])
        seen[bare] += 1
        found[identity] = MovedRow(identity, parent, values, number)
    return found


def _key(spec: Spec, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in spec.key)


def _sortable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        (0, "") if value is None else (1, _sortable(value)) if isinstance(value, tuple) else (1, value)
        for value in values
    )


def _rest(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), sort_keys=True, default=str)


def row_name(spec: Spec, values: Mapping[str, Any]) -> str:
    """A row as people can find it: table and key, short."""
    key = " ".join(str(values.get(name))[:60] for name in spec.key[:5])
    return f"{spec.name} {key}"


def as_tables(content: Content) -> dict[str, list[portable.Row]]:
    """The content as the rows of a state file; `parent` is the line of the row that one belongs to, from 1."""
    tables: dict[str, list[portable.Row]] = {}
    for name, rows in content.rows.items():
        spec = SPECS[name]
        lines = {key: number for number, key in enumerate(content.of(spec.parent_table or ""), 1)}
        tables[name] = [
            {**row.values, "parent": lines[row.parent]} if row.parent is not None else dict(row.values)
            for row in rows.values()
        ]
    return tables


def from_tables(file: Path, tables: Mapping[str, Sequence[portable.Row]]) -> Content:
    """The content of a state file. Raises `StoreProblem`, with table and line, for a row that cannot be meant."""
    unknown = sorted(set(tables) - set(SPECS))
    if any(tables[name] for name in unknown):
        raise StoreProblem(
            f"The state file {file} holds {', '.join(unknown)}, which this psdm does not know: a newer psdm wrote it.",
            hint="Nothing was imported. Install the newer psdm.",
        )
    found: dict[str, Mapping[Identity, MovedRow]] = {}
    for name, spec in SPECS.items():
        if name not in tables:
            continue
        parents = list(found.get(spec.parent_table or "", {}))
        plain = []
        for line, row in enumerate(tables[name], 1):
            try:
                plain.append((_parent(spec, row, parents), _values(spec, row), None))
            except ValueError as error:
                raise portable.damaged(file, f"{name} line {line}: {error}") from None
        rows = _identified(spec, plain)
        if spec.unique and any(key[-1] for key in rows):
            raise portable.damaged(file, f"{name} holds a row twice")
        found[name] = rows
    content = Content(found)
    for said in complaints(content):
        raise portable.damaged(file, said)
    return content


def _parent(spec: Spec, row: portable.Row, parents: Sequence[Identity]) -> Identity | None:
    if spec.parent is None:
        return None
    line = row.get("parent")
    if not isinstance(line, int) or isinstance(line, bool) or not 1 <= line <= len(parents):
        raise ValueError(f"it belongs to line {str(line)[:20]} of {spec.parent_table}, which is not there")
    return parents[line - 1]


def _values(spec: Spec, row: portable.Row) -> dict[str, Any]:
    names = {column.name for column in spec.columns} | ({"parent"} if spec.parent else set())
    if extra := sorted(set(row) - names):
        raise ValueError(f"there is no column {extra[0][:40]!r}")
    values = {column.name: row.get(column.name) for column in spec.columns}
    for column in spec.columns:
        if said := value_complaint(spec, column, values[column.name]):
            raise ValueError(f"{column.name} {said}")
        value = values[column.name]
        if isinstance(value, str) and column.name not in spec.packed and storable(value) != value:
            raise ValueError(f"{column.name} holds characters that no database takes")
    return values


def complaints(content: Content) -> Iterator[str]:
    """What is wrong with rows that a database would take all the same: times, dates, JSON, snapshots, records."""
    for name, rows in content.rows.items():
        spec = SPECS[name]
        for row in rows.values():
            if said := _row_complaint(spec, row.values):
                yield f"{row_name(spec, row.values)}: {said}"
    current = {key for key, account in content.of("accounts").items() if account.values["format"] == FORMAT}
    for row in content.of("mirror_rows").values():
        if row.parent in current and (said := _record_complaint(row.values)):
            yield f"{row_name(SPECS['mirror_rows'], row.values)}: {said}"


def _row_complaint(spec: Spec, values: Mapping[str, Any]) -> str | None:
    for name, value in values.items():
        if value is None:
            continue
        try:
            if name.endswith("_at") or name in ("at", "drained_to"):
                if instant(value).utcoffset() is None:
                    return f"{name} has no zone"
            elif name in _DAYS:
                date.fromisoformat(value)
            elif (spec.name, name) in _JSON:
                json.loads(value)
        except ValueError:
            return f"{name} cannot be read"
    return _snapshot_complaint(values) if spec.name == "snapshots" else None


def _snapshot_complaint(values: Mapping[str, Any]) -> str | None:
    if not _WEEK.fullmatch(values["week"]):
        return "its week is none"
    try:
        from_document(json.loads(values["body"]))
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        return f"the forecast in it cannot be read ({str(error) or type(error).__name__})"
    return None


def _record_complaint(values: Mapping[str, Any]) -> str | None:
    try:
        CODECS[Kind(values["kind"])].decode([values["body"]])
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        return f"the record in it cannot be read ({str(error) or type(error).__name__})"
    return None
