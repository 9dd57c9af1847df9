"""What the steps share: a finding about an engagement, permissions in words, how money and days are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding, State, Step, by_severity, judged
from psdm_cli.domain.money import Currency, money_text
from psdm_cli.domain.records import Kind
from psdm_cli.domain.report import known_hours

FINANCIAL_ACCESS = "financial access to the project (Kantata: View Financials)"
BILL_RATES = "the resources' bill rates (Kantata: View Financials on the project)"
PM = "PM"


def about(
    engagement: Engagement,
    step: str,
    key: str,
    message: str,
    *,
    subject: str | None = None,
    cents: int | None = None,
    due: date | None = None,
    data: Mapping[str, Any] | None = None,
    fix: str | None = None,
) -> Finding:
    """A finding about an engagement; `cents` in its currency's subunits."""
    currency = engagement.currency
    amount = currency.amount(cents) if currency is not None and cents is not None else None
    return Finding(
        key=f"{step}:{key}",
        step=step,
        subject=subject or engagement.name,
        message=message,
        lead=engagement.workspace.lead_name,
        project=engagement.id,
        sow=engagement.sow,
        amount=amount,
        stake=cents or 0 if amount is not None else 0,
        currency=currency.code if amount is not None and currency is not None else None,
        due=due,
        data=dict(data or {}),
        fix=fix,
    )


def step(
    assessment: Assessment,
    step_id: str,
    title: str,
    findings: Iterable[Finding],
    *,
    passed: str,
    found: str,
    unverified: Iterable[str] = (),
    evidence: Iterable[str] = (),
    owner: str = PM,
) -> Step:
    """A judged step. `unverified` says what could not be looked at and which permission would open it."""
    unseen = tuple(dict.fromkeys(unverified))
    ordered = by_severity(findings, leads=leads_of(assessment))
    state = judged(ordered, unverified=unseen)
    reasons = {State.ATTENTION: found, State.UNVERIFIED: "; ".join(unseen), State.PASS: passed}
    said = (*evidence, *(unseen if state is not State.UNVERIFIED else ()))
    return Step(step_id, title, owner, state, reasons[state], said, ordered, unseen)


def leads_of(assessment: Assessment) -> tuple[str, ...]:
    """The names of the leads in scope."""
    return tuple(dict.fromkeys(e.workspace.lead_name or "" for e in assessment.engagements))


def refused(assessment: Assessment, *kinds: Kind) -> tuple[str, ...]:
    """One sentence per permission that these kinds lack."""
    return tuple(f"could not look: {lacking}" for lacking in assessment.portfolio.lacking(*kinds))


def said(currency: Currency | None, cents: int | None) -> str:
    """Subunits in words; unknown is said so."""
    if currency is None or cents is None:
        return "an unknown amount"
    return money_text(currency.amount(cents), currency.code)


def amount_text(currency: Currency | None, cents: int | None) -> str | None:
    """Subunits as a plain decimal for a finding's data."""
    return None if currency is None or cents is None else str(currency.amount(cents))


def hours_text(minutes: Fraction | int) -> str:
    """Minutes as hours: 12 h, 7.5 h."""
    hours = known_hours(minutes).normalize()
    return f"{hours:f} h"


def hours_number(minutes: Fraction | int) -> float:
    """Minutes as a number of hours for a finding's data."""
    return float(known_hours(minutes))


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 task`, `3 tasks`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def day_text(day: date) -> str:
    """A day as people read it: Mon 23 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def zero(amount: Decimal, tolerance: Decimal) -> bool:
    """Whether an amount is nothing to speak of."""
    return abs(amount) <= tolerance
