"""Posting Top Customer notes: on the Customer Epics and into Slack, by one plan; without a webhook a text to paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from psdm_cli.changes.plan import Change, Plan
    from psdm_cli.context import Environment
    from psdm_cli.domain.top_customer import Entry
    from psdm_cli.workflows.top_customer_list import Desk

EPIC, SLACK = "epic", "slack"


@dataclass(frozen=True, slots=True)
class Posted:
    """The plan as it ended, the message to paste where there is no webhook, and what was left out."""

    plan: Plan | None = None
    run: str | None = None
    failed: int = 0
    message: str | None = None
    left_out: tuple[str, ...] = ()


def post_entries(
    env: Environment, desk: Desk, entries: Sequence[Entry], posts: Sequence[str], plan_out: Path | None
) -> Posted:
    """Post what was asked for: a plan, shown, confirmed, applied; a message to paste where there is no webhook."""
    from psdm_cli.changes.plan import ChangeState
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.workflows.top_customer_posting import fingerprint

    if not posts:
        return Posted()
    changes, left_out, message = _changes(desk, entries, posts)
    if message is not None and env.slack_webhook is not None:
        changes.append(_message(env, desk, message))
    plan = plan_of(env, f"psdm top-customer --post {' --post '.join(posts)}", changes)
    outcome = outcome_of(env, plan, plan_out=plan_out)
    if message is not None and env.slack_webhook is not None:
        sent = any(item.change.system == SLACK and item.state is ChangeState.APPLIED for item in outcome.plan.items)
        if sent:
            name, who = _sent_fact(desk), desk.prepared.me.name
            desk.sources.store.facts.put("top-customer", name, fingerprint(message), who=who, at=desk.sources.now)
        message = None
    return Posted(outcome.plan, outcome.run, outcome.exit_code, message, left_out)


def _message(env: Environment, desk: Desk, text: str) -> Change:
    from psdm_cli.workflows.top_customer_posting import fingerprint, slack_change

    fact = desk.sources.store.facts.get("top-customer", _sent_fact(desk))
    again = fact is not None and fact.value == fingerprint(text)
    return slack_change(text, env.settings.slack.channels.pmo, desk.week, sent_already=again)


def _sent_fact(desk: Desk) -> str:
    return f"slack {desk.scope} {desk.week}"


def _changes(
    desk: Desk, entries: Sequence[Entry], posts: Sequence[str]
) -> tuple[list[Change], tuple[str, ...], str | None]:
    from psdm_cli.output.top_customer_texts import note_body, slack_message
    from psdm_cli.workflows.top_customer_posting import epic_changes

    engagements = {each.id: each for each in desk.prepared.assessment.engagements}
    changes: list[Change] = []
    left_out: tuple[str, ...] = ()
    message = None
    if EPIC in posts:
        pairs = [(each, desk.look(engagements[each.project]).space) for each in entries]
        made, left_out = epic_changes(desk.gitlab, pairs, desk.week, lambda each: note_body(each, desk.week))
        changes += made
    if SLACK in posts:
        ready = [each for each in entries if each.is_valid]
        message = slack_message(ready, desk.week) if ready else None
        left_out += tuple(
            f"{each.name}: not in the message, {each.problems[0]}" for each in entries if not each.is_valid
        )
    return changes, left_out, message
