"""`psdm check`: hold a collaboration space against the handbook's shape, and heal it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer import Context

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.kickoff_checks.common import Kickoff
    from psdm_cli.workflows.kickoff_finding import Found


@examples("psdm check SOW-1234", "psdm check SOW-1234 --yes", "psdm check SOW-1234 --dry-run --json")
def check(ctx: Context, sow: SowArgument, *, plan_out: PlanOutOption = None) -> None:
    """Find what differs from the handbook's shape: labels, epics, RAID, project, board, README, retrospective.

    What can be healed is a plan: confirmed at a terminal, applied with --yes, only shown otherwise. Exit 0 when nothing
    differs (any more), 3 when something does or could not be looked at, 5 where there is no space at all.
    """
    from psdm_cli.commands.forecast_sources import sources
    from psdm_cli.commands.kickoff_kit import kit_of
    from psdm_cli.commands.kickoff_options import contract_of
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.output.check_document import CheckDocument
    from psdm_cli.workflows.applying import Stage
    from psdm_cli.workflows.kickoff_deciding import Deciding
    from psdm_cli.workflows.kickoff_finding import Desk, find, observed_again
    from psdm_cli.workflows.space_check import drift_of, refuse_nothing

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("check asks GitLab and cannot answer --offline.", hint="Run it without --offline.")
    with sources(env, "Reading Kantata and GitLab") as source:
        desk = Desk(source, env.gitlab(), env.settings, env.directory())
        found = find(desk, contract_of(sow, po=False, ask=None), {})
        refuse_nothing(found.space)
        deciding = Deciding(env.settings, lambda seen, facts: observed_again(desk, seen, facts))
        found, wanted = deciding.decide(found)
        kit = kit_of(env, desk)
        drift = drift_of(_kickoff(env, found), kit, wanted)
        plan = plan_of(env, f"psdm check {found.space.name}", drift.intent.changes)
        outcome = None
        if not plan.is_empty and (env.options.yes or env.options.dry_run or env.interactive or plan_out is not None):
            outcome = outcome_of(env, plan, plan_out=plan_out)
        left = None
        if outcome is not None and outcome.stage is Stage.APPLIED:
            found = find(desk, found.space.contract, found.space.told)
            left = drift_of(_kickoff(env, found), kit, wanted).findings
    env.finish(
        CheckDocument(
            sow=found.space.name,
            as_of=env.as_of,
            findings=drift.findings,
            unseen=drift.unseen,
            plan=outcome.plan if outcome is not None else plan,
            left_out=drift.intent.left_out,
            left=left,
            failed=outcome.exit_code if outcome is not None else 0,
            run=outcome.run if outcome is not None else None,
            warnings=found.prepared.warnings if found.prepared is not None else (),
        )
    )


def _kickoff(env: Environment, found: Found) -> Kickoff:
    from psdm_cli.workflows.kickoff_checklist import kickoff_of

    assessment = found.prepared.assessment if found.prepared is not None else None
    return kickoff_of(found.space, as_of=env.as_of, assessment=assessment, me=found.me.id)
