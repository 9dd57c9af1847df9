"""The walk of `psdm forecast-prep`: whether it runs, what it works with, and what its options answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Option

from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from psdm_cli.context import Environment
    from psdm_cli.output.document import ResultDocument
    from psdm_cli.workflows.checklist_runs import OpenRun
    from psdm_cli.workflows.forecasting import Prepared, Selection, Sources
    from psdm_cli.workflows.walk_answers import Answers
    from psdm_cli.workflows.walk_options import WalkOptions
    from psdm_cli.workflows.walk_tools import Tools

PANEL = "The walk"
CHECKLIST = "forecast-prep"

WalkOption = Annotated[
    bool | None,
    Option(
        "--walk/--no-walk",
        help="Go through the findings with questions; at a terminal that is the default. Or print the page only.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
WaiveOption = Annotated[
    list[str] | None,
    Option(
        "--waive",
        metavar="KEY=REASON@DATE",
        help="Answer for a finding until that day, the day included. Repeatable.",
        rich_help_panel=PANEL,
    ),
]
UpsideOption = Annotated[
    list[str] | None,
    Option(
        "--upside",
        metavar="KEY=REASON[@PERCENT]",
        help="Add a soft booking or a milestone to the upside ledger. Repeatable.",
        rich_help_panel=PANEL,
    ),
]
AnswerOption = Annotated[
    list[str] | None,
    Option(
        "--answer",
        metavar="STEP=VALUE",
        help="Answer a manual step: yes, no, or what it asks for. Repeatable.",
        rich_help_panel=PANEL,
    ),
]
ConfirmOption = Annotated[
    list[str] | None,
    Option(
        "--confirm", metavar="STEP=NOTE", help="Confirm a manual step with a note. Repeatable.", rich_help_panel=PANEL
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the walk's options say. `walk`: True insists, False forbids, None leaves it to the terminal."""

    walk: bool | None
    options: WalkOptions
    freeze: bool

    def walks(self, env: Environment, *, plain: bool) -> bool:
        """Whether to walk. `plain`: another form of the result was asked for. Raises `WrongUsage`.

        By itself it walks where a person sits at a terminal and no option has answered something already.
        """
        possible = env.interactive and env.terminal.out_is_terminal and not plain
        if self.walk and not possible:
            raise WrongUsage(
                "--walk needs a terminal, and no --json, --markdown, --csv, --step or --no-input beside it.",
                hint="Options answer the same without questions: --waive, --upside, --answer, --confirm, --freeze.",
            )
        if self.walk is not None:
            return self.walk
        return possible and self.options.is_empty and not self.freeze


def asked(
    env: Environment,
    *,
    walk: bool | None,
    waive: list[str] | None,
    upside: list[str] | None,
    answer: list[str] | None,
    confirm: list[str] | None,
    freeze: bool,
) -> Asked:
    """The options read. Raises `WrongUsage`."""
    if not (waive or upside or answer or confirm):
        from psdm_cli.workflows.walk_options import WalkOptions

        return Asked(walk, WalkOptions(), freeze)
    from psdm_cli.workflows.walk_options import options_of

    options = options_of(
        waive=waive or (), upside=upside or (), answer=answer or (), confirm=confirm or (), as_of=env.as_of
    )
    return Asked(walk, options, freeze)


def opened(env: Environment, prepared: Prepared) -> OpenRun:
    """This week's run of the checklist, over what was just read."""
    from datetime import UTC, datetime

    from psdm_cli.checklists.loading import definition_named
    from psdm_cli.commands.checklist import team_folder
    from psdm_cli.workflows.checklist_runs import Desk
    from psdm_cli.workflows.checklist_subjects import Owner, Reading, open_run

    definition = definition_named(CHECKLIST, team_folder(env))
    keep = not env.options.dry_run
    links = env.settings.links
    desk = Desk(
        env.store(writing=keep), lambda: datetime.now(UTC), env.as_of, env.clock.zone, keep, prepared.me.name, links
    )
    reading = Reading(
        lambda: prepared,
        lambda: Owner(prepared.me.name, prepared.scope_key),
        env.settings.calendar.fiscal_year_start,
    )
    return open_run(desk, reading, definition, None)


def answers_of(env: Environment, prepared: Prepared) -> Answers:
    """The answers about findings, kept unless it is a dry run."""
    from psdm_cli.workflows.walk_answers import Answers

    return Answers(opened(env, prepared).desk, prepared)


def give_options(env: Environment, prepared: Prepared, wanted: WalkOptions) -> Prepared:
    """Do what the options say, tell it on stderr, and give the preparation as it stands then."""
    from psdm_cli.workflows.walk_options import give

    run = opened(env, prepared)
    answers = answers_of(env, prepared)
    for line in give(answers, run, wanted):
        env.say(f"{'Would be: ' if env.options.dry_run else ''}{line}")
    return answers.refresh()


def walk(
    env: Environment, source: Sources, prepared: Prepared, selection: Selection, *, freeze: bool
) -> ResultDocument:
    """Walk with the person at the terminal and give the document of the end. Raises what reading raises."""
    from psdm_cli.output.forecast_document import ForecastPrepDocument
    from psdm_cli.output.walk_document import WalkDocument
    from psdm_cli.output.walk_screen import Clocks, WalkScreen
    from psdm_cli.workflows.walk import Walk
    from psdm_cli.workflows.walk_tools import Ending

    clocks = Clocks(now_of(env), lambda moment: moment.astimezone(), env.settings.calendar.zone)
    report = prepared.report()
    console = env.terminal.console
    screen = WalkScreen(console(env.terminal.err), console(), report, clocks, env.clock.real)
    tools = tools_of(env, source, selection, freeze=freeze)
    ended = Walk(tools, answers_of(env, prepared), env.prompter(), screen).run()
    whole = ForecastPrepDocument(ended.prepared.report(), env.clock.real)
    said = ended.frozen.said if ended.frozen else ""
    return WalkDocument(whole, ended.run.run.steps, ended.left, ended.how is Ending.DONE, said)


def now_of(env: Environment) -> Callable[[], datetime]:
    """The time that deadlines are measured with: it goes on during the walk, and moves with --as-of."""
    from datetime import UTC, datetime

    begun, moved = env.clock.real, env.clock.now

    def now() -> datetime:
        return moved + (datetime.now(UTC) - begun)

    return now


def tools_of(env: Environment, source: Sources, selection: Selection, *, freeze: bool) -> Tools:
    """What the walk works with, from the environment."""
    from psdm_cli.commands.cadence_settings import cadence
    from psdm_cli.commands.forecast_sources import sources
    from psdm_cli.commands.repairing import repairs
    from psdm_cli.domain.cadence import Duty, week_deadlines
    from psdm_cli.workflows import forecasting, freezing
    from psdm_cli.workflows.walk_tools import Tools

    def prepare() -> Prepared:
        with sources(env) as live:
            return forecasting.prepare(live, selection)

    due = {each.duty: each.due for each in week_deadlines(env.as_of, cadence(env.settings), env.clock.zone)}
    updated = due[Duty.FORECAST_UPDATED]
    can_freeze = not env.options.offline and not env.options.dry_run
    return Tools(
        prepare=prepare,
        opened=lambda now: opened(env, now),
        repairs=lambda now, findings: repairs(env, now, findings),
        page=lambda finding: None if finding.project is None else env.kantata_page(finding.project),
        freeze=(lambda now: freezing.freeze(source, now)) if can_freeze else None,
        deadlines={
            "FP-04": updated,
            "FP-09": due[Duty.TIMESHEETS_APPROVED],
            "FP-11": due[Duty.HEALTH_REPORTS],
            "FP-13": updated,
        },
        otherwise=due[Duty.PREP_COMPLETE],
        is_frozen=lambda now: freezing.is_frozen(source, now),
        freeze_unasked=freeze,
    )
