"""Write rules of projects, people and reports: status, lead, health, notes, custom fields, time off."""

from __future__ import annotations

from collections.abc import Callable

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.refusals import forbidden, invalid
from psdm_cli.sandbox.statuses import status, status_of_key
from psdm_cli.sandbox.writing import Given, Hand

PLAIN_WORKSPACE = (
    "title",
    "description",
    "start_date",
    "due_date",
    "stage",
    "budgeted",
    "access_level",
    "target_margin",
    "stories_are_fixed_fee_by_default",
    "tasks_default_non_billable",
    "expenses_in_burn_rate",
    "actual_fees_includes_expenses",
    "rate_card_id",
    "actual_fees_includes_additional_line_items",
    "change_orders_enabled",
    "exclude_archived_stories_percent_complete",
    "posts_require_privacy_decision",
    "require_notes_on_time_entries",
    "time_trackable",
    "consultant_role_name",
    "client_role_name",
    "require_time_approvals",
    "require_expense_approvals",
    "external_link",
    "archived",
)
HEALTH = ("green", "yellow", "red")
CATEGORIES = ("Scope", "Budget", "Schedule", "Client")


def _workspace_values(hand: Hand, given: Given, old: Row) -> Given:
    values: Given = {name: given[name] for name in PLAIN_WORKSPACE if name in given}
    if not values.get("title", old.get("title")):
        raise invalid("title", "can't be blank")
    hand.ordered(
        values.get("start_date", old.get("start_date")), values.get("due_date", old.get("due_date")), "due_date"
    )
    if "price" in given:
        base = old.get("currency_base_unit") or 100
        values["price_in_cents"] = None if given["price"] is None else int(given["price"]) * base
    if "workspace_group_ids" in given:
        for id_ in given["workspace_group_ids"]:
            hand.existing("workspace_groups", id_, "workspace_group_ids")
        values["workspace_group_ids"] = [str(id_) for id_ in given["workspace_group_ids"]]
    for name in ("primary_workspace_group_id", "approver_id"):
        if given.get(name) is not None:
            values[name] = str(given[name])
    if "status_key" in given:
        found = status_of_key(given["status_key"])
        if found is None:
            raise invalid("status_key", "is not a status of this account")
        values["status"] = found
    return values


def create_workspace(hand: Hand, given: Given) -> Row:
    """A new project; its creator (or `primary_maven_id`) leads it."""
    if given.get("budgeted") and given.get("price") is None:
        raise invalid("price", "can't be blank for a budgeted project")
    lead = str(given.get("primary_maven_id") or hand.user)
    hand.existing("users", lead, "primary_maven_id")
    currency = given.get("currency") or "USD"
    start: Row = {"currency": currency, "currency_base_unit": 1 if currency == "JPY" else 100}
    card = hand.account.get("rate_cards", given.get("rate_card_id"))
    if given.get("rate_card_id") is not None and card is None:
        raise invalid("rate_card_id", "does not exist")
    if card is not None:
        start["currency"] = card["currency"]
    values = start | {
        "account_id": 1,
        "archived": False,
        "stage": "project",
        "status": status("Prospect"),
        "budget_used_in_cents": 0,
        "percentage_complete": 0,
        "creator_id": hand.user,
        "primary_maven_id": lead,
        "stories_are_fixed_fee_by_default": False,
    }
    row = hand.add("workspaces", values | _workspace_values(hand, given, start))
    hand.participant(row["id"], lead, lead=True)
    for item in given.get("participations") or ():
        hand.participant(row["id"], str(item.get("user_id")), item.get("role") or "maven")
    return row


def update_workspace(hand: Hand, old: Row, given: Given) -> Row:
    """Changes a project; a new status is noted in the status history, the current one is tolerated."""
    values = _workspace_values(hand, given, old)
    if "status" in values:
        _note_status(hand, old, values["status"])
    row = hand.change("workspaces", old["id"], values)
    if values.get("archived") and not old.get("archived") and hand.readings.archiving_drops_future_bookings:
        for booking in hand.account.find("workspace_allocations", "workspace_id", old["id"]):
            if booking["start_date"] > hand.today.isoformat():
                hand.account.remove("workspace_allocations", booking["id"])
    return row


def _note_status(hand: Hand, workspace: Row, new: Row) -> Row | None:
    old = workspace.get("status") or {}
    if old.get("key") == new["key"]:
        return None
    return hand.add(
        "workspace_status_changes",
        {
            "workspace_id": workspace["id"],
            "user_id": hand.user,
            "from_status_key": old.get("key"),
            "from_message": old.get("message"),
            "from_color": old.get("color"),
            "to_status_key": new["key"],
            "to_message": new["message"],
            "to_color": new["color"],
        },
    )


def create_status_change(hand: Hand, given: Given) -> Row:
    """Sets a project's status; setting the current one is an error."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    new = status_of_key(given["to_status_key"])
    if new is None:
        raise invalid("to_status_key", "is not a status of this account")
    noted = _note_status(hand, workspace, new)
    if noted is None:
        raise invalid("to_status_key", "is already the current status")
    hand.change("workspaces", workspace["id"], {"status": new})
    return noted


def create_participation(hand: Hand, given: Given) -> Row:
    """Adds a person to a project."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    user = hand.existing("users", given.get("user_id"), "user_id")
    if given["role"] not in ("maven", "buyer"):
        raise invalid("role", "must be maven or buyer")
    if any(p["user_id"] == user["id"] for p in hand.account.find("participations", "workspace_id", workspace["id"])):
        raise invalid("user_id", "already participates")
    return hand.participant(workspace["id"], user["id"], given["role"])


def update_participation(hand: Hand, old: Row, given: Given) -> Row:
    """Changes rights; `team_lead: true` hands the lead over."""
    values = {name: value for name, value in given.items() if name not in ("team_lead", "external_reference")}
    values = {name: str(value) if name == "workspace_role_id" else value for name, value in values.items()}
    if given.get("team_lead") is not None:
        values["is_team_lead"] = given["team_lead"]
    if given.get("team_lead"):
        for other in hand.account.find("participations", "workspace_id", old["workspace_id"]):
            if other["id"] != old["id"] and other.get("is_team_lead") and other["role"] == old["role"]:
                hand.change("participations", other["id"], {"is_team_lead": False})
        led = "primary_maven_id" if old["role"] == "maven" else "primary_counterpart_id"
        hand.change("workspaces", old["workspace_id"], {led: old["user_id"]})
    return hand.change("participations", old["id"], values)


def _report(given: Given) -> Given:
    if "color" in given and given["color"] not in HEALTH:
        raise invalid("color", "must be green, yellow or red")
    details = given.get("details") or []
    for item in details:
        if not isinstance(item, dict) or item.get("category") not in CATEGORIES or item.get("color") not in HEALTH:
            raise invalid("details", "need a category (Scope, Budget, Schedule, Client) and a color")
    found = {name: given[name] for name in ("color", "description") if name in given}
    return found | {"details": details}


def create_report(hand: Hand, given: Given) -> Row:
    """A new health report."""
    hand.existing("workspaces", given["workspace_id"], "workspace_id")
    who = {"workspace_id": str(given["workspace_id"]), "creator_id": hand.user, "updater_id": hand.user}
    return hand.add("status_reports", _report(given) | who)


def update_report(hand: Hand, old: Row, given: Given) -> Row:
    """Changes a health report; categories left out are dropped."""
    return hand.change("status_reports", old["id"], _report(given) | {"updater_id": hand.user})


def create_post(hand: Hand, given: Given) -> Row:
    """A note or a reply; recipients (who must take part in the project) make it private."""
    workspace = hand.existing("workspaces", given["workspace_id"], "workspace_id")
    inside = {p["user_id"] for p in hand.account.find("participations", "workspace_id", workspace["id"])}
    recipients = [str(id_) for id_ in given.get("recipient_ids") or ()]
    if not set(recipients) <= inside:
        raise invalid("recipient_ids", "must be participants of the project")
    parent = hand.existing("posts", given["subject_id"], "subject_id") if given.get("subject_id") is not None else None
    story = given.get("story_id")
    if story is not None:
        hand.existing("stories", story, "story_id")
    row = hand.add(
        "posts",
        {
            "workspace_id": workspace["id"],
            "message": given["message"],
            "user_id": hand.user,
            "private": bool(recipients),
            "recipient_ids": recipients,
            "reply": parent is not None,
            "reply_count": 0,
            "has_attachments": False,
            "newest_reply_at": hand.stamp(),
            "story_id": None if story is None else str(story),
            "subject_type": "Post" if parent else "Workspace",
            "subject_id": int(parent["id"] if parent else workspace["id"]),
        },
    )
    if parent is not None:
        count = {"reply_count": parent.get("reply_count", 0) + 1, "newest_reply_at": hand.stamp()}
        hand.change("posts", parent["id"], count)
    return row


def update_post(hand: Hand, old: Row, given: Given) -> Row:
    """Only the author changes a note."""
    if old["user_id"] != hand.user:
        raise forbidden("Only the author may change this post.")
    values = {"message": given["message"]} if "message" in given else {}
    if given.get("story_id") is not None:
        values["story_id"] = str(hand.existing("stories", given["story_id"], "story_id")["id"])
    return hand.change("posts", old["id"], values)


SUBJECTS = {
    "Workspace": "workspaces",
    "Story": "stories",
    "User": "users",
    "WorkspaceGroup": "workspace_groups",
    "Resource": "workspace_resources",
}


def create_value(hand: Hand, given: Given) -> Row:
    """Sets a custom field (an upsert)."""
    table = SUBJECTS.get(given["subject_type"])
    if table is None:
        raise invalid("subject_type", "cannot have custom fields")
    subject = hand.existing(table, given["subject_id"], "subject_id")
    return hand.upsert_value(given["subject_type"], subject["id"], str(given["custom_field_id"]), given["value"])


def update_value(hand: Hand, old: Row, given: Given) -> Row:
    """Overwrites a custom field's value."""
    shown, choices = hand.display(hand.account.row("custom_fields", old["custom_field_id"]), given.get("value"))
    values = {"value": given.get("value"), "display_value": shown, "selected_choice_ids": choices}
    return hand.change("custom_field_values", old["id"], values | {"setter_id": hand.user})


def create_time_off(hand: Hand, given: Given) -> Row:
    """One day off; rows of the same day are merged."""
    user = hand.existing("users", given["user_id"], "user_id")
    if not 0 < given["hours"] <= 24:
        raise invalid("hours", "must be between 0 and 24")
    for old in hand.account.find("time_off_entries", "user_id", user["id"]):
        if old["requested_date"] == given["requested_date"]:
            return hand.account.update("time_off_entries", old["id"], hours=old["hours"] + given["hours"])
    values = {"user_id": user["id"], "hours": given["hours"], "requested_date": given["requested_date"]}
    extra = {"submission_date": hand.today.isoformat(), "role_id": user.get("role_id")}
    return hand.add("time_off_entries", values | extra)


PROJECT_CREATE: dict[str, Callable[[Hand, Given], Row]] = {
    "workspaces": create_workspace,
    "workspace_status_changes": create_status_change,
    "participations": create_participation,
    "status_reports": create_report,
    "posts": create_post,
    "custom_field_values": create_value,
    "time_off_entries": create_time_off,
}
PROJECT_UPDATE: dict[str, Callable[[Hand, Row, Given], Row]] = {
    "workspaces": update_workspace,
    "participations": update_participation,
    "status_reports": update_report,
    "posts": update_post,
    "custom_field_values": update_value,
}
