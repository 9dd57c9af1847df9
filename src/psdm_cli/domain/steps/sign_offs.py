"""FP-10: fixed-fee sign-offs at risk for the fiscal quarter: not sent, and overdue or due at its very end."""

from __future__ import annotations

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import business_day_before
from psdm_cli.domain.engagements import custom_field
from psdm_cli.domain.findings import Step
from psdm_cli.domain.milestones import is_answered_yes, milestone_stories
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import about, amount_text, counted, day_text, refused, said, step

ID = "FP-10"
TITLE = "Fixed-fee sign-offs at risk for the quarter"


def check(assessment: Assessment) -> Step:
    """One finding per open milestone of the quarter whose sign-off was not sent and that is late or due last thing."""
    quarter = assessment.quarter
    last_days = business_day_before(
        quarter.end, assessment.policy.sign_off_last_business_days, assessment.calendars.holidays
    )
    findings = []
    for forecast in assessment.forecasts:
        engagement = forecast.engagement
        for story in milestone_stories(engagement):
            due = story.due_date
            sent = custom_field(story.custom_fields, assessment.rules.fields.signoff_sent)
            if due is None or not quarter.start <= due < quarter.end or is_answered_yes(sent):
                continue
            overdue = due < assessment.as_of
            if not overdue and due < last_days:
                continue
            title = story.title or "(no title)"
            cents = story.budget_estimate_in_cents
            when = f"was due {day_text(due)}" if overdue else f"is due only on {day_text(due)}"
            findings.append(
                about(
                    engagement,
                    ID,
                    story.id,
                    f"milestone “{title}” ({said(forecast.currency, cents)}) {when} and no sign-off was sent",
                    subject=f"{engagement.name}: {title}",
                    cents=cents,
                    due=due,
                    data={
                        "milestone_id": story.id,
                        "milestone": title,
                        "due": due.isoformat(),
                        "overdue": overdue,
                        "quarter": quarter.name,
                        "quarter_ends": quarter.last_day.isoformat(),
                        "amount": amount_text(forecast.currency, cents),
                    },
                    fix="Send the sign-off, or move the milestone into the next quarter",
                )
            )
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed=f"no sign-off of {quarter.name} is at risk",
        found=f"{counted(len(findings), 'sign-off')} at risk for {quarter.name} (ends {day_text(quarter.last_day)})",
        unverified=refused(assessment, Kind.STORIES),
    )
