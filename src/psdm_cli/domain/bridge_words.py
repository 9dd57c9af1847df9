"""The causes of a bridge in words that can be repeated in the forecast call: who, in which role, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from psdm_cli.domain.bridge import Arrival, Cause, Step, daily
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.money import Currency, money_text
from psdm_cli.domain.snapshots import FrozenBooking, FrozenEngagement, FrozenMilestone
from psdm_cli.domain.spreading import Spread
from psdm_cli.domain.steps.common import day_text, hours_text

TITLES: dict[Cause, str] = {
    Cause.ENGAGEMENT: "new or gone engagement",
    Cause.KIND: "soft became hard, or hard became soft",
    Cause.MINUTES: "booked more or less",
    Cause.DATES: "bookings moved",
    Cause.RATE: "rate",
    Cause.CALENDAR: "holidays, time off, workweek",
    Cause.MILESTONE_DATE: "milestone moved",
    Cause.MILESTONE_VALUE: "milestone's value",
}
MOST_DAYS = 3


def said(step: Step, currency: Currency) -> str:
    """A step in a sentence without its amounts."""
    if isinstance(step.before or step.after, FrozenEngagement):
        return _engagement(step)
    if isinstance(step.before or step.after, FrozenMilestone):
        return _milestone(step, currency)
    return _booking(step, currency)


def _engagement(step: Step) -> str:
    if step.arrival is Arrival.NEW:
        return "new in this forecast"
    if step.arrival is Arrival.GONE:
        return "no longer in this forecast: closed, archived, or led by somebody else"
    now = step.after
    fixed = isinstance(now, FrozenEngagement) and now.fixed_fee
    return f"sold {'for a fixed fee now, by hours before' if fixed else 'by hours now, for a fixed fee before'}"


def _booking(step: Step, currency: Currency) -> str:
    old = step.before if isinstance(step.before, FrozenBooking) else None
    new = step.after if isinstance(step.after, FrozenBooking) else None
    if old is None or new is None:
        return _came_or_went(old, new)
    if step.cause is Cause.CALENDAR:
        return _calendar(old, new)
    return f"{new.who}: {_changed(step.cause, old, new, currency)}"


def _came_or_went(old: FrozenBooking | None, new: FrozenBooking | None) -> str:
    if new is not None:
        return f"{new.who}: {hours_text(new.spread.minutes)} newly booked {span(new.spread)}"
    if old is not None:
        return f"{old.who}: {hours_text(old.spread.minutes)} {span(old.spread)} are no longer booked"
    raise ValueError("a step needs a booking")


def _changed(cause: Cause, old: FrozenBooking, new: FrozenBooking, currency: Currency) -> str:
    if cause is Cause.MINUTES:
        change = new.spread.minutes - old.spread.minutes
        more = f"{hours_text(abs(change))} {'more' if change > 0 else 'less'}"
        was, becomes = hours_text(old.spread.minutes), hours_text(new.spread.minutes)
        return f"{was} became {becomes} ({more}), {span(new.spread)}"
    if cause is Cause.KIND:
        return f"{'soft became hard' if new.hard else 'hard became soft'}, {span(old.spread)}"
    if cause is Cause.DATES:
        return f"moved, {span(old.spread)} before, {span(new.spread)} now"
    return f"{_rate(old, currency)} became {_rate(new, currency)}, {span(new.spread)}"


def _rate(booking: FrozenBooking, currency: Currency) -> str:
    if booking.rate is None:
        return "an unknown rate"
    return f"{money_text(currency.amount(booking.rate), currency.code)} an hour"


def _calendar(old: FrozenBooking, new: FrozenBooking) -> str:
    """Which days have more or fewer working hours than before."""
    if old.user_id != new.user_id:
        return f"{new.who} instead of {old.who}: another calendar"
    was, is_now = daily(old.spread), daily(new.spread)
    shared = [day for day in is_now if day in was]
    fewer = [day for day in shared if is_now[day] < was[day]]
    more = [day for day in shared if is_now[day] > was[day]]
    parts = [f"{what} working time on {_listed(days)}" for what, days in (("less", fewer), ("more", more)) if days]
    return f"{new.who}: {' and '.join(parts) or 'other working days'} (holiday, time off or workweek)"


def _listed(days: list[date]) -> str:
    shown = ", ".join(day_text(day) for day in days[:MOST_DAYS])
    return shown if len(days) <= MOST_DAYS else f"{shown} and {len(days) - MOST_DAYS} days more"


def _milestone(step: Step, currency: Currency) -> str:
    old = step.before if isinstance(step.before, FrozenMilestone) else None
    new = step.after if isinstance(step.after, FrozenMilestone) else None
    now = new or old
    if now is None:
        return ""
    name = f"milestone “{now.title}”"
    if old is None:
        return f"{name} is new, {_due(new)}"
    if new is None:
        return f"{name}, {_due(old)}, is no longer open: completed, invoiced or taken out"
    if step.cause is Cause.MILESTONE_DATE:
        return f"{name}: {_due(old)} before, {_due(new)} now"
    amounts = [money_text(currency.amount(each.cents), currency.code) for each in (old, new)]
    return f"{name}: {amounts[0]} became {amounts[1]}"


def _due(milestone: FrozenMilestone | None) -> str:
    day = milestone.date if milestone else None
    return "without a date" if day is None else f"due {day_text(day)}"


def span(spread: Spread) -> str:
    """The days of a booking: from, to; both inclusive."""
    first, last = spread.start, spread.end - DAY
    return f"on {day_text(first)}" if first == last else f"from {day_text(first)} to {day_text(last)}"


def told(steps: Iterable[Step], currency: Currency) -> tuple[str, ...]:
    """Each step once, in words, the largest first."""
    ordered = sorted(steps, key=lambda step: -sum(abs(cents) for cents in step.months.values()))
    return tuple(dict.fromkeys(said(step, currency) for step in ordered))
