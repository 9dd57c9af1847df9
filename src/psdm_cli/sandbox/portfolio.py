"""The seeded portfolio: 20 engagements of mine and 8 of two colleagues, placed around the as-of date."""

from __future__ import annotations

import random
from datetime import date, timedelta

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.bookings import BASE_UNITS, RATES, book, budget, needs_approval, slot_for
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, monday_of, stamp
from psdm_cli.sandbox.engagements import CUSTOMERS, FF, SPECS, Spec
from psdm_cli.sandbox.paperwork import fields, paperwork, quirks
from psdm_cli.sandbox.site import Site
from psdm_cli.sandbox.staff import ME, PM, settle
from psdm_cli.sandbox.statuses import status
from psdm_cli.sandbox.tasks import plan

FIRST_WORKSPACE, FIRST_GROUP = 3001, 501
LABELS = {"USD": "Standard 2026 USD", "EUR": "Standard 2026 EUR", "JPY": "Standard 2026 JPY"}


def seeded(seed: int, as_of: date) -> Account:
    """The account for a seed and an as-of date; the same every time."""
    account = Account({"seed": seed, "as_of": as_of.isoformat(), "me": ME, "generation": 1})
    calendar = Days(as_of)
    dice = random.Random(f"portfolio {seed}")  # noqa: S311  (names, not secrets)
    settle(account, calendar)
    _rate_cards(account, calendar)
    fields(account, calendar)
    for number, customer in enumerate(customers(seed)):
        _engagement(account, calendar, number, customer, dice)
    for story in account.rows("stories"):
        story.pop("signed", None)
    account.touched()
    return account


def customers(seed: int) -> tuple[str, ...]:
    """The customers in the order of the engagements."""
    turn = (seed - 1) * 5 % len(CUSTOMERS)
    return CUSTOMERS[turn:] + CUSTOMERS[:turn]


def _rate_cards(account: Account, calendar: Days) -> None:
    born = stamp(calendar.as_of - 400 * DAY)
    stamps = {"created_at": born, "updated_at": born}
    rates = 0
    for number, (currency, by_role) in enumerate(RATES.items(), start=1):
        version = {"id": str(number), "rate_card_id": str(number), "default_rate": max(by_role.values())}
        account.put("rate_card_versions", version | stamps)
        card = {"id": str(number), "currency": currency, "rate_card_set_title": LABELS[currency], "uses": 1}
        account.put("rate_cards", card | {"effective_rate_card_version_id": str(number), "removable": False} | stamps)
        for role, rate in by_role.items():
            rates += 1
            row = {"id": str(rates), "rate_card_version_id": str(number), "role_id": role, "rate": rate}
            account.put("rate_card_roles", row | stamps)


def title_of(spec: Spec, customer: str) -> str:
    """The project's title; the SOW number stands in it only where the custom field lacks it."""
    if "sow-in-title-only" in spec.quirks:
        return f"{spec.sow} {customer}: {spec.offering}"
    return f"{customer}: {spec.offering}"


def span(calendar: Days, spec: Spec) -> tuple[date, date]:
    """First and last day of an engagement."""
    monday = monday_of(calendar.as_of)
    start = monday + spec.first_week * WEEK
    if "just-kicked-off" in spec.quirks:
        start = calendar.business_days_back(calendar.as_of, 3)
    return start, monday + spec.last_week * WEEK + 4 * DAY


def _engagement(account: Account, calendar: Days, number: int, customer: str, dice: random.Random) -> None:
    spec = SPECS[number]
    start, end = span(calendar, spec)
    group = _customer(account, calendar, customer, number)
    born = min(start, calendar.as_of) - 45 * DAY
    changed = min(calendar.as_of - timedelta(days=dice.randrange(1, 20)), max(end, born))
    workspace: Row = account.put(
        "workspaces",
        {
            "id": str(FIRST_WORKSPACE + number),
            "title": title_of(spec, customer),
            "description": f"{spec.offering} for {customer}",
            "account_id": 1,
            "archived": spec.archived,
            "stage": "estimate" if spec.status == "Estimate" else "project",
            "status": status(spec.status),
            "start_date": start.isoformat(),
            "due_date": end.isoformat(),
            "effective_due_date": end.isoformat(),
            "access_level": "invitation",
            "budgeted": True,
            "currency": spec.currency,
            "currency_base_unit": BASE_UNITS[spec.currency],
            "total_expenses_in_cents": 0,
            "target_margin": 40,
            "rate_card_id": 1 + list(RATES).index(spec.currency),
            "actual_fees_includes_expenses": False,
            "actual_fees_includes_additional_line_items": False,
            "expenses_in_burn_rate": False,
            "change_orders_enabled": False,
            "stories_are_fixed_fee_by_default": spec.type == FF,
            "tasks_default_non_billable": False,
            "require_time_approvals": needs_approval(spec),
            "require_expense_approvals": True,
            "time_trackable": True,
            "has_active_timesheet_submissions": "unapproved-time" in spec.quirks,
            "has_active_expense_report_submissions": False,
            "has_budget_access": True,
            "consultant_role_name": "GitLab Professional Services",
            "client_role_name": "Customer",
            "task_statuses": ["Not Started", "In Progress", "Needs Info", "Done"],
            "creator_id": "1031",
            "primary_maven_id": spec.lead,
            "workspace_group_ids": [group],
            "primary_workspace_group_id": group,
            "approver_ids": [spec.lead],
            "created_at": stamp(born),
            "updated_at": stamp(changed, 16),
        },
    )
    site = Site(account, calendar, spec, workspace, customer, start, end)
    slot_for(site, spec.lead, PM)
    booked = book(site)
    price, used = budget(spec, booked)
    workspace |= {"price_in_cents": price, "budget_used_in_cents": used, "total_invoiced": str(used * 9 // 10)}
    workspace["percentage_complete"] = _percent(calendar, spec, start, end)
    plan(site)
    _participations(account, workspace)
    paperwork(site)
    quirks(site, booked)


def _percent(calendar: Days, spec: Spec, start: date, end: date) -> int:
    if spec.status in ("Closed", "Completed"):
        return 100
    gone = (calendar.as_of - start).days
    return 0 if spec.status in ("Backlog", "Estimate") else max(0, min(100, 100 * gone // (end - start).days))


def _customer(account: Account, calendar: Days, customer: str, number: int) -> str:
    born = stamp(calendar.as_of - 300 * DAY)
    row = {"id": str(FIRST_GROUP + number), "name": customer, "company": True, "created_at": born, "updated_at": born}
    return str(account.put("workspace_groups", row)["id"])


def _participations(account: Account, workspace: Row) -> None:
    slots = account.find("workspace_resources", "workspace_id", workspace["id"])
    people = [s["user_id"] for s in slots if s["user_id"] is not None]
    for user in dict.fromkeys([*people, "1031", "1032", "1033"]):
        rate = next((s["resource_bill_rate"] for s in slots if s["user_id"] == user), None)
        account.put(
            "participations",
            {
                "workspace_id": workspace["id"],
                "user_id": user,
                "role": "maven",
                "is_team_lead": user == workspace["primary_maven_id"],
                "access_level": "admin" if user in (workspace["primary_maven_id"], "1031") else "edit_tasks",
                "permissions_label": "edit",
                "rate_in_cents": rate,
                "can_invite": user == workspace["primary_maven_id"],
                "created_at": workspace["created_at"],
                "updated_at": workspace["created_at"],
            },
        )
