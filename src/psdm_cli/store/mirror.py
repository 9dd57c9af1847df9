"""The copy of Kantata as one account sees it: what to read from it, and what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from psdm_cli.domain.records import Kind, Malformed, Record, Refusal
from psdm_cli.store import tables
from psdm_cli.store.codec import CODECS, FORMAT, storable
from psdm_cli.store.instants import chunks, instant
from psdm_cli.store.states import Mark, MirrorState, Promoted, Promotion, ScopeState

if TYPE_CHECKING:
    from psdm_cli.store.database import Store
    from psdm_cli.store.parking import Parking

_R, _M = tables.rows, tables.malformed


class Mirror:
    """The mirror of one account. Reading an account that was never synced gives nothing, and makes nothing."""

    def __init__(self, store: Store, account: str) -> None:
        self.store = store
        self.account = account

    def account_id(self, connection: Connection) -> int | None:
        """The account's number, None when it has no mirror or one in another program version's format."""
        known = tables.accounts
        wanted = select(known.c.id).where(known.c.key == storable(self.account), known.c.format == FORMAT)
        return connection.execute(wanted).scalar_one_or_none()

    def load(
        self,
        kind: Kind,
        workspace_ids: Collection[str] | None = None,
        user_ids: Collection[str] | None = None,
        *,
        not_workspace_ids: Collection[str] = (),
    ) -> list[Record]:
        """The records of a kind, ordered by id; only those of these workspaces or users where given.

        Only what is asked for is read and decoded. `not_workspace_ids` leaves out bookings that are not elsewhere.
        """
        found: list[tuple[str, str]] = []
        with self.store.read() as connection:
            account = self.account_id(connection)
            if account is None:
                return []
            wanted = select(_R.c.id, _R.c.body).where(_R.c.account_id == account, _R.c.kind == kind.value)
            if workspace_ids is not None:
                column, ids = _R.c.workspace_id, workspace_ids
                if user_ids is not None:
                    wanted = wanted.where(_R.c.user_id.in_(sorted(user_ids)))
            elif user_ids is not None:
                column, ids = _R.c.user_id, user_ids
            else:
                found = [(row[0], row[1]) for row in connection.execute(wanted)]
                ids = ()
            for some in chunks(sorted(set(ids))):
                found += [(row[0], row[1]) for row in connection.execute(wanted.where(column.in_(some)))]
        found.sort(key=lambda row: (len(row[0]), row[0]))
        records = CODECS[kind].decode(body for _, body in found)
        if not_workspace_ids:
            left_out = frozenset(not_workspace_ids)
            records = [one for one in records if getattr(one, "workspace_id", None) not in left_out]
        return records

    def malformed(self, workspace_ids: Collection[str] | None = None) -> list[Malformed]:
        """Records that could not be understood; with `workspace_ids` theirs and those that belong to no known one."""
        with self.store.read() as connection:
            account = self.account_id(connection)
            rows = list(connection.execute(select(_M).where(_M.c.account_id == account).order_by(_M.c.kind, _M.c.id)))
        mine = None if workspace_ids is None else {None, *workspace_ids}
        return [
            Malformed(Kind(row.kind), row.id, row.reason, row.workspace_id)
            for row in rows
            if mine is None or row.workspace_id in mine
        ]

    def refusals(self) -> list[Refusal]:
        """Kinds that this account may not read: their records are unknown, not absent."""
        known = tables.refusals
        with self.store.read() as connection:
            wanted = select(known).where(known.c.account_id == self.account_id(connection)).order_by(known.c.kind)
            return [
                Refusal(Kind(row.kind), row.call, row.permission, row.message) for row in connection.execute(wanted)
            ]

    def scope(self, key: str) -> ScopeState | None:
        """A scope as of its last finished refresh."""
        known = tables.scopes
        with self.store.read() as connection:
            wanted = select(known).where(
                known.c.account_id == self.account_id(connection), known.c.key == storable(key)
            )
            row = connection.execute(wanted).first()
        return None if row is None else _scope(row.key, row.synced_at, json.loads(row.body))

    def marks(self, kind: Kind) -> dict[str, Mark]:
        """Up to when each key of a kind is read."""
        known = tables.marks
        with self.store.read() as connection:
            wanted = select(known).where(known.c.account_id == self.account_id(connection), known.c.kind == kind.value)
            return {row.key: Mark(instant(row.drained_to), instant(row.whole_at)) for row in connection.execute(wanted)}

    def counts(self, kind: Kind) -> dict[str, int]:
        """How many rows of a kind each workspace has, malformed ones included."""
        return self._counts(kind, _R.c.workspace_id)

    def counts_by_user(self, kind: Kind) -> dict[str, int]:
        """How many rows of a kind each user has."""
        return self._counts(kind, _R.c.user_id)

    def _counts(self, kind: Kind, column: Any) -> dict[str, int]:
        found: dict[str, int] = {}
        with self.store.read() as connection:
            account = self.account_id(connection)
            asked = [(_R, column)] + ([(_M, _M.c.workspace_id)] if column is _R.c.workspace_id else [])
            for table, key in asked:
                wanted = (
                    select(key, func.count())
                    .where(table.c.account_id == account, table.c.kind == kind.value, key.is_not(None))
                    .group_by(key)
                )
                for row in connection.execute(wanted):
                    found[row[0]] = found.get(row[0], 0) + row[1]
        return found

    def keys(self, kind: Kind, ids: Iterable[str] | None = None) -> dict[str, tuple[str | None, str | None]]:
        """Workspace and user of the rows of a kind (of these ids), by id; malformed ones included."""
        found: dict[str, tuple[str | None, str | None]] = {}
        portions = [None] if ids is None else list(chunks(sorted(set(ids))))
        with self.store.read() as connection:
            account = self.account_id(connection)
            for some in portions:
                good = select(_R.c.id, _R.c.workspace_id, _R.c.user_id).where(
                    _R.c.account_id == account, _R.c.kind == kind.value
                )
                bad = select(_M.c.id, _M.c.workspace_id).where(_M.c.account_id == account, _M.c.kind == kind.value)
                if some is not None:
                    good, bad = good.where(_R.c.id.in_(some)), bad.where(_M.c.id.in_(some))
                found |= {row[0]: (row[1], None) for row in connection.execute(bad)}
                found |= {row[0]: (row[1], row[2]) for row in connection.execute(good)}
        return found

    def state(self) -> MirrorState:
        """How much there is, how old, and whether an unfinished refresh waits."""
        with self.store.read() as connection:
            account = self.account_id(connection)
            rows = {
                Kind(row[0]): int(row[1])
                for row in connection.execute(
                    select(_R.c.kind, func.count()).where(_R.c.account_id == account).group_by(_R.c.kind)
                )
            }
            bad = connection.execute(select(func.count()).where(_M.c.account_id == account)).scalar_one()
            parked = connection.execute(
                select(func.count()).select_from(tables.parts).where(tables.parts.c.account_id == account)
            ).scalar_one()
            known = tables.scopes
            scopes = tuple(
                _scope(row.key, row.synced_at, json.loads(row.body))
                for row in connection.execute(select(known).where(known.c.account_id == account).order_by(known.c.key))
            )
        return MirrorState(self.account, rows, int(bad), tuple(self.refusals()), scopes, int(parked), self.store.size())

    def parking(self) -> Parking:
        """A place for the parts of a new refresh."""
        from psdm_cli.store.parking import Parking

        return Parking(self)

    def promote(self, run: str, wanted: Promotion) -> Promoted:
        """Make all parts of a run true at once, with their marks. Raises `BaseMovedError` if others interfered."""
        from psdm_cli.store import promotion

        return promotion.promote(self, run, wanted)


def accounts(store: Store) -> list[str]:
    """See `Store.accounts`."""
    known, synced = tables.accounts, func.max(tables.scopes.c.synced_at)
    wanted = (
        select(known.c.key)
        .join(tables.scopes, tables.scopes.c.account_id == known.c.id)
        .where(known.c.format == FORMAT)
        .group_by(known.c.key)
        .order_by(synced.desc(), known.c.key)
    )
    with store.read() as connection:
        return [str(key) for key in connection.execute(wanted).scalars()]


def _scope(key: str, synced_at: str, body: Mapping[str, Any]) -> ScopeState:
    window = body["window"]
    return ScopeState(
        key=key,
        synced_at=instant(synced_at),
        workspace_ids=tuple(body["workspaces"]),
        user_ids=tuple(body["users"]),
        malformed_ids=tuple(body["malformed"]),
        window=None if window is None else (date.fromisoformat(window[0]), date.fromisoformat(window[1])),
        extra={Kind(kind): count for kind, count in body["extra"].items()},
    )
