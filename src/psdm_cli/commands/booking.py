"""`psdm booking`: list bookings, request, change and harden them through the project coordinator, or directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.arguments import MaybeSowArgument, SowArgument
from psdm_cli.commands.booking_given import Given
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.staffing_options import (
    BookingOption,
    DirectOption,
    FromOption,
    HardOption,
    HoursOption,
    PersonOption,
    RoleOption,
    ToOption,
)
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from pathlib import Path

    from psdm_cli.context import Environment
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.workflows.booking import Intent
    from psdm_cli.workflows.forecasting import Prepared


@examples(
    "psdm booking list SOW-1234",
    "psdm booking list 1234 --role PSE --soft",
    "psdm booking list --pending",
    "psdm booking list SOW-1234 --json --fields id,person,hours,hard",
)
def list_bookings(
    ctx: Context,
    sow: MaybeSowArgument = None,
    *,
    role: RoleOption = None,
    person: PersonOption = None,
    start: FromOption = None,
    last: ToOption = None,
    hard: HardOption = None,
    booking: BookingOption = None,
    pending: Annotated[
        bool, Option("--pending", help="Show resource requests and their answers instead: waiting, approved, rejected.")
    ] = False,
    lead: LeadOption = None,
) -> None:
    """Show the bookings to come of an engagement, or of all of yours; with --pending what was requested."""
    from psdm_cli.commands.staffing_options import span
    from psdm_cli.output.booking_document import BookingDocument
    from psdm_cli.workflows.booking_choice import Which, known_role, lines
    from psdm_cli.workflows.booking_follow import follow

    env = environment(ctx)
    first, end = span(start, last)
    if pending and env.options.offline:
        raise WrongUsage("Requests are followed live: --pending cannot be answered --offline.")
    prepared, engagement = _read(env, sow, lead)
    assessment = prepared.assessment
    chosen = assessment.engagements if engagement is None else (engagement,)
    which = Which(booking, None if role is None else known_role(assessment, role), person, first, end)
    found = lines(chosen, which, env.as_of)
    if hard is not None:
        found = tuple(each for each in found if each.hard is hard)
    directory = env.directory()
    followed = follow(chosen, directory) if pending and directory is not None else None
    document = BookingDocument("booking list", found, env.as_of, requests=followed, warnings=prepared.warnings)
    env.finish(document)


@examples(
    "psdm booking request SOW-1234 --role PSE --from 2026-12-14 --to 2027-01-22 --hours 120",
    "psdm booking request SOW-1234 --person 'Priya Lindqvist' --from 2026-12-14 --to 2026-12-18 --hours 40",
    "psdm booking request SOW-1234 --role TA --from 2026-12-14 --to 2026-12-18 --hours 16 --soft --dry-run",
)
def request(
    ctx: Context,
    sow: SowArgument,
    *,
    role: RoleOption = None,
    person: PersonOption = None,
    start: FromOption = None,
    last: ToOption = None,
    hours: HoursOption = None,
    hard: HardOption = None,
    direct: DirectOption = False,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Request hours of a role, or of a person, from the project coordinator: hard unless --soft says otherwise.

    A role becomes a resource request with dates and share; what a request has no room for (a wished person, soft) goes
    to the coordinator as a private post. Without a coordinator in the configuration: a text to paste.
    """
    from psdm_cli.workflows.booking_requests import request as planned

    env = environment(ctx)
    given = Given(env, role, person, start, last, hours, hard)
    given.check()
    prepared, engagement = _read(env, sow, lead, everybody=given.person is not None)
    wanted = given.wanted(prepared.assessment, _needed(engagement))
    from psdm_cli.commands.staffing_options import desk

    intent = planned(prepared.assessment, _needed(engagement), wanted, desk(env), direct=direct)
    _carry_out(env, "booking request", intent, prepared, plan_out)


@examples(
    "psdm booking change SOW-1234 --booking 71 --to 2027-01-15 --hours 60",
    "psdm booking change SOW-1234 --person Priya --hours 24 --direct --yes",
)
def change(
    ctx: Context,
    sow: SowArgument,
    *,
    booking: BookingOption = None,
    role: RoleOption = None,
    person: PersonOption = None,
    start: FromOption = None,
    last: ToOption = None,
    hours: HoursOption = None,
    hard: HardOption = None,
    direct: DirectOption = False,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Ask the project coordinator to change one booking: dates, hours, hard or soft. Dates alone keep the hours.

    The booking is named by --booking, or is the only one of --role or --person. With --direct it is changed at once.
    """
    from psdm_cli.commands.staffing_options import desk, minutes, span
    from psdm_cli.workflows.booking import Altered
    from psdm_cli.workflows.booking import change as planned
    from psdm_cli.workflows.booking_choice import Which, known_role, one

    env = environment(ctx)
    first, end = span(start, last)
    altered = Altered(first, end, minutes(hours), hard)
    if altered == Altered():
        raise WrongUsage("psdm booking change needs what is to change: --from, --to, --hours, --hard or --soft.")
    prepared, engagement = _read(env, sow, lead)
    which = Which(booking, None if role is None else known_role(prepared.assessment, role), person)
    chosen = one(_needed(engagement), which, env.as_of)
    intent = planned(prepared.assessment, _needed(engagement), chosen, altered, desk(env), direct=direct)
    _carry_out(env, "booking change", intent, prepared, plan_out)


@examples(
    "psdm booking harden SOW-1234",
    "psdm booking harden SOW-1234 --booking 71 --direct",
    "psdm booking harden SOW-1234 --role PSE --to 2026-12-31 --yes --no-input --json",
)
def harden(
    ctx: Context,
    sow: SowArgument,
    *,
    booking: BookingOption = None,
    role: RoleOption = None,
    person: PersonOption = None,
    start: FromOption = None,
    last: ToOption = None,
    direct: DirectOption = False,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Ask for soft bookings to be made hard: all to come, or those of --booking, --role, --person, --from and --to.

    Named ones by one private post to the project coordinator, unnamed ones by a resource request each (who approves it
    names somebody). With --direct the bookings are made hard at once.
    """
    from psdm_cli.commands.staffing_options import desk, span
    from psdm_cli.workflows.booking import harden as planned
    from psdm_cli.workflows.booking_choice import Which, known_role, select

    env = environment(ctx)
    first, end = span(start, last)
    prepared, engagement = _read(env, sow, lead)
    which = Which(booking, None if role is None else known_role(prepared.assessment, role), person, first, end)
    found = select(_needed(engagement), which, env.as_of)
    soft = tuple(each for each in found if not each.hard)
    intent = planned(_needed(engagement), soft or (found if booking is not None else ()), desk(env), direct=direct)
    if not soft:
        env.say(f"{_needed(engagement).name}: all of these bookings are hard already.")
    _carry_out(env, "booking harden", intent, prepared, plan_out)


def _needed(engagement: Engagement | None) -> Engagement:
    if engagement is None:
        raise WrongUsage("SOW needs a number, a project id or a part of a title.")
    return engagement


def _read(
    env: Environment, sow: str | None, lead: list[str] | None, *, everybody: bool = False
) -> tuple[Prepared, Engagement | None]:
    """The portfolio assessed, and the engagement that is meant."""
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose

    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, None, all_people=everybody))
    return prepared, None if sow is None else choose(prepared.assessment, sow, ask_which(env))


def _carry_out(env: Environment, command: str, intent: Intent, prepared: Prepared, plan_out: Path | None) -> None:
    """Bring the plan to its end and show it, with the texts that are for a person to send."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.output.booking_document import BookingDocument
    from psdm_cli.workflows.booking_choice import after

    if not env.options.json:  # before the question, which it may decide
        for warning in intent.warnings:
            env.say(f"Warning: {warning}")
    outcome = outcome_of(env, plan_of(env, f"psdm {command}", intent.changes), plan_out=plan_out)
    document = BookingDocument(
        command,
        after(intent.bookings, outcome.plan.items),
        env.as_of,
        plan=outcome.plan,
        drafts=intent.drafts,
        run=outcome.run,
        exit_code=outcome.exit_code,
        warnings=(*intent.warnings, *prepared.warnings) if env.options.json else prepared.warnings,
    )
    env.finish(document)
