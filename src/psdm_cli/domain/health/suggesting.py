"""A colour for each dimension from what both systems say, with reasons and the numbers behind them (domain.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import business_days_in
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.health.dimensions import Dimension, Health, Judged, overall, worst
from psdm_cli.domain.health.raid_log import RaidItem
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.portfolio_rows import budget_colours, schedule_colours
from psdm_cli.domain.steps.common import amount_text, counted, hours_text

KINDS = ("change order", "work at risk", "work exception", "description of work")
NAMED = 3  # items named in a reason; the others are counted


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """An open change order, work at risk, work exception or description of work."""

    kind: str
    title: str
    url: str | None = None
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What GitLab shows. `scope` or `raid` None: it could not be looked at, and `why_not` says why."""

    scope: tuple[ScopeItem, ...] | None = None
    raid: tuple[RaidItem, ...] | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Suggested:
    """All dimensions in their order, and the colour of the whole."""

    dimensions: tuple[Judged, ...]

    @property
    def overall(self) -> Health | None:
        """What follows from those that are known."""
        return overall(each.color for each in self.dimensions)

    def of(self, dimension: Dimension) -> Judged:
        """One of them."""
        return next(each for each in self.dimensions if each.dimension is dimension)


def suggest(assessment: Assessment, forecast: EngagementForecast, seen: Seen) -> Suggested:
    """A suggestion for an engagement; how the client is, nobody but a person can say."""
    return Suggested(
        (
            schedule(assessment, forecast),
            budget(assessment, forecast),
            scope(seen),
            risk(seen),
            Judged(Dimension.CLIENT, None, ("nobody but you knows: happy, engaged, disengaged, frustrated",)),
        )
    )


def schedule(assessment: Assessment, forecast: EngagementForecast) -> Judged:
    """The worst slip of an open milestone, in business days."""
    judged = list(schedule_colours(assessment, forecast))
    if not judged:
        return Judged(Dimension.SCHEDULE, None, ("milestones are not visible to this token",))
    late = [
        business_days_in(day, assessment.as_of, assessment.calendars.holidays)
        for day in _open_days(forecast)
        if day < assessment.as_of
    ]
    open_ones = sum(1 for _ in _open_days(forecast))
    numbers = {"slip_business_days": max(late, default=0), "late_count": len(late), "open_count": open_ones}
    return _judged(Dimension.SCHEDULE, judged, numbers)


def _open_days(forecast: EngagementForecast) -> Iterable[date]:
    for story in forecast.engagement.stories:
        if is_milestone(story) and not is_completed(story) and story.due_date is not None:
            yield story.due_date


def budget(assessment: Assessment, forecast: EngagementForecast) -> Judged:
    """EAC against the price, funds that are not forecast yet, funds that are gone before the work is done."""
    judged = list(budget_colours(assessment, forecast))
    if not judged:
        return Judged(Dimension.BUDGET, None, ("price or value of the bookings is not visible to this token",))
    currency, minutes = forecast.currency, forecast.hard_minutes
    gone = forecast.remaining is not None and forecast.remaining <= 0
    if gone and minutes and not forecast.engagement.is_fixed_fee:
        judged.append((Health.RED, f"the funds are used up, and {hours_text(minutes)} are still booked"))
    share = Fraction(forecast.eac, forecast.budget) if forecast.eac is not None and forecast.budget else None
    numbers = {
        "eac": amount_text(currency, forecast.eac),
        "budget": amount_text(currency, forecast.budget),
        "remaining": amount_text(currency, forecast.remaining),
        "to_forecast": amount_text(currency, forecast.to_forecast),
        "currency": currency.code if currency is not None else None,
        "eac_percent": round(float(share * 100), 1) if share is not None else None,
    }
    return _judged(Dimension.BUDGET, judged, numbers)


def scope(seen: Seen) -> Judged:
    """Green per SOW; yellow while a change is pending; red when one of them is escalated. Disputes only people see."""
    if seen.scope is None:
        return Judged(Dimension.SCOPE, None, (seen.why_not,))
    counts = {f"{kind.replace(' ', '_')}_count": 0 for kind in KINDS}
    for item in seen.scope:
        name = f"{item.kind.replace(' ', '_')}_count"
        counts[name] = counts.get(name, 0) + 1
    if not seen.scope:
        return Judged(Dimension.SCOPE, Health.GREEN, ("no change of scope is open",), counts)
    disputed = [item for item in seen.scope if item.escalated]
    if disputed:
        reasons = (f"{counted(len(disputed), 'change')} of scope escalated: {_named([i.title for i in disputed])}",)
        return Judged(Dimension.SCOPE, Health.RED, reasons, counts)
    said = tuple(
        f"{counted(len(titles), kind)} open: {_named(titles)}"
        for kind in dict.fromkeys(item.kind for item in seen.scope)
        if (titles := [item.title for item in seen.scope if item.kind == kind])
    )
    return Judged(Dimension.SCOPE, Health.YELLOW, said, counts)


def risk(seen: Seen) -> Judged:
    """Green without an open High; yellow with High ones that all have owner and plan; red otherwise, or escalated."""
    if seen.raid is None:
        return Judged(Dimension.RISK, None, (seen.why_not,))
    escalated = [item for item in seen.raid if item.escalated]
    high = [item for item in seen.raid if item.high]
    bare = [item for item in high if item.owner is None or not item.has_plan]
    numbers = {
        "open_count": len(seen.raid),
        "high_count": len(high),
        "high_without_owner_or_plan_count": len(bare),
        "escalated_count": len(escalated),
    }
    judged: list[tuple[Health, str]] = []
    if escalated:
        judged.append((Health.RED, f"{len(escalated)} escalated: {_named([i.title for i in escalated])}"))
    if bare:
        lacking = _named([f"{item.title} ({_lacking(item)})" for item in bare])
        judged.append((Health.RED, f"{len(bare)} High without owner or plan: {lacking}"))
    if len(high) > len(bare):
        kept = [item.title for item in high if item not in bare]
        judged.append((Health.YELLOW, f"{len(kept)} High with owner and plan: {_named(kept)}"))
    if not judged:
        said = f"{counted(len(seen.raid), 'open item')} in the RAID, none High, none escalated"
        judged.append((Health.GREEN, said))
    return _judged(Dimension.RISK, judged, numbers)


def _lacking(item: RaidItem) -> str:
    return " and ".join(
        word for word, lacks in (("no owner", item.owner is None), ("no plan", not item.has_plan)) if lacks
    )


def _judged(dimension: Dimension, judged: Sequence[tuple[Health, str]], numbers: dict[str, Any]) -> Judged:
    """The worst colour; reasons of what is not green, or all of them where everything is."""
    reasons = tuple(reason for colour, reason in judged if colour is not Health.GREEN)
    said = reasons or tuple(reason for _, reason in judged)
    return Judged(dimension, worst(colour for colour, _ in judged), said, numbers)


def _named(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    return ", ".join(f"“{title}”" for title in titles[:NAMED]) + more
