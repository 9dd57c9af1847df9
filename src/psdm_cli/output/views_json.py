"""JSON of `psdm portfolio`, `psdm forecast show`, `diff` and `freeze`, and their schemas (interface.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from psdm_cli.domain.breakdown import Breakdown, By
from psdm_cli.domain.bridge import Cause
from psdm_cli.domain.difference import DifferenceReport
from psdm_cli.domain.portfolio_rows import PortfolioRow as DomainRow
from psdm_cli.output.forecast_json import Change, EngagementType
from psdm_cli.output.json_shapes import Amount, Foreign, Hours, Month, MonthAmounts, Ratio, Shape, plain


class CoverageGap(Shape):
    """The first stretch [gap_from, until) of any role without a hard booking."""

    role: Foreign
    gap_from: date
    until: date


class NextMilestone(Shape):
    """The open milestone with the earliest due date; it may lie in the past."""

    id: str
    title: Foreign
    date: date


class HealthReport(Shape):
    """The latest health report."""

    color: Foreign | None
    date: date


class Suggestion(Shape):
    """The colour that budget and schedule suggest, with the reasons."""

    color: Literal["green", "yellow", "red"]
    reasons: list[Foreign]


class PortfolioProject(Shape):
    """An engagement at a glance; null is unknown."""

    id: str
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    type: EngagementType
    status: Foreign | None
    end: date | None
    time_elapsed: Ratio | None = Field(description="Share of the days from start to end that have gone.")
    burn: Ratio | None = Field(description="Used share of the price.")
    currency: Foreign | None
    eac: Amount | None = Field(description="Estimate at completion.")
    to_forecast: Amount | None
    runway: date | None = Field(description="The day the hours to go run out at the recent pace.")
    coverage_gap: CoverageGap | None = Field(description="null: no gap, or unknown (see coverage_known).")
    coverage_known: bool
    next_milestone: NextMilestone | None
    health: HealthReport | None
    suggested: Suggestion | None


class PortfolioResult(Shape):
    """Every engagement, one row each."""

    synced_at: datetime | None
    projects: list[PortfolioProject]


class BreakdownRow(Shape):
    """A share of the forecast in one currency. `incomplete` names engagements whose share is unknown."""

    key: Foreign
    label: Foreign
    currency: Foreign | None
    forecast: MonthAmounts = Field(description="To come from as-of on, per month.")
    worked: MonthAmounts
    beyond: Amount | None
    hours: dict[Month, Hours] = Field(description="Hard-booked hours to come, per month.")
    incomplete: list[Foreign]


class ForecastShowResult(Shape):
    """The forecast, grouped."""

    by: By
    months: list[Month]
    synced_at: datetime | None
    rows: list[BreakdownRow]


class ProjectDifference(Shape):
    """One engagement's movements; `known` is false where one of the two forecasts is unknown."""

    id: str
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    currency: Foreign | None
    known: bool
    changes: list[Change]


class MonthDifference(Shape):
    """A month's forecast before and after, in one currency; `change` is signed."""

    month: Month
    currency: Foreign
    before: Amount
    after: Amount
    change: Amount


class BridgeLine(Shape):
    """What one cause makes of one engagement's month; `amount` is signed.

    The lines of an engagement and month add up to its change; causes are applied in the order of the enumeration.
    """

    project: str = Field(description="Kantata's id of the project.")
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    cause: Cause
    currency: Foreign
    month: Month
    amount: Amount
    reasons: list[Foreign] = Field(description="Who and what, in words, the largest first.")


class BridgeTotal(Shape):
    """What one cause makes over all engagements, in one currency; signed."""

    cause: Cause
    currency: Foreign
    amount: Amount
    months: dict[Month, Amount]


class ForecastDiffResult(Shape):
    """What changed between two as-of dates, on days from the later one on."""

    before_as_of: date
    before_week: str
    as_of: date
    week: str
    projects: list[ProjectDifference]
    months: list[MonthDifference]
    bridge: list[BridgeLine]
    bridge_totals: list[BridgeTotal]


class ForecastFreezeResult(Shape):
    """The snapshot that was stored; `revision` is null and `stored` false in a dry run."""

    week: str
    revision: int | None
    as_of: date
    scope: Foreign
    engagements: int
    stored: bool


def portfolio_result(rows: Sequence[DomainRow], synced_at: datetime | None) -> dict[str, Any]:
    """The `result` of `psdm portfolio --json`."""
    projects = [PortfolioProject.model_validate(row) for row in rows]
    return plain(PortfolioResult(synced_at=synced_at, projects=projects))


def show_result(breakdown: Breakdown, synced_at: datetime | None) -> dict[str, Any]:
    """The `result` of `psdm forecast show --json`."""
    rows = [BreakdownRow.model_validate(row) for row in breakdown.rows]
    months = list(breakdown.months)
    return plain(ForecastShowResult(by=breakdown.by, months=months, synced_at=synced_at, rows=rows))


def diff_result(report: DifferenceReport) -> dict[str, Any]:
    """The `result` of `psdm forecast diff --json`."""
    return plain(ForecastDiffResult.model_validate(report))


def freeze_result(frozen: object, *, stored: bool) -> dict[str, Any]:
    """The `result` of `psdm forecast freeze --json`."""
    names = [name for name in ForecastFreezeResult.model_fields if name != "stored"]
    return plain(ForecastFreezeResult(**{name: getattr(frozen, name) for name in names}, stored=stored))
