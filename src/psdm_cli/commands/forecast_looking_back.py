"""`psdm forecast accuracy` and `psdm forecast people`: how right forecasts were, and how booked people are."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from psdm_cli.commands.forecast_sources import CsvOption, LeadOption, MarkdownOption, StatusOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

MOST_MONTHS = 60
MOST_PERIODS = 26
MONTHS_BACK = 6
MONTHS_AHEAD = 4


@examples(
    "psdm forecast accuracy",
    "psdm forecast accuracy --months 12 --lead all",
    "psdm forecast accuracy --json --fields sow,month,error,verdict",
)
def accuracy(
    ctx: Context,
    *,
    months: Annotated[
        int, Option("--months", metavar="N", help="How many months that are over to look back.")
    ] = MONTHS_BACK,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Show how right the forecasts were: the one that opened each month against what the month brought.

    Goal of the handbook: within 5 %, for consulting blocks and dedicated engineers 10 % once the transition is over.
    Exit 3 when a month was out of tolerance, or is unknown for want of a permission.
    """
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.output.accuracy_document import ForecastAccuracyDocument
    from psdm_cli.workflows import looking_back

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    count = counted_option("--months", months, MOST_MONTHS)
    with sources(env) as source:
        report = looking_back.accuracy(source, selection(lead, status), count)
    finish(env, ForecastAccuracyDocument(report, now=env.clock.real), chosen)


@examples(
    "psdm forecast people",
    "psdm forecast people --weeks 8",
    "psdm forecast people --months 3 --people all --csv",
)
def people(
    ctx: Context,
    *,
    months: Annotated[
        int | None, Option("--months", metavar="N", help="Month by month, so many; 4 by default.")
    ] = None,
    weeks: Annotated[int | None, Option("--weeks", metavar="N", help="Week by week, so many.")] = None,
    people: Annotated[
        str, Option("--people", metavar="engagements|all", help="Look at people of the engagements, or at all visible.")
    ] = "engagements",
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
) -> None:
    """Show how booked everybody is, month by month or week by week: hard, soft, free, and who is under-allocated.

    A lower bound of what is booked: bookings on projects that the token cannot see are missing.
    """
    from psdm_cli.commands.forecast_prep import wanted_people
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.domain import heat
    from psdm_cli.output.people_heat_document import ForecastPeopleDocument
    from psdm_cli.workflows import looking_back

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    if months is not None and weeks is not None:
        raise WrongUsage("--months and --weeks ask for different columns; give one of them.")
    everybody = wanted_people(people)
    if weeks is not None:
        by, periods = "week", heat.weeks(env.as_of, counted_option("--weeks", weeks, MOST_PERIODS))
    else:
        count = counted_option("--months", MONTHS_AHEAD if months is None else months, MOST_PERIODS)
        by, periods = "month", heat.months(env.as_of, count)
    with sources(env) as source:
        report = looking_back.people(source, selection(lead, status, all_people=everybody), by, periods)
    finish(env, ForecastPeopleDocument(report, now=env.clock.real), chosen)


def counted_option(name: str, value: int, most: int) -> int:
    """A number of months or weeks. Raises `WrongUsage` for one that makes no sense."""
    if not 1 <= value <= most:
        raise WrongUsage(f"{name}: {value} makes no sense; expected 1 to {most}.")
    return value
