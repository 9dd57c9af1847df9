"""A change as plain JSON values and back: one form for saved plans and for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from psdm_cli.changes.plan import Action, Audience, Change

TEXTS = ("system", "kind", "key", "title", "place", "why")


def plain(value: Any) -> Any:
    """A value as JSON has it. Raises `TypeError` for what has no place there."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):  # datetimes are dates too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no place in a plan")


def to_document(change: Change) -> dict[str, Any]:
    """The change as JSON values; `change_of` reads them."""
    return {
        "system": change.system,
        "action": change.action.value,
        "kind": change.kind,
        "key": change.key,
        "title": change.title,
        "place": change.place,
        "audience": change.audience.value,
        "content": change.content.value,
        "before": plain(change.before),
        "after": plain(change.after),
        "id": change.id,
        "url": change.url,
        "depends_on": list(change.depends_on),
        "sow": change.sow,
        "why": change.why,
    }


class WrongShapeError(ValueError):
    """A value is not what a change is made of; `field` says which."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field
        self.expected = expected


def change_of(document: Mapping[str, Any]) -> Change:
    """The change that a document of `to_document` describes. Raises `WrongShapeError`."""
    texts = {name: _text(document, name, needed=name in ("system", "kind", "key", "title")) for name in TEXTS}
    action = document.get("action")
    if action not in list(Action):
        raise WrongShapeError("action", f"expected one of {', '.join(Action)}, not {action!r}")
    audience, content = _audience(document, "audience"), _audience(document, "content")
    depends_on = document.get("depends_on", [])
    if not isinstance(depends_on, list) or not all(isinstance(key, str) for key in depends_on):
        raise WrongShapeError("depends_on", "expected a list of keys")
    change = Change(
        action=Action(action),
        audience=audience,
        content=content,
        before=_attributes(document, "before"),
        after=_attributes(document, "after"),
        id=_maybe(document, "id"),
        url=_maybe(document, "url"),
        depends_on=tuple(depends_on),
        sow=_maybe(document, "sow"),
        **texts,
    )
    if change.action in (Action.CREATE, Action.CHANGE) and not change.after:
        raise WrongShapeError("after", f"a {change.action} needs attributes to send")
    return change


def _audience(document: Mapping[str, Any], name: str) -> Audience:
    """Internal where it is not said, as in plans from before texts had an audience."""
    value = document.get(name, Audience.INTERNAL.value)
    if value not in list(Audience):
        raise WrongShapeError(name, f"expected internal or customer, not {value!r}")
    return Audience(value)


def _text(document: Mapping[str, Any], name: str, *, needed: bool) -> str:
    value = document.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise WrongShapeError(name, "expected a text")
    return value


def _maybe(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise WrongShapeError(name, "expected a text or null")
    return value


def _attributes(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongShapeError(name, "expected attributes by name")
    return value
