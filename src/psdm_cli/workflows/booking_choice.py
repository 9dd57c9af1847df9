"""What a booking command means: which bookings, which role, which person; and bookings as lines of a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from psdm_cli.changes.plan import ChangeState, Item
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.booking_lines import BookingLine
from psdm_cli.domain.engagements import Booking, Engagement, role_name
from psdm_cli.domain.records import Kind
from psdm_cli.domain.report import known_hours
from psdm_cli.errors import NotFound, WrongUsage

BOOKING = "workspace_allocation"


@dataclass(frozen=True, slots=True)
class Which:
    """Which bookings are meant; None means any. `start` and `last` narrow to bookings that overlap them."""

    booking: str | None = None
    role: str | None = None
    person: str | None = None
    start: date | None = None
    last: date | None = None


def line(engagement: Engagement, booking: Booking) -> BookingLine:
    """A booking as a line."""
    pending = [r.id for r in engagement.requests if r.resource_id == booking.resource_id and r.status in ("new", None)]
    return BookingLine(
        id=booking.id,
        project=engagement.id,
        sow=engagement.sow,
        title=engagement.title,
        person=booking.person,
        role=booking.known_role,
        start=booking.start,
        end=booking.last,
        hours=known_hours(booking.spread.minutes),
        hard=booking.hard,
        request=pending[0] if pending and booking.resource_id is not None else None,
    )


def lines(engagements: Iterable[Engagement], which: Which, as_of: date) -> tuple[BookingLine, ...]:
    """The bookings meant, of days from as-of on unless `which` says from when; by engagement, role, person, start."""
    found: list[BookingLine] = []
    for engagement in engagements:
        own = [b for b in engagement.bookings if _meant(b, which) and (which.start or which.last or b.last >= as_of)]
        own.sort(key=lambda b: (b.role.casefold(), b.who.casefold(), b.start, b.id))
        found.extend(line(engagement, booking) for booking in own)
    return tuple(found)


def after(lines: Iterable[BookingLine], items: Iterable[Item]) -> tuple[BookingLine, ...]:
    """The lines as they stand after a plan: those whose change is in say so."""
    done: dict[str, Mapping[str, object]] = {
        item.change.id: item.change.after
        for item in items
        if item.change.kind == BOOKING
        and item.change.id is not None
        and item.state in (ChangeState.APPLIED, ChangeState.KEPT)
    }
    return tuple(_changed(each, done.get(each.id, {})) for each in lines)


def _changed(old: BookingLine, values: Mapping[str, object]) -> BookingLine:
    return BookingLine(
        **{name: getattr(old, name) for name in ("id", "project", "sow", "title", "person", "role", "request")},
        start=date.fromisoformat(str(values.get("start_date", old.start))),
        end=date.fromisoformat(str(values.get("end_date", old.end))),
        hours=known_hours(minutes) if isinstance(minutes := values.get("minutes"), int) else old.hours,
        hard=bool(values.get("hard", old.hard)),
    )


def select(engagement: Engagement, which: Which, as_of: date) -> tuple[Booking, ...]:
    """The bookings to come that are meant, hard and soft, in order of their start.

    Raises `NotFound` (exit 5) with what there is.
    """
    if which.booking is not None:
        exact = tuple(booking for booking in engagement.bookings if booking.id == which.booking)
        if exact:
            return exact
        raise NotFound(
            f"{engagement.name} has no booking {which.booking!r}.",
            hint=f"psdm booking list {engagement.name} shows their ids.",
        )
    coming = [booking for booking in engagement.bookings if booking.last >= as_of]
    found = [booking for booking in coming if _meant(booking, which)]
    if not found:
        there = ", ".join(dict.fromkeys(f"{b.who} ({b.role})" for b in coming)) or "none at all"
        raise NotFound(f"{engagement.name} has no such booking to come. Bookings are of: {there}.")
    return tuple(sorted(found, key=lambda booking: (booking.start, booking.id)))


def one(engagement: Engagement, which: Which, as_of: date) -> Booking:
    """The only booking that is meant. Raises `WrongUsage` (exit 2) listing them when several are."""
    found = select(engagement, which, as_of)
    if len(found) == 1:
        return found[0]
    named = "; ".join(f"{b.id}: {b.who} ({b.role}) {b.start} to {b.last}" for b in found[:8])
    raise WrongUsage(f"{engagement.name} has several such bookings: {named}.", hint="Name one with --booking ID.")


def _meant(booking: Booking, which: Which) -> bool:
    if which.booking is not None and booking.id != which.booking:
        return False
    if which.role is not None and (not booking.seen or booking.role.casefold() != role_name(which.role).casefold()):
        return False
    if which.person is not None and not _is_called(booking, which.person):
        return False
    starts_late = which.last is not None and booking.start > which.last
    return not starts_late and not (which.start is not None and booking.last < which.start)


def _is_called(booking: Booking, name: str) -> bool:
    asked = " ".join(name.split()).casefold()
    return asked == booking.user_id or (bool(asked) and asked in (booking.person or "").casefold())


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person that a name means, with the default role."""

    id: str
    name: str
    role: str | None


def somebody(assessment: Assessment, name: str) -> Somebody:
    """The active person that a name, a part of one, an e-mail address or a user id means.

    Raises `WrongUsage` (several of them) and `NotFound` with the nearest names.
    """
    asked = " ".join(name.split()).casefold()
    if not asked:
        raise WrongUsage("--person needs a name, e-mail or user id; it was empty.")
    known: dict[str, Somebody] = {}
    emails: dict[str, str] = {}
    for resource in assessment.portfolio.resources:
        if resource.user_id is not None:
            known[resource.user_id] = Somebody(resource.user_id, resource.full_name or "", None)
    for member in assessment.portfolio.members:
        if not member.active:
            known.pop(member.user_id, None)
            continue
        shown = member.full_name or f"User {member.user_id}"
        known[member.user_id] = Somebody(member.user_id, shown, member.default_role)
        emails[(member.email or "").casefold()] = member.user_id
    exact = [p for p in known.values() if asked in (p.id, p.name.casefold()) or emails.get(asked) == p.id]
    found = exact or [p for p in known.values() if asked in p.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{p.name} (id {p.id})" for p in found[:8])
        raise WrongUsage(f"--person {name!r} means several people: {names}.", hint="Give the whole name, e-mail or id.")
    near = get_close_matches(name, [p.name for p in known.values()], n=3, cutoff=0.5)
    unseen = assessment.portfolio.permissions_lacking(Kind.PEOPLE)
    hint = f"The token sees only people of these engagements: it lacks permission {unseen[0]}." if unseen else ""
    nearest = f"; the nearest: {', '.join(near)}" if near else ""
    raise NotFound(f"No active person is called {name!r}{nearest}.", hint=hint)


def role_id_of(assessment: Assessment, engagement: Engagement, role: str) -> str | None:
    """Kantata's id of a role: the one that the engagement uses already, else the account's. None: not visible."""
    wanted = role_name(role)
    for resource in engagement.resources:
        if resource.role_id is not None and engagement.resource_roles.get(resource.id) == wanted:
            return resource.role_id
    named = [r for r in assessment.portfolio.roles if (r.name or "").casefold() == role.strip().casefold()]
    alike = named or [r for r in assessment.portfolio.roles if role_name(r.name) == wanted]
    return alike[0].id if alike else None


def known_role(assessment: Assessment, role: str) -> str:
    """A role by its short name. Raises `WrongUsage` with the nearest when nobody knows it."""
    wanted = role_name(role)
    names = {role_name(each.name) for each in assessment.portfolio.roles}
    names |= {name for engagement in assessment.engagements for name in engagement.resource_roles.values()}
    names |= set(assessment.policy.delivery_roles)
    for name in names:
        if name.casefold() == wanted.casefold():
            return name
    near = get_close_matches(wanted, sorted(names), n=1, cutoff=0.4)
    meant = f"Did you mean {near[0]}?" if near else f"Roles are: {', '.join(sorted(names))}."
    raise WrongUsage(f"--role: there is no role {role!r}.", hint=meant)
