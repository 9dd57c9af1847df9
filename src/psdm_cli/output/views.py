"""What the views of the forecast share: the header line, the columns that name an engagement, and its colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from psdm_cli.output.layout import Column, Page, Span
from psdm_cli.output.markdown import INTERNAL, Markdown, own
from psdm_cli.output.wording import age

HEALTH_STYLES = {"green": "green", "yellow": "yellow", "red": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """When a view's data is from: as-of, when Kantata was read, and now; with what is good to know about it."""

    as_of: date
    now: datetime
    synced_at: datetime | None = None
    warnings: Sequence[str] = field(default=())


class Named(Protocol):
    """Whatever has a SOW number or else a title."""

    @property
    def sow(self) -> str | None:
        """The SOW number."""

    @property
    def title(self) -> str:
        """The project's title."""


def title_besides(row: Named) -> str:
    """The title without the SOW number in front, which stands beside it; empty without a number: it is the name."""
    if not row.sow:
        return ""
    number = re.compile(rf"^\W*{re.escape(row.sow)}\W*", re.IGNORECASE)
    return number.sub("", row.title) or row.title


def name_and_title(row: Named) -> tuple[str, str]:
    """The engagement's name, and its title where that is not the name already."""
    return row.sow or row.title, title_besides(row)


def full_name(row: Named) -> str:
    """SOW number and title together, as one column shows them."""
    return " ".join(part for part in name_and_title(row) if part)


def engagement_column(wanted: int = 24) -> Column:
    """The column that names an engagement: number and title, of the title as much as there is room for."""
    return Column("engagement", least=10, wanted=wanted, most=60)


def header(page: Page, command: str, dated: Dated, *more: str) -> None:
    """Command, what it shows, as-of, age of the data."""
    parts = (
        f"psdm {command}",
        *more,
        f"as of {dated.as_of:%a} {dated.as_of.isoformat()}",
        f"Kantata data {age(dated.synced_at, dated.now)}",
    )
    page.text(Span(" · ".join(parts), "bold"), indent=2)


def markdown_header(page: Markdown, title: str, dated: Dated) -> None:
    """Title, the reminder that it is internal, as-of and age of the data."""
    page.heading(1, title)
    page.quote(own(INTERNAL))
    page.paragraph(own(f"As of {dated.as_of.isoformat()}, Kantata data {age(dated.synced_at, dated.now)}."))


def good_to_know(page: Page, warnings: Sequence[str]) -> None:
    """The warnings, after what is more urgent."""
    if not warnings:
        return
    page.heading("Good to know")
    for warning in warnings:
        page.text(warning, first="  · ")


def next_steps(page: Page, commands: Sequence[tuple[str, str]]) -> None:
    """What to type next, and what it is good for."""
    page.heading("Next")
    page.table((Column(""), Column("", least=20, lines=2)), commands, indent=2)


def known_sum(values: Iterable[Decimal | None]) -> Decimal:
    """The sum of what is known, of one currency."""
    return sum((value or Decimal(0) for value in values), Decimal(0))
