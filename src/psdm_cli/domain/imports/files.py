"""The files that were imported: which report of which day, what came of an import, and what a figure's origin is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psdm_cli.domain.imports.records import Imported
from psdm_cli.domain.imports.reports import Report
from psdm_cli.domain.records import Kind


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file: the report that it holds, and its rows by field. `digest` is of its content and of how it was read."""

    lead: str
    report: str
    file: str
    digest: str
    exported_on: date
    row_count: int
    mapping: Mapping[str, str]
    who: str
    at: datetime
    rows: Sequence[Mapping[str, Any]] = ()
    replaced_at: datetime | None = None

    @property
    def place(self) -> tuple[str, str]:
        """By what a file is known: report and name."""
        return self.report, self.file


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did, or would do.

    `files` are taken, `unchanged` were so before, `replaced` were current until now; `current` are all that count from
    now on. `ignored` are columns that were left aside, by the file's place. `changed` and `deleted` count records.
    """

    lead: str
    files: tuple[ImportedFile, ...]
    unchanged: tuple[ImportedFile, ...]
    replaced: tuple[ImportedFile, ...]
    current: tuple[ImportedFile, ...]
    imported: Imported
    leads: tuple[str, ...]
    warnings: tuple[str, ...]
    ignored: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    changed: Mapping[Kind, int] = field(default_factory=dict)
    deleted: Mapping[Kind, int] = field(default_factory=dict)


def origin(file: ImportedFile, as_of: date) -> str:
    """A file's name, day and age, and what comes from it."""
    days = max(0, (as_of - file.exported_on).days)
    age = f"{days} day{'' if days == 1 else 's'} old"
    return f"origin: import {file.file} of {file.exported_on.isoformat()} ({age}): {Report(file.report).figures}."
