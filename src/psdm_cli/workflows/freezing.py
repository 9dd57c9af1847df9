"""Freezing the week's forecast, finding frozen ones again, and comparing with them (rules.md 5)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.snapshots import Snapshot, from_document, to_document
from psdm_cli.errors import NotFound, StoreProblem

if TYPE_CHECKING:
    from psdm_cli.domain.difference import DifferenceReport
    from psdm_cli.store.database import Store
    from psdm_cli.workflows.forecasting import Prepared, Sources


def _latest(store: Store, scope: str, **which: Any) -> Snapshot | None:
    found = store.snapshots.latest(scope, **which)
    if found is None:
        return None
    try:
        return from_document(json.loads(found.body))
    except ValueError as error:
        head = found.head
        raise StoreProblem(
            f"The forecast frozen in {head.week} (revision {head.revision}) was written by a newer psdm: {error}.",
            hint="Update psdm.",
        ) from None


def frozen_before(store: Store, scope: str, week: str) -> Snapshot | None:
    """The last forecast of a scope frozen in an earlier week. Raises `StoreProblem` for a newer psdm's."""
    return _latest(store, scope, before_week=week)


def frozen_up_to(store: Store, scope: str, day: date) -> Snapshot | None:
    """The last forecast of a scope frozen as of `day` or before. Raises `StoreProblem` for a newer psdm's."""
    return _latest(store, scope, on_or_before=day)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A forecast that was stored, or would be: its week, revision and how many engagements it holds.

    `revision` is None when nothing was stored (a dry run).
    """

    week: str
    revision: int | None
    as_of: date
    scope: str
    engagements: int

    @property
    def said(self) -> str:
        """Which snapshot it is, in words."""
        return f"Frozen: week {self.week}, revision {self.revision}, as of {self.as_of.isoformat()}"


def freeze(sources: Sources, prepared: Prepared, *, dry_run: bool = False) -> Frozen:
    """Store the forecast as this week's snapshot; a second one in the week becomes a new revision."""
    snapshot = prepared.assessment.snapshot()
    body = _body(snapshot)
    revision = None
    if not dry_run:
        revision = sources.store.snapshots.freeze(
            snapshot.week, snapshot.scope, snapshot.as_of, body, prepared.me.name, sources.now
        )
    return Frozen(snapshot.week, revision, snapshot.as_of, snapshot.scope, len(snapshot.engagements))


def is_frozen(sources: Sources, prepared: Prepared) -> bool:
    """Whether the latest snapshot holds this week's forecast as it stands now."""
    snapshot = prepared.assessment.snapshot()
    found = sources.store.snapshots.latest(snapshot.scope)
    return found is not None and found.head.week == snapshot.week and found.body == _body(snapshot)


def _body(snapshot: Snapshot) -> str:
    return json.dumps(to_document(snapshot), ensure_ascii=False, separators=(",", ":"))


def difference(sources: Sources, prepared: Prepared, since: date | None) -> DifferenceReport:
    """What changed since the last frozen week, or since the last snapshot up to `since`. Raises `NotFound`."""
    from psdm_cli.domain.bridge import bridge
    from psdm_cli.domain.comparison import compare
    from psdm_cli.domain.difference import difference_of
    from psdm_cli.domain.pushes import explained
    from psdm_cli.domain.warnings import warnings_of

    assessment = prepared.assessment
    if since is None:
        before = assessment.previous or _latest(sources.store, assessment.scope.key)
    else:
        before = frozen_up_to(sources.store, assessment.scope.key, since)
    if before is None:
        until = f" up to {since}" if since else ""
        raise NotFound(
            f"No forecast of this selection was frozen{until}, so there is nothing to compare with.",
            hint="Freeze this week's with: psdm forecast freeze",
        )
    after = assessment.snapshot()
    warnings = (*prepared.warnings, *warnings_of(assessment))
    found = difference_of(before, after, compare(before, after), warnings, bridge(before, after))
    return explained(found, sources.store.top_customers.reasons())
