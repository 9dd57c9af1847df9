"""What may be changed of an upside entry: edit, convert, push, close; a closed one or an ended quarter may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psdm_cli.domain.dates import Quarter, month_of
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_sources import NotUpsideError
from psdm_cli.domain.upside_words import is_over, month, quarter, quarter_of_month

EDITABLE = ("hours", "amount", "currency", "quarter", "month", "probability", "reason")
_UNSHOWN = frozenset({"id", "at", "who", "reviewed_at", "source", "project", "links", "what", "engagement", "sow"})


@dataclass(frozen=True, slots=True)
class Period:
    """When an entry is expected: a fiscal quarter and one of its months."""

    quarter: str
    month: str


@dataclass(frozen=True, slots=True)
class Today:
    """The day that the rules look from, and the month that the fiscal year begins in."""

    as_of: date
    fiscal_year_start: int

    def quarter_named(self, name: str) -> Quarter:
        """The quarter of this name. Raises `ValueError`."""
        return quarter(name, self.fiscal_year_start)

    def has_ended(self, name: str) -> bool:
        """Whether a quarter has ended."""
        return self.quarter_named(name).end <= self.as_of


def period(today: Today, quarter_name: str | None, month_name: str | None, *, usual: date) -> Period:
    """The quarter and month that were told; what was not follows from the other, else from the `usual` day.

    Raises `ValueError` where they contradict each other, `NotUpsideError` for a quarter or month that ended.
    """
    named = None if quarter_name is None else today.quarter_named(quarter_name)
    if month_name is not None:
        month(month_name)
        of_month = quarter_of_month(month_name, today.fiscal_year_start)
        if named is not None and named != of_month:
            raise ValueError(f"{month_name} lies in {of_month.name}, not in {named.name}")
        named = of_month
    if named is None:
        named = today.quarter_named(_quarter_name(usual, today))
    if named.end <= today.as_of:
        raise NotUpsideError(f"{named.name} ended on {named.last_day.isoformat()}: nothing is added to it any more.")
    if month_name is not None and is_over(month_name, today.as_of):
        raise NotUpsideError(
            f"{month_name} is over (as of {today.as_of.isoformat()}): nothing can land in it any more."
        )
    within = min(max(usual, today.as_of, named.start), named.last_day)
    return Period(named.name, month_name or month_of(within))


def _quarter_name(day: date, today: Today) -> str:
    return quarter_of_month(month_of(day), today.fiscal_year_start).name


def edited(entry: UpsideEntry, values: Mapping[str, Any], today: Today) -> UpsideEntry:
    """The entry with some of `EDITABLE` as given. A month alone takes its quarter with it; a quarter its last month.

    Raises `NotUpsideError` for a closed entry or an ended quarter, `ValueError` for what makes no sense.
    """
    must_be_open(entry)
    if today.has_ended(entry.quarter):
        raise NotUpsideError(
            f"{entry.quarter} has ended: entry {entry.id} can be converted, pushed or closed, not edited.",
            f"psdm upside push {entry.id}",
        )
    given = {name: value for name, value in values.items() if value is not None}
    if "quarter" in given or "month" in given:
        when = _moved(entry, given, today)
        given |= {"quarter": when.quarter, "month": when.month}
    changed: UpsideEntry = replace(entry, **given)
    if changed.amount is not None and changed.currency is None:
        raise ValueError("an amount needs its currency")
    return changed


def _moved(entry: UpsideEntry, given: Mapping[str, Any], today: Today) -> Period:
    name, when = given.get("quarter"), given.get("month")
    if when is None and name is not None and today.quarter_named(name).name == entry.quarter:
        when = entry.month
    if (name or entry.quarter, when) == (entry.quarter, entry.month):
        return Period(entry.quarter, entry.month)
    named = None if name is None else today.quarter_named(name)
    usual = today.as_of if named is None else named.last_day
    return period(today, name, when, usual=usual)


def converted(entry: UpsideEntry) -> UpsideEntry:
    """The entry whose money is in the forecast now. Raises `NotUpsideError` for a closed one."""
    must_be_open(entry)
    return replace(entry, status=UpsideStatus.CONVERTED)


def lost(entry: UpsideEntry) -> UpsideEntry:
    """The entry whose money will not come. Raises `NotUpsideError` for a closed one."""
    must_be_open(entry)
    return replace(entry, status=UpsideStatus.LOST)


def pushed(
    entry: UpsideEntry, today: Today, quarter_name: str | None, month_name: str | None, *, who: str, at: datetime
) -> tuple[UpsideEntry, UpsideEntry | None]:
    """The entry pushed out to a later month, by itself the next quarter's first one that is not over.

    Into another quarter: the entry is `pushed`, and an open one follows it there; within its quarter its month moves.
    Raises `NotUpsideError` for a closed entry or an ended quarter, `ValueError` for a month that is not later.
    """
    must_be_open(entry)
    following = max(today.quarter_named(entry.quarter).end, today.as_of)
    named = None if quarter_name is None else today.quarter_named(quarter_name)
    when = period(today, quarter_name, month_name, usual=following if named is None else named.start)
    if when.month <= entry.month:
        raise ValueError(f"a push goes to a later month than {entry.month}, not to {when.month}")
    if when.quarter == entry.quarter:
        return replace(entry, month=when.month), None
    after = replace(
        entry,
        id=None,
        quarter=when.quarter,
        month=when.month,
        links={**entry.links, "pushed_from": str(entry.id)},
        who=who,
        at=at,
        reviewed_at=at,
    )
    return replace(entry, status=UpsideStatus.PUSHED), after


def must_be_open(entry: UpsideEntry) -> None:
    """Raise `NotUpsideError` for an entry that is closed."""
    if entry.status is not UpsideStatus.OPEN:
        raise NotUpsideError(f"Entry {entry.id} is closed: {entry.status.value}.", f"psdm upside show {entry.id}")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of an entry's history: when, by whom, why, and each field before and after; the first one made it."""

    at: datetime
    who: str
    note: str
    changes: Mapping[str, tuple[Any, Any]]


def differences(before: UpsideEntry, after: UpsideEntry) -> dict[str, tuple[Any, Any]]:
    """What a change changes, by the field's name: how it was and how it is."""
    found = {}
    for each in fields(UpsideEntry):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name not in _UNSHOWN and old != new:
            found[each.name] = (plain(old), plain(new))
    return found


def values(entry: UpsideEntry) -> dict[str, Any]:
    """What an entry says, field by field, as text and null."""
    return {f.name: plain(getattr(entry, f.name)) for f in fields(UpsideEntry) if f.name not in _UNSHOWN}


def plain(value: Any) -> Any:
    """A field's value as text; decimals without exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else None if value is None else str(value)
