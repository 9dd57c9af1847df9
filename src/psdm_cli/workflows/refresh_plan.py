"""What a refresh has to ask: which keys whole, which only for their changes, and what is parked already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psdm_cli.domain.records import Kind
from psdm_cli.store.states import By, Mark, ParkedPart

BY_WORKSPACE = (
    Kind.RESOURCES,  # first: people are known from them
    Kind.TIME_ENTRIES,
    Kind.STORIES,
    Kind.ALLOCATIONS,
    Kind.BILLING_MILESTONES,
    Kind.STATUS_REPORTS,
    Kind.ACCOUNTING,
)
BY_USER = (Kind.PEOPLE, Kind.TIME_OFF, Kind.ALLOCATIONS_ELSEWHERE)
OF_ACCOUNT = (Kind.HOLIDAYS, Kind.WORKWEEKS, Kind.ROLES, Kind.RESOURCE_REQUESTS)

# These offer updated_after and say by it all that matters (kantata.md section 8). Effective workweeks, billing
# milestones, holidays, accounting records do not.
INCREMENTAL = frozenset(
    {
        Kind.RESOURCES,
        Kind.TIME_ENTRIES,
        Kind.STORIES,
        Kind.ALLOCATIONS,
        Kind.STATUS_REPORTS,
        Kind.TIME_OFF,
        Kind.ALLOCATIONS_ELSEWHERE,
    }
)
# Of these something can change without updated_at: bill rates, which Kantata computes, and whose a booking is.
SILENT = frozenset({Kind.RESOURCES, Kind.ALLOCATIONS_ELSEWHERE})

CHUNK = 100  # keys in one whole read: as many as fit into a request, and little enough to lose by a crash
PEOPLE = 250  # people in one whole read: they have fewer rows than projects
SMALL = 2000  # rows that are cheaper to read again than to search for the one that was deleted
GROUP = 1000  # rows of one group when searching


@dataclass(frozen=True, slots=True)
class Ages:
    """How long things read stay good, and how far incremental reads overlap."""

    overlap: timedelta = timedelta(minutes=5)
    whole: timedelta = timedelta(days=7)
    silent: timedelta = timedelta(hours=6)  # of kinds in which something changes without updated_at
    parked: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the keys of a kind are brought up to date: from parked parts, by whole reads, by reading changes."""

    kind: Kind
    by: By
    adopted: tuple[ParkedPart, ...]
    whole: tuple[str, ...]
    changed: tuple[str, ...]
    since: datetime | None


def ordered(keys: Collection[str]) -> tuple[str, ...]:
    """Ids in the order of their numbers, each once."""
    return tuple(sorted(set(keys), key=lambda key: (len(key), key)))


def chunked(keys: Sequence[str], by: By) -> Iterator[tuple[str, ...]]:
    """The keys in portions for whole reads."""
    size = PEOPLE if by is By.USER else CHUNK
    for start in range(0, len(keys), size):
        yield tuple(keys[start : start + size])


def plan(
    kind: Kind,
    by: By,
    keys: Collection[str],
    marks: Mapping[str, Mark],
    parked: Sequence[ParkedPart],
    *,
    at: datetime,
    ages: Ages,
    whole: bool,
) -> Plan:
    """Decide for each key; `whole` demands everything anew (parts of another unfinished refresh still serve).

    `parked` are parts of this kind that are young enough and of the same window, newest first; `at` is now.
    """
    age = ages.silent if kind in SILENT else ages.whole
    changes = set() if whole or kind not in INCREMENTAL else {key for key in keys if _fresh(marks.get(key), at - age)}
    pending = set(keys)
    adopted = []
    for part in parked:
        if not pending.isdisjoint(part.head.keys) and _serves(part, marks, changes, pending, ages):
            adopted.append(part)
            pending -= set(part.head.keys)
    changed = ordered(changes & pending)
    since = min((marks[key].drained_to for key in changed), default=None)
    return Plan(
        kind,
        by,
        tuple(adopted),
        ordered(pending - changes),
        changed,
        None if since is None else since - ages.overlap,
    )


def _fresh(mark: Mark | None, oldest: datetime) -> bool:
    return mark is not None and mark.whole_at >= oldest


def _serves(part: ParkedPart, marks: Mapping[str, Mark], changes: set[str], pending: set[str], ages: Ages) -> bool:
    """A part is good when it is newer than what the mirror has of each of its keys, and fits upon it."""
    known = [marks.get(key) for key in part.head.keys]
    if any(mark is not None and mark.drained_to >= part.head.mark for mark in known):
        return False
    since = part.head.updated_after
    if since is None:
        return True
    return pending & set(part.head.keys) <= changes and all(
        mark is not None and since <= mark.drained_to - ages.overlap for mark in known
    )


def groups(held: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Keys in groups of about `GROUP` rows, at most `CHUNK` keys each, for finding where rows are missing."""
    found: list[tuple[str, ...]] = []
    some: list[str] = []
    rows = 0
    for key in ordered(held):
        some.append(key)
        rows += held[key]
        if rows >= GROUP or len(some) == CHUNK:
            found.append(tuple(some))
            some, rows = [], 0
    return [*found, tuple(some)] if some else found
