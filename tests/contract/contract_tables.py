"""What the compact tables of both systems' names have in common: the parameters of the document, and the text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Table = dict[str, dict[str, dict[str, Any]]]


def parameters(document: Mapping[str, Any], given: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The given parameters, references to shared ones followed."""
    shared = document["components"]["parameters"]
    for one in given:
        yield shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one


def text(table: Table) -> str:
    """The table as it is stored: one name a line, so that a change reads well in a diff."""
    lines = ["{"]
    for number, (call, names) in enumerate(table.items()):
        lines.append(f"  {json.dumps(call)}: {{")
        lines += [
            f"    {json.dumps(name)}: {json.dumps(rule)}{',' if place < len(names) - 1 else ''}"
            for place, (name, rule) in enumerate(names.items())
        ]
        lines.append("  }" + ("," if number < len(table) - 1 else ""))
    return "\n".join([*lines, "}", ""])
