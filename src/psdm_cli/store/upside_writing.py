"""Writing the upside ledger: every change of an entry together with how it stood, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.store import dialect, tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import text_of
from psdm_cli.store.upside import NOTE, Alter, Altered, TakenError, entry_of, number_of

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_E, _H = tables.upside_entries, tables.upside_history


def add(store: Store, entry: UpsideEntry) -> tuple[UpsideEntry, bool]:
    """See `Upside.add`."""
    with store.write() as connection:
        values = {"site": storable(store.site), **_values(entry)}
        made = connection.execute(dialect.insert_if_new(connection, _E).values(values).returning(_E.c.id))
        new = made.first() is not None
        stored = entry_of(
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


def insert(store: Store, connection: Connection, entry: UpsideEntry, note: str) -> UpsideEntry:
    """Store the entry of a source that has none. Raises `TakenError`."""
    same = select(_E).where(_E.c.site == storable(store.site), _E.c.source == storable(entry.source))
    for row in connection.execute(same.order_by(_E.c.id.desc())):
        known = entry_of(row)
        if known.quarter == entry.quarter or known.status is UpsideStatus.OPEN:
            raise TakenError(known)
    values = {"site": storable(store.site), **_values(entry)}
    made = connection.execute(dialect.insert_if_new(connection, _E).values(values).returning(_E.c.id)).first()
    if made is None:  # another process, on a server that does not hold the whole table for us
        one = same.where(_E.c.quarter == values["quarter"])
        raise TakenError(entry_of(connection.execute(one).one()))
    stored = replace(entry, id=str(made.id))
    _remember(connection, stored, entry.who, entry.at, note)
    return stored


def alter(
    store: Store, connection: Connection, changes: Iterable[tuple[str, Alter, str]], who: str, at: datetime
) -> tuple[Altered, ...]:
    """See `Upside.alter`, within a transaction of the caller's."""
    done = []
    for number, alter, note in changes:
        before = _locked(store, connection, number)
        changed, following = alter(before)
        changed = replace(changed, reviewed_at=at)
        _must_be_free(store, connection, changed)
        connection.execute(update(_E).where(_E.c.id == int(number)).values(_values(changed)))
        _remember(connection, changed, who, at, note)
        stored = None if following is None else insert(store, connection, following, note)
        done.append(Altered(before, changed, stored))
    return tuple(done)


def _locked(store: Store, connection: Connection, number: str) -> UpsideEntry:
    wanted = select(_E).where(_E.c.site == storable(store.site), _E.c.id == number_of(number))
    row = connection.execute(wanted.with_for_update()).first()
    if row is None:
        raise KeyError(number)
    return entry_of(row)


def _must_be_free(store: Store, connection: Connection, entry: UpsideEntry) -> None:
    wanted = select(_E).where(
        _E.c.site == storable(store.site),
        _E.c.source == storable(entry.source),
        _E.c.quarter == entry.quarter,
        _E.c.id != int(entry.id or 0),
    )
    row = connection.execute(wanted).first()
    if row is not None:
        raise TakenError(entry_of(row))


def revise(store: Store, entry: UpsideEntry, *, who: str, at: datetime) -> UpsideEntry:
    """See `Upside.revise`."""
    changed = replace(entry, reviewed_at=at)
    with store.write() as connection:
        done = connection.execute(
            update(_E).where(_E.c.site == storable(store.site), _E.c.id == int(entry.id or 0)).values(_values(changed))
        )
        if not done.rowcount:
            raise ValueError(f"the ledger has no entry {entry.id}")
        _remember(connection, changed, who, at)
    return changed


def _remember(connection: Connection, entry: UpsideEntry, who: str, at: datetime | None, note: str = "") -> None:
    told = {NOTE: storable(note)} if note else {}
    body = json.dumps(_values(entry) | told, ensure_ascii=False, sort_keys=True)
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
