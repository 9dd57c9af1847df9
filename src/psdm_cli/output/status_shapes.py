"""JSON of `psdm status`, and its schema."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from psdm_cli.domain.engagement_status import EngagementStatus
from psdm_cli.output.json_shapes import Amount, Finding, Foreign, Hours, MonthAmounts, Shape, plain
from psdm_cli.output.views_json import PortfolioProject


class PlaceShape(Shape):
    """A part of the collaboration space."""

    what: str
    state: Literal["seen", "missing", "unverified"]
    text: Foreign = Field(description="Its name; or why it is missing, or could not be looked at.")
    url: Foreign | None


class PersonShape(Shape):
    """Who is booked from as-of on; `person` null: not named yet."""

    person: Foreign | None
    role: Foreign
    hard_hours: Hours
    soft_hours: Hours
    until: date | None


class MilestoneShape(Shape):
    """A milestone to come."""

    title: Foreign
    due: date | None
    amount: Amount | None


class RaidShape(Shape):
    """The RAID log; `open_items` null: it does not tell."""

    title: Foreign
    url: Foreign | None
    open_items: int | None
    escalated: list[Foreign]


class ScopeChangeShape(Shape):
    """An open change order, work at risk, work exception or description of work."""

    kind: str
    title: Foreign
    url: Foreign | None
    labels: list[Foreign]


class ClockShape(Shape):
    """A day of the contract."""

    what: str
    day: date
    note: Foreign


class ChecklistStand(Shape):
    """How the kickoff's checklist stood when it was last looked at."""

    done: int
    total: int


class StatusResult(Shape):
    """One engagement across both systems; internal."""

    sow: Foreign | None
    customer: Foreign | None
    engagement: PortfolioProject
    budget: Amount | None
    used: Amount | None
    remaining: Amount | None
    months: MonthAmounts = Field(description="Worked and to come, by month.")
    places: list[PlaceShape]
    people: list[PersonShape] | None = Field(description="null: not visible.")
    milestones: list[MilestoneShape] | None = Field(description="null: not visible.")
    raid: RaidShape | None
    scope_changes: list[ScopeChangeShape] | None = Field(description="null: GitLab could not be asked.")
    clocks: list[ClockShape]
    findings: list[Finding]
    checklist: ChecklistStand | None
    unseen: list[Foreign] = Field(description="What could not be looked at, and why.")


def status_result(status: EngagementStatus) -> dict[str, Any]:
    """The `result` of the JSON document."""
    stand = status.checklist
    return plain(
        StatusResult(
            sow=status.row.sow,
            customer=status.customer,
            engagement=PortfolioProject.model_validate(status.row),
            budget=status.budget,
            used=status.used,
            remaining=status.remaining,
            months=dict(status.months),
            places=[PlaceShape.model_validate(each) for each in status.places],
            people=None if status.people is None else [PersonShape.model_validate(each) for each in status.people],
            milestones=None
            if status.milestones is None
            else [MilestoneShape.model_validate(each) for each in status.milestones],
            raid=None if status.raid is None else RaidShape.model_validate(status.raid),
            scope_changes=None
            if status.scope_changes is None
            else [ScopeChangeShape.model_validate(each) for each in status.scope_changes],
            clocks=[ClockShape.model_validate(each) for each in status.clocks],
            findings=[Finding.model_validate(each) for each in status.findings],
            checklist=None if stand is None else ChecklistStand(done=stand[0], total=stand[1]),
            unseen=list(status.unseen),
        )
    )
