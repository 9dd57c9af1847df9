"""The things that psdm today looks at, one function each: what of it is due, and what to type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psdm_cli.domain.agenda import Item, Source, Standing, StepStake, stake_of
from psdm_cli.domain.cadence import Duty, end_of, instant_of
from psdm_cli.domain.contract_dates import sow_expiry
from psdm_cli.domain.dates import DAY, WEEK, freeze_monday, week_start
from psdm_cli.domain.engagements import Engagement, custom_field
from psdm_cli.domain.findings import Finding, FindingState, State
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import is_answered_yes, is_completed, is_milestone
from psdm_cli.domain.records import Kind, Story
from psdm_cli.domain.steps import hard_bookings, health_reports, timesheets
from psdm_cli.domain.steps.common import counted, day_text
from psdm_cli.domain.steps.health_reports import latest_report, local_date
from psdm_cli.domain.waivers import latest as latest_waivers

OWN_ITEMS = frozenset({timesheets.ID, health_reports.ID})  # steps whose findings are items of their own


def zone_of(standing: Standing) -> ZoneInfo:
    return standing.assessment.rules.zone


def _due(standing: Standing, duty: Duty, weeks: int = 0) -> datetime | None:
    """When a duty of the week (or of one that many weeks later) is due; None where a team has none such."""
    when = standing.cadence.get(duty)
    if when is None:
        return None
    return instant_of(freeze_monday(standing.as_of) + weeks * WEEK, when, zone_of(standing))


def about_engagement(engagement: Engagement, item: Item, cents: int | None = None) -> Item:
    """The item as one about an engagement, with money at stake in its currency."""
    currency = engagement.currency
    known = currency is not None and cents is not None
    return replace(
        item,
        subject=engagement.name,
        sow=engagement.sow,
        project=engagement.id,
        lead=engagement.workspace.lead_name,
        amount=currency.amount(abs(cents)) if currency is not None and cents is not None else None,
        currency=currency.code if currency is not None and known else None,
        stake=abs(cents) if known and cents is not None else 0,
    )


def named(engagement: Engagement) -> str:
    """The engagement as a word of a command line: the SOW number, else the id; never a title."""
    return engagement.sow or engagement.id


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
        due = _due(standing, duty)
        if due is not None and not standing.has_done(duty):
            yield Item(f"duty:{duty}", f"{title} ({'; '.join(lacking)})" if lacking else title, due, command)


def weekly(standing: Standing) -> Iterable[Item]:
    """The duties of which psdm sees nothing: Top Customer notes, own time. They stay until they are ticked off."""
    tick = f"psdm today --done {Duty.TIMESHEETS_SUBMITTED}"
    for duty, title, command in (
        (Duty.TOP_CUSTOMER_NOTES, "Top Customer notes written", "psdm top-customer"),  # whose end is the tick
        (Duty.TIMESHEETS_SUBMITTED, "This week's time submitted: yours, PSE, TA", tick),
    ):
        due = _due(standing, duty)
        if due is not None and not standing.has_done(duty):
            yield Item(f"duty:{duty}", title, due, command)


def timesheets_approved(standing: Standing) -> Iterable[Item]:
    """Last week's time that is missing or not approved, per engagement (FP-09)."""
    step, due = standing.step(timesheets.ID), _due(standing, Duty.TIMESHEETS_APPROVED)
    if step is None or due is None or standing.has_done(Duty.TIMESHEETS_APPROVED):
        return
    command = f"psdm forecast-prep --step {timesheets.ID}"
    if step.state is State.UNVERIFIED:
        yield Item(f"duty:{Duty.TIMESHEETS_APPROVED}", "Last week's time approved (psdm could not look)", due, command)
    for forecast, findings in _by_engagement(standing, step.live):
        what = f"Last week's time to chase or approve: {counted(len(findings), 'finding')}"
        item = Item(f"time:{forecast.engagement.id}", what, due, command)
        stake = sum(abs(finding.stake) for finding in findings)
        yield about_engagement(
            forecast.engagement, item, stake if any(f.amount is not None for f in findings) else None
        )


def health_reports_due(standing: Standing) -> Iterable[Item]:
    """One health report a week and Active engagement: this week's by its deadline, last week's is overdue."""
    due, before = _due(standing, Duty.HEALTH_REPORTS), _due(standing, Duty.HEALTH_REPORTS, -1)
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


def findings(standing: Standing) -> Iterable[Item]:
    """Open findings of the forecast preparation per engagement, by step; due with Monday's preparation.

    Once this week's is frozen and confirmed, what is left is next Monday's.
    """
    done = standing.has_done(Duty.PREP_COMPLETE)
    due = _due(standing, Duty.PREP_COMPLETE, 1 if done else 0)
    steps = [step for step in standing.steps if step.id not in OWN_ITEMS]
    by_engagement: dict[str | None, list[StepStake]] = {}
    known = {forecast.engagement.id for forecast in standing.assessment.forecasts}
    for step in steps:
        groups: dict[str | None, list[Finding]] = {}
        for finding in step.live:
            groups.setdefault(finding.project if finding.project in known else None, []).append(finding)
        for project, group in groups.items():
            if (stake := stake_of(step, group)) is not None:
                by_engagement.setdefault(project, []).append(stake)
    for forecast in standing.assessment.forecasts:
        engagement = forecast.engagement
        stakes = tuple(by_engagement.get(engagement.id, ()))
        if stakes:
            weightiest = max(stakes, key=lambda each: sum(each.amounts.values()))
            item = Item(f"findings:{engagement.id}", _said(stakes), due, _step_command(weightiest), findings=stakes)
            yield about_engagement(engagement, item, _most(stakes, engagement))
    if None in by_engagement:
        stakes = tuple(by_engagement[None])
        yield Item(
            "findings", f"{_said(stakes)}, of no single engagement", due, _step_command(stakes[0]), findings=stakes
        )


def _said(stakes: tuple[StepStake, ...]) -> str:
    by_step = ", ".join(f"{each.step} {each.count}" for each in stakes)
    return f"{counted(sum(each.count for each in stakes), 'finding')}: {by_step}"


def _step_command(stake: StepStake) -> str:
    return f"psdm forecast-prep --step {stake.step}"


def _most(stakes: tuple[StepStake, ...], engagement: Engagement) -> int | None:
    """The money of the step with most of it: several steps may speak of the same money."""
    currency = engagement.currency
    if currency is None:
        return None
    amounts = [each.amounts[currency.code] for each in stakes if currency.code in each.amounts]
    return int(max(amounts) * currency.base_unit) if amounts else None


def milestones(standing: Standing) -> Iterable[Item]:
    """Open milestones that are overdue or due soon; of a fixed fee with its sign-off and the money that hangs on it."""
    last = standing.as_of + timedelta(days=standing.assessment.policy.today_milestone_days)
    for forecast in standing.assessment.forecasts:
        engagement = forecast.engagement
        for key, title, day, cents, story in _open_milestones(forecast):
            if day > last:
                continue
            word = "was due" if day < standing.as_of else "due"
            what = f"Milestone “{title}” {word} {day_text(day)}{_sign_off(standing, story)}"
            item = Item(
                f"milestone:{engagement.id}:{key}", what, end_of(day, zone_of(standing)), open_command(engagement)
            )
            yield about_engagement(engagement, item, cents)


def _sign_off(standing: Standing, story: Story | None) -> str:
    """How far the sign-off of a fixed-fee milestone is, as the end of a sentence."""
    if story is None:
        return ""
    fields = standing.assessment.rules.fields
    if is_answered_yes(custom_field(story.custom_fields, fields.signoff_received)):
        return "; its sign-off came back, complete it"
    sent = is_answered_yes(custom_field(story.custom_fields, fields.signoff_sent))
    return "; its sign-off was sent" if sent else "; no sign-off sent"


def _open_milestones(forecast: EngagementForecast) -> Iterable[tuple[str, str, date, int | None, Story | None]]:
    if forecast.engagement.is_fixed_fee:
        for each in forecast.milestones.open if forecast.milestones else ():
            if each.date is not None:
                story = forecast.engagement.stories_by_id.get(each.story_id or "")
                yield each.id, each.title, each.date, each.cents, story
        return
    for story in forecast.engagement.stories:
        if is_milestone(story) and not is_completed(story) and story.due_date is not None:
            yield story.id, story.title or "(no title)", story.due_date, None, None


def expiries(standing: Standing) -> Iterable[Item]:
    """SOWs that expire soon or have expired while the engagement goes on (rules.md 6)."""
    assessment = standing.assessment
    last = standing.as_of + timedelta(days=assessment.policy.today_expiry_days)
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        expiry = sow_expiry(engagement, assessment.rules.fields)
        if expiry is None or expiry.day > last:
            continue
        word = "expired" if expiry.day < standing.as_of else "expires"
        source = " (by the project's due date)" if expiry.warning else ""
        what = (
            f"SOW {word} {day_text(expiry.day)}{source}; "
            f"an end from {day_text(expiry.extension_limit)} on needs a change order"
        )
        item = Item(f"expiry:{engagement.id}", what, end_of(expiry.day, zone_of(standing)), open_command(engagement))
        left = forecast.remaining if (forecast.remaining or 0) > 0 else None
        yield about_engagement(engagement, item, left)


def gaps(standing: Standing) -> Iterable[Item]:
    """Gaps in hard bookings that begin soon (FP-08, without those that are waived)."""
    step = standing.step(hard_bookings.ID)
    last = standing.as_of + timedelta(days=standing.assessment.policy.today_gap_days)
    for forecast, found in _by_engagement(standing, step.live if step else ()):
        engagement = forecast.engagement
        for finding in found:
            if finding.due is None or finding.due > last:
                continue
            role = str(finding.data["role"])
            until = date.fromisoformat(str(finding.data["until"])) - DAY
            what = f"No hard {role} booking from {day_text(finding.due)} to {day_text(until)}"
            command = f"psdm booking request {named(engagement)} --role {role} --from {finding.due.isoformat()}"
            item = Item(f"gap:{engagement.id}:{role}", what, end_of(finding.due, zone_of(standing)), command)
            yield about_engagement(engagement, item, finding.stake or None)


def waivers(standing: Standing) -> Iterable[Item]:
    """Waivers of findings that are still there: those that end soon, and those that are over."""
    as_of, zone = standing.as_of, zone_of(standing)
    last = as_of + timedelta(days=standing.assessment.policy.today_waiver_days)
    made = latest_waivers(standing.waivers)
    by_id = {forecast.engagement.id: forecast.engagement for forecast in standing.assessment.forecasts}
    for step in standing.steps:
        for finding in step.findings:
            waiver = made.get(finding.key)
            if waiver is None or finding.state is FindingState.FIXED or waiver.until > last:
                continue
            over = "is over" if waiver.until < as_of else "ends"
            what = f"Waiver of {step.id} {over} {day_text(waiver.until)}: {waiver.reason}"
            command = f"psdm forecast-prep --step {step.id}"
            item = Item(f"waiver:{finding.key}", what, end_of(waiver.until, zone), command, subject=finding.subject)
            engagement = by_id.get(finding.project or "")
            yield about_engagement(engagement, item, finding.stake or None) if engagement else item


def checklists(standing: Standing) -> Iterable[Item]:
    """Checklists that were begun and are not complete; they have no deadline of their own."""
    by_id = {forecast.engagement.id: forecast.engagement for forecast in standing.assessment.forecasts}
    for each in standing.checklists:
        left = "" if each.left is None else f": {counted(each.left, 'step')} open"
        engagement = by_id.get(each.subject)
        subject = named(engagement) if engagement else each.subject
        command = f"psdm checklist resume {each.id} {subject}"
        item = Item(f"checklist:{each.id}:{each.subject}", f"{each.title}{left}", None, command, subject=each.name)
        yield about_engagement(engagement, item) if engagement else item


def _by_engagement(standing: Standing, found: Iterable[Finding]) -> Iterable[tuple[EngagementForecast, list[Finding]]]:
    groups: dict[str | None, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.project, []).append(finding)
    for forecast in standing.assessment.forecasts:
        if forecast.engagement.id in groups:
            yield forecast, groups[forecast.engagement.id]


def open_command(engagement: Engagement) -> str:
    return f"psdm open {named(engagement)}"


SOURCES: tuple[Source, ...] = (
    monday,
    weekly,
    timesheets_approved,
    health_reports_due,
    findings,
    milestones,
    expiries,
    gaps,
    waivers,
    checklists,
)
