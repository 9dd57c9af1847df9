"""Bookings of people where every project is mirrored: reckoned from the projects' bookings instead of read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, cast

from psdm_cli.domain.records import Allocation, AllocationElsewhere, Kind, Record, Workspace
from psdm_cli.store.codec import CODECS, workspace_of
from psdm_cli.workflows.refresh_deletions import Overlay, resources_of

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror
    from psdm_cli.store.parking import Parking


def own_bookings(
    mirror: Mirror, parking: Parking, workspace_ids: Collection[str], window: tuple[date, date]
) -> Mapping[str, list[AllocationElsewhere]]:
    """Who is booked on these projects within the window (half-open), as reading those people's bookings would say it.

    Once this run's parts are in. If Kantata counts as many bookings of a person, there are no others.
    """
    inside = set(workspace_ids)
    people = {resource: user for resource, (_, user) in resources_of(mirror, parking).items()}
    titles = {one.id: one.title for one in cast("list[Workspace]", _current(mirror, parking, Kind.WORKSPACES))}
    found: dict[str, list[AllocationElsewhere]] = {}
    for booking in cast("list[Allocation]", _current(mirror, parking, Kind.ALLOCATIONS)):
        user = people.get(booking.resource_id or "")
        if user is None or booking.workspace_id is None or booking.workspace_id not in inside:
            continue
        if booking.start_date < window[1] and booking.end_date >= window[0]:
            found.setdefault(user, []).append(
                AllocationElsewhere(
                    booking.id,
                    user,
                    booking.start_date,
                    booking.end_date,
                    booking.minutes,
                    booking.hard,
                    booking.workspace_id,
                    titles.get(booking.workspace_id),
                )
            )
    return found


def _current(mirror: Mirror, parking: Parking, kind: Kind) -> list[Record]:
    """The rows of a kind that belong to projects: the mirror's with this run's parts upon them."""
    rows: Overlay[Record] = Overlay()
    for one in mirror.load(kind):
        rows.put(one.id, workspace_of(kind, one), one)
    for part in parking.parts(kind):
        if part.head.whole:
            rows.forget(part.head.keys)
        for bad in part.malformed:
            rows.drop(bad.id)
        for one, row in zip(CODECS[kind].decode(row.body for row in part.rows), part.rows, strict=True):
            rows.put(one.id, row.workspace_id, one)
    return list(rows.rows.values())
