"""The forecast of one engagement: months, beyond, remaining and to-forecast funds, to the subunit (rules.md 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from psdm_cli.domain.dates import month_of, month_start, months_from, week_start
from psdm_cli.domain.engagements import Booking, Engagement, FieldNames
from psdm_cli.domain.milestones import Milestones, open_milestones
from psdm_cli.domain.money import Currency, round_half_even, total
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import TimeEntry
from psdm_cli.domain.spreading import value_by_month

MINUTES_PER_HOUR = 60
LONGEST_RUNWAY = 36_500  # days; beyond a century the pace is no pace


@dataclass(frozen=True, slots=True)
class Visible:
    """Which records the token may read; a figure that needs an invisible one is unknown, never zero."""

    bookings: bool = True
    stories: bool = True
    billing_milestones: bool = True
    time_entries: bool = True

    @property
    def milestones(self) -> bool:
        """Whether fixed-fee milestones can be known: billing milestones may replace a story's value and date."""
        return self.stories and self.billing_milestones


@dataclass(frozen=True, slots=True)
class BookedValue:
    """A booking with its value and minutes to come. `months` is None for an unpriced booking."""

    booking: Booking
    months: Mapping[str, int] | None
    minutes_to_come: Fraction
    minutes_by_month: Mapping[str, Fraction]

    @property
    def value(self) -> int | None:
        """Value of all days from as-of on, in subunits."""
        return None if self.months is None else sum(self.months.values())


@dataclass(frozen=True, slots=True)
class EngagementForecast:
    """One engagement's figures. Money in subunits of `currency`, minutes exact; None is unknown.

    `forecast`, `worked` and `month_total` hold the as-of month and the next three; `beyond` what lies after.
    """

    engagement: Engagement
    as_of: date
    months: tuple[str, ...]
    currency: Currency | None
    booked: tuple[BookedValue, ...] | None
    milestones: Milestones | None
    budget: int | None
    used: int | None
    remaining: int | None
    to_forecast: int | None
    hard_booked: int | None
    soft_booked: int | None
    hard_minutes: Fraction | None
    soft_minutes: Fraction | None
    unpriced_minutes: Fraction | None
    forecast: Mapping[str, int | None]
    worked: Mapping[str, int | None]
    beyond: int | None
    overdue: int | None
    undated: int | None
    foreign_entries: tuple[TimeEntry, ...]
    unrated_entries: tuple[TimeEntry, ...]

    @property
    def month_total(self) -> Mapping[str, int | None]:
        """Worked and to come, per month."""
        return {month: total((self.forecast[month], self.worked[month])) for month in self.months}

    @property
    def has_unpriced_hard(self) -> bool:
        """Whether a hard booking to come has no rate."""
        return any(b.months is None and b.booking.hard and b.minutes_to_come for b in self.booked or ())

    @property
    def open_dated(self) -> int | None:
        """Value of the open milestones dated as-of or later."""
        if self.milestones is None or self.currency is None:
            return None
        return sum(m.cents for m in self.milestones.open if m.date is not None and m.date >= self.as_of)

    @property
    def eac(self) -> int | None:
        """Estimate at completion: used and hard value to come; fixed fee: the price (rules.md 3)."""
        return self.budget if self.engagement.is_fixed_fee else total((self.used, self.hard_booked))

    @property
    def burn(self) -> Fraction | None:
        """Used share of the price; None where either is unknown or the price is zero."""
        return Fraction(self.used, self.budget) if self.used is not None and self.budget else None


def forecast_of(
    engagement: Engagement, as_of: date, policy: Policy, fields: FieldNames, visible: Visible
) -> EngagementForecast:
    """All figures of an engagement as of a date."""
    months = months_from(month_of(as_of), policy.forecast_months_ahead + 1)
    currency = engagement.currency
    money = currency is not None
    booked = tuple(_booked(b, as_of, money) for b in engagement.bookings) if visible.bookings else None
    milestones = open_milestones(engagement, fields) if engagement.is_fixed_fee and visible.milestones else None

    hard_booked = _booked_value(booked, hard=True) if money else None
    soft_booked = _booked_value(booked, hard=False) if money else None
    budget = engagement.workspace.price_in_cents if money else None
    used = engagement.workspace.budget_used_in_cents if money else None
    remaining = budget - used if budget is not None and used is not None else None

    foreign, unrated, worked = _worked(engagement, as_of, months, visible)
    if engagement.is_fixed_fee:
        to_come = _dated_milestones(milestones, as_of) if money else None
        overdue, undated = _undated_milestones(milestones, as_of) if money else (None, None)
    else:
        to_come = _hard_by_month(booked) if money else None
        overdue = undated = 0 if money else None
    planned = None if to_come is None else sum(to_come.values())
    known = to_come is not None
    forecast: dict[str, int | None] = {m: (to_come or {}).get(m, 0) if known else None for m in months}
    beyond = sum(v for m, v in (to_come or {}).items() if m > months[-1]) if known else None

    return EngagementForecast(
        engagement=engagement,
        as_of=as_of,
        months=months,
        currency=currency,
        booked=booked,
        milestones=milestones,
        budget=budget,
        used=used,
        remaining=remaining,
        to_forecast=remaining - planned if remaining is not None and planned is not None else None,
        hard_booked=hard_booked,
        soft_booked=soft_booked,
        hard_minutes=_minutes(booked, hard=True),
        soft_minutes=_minutes(booked, hard=False),
        unpriced_minutes=(
            None if booked is None else sum((b.minutes_to_come for b in booked if b.months is None), Fraction(0))
        ),
        forecast=forecast,
        worked=worked,
        beyond=beyond,
        overdue=overdue,
        undated=undated,
        foreign_entries=foreign,
        unrated_entries=unrated,
    )


def _booked(booking: Booking, as_of: date, money: bool) -> BookedValue:
    spread = booking.spread
    first = max(as_of, spread.start)
    minutes: dict[str, Fraction] = {}
    month = month_of(first)
    while first < spread.end:
        after = month_start(months_from(month, 2)[1])
        minutes[month] = spread.minutes_between(first, after)
        first, month = after, month_of(after)
    priced = money and booking.rate is not None
    months = value_by_month(spread, booking.rate or 0, as_of) if priced else None
    return BookedValue(booking, months, sum(minutes.values(), Fraction(0)), minutes)


def _booked_value(booked: Sequence[BookedValue] | None, *, hard: bool) -> int | None:
    """Sum of the bookings' values; an unpriced booking with minutes to come makes it unknown."""
    if booked is None:
        return None
    return total(b.value if b.minutes_to_come else 0 for b in booked if b.booking.hard is hard)


def _hard_by_month(booked: Sequence[BookedValue] | None) -> dict[str, int] | None:
    if booked is None:
        return None
    months: dict[str, int] = {}
    for item in booked:
        if not item.booking.hard or not item.minutes_to_come:
            continue
        if item.months is None:
            return None
        for month, value in item.months.items():
            months[month] = months.get(month, 0) + value
    return months


def _dated_milestones(milestones: Milestones | None, as_of: date) -> dict[str, int] | None:
    if milestones is None:
        return None
    months: dict[str, int] = {}
    for milestone in milestones.open:
        if milestone.date is not None and milestone.date >= as_of:
            month = month_of(milestone.date)
            months[month] = months.get(month, 0) + milestone.cents
    return months


def _undated_milestones(milestones: Milestones | None, as_of: date) -> tuple[int | None, int | None]:
    """Value of the overdue and of the undated open milestones."""
    if milestones is None:
        return None, None
    overdue = sum(m.cents for m in milestones.open if m.date is not None and m.date < as_of)
    return overdue, sum(m.cents for m in milestones.open if m.date is None)


def _minutes(booked: Sequence[BookedValue] | None, *, hard: bool) -> Fraction | None:
    if booked is None:
        return None
    return sum((b.minutes_to_come for b in booked if b.booking.hard is hard), Fraction(0))


def entry_value(entry: TimeEntry) -> Fraction | None:
    """A time entry's exact amount in subunits; None without a rate."""
    return None if entry.rate_in_cents is None else Fraction(entry.minutes * entry.rate_in_cents, MINUTES_PER_HOUR)


def is_foreign(entry: TimeEntry, currency: Currency | None) -> bool:
    """Whether a time entry is in another currency than its engagement."""
    return currency is not None and entry.currency is not None and entry.currency != currency.code


def _worked(
    engagement: Engagement, as_of: date, months: Sequence[str], visible: Visible
) -> tuple[tuple[TimeEntry, ...], tuple[TimeEntry, ...], dict[str, int | None]]:
    """Entries in another currency, entries without a rate, and the billable value before as-of per month."""
    currency = engagement.currency
    if currency is None or not visible.time_entries:
        worked: dict[str, int | None] = dict.fromkeys(months)
        if engagement.is_fixed_fee and currency is not None:
            worked = dict.fromkeys(months, 0)
        return (), (), worked
    foreign = []
    unrated = []
    exact: dict[str, Fraction | None] = dict.fromkeys(months, Fraction(0))
    for entry in engagement.time_entries:
        month = month_of(entry.date_performed)
        if entry.billable is not True or entry.date_performed >= as_of or month not in exact:
            continue
        if is_foreign(entry, currency):
            foreign.append(entry)
            continue
        value = entry_value(entry)
        if value is None:
            unrated.append(entry)
        before = exact[month]
        exact[month] = None if value is None or before is None else before + value
    if engagement.is_fixed_fee:
        return tuple(foreign), (), dict.fromkeys(months, 0)
    return tuple(foreign), tuple(unrated), {m: None if v is None else round_half_even(v) for m, v in exact.items()}


def runway_until(forecast: EngagementForecast, policy: Policy, visible: Visible) -> date | None:
    """The day the hours to go run out at the pace of the last full weeks (rules.md 3).

    Hours to go are the hard-booked ones to come, all entered time is the pace. None where nothing was worked lately, or
    where one of them is unknown.
    """
    end = week_start(forecast.as_of)
    start = end - timedelta(weeks=policy.runway_weeks)
    entries = forecast.engagement.time_entries if visible.time_entries else ()
    worked = sum(entry.minutes for entry in entries if start <= entry.date_performed < end)
    if not worked or forecast.hard_minutes is None:
        return None
    days = forecast.hard_minutes / Fraction(worked, policy.runway_weeks) * 7
    return forecast.as_of + timedelta(days=min(int(days), LONGEST_RUNWAY))
