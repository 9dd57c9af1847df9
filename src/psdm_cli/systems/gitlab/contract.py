"""Which names GitLab's contract allows. The service drops misspelt ones silently, so psdm checks before sending."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote

Rules = Mapping[str, Mapping[str, Any]]


@cache
def calls() -> Mapping[str, Rules]:
    """`METHOD /path` → name → rule, generated from the OpenAPI document (tests/contract/gitlab_names.py).

    A name that begins with `?` is a query parameter, another one an attribute of the body.
    """
    loaded: Mapping[str, Rules] = json.loads((files(__package__) / "contract.json").read_text(encoding="utf-8"))
    return loaded


@cache
def _templates() -> Mapping[tuple[str, int], tuple[tuple[str, ...], ...]]:
    found: dict[tuple[str, int], list[tuple[str, ...]]] = {}
    for call in calls():
        method, path = call.split(" ")
        parts = tuple(path.split("/"))
        found.setdefault((method, len(parts)), []).append(parts)
    # A word where another path has a parameter goes first: /projects/import is no project.
    order = {key: sorted(all_, key=lambda parts: sum("{" in part for part in parts)) for key, all_ in found.items()}
    return {key: tuple(value) for key, value in order.items()}


def segment(text: str) -> str:
    """A path, file name, label or id as one segment of an address: `a/b` becomes `a%2Fb`."""
    return quote(text, safe="")


def in_words(method: str, path: str) -> str:
    """A call as people are told of it: `GET /projects/acme/ps`, not `acme%2Fps`."""
    return f"{method} {unquote(path)}"


def call_of(method: str, path: str) -> str:
    """The contract's call for a path: `GET /groups/{group_id}` for `GET`, `/groups/7`. Raises `ValueError`."""
    parts = path.split("/")
    for template in _templates().get((method, len(parts)), ()):
        if all(part == known or (known.startswith("{") and part) for part, known in zip(parts, template, strict=True)):
            return f"{method} {'/'.join(template)}"
    raise ValueError(f"{method} {path} is not in GitLab's contract")


def question(path: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The query of a GET as it is sent. Raises `ValueError` for a path, name, type or choice outside the contract."""
    call = call_of("GET", path)
    rules = calls()[call]
    for name, rule in rules.items():
        if rule.get("required") and name.startswith("?") and name[1:] not in params:
            raise ValueError(f"{call} needs {name[1:]}")
    sent: dict[str, Any] = {}
    for name, value in params.items():
        rule = rules.get(f"?{name}", {})
        if not rule:
            raise ValueError(f"{call} has no parameter {name}")
        told = _said(f"{call} {name}", value, rule)
        sent[name] = ("true" if told else "false") if isinstance(told, bool) else told
    return sent


def body_of(method: str, path: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a write. Raises `ValueError` for a path, name, type or choice outside the contract."""
    call = call_of(method, path)
    rules = calls()[call]
    for name, rule in rules.items():
        if rule.get("required") and not name.startswith("?") and given.get(name) in (None, ""):
            raise ValueError(f"{call} needs {name}")
    sent = {}
    for name, value in given.items():
        if name not in rules or name.startswith("?"):
            raise ValueError(f"{call} has no attribute {name}")
        sent[name] = None if value is None else _said(f"{call} {name}", value, rules[name])
    return sent


def _said(where: str, value: Any, rule: Mapping[str, Any]) -> Any:
    kind = rule["type"]
    if kind in ("any", "object", "list of object", "binary"):
        return value
    if kind.startswith("list of "):
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise ValueError(f"{where}: a list is expected")
        return [_said(where, item, {"type": kind.removeprefix("list of ")}) for item in value]
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{where}: true or false is expected")
        return value
    if kind == "integer":
        return _integer(where, value, rule)
    if kind in ("date", "date-time"):
        return _moment(where, value, kind)
    if not isinstance(value, str):
        raise ValueError(f"{where}: a text is expected, not {type(value).__name__}")
    if "values" in rule and value not in rule["values"]:
        raise ValueError(f"{where}: “{value}” is not offered")
    if len(value) > rule.get("longest", len(value)):
        raise ValueError(f"{where}: longer than {rule['longest']} characters")
    return value


def _integer(where: str, value: Any, rule: Mapping[str, Any]) -> int:
    if isinstance(value, str) and is_id(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{where}: a whole number is expected, not “{value}”")
    if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        raise ValueError(f"{where}: {value} is out of range")
    return value


def _moment(where: str, value: Any, kind: str) -> str:
    if kind == "date-time":
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{where}: an instant with a zone is expected")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError(value)
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{where}: a date such as 2026-11-23 is expected, not “{value}”") from None


def is_id(text: str) -> bool:
    """Whether this is a numeric id: digits only."""
    return text.isascii() and text.isdigit()
