"""`psdm forecast-prep`: Monday's forecast call preparation, checked from live data."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from psdm_cli.commands.completion_values import step_ids
from psdm_cli.commands.fixes import FixesOption
from psdm_cli.commands.forecast_sources import CsvOption, LeadOption, MarkdownOption, StatusOption
from psdm_cli.commands.walking import AnswerOption, ConfirmOption, UpsideOption, WaiveOption, WalkOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples


@examples(
    "psdm forecast-prep",
    "psdm forecast-prep --step FP-08",
    "psdm forecast-prep --lead all --status Active --no-input --json",
    "psdm forecast-prep --freeze",
    "psdm forecast-prep --markdown > forecast.md",
    "psdm forecast-prep --no-walk",
    "psdm forecast-prep --fix FP-02 --fix FP-07:10 --yes --no-input",
    'psdm forecast-prep --waive "FP-01:3001=change order signed Friday@2026-12-04" --no-input',
    'psdm forecast-prep --upside "FP-04:soft-booking:71=customer decides Friday@60" --confirm FP-13="sheet updated"',
)
def forecast_prep(
    ctx: Context,
    *,
    lead: LeadOption = None,
    status: StatusOption = None,
    people: Annotated[
        str, Option("--people", metavar="engagements|all", help="Look at people of the engagements, or at all visible.")
    ] = "engagements",
    step: Annotated[
        str | None,
        Option("--step", metavar="FP-01…FP-11", help="Show this step alone, in full.", autocompletion=step_ids),
    ] = None,
    freeze: Annotated[bool, Option("--freeze", help="Store this week's forecast as a snapshot afterwards.")] = False,
    markdown: MarkdownOption = False,
    csv: CsvOption = False,
    walk: WalkOption = None,
    waive: WaiveOption = None,
    upside: UpsideOption = None,
    answer: AnswerOption = None,
    confirm: ConfirmOption = None,
    fix: FixesOption = None,
) -> None:
    """Check everything the forecast call needs, from live Kantata data: due Monday 10:00 Eastern.

    Funds not yet planned, task dates, the forecast by month with what moved since last week, upside candidates, the
    task audit, under-allocated people, soft and hard bookings, missing time, sign-offs at risk, stale health reports.
    At a terminal it walks with you through what only a person can decide, the most money first: repair, upside, waive,
    later; then the manual steps, the snapshot and the message for the call. Ctrl-C keeps every answer, the same command
    goes on. Nothing is written to Kantata without a plan that you confirmed. Exit 3 when something needs attention.
    """
    from psdm_cli.commands import walking
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.output.forecast_document import ForecastPrepDocument
    from psdm_cli.workflows import forecasting, freezing

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=csv)
    wanted = None if step is None else wanted_step(step)
    everybody = wanted_people(people)
    refuse_offline_freeze(freeze, env.options.offline)
    asked = walking.asked(env, walk=walk, waive=waive, upside=upside, answer=answer, confirm=confirm, freeze=freeze)
    walks = asked.walks(env, plain=chosen is not None or wanted is not None or bool(fix))
    if walks or not asked.options.is_empty:
        env.store(writing=not env.options.dry_run)
    picked = selection(lead, status, all_people=everybody)
    with sources(env) as source:
        prepared = forecasting.prepare(source, picked)
    if not asked.options.is_empty:
        prepared = walking.give_options(env, prepared, asked.options)
    repaired = None
    if fix:
        from psdm_cli.commands.fixes import apply_named

        repaired = apply_named(env, prepared, fix)
        if repaired.has_written:  # the page shows what is left
            with sources(env) as source:
                prepared = forecasting.prepare(source, picked)
    if walks:
        env.finish(walking.walk(env, source, prepared, picked, freeze=freeze))
        return
    report = prepared.report()
    frozen = freezing.freeze(source, prepared, dry_run=env.options.dry_run) if freeze else None
    if frozen is not None:
        done = "Would freeze" if frozen.revision is None else "Frozen"
        revision = "" if frozen.revision is None else f" revision {frozen.revision},"
        env.say(f"{done}: week {frozen.week},{revision} {frozen.engagements} engagements.")
    document = ForecastPrepDocument(
        report, env.clock.real, step=wanted, verbose=env.options.verbose > 0, repaired=repaired
    )
    finish(env, document, chosen)


def wanted_people(name: str) -> bool:
    """Whether `--people` means all visible ones, not only those of the engagements. Raises `WrongUsage`."""
    from difflib import get_close_matches

    names = ("engagements", "all")
    word = name.strip().casefold()
    if word not in names:
        near = get_close_matches(word, names, n=1, cutoff=0.4)
        meant = f"Did you mean {near[0]}?" if near else ""
        raise WrongUsage(f"--people: {name!r} is neither engagements nor all.", hint=meant)
    return word == "all"


def wanted_step(name: str) -> str:
    """The step that `--step` names, in any case, with or without FP. Raises `WrongUsage` with the nearest one."""
    from difflib import get_close_matches

    from psdm_cli.domain.steps.catalog import CHECKS

    text = name.strip().upper()
    bare = text.removeprefix("FP-").removeprefix("FP")
    step = f"FP-{int(bare):02d}" if bare.isdecimal() and len(bare) <= 3 else text
    if step not in CHECKS:
        near = get_close_matches(step, CHECKS, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}?" if near else f"Steps are: {', '.join(CHECKS)}."
        raise WrongUsage(f"--step: there is no step {name!r}.", hint=meant)
    return step


def refuse_offline_freeze(freeze: bool, offline: bool) -> None:
    """A forecast is frozen from live data only. Raises `WrongUsage`."""
    if freeze and offline:
        raise WrongUsage(
            "A forecast is frozen from live data, and --offline forbids to read it.",
            hint="Run it without --offline.",
        )
