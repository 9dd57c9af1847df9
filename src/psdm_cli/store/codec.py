"""Records as compact JSON and back, generated from the types of their fields."""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from psdm_cli.domain.records import RECORD_TYPES, Kind, Record

_Turn = Callable[[Any], Any]
_PLAIN = (str, int, bool)
_compact = json.JSONEncoder(separators=(",", ":")).encode
_PAIRS = tuple[tuple[str, str], ...]
_compact = json.JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes one for every record


def _pairs(value: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(pair) for pair in value)


_TURNS: dict[Any, tuple[_Turn | None, _Turn]] = {
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    Decimal: (str, Decimal),
    _PAIRS: (None, _pairs),  # JSON writes tuples as lists by itself
}


def _turns(hint: Any) -> tuple[_Turn | None, _Turn | None]:
    """How a field's value goes into JSON and comes back; None: as it is."""
    options = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    real = [option for option in options if option is not type(None)]
    if len(real) != 1:
        raise TypeError(f"a record's field has one type beside None, not {hint}")
    if real[0] in _TURNS:
        return _TURNS[real[0]]
    if real[0] in _PLAIN:
        return None, None
    if typing.get_origin(real[0]) is tuple and set(typing.get_args(real[0])) <= {str, int, Ellipsis}:
        return None, tuple
    raise TypeError(f"no way to store a field of type {real[0]}")


@dataclass(frozen=True, slots=True)
class Codec:
    """One record type: its fields in order, and those that need turning."""

    cls: type[Record]
    values: Callable[[Record], tuple[Any, ...]]
    outward: tuple[tuple[int, _Turn], ...]
    inward: tuple[tuple[int, _Turn], ...]

    def encode(self, record: Record) -> str:
        """The record's values in the order of its fields, as one JSON array in ASCII."""
        values = list(self.values(record))
        for at, turn in self.outward:
            if values[at] is not None:
                values[at] = turn(values[at])
        return _compact(values)

    def decode(self, bodies: Iterable[str]) -> list[Record]:
        """The records behind these bodies; one JSON document for all of them is several times faster than one each."""
        found: list[Record] = []
        for values in json.loads(f"[{','.join(bodies)}]"):
            for at, turn in self.inward:
                if values[at] is not None:
                    values[at] = turn(values[at])
            found.append(self.cls(*values))
        return found


def _codec(cls: type[Record]) -> Codec:
    hints = typing.get_type_hints(cls)
    names = tuple(field.name for field in fields(cls))
    turns = [_turns(hints[name]) for name in names]
    return Codec(
        cls,
        attrgetter(*names),
        tuple((at, out) for at, (out, _) in enumerate(turns) if out is not None),
        tuple((at, back) for at, (_, back) in enumerate(turns) if back is not None),
    )


CODECS: dict[Kind, Codec] = {kind: _codec(cls) for kind, cls in RECORD_TYPES.items()}


def _fingerprint() -> str:
    """Changes whenever a record's fields do: a mirror written with other fields is read anew, never misread."""
    shape = [(kind.value, [(f.name, str(f.type)) for f in fields(cls)]) for kind, cls in RECORD_TYPES.items()]
    return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:16]


FORMAT = _fingerprint()


def storable(text: str) -> str:
    """Text that every database takes: lone surrogates and NUL, which JSON may carry, are written out."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def workspace_of(kind: Kind, record: Record) -> str | None:
    """The project a record belongs to; a project belongs to itself."""
    return record.id if kind is Kind.WORKSPACES else getattr(record, "workspace_id", None)


def user_of(record: Record) -> str | None:
    """The person a record belongs to."""
    return getattr(record, "user_id", None)
