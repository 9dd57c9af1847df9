"""How many rows a mirror holds, counted by the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from psdm_cli.domain.records import Kind
from psdm_cli.store import tables
from psdm_cli.store.dialect import EngineLook

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror

_R, _M, _P = tables.rows, tables.malformed, tables.parts


class Held(NamedTuple):
    """Rows by kind, malformed ones, parked parts."""

    rows: Mapping[Kind, int]
    malformed: int
    parked: int


def by_workspace(mirror: Mirror, kind: Kind) -> dict[str, int]:
    """See `Mirror.counts`."""
    return _counts(mirror, kind, [(_R, _R.c.workspace_id), (_M, _M.c.workspace_id)])


def by_user(mirror: Mirror, kind: Kind) -> dict[str, int]:
    """See `Mirror.counts_by_user`."""
    return _counts(mirror, kind, [(_R, _R.c.user_id)])


def _counts(mirror: Mirror, kind: Kind, columns: list[tuple[Any, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    with mirror.store.read() as connection:
        account = mirror.account_id(EngineLook(connection))
        for table, key in columns:
            wanted = (
                select(key, func.count())
                .where(table.c.account_id == account, table.c.kind == kind.value, key.is_not(None))
                .group_by(key)
            )
            for row in connection.execute(wanted):
                found[row[0]] = found.get(row[0], 0) + row[1]
    return found


def held(mirror: Mirror) -> Held:
    """All that is there."""
    with mirror.store.read() as connection:
        account = mirror.account_id(EngineLook(connection))
        kinds = select(_R.c.kind, func.count()).where(_R.c.account_id == account).group_by(_R.c.kind)
        rows = {Kind(row[0]): int(row[1]) for row in connection.execute(kinds)}
        bad, parked = (
            connection.execute(
                select(func.count()).select_from(table).where(table.c.account_id == account)
            ).scalar_one()
            for table in (_M, _P)
        )
    return Held(rows, int(bad), int(parked))
