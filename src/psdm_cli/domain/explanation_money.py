"""Why an engagement's amounts and hours are what they are: their rows, and what is unknown about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from psdm_cli.domain.explanation import Explanation, Ledger, Unit
from psdm_cli.domain.explanation_rows import (
    FAR,
    Case,
    Counted,
    booked_rows,
    figure_row,
    milestone_rows,
)
from psdm_cli.domain.explanation_rules import clauses_of, rule_of
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import BILL_RATES, FINANCIAL_ACCESS, counted, day_text, hours_text, refused, said

UNKNOWN = "unknown"


def money(  # noqa: PLR0917 - figure, its amount, its rows, its sentence: the order of the answer
    case: Case,
    name: str,
    cents: int | None,
    ledger: Ledger | None,
    sentence: str,
    unknown: Iterable[str] = (),
    **more: str,
) -> Explanation:
    """An amount explained. `more`: `rule` where it is not the figure's own, `asked` where it has a month."""
    rule = more.get("rule", name)
    currency = case.currency
    known = currency is not None and cents is not None
    parts = tuple(ledger.parts) if ledger else ()
    if not known:  # what is seen is no sum of anything
        parts = tuple(replace(part, subtotal=None) if part.counts else part for part in parts)
    return Explanation(
        asked=more.get("asked", name),
        subject=case.subject,
        sentence=sentence if known else f"{case.name}: {more.get('asked', name)} is unknown.",
        unit=Unit.MONEY,
        shown=said(currency, cents) if known else UNKNOWN,
        rule=rule_of(rule),
        clauses=clauses_of(rule),
        value=currency.maybe(cents) if currency else None,
        currency=currency.code if currency else None,
        parts=parts,
        unknown=() if known else tuple(dict.fromkeys(unknown)),
    )


def ledger_of(case: Case) -> Ledger:
    """An empty ledger in the engagement's currency; without financial access in hours: nothing will add up anyway."""
    return Ledger(Unit.MONEY, case.currency) if case.currency else Ledger(Unit.HOURS)


# what is unknown, and what would tell


def lacking(case: Case, *, price: bool = False, plan: bool = False) -> tuple[str, ...]:
    """Why an amount is unknown: permissions by name. `price`: it needs the budget; `plan`: bookings or milestones."""
    found: list[str] = []
    forecast, assessment = case.forecast, case.assessment
    if case.currency is None:
        found.append(f"amounts: the token lacks {FINANCIAL_ACCESS}")
    elif price and forecast.remaining is None:
        found.append(f"the price or what is used: not entered, or the token lacks {FINANCIAL_ACCESS}")
    if plan:
        fixed = case.engagement.is_fixed_fee
        kinds = (Kind.STORIES, Kind.BILLING_MILESTONES) if fixed else (Kind.ALLOCATIONS, Kind.RESOURCES)
        found.extend(refused(assessment, *kinds))
        if case.currency is not None and not fixed:
            found.extend(unpriced(case, hard=True))
    return tuple(found)


def unpriced(case: Case, *, hard: bool) -> tuple[str, ...]:
    """The bookings whose rate is missing, in a sentence."""
    rows = [b for b in case.forecast.booked or () if b.months is None and b.booking.hard is hard and b.minutes_to_come]
    if not rows:
        return ()
    who = ", ".join(dict.fromkeys(f"{b.booking.who} ({hours_text(b.minutes_to_come)})" for b in rows))
    return (f"the rate of {who}: the token lacks {BILL_RATES}",)


def worked_unknown(case: Case) -> tuple[str, ...]:
    """Why what was worked is unknown."""
    if case.currency is None:
        return (f"amounts: the token lacks {FINANCIAL_ACCESS}",)
    found = list(refused(case.assessment, Kind.TIME_ENTRIES))
    if case.forecast.unrated_entries:
        count = counted(len(case.forecast.unrated_entries), "billable time entry", "billable time entries")
        found.append(f"{count} without a rate: the token lacks {BILL_RATES}, or the rate is not entered")
    return tuple(found)


# figures without a month


def budget(case: Case) -> Explanation:
    """The price."""
    ledger, cents = ledger_of(case), case.forecast.budget
    ledger.part("Price", [(figure_row("price", "as entered in Kantata"), cents)])
    sentence = f"{case.name} was sold for {said(case.currency, cents)}."
    return money(case, "budget", cents, ledger, sentence, lacking(case, price=True))


def used(case: Case) -> Explanation:
    """What is used of the price."""
    ledger, cents = ledger_of(case), case.forecast.used
    ledger.part("Used", [(figure_row("used", _used_note(case)), cents)])
    sentence = f"Kantata counts {said(case.currency, cents)} of {case.name} as used."
    return money(case, "used", cents, ledger, sentence, lacking(case, price=True))


def _used_note(case: Case) -> str:
    workspace = case.engagement.workspace
    if workspace.actual_fees_includes_expenses is not True:
        return "as Kantata counts it"
    return f"as Kantata counts it, with {said(case.currency, workspace.total_expenses_in_cents)} of expenses"


def _remaining_part(case: Case, ledger: Ledger) -> None:
    forecast = case.forecast
    less = None if forecast.used is None else -forecast.used
    ledger.part(
        "Remaining",
        [(figure_row("price"), forecast.budget), (figure_row("less what is used", _used_note(case)), less)],
    )


def remaining(case: Case) -> Explanation:
    """Price less used."""
    ledger, forecast = ledger_of(case), case.forecast
    _remaining_part(case, ledger)
    sentence = (
        f"Of the {said(case.currency, forecast.budget)} that {case.name} was sold for, "
        f"{said(case.currency, forecast.used)} are used: {said(case.currency, forecast.remaining)} remain."
    )
    return money(case, "remaining", forecast.remaining, ledger, sentence, lacking(case, price=True))


def to_forecast(case: Case) -> Explanation:
    """Remaining less what is planned to come."""
    ledger, forecast = ledger_of(case), case.forecast
    _remaining_part(case, ledger)
    if case.engagement.is_fixed_fee:
        planned, what = forecast.open_dated, "in open milestones to come"
        ledger.part(
            "Less open milestones to come",
            milestone_rows(case, lambda day: day is not None and day >= case.as_of),
            sign=-1,
        )
        late = milestone_rows(case, lambda day: day is None or day < case.as_of)
        ledger.beside("Not subtracted: overdue or without a date", late, case.currency)
    else:
        planned, what = forecast.hard_booked, "hard-booked to come"
        ledger.part("Less hard bookings to come", _to_come(case, hard=True), sign=-1)
    cents = forecast.to_forecast
    verdict = "is planned and sold alike" if not cents else "is not planned yet" if cents > 0 else "too much is planned"
    amount = said(case.currency, abs(cents)) if cents else "everything"
    sentence = (
        f"{case.name}: {amount} {verdict}: {said(case.currency, forecast.remaining)} remain of the price, "
        f"{said(case.currency, planned)} are {what}."
    )
    return money(case, "to_forecast", cents, ledger, sentence, lacking(case, price=True, plan=True))


def _to_come(case: Case, *, hard: bool) -> Iterable[Counted]:
    return booked_rows(case, lambda _month: True, hard=hard, start=case.as_of, end=FAR)


def _booked(case: Case, name: str, cents: int | None, *, hard: bool) -> Explanation:
    ledger = ledger_of(case)
    word = "hard" if hard else "soft"
    part = ledger.part(f"{word.capitalize()} bookings to come", _to_come(case, hard=hard))
    minutes = case.forecast.hard_minutes if hard else case.forecast.soft_minutes
    sentence = (
        f"{case.name} has {said(case.currency, cents)} {word}-booked from {day_text(case.as_of)} on: "
        f"{counted(len(part.rows), 'booking')}, {hours_text(minutes or 0)}."
    )
    unknown = [*lacking(case), *refused(case.assessment, Kind.ALLOCATIONS, Kind.RESOURCES)]
    if case.currency is not None:
        unknown.extend(unpriced(case, hard=hard))
    return money(case, name, cents, ledger, sentence, unknown)


def hard_booked(case: Case) -> Explanation:
    """Value of hard bookings to come."""
    return _booked(case, "hard_booked", case.forecast.hard_booked, hard=True)


def soft_booked(case: Case) -> Explanation:
    """Value of soft bookings to come."""
    return _booked(case, "soft_booked", case.forecast.soft_booked, hard=False)


def eac(case: Case) -> Explanation:
    """Used and hard bookings to come; the price of a fixed fee."""
    ledger, forecast = ledger_of(case), case.forecast
    if case.engagement.is_fixed_fee:
        ledger.part("Price", [(figure_row("price", "fixed fee"), forecast.budget)])
        how = "the price, because the fee is fixed"
    else:
        ledger.part("Used", [(figure_row("used", _used_note(case)), forecast.used)])
        ledger.part("Hard bookings to come", _to_come(case, hard=True))
        how = f"{said(case.currency, forecast.used)} used and {said(case.currency, forecast.hard_booked)} hard-booked"
    sentence = f"{case.name} is estimated to cost {said(case.currency, forecast.eac)} at completion: {how}."
    plan = not case.engagement.is_fixed_fee
    return money(case, "eac", forecast.eac, ledger, sentence, lacking(case, price=True, plan=plan))


def _milestones(case: Case, name: str, cents: int | None, title: str, chosen: Callable[..., bool]) -> Explanation:
    ledger = ledger_of(case)
    part = ledger.part(title, milestone_rows(case, chosen))
    sentence = f"{case.name}: {counted(len(part.rows), 'milestone')} {title.lower()} ({said(case.currency, cents)})."
    if not case.engagement.is_fixed_fee:
        sentence = f"{case.name} is not sold for a fixed fee: it has no milestones to forecast."
    return money(case, name, cents, ledger, sentence, lacking(case, plan=True))


def overdue(case: Case) -> Explanation:
    """Open milestones dated before as-of."""
    return _milestones(
        case, "overdue", case.forecast.overdue, "Overdue", lambda day: day is not None and day < case.as_of
    )


def undated(case: Case) -> Explanation:
    """Open milestones without a date."""
    return _milestones(case, "undated", case.forecast.undated, "Without a date", lambda day: day is None)


def milestones(case: Case) -> Explanation:
    """All open milestones."""
    found = case.forecast.milestones
    cents = sum(m.cents for m in found.open) if found else None if case.engagement.is_fixed_fee else 0
    return _milestones(case, "milestones", cents if case.currency else None, "Open", lambda _day: True)


FIGURES: Mapping[str, Callable[[Case], Explanation]] = {
    function.__name__: function
    for function in (budget, used, remaining, to_forecast, hard_booked, soft_booked, overdue, undated, milestones, eac)
}
