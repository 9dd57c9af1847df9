"""What a door is: the one way to look for and to write one kind of object in one outside system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from psdm_cli.changes.plan import Change


class UnclearError(Exception):
    """A write got no answer that says whether it happened (timeout, cut connection, 502): look before anything else."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as it stands: its id, address, and the attributes a change may name, in the change's own terms."""

    id: str
    url: str | None
    attributes: Mapping[str, Any]


class Door(Protocol):
    """Looks for and writes one kind of object. Raises `psdm_cli.errors` and `UnclearError`; never repeats a write."""

    @property
    def system(self) -> str:
        """`kantata`, `gitlab` or `slack`."""

    @property
    def kind(self) -> str:
        """The kind of object, for example `workspace_allocation`."""

    def look(self, change: Change) -> Seen | None:
        """The object that the change is about, found by id or natural key; None when it is not there."""

    def send(self, change: Change) -> Seen:
        """Write it once and give what the system says it is now."""

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """The change that takes it back, or a sentence why it cannot be."""
