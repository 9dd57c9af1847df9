"""Kantata's rows as psdm's records. A row that cannot be understood becomes `Malformed`, the others still count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from psdm_cli.domain.records import (
    AccountingRecord,
    Allocation,
    AllocationElsewhere,
    BillingMilestone,
    Holiday,
    Kind,
    Malformed,
    Membership,
    Record,
    Resource,
    ResourceRequest,
    Role,
    StatusReport,
    Story,
    TimeEntry,
    TimeOff,
    Workspace,
    Workweek,
)
from psdm_cli.systems.kantata.attributes import (
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

#: Side-loaded objects: map's name → id → row, as the envelope has them.
Sides = Mapping[str, Mapping[str, Any]]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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
        value = _side(sides, "workspace_resources", row.get("resource_id")).get("workspace_id")
    return str(value) if type(value) in (str, int) else None


def _side(sides: Sides, name: str, key: Any) -> Row:
    """A side-loaded object; empty when it did not come along."""
    found = sides.get(name, {}).get(str(key)) if key is not None else None
    return found if isinstance(found, dict) else {}


def _custom_fields(key: str, subject: str, row: Row, sides: Sides) -> tuple[tuple[str, str], ...] | None:
    """Field name → readable text. None: they did not come along."""
    values = sides.get("custom_field_values")
    if values is None:
        return None
    keys = idents(row, "custom_field_value_ids")
    if keys is None:
        # No list on the row: the values name their subject themselves, by an integer.
        mine: list[Row] = [
            value
            for value in values.values()
            if isinstance(value, dict) and str(value.get("subject_id")) == key and value.get("subject_type") == subject
        ]
    else:
        mine = [_side(sides, "custom_field_values", name) for name in keys]
    found = []
    for value in mine:
        name, readable = text(value, "custom_field_name"), value.get("display_value")
        if name is None or readable is None:
            continue
        if type(readable) not in (str, int, float):
            raise Wrong(f"custom field {shown(name)}: {shown(readable)} cannot be read")
        found.append((name, str(readable)))
    return tuple(found)


def _workspace(key: str, row: Row, sides: Sides) -> Workspace:
    status = row.get("status")
    if status is not None and not isinstance(status, dict):
        raise Wrong(f"status: {shown(status)} cannot be read")
    lead_id = ident(row, "primary_maven_id")
    group = _side(sides, "workspace_groups", row.get("primary_workspace_group_id"))
    lead = text(row, "provider_lead_name") or text(_side(sides, "users", lead_id), "full_name")
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
        custom_fields=_custom_fields(key, "Workspace", row, sides),
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
        role_name=text(row, "role_name") or text(_side(sides, "roles", role_id), "name"),
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
        workspace_id = ident(_side(sides, "workspace_resources", resource_id), "workspace_id")
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
    resource = _side(sides, "workspace_resources", row.get("workspace_resource_id"))
    workspace_id = ident(row, "workspace_id") or ident(resource, "workspace_id")
    title = text(_side(sides, "workspaces", workspace_id), "title") or text(resource, "workspace_title")
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
        side = _side(sides, "workspace_resources", resource)
        # A server may keep back ids whose include was not asked for; the name tells the same.
        name = "user_id" if "user_id" in side else "full_name"
        if name in side and side[name] is None:
            return True
    current = idents(row, "current_assignment_ids")
    if current is None:
        return None
    return any(_side(sides, "assignments", key).get("current") is not False for key in current)


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
        custom_fields=_custom_fields(key, "Story", row, sides),
        updated_at=instant(row, "updated_at"),
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


def _week(row: Row) -> tuple[int, int, int, int, int, int, int] | None:
    """Minutes from Monday to Sunday; None unless all seven are known."""
    days = [whole(row, f"{name}_minutes") for name in _DAYS]
    if any(minutes is not None and not 0 <= minutes <= 1440 for minutes in days):
        raise Wrong("workweek: a day has less than no minutes, or more than 24 hours")
    known = [minutes for minutes in days if minutes is not None]
    if len(known) < 7:
        return None
    mon, tue, wed, thu, fri, sat, sun = known
    return mon, tue, wed, thu, fri, sat, sun


def _workweek(key: str, row: Row, _sides: Sides) -> Workweek:
    minutes = _week(row)
    if minutes is None:
        raise Wrong("workweek: minutes of some weekdays are missing")
    return Workweek(id=key, minutes=minutes, default=flag(row, "default"))


def _membership(key: str, row: Row, sides: Sides) -> Membership:
    user_id: str = needed(ident(row, "user_id"), "user_id")
    user = _side(sides, "users", user_id)
    return Membership(
        id=key,
        user_id=user_id,
        full_name=text(user, "full_name"),
        email=text(user, "email_address"),
        active=instant(row, "disabled_at") is None,
        default_role=text(_side(sides, "roles", row.get("default_role_id")), "name"),
        workweek_minutes=_week(_side(sides, "workweeks", row.get("effective_workweek_id"))),
        billability_target=whole(row, "billability_target"),
        updated_at=instant(row, "updated_at"),
    )


def _role(key: str, row: Row, _sides: Sides) -> Role:
    return Role(id=key, name=text(row, "name"))


def _holiday(key: str, row: Row, _sides: Sides) -> Holiday:
    start, end = needed(day(row, "start_date"), "start_date"), day(row, "end_date")
    if end is not None and end < start:
        raise Wrong(f"it ends ({end}) before it starts ({start})")
    return Holiday(id=key, start_date=start, name=text(row, "name"), end_date=end, calendars=_calendars(row))


def _calendars(row: Row) -> tuple[str, ...] | None:
    """The contract does not type the list: a list of names, or names with commas."""
    value = row.get("calendar_names_list")
    if value is None:
        return None
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Wrong(f"calendars: {shown(value)} cannot be read")
    return tuple(name.strip() for name in names if name.strip())


def _time_off(key: str, row: Row, _sides: Sides) -> TimeOff:
    hours: Decimal = needed(decimal(row, "hours"), "hours")
    if hours < 0:
        raise Wrong(f"hours: {shown(hours)} is below zero")  # would add capacity
    return TimeOff(
        id=key,
        user_id=needed(ident(row, "user_id"), "user_id"),
        requested_date=needed(day(row, "requested_date"), "requested_date"),
        hours=hours,
        updated_at=instant(row, "updated_at"),
    )


def _resource_request(key: str, row: Row, sides: Sides) -> ResourceRequest:
    resource_id = ident(row, "resource_id")
    return ResourceRequest(
        id=key,
        status=text(row, "status"),
        resource_id=resource_id,
        workspace_id=ident(_side(sides, "workspace_resources", resource_id), "workspace_id"),
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


_READERS: Mapping[Kind, Callable[[str, Row, Sides], Record]] = {
    Kind.WORKSPACES: _workspace,
    Kind.RESOURCES: _resource,
    Kind.ALLOCATIONS: _allocation,
    Kind.ALLOCATIONS_ELSEWHERE: _allocation_elsewhere,
    Kind.STORIES: _story,
    Kind.BILLING_MILESTONES: _billing_milestone,
    Kind.TIME_ENTRIES: _time_entry,
    Kind.STATUS_REPORTS: _status_report,
    Kind.PEOPLE: _membership,
    Kind.WORKWEEKS: _workweek,
    Kind.ROLES: _role,
    Kind.HOLIDAYS: _holiday,
    Kind.TIME_OFF: _time_off,
    Kind.RESOURCE_REQUESTS: _resource_request,
    Kind.ACCOUNTING: _accounting,
}
