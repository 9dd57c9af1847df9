"""Why totals over engagements and people's loads are what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY, days_between, week_name
from psdm_cli.domain.engagements import senseless
from psdm_cli.domain.explanation import Explanation, Ledger, Part, Row, Subject, Unit
from psdm_cli.domain.explanation_rows import (
    Counted,
    booking_row,
    carrying,
    days_text,
    hours_of,
    month_text,
    weeks_between,
)
from psdm_cli.domain.explanation_rules import clauses_of, rule_of
from psdm_cli.domain.money import money_text
from psdm_cli.domain.people import PersonLoad, window
from psdm_cli.domain.report import known_hours, person_line
from psdm_cli.domain.spreading import Spread
from psdm_cli.domain.steps.allocations import LOWER_BOUND
from psdm_cli.domain.steps.common import counted, hours_text

EVERYTHING = Subject("All engagements")


def total(assessment: Assessment, name: str, currency: str, month: str) -> Explanation:
    """A month's total in one currency: `totals` of the forecast, `worked_totals` of what was worked."""
    rows: list[Row] = []
    left_out: list[str] = []
    for forecast in assessment.forecasts:
        months = forecast.forecast if name == "totals" else forecast.worked
        engagement, cents = forecast.engagement, months[month]
        if forecast.currency is None or (forecast.currency.code == currency and cents is None):
            left_out.append(engagement.name)
        elif forecast.currency.code == currency and cents is not None:
            title = engagement.title if engagement.sow else ""
            rows.append(Row(what=engagement.name, value=forecast.currency.amount(cents), id=engagement.id, note=title))
    value = sum((row.value for row in rows if row.value is not None), Decimal("0.00"))
    what = "is forecast" if name == "totals" else "was worked"
    without = f"; without {', '.join(left_out)}, whose amounts are unknown" if left_out else ""
    sentence = (
        f"{money_text(value, currency)} {what} in {month_text(month)} over {counted(len(rows), 'engagement')}{without}."
    )
    return Explanation(
        asked=f"{name} {currency} {month}",
        subject=EVERYTHING,
        sentence=sentence,
        unit=Unit.MONEY,
        shown=money_text(value, currency),
        rule=rule_of(name),
        clauses=clauses_of(name),
        value=value,
        currency=currency,
        parts=(Part("Engagements", Unit.MONEY, tuple(rows), value),),
        unknown=tuple(f"{name_}: ask `psdm why` about it alone" for name_ in left_out),
    )


def person(assessment: Assessment, load: PersonLoad) -> Explanation:
    """How much of a person's time of the coming weeks is booked."""
    start, end = window(assessment.as_of, assessment.policy)
    ledger = Ledger(Unit.HOURS)
    ledger.part("Hard bookings", _bookings(assessment, load.user_id, start, end, hard=True))
    ledger.beside("Soft bookings, not counted as booked", _bookings(assessment, load.user_id, start, end, hard=False))
    ledger.beside("Working time", _working_time(assessment, load.user_id, start, end))
    ratio = person_line(load).booked_ratio
    below = load.ratio < Fraction(assessment.policy.under_allocated_below)
    verdict = (
        f"below {assessment.policy.under_allocated_below:.0%}: under-allocated" if below else "not under-allocated"
    )
    sentence = (
        f"{load.name} ({load.role}) is hard-booked to {round(load.ratio * 100)} % from {days_text(start, end)}: "
        f"{hours_text(load.hard)} of {hours_text(load.capacity)} working time, {hours_text(load.soft)} soft beside; "
        f"{verdict}."
    )
    return Explanation(
        asked=f"people {load.name}",
        subject=Subject(load.name),
        sentence=sentence,
        unit=Unit.HOURS,
        shown=f"{hours_text(load.hard)}, {ratio:.0%} of working time",
        rule=rule_of("people"),
        clauses=clauses_of("people"),
        value=known_hours(load.hard),
        parts=tuple(ledger.parts),
        unknown=(LOWER_BOUND,),
    )


def _bookings(assessment: Assessment, user_id: str, start: date, end: date, *, hard: bool) -> Iterator[Counted]:
    for engagement in assessment.all_engagements:
        for booking in engagement.bookings:
            if booking.user_id != user_id or booking.hard is not hard:
                continue
            row = booking_row(booking, start, end, None, project=engagement.name)
            if row is not None:
                yield (
                    replace(row, what=engagement.name, note=engagement.title if engagement.sow else ""),
                    (booking.spread.minutes_between(start, end)),
                )
    for other in assessment.portfolio.elsewhere:
        if other.user_id != user_id or other.hard is not hard or senseless(other.start_date, other.end_date):
            continue
        weights = assessment.calendars.weights(user_id, other.start_date, other.end_date)
        spread = Spread.over(other.start_date, other.minutes, weights)
        days = carrying(spread, start, end)
        if days is not None:
            first, last, count = days
            minutes = spread.minutes_between(start, end)
            what = other.workspace_title or "another project"
            yield (
                Row(what, id=other.id, start=first, end=last, days=count, hours=hours_of(minutes), note="elsewhere"),
                minutes,
            )


def _working_time(assessment: Assessment, user_id: str, start: date, end: date) -> Iterator[Counted]:
    """Week by week, with the holidays and time off that shorten them."""
    calendars = assessment.calendars
    for first, after in weeks_between(start, end):
        minutes = calendars.capacity_between(user_id, first, after)
        holidays = [day for day in days_between(first, after) if day in calendars.holidays]
        away = calendars.time_off.get(user_id, {})
        off = [day for day in days_between(first, after) if day in away and day not in calendars.holidays]
        notes = [f"holiday {day:%a} {day.isoformat()}" for day in holidays]
        notes += [f"{hours_text(away[day])} off {day:%a} {day.isoformat()}" for day in off]
        yield (
            Row(week_name(first), start=first, end=after - DAY, hours=hours_of(minutes), note=", ".join(notes)),
            minutes,
        )
