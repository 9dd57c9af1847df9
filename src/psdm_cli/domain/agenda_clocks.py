"""The clocks of engagements that psdm today watches: acceptance, two-month line, work at risk, funds, quarter's end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from psdm_cli.domain.agenda import Item, Source, Standing
from psdm_cli.domain.agenda_common import about_engagement, named, open_command, zone_of
from psdm_cli.domain.cadence import end_of, week_deadlines
from psdm_cli.domain.contract_clocks import day_in, passive_days, passive_deadline
from psdm_cli.domain.contract_dates import sow_expiry
from psdm_cli.domain.dates import DAY, business_day_before
from psdm_cli.domain.engagements import custom_field
from psdm_cli.domain.funds import runway_until
from psdm_cli.domain.milestones import is_answered_yes, milestone_stories
from psdm_cli.domain.records import Story
from psdm_cli.domain.steps import sign_offs
from psdm_cli.domain.steps.common import counted, day_text

UNTITLED = "(no title)"
QUARTER_COMMAND = f"psdm forecast-prep --step {sign_offs.ID}"


def passive_acceptances(standing: Standing) -> Iterable[Item]:
    """Sign-offs that were sent and not received: when silence is acceptance (rules.md 6, domain.md 6.2)."""
    assessment = standing.assessment
    fields = assessment.rules.fields
    for forecast in assessment.forecasts:
        engagement = forecast.engagement
        clause = custom_field(engagement.workspace.custom_fields, fields.passive_language)
        days = passive_days(clause, assessment.policy.passive_acceptance_days)
        for story in milestone_stories(engagement):
            sent = custom_field(story.custom_fields, fields.signoff_sent)
            if not is_answered_yes(sent) or is_answered_yes(custom_field(story.custom_fields, fields.signoff_received)):
                continue
            what, due = _waiting(standing, story, day_in(sent), days)
            item = Item(f"acceptance:{engagement.id}:{story.id}", what, due, open_command(engagement))
            yield about_engagement(engagement, item, story.budget_estimate_in_cents)


def _waiting(standing: Standing, story: Story, sent: date | None, days: int | None) -> tuple[str, datetime | None]:
    title = story.title or UNTITLED
    if sent is None:
        return f"Sign-off of “{title}” was sent, on which day is not stated; no clock can run", None
    if days is None:
        return f"Sign-off of “{title}”, sent {day_text(sent)}, waits: this SOW knows no acceptance by silence", None
    day = passive_deadline(sent, days, standing.assessment.calendars.holidays)
    clock = f"sent {day_text(sent)}, {days} business days"
    if day < standing.as_of:
        what = f"“{title}” was accepted by silence on {day_text(day)} ({clock}), if the SOW says so: note its sign-off"
    else:
        what = f"“{title}” is accepted by silence at the end of {day_text(day)} ({clock}), if the SOW says so"
    return what, end_of(day, zone_of(standing))


def two_month_lines(standing: Standing) -> Iterable[Item]:
    """Ends beyond the two-month line need a change order before the SOW expires; work beyond it has none (rules.md 6).

    After the expiry the line itself is the clock: until the day before, a written confirmation is enough.
    """
    assessment, zone = standing.assessment, zone_of(standing)
    last = standing.as_of + timedelta(days=assessment.policy.today_expiry_days)
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        expiry = sow_expiry(engagement, assessment.rules.fields)
        if expiry is None:
            continue
        line, end = expiry.extension_limit, engagement.end
        if expiry.day < standing.as_of:
            word = "has passed" if line <= standing.as_of else "is near"
            what = f"The two-month line {word}: from {day_text(line)} on only a change order extends this SOW"
            due = end_of(line - DAY, zone)
        elif end is not None and end >= line and expiry.day <= last:
            what = f"Planned end {day_text(end)} is two months or more past the SOW's expiry: it needs a change order"
            due = end_of(expiry.day, zone)
        else:
            continue
        item = Item(f"two-months:{engagement.id}", what, due, open_command(engagement))
        yield about_engagement(engagement, item, forecast.remaining if (forecast.remaining or 0) > 0 else None)


def funds(standing: Standing) -> Iterable[Item]:
    """Money that is used up while hours are still booked, and hours that run out before the engagement ends."""
    assessment, policy = standing.assessment, standing.assessment.policy
    last = standing.as_of + timedelta(days=policy.today_funds_days)
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        if engagement.is_fixed_fee:
            continue
        remaining, booked, command = forecast.remaining, forecast.hard_minutes, f"psdm why runway {named(engagement)}"
        if remaining is not None and remaining <= 0 and booked:
            what = "Funds are used up and hours are still booked: a change order or a work exception is needed"
            item = Item(f"funds:{engagement.id}", what, end_of(standing.as_of, zone_of(standing)), command)
            yield about_engagement(engagement, item, remaining)
            continue
        until = runway_until(forecast, policy, assessment.visible)
        if until is None or not booked or until > last or (engagement.end is not None and until >= engagement.end):
            continue
        end = f", before the end on {day_text(engagement.end)}" if engagement.end is not None else ""
        what = f"Booked hours run out {day_text(until)} at the pace of the last {policy.runway_weeks} weeks{end}"
        item = Item(f"funds:{engagement.id}", what, end_of(until, zone_of(standing)), command)
        yield about_engagement(engagement, item, remaining if (remaining or 0) > 0 else None)


def works_at_risk(standing: Standing) -> Iterable[Item]:
    """Open works at risk: on the stop date work stops unless the paper is signed (domain.md 5.3)."""
    by_sow = {f.engagement.sow: f for f in reversed(standing.assessment.forecasts) if f.engagement.sow is not None}
    for clock in standing.risks.clocks:
        forecast = by_sow.get(clock.sow or "")
        if forecast is None:
            continue
        engagement = forecast.engagement
        if clock.stop is None:
            what, due = f"“{clock.title}” states no stop date that can be read", None
        else:
            word = "Work had to stop" if clock.stop < standing.as_of else "Work stops"
            what = f"{word} {day_text(clock.stop)} unless the paper is signed (“{clock.title}”)"
            due = end_of(clock.stop, zone_of(standing))
        item = Item(f"risk:{engagement.id}:{clock.key}", what, due, f"psdm status {named(engagement)}")
        yield about_engagement(engagement, item, forecast.hard_booked)


def quarter_end(standing: Standing) -> Iterable[Item]:
    """The fiscal quarter's last business day, once it is near: upside, sign-offs and exceptions are settled by then."""
    assessment = standing.assessment
    quarter, policy = assessment.quarter, assessment.policy
    if standing.as_of < quarter.end - timedelta(days=policy.today_quarter_days):
        return
    day = business_day_before(quarter.end, 1, assessment.calendars.holidays)
    step = standing.step(sign_offs.ID)
    left = len(step.live) if step is not None else 0
    at_risk = f", {counted(left, 'sign-off')} at risk" if left else ""
    what = (
        f"{quarter.name} ends {day_text(quarter.last_day)}: upside converted, pushed or closed; "
        f"work exceptions closed{at_risk}"
    )
    yield Item(f"quarter:{quarter.name}", what, end_of(day, zone_of(standing)), QUARTER_COMMAND)


def holiday_notes(standing: Standing) -> Iterable[str]:
    """The week's deadlines that fall on a holiday: the handbook does not move them."""
    holidays = standing.assessment.calendars.holidays
    for each in week_deadlines(standing.as_of, standing.cadence, zone_of(standing)):
        if each.due.date() in holidays and each.due.date() >= standing.as_of and not standing.has_done(each.duty):
            duty = each.duty.value.replace("-", " ")
            yield f"{day_text(each.due.date())} is a holiday; the deadline of {duty} stays"


def risk_notes(standing: Standing) -> Iterable[str]:
    """Works at risk that may have changed since they were seen, and those that belong to no engagement by number."""
    risks = standing.risks
    if risks.seen_on is not None and risks.seen_on < standing.as_of and not risks.failed:
        yield f"Works at risk are those of {day_text(risks.seen_on)}; psdm today --refresh asks GitLab again"
    nameless = sum(clock.sow is None for clock in risks.clocks)
    if nameless:
        yield f"{counted(nameless, 'open work', 'open works')} at risk in GitLab without a SOW number"


CLOCKS: tuple[Source, ...] = (passive_acceptances, two_month_lines, works_at_risk, funds, quarter_end)
