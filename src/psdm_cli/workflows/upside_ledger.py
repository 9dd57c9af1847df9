"""Changing the upside ledger: add, edit, convert, push, close; each kept with who, when and why; and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import Action, Change, ChangeState, Item
from psdm_cli.domain import upside_changes as rules
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import HistoryLine, Today
from psdm_cli.domain.upside_sources import NotUpsideError
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.store.upside import NOTE, Altered, TakenError

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

PSDM, KIND = "psdm", "upside"
Alter = Callable[[UpsideEntry], tuple[UpsideEntry, UpsideEntry | None]]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes the ledger, when, as of which day. Without `keep` (dry run) nothing is stored."""

    store: Store
    who: str
    at: datetime
    today: Today
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, or would be: each entry before (None: new), after, and the one that follows it; as a plan too."""

    changes: tuple[Altered | UpsideEntry, ...]
    plan: tuple[Item, ...]

    @property
    def entry(self) -> UpsideEntry:
        """The entry that it was about, as it stands then."""
        first = self.changes[0]
        return first if isinstance(first, UpsideEntry) else first.after

    @property
    def following(self) -> UpsideEntry | None:
        """The entry that follows it."""
        first = self.changes[0]
        return None if isinstance(first, UpsideEntry) else first.following


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of one entry that is wanted: by its number, how, and the note that its history keeps."""

    number: str
    alter: Alter
    note: str = ""


def add(hand: Hand, entry: UpsideEntry) -> Done:
    """Store an entry. Raises `RefusedByRule` (exit 6) where its source has one already."""
    if not hand.keep:
        for known in hand.store.upside.list():
            if known.source == entry.source and (known.quarter == entry.quarter or known.status is UpsideStatus.OPEN):
                raise _taken(known)
        return Done((entry,), (created(1, entry, kept=False),))
    try:
        stored = hand.store.upside.add_alone(entry)
    except TakenError as taken:
        raise _taken(taken.entry) from None
    return Done((stored,), (created(1, stored, kept=True),))


def apply(hand: Hand, wishes: Sequence[Wish]) -> Done:
    """Change entries, all or none. Raises `NotFound` (5), `RefusedByRule` (6), `WrongUsage` (2)."""
    try:
        found = _altered(hand, wishes)
    except TakenError as taken:
        raise _taken(taken.entry) from None
    except NotUpsideError as error:
        raise RefusedByRule(str(error), hint=error.hint) from None
    except ValueError as error:
        raise WrongUsage(f"This change makes no sense: {error}.") from None
    items: list[Item] = []
    for each in found:
        items.extend(plan_of(each, len(items) + 1, kept=hand.keep))
    return Done(found, tuple(items))


def _altered(hand: Hand, wishes: Sequence[Wish]) -> tuple[Altered, ...]:
    ledger = hand.store.upside
    if hand.keep:
        try:
            return ledger.alter([(w.number, w.alter, w.note) for w in wishes], who=hand.who, at=hand.at)
        except KeyError as missing:
            raise unknown(str(missing.args[0])) from None
    found = []
    for wish in wishes:
        before = entry_named(hand.store, wish.number)
        after, following = wish.alter(before)
        if any(_same_place(e, after) for e in ledger.list()):
            raise TakenError(next(e for e in ledger.list() if _same_place(e, after)))
        found.append(Altered(before, replace(after, reviewed_at=hand.at), following))
    return tuple(found)


def _same_place(known: UpsideEntry, entry: UpsideEntry) -> bool:
    return known.id != entry.id and (known.source, known.quarter) == (entry.source, entry.quarter)


def edit(hand: Hand, number: str, values: Mapping[str, Any], note: str = "") -> Done:
    """Change fields of an open entry. Raises as `apply`."""
    return apply(hand, [Wish(number, lambda entry: (rules.edited(entry, values, hand.today), None), note)])


def convert(hand: Hand, number: str, note: str = "") -> Done:
    """Its money is in the forecast. Raises as `apply`."""
    return apply(hand, [Wish(number, lambda entry: (rules.converted(entry), None), note)])


def close(hand: Hand, number: str, note: str) -> Done:
    """Its money will not come. Raises as `apply`."""
    return apply(hand, [Wish(number, lambda entry: (rules.lost(entry), None), note)])


def push(hand: Hand, number: str, note: str, *, quarter: str | None = None, month: str | None = None) -> Done:
    """It comes later. Raises as `apply`."""
    return apply(hand, [Wish(number, pusher(hand, quarter, month), note)])


def pusher(hand: Hand, quarter: str | None = None, month: str | None = None) -> Alter:
    """How an entry is pushed."""
    return lambda entry: rules.pushed(entry, hand.today, quarter, month, who=hand.who, at=hand.at)


def entry_named(store: Store, number: str) -> UpsideEntry:
    """The entry of a number. Raises `NotFound`."""
    found = store.upside.get(number.strip())
    if found is None:
        raise unknown(number)
    return found


def unknown(number: str) -> NotFound:
    """That there is no such entry."""
    return NotFound(f"The upside ledger has no entry {number!r}.", hint="psdm upside list --all shows every entry.")


def _taken(known: UpsideEntry) -> RefusedByRule:
    said = f"{known.quarter}, {known.status.value}, by {known.who}"
    way = (
        f"psdm upside edit {known.id}, or push {known.id}" if known.status is UpsideStatus.OPEN else f"show {known.id}"
    )
    return RefusedByRule(
        f"The {known.what} of {known.engagement} is in the upside ledger already: entry {known.id} ({said}).",
        hint=way if way.startswith("psdm") else f"psdm upside {way}",
    )


# what is shown


def created(n: int, entry: UpsideEntry, *, kept: bool) -> Item:
    """A new entry as an item of a plan."""
    change = Change(
        system=PSDM,
        kind=KIND,
        action=Action.CREATE,
        key=f"upside:{entry.source}:{entry.quarter}",
        title=f"Add upside: {entry.said}",
        place=entry.engagement,
        after={**rules.values(entry), "source": entry.source},
        id=entry.id,
        sow=entry.sow,
    )
    return Item(n, change, ChangeState.APPLIED if kept else ChangeState.PLANNED, id=entry.id)


def plan_of(altered: Altered, first: int, *, kept: bool) -> Iterable[Item]:
    """A changed entry, and the one that follows it, as items of a plan."""
    found = rules.differences(altered.before, altered.after)
    after = altered.after
    titles = {UpsideStatus.CONVERTED: "Convert", UpsideStatus.PUSHED: "Push", UpsideStatus.LOST: "Close"}
    verb = titles.get(after.status, "Change") if found else "Review"
    change = Change(
        system=PSDM,
        kind=KIND,
        action=Action.CHANGE if found else Action.KEEP,
        key=f"upside:{after.source}:{after.quarter}",
        title=f"{verb} entry {after.id}: {after.what}, {after.worth}",
        place=after.engagement,
        before={name: old for name, (old, _) in found.items()},
        after={name: new for name, (_, new) in found.items()},
        id=after.id,
        sow=after.sow,
    )
    done = ChangeState.APPLIED if found else ChangeState.KEPT
    yield Item(first, change, done if kept else ChangeState.PLANNED, id=after.id)
    if altered.following is not None:
        yield created(first + 1, altered.following, kept=kept)


def history(store: Store, entry: UpsideEntry) -> tuple[HistoryLine, ...]:
    """How an entry came to say what it says, oldest first."""
    found: list[HistoryLine] = []
    before: Mapping[str, Any] = {}
    shown = tuple(rules.values(entry))
    for at, who, body in store.upside.history(entry.id or ""):
        changed = {n: (before.get(n), body.get(n)) for n in shown if before.get(n) != body.get(n)}
        found.append(HistoryLine(at, who, str(body.get(NOTE, "")), changed))
        before = body
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are listed. Without any: the open ones, and what was closed in the quarter of the day."""

    sow: str | None = None
    quarter: str | None = None
    scenario: str | None = None
    status: str | None = None
    every: bool = False

    def of(self, entries: Iterable[UpsideEntry], now: str) -> tuple[UpsideEntry, ...]:
        """The entries that are meant; `now` is the name of the day's quarter. Raises `NotFound` for an unknown SOW."""
        known = tuple(entries)
        if self.sow is not None:
            known = _of_engagement(known, self.sow)
        picked = self.every or self.quarter is not None or self.status is not None
        return tuple(
            e
            for e in known
            if self.quarter in (None, e.quarter)
            and self.scenario in (None, e.scenario.value)
            and self.status in (None, e.status.value)
            and (picked or e.status is UpsideStatus.OPEN or e.quarter == now)
        )


def _of_engagement(entries: Sequence[UpsideEntry], word: str) -> tuple[UpsideEntry, ...]:
    asked = " ".join(word.split()).casefold()
    number = asked if asked.startswith("sow-") else f"sow-{asked}"
    found = tuple(e for e in entries if number == (e.sow or "").casefold() or asked == e.project)
    found = found or tuple(e for e in entries if asked and asked in e.engagement.casefold())
    if not found:
        raise NotFound(f"The upside ledger has no entry of {word!r}.", hint="psdm upside list --all shows every entry.")
    return found
