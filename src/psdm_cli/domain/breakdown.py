"""The forecast by project, month, role, person or type: what `psdm forecast show` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.money import Currency
from psdm_cli.domain.report import known_hours

MILESTONES = "Milestones (fixed fee)"
UNNAMED = "(unnamed)"
NOT_VISIBLE = "(not visible)"


class By(StrEnum):
    """What the rows of a breakdown stand for."""

    PROJECT = "project"
    MONTH = "month"
    ROLE = "role"
    PERSON = "person"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """A share of the forecast. `forecast` and `worked` per month in currency units, `hours` hard-booked to come.

    A month is None where nothing of it is known, and `hours` has none where no booking is visible; `incomplete` names
    the engagements whose share of a sum is unknown.
    """

    key: str
    label: str
    currency: str | None
    forecast: Mapping[str, Decimal | None]
    worked: Mapping[str, Decimal | None]
    beyond: Decimal | None
    hours: Mapping[str, Decimal]
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rows; currencies are never added together, so that a group has one row per currency."""

    by: By
    months: tuple[str, ...]
    rows: tuple[BreakdownRow, ...]


@dataclass(slots=True)
class _Sum:
    label: str
    currency: Currency | None
    forecast: dict[str, int] = field(default_factory=dict)
    worked: dict[str, int] = field(default_factory=dict)
    beyond: int = 0
    minutes: dict[str, Fraction] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    known: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class _Share:
    """What one engagement adds to one group; None: unknown."""

    key: str
    label: str
    forecast: Mapping[str, int] | None
    worked: Mapping[str, int] | None
    minutes: Mapping[str, Fraction] | None


def breakdown(assessment: Assessment, by: By) -> Breakdown:
    """The forecast of the engagements in scope, grouped."""
    sums: dict[tuple[str, str], _Sum] = {}
    for forecast in assessment.forecasts:
        for share in _shares(forecast, by):
            code = forecast.currency.code if forecast.currency else ""
            total = sums.setdefault((share.key, code), _Sum(share.label, forecast.currency))
            _add(total, share, forecast, assessment.months)
    months = assessment.months
    rows = [_row(key, total, months, by) for (key, _), total in sums.items()]
    order = {By.PROJECT: 0, By.MONTH: 1}.get(by, 2)
    if order:
        rows.sort(key=lambda row: row.key if by is By.MONTH else row.label.casefold())
    return Breakdown(by, months, tuple(rows))


def _shares(forecast: EngagementForecast, by: By) -> Iterable[_Share]:
    engagement = forecast.engagement
    if by in (By.ROLE, By.PERSON):
        yield from _by_booking(forecast, by)
        return
    minutes = _hard_minutes(forecast)
    money = _known(forecast)
    worked = _worked(forecast)
    if by is By.MONTH:
        for month in forecast.months:
            yield _Share(
                month,
                month,
                None if money is None else {month: money.get(month, 0)},
                None if worked is None else {month: worked[month]},
                None if minutes is None else {month: minutes.get(month, Fraction(0))},
            )
        return
    if by is By.TYPE:
        yield _Share(engagement.type.value, engagement.type.value.replace("_", " "), money, worked, minutes)
    else:
        yield _Share(engagement.id, _full_name(engagement), money, worked, minutes)


def _full_name(engagement: Engagement) -> str:
    """Number and title; the title alone where it has the number in it."""
    sow, title = engagement.sow, engagement.title
    return title if sow is None or sow in title.upper() else f"{sow} {title}"


def _known(forecast: EngagementForecast) -> dict[str, int] | None:
    """Every month's forecast with what lies beyond under its own months; None where unknown."""
    months = {month: cents for month, cents in forecast.forecast.items() if cents is not None}
    if len(months) != len(forecast.months) or forecast.beyond is None:
        return None
    return {**months, "beyond": forecast.beyond}


def _worked(forecast: EngagementForecast) -> dict[str, int] | None:
    worked = {month: cents for month, cents in forecast.worked.items() if cents is not None}
    return worked if len(worked) == len(forecast.months) else None


def _hard_minutes(forecast: EngagementForecast) -> dict[str, Fraction] | None:
    if forecast.booked is None:
        return None
    minutes: dict[str, Fraction] = {}
    for item in forecast.booked:
        if item.booking.hard:
            for month, value in item.minutes_by_month.items():
                minutes[month] = minutes.get(month, Fraction(0)) + value
    return minutes


def _by_booking(forecast: EngagementForecast, by: By) -> Iterable[_Share]:
    for item in forecast.booked or ():
        booking = item.booking
        if not booking.hard or not item.minutes_to_come:
            continue
        unnamed = f"{UNNAMED} {booking.role}"
        label = booking.role if by is By.ROLE else booking.person or unnamed
        key = booking.role if by is By.ROLE else booking.user_id or unnamed
        if not booking.seen:
            label = key = NOT_VISIBLE
        if forecast.engagement.is_fixed_fee:
            money: dict[str, int] | None = {}  # hours are booked, but milestones make the money
        elif item.months is None:
            money = None
        else:
            money = {m: v for m, v in item.months.items() if m <= forecast.months[-1]}
            money["beyond"] = sum(v for m, v in item.months.items() if m > forecast.months[-1])
        yield _Share(key, label, money, {}, item.minutes_by_month)
    if forecast.engagement.is_fixed_fee:
        yield _Share(MILESTONES, MILESTONES, _known(forecast), {}, {})


def _add(total: _Sum, share: _Share, forecast: EngagementForecast, months: tuple[str, ...]) -> None:
    if (share.forecast is None or share.worked is None) and forecast.engagement.name not in total.unknown:
        total.unknown.append(forecast.engagement.name)
    if share.forecast is not None:
        total.known = True
        total.beyond += share.forecast.get("beyond", 0)
        for month in months:
            total.forecast[month] = total.forecast.get(month, 0) + share.forecast.get(month, 0)
    for month, cents in (share.worked or {}).items():
        total.worked[month] = total.worked.get(month, 0) + cents
    if share.minutes is not None:
        total.counted = True
    for month, minutes in (share.minutes or {}).items():
        if month in months:
            total.minutes[month] = total.minutes.get(month, Fraction(0)) + minutes


def _row(key: str, total: _Sum, months: tuple[str, ...], by: By) -> BreakdownRow:
    currency = total.currency
    shown = (key,) if by is By.MONTH else months

    def money(cents: int | None) -> Decimal | None:
        return currency.amount(cents) if currency is not None and cents is not None and total.known else None

    return BreakdownRow(
        key=key,
        label=total.label,
        currency=currency.code if currency else None,
        forecast={month: money(total.forecast.get(month, 0)) for month in shown},
        worked={month: money(total.worked.get(month)) for month in shown} if total.worked else {},
        beyond=None if by is By.MONTH else money(total.beyond),
        hours={month: known_hours(total.minutes.get(month, Fraction(0))) for month in shown if total.counted},
        incomplete=tuple(total.unknown),
    )
