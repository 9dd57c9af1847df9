"""A quick look into the local database for completion in the shell: SQLite read directly, never written, no server.

SQLAlchemy alone would take longer to import than a person waits for a word. A test holds it against the mirror.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psdm_cli.domain.engagements import FieldNames, sow_number
from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.store.codec import CODECS, FORMAT

PATIENCE_SECONDS = 0.2  # a database that somebody is writing to is not waited for


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A project of the mirror, whoever mirrored it."""

    id: str
    sow: str | None
    title: str
    status: str | None
    lead: str | None
    lead_id: str | None


def engagements(file: Path, fields: FieldNames | None = None) -> tuple[Glimpse, ...]:
    """The projects in the mirrors of this file that are not archived; none when it cannot be read at once."""
    found: dict[str, Glimpse] = {}
    names = fields or FieldNames()
    bodies = _column(
        file,
        "SELECT body FROM mirror_rows JOIN accounts ON accounts.id = mirror_rows.account_id"
        " WHERE accounts.format = ? AND mirror_rows.kind = ?",
        FORMAT,
        Kind.WORKSPACES.value,
    )
    for record in CODECS[Kind.WORKSPACES].decode(bodies):
        if isinstance(record, Workspace) and record.archived is not True:
            found[record.id] = Glimpse(
                record.id,
                sow_number(record, names),
                record.title or "",
                record.status,
                record.lead_name,
                record.lead_id,
            )
    return tuple(found.values())


def checklists(file: Path) -> tuple[str, ...]:
    """The ids of the checklists that were begun."""
    return tuple(_column(file, "SELECT DISTINCT checklist FROM checklist_runs ORDER BY checklist"))


def _column(file: Path, question: str, *values: str) -> Iterator[str]:
    """The first column of the rows; nothing when there is no such file or table, or somebody holds it."""
    path = str(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE_SECONDS)) as connection:
            rows = connection.execute(question, values).fetchall()
    except sqlite3.Error:
        return
    for row in rows:
        if isinstance(row[0], str):
            yield row[0]
