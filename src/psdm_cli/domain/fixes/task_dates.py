"""FP-02: start and due dates for tasks that lack them, from their neighbours and the project's span.

The rule, in this order; a date that is there is never touched:

- start: the latest due date of the siblings before it (by position), else the parent's start, else the project's.
  A candidate after the task's own due date is passed over; with none left, the start is the due date.
- due: the earliest start of the siblings after it, else the parent's due date, else the project's end. A candidate
  before the start is passed over, and for an open task one before as-of, which would be overdue at once; with none
  left, the due date is the later one of start and as-of.

Only dates that stand in Kantata count as neighbours: two undated tasks in a row get the same span, side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Story


@dataclass(frozen=True, slots=True)
class Proposed:
    """A date for a task and where it comes from, in words."""

    day: date
    source: str


@dataclass(frozen=True, slots=True)
class DateProposal:
    """The dates that a task lacks. A date that it has, or needs not have, is None; so is one that cannot be derived."""

    story: Story
    start: Proposed | None
    due: Proposed | None
    lacks_start: bool
    lacks_due: bool

    @property
    def is_complete(self) -> bool:
        """Whether every date that is lacking is proposed."""
        return (self.start is not None or not self.lacks_start) and (self.due is not None or not self.lacks_due)

    @property
    def why(self) -> str:
        """Where the dates come from."""
        parts = (("start", self.start), ("due", self.due))
        return "; ".join(f"{name} {made.day} ({made.source})" for name, made in parts if made is not None)


def lacks(story: Story, policy: Policy) -> tuple[bool, bool]:
    """Whether a task lacks a start and a due date that it needs (rules.md 4)."""
    needs_start = policy.milestone_needs_start or not is_milestone(story)
    return needs_start and story.start_date is None, story.due_date is None


def proposals(engagement: Engagement, policy: Policy, as_of: date) -> tuple[DateProposal, ...]:
    """A proposal for every open task that lacks a date, in the project's order."""
    return tuple(
        proposal(engagement, story, policy, as_of)
        for story in sorted(engagement.stories, key=_place)
        if not is_completed(story) and any(lacks(story, policy))
    )


def proposal(engagement: Engagement, story: Story, policy: Policy, as_of: date) -> DateProposal:
    """The dates proposed for one task."""
    lacks_start, lacks_due = lacks(story, policy)
    start = _start(engagement, story) if lacks_start else None
    begins = start.day if start is not None else story.start_date
    due = _due(engagement, story, begins, None if is_completed(story) else as_of) if lacks_due else None
    return DateProposal(story, start, due, lacks_start, lacks_due)


def _start(engagement: Engagement, story: Story) -> Proposed | None:
    known = list(_starts(engagement, story))
    due = story.due_date
    fitting = [each for each in known if due is None or each.day <= due]
    if fitting:
        return fitting[0]
    return None if due is None else Proposed(due, "its due date; nothing before it ends earlier")


def _starts(engagement: Engagement, story: Story) -> Iterator[Proposed]:
    before = [each for each in _siblings(engagement, story) if _place(each) < _place(story) and each.due_date]
    if latest := _extreme(((each.due_date, each) for each in before), last=True):
        yield Proposed(latest[0], f"when “{_title(latest[1])}” is due")
    parent = _parent(engagement, story)
    if parent is not None and parent.start_date is not None:
        yield Proposed(parent.start_date, f"the start of “{_title(parent)}”")
    if engagement.workspace.start_date is not None:
        yield Proposed(engagement.workspace.start_date, "the project's start")


def _due(engagement: Engagement, story: Story, start: date | None, not_before: date | None) -> Proposed | None:
    floor = max((day for day in (start, not_before) if day is not None), default=None)
    known = list(_dues(engagement, story))
    fitting = [each for each in known if floor is None or each.day >= floor]
    if fitting:
        return fitting[0]
    if not known or floor is None:
        return None
    return Proposed(floor, "its start" if floor == start else "as-of; what could bound it is over")


def _dues(engagement: Engagement, story: Story) -> Iterator[Proposed]:
    after = [each for each in _siblings(engagement, story) if _place(each) > _place(story) and each.start_date]
    if earliest := _extreme(((each.start_date, each) for each in after), last=False):
        yield Proposed(earliest[0], f"when “{_title(earliest[1])}” starts")
    parent = _parent(engagement, story)
    if parent is not None and parent.due_date is not None:
        yield Proposed(parent.due_date, f"when “{_title(parent)}” is due")
    if engagement.end is not None:
        yield Proposed(engagement.end, "the project's end")


def _extreme(dated: Iterable[tuple[date | None, Story]], *, last: bool) -> tuple[date, Story] | None:
    known = [(day, story) for day, story in dated if day is not None]
    if not known:
        return None
    # of equal days the neighbour nearest by position is named
    key = max if last else min
    day = key(day for day, _ in known)
    nearest = [story for found, story in known if found == day]
    return day, (nearest[-1] if last else nearest[0])


def _siblings(engagement: Engagement, story: Story) -> list[Story]:
    same = [each for each in engagement.stories if each.parent_id == story.parent_id and each.id != story.id]
    return sorted(same, key=_place)


def _parent(engagement: Engagement, story: Story) -> Story | None:
    return engagement.stories_by_id.get(story.parent_id) if story.parent_id is not None else None


def _place(story: Story) -> tuple[int, int, str]:
    """By position; where that is not told, in the order of the ids, as they were made."""
    position = story.position if story.position is not None else 2**31
    return position, int(story.id) if story.id.isdigit() else 0, story.id


def _title(story: Story) -> str:
    return story.title or "(no title)"
