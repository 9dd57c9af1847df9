"""Writes to Kantata: bodies held against the contract before sending, each sent once, answers said in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from psdm_cli.changes.doors import UnclearError
from psdm_cli.errors import RefusedByRule, Unavailable
from psdm_cli.systems.http.asking import Misread
from psdm_cli.systems.http.connection import Answer, Cut
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.contract import is_id
from psdm_cli.systems.kantata.envelope import rows

Rules = Mapping[str, Mapping[str, Any]]
KEY = "$key"


@cache
def calls() -> Mapping[str, Rules]:
    """`METHOD /path` → attribute → rule, generated from the OpenAPI document (tests/contract/kantata_names.py)."""
    loaded: Mapping[str, Rules] = json.loads((files(__package__) / "contract_writes.json").read_text(encoding="utf-8"))
    return loaded


def body_of(call: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The body of a write, as the contract has it; None for a call without one.

    Raises `ValueError` for a call, name, type or choice outside the contract and for a required attribute left out:
    Kantata drops what it does not know without a word.
    """
    rules = calls().get(call)
    if rules is None:
        raise ValueError(f"{call} is not among Kantata's writes")
    if KEY not in rules:
        return None
    for name, rule in rules.items():
        if rule.get("required") and given.get(name) in (None, "", [], ()):
            raise ValueError(f"{name} is missing")
    sent = {}
    for name, value in given.items():
        if name not in rules or name == KEY:
            raise ValueError(f"{rules[KEY]['key']} has no attribute {name}")
        sent[name] = _said(name, value, rules[name])
    return {str(rules[KEY]["key"]): sent}


def _said(name: str, value: Any, rule: Mapping[str, Any]) -> Any:
    kind = rule["type"]
    if value is None or kind in ("any", "object"):
        return value
    if kind.startswith("list of "):
        if not isinstance(value, list | tuple):
            raise ValueError(f"{name} must be a list")
        inner = {"type": kind.removeprefix("list of ")}
        return [_said(f"{name}", item, inner) if inner["type"] != "integer" else _id(name, item) for item in value]
    if kind == "integer":
        return _integer(name, value)
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false")
        return value
    if kind in ("date", "date-time"):
        return _moment(name, value, kind)
    if name.endswith("_id") and type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    if "values" in rule and value not in rule["values"]:
        raise ValueError(f"{name} must be one of {', '.join(rule['values'])}, not “{value}”")
    if len(value) > rule.get("longest", len(value)):
        raise ValueError(f"{name} is longer than {rule['longest']} characters")
    return value


def _integer(name: str, value: Any) -> int:
    """Ids may come as text; amounts (whole cents) and minutes must be whole numbers, so that no unit is guessed."""
    if type(value) is int:
        return value
    if name.endswith("_id"):
        return _id(name, value)
    raise ValueError(f"{name} must be a whole number, not “{value}”")


def _id(name: str, value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str) and is_id(value):
        return int(value)
    raise ValueError(f"{name}: “{value}” is not an id")


def _moment(name: str, value: Any, kind: str) -> str:
    if isinstance(value, date):
        value = value.isoformat()
    try:
        if not isinstance(value, str) or (kind == "date" and len(value) != 10):
            raise ValueError(value)
        date.fromisoformat(value) if kind == "date" else datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} must be a {kind}, such as 2026-11-23, not “{value}”") from None
    return value


class Writer:
    """Sends writes through a client, once each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(
        self, method: str, path: str, name: str, given: Mapping[str, Any], *, ident: str = "", permission: str = ""
    ) -> tuple[str, Mapping[str, Any]] | None:
        """Write once; the row (id and attributes) as Kantata says it is now, None after a delete.

        `name` is the collection whose row is answered. Raises `UnclearError` when nobody can tell whether it happened,
        `Forbidden` naming `permission`, `NotFound`, `NotAllowed`, `RefusedByRule` with Kantata's own words (422), and
        `Unavailable` when it certainly did not happen (429, no connection).
        """
        what = f"{method} {path}"
        if ident and not is_id(ident):
            raise RefusedByRule(f"“{ident}” is not an id of Kantata's.")
        try:
            body = body_of(what, given)
        except ValueError as error:  # the door's `check` has said it before; a reference may have filled in nonsense
            raise RefusedByRule(f"Kantata's contract does not allow {what}: {error}.") from None
        place = path.replace("{id}", ident)
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        answer = self._client.send_once(method, place, raw)
        if isinstance(answer, Cut):
            if answer.hopeless or not answer.reached:
                raise Unavailable(
                    f"Kantata cannot be reached ({method} {place}): {answer.words}; nothing was sent.",
                    hint="Check the network and PSDM_KANTATA_URL.",
                )
            raise UnclearError(answer.words)
        if answer.status == 204:
            return None
        if 200 <= answer.status < 300:
            return None if method == "DELETE" else _row(answer, name)
        self._refused(f"{method} {place}", answer, permission)
        raise UnclearError(f"{answer.status} {self._client.words(answer)}".strip())

    def _refused(self, what: str, answer: Answer, permission: str) -> None:
        """Raise what an answer means that certainly did nothing; give back those of which nobody can tell."""
        words = self._client.words(answer)
        because = f": {words}" if words else ""
        status = answer.status
        if status == 429:
            wait = self._client.wait_of(answer)
            raise Unavailable(
                f"Kantata is limiting requests ({what}, 429{because}); it was not sent again.",
                hint=f"Run it again in {wait:.0f} s or later.",
                retry_after=wait,
            )
        if status in (400, 405, 409, 422):
            raise RefusedByRule(
                f"Kantata refuses {what} ({status}{because}).", hint="Change what it names, then plan again."
            )
        if status < 500:
            self._client.refuse(what, answer, permission)


def _row(answer: Answer, name: str) -> tuple[str, Mapping[str, Any]]:
    try:
        found, _ = rows(json.loads(answer.body), name)
    except (ValueError, RecursionError, Misread):
        raise UnclearError("the answer cannot be read") from None
    for key, row in found:
        if isinstance(row, dict):
            return key, row
    raise UnclearError("the answer names no object")
