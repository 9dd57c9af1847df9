"""Who may read a place in GitLab: by ids and ancestry as the server tells them, never by names (interface.md 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.gitlab import Group, Project

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Places:
    """The configured places by the ids that the server gave them.

    `customer_epics` and `delivery` are groups, `ps_plan` is a project; None (or not in it) where the server knows none.
    `delivery_known` is False where a configured delivery tree could not be found: what lies below `customer_epics` may
    then be a customer's, and counts as such.
    """

    customer_epics: str | None
    delivery: frozenset[str]
    ps_plan: str | None = None
    delivery_known: bool = True


def audience_of(visibility: str, ancestors: tuple[str, ...], own_id: str, places: Places, *, project: bool) -> Audience:
    """Who may read a group or `project`: `ancestors` are group ids from the root down.

    Internal is what is not public and lies in `customer_epics` or is `ps_plan`, unless a delivery tree is nearer.
    Whatever is not known to be internal is the customer's.
    """
    if visibility == PUBLIC:
        return Audience.CUSTOMER
    line = [*ancestors] if project else [*ancestors, own_id]
    if any(group in places.delivery for group in line) and not _epics_nearer(line, places):
        return Audience.CUSTOMER
    if project and own_id == places.ps_plan:
        return Audience.INTERNAL
    if places.customer_epics is None or places.customer_epics not in line:
        return Audience.CUSTOMER
    is_itself = not project and own_id == places.customer_epics
    return Audience.INTERNAL if places.delivery_known or is_itself else Audience.CUSTOMER


def _epics_nearer(line: list[str], places: Places) -> bool:
    """Whether, from the place upwards, `customer_epics` comes before any delivery tree."""
    nearest = next(
        (group for group in reversed(line) if group in places.delivery or group == places.customer_epics), None
    )
    return nearest is not None and nearest not in places.delivery


def group_audience(group: Group, places: Places) -> Audience:
    """Who may read a group's epics, labels and milestones."""
    return audience_of(group.visibility, group.ancestors, group.id, places, project=False)


def project_audience(project: Project, places: Places) -> Audience:
    """Who may read a project's issues and files."""
    return audience_of(project.visibility, project.ancestors, project.id, places, project=True)


def wrong_config(places: Places, internal: tuple[Group | Project, ...], groups: tuple[Group, ...]) -> Iterator[str]:
    """What is wrong with the configured places, in sentences: internal ones where a customer may read along.

    `internal` are `customer_epics` and `ps_plan`, `groups` the groups known besides (their parents).
    """
    known = {group.id: group for group in groups}
    for place in internal:
        line = [*place.ancestors] if isinstance(place, Project) else [*place.ancestors, place.id]
        inside = next((group for group in line if group in places.delivery), None)
        if inside is not None:
            tree = known[inside].full_path if inside in known else f"group {inside}"
            yield f"{place.full_path} is configured as internal and lies in {tree}, where customers are"
        elif place.visibility == PUBLIC:
            yield f"{place.full_path} is configured as internal and is public"
        else:
            parent = known.get(place.ancestors[-1]) if place.ancestors else None
            if parent is not None and parent.visibility == PUBLIC:
                yield f"{place.full_path} is configured as internal and lies in {parent.full_path}, which is public"
