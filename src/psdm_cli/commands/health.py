"""`psdm health`: the health of an engagement suggested from data, decided by the PM, written to Kantata and GitLab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.completion_values import client_words, health_colors
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.health.deciding import Decision, Wishes
    from psdm_cli.output.health_document import HealthDocument
    from psdm_cli.workflows.forecasting import Prepared, Sources
    from psdm_cli.workflows.health import Looked

DECIDE_PANEL = "What you decide"
RED_PANEL = "When something is red"


def _dimension(option: str) -> Any:
    """The option for the colour of a dimension."""
    return Option(
        option,
        metavar="COLOUR[: WHY]",
        help="green, yellow or red.",
        rich_help_panel=DECIDE_PANEL,
        autocompletion=health_colors,
    )


@examples(
    "psdm health SOW-1234",
    "psdm health SOW-1234 --json",
    "psdm health SOW-1234 --as-suggested --client happy --overall green --text 'Wave A is live.' --yes",
    "psdm health SOW-1234 --schedule 'yellow: wave B slips a week' --budget green --scope green --risk green \\\n"
    "    --client engaged --overall yellow --text 'Wave B waits for runners.' --dry-run",
    "psdm health SOW-1234 --as-suggested --client frustrated --overall red --text 'Cutover failed.' \\\n"
    "    --raid R-003 --action 'Vendor call' --by 2026-12-04 --escalate --escalate-to 'Director PS' --yes",
)
def health(
    ctx: Context,
    sow: SowArgument,
    *,
    schedule: Annotated[str | None, _dimension("--schedule")] = None,
    budget: Annotated[str | None, _dimension("--budget")] = None,
    scope: Annotated[str | None, _dimension("--scope")] = None,
    risk: Annotated[str | None, _dimension("--risk")] = None,
    client: Annotated[
        str | None,
        Option(
            "--client",
            metavar="WORD[: WHY]",
            help="happy, engaged, disengaged, mildly-frustrated, frustrated, escalated, or a colour.",
            autocompletion=client_words,
            rich_help_panel=DECIDE_PANEL,
        ),
    ] = None,
    overall: Annotated[
        str | None,
        Option(
            "--overall",
            metavar="COLOUR",
            help="The whole.",
            rich_help_panel=DECIDE_PANEL,
            autocompletion=health_colors,
        ),
    ] = None,
    text: Annotated[
        str | None,
        Option(
            "--text", metavar="TEXT", help="Two or three lines: pros, cons, blockers.", rich_help_panel=DECIDE_PANEL
        ),
    ] = None,
    as_suggested: Annotated[
        bool,
        Option(
            "--as-suggested", help="Take the suggestion for every dimension not said.", rich_help_panel=DECIDE_PANEL
        ),
    ] = False,
    raid: Annotated[
        str | None,
        Option("--raid", metavar="ENTRY", help="RAID entry, title or address.", rich_help_panel=RED_PANEL),
    ] = None,
    action: Annotated[
        str | None, Option("--action", metavar="TEXT", help="What is done.", rich_help_panel=RED_PANEL)
    ] = None,
    by: Annotated[
        str | None, Option("--by", metavar="YYYY-MM-DD", help="Until when.", rich_help_panel=RED_PANEL)
    ] = None,
    escalate: Annotated[
        bool | None,
        Option("--escalate/--no-escalate", help="Label the RAID log Escalated.", rich_help_panel=RED_PANEL),
    ] = None,
    escalate_to: Annotated[
        str | None, Option("--escalate-to", metavar="WHO", help="To whom: noted internally.", rich_help_panel=RED_PANEL)
    ] = None,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Suggest a colour for schedule, budget, scope and risk, ask for the client, and write this day's health report.

    Without a decision nothing is written: the suggestion alone is shown, exit 3 where it is not green or a part could
    not be looked at. A decision becomes a plan: Kantata's report (a second one of a day changes the first), GitLab's
    health on the internal Customer Epic. Red needs --raid, --action and --by. Internal, all of it.
    """
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.workflows import forecasting

    env = environment(ctx)
    said = {"schedule": schedule, "budget": budget, "scope": scope, "risk": risk, "client": client}
    wishes = _wishes(said, overall=overall, text=text, as_suggested=as_suggested, by=by)
    wishes = _of_red(wishes, raid=raid, action=action, escalate=escalate, escalate_to=escalate_to)
    if env.options.offline and not wishes.is_silent:
        raise WrongUsage("A health report cannot be written --offline.", hint="Run it without --offline.")
    with sources(env) as source:  # nothing is asked while progress is shown
        prepared = forecasting.prepare(source, selection(lead, None))
    looked = _looked(env, source, prepared, sow)
    decision = _decision(env, looked, wishes)
    env.finish(_written(env, prepared, looked, decision, plan_out))


def _wishes(
    said: dict[str, str | None], *, overall: str | None, text: str | None, as_suggested: bool, by: str | None
) -> Wishes:
    """What the options say. Raises `WrongUsage` for a colour that is none."""
    from psdm_cli.domain.health.deciding import Wishes, colour_of, verdict_of
    from psdm_cli.domain.health.dimensions import Dimension
    from psdm_cli.options import iso_date

    verdicts = {}
    for name, value in said.items():
        if value is None:
            continue
        try:
            verdicts[Dimension(name)] = verdict_of(Dimension(name), value)
        except ValueError as error:
            raise WrongUsage(f"--{name}: {error}.") from None
    try:
        whole = None if overall is None else colour_of(overall)
    except ValueError as error:
        raise WrongUsage(f"--overall: {error}.") from None
    if text is not None and not text.strip():
        raise WrongUsage("--text: expected a text, not an empty one.")
    day = None if by is None else iso_date(by, "--by")
    return Wishes(verdicts, whole, text, by=day, as_suggested=as_suggested)


def _of_red(
    wishes: Wishes, *, raid: str | None, action: str | None, escalate: bool | None, escalate_to: str | None
) -> Wishes:
    from dataclasses import replace

    for option, value in (("--raid", raid), ("--action", action), ("--escalate-to", escalate_to)):
        if value is not None and not value.strip():
            raise WrongUsage(f"{option}: expected a text, not an empty one.")
    if escalate is False and escalate_to is not None:
        raise WrongUsage("--escalate-to and --no-escalate contradict each other.")
    wanted = True if escalate_to is not None else escalate
    return replace(wishes, raid=raid, action=action, escalate=wanted, escalate_to=escalate_to)


def _looked(env: Environment, source: Sources, prepared: Prepared, sow: str) -> Looked:
    """The engagement in both systems; without GitLab scope and risk are unknown."""
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.commands.status import NO_GITLAB, OFFLINE
    from psdm_cli.workflows import engagement_status
    from psdm_cli.workflows.engagement_choice import choose
    from psdm_cli.workflows.health import look

    engagement = choose(prepared.assessment, sow, ask_which(env))
    gitlab = env.gitlab_or_none()
    shown = engagement_status.Seen(why_not=OFFLINE if env.options.offline else NO_GITLAB)
    if gitlab is not None:
        shown = engagement_status.look(source, gitlab, env.settings, prepared, engagement)
    return look(prepared, engagement, env.settings, gitlab, shown)


def _decision(env: Environment, looked: Looked, wishes: Wishes) -> Decision | None:
    """What the PM decides; None: nothing was decided, psdm only suggests. Raises `WrongUsage` for half a decision."""
    from psdm_cli.domain.health.deciding import completed, decision_of, missing
    from psdm_cli.workflows.health_asking import asked

    if env.interactive and not env.options.offline:
        person = env.prompter()
        if wishes.is_silent:
            env.say(f"{looked.engagement.name}: suggested {looked.suggested.overall or 'nothing'}")
            for judged in looked.suggested.dimensions:
                env.say(f"  {judged.dimension}: {judged.color or 'not known'}, {'; '.join(judged.reasons)}")
            if not person.confirm("Write this day's health report now?", default=True):
                return None
        return decision_of(asked(person, looked.suggested, wishes))
    if wishes.is_silent:
        return None
    whole = completed(wishes, looked.suggested)
    lacking = missing(whole)
    if lacking:
        raise WrongUsage(
            f"A health report is decided by you, and this is half a decision: {', '.join(lacking)} "
            f"{'is' if len(lacking) == 1 else 'are'} missing.",
            hint="--as-suggested takes the suggestion for dimensions that data can judge; red needs --raid, --action, "
            "--by.",
        )
    return decision_of(whole)


def _written(
    env: Environment, prepared: Prepared, looked: Looked, decision: Decision | None, plan_out: Path | None
) -> HealthDocument:
    """Carry the decision out, as far as the options let it go."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.output.health_document import HealthDocument, Report
    from psdm_cli.output.views import Dated
    from psdm_cli.workflows.health_planning import Planning

    assessment = prepared.assessment
    dated = Dated(
        as_of=assessment.as_of,
        now=env.clock.real,
        synced_at=assessment.portfolio.synced_at,
        warnings=prepared.warnings,
    )
    report = Report(
        name=looked.engagement.name,
        sow=looked.engagement.sow,
        project=looked.engagement.id,
        title=looked.engagement.title,
        suggested=looked.suggested,
        previous=(looked.latest.color if looked.latest is not None else None, looked.latest_on),
        unseen=looked.unseen,
    )
    if decision is None:
        return HealthDocument(report, dated)
    intent = Planning(looked, decision, env.settings, env.doors(), env.as_of).intent()
    plan = plan_of(env, f"psdm health {looked.engagement.name}", intent.changes)
    outcome = outcome_of(env, plan, plan_out=plan_out)
    return HealthDocument(
        report,
        dated,
        decision=decision,
        plan=outcome.plan,
        left_out=intent.left_out,
        run=outcome.run,
        failed=outcome.exit_code,
        saved_in=str(plan_out) if plan_out is not None else None,
    )
