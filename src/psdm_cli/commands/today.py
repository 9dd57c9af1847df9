"""`psdm today`: what is due, for which project, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.arguments import RefreshOption
from psdm_cli.commands.completion_values import duty_names
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.contract_clocks import RiskWatch


@examples(
    "psdm today",
    "psdm today --refresh",
    "psdm today --done top-customer-notes",
    "psdm today --json --fields what,sow,due,overdue",
)
def today(
    ctx: Context,
    *,
    lead: LeadOption = None,
    refresh: RefreshOption = False,
    done: Annotated[
        list[str] | None,
        Option(
            "--done",
            metavar="DUTY",
            help="Tick off a duty of this week that psdm cannot see, such as top-customer-notes. Repeatable.",
            autocompletion=duty_names,
        ),
    ] = None,
    not_done: Annotated[
        list[str] | None,
        Option("--not-done", metavar="DUTY", help="Take a tick back. Repeatable.", autocompletion=duty_names),
    ] = None,
) -> None:
    """Show what is due, for which project, by when: the week's deadlines and what each engagement asks for.

    From the mirror, without a network; --refresh reads Kantata first, and asks GitLab for works at risk. Clocks of the
    contracts: SOW expiry and its two-month line, acceptance by silence, stop dates, hours that run out, milestones, the
    quarter's end. Deadlines are those of the handbook's zone, your
    own time (TZ) stands beside it. Monday's are done once this week's forecast is frozen and its manual steps are
    confirmed. Weekly duties: prep-complete, forecast-updated, timesheets-approved, top-customer-notes, health-reports,
    timesheets-submitted. Exit 3 when something is overdue or due today.
    """
    from psdm_cli.commands.cadence_settings import cadence
    from psdm_cli.commands.checklist import team_folder
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.output.today_document import TodayDocument
    from psdm_cli.workflows.today import Ticks, duties, look

    env = environment(ctx)
    if refresh and env.options.offline:
        raise WrongUsage("--refresh reads Kantata, and --offline forbids it; give one of them.")
    ticks = Ticks(duties(done or (), "--done"), duties(not_done or (), "--not-done"), keep=not env.options.dry_run)
    if both := set(ticks.done) & set(ticks.undone):
        raise WrongUsage(f"--done and --not-done both name {', '.join(sorted(both))}.")
    if ticks.done or ticks.undone:
        env.store(writing=not env.options.dry_run)
    with sources(env, offline=not refresh) as source:
        found = look(
            source,
            selection(lead, None),
            cadence(env.settings),
            env.clock.now,
            ticks=ticks,
            checklist_folder=team_folder(env),
            risks=lambda: _risks(env, asking=refresh, keep=ticks.keep),
        )
    document = TodayDocument(
        found.agenda,
        zone=env.settings.calendar.zone,
        own=lambda moment: moment.astimezone(),  # the machine's zone, TZ included
        week=found.week,
        now=env.clock.real,
        leads=found.leads,
        synced_at=found.synced_at,
    )
    env.finish(document)


def _risks(env: Environment, *, asking: bool, keep: bool) -> RiskWatch:
    """The open works at risk: asked of GitLab with --refresh, else as it showed them last."""
    from psdm_cli.workflows.risk_watch import ask, remembered

    if not asking:
        return remembered(env.store(), "GitLab was not asked. Run: psdm today --refresh")
    gitlab = env.gitlab_or_none()
    if gitlab is None:
        return remembered(env.store(), "GitLab was not asked: there is no token. Run: psdm auth login gitlab")
    return ask(gitlab, env.settings, env.store(), as_of=env.as_of, at=env.clock.real, keep=keep)
