"""The JSON of `psdm handover` (interface.md 4)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.output.json_shapes import Amount, Finding, Foreign, Shape, plain
from psdm_cli.output.status_shapes import ScopeChangeShape
from psdm_cli.output.upside_shapes import Entry, entry_of
from psdm_cli.output.views_json import PortfolioProject

if TYPE_CHECKING:
    from psdm_cli.domain.agenda import Item
    from psdm_cli.domain.handover import HandedOver, Handover


class ClockShape(Shape):
    """Something that is due."""

    id: Foreign
    what: Foreign
    due: datetime.datetime | None = Field(description="With the offset of the handbook's zone; null: no deadline.")
    urgency: Literal["overdue", "today", "week", "later"]
    amount: Amount | None
    currency: Foreign | None
    command: Foreign


class OpenStepShape(Shape):
    """A finding that still counts, and who answers for its step."""

    owner: Foreign
    finding: Finding


class OpenRunShape(Shape):
    """A checklist that is not complete. `done` and `total` as it was last looked at."""

    id: str
    title: Foreign
    done: int | None
    total: int | None
    open: list[Foreign] = Field(description="Steps that wait for a person.")


class RequestShape(Shape):
    """A resource request that nobody has answered."""

    id: str
    role: Foreign | None
    since: datetime.date | None


class WaivedShape(Shape):
    """A waiver that holds."""

    key: Foreign
    finding: Foreign
    reason: Foreign
    until: datetime.date
    who: Foreign


class WaitShape(Shape):
    """`waiting` cannot go on before `on` has done `what`."""

    waiting: Foreign
    on: Foreign
    what: Foreign
    since: datetime.date | None
    until: datetime.date | None


class EngagementShape(Shape):
    """One engagement. `requests` and `scope_changes` null: could not be looked at."""

    portfolio: PortfolioProject
    customer: Foreign | None
    team: list[Foreign]
    steps: list[OpenStepShape]
    checklists: list[OpenRunShape]
    requests: list[RequestShape] | None
    clocks: list[ClockShape]
    waivers: list[WaivedShape]
    upside: list[Entry]
    scope_changes: list[ScopeChangeShape] | None
    waits: list[WaitShape]


class HandoverResult(Shape):
    """`handover`: every engagement, what is open, who waits for what. Internal only."""

    leads: list[Foreign]
    week: str
    synced_at: datetime.datetime | None
    file: Foreign | None = Field(description="The HTML file that was written.")
    deadlines: list[ClockShape]
    engagements: list[EngagementShape]
    unseen: list[Foreign]


def handover_result(page: Handover, file: str | None) -> dict[str, Any]:
    """The `result` of the JSON document."""

    def clock(item: Item) -> ClockShape:
        return ClockShape(
            id=item.id,
            what=item.what,
            due=item.due,
            urgency=item.urgency(page.now).value,
            amount=item.amount,
            currency=item.currency,
            command=item.command,
        )

    def engagement(each: HandedOver) -> EngagementShape:
        return EngagementShape(
            portfolio=PortfolioProject.model_validate(each.row),
            customer=each.customer,
            team=list(each.team),
            steps=[OpenStepShape.model_validate(step) for step in each.steps],
            checklists=[
                OpenRunShape(id=run.id, title=run.title, done=run.done, total=run.total, open=list(run.open))
                for run in each.checklists
            ],
            requests=None if each.requests is None else [RequestShape.model_validate(r) for r in each.requests],
            clocks=[clock(item) for item in each.clocks],
            waivers=[
                WaivedShape(
                    key=one.waiver.finding,
                    finding=one.finding,
                    reason=one.waiver.reason,
                    until=one.waiver.until,
                    who=one.waiver.who,
                )
                for one in each.waivers
            ],
            upside=[entry_of(entry) for entry in each.upside],
            scope_changes=None
            if each.scope_changes is None
            else [ScopeChangeShape.model_validate(change) for change in each.scope_changes],
            waits=[WaitShape.model_validate(wait) for wait in each.waits],
        )

    return plain(
        HandoverResult(
            leads=list(page.leads),
            week=page.week,
            synced_at=page.synced_at,
            file=file,
            deadlines=[clock(item) for item in page.deadlines],
            engagements=[engagement(each) for each in page.engagements],
            unseen=list(page.unseen),
        )
    )
