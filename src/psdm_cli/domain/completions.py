"""Fixed-fee revenue that has been earned: milestones that are done, their value, and the day they were (rules.md 5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.milestones import Source, has_milestone_above, is_completed, is_milestone
from psdm_cli.domain.records import BillingMilestone, Story


class DayFrom(StrEnum):
    """What tells the day a milestone was done."""

    STATE_CHANGE = "state_change"  # Kantata's own record of the task's state: exact
    DUE_DATE = "due_date"
    UPDATED = "updated_at"  # the task was last changed then, so it was completed by then
    INVOICE_DATE = "date_to_invoice"


DAYS_IN_WORDS: Mapping[DayFrom, str] = {
    DayFrom.STATE_CHANGE: "the day of Kantata's state change",
    DayFrom.DUE_DATE: "the due date, because Kantata did not tell the day it was completed",
    DayFrom.UPDATED: "the day of the task's last change, because Kantata did not tell the day it was completed",
    DayFrom.INVOICE_DATE: "the date to invoice, because it is invoiced without a completed task",
}


@dataclass(frozen=True, slots=True)
class DoneMilestone:
    """Revenue that was signed off: `cents` in the engagement's subunits, `day` None where nothing tells it."""

    id: str
    title: str
    cents: int
    source: Source
    day: date | None
    day_from: DayFrom | None


def completed_milestones(engagement: Engagement) -> tuple[Story, ...]:
    """Completed fixed-fee milestone tasks without a milestone above them."""
    return tuple(
        story
        for story in engagement.stories
        if is_milestone(story)
        and story.fixed_fee is True
        and is_completed(story)
        and not has_milestone_above(story, engagement)
    )


def done_milestones(
    engagement: Engagement, completed_at: Mapping[str, datetime], zone: ZoneInfo
) -> tuple[DoneMilestone, ...]:
    """What a fixed-fee engagement earned: the counterpart of its open milestones, by the same replacement (rules.md 3).

    Billing milestones linked to a completed milestone replace its value, invoiced or not. An invoiced one is done also
    where its task is still open, and where it stands alone. Those in another currency are not added.
    """
    linked: defaultdict[str | None, list[BillingMilestone]] = defaultdict(list)
    for billing in engagement.billing_milestones:
        linked[billing.story_id or None].append(billing)
    found: list[DoneMilestone] = []
    for story in completed_milestones(engagement):
        day, known = _completion_day(story, completed_at, zone)
        billings = linked.get(story.id, [])
        if not billings:
            title = story.title or "(no title)"
            cents = story.budget_estimate_in_cents or 0
            found.append(DoneMilestone(story.id, title, cents, Source.STORY, day, known))
        found.extend(_billed(billing, day, known) for billing in billings if _is_own(billing, engagement))
    found.extend(_invoiced(engagement, linked))
    return tuple(found)


def _invoiced(engagement: Engagement, linked: Mapping[str | None, list[BillingMilestone]]) -> Iterator[DoneMilestone]:
    """Invoiced billing milestones of open fixed-fee milestones, and those that stand alone."""
    stories = engagement.stories_by_id
    for story_id, billings in linked.items():
        story = stories.get(story_id) if story_id is not None else None
        if story_id is not None and (
            story is None
            or is_completed(story)
            or not is_milestone(story)
            or story.fixed_fee is not True
            or has_milestone_above(story, engagement)
        ):
            continue
        for billing in billings:
            if billing.invoiced and _is_own(billing, engagement):
                day = billing.date_to_invoice
                if day is not None:
                    yield _billed(billing, day, DayFrom.INVOICE_DATE)
                else:
                    due = story.due_date if story else None
                    yield _billed(billing, due, DayFrom.DUE_DATE if due else None)


def _billed(billing: BillingMilestone, day: date | None, known: DayFrom | None) -> DoneMilestone:
    cents = billing.amount_in_cents or 0
    return DoneMilestone(billing.id, billing.title or "(no title)", cents, Source.BILLING_MILESTONE, day, known)


def _is_own(billing: BillingMilestone, engagement: Engagement) -> bool:
    currency = engagement.currency
    return currency is None or billing.currency is None or billing.currency == currency.code


def _completion_day(
    story: Story, completed_at: Mapping[str, datetime], zone: ZoneInfo
) -> tuple[date | None, DayFrom | None]:
    """The day a task was completed, and what tells it.

    Without a state change: the due date, unless the task was last changed before it: then it was done by that day.
    """
    at = completed_at.get(story.id)
    if at is not None:
        return at.astimezone(zone).date(), DayFrom.STATE_CHANGE
    updated = story.updated_at.astimezone(zone).date() if story.updated_at else None
    due = story.due_date
    if due is not None and (updated is None or due <= updated):
        return due, DayFrom.DUE_DATE
    return updated, DayFrom.UPDATED if updated is not None else None
