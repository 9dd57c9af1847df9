"""What can be done about a finding: changes ready to be planned, texts to paste, and answers that are still wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.fixes.sign_offs import Move
from psdm_cli.domain.fixes.task_dates import DateProposal
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.records import Story
from psdm_cli.domain.wanted_booking import SenselessError, check_within
from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.coordinator import place

STORY, BILLING = "story", "billing_milestone"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said: days for a task, a milestone's new day, minutes to book."""

    start: date | None = None
    due: date | None = None
    day: date | None = None
    minutes: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return self == Answers()


@dataclass(frozen=True, slots=True)
class Question:
    """An answer that a fix still wants: the field of `Answers`, the option that gives it, and what to ask."""

    field: str
    option: str
    text: str
    default: date | None = None


@dataclass(frozen=True, slots=True)
class FixOption:
    """One way to repair a finding, or like ones of an engagement.

    `name` is a stable word: dates, move, harden, harden-direct, take-out, request, remind, open. With `asks` it is not
    ready: ask, then call for the options again with the answers.
    """

    name: str
    label: str
    changes: tuple[Change, ...] = ()
    drafts: tuple[Draft, ...] = ()
    asks: tuple[Question, ...] = ()
    url: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be planned as it is: something to write or to paste, and nothing left to ask."""
        return not self.asks and bool(self.changes or self.drafts)


def story_change(engagement: Engagement, story: Story, values: Mapping[str, date], why: str) -> Change:
    """A task with these dates (`start_date`, `due_date`); kept where it has them."""
    before = {"start_date": story.start_date, "due_date": story.due_date}
    moved = {name: day for name, day in values.items() if before[name] != day}
    title = story.title or "(no title)"
    said = ", ".join(f"{name.removesuffix('_date')} {day}" for name, day in (moved or values).items())
    return _dates(engagement, STORY, story.id, f"{title}: {said}", moved, {n: before[n] for n in moved}, why)


def move_change(engagement: Engagement, move: Move) -> Change:
    """A milestone, or its billing milestone, on another day; kept where it is there."""
    name = "due_date" if move.source is Source.STORY else "date_to_invoice"
    kind = STORY if move.source is Source.STORY else BILLING
    what = "sign-off date" if move.source is Source.STORY else "date to invoice"
    moved = {} if move.before == move.after else {name: move.after}
    title = f"{move.title}: {what} {move.after}"
    return _dates(engagement, kind, move.id, title, moved, {name: move.before} if moved else {}, move.why)


def _dates(  # noqa: PLR0917 - what, where, from, to
    engagement: Engagement,
    kind: str,
    ident: str,
    title: str,
    after: Mapping[str, date],
    before: Mapping[str, date | None],
    why: str,
) -> Change:
    return Change(
        system="kantata",
        kind=kind,
        action=Action.CHANGE if after else Action.KEEP,
        key=f"{kind}:{ident}",
        title=title,
        place=place(engagement),
        before={name: day.isoformat() if day is not None else None for name, day in before.items()},
        after={name: day.isoformat() for name, day in after.items()},
        id=ident,
        sow=engagement.sow,
        why=why,
    )


def dates_of(proposal: DateProposal) -> dict[str, date]:
    """The proposed dates as attributes of a task."""
    made = {"start_date": proposal.start, "due_date": proposal.due}
    return {name: each.day for name, each in made.items() if each is not None}


def said_dates(engagement: Engagement, story: Story, answers: Answers, proposal: DateProposal) -> dict[str, date]:
    """The dates that a person gave, completed by the proposal. Raises `WrongUsage` for dates that make no sense."""
    due = answers.due or answers.day
    values = dates_of(proposal)
    if answers.start is not None:
        values["start_date"] = answers.start
    if due is not None:
        values["due_date"] = due
    start = values.get("start_date", story.start_date)
    end = values.get("due_date", story.due_date)
    given_start = answers.start is not None
    if start is not None and end is not None and end < start:
        if not given_start and "start_date" in values:
            values["start_date"] = end  # proposed, so it gives way
        elif due is None and "due_date" in values:
            values["due_date"] = start
        else:
            raise WrongUsage(f"--due: {end} lies before the start {start} of “{story.title or '(no title)'}”.")
    within(engagement, answers.start, due, ("--start", "--due"))
    return values


def within(engagement: Engagement, start: date | None, last: date | None, options: tuple[str, str]) -> None:
    """Raise `WrongUsage` for days outside the project."""
    try:
        check_within(engagement, start, last, options=options)
    except SenselessError as error:
        raise WrongUsage(f"{error.option}: {error}.") from None


def merged(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """One change an object: two fixes of the same task become one write. Of two answers for one date the first wins."""
    found: dict[str, Change] = {}
    for change in changes:
        known = found.get(change.key)
        if known is None or known == change:
            found[change.key] = change
        elif change.kind in (STORY, BILLING):
            found[change.key] = _together(known, change)
    return tuple(found.values())


def _together(one: Change, other: Change) -> Change:
    after: dict[str, Any] = {**other.after, **one.after}
    titles = (
        one.title if one.after.items() >= other.after.items() else f"{one.title}, {other.title.rpartition(': ')[2]}"
    )
    return replace(
        one,
        action=Action.CHANGE if after else one.action,
        title=titles,
        before={**other.before, **one.before},
        after=after,
        why="; ".join(dict.fromkeys(part for part in (one.why, other.why) if part)),
    )
