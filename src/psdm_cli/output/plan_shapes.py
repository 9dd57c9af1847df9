"""The JSON of plans, of what became of them, and of the journal (interface.md 4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from psdm_cli.changes.plan import ChangeState
from psdm_cli.output.json_shapes import Foreign, PlanItem, Shape, plain
from psdm_cli.output.plan_document import Staying, item_values

if TYPE_CHECKING:
    from psdm_cli.changes.journal import Run
    from psdm_cli.output.plan_document import AppliedDocument


class NotUndone(Shape):
    """A change that stays, or something that stays of it, and why."""

    n: int
    key: Foreign
    title: Foreign
    reason: Foreign


class AppliedResult(Shape):
    """`apply` and `undo`. `applied` and `failed` count items; skipped ones are in `plan`."""

    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")
    plan: list[PlanItem]
    applied: int
    failed: int
    not_undone: list[NotUndone]


class JournalRun(Shape):
    """A run of a command that wrote, with its changes."""

    id: str
    at: datetime
    who: Foreign
    command: Foreign
    changes: list[PlanItem]


class JournalResult(Shape):
    """`journal list` and `journal show`: runs, the latest first."""

    runs: list[JournalRun]


def applied_result(document: AppliedDocument) -> dict[str, Any]:
    """The result of `apply` and `undo`."""
    items = document.plan.items
    return plain(
        AppliedResult(
            run=document.run,
            plan=[PlanItem.model_validate(item_values(item)) for item in items],
            applied=sum(item.state is ChangeState.APPLIED for item in items),
            failed=sum(item.state is ChangeState.FAILED for item in items),
            not_undone=[_staying(stays) for stays in document.not_undone],
        )
    )


def _staying(stays: Staying) -> NotUndone:
    return NotUndone(n=stays.n, key=stays.key, title=stays.title, reason=stays.reason)


def journal_result(runs: Iterable[Run]) -> dict[str, Any]:
    """The result of `journal list` and `journal show`."""
    return plain(
        JournalResult(
            runs=[
                JournalRun(
                    id=run.id,
                    at=run.at,
                    who=run.who,
                    command=run.command,
                    changes=[PlanItem.model_validate(item_values(item)) for item in run.items],
                )
                for run in runs
            ]
        )
    )
