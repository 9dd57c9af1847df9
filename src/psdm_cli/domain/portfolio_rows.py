"""One line an engagement: how far, how much, how long still, and the health it deserves (interface.md 4, portfolio)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import business_days_in
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.funds import EngagementForecast, runway_until
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.money import money_text
from psdm_cli.domain.records import Kind, Story
from psdm_cli.domain.steps.health_reports import latest_report, local_date

SLIP_YELLOW_AFTER = 5  # business days (domain.md 3.8)
SLIP_RED_AFTER = 10


class Health(StrEnum):
    """The colour of a health report."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """The first uncovered stretch of any role, [gap_from, until)."""

    role: str
    gap_from: date
    until: date


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """The open milestone with the earliest due date; it may lie in the past."""

    id: str
    title: str
    date: date


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The latest health report, by the handbook's local date."""

    color: str | None
    date: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A colour with its reasons; a suggestion, never set silently (domain.md 3.8)."""

    color: Health
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """An engagement at a glance. Amounts in currency units; shares of one with four decimals; None is unknown."""

    id: str
    sow: str | None
    title: str
    lead: str | None
    type: str
    status: str | None
    end: date | None
    time_elapsed: Decimal | None
    burn: Decimal | None
    currency: str | None
    eac: Decimal | None
    to_forecast: Decimal | None
    runway: date | None
    coverage_gap: CoverageGap | None
    coverage_known: bool
    next_milestone: NextMilestone | None
    health: HealthReport | None
    suggested: Suggestion | None


def portfolio_rows(assessment: Assessment) -> tuple[PortfolioRow, ...]:
    """One row an engagement, in the order of the assessment."""
    return tuple(_row(assessment, forecast) for forecast in assessment.forecasts)


def _row(assessment: Assessment, forecast: EngagementForecast) -> PortfolioRow:
    engagement, currency = forecast.engagement, forecast.currency
    gaps = assessment.coverage[engagement.id]
    report = latest_report(engagement) if assessment.portfolio.can_see(Kind.STATUS_REPORTS) else None
    written = local_date(report, assessment) if report else None
    return PortfolioRow(
        id=engagement.id,
        sow=engagement.sow,
        title=engagement.title,
        lead=engagement.workspace.lead_name,
        type=engagement.type.value,
        status=engagement.status,
        end=engagement.end,
        time_elapsed=_elapsed(engagement, assessment.as_of),
        burn=_share(forecast.burn),
        currency=currency.code if currency else None,
        eac=currency.maybe(forecast.eac) if currency else None,
        to_forecast=currency.maybe(forecast.to_forecast) if currency else None,
        runway=runway_until(forecast, assessment.policy, assessment.visible),
        coverage_gap=min(
            (CoverageGap(role, g.gap_from, g.until) for role, g in (gaps or {}).items() if g.gap_from and g.until),
            key=lambda gap: gap.gap_from,
            default=None,
        ),
        coverage_known=gaps is not None,
        next_milestone=_next_milestone(engagement),
        health=HealthReport(report.color, written) if report and written else None,
        suggested=suggestion(assessment, forecast),
    )


def _share(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)


def _elapsed(engagement: Engagement, as_of: date) -> Decimal | None:
    """Share of the days from start to end that have gone; more than one when the end is past."""
    start, end = engagement.workspace.start_date, engagement.end
    if start is None or end is None or end <= start:
        return None
    return _share(max(Fraction(0), Fraction((as_of - start).days, (end - start).days)))


def _open_milestones(engagement: Engagement) -> Iterable[tuple[date, Story]]:
    for story in engagement.stories:
        if is_milestone(story) and not is_completed(story) and story.due_date is not None:
            yield story.due_date, story


def _next_milestone(engagement: Engagement) -> NextMilestone | None:
    dated = sorted(_open_milestones(engagement), key=lambda item: (item[0], item[1].id))
    if not dated:
        return None
    day, story = dated[0]
    return NextMilestone(story.id, story.title or "(no title)", day)


def suggestion(assessment: Assessment, forecast: EngagementForecast) -> Suggestion | None:
    """Budget and schedule judged by domain.md 3.8; None where neither can be known.

    Overall: green when all are, red with two reds, yellow in between (one red may have a fix at the PM's level).
    """
    judged = [*budget_colours(assessment, forecast), *schedule_colours(assessment, forecast)]
    if not judged:
        return None
    colours = [colour for colour, _ in judged]
    worst = Health.GREEN
    if colours.count(Health.RED) > 1:
        worst = Health.RED
    elif Health.RED in colours or Health.YELLOW in colours:
        worst = Health.YELLOW
    reasons: Sequence[str] = [reason for colour, reason in judged if colour is not Health.GREEN]
    return Suggestion(worst, tuple(reasons) or tuple(reason for _, reason in judged))


def budget_colours(assessment: Assessment, forecast: EngagementForecast) -> Iterable[tuple[Health, str]]:
    """The budget's colour with its reason; nothing where price or EAC is unknown."""
    policy, currency = assessment.policy, forecast.currency
    if currency is None or forecast.eac is None or not forecast.budget:
        return
    share = Fraction(forecast.eac, forecast.budget)
    percent = f"EAC is {round(share * 100)} % of the price"
    if share > Fraction(policy.health_red_eac):
        yield Health.RED, percent
    elif share > Fraction(policy.health_yellow_eac):
        yield Health.YELLOW, percent
    elif forecast.to_forecast is not None and currency.amount(forecast.to_forecast) > policy.funds_tolerance:
        yield Health.YELLOW, f"{money_text(currency.amount(forecast.to_forecast), currency.code)} not forecast"
    else:
        yield Health.GREEN, percent


def schedule_colours(assessment: Assessment, forecast: EngagementForecast) -> Iterable[tuple[Health, str]]:
    """The schedule's colour with its reason; nothing where milestones are not visible."""
    if not assessment.visible.stories:
        return
    late = [
        (business_days_in(day, assessment.as_of, assessment.calendars.holidays), story.title or "(no title)")
        for day, story in _open_milestones(forecast.engagement)
        if day < assessment.as_of
    ]
    slip, title = max(late, default=(0, ""))
    if slip > SLIP_RED_AFTER:
        yield Health.RED, f"milestone “{title}” is {slip} business days late"
    elif slip > SLIP_YELLOW_AFTER:
        yield Health.YELLOW, f"milestone “{title}” is {slip} business days late"
    else:
        yield Health.GREEN, "no milestone is more than five business days late"
