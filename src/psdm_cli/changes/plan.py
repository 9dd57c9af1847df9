"""What is to change in an outside system, as a value: shown, confirmed, saved and applied are one and the same object.

A plan is wanted minus seen. It holds no code: how a change looks for itself and how it is sent is its door's affair
(`changes.doors`), so that a saved plan can be applied later, by somebody else (interface.md 4, `PlanItem`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from psdm_cli.domain.audience import Audience

__all__ = [
    "ID_OF",
    "TEXT_OF",
    "Action",
    "Audience",
    "Change",
    "ChangeState",
    "CircularPlanError",
    "Item",
    "Plan",
    "number_of",
    "plan_of",
    "references",
    "resolved",
    "shown_text",
]


class Action(StrEnum):
    """What happens to the object; the symbol it is printed with."""

    CREATE = "create"
    CHANGE = "change"
    CLOSE = "close"
    DELETE = "delete"
    KEEP = "keep"

    @property
    def symbol(self) -> str:
        """`+ ~ - =` (design.md 2)."""
        return {"create": "+", "change": "~", "close": "-", "delete": "-", "keep": "="}[self.value]


class ChangeState(StrEnum):
    """How far a change has come."""

    PLANNED = "planned"
    APPLIED = "applied"
    KEPT = "kept"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Change:
    """One object to create, change, close, delete, or that is already as wanted (keep).

    `key` is its natural key: the same from run to run and unique in the plan. `id` is the object's id where it exists.
    `before` holds the attributes as they were seen, of those that `after` names: applying refuses when the world has
    moved away from them. `after` holds the attributes as they are to be sent. `depends_on` are keys in the same plan
    that must be in first; `{"$id": KEY}` in `after` stands for the id that such a change will have got. `audience` is
    who may read the place, `content` who may read what is written: internal unless it was made for customers.
    """

    system: str
    kind: str
    action: Action
    key: str
    title: str
    place: str = ""
    audience: Audience = Audience.INTERNAL
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    url: str | None = None
    depends_on: tuple[str, ...] = ()
    sow: str | None = None
    why: str = ""
    content: Audience = Audience.INTERNAL

    @property
    def writes(self) -> bool:
        """Whether anything is sent for it."""
        return self.action is not Action.KEEP

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the changes that must be in before it: `depends_on`, and those whose id `after` refers to."""
        return tuple(dict.fromkeys((*self.depends_on, *references(self.after))))


@dataclass(frozen=True, slots=True)
class Item:
    """A change with its number in the plan and what became of it."""

    n: int
    change: Change
    state: ChangeState = ChangeState.PLANNED
    id: str | None = None
    url: str | None = None
    error: str | None = None

    def now(self, state: ChangeState, **what: Any) -> Item:
        """The item with its new state."""
        return replace(self, state=state, **what)


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes in the order they are to be applied, and the command that planned them."""

    command: str
    created: datetime
    items: tuple[Item, ...]

    @property
    def writing(self) -> tuple[Item, ...]:
        """The items that send something."""
        return tuple(item for item in self.items if item.change.writes)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be sent."""
        return not self.writing


ID_OF = "$id"
#: `{"$text": TEXT}`: in a text, `{$iid:KEY}` stands for the number that an issue or epic of the plan will have got.
TEXT_OF = "$text"
_NUMBER_OF = re.compile(r"\{\$iid:([^{}\s]+)\}")


def number_of(key: str) -> str:
    """What stands in a `{"$text": …}` for the number of the issue or epic that the change of this key makes."""
    return f"{{$iid:{key}}}"


def shown_text(text: str) -> str:
    """A `{"$text": …}` for people, before the numbers are known."""
    return _NUMBER_OF.sub("…", text)


def references(value: Any) -> Iterator[str]:
    """The keys that `{"$id": KEY}`, or a number in `{"$text": …}`, name anywhere in a value."""
    if isinstance(value, Mapping):
        if set(value) == {ID_OF}:
            yield str(value[ID_OF])
        elif set(value) == {TEXT_OF}:
            yield from _NUMBER_OF.findall(str(value[TEXT_OF]))
        else:
            for each in value.values():
                yield from references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from references(each)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with the ids in place of their references. Raises `KeyError` for one that is not known yet."""
    if isinstance(value, Mapping):
        if set(value) == {ID_OF}:
            return ids[str(value[ID_OF])]
        if set(value) == {TEXT_OF}:
            return _NUMBER_OF.sub(lambda found: re.split(r"[#&]", ids[found[1]])[-1], str(value[TEXT_OF]))
        return {name: resolved(each, ids) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(each, ids) for each in value]
    return value


class CircularPlanError(ValueError):
    """Changes wait for each other, or for one that is not in the plan."""


def plan_of(command: str, created: datetime, changes: Iterable[Change]) -> Plan:
    """A plan in dependency order, else as given. Raises `CircularPlanError`, and `ValueError` for a key given twice."""
    waiting = list(changes)
    keys = [change.key for change in waiting]
    if len(set(keys)) != len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"planned twice: {', '.join(twice)}")
    ordered: list[Change] = []
    done: set[str] = set()
    while waiting:
        ready = next((change for change in waiting if done.issuperset(change.needs)), None)
        if ready is None:
            stuck = ", ".join(change.key for change in waiting)
            raise CircularPlanError(f"these changes wait for each other or for one that is not planned: {stuck}")
        waiting.remove(ready)
        ordered.append(ready)
        done.add(ready.key)
    return Plan(command, created, tuple(Item(n, change) for n, change in enumerate(ordered, 1)))
