"""FP-02: start and complete dates on all tasks; milestones need only the due date (rules.md 4)."""

from __future__ import annotations

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Step
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import about, counted, refused, step

ID = "FP-02"
TITLE = "Start and complete dates on all tasks"


def check(assessment: Assessment) -> Step:
    """One finding per open task that lacks a date."""
    findings = []
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        for story in engagement.stories:
            if is_completed(story):
                continue
            needs_start = assessment.policy.milestone_needs_start or not is_milestone(story)
            lacks_start = needs_start and story.start_date is None
            lacks_due = story.due_date is None
            if not (lacks_start or lacks_due):
                continue
            lacking = " and ".join(word for word, lacks in (("start", lacks_start), ("due", lacks_due)) if lacks)
            kind = "milestone" if is_milestone(story) else "task"
            title = story.title or "(no title)"
            findings.append(
                about(
                    engagement,
                    ID,
                    story.id,
                    f"{kind} “{title}” has no {lacking} date",
                    subject=f"{engagement.name}: {title}",
                    due=story.due_date,
                    data={"task_id": story.id, "task": title, "lacks_start": lacks_start, "lacks_due": lacks_due},
                    fix=f"Enter the {lacking} date in the project's Task Tracker",
                )
            )
    projects = len({finding.project for finding in findings})
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed="every open task has its dates",
        found=f"{counted(len(findings), 'task')} without a date on {counted(projects, 'engagement')}",
        unverified=refused(assessment, Kind.STORIES),
    )
