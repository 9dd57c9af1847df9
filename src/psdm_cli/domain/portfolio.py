"""What one forecast is made from: Kantata's records of the engagements in scope, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from psdm_cli.domain.records import (
    AccountingRecord,
    Allocation,
    AllocationElsewhere,
    BillingMilestone,
    Holiday,
    Kind,
    Malformed,
    Membership,
    Refusal,
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


@dataclass(frozen=True, slots=True)
class StoredDates:
    """Dates of an engagement that live nowhere in Kantata and were stored by psdm when a step asked for them."""

    kickoff: date | None = None
    transition: date | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The records of the engagements in scope. `elsewhere` are bookings of the same people on other engagements."""

    workspaces: tuple[Workspace, ...] = ()
    resources: tuple[Resource, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    elsewhere: tuple[AllocationElsewhere, ...] = ()
    stories: tuple[Story, ...] = ()
    billing_milestones: tuple[BillingMilestone, ...] = ()
    time_entries: tuple[TimeEntry, ...] = ()
    status_reports: tuple[StatusReport, ...] = ()
    members: tuple[Membership, ...] = ()
    workweeks: tuple[Workweek, ...] = ()
    roles: tuple[Role, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    requests: tuple[ResourceRequest, ...] = ()
    accounting: tuple[AccountingRecord, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    refusals: Mapping[Kind, Refusal] = field(default_factory=dict)
    stored_dates: Mapping[str, StoredDates] = field(default_factory=dict)
    synced_at: datetime | None = None

    def can_see(self, *kinds: Kind) -> bool:
        """Whether none of these kinds was refused to this token."""
        return not any(kind in self.refusals for kind in kinds)

    def permissions_lacking(self, *kinds: Kind) -> tuple[str, ...]:
        """The permissions that would open the refused ones among these kinds."""
        return tuple(dict.fromkeys(self.refusals[kind].permission for kind in kinds if kind in self.refusals))

    def lacking(self, *kinds: Kind) -> tuple[str, ...]:
        """What is lacking for the refused ones among these kinds, as clauses."""
        return tuple(dict.fromkeys(self.refusals[kind].lacking for kind in kinds if kind in self.refusals))
