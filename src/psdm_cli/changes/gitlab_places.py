"""Where something is written in GitLab, its audience in the type: internal text for customers does not type-check.

`Place` is contravariant: a place for internal text takes customers' text too, never the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from psdm_cli.changes.plan import ID_OF, Change
from psdm_cli.domain.audience import Audience, Customer, Internal
from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.places import Places, group_audience, project_audience
from psdm_cli.errors import RefusedByRule

A = TypeVar("A", bound=Internal)
A_contra = TypeVar("A_contra", bound=Internal, contravariant=True)

#: An id, or `{"$id": KEY}` for that of an object which the same plan makes.
Ref = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place(Generic[A_contra]):
    """A group or project, and who may read it. Made by `internal_place`, `customer_place` and `new_place` alone."""

    kind: str
    ref: Ref
    full_path: str
    audience: Audience

    @property
    def attribute(self) -> dict[str, Ref]:
        """The attribute that names it in a change: `group_id` or `project_id`."""
        return {f"{self.kind}_id": self.ref}


def internal_place(where: Group | Project, places: Places) -> Place[Internal]:
    """A place that only we read. Raises `RefusedByRule` where the server's facts do not say so."""
    if audience_in(where, places) is not Audience.INTERNAL:
        raise RefusedByRule(
            f"{where.full_path} can be read by customers: internal content does not go there.",
            hint="gitlab.groups and gitlab.projects in the configuration say where internal content goes.",
        )
    return Place(_kind(where), where.id, where.full_path, Audience.INTERNAL)


def customer_place(where: Group | Project, places: Places) -> Place[Customer]:
    """Any place, for text that customers may read; its audience is as the server's facts have it."""
    return Place(_kind(where), where.id, where.full_path, audience_in(where, places))


def new_place(parent: Place[A], made: Change) -> Place[A]:
    """The group or project that a change of the same plan makes (or keeps) in `parent`."""
    return Place(made.kind, ref(made), made.key.partition(":")[2] or made.title, parent.audience)


def audience_in(where: Group | Project, places: Places) -> Audience:
    """Who may read a group or project."""
    return group_audience(where, places) if isinstance(where, Group) else project_audience(where, places)


def ref(change: Change) -> Ref:
    """What refers to the object of a change: its id where it exists, else by the change's key."""
    return change.id if change.id is not None else {ID_OF: change.key}


def _kind(where: Group | Project) -> str:
    return "group" if isinstance(where, Group) else "project"
