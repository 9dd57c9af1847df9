"""The JSON of `psdm init-project` (interface.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from psdm_cli.output.booking_shapes import Text, texts_of
from psdm_cli.output.json_shapes import Checklist, Finding, Foreign, PlanItem, Shape, Step, plain
from psdm_cli.output.plan_document import plan_items

if TYPE_CHECKING:
    from psdm_cli.domain.space.result import Where
    from psdm_cli.output.kickoff_document import KickoffDocument


class CustomerShape(Shape):
    """The customer; `epic_url` is the Customer Epic's, or that of the issue that stands for it."""

    name: Foreign | None
    epic_url: Foreign | None


class KantataShape(Shape):
    """The engagement in Kantata; null where it is not known there."""

    id: str | None
    title: Foreign | None


class PlaceShape(Shape):
    """A group or project; `id` null: it is not there yet."""

    id: str | None
    path: Foreign | None
    url: Foreign | None


class InitProjectResult(Shape):
    """`psdm init-project`: where everything is, the plan as it ended, the checklist run anew from both systems."""

    sow: Foreign
    customer: CustomerShape
    kantata: KantataShape
    group: PlaceShape
    project: PlaceShape
    plan: list[PlanItem]
    checklist: Checklist
    findings: list[Finding] = Field(description="The live findings of the checklist's steps.")
    replaced: list[Foreign] = Field(description="What stands in for what the plan of the instance lacks.")
    requests: list[Text] = Field(description="Requests to an owner for what the token may not create, ready to paste.")
    left_out: list[Foreign] = Field(description="What was not planned, and why.")
    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")


def init_project_result(document: KickoffDocument) -> dict[str, Any]:
    """The `result` of the JSON document."""
    view, report = document.view, document.report
    steps = [Step.model_validate(step) for step in report.steps]
    return plain(
        InitProjectResult(
            sow=view.sow,
            customer=CustomerShape(name=view.customer, epic_url=view.epic_url),
            kantata=KantataShape(id=view.kantata_id, title=view.kantata_title),
            group=_place(view.group),
            project=_place(view.project),
            plan=[PlanItem(**item) for item in plan_items(document.plan)] if document.plan is not None else [],
            checklist=Checklist(
                id=report.id,
                subject=report.subject,
                done=report.done,
                total=report.total,
                blocking=list(report.blocking),
                steps=steps,
            ),
            findings=[Finding.model_validate(finding) for step in report.steps for finding in step.live],
            replaced=list(view.replaced),
            requests=texts_of(document.requests),
            left_out=list(document.left_out),
            run=document.run,
        )
    )


def _place(where: Where) -> PlaceShape:
    return PlaceShape(id=where.id, path=where.path, url=where.url)
