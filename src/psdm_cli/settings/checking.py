"""From what a file says to the model: every value of the right type and in bounds, or a complaint with its key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import time
from decimal import Decimal
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

from psdm_cli.domain.policy import Policy
from psdm_cli.settings.model import CHECK, WITHIN, Settings

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key."""

    place: Place
    why: str
    value: Any = None


def settings_of(raw: Mapping[str, Any]) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings that `raw` describes over the defaults, and what is wrong with it. Unknown keys are passed over."""
    checker = _Checker()
    settings: Settings = checker.section(Settings(), raw, ())
    return settings, tuple(checker.problems)


class _Checker:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def section(self, default: Any, raw: Any, place: Place) -> Any:
        """A dataclass with the values of `raw` in place of its defaults."""
        if raw is None:  # `kantata:` with all its keys commented out
            return default
        if not isinstance(raw, Mapping):
            self.problems.append(Problem(place, "expected keys below it", raw))
            return default
        hints = get_type_hints(type(default))
        changes: dict[str, Any] = {}
        for item in fields(default):
            if item.name in raw:
                old = getattr(default, item.name)
                where = (*place, item.name)
                changes[item.name] = self.value(old, raw[item.name], where, hints[item.name], item.metadata)
        return self.whole(default, changes, place)

    def whole(self, default: Any, changes: dict[str, Any], place: Place) -> Any:
        """The section with its changes; the policy is also looked at as a whole."""
        made = replace(default, **changes)
        if isinstance(made, Policy):
            check = next(item.metadata[CHECK] for item in fields(Settings) if item.name == "policy")
            try:
                check(made)
            except ValueError as error:
                name, _, why = str(error).partition(": ")
                self.problems.append(Problem((*place, name), why, changes.get(name)))
        return made

    def value(self, old: Any, raw: Any, place: Place, hint: Any, metadata: Mapping[str, Any]) -> Any:
        """One value of a section: a section, a table, or a plain value."""
        if is_dataclass(old):
            return self.section(old, raw, place)
        if isinstance(old, Mapping):
            return self.table(old, raw, place, metadata)
        try:
            found = typed(hint, raw)
            if metadata.get(WITHIN) is not None:
                low, high = metadata[WITHIN]
                if not low <= found <= high:
                    raise ValueError(f"expected a whole number from {low} to {high}")
            return metadata[CHECK](found) if metadata.get(CHECK) is not None else found
        except ValueError as error:
            self.problems.append(Problem(place, str(error), raw))
            return old

    def table(self, old: Mapping[str, Any], raw: Any, place: Place, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """A table of links or labels: the given ones over the defaults."""
        if raw is None:
            return old
        if not isinstance(raw, Mapping):
            self.problems.append(Problem(place, "expected keys below it", raw))
            return old
        merged = dict(old)
        for name in old.keys() & raw.keys():
            merged[name] = self.value(old[name], raw[name], (*place, name), str, metadata)
        return MappingProxyType(merged)


def typed(hint: Any, raw: Any) -> Any:
    """The value, if it is of the type; nothing is converted that a person wrote as something else."""
    choices = get_args(hint)
    if NoneType in choices:
        return None if raw is None else typed(next(choice for choice in choices if choice is not NoneType), raw)
    return _READERS[get_origin(hint) or hint](raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("expected a text (numbers and true or false in quotes)")
    if not raw.strip():
        raise ValueError("expected a text that is not empty")
    return raw


def _whole_number(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise ValueError("expected a whole number")
    return raw


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise ValueError("expected a number, such as 0.80")
    return Decimal(raw)


def _truth(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("expected true or false")
    return raw


def _time(raw: Any) -> time:
    if not isinstance(raw, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", raw):
        raise ValueError('expected a time, such as "10:00"')
    return time.fromisoformat(raw)


def _texts(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        raise ValueError("expected a list of texts, such as [PM, PSE, TA]")
    return tuple(raw)


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _whole_number,
    Decimal: _number,
    bool: _truth,
    time: _time,
    tuple: _texts,
}
