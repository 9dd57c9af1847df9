"""Report exports as Kantata's standard reports may write them, and what psdm makes of them without a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.files import Taken
from psdm_cli.domain.imports.reports import ColumnMap
from psdm_cli.sheets.kantata_columns import column_map
from psdm_cli.sheets.reading import read_table
from psdm_cli.store.database import Store
from psdm_cli.workflows.import_columns import Source, settle
from psdm_cli.workflows.kantata_importing import take, understand

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
DAY = date(2026, 11, 20)
SCOPE = "https://kantata.example"
BUDGET = """\
Project ID,Project,Client,Project Status,Project Lead,Start Date,Due Date,Currency,Budget,Budget Used,SOW,Billing Type
31,Northwind migration,Northwind,Active,Dana Lindqvist,2026-08-01,2027-03-31,USD,"240,000.00",95000,SOW-31,T&M
32,Contoso rollout,Contoso,Active,Dana Lindqvist,2026-09-01,2027-01-29,JPY,8000000,2000000,SOW-32,Fixed Fee
"""
ALLOCATIONS = """\
Project ID,Project,Resource,Role,Start Date,End Date,Hours,Allocation Type,Bill Rate
31,Northwind migration,Aiko Tremblay,Professional Services Engineer,2026-11-30,2027-01-29,240,Hard,250
31,Northwind migration,,Project Manager,2026-12-01,2027-02-26,60.5,Soft,200
"""
TASKS = """\
Project ID,Project,Task ID,Task,Task Type,Task Status,Due Date,Task Billing Type,Task Budget,Parent Task ID
32,Contoso rollout,1,Design accepted,Milestone,Completed,2026-10-30,Fixed Fee,2000000,
32,Contoso rollout,2,Rollout done,Milestone,Started,2026-12-18,Fixed Fee,6000000,1
"""
TIME = """\
Project ID,Project,User,Date,Hours,Billable,Approval Status,Bill Rate
31,Northwind migration,Aiko Tremblay,2026-11-17,7.5,Yes,Approved,250
31,Northwind migration,Aiko Tremblay,2026-11-18,8,Yes,Submitted,250
"""
REPORTS = {"budget": BUDGET, "allocations": ALLOCATIONS, "tasks": TASKS, "time": TIME}


def put(folder: Path, **texts: str) -> list[Path]:
    """Files NAME.csv with these texts."""
    found = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        found.append(path)
    return found


def put_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A workbook with one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def source(path: Path, day: date = DAY) -> Source:
    """A file as the command reads it."""
    return Source(path, read_table(path), path.read_bytes().hex(), day)


def taken(
    store: Store,
    paths: Sequence[Path],
    *,
    lead: str = "Dana Lindqvist",
    mapping: ColumnMap | None = None,
    keep: bool = True,
    at: datetime = AT,
) -> Taken:
    """The files imported, nobody asked."""
    columns = mapping or column_map(None)
    sources = [source(path) for path in paths]
    reports, told = settle(columns, sources, None, None)
    found = understand(columns, sources, reports)
    return take(store, SCOPE, lead, found, FieldNames(), now=at, told=told, keep=keep)


def typed_time() -> list[list[object]]:
    """Time as a workbook has it: typed days and numbers."""
    return [
        ["Project", "User", "Date", "Hours", "Billable", "Approval Status"],
        ["Northwind migration", "Aiko Tremblay", datetime(2026, 11, 17), Decimal("7.5"), True, "Pending"],
    ]
