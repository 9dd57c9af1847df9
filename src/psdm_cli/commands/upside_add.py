"""`psdm upside add`: a new entry of the ledger, held against Kantata and GitLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer import Context

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.upside_options import (
    AllocationOption,
    AmountOption,
    ChangeOrderOption,
    CurrencyOption,
    HoursOption,
    MilestoneOption,
    MonthOption,
    ProbabilityOption,
    QuarterOption,
    RateOption,
    ReasonOption,
    ScenarioOption,
    WorkEndsOption,
    finish,
    hand,
    quarter_name,
    read,
    scenario_named,
    today,
)
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.workflows.upside_adding import Adding
    from psdm_cli.workflows.upside_told import Told


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
    from psdm_cli.workflows.upside_adding import Adding
    from psdm_cli.workflows.upside_told import Maker, Told

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
    finish(env, "upside add", done, (*made.warnings, *prepared.warnings))


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
