"""What every command that writes shares: the plan's options, the question, and one call that carries a plan out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.changes.plan import Item, Plan
    from psdm_cli.context import Environment
    from psdm_cli.workflows.applying import Mode, Outcome, Ports

PlanOutOption = Annotated[
    Path | None,
    Option("--plan-out", metavar="FILE", help="Save the plan to this file instead of applying it (psdm apply FILE)."),
]


def carry_out(env: Environment, plan: Plan, plan_out: Path | None = None) -> tuple[Plan, int]:
    """Do with a plan what the common options say, and give it as it ended, with the exit code (0, or 7).

    Shows and asks at a terminal, says on stderr what became of it. Raises what `workflows.applying.carry_out` raises.
    """
    outcome = outcome_of(env, plan, plan_out=plan_out)
    return outcome.plan, outcome.exit_code


def outcome_of(env: Environment, plan: Plan, *, plan_out: Path | None = None, strict: bool = False) -> Outcome:
    """As `carry_out`, with the run's number and how far it came."""
    from psdm_cli.workflows import applying

    if env.options.offline and not plan.is_empty and not env.options.dry_run and plan_out is None:
        raise WrongUsage("Changes cannot be applied --offline.", hint="Leave out --offline, or add --dry-run.")
    if plan.is_empty:
        return applying.nothing_to_do(plan)
    outcome = applying.carry_out(write_ports(env), plan, mode(env, plan_out, strict=strict))
    tell(env, outcome, plan_out)
    return outcome


def write_ports(env: Environment) -> Ports:
    """The ports of writing, from the environment."""
    import time
    from datetime import UTC, datetime

    from psdm_cli.changes.journal import Journal
    from psdm_cli.workflows.applying import Ports

    store = env.store(writing=True)
    longest = env.settings.kantata.patience_seconds  # before the second look after an unclear answer too

    def report(item: Item) -> None:
        env.detail(f"{item.n} {item.state}: {item.change.title}")

    return Ports(
        doors=env.doors(),
        journal=Journal(store.journal),
        lock=store.lock("apply"),
        accounts=env.accounts,
        who=lambda: env.kantata().me().name,
        now=lambda: datetime.now(UTC),
        wait=lambda seconds: time.sleep(min(seconds, longest)),
        say=env.say,
        report=report,
    )


def mode(env: Environment, plan_out: Path | None = None, *, strict: bool = False) -> Mode:
    """How far the options let a plan go."""
    from psdm_cli.workflows.applying import Mode

    options = env.options
    return Mode(
        dry_run=options.dry_run,
        yes=options.yes,
        confirm=(lambda plan, large: confirmed(env, plan, large)) if env.interactive else None,
        max_changes=options.max_changes,
        large_plan=env.settings.policy.large_plan,
        plan_out=plan_out,
        strict=strict,
    )


def confirmed(env: Environment, plan: Plan, large: bool) -> bool:
    """Show the plan and ask: y for a small one, its number of changes for a large one."""
    from psdm_cli.output.plan_document import plan_page

    console = env.terminal.console(env.terminal.err)
    plan_page(plan, console.width).write(console)
    size = len(plan.writing)
    if large:
        answer = env.terminal.ask(f"Type {size}, the number of changes, to apply them all; Enter leaves all as it is")
        return answer == str(size)
    what = "this change" if size == 1 else f"these {size} changes"
    return env.terminal.ask(f"Apply {what}? y/N", check=_yes_or_no) == "y"


def _yes_or_no(text: str) -> str:
    word = text.strip().casefold()
    if word and word[0] not in "yn":
        raise ValueError("please answer y or n")
    return word[:1]


def tell(env: Environment, outcome: Outcome, plan_out: Path | None) -> None:
    """Say on stderr how it ended and what to do about it."""
    from psdm_cli.changes.plan import ChangeState
    from psdm_cli.workflows.applying import Stage

    if outcome.stage is Stage.SAVED:
        from shlex import quote

        env.say(f"The plan is in {plan_out}; nothing was changed. Apply it with: psdm apply {quote(str(plan_out))}")
    elif outcome.stage is Stage.DECLINED:
        env.say("Nothing was changed.")
    if outcome.trouble is not None:
        env.terminal.say(f"psdm: {outcome.trouble.message}", always=True)
        env.terminal.say(f"      {outcome.trouble.hint}", always=True)
    elif outcome.count(ChangeState.APPLIED):
        env.say(f"Journal: run {outcome.run}. To take it back: psdm undo {outcome.run}")
