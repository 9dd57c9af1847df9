"""Finding what was deleted: the server's counts against what the mirror will hold once the parked parts are in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from psdm_cli.domain.records import Kind
from psdm_cli.store.states import By
from psdm_cli.systems.ports import Kantata, Read
from psdm_cli.workflows.refresh_plan import SMALL, chunked, groups

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror
    from psdm_cli.store.parking import Parking

T = TypeVar("T")
_Keys = dict[str, tuple[str | None, str | None]]


def held_by(mirror: Mirror, parking: Parking, kind: Kind, by: By, keys: Collection[str]) -> dict[str, int]:
    """How many rows, malformed ones included, each key will have: the mirror's with this run's parts upon them."""
    before = mirror.counts(kind) if by is By.WORKSPACE else mirror.counts_by_user(kind)
    held = {key: before.get(key, 0) for key in keys}
    moved: dict[str, str | None] = {}
    for part in parking.places(kind):
        where = {row.id: row.workspace_id if by is By.WORKSPACE else row.user_id for row in part.rows}
        where |= {bad.id: bad.workspace_id for bad in part.malformed if by is By.WORKSPACE}
        if part.head.whole:
            held.update(dict.fromkeys(set(part.head.keys) & held.keys(), 0))
        else:
            unseen = [row for row in where if row not in moved]
            moved |= {row: found[by is By.USER] for row, found in mirror.keys(kind, unseen).items()}
        for row, new in where.items():
            old = None if part.head.whole else moved.get(row)
            if old in held:
                held[old] -= 1
            if new in held:
                held[new] += 1
            moved[row] = new
    return held


def people_of(mirror: Mirror, parking: Parking, workspace_ids: Collection[str]) -> set[str]:
    """The people behind the resources of these projects, once this run's parts are in."""
    inside = set(workspace_ids)
    found = resources_of(mirror, parking).values()
    return {user for workspace, user in found if user is not None and workspace in inside}


def resources_of(mirror: Mirror, parking: Parking) -> _Keys:
    """Workspace and person of every resource by its id, once this run's parts are in."""
    resources: Overlay[tuple[str | None, str | None]] = Overlay()
    for row, found in mirror.keys(Kind.RESOURCES).items():
        resources.put(row, found[0], found)
    for part in parking.places(Kind.RESOURCES):
        if part.head.whole:
            resources.forget(part.head.keys)
        for bad in part.malformed:
            resources.drop(bad.id)
        for new in part.rows:
            resources.put(new.id, new.workspace_id, (new.workspace_id, new.user_id))
    return resources.rows


class Overlay(Generic[T]):
    """Rows by id, of which those of a project can be forgotten without looking at all others."""

    def __init__(self) -> None:
        self.rows: dict[str, T] = {}
        self._owners: dict[str, str | None] = {}
        self._of: dict[str | None, set[str]] = {}

    def put(self, row: str, owner: str | None, value: T) -> None:
        """A row as it is now; it may have been somebody else's."""
        self.drop(row)
        self.rows[row] = value
        self._owners[row] = owner
        self._of.setdefault(owner, set()).add(row)

    def drop(self, row: str) -> None:
        """There is no such row."""
        if row in self.rows:
            del self.rows[row]
            self._of[self._owners.pop(row)].discard(row)

    def forget(self, owners: Iterable[str]) -> None:
        """All rows of these projects."""
        for owner in owners:
            for row in self._of.pop(owner, ()):
                del self.rows[row], self._owners[row]


@dataclass(frozen=True, slots=True)
class Probe:
    """A kind to count, by the keys whose rows the mirror will hold.

    `learn`: all of it was read whole, so the count only teaches what is extra. `everything`: counted without a filter,
    as the keys are all there is to see.
    """

    kind: Kind
    by: By
    keys: tuple[str, ...]
    learn: bool = False
    everything: bool = False
    window: tuple[date, date] | None = None

    def read(self, keys: tuple[str, ...]) -> Read:
        """The question for the rows of these keys; of none: for all there is."""
        asked = Read(self.kind, window=self.window)
        return replace(asked, workspace_ids=keys) if self.by is By.WORKSPACE else replace(asked, user_ids=keys)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A kind whose count differs: what the server counts, and the keys to read again."""

    probe: Probe
    server: int
    again: tuple[tuple[str, ...], ...]


class Deletions:
    """Compares counts. `extra` remembers per kind how many rows the server counts beyond the scope's own."""

    def __init__(self, kantata: Kantata, mirror: Mirror, parking: Parking, extra: dict[Kind, int]) -> None:
        self._kantata, self._mirror, self._parking = kantata, mirror, parking
        self.extra = extra

    def doubts(self, probes: Sequence[Probe]) -> list[Doubt]:
        """Kinds of which rows are missing or too many, with one count for each, all side by side."""
        probes = [probe for probe in probes if probe.keys]
        found = []
        counts = self._count([probe.read(() if probe.everything else probe.keys) for probe in probes])
        for probe, server in zip(probes, counts, strict=True):
            if server is None:
                continue  # may not look: deletions wait for the next whole read
            held = self._held(probe)
            surplus = server - sum(held.values())
            if probe.learn:
                self.extra[probe.kind] = surplus
            elif surplus != self.extra.get(probe.kind, 0):
                found.append(Doubt(probe, server, self._again(probe, held)))
        return found

    def _held(self, probe: Probe) -> dict[str, int]:
        return held_by(self._mirror, self._parking, probe.kind, probe.by, probe.keys)

    def _again(self, probe: Probe, held: dict[str, int]) -> tuple[tuple[str, ...], ...]:
        if sum(held.values()) <= SMALL:
            return tuple(chunked(sorted(held), probe.by))
        portions = groups(held)
        counts = self._count([probe.read(portion) for portion in portions])
        return tuple(
            portion
            for portion, count in zip(portions, counts, strict=True)
            if count is not None and count != sum(held[key] for key in portion)
        )

    def _count(self, reads: Sequence[Read]) -> Sequence[int | None]:
        return self._kantata.count(reads) if reads else ()

    def settle(self, doubts: Sequence[Doubt]) -> None:
        """After reading again: what still differs is not ours (rows of archived projects, say), and is remembered."""
        for doubt in doubts:
            self.extra[doubt.probe.kind] = doubt.server - sum(self._held(doubt.probe).values())
