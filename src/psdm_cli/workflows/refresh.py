"""Bringing the mirror up to date with Kantata: what a scope needs, changes only, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from psdm_cli.errors import StoreProblem
from psdm_cli.store.states import BaseMovedError, ScopeState
from psdm_cli.systems.ports import Kantata, Progress
from psdm_cli.workflows.refresh_plan import Ages
from psdm_cli.workflows.refresh_run import Run, Wish
from psdm_cli.workflows.refresh_scope import Refreshed, Scope, malformed_of, rows_of, scope_of

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror

__all__ = ["Ages", "Refreshed", "Scope", "ScopeState", "malformed_of", "refresh", "rows_of", "scope_of"]

_ATTEMPTS = 3


def refresh(
    kantata: Kantata,
    mirror: Mirror,
    scope: Scope,
    *,
    now: datetime,
    window: tuple[date, date] | None = None,
    everybody: bool = False,
    full: bool = False,
    progress: Callable[[Progress], None] | None = None,
    ages: Ages | None = None,
) -> Refreshed:
    """Read what the scope needs and make it true in the mirror at once.

    `window` (half-open) is the one for bookings elsewhere; without it they are not read. `everybody` also reads all
    active people of the account. `full` reads everything anew. `now` must have a zone and be the real time, also when
    the as-of date is moved.

    When anything fails half-way (`Unavailable`, Ctrl-C, a killed process), the mirror stays as it was; what was drained
    is parked, and the next refresh within an hour goes on from there. Raises what the port raises, and `StoreProblem`.
    """
    wish = Wish(scope, now, window, everybody, full, ages or Ages())
    for _ in range(_ATTEMPTS):
        try:
            return Run(kantata, mirror, wish, progress).go()
        except BaseMovedError:
            continue  # another process promoted or dropped what we built upon: what was read whole still serves
    raise StoreProblem(
        f"Other psdm processes keep changing {mirror.store.place}.", hint="Wait until they have finished and run again."
    )
