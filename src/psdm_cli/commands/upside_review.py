"""`psdm upside review`: what converted by itself is proposed, what is stale is asked."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.upside_options import day_said, hand
from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples(
    "psdm upside review",
    "psdm upside review --no-input --json",
    "psdm upside review --accept 3:convert --accept 4:keep",
    "psdm upside review --accept all",
)
def review(
    ctx: Context,
    *,
    accept: Annotated[
        list[str] | None,
        Option("--accept", metavar="KEY", help="Take an answer that the review offers; all: what changed by itself."),
    ] = None,
    lead: LeadOption = None,
) -> None:
    """Go through the weekly, monthly and quarterly reviews of upside.

    A soft booking that became hard, a signed change order, a confirmed milestone are proposed; entries that nobody
    looked at for a week, whose month or quarter is over, are asked. Without a terminal: listed, exit 3.
    """
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.domain.upside import UpsideStatus
    from psdm_cli.domain.upside_review import addresses
    from psdm_cli.output.upside_review_document import review_answer
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.upside_reviewing import Answered, looked, walk
    from psdm_cli.workflows.upside_reviewing import accept as accepted

    env = environment(ctx)
    env.store(writing=not env.options.dry_run)
    with sources(env) as source:
        prepared = forecasting.survey(source, selection(lead, None))
    doer = hand(env, who=prepared.me.name)
    entries = [each for each in doer.store.upside.list() if each.status is UpsideStatus.OPEN]
    gitlab = env.gitlab_or_none() if addresses(entries) else None
    why = "GitLab is not asked --offline" if env.options.offline else "there is no token for GitLab"
    instance = env.settings.gitlab.url
    found = looked(entries, prepared.assessment, doer, gitlab, instance=instance, why=why)
    if accept:
        ended = accepted(doer, found, accept)
    elif env.interactive:
        ended = walk(doer, found, env.prompter())
    else:
        ended = Answered(found.proposals, (), found.unseen)
    env.finish(
        review_answer(
            ended.waiting,
            ended.done,
            ended.unseen,
            as_of=day_said(env),
            dry_run=env.options.dry_run,
            warnings=prepared.warnings,
        )
    )
