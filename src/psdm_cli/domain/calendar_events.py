"""What a calendar is told: weekly deadlines that recur, closings of months and quarters, clocks of engagements.

An event's identity never changes with its text or date, so that a calendar replaces what it had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.domain.cadence_schedule import Scheduled

if TYPE_CHECKING:
    from psdm_cli.domain.agenda import Item

HOST = "psdm.cadence"
#: kinds of items on the agenda that are a clock of an engagement or the quarter, not a duty of the week
CLOCKS = frozenset({"milestone", "expiry", "two-months", "acceptance", "risk", "funds", "gap"})


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A deadline in a calendar. `start` in the handbook's zone; `weekly`: it recurs on that day of the week."""

    uid: str
    start: datetime
    summary: str
    description: str
    weekly: bool = False
    category: str = ""


def scheduled_events(rows: Iterable[Scheduled]) -> tuple[CalendarEvent, ...]:
    """The events of a schedule; what has no moment of its own, such as "every week", has none."""
    found = []
    for row in rows:
        if row.due is None or (row.moment is None and row.period is None):
            continue
        uid = f"{row.id}@{HOST}" if row.moment is not None else f"{row.id}.{row.period}@{HOST}"
        text = f"Who: {row.wording.who}\nDepends on it: {row.wording.serves}\nRule: {row.when}"
        period = f" ({row.period})" if row.period is not None else ""
        found.append(
            CalendarEvent(uid, row.due, row.wording.what + period, text, row.moment is not None, row.rhythm.value)
        )
    return tuple(found)


def is_clock(item: Item) -> bool:
    """Whether an item of the agenda is a clock with a date."""
    return item.due is not None and item.id.partition(":")[0] in CLOCKS


def clock_events(items: Iterable[Item]) -> tuple[CalendarEvent, ...]:
    """The clocks among the items of an agenda. Money stays out: calendars are shared."""
    found: dict[str, CalendarEvent] = {}
    for item in items:
        if item.due is None or not is_clock(item):
            continue
        uid = f"{item.id.replace(':', '.')}@{HOST}"
        text = f"{item.what}\nType: {item.command}"
        found[uid] = CalendarEvent(uid, item.due, f"{item.subject}: {item.what}", text, category="clock")
    return tuple(found.values())
