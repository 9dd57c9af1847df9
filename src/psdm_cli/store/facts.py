"""Dates and words about an engagement that a person gave and no outside system keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select

from psdm_cli.store import dialect, tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import chunks, instant, text_of

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_T = tables.facts


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, who gave it and when."""

    engagement_id: str
    name: str  # kickoff, transition_date, sow_expiry, …
    value: str
    who: str
    at: datetime


class Facts:
    """The facts of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, engagement_id: str, name: str, value: str, *, who: str, at: datetime) -> None:
        """Store a fact; the one of the same name before is replaced."""
        values = {
            "site": storable(self._store.site),
            "engagement_id": storable(engagement_id),
            "name": storable(name),
            "value": storable(value),
            "who": storable(who),
            "stored_at": text_of(at),
        }
        with self._store.write() as connection:
            connection.execute(dialect.upsert(connection, _T), [values])

    def remove(self, engagement_id: str, name: str) -> bool:
        """Forget a fact; says whether there was one."""
        with self._store.write() as connection:
            gone = connection.execute(
                delete(_T).where(
                    _T.c.site == storable(self._store.site),
                    _T.c.engagement_id == storable(engagement_id),
                    _T.c.name == storable(name),
                )
            )
            return gone.rowcount > 0

    def get(self, engagement_id: str, name: str) -> Fact | None:
        """One fact."""
        return self.of([engagement_id]).get(engagement_id, {}).get(name)

    def of(self, engagement_ids: Iterable[str]) -> dict[str, dict[str, Fact]]:
        """All facts of these engagements, by engagement and name; engagements without any are left out."""
        found: dict[str, dict[str, Fact]] = {}
        with self._store.read() as connection:
            for some in chunks(sorted({storable(each) for each in engagement_ids})):
                where = and_(_T.c.site == storable(self._store.site), _T.c.engagement_id.in_(some))
                for row in connection.execute(select(_T).where(where)):
                    fact = Fact(row.engagement_id, row.name, row.value, row.who, instant(row.stored_at))
                    found.setdefault(row.engagement_id, {})[row.name] = fact
        return found
