"""Frozen forecasts: written once, never changed. There is no update and no delete here on purpose."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of
from psdm_cli.store.problems import damaged

if TYPE_CHECKING:
    from sqlalchemy import Row

    from psdm_cli.store.database import Store

_T = tables.snapshots
_WEEK = re.compile(r"\d{4}-W\d{2}")


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """Which snapshot it is: ISO week such as `2026-W48`, scope, revision from 1."""

    week: str
    scope: str
    revision: int
    as_of: date
    created_at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot with its content, as it was handed in."""

    head: SnapshotHead
    body: str


class Snapshots:
    """The snapshots of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def freeze(  # noqa: PLR0917 - the order reads like a sentence
        self, week: str, scope: str, as_of: date, body: str, who: str, at: datetime
    ) -> int:
        """Store a snapshot and return its revision: 1 for the first of this week and scope, then one more each time."""
        if not _WEEK.fullmatch(week):
            raise ValueError(f"an ISO week looks like 2026-W48, not {week}")
        with self._store.write() as connection:
            last = connection.execute(
                select(func.max(_T.c.revision)).where(
                    _T.c.site == storable(self._store.site), _T.c.week == week, _T.c.scope == storable(scope)
                )
            ).scalar()
            revision = (last or 0) + 1
            connection.execute(
                _T.insert().values(
                    site=storable(self._store.site),
                    week=week,
                    scope=storable(scope),
                    revision=revision,
                    as_of=as_of.isoformat(),
                    created_at=text_of(at),
                    who=storable(who),
                    body=zlib.compress(body.encode("utf-8", "surrogatepass")),
                )
            )
        return revision

    def latest(self, scope: str, before_week: str | None = None, on_or_before: date | None = None) -> Snapshot | None:
        """The newest snapshot by week, as-of and revision; of an earlier week, as of a day at most, where given."""
        where = [_T.c.site == storable(self._store.site), _T.c.scope == storable(scope)]
        if before_week is not None:
            where.append(_T.c.week < before_week)
        if on_or_before is not None:
            where.append(_T.c.as_of <= on_or_before.isoformat())
        newest = select(_T).where(*where).order_by(_T.c.week.desc(), _T.c.as_of.desc(), _T.c.revision.desc()).limit(1)
        with self._store.read() as connection:
            row = connection.execute(newest).first()
        return None if row is None else Snapshot(_head(row), self._content(row))

    def get(self, scope: str, week: str, revision: int) -> Snapshot | None:
        """One snapshot by name."""
        where = (
            _T.c.site == storable(self._store.site),
            _T.c.scope == storable(scope),
            _T.c.week == week,
            _T.c.revision == revision,
        )
        with self._store.read() as connection:
            row = connection.execute(select(_T).where(*where)).first()
        return None if row is None else Snapshot(_head(row), self._content(row))

    def list(self, scope: str | None = None) -> list[SnapshotHead]:
        """All snapshots of a scope (of all scopes), oldest week and revision first."""
        columns = [column for column in _T.c if column.name != "body"]
        wanted = (
            select(*columns)
            .where(_T.c.site == storable(self._store.site))
            .order_by(_T.c.week, _T.c.scope, _T.c.revision)
        )
        if scope is not None:
            wanted = wanted.where(_T.c.scope == storable(scope))
        with self._store.read() as connection:
            return [_head(row) for row in connection.execute(wanted)]

    def _content(self, row: Row[tuple[object, ...]]) -> str:
        try:
            return zlib.decompress(row.body).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError) as error:
            raise damaged(
                self._store.place, f"the snapshot {row.week} revision {row.revision} is unreadable"
            ) from error


def _head(row: Row[tuple[object, ...]]) -> SnapshotHead:
    return SnapshotHead(
        row.week, row.scope, row.revision, date.fromisoformat(row.as_of), instant(row.created_at), row.who
    )
