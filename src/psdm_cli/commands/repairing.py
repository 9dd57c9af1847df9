"""Repairs offered by the walk: the ways that `fixes_for` knows, shown, confirmed, sent through the one door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from psdm_cli.errors import PsdmError, WrongUsage
from psdm_cli.output.text import visible

if TYPE_CHECKING:
    from psdm_cli.changes.plan import Plan
    from psdm_cli.context import Environment
    from psdm_cli.domain.drafts import Draft
    from psdm_cli.domain.findings import Finding
    from psdm_cli.prompting import Prompter
    from psdm_cli.workflows.fix_options import Answers, FixOption, Question
    from psdm_cli.workflows.forecasting import Prepared
    from psdm_cli.workflows.walk_tools import Repair

COMMAND = "forecast-prep"
PAGE = "open"  # the walk has a choice of its own for that


def repairs(env: Environment, prepared: Prepared, findings: tuple[Finding, ...]) -> Sequence[Repair]:
    """The ways to repair findings from here; none where nothing can be written (offline) or nothing is known."""
    from psdm_cli.commands.staffing_options import desk
    from psdm_cli.workflows.fixing import fixes_for
    from psdm_cli.workflows.walk_tools import Repair

    if env.options.offline:
        return ()
    try:
        found = fixes_for(findings, prepared.assessment, desk(env))
    except PsdmError as error:
        env.say(f"  No fix can be prepared: {error.message} {error.hint}".rstrip())
        return ()
    return [
        Repair(each.label, partial(_carry_out, env, prepared, findings, each))
        for each in found
        if each.name != PAGE and (each.asks or each.is_ready)
    ]


def _carry_out(
    env: Environment, prepared: Prepared, findings: tuple[Finding, ...], option: FixOption, prompter: Prompter
) -> str | None:
    """Ask what is wanted still, show, confirm, apply. What was done, in words; None when nothing was."""
    ready = _asked(env, prepared, findings, option, prompter) if option.asks else option
    for warning in ready.warnings:
        prompter.say(f"  {warning}")
    done = []
    if ready.changes:
        run = _applied(env, ready, prompter)
        if run is None:
            return None
        done.append(f"{ready.label}: {run}")
    for draft, following in zip_longest(ready.drafts, ready.drafts[1:]):
        _show(env, draft, prompter, clicks=following is None or _way(following) != _way(draft))
    if ready.drafts:
        to = ", ".join(dict.fromkeys(draft.to for draft in ready.drafts))
        if not prompter.confirm(f"Is it sent to {to}?", default=False):
            return done[0] if done else None
        done.append(f"text sent to {to}")
    return "; ".join(done) or None


def _asked(
    env: Environment, prepared: Prepared, findings: tuple[Finding, ...], option: FixOption, prompter: Prompter
) -> FixOption:
    """The option with its questions answered. Raises `WrongUsage` for answers that make no sense together."""
    from psdm_cli.commands.staffing_options import desk
    from psdm_cli.workflows.fix_options import Answers
    from psdm_cli.workflows.fixing import fixes_for

    answers = Answers()
    for question in option.asks:
        answers = _answered(question, answers, prompter)
    found = [
        each
        for each in fixes_for(findings, prepared.assessment, desk(env), answers)
        if each.is_ready and each.name != PAGE
    ]
    ready = next((each for each in found if each.name == option.name), found[0] if found else None)
    if ready is None:
        raise WrongUsage("With these answers there is nothing to change.")
    return ready


def _answered(question: Question, answers: Answers, prompter: Prompter) -> Answers:
    if question.field == "minutes":
        from psdm_cli.commands.staffing_options import minutes

        typed = prompter.text(question.text, check=_hours)
        return replace(answers, minutes=minutes(typed))
    day = prompter.date(question.text, default=question.default)
    if question.field == "start":
        return replace(answers, start=day)
    return replace(answers, due=day) if question.field == "due" else replace(answers, day=day)


def _hours(text: str) -> str:
    from psdm_cli.commands.staffing_options import minutes

    try:
        if minutes(text.strip() or "0") is None:
            raise ValueError(text)
    except (WrongUsage, ValueError):
        raise ValueError(f"expected a number of hours above 0, such as 120 or 7.5, not {text.strip()!r}") from None
    return text.strip()


def _applied(env: Environment, option: FixOption, prompter: Prompter) -> str | None:
    """What became of the changes, in words; None when nothing is in."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.workflows.applying import Stage

    plan = plan_of(env, COMMAND, option.changes)
    if plan.is_empty:
        _show_plan(env, plan)
        prompter.say("  Kantata has it so already.")
        return "was so already"
    if env.options.dry_run or env.options.yes:
        _show_plan(env, plan)
    outcome = outcome_of(env, plan)
    if outcome.stage is not Stage.APPLIED:
        if outcome.stage is Stage.PLANNED:
            prompter.say("  A dry run: nothing was changed.")
        return None
    part = "in part, " if outcome.trouble is not None else ""
    return f"{part}run {outcome.run}"


def _show_plan(env: Environment, plan: Plan) -> None:
    from psdm_cli.output.plan_document import plan_page

    console = env.terminal.console(env.terminal.err)
    plan_page(plan, console.width).write(console)


def _show(env: Environment, draft: Draft, prompter: Prompter, *, clicks: bool) -> None:
    """A text to paste: to whom and the words; then the clicks and why psdm does not send it, once for texts alike."""
    prompter.say()
    prompter.say(f"  To {draft.to}: {draft.subject}")
    for line in draft.text.splitlines():  # not wrapped, so that it can be copied
        env.terminal.err.write(f"{visible(line)}\n")
    if not clicks:
        return
    prompter.say()
    if draft.reason:
        prompter.say(f"  For you to send: {draft.reason}.")
    for number, step in enumerate(draft.steps, 1):
        prompter.say(f"  {number}. {step}")
    if draft.url:
        prompter.say(f"  {draft.url}")


def _way(draft: Draft) -> tuple[object, ...]:
    """How a text gets to whom it is for."""
    return draft.to, draft.reason, draft.steps, draft.url
