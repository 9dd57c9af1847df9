"""`psdm upside`: the ledger of what could land beyond the forecast; edit, list, show, convert, push, close."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.upside_options import (
    AmountOption,
    CurrencyOption,
    HoursOption,
    IdArgument,
    MonthOption,
    NoteOption,
    ProbabilityOption,
    QuarterOption,
    RateOption,
    ReasonOption,
    ScenarioOption,
    StatusOption,
    day_said,
    finish,
    hand,
    quarter_name,
    read,
    reason_asked,
    scenario_named,
    status_named,
)
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples


@examples(
    "psdm upside edit 3 --amount 15000 --currency USD",
    "psdm upside edit 3 --month 2027-01 --probability 70 --note 'the customer called'",
)
def edit(
    ctx: Context,
    entry: IdArgument,
    *,
    amount: AmountOption = None,
    hours: HoursOption = None,
    rate: RateOption = None,
    currency: CurrencyOption = None,
    quarter: QuarterOption = None,
    month: MonthOption = None,
    probability: ProbabilityOption = None,
    reason: ReasonOption = None,
    note: NoteOption = None,
) -> None:
    """Change an open entry; how it stood before stays in its history."""
    from psdm_cli.domain import upside_words as words
    from psdm_cli.domain.money import CENT
    from psdm_cli.domain.upside import probability as chance
    from psdm_cli.domain.upside import upside_reason
    from psdm_cli.workflows import upside_ledger

    env = environment(ctx)
    worked, each = read(hours, "--hours", words.hours), read(rate, "--rate", words.rate)
    sum_ = read(amount, "--amount", words.amount)
    if each is not None and (worked is None or sum_ is not None):
        raise WrongUsage("--rate goes with --hours, and without --amount.")
    if worked is not None and each is not None:
        sum_ = (worked * each).quantize(CENT)
    values = {
        "hours": worked,
        "amount": sum_,
        "currency": read(currency, "--currency", words.currency),
        "quarter": quarter_name(env, quarter),
        "month": read(month, "--month", words.month),
        "probability": read(probability, "--probability", chance),
        "reason": read(reason, "--reason", upside_reason),
    }
    if all(value is None for value in values.values()):
        raise WrongUsage("psdm upside edit needs what is to change, such as --amount, --month or --reason.")
    finish(env, "upside edit", upside_ledger.edit(hand(env), entry, values, note or ""))


@examples(
    "psdm upside list",
    "psdm upside list SOW-1234 --quarter FY27-Q4",
    "psdm upside list --scenario soft-booking --json --fields id,sow,amount,currency",
)
def list_(
    ctx: Context,
    sow: Annotated[str | None, Argument(metavar="[SOW]", help="Only entries of this engagement.")] = None,
    *,
    quarter: QuarterOption = None,
    scenario: ScenarioOption = None,
    status: StatusOption = None,
    every: Annotated[bool, Option("--all", help="Closed entries of earlier quarters too.")] = False,
) -> None:
    """List the ledger with its totals by quarter and scenario, weighted and not, currencies apart.

    By itself: the open entries, and what was closed in this quarter. Totals are of the open ones.
    """
    from psdm_cli.domain.dates import quarter_of
    from psdm_cli.domain.upside_totals import totals_of
    from psdm_cli.output.upside_document import listed_answer
    from psdm_cli.workflows.upside_ledger import Filter

    env = environment(ctx)
    wanted = Filter(
        sow,
        quarter_name(env, quarter),
        read(scenario, "--scenario", scenario_named),
        read(status, "--status", status_named),
        every,
    )
    now = quarter_of(env.as_of, env.settings.calendar.fiscal_year_start).name
    entries = wanted.of(env.store().upside.list(), now)
    env.finish(listed_answer(entries, totals_of(entries), as_of=day_said(env)))


@examples("psdm upside show 3", "psdm upside show 3 --json")
def show(ctx: Context, entry: IdArgument) -> None:
    """Show an entry with its whole history: who changed what, when and why."""
    from psdm_cli.output.upside_document import shown_answer
    from psdm_cli.workflows.upside_ledger import entry_named, history

    env = environment(ctx)
    store = env.store()
    found = entry_named(store, entry)
    env.finish(shown_answer(found, history(store, found), as_of=day_said(env)))


@examples("psdm upside convert 3", "psdm upside convert 3 --note 'Kim is hard-booked' --dry-run")
def convert(ctx: Context, entry: IdArgument, *, note: NoteOption = None) -> None:
    """Close an entry whose money is in the forecast now."""
    from psdm_cli.workflows import upside_ledger

    env = environment(ctx)
    finish(env, "upside convert", upside_ledger.convert(hand(env), entry, note or ""))


@examples(
    "psdm upside push 3 --to FY28-Q1 --reason 'the customer froze its budget'",
    "psdm upside push 3 --month 2027-01 --reason 'acceptance takes until January'",
)
def push(
    ctx: Context,
    entry: IdArgument,
    *,
    to: Annotated[str | None, Option("--to", metavar="FY28-Q1", help="Quarter it goes to; default the next.")] = None,
    month: MonthOption = None,
    reason: Annotated[str | None, Option("--reason", metavar="TEXT", help="Why it comes later.")] = None,
) -> None:
    """Push an entry out: into another quarter it is closed as pushed, and an open one follows it there."""
    from psdm_cli.domain import upside_words as words
    from psdm_cli.workflows import upside_ledger

    env = environment(ctx)
    quarter, later = quarter_name(env, to), read(month, "--month", words.month)
    said = reason_asked(env, reason, "--reason", "Why does it come later")
    finish(env, "upside push", upside_ledger.push(hand(env), entry, said, quarter=quarter, month=later))


@examples("psdm upside close 3 --reason 'the customer decided against it'")
def close(
    ctx: Context,
    entry: IdArgument,
    *,
    reason: Annotated[str | None, Option("--reason", metavar="TEXT", help="Why it will not come.")] = None,
) -> None:
    """Close an entry whose money will not come: it is lost."""
    from psdm_cli.workflows import upside_ledger

    env = environment(ctx)
    said = reason_asked(env, reason, "--reason", "Why will it not come")
    finish(env, "upside close", upside_ledger.close(hand(env), entry, said))
