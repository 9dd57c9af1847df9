"""FP-08: hard bookings for PM, PSE and TA on every engagement after kickoff, two months out or to its end."""

from __future__ import annotations

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.coverage import horizon, is_after_kickoff
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.findings import Step
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import about, amount_text, counted, day_text, refused, step

ID = "FP-08"
TITLE = "Hard bookings for every project after kickoff"


def check(assessment: Assessment) -> Step:
    """One finding per engagement and role with an uncovered week; before kickoff gaps are only shown."""
    findings = []
    evidence = []
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        if engagement.has_status(assessment.policy.not_yet_booked_statuses):
            continue
        start, end = horizon(engagement, assessment.as_of, assessment.policy)
        pending = sorted({request.resource_id or "" for request in engagement.requests})
        for role, gap in (assessment.coverage[engagement.id] or {}).items():
            if gap.gap_from is None or gap.until is None:
                continue
            message = f"no hard {role} booking from {day_text(gap.gap_from)} to {day_text(gap.until - DAY)}"
            if not is_after_kickoff(engagement, assessment.as_of):
                evidence.append(f"{engagement.name}: {message} (before kickoff)")
                continue
            open_money = forecast.to_forecast if (forecast.to_forecast or 0) > 0 else None  # what the gap leaves open
            findings.append(
                about(
                    engagement,
                    ID,
                    f"{engagement.id}:{role}",
                    message,
                    subject=f"{engagement.name}: {role}",
                    cents=open_money,
                    due=gap.gap_from,
                    data={
                        "role": role,
                        "gap_from": gap.gap_from.isoformat(),
                        "until": gap.until.isoformat(),
                        "horizon_from": start.isoformat(),
                        "horizon_until": end.isoformat(),
                        "to_forecast": amount_text(forecast.currency, forecast.to_forecast),
                        "pending_requests": [
                            resource for resource in pending if engagement.resource_roles.get(resource) == role
                        ]
                        if assessment.portfolio.can_see(Kind.RESOURCE_REQUESTS)
                        else None,
                    },
                    fix=f"Request hard {role} hours from {day_text(gap.gap_from)} from the project coordinator",
                )
            )
    projects = len({finding.project for finding in findings})
    months = counted(assessment.policy.booking_horizon_months, "month")
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed=f"every required role is hard-booked {months} out or to the project's end",
        found=f"{counted(len(findings), 'role')} without hard bookings on {counted(projects, 'engagement')}",
        unverified=refused(assessment, Kind.ALLOCATIONS, Kind.RESOURCES),
        evidence=evidence,
    )
