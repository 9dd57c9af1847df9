"""Who may read a text or a place. Audience is part of a text's type: internal text for a customer does not type-check.

`Text[Customer]` may go anywhere, `Text[Internal]` only to a `Place[Internal]`. The type keeps honest code honest; the
door to GitLab asks the server again before it writes (interface.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Audience(StrEnum):
    """Who may read a text, or the place that is written to (interface.md 6)."""

    INTERNAL = "internal"
    CUSTOMER = "customer"


class Internal:
    """Only GitLab Professional Services may read it."""


class Customer(Internal):
    """The customer may read it, and so everybody may."""


A_co = TypeVar("A_co", bound=Internal, covariant=True)


@dataclass(frozen=True, slots=True)
class Text(Generic[A_co]):
    """A text that is fit for its audience; `audience` says at run time what the type says before it."""

    value: str
    audience: Audience = Audience.INTERNAL

    def __str__(self) -> str:
        return self.value


def internal(value: str) -> Text[Internal]:
    """A text for ourselves."""
    return Text(value)


def for_customer(value: str) -> Text[Customer]:
    """A text that the customer may read: hours, dates, work; never money, margin, upside, mood or exceptions."""
    return Text(value, Audience.CUSTOMER)
