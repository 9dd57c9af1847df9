"""JSON of `psdm forecast accuracy` and `psdm forecast people`, and their schemas (interface.md 4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from psdm_cli.domain.accuracy import AccuracyReport
from psdm_cli.domain.heat import HeatReport, Load, last_day
from psdm_cli.output.forecast_json import EngagementType
from psdm_cli.output.json_shapes import Amount, Foreign, Hours, Month, Ratio, Shape, plain


class AccuracyLine(Shape):
    """One engagement's month; `error` is the signed share of the forecast, null where the forecast was zero."""

    project: str = Field(description="Kantata's id of the project.")
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    type: EngagementType
    month: Month
    currency: Foreign | None
    forecast: Amount | None = Field(description="The month's total in the last forecast frozen up to its first day.")
    actual: Amount | None = Field(description="Billable time of the month; fixed fee: milestones done in it.")
    error: Ratio | None
    tolerance: Ratio
    verdict: Literal["in_tolerance", "out_of_tolerance", "not_judged", "unknown"]
    reason: Foreign | None = Field(description="Why it is unknown or not judged.")
    frozen_as_of: date | None
    days_from: list[Literal["state_change", "due_date", "updated_at", "date_to_invoice"]] = Field(
        description="What tells the days on which a fixed fee's milestones were done."
    )
    transition: date | None = Field(description="Blocks and engineers: only months wholly after it are judged.")
    transition_from: Literal["stored", "kickoff"] | None
    pushes: list[Foreign] = Field(description="Reasons of pushes out of the month, or into it, as people gave them.")


class Bias(Shape):
    """The mean signed error of the judged months; above zero more came than was forecast."""

    key: str
    label: Foreign
    months: int
    out_of_tolerance: int
    mean_error: Ratio | None


class ForecastAccuracyResult(Shape):
    """Forecasts against what came of them; `unfrozen` are months that no frozen forecast opened."""

    months: list[Month]
    lines: list[AccuracyLine]
    by_type: list[Bias]
    by_engagement: list[Bias]
    unfrozen: list[Month]
    synced_at: datetime | None


class PeriodLoad(Shape):
    """A person's hours in a month or ISO week; both days inclusive."""

    period: str
    start: date
    end: date
    capacity_hours: Hours
    hard_hours: Hours
    soft_hours: Hours
    free_hours: Hours
    booked_ratio: Ratio | None
    under_allocated: bool


class PersonHeat(Shape):
    """A person over all periods, and in each."""

    id: str
    name: Foreign
    role: Foreign
    capacity_hours: Hours
    hard_hours: Hours
    soft_hours: Hours
    free_hours: Hours
    booked_ratio: Ratio | None
    under_allocated: bool
    periods: list[PeriodLoad]


class ForecastPeopleResult(Shape):
    """How booked people are: a lower bound. `elsewhere_*`: the days for which bookings on other projects were read."""

    by: Literal["month", "week"]
    threshold: Ratio
    lower_bound: Literal[True]
    elsewhere_from: date | None
    elsewhere_until: date | None
    people: list[PersonHeat]
    synced_at: datetime | None


def accuracy_result(report: AccuracyReport) -> dict[str, Any]:
    """The `result` of `psdm forecast accuracy --json`."""
    return plain(
        ForecastAccuracyResult(
            months=list(report.months),
            lines=[AccuracyLine.model_validate(line) for line in report.lines],
            by_type=[Bias.model_validate(bias) for bias in report.by_type],
            by_engagement=[Bias.model_validate(bias) for bias in report.by_engagement],
            unfrozen=list(report.unfrozen),
            synced_at=report.synced_at,
        )
    )


def people_result(report: HeatReport) -> dict[str, Any]:
    """The `result` of `psdm forecast people --json`."""
    people = [
        PersonHeat(
            id=person.id,
            name=person.name,
            role=person.role,
            **_load(person.total),
            periods=[
                PeriodLoad(period=period.name, start=period.start, end=last_day(period), **_load(load))
                for period, load in zip(report.periods, person.loads, strict=True)
            ],
        )
        for person in report.people
    ]
    return plain(
        ForecastPeopleResult(
            by="week" if report.by == "week" else "month",
            threshold=report.threshold,
            lower_bound=True,
            elsewhere_from=report.elsewhere_from,
            elsewhere_until=report.elsewhere_until,
            people=people,
            synced_at=report.synced_at,
        )
    )


def _load(load: Load) -> dict[str, Any]:
    return {
        "capacity_hours": load.capacity,
        "hard_hours": load.hard,
        "soft_hours": load.soft,
        "free_hours": load.free,
        "booked_ratio": load.ratio,
        "under_allocated": load.under_allocated,
    }
