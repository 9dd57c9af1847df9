"""The REST contract as the sandbox knows it, and the check of what a request sends against it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from psdm_cli.sandbox.gitlab.refusals import invalid, wrong_parameter

CONTRACT_FILE = Path(__file__).with_name("rest_contract.json")
TRUE, FALSE = frozenset({"true", "t", "1", "on"}), frozenset({"false", "f", "0", "off"})

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract: what it takes, by name."""

    method: str
    pattern: str
    params: dict[str, Rule]
    multipart: bool = False


@dataclass(slots=True)
class Checked:
    """What a request asks for: known parameters, converted; the names that were sent; what was dropped and why."""

    params: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@cache
def operations() -> dict[tuple[str, str], Operation]:
    """Every operation by (method, path template)."""
    read = json.loads(CONTRACT_FILE.read_text(encoding="utf-8"))["operations"]
    found = {}
    for key, entry in read.items():
        method, pattern = key.split(" ", 1)
        found[(method, pattern)] = Operation(method, pattern, entry["params"], entry.get("multipart", False))
    return found


def check(operation: Operation, sent: dict[str, Any]) -> Checked:
    """Sorts what was sent. Undeclared names are dropped without an error, as Grape does, and noted.

    Raises `Refusal` (400, `{"error": …}`) for required names that are missing and for values that cannot be meant.
    """
    checked = Checked()
    wrong: list[str] = []
    for asked, value in sent.items():
        name = asked
        if asked not in operation.params and asked.removesuffix("[]") in operation.params:
            name = asked.removesuffix("[]") if "array" in operation.params[asked.removesuffix("[]")]["types"] else asked
        rule = operation.params.get(name)
        if rule is None:
            checked.problems.append(f"unknown parameter {name!r}")
            continue
        checked.given.add(name)
        if value is None and (rule.get("nullable") or not rule.get("required")):
            checked.params[name] = rule.get("default")
            continue
        try:
            checked.params[name] = _converted(rule, value)
        except _Unfit as unfit:
            wrong.append(f"{name}{unfit.inside} {unfit.why}")
        else:
            _length(name, rule, checked.params[name])
    for name, rule in operation.params.items():
        if name in checked.given:
            continue
        if rule.get("required"):
            wrong.append(f"{name} is missing")
        elif "default" in rule:
            checked.params[name] = rule["default"]
    if wrong:
        raise wrong_parameter(", ".join(wrong))
    _pages(operation, checked)
    return checked


def _pages(operation: Operation, checked: Checked) -> None:
    for name in ("page", "per_page"):
        rule = operation.params.get(name)
        if rule is None or name not in checked.given:
            continue
        value = checked.params[name] or rule["default"]
        least, most = rule.get("minimum", 1), rule.get("maximum", value)
        if not least <= value <= most:
            checked.problems.append(f"{name}={value} is outside {least}..{rule.get('maximum', '')}")
        checked.params[name] = min(max(value, least), most)


def _length(name: str, rule: Rule, value: Any) -> None:
    most = rule.get("maxLength")
    if most is not None and isinstance(value, str) and len(value) > most:
        raise invalid({name: [f"is too long (maximum is {most} characters)"]})


class _Unfit(Exception):
    def __init__(self, why: str = "is invalid", inside: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.inside = inside


def _converted(rule: Rule, value: Any) -> Any:
    for kind in rule["types"]:
        try:
            found = _as_kind(kind, rule, value)
        except _Unfit as unfit:
            if unfit.inside or len(rule["types"]) == 1:
                raise
            continue
        if rule.get("enum") and found not in rule["enum"]:
            raise _Unfit("does not have a valid value")
        return found
    raise _Unfit


def _as_kind(kind: str, rule: Rule, value: Any) -> Any:
    if kind == "integer":
        return _integer(value)
    if kind == "boolean":
        return _boolean(value)
    if kind == "string":
        return _text(rule, value)
    if kind == "array":
        if isinstance(value, str):
            value = [part for part in value.split(",") if part]
        if not isinstance(value, list):
            raise _Unfit
        if "items" in rule:
            return [_entry(rule["items"], each) for each in value]
        return [_converted(rule["item"], each) for each in value] if "item" in rule else value
    if kind == "object" and not isinstance(value, dict):
        raise _Unfit
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _Unfit
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d+", value.strip()):
        raise _Unfit
    return int(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in TRUE | FALSE:
        return text in TRUE
    raise _Unfit


def _text(rule: Rule, value: Any) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, dict | list) or value is None:
        raise _Unfit
    text = str(value)
    if rule.get("format") in ("date", "date-time") and text:
        try:
            _day(text) if rule["format"] == "date" else datetime.fromisoformat(text)
        except ValueError:
            raise _Unfit from None
    return text


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _entry(rules: dict[str, Rule], value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Unfit
    found = {}
    for name, rule in rules.items():
        if value.get(name) is not None:
            try:
                found[name] = _converted(rule, value[name])
            except _Unfit as unfit:
                raise _Unfit(unfit.why, f"[{name}]{unfit.inside}") from None
        elif rule.get("required"):
            raise _Unfit("is missing", f"[{name}]")
        elif "default" in rule:
            found[name] = rule["default"]
    return found
