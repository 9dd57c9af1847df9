"""An engagement: one Kantata project with its SOW number, type, roles, bookings and dates (rules.md 1 and 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from psdm_cli.domain.dates import DAY
from psdm_cli.domain.money import Currency
from psdm_cli.domain.policy import ROLE_ALIASES
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import (
    AccountingRecord,
    BillingMilestone,
    Resource,
    ResourceRequest,
    StatusReport,
    Story,
    TimeEntry,
    Workspace,
)
from psdm_cli.domain.spreading import Spread

SOW_NUMBER = re.compile(r"SOW-\d+", re.IGNORECASE)
KICKOFF_TITLE = re.compile(r"kick.?off", re.IGNORECASE)
OTHER_ROLE = "Other"
LONGEST_BOOKING = timedelta(days=3650)


class EngagementType(StrEnum):
    """How an engagement is sold, and so how its revenue is forecast."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE = "fixed_fee"
    CONSULTING_BLOCK = "consulting_block"
    DEDICATED_ENGINEER = "dedicated_engineer"
    TRAINING = "training"


TYPE_NAMES: dict[str, EngagementType] = {
    "t&m": EngagementType.TIME_AND_MATERIALS,
    "time and materials": EngagementType.TIME_AND_MATERIALS,
    "fixed fee": EngagementType.FIXED_FEE,
    "ff": EngagementType.FIXED_FEE,
    "fixed price": EngagementType.FIXED_FEE,
    "fp": EngagementType.FIXED_FEE,
    "consulting block": EngagementType.CONSULTING_BLOCK,
    "dedicated engineer": EngagementType.DEDICATED_ENGINEER,
    "training": EngagementType.TRAINING,
}


@dataclass(frozen=True, slots=True)
class FieldNames:
    """How this account names the custom fields that psdm reads (interface.md 2, `kantata.fields`)."""

    billing_type: str = "Billing Type"
    sow: str = "SOW"
    sow_expiry: str = "SOW Expiry"
    signoff_sent: str = "Sign Off Sent"
    signoff_received: str = "Sign Off Received"
    passive_language: str = "Passive Acceptance Language"


@dataclass(frozen=True, slots=True)
class Booking:
    """A hard or soft booking of a person (or an unnamed role) on an engagement, spread over its days.

    `rate`: subunits an hour, None = unpriced, 0 is a rate. Not `seen`: its resource is hidden from the token, so that
    nobody can tell who is booked in which role.
    """

    id: str
    resource_id: str | None
    user_id: str | None
    person: str | None
    role: str
    hard: bool
    rate: int | None
    spread: Spread
    seen: bool = True

    @property
    def who(self) -> str:
        """Whose booking it is, in words."""
        if not self.seen:
            return "somebody (not visible)"
        return self.person or f"unnamed {self.role}"

    @property
    def known_role(self) -> str | None:
        """The role; None where it cannot be seen."""
        return self.role if self.seen else None

    @property
    def start(self) -> date:
        """The first day."""
        return self.spread.start

    @property
    def last(self) -> date:
        """The last day."""
        return self.spread.end - DAY


@dataclass(frozen=True)
class Engagement:
    """One engagement with everything known about it. Amounts in subunits of `currency`; None is unknown."""

    workspace: Workspace
    sow: str | None
    type: EngagementType
    type_warning: str | None
    currency: Currency | None
    kickoff: date | None
    stored: StoredDates
    resources: tuple[Resource, ...] = ()
    resource_roles: Mapping[str, str] = field(default_factory=dict)  # resource id → role
    bookings: tuple[Booking, ...] = ()
    stories: tuple[Story, ...] = ()
    billing_milestones: tuple[BillingMilestone, ...] = ()
    time_entries: tuple[TimeEntry, ...] = ()
    status_reports: tuple[StatusReport, ...] = ()
    requests: tuple[ResourceRequest, ...] = ()
    accounting: tuple[AccountingRecord, ...] = ()

    @property
    def id(self) -> str:
        """Kantata's id of the project."""
        return self.workspace.id

    @property
    def title(self) -> str:
        """The project's title; its id where it has none."""
        return self.workspace.title or f"Project {self.workspace.id}"

    @property
    def name(self) -> str:
        """How a PM calls it: the SOW number, else the title."""
        return self.sow or self.title

    @property
    def status(self) -> str | None:
        """Kantata's status, for example Active."""
        return self.workspace.status

    @property
    def is_fixed_fee(self) -> bool:
        """Whether milestones, not hours, make its revenue."""
        return self.type is EngagementType.FIXED_FEE

    @property
    def end(self) -> date | None:
        """Due date, else Kantata's effective one (rules.md 4)."""
        return self.workspace.due_date or self.workspace.effective_due_date

    @property
    def hard(self) -> tuple[Booking, ...]:
        """The hard bookings."""
        return tuple(booking for booking in self.bookings if booking.hard)

    @property
    def soft(self) -> tuple[Booking, ...]:
        """The soft bookings."""
        return tuple(booking for booking in self.bookings if not booking.hard)

    @cached_property
    def stories_by_id(self) -> Mapping[str, Story]:
        """The stories of the plain list, by id."""
        return {story.id: story for story in self.stories}

    def has_status(self, statuses: Sequence[str]) -> bool:
        """Whether its status is one of these, in any case."""
        return has_status(self.workspace, statuses)


def has_status(workspace: Workspace, statuses: Sequence[str]) -> bool:
    """Whether a project's status is one of these, in any case. An unknown status is none of them."""
    status = (workspace.status or "").strip().casefold()
    return bool(status) and status in {name.strip().casefold() for name in statuses}


def custom_field(fields: tuple[tuple[str, str], ...] | None, name: str) -> str | None:
    """The readable text of a custom field, the name in any case; None when absent or blank."""
    wanted = name.strip().casefold()
    for key, value in fields or ():
        if key.strip().casefold() == wanted and value.strip():
            return value.strip()
    return None


def sow_number(workspace: Workspace, fields: FieldNames) -> str | None:
    """First `SOW-<number>` in the custom field, else in the title, in upper case (rules.md 1)."""
    for text in (custom_field(workspace.custom_fields, fields.sow), workspace.title):
        if text and (found := SOW_NUMBER.search(text)):
            return found.group().upper()
    return None


def engagement_type(workspace: Workspace, fields: FieldNames) -> tuple[EngagementType, str | None]:
    """The type from the Billing Type field, and a warning where it had to be guessed (rules.md 1)."""
    text = custom_field(workspace.custom_fields, fields.billing_type)
    if text is not None and (known := TYPE_NAMES.get(text.casefold())):
        return known, None
    fixed = workspace.stories_are_fixed_fee_by_default is True
    guess = EngagementType.FIXED_FEE if fixed else EngagementType.TIME_AND_MATERIALS
    seen = f"{text!r} is not a known type" if text else "is empty"
    return guess, f"{fields.billing_type} {seen}; treated as {guess.value.replace('_', ' ')}"


def role_name(name: str | None) -> str:
    """A role's short name where the handbook has one (PM, PSE, TA), else the name as it is (rules.md 1)."""
    text = (name or "").strip()
    for short, aliases in ROLE_ALIASES.items():
        if text.casefold() in {alias.casefold() for alias in aliases}:
            return short
    return text or OTHER_ROLE


def kickoff_of(workspace: Workspace, stories: Iterable[Story], stored: StoredDates) -> date | None:
    """Stored date, else the earliest due date of a kickoff story, else the project's start, else unknown."""
    if stored.kickoff is not None:
        return stored.kickoff
    dues = [story.due_date for story in stories if story.due_date and KICKOFF_TITLE.search(story.title or "")]
    return min(dues, default=workspace.start_date)


def currency_of(workspace: Workspace) -> Currency | None:
    """The workspace's currency; None without financial access."""
    return Currency(workspace.currency, workspace.currency_base_unit or 100) if workspace.currency else None


def senseless(start: date, last: date) -> str | None:
    """Why a booking over these days cannot be meant, or None. An "open end" such as 9999-12-31 is no plan."""
    if last < start:
        return f"the booking ends ({last}) before it starts ({start})"
    if last - start > LONGEST_BOOKING:
        return f"the booking from {start} to {last} is longer than {LONGEST_BOOKING.days // 365} years"
    return None
