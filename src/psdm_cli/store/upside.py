"""The upside ledger: one entry for each source and fiscal quarter, and how it came to what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
NOTE = "note"  # beside the entry's own values in a row of its history
#: gives an entry as it is to be, and the one that follows it; raises to leave everything as it is
Alter = Callable[[UpsideEntry], tuple[UpsideEntry, UpsideEntry | None]]


class TakenError(Exception):
    """The source has an entry already: `entry`."""

    def __init__(self, entry: UpsideEntry) -> None:
        super().__init__(f"{entry.source} is in the ledger: entry {entry.id}")
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Altered:
    """What became of an entry: before, after, and the one that follows it."""

    before: UpsideEntry
    after: UpsideEntry
    following: UpsideEntry | None = None


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

    def add_alone(self, entry: UpsideEntry, note: str = "") -> UpsideEntry:
        """Store the entry of a source that has none: no open one in any quarter, and none at all in its own.

        Raises `TakenError`.
        """
        with self._store.write() as connection:
            return self._insert(connection, entry, note)

    def _insert(self, connection: Connection, entry: UpsideEntry, note: str) -> UpsideEntry:
        same = select(_E).where(_E.c.site == storable(self._store.site), _E.c.source == storable(entry.source))
        for row in connection.execute(same.order_by(_E.c.id.desc())):
            known = _entry(row)
            if known.quarter == entry.quarter or known.status is UpsideStatus.OPEN:
                raise TakenError(known)
        from psdm_cli.store import dialect

        values = {"site": storable(self._store.site), **_values(entry)}
        made = connection.execute(dialect.insert_if_new(connection, _E).values(values).returning(_E.c.id)).first()
        if made is None:  # another process, on a server that does not hold the whole table for us
            one = same.where(_E.c.quarter == values["quarter"])
            raise TakenError(_entry(connection.execute(one).one()))
        stored = replace(entry, id=str(made.id))
        _remember(connection, stored, entry.who, entry.at, note)
        return stored

    def alter(self, changes: Iterable[tuple[str, Alter, str]], *, who: str, at: datetime) -> tuple[Altered, ...]:
        """Change entries, all of them or none: each by its number, from how it stands now, with a note for its history.

        Nobody else changes one between its reading and its writing. Raises `KeyError` for a number that is not there,
        `TakenError` where its source has another entry in the new quarter, and whatever `Alter` raises.
        """
        with self._store.write() as connection:
            return self._alter(connection, changes, who, at)

    def take(
        self,
        changes: Iterable[tuple[str, Alter, str]],
        new: Iterable[UpsideEntry],
        note: str,
        *,
        who: str,
        at: datetime,
    ) -> tuple[tuple[Altered, ...], tuple[UpsideEntry, ...]]:
        """As `alter` and `add_alone` for many, all of it or nothing."""
        with self._store.write() as connection:
            altered = self._alter(connection, changes, who, at)
            return altered, tuple(self._insert(connection, entry, note) for entry in new)

    def _alter(
        self, connection: Connection, changes: Iterable[tuple[str, Alter, str]], who: str, at: datetime
    ) -> tuple[Altered, ...]:
        done = []
        for number, alter, note in changes:
            before = self._locked(connection, number)
            changed, following = alter(before)
            changed = replace(changed, reviewed_at=at)
            self._must_be_free(connection, changed)
            connection.execute(update(_E).where(_E.c.id == int(number)).values(_values(changed)))
            _remember(connection, changed, who, at, note)
            stored = None if following is None else self._insert(connection, following, note)
            done.append(Altered(before, changed, stored))
        return tuple(done)

    def _locked(self, connection: Connection, number: str) -> UpsideEntry:
        wanted = select(_E).where(_E.c.site == storable(self._store.site), _E.c.id == _number(number))
        row = connection.execute(wanted.with_for_update()).first()
        if row is None:
            raise KeyError(number)
        return _entry(row)

    def _must_be_free(self, connection: Connection, entry: UpsideEntry) -> None:
        wanted = select(_E).where(
            _E.c.site == storable(self._store.site),
            _E.c.source == storable(entry.source),
            _E.c.quarter == entry.quarter,
            _E.c.id != int(entry.id or 0),
        )
        row = connection.execute(wanted).first()
        if row is not None:
            raise TakenError(_entry(row))

    def get(self, number: str) -> UpsideEntry | None:
        """The entry of a number."""
        wanted = select(_E).where(_E.c.site == storable(self._store.site), _E.c.id == _number(number))
        with self._store.read() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _entry(row)

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
            .order_by(_H.c.id)  # as it was told: --as-of may have moved the clock back
        )
        with self._store.read() as connection:
            return [(instant(row.changed_at), row.who, json.loads(row.body)) for row in connection.execute(wanted)]

    def list(self) -> tuple[UpsideEntry, ...]:
        """Every entry, oldest first."""
        wanted = select(_E).where(_E.c.site == storable(self._store.site)).order_by(_E.c.id)
        with self._store.read() as connection:
            return tuple(_entry(row) for row in connection.execute(wanted))


def _number(text: str) -> int:
    """An entry's number; one that cannot be any for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


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
