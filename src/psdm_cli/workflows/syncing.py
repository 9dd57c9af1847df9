"""Bringing the mirror up to date by itself: whose engagements, read how, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from psdm_cli.domain.people import window
from psdm_cli.domain.policy import Policy
from psdm_cli.systems.ports import Kantata, Me, Progress
from psdm_cli.workflows.forecasting import account_key
from psdm_cli.workflows.identity import live_identity
from psdm_cli.workflows.refresh import Refreshed, refresh

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

MARGIN = timedelta(weeks=1)  # of bookings elsewhere beside the weeks that are looked at, as the forecast reads them


@dataclass(frozen=True, slots=True)
class Synced:
    """Who asked, whose engagements (no names: all), and what was read."""

    me: Me
    leads: tuple[str, ...]
    refreshed: Refreshed


def sync(
    kantata: Kantata,
    store: Store,
    *,
    account_scope: str,
    leads: tuple[str, ...],
    full: bool,
    as_of: date,
    now: datetime,
    policy: Policy,
    progress: Callable[[Progress], None] | None,
) -> Synced:
    """Make the mirror of these leads' engagements ("me", names, "all") true. Raises what `refresh` raises.

    What was drained before a failure is kept, and the next run goes on from there.
    """
    known = live_identity(kantata, store, leads, now)
    start, end = window(as_of, policy)
    done = refresh(
        kantata,
        store.mirror(account_key(account_scope, known.me)),
        known.scope,
        now=now,
        window=(start - MARGIN, end + MARGIN),
        everybody=known.scope.lead_ids is None,
        full=full,
        progress=progress,
    )
    return Synced(known.me, tuple(person.name for person in known.leads), done)
