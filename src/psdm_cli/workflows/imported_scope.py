"""Reading what was imported from files: whose projects, and from which file of which day each figure is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.errors import NotFound
from psdm_cli.store.states import ScopeState
from psdm_cli.workflows.identity import imported_as
from psdm_cli.workflows.refresh_scope import Scope

if TYPE_CHECKING:
    from psdm_cli.store.database import Store
    from psdm_cli.store.mirror import Mirror


def imported_scope(mirror: Mirror, scope: Scope) -> ScopeState:
    """The scope among the imported projects. Raises `NotFound` when the mirror holds none that this psdm can read."""
    state = mirror.scope(Scope(None, imported=True).key)
    if state is None:
        raise NotFound("The imported files cannot be read any more.", hint="Run psdm import kantata FILE… again.")
    if scope.lead_ids is None:
        return state
    rows = cast("list[Workspace]", mirror.load(Kind.WORKSPACES))
    mine = tuple(row.id for row in rows if row.lead_id in scope.lead_ids)
    return replace(state, key=scope.key, workspace_ids=mine)


def origins(store: Store, as_of: date) -> list[str]:
    """Where each figure is from and how old it is, one sentence a file; nothing where Kantata was read."""
    lead = imported_as(store)
    if lead is None:
        return []
    from psdm_cli.domain.imports.files import origin  # only what was imported needs it

    return [origin(file, as_of) for file in store.imports.current(lead)]
