"""Fixes for findings: what each step offers, and the plan of the fixes that were named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.fixes.gaps import filling
from psdm_cli.domain.fixes.reminders import MISSING, Reminder, reminders
from psdm_cli.domain.fixes.sign_offs import AmbiguousMilestoneError, moves
from psdm_cli.domain.fixes.task_dates import proposal
from psdm_cli.domain.milestones import Source, is_completed, is_milestone
from psdm_cli.domain.space.names import clean_name
from psdm_cli.domain.wanted_booking import Wanted
from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.booking import Intent, harden, take_out
from psdm_cli.workflows.booking_requests import request
from psdm_cli.workflows.coordinator import Desk
from psdm_cli.workflows.fix_options import (
    Answers,
    FixOption,
    Question,
    merged,
    move_change,
    said_dates,
    story_change,
    within,
)

NOTHING = Answers()


@dataclass(frozen=True, slots=True)
class _Case:
    """Like findings of one engagement, and what fixing them stands on."""

    findings: tuple[Finding, ...]
    engagement: Engagement
    assessment: Assessment
    desk: Desk
    answers: Answers
    direct: bool

    @property
    def first(self) -> Finding:
        return self.findings[0]


def fixes_for(
    findings: Finding | Sequence[Finding],
    assessment: Assessment,
    desk: Desk,
    answers: Answers = NOTHING,
    *,
    direct: bool = False,
) -> tuple[FixOption, ...]:
    """Ways to repair a finding, or like findings of one step and engagement, the usual one first.

    Pure but for the coordinator and the participants, whom the desk looks up when a message is made. Raises
    `WrongUsage` for answers that make no sense, and what reading raises.
    """
    group = (findings,) if isinstance(findings, Finding) else tuple(findings)
    if not group:
        return ()
    first = group[0]
    if first.step == "FP-09":
        return _reminding(group, desk)
    engagement = next((e for e in assessment.engagements if e.id == first.project), None)
    if engagement is None:
        return ()
    case = _Case(group, engagement, assessment, desk, answers, direct)
    made = _BY_STEP.get(first.step, _no_fix)(case)
    url = desk.page(engagement.id)
    what = "open it in Kantata and write this week's report" if first.step == "FP-11" else "open it in Kantata"
    return (*made, FixOption("open", what, url=url)) if url is not None else made


def _no_fix(_case: _Case) -> tuple[FixOption, ...]:
    return ()


# tasks


def _task_dates(case: _Case) -> tuple[FixOption, ...]:
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


def _by_hand(case: _Case) -> tuple[Question, ...]:
    finding = case.first
    story = case.engagement.stories_by_id[str(finding.data["task_id"])]
    made = proposal(case.engagement, story, case.assessment.policy, case.assessment.as_of)
    found = []
    if made.lacks_start:
        found.append(Question("start", "--start", "Start", made.start.day if made.start else None))
    if made.lacks_due:
        found.append(Question("due", "--due", "Due date", made.due.day if made.due else None))
    return tuple(found)


def _audit(case: _Case) -> tuple[FixOption, ...]:
    """FP-05: a due date moved; a milestone's sign-off date moved or proposed; owners are assigned in Kantata."""
    if len(case.findings) > 1:
        each = [option for one in case.findings if (option := _first_ready(_audit(replace(case, findings=(one,)))))]
        return (_all_of(each, "move the dates"),) if each else ()
    finding = case.first
    fault = finding.data["fault"]
    story = case.engagement.stories_by_id.get(str(finding.data["task_id"]))
    if story is None or fault == "unassigned":
        return ()
    day = case.answers.due or case.answers.day
    if fault == "milestone-undated" and day is None:
        return _task_dates(case)
    if is_milestone(story) and story.fixed_fee is True and not is_completed(story):
        return _moving(case, Source.STORY, story.id)
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


# milestones


def _sign_off(case: _Case) -> tuple[FixOption, ...]:
    """FP-10: the sign-off date moved."""
    return _moving(case, Source.STORY, str(case.first.data["milestone_id"]))


def _upside(case: _Case) -> tuple[FixOption, ...]:
    """FP-04: a milestone dated, a soft booking hardened; the ledger is not a fix of Kantata's."""
    if case.first.data.get("scenario") == "soft-booking":
        return _hardening(case)
    return _moving(case, Source(str(case.first.data["source"])), str(case.first.data["milestone_id"]))


def _moving(case: _Case, source: Source, ident: str) -> tuple[FixOption, ...]:
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


# bookings


def _hardening(case: _Case) -> tuple[FixOption, ...]:
    """FP-07: soft bookings made hard (asked for, or directly), or taken out."""
    wanted = {str(finding.data["booking_id"]) for finding in case.findings}
    bookings = tuple(b for b in case.engagement.bookings if b.id in wanted and not b.hard)
    if not bookings:
        return ()
    options = [_harden(case, bookings, direct=case.direct)]
    if not case.direct:
        options.append(_harden(case, bookings, direct=True))
    out = tuple(take_out(case.engagement, booking) for booking in bookings)
    options.append(FixOption("take-out", "take it out of the schedule (needs edit rights)", out))
    return tuple(options)


def _harden(case: _Case, bookings: Sequence[Booking], *, direct: bool) -> FixOption:
    intent = harden(case.engagement, bookings, case.desk, direct=direct)
    label = "make it hard at once (needs edit rights)" if direct else "ask the coordinator to make it hard"
    return _option("harden-direct" if direct else "harden", label, intent)


def _covering(case: _Case) -> tuple[FixOption, ...]:
    """FP-08: the soft bookings in the gap hardened, or hours requested at the pace so far."""
    if len(case.findings) > 1:
        each = [option for one in case.findings if (option := _first_ready(_covering(replace(case, findings=(one,)))))]
        return (_all_of(each, "ask the coordinator for each role"),) if each else ()
    data = case.first.data
    role = str(data["role"])
    start, end = date.fromisoformat(str(data["gap_from"])), date.fromisoformat(str(data["until"]))
    active = frozenset(m.user_id for m in case.assessment.portfolio.members if m.active)
    found = filling(case.engagement, role, start, end, active)
    options = []
    if found.soft:
        label = "make the soft bookings in the gap hard" if case.direct else "ask to make the soft bookings in it hard"
        intent = harden(case.engagement, found.soft, case.desk, direct=case.direct)
        options.append(_option("harden", label, intent))
    minutes = case.answers.minutes if case.answers.minutes is not None else found.minutes
    label = f"request {role} hours for the gap from the coordinator"
    if minutes is None:
        options.append(FixOption("request", label, asks=(Question("minutes", "--hours", f"{role} hours in total"),)))
    else:
        wanted = Wanted(role, start, end - DAY, minutes, True, found.user_id, found.person)
        intent = request(case.assessment, case.engagement, wanted, case.desk, direct=False)
        asked = _option("request", label, intent)
        # hours that were said mean the request, not what happens to lie in the gap
        options.insert(0 if case.answers.minutes is not None else len(options), asked)
    return tuple(options)


def _option(name: str, label: str, intent: Intent) -> FixOption:
    return FixOption(name, label, intent.changes, intent.drafts, warnings=intent.warnings)


def _first_ready(options: Iterable[FixOption]) -> FixOption | None:
    return next((option for option in options if option.is_ready), None)


def _all_of(options: Sequence[FixOption], label: str) -> FixOption:
    return FixOption(
        options[0].name,
        label,
        merged(tuple(change for option in options for change in option.changes)),
        tuple(dict.fromkeys(draft for option in options for draft in option.drafts)),
        warnings=tuple(dict.fromkeys(warning for option in options for warning in option.warnings)),
    )


# time


def _reminding(findings: Sequence[Finding], desk: Desk) -> tuple[FixOption, ...]:
    drafts = tuple(_reminder(each, desk) for each in reminders(findings))
    return (FixOption("remind", "remind them before the approval hour", drafts=drafts),) if drafts else ()


def _reminder(reminder: Reminder, desk: Desk) -> Draft:
    values = {
        "to": clean_name(reminder.to) or NAMELESS,
        "approval": desk.approval_at,
        "week": reminder.lines[0].since,
        "lines": [
            {
                "engagement": row.engagement,
                "hours": f"{row.hours.normalize():f}",
                "person": row.person,
                "since": row.since,
            }
            for row in reminder.lines
        ],
    }
    missing = reminder.kind == MISSING
    return Draft(
        to=reminder.to,
        subject=f"{reminder.hours.normalize():f} h " + ("are missing" if missing else "wait for approval"),
        text=desk.render("time_missing" if missing else "time_unapproved", values),
        reason="a reminder is yours to send, in Slack or by mail",
        url=desk.page(reminder.lines[0].project) if reminder.lines[0].project else None,
    )


NAMELESS = "colleague"  # a name that is nothing but control characters


_BY_STEP: dict[str, Callable[[_Case], tuple[FixOption, ...]]] = {
    "FP-02": _task_dates,
    "FP-04": _upside,
    "FP-05": _audit,
    "FP-07": _hardening,
    "FP-08": _covering,
    "FP-10": _sign_off,
}
