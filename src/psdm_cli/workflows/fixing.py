"""Fixes for findings: what each step offers, the usual way first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.fixes.reminders import MISSING, Reminder, reminders
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.space.names import clean_name
from psdm_cli.workflows.coordinator import Desk
from psdm_cli.workflows.fix_case import Case
from psdm_cli.workflows.fix_options import Answers, FixOption
from psdm_cli.workflows.fixing_bookings import covering, hardening
from psdm_cli.workflows.fixing_dates import audit, moving, sign_off, task_dates

NOTHING = Answers()
NAMELESS = "colleague"  # a name that is nothing but control characters


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
    case = Case(group, engagement, assessment, desk, answers, direct)
    made = _BY_STEP.get(first.step, _no_fix)(case)
    url = desk.page(engagement.id)
    what = "open it in Kantata and write this week's report" if first.step == "FP-11" else "open it in Kantata"
    return (*made, FixOption("open", what, url=url)) if url is not None else made


def _no_fix(_case: Case) -> tuple[FixOption, ...]:
    return ()


def _upside(case: Case) -> tuple[FixOption, ...]:
    """FP-04: a milestone dated, a soft booking hardened; the ledger is not a fix of Kantata's."""
    if case.first.data.get("scenario") == "soft-booking":
        return hardening(case)
    return moving(case, Source(str(case.first.data["source"])), str(case.first.data["milestone_id"]))


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


_BY_STEP: dict[str, Callable[[Case], tuple[FixOption, ...]]] = {
    "FP-02": task_dates,
    "FP-04": _upside,
    "FP-05": audit,
    "FP-07": hardening,
    "FP-08": covering,
    "FP-10": sign_off,
}
