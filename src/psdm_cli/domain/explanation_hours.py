"""Why an engagement's hours are what they are: the bookings behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from psdm_cli.domain.explanation import Explanation, Ledger, Unit
from psdm_cli.domain.explanation_money import UNKNOWN
from psdm_cli.domain.explanation_rows import Case, hour_rows
from psdm_cli.domain.explanation_rules import clauses_of, rule_of
from psdm_cli.domain.records import Kind
from psdm_cli.domain.report import hours
from psdm_cli.domain.steps.common import BILL_RATES, FINANCIAL_ACCESS, counted, hours_text, refused


def _hours(case: Case, name: str, minutes: Fraction | None, title: str, chosen: Callable[..., bool]) -> Explanation:
    ledger = Ledger(Unit.HOURS)
    part = ledger.part(title, hour_rows(case, chosen, case.as_of))
    value = hours(minutes)
    known = minutes is not None
    text = hours_text(minutes) if minutes is not None else UNKNOWN
    sentence = f"{case.name}: {text} of {title[:1].lower()}{title[1:]}, {counted(len(part.rows), 'booking')}."
    return Explanation(
        asked=name,
        subject=case.subject,
        sentence=sentence if known else f"{case.name}: {name} is unknown.",
        unit=Unit.HOURS,
        shown=text,
        rule=rule_of(name),
        clauses=clauses_of(name),
        value=value,
        parts=tuple(ledger.parts if known else (replace(part, subtotal=None),)),
        unknown=() if known else refused(case.assessment, Kind.ALLOCATIONS),
    )


def hard_hours(case: Case) -> Explanation:
    """Hours of hard bookings to come."""
    return _hours(
        case, "hard_hours", case.forecast.hard_minutes, "Hard bookings to come", lambda booking, _priced: booking.hard
    )


def soft_hours(case: Case) -> Explanation:
    """Hours of soft bookings to come."""
    return _hours(
        case,
        "soft_hours",
        case.forecast.soft_minutes,
        "Soft bookings to come",
        lambda booking, _priced: not booking.hard,
    )


def unpriced_hours(case: Case) -> Explanation:
    """Hours of bookings without a rate."""
    found = _hours(
        case,
        "unpriced_hours",
        case.forecast.unpriced_minutes,
        "Bookings to come without a rate",
        lambda _booking, priced: not priced,
    )
    if not case.forecast.unpriced_minutes:
        return found
    lacks = FINANCIAL_ACCESS if case.currency is None else BILL_RATES
    return replace(found, unknown=(f"what these hours are worth: the token lacks {lacks}",))


HOURS: Mapping[str, Callable[[Case], Explanation]] = {
    function.__name__: function for function in (hard_hours, soft_hours, unpriced_hours)
}
