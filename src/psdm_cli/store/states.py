"""What the mirror says about itself and what a refresh hands to it: plain frozen models, no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from psdm_cli.domain.records import Kind, Malformed, Refusal


class By(StrEnum):
    """By what the rows of a read are found again: their workspace, their user, or the whole account."""

    WORKSPACE = "workspace"
    USER = "user"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to when the changes of a kind are drained for one key, and when all of it was last read (server's clock)."""

    drained_to: datetime
    whole_at: datetime


class Row(NamedTuple):
    """One record as the mirror keeps it: found by its keys, decoded only when asked for. A tuple, as there are many."""

    id: str
    workspace_id: str | None
    user_id: str | None
    body: str


@dataclass(frozen=True, slots=True)
class PartHead:
    """What a drained read covers: `keys` of `kind`, changed since `updated_after` (None: all of it), as of `mark`.

    With `By.ACCOUNT` the keys are `("",)`. `window` narrows bookings elsewhere.
    """

    kind: Kind
    by: By
    keys: tuple[str, ...]
    mark: datetime
    updated_after: datetime | None = None
    window: tuple[date, date] | None = None

    @property
    def whole(self) -> bool:
        """All rows of the keys were read, so that what is missing is gone."""
        return self.updated_after is None

    def mark_key(self, key: str) -> str:
        """Under what the mark of one of the keys stands: rows of one window say nothing about another."""
        return key + window_suffix(self.window)


def window_suffix(window: tuple[date, date] | None) -> str:
    """What follows a key in the name of its mark."""
    return "" if window is None else f" {window[0]}:{window[1]}"


@dataclass(frozen=True, slots=True)
class Part:
    """A drained read on its way into the mirror."""

    head: PartHead
    rows: tuple[Row, ...]
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True, slots=True)
class ParkedPart:
    """A part that an earlier, unfinished refresh left behind."""

    number: int
    run: str
    parked_at: datetime
    head: PartHead


@dataclass(frozen=True, slots=True)
class ScopeState:
    """The projects and people of a scope as of its last finished refresh.

    `malformed_ids` are projects of the scope that could not be understood. `extra` says, per kind, how many rows the
    server counts beyond those that the scope holds (for example of archived projects), so that a deletion shows.
    """

    key: str
    synced_at: datetime
    workspace_ids: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    malformed_ids: tuple[str, ...] = ()
    window: tuple[date, date] | None = None
    extra: Mapping[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promotion:
    """What is to become true at once: the scope, what was refused, and which kinds were answered."""

    scope: ScopeState
    refusals: tuple[Refusal, ...] = ()
    answered: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Promoted:
    """Rows that a promotion wrote (new or different) and deleted, per kind."""

    changed: Mapping[Kind, int]
    deleted: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class MirrorState:
    """How much the mirror holds and how old it is. `size` in bytes of the database file, None where there is none."""

    account: str
    rows: Mapping[Kind, int]
    malformed: int
    refusals: tuple[Refusal, ...]
    scopes: tuple[ScopeState, ...]
    parked: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """The database's own opinion of its health: `problems` is empty when it is sound."""

    place: str
    revision: str
    problems: tuple[str, ...]
    size: int | None


class BaseMovedError(Exception):
    """Another process changed what a refresh was building upon; the refresh starts again."""
