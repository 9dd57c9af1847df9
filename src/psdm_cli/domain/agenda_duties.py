"""The duties of the week that psdm today looks at: forecast, notes, time, health reports."""

from __future__ import annotations

from collections.abc import Iterable

from psdm_cli.domain.agenda import Item, Standing
from psdm_cli.domain.agenda_common import about_engagement, by_engagement, due_on, named
from psdm_cli.domain.cadence import Duty
from psdm_cli.domain.dates import DAY, freeze_monday, week_start
from psdm_cli.domain.findings import State
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps import health_reports, timesheets
from psdm_cli.domain.steps.common import counted, day_text
from psdm_cli.domain.steps.health_reports import latest_report, local_date


def monday(standing: Standing) -> Iterable[Item]:
    """Preparation complete by 10:00, forecast and upside updated by 11:00, until both are frozen and confirmed."""
    lacking = [] if standing.frozen else ["not frozen yet"]
    if standing.open_manual:
        lacking.append(f"to confirm: {', '.join(standing.open_manual)}")
    command = "psdm checklist resume forecast-prep" if standing.frozen else "psdm forecast-prep --freeze"
    for duty, title in (
        (Duty.PREP_COMPLETE, "Forecast call prep complete"),
        (Duty.FORECAST_UPDATED, "Forecast and upside updated"),
    ):
        due = due_on(standing, duty)
        if due is not None and not standing.has_done(duty):
            yield Item(f"duty:{duty}", f"{title} ({'; '.join(lacking)})" if lacking else title, due, command)


def weekly(standing: Standing) -> Iterable[Item]:
    """The duties of which psdm sees nothing: Top Customer notes, own time. They stay until they are ticked off."""
    tick = f"psdm today --done {Duty.TIMESHEETS_SUBMITTED}"
    for duty, title, command in (
        (Duty.TOP_CUSTOMER_NOTES, "Top Customer notes written", "psdm top-customer"),  # whose end is the tick
        (Duty.TIMESHEETS_SUBMITTED, "This week's time submitted: yours, PSE, TA", tick),
    ):
        due = due_on(standing, duty)
        if due is not None and not standing.has_done(duty):
            yield Item(f"duty:{duty}", title, due, command)


def timesheets_approved(standing: Standing) -> Iterable[Item]:
    """Last week's time that is missing or not approved, per engagement (FP-09)."""
    step, due = standing.step(timesheets.ID), due_on(standing, Duty.TIMESHEETS_APPROVED)
    if step is None or due is None or standing.has_done(Duty.TIMESHEETS_APPROVED):
        return
    command = f"psdm forecast-prep --step {timesheets.ID}"
    if step.state is State.UNVERIFIED:
        yield Item(f"duty:{Duty.TIMESHEETS_APPROVED}", "Last week's time approved (psdm could not look)", due, command)
    for forecast, findings in by_engagement(standing, step.live):
        what = f"Last week's time to chase or approve: {counted(len(findings), 'finding')}"
        item = Item(f"time:{forecast.engagement.id}", what, due, command)
        stake = sum(abs(finding.stake) for finding in findings)
        yield about_engagement(
            forecast.engagement, item, stake if any(f.amount is not None for f in findings) else None
        )


def health_reports_due(standing: Standing) -> Iterable[Item]:
    """One health report a week and Active engagement: this week's by its deadline, last week's is overdue."""
    due, before = due_on(standing, Duty.HEALTH_REPORTS), due_on(standing, Duty.HEALTH_REPORTS, -1)
    assessment = standing.assessment
    if due is None or before is None or standing.has_done(Duty.HEALTH_REPORTS):
        return
    if not assessment.portfolio.can_see(Kind.STATUS_REPORTS):
        step = f"psdm forecast-prep --step {health_reports.ID}"
        yield Item(f"duty:{Duty.HEALTH_REPORTS}", "Health reports written (psdm could not look)", due, step)
        return
    monday_now = freeze_monday(standing.as_of)
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        if not engagement.has_status(assessment.policy.active_statuses):
            continue
        report = latest_report(engagement)
        written = local_date(report, assessment) if report else None
        if written is not None and written >= monday_now:
            continue
        begun = engagement.kickoff is None or engagement.kickoff < monday_now
        missed = begun and (written is None or written < week_start(monday_now - DAY))
        last = f"last: {day_text(written)}" if written else "there is none yet"
        command = f"psdm health {named(engagement)}"
        item = Item(f"health:{engagement.id}", f"Health report ({last})", before if missed else due, command)
        yield about_engagement(engagement, item)
