"""Whose engagements are mirrored, what a refresh says it did, and reading a scope's rows from the mirror."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.domain.records import IMPORT, Kind, Malformed, Record, Refusal
from psdm_cli.errors import NotFound
from psdm_cli.store.states import ScopeState
from psdm_cli.workflows.refresh_plan import BY_USER, BY_WORKSPACE

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose engagements: those of these leads, or (`None`) every visible project.

    `imported`: of files instead of Kantata, so that what is kept under the scope's name never mixes.
    """

    lead_ids: tuple[str, ...] | None
    imported: bool = False

    @property
    def key(self) -> str:
        """The scope's name in the mirror."""
        if self.lead_ids is None:
            return f"{IMPORT}:all" if self.imported else "all"
        return "leads:" + ",".join(sorted(set(self.lead_ids)))


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `read`, `changed`, `deleted` count rows by kind; `mark` is the server's instant they are of.

    `reads` counts questions (each may be several requests); `reused_parts` were left by an unfinished refresh.
    """

    state: ScopeState
    mark: datetime
    reads: int
    read: Mapping[Kind, int]
    changed: Mapping[Kind, int]
    deleted: Mapping[Kind, int]
    refusals: tuple[Refusal, ...]
    malformed: tuple[Malformed, ...]
    reused_parts: int

    @property
    def workspace_ids(self) -> tuple[str, ...]:
        """The projects in scope, archived ones excluded, whatever their status."""
        return self.state.workspace_ids

    @property
    def synced_at(self) -> datetime:
        """When this refresh began, by the caller's clock."""
        return self.state.synced_at


def scope_of(mirror: Mirror, scope: Scope) -> ScopeState:
    """The scope as of its last refresh, for `--offline`. Raises `NotFound` when it was never read."""
    state = mirror.scope(scope.key)
    if state is None:
        whole = mirror.scope(Scope(None).key) is not None
        raise NotFound(
            "Nothing has been read from Kantata for this selection yet.",
            hint="Run the command once without --offline, or psdm sync."
            + (" All projects were read: --lead all answers offline." if whole else ""),
        )
    return state


def rows_of(mirror: Mirror, state: ScopeState, kind: Kind) -> list[Record]:
    """The scope's records of a kind, by id. Bookings on its own projects are not elsewhere."""
    if kind is Kind.WORKSPACES or kind in BY_WORKSPACE:
        return mirror.load(kind, workspace_ids=state.workspace_ids)
    if kind is Kind.ALLOCATIONS_ELSEWHERE:
        if state.window is None:
            return []  # they were not asked for; what another scope left is of another time
        return mirror.load(kind, user_ids=state.user_ids, not_workspace_ids=state.workspace_ids)
    if kind in BY_USER:
        return mirror.load(kind, user_ids=state.user_ids)
    return mirror.load(kind)


def malformed_of(mirror: Mirror, state: ScopeState) -> list[Malformed]:
    """The scope's records that could not be understood."""
    return mirror.malformed([*state.workspace_ids, *state.malformed_ids])
