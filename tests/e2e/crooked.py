"""The seeded account with everything a little off: odd minutes and rates, gaps in the data, strange dates."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from psdm_cli.sandbox import Account

Row = dict[str, Any]
ME = "1001"


def bend(account: Account, seed: int) -> None:
    """Change the account in place, always the same way for a seed."""
    dice = random.Random(f"crooked {seed}")
    mine = [row["id"] for row in account.rows("workspaces") if row["primary_maven_id"] == ME]
    _people(account, dice)
    _bookings(account, dice)
    _time(account, dice)
    _stories(account, dice)
    _billing(account, dice, mine)
    _projects(account, dice, mine)


def _some(dice: random.Random, rows: list[Row], share: float) -> list[Row]:
    return [row for row in rows if dice.random() < share]


def _moved(text: str, dice: random.Random, most: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=dice.randint(-most, most))).isoformat()


def _people(account: Account, dice: random.Random) -> None:
    for row in list(account.rows("time_off_entries")):
        account.update("time_off_entries", row["id"], hours=dice.choice((0.25, 1.5, 7.75, 12.0)))
    booked = [row["user_id"] for row in account.rows("workspace_resources") if row["user_id"]]
    start = date.fromisoformat(account.facts["as_of"]) - timedelta(days=14)
    for user in dice.sample(sorted(set(booked)), 6):
        first = start + timedelta(days=dice.randrange(30))
        for number in range(9):  # a week and more away, weekends included
            day = (first + timedelta(days=number)).isoformat()
            account.put("time_off_entries", dict(next(account.rows("time_off_entries"))) | _off(account, user, day))
    for row in _some(dice, list(account.rows("account_memberships")), 0.3):
        account.update("account_memberships", row["id"], effective_workweek_id=dice.choice("123"))


def _off(account: Account, user: str, day: str) -> Row:
    return {"id": account.new_id("time_off_entries"), "user_id": user, "requested_date": day, "hours": 8.0}


def _bookings(account: Account, dice: random.Random) -> None:
    for slot in list(account.rows("workspace_resources")):
        rate = slot["resource_bill_rate"] + dice.randrange(-999, 999)
        rate = dice.choices((rate, 0, None), (90, 5, 5))[0]
        account.update("workspace_resources", slot["id"], resource_bill_rate=rate)
        if dice.random() < 0.05:
            account.update("workspace_resources", slot["id"], role_id=None, role_name=None)
    for row in list(account.rows("workspace_allocations")):
        first = _moved(row["start_date"], dice, 4) if dice.random() < 0.3 else row["start_date"]
        length = (date.fromisoformat(row["end_date"]) - date.fromisoformat(row["start_date"])).days
        length = dice.choices((length, 0, 1, 370), (80, 8, 8, 4))[0]
        last = (date.fromisoformat(first) + timedelta(days=length)).isoformat()
        minutes = max(0, row["minutes"] + dice.randrange(-77, 78))
        hard = row["hard"] != (dice.random() < 0.1)
        account.update("workspace_allocations", row["id"], start_date=first, end_date=last, minutes=minutes, hard=hard)
    holiday = dice.choice(list(account.rows("holidays"))[10:20])["start_date"]
    for row in _some(dice, list(account.rows("workspace_allocations")), 0.03):  # on a day without capacity
        account.update("workspace_allocations", row["id"], start_date=holiday, end_date=holiday, hard=True)


def _time(account: Account, dice: random.Random) -> None:
    for row in list(account.rows("time_entries")):
        rate = dice.choices((row["rate_in_cents"] + dice.randrange(-500, 500), None), (199, 1))[0]
        account.update(
            "time_entries",
            row["id"],
            time_in_minutes=row["time_in_minutes"] + dice.randrange(0, 59),
            rate_in_cents=rate if not row["billable"] or row["approved"] else row["rate_in_cents"],
            billable=dice.random() < 0.9,
            currency="CHF" if dice.random() < 0.01 else row["currency"],
            approved=row["approved"],
        )
    for row in _some(dice, list(account.rows("time_entries")), 0.05):
        account.remove("time_entries", row["id"])


def _stories(account: Account, dice: random.Random) -> None:
    every = list(account.rows("stories"))
    for row in _some(dice, every, 0.08):
        account.update("stories", row["id"], start_date=None)
    for row in _some(dice, every, 0.08):
        account.update("stories", row["id"], due_date=None)
    for row in _some(dice, every, 0.08):
        if row["due_date"]:
            account.update("stories", row["id"], due_date=_moved(row["due_date"], dice, 60))
    for row in _some(dice, every, 0.03):
        account.update("stories", row["id"], **dice.choice(({"archived": True}, {"deleted_at": row["created_at"]})))
    for row in _some(dice, list(account.rows("assignments")), 0.05):
        unnamed = {"assignee_id": None, "resource_id": int(_unnamed(account, row)["id"])}
        account.update("assignments", row["id"], **dice.choice(({"current": False}, unnamed)))
    sold = [row for row in account.rows("stories") if row["story_type"] == "milestone" and row["fixed_fee"]]
    for row in sold:
        cents = dice.choices((row["budget_estimate_in_cents"] + dice.randrange(99), None), (9, 1))[0]
        account.update("stories", row["id"], budget_estimate_in_cents=cents)
    for row in _some(dice, sold, 0.15):  # a milestone below another, directly or below a task of its own
        others = [s for s in account.find("stories", "workspace_id", row["workspace_id"]) if s["id"] != row["id"]]
        free = [s for s in others if s["parent_id"] is None]
        above = dice.choice(free)["id"]
        account.update("stories", row["id"], parent_id=above, ancestry_depth=1)


def _unnamed(account: Account, assignment: Row) -> Row:
    named = account.row("workspace_resources", assignment["resource_id"])
    name = named["role_name"]
    return account.put(
        "workspace_resources",
        named
        | {
            "id": account.new_id("workspace_resources"),
            "user_id": None,
            "full_name": None,
            "label": name,
            "display_label": name,
        },
    )


def _billing(account: Account, dice: random.Random, mine: list[str]) -> None:
    for number in range(12):
        workspace = account.row("workspaces", dice.choice(mine))
        stories = account.find("stories", "workspace_id", workspace["id"])
        milestones = [s["id"] for s in stories if s["story_type"] == "milestone"]
        day = _moved(account.facts["as_of"], dice, 90)
        born = workspace["created_at"]
        account.put(
            "billing_milestones",
            {
                "workspace_id": workspace["id"],
                "title": f"Instalment {number}",
                "amount_in_cents": dice.randrange(-900_000, 4_000_000),
                "currency": dice.choices((workspace["currency"], "CHF"), (9, 1))[0],
                "billing_type": "fixed_date",
                "date_to_invoice": dice.choice((day, day, None)),
                "story_id": dice.choice((None, dice.choice(milestones), dice.choice(stories)["id"])),
                "invoice_id": dice.choice((None, None, None, "1")),
                "invoice_ids": [],
                "created_at": born,
                "updated_at": born,
            },
        )
    for row in account.rows("billing_milestones"):
        row["invoice_ids"] = [row["invoice_id"]] if row["invoice_id"] else []
    account.touched()


def _projects(account: Account, dice: random.Random, mine: list[str]) -> None:
    odd = dice.sample(mine, 6)
    account.update("workspaces", odd[0], price_in_cents=None)
    account.update("workspaces", odd[1], due_date=None)
    account.update("workspaces", odd[2], due_date=None, effective_due_date=None)
    account.update("workspaces", odd[3], require_time_approvals=False)
    account.update("workspaces", odd[4], primary_maven_id="1002")
    for row in account.find("custom_field_values", "subject_id", odd[5]):
        if row["custom_field_name"] in ("Billing Type", "SOW"):
            account.remove("custom_field_values", row["id"])
    for workspace in mine:
        row = account.row("workspaces", workspace)
        if row["price_in_cents"] is not None:
            account.update("workspaces", workspace, price_in_cents=row["price_in_cents"] + dice.randrange(9999))
