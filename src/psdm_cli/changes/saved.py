"""A plan in a file: written whole or not at all, and read back with file, line and field named where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psdm_cli.changes.codec import WrongShapeError, change_of, to_document
from psdm_cli.changes.plan import Change, CircularPlanError, Plan, plan_of
from psdm_cli.errors import RefusedByRule, StoreProblem, WrongUsage
from psdm_cli.whole_file import put_whole

SCHEMA = "psdm.plan/1"
MAX_BYTES = 20_000_000
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan from a file; `accounts` are the addresses, by system, that it was made for."""

    plan: Plan
    accounts: Mapping[str, str]


def document_of(plan: Plan, accounts: Mapping[str, str]) -> dict[str, Any]:
    """The plan as the file holds it (interface.md 4, saved plan)."""
    used = {item.change.system for item in plan.items}
    items = [
        {"n": item.n, **to_document(item.change), "state": item.state.value, "error": item.error} for item in plan.items
    ]
    return {
        "schema": SCHEMA,
        "created": plan.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "command": plan.command,
        "items": items,
        "expects": {"accounts": {system: url for system, url in accounts.items() if system in used}},
    }


def save(plan: Plan, accounts: Mapping[str, str], file: Path) -> None:
    """Write the plan for its owner alone (0600): the file is there whole, or as it was. Raises `StoreProblem`."""
    text = json.dumps(document_of(plan, accounts), ensure_ascii=True, indent=2) + "\n"
    try:
        put_whole(file, text.encode())
    except OSError as error:
        raise StoreProblem(
            f"The plan cannot be written to {file}: {error.strerror}.", hint="Nothing was changed. Name another file."
        ) from None


def load(file: Path) -> Saved:
    """The plan in a file. Raises `WrongUsage` with line and field, and says what was expected."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise WrongUsage(f"There is no file {file}.", hint="Save a plan with --plan-out FILE.") from None
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read: {error.strerror}.") from None
    if len(raw) > MAX_BYTES:
        raise WrongUsage(f"{file} is larger than a plan can be ({MAX_BYTES} bytes).")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUsage(f"{file} is not text in UTF-8.") from None
    try:
        document = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise WrongUsage(f"{file} line {error.lineno}: this is not JSON: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise WrongUsage(f"{file}: this is not JSON that can be read.") from None
    return _Reader(file, text).saved(document)


def _no_number(text: str) -> Any:
    raise ValueError(text)


class _Reader:
    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.text = text

    def wrong(self, steps: Steps, expected: str) -> WrongUsage:
        """The error for one field, with its line."""
        line = line_of(self.text, steps)
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
        where = f" line {line}" if line else ""
        return WrongUsage(
            f"{self.file}{where}: {name + ': ' if name else ''}{expected}.",
            hint="A plan is written by --plan-out and best left as it is.",
        )

    def saved(self, document: Any) -> Saved:
        """The whole file, understood."""
        if not isinstance(document, dict):
            raise self.wrong((), "this is not a saved plan")
        schema = document.get("schema")
        if schema != SCHEMA:
            newer = isinstance(schema, str) and schema.startswith("psdm.plan/")
            raise self.wrong(("schema",), f"expected {SCHEMA}{': a newer psdm wrote this plan' if newer else ''}")
        created = self._instant(document.get("created"))
        command = document.get("command")
        if not isinstance(command, str) or not command.strip():
            raise self.wrong(("command",), "expected the command that planned it")
        items = document.get("items")
        if not isinstance(items, list):
            raise self.wrong(("items",), "expected a list of changes")
        changes = [self._change(number, item) for number, item in enumerate(items)]
        try:
            plan = plan_of(command, created, changes)
        except (CircularPlanError, ValueError) as error:
            raise self.wrong(("items",), str(error)) from None
        return Saved(plan, self._accounts(document.get("expects")))

    def _instant(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(("created",), "expected an instant such as 2026-11-23T14:00:00Z") from None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def _change(self, number: int, item: Any) -> Change:
        if not isinstance(item, dict):
            raise self.wrong(("items", number), "expected a change")
        try:
            return change_of(item)
        except WrongShapeError as wrong:
            raise self.wrong(("items", number, wrong.field), wrong.expected) from None

    def _accounts(self, expects: Any) -> Mapping[str, str]:
        accounts = expects.get("accounts") if isinstance(expects, dict) else None
        if not isinstance(accounts, dict) or not all(isinstance(url, str) for url in accounts.values()):
            raise self.wrong(("expects",), "expected the accounts that the plan was made for")
        return accounts


def line_of(text: str, steps: Steps) -> int | None:
    """The line (from 1) where the value behind `steps` stands, or its nearest parent; None when it cannot be told."""
    import yaml  # every JSON text is YAML, and its parser keeps the places

    try:
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if node is None:
        return None
    for step in steps:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def refuse_other_account(saved: Saved, accounts: Mapping[str, str]) -> None:
    """Raise `RefusedByRule` when the plan was made for another account than this run's."""
    for system in {item.change.system for item in saved.plan.items}:
        made_for, here = saved.accounts.get(system), accounts.get(system)
        if made_for is None or made_for != here:
            raise RefusedByRule(
                f"The plan was made for {made_for or 'another account'}, and this run writes to {here or 'none'} "
                f"({system}).",
                hint="Apply it with the configuration that it was made with, or plan anew.",
            )
