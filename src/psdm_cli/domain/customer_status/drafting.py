"""A weekly status drafted from what happened: issues of the project, milestones, hours, RAID, absences; no money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.customer_status.fields import Draft, Said, Sieve
from psdm_cli.domain.dates import DAY, WEEK, week_name
from psdm_cli.domain.engagements import OTHER_ROLE, Engagement, EngagementType
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.health.raid_log import RaidItem, RaidType
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.steps.common import counted, hours_text

KIND = "status"  # of the marker
MOST = 12  # items of a list; what is more is told as a number
ABSENCES_AHEAD = timedelta(weeks=4)
#: Types of engagement whose hours the customer follows.
BY_HOURS = (
    EngagementType.TIME_AND_MATERIALS,
    EngagementType.CONSULTING_BLOCK,
    EngagementType.DEDICATED_ENGINEER,
)


@dataclass(frozen=True, slots=True)
class Week:
    """The ISO week that is reported, and its days as far as they have come: [monday, until)."""

    monday: date
    until: date
    zone: ZoneInfo

    @property
    def name(self) -> str:
        """For example 2026-W48."""
        return week_name(self.monday)

    def holds(self, moment: datetime | None) -> bool:
        """Whether something happened in it, by the handbook's local days."""
        return moment is not None and self.monday <= moment.astimezone(self.zone).date() < self.until


def week_of(monday: date, as_of: date, zone: ZoneInfo) -> Week:
    """The week of a Monday, until as-of where it has not ended."""
    return Week(monday, max(min(monday + WEEK, as_of + DAY), monday + DAY), zone)


@dataclass(frozen=True, slots=True)
class Activity:
    """What GitLab's project shows. `issues`: those that the customer may read, the log and statuses left out."""

    issues: tuple[Issue, ...]
    raid: tuple[RaidItem, ...]
    in_progress: str  # the label of work that is going on


def readable(issues: Iterable[Issue], log: str | None) -> tuple[Issue, ...]:
    """The issues of work: no confidential one, no RAID log, no status report of ours."""
    return tuple(
        issue
        for issue in issues
        if not issue.confidential
        and issue.id != log
        and not any(kind in (KIND, "raid") for kind, _ in markers_in(issue.description))
    )


def draft(assessment: Assessment, engagement: Engagement, activity: Activity, week: Week, sieve: Sieve) -> Draft:
    """The status of a week, as far as data knows it; what the sieve holds back is told by it."""
    done = [issue for issue in activity.issues if issue.state == "closed" and week.holds(issue.closed_at)]
    going_on = sorted(_next(activity, week), key=lambda issue: (issue.due or date.max, int(issue.iid)))
    raid = [item for item in activity.raid if item.type is not RaidType.DECISION]
    decisions = [item for item in activity.raid if item.type is RaidType.DECISION]
    return Draft(
        overall=sieve.drafted("the overall sentence", _overall(activity, week, len(done))),
        accomplished=_listed(sieve, "a closed issue", done),
        upcoming=_listed(sieve, "an open issue", going_on),
        milestones=sieve.rows("a Kantata milestone", _milestones(engagement, week)),
        hours=sieve.rows("hours of a role", hours_rows(assessment, engagement)),
        attention=sieve.rows(
            "a RAID item",
            ({"type": i.type.value, "item": i.title, "owner": i.owner, "due": i.due} for i in raid[:MOST]),
        ),
        decisions_needed=sieve.rows(
            "a decision", ({"decision": i.title, "by": i.owner, "due": i.due} for i in decisions[:MOST])
        ),
        absences=sieve.rows("an absence", absence_rows(assessment, engagement)),
    )


def _overall(activity: Activity, week: Week, done: int) -> str:
    new = sum(week.holds(issue.created_at) for issue in activity.issues)
    moved = sum(
        week.holds(issue.updated_at) and not week.holds(issue.created_at) and not week.holds(issue.closed_at)
        for issue in activity.issues
    )
    still = sum(issue.state == "opened" for issue in activity.issues)
    if not (done or new or moved):
        return f"No item changed in this week; {counted(still, 'item')} open."
    return f"{counted(done, 'item')} done, {new} new, {moved} moved on in this week; {still} open."


def _next(activity: Activity, week: Week) -> Iterator[Issue]:
    """Open issues in progress, due until the end of the coming week, or begun in this one."""
    ahead = week.monday + 2 * WEEK
    wanted = activity.in_progress.casefold()
    for issue in activity.issues:
        if issue.state != "opened":
            continue
        soon = issue.due is not None and issue.due < ahead
        if soon or wanted in {name.casefold() for name in issue.labels} or week.holds(issue.created_at):
            yield issue


def _listed(sieve: Sieve, what: str, issues: list[Issue]) -> tuple[Said, ...]:
    """Titles with their days, as many as a reader takes in."""
    said = []
    for issue in issues:
        due = f", due {issue.due.isoformat()}" if issue.due is not None and issue.state == "opened" else ""
        text = sieve.drafted(f"{what}, #{issue.iid}", f"{' '.join(issue.title.split())}{due}")
        if text is not None:
            said.append(text)
    more = len(said) - MOST
    if more > 0:
        rest = sieve.drafted(what, f"and {more} more")
        return (*said[:MOST], *([rest] if rest is not None else []))
    return tuple(said)


def _milestones(engagement: Engagement, week: Week) -> Iterator[Mapping[str, str | None]]:
    """Open milestones by day, and those that were finished in this week; never with an amount."""
    found = []
    for story in engagement.stories:
        if not is_milestone(story) or not story.title:
            continue
        done = is_completed(story)
        if done and not week.holds(story.updated_at):
            continue
        started = (story.state or "").casefold() == "started"
        passed = story.due_date is not None and story.due_date < week.until - DAY
        state = "done" if done else "in progress" if started else "open" if passed else "planned"
        found.append((story.due_date or date.max, story.id, story.title, state))
    for day, _, title, state in sorted(found)[:MOST]:
        yield {"milestone": title, "date": None if day == date.max else day.isoformat(), "state": state}


def hours_rows(assessment: Assessment, engagement: Engagement) -> Iterator[Mapping[str, str | None]]:
    """Hours by role for engagements that are sold by the hour: worked so far, booked to come, both together."""
    if engagement.type not in BY_HOURS:
        return
    roles = {
        resource.user_id: engagement.resource_roles.get(resource.id, OTHER_ROLE)
        for resource in engagement.resources
        if resource.user_id is not None
    }
    used: defaultdict[str, Fraction] = defaultdict(Fraction)
    left: defaultdict[str, Fraction] = defaultdict(Fraction)
    for entry in engagement.time_entries if assessment.visible.time_entries else ():
        if entry.billable is not False and entry.date_performed <= assessment.as_of:
            used[roles.get(entry.user_id or "", OTHER_ROLE)] += entry.minutes
    for booking in engagement.hard if assessment.visible.bookings else ():
        left[booking.role] += booking.spread.minutes_between(assessment.as_of, booking.spread.end)
    names = sorted(role for role in {*used, *left} if used[role] or left[role])
    for role in names:
        yield _hours(role, used[role], left[role])
    if len(names) > 1:
        yield _hours("Total", sum(used.values(), Fraction(0)), sum(left.values(), Fraction(0)))


def _hours(role: str, used: Fraction, left: Fraction) -> Mapping[str, str | None]:
    return {
        "role": role,
        "planned": hours_text(used + left),
        "used": hours_text(used),
        "remaining": hours_text(left),
    }


def absence_rows(assessment: Assessment, engagement: Engagement) -> Iterator[Mapping[str, str | None]]:
    """Who of the team is away in the coming weeks: first names and days, never why."""
    first, end = assessment.as_of, assessment.as_of + ABSENCES_AHEAD
    names = {b.user_id: b.person for b in engagement.bookings if b.user_id and b.person and b.last >= first}
    away: defaultdict[str, set[date]] = defaultdict(set)
    for entry in assessment.portfolio.time_off:
        if entry.user_id in names and first <= entry.requested_date < end and entry.hours > 0:
            away[entry.user_id].add(entry.requested_date)
    found = []
    for user, days in away.items():
        for start, last in _stretches(sorted(days)):
            found.append((start, (names[user] or "").split()[0], last))
    for start, name, last in sorted(found):
        yield {"name": name, "from": start.isoformat(), "to": last.isoformat()}


def _stretches(days: list[date]) -> Iterator[tuple[date, date]]:
    """Days together where only a weekend lies between them."""
    start = last = days[0]
    for day in days[1:]:
        between = (last + timedelta(days=n) for n in range(1, (day - last).days))
        if any(each.weekday() < 5 for each in between):
            yield start, last
            start = day
        last = day
    yield start, last
