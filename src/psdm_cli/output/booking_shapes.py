"""The JSON of bookings, requests, texts to paste and people's time (interface.md 4)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from pydantic import Field

from psdm_cli.domain.drafts import Draft
from psdm_cli.output.json_shapes import Foreign, Hours, PlanItem, Ratio, Shape


class Booking(Shape):
    """A booking; `start` and `end` inclusive, `hours` in total. `person` null: nobody is named."""

    id: str
    project: str = Field(description="Kantata's id of the project.")
    sow: Foreign | None
    title: Foreign = Field(description="The project's title.")
    person: Foreign | None
    role: Foreign | None
    start: datetime.date
    end: datetime.date
    hours: Hours
    hard: bool
    request: str | None = Field(description="Id of the resource request that waits for its answer.")


class Text(Shape):
    """A text for a person to paste, with the clicks and the reason why psdm did not send it."""

    to: Foreign
    subject: Foreign
    text: Foreign
    steps: list[Foreign]
    reason: Foreign
    url: Foreign | None


class Request(Shape):
    """A resource request and what became of it."""

    id: str
    project: str | None
    sow: Foreign | None
    name: Foreign = Field(description="The SOW number, else the project's title.")
    role: Foreign | None
    person: Foreign | None
    status: Foreign | None = Field(description="new, approved, rejected or cancelled.")
    asked_by: Foreign | None
    approvers: list[Foreign]
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    bookings: list[Booking]


class BookingResult(Shape):
    """`booking list`, `request`, `change` and `harden`. `run`: the number in the journal, when something was sent."""

    bookings: list[Booking]
    plan: list[PlanItem]
    texts: list[Text]
    requests: list[Request] | None = Field(description="With --pending: every request; null otherwise.")
    run: str | None


class Week(Shape):
    """A person's time in one ISO week, clipped to the range asked for; `end` is the day after."""

    start: datetime.date
    end: datetime.date
    capacity_hours: Hours
    hard_hours: Hours
    soft_hours: Hours
    free_hours: Hours


class Utilization(Shape):
    """Billable hours worked against capacity over the last four full weeks."""

    start: datetime.date
    end: datetime.date
    billable_hours: Hours
    capacity_hours: Hours
    ratio: Ratio | None
    target: Ratio | None


class PersonTime(Shape):
    """A person's free time; a lower bound of what is booked. `skills` and `utilization` null: not visible."""

    id: str
    name: Foreign
    role: Foreign
    capacity_hours: Hours
    hard_hours: Hours
    soft_hours: Hours
    free_hours: Hours
    skills: list[Foreign] | None
    utilization: Utilization | None
    weeks: list[Week]


class Candidate(Shape):
    """Somebody who could take the work; `fits` null: nobody planned how many hours it is."""

    id: str
    name: Foreign
    role: Foreign
    free_hours: Hours
    same_role: bool
    skills: list[Foreign] = Field(description="Those of the wanted skills that the person has.")
    fits: bool | None
    reasons: list[Foreign]


class OpenWork(Shape):
    """Work of an engagement that nobody is firmly booked for; `until` is the day after."""

    engagement: Foreign
    role: Foreign
    why: str = Field(description="uncovered, soft or unnamed.")
    start: datetime.date
    until: datetime.date
    hours: Hours | None
    booking: str | None
    person: Foreign | None
    candidates: list[Candidate]


class PeopleResult(Shape):
    """`psdm people`. `work`: with --for, the engagement's open work and who could take it; null otherwise."""

    start: datetime.date
    end: datetime.date
    people: list[PersonTime]
    work: list[OpenWork] | None


class LeftOver(Shape):
    """A finding that stays as it is."""

    key: Foreign
    subject: Foreign
    reason: Foreign


class FixResult(Shape):
    """`psdm fix`. `left`: findings without a fix that psdm can make, and why."""

    plan: list[PlanItem]
    texts: list[Text]
    left: list[LeftOver]
    run: str | None


def texts_of(drafts: Iterable[Draft]) -> list[Text]:
    """Texts to paste as JSON has them."""
    return [
        Text(to=each.to, subject=each.subject, text=each.text, steps=list(each.steps), reason=each.reason, url=each.url)
        for each in drafts
    ]
