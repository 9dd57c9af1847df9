"""Checklists and their runs as plain results: one run, the list of all, a checked file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.checklists.answers import NO, SKIP, YES
from psdm_cli.checklists.definition import Definition, InputType, StepDefinition, StepKind
from psdm_cli.checklists.loading import WrongChecklist, definitions, read_definition
from psdm_cli.domain.checklist_report import (
    CheckedFile,
    ChecklistLine,
    ChecklistReport,
    ChecklistsReport,
    RunLine,
    StepNote,
    typed,
)

if TYPE_CHECKING:
    from psdm_cli.store.database import Store
    from psdm_cli.workflows.checklist_runs import OpenRun

ENTERED = {
    InputType.TEXT: "a text",
    InputType.DATE: "a day (YYYY-MM-DD)",
    InputType.NUMBER: "a number",
    InputType.URL: "the address of a page",
}


def report_of_run(opened: OpenRun) -> ChecklistReport:
    """How a run stands now."""
    now = opened.run
    return ChecklistReport(
        id=now.definition.id,
        title=now.definition.title,
        subject=now.subject.name,
        reference=typed(now.subject.name, now.subject.id),
        as_of=opened.desk.as_of,
        steps=now.steps,
        done=now.done,
        total=now.total,
        blocking=now.blocking,
        open=tuple(row.step.id for row in now.open),
        state=now.state,
        notes={
            row.step.id: StepNote(
                evidence=row.definition.evidence,
                help=row.definition.help,
                handbook=row.definition.handbook,
                answers=_answers(row.definition),
                waits_for=row.waits_for,
                link=opened.desk.address(row.definition.link),
            )
            for row in now.rows
        },
        waivers=opened.waivers,
        warnings=(*opened.warnings, *(each.said for each in opened.review), *_unknown_links(opened)),
    )


def _unknown_links(opened: OpenRun) -> Iterator[str]:
    for row in opened.run.rows:
        if row.definition.link and not opened.desk.address(row.definition.link):
            yield f"{row.step.id} names the link {row.definition.link}, which the settings do not have (links)."


def _answers(step: StepDefinition) -> str:
    if step.kind is StepKind.AUTO:
        return ""
    if step.kind is StepKind.INPUT:
        return f"{ENTERED[step.input]}, or {SKIP}"
    words = (YES, NO) if step.kind is StepKind.CONFIRM else step.options
    return f"{', '.join(words)} or {SKIP}"


def list_checklists(store: Store, folder: Path | None) -> ChecklistsReport:
    """Every checklist, ours and the team's, and every run, the latest first. Raises `WrongConfiguration`."""
    return ChecklistsReport(
        tuple(_line(each) for each in definitions(folder).values()),
        tuple(
            RunLine(
                checklist=run.key.checklist,
                subject=run.name,
                reference=typed(run.name, run.key.subject),
                scope=run.key.scope,
                who=run.who,
                started_at=run.started_at,
                touched_at=run.touched_at,
                answers=run.answers,
                done=run.done,
                total=run.total,
            )
            for run in store.checklists.list()
        ),
    )


def _line(definition: Definition) -> ChecklistLine:
    return ChecklistLine(
        definition.id, definition.title, definition.subject.value, len(definition.steps), definition.origin
    )


def check_file(path: Path) -> CheckedFile:
    """What is wrong with a checklist file, all of it. Raises `WrongConfiguration` when it cannot be read at all."""
    try:
        found = read_definition(path)
    except WrongChecklist as wrong:
        return CheckedFile(str(path), problems=wrong.problems)
    return CheckedFile(str(path), found.id, found.title, len(found.steps))
