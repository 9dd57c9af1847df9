"""`psdm checklist`: the checklists that there are, how a run stands, answering it, exporting it, checking a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.completion_values import checklist_names, sow_numbers
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from datetime import date

    from psdm_cli.checklists.definition import Definition
    from psdm_cli.context import Environment
    from psdm_cli.output.checklist_document import ChecklistDocument
    from psdm_cli.workflows.checklist_runs import OpenRun

NameArgument = Annotated[
    str, Argument(metavar="NAME", help="The checklist, such as forecast-prep.", autocompletion=checklist_names)
]
SubjectArgument = Annotated[
    str | None,
    Argument(
        metavar="[SUBJECT]",
        help="A week (2026-W48; default: this one) or an engagement (SOW-1234).",
        autocompletion=sow_numbers,
    ),
]


@examples("psdm checklist list", "psdm checklist list --json --fields id,title,steps")
def list_all(ctx: Context) -> None:
    """List the checklists, ours and your team's, and the runs that were begun."""
    from psdm_cli.output.checklist_document import ChecklistsDocument
    from psdm_cli.workflows.checklist_reports import list_checklists

    env = environment(ctx)
    env.finish(ChecklistsDocument(list_checklists(env.store(writing=True), team_folder(env))))


@examples(
    "psdm checklist show forecast-prep",
    "psdm checklist show forecast-prep 2026-W48 --json",
    "psdm checklist show forecast-prep --verbose",
)
def show(ctx: Context, name: NameArgument, subject: SubjectArgument = None, *, lead: LeadOption = None) -> None:
    """Show how a checklist stands: automatic steps verified now, the others as they were answered.

    Reads only. Exit 3 when a step needs attention or could not be verified; open manual steps alone are no failure.
    """
    env = environment(ctx)
    env.finish(_document(env, opened(env, name, subject, lead), "checklist show"))


@examples(
    "psdm checklist export forecast-prep --markdown",
    "psdm checklist export forecast-prep 2026-W48 --markdown > week.md",
)
def export(
    ctx: Context,
    name: NameArgument,
    subject: SubjectArgument = None,
    *,
    markdown: Annotated[bool, Option("--markdown", help="As a GitLab task list (the default).")] = False,
    lead: LeadOption = None,
) -> None:
    """Print a checklist's run as a Markdown task list, ready for an internal issue."""
    from psdm_cli.commands.forecast_sources import form

    env = environment(ctx)
    form(env, markdown=markdown, csv=False)
    document = _document(env, opened(env, name, subject, lead), "checklist export")
    env.finish(document, text=None if env.options.json else document.markdown())


@examples(
    "psdm checklist resume forecast-prep",
    'psdm checklist resume forecast-prep --answer FP-12=yes --note FP-12="Kai helps on SOW-2302"',
    'psdm checklist resume forecast-prep --waive FP-01:3001 --until 2026-12-04 --reason "change order signed Friday"',
    "psdm checklist resume forecast-prep --no-input --json",
)
def resume(
    ctx: Context,
    name: NameArgument,
    subject: SubjectArgument = None,
    *,
    answer: Annotated[
        list[str] | None,
        Option("--answer", metavar="STEP=VALUE", help="Answer a step: yes, no, skip, or what it asks for. Repeatable."),
    ] = None,
    note: Annotated[
        list[str] | None, Option("--note", metavar="STEP=TEXT", help="A note to an answer. Repeatable.")
    ] = None,
    waive: Annotated[
        list[str] | None, Option("--waive", metavar="KEY", help="Answer for a finding yourself. Repeatable.")
    ] = None,
    reason: Annotated[str | None, Option("--reason", metavar="TEXT", help="Why it is waived.")] = None,
    until: Annotated[str | None, Option("--until", metavar="YYYY-MM-DD", help="Last day of the waiver.")] = None,
    unwaive: Annotated[
        list[str] | None, Option("--unwaive", metavar="KEY", help="Take a waiver back. Repeatable.")
    ] = None,
    lead: LeadOption = None,
) -> None:
    """Go on with a checklist where it stood: answer its open steps, at a terminal one by one, or with options.

    Every answer is stored at once, with who, when and what psdm saw; Ctrl-C keeps them all. People answer what only a
    person can tell; what psdm checks by itself is checked anew. A finding can be waived, with a reason, until a day;
    then it comes back.
    """
    from psdm_cli.workflows.checklist_runs import Given, give
    from psdm_cli.workflows.checklist_walk import walk

    env = environment(ctx)
    given = Given(
        answers=pairs(answer, "--answer"),
        notes=pairs(note, "--note"),
        waive=tuple(waive or ()),
        reason=reason or "",
        until=waiver_options(waive, reason, until),
        unwaive=tuple(unwaive or ()),
    )
    env.store(writing=True)
    run = opened(env, name, subject, lead)
    give(run, given)
    if env.interactive and given.is_empty:
        walk(run, env.prompter())
    run.remember()
    env.finish(_document(env, run, "checklist resume"))


@examples("psdm checklist check handover.yaml", "psdm checklist check handover.yaml --json")
def check(ctx: Context, file: Annotated[Path, Argument(metavar="FILE", help="A checklist of your team.")]) -> None:
    """Check a checklist file and list all that is wrong with it, with line numbers (exit 2)."""
    from psdm_cli.output.checklist_document import CheckedDocument
    from psdm_cli.workflows.checklist_reports import check_file

    environment(ctx).finish(CheckedDocument(check_file(file)))


def team_folder(env: Environment) -> Path | None:
    """The team's checklists; a relative folder begins where the configuration file is."""
    text = env.settings.checklists.folder
    if text is None:
        return None
    file = env.loaded.file
    return (file.parent if file is not None else Path.cwd()) / Path(text).expanduser()


def opened(env: Environment, name: str, subject: str | None, lead: list[str] | None) -> OpenRun:
    """The run that is meant, read and judged. Raises what reading raises."""
    from datetime import UTC, datetime

    from psdm_cli.checklists.loading import definition_named
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.checklist_runs import Desk
    from psdm_cli.workflows.checklist_subjects import Owner, Reading, open_run, owner_of

    definition = definition_named(name, team_folder(env))

    def prepare() -> forecasting.Prepared:
        with sources(env) as source:
            return forecasting.prepare(source, selection(lead, None))

    def owner() -> Owner:
        asks = not env.options.offline and env.find_token("kantata") is not None
        return owner_of(env.store(), env.kantata() if asks else None, login_name(), env.clock.real)

    desk = Desk(
        env.store(),
        lambda: datetime.now(UTC),
        env.as_of,
        env.clock.zone,
        keep=not env.options.dry_run,
        links=env.settings.links,
    )

    def kickoff(desk: Desk, definition: Definition, subject: str) -> OpenRun:
        from psdm_cli.workflows.kickoff_checklist import Looking, look_and_open

        with sources(env, "Reading Kantata and GitLab") as source:
            looking = Looking(source, env.settings, env.gitlab_or_none(), env.directory(), selection(lead, None))
            return look_and_open(desk, definition, looking, subject)

    reading = Reading(prepare, owner, env.settings.calendar.fiscal_year_start, kickoff)
    return open_run(desk, reading, definition, subject)


def login_name() -> str:
    """Who sits at this machine, as far as it knows."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without users
        return "somebody"


def _document(env: Environment, run: OpenRun, command: str) -> ChecklistDocument:
    from psdm_cli.output.checklist_document import ChecklistDocument
    from psdm_cli.workflows.checklist_reports import report_of_run

    return ChecklistDocument(report_of_run(run), command, verbose=env.options.verbose > 0)


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """STEP=VALUE options by step. Raises `WrongUsage` for anything else, and for a step given twice."""
    found: dict[str, str] = {}
    for text in given or ():
        step, equals, value = text.partition("=")
        if not equals or not step.strip():
            raise WrongUsage(f"{option}: expected STEP=…, such as {option} FP-12=yes, not {text!r}.")
        if step.strip().casefold() in (known.casefold() for known in found):
            raise WrongUsage(f"{option}: {step.strip()} is given twice.")
        found[step.strip()] = value
    return found


def waiver_options(waive: list[str] | None, reason: str | None, until: str | None) -> date | None:
    """The last day of the waivers that options ask for. Raises `WrongUsage` where reason, day or finding is missing."""
    from psdm_cli.options import iso_date

    if not waive:
        if reason is not None or until is not None:
            raise WrongUsage("--reason and --until belong to --waive KEY.")
        return None
    if not (reason or "").strip() or until is None:
        raise WrongUsage('--waive needs --until YYYY-MM-DD and --reason "…": nobody waives without both.')
    return iso_date(until, "--until")
