"""What rows of each kind need at least, and how the adapter reads them."""

from __future__ import annotations

from typing import Any

from psdm_cli.domain.records import Kind
from psdm_cli.systems.kantata.parsing import record

BOOKED = {"start_date": "2026-11-02", "end_date": "2026-11-06", "minutes": 600, "hard": True}
WEEK = {f"{day}_minutes": 480 for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
WEEK |= {"saturday_minutes": 0, "sunday_minutes": 0}
#: What a row of each kind cannot do without.
LEAST: dict[Kind, dict[str, Any]] = {
    Kind.ALLOCATIONS: BOOKED,
    Kind.ALLOCATIONS_ELSEWHERE: {**BOOKED, "workspace_resource_id": "901"},
    Kind.TIME_ENTRIES: {"date_performed": "2026-11-02", "time_in_minutes": 60},
    Kind.WORKWEEKS: WEEK,
    Kind.PEOPLE: {"user_id": "8"},
    Kind.HOLIDAYS: {"start_date": "2026-12-25"},
    Kind.TIME_OFF: {"user_id": "8", "requested_date": "2026-11-02", "hours": 4},
}
SCHEMAS = {
    Kind.WORKSPACES: "Workspace",
    Kind.RESOURCES: "WorkspaceResource",
    Kind.ALLOCATIONS: "WorkspaceAllocation",
    Kind.ALLOCATIONS_ELSEWHERE: "WorkspaceAllocation",
    Kind.STORIES: "Story",
    Kind.BILLING_MILESTONES: "BillingMilestone",
    Kind.TIME_ENTRIES: "TimeEntry",
    Kind.STATUS_REPORTS: "StatusReport",
    Kind.PEOPLE: "AccountMembership",
    Kind.WORKWEEKS: "Workweek",
    Kind.ROLES: "Role",
    Kind.HOLIDAYS: "Holiday",
    Kind.TIME_OFF: "TimeOffEntry",
    Kind.RESOURCE_REQUESTS: "ResourceRequest",
    Kind.ACCOUNTING: "ProjectAccountingRecord",
}
SIDES = {"workspace_resources": {"901": {"id": "901", "user_id": "8", "workspace_id": 40}}}


def parsed(kind: Kind, row: dict[str, Any], sides: dict[str, Any] | None = None) -> Any:
    """The row, with what it needs at least, as a record (or why it is none)."""
    return record(kind, "1", {"id": "1", **LEAST.get(kind, {}), **row}, SIDES if sides is None else sides)
