"""A new booking the handbook's way: a resource request to the project coordinator; written directly only on demand."""

from __future__ import annotations

from dataclasses import replace

from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.matching import said
from psdm_cli.domain.records import Kind, Resource
from psdm_cli.domain.wanted_booking import Share, Wanted, doubts, share_of
from psdm_cli.errors import RefusedByRule
from psdm_cli.workflows.booking import (
    KANTATA,
    REQUEST,
    Intent,
    agenda_of,
    is_as,
    message_text,
    request_by_resource,
    request_text,
    sensible,
    unnamed_hard,
)
from psdm_cli.workflows.booking_choice import BOOKING, line, role_id_of
from psdm_cli.workflows.coordinator import Desk, place


def request(assessment: Assessment, engagement: Engagement, wanted: Wanted, desk: Desk, *, direct: bool) -> Intent:
    """A new booking: a resource request to the coordinator, or, with `direct`, the booking itself.

    A person with a resource in this role on the engagement is requested by it, another one by the role, and the
    message says who is wished for. Raises `WrongUsage` for dates that make no sense.
    """
    sensible(engagement, wanted.start, wanted.last, assessment.as_of)
    warnings = tuple(doubts(wanted, assessment.calendars, agenda_of(assessment), as_of=assessment.as_of))
    resource = _resource_of(engagement, wanted)
    if direct:
        intent = _direct_booking(engagement, wanted, resource)
    elif desk.person is None:
        intent = Intent(drafts=(request_text(engagement, wanted, resource, desk),))
    elif resource is not None and wanted.user_id is not None:
        intent = _request_of_person(engagement, wanted, resource, desk)
    else:
        intent = _request_of_role(assessment, engagement, wanted, desk)
    return intent + Intent(warnings=warnings)


def _resource_of(engagement: Engagement, wanted: Wanted) -> Resource | None:
    """The wanted person's resource in the role; for nobody in particular an unnamed one."""
    own = [r for r in engagement.resources if r.user_id == wanted.user_id]
    return next((r for r in own if engagement.resource_roles.get(r.id) == wanted.role), None)


def _direct_booking(engagement: Engagement, wanted: Wanted, resource: Resource | None) -> Intent:
    if resource is None:
        raise RefusedByRule(
            f"{wanted.who} has no resource in the role {wanted.role} on {engagement.name}: nothing to book on.",
            hint="Leave out --direct: then it is requested from the project coordinator.",
        )
    known = next((b for b in engagement.bookings if b.resource_id == resource.id and is_as(b, wanted)), None)
    attributes = {
        "resource_id": resource.id,
        "start_date": wanted.start.isoformat(),
        "end_date": wanted.last.isoformat(),
        "minutes": wanted.minutes,
        "hard": wanted.hard,
    }
    kind = "hard" if wanted.hard else "soft"
    change = Change(
        system=KANTATA,
        kind=BOOKING,
        action=Action.CREATE if known is None else Action.KEEP,
        key=f"booking:{resource.id}:{wanted.start}:{wanted.last}:{wanted.minutes}:{kind}",
        title=f"Book {wanted.who} ({wanted.role}): {wanted.said}",
        place=place(engagement),
        after=attributes if known is None else {},
        id=known.id if known is not None else None,
        sow=engagement.sow,
        why=unnamed_hard(wanted.user_id, wanted.hard),
    )
    return Intent((change,), bookings=(line(engagement, known),) if known is not None else ())


def _request_of_role(assessment: Assessment, engagement: Engagement, wanted: Wanted, desk: Desk) -> Intent:
    """A request that makes the unnamed resource; a message says what a request cannot."""
    role_id = role_id_of(assessment, engagement, wanted.role)
    share = share_of(assessment.calendars, None, wanted.start, wanted.last, wanted.minutes)
    person = desk.person
    if role_id is None or share is None or person is None:
        lacking = assessment.portfolio.permissions_lacking(Kind.ROLES)
        reason = f"Kantata does not show the role {wanted.role} to this token" + (
            f", lacking permission {lacking[0]}" if lacking else ""
        )
        if role_id is not None:
            reason = f"nobody has working time from {wanted.start} to {wanted.last}"
        return Intent(drafts=(replace(request_text(engagement, wanted, None, desk), reason=reason),))
    waiting = _waiting(engagement, wanted)
    wish = f":{wanted.user_id}" if wanted.user_id is not None else ""
    key = f"request:{engagement.id}:{wanted.role}:{wanted.start}:{wanted.last}{wish}"
    if waiting is not None:
        return _kept(engagement, wanted, waiting, key) + _wish(engagement, wanted, share, desk, key)
    change = Change(
        system=KANTATA,
        kind=REQUEST,
        action=Action.CREATE,
        key=key,
        title=f"Request {wanted.role} from {person.name}: {wanted.said}"
        + (f", wished for: {wanted.person}" if wanted.person else ""),
        place=place(engagement),
        after={
            "resource_workspace_id": engagement.id,
            "resource_role_id": role_id,
            "workspace_allocation_start_date": wanted.start.isoformat(),
            "workspace_allocation_end_date": wanted.last.isoformat(),
            "workspace_allocation_percentage": share.percent,
            "approver_ids": [person.id],
        },
        url=desk.page(engagement.id),
        sow=engagement.sow,
        why=f"{share.percent} % of the working time is {said(share.minutes)}",
    )
    return Intent((change,)) + _wish(engagement, wanted, share, desk, key)


def _wish(engagement: Engagement, wanted: Wanted, share: Share, desk: Desk, key: str) -> Intent:
    """What a request has no room for: a person, soft, hours that are no whole percentage."""
    if wanted.user_id is None and wanted.hard and share.is_exact(wanted.minutes):
        return Intent()
    return _message(engagement, wanted, desk, key, wished=wanted.person or "")


def _waiting(engagement: Engagement, wanted: Wanted) -> tuple[str, Booking] | None:
    """A request for this role on these very days that waits for its answer, and what it asks for."""
    for asked in engagement.requests:
        resource = next((r for r in engagement.resources if r.id == asked.resource_id), None)
        if asked.status not in ("new", None) or resource is None or resource.user_id is not None:
            continue
        for booking in engagement.bookings:
            same_days = (booking.start, booking.last) == (wanted.start, wanted.last)
            if booking.resource_id == resource.id and booking.role == wanted.role and same_days:
                return asked.id, booking
    return None


def _kept(engagement: Engagement, wanted: Wanted, waiting: tuple[str, Booking], key: str) -> Intent:
    """The request that waits already; other hours in it are said, since it cannot be changed."""
    ident, booking = waiting
    kept = Change(
        system=KANTATA,
        kind=REQUEST,
        action=Action.KEEP,
        key=key,
        title=f"Request for {wanted.role}, {wanted.start} to {wanted.last}, waiting for its answer",
        place=place(engagement),
        id=ident,
        sow=engagement.sow,
    )
    warnings: tuple[str, ...] = ()
    if abs(booking.spread.minutes - wanted.minutes) >= 60:
        warnings = (
            f"Request {ident} for {wanted.role} on these days waits already, for {said(booking.spread.minutes)}, and "
            "nothing can change it: withdraw it in Kantata first, or ask for other days.",
        )
    return Intent((kept,), bookings=(line(engagement, booking),), warnings=warnings)


def _request_of_person(engagement: Engagement, wanted: Wanted, resource: Resource, desk: Desk) -> Intent:
    """A request by the person's resource; it has no room for dates and hours, so a message says them."""
    change = request_by_resource(engagement, resource.id, f"{wanted.who} ({wanted.role})", desk)
    return Intent((change,)) + _message(engagement, wanted, desk, change.key)


def _message(engagement: Engagement, wanted: Wanted, desk: Desk, after: str, *, wished: str = "") -> Intent:
    text = message_text(engagement, wanted, desk, wished=wished)
    subject = f"{wanted.who} ({wanted.role}), {wanted.said}"
    made = desk.message(engagement, "request", subject, text, depends_on=(after,))
    return Intent((made,)) if isinstance(made, Change) else Intent(drafts=(made,))
