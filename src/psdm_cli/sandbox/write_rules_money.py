"""Write rules of what is billed: logged time and billing milestones."""

from __future__ import annotations

from collections.abc import Callable

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.refusals import invalid
from psdm_cli.sandbox.writing import Given, Hand


def _fee(row: Row) -> int:
    """What an entry adds to the budget used, in the currency's subunit."""
    return round(row["time_in_minutes"] * (row.get("rate_in_cents") or 0) / 60) if row.get("billable") else 0


def _book_fee(hand: Hand, workspace_id: str, cents: int) -> None:
    workspace = hand.account.row("workspaces", workspace_id)
    if cents and not workspace.get("stories_are_fixed_fee_by_default"):
        used = (workspace.get("budget_used_in_cents") or 0) + cents
        hand.change("workspaces", workspace_id, {"budget_used_in_cents": used})


def create_entry(hand: Hand, given: Given) -> Row:
    """Logs time; the fee counts as budget used of a project billed by time."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    if int(given["time_in_minutes"]) <= 0:
        raise invalid("time_in_minutes", "must be greater than 0")
    user = str(given.get("user_id") or hand.user)
    hand.existing("users", user, "user_id")
    if given.get("story_id") is not None:
        hand.existing("stories", given["story_id"], "story_id")
    slot = next(
        (s for s in hand.account.find("workspace_resources", "workspace_id", workspace["id"]) if s["user_id"] == user),
        {},
    )
    billable = given.get("billable")
    story = given.get("story_id")
    row = hand.add(
        "time_entries",
        {
            "workspace_id": workspace["id"],
            "date_performed": given["date_performed"],
            "time_in_minutes": int(given["time_in_minutes"]),
            "billable": True if billable is None else billable,
            "approved": not workspace.get("require_time_approvals"),
            "is_invoiced": False,
            "taxable": False,
            "notes": given.get("notes"),
            "rate_in_cents": given.get("rate_in_cents", slot.get("resource_bill_rate")),
            "currency": workspace.get("currency"),
            "currency_base_unit": workspace.get("currency_base_unit"),
            "user_id": user,
            "role_id": str(given["role_id"]) if given.get("role_id") is not None else slot.get("role_id"),
            "story_id": None if story is None else str(story),
        },
    )
    _book_fee(hand, workspace["id"], _fee(row))
    return row


def update_entry(hand: Hand, old: Row, given: Given) -> Row:
    """Corrects logged time; invoiced time is closed."""
    if old.get("is_invoiced"):
        raise invalid("base", "invoiced time cannot be changed")
    names = ("date_performed", "time_in_minutes", "billable", "rate_in_cents", "notes")
    values = {name: given[name] for name in names if name in given}
    values |= {name: str(given[name]) for name in ("story_id", "role_id", "user_id") if given.get(name) is not None}
    row = hand.change("time_entries", old["id"], values)
    _book_fee(hand, row["workspace_id"], _fee(row) - _fee(old))
    return row


def delete_entry(hand: Hand, old: Row) -> None:
    """Takes the fee back."""
    if old.get("is_invoiced"):
        raise invalid("base", "invoiced time cannot be deleted")
    _book_fee(hand, old["workspace_id"], -_fee(old))


def _milestone(hand: Hand, values: Given) -> Given:
    kind = values.get("billing_type") or "fixed_date"
    if kind not in ("fixed_date", "upon_completion"):
        raise invalid("billing_type", "must be fixed_date or upon_completion")
    if kind == "upon_completion" and values.get("story_id") is None:
        raise invalid("story_id", "is required when billing upon completion")
    if values.get("story_id") is not None:
        values["story_id"] = hand.existing("stories", values["story_id"], "story_id")["id"]
    return values | {"billing_type": kind}


def create_milestone(hand: Hand, given: Given) -> Row:
    """A new billing milestone in the project's currency."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    names = ("title", "amount_in_cents", "date_to_invoice", "billing_type", "story_id")
    values = _milestone(hand, {name: given.get(name) for name in names})
    place = {"workspace_id": workspace["id"], "currency": workspace.get("currency"), "invoice_ids": []}
    return hand.add("billing_milestones", values | place)


def update_milestone(hand: Hand, old: Row, given: Given) -> Row:
    """Changes a billing milestone that is not invoiced yet."""
    if old.get("invoice_id") is not None or old.get("invoice_ids"):
        raise invalid("base", "an invoiced milestone cannot be changed")
    names = ("title", "amount_in_cents", "date_to_invoice", "billing_type", "story_id")
    kept = {name: old.get(name) for name in names}
    given = {name: given[name] for name in names if name in given}
    return hand.change("billing_milestones", old["id"], _milestone(hand, kept | given))


MONEY_CREATE: dict[str, Callable[[Hand, Given], Row]] = {
    "time_entries": create_entry,
    "billing_milestones": create_milestone,
}
MONEY_UPDATE: dict[str, Callable[[Hand, Row, Given], Row]] = {
    "time_entries": update_entry,
    "billing_milestones": update_milestone,
}
MONEY_DELETE: dict[str, Callable[[Hand, Row], None]] = {"time_entries": delete_entry}
