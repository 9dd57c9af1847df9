"""`psdm journal`: what psdm has written to outside systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.changes.journal import Journal
    from psdm_cli.context import Environment

LastOption = Annotated[int | None, Option("--last", metavar="N", help="Only the N latest runs.")]


@examples("psdm journal list", "psdm journal list --last 5", "psdm journal list --json")
def list_(ctx: Context, *, last: LastOption = None) -> None:
    """Show the runs that wrote something, the latest first. Reads the local journal alone."""
    from psdm_cli.output.journal_document import LIST, JournalDocument

    if last is not None and last < 1:
        raise WrongUsage(f"--last: {last} is not a number of runs; expected 1 or more.")
    env = environment(ctx)
    env.finish(JournalDocument(LIST, _journal(env).runs(last), env.clock.zone))


@examples("psdm journal show 12", "psdm journal show last", "psdm journal show 12 --json")
def show(ctx: Context, run: Annotated[str, Argument(metavar="RUN|last", help="The run's number, or last.")]) -> None:
    """Show one run: every change with what stood before, what was sent, and what became of it."""
    from psdm_cli.output.journal_document import SHOW, JournalDocument
    from psdm_cli.workflows.applying import run_of

    env = environment(ctx)
    env.finish(JournalDocument(SHOW, (run_of(_journal(env), run),), env.clock.zone))


def _journal(env: Environment) -> Journal:
    from psdm_cli.changes.journal import Journal

    return Journal(env.store().journal)
