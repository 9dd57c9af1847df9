"""Kantata's records as psdm reads them: one frozen class per resource, units in the names.

Any attribute but an id may be `None`: null in Kantata, or hidden from this token (kantata.md section 1.8). `None` is
"unknown", never zero. Ids are text. Amounts are subunits of the workspace's currency, rates subunits per hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What can be read; the value is the resource's path in the API, except for the two derived kinds."""

    WORKSPACES = "workspaces"
    RESOURCES = "workspace_resources"
    ALLOCATIONS = "workspace_allocations"
    ALLOCATIONS_ELSEWHERE = "allocations_elsewhere"  # bookings of my people on engagements that are not in scope
    STORIES = "stories"
    BILLING_MILESTONES = "billing_milestones"
    TIME_ENTRIES = "time_entries"
    STATUS_REPORTS = "status_reports"
    PEOPLE = "account_memberships"
    WORKWEEKS = "workweeks"
    ROLES = "roles"
    HOLIDAYS = "holidays"
    TIME_OFF = "time_off_entries"
    RESOURCE_REQUESTS = "resource_requests"
    ACCOUNTING = "project_accounting_records"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Kantata project: one engagement. `custom_fields` maps the field's name to its readable text."""

    id: str
    title: str | None = None
    status: str | None = None  # status.message, for example "Active"
    archived: bool | None = None
    start_date: date | None = None
    due_date: date | None = None
    effective_due_date: date | None = None
    lead_id: str | None = None  # primary_maven
    lead_name: str | None = None
    customer: str | None = None  # name of the primary workspace group
    currency: str | None = None  # absent without financial access
    currency_base_unit: int | None = None
    price_in_cents: int | None = None
    budget_used_in_cents: int | None = None
    total_expenses_in_cents: int | None = None
    actual_fees_includes_expenses: bool | None = None
    stories_are_fixed_fee_by_default: bool | None = None
    require_time_approvals: bool | None = None
    percentage_complete: int | None = None
    estimated_minutes: int | None = None
    minutes_logged: int | None = None
    custom_fields: tuple[tuple[str, str], ...] | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One slot for a role, and usually a person, on a project. `user_id` None: unnamed."""

    id: str
    workspace_id: str | None = None
    user_id: str | None = None
    full_name: str | None = None
    role_id: str | None = None
    role_name: str | None = None
    bill_rate_in_cents: int | None = None  # resource_bill_rate; absent without financial access; 0 is a rate
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """A booking: `minutes` in total over `start_date`..`end_date`, both inclusive."""

    id: str
    start_date: date
    end_date: date
    minutes: int
    hard: bool
    workspace_id: str | None = None
    resource_id: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AllocationElsewhere:
    """A booking of one of my people on an engagement outside the scope: it only takes up their time."""

    id: str
    user_id: str
    start_date: date
    end_date: date
    minutes: int
    hard: bool
    workspace_id: str | None = None
    workspace_title: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A task, milestone, deliverable or issue of a plain list (not archived, not deleted, no To Do)."""

    id: str
    workspace_id: str | None = None
    title: str | None = None
    story_type: str | None = None
    state: str | None = None  # category: "not started", "started", "completed", …
    start_date: date | None = None
    due_date: date | None = None
    fixed_fee: bool | None = None
    budget_estimate_in_cents: int | None = None
    parent_id: str | None = None
    ancestor_ids: tuple[str, ...] | None = None
    assigned: bool | None = None  # has a current assignment, of a person or of an unnamed resource
    custom_fields: tuple[tuple[str, str], ...] | None = None
    updated_at: datetime | None = None
    position: int | None = None  # its place among the tasks of the project


@dataclass(frozen=True, slots=True)
class BillingMilestone:
    """A line of the billing schedule. `amount_in_cents` may be negative; `invoiced` = an invoice exists for it."""

    id: str
    workspace_id: str | None = None
    title: str | None = None
    amount_in_cents: int | None = None
    currency: str | None = None
    date_to_invoice: date | None = None
    story_id: str | None = None
    invoiced: bool = False


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """Time that somebody reported. Amount = minutes / 60 × rate."""

    id: str
    date_performed: date
    minutes: int
    workspace_id: str | None = None
    user_id: str | None = None
    billable: bool | None = None
    approved: bool | None = None
    rate_in_cents: int | None = None
    currency: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A health report."""

    id: str
    workspace_id: str | None = None
    color: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Workweek:
    """Working minutes from Monday to Sunday."""

    id: str
    minutes: tuple[int, int, int, int, int, int, int]
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person of the account: default role and effective workweek of today (Monday to Sunday, minutes)."""

    id: str
    user_id: str
    full_name: str | None = None
    email: str | None = None
    active: bool = True
    default_role: str | None = None
    workweek_minutes: tuple[int, int, int, int, int, int, int] | None = None
    billability_target: int | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role's name."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off for the calendars named in `calendars` (unknown: `None`); both dates inclusive."""

    id: str
    start_date: date
    name: str | None = None
    end_date: date | None = None  # None: one day
    calendars: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TimeOff:
    """Hours that a person is away on one day."""

    id: str
    user_id: str
    requested_date: date
    hours: Decimal
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """A request to staff a resource. `status`: new, cancelled, rejected or approved."""

    id: str
    status: str | None = None
    resource_id: str | None = None
    workspace_id: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountingRecord:
    """Kantata's own forecast for a period, where the account keeps one. `amount` in currency units."""

    id: str
    workspace_id: str | None = None
    type: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    amount: Decimal | None = None
    currency: str | None = None


Record = (
    Workspace
    | Resource
    | Allocation
    | AllocationElsewhere
    | Story
    | BillingMilestone
    | TimeEntry
    | StatusReport
    | Workweek
    | Membership
    | Role
    | Holiday
    | TimeOff
    | ResourceRequest
    | AccountingRecord
)

RECORD_TYPES: dict[Kind, type[Record]] = {
    Kind.WORKSPACES: Workspace,
    Kind.RESOURCES: Resource,
    Kind.ALLOCATIONS: Allocation,
    Kind.ALLOCATIONS_ELSEWHERE: AllocationElsewhere,
    Kind.STORIES: Story,
    Kind.BILLING_MILESTONES: BillingMilestone,
    Kind.TIME_ENTRIES: TimeEntry,
    Kind.STATUS_REPORTS: StatusReport,
    Kind.PEOPLE: Membership,
    Kind.WORKWEEKS: Workweek,
    Kind.ROLES: Role,
    Kind.HOLIDAYS: Holiday,
    Kind.TIME_OFF: TimeOff,
    Kind.RESOURCE_REQUESTS: ResourceRequest,
    Kind.ACCOUNTING: AccountingRecord,
}


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that could not be understood: shown as a finding with its id, the others still count."""

    kind: Kind
    id: str
    reason: str
    workspace_id: str | None = None


IMPORT = "import"  # the call of a refusal where records come from files, and the beginning of ids made for them


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of record that this token may not read, and the permission that would open it.

    Where records come from files (call `IMPORT`) it is a kind of which no file was given; `permission` names the file.
    """

    kind: Kind
    call: str
    permission: str
    message: str

    @property
    def lacking(self) -> str:
        """What is lacking, as a clause."""
        if self.call == IMPORT:
            return f"no {self.permission} was imported"
        return f"the token lacks permission {self.permission}"
