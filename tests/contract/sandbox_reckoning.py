"""Hand reckoning over the sandbox's rows, from the contract's attributes alone: what a careful PM would find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from psdm_cli.sandbox import Account

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DELIVERY = {"11": "PM", "12": "PSE", "13": "TA"}
Row = dict[str, Any]


def days(first: date, last: date) -> Iterator[date]:
    """All days, both ends included."""
    while first <= last:
        yield first
        first += DAY


def months_later(day: date, months: int) -> date:
    """The same day some calendar months on, month ends clamped."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return date(year, month, min(day.day, last))


class Reckoning:
    """The findings of `rules.md`, reckoned without any code of ours but the rows."""

    def __init__(self, account: Account, as_of: date) -> None:
        self.account = account
        self.as_of = as_of
        self.monday = as_of - timedelta(days=as_of.weekday())
        self.holidays = {
            day
            for row in account.rows("holidays")
            for day in days(date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"]))
        }
        self.off: dict[tuple[str, str], float] = defaultdict(float)
        for row in account.rows("time_off_entries"):
            self.off[(row["user_id"], row["requested_date"])] += row["hours"]
        self.weeks: dict[str | None, list[int]] = {None: [480] * 5 + [0, 0]}
        for row in account.rows("account_memberships"):
            week = account.row("workweeks", row["effective_workweek_id"])
            self.weeks[row["user_id"]] = [week[f"{name}_minutes"] for name in WEEKDAYS]

    def capacity(self, user: str | None, day: date) -> Fraction:
        """Minutes."""
        if day in self.holidays:
            return Fraction(0)
        off = Fraction(self.off.get((user or "", day.isoformat()), 0)) * 60
        return max(Fraction(0), self.weeks[user][day.weekday()] - off)

    def spread(self, booking: Row) -> dict[date, Fraction]:
        """Minutes by day."""
        slot = self.account.row("workspace_resources", booking["workspace_resource_id"])
        first, last = date.fromisoformat(booking["start_date"]), date.fromisoformat(booking["end_date"])
        capacity = {day: self.capacity(slot["user_id"], day) for day in days(first, last)}
        total = sum(capacity.values())
        return {day: booking["minutes"] * part / total for day, part in capacity.items() if part}

    def bookings(self, workspace: Row, *, hard: bool) -> list[Row]:
        """The engagement's bookings of one kind."""
        found = self.account.find("workspace_allocations", "workspace_id", workspace["id"])
        return [b for b in found if b["hard"] == hard]

    def value_to_come(self, workspace: Row, *, hard: bool = True) -> Fraction:
        """Subunits."""
        total = Fraction(0)
        for booking in self.bookings(workspace, hard=hard):
            rate = self.account.row("workspace_resources", booking["workspace_resource_id"])["resource_bill_rate"]
            total += sum(m for day, m in self.spread(booking).items() if day >= self.as_of) * Fraction(rate, 60)
        return total

    def milestones(self, workspace: Row) -> list[Row]:
        """Open sold milestones."""
        return [
            s
            for s in self.account.find("stories", "workspace_id", workspace["id"])
            if s["story_type"] == "milestone" and s["fixed_fee"] and s["state"] != "completed"
        ]

    def to_forecast(self, workspace: Row) -> Fraction:
        """Subunits; fixed fee by milestones and stand-alone billing milestones in the own currency."""
        remaining = Fraction(workspace["price_in_cents"] - workspace["budget_used_in_cents"])
        if not workspace["stories_are_fixed_fee_by_default"]:
            return remaining - self.value_to_come(workspace)
        dated = [(s["due_date"], s["budget_estimate_in_cents"]) for s in self.milestones(workspace)] + [
            (b["date_to_invoice"], b["amount_in_cents"])
            for b in self.account.find("billing_milestones", "workspace_id", workspace["id"])
            if b["story_id"] is None and b["currency"] == workspace["currency"]
        ]
        return remaining - Fraction(sum(amount for on, amount in dated if on and on >= self.as_of.isoformat()))

    def gaps(self, workspace: Row) -> set[str]:
        """Roles with a week without hard booking, to the end or two months out."""
        kickoff = min(
            date.fromisoformat(s["due_date"])
            for s in self.account.find("stories", "workspace_id", workspace["id"])
            if s["title"] == "Kickoff"
        )
        if kickoff > self.as_of:
            return set()
        stop = min(date.fromisoformat(workspace["due_date"]) + DAY, months_later(self.as_of, 2))
        slots = self.account.find("workspace_resources", "workspace_id", workspace["id"])
        roles = {DELIVERY[s["role_id"]] for s in slots} | {"PM"}
        weeks: dict[date, bool] = defaultdict(bool)
        for day in days(max(self.as_of, kickoff), stop - DAY):
            weeks[day - timedelta(days=day.weekday())] |= day.weekday() < 5 and day not in self.holidays
        covered: dict[str, set[date]] = defaultdict(set)
        for booking in self.bookings(workspace, hard=True):
            slot = self.account.row("workspace_resources", booking["workspace_resource_id"])
            for day in self.spread(booking):
                if max(self.as_of, kickoff) <= day < stop:
                    covered[DELIVERY[slot["role_id"]]].add(day - timedelta(days=day.weekday()))
        return {role for role in roles if any(busy and week not in covered[role] for week, busy in weeks.items())}

    def task_findings(self, workspace: Row) -> list[str]:
        """Undated, overdue, unassigned, closed with future dates, milestones without a date."""
        today = self.as_of.isoformat()
        found = []
        for story in self.account.find("stories", "workspace_id", workspace["id"]):
            due = story["due_date"]
            milestone = story["story_type"] == "milestone"
            if story["state"] == "completed":
                found += ["closed-future"] if due and due > today else []
                continue
            if due is None or (story["start_date"] is None and not milestone):
                found.append("undated")
            if due and due < today:
                found.append("overdue")
            current = [a for a in self.account.find("assignments", "story_id", story["id"]) if a["current"]]
            if not milestone and not current:
                found.append("unassigned")
        return found

    def soft_this_month(self, workspace: Row) -> bool:
        """Whether soft minutes stand in the as-of month."""
        return any(
            (day.year, day.month) == (self.as_of.year, self.as_of.month)
            for booking in self.bookings(workspace, hard=False)
            for day in self.spread(booking)
        )

    def missing_time(self, workspace: Row) -> set[str]:
        """People with hard minutes in the last full week and no entry."""
        first, last = self.monday - 7 * DAY, self.monday - DAY
        booked = {
            self.account.row("workspace_resources", b["workspace_resource_id"])["user_id"]
            for b in self.bookings(workspace, hard=True)
            if any(first <= day <= last for day in self.spread(b))
        }
        entries = self.account.find("time_entries", "workspace_id", workspace["id"])
        logged = {e["user_id"] for e in entries if first.isoformat() <= e["date_performed"] <= last.isoformat()}
        return booked - logged

    def unapproved(self, workspace: Row) -> int:
        """Entries up to last week's end that wait for approval, where approval is required."""
        last = (self.monday - DAY).isoformat()
        entries = self.account.find("time_entries", "workspace_id", workspace["id"])
        waiting = [e for e in entries if e["date_performed"] <= last and not e["approved"]]
        return len(waiting) if workspace["require_time_approvals"] else 0

    def sign_offs_at_risk(self, workspace: Row) -> int:
        """Open milestones of the fiscal quarter, not sent, overdue or due in its last five business days."""
        end = self.as_of
        while (end + DAY).day != 1 or end.month not in (1, 4, 7, 10):
            end += DAY
        start = date(end.year if end.month > 2 else end.year - 1, {1: 11, 4: 2, 7: 5, 10: 8}[end.month], 1)
        edge, left = end + DAY, 5
        while left:
            edge -= DAY
            left -= edge.weekday() < 5 and edge not in self.holidays
        count = 0
        for story in self.milestones(workspace):
            values = self.account.find("custom_field_values", "subject_id", story["id"])
            sent = any(v["custom_field_name"] == "Sign Off Sent" and v["subject_type"] == "Story" for v in values)
            due = date.fromisoformat(story["due_date"]) if story["due_date"] else None
            if due and start <= due <= end and not sent and (due < self.as_of or due >= edge):
                count += 1
        return count

    def health_age(self, workspace: Row) -> int:
        """Days since the latest health report."""
        reports = self.account.find("status_reports", "workspace_id", workspace["id"])
        latest = max(r["created_at"] for r in reports)
        return (self.as_of - date.fromisoformat(latest[:10])).days

    def booked_ratio(self, user: str) -> Fraction:
        """Hard minutes over capacity in the as-of week and the next three."""
        window = list(days(self.monday, self.monday + 27 * DAY))
        hard = Fraction(0)
        for slot in self.account.find("workspace_resources", "user_id", user):
            for booking in self.account.find("workspace_allocations", "workspace_resource_id", slot["id"]):
                if booking["hard"]:
                    spread = self.spread(booking)
                    hard += sum(spread.get(day, Fraction(0)) for day in window)
        return hard / sum(self.capacity(user, day) for day in window)
