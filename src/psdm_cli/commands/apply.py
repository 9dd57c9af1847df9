"""`psdm apply`: apply a plan that was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context

from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples("psdm apply plan.json", "psdm apply plan.json --dry-run", "psdm apply plan.json --yes --no-input --json")
def apply(ctx: Context, file: Annotated[Path, Argument(metavar="FILE", help="A plan saved with --plan-out.")]) -> None:
    """Apply a plan that --plan-out saved, later or on behalf of somebody else.

    Everything is looked at first: when something has moved since the plan was made, nothing is written (exit 6). What
    is already in is kept, so that a plan that was interrupted can simply be applied again.
    """
    from psdm_cli.commands.writing import outcome_of, write_ports
    from psdm_cli.output.plan_document import AppliedDocument
    from psdm_cli.workflows.applying import saved_plan

    env = environment(ctx)
    plan = saved_plan(write_ports(env), file.expanduser())
    outcome = outcome_of(env, plan, strict=True)
    env.finish(AppliedDocument("apply", outcome.plan, outcome.run, outcome.exit_code))
