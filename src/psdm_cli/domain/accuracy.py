"""How right forecasts were: what was frozen for a month against what the month brought (rules.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.completions import DAYS_IN_WORDS, DayFrom, DoneMilestone, done_milestones
from psdm_cli.domain.dates import month_end, month_start
from psdm_cli.domain.engagements import Engagement, EngagementType
from psdm_cli.domain.funds import entry_value, is_foreign
from psdm_cli.domain.money import Currency, round_half_even
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.portfolio import Portfolio
from psdm_cli.domain.records import Kind
from psdm_cli.domain.snapshots import FrozenEngagement, Snapshot
from psdm_cli.domain.steps.common import BILL_RATES, FINANCIAL_ACCESS

BLOCKS = frozenset({EngagementType.CONSULTING_BLOCK.value, EngagementType.DEDICATED_ENGINEER.value})
_SHARE = Decimal("0.0001")


class Verdict(StrEnum):
    """What becomes of a month's comparison."""

    IN_TOLERANCE = "in_tolerance"
    OUT_OF_TOLERANCE = "out_of_tolerance"
    NOT_JUDGED = "not_judged"  # not over yet, or not wholly after the transition meeting
    UNKNOWN = "unknown"  # forecast or actual is not known


@dataclass(frozen=True, slots=True)
class AccuracyLine:
    """One engagement's month. Amounts in currency units; `error` is the signed share of the forecast.

    `reason` says why a month is unknown or not judged. `days_from` says what tells the days of a fixed fee's
    milestones. `transition` is the day after which a block's or engineer's months count, from what `transition_from`.
    `pushes`: what people said about money that was pushed out of the month, or into it, since it was frozen.
    """

    project: str
    sow: str | None
    title: str
    lead: str | None
    type: str
    month: str
    currency: str | None
    forecast: Decimal | None
    actual: Decimal | None
    error: Decimal | None
    tolerance: Decimal
    verdict: Verdict
    reason: str | None = None
    frozen_as_of: date | None = None
    days_from: tuple[DayFrom, ...] = ()
    transition: date | None = None
    transition_from: str | None = None
    pushes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bias:
    """The mean signed error of the months that were judged: above zero more came than was forecast."""

    key: str
    label: str
    months: int
    out_of_tolerance: int
    mean_error: Decimal | None


@dataclass(frozen=True, slots=True)
class AccuracyReport:
    """All months compared, the bias by type and by engagement. `unfrozen`: months without a forecast to judge."""

    as_of: date
    months: tuple[str, ...]
    lines: tuple[AccuracyLine, ...]
    by_type: tuple[Bias, ...]
    by_engagement: tuple[Bias, ...]
    unfrozen: tuple[str, ...]
    warnings: tuple[str, ...]
    synced_at: datetime | None = None

    def count(self, verdict: Verdict) -> int:
        """How many months have this verdict."""
        return sum(line.verdict is verdict for line in self.lines)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What months are judged by: engagements as they stand, when milestones were completed, rules, as-of."""

    engagements: Mapping[str, Engagement]
    completed_at: Mapping[str, datetime]
    portfolio: Portfolio
    rules: Rules
    as_of: date


def accuracy_of(
    months: Sequence[str], snapshots: Mapping[str, Snapshot | None], evidence: Evidence, warnings: Iterable[str] = ()
) -> AccuracyReport:
    """Each engagement of the forecast that opened each month, judged. `snapshots`: by month, the one to judge by."""
    lines = []
    for month in months:
        snapshot = snapshots.get(month)
        for frozen in snapshot.engagements if snapshot else ():
            lines.append(_line(frozen, month, snapshot.as_of if snapshot else None, evidence))
    judged = [line for line in lines if line.verdict in (Verdict.IN_TOLERANCE, Verdict.OUT_OF_TOLERANCE)]
    types: dict[str, list[AccuracyLine]] = {}
    engagements: dict[str, list[AccuracyLine]] = {}
    for line in judged:
        types.setdefault(line.type, []).append(line)
        engagements.setdefault(line.project, []).append(line)
    days = dict.fromkeys(day for line in lines for day in line.days_from)
    said = (f"Milestones are counted on {DAYS_IN_WORDS[day]}." for day in days if day is not DayFrom.STATE_CHANGE)
    return AccuracyReport(
        as_of=evidence.as_of,
        months=tuple(months),
        lines=tuple(lines),
        by_type=tuple(_bias(key, key.replace("_", " "), of) for key, of in types.items()),
        by_engagement=tuple(_bias(key, of[-1].sow or of[-1].title, of) for key, of in engagements.items()),
        unfrozen=tuple(month for month in months if snapshots.get(month) is None),
        warnings=(*warnings, *said),
        synced_at=evidence.portfolio.synced_at,
    )


def _bias(key: str, label: str, lines: Sequence[AccuracyLine]) -> Bias:
    """Months with a forecast of zero have no error that could be averaged, but they count as in or out."""
    errors = [Fraction(line.error) for line in lines if line.error is not None]
    mean = _share(sum(errors, Fraction(0)) / len(errors)) if errors else None
    return Bias(key, label, len(lines), sum(line.verdict is Verdict.OUT_OF_TOLERANCE for line in lines), mean)


def _share(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(_SHARE, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Actual:
    """What a stretch of days brought in subunits, or why that is unknown."""

    cents: int | None
    reason: str | None = None
    days_from: tuple[DayFrom, ...] = ()


def _line(frozen: FrozenEngagement, month: str, frozen_as_of: date | None, evidence: Evidence) -> AccuracyLine:
    engagement = evidence.engagements.get(frozen.id)
    currency = Currency(frozen.currency, frozen.base_unit) if frozen.currency else None
    policy = evidence.rules.policy
    forecast = frozen.month_total.get(month)
    actual = actual_of(frozen, engagement, (month_start(month), month_end(month)), evidence)
    transition, source = transition_of(engagement) if frozen.type in BLOCKS else (None, None)
    reason = _forecast_unknown(frozen, month) or actual.reason
    error: Decimal | None = None
    tolerance = tolerance_of(frozen.type, policy)
    if forecast is None or actual.cents is None:
        verdict = Verdict.UNKNOWN
    else:
        error = _share(Fraction(actual.cents - forecast, forecast)) if forecast else None
        verdict = judged(forecast, actual.cents, tolerance)
        unfit = _unfit(month, frozen.type, transition, evidence.as_of)
        if unfit is not None:
            verdict, reason = Verdict.NOT_JUDGED, unfit
    return AccuracyLine(
        project=frozen.id,
        sow=frozen.sow,
        title=frozen.title,
        lead=frozen.lead,
        type=frozen.type,
        month=month,
        currency=currency.code if currency else None,
        forecast=currency.maybe(forecast) if currency else None,
        actual=currency.maybe(actual.cents) if currency else None,
        error=error,
        tolerance=tolerance,
        verdict=verdict,
        reason=reason,
        frozen_as_of=frozen_as_of,
        days_from=actual.days_from,
        transition=transition,
        transition_from=source,
    )


def tolerance_of(kind: str, policy: Policy) -> Decimal:
    """How far off a type's month may be, as a share of the forecast."""
    return policy.accuracy_tolerance_blocks if kind in BLOCKS else policy.accuracy_tolerance


def judged(forecast: int, actual: int, tolerance: Decimal) -> Verdict:
    """In tolerance or not, exactly; a forecast of zero with an actual is out of it (rules.md 5)."""
    inside = abs(Fraction(actual - forecast, forecast)) <= Fraction(tolerance) if forecast else actual == 0
    return Verdict.IN_TOLERANCE if inside else Verdict.OUT_OF_TOLERANCE


def _unfit(month: str, kind: str, transition: date | None, as_of: date) -> str | None:
    """Why a month is not judged, though both sides are known."""
    if month_end(month) > as_of:
        return "the month is not over"
    if kind in BLOCKS and transition is not None and month_start(month) <= transition:
        return f"the month is not wholly after the transition of {transition.isoformat()}"
    return None


def transition_of(engagement: Engagement | None) -> tuple[date | None, str | None]:
    """The transition meeting as psdm was told, else the kickoff, and which it is."""
    if engagement is None:
        return None, None
    if engagement.stored.transition is not None:
        return engagement.stored.transition, "stored"
    return engagement.kickoff, None if engagement.kickoff is None else "kickoff"


def _forecast_unknown(frozen: FrozenEngagement, month: str) -> str | None:
    if month not in frozen.month_total:
        return f"the forecast that was frozen did not reach to {month}"
    if frozen.month_total[month] is None:
        return "the forecast was unknown when it was frozen"
    return None


def actual_of(
    frozen: FrozenEngagement, engagement: Engagement | None, days: tuple[date, date], evidence: Evidence
) -> Actual:
    """What the days, half-open, brought of an engagement as it was forecast: time worked, or milestones done."""
    if engagement is None:
        return Actual(None, "the project is archived, led by somebody else, or no longer visible")
    currency = engagement.currency
    if currency is None:
        return Actual(None, f"amounts: the token lacks {FINANCIAL_ACCESS}")
    if (currency.code, currency.base_unit) != (frozen.currency, frozen.base_unit):
        return Actual(None, f"its currency was {frozen.currency or 'unknown'} and is {currency.code} now")
    if engagement.is_fixed_fee != frozen.fixed_fee:
        return Actual(None, "it was sold by hours then and for a fixed fee now, or the other way round")
    return _earned(engagement, days, evidence) if frozen.fixed_fee else _worked(engagement, days, evidence)


def _worked(engagement: Engagement, days: tuple[date, date], evidence: Evidence) -> Actual:
    """The billable time of the days at its own rates, rounded once."""
    if lacking := evidence.portfolio.lacking(Kind.TIME_ENTRIES):
        return Actual(None, f"time entries: {'; '.join(lacking)}")
    exact = Fraction(0)
    for entry in engagement.time_entries:
        if entry.billable is not True or not days[0] <= entry.date_performed < days[1]:
            continue
        if entry.date_performed >= evidence.as_of or is_foreign(entry, engagement.currency):
            continue
        value = entry_value(entry)
        if value is None:
            return Actual(None, f"a billable time entry without a rate: the token lacks {BILL_RATES}")
        exact += value
    return Actual(round_half_even(exact))


def _earned(engagement: Engagement, days: tuple[date, date], evidence: Evidence) -> Actual:
    """The value of the milestones that were done on the days."""
    if lacking := evidence.portfolio.lacking(Kind.STORIES, Kind.BILLING_MILESTONES):
        return Actual(None, f"milestones: {'; '.join(lacking)}")
    done: Iterable[DoneMilestone] = done_milestones(engagement, evidence.completed_at, evidence.rules.zone)
    within = [m for m in done if m.day is not None and days[0] <= m.day < min(days[1], evidence.as_of)]
    told = tuple(dict.fromkeys(m.day_from for m in within if m.day_from is not None))
    return Actual(sum(m.cents for m in within), None, told)
