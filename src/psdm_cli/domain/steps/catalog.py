"""The steps in the handbook's order (domain.md 3.5), and running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Finding, Step, by_severity
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


def most_urgent(steps: Sequence[Step], count: int) -> tuple[Finding, ...]:
    """The findings to begin with: by severity, one an engagement as far as that goes.

    Upside candidates are left out: they are chances, and the soft bookings among them are found by FP-07 as well.
    """
    live = by_severity(finding for step in steps if step.id != upside_candidates.ID for finding in step.live)
    first: list[Finding] = []
    named: set[str] = set()
    for finding in live:
        if finding.project not in named:
            first.append(finding)
            named.add(finding.project or finding.key)
    rest = [finding for finding in live if finding not in first]
    return by_severity([*first, *rest][:count])
