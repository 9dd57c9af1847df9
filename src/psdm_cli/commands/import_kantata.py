"""`psdm import kantata`: report exports of Kantata into the mirror, for those who cannot use its API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from datetime import date

    from psdm_cli.context import Environment
    from psdm_cli.domain.engagements import FieldNames
    from psdm_cli.domain.imports.reports import Report
    from psdm_cli.workflows.import_columns import Source


@examples(
    'psdm import kantata budget.csv allocations.csv tasks.csv time.csv --as "Dana Lindqvist"',
    "psdm import kantata time.xlsx --dry-run",
    "psdm import kantata time.xlsx --map our-columns.yaml --ignore Notes",
    "psdm import kantata budget.csv --exported-on 2026-11-20 --json",
)
def kantata(
    ctx: Context,
    files: Annotated[list[Path], Argument(metavar="FILE…", help="Report exports, CSV or XLSX.")],
    *,
    lead: Annotated[
        str | None,
        Option("--as", metavar="NAME", help="Project lead whose projects these are, as the reports write the name."),
    ] = None,
    mapping: Annotated[
        Path | None, Option("--map", metavar="FILE", help="YAML file that says which column holds what.")
    ] = None,
    ignore: Annotated[
        list[str] | None,
        Option("--ignore", metavar="COLUMN", help="Leave a column aside; * all that are unknown. Repeatable."),
    ] = None,
    report: Annotated[
        str | None,
        Option("--report", metavar="NAME", help="What the files are: budget, allocations, tasks, time or billing."),
    ] = None,
    exported_on: Annotated[
        str | None,
        Option("--exported-on", metavar="DATE", help="Day that the files are of; default the day of each file."),
    ] = None,
) -> None:
    """Take report exports of Kantata into the mirror, so that every report works without rights to its API.

    Afterwards psdm --offline portfolio, forecast-prep, forecast show and the others answer from the files, in a mirror
    of their own, and say of which file and day each figure is; reading Kantata again ends that. All files of one report
    in one call are that report: they replace the ones imported before. One wrong row, and nothing is taken over: every
    wrong row is named with what was expected (exit 2). The same files twice change nothing.
    """
    from psdm_cli.commands.forecast_sources import rules
    from psdm_cli.output.import_document import imported_answer
    from psdm_cli.sheets.kantata_columns import column_map
    from psdm_cli.workflows.import_columns import refuse_twins, settle, told_columns, with_told
    from psdm_cli.workflows.kantata_importing import WrongRowsError, lead_of, take, understand

    env = environment(ctx)
    wanted, day = _report(report), _day(exported_on)
    sources = [_source(env, each.expanduser(), day) for each in dict.fromkeys(files)]
    refuse_twins(sources)
    keep = not env.options.dry_run
    store = env.store(writing=keep)
    fields = rules(env.settings).fields
    told, own, prompter = told_columns(store), _own_titles(fields), env.prompter() if env.interactive else None
    columns = column_map(mapping, told=told, ignored=ignore or (), own=own)
    reports, more = settle(columns, sources, wanted, prompter)
    columns = column_map(mapping, told=with_told(told, more), ignored=ignore or (), own=own)
    try:
        found = understand(columns, sources, reports)
    except WrongRowsError as error:
        if not env.options.json:  # a line for each row, before the sentence about them all
            for row in error.rows:
                env.terminal.say(row, always=True)
            error.message = error.summary
        raise
    who = lead_of(store, lead, found, prompter)
    taken = take(store, env.account_scope, who, found, fields, now=env.clock.real, told=more, keep=keep)
    env.finish(imported_answer(taken, as_of=env.as_of, kept=keep))


def _report(name: str | None) -> Report | None:
    from psdm_cli.domain.imports.reports import Report

    if name is None:
        return None
    word = name.strip().casefold()
    if word not in set(Report):
        raise WrongUsage(f"--report: expected one of {', '.join(Report)}, not {name!r}.")
    return Report(word)


def _day(text: str | None) -> date | None:
    from psdm_cli.options import iso_date

    return None if text is None else iso_date(text, "--exported-on")


def _source(env: Environment, path: Path, day: date | None) -> Source:
    """A file with its content, and the day that it is of: the one given, else that of its time stamp."""
    import hashlib
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from psdm_cli.sheets.reading import read_table
    from psdm_cli.workflows.import_columns import Source

    table = read_table(path)
    zone = ZoneInfo(env.settings.calendar.zone)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        stamped = datetime.fromtimestamp(path.stat().st_mtime, zone).date()
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from None
    today = env.clock.real.astimezone(zone).date()
    if day is not None and day > max(today, env.as_of):
        raise WrongUsage(f"--exported-on {day} lies in the future.")
    return Source(path, table, digest, day or min(stamped, today), is_stated=day is not None)


def _own_titles(fields: FieldNames) -> dict[tuple[Report, str], str]:
    """The custom fields as this account calls them (`kantata.fields`)."""
    from psdm_cli.domain.imports.reports import Report

    budget, tasks = Report.BUDGET, Report.TASKS
    return {
        (budget, "sow"): fields.sow,
        (budget, "billing_type"): fields.billing_type,
        (budget, "sow_expiry"): fields.sow_expiry,
        (budget, "passive_language"): fields.passive_language,
        (tasks, "signoff_sent"): fields.signoff_sent,
        (tasks, "signoff_received"): fields.signoff_received,
    }
