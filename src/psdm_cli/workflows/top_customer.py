"""Top Customer: for each engagement of the week's list notes drafted from both systems (domain.md 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from psdm_cli.domain.dates import week_start
from psdm_cli.domain.portfolio_rows import PortfolioRow, portfolio_rows
from psdm_cli.domain.pushes import GivenReason, Push, PushReason, pushes_of
from psdm_cli.domain.space.parts import value_of
from psdm_cli.domain.top_customer import Entry, Kept, Link, Notes
from psdm_cli.domain.top_customer_progress import Activity, activity_of, drafted_progress
from psdm_cli.domain.upside import UpsideStatus
from psdm_cli.errors import BadAnswer, NotAllowed, NotFound, Unavailable
from psdm_cli.workflows.engagement_status import Seen, scope_changes_in
from psdm_cli.workflows.top_customer_list import Desk, WeekList, meant
from psdm_cli.workflows.top_customer_notes import GivenNotes

if TYPE_CHECKING:
    from psdm_cli.domain.engagements import Engagement

PM = "PM"
WEEK = timedelta(weeks=1)
#: the fields that psdm drafts; the others are the PM's alone
DRAFTED = ("progress", "dri", "contributors", "raid", "epic")


def reasons_given(
    desk: Desk, week: WeekList, notes: dict[str, GivenNotes], options: Iterable[GivenReason], who: str
) -> tuple[PushReason, ...]:
    """Reasons of pushes, from notes and options. Raises `NotFound` for an unknown engagement, or no such push."""
    by_id = {engagement.id: engagement for engagement in week.engagements}
    told = [(by_id[key], months, reason) for key, each in notes.items() for months, reason in each.pushes.items()]
    for option in options:
        named = meant(desk, option.engagement)
        if len(named) != 1:
            raise NotFound(f"--push-reason: {option.engagement!r} is not one of the engagements looked at.")
        told.append((named[0], (option.month_from, option.month_to), option.reason))
    found = []
    for engagement, (was, now), reason in told:
        known = pushes(desk, engagement)
        if not any((push.month_from, push.month_to) == (was, now) for push in known):
            there = "; ".join(push.said for push in known) or "nothing was pushed"
            raise NotFound(f"{engagement.name} has no push from {was} to {now}: {there}.")
        found.append(reason_of(desk, engagement.id, engagement.sow, was, now, reason, who))
    return tuple(found)


def reason_of(  # noqa: PLR0917 - the order reads like a sentence
    desk: Desk, project: str, sow: str | None, was: str, now: str, reason: str, who: str
) -> PushReason:
    """A reason given now."""
    return PushReason(project, sow, was, now, desk.week, reason, who, desk.sources.now)


def pushes(desk: Desk, engagement: Engagement, more: Sequence[PushReason] = ()) -> tuple[Push, ...]:
    """An engagement's pushes since the last frozen week, with the reasons that are stored or given now (`more`)."""
    assessment = desk.prepared.assessment
    if assessment.previous is None:
        return ()
    changes = next((each for each in assessment.changes if each.engagement.id == engagement.id), None)
    reasons = (*desk.sources.store.top_customers.reasons(), *more)
    return pushes_of(changes, assessment.previous.week, assessment.policy.push_reason_above, reasons)


# the entries


def entries(
    desk: Desk, week: WeekList, given: dict[str, GivenNotes], reasons: Sequence[PushReason] = ()
) -> tuple[Entry, ...]:
    """An entry for each engagement: what a file gives, else what was stored this week, else what is drafted."""
    ids = [engagement.id for engagement in week.engagements]
    room = desk.sources.store.top_customers
    stored, earlier = room.latest(ids, desk.week), room.before(ids, desk.week)
    rows = {row.id: row for row in portfolio_rows(desk.prepared.assessment)}
    found = []
    for engagement in week.engagements:
        entry = _drafted(desk, engagement, rows[engagement.id], earlier.get(engagement.id), reasons)
        written = Notes()
        if engagement.id in stored:
            written = stored[engagement.id].notes
        if engagement.id in given:
            written = given[engagement.id].over(written)
        own = frozenset(name for name in DRAFTED if not getattr(written, name))
        found.append(replace(entry, notes=written.over(entry.notes), drafted=own))
    return tuple(found)


def _drafted(
    desk: Desk, engagement: Engagement, row: PortfolioRow, before: Kept | None, reasons: Sequence[PushReason]
) -> Entry:
    seen = desk.look(engagement)
    space, settings = seen.space, desk.settings
    activity, unseen = _activity(desk, engagement, seen)
    raid, epic = (value_of(space.raid), value_of(space.customer_epic)) if space is not None else (None, None)
    notes = Notes(
        progress=drafted_progress(row, activity),
        dri=before.notes.dri if before is not None and before.notes.dri else PM,
        contributors=_contributors(desk, engagement),
        raid=(raid.issue.url or "") if raid is not None else "",
        epic=(epic.url or "") if epic is not None else "",
    )
    changes = None
    if seen.issues is not None:
        found = scope_changes_in(seen.issues, settings.labels.items())
        changes = tuple(Link(each.kind, each.title, each.url) for each in found)
    label = settings.labels["escalated"].name.casefold()
    internal = [each for each in seen.issues or () if label in (name.casefold() for name in each.labels)]
    escalated = tuple(Link("escalated", each.title, each.url) for each in (*seen.escalated, *internal))
    return Entry(
        project=engagement.id,
        sow=engagement.sow,
        title=engagement.title,
        customer=(space.customer if space is not None else None) or engagement.workspace.customer or engagement.title,
        notes=notes,
        pushes=pushes(desk, engagement, reasons),
        upside=_upside(desk, engagement),
        scope_changes=changes,
        escalated=escalated,
        suggested=_suggested(row, len(escalated)),
        before=before,
        unseen=tuple(dict.fromkeys(filter(None, (seen.why_not, unseen)))),
    )


def _activity(desk: Desk, engagement: Engagement, seen: Seen) -> tuple[Activity | None, str]:
    """What happened in the collaboration project in the seven days before as-of, or why that could not be read."""
    project = value_of(seen.space.project) if seen.space is not None else None
    if desk.gitlab is None or project is None:
        return None, ""
    assessment = desk.prepared.assessment
    since = assessment.as_of - WEEK
    start = datetime.combine(since, time(), tzinfo=assessment.rules.zone)
    try:
        issues = desk.gitlab.issues(project=project.id, updated_after=start)
    except (NotAllowed, Unavailable, BadAnswer) as error:
        return None, f"{engagement.name}: the week's activity could not be read: {error.message}"
    return activity_of(issues, since, assessment.as_of, assessment.rules.zone), ""


def _contributors(desk: Desk, engagement: Engagement) -> tuple[str, ...]:
    """Who is hard-booked in the week of as-of, the lead left out."""
    first = week_start(desk.prepared.assessment.as_of)
    names = (
        booking.person
        for booking in engagement.bookings
        if booking.hard and booking.person and booking.spread.has_minutes_between(first, first + WEEK)
    )
    return tuple(name for name in dict.fromkeys(names) if name != engagement.workspace.lead_name)


def _upside(desk: Desk, engagement: Engagement) -> tuple[str, ...]:
    """The sentences of the ledger's open entries, of this fiscal quarter on."""
    quarter = desk.prepared.assessment.quarter.name
    return tuple(
        each.said
        for each in desk.sources.store.upside.list()
        if each.status is UpsideStatus.OPEN
        and each.quarter >= quarter
        and (each.project == engagement.id or (each.sow is not None and each.sow == engagement.sow))
    )


def _suggested(row: PortfolioRow, escalated: int) -> tuple[str, tuple[str, ...]] | None:
    """A colour with its reasons: an escalated item makes it red (domain.md 3.8); never set by psdm itself."""
    urgent = (f"{escalated} escalated",) if escalated else ()
    if row.suggested is None:
        return ("R", urgent) if urgent else None
    return ("R" if urgent else row.suggested.color.value[0].upper()), (*urgent, *row.suggested.reasons)


# keeping


def keep(desk: Desk, week: WeekList, made: Iterable[Entry], reasons: Iterable[PushReason], who: str) -> None:
    """Store the list if it is new, reasons of pushes, and notes that differ from those of the week."""
    room = desk.sources.store.top_customers
    if week.is_new:
        ids = [engagement.id for engagement in week.engagements]
        room.keep_list(desk.scope, desk.week, ids, who=who, at=desk.sources.now)
    for reason in reasons:
        room.give_reason(reason)
    for each in made:
        keep_entry(desk, each, who)


def keep_entry(desk: Desk, entry: Entry, who: str) -> None:
    """Store an entry's notes, unless the week has these very ones."""
    room = desk.sources.store.top_customers
    stored = room.latest([entry.project], desk.week).get(entry.project)
    if stored is None or (stored.notes, stored.text) != (entry.notes, entry.text):
        kept = Kept(entry.project, entry.sow, entry.customer, desk.week, entry.notes, entry.text, who, desk.sources.now)
        room.keep(kept)
