"""FP-05: the Task Audit Report: overdue, unassigned, closed with a future date, milestones without a date."""

from __future__ import annotations

from collections.abc import Iterable

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.records import Kind, Story
from psdm_cli.domain.steps.common import about, counted, day_text, refused, step

ID = "FP-05"
TITLE = "Task audit by PM"
FIXES = {
    "overdue": "Complete it, or move its due date",
    "unassigned": "Assign somebody or an unnamed role",
    "closed-future": "Set the due date to the day it was done",
    "milestone-undated": "Set the milestone's due date (its sign-off)",
}


def check(assessment: Assessment) -> Step:
    """One finding per task and fault, over all engagements in scope, Closed ones included."""
    findings = [
        _finding(assessment, forecast.engagement, story, fault)
        for forecast in assessment.forecasts
        for story in forecast.engagement.stories
        for fault in _faults(assessment, story)
    ]
    counts = ", ".join(
        f"{count} {fault.replace('-', ' ')}"
        for fault in FIXES
        if (count := sum(finding.data["fault"] == fault for finding in findings))
    )
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed="no task is overdue, unassigned, wrongly dated or undated",
        found=f"{counted(len(findings), 'fault')}: {counts}",
        unverified=refused(assessment, Kind.STORIES),
    )


def _faults(assessment: Assessment, story: Story) -> Iterable[str]:
    due = story.due_date
    if is_completed(story):
        if due is not None and due > assessment.as_of:
            yield "closed-future"
        return
    if due is not None and due < assessment.as_of:
        yield "overdue"
    if is_milestone(story):
        if due is None:
            yield "milestone-undated"
    elif story.assigned is False:
        yield "unassigned"


def _finding(assessment: Assessment, engagement: Engagement, story: Story, fault: str) -> Finding:
    title = story.title or "(no title)"
    kind = "milestone" if is_milestone(story) else "task"
    due = story.due_date
    late = (assessment.as_of - due).days if due else 0
    what = {
        "overdue": f"is overdue since {day_text(due)} ({counted(late, 'day')})" if due else "",
        "unassigned": "has nobody assigned",
        "closed-future": f"is completed, but its due date lies ahead ({day_text(due)})" if due else "",
        "milestone-undated": "has no due date",
    }[fault]
    money = story.budget_estimate_in_cents if is_milestone(story) and story.fixed_fee else None
    return about(
        engagement,
        ID,
        f"{fault}:{story.id}",
        f"{kind} “{title}” {what}",
        subject=f"{engagement.name}: {title}",
        cents=money,
        due=due,
        data={"fault": fault, "task_id": story.id, "task": title, "due": due.isoformat() if due else None},
        fix=FIXES[fault],
    )
