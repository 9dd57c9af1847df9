"""Frozen forecasts: written once, never changed. There is no update and no delete here on purpose."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of
from psdm_cli.store.names import SNAPSHOTS
from psdm_cli.store.problems import damaged
from psdm_cli.store.questions import Condition, question, records

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

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
        from sqlalchemy import func, select

        from psdm_cli.store import tables

        known = tables.snapshots
        if not _WEEK.fullmatch(week):
            raise ValueError(f"an ISO week looks like 2026-W48, not {week}")
        with self._store.write() as connection:
            last = connection.execute(
                select(func.max(known.c.revision)).where(
                    known.c.site == storable(self._store.site), known.c.week == week, known.c.scope == storable(scope)
                )
            ).scalar()
            revision = (last or 0) + 1
            connection.execute(
                known.insert().values(
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
        where: list[Condition] = [self._site, ("scope", "=", storable(scope))]
        if before_week is not None:
            where.append(("week", "<", before_week))
        if on_or_before is not None:
            where.append(("as_of", "<=", on_or_before.isoformat()))
        return self._first(*where)

    def get(self, scope: str, week: str, revision: int) -> Snapshot | None:
        """One snapshot by name."""
        return self._first(
            self._site, ("scope", "=", storable(scope)), ("week", "=", week), ("revision", "=", revision)
        )

    @property
    def _site(self) -> Condition:
        return "site", "=", storable(self._store.site)

    def _first(self, *where: Condition) -> Snapshot | None:
        newest = question(SNAPSHOTS, (), *where, order=["-week", "-as_of", "-revision"], limit=1)
        with self._store.look() as look:
            found = records(look, newest)
        return Snapshot(_head(found[0]), self._content(found[0])) if found else None

    def list(self, scope: str | None = None) -> list[SnapshotHead]:
        """All snapshots of a scope (of all scopes), oldest week and revision first."""
        columns = [column for column in SNAPSHOTS.columns if column != "body"]
        where = [self._site] if scope is None else [self._site, ("scope", "=", storable(scope))]
        asked = question(SNAPSHOTS, columns, *where, order=["week", "scope", "revision"])
        with self._store.look() as look:
            return [_head(row) for row in records(look, asked)]

    def _content(self, row: Any) -> str:
        try:
            return zlib.decompress(row.body).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError) as error:
            raise damaged(
                self._store.place, f"the snapshot {row.week} revision {row.revision} is unreadable"
            ) from error


def _head(row: Any) -> SnapshotHead:
    return SnapshotHead(
        row.week, row.scope, row.revision, date.fromisoformat(row.as_of), instant(row.created_at), row.who
    )
