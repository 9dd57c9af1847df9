"""Bookings, logged time and money of one seeded engagement, made so that sums come out exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, days, monday_of, stamp
from psdm_cli.sandbox.engagements import FF, TRAINING, Seat, Spec
from psdm_cli.sandbox.site import Site
from psdm_cli.sandbox.staff import PEOPLE, PM, PSE, ROLES, TA

# Subunits an hour by currency and role.
RATES = {
    "USD": {PM: 18000, PSE: 20000, TA: 25000},
    "EUR": {PM: 17000, PSE: 19000, TA: 24000},
    "JPY": {PM: 24000, PSE: 30000, TA: 36000},
}
BASE_UNITS = {"USD": 100, "EUR": 100, "JPY": 1}
LOGGED_WEEKS = 6
FUTURE_BLOCK, PAST_BLOCK = 4, 8


@dataclass(slots=True)
class Booked:
    """What the bookings of one engagement come to, in subunits."""

    used: int = 0
    to_come: int = 0
    by_month: dict[str, int] = field(default_factory=dict)


def next_month_monday(as_of: date) -> date:
    """The first Monday of the month after the as-of month."""
    first = (as_of.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=-first.weekday() % 7)


def minutes_on(calendar: Days, seat: Seat, day: date) -> int:
    """The seat's share of the person's capacity that day."""
    return calendar.capacity(seat.user, day) * seat.minutes // 480


def seat_days(calendar: Days, spec: Spec, seat: Seat, start: date) -> tuple[date, date]:
    """First and last day of a seat's bookings."""
    monday = monday_of(calendar.as_of)
    if seat.next_month:
        first = next_month_monday(calendar.as_of)
        return first, first + 3 * WEEK + 4 * DAY
    first = start if seat.first_week is None else max(start, monday + seat.first_week * WEEK)
    last = spec.last_week if seat.last_week is None else seat.last_week
    return first, monday + last * WEEK + 4 * DAY


def blocks(monday: date, first: date, last: date) -> Iterator[tuple[date, date]]:
    """Cuts a stretch into bookings of eight weeks in the past and four from the as-of week on."""
    while first <= last:
        weeks = (first - monday).days // 7
        size = PAST_BLOCK if weeks < 0 else FUTURE_BLOCK
        edge = monday + (weeks // size + 1) * size * WEEK
        end = min(last, edge - 3 * DAY)
        if end >= first:
            yield first, end
        first = edge


def book(site: Site) -> Booked:
    """Makes the engagement's resources, bookings and time entries; says what was used and what is to come."""
    booked = Booked()
    for seat in site.spec.seats:
        slot = slot_for(site, seat.user, seat.role)
        first, last = seat_days(site.calendar, site.spec, seat, site.start)
        for begin, end in blocks(monday_of(site.calendar.as_of), first, last):
            _booking(site, seat, slot, begin, end)
        if seat.hard:
            rate = slot["resource_bill_rate"]
            for day in days(first, last):
                minutes = minutes_on(site.calendar, seat, day)
                if minutes and day >= site.calendar.as_of:
                    cents = minutes * rate // 60
                    booked.to_come += cents
                    month = day.isoformat()[:7]
                    booked.by_month[month] = booked.by_month.get(month, 0) + cents
                elif minutes and _is_logged(site.calendar, site.spec, seat, day):
                    booked.used += minutes * rate // 60
                    if day >= monday_of(site.calendar.as_of) - LOGGED_WEEKS * WEEK:
                        _entry(site, seat, slot, day, minutes)
    return booked


def slot_for(site: Site, user: str | None, role: str) -> Row:
    """The resource of a person (or of an unnamed role) in the engagement, made on first use."""
    for slot in site.of_workspace("workspace_resources"):
        if user is not None and slot["user_id"] == user:
            return slot
    name = PEOPLE[user].name if user else None
    born = stamp(site.calendar.as_of - 30 * DAY)
    return site.account.put(
        "workspace_resources",
        {
            "workspace_id": int(site.workspace["id"]),
            "workspace_title": site.workspace["title"],
            "user_id": user,
            "role_id": role,
            "full_name": name,
            "role_name": ROLES[role],
            "role_initials": "".join(word[0] for word in ROLES[role].split()),
            "label": None if user else ROLES[role],
            "display_label": name or ROLES[role],
            "resource_bill_rate": RATES[site.workspace["currency"]][role],
            "resource_cost_rate": RATES[site.workspace["currency"]][role] * 2 // 5,
            "created_at": born,
            "updated_at": born,
        },
    )


def _booking(site: Site, seat: Seat, slot: Row, first: date, last: date) -> None:
    minutes = sum(minutes_on(site.calendar, seat, day) for day in days(first, last))
    if not minutes:
        return
    made = min(first, site.calendar.as_of) - 20 * DAY
    site.account.put(
        "workspace_allocations",
        {
            "workspace_resource_id": slot["id"],
            "workspace_id": str(slot["workspace_id"]),
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "minutes": minutes,
            "percentage": round(seat.minutes / 4.8, 2),
            "hard": seat.hard,
            "notes": None if seat.hard else "Tentative, waiting for dates",
            "creator_id": "1031",
            "updater_id": "1031",
            "created_at": stamp(made, 10),
            "updated_at": stamp(made, 10),
        },
    )


def _is_logged(calendar: Days, spec: Spec, seat: Seat, day: date) -> bool:
    """Whether the time was logged: in the engagement with missing time its engineer forgot the last full week."""
    last_week = monday_of(calendar.as_of) - WEEK
    forgot = "missing-time" in spec.quirks and seat.role == PSE and last_week <= day < last_week + WEEK
    return not forgot


def _entry(site: Site, seat: Seat, slot: Row, day: date, minutes: int) -> None:
    monday = monday_of(site.calendar.as_of)
    approved = day < monday
    if "unapproved-time" in site.spec.quirks and seat.role == PSE and day >= monday - 3 * WEEK:
        approved = False
    made = min(day + DAY, site.calendar.as_of - DAY)
    site.account.put(
        "time_entries",
        {
            "workspace_id": site.workspace["id"],
            "user_id": seat.user,
            "role_id": seat.role,
            "date_performed": day.isoformat(),
            "time_in_minutes": minutes,
            "billable": site.spec.type != FF,
            "approved": approved,
            "is_invoiced": day < monday - 5 * WEEK,
            "taxable": False,
            "notes": "Delivery" if seat.role != PM else "Coordination",
            "rate_in_cents": slot["resource_bill_rate"],
            "cost_rate_in_cents": slot["resource_cost_rate"],
            "currency": site.workspace["currency"],
            "currency_base_unit": site.workspace["currency_base_unit"],
            "story_id": None,
            "created_at": stamp(made, 17),
            "updated_at": stamp(made, 17, 30),
        },
    )


def budget(spec: Spec, booked: Booked) -> tuple[int, int]:
    """(price, used) in subunits: a healthy engagement's price is just what was used and what is planned."""
    base = BASE_UNITS[spec.currency]
    if spec.type == FF:
        used = sum(sold.amount for sold in spec.sold if sold.state == "plain" and (sold.week or 0) < 0) * base
        credit = 1_500 * base if "credit" in spec.quirks else 0
        return sum(sold.amount for sold in spec.sold) * base - credit, used
    if spec.fixed_price is not None:
        return spec.fixed_price * base, booked.used
    return booked.used + booked.to_come + spec.unplanned * base, booked.used


def needs_approval(spec: Spec) -> bool:
    """Whether time must be approved."""
    return spec.type not in (FF, TRAINING)
