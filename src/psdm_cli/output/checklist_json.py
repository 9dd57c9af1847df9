"""JSON of the checklist commands, and their schemas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from psdm_cli.domain import findings as domain
from psdm_cli.domain.checklist_report import CheckedFile, ChecklistReport, ChecklistsReport
from psdm_cli.output.json_shapes import Checklist, Foreign, Shape, Step, plain


class WaiverShape(Shape):
    """A finding that somebody answers for, until a day that is included."""

    finding: Foreign
    subject: Foreign
    reason: Foreign
    until: date
    who: Foreign
    at: datetime


class StepShown(Step):
    """A step, and the page to look at for it."""

    link: Foreign | None = Field(description="Address; null: the step has none.")


class ChecklistShown(Checklist):
    """How a checklist stands for a subject."""

    steps: list[StepShown]  # type: ignore[assignment]

    title: Foreign
    open: list[str] = Field(description="Ids of the manual steps that wait for a person, in their order.")
    waivers: list[WaiverShape] = Field(description="Those that hold on findings of this run.")


class ChecklistRow(Shape):
    """A checklist that there is."""

    id: str
    title: Foreign
    subject: str = Field(description="What its runs are about: week or engagement.")
    steps: int
    origin: Foreign = Field(description="psdm, or the file of your team.")


class RunRow(Shape):
    """A run that was begun."""

    checklist: Foreign
    subject: Foreign
    reference: Foreign = Field(description="The subject as it is typed: a week, a SOW number, or the project's id.")
    scope: Foreign = Field(description="Whose run it is; empty: everybody's.")
    who: Foreign
    started_at: datetime
    touched_at: datetime
    answers: int
    done: int | None = Field(description="At its last look; null: not looked at yet.")
    total: int | None
    complete: bool


class ChecklistsListed(Shape):
    """The checklists and their runs."""

    checklists: list[ChecklistRow]
    runs: list[RunRow]


class ChecklistChecked(Shape):
    """What is wrong with a checklist file."""

    file: Foreign
    id: str | None
    title: Foreign | None
    steps: int
    problems: list[Foreign]


def checklist_result(report: ChecklistReport) -> dict[str, Any]:
    """The `result` of showing, resuming and exporting."""
    return plain(
        ChecklistShown(
            id=report.id,
            subject=report.subject,
            title=report.title,
            done=report.done,
            total=report.total,
            blocking=list(report.blocking),
            open=list(report.open),
            steps=[_shown(step, report) for step in report.steps],
            waivers=[WaiverShape.model_validate(each) for each in report.waivers],
        )
    )


def _shown(step: domain.Step, report: ChecklistReport) -> StepShown:
    note = report.notes.get(step.id)
    plain_step = Step.model_validate(step)
    return StepShown(**dict(plain_step), link=note.link or None if note is not None else None)


def checklists_result(report: ChecklistsReport) -> dict[str, Any]:
    """The `result` of the list."""
    return plain(ChecklistsListed.model_validate(report))


def checked_result(report: CheckedFile) -> dict[str, Any]:
    """The `result` of checking a file."""
    return plain(ChecklistChecked.model_validate(report))
