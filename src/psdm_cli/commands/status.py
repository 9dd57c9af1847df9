"""`psdm status`: one engagement across both systems on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer import Context

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.context import environment
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.engagement_status import EngagementStatus
    from psdm_cli.workflows.forecasting import Prepared, Sources


@examples("psdm status SOW-1234", "psdm status SOW-1234 --json", "psdm --offline status SOW-1234")
def status(ctx: Context, sow: SowArgument, *, lead: LeadOption = None) -> None:
    """Show one engagement on one page: space, people, bookings, money, milestones, RAID, scope changes, clocks.

    Internal: it shows money. Reads only. Exit 3 when a finding is about it, or a part could not be looked at; without
    GitLab the Kantata side is shown all the same.
    """
    from psdm_cli.commands.forecast_sources import sources
    from psdm_cli.domain.warnings import warnings_of
    from psdm_cli.output.status_document import StatusDocument
    from psdm_cli.output.views import Dated

    env = environment(ctx)
    with sources(env) as source:
        prepared, page = _gathered(env, source, sow, lead)
    assessment = prepared.assessment
    dated = Dated(
        as_of=assessment.as_of,
        now=env.clock.real,
        synced_at=assessment.portfolio.synced_at,
        warnings=(*prepared.warnings, *warnings_of(assessment)) if env.options.verbose else prepared.warnings,
    )
    env.finish(StatusDocument(page, dated))


def _gathered(env: Environment, source: Sources, sow: str, lead: list[str] | None) -> tuple[Prepared, EngagementStatus]:
    from psdm_cli.commands.forecast_sources import selection
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.workflows import engagement_status, forecasting
    from psdm_cli.workflows.engagement_choice import choose

    prepared = forecasting.prepare(source, selection(lead, None))
    engagement = choose(prepared.assessment, sow, ask_which(env))
    gitlab = env.gitlab_or_none()
    seen = engagement_status.Seen(why_not=OFFLINE if env.options.offline else NO_GITLAB)
    if gitlab is not None:
        seen = engagement_status.look(source, gitlab, env.settings, prepared, engagement)
    return prepared, engagement_status.gather(prepared, engagement, env.store(), env.settings, seen)


OFFLINE = "GitLab was not asked: --offline"
NO_GITLAB = "GitLab was not asked: there is no token. Run: psdm auth login gitlab"
