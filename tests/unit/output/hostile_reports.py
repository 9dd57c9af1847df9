"""Results in which every text that comes from outside is the same hostile one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from reports import AS_OF, MONTHS, finding, months, project, report, steps
from views import breakdown, difference, portfolio

from psdm_cli.domain.breakdown import Breakdown, By
from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.difference import DifferenceReport
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.portfolio_rows import CoverageGap, HealthReport, NextMilestone, PortfolioRow, Suggestion
from psdm_cli.domain.report import ChangeLine, ForecastReport, MilestoneLine, PersonLine, totals_of


def hostile_report(text: str) -> ForecastReport:
    """A forecast preparation by, about and for somebody hostile, led by two of them."""
    lines = tuple(
        project(
            number,
            text,
            sow=text if number % 2 else None,
            customer=text,
            lead=text if number < 4 else f"{text}2",
            status=text,
            currency=text if number == 1 else "USD",
            milestones=(MilestoneLine(text, text, date(2026, 12, 1), Decimal("1.00"), Source.STORY),),
            changes=(ChangeLine(ChangeKind.PUSH, "2026-11", "2026-12", Decimal("10.00")),),
        )
        for number in range(6)
    )
    findings = tuple(
        finding(
            "FP-02",
            f"{text}{number}",
            lines[number % 6],
            text,
            subject=f"{text}: {text}" if number % 2 else text,
            fix=text,
            amount=Decimal("5.00"),
            currency=text,
            data={text: text, "fault": text, "rows": [text, {text: text}]},
        )
        for number in range(12)
    )
    made = tuple(
        replace(
            step, reason=text, title=text, owner=text, evidence=(text,) * 3, findings=findings if number < 3 else ()
        )
        for number, step in enumerate(steps((project(1, "A"),) * 5))
    )
    return report(
        pm_id=text,
        pm_name=text,
        leads=(text, f"{text}2"),
        projects=lines,
        totals=totals_of(lines, "forecast"),
        worked_totals={},
        steps=made,
        people=(PersonLine(text, text, text, Decimal(8), Decimal(1), Decimal(0), Decimal("0.125")),) * 2,
        warnings=(text,),
    )


def hostile_portfolio(text: str) -> tuple[PortfolioRow, ...]:
    """One hostile engagement with everything that can be said about it."""
    return tuple(
        replace(
            row,
            sow=text if row.sow else None,
            title=text,
            lead=text,
            status=text,
            currency=text,
            coverage_gap=CoverageGap(text, AS_OF, AS_OF) if row.coverage_gap else None,
            next_milestone=NextMilestone(text, text, AS_OF),
            health=HealthReport(text, AS_OF),
            suggested=Suggestion(row.suggested.color, (text, text)) if row.suggested else None,
        )
        for row in portfolio()
    )


def hostile_breakdown(text: str, by: By) -> Breakdown:
    """Groups named by somebody hostile."""
    made = breakdown(by)
    if by is By.MONTH:
        return replace(made, rows=tuple(replace(row, currency=text, incomplete=(text,)) for row in made.rows))
    return replace(
        made,
        rows=tuple(replace(row, key=text, label=text, currency=text, incomplete=(text,)) for row in made.rows),
    )


def hostile_difference(text: str) -> DifferenceReport:
    """Changes of hostile engagements."""
    made = difference()
    return replace(
        made,
        projects=tuple(replace(p, sow=text, title=text, lead=text, currency=text) for p in made.projects),
        months=tuple(replace(m, currency=text) for m in made.months),
        warnings=(text,),
    )


__all__ = ["MONTHS", "hostile_breakdown", "hostile_difference", "hostile_portfolio", "hostile_report", "months"]
