"""`psdm upside export` and `import`: the weekly revenue tracking sheet, out and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.upside_options import (
    QuarterOption,
    ScenarioOption,
    day_said,
    hand,
    quarter_name,
    read,
    scenario_named,
)
from psdm_cli.context import environment
from psdm_cli.errors import StoreProblem, WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.upside_sheet import Layout
    from psdm_cli.workflows.upside_adding import Adding
    from psdm_cli.workflows.upside_importing import AddingOf, Differences

ColumnsOption = Annotated[
    Path | None, Option("--columns", metavar="FILE", help="YAML file of the sheet's columns; default upside.columns.")
]
XLSX, CSV = "xlsx", "csv"


@examples(
    "psdm upside export upside.xlsx",
    "psdm upside export upside.csv --quarter FY27-Q4",
    "psdm upside export --csv > upside.csv",
    "psdm upside export upside.xlsx --columns our-sheet.yaml --all",
)
def export(
    ctx: Context,
    file: Annotated[Path | None, Argument(metavar="[FILE]", help="FILE.xlsx or FILE.csv; replaced if there.")] = None,
    *,
    csv: Annotated[
        bool, Option("--csv", help="CSV, whatever the file is called; without a file it is printed.")
    ] = False,
    columns: ColumnsOption = None,
    quarter: QuarterOption = None,
    scenario: ScenarioOption = None,
    every: Annotated[bool, Option("--all", help="Closed entries of earlier quarters too.")] = False,
) -> None:
    """Write the weekly revenue tracking sheet: typed cells, filters, a sheet of totals by formula; or CSV.

    The columns come from a file (upside.columns, --columns), by default ours. Text is never written as a formula.
    """
    from psdm_cli.domain.dates import quarter_of
    from psdm_cli.output.upside_sheet import exported_answer, upside_csv, upside_xlsx
    from psdm_cli.workflows.upside_ledger import Filter

    env = environment(ctx)
    form = _form(env, file, csv=csv)
    layout = _layout(env, columns)
    wanted = Filter(
        quarter=quarter_name(env, quarter), scenario=read(scenario, "--scenario", scenario_named), every=every
    )
    now = quarter_of(env.as_of, env.settings.calendar.fiscal_year_start).name
    entries = wanted.of(env.store().upside.list(), now)
    text = upside_csv(entries, layout) if form == CSV else None
    if file is None:
        env.finish(exported_answer(None, entries, layout), text=text if not env.options.json else None)
        return
    content = text.encode("utf-8-sig") if text is not None else upside_xlsx(entries, layout)
    if env.options.dry_run:
        env.say(f"{file} is not written (--dry-run).")
    else:
        _write(file, content)
    env.finish(exported_answer(str(file), entries, layout))


def _form(env: Environment, file: Path | None, *, csv: bool) -> str:
    """Which form is meant. Raises `WrongUsage`."""
    ending = "" if file is None else file.suffix.casefold().lstrip(".")
    if csv or ending == CSV:
        if ending == XLSX:
            raise WrongUsage(f"--csv writes no XLSX: call the file {file.stem if file else 'upside'}.csv.")
        if file is None and env.options.json:
            raise WrongUsage("--json and --csv ask for different forms of the result; give a file for one of them.")
        return CSV
    if ending == XLSX:
        return XLSX
    if file is None:
        raise WrongUsage("psdm upside export needs a file, FILE.xlsx or FILE.csv; or --csv, to print it.")
    raise WrongUsage(f"{file.name}: a sheet is called FILE.xlsx or FILE.csv.")


def _layout(env: Environment, columns: Path | None) -> Layout:
    """The sheet's columns: of the option, of the configuration, ours."""
    from psdm_cli.sheets.columns import layout

    if columns is not None:
        return layout(columns.expanduser())
    named = env.settings.upside.columns
    if named is None:
        return layout(None)
    return layout((env.options.config or env.folders.config_file).parent / Path(named).expanduser())


def _write(file: Path, content: bytes) -> None:
    """The file whole or not at all: who looks meanwhile sees the old one."""
    from psdm_cli.whole_file import put_whole

    try:
        put_whole(file, content)  # amounts: for its owner alone
    except OSError as error:
        raise StoreProblem(f"{file} cannot be written: {error.strerror}.") from None


@examples(
    "psdm upside import upside.xlsx",
    "psdm upside import upside.csv --dry-run",
    "psdm upside import upside.xlsx --yes --no-input --json",
)
def import_(
    ctx: Context,
    file: Annotated[Path, Argument(metavar="FILE", help="The sheet, XLSX or CSV.")],
    *,
    columns: ColumnsOption = None,
    lead: LeadOption = None,
) -> None:
    """Take a sheet back: what differs from the ledger is shown as a plan, and stored when you say so.

    Rows are known by their ID; one without is a new entry and must keep the rules of psdm upside add. One wrong row,
    and nothing is taken over: every wrong row is named with what is wrong (exit 2).
    """
    from psdm_cli.output.upside_sheet import imported_answer
    from psdm_cli.sheets.reading import read_table
    from psdm_cli.workflows.upside_importing import WrongRowsError, differences, read_lines, take

    env = environment(ctx)
    layout = _layout(env, columns)
    table = read_table(file.expanduser(), layout.sheet)
    lines = read_lines(layout, table.titles, [(row.number, row.cells) for row in table.rows])
    doer = hand(env)
    try:
        found = differences(doer, lines, _adding_of(env, lead), env.settings.gitlab.url)
    except WrongRowsError as error:
        if not env.options.json:  # a line for each row, before the sentence about them all
            for row in error.rows:
                env.terminal.say(row, always=True)
            error.message = error.summary
        raise
    if not found.items:
        end, items = "Nothing differs: the ledger is as the sheet says.", found.items
    elif env.options.dry_run:
        end, items = "Nothing was stored (--dry-run).", found.items
    elif _agreed(env, found):
        items = take(doer, found)
        end = "1 change was stored." if len(items) == 1 else f"{len(items)} changes were stored."
    else:
        end, items = "Nothing was stored.", found.items
    warnings = (*found.warnings, *_ignored(layout, table.titles))
    env.finish(
        imported_answer(str(file), items, unchanged=found.unchanged, absent=found.absent, end=end, warnings=warnings)
    )


def _ignored(layout: Layout, titles: tuple[str, ...]) -> tuple[str, ...]:
    from psdm_cli.domain.upside_sheet import unknown_titles

    unknown = unknown_titles(layout, titles)
    return (f"Columns that psdm does not know, left aside: {', '.join(unknown)}.",) if unknown else ()


def _adding_of(env: Environment, lead: list[str] | None) -> AddingOf:
    """How the engagement of a new row is found; Kantata is read when the first one needs it."""
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose
    from psdm_cli.workflows.upside_adding import Adding

    known: list[forecasting.Prepared] = []

    def adding(word: str) -> Adding:
        if not known:
            with sources(env) as source:
                known.append(forecasting.prepare(source, selection(lead, None)))
        assessment = known[0].assessment
        label = env.settings.labels["change_order"].name
        return Adding(assessment, choose(assessment, word), env.gitlab_or_none(), "GitLab cannot be asked", label)

    return adding


def _agreed(env: Environment, found: Differences) -> bool:
    """Whether the differences are to be stored. Raises `WrongUsage` where nobody can be asked and --yes is missing."""
    from psdm_cli.errors import RefusedByRule
    from psdm_cli.output.layout import Page
    from psdm_cli.output.upside_sheet import add_differences

    most = env.options.max_changes
    if most is not None and len(found.items) > most:
        raise RefusedByRule(f"The sheet makes {len(found.items)} changes, more than --max-changes {most} allows.")
    if env.options.yes:
        return True
    if not env.interactive:
        raise WrongUsage(
            f"The sheet makes {len(found.items)} changes: nobody can be asked, and --yes was not given.",
            hint="Look first: add --dry-run. Take it over: add --yes.",
        )
    console = env.terminal.console(env.terminal.err)
    page = Page(console.width)
    add_differences(page, found.items, found.unchanged, found.absent)
    page.write(console)
    for warning in found.warnings:
        env.say(f"Warning: {warning}")
    return env.prompter().confirm(f"Take this over, as of {day_said(env)}?", default=False)
