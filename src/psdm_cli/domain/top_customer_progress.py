"""The progress line that is drafted for the Top Customer report: the week's issues and the engagement's stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.portfolio_rows import PortfolioRow
from psdm_cli.domain.top_customer import PROGRESS_LENGTH

TITLE_LENGTH = 40
STATUS_TITLE = "Status - week"  # how the customer's status of a week begins; writing it is no work on the project


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened to a project's issues in a week: the titles of those closed, how many others were worked on."""

    closed: tuple[str, ...]
    touched: int


def activity_of(issues: Iterable[Issue], since: date, as_of: date, zone: ZoneInfo) -> Activity:
    """The issues closed on days from `since` to `as_of`, the latest first, and the number of others changed then."""
    closed: list[tuple[datetime, str]] = []
    touched = 0
    for issue in issues:
        if issue.title.startswith(STATUS_TITLE):
            continue
        if issue.closed_at is not None and since <= issue.closed_at.astimezone(zone).date() <= as_of:
            closed.append((issue.closed_at, " ".join(issue.title.split())))
        elif issue.updated_at is not None and since <= issue.updated_at.astimezone(zone).date() <= as_of:
            touched += 1
    return Activity(tuple(title for _, title in sorted(closed, reverse=True)), touched)


def drafted_progress(row: PortfolioRow, activity: Activity | None) -> str:
    """One line of at most 200 characters: status, the week, how far, what is next; what does not fit is left out."""
    pieces = [row.status or "Status unknown", *_week(activity)]
    if row.burn is not None:
        pieces.append(f"{_percent(row.burn)} of the budget used")
    if row.time_elapsed is not None:
        pieces.append(f"{_percent(row.time_elapsed)} of the time gone")
    if row.next_milestone is not None:
        pieces.append(f"next: {_short(row.next_milestone.title)}, {row.next_milestone.date.isoformat()}")
    line = pieces[0]
    for piece in pieces[1:]:
        if len(line) + len(piece) + 2 <= PROGRESS_LENGTH:
            line = f"{line}; {piece}"
    return line[:PROGRESS_LENGTH]


def _week(activity: Activity | None) -> Iterable[str]:
    if activity is None:
        return
    if activity.closed:
        many = "" if len(activity.closed) == 1 else "s"
        named = ", ".join(f"“{_short(title)}”" for title in activity.closed[:2])
        yield f"{len(activity.closed)} issue{many} closed this week: {named}"
    if activity.touched:
        many = "" if activity.touched == 1 else "s"
        yield (
            f"{activity.touched} worked on"
            if activity.closed
            else f"{activity.touched} issue{many} worked on this week"
        )
    if not activity.closed and not activity.touched:
        yield "no issue moved this week"


def _percent(share: object) -> str:
    return f"{float(str(share)) * 100:.0f} %"


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1].rstrip()}…"
