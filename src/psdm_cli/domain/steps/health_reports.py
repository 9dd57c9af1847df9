"""FP-11: health reports of Active engagements that are missing or more than a week old (rules.md 4)."""

from __future__ import annotations

from datetime import date

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Step
from psdm_cli.domain.records import Kind, StatusReport
from psdm_cli.domain.steps.common import about, counted, day_text, refused, step

ID = "FP-11"
TITLE = "Health reports of Active projects"


def check(assessment: Assessment) -> Step:
    """One finding per Active engagement whose latest health report is too old, or that has none."""
    findings = []
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        if not engagement.has_status(assessment.policy.active_statuses):
            continue
        latest = latest_report(engagement)
        day = local_date(latest, assessment) if latest else None
        age = (assessment.as_of - day).days if day else None
        if age is not None and age <= assessment.policy.health_report_max_age_days:
            continue
        said = f"the latest health report is {age} days old ({day_text(day)})" if day else "there is no health report"
        findings.append(
            about(
                engagement,
                ID,
                engagement.id,
                said,
                due=day,
                data={
                    "date": day.isoformat() if day else None,
                    "age_days": age,
                    "color": latest.color if latest else None,
                },
                fix="Write this week's health report in Kantata",
            )
        )
    return step(
        assessment,
        ID,
        TITLE,
        findings if assessment.portfolio.can_see(Kind.STATUS_REPORTS) else (),
        passed="every Active engagement has a health report of the last seven days",
        found=f"{counted(len(findings), 'health report')} missing or too old",
        unverified=refused(assessment, Kind.STATUS_REPORTS),
    )


def latest_report(engagement: Engagement) -> StatusReport | None:
    """The newest health report, by when it was written."""
    dated = [(report.created_at, report.id, report) for report in engagement.status_reports if report.created_at]
    return max(dated, key=lambda item: item[:2])[2] if dated else None


def local_date(report: StatusReport, assessment: Assessment) -> date | None:
    """The day a report was written, in the handbook's zone."""
    return report.created_at.astimezone(assessment.rules.zone).date() if report.created_at else None
