"""Reading single attributes of a system's JSON: absent and null are unknown, anything of the wrong type is `Wrong`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from psdm_cli.systems.http.wording import one_line

Row = Mapping[str, Any]
#: What the database can hold; a larger number is an error of the data.
_LARGEST = 2**63 - 1
_WORDS = {
    "time_in_minutes": "minutes",
    "requested_date": "date",
    "date_performed": "date",
    "user_id": "person",
    "primary_maven_id": "lead",
    "workspace_id": "project",
    "disabled_at": "date of leaving",
}


class Wrong(Exception):
    """A record that cannot be understood; the text is for a project manager."""


def words(name: str) -> str:
    """What an attribute is called in a sentence."""
    return _WORDS.get(name) or name.removesuffix("_in_cents").removesuffix("_ids").removesuffix("_id").replace("_", " ")


def shown(value: Any) -> str:
    """A foreign value in a sentence."""
    return f"“{one_line(str(value), longest=40)}”"


def ident(row: Row, name: str) -> str | None:
    """An id as text; whole numbers are accepted."""
    value = row.get(name)
    if value is None or (type(value) is str and value):
        return value
    if type(value) is int:
        return str(value)
    if value == "":
        return None
    raise Wrong(f"{words(name)}: {shown(value)} is not an id")


def idents(row: Row, name: str) -> tuple[str, ...] | None:
    """A list of ids as text, in order; None when absent or null."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) is not list or not all(type(item) in (str, int) for item in value):
        raise Wrong(f"{words(name)}: {shown(value)} is not a list of ids")
    return tuple(str(item) for item in value)


def text(row: Row, name: str) -> str | None:
    """A text."""
    value = row.get(name)
    if value is None or type(value) is str:
        return value
    raise Wrong(f"{words(name)}: {shown(value)} is not a text")


def flag(row: Row, name: str) -> bool | None:
    """Yes or no."""
    value = row.get(name)
    if value is None or type(value) is bool:
        return value
    raise Wrong(f"{words(name)}: {shown(value)} is neither yes nor no")


def whole(row: Row, name: str) -> int | None:
    """A whole number; one given as text, or as 480.0, is accepted."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) is not int:
        value = _whole(value, name)
    if -_LARGEST <= value <= _LARGEST:
        return value
    raise Wrong(f"{words(name)}: {shown(value)} is far too large")


def _whole(value: Any, name: str) -> int:
    number = _number(value)
    if number is None or number.adjusted() > 20 or number != number.to_integral_value():
        raise Wrong(f"{words(name)}: {shown(value)} is not a whole number")
    return int(number)


def decimal(row: Row, name: str) -> Decimal | None:
    """An exact number; one given as text is accepted."""
    value = row.get(name)
    if value is None:
        return None
    number = _number(value)
    if number is None:
        raise Wrong(f"{words(name)}: {shown(value)} is not a number")
    if abs(number) > _LARGEST:
        raise Wrong(f"{words(name)}: {shown(value)} is far too large")
    return number


def _number(value: Any) -> Decimal | None:
    if type(value) not in (int, float, str):
        return None
    try:
        number = Decimal(str(value).strip()[:400])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def day(row: Row, name: str) -> date | None:
    """A date, YYYY-MM-DD; of an instant its first ten characters are not taken, since its zone would decide."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) is str and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Wrong(f"{words(name)}: {shown(value)} is not a date")


def instant(row: Row, name: str) -> datetime | None:
    """An instant with its own offset; without one it is taken as UTC."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) is str and len(value) > 10:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    raise Wrong(f"{words(name)}: {shown(value)} is not a date with a time")


def needed(value: Any, name: str) -> Any:
    """The value, or `Wrong` when it is unknown and the record means nothing without it."""
    if value is None:
        raise Wrong(f"{words(name)}: missing")
    return value
