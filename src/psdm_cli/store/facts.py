"""Dates and words about an engagement that a person gave and no outside system keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.store.codec import storable
from psdm_cli.store.instants import chunks, instant, text_of
from psdm_cli.store.names import FACTS
from psdm_cli.store.questions import question, records

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


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
        from psdm_cli.store import dialect, tables

        values = {
            "site": storable(self._store.site),
            "engagement_id": storable(engagement_id),
            "name": storable(name),
            "value": storable(value),
            "who": storable(who),
            "stored_at": text_of(at),
        }
        with self._store.write() as connection:
            connection.execute(dialect.upsert(connection, tables.facts), [values])

    def remove(self, engagement_id: str, name: str) -> bool:
        """Forget a fact; says whether there was one."""
        from sqlalchemy import delete

        from psdm_cli.store import tables

        known = tables.facts
        with self._store.write() as connection:
            gone = connection.execute(
                delete(known).where(
                    known.c.site == storable(self._store.site),
                    known.c.engagement_id == storable(engagement_id),
                    known.c.name == storable(name),
                )
            )
            return gone.rowcount > 0

    def get(self, engagement_id: str, name: str) -> Fact | None:
        """One fact."""
        return self.of([engagement_id]).get(engagement_id, {}).get(name)

    def of(self, engagement_ids: Iterable[str]) -> dict[str, dict[str, Fact]]:
        """All facts of these engagements, by engagement and name; engagements without any are left out."""
        found: dict[str, dict[str, Fact]] = {}
        site = storable(self._store.site)
        with self._store.look() as look:
            for some in chunks(sorted({storable(each) for each in engagement_ids})):
                asked = question(FACTS, (), ("site", "=", site), ("engagement_id", "in", some))
                for row in records(look, asked):
                    fact = Fact(row.engagement_id, row.name, row.value, row.who, instant(row.stored_at))
                    found.setdefault(row.engagement_id, {})[row.name] = fact
        return found
