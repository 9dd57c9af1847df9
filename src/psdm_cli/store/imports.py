"""Report exports that were imported: which files the mirror of a lead stands on, and making new ones true at once."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, insert, select, update

from psdm_cli.domain.imports.files import ImportedFile
from psdm_cli.domain.imports.names import IMPORTED_AS
from psdm_cli.store import dialect, tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of
from psdm_cli.store.parking import ensure_account
from psdm_cli.store.promotion import make_true
from psdm_cli.store.states import Part, Promoted, Promotion

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_I, _F = tables.imports, tables.facts
_WHOLE_SITE = ""  # facts about the site itself, not about an engagement
_EMPTY = zlib.compress(b"[]")
_ORDER = (_I.c.report, _I.c.file, _I.c.id)


#: the mirror's parts, and what is to become true with them
Build = Callable[[Sequence[ImportedFile]], tuple[Iterable[Part], Promotion]]


class Imports:
    """The imports of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def current(self, lead: str, *, rows: bool = False) -> tuple[ImportedFile, ...]:
        """The files that a lead's mirror stands on, by report and name; with `rows` what they hold."""
        where = and_(self._of(lead), _I.c.replaced_at.is_(None))
        wanted = select(_I).where(where).order_by(*_ORDER)
        with self._store.read() as connection:
            return tuple(_file(row, rows=rows) for row in connection.execute(wanted))

    def take(
        self,
        lead: str,
        account: str,
        files: Sequence[ImportedFile],
        build: Build,
        *,
        who: str,
        at: datetime,
    ) -> Promoted:
        """Make files current, instead of those of the same reports, and the mirror what they say: all or nothing.

        `build` makes the mirror's parts of all that is current then. Without `files` the mirror is made anew of what is
        current, which changes it only where another psdm, or another configuration, wrote it. Either way the lead
        becomes the one whose files answer offline.
        """
        with self._store.write() as connection:
            dialect.make_room(connection)
            if files:
                reports = sorted({each.report for each in files})
                old = and_(self._of(lead), _I.c.report.in_(reports), _I.c.replaced_at.is_(None))
                connection.execute(update(_I).where(old).values(replaced_at=text_of(at), body=_EMPTY))
                connection.execute(insert(_I), [self._values(each) for each in files])
            now = and_(self._of(lead), _I.c.replaced_at.is_(None))
            whole = [_file(row, rows=True) for row in connection.execute(select(_I).where(now).order_by(*_ORDER))]
            parts, wanted = build(whole)
            promoted = make_true(connection, ensure_account(connection, account), parts, wanted)
            fact = {
                "site": self._site,
                "engagement_id": _WHOLE_SITE,
                "name": IMPORTED_AS,
                "value": storable(lead),
                "who": storable(who),
                "stored_at": text_of(at),
            }
            connection.execute(dialect.upsert(connection, _F), [fact])
        return promoted

    @property
    def _site(self) -> str:
        return storable(self._store.site)

    def _of(self, lead: str) -> ColumnElement[bool]:
        return and_(_I.c.site == self._site, _I.c.lead == storable(lead.casefold()))

    def _values(self, file: ImportedFile) -> dict[str, Any]:
        return {
            "site": self._site,
            "lead": storable(file.lead.casefold()),
            "report": file.report,
            "file": storable(file.file),
            "digest": file.digest,
            "exported_on": file.exported_on.isoformat(),
            "row_count": file.row_count,
            "mapping": json.dumps(dict(file.mapping), sort_keys=True),
            "who": storable(file.who),
            "imported_at": text_of(file.at),
            "replaced_at": None,
            "body": zlib.compress(json.dumps(list(file.rows), separators=(",", ":")).encode()),
        }


def _file(row: Any, *, rows: bool) -> ImportedFile:
    return ImportedFile(
        lead=row.lead,
        report=row.report,
        file=row.file,
        digest=row.digest,
        exported_on=date.fromisoformat(row.exported_on),
        row_count=row.row_count,
        mapping=json.loads(row.mapping),
        who=row.who,
        at=instant(row.imported_at),
        rows=tuple(json.loads(zlib.decompress(row.body))) if rows else (),
        replaced_at=None if row.replaced_at is None else instant(row.replaced_at),
    )
