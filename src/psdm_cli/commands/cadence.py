"""`psdm cadence`: the reporting schedule with who depends on it, and as a calendar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.completion_values import preset_names
from psdm_cli.commands.forecast_sources import LeadOption, MarkdownOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from collections.abc import Set
    from datetime import date

    from psdm_cli.context import Environment
    from psdm_cli.domain.cadence import Cadence
    from psdm_cli.domain.calendar_events import CalendarEvent
    from psdm_cli.output.cadence_shapes import CalendarFile
    from psdm_cli.output.ics import Drawn
    from psdm_cli.workflows.cadence import Clocks

STDOUT = Path("-")


@examples(
    "psdm cadence",
    "psdm cadence --markdown",
    "psdm cadence --ics psdm.ics --clocks",
    "psdm cadence --preset handbook-2025 --json",
)
def cadence(
    ctx: Context,
    *,
    markdown: MarkdownOption = False,
    ics: Annotated[
        Path | None,
        Option(
            "--ics",
            metavar="FILE",
            help="Write a calendar to subscribe to, or bring that file up to date; - prints it.",
        ),
    ] = None,
    clocks: Annotated[
        bool, Option("--clocks", help="With the clocks of each engagement: expiry, milestones, acceptance, stop dates.")
    ] = False,
    alarm: Annotated[
        int, Option("--alarm", metavar="MINUTES", min=0, max=10_080, help="Ring so long before a deadline; 0: never.")
    ] = 60,
    preset: Annotated[
        str | None,
        Option(
            "--preset",
            metavar="NAME",
            help="Deadlines of an edition: handbook, or handbook-2025.",
            autocompletion=preset_names,
        ),
    ] = None,
    lead: LeadOption = None,
) -> None:
    """Show the reporting schedule: every deadline of week, month and quarter, who owes it, and who depends on it.

    From the settings, without a network; --clocks and holidays come from the mirror. An edition named by --preset
    stands as it is; that of the settings (cadence.preset) gives way to keys that a team has set. A calendar is brought
    up to date: events keep their identity, changed ones replace what was there, gone ones are cancelled.
    """
    from zoneinfo import ZoneInfo

    from psdm_cli.commands.cadence_settings import cadence as week_of
    from psdm_cli.commands.cadence_settings import list_sent, preset_of
    from psdm_cli.commands.forecast_sources import form
    from psdm_cli.domain.cadence_schedule import closings_ahead, holiday_notes, schedule
    from psdm_cli.domain.calendar_events import clock_events, scheduled_events
    from psdm_cli.domain.dates import freeze_monday, week_name
    from psdm_cli.output.cadence_document import CadenceDocument

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=False)
    _consistent(env, ics, clocks=clocks, markdown=markdown, lead=lead)
    edition, week = preset_of(env.settings, preset), week_of(env.settings, preset)
    found = _clocks(env, week, lead) if clocks else None
    holidays = _holidays(env)
    days, zone, start = (
        holidays or frozenset(),
        ZoneInfo(env.settings.calendar.zone),
        env.settings.calendar.fiscal_year_start,
    )
    rows = schedule(
        env.as_of,
        week,
        edition,
        zone,
        list_sent=list_sent(env.settings, preset),
        holidays=days,
        fiscal_year_start=start,
    )
    warnings = [NO_HOLIDAYS] if holidays is None else list(holiday_notes(rows, days, env.as_of))
    calendar = None
    if ics is not None:
        events = (
            *scheduled_events(row for row in rows if row.period is None),
            *scheduled_events(closings_ahead(env.as_of, edition, zone, days, start)),
            *(clock_events(found.items) if found is not None else ()),
        )
        drawn = _drawn(env, events, ics, alarm, complete=found is None or found.complete)
        if ics == STDOUT:
            env.terminal.write(drawn.data.decode("utf-8"))
            return
        calendar = _kept(env, drawn, ics)
    document = CadenceDocument(
        rows,
        preset=edition.name,
        preset_title=edition.title,
        zone=env.settings.calendar.zone,
        week=week_name(freeze_monday(env.as_of)),
        now=env.clock.now,
        own=lambda moment: moment.astimezone(),  # the machine's zone, TZ included
        holidays=holidays,
        clocks=found.items if found is not None else (),
        calendar=calendar,
        warnings=tuple(dict.fromkeys((*warnings, *(found.notes if found is not None else ())))),
    )
    env.finish(document, text=document.markdown() if chosen == "markdown" else None)


NO_HOLIDAYS = "Holidays are not known (psdm sync reads them): month and quarter ends count Monday to Friday"


def _consistent(env: Environment, ics: Path | None, *, clocks: bool, markdown: bool, lead: list[str] | None) -> None:
    if lead and not clocks:
        raise WrongUsage("--lead says whose clocks are meant; give --clocks with it.")
    if ics == STDOUT and (env.options.json or markdown):
        raise WrongUsage("--ics - prints the calendar, and --json or --markdown another form; give one of them.")


def _clocks(env: Environment, week: Cadence, lead: list[str] | None) -> Clocks:
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.workflows.cadence import clocks
    from psdm_cli.workflows.risk_watch import remembered

    with sources(env, offline=True) as source:
        return clocks(
            source,
            selection(lead, None),
            week,
            env.clock.now,
            lambda: remembered(env.store(), "GitLab was not asked. Run: psdm today --refresh"),
        )


def _holidays(env: Environment) -> Set[date] | None:
    from psdm_cli.workflows.holidays import known_holidays

    is_file = env.options.sandbox or env.settings.store.url is None
    folder = env.store_folder if is_file else None
    return known_holidays(env.store, folder, env.account_scope, env.settings.calendar.holiday_calendars)


def _drawn(env: Environment, events: tuple[CalendarEvent, ...], file: Path, alarm: int, *, complete: bool) -> Drawn:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from psdm_cli.output.calendar_file import earlier, not_ours
    from psdm_cli.output.ics import draw

    before = None if file == STDOUT else earlier(file)
    ahead: timedelta | None = timedelta(minutes=alarm) if alarm else None
    try:
        zone = ZoneInfo(env.settings.calendar.zone)
        return draw(events, zone, env.clock.now, stamp=env.clock.real, alarm=ahead, before=before, complete=complete)
    except ValueError:
        raise not_ours(file) from None


def _kept(env: Environment, drawn: Drawn, file: Path) -> CalendarFile:
    from psdm_cli.output.cadence_shapes import CalendarFile
    from psdm_cli.output.calendar_file import replace

    if not env.options.dry_run:
        replace(file, drawn.data)
    return CalendarFile(
        path=str(file),
        events=drawn.new + drawn.changed + drawn.same,
        new=drawn.new,
        changed=drawn.changed,
        same=drawn.same,
        cancelled=drawn.cancelled,
        written=not env.options.dry_run,
    )
