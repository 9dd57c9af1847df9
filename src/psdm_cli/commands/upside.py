"""`psdm upside`: what could land beyond the forecast; add, edit, list, show, convert, push, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.upside_options import (
    AllocationOption,
    AmountOption,
    ChangeOrderOption,
    CurrencyOption,
    HoursOption,
    IdArgument,
    MilestoneOption,
    MonthOption,
    NoteOption,
    ProbabilityOption,
    QuarterOption,
    RateOption,
    ReasonOption,
    ScenarioOption,
    StatusOption,
    WorkEndsOption,
    day_said,
    hand,
    quarter_name,
    read,
    reason_asked,
    scenario_named,
    status_named,
    today,
)
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psdm_cli.context import Environment
    from psdm_cli.workflows.upside_adding import Adding, Told
    from psdm_cli.workflows.upside_ledger import Done


@examples(
    'psdm upside add SOW-1234 --scenario soft-booking --allocation 71 --reason "the customer decides on Friday"',
    "psdm upside add SOW-1234 --milestone 900 --probability 60 --reason 'acceptance is not agreed yet'",
    "psdm upside add SOW-1234 --scenario other --hours 40 --rate 250 --currency USD --quarter FY27-Q4 --month 2026-12"
    " --probability 30 --reason 'the budget is frozen'",
)
def add(
    ctx: Context,
    sow: SowArgument,
    *,
    scenario: ScenarioOption = None,
    amount: AmountOption = None,
    hours: HoursOption = None,
    rate: RateOption = None,
    currency: CurrencyOption = None,
    quarter: QuarterOption = None,
    month: MonthOption = None,
    probability: ProbabilityOption = None,
    reason: ReasonOption = None,
    allocation: AllocationOption = None,
    change_order: ChangeOrderOption = None,
    milestone: MilestoneOption = None,
    work_ends: WorkEndsOption = None,
    lead: LeadOption = None,
) -> None:
    """Add an entry to the upside ledger; what is missing is asked, with Kantata's figures as defaults.

    A soft booking must be one in Kantata, a change order pending with its work done this quarter, a milestone expected
    in the quarter and not confirmed. The same source is taken once.
    """
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.domain import upside_words as words
    from psdm_cli.domain.upside import Scenario, upside_reason
    from psdm_cli.domain.upside import probability as chance
    from psdm_cli.domain.upside_sources import issue_address
    from psdm_cli.options import iso_date
    from psdm_cli.workflows import forecasting, upside_ledger
    from psdm_cli.workflows.engagement_choice import choose
    from psdm_cli.workflows.upside_adding import Adding, Maker, Told

    env = environment(ctx)
    instance = env.settings.gitlab.url
    told = Told(
        scenario=read(scenario, "--scenario", lambda text: Scenario(scenario_named(text))),
        amount=read(amount, "--amount", words.amount),
        hours=read(hours, "--hours", words.hours),
        rate=read(rate, "--rate", words.rate),
        currency=read(currency, "--currency", words.currency),
        quarter=quarter_name(env, quarter),
        month=read(month, "--month", words.month),
        probability=read(probability, "--probability", chance),
        reason=read(reason, "--reason", upside_reason),
        allocation=allocation,
        change_order=read(change_order, "--change-order", lambda text: issue_address(text, instance)),
        milestone=milestone,
        work_ends=None if work_ends is None else iso_date(work_ends, "--work-ends"),
    )
    _check(env, told)
    env.store(writing=not env.options.dry_run)
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, None))
    engagement = choose(prepared.assessment, sow, ask_which(env))
    # GitLab is asked for a change order alone
    gitlab = env.gitlab_or_none() if told.meant in (None, Scenario.PENDING_CO) else None
    why_not = "GitLab is not asked --offline" if env.options.offline else "there is no token for GitLab"
    adding = Adding(prepared.assessment, engagement, gitlab, why_not, env.settings.labels["change_order"].name)
    told = _completed(env, adding, told, instance)
    made = adding.make(told, Maker(prepared.me.name, env.clock.now))
    done = upside_ledger.add(hand(env, who=prepared.me.name), made.entry)
    _finish(env, "upside add", done, (*made.warnings, *prepared.warnings))


def _check(env: Environment, told: Told) -> None:
    """What can be refused before Kantata is read; a person may still be asked for a currency."""
    from psdm_cli.domain.upside_changes import period
    from psdm_cli.domain.upside_sources import NotUpsideError
    from psdm_cli.errors import RefusedByRule

    if not env.interactive or told.currency is not None:
        told.check()
    try:
        period(today(env), told.quarter, told.month, usual=env.as_of)
    except NotUpsideError as error:
        raise RefusedByRule(str(error), hint=error.hint) from None
    except ValueError as error:
        raise WrongUsage(f"--month: {error}.") from None


def _completed(env: Environment, adding: Adding, told: Told, instance: str) -> Told:
    """What was told, with what a person at the terminal adds."""
    if not env.interactive:
        return told
    from dataclasses import replace

    from psdm_cli.domain.upside_words import currency
    from psdm_cli.workflows.upside_asking import ask_missing

    person = env.prompter()
    if told.currency is None and (told.amount is not None or told.rate is not None):
        own = adding.engagement.currency
        default = own.code if own is not None else ""
        told = replace(told, currency=person.text("Currency of the amount", default=default, check=currency))
    return ask_missing(adding, told, person, instance)


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
    _finish(env, "upside edit", upside_ledger.edit(hand(env), entry, values, note or ""))


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
    _finish(env, "upside convert", upside_ledger.convert(hand(env), entry, note or ""))


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
    _finish(env, "upside push", upside_ledger.push(hand(env), entry, said, quarter=quarter, month=later))


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
    _finish(env, "upside close", upside_ledger.close(hand(env), entry, said))


def _finish(env: Environment, command: str, done: Done, warnings: Sequence[str] = ()) -> None:
    from psdm_cli.output.upside_document import Changed, changed_answer

    changed = Changed(done.entry, done.following, done.plan)
    answer = changed_answer(
        command, changed, as_of=day_said(env), dry_run=env.options.dry_run, warnings=tuple(warnings)
    )
    env.finish(answer)
