"""`psdm forecast`: show the forecast, freeze the week's, see what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.completion_values import groupings
from psdm_cli.commands.forecast_sources import CsvOption, LeadOption, MarkdownOption, StatusOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.domain.breakdown import By


@examples(
    "psdm forecast show",
    "psdm forecast show --by month",
    "psdm forecast show --by role --lead all --csv",
    "psdm forecast show --by person --json --fields label,hours",
)
def show(
    ctx: Context,
    *,
    by: Annotated[
        str,
        Option(
            "--by",
            metavar="project|month|role|person|type",
            help="What the rows stand for.",
            autocompletion=groupings,
        ),
    ] = "project",
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Show the forecast: hard bookings times rate, and dated fixed-fee milestones, month by month."""
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.domain.breakdown import breakdown
    from psdm_cli.domain.warnings import warnings_of
    from psdm_cli.output.breakdown_document import ForecastShowDocument
    from psdm_cli.workflows import forecasting

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    grouped = grouping(by)
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, status))
    assessment = prepared.assessment
    warnings = (*prepared.warnings, *warnings_of(assessment))
    document = ForecastShowDocument(
        breakdown(assessment, grouped),
        as_of=assessment.as_of,
        warnings=warnings,
        synced_at=assessment.portfolio.synced_at,
        now=env.clock.real,
    )
    finish(env, document, chosen)


@examples("psdm forecast freeze", "psdm forecast freeze --lead all", "psdm forecast freeze --json")
def freeze(ctx: Context, *, lead: LeadOption = None, status: StatusOption = None) -> None:
    """Store this week's forecast as a snapshot: what later weeks are compared with, and accuracy is judged by.

    Snapshots never change; freezing again in the same week adds a revision. Nothing is written to Kantata.
    """
    from psdm_cli.commands.forecast_prep import refuse_offline_freeze
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.domain.warnings import warnings_of
    from psdm_cli.output.freeze_document import ForecastFreezeDocument
    from psdm_cli.workflows import forecasting, freezing

    env = environment(ctx)
    refuse_offline_freeze(True, env.options.offline)
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, status))
        frozen = freezing.freeze(source, prepared, dry_run=env.options.dry_run)
    warnings = (*prepared.warnings, *warnings_of(prepared.assessment))
    env.finish(ForecastFreezeDocument(frozen, warnings))


@examples(
    "psdm forecast diff",
    "psdm forecast diff --since 2026-11-16",
    "psdm forecast diff --markdown",
)
def diff(
    ctx: Context,
    *,
    since: Annotated[
        str | None,
        Option("--since", metavar="YYYY-MM-DD", help="Compare with the last forecast frozen up to this date."),
    ] = None,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Show what changed since a frozen forecast: pushes, pulls, more, less, new and gone engagements."""
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.options import iso_date
    from psdm_cli.output.difference_document import ForecastDiffDocument
    from psdm_cli.workflows import forecasting, freezing

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    day = iso_date(since, "--since") if since is not None else None
    if day is not None and day > env.as_of:
        raise WrongUsage(f"--since: {day} lies after the as-of date {env.as_of}.")
    with sources(env) as source:
        report = freezing.difference(source, forecasting.prepare(source, selection(lead, status)), day)
    finish(env, ForecastDiffDocument(report), chosen)


def grouping(text: str) -> By:
    """The grouping that `--by` names. Raises `WrongUsage` with the nearest one."""
    from difflib import get_close_matches

    from psdm_cli.domain.breakdown import By

    names = [by.value for by in By]
    wanted = text.strip().casefold()
    if wanted not in names:
        near = get_close_matches(wanted, names, n=1, cutoff=0.4)
        meant = f"Did you mean {near[0]}?" if near else f"Choose one of: {', '.join(names)}."
        raise WrongUsage(f"--by: the forecast is not grouped by {text!r}.", hint=meant)
    return By(wanted)
