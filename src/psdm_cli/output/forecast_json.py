"""JSON of the forecast preparation: `psdm forecast-prep --json` and its schema (interface.md 4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.domain.findings import Step as DomainStep
from psdm_cli.domain.report import ForecastReport
from psdm_cli.output.booking_shapes import LeftOver, Text, texts_of
from psdm_cli.output.fix_document import left_of
from psdm_cli.output.json_shapes import (
    BLOCKING,
    FINISHED,
    Amount,
    Checklist,
    CurrencyMonths,
    Foreign,
    Hours,
    Month,
    MonthAmounts,
    PlanItem,
    Ratio,
    Shape,
    Step,
    plain,
)
from psdm_cli.output.plan_document import plan_items

if TYPE_CHECKING:
    from psdm_cli.output.fix_document import Repaired

EngagementType = Literal["time_and_materials", "fixed_fee", "consulting_block", "dedicated_engineer", "training"]


class Person(Shape):
    """Somebody, by the user's id."""

    id: str
    name: Foreign


class Deadlines(Shape):
    """When the week's preparation is due (handbook, US Eastern time)."""

    prep_complete: datetime
    forecast_updated: datetime


class Milestone(Shape):
    """An open fixed-fee milestone."""

    id: str
    title: Foreign
    date: date | None
    amount: Amount | None
    source: Literal["story", "billing_milestone"]


class Gap(Shape):
    """The first stretch [gap_from, until) without a hard booking; both null: no gap."""

    gap_from: date | None
    until: date | None


class Change(Shape):
    """A movement of forecast money; `amount` is positive, the kind says which way."""

    kind: Literal["push", "pull", "up", "down", "new", "gone"]
    month_from: Month | None
    month_to: Month | None
    amount: Amount
    reason: Foreign | None = Field(default=None, description="Why it was pushed, where a person told psdm.")


class Project(Shape):
    """One engagement of the forecast. Amounts in `currency`; null is unknown."""

    id: str
    sow: Foreign | None
    title: Foreign
    customer: Foreign | None
    lead: Foreign | None
    type: EngagementType
    status: Foreign | None
    currency: Foreign | None
    budget: Amount | None
    used: Amount | None
    remaining: Amount | None = Field(description="Budget less used.")
    to_forecast: Amount | None = Field(description="Positive: money not planned; negative: over-planned.")
    hard_booked: Amount | None
    soft_booked: Amount | None
    hard_hours: Hours | None
    soft_hours: Hours | None
    unpriced_hours: Hours | None
    forecast: MonthAmounts = Field(description="To come from as-of on, per month.")
    worked: MonthAmounts = Field(description="Billable time before as-of, per month.")
    month_total: MonthAmounts = Field(description="Worked and to come, per month.")
    beyond: Amount | None = Field(description="What lies after the last month.")
    overdue: Amount | None
    undated: Amount | None
    milestones: list[Milestone]
    kickoff: date | None
    end: date | None
    coverage: dict[Foreign, Gap] | None = Field(description="First gap per required role; null: bookings not visible.")
    changes: list[Change] = Field(description="Since the snapshot of `compared_with`.")


class UnderAllocated(Shape):
    """A person below the threshold; hours over as-of's ISO week and the next three, a lower bound."""

    id: str
    name: Foreign
    role: Foreign
    capacity_hours: Hours
    hard_hours: Hours
    soft_hours: Hours
    booked_ratio: Ratio


class ForecastPrepResult(Shape):
    """Monday's forecast preparation."""

    pm: Person
    leads: list[Foreign]
    deadlines: Deadlines
    week: str = Field(description="ISO week that is prepared, such as 2026-W48.")
    quarter: str = Field(description="Fiscal quarter of as-of, such as FY27-Q4.")
    synced_at: datetime | None = Field(description="When the data was read from Kantata.")
    compared_with: date | None = Field(description="As-of of the snapshot that `changes` look back to.")
    months: list[Month]
    projects: list[Project]
    totals: CurrencyMonths
    worked_totals: CurrencyMonths
    steps: list[Step]
    people: list[UnderAllocated]
    checklist: Checklist
    plan: list[PlanItem] = Field(description="With --fix: what was planned or done.")
    texts: list[Text] = Field(description="With --fix: what is for a person to send.")
    left: list[LeftOver] = Field(description="With --fix: findings of the named steps that stay, and why.")
    run: str | None = Field(description="With --fix: the run's number in the journal, when something was sent.")


def checklist_of(identity: str, subject: str, steps: tuple[DomainStep, ...]) -> Checklist:
    """A checklist's shape from its steps."""
    return Checklist(
        id=identity,
        subject=subject,
        done=sum(step.state in FINISHED for step in steps),
        total=len(steps),
        blocking=[step.id for step in steps if step.state in BLOCKING],
        steps=[Step.model_validate(step) for step in steps],
    )


def forecast_prep_result(report: ForecastReport, repaired: Repaired | None = None) -> dict[str, Any]:
    """The `result` of `psdm forecast-prep --json`, as plain values. `repaired`: what `--fix` did."""
    checklist = checklist_of("forecast-prep", report.week, report.steps)
    result = ForecastPrepResult(
        pm=Person(id=report.pm_id, name=report.pm_name),
        leads=list(report.leads),
        deadlines=Deadlines(prep_complete=report.prep_complete, forecast_updated=report.forecast_updated),
        week=report.week,
        quarter=report.quarter,
        synced_at=report.synced_at,
        compared_with=report.compared_with,
        months=list(report.months),
        projects=[Project.model_validate(project) for project in report.projects],
        totals={currency: dict(months) for currency, months in report.totals.items()},
        worked_totals={currency: dict(months) for currency, months in report.worked_totals.items()},
        steps=checklist.steps,
        people=[UnderAllocated.model_validate(person) for person in report.people],
        checklist=checklist,
        plan=[] if repaired is None else [PlanItem(**item) for item in plan_items(repaired.plan)],
        texts=[] if repaired is None else texts_of(repaired.drafts),
        left=[] if repaired is None else left_of(repaired),
        run=None if repaired is None else repaired.run,
    )
    return plain(result)
