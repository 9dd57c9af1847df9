"""The forecast as CSV: one row an engagement, ready to be pasted into the weekly revenue sheet.

Columns: `sow`, `title`, `customer`, `lead`, `type`, `status`, `currency`; `worked MONTH` (billable time before as-of,
in the as-of month); then a column per month with what is to come in it; `beyond`, `overdue`, `undated`, `to_forecast`,
`budget`, `used`, `remaining`, `hard_booked`, `soft_booked`, and the hours `hard_hours`, `soft_hours`, `unpriced_hours`.
Amounts are plain numbers with two decimals in the row's own currency. An empty cell is unknown, never 0.
"""

from __future__ import annotations

from psdm_cli.domain.report import ForecastReport
from psdm_cli.output.csv_text import csv_text

_BEFORE = ("sow", "title", "customer", "lead", "type", "status", "currency")
_AFTER = (
    "beyond",
    "overdue",
    "undated",
    "to_forecast",
    "budget",
    "used",
    "remaining",
    "hard_booked",
    "soft_booked",
    "hard_hours",
    "soft_hours",
    "unpriced_hours",
)


def forecast_csv(report: ForecastReport) -> str:
    """One row an engagement."""
    first = report.months[:1]
    return csv_text(
        (*_BEFORE, *(f"worked {month}" for month in first), *report.months, *_AFTER),
        (
            (
                *(getattr(project, name) for name in _BEFORE),
                *(project.worked.get(month) for month in first),
                *(project.forecast.get(month) for month in report.months),
                *(getattr(project, name) for name in _AFTER),
            )
            for project in report.projects
        ),
    )
