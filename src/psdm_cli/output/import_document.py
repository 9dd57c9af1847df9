"""The result of `psdm import kantata`: which files were taken, as what, of which day, and what is still unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.domain.imports.files import ImportedFile, Taken, origin
from psdm_cli.output.answer import Answer
from psdm_cli.output.json_shapes import Foreign, Shape
from psdm_cli.output.wording import counted

if TYPE_CHECKING:
    from rich.console import Console


COMMAND = "import kantata"
WORDS = {
    "workspaces": "project",
    "workspace_resources": "resource",
    "workspace_allocations": "booking",
    "stories": "task",
    "billing_milestones": "billing milestone",
    "time_entries": "time entry",
}
MANY = {"time_entries": "time entries"}
State = Literal["taken", "would be taken", "unchanged", "kept", "replaced"]


class FileShape(Shape):
    """A file. `state`: kept are those of other reports, replaced those that were current before."""

    file: Foreign
    report: str
    exported_on: date
    age_days: int
    origin: Foreign = Field(description="As it stands among the warnings of every report from it.")
    rows: int
    state: State
    columns: dict[Foreign, str] = Field(description="Which column was taken as what.")
    ignored: list[Foreign] = Field(description="Columns that are left aside; empty for files of earlier imports.")


class ImportKantataResult(Shape):
    """`import kantata`. `records` counts what the mirror holds of each kind; `changed`, `deleted` what this run did."""

    lead: Foreign
    leads: list[Foreign] = Field(description="The leads of the projects in the files.")
    files: list[FileShape]
    records: dict[str, int]
    changed: dict[str, int]
    deleted: dict[str, int]
    lacking: list[str] = Field(description="Kinds of records of which no export was imported: they are unknown.")


def imported_answer(taken: Taken, *, as_of: date, kept: bool) -> Answer:
    """What was taken, or with --dry-run (not `kept`) what would be."""
    new: State = "taken" if kept else "would be taken"
    given = {each.place for each in (*taken.files, *taken.unchanged)}
    groups: list[tuple[State, Sequence[ImportedFile]]] = [
        (new, taken.files),
        ("unchanged", taken.unchanged),
        ("kept", [each for each in taken.current if each.place not in given]),
        ("replaced", taken.replaced),
    ]
    rows = [_file(each, state, as_of, taken.ignored) for state, files in groups for each in files]
    result = ImportKantataResult(
        lead=taken.lead,
        leads=list(taken.leads),
        files=rows,
        records={kind.value: len(records) for kind, records in taken.imported.records.items()},
        changed={kind.value: count for kind, count in taken.changed.items() if count},
        deleted={kind.value: count for kind, count in taken.deleted.items() if count},
        lacking=[each.kind.value for each in taken.imported.refusals],
    )

    def show(console: Console, _result: Any) -> None:
        _show(console, result, taken, kept=kept)

    return Answer(COMMAND, result, show, warnings=taken.warnings)


def _file(file: ImportedFile, state: State, as_of: date, aside: Mapping[tuple[str, str], Sequence[str]]) -> FileShape:
    return FileShape(
        file=file.file,
        report=file.report,
        exported_on=file.exported_on,
        age_days=max(0, (as_of - file.exported_on).days),
        origin=origin(file, as_of),
        rows=file.row_count,
        state=state,
        columns=dict(file.mapping),
        ignored=list(aside.get(file.place, ())) if state in ("taken", "would be taken", "unchanged") else [],
    )


def _show(console: Console, result: ImportKantataResult, taken: Taken, *, kept: bool) -> None:
    from psdm_cli.output.layout import Column, Page
    from psdm_cli.output.text import shown_plain
    from psdm_cli.output.views import next_steps

    page = Page(console.width)
    page.heading(f"Report exports of Kantata, for {result.lead}")
    page.table(
        (
            Column("file", least=12),
            Column("report"),
            Column("of"),
            Column("age", "right"),
            Column("rows", "right"),
            Column(""),
        ),
        [
            (each.file, each.report, each.exported_on.isoformat(), f"{each.age_days} d", str(each.rows), each.state)
            for each in result.files
        ],
    )
    for each in result.files:
        if each.ignored:
            page.text(f"{each.file}: left aside {', '.join(map(shown_plain, each.ignored))}.")
    page.blank()
    held = ", ".join(counted(count, WORDS[kind], MANY.get(kind, "")) for kind, count in result.records.items())
    page.text(f"{'Together' if kept else 'Together they would be'}: {held}.")
    if not taken.files and not result.changed and not result.deleted:
        page.text("Nothing differs: the mirror is as these files say.")
    elif not kept:
        page.text("Nothing was stored (--dry-run).")
    else:
        page.text(
            f"{counted(sum(result.changed.values()), 'record')} new or changed, {sum(result.deleted.values())} deleted."
        )
    if kept:
        next_steps(
            page,
            [("psdm --offline portfolio", "answers from these files"), ("psdm --offline forecast-prep", "the same")],
        )
    page.write(console)
