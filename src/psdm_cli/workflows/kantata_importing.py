"""Report exports of Kantata into the mirror: unknown columns settled, files read whole or not at all, made true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.files import ImportedFile, Taken
from psdm_cli.domain.imports.names import lead_id
from psdm_cli.domain.imports.records import Imported, records_of
from psdm_cli.domain.imports.reports import ColumnMap, Report
from psdm_cli.domain.imports.rows import ExportRow, read_rows
from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.prompting import Prompter
from psdm_cli.store.states import By, Part, PartHead, Promotion, ScopeState
from psdm_cli.systems.ports import Me
from psdm_cli.workflows.forecasting import account_key
from psdm_cli.workflows.identity import remembered_owner
from psdm_cli.workflows.import_columns import Source, Told, remember
from psdm_cli.workflows.refresh_parts import part_of
from psdm_cli.workflows.refresh_scope import Scope

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

VERSION = 1  # of how rows are read: with another one the same file is taken anew


@dataclass(frozen=True, slots=True)
class Found:
    """A file, understood. `ignored` are its columns that are left aside."""

    source: Source
    report: Report
    rows: tuple[ExportRow, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]


class WrongRowsError(WrongUsage):
    """Rows of files that are wrong (exit 2); `rows` has a sentence for each."""

    def __init__(self, rows: Sequence[str]) -> None:
        many = "1 row is wrong" if len(rows) == 1 else f"{len(rows)} rows are wrong"
        self.summary = f"{many}; nothing was taken over."
        super().__init__(f"{self.summary} {'; '.join(rows)}.", hint="Correct the file, and import it again.")
        self.rows = tuple(rows)


def understand(mapping: ColumnMap, sources: Sequence[Source], reports: Mapping[Path, Report]) -> tuple[Found, ...]:
    """Every row of every file by field. Raises `WrongRowsError` with a sentence for each wrong row of all files."""
    found: list[Found] = []
    wrong: list[str] = []
    for source in sources:
        report, titles = reports[source.path], source.table.titles
        try:
            rows, complaints = read_rows(mapping, report, titles, [(r.number, r.cells) for r in source.table.rows])
        except ValueError as error:
            raise WrongUsage(
                f"{source.path}: {error}.", hint="Correct it, or say it in a mapping file: --map FILE."
            ) from None
        wrong += [f"{source.path} {text}" for text in complaints]
        columns = {title: field for title in titles if (field := mapping.field_of(report, title))}
        aside = tuple(title for title in titles if title.strip() and title not in columns)
        found.append(Found(source, report, tuple(rows), columns, aside))
    wrong += _twice(found)
    if wrong:
        raise WrongRowsError(wrong)
    return tuple(found)


def _twice(found: Sequence[Found]) -> list[str]:
    """Ids that stand in two files of one report: one of them is older."""
    wrong: list[str] = []
    seen: dict[tuple[Report, str], Path] = {}
    for each in found:
        name = "project_id" if each.report is Report.BUDGET else "id"
        own = {str(row[name]) for row in each.rows if name in row}
        for key in sorted(own):
            other = seen.setdefault((each.report, key), each.source.path)
            if other != each.source.path:
                wrong.append(f"{each.source.path} {name} {key}: expected an id of its own, it stands in {other} too")
    return wrong


def lead_of(store: Store, given: str | None, found: Sequence[Found], prompter: Prompter | None) -> str:
    """Whose projects the files are about.

    Who was named, else the only lead of a budget export, who was named last time, or the owner of Kantata's token.
    Raises `WrongUsage` where nobody can be asked.
    """
    if given is not None:
        name = " ".join(given.split())
        if not name or name.casefold() in ("me", "all") or len(name) > 200:
            raise WrongUsage("--as needs the name of a project lead, as Kantata's reports write it.")
        return name
    leads = {str(row["lead"]) for each in found if each.report is Report.BUDGET for row in each.rows if "lead" in row}
    if len(leads) == 1:
        return leads.pop()
    try:
        return remembered_owner(store).name
    except NotFound:
        pass
    if prompter is not None:
        return prompter.text("Whose projects are these (the project lead, as the reports write the name)?", check=_name)
    raise WrongUsage(
        "Whose projects are these? psdm import kantata needs --as NAME.", hint="Give the project lead's name."
    )


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise ValueError("please give a name")
    return name


def take(
    store: Store,
    account_scope: str,
    lead: str,
    found: Sequence[Found],
    fields: FieldNames,
    *,
    now: datetime,
    told: Told,
    keep: bool,
) -> Taken:
    """Make the files current, or say what would become of them (not `keep`). Raises what the store raises."""
    current = store.imports.current(lead, rows=True)
    new = [_file(each, lead, now) for each in found]
    fresh: list[ImportedFile] = []
    unchanged: list[ImportedFile] = []
    replaced: list[ImportedFile] = []
    for report in dict.fromkeys(each.report for each in new):
        given = [each for each in new if each.report == report]
        old = [each for each in current if each.report == report]
        if _content(given) == _content(old) and _stated(found, report) <= {each.exported_on for each in old}:
            unchanged += old
        else:
            fresh += given
            replaced += old
    gone = {each.report for each in fresh}
    whole = [*(each for each in current if each.report not in gone), *fresh]
    imported = _imported(whole, lead, fields)

    def build(files: Sequence[ImportedFile]) -> tuple[list[Part], Promotion]:
        return _parts(_imported(files, lead, fields), files)

    changed: Mapping[Kind, int] = {}
    deleted: Mapping[Kind, int] = {}
    if keep:
        key = account_key(account_scope, Me(lead_id(lead), lead))
        promoted = store.imports.take(lead, key, fresh, build, who=lead, at=now)
        changed, deleted = promoted.changed, promoted.deleted
        remember(store, told, lead, now)
    leads = tuple(dict.fromkeys(w.lead_name for w in _workspaces(imported) if w.lead_name))
    return Taken(
        lead=lead,
        files=tuple(fresh),
        unchanged=tuple(unchanged),
        replaced=tuple(replaced),
        current=tuple(whole),
        imported=imported,
        leads=leads,
        warnings=(*imported.notes, *_strange(lead, leads)),
        ignored={(each.report.value, each.source.path.name): each.ignored for each in found},
        changed=changed,
        deleted=deleted,
    )


def _content(files: Sequence[ImportedFile]) -> list[str]:
    return sorted(each.digest for each in files)


def _stated(found: Sequence[Found], report: str) -> set[date]:
    """The days of a report's files where somebody said them: a time stamp alone makes no file another one."""
    return {each.source.exported_on for each in found if each.report == report and each.source.is_stated}


def _strange(lead: str, leads: Sequence[str]) -> list[str]:
    if lead_id(lead) in {lead_id(each) for each in leads}:
        return []
    names = ", ".join(leads[:5]) or "nobody"
    return [f"No project is led by {lead}; the files name {names}. Use --as or --lead with one of these names."]


def _workspaces(imported: Imported) -> list[Workspace]:
    return [row for row in imported.records.get(Kind.WORKSPACES, ()) if isinstance(row, Workspace)]


def _file(each: Found, lead: str, now: datetime) -> ImportedFile:
    source = each.source
    how = json.dumps([VERSION, each.report, dict(each.columns), each.rows], sort_keys=True)
    return ImportedFile(
        lead=lead,
        report=each.report.value,
        file=source.path.name,
        digest=hashlib.sha256(f"{source.digest}{how}".encode()).hexdigest(),
        exported_on=source.exported_on,
        row_count=len(each.rows),
        mapping=each.columns,
        who=lead,
        at=now,
        rows=each.rows,
    )


def _imported(files: Sequence[ImportedFile], lead: str, fields: FieldNames) -> Imported:
    reports: dict[Report, list[ExportRow]] = {}
    for file in files:
        reports.setdefault(Report(file.report), []).extend(dict(row) for row in file.rows)
    return records_of(reports, lead, fields)


def _parts(imported: Imported, files: Sequence[ImportedFile]) -> tuple[list[Part], Promotion]:
    """Every kind whole; the scope is as old as the oldest file."""
    newest = max(file.at for file in files)
    parts = [
        part_of(PartHead(kind, By.ACCOUNT, ("",), newest), records, ()) for kind, records in imported.records.items()
    ]
    oldest = min(datetime.combine(file.exported_on, time(12), UTC) for file in files)
    ids = tuple(row.id for row in _workspaces(imported))
    scope = ScopeState(Scope(None, imported=True).key, min(oldest, newest), ids)
    return parts, Promotion(scope, imported.refusals, frozenset(Kind))
