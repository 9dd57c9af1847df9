"""The copy of Kantata as one account sees it: what to read from it, and what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.records import Kind, Malformed, Record, Refusal
from psdm_cli.store.codec import CODECS, FORMAT, storable
from psdm_cli.store.instants import chunks, instant
from psdm_cli.store.names import ACCOUNTS, MALFORMED, MARKS, REFUSALS, ROWS, SCOPES
from psdm_cli.store.questions import Condition, Look, question, records
from psdm_cli.store.states import Mark, MirrorState, Promoted, Promotion, ScopeState, window_suffix

if TYPE_CHECKING:
    from psdm_cli.store.database import Store
    from psdm_cli.store.parking import Parking


class Mirror:
    """The mirror of one account. Reading an account that was never synced gives nothing, and makes nothing."""

    def __init__(self, store: Store, account: str) -> None:
        self.store = store
        self.account = account

    def account_id(self, look: Look) -> int | None:
        """The account's number, None when it has no mirror or one in another program version's format."""
        found = look.rows(question(ACCOUNTS, ["id"], ("key", "=", storable(self.account)), ("format", "=", FORMAT)))
        return found[0][0] if found else None

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
        with self.store.look() as look:
            account = self.account_id(look)
            if account is None:
                return []
            where: list[Condition] = [("account_id", "=", account), ("kind", "=", kind.value)]
            if workspace_ids is not None:
                column, ids = "workspace_id", workspace_ids
                if user_ids is not None:
                    where.append(("user_id", "in", sorted(user_ids)))
            elif user_ids is not None:
                column, ids = "user_id", user_ids
            else:
                found = [(row[0], row[1]) for row in look.rows(question(ROWS, ["id", "body"], *where))]
                column, ids = "", ()
            for some in chunks(sorted(set(ids))):
                asked = question(ROWS, ["id", "body"], *where, (column, "in", some))
                found += [(row[0], row[1]) for row in look.rows(asked)]
        found.sort(key=lambda row: (len(row[0]), row[0]))
        decoded = CODECS[kind].decode(body for _, body in found)
        if not_workspace_ids:
            left_out = frozenset(not_workspace_ids)
            decoded = [one for one in decoded if getattr(one, "workspace_id", None) not in left_out]
        return decoded

    def malformed(self, workspace_ids: Collection[str] | None = None) -> list[Malformed]:
        """Records that could not be understood; with `workspace_ids` theirs and those that belong to no known one."""
        with self.store.look() as look:
            account = self.account_id(look)
            rows = records(look, question(MALFORMED, (), ("account_id", "=", account), order=["kind", "id"]))
        mine = None if workspace_ids is None else {None, *workspace_ids}
        return [
            Malformed(Kind(row.kind), row.id, row.reason, row.workspace_id)
            for row in rows
            if mine is None or row.workspace_id in mine
        ]

    def refusals(self) -> list[Refusal]:
        """Kinds that this account may not read: their records are unknown, not absent."""
        with self.store.look() as look:
            asked = question(REFUSALS, (), ("account_id", "=", self.account_id(look)), order=["kind"])
            return [Refusal(Kind(row.kind), row.call, row.permission, row.message) for row in records(look, asked)]

    def scope(self, key: str) -> ScopeState | None:
        """A scope as of its last finished refresh."""
        with self.store.look() as look:
            account = self.account_id(look)
            found = records(look, question(SCOPES, (), ("account_id", "=", account), ("key", "=", storable(key))))
        return _scope(found[0]) if found else None

    def marks(self, kind: Kind, window: tuple[date, date] | None = None) -> dict[str, Mark]:
        """Up to when each key of a kind is read; of bookings elsewhere, for this window."""
        suffix = window_suffix(window)
        with self.store.look() as look:
            account = self.account_id(look)
            found = records(look, question(MARKS, (), ("account_id", "=", account), ("kind", "=", kind.value)))
        return {
            row.key.removesuffix(suffix): Mark(instant(row.drained_to), instant(row.whole_at))
            for row in found
            if row.key.endswith(suffix)
        }

    def counts(self, kind: Kind) -> dict[str, int]:
        """How many rows of a kind each workspace has, malformed ones included."""
        from psdm_cli.store import mirror_counts

        return mirror_counts.by_workspace(self, kind)

    def counts_by_user(self, kind: Kind) -> dict[str, int]:
        """How many rows of a kind each user has."""
        from psdm_cli.store import mirror_counts

        return mirror_counts.by_user(self, kind)

    def keys(self, kind: Kind, ids: Iterable[str] | None = None) -> dict[str, tuple[str | None, str | None]]:
        """Workspace and user of the rows of a kind (of these ids), by id; malformed ones included."""
        found: dict[str, tuple[str | None, str | None]] = {}
        portions = [None] if ids is None else list(chunks(sorted(set(ids))))
        with self.store.look() as look:
            account = self.account_id(look)
            for some in portions:
                where: list[Condition] = [("account_id", "=", account), ("kind", "=", kind.value)]
                if some is not None:
                    where.append(("id", "in", some))
                bad = look.rows(question(MALFORMED, ["id", "workspace_id"], *where))
                found |= {row[0]: (row[1], None) for row in bad}
                good = look.rows(question(ROWS, ["id", "workspace_id", "user_id"], *where))
                found |= {row[0]: (row[1], row[2]) for row in good}
        return found

    def state(self) -> MirrorState:
        """How much there is, how old, and whether an unfinished refresh waits."""
        from psdm_cli.store import mirror_counts

        with self.store.look() as look:
            asked = question(SCOPES, (), ("account_id", "=", self.account_id(look)), order=["key"])
            scopes = tuple(_scope(row) for row in records(look, asked))
        held = mirror_counts.held(self)
        refusals = tuple(self.refusals())
        return MirrorState(self.account, held.rows, held.malformed, refusals, scopes, held.parked, self.store.size())

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
    with store.look() as look:
        known = dict(look.rows(question(ACCOUNTS, ["id", "key"], ("format", "=", FORMAT))))
        scopes = look.rows(question(SCOPES, ["account_id", "synced_at"], order=["synced_at"]))
    last = {account: synced_at for account, synced_at in scopes if account in known}
    by_key = sorted(last, key=lambda account: known[account])
    return [known[account] for account in sorted(by_key, key=lambda account: last[account], reverse=True)]


def _scope(row: Any) -> ScopeState:
    body = json.loads(row.body)
    window = body["window"]
    return ScopeState(
        key=row.key,
        synced_at=instant(row.synced_at),
        workspace_ids=tuple(body["workspaces"]),
        user_ids=tuple(body["users"]),
        malformed_ids=tuple(body["malformed"]),
        window=None if window is None else (date.fromisoformat(window[0]), date.fromisoformat(window[1])),
        extra={Kind(kind): count for kind, count in body["extra"].items()},
    )
