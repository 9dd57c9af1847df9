"""Wanted against seen: whether an object is already as a change wants it, and what has moved since it was planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.errors import RefusedByRule

AGAIN = "Run the command again: it plans anew from what is there."


def settled(value: Any) -> Any:
    """A value as it is compared: numbers as text, nothing and empty alike, blanks in texts as one, lists sorted."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):  # datetimes are dates too
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return str(int(number)) if number == number.to_integral_value() else str(number.normalize())
    if isinstance(value, Mapping):
        return {str(name): settled(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted((settled(each) for each in value), key=repr) or None
    return " ".join(str(value).split()) or None


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute that is not what was expected."""

    name: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')} is {said(self.found)}, not {said(self.expected)}"


def said(value: Any) -> str:
    """A value in a sentence."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) if not isinstance(value, list | tuple) else ", ".join(map(str, value))
    return text if len(text) <= 60 else text[:59] + "…"


def differences(expected: Mapping[str, Any], seen: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs among the attributes that both name; one that cannot be seen cannot differ."""
    return tuple(
        Difference(name, value, seen[name])
        for name, value in expected.items()
        if name in seen and settled(value) != settled(seen[name])
    )


def is_in(change: Change, seen: Seen | None) -> bool:
    """Whether the object stands as the change wants it."""
    if change.action is Action.KEEP:
        return True
    if change.action is Action.DELETE:
        return seen is None
    if seen is None or differences(change.after, seen.attributes):
        return False
    # of a change every attribute must have been seen; a new object is its key
    return change.action is Action.CREATE or set(change.after) <= set(seen.attributes)


def refuse_if_moved(change: Change, seen: Seen | None) -> None:
    """Raise `RefusedByRule` when the object does not stand as it did when the change was planned."""
    if change.action is Action.CREATE:
        if seen is not None:
            raise _moved(change, "it is there already, and ", differences(change.after, seen.attributes))
    elif seen is None:
        if change.action is not Action.DELETE:
            raise RefusedByRule(f"{change.title}: the world has moved: it is no longer there.", hint=AGAIN)
    elif found := differences(change.before, seen.attributes):
        raise _moved(change, "", found)


def _moved(change: Change, how: str, found: tuple[Difference, ...]) -> RefusedByRule:
    what = "; ".join(map(str, found))
    return RefusedByRule(f"{change.title}: the world has moved: {how}{what}.", hint=AGAIN)
