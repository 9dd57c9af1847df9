"""The forecast preparation as a plain result: what console, JSON, Markdown and CSV show.

Amounts are Decimal currency units, two decimals, beside a `currency`; hours Decimal, months YYYY-MM; None is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.cadence import Duty, instant_of
from psdm_cli.domain.comparison import ChangeKind, EngagementChanges
from psdm_cli.domain.coverage import Gap
from psdm_cli.domain.dates import deadline, freeze_monday
from psdm_cli.domain.findings import State, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.money import CENT, Currency
from psdm_cli.domain.people import PersonLoad

Months = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """An open fixed-fee milestone."""

    id: str
    title: str
    date: date | None
    amount: Decimal | None
    source: Source


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A movement of forecast money since the last frozen week; `amount` is positive, the kind says which way.

    `reason`: why it was pushed, where somebody told psdm.
    """

    kind: ChangeKind
    month_from: str | None
    month_to: str | None
    amount: Decimal
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One engagement of the forecast (interface.md 4)."""

    id: str
    sow: str | None
    title: str
    customer: str | None
    lead: str | None
    type: str
    status: str | None
    currency: str | None
    budget: Decimal | None
    used: Decimal | None
    remaining: Decimal | None
    to_forecast: Decimal | None
    hard_booked: Decimal | None
    soft_booked: Decimal | None
    hard_hours: Decimal | None
    soft_hours: Decimal | None
    unpriced_hours: Decimal | None
    forecast: Months
    worked: Months
    month_total: Months
    beyond: Decimal | None
    overdue: Decimal | None
    undated: Decimal | None
    milestones: tuple[MilestoneLine, ...]
    kickoff: date | None
    end: date | None
    coverage: Mapping[str, Gap] | None
    changes: tuple[ChangeLine, ...]

    @property
    def name(self) -> str:
        """The SOW number, else the title."""
        return self.sow or self.title


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person below the threshold, hours over the window of weeks; a lower bound of what is booked."""

    id: str
    name: str
    role: str
    capacity_hours: Decimal
    hard_hours: Decimal
    soft_hours: Decimal
    booked_ratio: Decimal


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """Monday's forecast preparation, complete."""

    as_of: date
    week: str
    quarter: str
    pm_id: str
    pm_name: str
    leads: tuple[str, ...]
    prep_complete: datetime
    forecast_updated: datetime
    months: tuple[str, ...]
    projects: tuple[ProjectLine, ...]
    totals: Mapping[str, Mapping[str, Decimal]]
    worked_totals: Mapping[str, Mapping[str, Decimal]]
    steps: tuple[Step, ...]
    people: tuple[PersonLine, ...]
    warnings: tuple[str, ...]
    synced_at: datetime | None
    compared_with: date | None

    @property
    def state(self) -> State:
        """Attention, else unverified, else pass; open manual steps alone are a pass (interface.md 3)."""
        states = {step.state for step in self.steps}
        for state in (State.ATTENTION, State.UNVERIFIED):
            if state in states:
                return state
        return State.PASS


def hours(minutes: Fraction | int | None) -> Decimal | None:
    """Exact minutes as hours with two decimals."""
    if minutes is None:
        return None
    exact = Fraction(minutes) / 60
    return (Decimal(exact.numerator) / exact.denominator).quantize(CENT, rounding=ROUND_HALF_EVEN)


def known_hours(minutes: Fraction | int) -> Decimal:
    """As `hours`, for minutes that are known."""
    exact = Fraction(minutes) / 60
    return (Decimal(exact.numerator) / exact.denominator).quantize(CENT, rounding=ROUND_HALF_EVEN)


def project_line(
    forecast: EngagementForecast, covered: Mapping[str, Gap] | None, changes: EngagementChanges | None
) -> ProjectLine:
    """An engagement's figures at the edge: subunits become currency units."""
    engagement = forecast.engagement
    currency = forecast.currency

    def money(cents: int | None) -> Decimal | None:
        return currency.maybe(cents) if currency else None

    def months(values: Mapping[str, int | None]) -> Months:
        return {month: money(cents) for month, cents in values.items()}

    return ProjectLine(
        id=engagement.id,
        sow=engagement.sow,
        title=engagement.title,
        customer=engagement.workspace.customer,
        lead=engagement.workspace.lead_name,
        type=engagement.type.value,
        status=engagement.status,
        currency=currency.code if currency else None,
        budget=money(forecast.budget),
        used=money(forecast.used),
        remaining=money(forecast.remaining),
        to_forecast=money(forecast.to_forecast),
        hard_booked=money(forecast.hard_booked),
        soft_booked=money(forecast.soft_booked),
        hard_hours=hours(forecast.hard_minutes),
        soft_hours=hours(forecast.soft_minutes),
        unpriced_hours=hours(forecast.unpriced_minutes),
        forecast=months(forecast.forecast),
        worked=months(forecast.worked),
        month_total=months(forecast.month_total),
        beyond=money(forecast.beyond),
        overdue=money(forecast.overdue),
        undated=money(forecast.undated),
        milestones=tuple(
            MilestoneLine(m.id, m.title, m.date, money(m.cents), m.source)
            for m in (forecast.milestones.open if forecast.milestones else ())
        ),
        kickoff=engagement.kickoff,
        end=engagement.end,
        coverage=covered,
        changes=change_lines(changes) if changes else (),
    )


def change_lines(changes: EngagementChanges) -> tuple[ChangeLine, ...]:
    """An engagement's changes in currency units."""
    frozen = changes.engagement
    currency = Currency(frozen.currency or "", frozen.base_unit)
    return tuple(ChangeLine(c.kind, c.month_from, c.month_to, currency.amount(c.cents)) for c in changes.changes)


def person_line(load: PersonLoad) -> PersonLine:
    """A person's load in hours; the ratio with four decimals."""
    ratio = (Decimal(load.ratio.numerator) / load.ratio.denominator).quantize(Decimal("0.0001"))
    return PersonLine(
        id=load.user_id,
        name=load.name,
        role=load.role,
        capacity_hours=known_hours(load.capacity),
        hard_hours=known_hours(load.hard),
        soft_hours=known_hours(load.soft),
        booked_ratio=ratio,
    )


def totals_of(projects: tuple[ProjectLine, ...], what: str) -> dict[str, dict[str, Decimal]]:
    """Sums per currency and month of a months' column; currencies are never added together, unknowns left out.

    A month of which nothing is known is left out too: it is not zero.
    """
    sums: dict[str, dict[str, Decimal]] = {}
    for project in projects:
        if project.currency is None:
            continue
        months: Months = getattr(project, what)
        of_currency = sums.setdefault(project.currency, {})
        for month, amount in months.items():
            if amount is not None:
                of_currency[month] = of_currency.get(month, Decimal("0.00")) + amount
    return sums


def report_of(
    assessment: Assessment, steps: tuple[Step, ...], warnings: tuple[str, ...], pm: tuple[str, str]
) -> ForecastReport:
    """The result of an assessment with its steps judged. `pm` is the id and name of whoever asks."""
    policy, zone = assessment.policy, assessment.rules.zone

    def due(duty: Duty, at: time) -> datetime:
        when = assessment.rules.cadence.get(duty)
        if when is None:
            return deadline(assessment.as_of, at, zone)
        return instant_of(freeze_monday(assessment.as_of), when, zone)

    changed = {c.after.id: c for c in assessment.changes if c.after is not None}
    projects = tuple(
        project_line(f, assessment.coverage[f.engagement.id], changed.get(f.engagement.id))
        for f in assessment.forecasts
    )
    leads = dict.fromkeys(e.workspace.lead_name or "(no lead)" for e in assessment.engagements)
    return ForecastReport(
        as_of=assessment.as_of,
        week=assessment.week,
        quarter=assessment.quarter.name,
        pm_id=pm[0],
        pm_name=pm[1],
        leads=tuple(leads) or assessment.scope.leads,
        prep_complete=due(Duty.PREP_COMPLETE, policy.prep_complete_at),
        forecast_updated=due(Duty.FORECAST_UPDATED, policy.forecast_updated_at),
        months=assessment.months,
        projects=projects,
        totals=totals_of(projects, "forecast"),
        worked_totals=totals_of(projects, "worked"),
        steps=steps,
        people=tuple(person_line(load) for load in assessment.under_allocated),
        warnings=warnings,
        synced_at=assessment.portfolio.synced_at,
        compared_with=assessment.previous.as_of if assessment.previous else None,
    )
