"""Which names Kantata's contract allows. The service drops misspelt ones silently, so psdm checks before sending."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

#: A value as the program says it: lists become comma text, booleans `true`/`false`.
Value = str | int | bool | date | datetime | tuple[str, ...]
Names = Mapping[str, Mapping[str, Mapping[str, Any]]]


@cache
def names() -> Names:
    """Path → parameter → rule, generated from the OpenAPI document (tests/contract/kantata_names.py)."""
    loaded: Names = json.loads((files(__package__) / "contract.json").read_text(encoding="utf-8"))
    return loaded


def query(path: str, params: Mapping[str, Value]) -> dict[str, str]:
    """The parameters as they go into the URL.

    `path` is the contract's template, for example `/workspaces/{id}`. Raises `ValueError` for anything outside the
    contract: unknown path or name, wrong type, a value that is not offered, a required name missing, or `False` for a
    switch whose value Kantata ignores.
    """
    rules = names().get(path)
    if rules is None:
        raise ValueError(f"GET {path} is not in Kantata's contract")
    for name, rule in rules.items():
        if rule.get("required") and name not in params and "{" + name + "}" not in path:
            raise ValueError(f"GET {path} needs {name}")
    sent = {}
    for name, value in params.items():
        if name not in rules:
            raise ValueError(f"GET {path} has no parameter {name}")
        sent[name] = _said(f"GET {path} {name}", value, rules[name])
    return sent


def _said(where: str, value: Value, rule: Mapping[str, Any]) -> str:
    kind = rule["type"]
    if kind.startswith("list of "):
        if not isinstance(value, tuple) or not value:
            raise ValueError(f"{where}: a filled tuple is expected")
        for item in value:
            _check_item(where, item, kind.removeprefix("list of "), rule)
        return ",".join(value)
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{where}: true or false is expected")
        if not value and rule.get("true_only"):
            raise ValueError(f"{where}: Kantata ignores the value, send it only as true")
        return "true" if value else "false"
    if kind == "integer":
        return str(_integer(where, value, rule))
    if kind == "date-time":
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{where}: an instant with a zone is expected")
        return value.isoformat(timespec="seconds")
    if kind == "date":
        if isinstance(value, datetime) or not isinstance(value, date):
            raise ValueError(f"{where}: a date is expected")
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(f"{where}: a text is expected")
    _check_item(where, value, "string", rule)
    return value


def _integer(where: str, value: Value, rule: Mapping[str, Any]) -> int:
    if isinstance(value, str) and is_id(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{where}: a whole number is expected")
    if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        raise ValueError(f"{where}: {value} is out of range")
    return value


def _check_item(where: str, item: str, kind: str, rule: Mapping[str, Any]) -> None:
    if kind == "integer" and not is_id(item):
        raise ValueError(f"{where}: “{item}” is not a whole number")
    if "values" in rule and item not in rule["values"]:
        raise ValueError(f"{where}: “{item}” is not offered")
    if rule["type"].startswith("list of ") and "," in item:
        raise ValueError(f"{where}: “{item}” holds a comma")


def is_id(text: str) -> bool:
    """Whether this can be an id of Kantata's: digits only."""
    return text.isascii() and text.isdigit()
