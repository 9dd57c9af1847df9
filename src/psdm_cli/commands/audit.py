"""`psdm audit leaks`: internal words, labels, links and amounts that already stand where customers read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from typer import Context

from psdm_cli.commands.arguments import MaybeSowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.context import environment
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment

SOW_FORM = re.compile(r"(?:SOW-)?(\d+)", re.IGNORECASE)


@examples("psdm audit leaks SOW-1234", "psdm audit leaks", "psdm audit leaks --lead all --json")
def leaks(ctx: Context, sow: MaybeSowArgument = None, *, lead: LeadOption = None) -> None:
    """Look for internal content where customers read: margin, upside, amounts, exceptions, their labels and links.

    Reads the SOW's project (without SOW: those of my engagements) and the customer's subgroup: names, labels, epics,
    issues, notes, README, wiki. Changes nothing. Exit 3 when something is found, or could not be looked at.
    """
    from psdm_cli.output.leaks_document import leaks_answer
    from psdm_cli.workflows.leaks import find_leaks

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("GitLab cannot be looked through --offline.", hint="Leave out --offline.")
    gitlab = env.gitlab()
    sows, warnings = _sows(env, sow, lead)
    report = find_leaks(gitlab, env.place_names, env.internal_rules, sows, env.say)
    if sow is not None and not report.places:
        trees = " and ".join(env.place_names.delivery)
        raise NotFound(
            f"GitLab has no project {sows[0]} in {trees}, or this token may not see it.",
            hint=f"psdm init-project {sows[0]} builds it; gitlab.groups in the configuration says where it is.",
        )
    env.finish(leaks_answer(report, warnings))


def _sows(env: Environment, sow: str | None, lead: list[str] | None) -> tuple[list[str], tuple[str, ...]]:
    """The SOWs that are meant: the one named, known to Kantata or not, or those of the engagements in scope."""
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose

    number = SOW_FORM.fullmatch(sow.strip()) if sow is not None else None
    if number is not None:
        return [f"SOW-{number[1]}"], ()
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, None))
    if sow is not None:
        engagement = choose(prepared.assessment, sow, ask_which(env))
        if engagement.sow is None:
            raise NotFound(f"{engagement.name} has no SOW number in Kantata.", hint="Give the number: SOW-1234.")
        return [engagement.sow], prepared.warnings
    found = [each.sow for each in prepared.assessment.engagements if each.sow is not None]
    return list(dict.fromkeys(found)), prepared.warnings
