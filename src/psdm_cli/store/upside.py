"""The upside ledger: one entry for each source and fiscal quarter, and how it came to what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from psdm_cli.store.database import Store

_E, _H = tables.upside_entries, tables.upside_history


class Upside:
    """The entries of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, entry: UpsideEntry) -> tuple[UpsideEntry, bool]:
        """Store an entry and give it as it stands, and whether it is new: the source may have one this quarter."""
        from psdm_cli.store import dialect

        with self._store.write() as connection:
            values = {"site": storable(self._store.site), **_values(entry)}
            made = connection.execute(dialect.insert_if_new(connection, _E).values(values).returning(_E.c.id))
            new = made.first() is not None
            stored = _entry(
                connection.execute(
                    select(_E).where(
                        _E.c.site == values["site"],
                        _E.c.source == values["source"],
                        _E.c.quarter == values["quarter"],
                    )
                ).one()
            )
            if new:
                _remember(connection, stored, entry.who, entry.at)
        return stored, new

    def revise(self, entry: UpsideEntry, *, who: str, at: datetime) -> UpsideEntry:
        """Store an entry as it is now, `reviewed_at` included; how it stood before stays in its history.

        Raises `ValueError` for an entry that was never stored.
        """
        changed = replace(entry, reviewed_at=at)
        with self._store.write() as connection:
            done = connection.execute(
                update(_E)
                .where(_E.c.site == storable(self._store.site), _E.c.id == int(entry.id or 0))
                .values(_values(changed))
            )
            if not done.rowcount:
                raise ValueError(f"the ledger has no entry {entry.id}")
            _remember(connection, changed, who, at)
        return changed

    def history(self, entry_id: str) -> list[tuple[datetime, str, dict[str, Any]]]:
        """When an entry came to say what, by whom, oldest first."""
        wanted = (
            select(_H)
            .join(_E, _H.c.entry_id == _E.c.id)
            .where(_E.c.site == storable(self._store.site), _E.c.id == int(entry_id))
            .order_by(_H.c.changed_at, _H.c.id)
        )
        with self._store.read() as connection:
            return [(instant(row.changed_at), row.who, json.loads(row.body)) for row in connection.execute(wanted)]

    def list(self) -> tuple[UpsideEntry, ...]:
        """Every entry, oldest first."""
        wanted = select(_E).where(_E.c.site == storable(self._store.site)).order_by(_E.c.id)
        with self._store.read() as connection:
            return tuple(_entry(row) for row in connection.execute(wanted))


def _remember(connection: Connection, entry: UpsideEntry, who: str, at: datetime | None) -> None:
    body = json.dumps(_values(entry), ensure_ascii=False, sort_keys=True)
    moment = at or entry.at
    if moment is None:
        raise ValueError("an entry of the ledger needs the instant it was made at")
    connection.execute(
        _H.insert().values(entry_id=int(entry.id or 0), changed_at=text_of(moment), who=storable(who), body=body)
    )


def _values(entry: UpsideEntry) -> dict[str, Any]:
    if entry.at is None:
        raise ValueError("an entry of the ledger needs the instant it was made at")

    def number(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    return {
        "source": storable(entry.source),
        "project": entry.project,
        "sow": entry.sow,
        "engagement": storable(entry.engagement),
        "what": storable(entry.what),
        "scenario": entry.scenario.value,
        "hours": number(entry.hours),
        "amount": number(entry.amount),
        "currency": entry.currency,
        "quarter": entry.quarter,
        "month": entry.month,
        "probability": str(entry.probability),
        "reason": storable(entry.reason),
        "links": json.dumps(dict(entry.links), sort_keys=True),
        "status": entry.status.value,
        "who": storable(entry.who),
        "made_at": text_of(entry.at),
        "reviewed_at": None if entry.reviewed_at is None else text_of(entry.reviewed_at),
    }


def _entry(row: Row[Any]) -> UpsideEntry:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return UpsideEntry(
        source=row.source,
        project=row.project,
        sow=row.sow,
        engagement=row.engagement,
        what=row.what,
        scenario=Scenario(row.scenario),
        hours=number(row.hours),
        amount=number(row.amount),
        currency=row.currency,
        quarter=row.quarter,
        month=row.month,
        probability=Decimal(row.probability),
        reason=row.reason,
        links=json.loads(row.links),
        status=UpsideStatus(row.status),
        who=row.who,
        at=instant(row.made_at),
        reviewed_at=None if row.reviewed_at is None else instant(row.reviewed_at),
        id=str(row.id),
    )
