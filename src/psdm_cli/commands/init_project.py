"""`psdm init-project`: find what sales left behind, build the collaboration space, walk the kickoff checklist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.completion_values import sow_numbers
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.commands.kickoff_options import Given
    from psdm_cli.commands.kickoff_run import KickoffRun
    from psdm_cli.context import Environment
    from psdm_cli.domain.space.names import Contract

SPACE_PANEL = "The space"
DEAL_PANEL = "The deal"


@examples(
    "psdm init-project SOW-1234",
    "psdm init-project SOW-1234 --dry-run",
    "psdm init-project SOW-1234 --customer Acme --staffing internal --activity Discovery --activity Migration --yes",
    "psdm init-project SOW-1234 --activities activities.csv --kickoff 2026-12-14",
    "psdm init-project SOW-1234 --tick 6 --tick 7 --yes",
    "psdm init-project SOW-1234 --check --json",
    "psdm --sandbox init-project SOW-2319",
)
def init_project(
    ctx: Context,
    sow: Annotated[
        str | None,
        Argument(
            metavar="[SOW]",
            help="SOW-1234; with --po a purchase order's number. Asked for at a terminal.",
            autocompletion=sow_numbers,
        ),
    ] = None,
    *,
    customer: Annotated[
        str | None, Option("--customer", metavar="NAME", help="Customer's name.", rich_help_panel=SPACE_PANEL)
    ] = None,
    staffing: Annotated[
        str | None,
        Option(
            "--staffing",
            metavar="internal|partner|mixed",
            help="Who delivers: any partner staff puts the group among the partners'.",
            rich_help_panel=SPACE_PANEL,
        ),
    ] = None,
    activity: Annotated[
        list[str] | None,
        Option(
            "--activity",
            metavar="NAME",
            help="An activity of the SOW: one epic each. Repeatable.",
            rich_help_panel=SPACE_PANEL,
        ),
    ] = None,
    activities: Annotated[
        Path | None,
        Option(
            "--activities",
            metavar="FILE",
            help="Activities from a file: one a line, CSV or YAML with title, start, due.",
            rich_help_panel=SPACE_PANEL,
        ),
    ] = None,
    link: Annotated[
        list[str] | None,
        Option(
            "--link",
            metavar="KIND=URL",
            help="A document for the note on the Customer Epic, such as sow=https://…. Repeatable.",
            rich_help_panel=SPACE_PANEL,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        Option(
            "--type",
            metavar="TYPE",
            help="T&M, FF, consulting block, dedicated engineer, training.",
            rich_help_panel=DEAL_PANEL,
        ),
    ] = None,
    po: Annotated[
        bool, Option("--po", help="The number is a purchase order's, not a SOW's.", rich_help_panel=DEAL_PANEL)
    ] = False,
    stage: Annotated[
        str | None,
        Option("--stage", metavar="5|6|closed-won", help="Stage of the opportunity.", rich_help_panel=DEAL_PANEL),
    ] = None,
    kickoff: Annotated[
        str | None, Option("--kickoff", metavar="YYYY-MM-DD", help="Day of the kickoff.", rich_help_panel=DEAL_PANEL)
    ] = None,
    kantata: Annotated[
        str | None,
        Option(
            "--kantata",
            metavar="ID",
            help="Kantata's project, where several bear the number.",
            rich_help_panel=DEAL_PANEL,
        ),
    ] = None,
    tick: Annotated[
        list[int] | None,
        Option("--tick", metavar="N", help="Tick step N (1 to 9) of the scheduling intake. Repeatable.", min=1, max=9),
    ] = None,
    check: Annotated[bool, Option("--check", help="Only check: nothing is asked, planned or remembered.")] = False,
    plan_out: PlanOutOption = None,
) -> None:
    """Build an engagement's collaboration space in GitLab as the handbook says, and prove it.

    Finds the Customer Epic with its intake and scoping issues, the Kantata project and what stands already; creates
    what is missing: group, project, labels, one epic per activity, README, issue templates, board, RAID, internal
    retrospective, the links on the Customer Epic and in Kantata. Run it again any day: nothing is made twice. Exit 3
    until the kickoff checklist is complete.
    """
    from psdm_cli.commands.kickoff_options import contract_of, given_facts, which_project
    from psdm_cli.workflows.kickoff_kantata import SeveralProjectsError

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("init-project asks GitLab and cannot answer --offline.", hint="Run it without --offline.")
    if check and (env.options.dry_run or plan_out is not None or tick):
        raise WrongUsage("--check only checks: leave out --dry-run, --plan-out and --tick.")
    given = given_facts(
        customer=customer,
        staffing=staffing,
        activities=activity,
        file=activities,
        links=link,
        kind=kind,
        stage=stage,
        kickoff=kickoff,
    )
    contract = contract_of(sow, po=po, ask=(lambda: _picked(env)) if env.interactive else None)
    env.store(writing=not (check or env.options.dry_run))
    try:
        run = _found(env, contract, given, kantata)
    except SeveralProjectsError as several:
        if not env.interactive:
            raise
        run = _found(env, contract, given, which_project(env.prompter(), several.choices))
    env.finish(run.checked() if check else run.carried_out(tuple(tick or ()), plan_out))


def _found(env: Environment, contract: Contract, given: Given, kantata: str | None) -> KickoffRun:
    """The run, everything read; nothing is asked while progress is shown."""
    from psdm_cli.commands.forecast_sources import sources
    from psdm_cli.commands.kickoff_run import KickoffRun

    with sources(env, "Reading Kantata and GitLab") as source:
        run = KickoffRun(env, source, contract, given, kantata)
        run.find()
    return run


def _picked(env: Environment) -> str:
    """The one of a person's engagements that is meant."""
    from psdm_cli.commands.forecast_sources import sources
    from psdm_cli.commands.kickoff_options import begun, picked

    with sources(env) as source:
        engagements = begun(source)
    return picked(env.prompter(), engagements)
