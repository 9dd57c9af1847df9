"""What the looks of psdm today share: deadlines, findings by engagement, an item about one, words to type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from psdm_cli.domain.agenda import Item, Standing
from psdm_cli.domain.cadence import Duty, instant_of
from psdm_cli.domain.dates import WEEK, freeze_monday
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.funds import EngagementForecast


def zone_of(standing: Standing) -> ZoneInfo:
    """Where deadlines are reckoned."""
    return standing.assessment.rules.zone


def about_engagement(engagement: Engagement, item: Item, cents: int | None = None) -> Item:
    """The item as one about an engagement, with money at stake in its currency."""
    currency = engagement.currency
    known = currency is not None and cents is not None
    return replace(
        item,
        subject=engagement.name,
        sow=engagement.sow,
        project=engagement.id,
        lead=engagement.workspace.lead_name,
        amount=currency.amount(abs(cents)) if currency is not None and cents is not None else None,
        currency=currency.code if currency is not None and known else None,
        stake=abs(cents) if known and cents is not None else 0,
    )


def named(engagement: Engagement) -> str:
    """The engagement as a word of a command line: the SOW number, else the id; never a title."""
    return engagement.sow or engagement.id


def open_command(engagement: Engagement) -> str:
    """What to type to see the engagement in Kantata."""
    return f"psdm open {named(engagement)}"


def by_engagement(standing: Standing, found: Iterable[Finding]) -> Iterable[tuple[EngagementForecast, list[Finding]]]:
    """The findings of each engagement that has some."""
    groups: dict[str | None, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.project, []).append(finding)
    for forecast in standing.assessment.forecasts:
        if forecast.engagement.id in groups:
            yield forecast, groups[forecast.engagement.id]


def due_on(standing: Standing, duty: Duty, weeks: int = 0) -> datetime | None:
    """When a duty of the week (or of one that many weeks later) is due; None where a team has none such."""
    when = standing.cadence.get(duty)
    if when is None:
        return None
    return instant_of(freeze_monday(standing.as_of) + weeks * WEEK, when, zone_of(standing))
