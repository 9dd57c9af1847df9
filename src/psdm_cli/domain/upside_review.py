"""The reviews of upside: what converted by itself, what is stale, whose month or quarter is over (domain.md 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from enum import StrEnum

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import Quarter
from psdm_cli.domain.engagements import FieldNames, custom_field
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.milestones import Source, is_answered_yes, is_completed
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import Today
from psdm_cli.domain.upside_sources import in_kantata
from psdm_cli.domain.upside_words import is_over

_SIGNED = re.compile(r"\b(signed|approved|accepted)\b", re.IGNORECASE)
_NOT_YET = re.compile(r"\b(not|awaiting|to be|pending|waiting)\b", re.IGNORECASE)
_REFUSED = re.compile(r"\b(rejected|declined|withdrawn|cancelled)\b", re.IGNORECASE)


class Verdict(StrEnum):
    """What becomes of an entry in a review."""

    CONVERT = "convert"
    PUSH = "push"
    LOST = "lost"
    KEEP = "keep"


class Review(StrEnum):
    """Which review asks: `itself`, since its source changed; else the handbook's weekly, monthly, quarterly one."""

    ITSELF = "itself"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a review says about one entry: the verdict that it proposes, why, and what else may be answered."""

    entry: UpsideEntry
    review: Review
    verdict: Verdict
    reason: str
    choices: tuple[Verdict, ...]

    @property
    def key(self) -> str:
        """By which it is accepted: `12:convert`."""
        return key_of(self.entry, self.verdict)


def key_of(entry: UpsideEntry, verdict: Verdict) -> str:
    """The key of an answer about an entry."""
    return f"{entry.id}:{verdict.value}"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review: the proposals, and what nobody could look at."""

    proposals: tuple[Proposal, ...] = ()
    unseen: tuple[str, ...] = ()

    def accepted(self, key: str) -> tuple[Proposal, Verdict] | None:
        """The proposal and the verdict that a key means; None where no entry waits for it."""
        number, _, word = key.strip().partition(":")
        for each in self.proposals:
            if each.entry.id == number and word in each.choices:
                return each, Verdict(word)
        return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review looks at. `issues`: change orders by their address; None as a value: not there, or hidden.

    An address that is missing could not be asked, and `why_not` says why.
    """

    assessment: Assessment
    today: Today
    zone: tzinfo
    max_age_days: int
    issues: Mapping[str, Issue | None] = field(default_factory=dict)
    why_not: str = ""


EVERY = (Verdict.KEEP, Verdict.CONVERT, Verdict.PUSH, Verdict.LOST)
MOVING = (Verdict.CONVERT, Verdict.PUSH, Verdict.LOST)


def review(entries: Iterable[UpsideEntry], desk: Desk) -> Reviewed:
    """Look at every open entry: at its source first, then at the clocks."""
    proposals: list[Proposal] = []
    unseen: list[str] = []
    for entry in entries:
        if entry.status is not UpsideStatus.OPEN:
            continue
        happened = _happened(entry, desk)
        if happened.unseen:
            unseen.append(f"entry {entry.id}: {happened.unseen}")
        if happened.verdict is not None:
            proposals.append(Proposal(entry, Review.ITSELF, happened.verdict, happened.reason, EVERY))
        elif asked := _asked(entry, desk):
            proposals.append(asked)
    order = list(Review)
    proposals.sort(key=lambda each: (order.index(each.review), int(each.entry.id or 0)))
    return Reviewed(tuple(proposals), tuple(unseen))


def _asked(entry: UpsideEntry, desk: Desk) -> Proposal | None:
    if desk.today.has_ended(entry.quarter):
        return Proposal(entry, Review.QUARTERLY, Verdict.PUSH, f"{entry.quarter} has ended", MOVING)
    if is_over(entry.month, desk.today.as_of):
        return Proposal(entry, Review.MONTHLY, Verdict.PUSH, f"it was expected in {entry.month}, which is over", MOVING)
    last = entry.reviewed_at or entry.at
    if last is None:
        return Proposal(entry, Review.WEEKLY, Verdict.KEEP, "it was never reviewed", EVERY)
    day = last.astimezone(desk.zone).date()
    if desk.today.as_of - day >= timedelta(days=desk.max_age_days):
        return Proposal(entry, Review.WEEKLY, Verdict.KEEP, f"it was reviewed last on {day.isoformat()}", EVERY)
    return None


@dataclass(frozen=True, slots=True)
class _Happened:
    verdict: Verdict | None = None
    reason: str = ""
    unseen: str = ""


def _happened(entry: UpsideEntry, desk: Desk) -> _Happened:
    """What became of an entry's source."""
    if entry.scenario is Scenario.PENDING_CO:
        return _of_change_order(entry, desk)
    if entry.scenario is Scenario.OTHER:
        return _Happened()
    forecast = next((f for f in desk.assessment.forecasts if f.engagement.id == entry.project), None)
    if forecast is None:
        return _Happened(unseen=f"{entry.engagement} is not among the engagements looked at")
    if entry.scenario is Scenario.SOFT_BOOKING:
        return _of_booking(entry, forecast, desk.today.quarter_named(entry.quarter))
    return _of_milestone(entry, forecast, desk)


def _of_booking(entry: UpsideEntry, forecast: EngagementForecast, quarter: Quarter) -> _Happened:
    if forecast.booked is None:
        return _Happened(unseen="the bookings are not visible")
    number = entry.source.partition(":")[2]
    booking = next((each.booking for each in forecast.booked if each.booking.id == number), None)
    if booking is not None:
        return (
            _Happened(Verdict.CONVERT, f"booking {number} of {booking.who} is hard now")
            if booking.hard
            else _Happened()
        )
    who = entry.what.removeprefix("soft booking of ")
    minutes = sum(
        b.booking.spread.minutes_between(quarter.start, quarter.end)
        for b in forecast.booked
        if b.booking.hard and b.booking.who == who
    )
    if entry.hours is not None and minutes >= entry.hours * 60:
        return _Happened(Verdict.CONVERT, f"the soft booking is gone, and hard ones of {who} cover its hours")
    return _Happened(Verdict.LOST, "the soft booking is gone from Kantata, and no hard one covers it")


def _of_milestone(entry: UpsideEntry, forecast: EngagementForecast, desk: Desk) -> _Happened:
    if forecast.milestones is None:
        return _Happened(unseen="the milestones are not visible")
    _, kind, number = (*entry.source.split(":", 2), "", "")[:3]
    engagement, fields = forecast.engagement, desk.assessment.rules.fields
    found = next((m for m in forecast.milestones.open if (m.source.value, m.id) == (kind, number)), None)
    story = engagement.stories_by_id.get((found.story_id if found else number) or "")
    if found is None:
        done = story is not None and kind == Source.STORY.value and is_completed(story)
        invoiced = any(b.id == number and b.invoiced for b in engagement.billing_milestones)
        if done or (invoiced and kind == Source.BILLING_MILESTONE.value):
            return _Happened(Verdict.CONVERT, "the milestone is completed" if done else "the milestone is invoiced")
        return _Happened(Verdict.LOST, "the milestone is gone from Kantata")
    if story is not None and _signed_off(story.custom_fields, fields):
        return _Happened(Verdict.CONVERT, "the milestone's sign-off came back")
    quarter = desk.today.quarter_named(entry.quarter)
    if (
        found.date is not None
        and "due" not in entry.links
        and max(desk.today.as_of, quarter.start) <= found.date < quarter.end
    ):
        return _Happened(Verdict.CONVERT, f"the milestone is dated {found.date.isoformat()} now: it is in the forecast")
    return _Happened()


def _signed_off(custom_fields: tuple[tuple[str, str], ...] | None, fields: FieldNames) -> bool:
    return is_answered_yes(custom_field(custom_fields, fields.signoff_received))


def _of_change_order(entry: UpsideEntry, desk: Desk) -> _Happened:
    url = entry.links.get("change_order", "")
    if url not in desk.issues:
        return _Happened(unseen=desk.why_not or "its change order could not be looked at")
    issue = desk.issues[url]
    if issue is None:
        return _Happened(unseen=f"the change order {url} is not there, or not visible")
    named = f"the change order “{issue.title}”"
    if any(_REFUSED.search(label) for label in issue.labels):
        return _Happened(Verdict.LOST, f"{named} was not agreed")
    agreed = _agreed(issue, entry, desk)
    return _Happened(Verdict.CONVERT, f"{named} {agreed}") if agreed else _Happened()


def _agreed(issue: Issue, entry: UpsideEntry, desk: Desk) -> str:
    """By what a change order shows that it is pending no more, in words; empty while it is."""
    signed = next((text for text in issue.labels if _SIGNED.search(text) and not _NOT_YET.search(text)), None)
    if signed is not None:
        return f"carries {signed}"
    if issue.state == "closed":
        return "is closed"
    every = desk.assessment.all_engagements
    engagement = next((each for each in every if each.id == entry.project), None)
    shown = None if engagement is None else in_kantata(issue.title, engagement, every)
    return "" if shown is None else f"is in Kantata now, as {shown}"


def addresses(entries: Sequence[UpsideEntry]) -> tuple[str, ...]:
    """The change orders that open entries wait for."""
    found = (e.links.get("change_order") for e in entries if e.status is UpsideStatus.OPEN)
    return tuple(dict.fromkeys(url for url in found if url))
