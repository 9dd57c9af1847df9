"""What a database holds, counted without reading contents: tables, accounts and scopes, frozen forecasts, sites."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from psdm_cli.store import revisions, tables
from psdm_cli.store.codec import FORMAT
from psdm_cli.store.moved_tables import SPECS

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


@dataclass(frozen=True, slots=True)
class ScopeSeen:
    """A scope of a mirror: when it was read, and how many engagements it has."""

    key: str
    synced_at: str
    engagements: int


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account's mirror. Not `current`: another version of psdm wrote it, and it is read anew at the next chance."""

    key: str
    current: bool
    rows: int
    scopes: tuple[ScopeSeen, ...]


@dataclass(frozen=True, slots=True)
class SnapshotsSeen:
    """The frozen forecasts of a scope."""

    site: str
    scope: str
    count: int
    first_week: str
    last_week: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What a database holds. `changed_at`: the latest instant anywhere in it, None when it is empty."""

    place: str
    system: str
    size: int | None
    revision: str
    tables: Mapping[str, int]
    accounts: tuple[AccountSeen, ...]
    snapshots: tuple[SnapshotsSeen, ...]
    sites: tuple[str, ...]
    changed_at: str | None = None


def overview(store: Store) -> Overview:
    """Count what is there, without reading contents."""
    with store.read() as connection:
        counts = {
            name: int(connection.execute(select(func.count()).select_from(spec.table)).scalar_one())
            for name, spec in SPECS.items()
        }
        snapshots = tables.snapshots.c
        grouped = select(
            snapshots.site, snapshots.scope, func.count(), func.min(snapshots.week), func.max(snapshots.week)
        ).group_by(snapshots.site, snapshots.scope)
        frozen = [SnapshotsSeen(*row) for row in connection.execute(grouped.order_by(snapshots.site, snapshots.scope))]
        sites = {
            str(site)
            for spec in SPECS.values()
            if "site" in spec.table.c
            for site in connection.execute(select(spec.table.c.site).distinct()).scalars()
        }
        instants = [
            connection.execute(select(func.max(column))).scalar()
            for spec in SPECS.values()
            for column in spec.table.c
            if (column.name.endswith("_at") and column.name != "whole_at") or column.name == "at"
        ]
        accounts = tuple(_accounts_seen(connection))
        system = connection.dialect.name
    return Overview(
        store.place,
        system,
        store.size(),
        revisions.HEAD,
        counts,
        accounts,
        tuple(frozen),
        tuple(sorted(sites)),
        max((str(each) for each in instants if each), default=None),
    )


def _accounts_seen(connection: Connection) -> Iterator[AccountSeen]:
    for account in connection.execute(select(tables.accounts).order_by(tables.accounts.c.key)).all():
        own = select(tables.scopes).where(tables.scopes.c.account_id == account.id).order_by(tables.scopes.c.key)
        scopes = tuple(
            ScopeSeen(row.key, row.synced_at, len(json.loads(row.body).get("workspaces", ())))
            for row in connection.execute(own)
        )
        rows = connection.execute(
            select(func.count()).select_from(tables.rows).where(tables.rows.c.account_id == account.id)
        ).scalar_one()
        yield AccountSeen(account.key, account.format == FORMAT, int(rows), scopes)
