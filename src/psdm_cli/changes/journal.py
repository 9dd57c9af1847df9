"""The journal: what was about to be written and what came of it, each in a transaction of its own, without secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from psdm_cli.changes.codec import change_of, plain, to_document
from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Change, ChangeState, Item, Plan
from psdm_cli.masking import mask

#: Before anything is sent: `intended`. `sending` and `unclear` leave open whether it is in, until somebody looks.
INTENDED, SENDING, UNCLEAR = "intended", "sending", "unclear"
OPEN = (SENDING, UNCLEAR)
NOT_KNOWN = "interrupted while it was sent: the next psdm that writes looks whether it is in"


class Row(Protocol):
    """One change as a journal's store keeps it; `change`, `seen` and `answer` are JSON texts."""

    @property
    def run(self) -> str:
        """The run's number."""

    @property
    def n(self) -> int:
        """Its place in the plan."""

    @property
    def state(self) -> str:
        """planned, intended, sending, unclear, applied, kept, failed or skipped."""

    @property
    def change(self) -> str:
        """The change as it was sent, else as it was planned."""

    @property
    def seen(self) -> str | None:
        """The object before, as far as it was looked at."""

    @property
    def answer(self) -> str | None:
        """The object after, as the system said."""

    @property
    def error(self) -> str | None:
        """What went wrong."""


class Head(Protocol):
    """A run as a journal's store keeps it."""

    @property
    def id(self) -> str:
        """Its number."""

    @property
    def at(self) -> datetime:
        """When it began."""

    @property
    def who(self) -> str:
        """Who ran it."""

    @property
    def command(self) -> str:
        """What planned it."""


class JournalStore(Protocol):
    """Where a journal is kept. Every call is one transaction."""

    def begin(self, who: str, command: str, at: datetime, changes: Sequence[str]) -> str:
        """Store a run with its planned changes (JSON texts) and give its number."""

    def note(self, run: str, n: int, state: str, at: datetime, **what: str | None) -> None:
        """Bring one change up to date: `change`, `seen`, `answer` (JSON texts), `error`."""

    def runs(self, last: int | None = None) -> Sequence[Head]:
        """The runs, the latest first."""

    def run(self, run: str) -> Head | None:
        """One run."""

    def changes(self, run: str) -> Sequence[Row]:
        """The changes of a run, in the plan's order."""

    def open(self, states: Sequence[str]) -> Sequence[Row]:
        """All changes in one of these states, the oldest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of a run and what became of it. `before` are the object's attributes as they were seen before."""

    run: str
    item: Item
    before: Mapping[str, Any]
    answer: Mapping[str, Any]
    open: bool

    @property
    def applied(self) -> Change:
        """The change as it was applied: with the id it got, and with all that was seen before it."""
        change = self.item.change
        return replace(change, id=self.item.id or change.id, before={**change.before, **self.before})


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command that wrote, with its changes."""

    id: str
    at: datetime
    who: str
    command: str
    entries: tuple[Entry, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The changes as a plan's items."""
        return tuple(entry.item for entry in self.entries)


class Journal:
    """Writes and reads the journal of one site."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store

    def begin(self, plan: Plan, who: str, at: datetime) -> str:
        """Start a run; nothing is sent yet."""
        return self._store.begin(
            mask(who), mask(plan.command), at, [_text(to_document(item.change)) for item in plan.items]
        )

    def intend(self, run: str, item: Item, change: Change, at: datetime) -> None:
        """A change is about to be looked at and sent."""
        self._store.note(run, item.n, INTENDED, at, change=_text(to_document(change)))

    def sending(self, run: str, item: Item, seen: Seen | None, at: datetime) -> None:
        """It is sent now; `seen` is the object as it stands before."""
        self._store.note(run, item.n, SENDING, at, seen=_seen(seen))

    def unclear(self, run: str, item: Item, error: str, at: datetime) -> None:
        """No answer says whether it is in."""
        self._store.note(run, item.n, UNCLEAR, at, error=mask(error))

    def ended(self, run: str, item: Item, seen: Seen | None, at: datetime) -> None:
        """The item has come to its end; `seen` is the object as it stands now."""
        error = None if item.error is None else mask(item.error)
        self._store.note(run, item.n, item.state.value, at, answer=_seen(seen), error=error)

    def open_entries(self) -> tuple[Entry, ...]:
        """Changes of which nobody knows whether they are in."""
        return tuple(_entry(row) for row in self._store.open(OPEN))

    def runs(self, last: int | None = None) -> tuple[Run, ...]:
        """The runs, the latest first, with their changes."""
        return tuple(self._whole(head) for head in self._store.runs(last))

    def run(self, run: str) -> Run | None:
        """One run."""
        head = self._store.run(run)
        return None if head is None else self._whole(head)

    def _whole(self, head: Head) -> Run:
        return Run(head.id, head.at, head.who, head.command, tuple(_entry(row) for row in self._store.changes(head.id)))


def _entry(row: Row) -> Entry:
    change = change_of(json.loads(row.change))
    answer = json.loads(row.answer) if row.answer else {}
    before = json.loads(row.seen) if row.seen else {}
    is_open = row.state in OPEN
    if row.state == UNCLEAR:
        state = ChangeState.FAILED
    elif row.state in (INTENDED, SENDING):
        state = ChangeState.PLANNED
    else:
        state = ChangeState(row.state)
    error = row.error or (NOT_KNOWN if row.state == SENDING else None)
    item = Item(row.n, change, state, answer.get("id") or change.id, answer.get("url") or change.url, error)
    return Entry(row.run, item, before.get("attributes") or {}, answer.get("attributes") or {}, is_open)


def _seen(seen: Seen | None) -> str | None:
    if seen is None:
        return None
    return _text({"id": seen.id, "url": seen.url, "attributes": plain(seen.attributes)})


def _text(value: Any) -> str:
    return json.dumps(_masked(value), ensure_ascii=True, separators=(",", ":"))


def _masked(value: Any) -> Any:
    """The value with every text in it masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return value
