"""The change journal as it is stored: runs, and their changes with what was seen before and answered after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_RUNS, _CHANGES = tables.runs, tables.changes


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run: its number, when it began, whose it was, which command."""

    id: str
    at: datetime
    who: str
    command: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of a run; `change`, `seen` and `answer` are JSON texts as they were handed in."""

    run: str
    n: int
    state: str
    change: str
    seen: str | None
    answer: str | None
    error: str | None


class StoredJournal:
    """The journal of the store's site. Every call is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, who: str, command: str, at: datetime, changes: Sequence[str]) -> str:
        """Store a run with its planned changes, numbered from 1, and give its number."""
        with self._store.write() as connection:
            added = connection.execute(
                _RUNS.insert().values(
                    site=storable(self._store.site), at=text_of(at), who=storable(who), command=storable(command)
                )
            )
            (run,) = added.inserted_primary_key or (0,)
            rows = [
                {"run_id": run, "n": n, "state": "planned", "changed_at": text_of(at), "change": storable(change)}
                for n, change in enumerate(changes, 1)
            ]
            if rows:
                connection.execute(_CHANGES.insert(), rows)
        return str(run)

    def note(self, run: str, n: int, state: str, at: datetime, **what: str | None) -> None:
        """Bring a change up to date; `change`, `seen`, `answer` and `error` stay where they are None."""
        values: dict[str, Any] = {name: storable(text) for name, text in what.items() if text is not None}
        with self._store.write() as connection:
            connection.execute(
                _CHANGES.update()
                .where(_CHANGES.c.run_id == int(run), _CHANGES.c.n == n)
                .values(state=state, changed_at=text_of(at), **values)
            )

    def runs(self, last: int | None = None) -> list[RunHead]:
        """The runs, the latest first."""
        wanted = select(_RUNS).where(self._here()).order_by(_RUNS.c.at.desc(), _RUNS.c.id.desc())
        with self._store.read() as connection:
            return [_head(row) for row in connection.execute(wanted if last is None else wanted.limit(last))]

    def run(self, run: str) -> RunHead | None:
        """One run; None for a number that there is not."""
        if not run.isascii() or not run.isdigit() or len(run) > 18:
            return None
        with self._store.read() as connection:
            row = connection.execute(select(_RUNS).where(self._here(), _RUNS.c.id == int(run))).first()
        return None if row is None else _head(row)

    def changes(self, run: str) -> list[ChangeRow]:
        """The changes of a run, in the plan's order."""
        with self._store.read() as connection:
            wanted = select(_CHANGES).where(_CHANGES.c.run_id == int(run)).order_by(_CHANGES.c.n)
            return [_row(row) for row in connection.execute(wanted)]

    def open(self, states: Sequence[str]) -> list[ChangeRow]:
        """All changes in one of these states, the oldest first."""
        wanted = (
            select(_CHANGES)
            .join(_RUNS, _RUNS.c.id == _CHANGES.c.run_id)
            .where(self._here(), _CHANGES.c.state.in_(list(states)))
            .order_by(_CHANGES.c.run_id, _CHANGES.c.n)
        )
        with self._store.read() as connection:
            return [_row(row) for row in connection.execute(wanted)]

    def _here(self) -> ColumnElement[bool]:
        return _RUNS.c.site == storable(self._store.site)


def _head(row: Any) -> RunHead:
    return RunHead(str(row.id), instant(row.at), row.who, row.command)


def _row(row: Any) -> ChangeRow:
    return ChangeRow(str(row.run_id), row.n, row.state, row.change, row.seen, row.answer, row.error)
