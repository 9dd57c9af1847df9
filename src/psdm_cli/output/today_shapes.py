"""The JSON of `psdm today` (interface.md 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from psdm_cli.output.json_shapes import Amount, Foreign, Shape


class StepStake(Shape):
    """Open findings of a step: how many, and the money behind them per currency."""

    step: str
    count: int
    amounts: dict[Foreign, Amount]


class TodayItem(Shape):
    """One thing that is due. `due` in the handbook's zone, `due_local` the same instant in the PM's own."""

    id: Foreign
    what: Foreign
    sow: Foreign | None
    project: str | None = Field(description="Kantata's id of the project; null: about all of them.")
    subject: Foreign
    lead: Foreign | None
    due: datetime | None = Field(
        description="With the offset of the handbook's zone at that instant; null: no deadline."
    )
    due_local: datetime | None
    left_minutes: int | None = Field(description="Real minutes until then, negative when overdue.")
    overdue: bool
    urgency: Literal["overdue", "today", "week", "later"]
    amount: Amount | None = Field(description="Money at stake.")
    currency: Foreign | None
    command: Foreign = Field(description="What to type.")
    findings: list[StepStake]


class TodayResult(Shape):
    """`today`: items sorted by urgency, then by time left and money."""

    week: str
    now: datetime
    leads: list[Foreign]
    synced_at: datetime | None
    items: list[TodayItem]
    steps: Annotated[list[StepStake], Field(description="Open findings of the forecast preparation, all engagements.")]
    done: list[str] = Field(description="Weekly duties that are done.")
    unverified: list[Foreign] = Field(description="What could not be looked at.")
