"""`psdm undo`: take back what a run wrote."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context

from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples


@examples("psdm undo last --dry-run", "psdm undo 12", "psdm undo 12 --yes --no-input --json")
def undo(
    ctx: Context,
    run: Annotated[str, Argument(metavar="RUN|last", help="The run's number in the journal, or last.")],
    *,
    plan_out: PlanOutOption = None,
) -> None:
    """Take back what a run wrote: the inverse of each change that is in, in reverse order, as a plan of its own.

    What was changed since is left alone, and what cannot be taken back (a request that was answered, a mail that was
    sent) is named: exit 3 then, 6 when nothing can be.
    """
    from psdm_cli.commands.writing import outcome_of, write_ports
    from psdm_cli.output.plan_document import AppliedDocument
    from psdm_cli.workflows.applying import plan_undo

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("psdm undo looks at what it takes back: leave out --offline.")
    _, found = plan_undo(write_ports(env), run)
    outcome = outcome_of(env, found.plan, plan_out=plan_out)
    code = outcome.exit_code or (3 if found.not_undone else 0)
    saved_in = str(plan_out) if outcome.stage.value == "saved" else None
    env.finish(AppliedDocument("undo", outcome.plan, outcome.run, code, found.not_undone, saved_in=saved_in))
