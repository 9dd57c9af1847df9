"""What changed between two forecasts: pushes, pulls, ups, downs, new and gone engagements (rules.md 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psdm_cli.domain.snapshots import FrozenEngagement, Snapshot


class ChangeKind(StrEnum):
    """How forecast money moved."""

    PUSH = "push"
    PULL = "pull"
    UP = "up"
    DOWN = "down"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One movement of forecast money, `cents` positive in subunits.

    Push and pull have both months (from where it stood to where it stands); up and new only `month_to`, down and gone
    only `month_from`.
    """

    kind: ChangeKind
    month_from: str | None
    month_to: str | None
    cents: int


@dataclass(frozen=True, slots=True)
class EngagementChanges:
    """An engagement's changes since an earlier snapshot; `known` is False where either side is unknown."""

    before: FrozenEngagement | None
    after: FrozenEngagement | None
    changes: tuple[Change, ...]
    known: bool = True

    @property
    def engagement(self) -> FrozenEngagement:
        """The engagement as it stands, or as it stood when it is gone."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change needs an engagement")
        return found


def compare(before: Snapshot, after: Snapshot) -> tuple[EngagementChanges, ...]:
    """Changes per engagement, on days from the later as-of on, so that elapsed days are no change."""
    start = max(before.as_of, after.as_of)
    then = {engagement.id: engagement for engagement in before.engagements}
    now = {engagement.id: engagement for engagement in after.engagements}
    found = []
    for key in dict.fromkeys((*now, *then)):
        result = _compared(then.get(key), now.get(key), start)
        if result.changes or not result.known:
            found.append(result)
    return tuple(found)


def _compared(before: FrozenEngagement | None, after: FrozenEngagement | None, start: date) -> EngagementChanges:
    was = {} if before is None else before.by_month(start)
    became = {} if after is None else after.by_month(start)
    if was is None or became is None:
        return EngagementChanges(before, after, (), known=False)
    if (
        before is not None
        and after is not None
        and (before.currency, before.base_unit) != (after.currency, after.base_unit)
    ):
        return EngagementChanges(before, after, (), known=False)
    if before is None:
        return EngagementChanges(before, after, _apart(ChangeKind.NEW, became))
    if after is None:
        return EngagementChanges(before, after, _apart(ChangeKind.GONE, was))
    return EngagementChanges(before, after, movements(was, became))


def _apart(kind: ChangeKind, months: Mapping[str, int]) -> tuple[Change, ...]:
    new = kind is ChangeKind.NEW
    return tuple(
        Change(kind, None if new else month, month if new else None, cents)
        for month, cents in sorted(months.items())
        if cents
    )


def movements(was: Mapping[str, int], became: Mapping[str, int]) -> tuple[Change, ...]:
    """Months ascending: a fall matched with later rises, then a rise with later falls; the rest up or down."""
    months = sorted({*was, *became})
    delta = {month: became.get(month, 0) - was.get(month, 0) for month in months}
    changes = [
        *_matched(ChangeKind.PUSH, months, delta, falls=True),
        *_matched(ChangeKind.PULL, months, delta, falls=False),
    ]
    for month in months:
        if delta[month] > 0:
            changes.append(Change(ChangeKind.UP, None, month, delta[month]))
        elif delta[month] < 0:
            changes.append(Change(ChangeKind.DOWN, month, None, -delta[month]))
    return tuple(changes)


def _matched(kind: ChangeKind, months: Sequence[str], delta: dict[str, int], *, falls: bool) -> list[Change]:
    """Take matched amounts out of `delta`: each fall with later rises, or each rise with later falls."""
    sign = -1 if falls else 1
    found = []
    for index, month in enumerate(months):
        for later in months[index + 1 :]:
            moved = min(delta[month] * sign, -delta[later] * sign)
            if moved <= 0:
                continue
            delta[month] -= moved * sign
            delta[later] += moved * sign
            source, target = (month, later) if falls else (later, month)
            found.append(Change(kind, source, target, moved))
    return found
