"""How instants, dates and long lists of ids stand in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

_MOST = 1000  # ids in one question: every database takes that many


def text_of(moment: datetime) -> str:
    """An instant as text whose order is time's order. Raises `ValueError` without a zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    """The instant of a text written by `text_of`."""
    return datetime.fromisoformat(text)


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids in portions that fit into one question."""
    for start in range(0, len(ids), _MOST):
        yield ids[start : start + _MOST]
