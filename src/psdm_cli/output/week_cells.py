"""What the tables of the week's report are made of: cells with what they sort by, the same for every form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from psdm_cli.output.wording import amount

Key = Decimal | int | date | str | None


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: its text, what it sorts by (None: last), what is said below it, and whether it is a health colour."""

    text: str
    key: Key = None
    below: str = ""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, and on which side its cells stand."""

    title: str
    align: Literal["left", "right"] = "left"
    prose: bool = False  # words that need room


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its caption; `foot` is its sum. Without rows `empty` is said instead."""

    caption: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    foot: tuple[Value, ...] = ()
    empty: str = ""


def text(value: str | None, below: str = "") -> Value:
    """Words, sorted as words."""
    return Value(value or "", value or "", below)


def money(value: Decimal | None, below: str = "") -> Value:
    """An amount without its currency, which the caption or a column of its own says."""
    return Value(amount(value), value, below)


def day(value: date | None) -> Value:
    """A day as ISO."""
    return Value(value.isoformat() if value else "", value)


def signed(value: Decimal | None) -> str:
    """A change with its sign; `±0.00` where nothing moved, nothing where there is none."""
    if value is None:
        return ""
    return f"{value:+,.2f}" if value else "±0.00"
