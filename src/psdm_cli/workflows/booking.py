"""Bookings the handbook's way: the PM requests, the project coordinator approves; written directly only on demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.booking_lines import BookingLine
from psdm_cli.domain.drafts import REQUEST_STEPS, Draft, steps_for
from psdm_cli.domain.engagement_building import engagements_of
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.matching import said
from psdm_cli.domain.records import Resource
from psdm_cli.domain.staffing import Agenda, agenda
from psdm_cli.domain.wanted_booking import (
    SenselessError,
    Wanted,
    check_dates,
    check_within,
    doubts,
)
from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.booking_choice import BOOKING, line
from psdm_cli.workflows.coordinator import Desk, place

REQUEST = "resource_request"
KANTATA = "kantata"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a booking command is going to do: changes for the plan, texts to paste, the bookings concerned, warnings."""

    changes: tuple[Change, ...] = ()
    drafts: tuple[Draft, ...] = ()
    bookings: tuple[BookingLine, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, other: Intent) -> Intent:
        """Both together; the same change is planned once."""
        keys = {change.key for change in self.changes}
        return Intent(
            (*self.changes, *(change for change in other.changes if change.key not in keys)),
            (*self.drafts, *(draft for draft in other.drafts if draft not in self.drafts)),
            (*self.bookings, *(each for each in other.bookings if each not in self.bookings)),
            tuple(dict.fromkeys((*self.warnings, *other.warnings))),
        )


def agenda_of(assessment: Assessment) -> Agenda:
    """Everybody's bookings, as far as they are visible. Engagements that are out of scope count as well."""
    found, _ = engagements_of(assessment.portfolio, assessment.calendars, assessment.rules.fields)
    inside = ((engagement.name, engagement.bookings) for engagement in found)
    return agenda(inside, assessment.portfolio.elsewhere, assessment.calendars)


def sensible(engagement: Engagement, start: date, last: date, as_of: date | None = None) -> None:
    """Raise `WrongUsage` (exit 2) for dates that make no sense, or lie outside the project."""
    try:
        check_dates(start, last)
        check_within(engagement, start, last, options=("--from", "--to"))
        if as_of is not None and last < as_of:
            raise SenselessError("--to", f"{last} is over already (as of {as_of})")
    except SenselessError as error:
        raise WrongUsage(f"{error.option}: {error}.") from None


@dataclass(frozen=True, slots=True)
class Altered:
    """How a booking is to be: None leaves what is."""

    start: date | None = None
    last: date | None = None
    minutes: int | None = None
    hard: bool | None = None

    def of(self, booking: Booking) -> Wanted:
        """The booking as it is to be."""
        return Wanted(
            role=booking.role,
            start=self.start or booking.start,
            last=self.last or booking.last,
            minutes=self.minutes if self.minutes is not None else booking.spread.minutes,
            hard=self.hard if self.hard is not None else booking.hard,
            user_id=booking.user_id,
            person=booking.person,
        )


def change(
    assessment: Assessment, engagement: Engagement, booking: Booking, altered: Altered, desk: Desk, *, direct: bool
) -> Intent:
    """One booking changed: a message to the coordinator, or, with `direct`, the booking itself.

    Dates that move alone keep the hours. Raises `WrongUsage` for dates that make no sense.
    """
    wanted = altered.of(booking)
    if altered.start is not None or altered.last is not None:
        sensible(engagement, wanted.start, wanted.last)
    grown = (wanted.minutes, wanted.start, wanted.last) != (booking.spread.minutes, booking.start, booking.last)
    warnings = tuple(
        doubts(wanted, assessment.calendars, agenda_of(assessment), instead_of=booking.id) if grown else ()
    )
    return _alter(engagement, ((booking, wanted),), desk, direct=direct) + Intent(warnings=warnings)


def harden(engagement: Engagement, bookings: Sequence[Booking], desk: Desk, *, direct: bool) -> Intent:
    """Soft bookings made hard: unnamed ones by a resource request, named ones by one message; or directly."""
    intent = Intent()
    named = []
    for booking in bookings:
        if booking.hard or direct or booking.user_id is not None or booking.resource_id is None or not booking.seen:
            named.append((booking, Altered(hard=True).of(booking)))
        elif desk.person is None:
            wanted = Altered(hard=True).of(booking)
            draft = request_text(engagement, wanted, None, desk)
            intent += Intent(drafts=(draft,), bookings=(line(engagement, booking),))
        else:
            asked = request_by_resource(engagement, booking.resource_id, f"somebody for {booking.who}", desk)
            intent += Intent((asked,), bookings=(line(engagement, booking),))
    return intent + _alter(engagement, named, desk, direct=direct)


def take_out(engagement: Engagement, booking: Booking) -> Change:
    """The change that deletes a booking."""
    return Change(
        system=KANTATA,
        kind=BOOKING,
        action=Action.DELETE,
        key=f"booking:{booking.id}",
        title=f"Take out {booking.who} ({booking.role}): {_said(booking)}",
        place=place(engagement),
        before=_attributes(booking),
        id=booking.id,
        sow=engagement.sow,
    )


def _alter(engagement: Engagement, wishes: Iterable[tuple[Booking, Wanted]], desk: Desk, *, direct: bool) -> Intent:
    """Bookings as they are to be: each by a change of its own, or all in one message."""
    intent = Intent()
    moving: list[tuple[Booking, Wanted]] = []
    for booking, wanted in wishes:
        intent += Intent(bookings=(line(engagement, booking),))
        if direct or is_as(booking, wanted):
            intent += Intent((_direct_change(engagement, booking, wanted),))
        else:
            moving.append((booking, wanted))
    if not moving:
        return intent
    rows = [
        {
            "id": booking.id,
            "who": booking.who,
            "role": booking.role,
            "before": _said(booking),
            "after": _becomes(booking, wanted),
        }
        for booking, wanted in moving
    ]
    text = desk.render("booking_change", {"engagement": full_name(engagement), "bookings": rows})
    subject = "; ".join(f"{booking.who} → {_becomes(booking, wanted)}" for booking, wanted in moving[:2])
    more = f"; and {len(moving) - 2} more" if len(moving) > 2 else ""
    made = desk.message(engagement, "booking", f"{subject}{more}", text)
    return intent + (Intent((made,)) if isinstance(made, Change) else Intent(drafts=(made,)))


def _direct_change(engagement: Engagement, booking: Booking, wanted: Wanted) -> Change:
    before = _attributes(booking)
    target = {
        "start_date": wanted.start.isoformat(),
        "end_date": wanted.last.isoformat(),
        "minutes": wanted.minutes,
        "hard": wanted.hard,
    }
    moved = {name: value for name, value in target.items() if before[name] != value}
    verb = "Make hard" if set(moved) == {"hard"} and wanted.hard else "Change"
    return Change(
        system=KANTATA,
        kind=BOOKING,
        action=Action.CHANGE if moved else Action.KEEP,
        key=f"booking:{booking.id}",
        title=f"{verb if moved else 'Booking of'} {booking.who} ({booking.role}): {_said(booking)}"
        + (f" → {wanted.said}" if moved else ""),
        place=place(engagement),
        before={name: before[name] for name in moved},
        after=moved,
        id=booking.id,
        sow=engagement.sow,
        why=unnamed_hard(booking.user_id, wanted.hard) if "hard" in moved else "",
    )


def _becomes(booking: Booking, wanted: Wanted) -> str:
    """What a booking becomes; of one that only becomes hard or soft just that."""
    same = (booking.start, booking.last, booking.spread.minutes) == (wanted.start, wanted.last, wanted.minutes)
    return ("hard" if wanted.hard else "soft") if same else wanted.said


def _attributes(booking: Booking) -> dict[str, object]:
    return {
        "start_date": booking.start.isoformat(),
        "end_date": booking.last.isoformat(),
        "minutes": booking.spread.minutes,
        "hard": booking.hard,
    }


def _said(booking: Booking) -> str:
    kind = "hard" if booking.hard else "soft"
    return f"{booking.start} to {booking.last}, {said(booking.spread.minutes)} {kind}"


def unnamed_hard(user_id: str | None, hard: bool) -> str:
    """What to know before an unnamed resource is hard-booked: the contract leaves open whether it may be."""
    if user_id is not None or not hard:
        return ""
    return "an account may allow soft bookings only where nobody is named; Kantata then refuses it: request it instead"


def is_as(booking: Booking, wanted: Wanted) -> bool:
    """Whether a booking is as wanted already."""
    same_days = (booking.start, booking.last) == (wanted.start, wanted.last)
    return same_days and booking.spread.minutes == wanted.minutes and booking.hard == wanted.hard


def full_name(engagement: Engagement) -> str:
    """Number and title of an engagement."""
    if engagement.sow is None or engagement.sow in engagement.title.upper():
        return engagement.title
    return f"{engagement.sow} {engagement.title}"


def request_by_resource(engagement: Engagement, resource_id: str, who: str, desk: Desk) -> Change:
    """A request by a resource that is there; kept where one is waiting already."""
    pending = next((r for r in engagement.requests if r.resource_id == resource_id and r.status in ("new", None)), None)
    person = desk.person
    approver = person.name if person is not None else desk.called
    return Change(
        system=KANTATA,
        kind=REQUEST,
        action=Action.CREATE if pending is None else Action.KEEP,
        key=f"request:{engagement.id}:resource:{resource_id}",
        title=f"Request {who} from {approver}" if pending is None else f"Request for {who}, waiting for its answer",
        place=place(engagement),
        after={}
        if pending is not None or person is None
        else {"resource_id": resource_id, "approver_ids": [person.id]},
        id=pending.id if pending is not None else None,
        url=desk.page(engagement.id),
        sow=engagement.sow,
        why="" if pending is not None else "approved, its bookings become hard unless the coordinator says otherwise",
    )


def request_text(engagement: Engagement, wanted: Wanted, resource: Resource | None, desk: Desk) -> Draft:
    """The same request as a text to paste."""
    wished = wanted.person or "" if resource is None else ""
    return Draft(
        to=desk.called,
        subject=f"Resource request {engagement.name}: {wanted.who} ({wanted.role}), {wanted.said}",
        text=message_text(engagement, wanted, desk, wished=wished),
        steps=steps_for(REQUEST_STEPS, name=engagement.name, coordinator=desk.called),
        reason=desk.lacking,
        url=desk.page(engagement.id),
    )


def message_text(engagement: Engagement, wanted: Wanted, desk: Desk, *, wished: str = "") -> str:
    """What the coordinator is told about a wanted booking."""
    return desk.render(
        "booking_request",
        {
            "who": wanted.person if wanted.person and not wished else f"a {wanted.role}",
            "engagement": full_name(engagement),
            "role": wanted.role,
            "wished": wished,
            "start": wanted.start.isoformat(),
            "last": wanted.last.isoformat(),
            "hours": said(wanted.minutes).removesuffix(" h"),
            "kind": "hard" if wanted.hard else "soft",
        },
    )
