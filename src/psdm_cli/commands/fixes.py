"""Fixes named on the command line: `--fix STEP|KEY` of the forecast preparation, and what `psdm fix` shares with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from pathlib import Path

    from psdm_cli.context import Environment
    from psdm_cli.output.fix_document import Repaired
    from psdm_cli.workflows.forecasting import Prepared
    from psdm_cli.workflows.named_fixes import Fixing

FixesOption = Annotated[
    list[str] | None,
    Option(
        "--fix",
        metavar="STEP|KEY",
        help="Repair what this step found, or this finding: exactly those, by a plan. Repeatable.",
    ),
]


def carried_out(env: Environment, command: str, fixing: Fixing, plan_out: Path | None = None) -> Repaired:
    """The named fixes brought to their end, as the common options say."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.output.fix_document import Repaired

    for warning in fixing.warnings:
        env.say(f"Warning: {warning}")
    outcome = outcome_of(env, plan_of(env, command, fixing.changes), plan_out=plan_out)
    return Repaired(outcome.plan, fixing.drafts, fixing.left, outcome.run, outcome.exit_code)


def apply_named(env: Environment, prepared: Prepared, names: Sequence[str]) -> Repaired:
    """Exactly the fixes that `--fix` names. Raises what reading, planning and writing raise."""
    from psdm_cli.commands.staffing_options import desk
    from psdm_cli.workflows.named_fixes import named_fixes

    fixing = named_fixes(names, prepared.steps(), prepared.assessment, desk(env))
    named = " ".join(f"--fix {name}" for name in names)
    return carried_out(env, f"psdm forecast-prep {named}", fixing)
