"""When tasks were completed: the state changes that come along with `GET /stories?only=…` (kantata.md 6.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from psdm_cli.systems.http.attributes import Row, Wrong, ident, idents, instant
from psdm_cli.systems.kantata.contract import Value, is_id
from psdm_cli.systems.kantata.envelope import rows
from psdm_cli.systems.kantata.questions import MOST_ONLY, PAGE

INCLUDE = "story_state_changes"
DONE = "completed"


def completion_questions(story_ids: Sequence[str]) -> Iterator[dict[str, Value]]:
    """The parameters of the calls that tell; the include works only together with `only`."""
    ids = tuple(dict.fromkeys(key for key in story_ids if is_id(key)))
    for start in range(0, len(ids), MOST_ONLY):
        yield {"only": ids[start : start + MOST_ONLY], "include": (INCLUDE,), "per_page": PAGE}


def completions(payload: Any) -> dict[str, datetime]:
    """The last change to completed of each task of an answer. Tasks of which nothing came along are left out.

    The contract does not describe these objects; what cannot be understood is as good as not told. Raises `Misread`
    where it is no envelope at all.
    """
    found, envelope = rows(payload, "stories")
    changes = envelope.get(INCLUDE)
    told: dict[str, datetime] = {}
    for key, story in found:
        instants = [
            at
            for change in _changes_of(key, story, changes if isinstance(changes, dict) else {})
            if change.get("state") == DONE and (at := _at(change)) is not None
        ]
        if instants:
            told[key] = max(instants)
    return told


def _changes_of(key: str, story: Any, changes: Mapping[str, Any]) -> Iterator[Row]:
    """A task's own changes: those it lists, else those that name it."""
    try:
        listed = idents(story, "story_state_change_ids") if isinstance(story, dict) else None
    except Wrong:
        listed = None
    for name, change in changes.items():
        if isinstance(change, dict) and (name in listed if listed is not None else _story_of(change) == key):
            yield change


def _story_of(change: Row) -> str | None:
    try:
        return ident(change, "story_id")
    except Wrong:
        return None


def _at(change: Row) -> datetime | None:
    try:
        return instant(change, "created_at")
    except Wrong:
        return None
