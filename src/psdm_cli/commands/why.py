"""`psdm why`: the rows, the rule and the handbook's clause behind a figure, a finding or a step."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context

from psdm_cli.commands.completion_values import explainable
from psdm_cli.commands.forecast_sources import CsvOption, LeadOption, MarkdownOption, StatusOption
from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples(
    "psdm why FP-01",
    "psdm why to_forecast SOW-2301",
    "psdm why forecast 2026-12 SOW-2301",
    "psdm why coverage PM SOW-2301",
    "psdm why totals USD 2026-12 --csv",
    'psdm why people "Kim Ito"',
)
def why(
    ctx: Context,
    words: Annotated[
        list[str],
        Argument(
            metavar="WHAT [SOW]",
            help="A finding's key, a step (FP-01), or a figure (to_forecast, forecast 2026-12, coverage PSE, eac, …), "
            "then the SOW number, a part of the title, or the id.",
            autocompletion=explainable,
        ),
    ],
    *,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Explain a figure, a finding or a step of the forecast: the rows that add up to it, the rule, the handbook.

    Every figure of forecast-prep, forecast show and portfolio has an answer, in words that can be repeated in the call.
    Exit 3 when a figure is unknown: the answer then names the permission that would tell.
    """
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.domain.warnings import warnings_of
    from psdm_cli.output.why_document import WhyDocument
    from psdm_cli.workflows import explaining, forecasting

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, status))
        answer = explaining.explain(prepared, words)
    warnings = (*prepared.warnings, *warnings_of(prepared.assessment)) if env.options.verbose else prepared.warnings
    document = WhyDocument(
        answer,
        as_of=prepared.assessment.as_of,
        now=env.clock.real,
        synced_at=prepared.assessment.portfolio.synced_at,
        warnings=warnings,
        whole=env.options.verbose > 0,
    )
    finish(env, document, chosen)
