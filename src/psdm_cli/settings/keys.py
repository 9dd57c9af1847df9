"""The list of all keys, from the model: path, default, meaning. Checks, example and reference read this one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from psdm_cli.settings.handbook import LABELS
from psdm_cli.settings.meanings import POLICY
from psdm_cli.settings.model import ABOUT, Settings

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: where it stands, what it is by default, what it means."""

    place: Place
    default: Any
    meaning: str

    @property
    def name(self) -> str:
        """The path as written in messages: "calendar.zone"."""
        return ".".join(self.place)


def plain(value: Any) -> Any:
    """A setting's value as JSON and YAML have it."""
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value) if isinstance(value, Decimal) else value


def value_at(settings: Settings, place: Place) -> Any:
    """The value of one key."""
    value: Any = settings
    for name in place:
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return value


def _keys(value: Any, place: Place, meaning: str) -> Iterator[Key]:
    if is_dataclass(value):
        for item in fields(value):
            yield from _keys(getattr(value, item.name), (*place, item.name), _meaning(place, item))
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _keys(entry, (*place, name), "")
    else:
        yield Key(place, value, meaning)


def _meaning(place: Place, item: Field[Any]) -> str:
    if place == ("policy",):
        return POLICY[item.name]
    if place[:1] == ("labels",) and item.name == "name":
        return LABELS[place[1]][2]
    return str(item.metadata.get(ABOUT, ""))


def all_keys() -> tuple[Key, ...]:
    """Every key in the order of the example file."""
    return tuple(_keys(Settings(), (), ""))


def section_meaning(place: Place) -> str:
    """What a section is about: the model's docstring."""
    value: Any = value_at(Settings(), place)
    named = {
        "policy": "Every number of the rules that a team may change",
        "labels": "Exact spelling and colour of every label",
        "links": "Every address of the handbook page, by name",
    }
    return named.get(".".join(place)) or (type(value).__doc__ or "").strip().rstrip(".")
