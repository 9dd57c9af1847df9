"""Records, engagements and assessments in one line each: only what a case is about is said, the rest is plain.

As-of is Monday 23 November 2026. The default workspace "1" is Active, in USD, sold for 100,000.00 and nothing used; its
default resource "r1" is a PSE, user "u1", at 100.00 an hour. Dates are written as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from psdm_cli.domain.assessment import Assessment, Rules, Scope
from psdm_cli.domain.assessment import assess as _assess
from psdm_cli.domain.coverage import Gap
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.portfolio import Portfolio, StoredDates
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
from psdm_cli.domain.snapshots import Snapshot
from psdm_cli.domain.steps.catalog import CHECKS

AS_OF = "2026-11-23"  # a Monday
FULL = (480, 480, 480, 480, 480, 0, 0)
NEVER = (0, 0, 0, 0, 0, 0, 0)

_FIELDS: dict[type[Record], str] = {
    Workspace: "workspaces",
    Resource: "resources",
    Allocation: "allocations",
    AllocationElsewhere: "elsewhere",
    Story: "stories",
    BillingMilestone: "billing_milestones",
    TimeEntry: "time_entries",
    StatusReport: "status_reports",
    Membership: "members",
    Workweek: "workweeks",
    Role: "roles",
    Holiday: "holidays",
    TimeOff: "time_off",
    ResourceRequest: "requests",
    AccountingRecord: "accounting",
}

Maker = TypeVar("Maker")


def d(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def maybe(text: str | None) -> date | None:
    """A day, or none."""
    return None if text is None else d(text)


class _Ids:
    """Ids for records whose id does not matter."""

    def __init__(self) -> None:
        self.last = 100

    def next(self) -> str:
        self.last += 1
        return str(self.last)


_ids = _Ids()


def workspace(id: str = "1", type: str | None = "T&M", **changes: Any) -> Workspace:
    """An Active engagement SOW-100<id>, 100,000.00 USD sold; `type` is the text of Billing Type."""
    values: dict[str, Any] = {
        "title": f"SOW-100{id} Acme",
        "status": "Active",
        "start_date": d("2026-01-05"),
        "lead_name": "Pat Lead",
        "currency": "USD",
        "currency_base_unit": 100,
        "price_in_cents": 100_000_00,
        "budget_used_in_cents": 0,
        "custom_fields": (("Billing Type", type),) if type is not None else (),
        **changes,
    }
    for name in ("start_date", "due_date", "effective_due_date"):
        if isinstance(values.get(name), str):
            values[name] = d(values[name])
    return Workspace(id=id, **values)


def fixed_fee(id: str = "1", **changes: Any) -> Workspace:
    """A fixed-fee engagement."""
    return workspace(id, "Fixed Fee", **changes)


def moneyless(id: str = "1", type: str | None = "T&M", **changes: Any) -> Workspace:
    """An engagement as a token without financial access sees it."""
    hidden = dict.fromkeys(("currency", "currency_base_unit", "price_in_cents", "budget_used_in_cents"))
    return workspace(id, type, **{**hidden, **changes})


def resource(
    id: str = "r1", role: str | None = "PSE", user: str | None = "u1", rate: int | None = 100_00, ws: str = "1"
) -> Resource:
    """A slot on a project; `user` None is unnamed, `rate` in cents an hour, None is hidden."""
    name = f"Person {user}" if user else None
    return Resource(id, workspace_id=ws, user_id=user, full_name=name, role_name=role, bill_rate_in_cents=rate)


def booking(
    start: str,
    end: str | None = None,
    hours: float = 8,
    *,
    is_hard: bool = True,
    of: str = "r1",
    id: str = "",
    ws: str = "1",
    minutes: int | None = None,
) -> Allocation:
    """A booking of resource `of` over `start`..`end`, both inclusive; one day without `end`."""
    total = int(hours * 60) if minutes is None else minutes
    return Allocation(id or _ids.next(), d(start), d(end or start), total, is_hard, ws, of)


def hard(start: str, end: str | None = None, hours: float = 8, **more: Any) -> Allocation:
    """A hard booking."""
    return booking(start, end, hours, is_hard=True, **more)


def soft(start: str, end: str | None = None, hours: float = 8, **more: Any) -> Allocation:
    """A soft booking."""
    return booking(start, end, hours, is_hard=False, **more)


def elsewhere(user: str, start: str, end: str, hours: float, *, is_hard: bool = True) -> AllocationElsewhere:
    """A booking of somebody on a project outside the scope."""
    return AllocationElsewhere(_ids.next(), user, d(start), d(end), int(hours * 60), is_hard, "99", "Elsewhere")


def task(id: str = "", start: str | None = "2026-11-01", due: str | None = "2026-12-15", **more: Any) -> Story:
    """An open, assigned task with both dates."""
    values: dict[str, Any] = {
        "workspace_id": "1",
        "title": f"Task {id}",
        "story_type": "task",
        "state": "started",
        "assigned": True,
        **more,
    }
    return Story(id or _ids.next(), start_date=maybe(start), due_date=maybe(due), **values)


def milestone(id: str = "m1", due: str | None = "2026-12-15", cents: int | None = 1_000_00, **more: Any) -> Story:
    """An open fixed-fee milestone story worth 1,000.00."""
    values: dict[str, Any] = {
        "title": f"Milestone {id}",
        "story_type": "milestone",
        "state": "not started",
        "fixed_fee": True,
        "budget_estimate_in_cents": cents,
        "assigned": None,
        **more,
    }
    return task(id, None, due, **values)


def billing(
    id: str = "b1", cents: int | None = 400_00, day: str | None = None, story: str | None = "m1", **more: Any
) -> BillingMilestone:
    """A billing milestone, linked to milestone story m1 unless said otherwise."""
    values = {"workspace_id": "1", "title": f"Billing {id}", "currency": "USD", **more}
    return BillingMilestone(id, amount_in_cents=cents, date_to_invoice=maybe(day), story_id=story, **values)


def entry(day: str, hours: float = 1, rate: int | None = 100_00, **more: Any) -> TimeEntry:
    """A billable, approved time entry of u1."""
    values: dict[str, Any] = {
        "id": _ids.next(),
        "workspace_id": "1",
        "user_id": "u1",
        "billable": True,
        "approved": True,
        "currency": "USD",
        "minutes": int(hours * 60),
        **more,
    }
    return TimeEntry(date_performed=d(day), rate_in_cents=rate, **values)


def report(at: str, color: str = "green", ws: str = "1") -> StatusReport:
    """A health report written at an instant (ISO, UTC unless it has an offset)."""
    instant = datetime.fromisoformat(at)
    return StatusReport(_ids.next(), ws, color, instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def member(
    user: str = "u1",
    week: tuple[int, int, int, int, int, int, int] | None = FULL,
    role: str | None = "PSE",
    **more: Any,
) -> Membership:
    """A person of the account with a default role and a workweek from Monday to Sunday in minutes."""
    values = {"full_name": f"Person {user}", **more}
    return Membership(f"am-{user}", user, default_role=role, workweek_minutes=week, **values)


def account_week(*minutes: int, default: bool | None = True) -> Workweek:
    """A workweek of the account."""
    mon, tue, wed, thu, fri, sat, sun = minutes
    return Workweek(_ids.next(), (mon, tue, wed, thu, fri, sat, sun), default)


def holiday(start: str, end: str | None = None, calendars: Iterable[str] | None = None) -> Holiday:
    """A holiday of these calendars; None: the calendars are not told."""
    return Holiday(_ids.next(), d(start), "Holiday", maybe(end), tuple(calendars) if calendars is not None else None)


def off(day: str, hours: str | float = 8, user: str = "u1") -> TimeOff:
    """Time off."""
    return TimeOff(_ids.next(), user, d(day), Decimal(str(hours)))


def request(of: str, ws: str = "1") -> ResourceRequest:
    """A pending resource request."""
    return ResourceRequest(_ids.next(), "new", of, ws)


def accounting(start: str, amount: str, currency: str | None = "USD", ws: str = "1") -> AccountingRecord:
    """Kantata's own forecast for the month that begins on `start`."""
    return AccountingRecord(_ids.next(), ws, "Forecasting", d(start), None, Decimal(amount), currency)


def permission_for(kind: Kind) -> str:
    """The permission that `assess(refused=...)` says is lacking."""
    return f"see {kind.value}"


def portfolio(
    *records: Record,
    refused: Iterable[Kind] = (),
    stored: Mapping[str, StoredDates] | None = None,
    malformed: Iterable[Malformed] = (),
) -> Portfolio:
    """A portfolio of these records; of refused kinds nothing is left, as nothing was read."""
    missing: list[Record] = []
    if not any(isinstance(record, Workspace) for record in records):
        missing.append(workspace())
    if not any(isinstance(record, Resource) for record in records):
        missing.append(resource())
    without = set(refused)
    refusals = {kind: Refusal(kind, f"GET /{kind.value}", permission_for(kind), "Forbidden") for kind in without}
    gone = {_FIELDS[cls] for kind, cls in _TYPES.items() if kind in without}
    rows: dict[str, list[Record]] = {}
    for record in (*missing, *records):
        rows.setdefault(_FIELDS[type(record)], []).append(record)
    values: dict[str, Any] = {name: tuple(found) for name, found in rows.items() if name not in gone}
    return Portfolio(**values, refusals=refusals, stored_dates=stored or {}, malformed=tuple(malformed))


_TYPES: dict[Kind, type[Record]] = {
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


def assess(
    *records: Record,
    as_of: str = AS_OF,
    refused: Iterable[Kind] = (),
    stored: Mapping[str, StoredDates] | None = None,
    malformed: Iterable[Malformed] = (),
    rules: Rules | None = None,
    scope: Scope | None = None,
    previous: Snapshot | None = None,
) -> Assessment:
    """These records assessed."""
    rows = portfolio(*records, refused=refused, stored=stored, malformed=malformed)
    return _assess(rows, d(as_of), rules or Rules(), scope or Scope("me"), previous)


def forecast(*records: Record, **how: Any) -> EngagementForecast:
    """The forecast of the only engagement among these records."""
    (found,) = assess(*records, **how).forecasts
    return found


def engagement(*records: Record, **how: Any) -> Engagement:
    """The only engagement among these records."""
    return forecast(*records, **how).engagement


def the_booking(*records: Record, **how: Any) -> Booking:
    """The only booking among these records."""
    (found,) = engagement(*records, **how).bookings
    return found


def gaps(*records: Record, **how: Any) -> Mapping[str, Gap]:
    """The coverage of the only engagement among these records."""
    (found,) = assess(*records, **how).coverage.values()
    assert found is not None
    return found


def step(name: str, *records: Record, **how: Any) -> Step:
    """Step FP-nn over these records."""
    return CHECKS[name](assess(*records, **how))


def findings(name: str, *records: Record, **how: Any) -> tuple[Finding, ...]:
    """The findings of a step over these records."""
    return step(name, *records, **how).findings


def keys(name: str, *records: Record, **how: Any) -> list[str]:
    """The keys of a step's findings, without the step's name, in their order."""
    return [finding.key.removeprefix(f"{name}:") for finding in findings(name, *records, **how)]


def nonzero(months: Mapping[str, int | None]) -> dict[str, int | None]:
    """The months that are not zero; unknown ones stay."""
    return {month: cents for month, cents in months.items() if cents != 0}
