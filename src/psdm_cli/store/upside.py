"""The upside ledger: one entry for each source and fiscal quarter, and how it came to what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant
from psdm_cli.store.names import UPSIDE_ENTRIES, UPSIDE_HISTORY
from psdm_cli.store.questions import question, records

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

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
        from psdm_cli.store import upside_writing

        return upside_writing.add(self._store, entry)

    def add_alone(self, entry: UpsideEntry, note: str = "") -> UpsideEntry:
        """Store the entry of a source that has none: no open one in any quarter, and none at all in its own.

        Raises `TakenError`.
        """
        from psdm_cli.store import upside_writing

        with self._store.write() as connection:
            return upside_writing.insert(self._store, connection, entry, note)

    def alter(self, changes: Iterable[tuple[str, Alter, str]], *, who: str, at: datetime) -> tuple[Altered, ...]:
        """Change entries, all of them or none: each by its number, from how it stands now, with a note for its history.

        Nobody else changes one between its reading and its writing. Raises `KeyError` for a number that is not there,
        `TakenError` where its source has another entry in the new quarter, and whatever `Alter` raises.
        """
        from psdm_cli.store import upside_writing

        with self._store.write() as connection:
            return upside_writing.alter(self._store, connection, changes, who, at)

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
        from psdm_cli.store import upside_writing

        with self._store.write() as connection:
            altered = upside_writing.alter(self._store, connection, changes, who, at)
            return altered, tuple(upside_writing.insert(self._store, connection, entry, note) for entry in new)

    def get(self, number: str) -> UpsideEntry | None:
        """The entry of a number."""
        asked = question(UPSIDE_ENTRIES, (), ("site", "=", self._site), ("id", "=", number_of(number)))
        with self._store.look() as look:
            found = records(look, asked)
        return entry_of(found[0]) if found else None

    def revise(self, entry: UpsideEntry, *, who: str, at: datetime) -> UpsideEntry:
        """Store an entry as it is now, `reviewed_at` included; how it stood before stays in its history.

        Raises `ValueError` for an entry that was never stored.
        """
        from psdm_cli.store import upside_writing

        return upside_writing.revise(self._store, entry, who=who, at=at)

    def history(self, entry_id: str) -> list[tuple[datetime, str, dict[str, Any]]]:
        """When an entry came to say what, by whom, oldest first."""
        here = question(UPSIDE_ENTRIES, ["id"], ("site", "=", self._site), ("id", "=", int(entry_id)))
        # as it was told: --as-of may have moved the clock back
        told = question(UPSIDE_HISTORY, (), ("entry_id", "=", int(entry_id)), order=["id"])
        with self._store.look() as look:
            found = records(look, told) if look.rows(here) else []
        return [(instant(row.changed_at), row.who, json.loads(row.body)) for row in found]

    def list(self) -> tuple[UpsideEntry, ...]:
        """Every entry, oldest first."""
        with self._store.look() as look:
            found = records(look, question(UPSIDE_ENTRIES, (), ("site", "=", self._site), order=["id"]))
        return tuple(entry_of(row) for row in found)

    @property
    def _site(self) -> str:
        return storable(self._store.site)


def number_of(text: str) -> int:
    """An entry's number; one that cannot be any for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def entry_of(row: Any) -> UpsideEntry:
    """The entry behind a row of its table."""

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
