"""What the forecast commands share: their selection options, and the sources built from the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from typer import Option

from psdm_cli.commands.completion_values import lead_names, status_names
from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.assessment import Rules
    from psdm_cli.output.document import ResultDocument
    from psdm_cli.settings.model import Settings
    from psdm_cli.workflows.forecasting import Selection, Sources

SCOPE_PANEL = "Whose engagements"
FORM_PANEL = "Form of the result"

LeadOption = Annotated[
    list[str] | None,
    Option(
        "--lead",
        metavar="me|all|NAME",
        help="Project lead: me (default), all, or a name, e-mail or user id. Repeatable.",
        autocompletion=lead_names,
        rich_help_panel=SCOPE_PANEL,
    ),
]
StatusOption = Annotated[
    list[str] | None,
    Option(
        "--status",
        metavar="NAME",
        help="Only engagements with this Kantata status. Repeatable.",
        autocompletion=status_names,
        rich_help_panel=SCOPE_PANEL,
    ),
]
MarkdownOption = Annotated[
    bool, Option("--markdown", help="Print Markdown, ready for an issue.", rich_help_panel=FORM_PANEL)
]
CsvOption = Annotated[bool, Option("--csv", help="Print CSV, ready for a spreadsheet.", rich_help_panel=FORM_PANEL)]


def selection(lead: list[str] | None, status: list[str] | None, *, all_people: bool = False) -> Selection:
    """The selection that the options mean."""
    from psdm_cli.workflows.forecasting import Selection

    return Selection(tuple(lead or ("me",)), tuple(status or ()), all_people)


def rules(settings: Settings) -> Rules:
    """The rules' own view of the settings."""
    from zoneinfo import ZoneInfo

    from psdm_cli.commands.cadence_settings import cadence
    from psdm_cli.domain.assessment import Rules
    from psdm_cli.domain.engagements import FieldNames

    fields = settings.kantata.fields
    return Rules(
        policy=settings.policy,
        fields=FieldNames(
            billing_type=fields.billing_type,
            sow=fields.sow,
            sow_expiry=fields.sow_expiry,
            signoff_sent=fields.signoff_sent,
            signoff_received=fields.signoff_received,
            passive_language=fields.passive_language,
        ),
        zone=ZoneInfo(settings.calendar.zone),
        fiscal_year_start=settings.calendar.fiscal_year_start,
        holiday_calendars=settings.calendar.holiday_calendars,
        cadence=cadence(settings),
    )


@contextlib.contextmanager
def sources(env: Environment, label: str = "Reading Kantata", *, offline: bool = False) -> Iterator[Sources]:
    """The store, Kantata (unless --offline or `offline`), the clock and the rules of this run.

    Progress is shown while reading.
    """
    from psdm_cli.workflows.forecasting import Sources

    kantata = None if offline or env.options.offline else env.kantata()
    with env.progress(label) if kantata is not None else contextlib.nullcontext() as progress:
        yield Sources(
            store=env.store(),
            kantata=kantata,
            account_scope=env.account_scope,
            rules=rules(env.settings),
            as_of=env.as_of,
            as_of_moved=env.clock.moved,
            now=env.clock.real,
            progress=progress,
        )


def form(env: Environment, *, markdown: bool, csv: bool) -> str | None:
    """Which form was asked for: markdown, csv, or None for console and JSON. Raises `WrongUsage` on two at once."""
    asked = [name for name, given in (("--json", env.options.json), ("--markdown", markdown), ("--csv", csv)) if given]
    if len(asked) > 1:
        raise WrongUsage(f"{' and '.join(asked)} ask for different forms of the result; give one of them.")
    return "markdown" if markdown else "csv" if csv else None


def finish(env: Environment, document: ResultDocument, chosen: str | None) -> None:
    """Show the result in the chosen form."""
    render = getattr(document, chosen) if chosen else None
    env.finish(document, text=render() if render else None)
