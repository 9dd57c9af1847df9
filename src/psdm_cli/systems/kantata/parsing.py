"""Kantata's rows as psdm's records. A row that cannot be understood becomes `Malformed`, the others still count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psdm_cli.domain.records import (
    AccountingRecord,
    Allocation,
    AllocationElsewhere,
    BillingMilestone,
    Kind,
    Malformed,
    Record,
    Resource,
    ResourceRequest,
    StatusReport,
    Story,
    TimeEntry,
    Workspace,
)
from psdm_cli.systems.http.attributes import (
    Row,
    Wrong,
    day,
    decimal,
    flag,
    ident,
    idents,
    instant,
    needed,
    shown,
    text,
    whole,
)
from psdm_cli.systems.kantata import people
from psdm_cli.systems.kantata.sideloads import Sides, custom_fields, side

#: What a reader makes of a row; it raises `Wrong`.
_Reader = Callable[[str, Row, Sides], Record]


def record(kind: Kind, key: str, row: Any, sides: Sides) -> Record | Malformed:
    """The row `key` of `kind` as a record, or why it is none."""
    if not isinstance(row, dict):
        return Malformed(kind, key, "the record is empty or no record at all")
    try:
        return _READERS[kind](key, row, sides)
    except Wrong as wrong:
        return Malformed(kind, key, str(wrong), _workspace_of(kind, key, row, sides))


def _workspace_of(kind: Kind, key: str, row: Row, sides: Sides) -> str | None:
    if kind is Kind.WORKSPACES:
        return key
    value = row.get("workspace_id")
    if value is None and kind is Kind.RESOURCE_REQUESTS:
        value = side(sides, "workspace_resources", row.get("resource_id")).get("workspace_id")
    return str(value) if type(value) in (str, int) else None


def _workspace(key: str, row: Row, sides: Sides) -> Workspace:
    status = row.get("status")
    if status is not None and not isinstance(status, dict):
        raise Wrong(f"status: {shown(status)} cannot be read")
    lead_id = ident(row, "primary_maven_id")
    group = side(sides, "workspace_groups", row.get("primary_workspace_group_id"))
    lead = text(row, "provider_lead_name") or text(side(sides, "users", lead_id), "full_name")
    return Workspace(
        id=key,
        title=text(row, "title"),
        status=text(status, "message") if status else None,
        archived=flag(row, "archived"),
        start_date=day(row, "start_date"),
        due_date=day(row, "due_date"),
        effective_due_date=day(row, "effective_due_date"),
        lead_id=lead_id,
        lead_name=lead,
        customer=text(group, "name"),
        currency=text(row, "currency"),
        currency_base_unit=whole(row, "currency_base_unit"),
        price_in_cents=whole(row, "price_in_cents"),
        budget_used_in_cents=whole(row, "budget_used_in_cents"),
        total_expenses_in_cents=whole(row, "total_expenses_in_cents"),
        actual_fees_includes_expenses=flag(row, "actual_fees_includes_expenses"),
        stories_are_fixed_fee_by_default=flag(row, "stories_are_fixed_fee_by_default"),
        require_time_approvals=flag(row, "require_time_approvals"),
        percentage_complete=whole(row, "percentage_complete"),
        estimated_minutes=whole(row, "estimated_minutes"),
        minutes_logged=whole(row, "minutes_logged"),
        custom_fields=custom_fields(key, "Workspace", row, sides),
        updated_at=instant(row, "updated_at"),
    )


def _resource(key: str, row: Row, sides: Sides) -> Resource:
    role_id = ident(row, "role_id")
    return Resource(
        id=key,
        workspace_id=ident(row, "workspace_id"),
        user_id=ident(row, "user_id"),
        full_name=text(row, "full_name"),
        role_id=role_id,
        role_name=text(row, "role_name") or text(side(sides, "roles", role_id), "name"),
        bill_rate_in_cents=whole(row, "resource_bill_rate"),
        updated_at=instant(row, "updated_at"),
    )


def _booked(row: Row) -> tuple[Any, Any, int, bool]:
    start, end = needed(day(row, "start_date"), "start_date"), needed(day(row, "end_date"), "end_date")
    minutes: int = needed(whole(row, "minutes"), "minutes")
    hard = flag(row, "hard")
    if hard is None:
        raise Wrong("it does not say whether it is hard or soft")
    if end < start:
        raise Wrong(f"it ends ({end}) before it starts ({start})")
    if minutes < 0:
        raise Wrong(f"minutes: {shown(minutes)} is below zero")
    return start, end, minutes, hard


def _allocation(key: str, row: Row, sides: Sides) -> Allocation:
    start, end, minutes, hard = _booked(row)
    resource_id = ident(row, "workspace_resource_id")
    workspace_id = ident(row, "workspace_id")
    if workspace_id is None:
        workspace_id = ident(side(sides, "workspace_resources", resource_id), "workspace_id")
    return Allocation(
        id=key,
        start_date=start,
        end_date=end,
        minutes=minutes,
        hard=hard,
        workspace_id=workspace_id,
        resource_id=resource_id,
        updated_at=instant(row, "updated_at"),
    )


def _allocation_elsewhere(key: str, row: Row, sides: Sides) -> AllocationElsewhere:
    start, end, minutes, hard = _booked(row)
    resource = side(sides, "workspace_resources", row.get("workspace_resource_id"))
    workspace_id = ident(row, "workspace_id") or ident(resource, "workspace_id")
    title = text(side(sides, "workspaces", workspace_id), "title") or text(resource, "workspace_title")
    return AllocationElsewhere(
        id=key,
        user_id=needed(ident(resource, "user_id"), "user_id"),
        start_date=start,
        end_date=end,
        minutes=minutes,
        hard=hard,
        workspace_id=workspace_id,
        workspace_title=title,
    )


def _assigned(row: Row, sides: Sides) -> bool | None:
    """Whether somebody is assigned: a current assignment, or an unnamed resource (which those may leave out)."""
    resources = idents(row, "workspace_resources_with_unnamed_ids")
    for resource in resources or ():
        found = side(sides, "workspace_resources", resource)
        # A server may keep back ids whose include was not asked for; the name tells the same.
        name = "user_id" if "user_id" in found else "full_name"
        if name in found and found[name] is None:
            return True
    current = idents(row, "current_assignment_ids")
    if current is None:
        return None
    return any(side(sides, "assignments", key).get("current") is not False for key in current)


def _story(key: str, row: Row, sides: Sides) -> Story:
    return Story(
        id=key,
        workspace_id=ident(row, "workspace_id"),
        title=text(row, "title"),
        story_type=text(row, "story_type"),
        state=text(row, "state"),
        start_date=day(row, "start_date"),
        due_date=day(row, "due_date"),
        fixed_fee=flag(row, "fixed_fee"),
        budget_estimate_in_cents=whole(row, "budget_estimate_in_cents"),
        parent_id=ident(row, "parent_id"),
        ancestor_ids=idents(row, "ancestor_ids"),
        assigned=_assigned(row, sides),
        custom_fields=custom_fields(key, "Story", row, sides),
        updated_at=instant(row, "updated_at"),
        position=whole(row, "position"),
    )


def _billing_milestone(key: str, row: Row, _sides: Sides) -> BillingMilestone:
    return BillingMilestone(
        id=key,
        workspace_id=ident(row, "workspace_id"),
        title=text(row, "title"),
        amount_in_cents=whole(row, "amount_in_cents"),
        currency=text(row, "currency"),
        date_to_invoice=day(row, "date_to_invoice"),
        story_id=ident(row, "story_id"),
        invoiced=ident(row, "invoice_id") is not None or bool(idents(row, "invoice_ids")),
    )


def _time_entry(key: str, row: Row, _sides: Sides) -> TimeEntry:
    return TimeEntry(
        id=key,
        date_performed=needed(day(row, "date_performed"), "date_performed"),
        minutes=needed(whole(row, "time_in_minutes"), "time_in_minutes"),
        workspace_id=ident(row, "workspace_id"),
        user_id=ident(row, "user_id"),
        billable=flag(row, "billable"),
        approved=flag(row, "approved"),
        rate_in_cents=whole(row, "rate_in_cents"),
        currency=text(row, "currency"),
        updated_at=instant(row, "updated_at"),
    )


def _status_report(key: str, row: Row, _sides: Sides) -> StatusReport:
    return StatusReport(
        id=key,
        workspace_id=ident(row, "workspace_id"),
        color=text(row, "color"),
        created_at=instant(row, "created_at"),
        updated_at=instant(row, "updated_at"),
    )


def _resource_request(key: str, row: Row, sides: Sides) -> ResourceRequest:
    resource_id = ident(row, "resource_id")
    return ResourceRequest(
        id=key,
        status=text(row, "status"),
        resource_id=resource_id,
        workspace_id=ident(side(sides, "workspace_resources", resource_id), "workspace_id"),
        updated_at=instant(row, "updated_at"),
    )


def _accounting(key: str, row: Row, _sides: Sides) -> AccountingRecord:
    amount = decimal(row, "amount")
    return AccountingRecord(
        id=key,
        workspace_id=ident(row, "workspace_id"),
        type=text(row, "type"),
        start_date=day(row, "start_date"),
        end_date=day(row, "end_date"),
        amount=amount if amount is not None else decimal(row, "forecast"),
        currency=text(row, "currency"),
    )


_READERS: Mapping[Kind, _Reader] = {
    Kind.WORKSPACES: _workspace,
    Kind.RESOURCES: _resource,
    Kind.ALLOCATIONS: _allocation,
    Kind.ALLOCATIONS_ELSEWHERE: _allocation_elsewhere,
    Kind.STORIES: _story,
    Kind.BILLING_MILESTONES: _billing_milestone,
    Kind.TIME_ENTRIES: _time_entry,
    Kind.STATUS_REPORTS: _status_report,
    Kind.PEOPLE: people.membership,
    Kind.WORKWEEKS: people.workweek,
    Kind.ROLES: people.role,
    Kind.HOLIDAYS: people.holiday,
    Kind.TIME_OFF: people.time_off,
    Kind.RESOURCE_REQUESTS: _resource_request,
    Kind.ACCOUNTING: _accounting,
}
