"""A booking as somebody wants it: whether it makes sense, what is unusual about it, and its share of a capacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from psdm_cli.domain.capacity import Calendars, Minutes
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagements import Engagement, senseless
from psdm_cli.domain.matching import said
from psdm_cli.domain.money import round_half_even
from psdm_cli.domain.staffing import Agenda, free_time

MOST_HOURS = Decimal(100_000)


class SenselessError(ValueError):
    """An answer that cannot be meant; `option` names it."""

    def __init__(self, option: str, sentence: str) -> None:
        super().__init__(sentence)
        self.option = option


def minutes_of(hours: Decimal, option: str = "--hours") -> int:
    """Hours as whole minutes. Raises `SenselessError` for zero, less, or what is no number of hours at all."""
    if not hours.is_finite() or hours > MOST_HOURS:
        raise SenselessError(option, f"{hours} is no number of hours")
    minutes = round_half_even(Fraction(hours) * 60)
    if minutes <= 0:
        raise SenselessError(option, f"expected more than 0 hours, not {hours:f}")
    return minutes


def check_dates(start: date, last: date, *, options: tuple[str, str] = ("--from", "--to")) -> None:
    """Raise `SenselessError` for a booking that ends before it starts, or is longer than anybody plans."""
    if last < start:
        raise SenselessError(options[1], f"{last} lies before the start {start}")
    if reason := senseless(start, last):
        raise SenselessError(options[1], reason)


def check_within(engagement: Engagement, start: date | None, last: date | None, *, options: tuple[str, str]) -> None:
    """Raise `SenselessError` for days outside the project, as far as its dates are known."""
    begins, ends = engagement.workspace.start_date, engagement.end
    if start is not None and begins is not None and start < begins:
        raise SenselessError(options[0], f"{start} lies before the start of {engagement.name} ({begins})")
    if last is not None and ends is not None and last > ends:
        raise SenselessError(options[1], f"{last} lies after the end of {engagement.name} ({ends})")
    if start is not None and ends is not None and start > ends:
        raise SenselessError(options[0], f"{start} lies after the end of {engagement.name} ({ends})")
    if last is not None and begins is not None and last < begins:
        raise SenselessError(options[1], f"{last} lies before the start of {engagement.name} ({begins})")


@dataclass(frozen=True, slots=True)
class Share:
    """Minutes as a whole percentage of a capacity, which is all that a resource request can say."""

    percent: int
    minutes: Fraction

    def is_exact(self, wanted: int) -> bool:
        """Whether the percentage says the wanted minutes to the hour."""
        return abs(self.minutes - wanted) < 60


def share_of(calendars: Calendars, user_id: str | None, start: date, last: date, minutes: int) -> Share | None:
    """The nearest whole percentage (at least 1); None where there is no capacity to take a share of."""
    capacity = calendars.capacity_between(user_id, start, last + DAY)
    if not capacity:
        return None
    percent = max(1, round_half_even(Fraction(minutes * 100) / capacity))
    return Share(percent, Fraction(capacity) * percent / 100)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking as it is to be: `start` and `last` inclusive, `minutes` in total. `user_id` None: nobody named."""

    role: str
    start: date
    last: date
    minutes: int
    hard: bool
    user_id: str | None = None
    person: str | None = None

    @property
    def who(self) -> str:
        """Whose booking it would be, in words."""
        return self.person or f"unnamed {self.role}"

    @property
    def said(self) -> str:
        """Dates, hours and kind in words."""
        return f"{self.start} to {self.last}, {said(self.minutes)} {'hard' if self.hard else 'soft'}"


def doubts(
    wanted: Wanted, calendars: Calendars, agenda: Agenda, *, instead_of: str | None = None, as_of: date | None = None
) -> Iterator[str]:
    """What is unusual about a wanted booking, in sentences. `instead_of`: the booking that it replaces."""
    capacity: Minutes = calendars.capacity_between(wanted.user_id, wanted.start, wanted.last + DAY)
    if not capacity:
        yield f"{wanted.who} has no working time from {wanted.start} to {wanted.last}."
    elif wanted.minutes > capacity:
        yield (
            f"{said(wanted.minutes)} are more than the {said(capacity)} that {wanted.who} has from "
            f"{wanted.start} to {wanted.last}."
        )
    elif wanted.user_id is not None:
        others = [
            each for each in agenda.get(wanted.user_id, ()) if instead_of is None or each.booking_id != instead_of
        ]
        time = free_time(calendars, wanted.user_id, others, wanted.start, wanted.last + DAY)
        if time.free < wanted.minutes:
            yield (
                f"{wanted.who} has {said(time.free)} free from {wanted.start} to {wanted.last} at most, "
                f"and {said(wanted.minutes)} are wanted."
            )
    if as_of is not None and wanted.start < as_of:
        yield f"The booking begins in the past ({wanted.start})."
