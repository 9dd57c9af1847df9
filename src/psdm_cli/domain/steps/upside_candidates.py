"""FP-04: what could be added to upside: soft bookings of the quarter, milestones that could still land in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import Oddity, OpenMilestone
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

ID = "FP-04"
TITLE = "Upside added to the forecast sheet"


def check(assessment: Assessment) -> Step:
    """One finding per soft booking with days in the fiscal quarter and per milestone that could be pulled into it."""
    findings: list[Finding] = []
    for forecast in assessment.delivering():
        findings.extend(_soft(assessment, forecast))
        findings.extend(_milestones(assessment, forecast))
    quarter = assessment.quarter.name
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed=f"nothing soft-booked and no milestone to pull in for {quarter}",
        found=f"{counted(len(findings), 'candidate')} for {quarter} upside",
        unverified=refused(assessment, Kind.ALLOCATIONS, Kind.STORIES, Kind.BILLING_MILESTONES),
        evidence=("pending change orders are not looked at yet",),
    )


def _soft(assessment: Assessment, forecast: EngagementForecast) -> Iterable[Finding]:
    quarter = assessment.quarter
    for item in forecast.booked or ():
        booking = item.booking
        minutes = booking.spread.minutes_between(quarter.start, quarter.end)
        if booking.hard or not minutes:
            continue
        rate = booking.rate if forecast.currency else None
        cents = None if rate is None else value_between(booking.spread, rate, quarter.start, quarter.end)
        who = booking.who
        yield about(
            forecast.engagement,
            ID,
            f"soft-booking:{booking.id}",
            f"soft booking of {who}: {hours_text(minutes)} in {quarter.name}, worth {said(forecast.currency, cents)}",
            cents=cents,
            due=booking.start,
            data={
                "scenario": "soft-booking",
                "booking_id": booking.id,
                "role": booking.known_role,
                "hours": hours_number(minutes),
                "amount": amount_text(forecast.currency, cents),
                "quarter": quarter.name,
            },
            fix="Make it hard, or add it to upside with the reason that keeps it soft",
        )


def _milestones(assessment: Assessment, forecast: EngagementForecast) -> Iterable[Finding]:
    """Undated, overdue, or due up to 30 days after the quarter: in none of the quarter's forecast months."""
    quarter = assessment.quarter
    latest = quarter.last_day + timedelta(days=assessment.policy.upside_milestone_days_after_quarter)
    for milestone in forecast.milestones.open if forecast.milestones else ():
        day = milestone.date
        if day is not None and (assessment.as_of <= day < quarter.end or day > latest):
            continue
        when = "undated" if day is None else ("overdue since " if day < assessment.as_of else "due ") + day_text(day)
        asked = f"could it be signed off in {quarter.name}?"
        yield _about(assessment, forecast, milestone, f"{when}: {asked}")


def unconfirmed(assessment: Assessment) -> tuple[Finding, ...]:
    """Milestones dated in the rest of the quarter: in the forecast already, so no candidates by themselves.

    A PM who expects one in the quarter but cannot confirm it may add it by hand (domain.md 3.4, U3). One whose sign-off
    was received is confirmed.
    """
    quarter = assessment.quarter
    return tuple(
        _about(assessment, forecast, milestone, f"due {day_text(milestone.date)}, in the forecast: is it confirmed?")
        for forecast in assessment.delivering()
        for milestone in (forecast.milestones.open if forecast.milestones else ())
        if milestone.date is not None and assessment.as_of <= milestone.date < quarter.end
        if milestone.id not in _signed_off(forecast)
    )


def _signed_off(forecast: EngagementForecast) -> set[str]:
    odd = forecast.milestones.odd if forecast.milestones else ()
    return {each.id for each in odd if each.oddity is Oddity.SIGNED_OFF_BUT_OPEN}


def _about(assessment: Assessment, forecast: EngagementForecast, milestone: OpenMilestone, when: str) -> Finding:
    return about(
        forecast.engagement,
        ID,
        f"milestone:{milestone.source.value}:{milestone.id}",
        f"milestone “{milestone.title}” ({said(forecast.currency, milestone.cents)}) is {when}",
        subject=f"{forecast.engagement.name}: {milestone.title}",
        cents=milestone.cents,
        due=milestone.date,
        data={
            "scenario": "milestone",
            "milestone_id": milestone.id,
            "source": milestone.source.value,
            "date": milestone.date.isoformat() if milestone.date else None,
            "amount": amount_text(forecast.currency, milestone.cents),
            "quarter": assessment.quarter.name,
        },
        fix="Set its sign-off date, or add it to upside until the date is confirmed",
    )
