"""What an upside entry may stand for: a soft booking, a milestone, a pending change order; and when it may not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from psdm_cli.domain.dates import Quarter
from psdm_cli.domain.engagements import Booking, Engagement, FieldNames, custom_field
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.milestones import OpenMilestone, Source, is_answered_yes, is_completed, is_milestone
from psdm_cli.domain.money import money_text
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.spreading import value_between
from psdm_cli.domain.upside import Scenario

_ISSUE = re.compile(r"(?P<path>[\w.-]+(?:/[\w.-]+)+)/-/(?:issues|work_items)/(?P<iid>[0-9]+)/?")
_CO_NUMBER = re.compile(r"\b(?:change[ -]?order|CO)[ -]*#?([0-9]+)\b", re.IGNORECASE)


class NotUpsideError(ValueError):
    """A rule forbids this entry; `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Origin:
    """What an entry stands for, and what Kantata says of it. `source`: once a fiscal quarter.

    `hours`, `amount` and `currency` None: not known there. `begins`: the first day of its work, where it has one.
    """

    source: str
    what: str
    links: Mapping[str, str] = field(default_factory=dict)
    hours: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    begins: date | None = None

    @property
    def label(self) -> str:
        """Among others, for a person to choose from."""
        worth = money_text(self.amount, self.currency) if self.amount is not None and self.currency else "unknown worth"
        hours = f"{self.hours.normalize():f} h, " if self.hours is not None else ""
        return f"{self.what}: {hours}{worth}"


def soft_bookings(forecast: EngagementForecast, quarter: Quarter, as_of: date) -> tuple[Origin, ...]:
    """The soft bookings with work in the quarter that is still to come."""
    start = max(quarter.start, as_of)
    soft = (each.booking for each in forecast.booked or () if not each.booking.hard)
    return tuple(_soft(forecast, b, quarter) for b in soft if b.spread.has_minutes_between(start, quarter.end))


def soft_booking(forecast: EngagementForecast, booking_id: str, quarter: Quarter, as_of: date) -> Origin:
    """The soft booking of this id. Raises `NotUpsideError` where it is none, or has no work in the quarter."""
    name = forecast.engagement.name
    booking = next((b.booking for b in forecast.booked or () if b.booking.id == booking_id), None)
    if booking is None:
        raise NotUpsideError(f"{name} has no booking {booking_id} in Kantata.", f"See: psdm booking list {name} --soft")
    if booking.hard:
        raise NotUpsideError(f"Booking {booking_id} of {booking.who} is hard: it is in the forecast already.")
    if not booking.spread.has_minutes_between(max(quarter.start, as_of), quarter.end):
        span = f"{booking.start.isoformat()} to {booking.last.isoformat()}"
        raise NotUpsideError(f"The soft booking of {booking.who} ({span}) has no work to come in {quarter.name}.")
    return _soft(forecast, booking, quarter)


def no_soft_booking(engagement: Engagement, quarter: Quarter) -> NotUpsideError:
    """That there is none, and how to get one."""
    name = engagement.name
    return NotUpsideError(
        f"{name} has no soft booking in {quarter.name}: a soft-booking entry needs a real one in Kantata.",
        f"Request it: psdm booking request {name} --role ROLE --from DATE --to DATE --hours N --soft",
    )


def _soft(forecast: EngagementForecast, booking: Booking, quarter: Quarter) -> Origin:
    money = forecast.currency
    cents = None
    if money is not None and booking.rate is not None:
        cents = value_between(booking.spread, booking.rate, quarter.start, quarter.end)
    return Origin(
        source=f"{Scenario.SOFT_BOOKING.value}:{booking.id}",
        what=f"soft booking of {booking.who}",
        links={"allocation": booking.id},
        hours=known_hours(booking.spread.minutes_between(quarter.start, quarter.end)),
        amount=None if money is None else money.maybe(cents),
        currency=None if money is None else money.code,
        begins=booking.spread.first_day_with_minutes(quarter.start) or booking.start,
    )


def milestones(forecast: EngagementForecast, quarter: Quarter, latest: date) -> tuple[Origin, ...]:
    """The open milestones that may be expected in the quarter."""
    every = forecast.milestones.open if forecast.milestones else ()
    return tuple(_milestone(forecast, each, quarter) for each in every if each.date is None or each.date <= latest)


def milestone(forecast: EngagementForecast, word: str, quarter: Quarter, fields: FieldNames, latest: date) -> Origin:
    """The open milestone of this id (of the task, or of the billing milestone), expected in the quarter.

    One that is due up to the `latest` day may still be pulled in. Raises `NotUpsideError` where it is none, confirmed,
    or due later.
    """
    engagement = forecast.engagement
    kind, _, bare = word.rpartition(":")
    every = forecast.milestones.open if forecast.milestones else ()
    found = next((m for m in every if m.id == bare and kind in ("", m.source.value)), None)
    found = found or next((m for m in every if m.story_id == bare and not kind), None)
    if found is None:
        raise NotUpsideError(_why_no_milestone(engagement, bare), f"See: psdm status {engagement.name}")
    story = engagement.stories_by_id.get(found.story_id or "")
    if story and is_answered_yes(custom_field(story.custom_fields, fields.signoff_received)):
        raise NotUpsideError(f"Milestone “{found.title}”: its sign-off came back, so it is confirmed.")
    if found.date is not None and found.date > latest:
        raise NotUpsideError(
            f"Milestone “{found.title}” is due {found.date}, too long after {quarter.name} to be expected in it.",
            "Add it to the quarter that it is expected in: --quarter.",
        )
    return _milestone(forecast, found, quarter)


def _why_no_milestone(engagement: Engagement, word: str) -> str:
    if not engagement.is_fixed_fee:
        return f"{engagement.name} is no fixed-fee engagement: its milestones bring no revenue."
    story = engagement.stories_by_id.get(word)
    if story is not None and is_completed(story):
        return f"“{story.title}” is completed: it is no upside any more."
    if story is not None and not is_milestone(story):
        return f"“{story.title}” is a task, not a milestone."
    return f"{engagement.name} has no open milestone {word} in Kantata."


def _milestone(forecast: EngagementForecast, found: OpenMilestone, quarter: Quarter) -> Origin:
    money = forecast.currency
    links = {"milestone": found.id}
    if found.source is not Source.STORY:
        links["kind"] = found.source.value
    dated = found.date is not None and max(forecast.as_of, quarter.start) <= found.date < quarter.end
    if found.date is not None and dated:  # it is in the forecast too: a date alone will not convert it
        links["due"] = found.date.isoformat()
    return Origin(
        source=f"{Scenario.MILESTONE.value}:{found.source.value}:{found.id}",
        what=f"milestone {found.title}",
        links=links,
        amount=None if money is None or not found.cents else money.amount(found.cents),
        currency=None if money is None else money.code,
        begins=found.date if dated else None,
    )


@dataclass(frozen=True, slots=True)
class IssueAddress:
    """Where a change order's issue is: the project's path, its number, and the address that it is known by."""

    project: str
    iid: str
    url: str


def issue_address(text: str, instance: str) -> IssueAddress:
    """The issue that an address names. Raises `ValueError` where it is none of this GitLab instance."""
    word = text.strip().partition("#")[0].partition("?")[0]
    base = instance.rstrip("/") + "/"
    inside = word[len(base) :] if word.casefold().startswith(base.casefold()) else ""
    found = _ISSUE.fullmatch(inside)
    if found is None:
        raise ValueError(f"expected the address of an issue, such as {base}GROUP/PROJECT/-/issues/12, not {word!r}")
    return IssueAddress(found["path"], found["iid"], f"{base}{found['path']}/-/issues/{found['iid']}")


def change_order(address: IssueAddress, title: str | None) -> Origin:
    """The change order behind an issue; `title` None where nobody could read it."""
    named = title or f"change order #{address.iid}"
    return Origin(f"{Scenario.PENDING_CO.value}:{address.url}", named, {"change_order": address.url})


def in_kantata(title: str | None, engagement: Engagement, every: Iterable[Engagement]) -> str | None:
    """Where Kantata shows the change order of this title already: a project or milestone of the SOW named for it."""
    asked = _CO_NUMBER.search(title or "")
    if asked is None:
        return None
    for other in every:
        if other.id != engagement.id and (engagement.sow is None or other.sow != engagement.sow):
            continue
        named = [("project", other.title)]
        named += [("milestone", story.title or "") for story in other.stories if is_milestone(story)]
        named += [("billing milestone", each.title or "") for each in other.billing_milestones]
        for kind, text in named:
            if any(found[1] == asked[1] for found in _CO_NUMBER.finditer(text)):
                return f"{kind} “{text}”"
    return None


def other(engagement: Engagement, reason: str) -> Origin:
    """What is upside for a reason of its own: the same sentence is the same source."""
    digest = hashlib.sha256(" ".join(reason.casefold().split()).encode("utf-8", "replace")).hexdigest()[:12]
    return Origin(f"{Scenario.OTHER.value}:{engagement.id}:{digest}", "other revenue")
