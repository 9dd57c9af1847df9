"""Taking a run back: the inverses of what is in, in reverse order, and a reason for each that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from psdm_cli.changes.comparing import differences, is_in
from psdm_cli.changes.doors import Doors, Seen, door_for
from psdm_cli.changes.journal import Entry, Run
from psdm_cli.changes.plan import Action, Change, ChangeState, Plan, plan_of
from psdm_cli.errors import Forbidden, RefusedByRule


@dataclass(frozen=True, slots=True)
class NotUndone:
    """A change of the run that stays, or something that stays of it, and why."""

    n: int
    key: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """The plan that takes a run back, and what it cannot take back."""

    plan: Plan
    not_undone: tuple[NotUndone, ...]


def undoing(run: Run, doors: Doors, created: datetime) -> Undoing:
    """Plan to take a run back. Looks at every object, and leaves alone what was changed since. Writes nothing.

    What was already so, failed or skipped in the run needs no undoing. Raises what looking raises beside refusals.
    """
    work = _Undo(doors, {entry.item.change.key: entry for entry in run.entries})
    for entry in reversed(run.entries):
        if entry.open:
            work.stays(entry, "whether it is in could not be found out; look at it by hand")
        elif entry.item.state is ChangeState.APPLIED:
            work.take_back(entry)
    return Undoing(plan_of(f"undo {run.id}", created, work.changes), tuple(work.not_undone))


class _Undo:
    def __init__(self, doors: Doors, entries: Mapping[str, Entry]) -> None:
        self.doors = doors
        self.entries = entries
        self.changes: list[Change] = []
        self.not_undone: list[NotUndone] = []
        self._staying: dict[str, str] = {}  # key -> title

    def stays(self, entry: Entry, reason: str) -> None:
        """Name what is not undone."""
        change = entry.item.change
        self._staying[change.key] = change.title
        self.not_undone.append(NotUndone(entry.item.n, change.key, change.title, reason))

    def take_back(self, entry: Entry) -> None:
        """Plan the inverse of one change, or say why there is none."""
        change = entry.applied
        users = [key for key, other in self.entries.items() if change.key in other.item.change.needs]
        standing = [self._staying[key] for key in users if key in self._staying]
        if standing:
            self.stays(entry, f"“{standing[0]}” needs it, and stays")
            return
        try:
            door = door_for(self.doors, change)
            seen = door.look(change)
            undone = self._already(entry, change, seen)
            inverse = undone or door.inverse(change, seen)
            if isinstance(inverse, Change) and inverse.action is Action.CREATE and is_in(inverse, door.look(inverse)):
                inverse = _kept(change)  # it was made anew already
        except RefusedByRule as refused:
            self.stays(entry, refused.message)
            return
        except Forbidden as refused:  # a token that is no good at all ends the whole undoing
            self.stays(entry, refused.message)
            return
        if isinstance(inverse, str):
            self.stays(entry, inverse)
            return
        planned = {each.key for each in self.changes}
        self.changes.append(replace(inverse, depends_on=tuple(key for key in users if key in planned)))
        if inverse.why and inverse.writes:
            self.not_undone.append(NotUndone(entry.item.n, change.key, change.title, inverse.why))

    def _already(self, entry: Entry, change: Change, seen: Seen | None) -> Change | None:
        """A `keep` where there is nothing left to take back. Raises `RefusedByRule` where it was changed since."""
        if change.action is Action.CREATE:
            if seen is None:
                return _kept(change)
        elif change.action is Action.DELETE:
            return _kept(change) if seen is not None else None
        elif seen is None:
            raise RefusedByRule("it is no longer there")
        if seen is None:
            return None
        wanted = {**change.after, **{name: entry.answer[name] for name in change.after if name in entry.answer}}
        moved = differences(wanted, seen.attributes)
        if not moved:
            return None
        before = {name: value for name, value in change.before.items() if name in change.after}
        if change.action is not Action.CREATE and before and not differences(before, seen.attributes):
            return _kept(change)
        raise RefusedByRule(f"it was changed since: {'; '.join(map(str, moved))}")


def _kept(change: Change) -> Change:
    return replace(change, action=Action.KEEP, after={}, why="", depends_on=())
