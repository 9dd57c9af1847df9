"""Everything that differs between SQLite and PostgreSQL: engines, kinds of transaction, upserts, locks, checks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy import text as as_text
from sqlalchemy.engine import URL

from psdm_cli.store.files import BUSY_SECONDS, address
from psdm_cli.store.questions import Question

_POSITIONAL: dict[tuple[str, ...], str] = {}  # upserts as the driver takes them, by dialect, table and columns
WRITE = "psdm_write"  # execution option: this transaction will write, take the lock at once
OURS = "psdm_revision"  # the table by which a database is known as ours
PASSING = "psdm_passing"  # execution option: what it writes may be lost when the machine (not the process) dies


class EngineLook:
    """See `questions.Look`: one question's text for every database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, asked: Question) -> Sequence[tuple[Any, ...]]:
        """The rows of a question."""
        return [tuple(row) for row in self._connection.execute(as_text(asked.text), asked.values)]


def sqlite_engine(file: Path, *, read_only: bool = False, immutable: bool = False) -> Engine:
    """An engine for a database file: WAL, foreign keys, waiting for locks, transactions that say what they are.

    `immutable` promises that nobody writes the file: for a database on a read-only medium.
    """
    busy = BUSY_SECONDS
    query = {"mode": "ro" if read_only else "rwc"} | ({"immutable": "1"} if immutable else {})
    database = address(file)
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=database, query={"uri": "true", **query}),
        connect_args={"timeout": busy},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            _switch_to_wal(cursor, busy)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once when another one writes, whatever the timeout.
        options = connection.get_execution_options()
        if options.get(WRITE, False):
            # Waiting for the disk is most of a small transaction's time.
            connection.exec_driver_sql(f"PRAGMA synchronous = {'NORMAL' if options.get(PASSING, False) else 'FULL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE, False) else "BEGIN")

    return engine


def _switch_to_wal(cursor: Any, busy: float) -> None:
    """WAL; the busy timeout does not cover the switch itself when two processes make it at the same moment.

    The journal's kind is written into the file: a database of another program keeps its own.
    """
    import sqlite3

    deadline = time.monotonic() + busy
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        names = {row[0] for row in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if names and OURS not in names:
            return
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return  # where WAL is impossible (some network file systems) the journal stays: slower, still safe


def make_room(connection: Connection) -> None:
    """For many rows at once: with SQLite's own 2 MB the same pages of indexes are written and read again and again."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -16384")  # KiB


def upsert(connection: Connection, table: Table) -> Insert:
    """An INSERT that replaces the row of the same primary key."""
    keys = [column.name for column in table.primary_key.columns]
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        into = postgresql.insert(table)
        return into.on_conflict_do_update(
            index_elements=keys, set_={c.name: into.excluded[c.name] for c in table.columns if c.name not in keys}
        )
    from sqlalchemy.dialects import sqlite

    statement = sqlite.insert(table)
    return statement.on_conflict_do_update(
        index_elements=keys, set_={c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    )


def insert_if_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves a row with the same unique values as it is."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing()


def upsert_many(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert or replace many rows, their values in the order of `names`.

    Where the driver takes positions the rows go to it as they are: a quarter faster than one dictionary a row.
    """
    key = (connection.dialect.name, table.name, *names)
    text = _POSITIONAL.get(key)
    statement = upsert(connection, table)
    if text is None:
        compiled = statement.compile(dialect=connection.dialect, column_keys=names)
        in_order = list(getattr(compiled, "positiontup", None) or ()) == list(names)
        text = _POSITIONAL[key] = str(compiled) if in_order else ""
    if text:
        connection.exec_driver_sql(text, list(rows))
    else:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def complaints(connection: Connection) -> Sequence[str]:
    """What the database's own integrity check says; empty when sound."""
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    found += [
        f"{row[0]} points to a missing {row[2]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return [line for line in found if line != "ok"]
