"""What moved since an earlier week's forecast: pushes and pulls first, with what the data and people say about why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.bridge import bridge
from psdm_cli.domain.comparison import ChangeKind, EngagementChanges
from psdm_cli.domain.difference import BridgeLine, bridge_lines
from psdm_cli.domain.pushes import PushReason, pushes_of
from psdm_cli.domain.report import change_lines
from psdm_cli.domain.snapshots import FrozenEngagement


@dataclass(frozen=True, slots=True)
class Move:
    """Forecast money that moved, came or went since the earlier forecast; `amount` is positive.

    `why` is what the data shows, the largest first; `reason` is what a person gave, `reason_due` that somebody should.
    """

    project: str
    sow: str | None
    title: str
    lead: str | None
    kind: ChangeKind
    month_from: str | None
    month_to: str | None
    amount: Decimal
    currency: str
    why: tuple[str, ...] = ()
    reason: str | None = None
    reason_due: bool = False


def moves_of(assessment: Assessment, reasons: Sequence[PushReason] = ()) -> tuple[Move, ...]:
    """Every change since the earlier forecast: pushes first, then pulls, each the largest first; then the rest."""
    previous = assessment.previous
    if previous is None:
        return ()
    why: dict[str, list[BridgeLine]] = {}
    for found in bridge(previous, assessment.snapshot()):
        why[found.engagement.id] = list(bridge_lines(found))
    moves = [
        move
        for changes in assessment.changes
        for move in _moves(changes, previous.week, assessment, reasons, why.get(changes.engagement.id, ()))
    ]
    order = list(ChangeKind)
    return tuple(sorted(moves, key=lambda move: (order.index(move.kind), -move.amount, move.sow or move.title)))


def _moves(
    changes: EngagementChanges,
    since_week: str,
    assessment: Assessment,
    reasons: Sequence[PushReason],
    lines: Sequence[BridgeLine],
) -> Iterable[Move]:
    frozen: FrozenEngagement = changes.engagement
    pushes = {
        (push.month_from, push.month_to): push
        for push in pushes_of(changes, since_week, assessment.policy.push_reason_above, reasons)
    }
    for change in change_lines(changes):
        months = [month for month in (change.month_from, change.month_to) if month is not None]
        push = pushes.get((change.month_from or "", change.month_to or "")) if change.kind is ChangeKind.PUSH else None
        yield Move(
            project=frozen.id,
            sow=frozen.sow,
            title=frozen.title,
            lead=frozen.lead,
            kind=change.kind,
            month_from=change.month_from,
            month_to=change.month_to,
            amount=change.amount,
            currency=frozen.currency or "",
            why=tuple(dict.fromkeys(said for line in lines if line.month in months for said in line.reasons)),
            reason=push.reason if push else None,
            reason_due=push.lacks_reason if push else False,
        )
