"""What a door is: the one way to look for and to write one kind of object in one outside system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Protocol

from psdm_cli.changes.plan import Change
from psdm_cli.errors import RefusedByRule


class UnclearError(Exception):
    """A write got no answer that says whether it happened (timeout, cut connection, 502): look before anything else."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as it stands: its id, address, and the attributes a change may name, in the change's own terms.

    An attribute that the token may not see is absent: it cannot be compared.
    """

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

    def check(self, change: Change) -> None:
        """Hold the change against the system's contract, asking nothing. Raises `WrongUsage` naming the attribute."""

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        """The object that the change is about, found by id or natural key; None when it is not there.

        `taken` are ids of objects that other changes of the same plan stand for: two equal requests are two objects.
        """

    def send(self, change: Change) -> Seen | None:
        """Write it once and give what the system says it is now; None when it is gone, as was wanted."""

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """The change that takes it back, or a sentence why it cannot be.

        `change` is as it was applied, with its id; `seen` the object as it stands now (None: it is not there). The
        inverse's `why` says what stays behind all the same.
        """


Doors = Mapping[tuple[str, str], Door]


class DoorsBySystem(Mapping[tuple[str, str], Door]):
    """The doors of several systems, each system's made when one of them is asked for: a plan may need one system only.

    Making them may raise, for example `NotAllowed` where there is no token.
    """

    def __init__(self, systems: Mapping[str, Callable[[], Doors]]) -> None:
        self._systems = systems
        self._made: dict[str, Doors] = {}

    def __getitem__(self, key: tuple[str, str]) -> Door:
        return self._of(key[0])[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (key for system in self._systems for key in self._of(system))

    def __len__(self) -> int:
        return sum(len(self._of(system)) for system in self._systems)

    def _of(self, system: str) -> Doors:
        if system not in self._made:
            self._made[system] = self._systems[system]()
        return self._made[system]


def door_for(doors: Doors, change: Change) -> Door:
    """The door of a change. Raises `RefusedByRule` when this psdm has none for it."""
    found = doors.get((change.system, change.kind))
    if found is None:
        raise RefusedByRule(
            f"{change.title}: this psdm cannot write a {change.kind} to {change.system}.",
            hint="The plan may come from a newer psdm: update this one.",
        )
    return found
