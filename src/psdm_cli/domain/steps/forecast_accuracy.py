"""FP-03: is the forecast right: what cannot be priced or counted, and what moved since last week (rules.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.comparison import Change, ChangeKind, EngagementChanges
from psdm_cli.domain.dates import month_of
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import Oddity, OddMilestone
from psdm_cli.domain.money import Currency, money_text
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import (
    BILL_RATES,
    FINANCIAL_ACCESS,
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

ID = "FP-03"
TITLE = "Forecast report is accurate"
NEEDS = (Kind.ALLOCATIONS, Kind.RESOURCES, Kind.STORIES, Kind.BILLING_MILESTONES, Kind.TIME_ENTRIES)
TO_CALL_OUT = (ChangeKind.PUSH, ChangeKind.DOWN, ChangeKind.GONE)


def check(assessment: Assessment) -> Step:
    """Findings: unpriced bookings, odd milestones and entries, no SOW number, malformed records, money that slipped."""
    findings = [*_malformed(assessment), *_moved(assessment)]
    blind = bool(assessment.forecasts) and all(f.currency is None for f in assessment.forecasts)
    if blind:
        findings.append(_no_money(assessment))
    for forecast in assessment.forecasts:
        if not blind:
            findings.extend(_unpriced(assessment, forecast))
        findings.extend(_no_sow(forecast))
        findings.extend(_odd(forecast))
        findings.extend(_entries(forecast))
    return step(
        assessment,
        ID,
        TITLE,
        findings,
        passed=_compared(assessment, "nothing that the figures need is missing"),
        found=_compared(assessment, counted(len(findings), "thing") + " to look at"),
        unverified=refused(assessment, *NEEDS),
        evidence=(*_changes_in_words(assessment), *_kantata_totals(assessment)),
    )


def _compared(assessment: Assessment, text: str) -> str:
    if assessment.previous is None:
        return f"{text}; no earlier week is frozen to compare with"
    moves = sum(len(changes.changes) for changes in assessment.changes)
    return f"{text}; {counted(moves, 'change')} since the forecast frozen on {day_text(assessment.previous.as_of)}"


def _no_money(assessment: Assessment) -> Finding:
    known = [f.unpriced_minutes for f in assessment.forecasts if f.unpriced_minutes is not None]
    seen = len(known) == len(assessment.forecasts)
    return Finding(
        key=f"{ID}:no-financial-access",
        step=ID,
        subject="All engagements",
        message=f"the token sees no money on any engagement: the answer is in hours. Lacking: {FINANCIAL_ACCESS}",
        data={"unpriced_hours": hours_number(sum(known)) if seen else None, "permission": FINANCIAL_ACCESS},
        fix="Ask the account's administrator for the permission, or have a colleague with it run psdm",
    )


def _unpriced(assessment: Assessment, forecast: EngagementForecast) -> Iterable[Finding]:
    engagement = forecast.engagement
    if not forecast.unpriced_minutes:
        return
    lacking = assessment.portfolio.permissions_lacking(Kind.RESOURCES)
    permission = FINANCIAL_ACCESS if forecast.currency is None else ", ".join(lacking) or BILL_RATES
    yield about(
        engagement,
        ID,
        f"unpriced:{engagement.id}",
        f"{hours_text(forecast.unpriced_minutes)} of bookings have no rate that the token may see: "
        f"the amounts that need it are unknown. Lacking: {permission}",
        data={"unpriced_hours": hours_number(forecast.unpriced_minutes), "permission": permission},
        fix="Ask for the permission, or check the rate card of the roles booked",
    )


def _no_sow(forecast: EngagementForecast) -> Iterable[Finding]:
    engagement = forecast.engagement
    if engagement.sow is None:
        yield about(
            engagement,
            ID,
            f"no-sow:{engagement.id}",
            f"“{engagement.title}” has no SOW number, neither in its field nor in its title",
            fix="Enter the SOW number in the project's custom field in Kantata",
        )


def _odd(forecast: EngagementForecast) -> Iterable[Finding]:
    milestones = forecast.milestones
    for odd in milestones.odd if milestones else ():
        if odd.oddity is Oddity.NO_AMOUNT and forecast.currency is None:
            continue  # hidden with all other money
        yield about(
            forecast.engagement,
            ID,
            f"{odd.oddity.value}:{odd.source.value}:{odd.id}",
            _odd_message(odd, forecast.currency),
            subject=f"{forecast.engagement.name}: {odd.title}",
            cents=None if odd.oddity is Oddity.OTHER_CURRENCY else odd.cents,
            due=odd.date,
            data={
                "milestone_id": odd.id,
                "milestone": odd.title,
                "amount": amount_text(forecast.currency, odd.cents),
                "oddity": odd.oddity.value,
            },
            fix=ODD_FIXES[odd.oddity],
        )


ODD_FIXES = {
    Oddity.NO_AMOUNT: "Enter the milestone's amount in Kantata",
    Oddity.OTHER_CURRENCY: "Correct the billing milestone's currency in Kantata",
    Oddity.LINKED_ELSEWHERE: "Link the billing milestone to its open milestone, or invoice it",
    Oddity.SIGNED_OFF_BUT_OPEN: "Complete the milestone in Kantata so that its revenue can be released",
}


def _odd_message(odd: OddMilestone, currency: Currency | None) -> str:
    if odd.oddity is Oddity.NO_AMOUNT:
        return f"milestone “{odd.title}” has no amount and counts as nothing"
    if odd.oddity is Oddity.OTHER_CURRENCY:
        own = currency.code if currency else "its own"
        return f"billing milestone “{odd.title}” is in {odd.detail}, the engagement in {own}: not added"
    if odd.oddity is Oddity.LINKED_ELSEWHERE:
        return f"billing milestone “{odd.title}” ({said(currency, odd.cents)}) is linked to {odd.detail}: not counted"
    return f"milestone “{odd.title}” was signed off but is still open; it still counts"


def _entries(forecast: EngagementForecast) -> Iterable[Finding]:
    engagement = forecast.engagement
    if forecast.foreign_entries:
        currencies = ", ".join(sorted({entry.currency or "" for entry in forecast.foreign_entries}))
        yield about(
            engagement,
            ID,
            f"foreign-entries:{engagement.id}",
            f"{counted(len(forecast.foreign_entries), 'time entry', 'time entries')} in {currencies}: not added",
            data={"entry_ids": [entry.id for entry in forecast.foreign_entries], "currencies": currencies},
            fix="Correct the entries' currency in Kantata",
        )
    if forecast.unrated_entries:
        yield about(
            engagement,
            ID,
            f"unrated-entries:{engagement.id}",
            f"{counted(len(forecast.unrated_entries), 'billable time entry', 'billable time entries')} this month "
            "without a rate: the worked amount is unknown",
            data={"entry_ids": [entry.id for entry in forecast.unrated_entries]},
            fix="Ask for the rates' permission, or enter the rate",
        )


def _malformed(assessment: Assessment) -> Iterable[Finding]:
    known = {engagement.id: engagement for engagement in assessment.engagements}
    for record in assessment.malformed:
        key = f"malformed:{record.kind.value}:{record.id}"
        message = (
            f"{record.kind.value.replace('_', ' ')} {record.id} could not be read and is left out: {record.reason}"
        )
        engagement = known.get(record.workspace_id or "")
        fix = "Correct the record in Kantata, or report it"
        data = {"kind": record.kind.value, "id": record.id}
        if engagement is not None:
            yield about(engagement, ID, key, message, data=data, fix=fix)
        else:
            yield Finding(f"{ID}:{key}", ID, "Kantata", message, data=data, fix=fix)


def _moved(assessment: Assessment) -> Iterable[Finding]:
    for changes in assessment.changes:
        frozen = changes.engagement
        currency = Currency(frozen.currency or "", frozen.base_unit)
        for change in changes.changes:
            if change.kind not in TO_CALL_OUT:
                continue
            amount = currency.amount(change.cents)
            yield Finding(
                key=f"{ID}:{change.kind.value}:{frozen.id}:{change.month_from}:{change.month_to or ''}",
                step=ID,
                subject=frozen.sow or frozen.title,
                message=change_text(change, currency),
                lead=frozen.lead,
                project=frozen.id,
                sow=frozen.sow,
                amount=amount,
                stake=change.cents,
                currency=frozen.currency,
                data={"kind": change.kind.value, "month_from": change.month_from, "month_to": change.month_to},
                fix="Call it out in the Top Customer report with its reason",
            )


def change_text(change: Change, currency: Currency) -> str:
    """A change in a sentence."""
    amount = money_text(currency.amount(change.cents), currency.code)
    return {
        ChangeKind.PUSH: f"{amount} pushed from {change.month_from} to {change.month_to}",
        ChangeKind.PULL: f"{amount} pulled in from {change.month_from} to {change.month_to}",
        ChangeKind.UP: f"{amount} more in {change.month_to}",
        ChangeKind.DOWN: f"{amount} less in {change.month_from}",
        ChangeKind.NEW: f"new engagement: {amount} in {change.month_to}",
        ChangeKind.GONE: f"engagement gone: {amount} in {change.month_from} no longer forecast",
    }[change.kind]


def _changes_in_words(assessment: Assessment) -> Iterable[str]:
    for changes in assessment.changes:
        yield from _in_words(changes)


def _in_words(changes: EngagementChanges) -> Iterable[str]:
    frozen = changes.engagement
    name = frozen.sow or frozen.title
    if not changes.known:
        yield f"{name}: not compared, one of the two forecasts is unknown"
    currency = Currency(frozen.currency or "", frozen.base_unit)
    for change in changes.changes:
        yield f"{name}: {change_text(change, currency)}"


def _kantata_totals(assessment: Assessment) -> Iterable[str]:
    """Kantata's own forecast beside ours, per engagement and month, where the account keeps one."""
    for forecast in assessment.forecasts:
        engagement = forecast.engagement
        theirs: dict[str, Decimal] = {}
        for record in engagement.accounting:
            if record.amount is None or record.start_date is None or forecast.currency is None:
                continue
            if record.currency in (None, forecast.currency.code):
                month = month_of(record.start_date)
                theirs[month] = theirs.get(month, Decimal(0)) + record.amount
        for month, amount in sorted(theirs.items()):
            ours = forecast.month_total.get(month)
            if ours is None or forecast.currency is None or forecast.currency.amount(ours) == amount:
                continue
            mine = money_text(forecast.currency.amount(ours), None)
            yield (
                f"{engagement.name}: Kantata's own forecast for {month} says "
                f"{money_text(amount, forecast.currency.code)}, worked and booked make {mine}"
            )
