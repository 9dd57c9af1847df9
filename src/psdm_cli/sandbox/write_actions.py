"""Actions beside plain create and update: splitting bookings, links, approvers, approvals, disabling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.refusals import invalid
from psdm_cli.sandbox.writing import Hand

Action = Callable[[Hand, list[str], dict[str, Any], dict[str, str]], list[Row] | None]

REFERABLE = {
    "Workspace": "workspaces",
    "Story": "stories",
    "WorkspaceAllocation": "workspace_allocations",
    "BillingMilestone": "billing_milestones",
    "StatusReport": "status_reports",
    "WorkspaceResource": "workspace_resources",
    "Participation": "participations",
    "Assignment": "assignments",
    "TimeEntry": "time_entries",
    "TimeOffEntry": "time_off_entries",
    "User": "users",
    "WorkspaceGroup": "workspace_groups",
    "Role": "roles",
}


def _weekdays(first: date, last: date) -> int:
    span = range((last - first).days + 1)
    return sum((first + timedelta(days=n)).weekday() < 5 for n in span) or len(span)


def split(hand: Hand, _rest: list[str], _body: dict[str, Any], query: dict[str, str]) -> list[Row]:
    """Splits a booking before a date, minutes in proportion to weekdays; answers with both halves."""
    booking = hand.account.get("workspace_allocations", query.get("workspace_allocation_id", ""))
    if booking is None:
        raise invalid("workspace_allocation_id", "does not exist")
    try:
        at = date.fromisoformat(query.get("split_date", ""))
    except ValueError:
        raise invalid("split_date", "must be a date") from None
    first, last = date.fromisoformat(booking["start_date"]), date.fromisoformat(booking["end_date"])
    if not first < at <= last:
        raise invalid("split_date", "must lie inside the booking")
    before = round(booking["minutes"] * _weekdays(first, at - timedelta(days=1)) / _weekdays(first, last))
    copy = {key: value for key, value in booking.items() if key not in ("id", "created_at", "updated_at")}
    one = hand.change(
        "workspace_allocations",
        booking["id"],
        {"end_date": (at - timedelta(days=1)).isoformat(), "minutes": before, "updater_id": hand.user},
    )
    rest = {"start_date": at.isoformat(), "minutes": booking["minutes"] - before, "creator_id": hand.user}
    return [one, hand.add("workspace_allocations", copy | rest)]


def create_or_update(hand: Hand, _rest: list[str], body: dict[str, Any], _query: dict[str, str]) -> list[Row]:
    """Creates or updates a link to a third-party system."""
    table = REFERABLE.get(body["subject_type"])
    if table is None:
        raise invalid("subject_type", f"{body['subject_type']} cannot have external references")
    hand.existing(table, body["subject_id"], "subject_id")
    return [hand.upsert_reference(body)]


def update_approver(hand: Hand, rest: list[str], body: dict[str, Any], _query: dict[str, str]) -> list[Row]:
    """Hands a request over to another approver."""
    wanted = (body.get("resource_request") or {}).get("new_approver_id")
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if not wanted or any(hand.account.get("users", id_) is None for id_ in wanted):
        raise invalid("new_approver_id", "does not exist")
    return [hand.change("resource_requests", rest[0], {"approver_ids": [str(id_) for id_ in wanted]})]


def disable(hand: Hand, rest: list[str], _body: dict[str, Any], _query: dict[str, str]) -> list[Row]:
    """Deactivates a member."""
    membership = hand.change("account_memberships", rest[0], {"disabled_at": hand.stamp()})
    hand.account.update("users", membership["user_id"], disabled=True)
    return [membership]


def toggle_time_approvals(hand: Hand, rest: list[str], _body: dict[str, Any], _query: dict[str, str]) -> list[Row]:
    """Switches the need for time approval."""
    row = hand.account.row("workspaces", rest[0])
    return [hand.change("workspaces", rest[0], {"require_time_approvals": not row.get("require_time_approvals")})]


def unarchive(hand: Hand, rest: list[str], _body: dict[str, Any], _query: dict[str, str]) -> list[Row]:
    """Reopens an archived project and approves its unapproved time."""
    for entry in hand.account.find("time_entries", "workspace_id", rest[0]):
        if not entry.get("approved"):
            hand.change("time_entries", entry["id"], {"approved": True})
    return [hand.change("workspaces", rest[0], {"archived": False})]


def match_scheduled(hand: Hand, rest: list[str], body: dict[str, Any], _query: dict[str, str]) -> None:
    """Replaces bookings by the scheduled hours of the resources, one booking per week of equal hours."""
    for item in body.get("data") or [body | {"resource_ids": rest[:1]}]:
        hard = bool(item.get("hard"))
        for id_ in item.get("resource_ids") or ():
            slot = hand.existing("workspace_resources", id_, "resource_ids")
            if hard and slot.get("user_id") is None:
                raise invalid("hard", "must be false for unnamed resources")
            _rebook(hand, slot, hard)


def _rebook(hand: Hand, slot: Row, hard: bool) -> None:
    weeks: dict[date, int] = {}
    for assignment in hand.account.find("assignments", "resource_id", slot["id"]):
        for scheduled in hand.account.find("story_allocation_days", "assignment_id", assignment["id"]):
            on = date.fromisoformat(scheduled["date"])
            monday = on - timedelta(days=on.weekday())
            weeks[monday] = weeks.get(monday, 0) + scheduled["minutes"]
    for old in hand.account.find("workspace_allocations", "workspace_resource_id", slot["id"]):
        hand.account.remove("workspace_allocations", old["id"])
    for monday, minutes in sorted(weeks.items()):
        hand.add(
            "workspace_allocations",
            {
                "workspace_resource_id": slot["id"],
                "workspace_id": str(slot["workspace_id"]),
                "start_date": monday.isoformat(),
                "end_date": (monday + timedelta(days=4)).isoformat(),
                "minutes": minutes,
                "hard": hard,
                "creator_id": hand.user,
            },
        )


ACTIONS: dict[str, Action] = {
    "PUT workspace_allocations/split": split,
    "POST external_references/create_or_update": create_or_update,
    "PUT resource_requests/{id}/update_approver": update_approver,
    "PUT account_memberships/{id}/disable": disable,
    "PUT workspaces/{id}/toggle_time_approvals": toggle_time_approvals,
    "PUT workspaces/{id}/unarchive_with_approvals": unarchive,
    "POST workspace_resources/allocations_matching_scheduled_hours": match_scheduled,
    "POST workspace_resources/{id}/allocations_matching_scheduled_hours": match_scheduled,
}
