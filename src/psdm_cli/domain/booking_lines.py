"""Bookings and resource requests as lines of a result (interface.md 4, `booking`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One booking; `start` and `end` inclusive, `hours` in total. `request`: the one that waits for its resource.

    `person` None: nobody is named, or who it is may not be seen (then `role` is None as well).
    """

    id: str
    project: str
    sow: str | None
    title: str
    person: str | None
    role: str | None
    start: date
    end: date
    hours: Decimal
    hard: bool
    request: str | None = None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A resource request with its resource's bookings. `status`: new, approved, rejected or cancelled."""

    id: str
    project: str | None
    sow: str | None
    name: str
    role: str | None
    person: str | None
    status: str | None
    asked_by: str | None
    approvers: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None
    bookings: tuple[BookingLine, ...] = ()
