"""One engagement across both systems on one page, internal: space, people, money, milestones, RAID, scope, clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.contract_dates import Expiry, sow_expiry
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.portfolio_rows import PortfolioRow
from psdm_cli.domain.records import Kind
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Part, Seen, Unseen

T = TypeVar("T")


class PlaceState(StrEnum):
    """Whether a part of the space is there."""

    SEEN = "seen"
    MISSING = "missing"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A part of the collaboration space: what it is, where, or why it is not there or could not be looked at."""

    what: str
    state: PlaceState
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Who is on it: hours to come, hard and soft, and the last day booked. `person` None: not named yet."""

    person: str | None
    role: str
    hard_hours: Decimal
    soft_hours: Decimal
    until: date | None


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone to come, with its value in currency units."""

    title: str
    due: date | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """An open change order, work at risk, work exception or description of work."""

    kind: str
    title: str
    url: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaidLine:
    """The RAID log: how many of its check-boxes are open, and what is escalated."""

    title: str
    url: str | None
    open_items: int | None
    escalated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A day of the contract that decides something."""

    what: str
    day: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class EngagementStatus:
    """The page. `row` holds type, dates, burn, EAC, runway, health as the portfolio has them.

    `scope_changes` and `raid` None: could not be looked at, see `unseen`. `checklist`: done and total of the kickoff.
    """

    row: PortfolioRow
    customer: str | None
    remaining: Decimal | None
    budget: Decimal | None
    used: Decimal | None
    months: Mapping[str, Decimal | None]
    places: tuple[PlaceLine, ...]
    people: tuple[PersonLine, ...] | None
    milestones: tuple[MilestoneLine, ...] | None
    raid: RaidLine | None
    scope_changes: tuple[ScopeChange, ...] | None
    clocks: tuple[Clock, ...]
    findings: tuple[Finding, ...]
    checklist: tuple[int, int] | None
    blocking: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether a live finding is about it, or its suggested health is not green."""
        return any(finding.is_live for finding in self.findings)


def places_of(space: Space | None, why_not: str) -> tuple[PlaceLine, ...]:
    """Every part of the space in a line; without one, why nobody could look."""
    if space is None:
        return (PlaceLine("GitLab", PlaceState.UNVERIFIED, why_not),)
    epic = space.customer_epic
    return (
        _line("Customer Epic", epic, lambda seen: (seen.title, seen.url)),
        _line("Customer subgroup", space.group, lambda seen: (f"{seen.name} ({seen.path})", seen.url)),
        _line("Project", space.project, lambda seen: (f"{seen.path}, {seen.visibility}", seen.url)),
        _line("Activities", space.activities, lambda seen: (", ".join(each.title for each in seen) or "none", None)),
        _line("RAID", space.raid, lambda seen: (seen.issue.title, seen.issue.url)),
        _line("Retrospective", space.retro, lambda seen: (seen.title, seen.url)),
        _line("Scheduling intake", space.intake, lambda seen: (seen.issue.title, seen.issue.url)),
        _line("Scoping issue", space.scoping, lambda seen: (seen.issue.title, seen.issue.url)),
    )


def _line(what: str, part: Part[T], said: Callable[[T], tuple[str, str | None]]) -> PlaceLine:
    if isinstance(part, Unseen):
        return PlaceLine(what, PlaceState.UNVERIFIED, part.reason)
    if isinstance(part, Missing):
        return PlaceLine(
            what, PlaceState.MISSING, part.why or (f"waits for {part.waits_for}" if part.waits_for else "")
        )
    text, url = said(part.value)
    return PlaceLine(what, PlaceState.SEEN, text, url)


def raid_of(space: Space | None, escalated: Sequence[Issue]) -> RaidLine | None:
    """The RAID log with its open boxes; None where it is not there or could not be looked at."""
    if space is None or not isinstance(space.raid, Seen):
        return None
    issue = space.raid.value.issue
    tasks = issue.tasks
    left = None if tasks is None else tasks.count - tasks.completed
    return RaidLine(issue.title, issue.url, left, tuple(each.title for each in escalated))


def people_of(engagement: Engagement, assessment: Assessment) -> tuple[PersonLine, ...] | None:
    """Everybody booked from as-of on; None where bookings are not visible."""
    if not assessment.portfolio.can_see(Kind.ALLOCATIONS, Kind.RESOURCES):
        return None
    lines: dict[tuple[str | None, str], PersonLine] = {}
    for booking in engagement.bookings:
        minutes = booking.spread.minutes_between(assessment.as_of, booking.spread.end)
        if not minutes:
            continue
        key = (booking.person, booking.role)
        before = lines.get(key, PersonLine(booking.person, booking.role, Decimal(0), Decimal(0), None))
        hours = known_hours(minutes)
        lines[key] = PersonLine(
            booking.person,
            booking.role,
            before.hard_hours + (hours if booking.hard else 0),
            before.soft_hours + (0 if booking.hard else hours),
            max(filter(None, (before.until, booking.last)), default=None),
        )
    return tuple(sorted(lines.values(), key=lambda line: (line.role, line.person or "~")))


def milestones_of(forecast: EngagementForecast) -> tuple[MilestoneLine, ...] | None:
    """The open milestones by date; none for an engagement that has none, None where they are not visible."""
    if forecast.milestones is None:
        return None if forecast.engagement.is_fixed_fee else ()
    currency = forecast.currency
    lines = [
        MilestoneLine(each.title, each.date, currency.amount(each.cents) if currency is not None else None)
        for each in forecast.milestones.open
    ]
    return tuple(sorted(lines, key=lambda line: (line.due or date.max, line.title)))


def clocks_of(engagement: Engagement, assessment: Assessment, row: PortfolioRow) -> tuple[Clock, ...]:
    """The contract's days, the next first: expiry, the two-month line, the end, the day funds run out."""
    found: list[Clock] = []
    expiry: Expiry | None = sow_expiry(engagement, assessment.rules.fields)
    if expiry is not None:
        found.append(Clock("SOW expires", expiry.day, expiry.warning or ""))
        found.append(
            Clock("Two-month line", expiry.extension_limit, "a new end on this day or later needs a change order")
        )
    if engagement.kickoff is not None:
        found.append(Clock("Kickoff", engagement.kickoff))
    if engagement.end is not None:
        found.append(Clock("Planned end", engagement.end))
    if row.runway is not None:
        found.append(Clock("Funds run out", row.runway, "at the pace of the last four weeks"))
    return tuple(sorted(found, key=lambda clock: clock.day))
