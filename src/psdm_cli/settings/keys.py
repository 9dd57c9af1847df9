"""The list of all keys, from the model: path, default, meaning. Checks, example and reference read this one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from psdm_cli.domain.policy import Policy
from psdm_cli.settings.handbook import LABELS
from psdm_cli.settings.meanings import POLICY
from psdm_cli.settings.model import Section, Settings

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
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Policy):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
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
    if isinstance(value, Section):
        for name, field in type(value).model_fields.items():
            about = LABELS[place[1]][2] if place[:1] == ("labels",) and name == "name" else field.description
            yield from _keys(getattr(value, name), (*place, name), about or "")
    elif isinstance(value, Policy):
        for item in fields(value):
            yield Key((*place, item.name), getattr(value, item.name), POLICY[item.name])
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _keys(item, (*place, name), "")
    else:
        yield Key(place, value, meaning)


def all_keys() -> tuple[Key, ...]:
    """Every key in the order of the example file."""
    return tuple(_keys(Settings(), (), ""))


def section_meaning(place: Place) -> str:
    """What a section is about: the model's docstring."""
    value: Any = value_at(Settings(), place)
    if isinstance(value, Section):
        return (type(value).__doc__ or "").strip().rstrip(".")
    return {
        "policy": "Every number of the rules that a team may change",
        "labels": "Exact spelling and colour of every label",
        "links": "Every address of the handbook page, by name",
    }.get(place[0] if place else "", "")
