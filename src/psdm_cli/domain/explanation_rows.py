"""The rows behind figures: bookings with their days, hours and rate; milestones; time entries; weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY, WEEK, month_end, month_start, week_start
from psdm_cli.domain.engagements import Booking, Engagement
from psdm_cli.domain.explanation import Exact, Row, Subject
from psdm_cli.domain.funds import EngagementForecast, entry_value
from psdm_cli.domain.milestones import OpenMilestone, Source
from psdm_cli.domain.money import Currency
from psdm_cli.domain.records import TimeEntry
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.spreading import Spread
from psdm_cli.domain.steps.common import day_text

FAR = date.max
Counted = tuple[Row, Exact | None]


@dataclass(frozen=True, slots=True)
class Case:
    """An engagement whose figures are asked about, with everything that was reckoned."""

    assessment: Assessment
    forecast: EngagementForecast

    @property
    def engagement(self) -> Engagement:
        """The engagement."""
        return self.forecast.engagement

    @property
    def currency(self) -> Currency | None:
        """Its currency; None without financial access."""
        return self.forecast.currency

    @property
    def as_of(self) -> date:
        """The day the figures look from."""
        return self.assessment.as_of

    @property
    def name(self) -> str:
        """SOW number, else title."""
        return self.engagement.name

    @property
    def subject(self) -> Subject:
        """The engagement as the subject of an answer."""
        engagement = self.engagement
        return Subject(engagement.name, engagement.id, engagement.sow, engagement.title)


def hours_of(minutes: Exact) -> Decimal:
    """Minutes as hours with two decimals."""
    return known_hours(minutes)


def carrying(spread: Spread, start: date, end: date) -> tuple[date, date, int] | None:
    """First and last day in [start, end) that carry minutes, and how many do; None when none does."""
    days = [day for day, minutes in spread.by_day() if minutes and start <= day < end]
    return (days[0], days[-1], len(days)) if days else None


def booking_row(
    booking: Booking, start: date, end: date, currency: Currency | None, *, project: str | None = None
) -> Row | None:
    """A booking with its days, hours and rate in [start, end); None when it has no minutes there."""
    days = carrying(booking.spread, start, end)
    if days is None:
        return None
    first, last, count = days
    priced = currency is not None and booking.rate is not None
    return Row(
        what=booking.who,
        id=booking.id,
        role=booking.known_role,
        project=project,
        start=first,
        end=last,
        days=count,
        hours=hours_of(booking.spread.minutes_between(start, end)),
        rate=currency.amount(booking.rate or 0) if priced and currency else None,
        note="" if priced or currency is None else "no rate",
    )


def booked_rows(
    case: Case,
    value: Callable[[str], bool],
    *,
    hard: bool,
    start: date,
    end: date,
) -> Iterator[Counted]:
    """The hard or soft bookings with minutes in [start, end) and their value in the months that `value` takes."""
    for item in case.forecast.booked or ():
        if item.booking.hard is not hard:
            continue
        row = booking_row(item.booking, start, end, case.currency)
        cents = None if item.months is None else sum(v for month, v in item.months.items() if value(month))
        if row is not None or cents:
            yield row or Row(item.booking.who, id=item.booking.id), cents


def hour_rows(case: Case, chosen: Callable[[Booking, bool], bool], start: date, end: date = FAR) -> Iterator[Counted]:
    """Bookings with their exact minutes in [start, end). `chosen` gets the booking and whether it is priced."""
    for item in case.forecast.booked or ():
        if not chosen(item.booking, item.months is not None):
            continue
        row = booking_row(item.booking, start, end, case.currency)
        if row is not None:
            yield row, item.booking.spread.minutes_between(start, end)


def valued(spread: Spread, rate: int | None, start: date, end: date) -> Fraction | None:
    """The exact value of [start, end) in subunits; None without a rate."""
    return None if rate is None else spread.minutes_between(start, end) * rate / 60


def by_week(booking: Booking, rate: int | None, start: date, end: date, currency: Currency | None) -> Iterator[Counted]:
    """A booking's weeks in [start, end), each with its days, hours and exact value."""
    first = max(start, booking.start)
    while first < min(end, booking.spread.end):
        after = min(week_start(first) + WEEK, end)
        row = booking_row(booking, first, after, currency)
        if row is not None:
            yield row, valued(booking.spread, rate, first, after)
        first = after


def milestone_row(milestone: OpenMilestone, as_of: date) -> Row:
    """An open milestone with the day that places it in the forecast."""
    source = "billing milestone" if milestone.source is Source.BILLING_MILESTONE else "task"
    late = milestone.date is not None and milestone.date < as_of
    when = "no date" if milestone.date is None else "overdue" if late else ""
    return Row(
        what=milestone.title,
        id=milestone.id,
        start=milestone.date,
        note=f"{source}, {when}" if when else source,
    )


def milestone_rows(case: Case, chosen: Callable[[date | None], bool]) -> Iterator[Counted]:
    """The open milestones whose date is wanted."""
    for milestone in case.forecast.milestones.open if case.forecast.milestones else ():
        if chosen(milestone.date):
            yield milestone_row(milestone, case.as_of), milestone.cents if case.currency else None


def people_names(assessment: Assessment) -> Mapping[str, str]:
    """Names by user id: of the account's people, else of the projects' resources."""
    names = {r.user_id: r.full_name for r in assessment.portfolio.resources if r.user_id and r.full_name}
    names |= {m.user_id: m.full_name for m in assessment.portfolio.members if m.full_name}
    return names


def entry_row(entry: TimeEntry, names: Mapping[str, str], currency: Currency | None) -> Row:
    """A time entry."""
    rate = entry.rate_in_cents
    return Row(
        what=names.get(entry.user_id or "", f"User {entry.user_id}" if entry.user_id else "somebody"),
        id=entry.id,
        start=entry.date_performed,
        hours=hours_of(entry.minutes),
        rate=currency.amount(rate) if currency is not None and rate is not None else None,
        note="no rate" if currency is not None and rate is None else "",
    )


def entry_rows(entries: Iterable[TimeEntry], names: Mapping[str, str], currency: Currency | None) -> Iterator[Counted]:
    """Time entries by day, then person."""
    for entry in sorted(entries, key=lambda each: (each.date_performed, each.user_id or "", each.id)):
        yield entry_row(entry, names, currency), None if currency is None else entry_value(entry)


def figure_row(name: str, note: str = "", day: date | None = None) -> Row:
    """Another figure, or a field of a record, named."""
    return Row(what=name, note=note, start=day)


def month_text(month: str) -> str:
    """December 2026."""
    return f"{month_start(month):%B %Y}"


def month_span(month: str, as_of: date) -> tuple[date, date]:
    """The days of a month from as-of on, half-open."""
    return max(as_of, month_start(month)), month_end(month)


def days_text(start: date, end: date) -> str:
    """[start, end) as `Mon 23 Nov 2026 to Sun 20 Dec 2026`."""
    last = end - DAY
    return day_text(start) if start == last else f"{day_text(start)} to {day_text(last)}"


def weeks_between(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The ISO weeks of [start, end), clipped to it."""
    first = start
    while first < end:
        after = min(week_start(first) + timedelta(weeks=1), end)
        yield first, after
        first = after
