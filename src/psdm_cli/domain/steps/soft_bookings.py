"""FP-07: no soft bookings in the current month, unless just kicked off; the full fiscal quarter is shown."""

from __future__ import annotations

from collections.abc import Iterable

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import month_end, month_of, month_start
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.records import Kind
from psdm_cli.domain.spreading import value_between
from psdm_cli.domain.steps.common import (
    about,
    amount_text,
    counted,
    day_text,
    hours_number,
    hours_text,
    refused,
    said,
    step,
)

ID = "FP-07"
TITLE = "Soft bookings, all roles, full quarter"


def check(assessment: Assessment) -> Step:
    """One finding per soft booking with minutes in the as-of month; the quarter's others, later, are evidence."""
    findings: list[Finding] = []
    evidence: list[str] = []
    for forecast in assessment.delivering():
        grace = assessment.is_just_kicked_off(forecast.engagement)
        if not grace:
            findings.extend(_current_month(assessment, forecast))
        evidence.extend(_rest_of_quarter(assessment, forecast, grace=grace))
    month = f"{month_start(month_of(assessment.as_of)):%B %Y}"
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed=f"no soft booking stands in {month}",
        found=f"{counted(len(findings), 'soft booking')} in {month}",
        unverified=refused(assessment, Kind.ALLOCATIONS),
        evidence=evidence,
    )


def _current_month(assessment: Assessment, forecast: EngagementForecast) -> Iterable[Finding]:
    engagement = forecast.engagement
    month = month_of(assessment.as_of)
    start, end = month_start(month), month_end(month)
    ahead = engagement.kickoff is not None and engagement.kickoff > assessment.as_of
    for item in forecast.booked or ():
        booking = item.booking
        minutes = booking.spread.minutes_between(start, end)
        if booking.hard or not minutes:
            continue
        rate = booking.rate if forecast.currency else None
        cents = None if rate is None else value_between(booking.spread, rate, start, end)
        who = booking.who
        role = f" ({booking.role})" if booking.person else ""
        why = f" before the kickoff on {day_text(engagement.kickoff)}" if ahead and engagement.kickoff else ""
        yield about(
            engagement,
            ID,
            booking.id,
            f"soft booking of {who}{role}: {hours_text(minutes)} this month{why}",
            subject=f"{engagement.name}: {who}",
            cents=cents,
            due=booking.last,
            data={
                "booking_id": booking.id,
                "role": booking.known_role,
                "person": booking.person,
                "start": booking.start.isoformat(),
                "end": booking.last.isoformat(),
                "hours_this_month": hours_number(minutes),
                "amount_this_month": amount_text(forecast.currency, cents),
                "reason": "before-kickoff" if ahead else "current-month",
                "request_pending": _is_requested(assessment, forecast, booking.resource_id),
            },
            fix="Ask the project coordinator to make it hard, or to take it out",
        )


def _is_requested(assessment: Assessment, forecast: EngagementForecast, resource_id: str | None) -> bool | None:
    if not assessment.portfolio.can_see(Kind.RESOURCE_REQUESTS):
        return None
    return resource_id is not None and any(r.resource_id == resource_id for r in forecast.engagement.requests)


def _rest_of_quarter(assessment: Assessment, forecast: EngagementForecast, *, grace: bool) -> Iterable[str]:
    """Soft bookings of the quarter that are no finding, in words."""
    quarter = assessment.quarter
    month = month_of(assessment.as_of)
    for item in sorted(forecast.booked or (), key=lambda found: (found.booking.start, found.booking.id)):
        booking = item.booking
        if booking.hard or not booking.spread.has_minutes_between(quarter.start, quarter.end):
            continue
        this_month = booking.spread.has_minutes_between(month_start(month), month_end(month))
        if this_month and not grace:
            continue
        who = booking.who
        minutes = booking.spread.minutes_between(quarter.start, quarter.end)
        rate = booking.rate if forecast.currency else None
        cents = None if rate is None else value_between(booking.spread, rate, quarter.start, quarter.end)
        note = " (just-kicked-off)" if this_month else ""
        yield (
            f"{forecast.engagement.name}: {who}, {hours_text(minutes)} soft in {quarter.name} from "
            f"{day_text(booking.start)}, worth {said(forecast.currency, cents)}{note}"
        )
