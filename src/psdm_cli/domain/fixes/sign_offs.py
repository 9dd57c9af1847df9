"""Moving the sign-off date of a fixed-fee milestone: which record rules the date (rules.md 3), and what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.records import BillingMilestone, Story


class AmbiguousMilestoneError(ValueError):
    """Several instalments carry dates of their own: one of them must be named."""


@dataclass(frozen=True, slots=True)
class Move:
    """One record whose date changes: a story's `due_date` or a billing milestone's `date_to_invoice`."""

    source: Source
    id: str
    title: str
    before: date | None
    after: date
    why: str


def moves(engagement: Engagement, source: Source, ident: str, day: date) -> tuple[Move, ...]:
    """What changes so that a milestone falls on `day`; empty when it is not there any more.

    Uninvoiced billing milestones replace their story in the forecast, each in the month of its own date. One without a
    date follows the story's. So a billing milestone with a date is moved itself, and its story with it, because the
    Task Tracker's sign-off date is the story's. Raises `AmbiguousMilestoneError` for a story with several dated ones.
    """
    if source is Source.BILLING_MILESTONE:
        billing = next((each for each in engagement.billing_milestones if each.id == ident), None)
        return () if billing is None else _billing(engagement, billing, day)
    story = engagement.stories_by_id.get(ident)
    if story is None:
        return ()
    linked = [each for each in engagement.billing_milestones if each.story_id == ident and not each.invoiced]
    dated = [each for each in linked if each.date_to_invoice is not None]
    if len(dated) > 1:
        names = ", ".join(f"{each.title or '(no title)'} on {each.date_to_invoice} (id {each.id})" for each in dated)
        raise AmbiguousMilestoneError(f"“{_title(story)}” is billed in several instalments: {names}")
    if dated:
        return (_of_billing(dated[0], day), _of_story(story, day, "the sign-off date in the Task Tracker goes with it"))
    reason = "the billing milestone has no date of its own, so the task's rules" if linked else "the task's date rules"
    return (_of_story(story, day, reason),)


def _billing(engagement: Engagement, billing: BillingMilestone, day: date) -> tuple[Move, ...]:
    story = engagement.stories_by_id.get(billing.story_id) if billing.story_id is not None else None
    if story is None:
        return (_of_billing(billing, day),)
    siblings = [
        each
        for each in engagement.billing_milestones
        if each.story_id == story.id and each.id != billing.id and not each.invoiced
    ]
    if billing.date_to_invoice is None and not siblings:
        return (_of_story(story, day, "the billing milestone has no date of its own, so the task's rules"),)
    if siblings:  # the task's date is not this instalment's alone
        return (_of_billing(billing, day),)
    return (_of_billing(billing, day), _of_story(story, day, "the sign-off date in the Task Tracker goes with it"))


def _of_billing(billing: BillingMilestone, day: date) -> Move:
    why = "an uninvoiced billing milestone rules the month of its story"
    if billing.story_id is None:
        why = "it stands alone in the billing schedule"
    return Move(Source.BILLING_MILESTONE, billing.id, billing.title or "(no title)", billing.date_to_invoice, day, why)


def _of_story(story: Story, day: date, why: str) -> Move:
    return Move(Source.STORY, story.id, _title(story), story.due_date, day, why)


def _title(story: Story) -> str:
    return story.title or "(no title)"
