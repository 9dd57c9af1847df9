"""The steps in the handbook's order (domain.md 3.5), and running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Step
from psdm_cli.domain.steps import (
    allocations,
    forecast_accuracy,
    hard_bookings,
    health_reports,
    remaining_funds,
    sign_offs,
    soft_bookings,
    task_audit,
    task_dates,
    timesheets,
    upside_candidates,
)

CHECKS: Mapping[str, Callable[[Assessment], Step]] = {
    module.ID: module.check
    for module in (
        remaining_funds,
        task_dates,
        forecast_accuracy,
        upside_candidates,
        task_audit,
        allocations,
        soft_bookings,
        hard_bookings,
        timesheets,
        sign_offs,
        health_reports,
    )
}


def run(assessment: Assessment) -> tuple[Step, ...]:
    """Every step, judged."""
    return tuple(check(assessment) for check in CHECKS.values())
