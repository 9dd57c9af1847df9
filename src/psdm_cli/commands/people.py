"""`psdm people`: anybody's free hours, and who could take an engagement's open work."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.completion_values import sow_numbers
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.staffing_options import FromOption, RoleOption, ToOption
from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples(
    "psdm people",
    "psdm people Priya --to 2027-01-31",
    "psdm people --role PSE --skill Migration",
    "psdm people --for SOW-1234 --role PSE",
    "psdm people --json --fields name,role,free_hours,weeks",
)
def people(
    ctx: Context,
    name: Annotated[str | None, Argument(metavar="[NAME]", help="Name, a part of one, or user id.")] = None,
    *,
    role: RoleOption = None,
    skill: Annotated[
        list[str] | None, Option("--skill", metavar="NAME", help="A skill as Kantata names it. Repeatable.")
    ] = None,
    start: FromOption = None,
    last: ToOption = None,
    sow: Annotated[
        str | None,
        Option(
            "--for",
            metavar="SOW",
            help="Rank who could take this engagement's open work, with the reasons.",
            autocompletion=sow_numbers,
        ),
    ] = None,
    lead: LeadOption = None,
) -> None:
    """Show anybody's free hours by week: capacity less hard bookings, soft ones beside; as-of's week and three more.

    What is booked is a lower bound: projects that the token cannot see are missing. Without NAME or --role the delivery
    roles are shown. With --for: uncovered, unnamed and soft-booked work, and who could take it, ranked by role, skill
    and free time.
    """
    from psdm_cli.commands.forecast_sources import rules, sources
    from psdm_cli.commands.staffing_options import ask_which, span
    from psdm_cli.output.people_document import PeopleDocument
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose
    from psdm_cli.workflows.staffing import Asked, horizon, span_of, staffing

    env = environment(ctx)
    first, end = span(start, last)
    policy = rules(env.settings).policy
    if sow is not None and first is None and end is None:
        wanted = horizon(env.as_of, policy)
    else:
        wanted = span_of(first, end, env.as_of, policy)
    selection = forecasting.Selection(tuple(lead or ("me",)), all_people=True, window=wanted)
    with sources(env) as source:
        prepared = forecasting.survey(source, selection)
    chosen = None if sow is None else choose(prepared.assessment, sow, ask_which(env))
    found = staffing(
        prepared,
        Asked(wanted, name, role, tuple(skill or ())),
        kantata=source.kantata,
        directory=env.directory(),
        engagement=chosen,
    )
    warnings = (*prepared.warnings, *found.warnings)
    env.finish(PeopleDocument(found.span, found.people, env.as_of, offers=found.offers, warnings=warnings))
