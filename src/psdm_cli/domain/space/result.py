"""What `psdm init-project` tells of a space: where everything is, what was looked for, what stands in for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A group or project: its id (None: not there yet), path and page."""

    id: str | None
    path: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was looked for; `state`: seen, missing or unseen."""

    name: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class KickoffView:
    """A space in plain words. `replaced`: what stands in for what; `advice`: what the handbook asks for besides."""

    sow: str
    customer: str | None
    epic_url: str | None
    kantata_id: str | None
    kantata_title: str | None
    group: Where
    project: Where
    lines: tuple[Line, ...] = ()
    replaced: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
