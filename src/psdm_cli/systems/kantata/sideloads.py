"""What came along with a row: objects of other kinds, and custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psdm_cli.systems.http.attributes import Row, Wrong, idents, shown, text

#: Side-loaded objects: map's name → id → row, as the envelope has them.
Sides = Mapping[str, Mapping[str, Any]]


def side(sides: Sides, name: str, key: Any) -> Row:
    """A side-loaded object; empty when it did not come along."""
    found = sides.get(name, {}).get(str(key)) if key is not None else None
    return found if isinstance(found, dict) else {}


def custom_fields(key: str, subject: str, row: Row, sides: Sides) -> tuple[tuple[str, str], ...] | None:
    """Field name → readable text. None: they did not come along."""
    values = sides.get("custom_field_values")
    if values is None:
        return None
    keys = idents(row, "custom_field_value_ids")
    if keys is None:
        # No list on the row: the values name their subject themselves, by an integer.
        mine: list[Row] = [
            value
            for value in values.values()
            if isinstance(value, dict) and str(value.get("subject_id")) == key and value.get("subject_type") == subject
        ]
    else:
        mine = [side(sides, "custom_field_values", name) for name in keys]
    found = []
    for value in mine:
        name, readable = text(value, "custom_field_name"), value.get("display_value")
        if name is None or readable is None:
            continue
        if type(readable) not in (str, int, float):
            raise Wrong(f"custom field {shown(name)}: {shown(readable)} cannot be read")
        found.append((name, str(readable)))
    return tuple(found)
