"""The columns of files that are imported: which report each is, and what people say about those that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.domain.imports.reports import FIELDS, NEEDED, ColumnMap, Report, key_of, report_of
from psdm_cli.domain.imports.rows import unknown_titles
from psdm_cli.errors import WrongUsage
from psdm_cli.prompting import Choice, Prompter
from psdm_cli.sheets.reading import Table

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

COLUMNS = "import columns"  # the fact that keeps what a person said about columns
_WHOLE_SITE = ""
_ASIDE = "-"
Told = dict[str, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was given: what is in it, and the day that it is of; `is_stated`: somebody said that day."""

    path: Path
    table: Table
    digest: str
    exported_on: date
    is_stated: bool = False


def told_columns(store: Store) -> Told:
    """What was said about columns in earlier imports, by report and title."""
    fact = store.facts.get(_WHOLE_SITE, COLUMNS)
    return {} if fact is None else json.loads(fact.value)


def refuse_twins(sources: Sequence[Source]) -> None:
    """Raise `WrongUsage` where the same content was given twice: its rows would count twice."""
    seen: dict[str, Path] = {}
    for source in sources:
        other = seen.setdefault(source.digest, source.path)
        if other != source.path:
            raise WrongUsage(f"{other} and {source.path} are the same file.", hint="Give it once.")


def settle(
    mapping: ColumnMap, sources: Sequence[Source], wanted: Report | None, prompter: Prompter | None
) -> tuple[dict[Path, Report], Told]:
    """Which report each file is, and what a person says about columns that nobody knows.

    Raises `WrongUsage` for a header of no report, and for unknown columns where nobody can be asked.
    """
    reports: dict[Path, Report] = {}
    told: Told = {}
    for source in sources:
        try:
            report = wanted or report_of(mapping, source.table.titles)
        except ValueError as error:
            raise WrongUsage(
                f"{source.path}: {error}.",
                hint="Say which title holds what in a mapping file (--map FILE), or at a terminal which report it is "
                "(--report NAME), to be asked.",
            ) from None
        reports[source.path] = report
        known = told.setdefault(report.value, {})
        unknown = [t for t in unknown_titles(mapping, report, source.table.titles) if key_of(t) not in known]
        if unknown and prompter is None:
            one = ", ".join(f"{title!r}" for title in unknown)
            raise WrongUsage(
                f"{source.path}: {_lacking(mapping, source, report)}psdm does not know what stands in {one}.",
                hint=f"Leave a column aside: --ignore {json.dumps(unknown[0], ensure_ascii=False)} (--ignore '*': all "
                "such), name it in a file: --map FILE, or run it at a terminal and be asked once.",
            )
        for title in unknown:
            if prompter is not None:
                taken = {mapping.field_of(report, each) for each in source.table.titles} | set(known.values())
                free = [name for name in FIELDS[report] if name not in taken]
                known[key_of(title)] = _asked(prompter, f"{source.path.name} ({report})", title, free)
    return reports, {report: titles for report, titles in told.items() if titles}


def _lacking(mapping: ColumnMap, source: Source, report: Report) -> str:
    """Which needed columns nothing is known to hold, as the beginning of a sentence."""
    held = {mapping.field_of(report, title) for title in source.table.titles}
    lacking = [name for name in NEEDED[report] if name not in held]
    return f"as {report} it lacks a column for {', '.join(lacking)}, and " if lacking else ""


def _asked(prompter: Prompter, where: str, title: str, free: Sequence[str]) -> str | None:
    choices = [Choice(_ASIDE, "nothing that psdm needs"), *(Choice(name, name.replace("_", " ")) for name in free)]
    answer = prompter.choose(f"{where}: what stands in the column {title!r}?", choices)
    return None if answer == _ASIDE else answer


def remember(store: Store, told: Told, who: str, now: datetime) -> None:
    """Keep what was said, for the next time."""
    if not told:
        return
    known = told_columns(store)
    for report, titles in told.items():
        known.setdefault(report, {}).update(titles)
    store.facts.put(_WHOLE_SITE, COLUMNS, json.dumps(known, ensure_ascii=False, sort_keys=True), who=who, at=now)


def with_told(told: Told, more: Told) -> Told:
    """What was said before and now."""
    return {report: {**told.get(report, {}), **more.get(report, {})} for report in {*told, *more}}
