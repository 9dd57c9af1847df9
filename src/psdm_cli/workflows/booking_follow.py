"""Resource requests of engagements and what became of them, with the bookings that hang on them."""

from __future__ import annotations

from collections.abc import Sequence

from psdm_cli.domain.booking_lines import RequestLine
from psdm_cli.domain.engagements import Engagement
from psdm_cli.systems.ports import Directory
from psdm_cli.workflows.booking_choice import line


def follow(engagements: Sequence[Engagement], directory: Directory) -> tuple[RequestLine, ...]:
    """Every request of these engagements, those that wait first, then the latest.

    Raises `Forbidden` when requests may not be seen: without them there is no answer.
    """
    by_id = {engagement.id: engagement for engagement in engagements}
    found = []
    for request in directory.requests(tuple(by_id)):
        engagement = by_id.get(request.workspace_id or "")
        if engagement is None:
            continue
        own = [b for b in engagement.bookings if b.resource_id is not None and b.resource_id == request.resource_id]
        found.append(
            RequestLine(
                id=request.id,
                project=request.workspace_id,
                sow=engagement.sow,
                name=engagement.name,
                role=engagement.resource_roles.get(request.resource_id or "", request.role or "") or None,
                person=request.person,
                status=request.status,
                asked_by=request.asked_by,
                approvers=request.approvers,
                created_at=request.created_at,
                updated_at=request.updated_at,
                bookings=tuple(line(engagement, booking) for booking in own),
            )
        )
    return tuple(sorted(found, key=lambda each: each.status != "new"))
