"""Big accounts for benchmarks: realistic row counts per project, made in seconds, no stories told."""

from __future__ import annotations

import random
from datetime import date

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.bookings import RATES
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, monday_of, stamp
from psdm_cli.sandbox.paperwork import fields
from psdm_cli.sandbox.staff import ME, PM, PSE, TA, settle
from psdm_cli.sandbox.statuses import status

FIRST_PERSON = 5001
SLOT_ROLES = (PM, PSE, PSE, PSE, TA, PSE, PSE, TA)
UNNAMED_SLOTS = 2


class Sizes:
    """Rows per project of a generated account."""

    __slots__ = ("bookings", "entries", "slots", "stories")

    def __init__(self, stories: int = 20, slots: int = 8, bookings: int = 12, entries: int = 60) -> None:
        self.stories = stories
        self.slots = slots
        self.bookings = bookings
        self.entries = entries


def generated(
    projects: int = 3000,
    my_projects: int = 40,
    *,
    as_of: date | None = None,
    seed: int = 1,
    people: int | None = None,
    sizes: Sizes | None = None,
) -> Account:
    """An account with that many projects, the first `my_projects` led by me; the same for the same arguments."""
    as_of = as_of or date(2026, 11, 23)
    sizes = sizes or Sizes()
    account = Account({"seed": seed, "as_of": as_of.isoformat(), "me": ME, "generation": 1, "projects": projects})
    calendar = Days(as_of)
    settle(account, calendar)
    fields(account, calendar)
    dice = random.Random(f"generated {seed}")  # noqa: S311  (numbers, not secrets)
    staff = _people(account, as_of, people if people is not None else max(8, projects // 6))
    maker = _Maker(account, as_of, dice, staff, sizes)
    for number in range(1, projects + 1):
        maker.project(number, mine=number <= my_projects)
    return account


def _people(account: Account, as_of: date, count: int) -> list[str]:
    born = {"created_at": stamp(as_of - 800 * DAY), "updated_at": stamp(as_of - 100 * DAY)}
    found = []
    for number in range(count):
        id_ = str(FIRST_PERSON + number)
        role = PSE if number % 5 else TA
        name = f"Person {number + 1:05}"
        address = f"person{number + 1}@psdelivery.example"
        user = {"full_name": name, "email_address": address, "account_id": "1", "disabled": False, "role_id": role}
        account.table("users")[id_] = {"id": id_, "skill_ids": []} | user | born
        membership = {"user_id": id_, "permission": "collaborator", "disabled_at": None, "default_role_id": role}
        extra = {"effective_workweek_id": "1", "billability_target": 80, "bill_rate_in_cents": RATES["USD"][role]}
        account.table("account_memberships")[id_] = {"id": id_} | membership | extra | born
        found.append(id_)
    return found


class _Maker:
    """Makes projects one by one, writing rows straight into the tables."""

    def __init__(self, account: Account, as_of: date, dice: random.Random, staff: list[str], sizes: Sizes) -> None:
        self.account = account
        self.as_of = as_of
        self.monday = monday_of(as_of)
        self.dice = dice
        self.staff = staff
        self.sizes = sizes
        self.counts: dict[str, int] = {}
        self.days = {n: (self.monday + n * DAY).isoformat() for n in range(-400, 400)}
        self.stamps = [stamp(as_of - n * DAY, 9 + n % 8) for n in range(1, 91)]

    def add(self, table: str, row: Row) -> Row:
        """Appends a row with the next id."""
        number = self.counts.get(table)
        if number is None:
            number = max((int(id_) for id_ in self.account.table(table)), default=0)
        number += 1
        self.counts[table] = number
        row["id"] = str(number)
        self.account.table(table)[row["id"]] = row
        return row

    def _born(self) -> str:
        return self.stamps[self.dice.randrange(len(self.stamps))]

    def project(self, number: int, *, mine: bool) -> None:
        """One project with everything that hangs on it."""
        born = self._born()
        lead = ME if mine else ("1002", "1003")[number % 2]
        start = -7 * self.dice.randrange(4, 30)
        end = 7 * self.dice.randrange(4, 40) + 4
        group = self.add("workspace_groups", {"name": f"Customer {number:05}", "company": True, "created_at": born})
        group["updated_at"] = born
        workspace = self.add(
            "workspaces",
            {
                "title": f"Customer {number:05}: Engagement {number}",
                "account_id": 1,
                "archived": False,
                "status": status("Active" if mine or number % 4 else "Completed"),
                "start_date": self.days[start],
                "due_date": self.days[end],
                "budgeted": True,
                "currency": "USD",
                "currency_base_unit": 100,
                "price_in_cents": 20_000_000 + 10_000 * number,
                "budget_used_in_cents": 6_000_000,
                "actual_fees_includes_expenses": False,
                "stories_are_fixed_fee_by_default": number % 3 == 0,
                "require_time_approvals": True,
                "primary_maven_id": lead,
                "primary_workspace_group_id": group["id"],
                "workspace_group_ids": [group["id"]],
                "created_at": born,
                "updated_at": born,
            },
        )
        slots = self._slots(workspace, lead, number, born)
        self._bookings(workspace, slots)
        stories = self._stories(workspace, slots, number)
        self._entries(workspace, slots, stories)
        self._values(workspace, number, born)
        report = {"workspace_id": workspace["id"], "color": "green", "description": "On track.", "details": []}
        on = self.stamps[self.dice.randrange(6)]
        self.add("status_reports", report | {"creator_id": lead, "created_at": on, "updated_at": on})

    def _slots(self, workspace: Row, lead: str, number: int, born: str) -> list[Row]:
        found = []
        for place in range(self.sizes.slots):
            role = SLOT_ROLES[place % len(SLOT_ROLES)]
            named = place < self.sizes.slots - UNNAMED_SLOTS or self.sizes.slots <= UNNAMED_SLOTS
            user = lead if place == 0 else self.staff[(number * 7 + place * 13) % len(self.staff)] if named else None
            name = self.account.row("users", user)["full_name"] if user else None
            slot = {
                "workspace_id": int(workspace["id"]),
                "workspace_title": workspace["title"],
                "user_id": user,
                "role_id": role,
                "full_name": name,
                "role_name": self.account.row("roles", role)["name"],
                "display_label": name or self.account.row("roles", role)["name"],
                "resource_bill_rate": RATES["USD"][role],
                "created_at": born,
                "updated_at": born,
            }
            found.append(self.add("workspace_resources", slot))
            if user:
                part = {"workspace_id": workspace["id"], "user_id": user, "role": "maven", "is_team_lead": place == 0}
                self.add("participations", part | {"created_at": born, "updated_at": born})
        return found

    def _bookings(self, workspace: Row, slots: list[Row]) -> None:
        for place in range(self.sizes.bookings):
            slot = slots[place % len(slots)]
            week = 7 * self.dice.randrange(-8, 16)
            changed = self._born()
            self.add(
                "workspace_allocations",
                {
                    "workspace_resource_id": slot["id"],
                    "workspace_id": workspace["id"],
                    "start_date": self.days[week],
                    "end_date": self.days[week + 25],
                    "minutes": 2400,
                    "hard": slot["user_id"] is not None,
                    "created_at": changed,
                    "updated_at": changed,
                },
            )

    def _stories(self, workspace: Row, slots: list[Row], number: int) -> list[Row]:
        found = []
        for place in range(self.sizes.stories):
            due = 7 * (place - self.sizes.stories // 2) + 3
            done = due < 0
            milestone = place % 7 == 0
            changed = self._born()
            story = self.add(
                "stories",
                {
                    "workspace_id": workspace["id"],
                    "title": "Kickoff" if place == 0 else f"Task {place}",
                    "story_type": "milestone" if milestone else "task",
                    "state": "completed" if done else "not started",
                    "status": "Done" if done else "Not Started",
                    "priority": "normal",
                    "position": place + 1,
                    "start_date": None if milestone else self.days[due - 7],
                    "due_date": self.days[due],
                    "percentage_complete": 100 if done else 0,
                    "archived": False,
                    "project_plan": True,
                    "fixed_fee": number % 3 == 0,
                    "billable": True,
                    "parent_id": None,
                    "budget_estimate_in_cents": 500_000 if milestone else None,
                    "time_estimate_in_minutes": 960,
                    "created_at": changed,
                    "updated_at": changed,
                },
            )
            found.append(story)
            if not milestone:
                slot = slots[place % (len(slots) - UNNAMED_SLOTS) if len(slots) > UNNAMED_SLOTS else 0]
                who = {"resource_id": int(slot["id"]), "assignee_id": slot["user_id"], "current": True}
                stamps = {"created_at": changed, "updated_at": changed}
                self.add("assignments", {"story_id": story["id"], "estimated_minutes": 960} | who | stamps)
        return found

    def _entries(self, workspace: Row, slots: list[Row], stories: list[Row]) -> None:
        named = [slot for slot in slots if slot["user_id"] is not None] or slots[:1]
        for place in range(self.sizes.entries):
            slot = named[place % len(named)]
            on = -1 - (place * 3) % 42
            changed = self.stamps[min(-on, len(self.stamps) - 1)]
            self.add(
                "time_entries",
                {
                    "workspace_id": workspace["id"],
                    "user_id": slot["user_id"],
                    "role_id": slot["role_id"],
                    "story_id": stories[place % len(stories)]["id"] if stories else None,
                    "date_performed": self.days[on],
                    "time_in_minutes": 120,
                    "billable": True,
                    "approved": True,
                    "is_invoiced": False,
                    "rate_in_cents": slot["resource_bill_rate"],
                    "currency": "USD",
                    "currency_base_unit": 100,
                    "created_at": changed,
                    "updated_at": changed,
                },
            )

    def _values(self, workspace: Row, number: int, born: str) -> None:
        kind, choice = ("Fixed Fee", "2") if number % 3 == 0 else ("T&M", "1")
        expiry = (self.monday + 30 * WEEK).isoformat()
        wanted: tuple[tuple[str, str, str, object, str], ...] = (
            ("61", "Billing Type", "single", [choice], kind),
            ("62", "SOW", "string", f"SOW-{10_000 + number}", f"SOW-{10_000 + number}"),
            ("63", "SOW Expiry", "date", expiry, expiry),
        )
        for field, name, value_type, value, shown in wanted:
            self.add(
                "custom_field_values",
                {
                    "subject_type": "Workspace",
                    "subject_id": int(workspace["id"]),
                    "custom_field_id": field,
                    "custom_field_name": name,
                    "type": value_type,
                    "value": value,
                    "display_value": shown,
                    "selected_choice_ids": [choice] if field == "61" else [],
                    "created_at": born,
                    "updated_at": born,
                },
            )
