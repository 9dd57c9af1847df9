"""`psdm portfolio`: one line an engagement."""

from __future__ import annotations

from typer import Context

from psdm_cli.commands.forecast_sources import CsvOption, LeadOption, MarkdownOption, StatusOption
from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples(
    "psdm portfolio",
    "psdm portfolio --offline",
    "psdm portfolio --lead all --status Active --csv",
    "psdm portfolio --json --fields sow,burn,to_forecast",
)
def portfolio(
    ctx: Context,
    *,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Show every engagement at a glance: status, end, burn, EAC, funds, runway, booking gap, milestone, health."""
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.domain.portfolio_rows import portfolio_rows
    from psdm_cli.domain.warnings import warnings_of
    from psdm_cli.output.portfolio_document import PortfolioDocument
    from psdm_cli.workflows import forecasting

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, status))
    assessment = prepared.assessment
    document = PortfolioDocument(
        portfolio_rows(assessment),
        as_of=assessment.as_of,
        warnings=(*prepared.warnings, *warnings_of(assessment)),
        synced_at=assessment.portfolio.synced_at,
        now=env.clock.real,
    )
    finish(env, document, chosen)
