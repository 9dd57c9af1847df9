"""Fixes of dates: those of tasks, and the days on which milestones are signed off."""

from __future__ import annotations

from dataclasses import replace

from psdm_cli.domain.fixes.sign_offs import AmbiguousMilestoneError, moves
from psdm_cli.domain.fixes.task_dates import proposal
from psdm_cli.domain.milestones import Source, is_completed, is_milestone
from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.fix_case import Case, all_of, first_ready
from psdm_cli.workflows.fix_options import FixOption, Question, move_change, said_dates, story_change, within


def task_dates(case: Case) -> tuple[FixOption, ...]:
    """FP-02: the proposal for all; and, for a single one, dates by hand."""
    engagement, answers = case.engagement, case.answers
    if not answers.is_empty and len(case.findings) > 1:
        raise WrongUsage("--start and --due are for one task at a time.", hint="Name it by its key: FP-02:ID.")
    changes = []
    asks: list[Question] = []
    for finding in case.findings:
        story = engagement.stories_by_id.get(str(finding.data["task_id"]))
        if story is None:
            continue
        proposed = proposal(engagement, story, case.assessment.policy, case.assessment.as_of)
        values = said_dates(engagement, story, answers, proposed)
        if proposed.lacks_start and "start_date" not in values:
            asks.append(Question("start", "--start", f"Start of “{finding.data['task']}”"))
        if proposed.lacks_due and "due_date" not in values:
            asks.append(Question("due", "--due", f"Due date of “{finding.data['task']}”", values.get("start_date")))
        if values:
            changes.append(story_change(engagement, story, values, proposed.why if answers.is_empty else ""))
    label = "date it by its neighbours" if len(case.findings) == 1 else "date them by their neighbours"
    options = [FixOption("dates", label if answers.is_empty else "set the dates", tuple(changes), asks=tuple(asks))]
    if answers.is_empty and len(case.findings) == 1 and not asks:
        options.append(replace(options[0], name="dates-by-hand", label="give the dates", asks=_by_hand(case)))
    return tuple(options)


def _by_hand(case: Case) -> tuple[Question, ...]:
    finding = case.first
    story = case.engagement.stories_by_id[str(finding.data["task_id"])]
    made = proposal(case.engagement, story, case.assessment.policy, case.assessment.as_of)
    found = []
    if made.lacks_start:
        found.append(Question("start", "--start", "Start", made.start.day if made.start else None))
    if made.lacks_due:
        found.append(Question("due", "--due", "Due date", made.due.day if made.due else None))
    return tuple(found)


def audit(case: Case) -> tuple[FixOption, ...]:
    """FP-05: a due date moved; a milestone's sign-off date moved or proposed; owners are assigned in Kantata."""
    if len(case.findings) > 1:
        each = [option for one in case.findings if (option := first_ready(audit(replace(case, findings=(one,)))))]
        return (all_of(each, "move the dates"),) if each else ()
    finding = case.first
    fault = finding.data["fault"]
    story = case.engagement.stories_by_id.get(str(finding.data["task_id"]))
    if story is None or fault == "unassigned":
        return ()
    day = case.answers.due or case.answers.day
    if fault == "milestone-undated" and day is None:
        return task_dates(case)
    if is_milestone(story) and story.fixed_fee is True and not is_completed(story):
        return moving(case, Source.STORY, story.id)
    as_of = case.assessment.as_of
    if day is None:
        default = as_of if fault == "closed-future" else None
        asked = "On which day was it done" if fault == "closed-future" else "New due date"
        return (FixOption("dates", "move its due date", asks=(Question("due", "--due", asked, default),)),)
    if fault == "closed-future" and day > as_of:
        raise WrongUsage(f"--due: {day} lies ahead, and the task is completed (as of {as_of}).")
    if fault == "overdue" and day < as_of:
        raise WrongUsage(f"--due: {day} is over already (as of {as_of}); the task would stay overdue.")
    values = {"due_date": day}
    if story.start_date is not None and day < story.start_date:
        if fault != "closed-future":
            raise WrongUsage(f"--due: {day} lies before the task's start ({story.start_date}).")
        values["start_date"] = day  # done before it was to begin
    within(case.engagement, None, day, ("--start", "--due"))
    return (FixOption("dates", "move its due date", (story_change(case.engagement, story, values, ""),)),)


def sign_off(case: Case) -> tuple[FixOption, ...]:
    """FP-10: the sign-off date moved."""
    return moving(case, Source.STORY, str(case.first.data["milestone_id"]))


def moving(case: Case, source: Source, ident: str) -> tuple[FixOption, ...]:
    """A milestone's sign-off date moved, on every record that has it."""
    if len(case.findings) > 1:
        return ()  # each milestone has a day of its own
    day = case.answers.day or case.answers.due
    label = "move the sign-off date"
    if day is None:
        return (FixOption("move", label, asks=(Question("day", "--date", "New sign-off date"),)),)
    if day < case.assessment.as_of:
        raise WrongUsage(f"--date: {day} is over already (as of {case.assessment.as_of}); it would be overdue at once.")
    within(case.engagement, None, day, ("--date", "--date"))
    try:
        made = moves(case.engagement, source, ident, day)
    except AmbiguousMilestoneError as several:
        raise WrongUsage(
            f"--date: {several}.", hint="Move one of them: psdm fix FP-04:milestone:billing_milestone:ID --date DAY."
        ) from None
    return (FixOption("move", label, tuple(move_change(case.engagement, move) for move in made)),)
