"""Hand reckoning of engagements: rules.md sections 1 to 3 over the account's raw rows, without psdm's own domain."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from by_hand_days import Booking, Row, days, in_hours, iso, later, rounded

from psdm_cli.sandbox import Account

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROLES = {"Project Manager": "PM", "Professional Services Engineer": "PSE", "Technical Architect": "TA"}
TYPES = {
    "t&m": "time_and_materials",
    "time and materials": "time_and_materials",
    "fixed fee": "fixed_fee",
    "ff": "fixed_fee",
    "consulting block": "consulting_block",
    "dedicated engineer": "dedicated_engineer",
    "training": "training",
}


class Hand:
    """The account as a careful PM with paper and pencil reads it."""

    def __init__(self, account: Account, as_of: date, leads: tuple[str, ...] | None = ("1001",)) -> None:
        self.account, self.as_of = account, as_of
        self.monday = as_of - timedelta(days=as_of.weekday())
        self.month = as_of.replace(day=1)
        self.starts = [later(self.month, number) for number in range(4)]
        self.months = [f"{start:%Y-%m}" for start in self.starts]
        self.engagements = [
            Engagement(self, row)
            for row in account.rows("workspaces")
            if not row["archived"]
            and (leads is None or row["primary_maven_id"] in leads)
            and row["status"]["message"] not in ("Estimate", "Completed", "Cancelled")
        ]

    @cached_property
    def holidays(self) -> set[date]:
        """All days of all holidays."""
        return {
            day
            for row in self.account.rows("holidays")
            for day in days(date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"]))
        }

    @cached_property
    def weeks(self) -> dict[str | None, list[int]]:
        """Minutes from Monday to Sunday by user; None: the account's default week."""

        def minutes(row: Row) -> list[int]:
            return [row[f"{name}_minutes"] for name in WEEKDAYS]

        found: dict[str | None, list[int]] = {None: [480] * 5 + [0, 0]}
        for week in self.account.rows("workweeks"):
            if week["default"]:
                found[None] = minutes(week)
        for member in self.account.rows("account_memberships"):
            found[member["user_id"]] = minutes(self.account.row("workweeks", member["effective_workweek_id"]))
        return found

    @cached_property
    def off(self) -> dict[tuple[str, str], Fraction]:
        """Minutes off by user and day."""
        found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for row in self.account.rows("time_off_entries"):
            found[row["user_id"], row["requested_date"]] += Fraction(str(row["hours"])) * 60
        return found

    def capacity(self, user: str | None, day: date) -> Fraction:
        """Minutes that a person, or an unnamed resource, can work that day."""
        if day in self.holidays:
            return Fraction(0)
        week = self.weeks.get(user, self.weeks[None])
        return max(Fraction(0), week[day.weekday()] - self.off.get((user or "", day.isoformat()), Fraction(0)))

    def is_business(self, day: date) -> bool:
        """Monday to Friday and no holiday."""
        return day.weekday() < 5 and day not in self.holidays

    def role_of(self, slot: Row) -> str:
        """The resource's role, else the person's default role, else Other."""
        role = slot["role_id"]
        if role is None and slot["user_id"] is not None:
            role = self.account.find("account_memberships", "user_id", slot["user_id"])[0]["default_role_id"]
        if role is None:
            return "Other"
        name = str(self.account.row("roles", role)["name"])
        return ROLES.get(name, name)

    def bookings_of(self, workspace: str) -> list[Booking]:
        """The bookings of a project."""
        return [Booking(self, row) for row in self.account.find("workspace_allocations", "workspace_id", workspace)]

    def field(self, kind: str, subject: str, name: str) -> str | None:
        """A custom field's readable text."""
        for row in self.account.find("custom_field_values", "subject_id", subject):
            if row["subject_type"] == kind and row["custom_field_name"] == name:
                return str(row["display_value"])
        return None

    def story_field(self, story: Row, name: str) -> str | None:
        """A custom field of a task."""
        return self.field("Story", story["id"], name)


class Engagement:
    """One engagement's rows and figures; amounts in subunits, None where they cannot be known."""

    def __init__(self, hand: Hand, row: Row) -> None:
        self.hand, self.row, self.id = hand, row, row["id"]
        account = hand.account
        self.status, self.base, self.currency = row["status"]["message"], row["currency_base_unit"], row["currency"]
        self.lead = account.row("users", row["primary_maven_id"])["full_name"]
        self.title = row["title"]
        found = re.search(r"SOW-\d+", hand.field("Workspace", self.id, "SOW") or "", re.I)
        found = found or re.search(r"SOW-\d+", self.title, re.I)
        self.sow = found[0].upper() if found else None
        named = TYPES.get((hand.field("Workspace", self.id, "Billing Type") or "").strip().lower())
        fixed = row["stories_are_fixed_fee_by_default"]
        self.type = named or ("fixed_fee" if fixed else "time_and_materials")
        self.fixed = self.type == "fixed_fee"
        self.stories = [
            story
            for story in account.find("stories", "workspace_id", self.id)
            if not story["archived"] and story["deleted_at"] is None and story["project_plan"]
        ]
        self.slots = account.find("workspace_resources", "workspace_id", self.id)
        self.bookings = hand.bookings_of(self.id)
        self.entries = account.find("time_entries", "workspace_id", self.id)
        self.end = iso(row["due_date"]) or iso(row["effective_due_date"])
        kickoffs = [s["due_date"] for s in self.stories if re.search("kick.?off", s["title"], re.I) and s["due_date"]]
        self.kickoff = iso(min(kickoffs, default=row["start_date"]))

    def money(self, cents: int | None) -> str | None:
        """Subunits as the document prints them."""
        return None if cents is None else f"{Decimal(cents) / self.base:.2f}"

    # time and bookings

    def hours(self, *, hard: bool | None = None, priced: bool | None = None) -> float:
        """Hours to come, of hard or soft bookings, with or without a rate."""
        chosen = [
            b
            for b in self.bookings
            if (hard is None or b.hard == hard) and (priced is None or (b.rate is not None) == priced)
        ]
        return in_hours(sum((b.between(self.hand.as_of, date.max) for b in chosen), Fraction(0)))

    def booked(self, *, hard: bool) -> list[int] | None:
        """Subunits of hard (soft) bookings by month and beyond; None when one with minutes to come has no rate."""
        sums = [0] * 5
        for booking in self.bookings:
            if booking.hard != hard or not booking.between(self.hand.as_of, date.max):
                continue
            months = booking.by_month(self.hand.as_of, self.hand.starts)
            if months is None:
                return None
            sums = [a + b for a, b in zip(sums, months, strict=True)]
        return sums

    def worked(self) -> list[int | None]:
        """Subunits of billable time before as-of by month."""
        sums: list[int | None] = []
        for start in self.hand.starts:
            exact: Fraction | None = Fraction(0)
            for entry in self.entries:
                on = date.fromisoformat(entry["date_performed"])
                mine = entry["billable"] and entry["currency"] == self.currency
                if not mine or not start <= on < later(start, 1) or on >= self.hand.as_of:
                    continue
                rate = entry["rate_in_cents"]
                exact = None if exact is None or rate is None else exact + Fraction(entry["time_in_minutes"] * rate, 60)
            sums.append(0 if self.fixed else None if exact is None else rounded(exact))
        return sums

    # milestones

    @cached_property
    def sold(self) -> list[Row]:
        """Open fixed-fee milestone stories without a milestone above them."""
        known = {story["id"]: story for story in self.stories}

        def above(story: Row) -> bool:
            parent = known.get(str(story["parent_id"]))
            return parent is not None and (parent["story_type"] == "milestone" or above(parent))

        return [
            s
            for s in self.stories
            if s["story_type"] == "milestone" and s["fixed_fee"] and s["state"] != "completed" and not above(s)
        ]

    @cached_property
    def bills(self) -> list[Row]:
        """All lines of the billing schedule."""
        return self.hand.account.find("billing_milestones", "workspace_id", self.id)

    @cached_property
    def milestones(self) -> list[tuple[str, date | None, int, str]]:
        """What is open: id, date, subunits, source. Nothing where the type is not fixed fee."""
        if not self.fixed:
            return []
        found: list[tuple[str, date | None, int, str]] = []

        def bill(row: Row, day: str | None) -> None:
            if row["invoice_id"] is None and row["currency"] == self.currency:
                found.append((row["id"], iso(day), row["amount_in_cents"] or 0, "billing_milestone"))

        for story in self.sold:
            linked = [row for row in self.bills if row["story_id"] == story["id"]]
            for row in linked:
                bill(row, row["date_to_invoice"] or story["due_date"])
            if not linked:
                found.append((story["id"], iso(story["due_date"]), story["budget_estimate_in_cents"] or 0, "story"))
        for row in self.bills:
            if row["story_id"] is None:
                bill(row, row["date_to_invoice"])
        return found

    # figures

    @cached_property
    def figures(self) -> Row:
        """The engagement's line of the document, all of it but names."""
        hand, price, used = self.hand, self.row["price_in_cents"], self.row["budget_used_in_cents"]
        hard, soft, worked = self.booked(hard=True), self.booked(hard=False), self.worked()
        remaining = None if price is None or used is None else price - used
        coming: list[int | None] = [None] * 5 if hard is None else list(hard)
        planned = None if hard is None else sum(hard)
        if self.fixed:
            edges = [hand.as_of, *hand.starts[1:], later(hand.starts[-1], 1), date.max]
            coming = [
                sum(cents for _, on, cents, _ in self.milestones if on and start <= on < end)
                for start, end in pairwise(edges)
            ]
            planned = sum(cents or 0 for cents in coming)
        both = [None if a is None or b is None else a + b for a, b in zip(coming, worked, strict=False)]
        return {
            "id": self.id,
            "sow": self.sow,
            "title": self.title,
            "lead": self.lead,
            "type": self.type,
            "status": self.status,
            "currency": self.currency,
            "budget": self.money(price),
            "used": self.money(used),
            "remaining": self.money(remaining),
            "to_forecast": self.money(None if remaining is None or planned is None else remaining - planned),
            "hard_booked": self.money(None if hard is None else sum(hard)),
            "soft_booked": self.money(None if soft is None else sum(soft)),
            "hard_hours": self.hours(hard=True),
            "soft_hours": self.hours(hard=False),
            "unpriced_hours": self.hours(priced=False),
            "forecast": {month: self.money(cents) for month, cents in zip(hand.months, coming, strict=False)},
            "worked": {month: self.money(cents) for month, cents in zip(hand.months, worked, strict=True)},
            "month_total": {month: self.money(cents) for month, cents in zip(hand.months, both, strict=True)},
            "beyond": self.money(coming[4]),
            "overdue": self.money(sum(cents for _, on, cents, _ in self.milestones if on and on < hand.as_of)),
            "undated": self.money(sum(cents for _, on, cents, _ in self.milestones if on is None)),
            "milestones": {
                id_: {"date": on.isoformat() if on else None, "amount": self.money(cents), "source": source}
                for id_, on, cents, source in self.milestones
            },
            "kickoff": self.kickoff.isoformat() if self.kickoff else None,
            "end": self.end.isoformat() if self.end else None,
        }
