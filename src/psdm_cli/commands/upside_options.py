"""The options of `psdm upside`, read: what is senseless is refused before anything is asked of Kantata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

from typer import Argument, Option

from psdm_cli.commands.completion_values import scenarios, upside_statuses
from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.upside_changes import Today
    from psdm_cli.workflows.upside_ledger import Done, Hand

Value = TypeVar("Value")
WORTH, SOURCE = "What it is worth", "What it stands for"

IdArgument = Annotated[str, Argument(metavar="ID", help="Number of the entry, as psdm upside list shows it.")]
ScenarioOption = Annotated[
    str | None,
    Option("--scenario", metavar="S", help="soft-booking, pending-co, milestone or other.", autocompletion=scenarios),
]
StatusOption = Annotated[
    str | None,
    Option("--status", metavar="S", help="open, converted, pushed or lost.", autocompletion=upside_statuses),
]
AmountOption = Annotated[
    str | None, Option("--amount", metavar="A", help="Amount, such as 12000.", rich_help_panel=WORTH)
]
HoursOption = Annotated[
    str | None, Option("--hours", metavar="H", help="Hours, with --rate the amount.", rich_help_panel=WORTH)
]
RateOption = Annotated[str | None, Option("--rate", metavar="R", help="Rate an hour.", rich_help_panel=WORTH)]
CurrencyOption = Annotated[
    str | None, Option("--currency", metavar="C", help="Currency of the amount, such as USD.", rich_help_panel=WORTH)
]
QuarterOption = Annotated[str | None, Option("--quarter", metavar="FY27-Q4", help="Fiscal quarter it may land in.")]
MonthOption = Annotated[str | None, Option("--month", metavar="YYYY-MM", help="Month it is expected in.")]
ProbabilityOption = Annotated[
    str | None, Option("--probability", metavar="P", help="How likely, 40 or 0.4; a soft booking has 40 % by itself.")
]
ReasonOption = Annotated[
    str | None, Option("--reason", metavar="TEXT", help="What keeps it soft: “can only soft-forecast … because of”.")
]
NoteOption = Annotated[
    str | None, Option("--note", metavar="TEXT", help="Why it is changed; kept in the entry's history.")
]
AllocationOption = Annotated[
    str | None, Option("--allocation", metavar="ID", help="The soft booking in Kantata.", rich_help_panel=SOURCE)
]
ChangeOrderOption = Annotated[
    str | None, Option("--change-order", metavar="URL", help="The change order's issue.", rich_help_panel=SOURCE)
]
MilestoneOption = Annotated[
    str | None, Option("--milestone", metavar="ID", help="The milestone in Kantata.", rich_help_panel=SOURCE)
]
WorkEndsOption = Annotated[
    str | None,
    Option("--work-ends", metavar="DATE", help="Last day of a change order's work.", rich_help_panel=SOURCE),
]


def read(text: str | None, option: str, reader: Callable[[str], Value]) -> Value | None:
    """An option's text, understood; None where it was not given. Raises `WrongUsage` that names the option."""
    if text is None:
        return None
    try:
        return reader(text)
    except ValueError as error:
        raise WrongUsage(f"{option}: {error}.") from None


def scenario_named(text: str) -> str:
    """A scenario's name. Raises `ValueError`."""
    from psdm_cli.domain.upside import Scenario

    word = text.strip().casefold()
    if word not in set(Scenario):
        raise ValueError(f"expected one of {', '.join(Scenario)}, not {text.strip()!r}")
    return word


def status_named(text: str) -> str:
    """A status's name. Raises `ValueError`."""
    from psdm_cli.domain.upside import UpsideStatus

    word = text.strip().casefold()
    if word not in set(UpsideStatus):
        raise ValueError(f"expected one of {', '.join(UpsideStatus)}, not {text.strip()!r}")
    return word


def today(env: Environment) -> Today:
    """The day that the ledger's rules look from."""
    from psdm_cli.domain.upside_changes import Today

    return Today(env.as_of, env.settings.calendar.fiscal_year_start)


def quarter_name(env: Environment, text: str | None) -> str | None:
    """A fiscal quarter's name as psdm writes it."""
    day = today(env)
    return read(text, "--quarter", lambda word: day.quarter_named(word).name)


def hand(env: Environment, who: str | None = None) -> Hand:
    """Who changes the ledger: the owner of Kantata's token; with --offline who used it last."""
    from psdm_cli.workflows.identity import remembered_owner
    from psdm_cli.workflows.upside_ledger import Hand

    keep = not env.options.dry_run
    store = env.store(writing=keep)
    if who is None:
        who = (remembered_owner(store) if env.options.offline else env.kantata().me()).name
    return Hand(store, who, env.clock.now, today(env), keep)


def day_said(env: Environment) -> str:
    """The as-of date for a headline."""
    return f"{env.as_of:%a} {env.as_of.isoformat()}"


def reason_asked(env: Environment, given: str | None, option: str, question: str) -> str:
    """A reason that is needed: as given, else asked for. Raises `WrongUsage` where nobody can be asked."""
    from psdm_cli.domain.upside import upside_reason

    def filled(text: str) -> str:
        try:
            return upside_reason(text)
        except ValueError:
            raise ValueError("expected a reason in words") from None

    if given is not None:
        return read(given, option, filled) or ""
    if not env.interactive:
        raise WrongUsage(f"This needs a reason: {option} TEXT.")
    return env.prompter().text(question, check=filled)


def finish(env: Environment, command: str, done: Done, warnings: Sequence[str] = ()) -> None:
    """End with what became of an entry."""
    from psdm_cli.output.upside_document import Changed, changed_answer

    changed = Changed(done.entry, done.following, done.plan)
    answer = changed_answer(
        command, changed, as_of=day_said(env), dry_run=env.options.dry_run, warnings=tuple(warnings)
    )
    env.finish(answer)
