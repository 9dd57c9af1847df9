"""The things that psdm today looks at, one function each: what of it is due, and what to type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from psdm_cli.domain.agenda import Item, Source, Standing, StepStake, stake_of
from psdm_cli.domain.agenda_common import about_engagement, by_engagement, due_on, named, open_command, zone_of
from psdm_cli.domain.agenda_duties import health_reports_due, monday, timesheets_approved, weekly
from psdm_cli.domain.cadence import Duty, end_of
from psdm_cli.domain.contract_dates import sow_expiry
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagements import Engagement, custom_field
from psdm_cli.domain.findings import Finding, FindingState
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import is_answered_yes, is_completed, is_milestone
from psdm_cli.domain.records import Story
from psdm_cli.domain.steps import hard_bookings, health_reports, timesheets
from psdm_cli.domain.steps.common import counted, day_text
from psdm_cli.domain.waivers import latest as latest_waivers

OWN_ITEMS = frozenset({timesheets.ID, health_reports.ID})  # steps whose findings are items of their own


def findings(standing: Standing) -> Iterable[Item]:
    """Open findings of the forecast preparation per engagement, by step; due with Monday's preparation.

    Once this week's is frozen and confirmed, what is left is next Monday's.
    """
    done = standing.has_done(Duty.PREP_COMPLETE)
    due = due_on(standing, Duty.PREP_COMPLETE, 1 if done else 0)
    steps = [step for step in standing.steps if step.id not in OWN_ITEMS]
    by_project: dict[str | None, list[StepStake]] = {}
    known = {forecast.engagement.id for forecast in standing.assessment.forecasts}
    for step in steps:
        groups: dict[str | None, list[Finding]] = {}
        for finding in step.live:
            groups.setdefault(finding.project if finding.project in known else None, []).append(finding)
        for project, group in groups.items():
            if (stake := stake_of(step, group)) is not None:
                by_project.setdefault(project, []).append(stake)
    for forecast in standing.assessment.forecasts:
        engagement = forecast.engagement
        stakes = tuple(by_project.get(engagement.id, ()))
        if stakes:
            weightiest = max(stakes, key=lambda each: sum(each.amounts.values()))
            item = Item(f"findings:{engagement.id}", _said(stakes), due, _step_command(weightiest), findings=stakes)
            yield about_engagement(engagement, item, _most(stakes, engagement))
    if None in by_project:
        stakes = tuple(by_project[None])
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
    for forecast, found in by_engagement(standing, step.live if step else ()):
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
