"""`psdm fix`: repair what a step of the forecast preparation found, or one finding, always by a plan."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.arguments import MaybeSowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.staffing_options import HoursOption
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples(
    "psdm fix FP-02 SOW-1234",
    "psdm fix FP-02:4711 --start 2026-12-01 --due 2026-12-11",
    "psdm fix FP-10:57 --date 2027-02-12",
    "psdm fix FP-07 --direct --dry-run",
    "psdm fix FP-09 --json",
)
def fix(
    ctx: Context,
    what: Annotated[str, Argument(metavar="STEP|KEY", help="A step such as FP-02, or a finding's key.")],
    sow: MaybeSowArgument = None,
    *,
    start: Annotated[str | None, Option("--start", metavar="YYYY-MM-DD", help="The task's start.")] = None,
    due: Annotated[str | None, Option("--due", metavar="YYYY-MM-DD", help="The task's due date.")] = None,
    day: Annotated[str | None, Option("--date", metavar="YYYY-MM-DD", help="A milestone's new sign-off date.")] = None,
    hours: HoursOption = None,
    direct: Annotated[
        bool, Option("--direct", help="Change bookings at once (needs edit rights), instead of asking the coordinator.")
    ] = False,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Repair findings of the forecast preparation: task dates, sign-off dates, bookings; texts for what people must do.

    FP-02: dates from a task's neighbours and the project's span, or those of --start and --due. FP-05, FP-10 and FP-04:
    a due or sign-off date moved. FP-07: soft bookings made hard. FP-08: the gap requested, at the pace so far or with
    --hours. FP-09: a reminder per person. Everything else is named with what to do. Exit 3 when something stays.
    """
    from psdm_cli.commands.fixes import carried_out
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which, desk, minutes
    from psdm_cli.commands.staffing_options import day as day_of
    from psdm_cli.errors import WrongUsage
    from psdm_cli.output.fix_document import FixDocument
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose
    from psdm_cli.workflows.fix_options import Answers
    from psdm_cli.workflows.named_fixes import named_fixes

    env = environment(ctx)
    answers = Answers(day_of(start, "--start"), day_of(due, "--due"), day_of(day, "--date"), minutes(hours))
    if answers.start is not None and answers.due is not None and answers.due < answers.start:
        raise WrongUsage(f"--due: {answers.due} lies before --start {answers.start}.")
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, None))
    engagement = None if sow is None else choose(prepared.assessment, sow, ask_which(env))
    fixing = named_fixes(
        (what,),
        prepared.steps(),
        prepared.assessment,
        desk(env),
        answers=answers,
        project=engagement.id if engagement is not None else None,
        direct=direct,
    )
    repaired = carried_out(env, f"psdm fix {what}", fixing, plan_out)
    env.finish(FixDocument(repaired, env.as_of, prepared.warnings))
