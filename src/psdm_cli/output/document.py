"""What a command hands over to be shown, and the envelope that every JSON document has (interface.md 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from psdm_cli.errors import PsdmError, WrongUsage
from psdm_cli.output.text import json_safe

if TYPE_CHECKING:
    from rich.console import Console


NEEDS_ATTENTION = 3  # the exit code of findings, and of what could not be looked at
_STATUSES = {0: "ok", NEEDS_ATTENTION: "attention", 7: "partial"}


def status_of(exit_code: int) -> str:
    """The status that an exit code means: ok, attention, partial (some changes are in) or error."""
    return _STATUSES.get(exit_code, "error")


@runtime_checkable
class ResultDocument(Protocol):
    """The answer of one command, before anybody chose how to see it.

    `command` is the name as typed ("forecast-prep", "config show"). `status` is "ok", "attention", "partial" or
    "error". `exit_code` is that of interface.md 3. `json_result` gives plain JSON values.
    """

    @property
    def command(self) -> str:
        """The command as typed."""

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""

    @property
    def exit_code(self) -> int:
        """0, or 3 and others of interface.md 3."""

    @property
    def warnings(self) -> Sequence[str]:
        """Sentences for people and scripts."""

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""

    def render_console(self, console: Console) -> None:
        """Show it to a person."""


def schema_name(command: str) -> str:
    """The name of a command's document: "psdm.config.show/1"."""
    return f"psdm.{command.replace(' ', '.')}/1"


def instant(moment: datetime) -> str:
    """An instant as documents print it: UTC, seconds, ending in Z."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def envelope(
    document: ResultDocument, *, as_of: date, generated_at: datetime, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole JSON document of a command."""
    return {
        "schema": schema_name(document.command),
        "as_of": as_of.isoformat(),
        "generated_at": instant(generated_at),
        "status": document.status,
        "warnings": [*warnings, *document.warnings],
        "result": dict(document.json_result()),
    }


def error_document(error: PsdmError) -> dict[str, Any]:
    """The JSON document of a failure."""
    return {
        "schema": "psdm.error/1",
        "status": "error",
        "error": {
            "code": error.code,
            "exit_code": error.exit_code,
            "message": error.message,
            "hint": error.hint,
        },
    }


def chosen_fields(result: Mapping[str, Any], names: Sequence[str], known: Sequence[str] = ()) -> dict[str, Any]:
    """The result with only the named fields in the rows of its lists (`--fields`).

    A list none of whose rows has any of the names stays as it is. `known` are names that rows may have even when there
    are no rows. Raises `WrongUsage` for a name that no row has, with the nearest one.
    """
    lists = {key: value for key, value in result.items() if isinstance(value, list) and _is_rows(value)}
    fields = {name for rows in lists.values() for row in rows for name in row} | set(known)
    for name in names:
        if fields and name not in fields:
            meant = get_close_matches(name, sorted(fields), n=1, cutoff=0.5)
            tail = f"; did you mean {meant[0]}?" if meant else f"; there are: {', '.join(sorted(fields))}."
            raise WrongUsage(f"--fields: no row has a field {name!r}{tail}")
    chosen = dict(result)
    for key, rows in lists.items():
        if any(name in row for row in rows for name in names):
            chosen[key] = [{name: row[name] for name in names if name in row} for row in rows]
    return chosen


def _is_rows(value: list[Any]) -> bool:
    return all(isinstance(row, dict) for row in value)


def as_text(document: Mapping[str, Any]) -> str:
    """The document as it is printed: readable, one trailing newline, safe on a terminal."""
    return json_safe(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, date):  # datetimes are dates too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
