"""A small outside world behind one door: objects by id, a script of what goes wrong, and a count of what was sent."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from psdm_cli.changes.comparing import settled
from psdm_cli.changes.doors import Seen, UnclearError
from psdm_cli.changes.plan import Action, Change
from psdm_cli.errors import NotFound, WrongUsage

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
KIND = "note"


@dataclass
class World:
    """Objects by id. `script` is asked before each send, by its number from 1, and may raise or give back a word:
    `lost` does the work and loses the answer, `late` loses the answer and does the work at the next look but one.
    `makes` are attributes that this world sets as it likes, whatever was sent.
    """

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[Change] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    script: Callable[[int, Change], str | None] = lambda _number, _change: None
    looking: Callable[[Change], None] = lambda _change: None
    makes: dict[str, Any] = field(default_factory=dict)
    system: str = "kantata"
    kind: str = KIND
    _late: list[tuple[int, Change]] = field(default_factory=list)

    def check(self, change: Change) -> None:
        if "bad" in change.after:
            raise WrongUsage(f"{change.title}: {KIND} has no attribute bad.")

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        self.looked.append(change.key)
        self.looking(change)
        for due, late in list(self._late):
            if len(self.looked) >= due:
                self._late.remove((due, late))
                self._do(late)
        if change.id is not None:
            return self._seen(change.id)
        for ident in self.objects:
            if ident not in taken and self.objects[ident].get("name") == change.after.get("name", change.title):
                return self._seen(ident)
        return None

    def send(self, change: Change) -> Seen | None:
        self.sent.append(change)
        word = self.script(len(self.sent), change)
        if word == "late":
            self._late.append((len(self.looked) + 2, change))
            raise UnclearError("no answer within 60 s")
        done = self._do(change)
        if word == "lost":
            raise UnclearError("the connection was cut")
        return done

    def _do(self, change: Change) -> Seen | None:
        if change.action is Action.CREATE:
            ident = str(1 + max((int(each) for each in self.objects), default=0))
            self.objects[ident] = {**change.after, **self.makes}
            return self._seen(ident)
        assert change.id is not None
        if change.id not in self.objects:
            raise NotFound(f"{change.title}: gone")
        if change.action is Action.DELETE:
            del self.objects[change.id]
            return None
        self.objects[change.id] |= change.after
        return self._seen(change.id)

    def _seen(self, ident: str) -> Seen | None:
        found = self.objects.get(ident)
        return None if found is None else Seen(ident, f"https://world/{ident}", dict(found))

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        if change.action is Action.CREATE:
            assert seen is not None
            if seen.attributes.get("answered"):
                return "it was answered"
            return replace(change, action=Action.DELETE, id=seen.id, before=dict(change.after), after={})
        if change.action is Action.DELETE:
            return replace(change, action=Action.CREATE, id=None, before={}, after=dict(change.before))
        before = {name: change.before[name] for name in change.after}
        return replace(change, before=dict(change.after), after=before)

    @property
    def state(self) -> list[Any]:
        """What is there, whatever its ids."""
        return sorted((settled(each) for each in self.objects.values()), key=repr)


def change(action: Action, key: str, **what: Any) -> Change:
    """A change of this world."""
    given: dict[str, Any] = {"title": key, "place": "Somewhere", **what}
    return Change(system="kantata", kind=KIND, action=action, key=key, **given)


def create(key: str, **what: Any) -> Change:
    """A new note of this name."""
    after = {"name": key, **what.pop("after", {})}
    return change(Action.CREATE, key, after=after, **what)


def alter(key: str, ident: str, before: dict[str, Any], after: dict[str, Any], **what: Any) -> Change:
    """A change of a note that is there."""
    return change(Action.CHANGE, key, id=ident, before=before, after=after, **what)
