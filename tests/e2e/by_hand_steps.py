"""Hand reckoning of the findings of the eleven steps: rules.md section 4 over the account's raw rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from by_hand import Engagement, Hand
from by_hand_coverage import coverage, horizon, people, quarter
from by_hand_days import DAY, Row, in_hours, iso, later, rounded

ZONE = ZoneInfo("America/New_York")
Found = dict[str, dict[str, Any]]  # a finding's key, and the numbers that its data must hold


def findings(hand: Hand) -> dict[str, Found]:
    """What each step must find, by key, with the numbers behind it."""
    every = hand.engagements
    live = [one for one in every if one.status != "Closed"]
    return {
        "FP-01": {k: v for one in every for k, v in _funds(one).items()},
        "FP-02": {k: v for one in live for k, v in _undated(one).items()},
        "FP-03": {k: v for one in every for k, v in _odd(one).items()},
        "FP-04": {k: v for one in live for k, v in _candidates(one).items()},
        "FP-05": {k: v for one in every for k, v in _audit(one).items()},
        "FP-06": {f"FP-06:{user}": _free(row) for user, row in people(hand).items()},
        "FP-07": {k: v for one in live for k, v in _soft_now(one).items()},
        "FP-08": {k: v for one in live for k, v in _gaps(one).items()},
        "FP-09": {k: v for one in every for k, v in (_missing(one) | _unapproved(one)).items()},
        "FP-10": {k: v for one in every for k, v in _sign_offs(one).items()},
        "FP-11": {k: v for one in live for k, v in _reports(one).items()},
    }


def _funds(one: Engagement) -> Found:
    figures = one.figures
    open_money = figures["to_forecast"]
    if open_money in (None, "0.00"):
        return {}
    coming = [*figures["forecast"].values(), figures["beyond"]]
    planned = f"{sum(map(Decimal, coming), Decimal(0)):.2f}" if one.fixed else figures["hard_booked"]
    names = ("budget", "used", "remaining", "to_forecast")
    return {f"FP-01:{one.id}": {name: figures[name] for name in names} | {"planned": planned, "amount": open_money}}


def _undated(one: Engagement) -> Found:
    found = {}
    for story in one.stories:
        lacks_start = story["story_type"] != "milestone" and story["start_date"] is None
        lacks_due = story["due_date"] is None
        if story["state"] != "completed" and (lacks_start or lacks_due):
            found[f"FP-02:{story['id']}"] = {"lacks_start": lacks_start, "lacks_due": lacks_due}
    return found


def _odd(one: Engagement) -> Found:
    found: Found = {}
    if one.hours(priced=False):
        found[f"FP-03:unpriced:{one.id}"] = {"unpriced_hours": one.hours(priced=False)}
    if one.sow is None:
        found[f"FP-03:no-sow:{one.id}"] = {}
    for story in one.sold if one.fixed else ():
        linked = [row for row in one.bills if row["story_id"] == story["id"]]
        still = not linked or any(row["invoice_id"] is None for row in linked)
        if still and one.hand.story_field(story, "Sign Off Received"):
            amount = one.money(story["budget_estimate_in_cents"])
            found[f"FP-03:signed-off-but-open:story:{story['id']}"] = {"amount": amount}
        if not linked and story["budget_estimate_in_cents"] is None:
            found[f"FP-03:no-amount:story:{story['id']}"] = {"amount": None}
    late = [e for e in one.entries if e["billable"] and one.hand.month <= date.fromisoformat(e["date_performed"])]
    late = [e for e in late if e["date_performed"] < one.hand.as_of.isoformat()]
    if foreign := [e["id"] for e in late if e["currency"] != one.currency]:
        found[f"FP-03:foreign-entries:{one.id}"] = {"entry_ids": foreign}
    if unrated := [e["id"] for e in late if e["currency"] == one.currency and e["rate_in_cents"] is None]:
        found |= {} if one.fixed else {f"FP-03:unrated-entries:{one.id}": {"entry_ids": unrated}}
    counted = {story["id"] for story in one.sold}
    for row in one.bills if one.fixed else ():
        if row["invoice_id"] is not None:
            continue
        if row["story_id"] is not None and row["story_id"] not in counted:
            found[f"FP-03:linked-elsewhere:billing_milestone:{row['id']}"] = {
                "amount": one.money(row["amount_in_cents"])
            }
        elif row["currency"] != one.currency:
            found[f"FP-03:other-currency:billing_milestone:{row['id']}"] = {}
    return found


def _candidates(one: Engagement) -> Found:
    start, end = quarter(one.hand.as_of)
    found: Found = {}
    for booking in one.bookings:
        if not booking.hard and booking.between(start, end):
            hours, amount = in_hours(booking.between(start, end)), one.money(booking.worth(start, end))
            found[f"FP-04:soft-booking:{booking.id}"] = {"hours": hours, "amount": amount, "role": booking.role}
    for id_, on, cents, source in one.milestones:
        # Undated, or due up to 30 days after the quarter; overdue ones are in no month either and could still land.
        if on is None or on < one.hand.as_of or end <= on <= end + timedelta(days=29):
            day = on.isoformat() if on else None
            found[f"FP-04:milestone:{source}:{id_}"] = {"amount": one.money(cents), "date": day, "source": source}
    return found


def _audit(one: Engagement) -> Found:
    as_of = one.hand.as_of
    found: Found = {}
    for story in one.stories:
        due, milestone = iso(story["due_date"]), story["story_type"] == "milestone"
        current = [a for a in one.hand.account.find("assignments", "story_id", story["id"]) if a["current"]]
        is_open = story["state"] != "completed"
        faults = {
            "overdue": is_open and due is not None and due < as_of,
            "unassigned": is_open and not milestone and not current,
            "closed-future": not is_open and due is not None and due > as_of,
            "milestone-undated": is_open and milestone and due is None,
        }
        found |= {
            f"FP-05:{fault}:{story['id']}": {"due": story["due_date"]} for fault, is_so in faults.items() if is_so
        }
    return found


def _free(row: Row) -> Row:
    numbers = {name: row[name] for name in ("capacity_hours", "hard_hours", "soft_hours")}
    return numbers | {"free_hours": round(max(0.0, row["capacity_hours"] - row["hard_hours"]), 2)}


def _soft_now(one: Engagement) -> Found:
    hand = one.hand
    if one.kickoff is not None and one.kickoff <= hand.as_of:
        grace, left = one.kickoff, 10
        while left:
            grace += DAY
            left -= hand.is_business(grace)
        if hand.as_of <= grace:
            return {}
    ahead = one.kickoff is not None and one.kickoff > hand.as_of
    found = {}
    for booking in one.bookings:
        hours = booking.between(hand.month, later(hand.month, 1))
        if not booking.hard and hours:
            found[f"FP-07:{booking.id}"] = {
                "hours_this_month": in_hours(hours),
                "amount_this_month": one.money(booking.worth(hand.month, later(hand.month, 1))),
                "reason": "before-kickoff" if ahead else "current-month",
            }
    return found


def _gaps(one: Engagement) -> Found:
    if one.status in ("On Hold", "Backlog") or (one.kickoff is not None and one.kickoff > one.hand.as_of):
        return {}
    start, stop = horizon(one)
    return {
        f"FP-08:{one.id}:{role}": {
            "gap_from": gap[0].isoformat(),
            "until": gap[1].isoformat(),
            "horizon_from": start.isoformat(),
            "horizon_until": stop.isoformat(),
            "to_forecast": one.figures["to_forecast"],
        }
        for role, gap in coverage(one).items()
        if gap
    }


def _missing(one: Engagement) -> Found:
    start = one.hand.monday - timedelta(days=7)
    logged = {e["user_id"] for e in one.entries if start <= date.fromisoformat(e["date_performed"]) < one.hand.monday}
    booked: dict[str, list[tuple[Fraction, int | None]]] = defaultdict(list)
    for booking in one.bookings:
        minutes = booking.between(start, one.hand.monday)
        if booking.hard and booking.user is not None and minutes and booking.user not in logged:
            booked[booking.user].append((minutes, booking.rate))
    found = {}
    for user, parts in booked.items():
        known = all(rate is not None for _, rate in parts)
        worth = rounded(sum((m * Fraction(r or 0, 60) for m, r in parts), Fraction(0))) if known else None
        hours = in_hours(sum((m for m, _ in parts), Fraction(0)))
        found[f"FP-09:missing:{one.id}:{user}:{start}"] = {"booked_hours": hours, "amount": one.money(worth)}
    return found


def _unapproved(one: Engagement) -> Found:
    waiting = defaultdict(list)
    for entry in one.entries:
        if not entry["approved"] and entry["date_performed"] < one.hand.monday.isoformat():
            waiting[entry["user_id"]].append(entry)
    found = {}
    for user, entries in waiting.items() if one.row["require_time_approvals"] else ():
        priced = [e for e in entries if e["billable"] and e["currency"] == one.currency]
        exact = sum((Fraction(e["time_in_minutes"] * e["rate_in_cents"], 60) for e in priced), Fraction())
        hours = in_hours(Fraction(sum(e["time_in_minutes"] for e in entries)))
        oldest = min(e["date_performed"] for e in entries)
        amount = one.money(rounded(exact))
        found[f"FP-09:unapproved:{one.id}:{user}"] = {"hours": hours, "amount": amount, "oldest": oldest}
    return found


def _sign_offs(one: Engagement) -> Found:
    start, end = quarter(one.hand.as_of)
    edge, left = end, 5
    while left:
        edge -= DAY
        left -= one.hand.is_business(edge)
    found = {}
    for story in one.sold:
        due = iso(story["due_date"])
        if due is None or not start <= due < end or one.hand.story_field(story, "Sign Off Sent"):
            continue
        if due < one.hand.as_of or due >= edge:
            amount = one.money(story["budget_estimate_in_cents"])
            late = due < one.hand.as_of
            found[f"FP-10:{story['id']}"] = {"amount": amount, "due": due.isoformat(), "overdue": late}
    return found


def _reports(one: Engagement) -> Found:
    if one.status != "Active":
        return {}
    written = [
        datetime.fromisoformat(row["created_at"]).astimezone(ZONE).date()
        for row in one.hand.account.find("status_reports", "workspace_id", one.id)
    ]
    age = (one.hand.as_of - max(written)).days if written else None
    if age is not None and age <= 7:
        return {}
    return {f"FP-11:{one.id}": {"age_days": age, "date": max(written).isoformat() if written else None}}
