"""A hand-over: every engagement as it stands, what is open, and who waits for what. Internal only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from psdm_cli.domain.agenda import Agenda, Item
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagement_status import ScopeChange
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.portfolio_rows import PortfolioRow, portfolio_rows
from psdm_cli.domain.records import Kind, ResourceRequest
from psdm_cli.domain.steps import timesheets
from psdm_cli.domain.steps.common import day_text, leads_of
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.domain.waivers import Waiver, latest

PENDING = "new"
COORDINATOR, CUSTOMER, SIGNERS, COVER = "project coordinator", "customer", "approvers", "whoever takes over"
ACCEPTANCE, RISK = "acceptance:", "risk:"
SHOWN_ELSEWHERE = frozenset({"findings", "checklist", "waiver"})  # kinds of agenda items that stand in full elsewhere


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A finding of the forecast preparation that still counts, with who answers for its step."""

    finding: Finding
    owner: str


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A checklist that is not complete: how far it was when last looked at, and the steps that wait for a person."""

    id: str
    title: str
    done: int | None
    total: int | None
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A resource request that nobody has answered."""

    id: str
    role: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver that holds, and what it is about. `finding` None: it is not found any more."""

    waiver: Waiver
    finding: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Who waits for whom: `waiting` cannot go on before `on` has done `what`. `since` or `until` where it is known."""

    waiting: str
    on: str
    what: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One engagement. `requests` and `scope_changes` None: could not be looked at, see the page's `unseen`."""

    row: PortfolioRow
    customer: str | None
    team: tuple[str, ...]
    steps: tuple[OpenStep, ...]
    checklists: tuple[OpenRun, ...]
    requests: tuple[PendingRequest, ...] | None
    clocks: tuple[Item, ...]
    waivers: tuple[Waived, ...]
    upside: tuple[UpsideEntry, ...]
    scope_changes: tuple[ScopeChange, ...] | None
    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """The page. `deadlines` are about all engagements; `unseen` says what could not be looked at."""

    leads: tuple[str, ...]
    as_of: date
    week: str
    now: datetime
    engagements: tuple[HandedOver, ...]
    deadlines: tuple[Item, ...]
    synced_at: datetime | None
    warnings: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the page is made from beside the assessment. By project: checklists, scope changes (None: not seen)."""

    agenda: Agenda
    steps: Sequence[Step]
    waivers: Sequence[Waiver]
    upside: Sequence[UpsideEntry]
    week: str
    checklists: Mapping[str, Sequence[OpenRun]] = field(default_factory=dict)
    scope_changes: Mapping[str, Sequence[ScopeChange] | None] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def handover_of(assessment: Assessment, found: Gathered) -> Handover:
    """The page, engagements in the order of the portfolio."""
    rows = portfolio_rows(assessment)
    pairs = zip(assessment.forecasts, rows, strict=True)
    return Handover(
        leads=leads_of(assessment),
        as_of=assessment.as_of,
        week=found.week,
        now=found.agenda.now,
        engagements=tuple(_engagement(assessment, forecast, row, found) for forecast, row in pairs),
        deadlines=tuple(i for i in found.agenda.items if i.project is None and _kind(i) not in SHOWN_ELSEWHERE),
        synced_at=assessment.portfolio.synced_at,
        warnings=found.warnings,
        unseen=tuple(dict.fromkeys((*found.unseen, *found.agenda.unverified))),
    )


def _engagement(assessment: Assessment, forecast: EngagementForecast, row: PortfolioRow, found: Gathered) -> HandedOver:
    engagement = forecast.engagement
    steps = tuple(
        OpenStep(finding, step.owner) for step in found.steps for finding in step.live if finding.project == row.id
    )
    items = [item for item in found.agenda.items if item.project == row.id]
    clocks = tuple(item for item in items if _kind(item) not in SHOWN_ELSEWHERE)
    changes = found.scope_changes.get(row.id)
    requests = _requests(assessment, engagement)
    upside = tuple(e for e in found.upside if e.status is UpsideStatus.OPEN and _is_of(e, row))
    waits = (
        *_request_waits(requests or ()),
        *_time_waits(steps),
        *_clock_waits(clocks),
        *(_change_wait(change) for change in changes or ()),
        *_upside_waits(upside),
    )
    return HandedOver(
        row=row,
        customer=engagement.workspace.customer,
        team=_team(forecast, assessment.as_of),
        steps=steps,
        checklists=tuple(found.checklists.get(row.id, ())),
        requests=requests,
        clocks=clocks,
        waivers=tuple(_waived(found, row.id, assessment.as_of)),
        upside=upside,
        scope_changes=None if changes is None else tuple(changes),
        waits=waits,
    )


def _kind(item: Item) -> str:
    return item.id.partition(":")[0]


def _is_of(entry: UpsideEntry, row: PortfolioRow) -> bool:
    return entry.project == row.id or (entry.project is None and entry.sow is not None and entry.sow == row.sow)


def _team(forecast: EngagementForecast, as_of: date) -> tuple[str, ...]:
    """Who is booked from now on, with the role, hard or soft, and the last day."""
    last: dict[tuple[str, str, bool], date] = {}
    for booking in forecast.engagement.bookings:
        if booking.last >= as_of and booking.seen:
            key = (booking.who, booking.role, booking.hard)
            last[key] = max(last.get(key, booking.last), booking.last)
    return tuple(
        f"{who}, {role}{'' if hard else ', soft'}, until {day.isoformat()}"
        for (who, role, hard), day in sorted(last.items())
    )


def _requests(assessment: Assessment, engagement: Engagement) -> tuple[PendingRequest, ...] | None:
    if not assessment.portfolio.can_see(Kind.RESOURCE_REQUESTS):
        return None
    zone = assessment.rules.zone

    def pending(request: ResourceRequest) -> PendingRequest:
        role = engagement.resource_roles.get(request.resource_id or "")
        since = request.updated_at.astimezone(zone).date() if request.updated_at is not None else None
        return PendingRequest(request.id, role, since)

    waiting = (r for r in engagement.requests if (r.status or PENDING).casefold() == PENDING)
    return tuple(pending(request) for request in sorted(waiting, key=lambda request: request.id))


def _waived(found: Gathered, project: str, as_of: date) -> Iterable[Waived]:
    mine = {finding.key: finding for step in found.steps for finding in step.findings if finding.project == project}
    for key, each in sorted(latest(found.waivers).items()):
        if each.is_active(as_of) and key in mine:
            yield Waived(each, f"{mine[key].step}: {mine[key].message}")


def _request_waits(requests: Iterable[PendingRequest]) -> Iterable[Wait]:
    for request in requests:
        what = f"answer resource request {request.id}" + (f" for {request.role}" if request.role else "")
        yield Wait(COVER, COORDINATOR, what, since=request.since)


def _time_waits(steps: Iterable[OpenStep]) -> Iterable[Wait]:
    """Time that is not entered waits for its person; time that is not approved, for the project manager."""
    for step in steps:
        person, fault = step.finding.data.get("person"), step.finding.data.get("fault")
        if step.finding.step != timesheets.ID or person is None:
            continue
        if fault == "missing":
            yield Wait(COVER, str(person), f"enter time: {step.finding.message}")
        else:
            yield Wait(str(person), COVER, f"approve time: {step.finding.message}")


def _clock_waits(clocks: Iterable[Item]) -> Iterable[Wait]:
    for item in clocks:
        until = item.due.date() if item.due is not None else None
        if item.id.startswith(ACCEPTANCE):
            yield Wait(COVER, CUSTOMER, item.what, until=until)
        elif item.id.startswith(RISK):
            yield Wait("the team", SIGNERS, item.what, until=until)


def _change_wait(change: ScopeChange) -> Wait:
    labels = f" ({', '.join(change.labels)})" if change.labels else ""
    return Wait(COVER, SIGNERS, f"decide on the {change.kind} “{change.title}”{labels}")


def _upside_waits(entries: Iterable[UpsideEntry]) -> Iterable[Wait]:
    for entry in entries:
        if entry.reason:
            yield Wait("the forecast", "what keeps it soft", f"{entry.what}: {entry.reason}")


def expires(waiver: Waiver) -> str:
    """From which day a waived finding is back."""
    return f"back on {day_text(waiver.until + DAY)}"
