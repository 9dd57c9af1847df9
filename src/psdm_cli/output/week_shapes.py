"""The JSON of `psdm report week` (interface.md 4): figures are those of other commands, under the same names."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.output.forecast_json import EngagementType, UnderAllocated
from psdm_cli.output.json_shapes import Amount, Foreign, Month, MonthAmounts, PlanItem, Ratio, Shape, plain
from psdm_cli.output.looking_back_json import AccuracyLine, Bias
from psdm_cli.output.upside_shapes import Entry, TotalsShape, entry_of, totals_shape
from psdm_cli.output.views_json import HealthReport, Suggestion

if TYPE_CHECKING:
    from psdm_cli.domain.week_report import WeekReport

Judged = Literal["in_tolerance", "out_of_tolerance", "not_judged", "unknown"]


class TypeForecast(Shape):
    """One type in one currency, as `forecast show --by type` has it, beside the earlier forecast of the same days."""

    type: EngagementType
    currency: Foreign | None
    forecast: MonthAmounts = Field(description="To come from as-of on, per month.")
    worked: MonthAmounts
    beyond: Amount | None
    before: MonthAmounts | None = Field(description="The earlier forecast; null without one.")
    change: MonthAmounts | None = Field(description="Signed; only of engagements that can be compared.")
    incomplete: list[Foreign] = Field(description="Engagements whose share is unknown.")


class MonthForecast(Shape):
    """All types of a month in one currency; sums of what is known."""

    month: Month
    currency: Foreign
    forecast: Amount
    worked: Amount
    before: Amount | None
    change: Amount | None


class Move(Shape):
    """Money that moved since the earlier forecast; `amount` is positive. `reason` is a person's, `why` the data's."""

    project: str = Field(description="Kantata's id of the project.")
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    kind: Literal["push", "pull", "up", "down", "new", "gone"]
    month_from: Month | None
    month_to: Month | None
    amount: Amount
    currency: Foreign
    why: list[Foreign]
    reason: Foreign | None
    reason_due: bool


class WeekAccuracy(Shape):
    """A full week of all engagements with one goal and currency; `left_out` are in no figure of it."""

    week: str
    start: datetime.date
    tolerance: Ratio
    currency: Foreign
    forecast: Amount
    actual: Amount
    error: Ratio | None
    verdict: Judged
    engagements: int
    frozen_as_of: datetime.date
    left_out: list[Foreign]


class WeekBias(Shape):
    """What the weeks of one goal and currency come to."""

    tolerance: Ratio
    currency: Foreign
    weeks: int
    out_of_tolerance: int
    forecast: Amount
    actual: Amount
    error: Ratio | None
    mean_error: Ratio | None


class Weekly(Shape):
    """The last full weeks, each by the forecast frozen last before it."""

    weeks: list[str]
    lines: list[WeekAccuracy]
    bias: list[WeekBias]
    unfrozen: list[str]


class Accuracy(Shape):
    """The months that ended within these weeks, as `forecast accuracy` judges them."""

    months: list[Month]
    lines: list[AccuracyLine]
    by_type: list[Bias]
    by_engagement: list[Bias]
    unfrozen: list[Month]


class GapLine(Shape):
    """A role without hard bookings in [gap_from, until)."""

    project: str
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    role: Foreign
    gap_from: datetime.date
    until: datetime.date
    amount: Amount | None = Field(description="Money that the gap leaves open.")
    currency: Foreign | None
    waived: bool


class HealthLine(Shape):
    """The reported colour beside the suggested one."""

    project: str
    sow: Foreign | None
    title: Foreign
    lead: Foreign | None
    type: EngagementType
    status: Foreign | None
    health: HealthReport | None
    suggested: Suggestion | None
    differs: bool


class ReportWeekResult(Shape):
    """The Monday call on one page. `file`: the HTML that was written; `plan`: what --publish did."""

    week: str
    quarter: str
    leads: list[Foreign]
    months: list[Month]
    compared_with: datetime.date | None = Field(description="As-of date of the forecast that this one is held against.")
    types: list[TypeForecast]
    totals: list[MonthForecast]
    moves: list[Move] = Field(description="Pushes, pulls, then the rest; each the largest first.")
    upside: list[Entry]
    settled: list[Entry] = Field(description="Upside that was converted, pushed or lost since the earlier forecast.")
    upside_totals: TotalsShape
    accuracy: Accuracy | None
    weekly: Weekly
    gaps: list[GapLine]
    people: list[UnderAllocated]
    people_below: Ratio
    health: list[HealthLine]
    unseen: list[Foreign]
    synced_at: datetime.datetime | None
    file: Foreign | None
    plan: list[PlanItem]


def week_result(report: WeekReport, *, file: str | None = None, plan: Sequence[Any] = ()) -> dict[str, Any]:
    """The `result` of `psdm report week --json`."""
    same = {name: getattr(report, name) for name in ReportWeekResult.model_fields if name not in _MADE}
    return plain(
        ReportWeekResult.model_validate(
            {
                **same,
                "upside": [entry_of(each) for each in report.upside],
                "settled": [entry_of(each) for each in report.settled],
                "upside_totals": totals_shape(report.upside_totals),
                "file": file,
                "plan": list(plan),
            },
            from_attributes=True,
        )
    )


_MADE = frozenset({"upside", "settled", "upside_totals", "file", "plan"})
