"""FP-01: money sold, not used and not planned, or planned beyond what was sold (the Remaining Funds report)."""

from __future__ import annotations

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import (
    BILL_RATES,
    FINANCIAL_ACCESS,
    about,
    amount_text,
    counted,
    refused,
    said,
    step,
    zero,
)

ID = "FP-01"
TITLE = "Remaining funds to forecast"


def check(assessment: Assessment) -> Step:
    """One finding per engagement whose to-forecast funds are not zero; unknown ones are named with what they lack."""
    findings = []
    unknown: dict[str, list[str]] = {}
    for forecast in assessment.forecasts:
        if forecast.to_forecast is None:
            unknown.setdefault(_lacking(assessment, forecast), []).append(forecast.engagement.name)
        elif forecast.currency and not zero(
            forecast.currency.amount(forecast.to_forecast), assessment.policy.funds_tolerance
        ):
            findings.append(_finding(forecast))
    open_money = sum(1 for finding in findings if finding.amount and finding.amount > 0)
    over = len(findings) - open_money
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed="all sold money is used or planned",
        found=f"money not planned on {counted(open_money, 'engagement')}, over-planned on {over}",
        unverified=[f"{_names(names)}: cannot be known without {what}" for what, names in unknown.items()],
    )


def _finding(forecast: EngagementForecast) -> Finding:
    engagement, currency, cents = forecast.engagement, forecast.currency, forecast.to_forecast or 0
    planned = forecast.open_dated if engagement.is_fixed_fee else forecast.hard_booked
    how = "in milestones to come" if engagement.is_fixed_fee else "hard-booked to come"
    sums = f"{said(currency, forecast.remaining)} remaining, {said(currency, planned)} {how}"
    if cents > 0:
        message = f"{said(currency, cents)} not planned: {sums}"
        fix = (
            "Date the milestones that are overdue or undated, or check the price"
            if engagement.is_fixed_fee
            else "Book the remaining hours hard, or soft-book them and add them to upside"
        )
    else:
        message = f"over-planned by {said(currency, -cents)}: {sums}"
        fix = "Take hours out, or prepare a change order or a work exception"
    return about(
        engagement,
        ID,
        engagement.id,
        message,
        cents=cents,
        due=engagement.end,
        data={
            "budget": amount_text(currency, forecast.budget),
            "used": amount_text(currency, forecast.used),
            "remaining": amount_text(currency, forecast.remaining),
            "planned": amount_text(currency, planned),
            "to_forecast": amount_text(currency, cents),
        },
        fix=fix,
    )


def _lacking(assessment: Assessment, forecast: EngagementForecast) -> str:
    if forecast.currency is None or forecast.remaining is None:
        return FINANCIAL_ACCESS
    if forecast.engagement.is_fixed_fee:
        kinds = (Kind.STORIES, Kind.BILLING_MILESTONES)
    else:
        kinds = (Kind.ALLOCATIONS, Kind.RESOURCES)
    if refused(assessment, *kinds):
        return "permission " + ", ".join(assessment.portfolio.permissions_lacking(*kinds))
    return BILL_RATES


def _names(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
