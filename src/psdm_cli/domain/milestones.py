"""Fixed fee: which milestones make an engagement's revenue, when, and what is odd about them (rules.md 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psdm_cli.domain.engagements import Engagement, FieldNames, custom_field
from psdm_cli.domain.records import BillingMilestone, Story

NO_ANSWERS = frozenset({"", "no", "n", "false", "0", "none", "-"})


class Source(StrEnum):
    """Which record an open milestone's value and date come from."""

    STORY = "story"
    BILLING_MILESTONE = "billing_milestone"


@dataclass(frozen=True, slots=True)
class OpenMilestone:
    """Revenue still to be signed off: `cents` in the engagement's subunits, dated or not."""

    id: str
    title: str
    date: date | None
    cents: int
    source: Source
    story_id: str | None = None


class Oddity(StrEnum):
    """What may be wrong with a milestone; each is a finding."""

    NO_AMOUNT = "no-amount"
    OTHER_CURRENCY = "other-currency"
    LINKED_ELSEWHERE = "linked-elsewhere"
    SIGNED_OFF_BUT_OPEN = "signed-off-but-open"


@dataclass(frozen=True, slots=True)
class OddMilestone:
    """A milestone that needs a look, and what its amount would be."""

    oddity: Oddity
    id: str
    title: str
    cents: int | None
    date: date | None
    source: Source
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Milestones:
    """An engagement's open milestones and the odd ones."""

    open: tuple[OpenMilestone, ...]
    odd: tuple[OddMilestone, ...]


def is_completed(story: Story) -> bool:
    """Whether a story is done; open = not completed (rules.md 1)."""
    return (story.state or "").casefold() == "completed"


def is_milestone(story: Story) -> bool:
    """Whether a story is of type milestone."""
    return (story.story_type or "").casefold() == "milestone"


def is_answered_yes(text: str | None) -> bool:
    """Whether a sign-off field says that it happened: a date or any word but no."""
    return (text or "").strip().casefold() not in NO_ANSWERS


def milestone_stories(engagement: Engagement) -> tuple[Story, ...]:
    """Open fixed-fee milestone stories without a milestone above them, whatever their billing milestones."""
    return tuple(
        story
        for story in engagement.stories
        if is_milestone(story)
        and story.fixed_fee is True
        and not is_completed(story)
        and not has_milestone_above(story, engagement)
    )


def has_milestone_above(story: Story, engagement: Engagement) -> bool:
    """A milestone ancestor counts whatever its state or depth; archived or deleted ones are not in the list."""
    known = engagement.stories_by_id
    return any(ancestor in known and is_milestone(known[ancestor]) for ancestor in _ancestors(story, engagement))


def _ancestors(story: Story, engagement: Engagement) -> Iterable[str]:
    if story.ancestor_ids is not None:
        yield from story.ancestor_ids
    seen = {story.id}
    parent = story.parent_id
    while parent is not None and parent not in seen:  # a circle of parents must not hang the forecast
        yield parent
        seen.add(parent)
        above = engagement.stories_by_id.get(parent)
        parent = above.parent_id if above else None


def open_milestones(engagement: Engagement, fields: FieldNames) -> Milestones:
    """The open milestones of a fixed-fee engagement (rules.md 3). Without a currency amounts mean nothing."""
    linked: defaultdict[str | None, list[BillingMilestone]] = defaultdict(list)
    for billing in engagement.billing_milestones:
        linked[billing.story_id or None].append(billing)

    found: list[OpenMilestone] = []
    odd: list[OddMilestone] = []
    for story in milestone_stories(engagement):
        billings = linked.pop(story.id, [])
        uninvoiced = [billing for billing in billings if not billing.invoiced]
        if billings:
            for billing in uninvoiced:
                _count_billing(engagement, billing, billing.date_to_invoice or story.due_date, found, odd)
        else:
            _count_story(story, found, odd)
        if (uninvoiced or not billings) and is_answered_yes(custom_field(story.custom_fields, fields.signoff_received)):
            cents = story.budget_estimate_in_cents
            title = _title(story.title)
            odd.append(OddMilestone(Oddity.SIGNED_OFF_BUT_OPEN, story.id, title, cents, story.due_date, Source.STORY))
    for story_id, billings in linked.items():  # what stands alone, and what hangs on any other story
        for billing in (billing for billing in billings if not billing.invoiced):
            if story_id is None:
                _count_billing(engagement, billing, billing.date_to_invoice, found, odd)
            else:
                odd.append(_linked_elsewhere(engagement, billing, story_id))
    return Milestones(tuple(found), tuple(odd))


def _count_story(story: Story, found: list[OpenMilestone], odd: list[OddMilestone]) -> None:
    cents = story.budget_estimate_in_cents
    title = _title(story.title)
    if cents is None:
        odd.append(OddMilestone(Oddity.NO_AMOUNT, story.id, title, None, story.due_date, Source.STORY))
    found.append(OpenMilestone(story.id, title, story.due_date, cents or 0, Source.STORY, story.id))


def _count_billing(
    engagement: Engagement,
    billing: BillingMilestone,
    day: date | None,
    found: list[OpenMilestone],
    odd: list[OddMilestone],
) -> None:
    title = _title(billing.title)
    cents = billing.amount_in_cents
    currency = engagement.currency
    source = Source.BILLING_MILESTONE
    if currency is not None and billing.currency is not None and billing.currency != currency.code:
        odd.append(OddMilestone(Oddity.OTHER_CURRENCY, billing.id, title, cents, day, source, billing.currency))
        return
    if cents is None:
        odd.append(OddMilestone(Oddity.NO_AMOUNT, billing.id, title, None, day, source))
    found.append(OpenMilestone(billing.id, title, day, cents or 0, Source.BILLING_MILESTONE, billing.story_id))


def _linked_elsewhere(engagement: Engagement, billing: BillingMilestone, story_id: str) -> OddMilestone:
    story = engagement.stories_by_id.get(story_id)
    if story is None:
        why = "a task that is archived, deleted or not visible"
    elif is_completed(story):
        why = f"“{_title(story.title)}”, which is completed"
    elif not is_milestone(story) or story.fixed_fee is not True:
        why = f"“{_title(story.title)}”, which is no fixed-fee milestone"
    else:
        why = f"“{_title(story.title)}”, which lies under another milestone"
    day = billing.date_to_invoice or (story.due_date if story else None)
    source = Source.BILLING_MILESTONE
    title = _title(billing.title)
    return OddMilestone(Oddity.LINKED_ELSEWHERE, billing.id, title, billing.amount_in_cents, day, source, why)


def _title(text: str | None) -> str:
    return text or "(no title)"
