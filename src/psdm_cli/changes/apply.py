"""Applying a plan: one change at a time, looked for before it is sent, journaled before and after, never sent twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from psdm_cli.changes.comparing import differences, is_in, refuse_if_moved
from psdm_cli.changes.doors import Door, Doors, Seen, UnclearError, door_for
from psdm_cli.changes.journal import Entry, Journal
from psdm_cli.changes.plan import Action, Change, ChangeState, Item, Plan, resolved
from psdm_cli.errors import (
    SYSTEM_NAMES,
    Forbidden,
    Interrupted,
    NotAllowed,
    PartlyApplied,
    PsdmError,
    StoreProblem,
    Unavailable,
)

#: Seconds before the second look after an unclear answer: a slow server may still be at it.
SECOND_LOOK = 3.0


@dataclass(frozen=True, slots=True)
class Hands:
    """What applying stands on: doors, journal, clock and waiting (both replaced in tests)."""

    doors: Doors
    journal: Journal
    now: Callable[[], datetime]
    wait: Callable[[float], object]
    report: Callable[[Item], object] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A plan as it ended, and the errors by item number."""

    run: str
    plan: Plan
    errors: Mapping[int, PsdmError] = field(default_factory=dict)

    def count(self, state: ChangeState) -> int:
        """How many items ended so."""
        return sum(item.state is state for item in self.plan.items)

    @property
    def trouble(self) -> PsdmError | None:
        """What to say at the end: nothing, partly applied (7), or, when nothing is in, the first error itself."""
        failed = [self.errors[item.n] for item in self.plan.items if item.n in self.errors]
        if not failed:
            return None
        first = failed[0]
        skipped, applied = self.count(ChangeState.SKIPPED), self.count(ChangeState.APPLIED)
        if not applied:
            more = len(failed) - 1 + skipped
            if more:
                first.message = f"{first.message} {more} more change{'s are' if more > 1 else ' is'} not in either."
            first.hint = f"{first.hint} Nothing was changed; journal: psdm journal show {self.run}".strip()
            return first
        left = f", {skipped} skipped" if skipped else ""
        return PartlyApplied(
            f"{applied} of {len(self.plan.writing)} changes are in, {len(failed)} failed{left}. "
            f"The first failure: {first.message}",
            hint=f"Run it again to go on; what is in is not sent twice. Journal: psdm journal show {self.run}",
        )


def check(plan: Plan, doors: Doors) -> None:
    """Hold every change against its system's contract. Raises `WrongUsage`, `RefusedByRule`; asks nobody."""
    for item in plan.writing:
        door_for(doors, item.change).check(item.change)


def refuse_if_stale(plan: Plan, doors: Doors) -> None:
    """Look at everything and raise `RefusedByRule` for the first change whose object has moved; nothing is sent."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for item in plan.items:
        try:
            change = _resolved(item.change, ids)
        except KeyError:
            continue  # it hangs on something that is yet to be made: there is nothing to look at
        if not change.writes:
            if change.id is not None:
                ids[change.key] = change.id
            continue
        seen = door_for(doors, change).look(change, frozenset(taken))
        if is_in(change, seen):
            _remember(change, seen, ids, taken)
        else:
            refuse_if_moved(change, seen)


def settle(hands: Hands) -> None:
    """Look for what an earlier run sent without learning whether it is in, and write the answer into the journal.

    What cannot be looked at now (a permission, an outage) stays open for the next run.
    """
    for entry in hands.journal.open_entries():
        change = entry.applied
        try:
            seen = door_for(hands.doors, change).look(change, _others(hands.journal, entry))
        except PsdmError:
            continue
        _settle_one(hands, entry, change, seen)


def _others(journal: Journal, entry: Entry) -> frozenset[str]:
    """Ids of what else the run made or found: of two equal requests, the open one is not the one that is known."""
    run = journal.run(entry.run)
    return frozenset(
        each.id
        for each in (run.items if run is not None else ())
        if each.n != entry.item.n
        and each.id is not None
        and each.change.action is Action.CREATE
        and each.state in (ChangeState.APPLIED, ChangeState.KEPT)
    )


def _settle_one(hands: Hands, entry: Entry, change: Change, seen: Seen | None) -> None:
    if is_in(change, seen):
        item = entry.item.now(ChangeState.APPLIED, error=None)
    else:
        item = entry.item.now(ChangeState.FAILED, error="it did not arrive: the run ended while it was sent")
        seen = None
    hands.journal.ended(entry.run, item, seen, hands.now())


def apply(plan: Plan, hands: Hands, who: str) -> Result:
    """Apply a plan and tell how it ended. Raises `Interrupted` on Ctrl-C, with what was done kept in the journal.

    A failure stops what depends on it; when the system itself is away (or the token no good), all that is left for it.
    """
    work = _Work(hands, hands.journal.begin(plan, who, hands.now()))
    for item in plan.items:
        try:
            ended = work.one(item)
        except KeyboardInterrupt:
            done = sum(each.state is ChangeState.APPLIED for each in work.items)
            raise Interrupted(
                f"Interrupted: {done} of {len(plan.writing)} changes are in, the journal says which.",
                hint=f"Run the same command again to go on. Journal: psdm journal show {work.run}",
            ) from None
        work.items.append(ended)
        if hands.report is not None:
            hands.report(ended)
    return Result(work.run, replace(plan, items=tuple(work.items)), work.errors)


class _Work:
    """One run: what is in so far, what was not, and which systems are away."""

    def __init__(self, hands: Hands, run: str) -> None:
        self.hands = hands
        self.run = run
        self.items: list[Item] = []
        self.errors: dict[int, PsdmError] = {}
        self._ids: dict[str, str] = {}
        self._taken: set[str] = set()
        self._out: dict[str, str] = {}  # key -> title of what is not in
        self._away: dict[str, str] = {}

    def one(self, item: Item) -> Item:
        """Bring one item to its end, journaled."""
        change = item.change
        if not change.writes:
            if change.id is not None:
                self._ids[change.key] = change.id
            return self._ended(item.now(ChangeState.KEPT, id=change.id, url=change.url), None)
        waits = [self._out[key] for key in change.needs if key in self._out]
        if waits:
            return self._skipped(item, f"it needs “{waits[0]}”, which is not in")
        if change.system in self._away:
            return self._skipped(item, f"not tried: {self._away[change.system]}")
        try:
            change = _resolved(change, self._ids)
        except KeyError as missing:
            return self._skipped(item, f"it needs the id of {missing}, which is not known")
        item = replace(item, change=change)
        try:
            return self._done(item, change)
        except StoreProblem:
            raise  # without a journal nothing more is sent
        except PsdmError as error:
            self.errors[item.n] = error
            if isinstance(error, NotAllowed) and not isinstance(error, Forbidden):
                self._away[change.system] = error.message
            self._out[change.key] = change.title
            failed = item.now(ChangeState.FAILED, error=error.message)
            if not isinstance(error, _NotKnownError):  # which the journal knows as unclear
                self._journal(failed, None)
            return failed

    def _done(self, item: Item, change: Change) -> Item:
        hands = self.hands
        door = door_for(hands.doors, change)
        hands.journal.intend(self.run, item, change, hands.now())
        seen = self._look(door, change)
        if is_in(change, seen):
            _remember(change, seen, self._ids, self._taken)
            return self._ended(_with(item.now(ChangeState.KEPT), seen), seen)
        refuse_if_moved(change, seen)
        if seen is not None and change.id is None:
            change = replace(change, id=seen.id, url=seen.url or change.url)
            item = replace(item, change=change)
        hands.journal.sending(self.run, item, seen, hands.now())
        try:
            answer = door.send(change)
        except UnclearError as unclear:
            answer = self._look_again(door, item, change, unclear)
        _remember(change, answer, self._ids, self._taken)
        told = differences(change.after, answer.attributes) if answer is not None else ()
        error = f"applied, but {'; '.join(map(str, told))}" if told else None
        return self._ended(_with(item.now(ChangeState.APPLIED, error=error), answer), answer)

    def _look(self, door: Door, change: Change) -> Seen | None:
        try:
            return door.look(change, frozenset(self._taken))
        except Unavailable as away:
            # Reading was tried for as long as it may be: the next change would only wait as long again.
            self._away[change.system] = away.message
            raise

    def _look_again(self, door: Door, item: Item, change: Change, unclear: UnclearError) -> Seen | None:
        """Whether it is in after all: at once, and once more a little later. Raises `Unavailable`; sends nothing."""
        what = f"{SYSTEM_NAMES[change.system]} gave no clear answer to “{change.title}” ({unclear})"
        seen: Seen | None = None
        for pause in (0.0, SECOND_LOOK):
            if pause:
                self.hands.wait(pause)
            try:
                seen = self._look(door, change)
            except PsdmError as error:
                said = f"{what}, and looking for it failed: {error.message}"
                self.hands.journal.unclear(self.run, item, said, self.hands.now())
                raise _NotKnownError(said, hint="Run it again: it looks first, and sends nothing twice.") from None
            if is_in(change, seen):
                return seen
        there = "not there" if seen is None else "not as it should be"
        said = f"{what}, and it is {there}; it was not sent again."
        self.hands.journal.unclear(self.run, item, said, self.hands.now())
        raise _NotKnownError(said, hint="Run it again: it looks first, and sends nothing twice.")

    def _skipped(self, item: Item, why: str) -> Item:
        self._out[item.change.key] = item.change.title
        return self._ended(item.now(ChangeState.SKIPPED, error=why), None)

    def _ended(self, item: Item, seen: Seen | None) -> Item:
        self._journal(item, seen)
        return item

    def _journal(self, item: Item, seen: Seen | None) -> None:
        self.hands.journal.ended(self.run, item, seen, self.hands.now())


class _NotKnownError(Unavailable):
    """A write of which nobody knows whether it is in (exit 75 when nothing else is)."""

    code = "unclear"


def _resolved(change: Change, ids: Mapping[str, str]) -> Change:
    if not change.needs:
        return change
    return replace(change, after=resolved(change.after, ids), depends_on=change.needs)


def _remember(change: Change, seen: Seen | None, ids: dict[str, str], taken: set[str]) -> None:
    if seen is not None:
        ids[change.key] = seen.id
        if change.action is Action.CREATE:
            taken.add(seen.id)


def _with(item: Item, seen: Seen | None) -> Item:
    if seen is None:
        return replace(item, id=item.change.id, url=item.change.url)
    return replace(item, id=seen.id, url=seen.url or item.change.url)
