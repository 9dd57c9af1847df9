"""Portfolio, breakdowns and differences made by hand for the output's tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D  # noqa: N817  # a table of amounts reads better short

from reports import AS_OF, MONTHS, months

from psdm_cli.domain.breakdown import Breakdown, BreakdownRow, By
from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.difference import DifferenceReport, MonthDifference, ProjectDifference
from psdm_cli.domain.portfolio_rows import (
    CoverageGap,
    Health,
    HealthReport,
    NextMilestone,
    PortfolioRow,
    Suggestion,
)
from psdm_cli.domain.report import ChangeLine


def portfolio() -> tuple[PortfolioRow, ...]:
    """Three engagements: in trouble, without money, fine and in EUR."""
    return (
        PortfolioRow(
            id="1",
            sow="SOW-2206",
            title="SOW-2206 Acme Robotics GitLab Migration and Runner Fleet Modernisation",
            lead="Priya Nair",
            type="time_and_materials",
            status="Active",
            end=date(2027, 5, 28),
            time_elapsed=D("0.3800"),
            burn=D("1.0525"),
            currency="USD",
            eac=D("262600.00"),
            to_forecast=D("-22600.50"),
            runway=date(2026, 12, 11),
            coverage_gap=CoverageGap("PSE", date(2026, 12, 14), date(2027, 1, 4)),
            coverage_known=True,
            next_milestone=NextMilestone("9", "Pilot group live", date(2026, 12, 18)),
            health=HealthReport("green", date(2026, 11, 19)),
            suggested=Suggestion(Health.RED, ("EAC is 119 % of the price", "“Design” is 12 business days late")),
        ),
        PortfolioRow(
            id="2",
            sow=None,
            title="Dunder Staff Augmentation",
            lead="Priya Nair",
            type="dedicated_engineer",
            status=None,
            end=None,
            time_elapsed=None,
            burn=None,
            currency=None,
            eac=None,
            to_forecast=None,
            runway=None,
            coverage_gap=None,
            coverage_known=False,
            next_milestone=None,
            health=None,
            suggested=None,
        ),
        PortfolioRow(
            id="3",
            sow="SOW-2402",
            title="Café Zürich CI/CD Consulting Block",
            lead="Priya Nair",
            type="consulting_block",
            status="Active",
            end=date(2026, 11, 6),
            time_elapsed=D("1.0700"),
            burn=D("0.1875"),
            currency="EUR",
            eac=D("64000.00"),
            to_forecast=D("0.00"),
            runway=None,
            coverage_gap=None,
            coverage_known=True,
            next_milestone=None,
            health=HealthReport(None, date(2026, 11, 2)),
            suggested=Suggestion(Health.GREEN, ("EAC is 100 % of the price",)),
        ),
    )


def breakdown(by: By) -> Breakdown:
    """Two groups in USD and one in EUR, of which one is without an unknown share; and hours without money."""
    if by is By.MONTH:
        rows = tuple(
            BreakdownRow(
                key=month,
                label=month,
                currency="USD",
                forecast={month: D("58000.25")},
                worked={month: D("22500.00") if month == MONTHS[0] else D("0.00")},
                beyond=None,
                hours={month: D("232.50")},
                incomplete=("SOW-2500",) if month == MONTHS[0] else (),
            )
            for month in MONTHS
        )
        return Breakdown(by, MONTHS, rows)
    label = {By.ROLE: "PSE", By.PERSON: "Jonas Weber", By.TYPE: "time and materials"}.get(by, "SOW-2206 Acme Robotics")
    hours = {month: D("40.00") for month in MONTHS}
    worked = months("22500.00", "0.00", "0.00", "0.00")
    return Breakdown(
        by,
        MONTHS,
        (
            BreakdownRow(
                "1", label, "USD", months("12000.00", "58000.25", "0.00", "0.00"), worked, D("5000.00"), hours
            ),
            BreakdownRow(
                "2", "SOW-2311 Borealis Bank", "USD", months("0.00", "45000.00", "0.00", "0.00"), {}, D("0.00"), {}
            ),
            BreakdownRow(
                "1", label, "EUR", months("8000.00", "24000.00", "20000.00", "0.00"), {}, D("0.00"), hours, ("SOW-9",)
            ),
            BreakdownRow("3", "SOW-2500 Equinox", None, months(None, None, None, None), {}, None, hours),
        ),
    )


def difference() -> DifferenceReport:
    """A push, a new and a gone engagement, and one that cannot be compared."""
    return DifferenceReport(
        before_as_of=date(2026, 11, 16),
        before_week="2026-W47",
        as_of=AS_OF,
        week="2026-W48",
        projects=(
            ProjectDifference(
                "1",
                "SOW-2206",
                "Acme Robotics GitLab Migration",
                "Priya Nair",
                "USD",
                (ChangeLine(ChangeKind.PUSH, "2026-11", "2026-12", D("18000.00")),),
                True,
            ),
            ProjectDifference(
                "2", None, "Dunder", None, "EUR", (ChangeLine(ChangeKind.NEW, None, "2026-12", D("900.10")),), True
            ),
            ProjectDifference(
                "3",
                "SOW-1",
                "Old one",
                "Priya Nair",
                "USD",
                (ChangeLine(ChangeKind.GONE, "2027-01", None, D("52000.00")),),
                True,
            ),
            ProjectDifference("4", "SOW-2500", "Equinox", "Priya Nair", None, (), False),
        ),
        months=(
            MonthDifference("2026-12", "EUR", D("0.00"), D("900.10"), D("900.10")),
            MonthDifference("2026-11", "USD", D("30000.00"), D("12000.00"), D("-18000.00")),
            MonthDifference("2026-12", "USD", D("40000.00"), D("58000.00"), D("18000.00")),
            MonthDifference("2027-01", "USD", D("52000.00"), D("0.00"), D("-52000.00")),
        ),
        warnings=("As of 2026-11-23 moves the clock only.",),
    )


@dataclass(frozen=True)
class Frozen:
    """What was frozen."""

    week: str = "2026-W48"
    revision: int | None = 2
    as_of: date = AS_OF
    scope: str = "lead:4711"
    engagements: int = 5
