"""Where something is written in GitLab, its audience in the type: internal text for customers does not type-check.

`Place` is contravariant: a place for internal text takes customers' text too, never the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from psdm_cli.changes.plan import ID_OF, Change
from psdm_cli.domain.audience import Audience, Customer, Internal
from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.places import Places, group_audience, project_audience, wrong_config
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


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """The configured paths: the group of the Customer Epics, the delivery trees, the ps_plan project."""

    customer_epics: str
    delivery: tuple[str, ...]
    ps_plan: str


class Facts(Protocol):
    """What is asked of the server to find places: the read port of GitLab has it."""

    def group(self, group: str) -> Group | None:
        """A group with its ancestors, by id or path."""

    def project(self, project: str) -> Project | None:
        """A project with its ancestors, by id or path."""


def find_places(facts: Facts, names: PlaceNames) -> Places:
    """The configured places as the server knows them.

    Raises `RefusedByRule` for a configuration in which customers read internal places, and what asking raises.
    """
    epics = facts.group(names.customer_epics)
    trees = [facts.group(path) for path in names.delivery]
    plan = facts.project(names.ps_plan)
    found = [tree for tree in trees if tree is not None]
    places = Places(
        epics.id if epics is not None else None,
        frozenset(tree.id for tree in found),
        plan.id if plan is not None else None,
        delivery_known=len(found) == len(trees),
    )
    internal = tuple(place for place in (epics, plan) if place is not None)
    parents = (facts.group(place.ancestors[-1]) for place in internal if place.ancestors)
    known = (*found, *(parent for parent in parents if parent is not None))
    for wrong in wrong_config(places, internal, known):
        raise RefusedByRule(
            f"{wrong}: internal content would be read by others.",
            hint="Correct gitlab.groups and gitlab.projects in the configuration (psdm config check).",
        )
    return places
