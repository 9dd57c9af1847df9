"""What looking gave: something was seen, it is missing, or nobody could look (never a silent pass)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Seen(Generic[T_co]):
    """It is there. `how` it was found: path, marker, title, stored id, label, headings."""

    value: T_co
    how: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """It was looked for and is not there; `why` in words. `waits_for`: what must come first, so psdm cannot make it."""

    why: str = ""
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nobody could look: `reason` in words (no permission, plan lacks the feature, system down)."""

    reason: str


Part = Seen[T_co] | Missing | Unseen
NOT_THERE = Missing()


def value_of(part: Part[T_co]) -> T_co | None:
    """What was seen, else None."""
    return part.value if isinstance(part, Seen) else None
