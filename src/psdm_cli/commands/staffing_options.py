"""What the booking, people and fix commands share: options, numbers and days from texts, the desk, asking which one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from typer import Option

from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import date

    from psdm_cli.changes.plan import Change, Plan
    from psdm_cli.context import Environment
    from psdm_cli.workflows.coordinator import Desk
    from psdm_cli.workflows.engagement_choice import Ask

WHICH_PANEL = "Which booking"

RoleOption = Annotated[str | None, Option("--role", metavar="ROLE", help="PM, PSE, TA or a role of the account.")]
PersonOption = Annotated[str | None, Option("--person", metavar="NAME", help="Name, a part of it, e-mail or user id.")]
FromOption = Annotated[str | None, Option("--from", metavar="YYYY-MM-DD", help="First day.")]
ToOption = Annotated[str | None, Option("--to", metavar="YYYY-MM-DD", help="Last day, included.")]
HoursOption = Annotated[str | None, Option("--hours", metavar="N", help="Hours in total, such as 120 or 7.5.")]
HardOption = Annotated[bool | None, Option("--hard/--soft", help="Confirmed, or tentative.", show_default=False)]
BookingOption = Annotated[str | None, Option("--booking", metavar="ID", help="One booking by Kantata's id.")]
DirectOption = Annotated[
    bool, Option("--direct", help="Write the booking itself (needs edit rights), instead of asking the coordinator.")
]


def day(text: str | None, option: str) -> date | None:
    """The day that an option means, if it was given. Raises `WrongUsage`."""
    from psdm_cli.options import iso_date

    return None if text is None else iso_date(text, option)


def span(start: str | None, last: str | None) -> tuple[date | None, date | None]:
    """The days of --from and --to. Raises `WrongUsage` when they are no days, or the wrong way round."""
    first, end = day(start, "--from"), day(last, "--to")
    if first is not None and end is not None and end < first:
        raise WrongUsage(f"--to: {end} lies before --from {first}.")
    return first, end


def minutes(text: str | None, option: str = "--hours") -> int | None:
    """The minutes that an option in hours means, if it was given. Raises `WrongUsage`."""
    from psdm_cli.domain.wanted_booking import SenselessError, minutes_of

    if text is None:
        return None
    try:
        return minutes_of(Decimal(text.strip()), option)
    except InvalidOperation:
        raise WrongUsage(f"{option}: {text!r} is not a number of hours, such as 120 or 7.5.") from None
    except SenselessError as error:
        raise WrongUsage(f"{error.option}: {error}.") from None


@lru_cache(maxsize=1)
def desk(env: Environment) -> Desk:
    """What requests, messages and texts are made with: one a run, so that nobody is looked up twice."""
    from psdm_cli.workflows.coordinator import Desk

    settings = env.settings
    return Desk(
        directory=env.directory(),
        coordinator=settings.kantata.coordinator,
        render=env.render,
        page=env.kantata_page,
        approval_at=f"{settings.cadence.timesheets_approved} ({settings.calendar.zone})",
        as_of=env.as_of,
    )


def ask_which(env: Environment) -> Ask | None:
    """How a person is asked which of several is meant; None where nobody can be asked."""
    if not env.interactive:
        return None

    def ask(question: str, labels: Sequence[str]) -> int:
        from psdm_cli.prompting import Choice

        choices = [Choice(str(number), label) for number, label in enumerate(labels)]
        return int(env.prompter().choose(question, choices))

    return ask


def plan_of(env: Environment, command: str, changes: Sequence[Change]) -> Plan:
    """A plan of these changes, made now."""
    from psdm_cli.changes.plan import plan_of as made

    return made(command, env.clock.real, changes)
