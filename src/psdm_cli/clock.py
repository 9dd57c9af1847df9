"""The clock of one run: what day it is for the rules, and what time it really is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """`as_of` is a date in `zone`. `real` is the instant the run began, `now` the same moved to the as-of date.

    Saturday and Sunday belong to the coming Monday: that is a rule of the domain, not of the clock (rules.md 1).
    """

    as_of: date
    real: datetime
    zone: ZoneInfo

    @property
    def now(self) -> datetime:
        """The instant that deadlines are compared with: the as-of date at the real time of day, in `zone`."""
        here = self.real.astimezone(self.zone)
        return (here.replace(tzinfo=None) + timedelta(days=(self.as_of - here.date()).days)).replace(tzinfo=self.zone)

    @property
    def moved(self) -> bool:
        """Whether the as-of date is another day than today: balances are live all the same, which needs a warning."""
        return self.as_of != self.real.astimezone(self.zone).date()


def start_clock(zone: str, as_of: date | None) -> Clock:
    """The clock of a run that begins now."""
    where = ZoneInfo(zone)
    real = datetime.now(UTC)
    return Clock(as_of or real.astimezone(where).date(), real, where)
