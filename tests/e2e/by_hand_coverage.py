"""Hand reckoning of quarters, coverage, people, totals and portfolio lines (rules.md 1, 3 and 4)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from by_hand import Engagement, Hand
from by_hand_days import DAY, Row, in_hours, later, rounded

DELIVERY = ("PM", "PSE", "TA")
Gap = tuple[date, date] | None


def quarter(as_of: date) -> tuple[date, date]:
    """The fiscal quarter [first day, first day of the next): quarters begin in February, May, August, November."""
    start = as_of.replace(day=1)
    while start.month % 3 != 2:
        start = later(start, -1)
    return start, later(start, 3)


def quarter_name(as_of: date) -> str:
    """Such as FY27-Q4: the year is named after the calendar year it ends in, on 31 January."""
    start, _ = quarter(as_of)
    year = start.year + 1 if start.month > 1 else start.year
    return f"FY{year % 100:02d}-Q{ {2: 1, 5: 2, 8: 3, 11: 4}[start.month] }"


def horizon(one: Engagement) -> tuple[date, date]:
    """[start, end) of the weeks that must be covered."""
    as_of = one.hand.as_of
    end = later(as_of, 2)
    return max(as_of, one.kickoff or as_of), end if one.end is None else min(one.end + DAY, end)


def coverage(one: Engagement) -> dict[str, Gap]:
    """The first gap of each required role."""
    hand = one.hand
    start, stop = horizon(one)
    found: dict[str, Gap] = {}
    for role in DELIVERY:
        if role != "PM" and role not in {hand.role_of(slot) for slot in one.slots}:
            continue
        hard = [b for b in one.bookings if b.hard and b.role == role]
        gap: Gap = None
        first = start
        while first < stop:
            after = min(stop, first - timedelta(days=first.weekday()) + timedelta(days=7))
            busy = any(hand.is_business(first + timedelta(days=n)) for n in range((after - first).days))
            if busy and not any(b.between(first, after) for b in hard):
                gap = (gap[0] if gap else first, after)
            elif gap:
                break
            first = after
        found[role] = gap
    return found


def coverage_lines(one: Engagement) -> dict[str, dict[str, str | None]]:
    """Coverage as the document prints it."""
    return {
        role: {"gap_from": gap[0].isoformat() if gap else None, "until": gap[1].isoformat() if gap else None}
        for role, gap in coverage(one).items()
    }


def people(hand: Hand) -> dict[str, Row]:
    """Members of a delivery role with a resource in scope, hard-booked below 80 % over four ISO weeks."""
    start, end = hand.monday, hand.monday + timedelta(days=28)
    in_scope = {slot["user_id"] for one in hand.engagements for slot in one.slots} - {None}
    hard: dict[str, Fraction] = defaultdict(Fraction)
    soft: dict[str, Fraction] = defaultdict(Fraction)
    for project in hand.account.rows("workspaces"):
        for booking in hand.bookings_of(project["id"]):  # archived ones as well: Kantata lists their bookings
            if booking.user in in_scope:
                (hard if booking.hard else soft)[booking.user] += booking.between(start, end)
    found = {}
    for member in hand.account.rows("account_memberships"):
        user = member["user_id"]
        role = hand.role_of({"role_id": member["default_role_id"], "user_id": None})
        room = sum((hand.capacity(user, start + n * DAY) for n in range(28)), Fraction(0))
        if user not in in_scope or member["disabled_at"] or role not in DELIVERY or not room:
            continue
        if hard[user] / room < Fraction(80, 100):
            found[user] = {
                "id": user,
                "name": hand.account.row("users", user)["full_name"],
                "role": role,
                "capacity_hours": in_hours(room),
                "hard_hours": in_hours(hard[user]),
                "soft_hours": in_hours(soft[user]),
                "booked_ratio": rounded(hard[user] / room * 10000) / 10000,
            }
    return found


def said_totals(hand: Hand, column: str) -> dict[str, dict[str, str]]:
    """Sums by currency and month of a column, unknown amounts (and months of them alone) left out."""
    sums: dict[str, dict[str, Decimal]] = {}
    for one in hand.engagements:
        months = sums.setdefault(one.currency, {})
        for month, amount in one.figures[column].items():
            if amount is not None:
                months[month] = months.get(month, Decimal(0)) + Decimal(amount)
    return {currency: {m: f"{v:.2f}" for m, v in months.items()} for currency, months in sums.items()}


def portfolio_line(one: Engagement) -> Row:
    """The engagement's line of `psdm portfolio`, as far as rules.md defines it."""
    hand, price, used = one.hand, one.row["price_in_cents"], one.row["budget_used_in_cents"]
    hard = one.booked(hard=True)
    eac = price if one.fixed else None if hard is None else used + sum(hard)
    month_ago = hand.monday - timedelta(days=28)
    logged = [
        e["time_in_minutes"] for e in one.entries if month_ago <= date.fromisoformat(e["date_performed"]) < hand.monday
    ]
    to_come = sum((b.between(hand.as_of, date.max) for b in one.bookings if b.hard), Fraction(0))
    runway = hand.as_of + timedelta(days=int(to_come / Fraction(sum(logged), 4) * 7)) if any(logged) else None
    gaps = [gap for gap in coverage(one).values() if gap]
    waiting = [
        s["due_date"]
        for s in one.stories
        if s["story_type"] == "milestone" and s["state"] != "completed" and s["due_date"]
    ]
    return {
        "id": one.id,
        "end": one.end.isoformat() if one.end else None,
        "burn": rounded(Fraction(used, price) * 10000) / 10000 if price else None,
        "eac": one.money(eac),
        "to_forecast": one.figures["to_forecast"],
        "runway": runway.isoformat() if runway else None,
        "gap_from": min(gaps)[0].isoformat() if gaps else None,
        "next_milestone": min(waiting, default=None),
    }
