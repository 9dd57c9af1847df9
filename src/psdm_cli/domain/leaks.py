"""What internal content stands where customers read: leaks, and what could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from psdm_cli.domain.internal_words import Found


@dataclass(frozen=True, slots=True)
class Leak:
    """Something internal in a customer-visible place. `part`: what carries it ("issue description", "label", …)."""

    sow: str | None
    place: str
    url: str | None
    part: str
    found: Found

    @property
    def key(self) -> str:
        """The same from run to run."""
        return f"leak:{self.url or self.place}:{self.part}:{self.found.kind}:{self.found.what}"


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A part of a place that could not be looked at, and why."""

    place: str
    part: str
    why: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A customer-visible place that was looked at, and how many texts of it."""

    sow: str | None
    place: str
    url: str | None
    texts: int


@dataclass(frozen=True, slots=True)
class LeakReport:
    """The whole audit. `without`: engagements for which no customer-visible project was found."""

    places: tuple[Looked, ...]
    leaks: tuple[Leak, ...]
    not_seen: tuple[NotSeen, ...]
    without: tuple[str, ...] = ()
