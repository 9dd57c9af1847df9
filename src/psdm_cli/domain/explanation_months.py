"""Why a month's forecast, or what was worked in it, is what it is: bookings, milestones, time entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from psdm_cli.domain.dates import month_end, month_of
from psdm_cli.domain.explanation import Explanation, Ledger
from psdm_cli.domain.explanation_money import lacking, ledger_of, money, worked_unknown
from psdm_cli.domain.explanation_rows import (
    FAR,
    Case,
    booked_rows,
    entry_row,
    entry_rows,
    milestone_rows,
    month_span,
    month_text,
    people_names,
)
from psdm_cli.domain.funds import is_foreign
from psdm_cli.domain.records import TimeEntry
from psdm_cli.domain.steps.common import counted, day_text, hours_text, said


def beyond(case: Case) -> Explanation:
    """What is forecast after the months that are shown."""
    last = case.forecast.months[-1]
    ledger, cents = ledger_of(case), case.forecast.beyond
    end = month_end(last)
    if case.engagement.is_fixed_fee:
        ledger.part(
            "Open milestones", milestone_rows(case, lambda day: day is not None and day >= max(end, case.as_of))
        )
    else:
        ledger.part("Hard bookings", booked_rows(case, lambda m: m > last, hard=True, start=end, end=FAR))
    sentence = f"{case.name} forecasts {said(case.currency, cents)} after {month_text(last)}."
    return money(case, "beyond", cents, ledger, sentence, lacking(case, plan=True))


def _forecast_part(case: Case, ledger: Ledger, month: str) -> str:
    """Add the rows of a month's forecast; says what they are."""
    if case.engagement.is_fixed_fee:
        part = ledger.part(
            "Open milestones",
            milestone_rows(case, lambda day: day is not None and day >= case.as_of and month_of(day) == month),
        )
        return counted(len(part.rows), "open milestone")
    start, end = month_span(month, case.as_of)
    part = ledger.part("Hard bookings", booked_rows(case, lambda m: m == month, hard=True, start=start, end=end))
    minutes = sum(
        (b.minutes_by_month.get(month, Fraction(0)) for b in case.forecast.booked or () if b.booking.hard), Fraction(0)
    )
    return f"{counted(len(part.rows), 'hard booking')}, {hours_text(minutes)}"


def forecast(case: Case, month: str) -> Explanation:
    """A month's forecast."""
    ledger, cents = ledger_of(case), case.forecast.forecast[month]
    what = _forecast_part(case, ledger, month)
    soft = booked_rows(
        case, lambda m: m == month, hard=False, start=month_span(month, case.as_of)[0], end=month_end(month)
    )
    if not case.engagement.is_fixed_fee:
        ledger.beside("Not in the forecast: soft bookings", soft, case.currency)
    start, end = month_span(month, case.as_of)
    since = f" from {day_text(start)} on" if month_of(case.as_of) == month and start < end else ""
    sentence = f"{case.name} forecasts {said(case.currency, cents)} in {month_text(month)}: {what}{since}."
    rule = "forecast of a fixed fee" if case.engagement.is_fixed_fee else "forecast"
    return money(
        case, "forecast", cents, ledger, sentence, lacking(case, plan=True), rule=rule, asked=f"forecast {month}"
    )


def _month_entries(case: Case, month: str) -> tuple[list[TimeEntry], list[TimeEntry]]:
    """The month's billable entries before as-of in the engagement's currency, and those in another one."""
    if not case.assessment.visible.time_entries:
        return [], []
    found = [
        entry
        for entry in case.engagement.time_entries
        if entry.billable is True and entry.date_performed < case.as_of and month_of(entry.date_performed) == month
    ]
    foreign = [entry for entry in found if is_foreign(entry, case.currency)]
    return [entry for entry in found if not is_foreign(entry, case.currency)], foreign


def _worked_part(case: Case, ledger: Ledger, month: str) -> str:
    if case.engagement.is_fixed_fee:
        ledger.part("Worked", ())
        return "nothing, because the fee is fixed"
    names = people_names(case.assessment)
    own, foreign = _month_entries(case, month)
    part = ledger.part("Billable time entries", entry_rows(own, names, case.currency))
    ledger.show("Not added: in another currency", (entry_row(entry, names, None) for entry in foreign))
    minutes = sum(entry.minutes for entry in own)
    return f"{counted(len(part.rows), 'billable time entry', 'billable time entries')}, {hours_text(minutes)}"


def worked(case: Case, month: str) -> Explanation:
    """What was worked in a month before as-of."""
    ledger, cents = ledger_of(case), case.forecast.worked[month]
    what = _worked_part(case, ledger, month)
    sentence = (
        f"{case.name} worked {said(case.currency, cents)} in {month_text(month)} before {day_text(case.as_of)}: {what}."
    )
    rule = "worked of a fixed fee" if case.engagement.is_fixed_fee else "worked"
    return money(case, "worked", cents, ledger, sentence, worked_unknown(case), rule=rule, asked=f"worked {month}")


def month_total(case: Case, month: str) -> Explanation:
    """Worked and forecast of a month together."""
    ledger, figures = ledger_of(case), case.forecast
    _worked_part(case, ledger, month)
    _forecast_part(case, ledger, month)
    cents = figures.month_total[month]
    sentence = (
        f"{case.name}: {said(case.currency, cents)} in {month_text(month)} in all, "
        f"{said(case.currency, figures.worked[month])} worked, {said(case.currency, figures.forecast[month])} to come."
    )
    unknown = [*lacking(case, plan=True)]
    if figures.worked[month] is None:
        unknown.extend(worked_unknown(case))
    return money(case, "month_total", cents, ledger, sentence, unknown, asked=f"month_total {month}")


MONTHLY: Mapping[str, Callable[[Case, str], Explanation]] = {
    function.__name__: function for function in (forecast, worked, month_total)
}
AHEAD: Mapping[str, Callable[[Case], Explanation]] = {"beyond": beyond}
