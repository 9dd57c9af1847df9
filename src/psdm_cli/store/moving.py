"""Moving state between databases: writing it into a file, and taking a file in, all of it or nothing."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, insert, update

from psdm_cli.errors import RefusedByRule, StoreProblem
from psdm_cli.store import portable, revisions, tables
from psdm_cli.store.codec import FORMAT
from psdm_cli.store.moved_content import Content, Identity, MovedRow, as_tables, content_of, from_tables
from psdm_cli.store.moved_differences import Differences, Keep, differences, refused
from psdm_cli.store.moved_tables import MIRROR, SPECS, Spec

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


@dataclass(frozen=True, slots=True)
class Import:
    """A state file that was read, and what it means for this database."""

    file: Path
    manifest: portable.Manifest
    content: Content
    differences: Differences
    keep: Keep | None = None


def export(
    store: Store, file: Path, *, program: str, exported_at: str, mirror: bool = True, replace: bool = False
) -> portable.StateFile:
    """Write everything this database holds into one file, as of one moment. Raises what `portable.write` raises."""
    with store.read() as connection:
        content = content_of(connection, mirror=mirror)
    manifest = portable.Manifest(revisions.HEAD, FORMAT, exported_at, program, mirror)
    return portable.write(file, manifest, as_tables(content), replace=replace)


def read_file(file: Path) -> tuple[portable.StateFile, Content]:
    """A state file with every row understood. Raises what `portable.read` and `from_tables` raise."""
    found = portable.read(file)
    if found.manifest.revision not in revisions.REVISIONS:
        raise StoreProblem(
            f"The state file {file} has revision {found.manifest.revision[:40]}, which this psdm does not know: "
            "a newer psdm wrote it.",
            hint="Nothing was imported. Install the newer psdm.",
        )
    return found, from_tables(file, found.tables)


def plan_import(store: Store, file: Path, keep: Keep | None = None) -> Import:
    """What the file would change here; nothing is written. Raises what `read_file` raises."""
    found, theirs = read_file(file)
    with store.read() as connection:
        mine = content_of(connection)
    return Import(file, found.manifest, theirs, differences(mine, theirs, keep), keep)


def carry_out(store: Store, wanted: Import) -> None:
    """Make the import true in one transaction. Raises `RefusedByRule` on conflicts, or when the database has moved."""
    if wanted.differences.conflicts:
        raise refused(wanted.differences.conflicts)
    with store.write() as connection:
        mine = content_of(connection)
        if differences(mine, wanted.content, wanted.keep) != wanted.differences:
            raise RefusedByRule(
                "The local database has changed since the import was planned; nothing was imported.",
                hint="Run it again.",
            )
        _Writer(connection, mine, wanted.content).write(wanted.differences)


class _Writer:
    """Puts rows into a database within its transaction; numbers of parents are looked up or given."""

    def __init__(self, connection: Connection, mine: Content, theirs: Content) -> None:
        self.connection = connection
        self.mine = mine
        self.theirs = theirs
        self.numbers: dict[str, dict[Identity, int]] = {
            name: {key: row.number for key, row in rows.items() if row.number is not None}
            for name, rows in mine.rows.items()
        }

    def write(self, wanted: Differences) -> None:
        """All that is new and changed, parents first."""
        self._clear(wanted.replaced)
        for table in wanted.tables:
            spec = SPECS[table.table]
            rows = self.theirs.of(table.table)
            replaces = table.table in MIRROR and table.table != "accounts"
            new = (*table.new, *table.changed) if replaces else table.new
            self._insert(spec, [rows[key] for key in new])
            for key in () if replaces else table.changed:
                self._update(spec, rows[key])

    def _clear(self, accounts: tuple[Identity, ...]) -> None:
        """Empty the mirrors that are replaced, with what an unfinished refresh of them left."""
        names = [SPECS[name].table for name in MIRROR if name != "accounts"]
        for account in accounts:
            for table in (*names, tables.parts):
                number = self.numbers["accounts"][account]
                self.connection.execute(delete(table).where(table.c.account_id == number))

    def _insert(self, spec: Spec, rows: list[MovedRow]) -> None:
        if not rows:
            return
        if spec.is_parent:
            for row in rows:
                made: Any = self.connection.execute(insert(spec.table).values(self._values(spec, row)))
                self.numbers.setdefault(spec.name, {})[row.identity] = int(made.inserted_primary_key[0])
        else:
            self.connection.execute(insert(spec.table), [self._values(spec, row) for row in rows])

    def _update(self, spec: Spec, row: MovedRow) -> None:
        here = self.mine.of(spec.name)[row.identity]
        values = self._values(spec, row)
        if spec.number is not None:
            where = spec.table.c[spec.number] == here.number
        else:
            names = [*spec.key, *([spec.parent] if spec.parent else [])]
            where = and_(*(spec.table.c[name] == values[name] for name in names))
        self.connection.execute(update(spec.table).where(where).values(values))

    def _values(self, spec: Spec, row: MovedRow) -> dict[str, Any]:
        values = dict(row.values)
        for name in spec.packed:
            values[name] = zlib.compress(values[name].encode("utf-8", "surrogatepass"))
        if spec.parent is not None and row.parent is not None:
            values[spec.parent] = self.numbers[spec.parent_table or ""][row.parent]
        return values
