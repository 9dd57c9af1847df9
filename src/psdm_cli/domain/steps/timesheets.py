"""FP-09: time that is missing for the last full week, or not yet approved (rules.md 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY, last_full_week
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast, entry_value, is_foreign
from psdm_cli.domain.money import round_half_even
from psdm_cli.domain.records import Kind, TimeEntry
from psdm_cli.domain.steps.common import about, amount_text, day_text, hours_number, hours_text, refused, step

ID = "FP-09"
TITLE = "Missing or unapproved time"


def check(assessment: Assessment) -> Step:
    """One finding per person and engagement with hard hours but no entry last week, or with unapproved entries."""
    missing: list[Finding] = []
    unapproved: list[Finding] = []
    people = {member.user_id: member.full_name for member in assessment.portfolio.members}
    for resource in assessment.portfolio.resources:
        if resource.user_id and not people.get(resource.user_id):
            people[resource.user_id] = resource.full_name
    for forecast in assessment.forecasts:
        if assessment.visible.time_entries:
            missing.extend(_missing(assessment, forecast, people))
        unapproved.extend(_unapproved(assessment, forecast, people))
    start, end = last_full_week(assessment.as_of)
    return step(
        assessment,
        ID,
        TITLE,
        [*missing, *unapproved],
        passed=f"all time up to {day_text(end - DAY)} is entered and approved",
        found=f"{len(missing)} missing for the week of {day_text(start)}, {len(unapproved)} with unapproved time",
        unverified=refused(assessment, Kind.TIME_ENTRIES, Kind.ALLOCATIONS, Kind.RESOURCES),
    )


def _missing(assessment: Assessment, forecast: EngagementForecast, people: dict[str, str | None]) -> Iterable[Finding]:
    engagement = forecast.engagement
    start, end = last_full_week(assessment.as_of)
    entered = {entry.user_id for entry in engagement.time_entries if start <= entry.date_performed < end}
    minutes: defaultdict[str, Fraction] = defaultdict(Fraction)
    value: defaultdict[str, Fraction | None] = defaultdict(Fraction)
    for booking in engagement.hard:
        booked = booking.spread.minutes_between(start, end)
        if booking.user_id is None or not booked or booking.user_id in entered:
            continue
        minutes[booking.user_id] += booked
        before = value[booking.user_id]
        unknown = before is None or booking.rate is None
        value[booking.user_id] = None if unknown else (before or 0) + booked * (booking.rate or 0) / 60
    for user_id, booked in minutes.items():
        exact = value[user_id]
        cents = None if exact is None else round_half_even(exact)
        name = people.get(user_id) or f"User {user_id}"
        yield about(
            engagement,
            ID,
            f"missing:{engagement.id}:{user_id}:{start.isoformat()}",
            f"{name} has {hours_text(booked)} hard-booked in the week of {day_text(start)} and no time entered",
            subject=f"{engagement.name}: {name}",
            cents=cents,
            due=end - DAY,
            data={
                "fault": "missing",
                "user_id": user_id,
                "person": name,
                "week": start.isoformat(),
                "booked_hours": hours_number(booked),
                "amount": amount_text(forecast.currency, cents),
            },
            fix=f"Ask {name} to enter the time before the approval hour",
        )


def _unapproved(
    assessment: Assessment, forecast: EngagementForecast, people: dict[str, str | None]
) -> Iterable[Finding]:
    engagement = forecast.engagement
    if engagement.workspace.require_time_approvals is not True:
        return
    _, end = last_full_week(assessment.as_of)
    waiting: defaultdict[str, list[TimeEntry]] = defaultdict(list)
    for entry in engagement.time_entries:
        if entry.approved is False and entry.date_performed < end:
            waiting[entry.user_id or ""].append(entry)
    for user_id, entries in waiting.items():
        minutes = sum(entry.minutes for entry in entries)
        own = [entry for entry in entries if entry.billable is True and not is_foreign(entry, forecast.currency)]
        values = [entry_value(entry) for entry in own]
        known = None if None in values else sum((v for v in values if v is not None), Fraction(0))
        cents = None if known is None else round_half_even(known)
        name = people.get(user_id) or (f"User {user_id}" if user_id else "somebody")
        oldest = min(entry.date_performed for entry in entries)
        yield about(
            engagement,
            ID,
            f"unapproved:{engagement.id}:{user_id}",
            f"{hours_text(minutes)} of {name} are not approved, the oldest from {day_text(oldest)}",
            subject=f"{engagement.name}: {name}",
            cents=cents,
            due=oldest,
            data={
                "fault": "unapproved",
                "user_id": user_id,
                "person": name,
                "hours": hours_number(minutes),
                "entry_ids": sorted(entry.id for entry in entries),
                "oldest": oldest.isoformat(),
                "amount": amount_text(forecast.currency, cents),
            },
            fix="Approve the time in Kantata, or send it back",
        )
