"""The JSON of `psdm cadence`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from psdm_cli.output.json_shapes import Foreign, Shape


class Deadline(Shape):
    """A line of the schedule. `due` in the handbook's zone, `due_local` the same instant in the PM's own."""

    id: str
    rhythm: Literal["weekly", "monthly", "quarterly"]
    what: str
    who: str
    serves: str = Field(description="Who depends on it.")
    rule: str = Field(description='When, in words: "Monday 10:00".')
    due: datetime | None = Field(
        description="The next one, from the week that is looked at; null: any day of the week."
    )
    due_local: datetime | None
    period: str | None = Field(description="The month or fiscal quarter that it closes.")
    holiday: bool = Field(description="Whether it falls on a holiday; the handbook does not move it.")


class Clock(Shape):
    """A clock of an engagement (with --clocks)."""

    id: Foreign
    what: Foreign
    subject: Foreign
    sow: Foreign | None
    project: str | None
    due: datetime
    due_local: datetime
    command: Foreign


class CalendarFile(Shape):
    """The calendar that was written. `written`: false with --dry-run, and where nothing changed."""

    path: Foreign
    events: int
    new: int
    changed: int
    same: int
    cancelled: int
    written: bool


class CadenceResult(Shape):
    """`cadence`: the schedule, in order of the week, then month and quarter."""

    preset: str
    zone: str
    week: str
    holidays_known: bool
    deadlines: list[Deadline]
    clocks: list[Clock]
    calendar: CalendarFile | None
