"""Making a refresh true: all its parts, marks, refusals and its scope in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select

from psdm_cli.domain.records import Kind
from psdm_cli.store import dialect, tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import chunks, instant, text_of
from psdm_cli.store.parking import ensure_account, read_parts
from psdm_cli.store.states import BaseMovedError, By, Mark, Part, Promoted, Promotion, ScopeState

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror

_R, _M, _K = tables.rows, tables.malformed, tables.marks
_COLUMNS = ("account_id", "kind", "id", "workspace_id", "user_id", "body")


def promote(mirror: Mirror, run: str, wanted: Promotion) -> Promoted:
    """See `Mirror.promote`."""
    with mirror.store.write() as connection:
        dialect.make_room(connection)
        account = ensure_account(connection, mirror.account)
        _forget_unattributed(connection, account, run)
        promoted = make_true(connection, account, read_parts(connection, account, run), wanted)
        connection.execute(delete(tables.parts).where(tables.parts.c.account_id == account, tables.parts.c.run == run))
    return promoted


def make_true(connection: Connection, account: int, parts: Iterable[Part], wanted: Promotion) -> Promoted:
    """Write the parts, their marks, the refusals and the scope within a transaction of the caller's."""
    changed: dict[Kind, int] = {}
    deleted: dict[Kind, int] = {}
    refused = {refusal.kind for refusal in wanted.refusals}
    for part in parts:
        kind = part.head.kind
        if kind in refused:
            continue
        _check_base(connection, account, part)
        new, gone = _apply(connection, account, part)
        changed[kind] = changed.get(kind, 0) + new
        deleted[kind] = deleted.get(kind, 0) + gone
        _set_marks(connection, account, part)
    _set_refusals(connection, account, wanted, refused)
    _set_scope(connection, account, wanted.scope)
    return Promoted(changed, deleted)


def _check_base(connection: Connection, account: int, part: Part) -> None:
    """Changes since an instant are worth nothing upon rows that do not reach up to it."""
    since = part.head.updated_after
    if since is None:
        return
    marks = _marks(connection, account, part)
    for key in part.head.keys:
        mark = marks.get(part.head.mark_key(key))
        if mark is None or mark.drained_to < since:
            raise BaseMovedError(f"{part.head.kind} of {key or 'the account'}")


def _forget_unattributed(connection: Connection, account: int, run: str) -> None:
    """Malformed rows of nobody knows which key: a refresh that sees one reads its kind whole, so they come again."""
    known = tables.parts
    whole = select(known.c.kind).where(known.c.account_id == account, known.c.run == run, known.c.whole)
    connection.execute(delete(_M).where(_M.c.account_id == account, _M.c.workspace_id.is_(None), _M.c.kind.in_(whole)))


def _marks(connection: Connection, account: int, part: Part) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for some in chunks([part.head.mark_key(key) for key in part.head.keys]):
        wanted = select(_K).where(_K.c.account_id == account, _K.c.kind == part.head.kind.value, _K.c.key.in_(some))
        for row in connection.execute(wanted):
            found[row.key] = Mark(instant(row.drained_to), instant(row.whole_at))
    return found


def _apply(connection: Connection, account: int, part: Part) -> tuple[int, int]:
    """Write what is new or different; of a whole part also delete what is missing. Says how many of each."""
    kind = part.head.kind
    rows = {storable(row.id): row for row in part.rows}
    bad = {storable(one.id): one for one in part.malformed}
    if part.head.whole:
        old = {row[0]: (row[1], row[2], row[3]) for row in _whole(connection, account, part, _R)}
        old_bad = {row[0] for row in _whole(connection, account, part, _M)}
    else:
        old = {row[0]: (row[1], row[2], row[3]) for row in _of_ids(connection, account, kind, _R, [*rows, *bad])}
        old_bad = {row[0] for row in _of_ids(connection, account, kind, _M, [*rows, *bad])}
    fixed = {"account_id": account, "kind": kind.value}
    fresh = [
        (account, kind.value, key, row.workspace_id, row.user_id, row.body)
        for key, row in rows.items()
        if old.get(key) != (row.workspace_id, row.user_id, row.body)
    ]
    gone = set(old) & set(bad) | (set(old) - set(rows) if part.head.whole else set())
    gone_bad = old_bad & set(rows) | (old_bad - set(bad) if part.head.whole else set())
    if fresh:
        dialect.upsert_many(connection, _R, _COLUMNS, fresh)
    if bad:
        # A row that moved here from another key and broke on the way is not among the old ones.
        gone |= {row[0] for row in _of_ids(connection, account, kind, _R, list(bad))}
        connection.execute(
            dialect.upsert(connection, _M),
            [
                {**fixed, "id": key, "workspace_id": one.workspace_id, "reason": storable(one.reason)}
                for key, one in bad.items()
            ],
        )
    _delete(connection, account, kind, _R, gone)
    _delete(connection, account, kind, _M, gone_bad)
    return len(fresh), len(gone - set(bad))


def _whole(connection: Connection, account: int, part: Part, table: Table) -> Iterator[Sequence[Any]]:
    """What the mirror holds of the keys that were read whole."""
    here = and_(table.c.account_id == account, table.c.kind == part.head.kind.value)
    columns = [table.c.id] if table is _M else [_R.c.id, _R.c.workspace_id, _R.c.user_id, _R.c.body]
    wanted = select(*columns).where(here)
    if part.head.by is By.ACCOUNT:
        yield from connection.execute(wanted)
    elif part.head.by is By.WORKSPACE or table is _R:
        column: ColumnElement[Any] = table.c.workspace_id if part.head.by is By.WORKSPACE else table.c.user_id
        for some in chunks(part.head.keys):
            yield from connection.execute(wanted.where(column.in_(some)))


def _of_ids(
    connection: Connection, account: int, kind: Kind, table: Table, ids: Sequence[str]
) -> Iterator[Sequence[Any]]:
    columns = [table.c.id] if table is _M else [_R.c.id, _R.c.workspace_id, _R.c.user_id, _R.c.body]
    for some in chunks(ids):
        where = and_(table.c.account_id == account, table.c.kind == kind.value, table.c.id.in_(some))
        yield from connection.execute(select(*columns).where(where))


def _delete(connection: Connection, account: int, kind: Kind, table: Table, ids: set[str]) -> None:
    for some in chunks(sorted(ids)):
        where = and_(table.c.account_id == account, table.c.kind == kind.value, table.c.id.in_(some))
        connection.execute(delete(table).where(where))


def _set_marks(connection: Connection, account: int, part: Part) -> None:
    if not part.head.keys:
        return
    old = {} if part.head.whole else _marks(connection, account, part)
    mark = text_of(part.head.mark)
    if part.head.window is not None and part.head.whole:
        _forget_other_windows(connection, account, part)
    connection.execute(
        dialect.upsert(connection, _K),
        [
            {
                "account_id": account,
                "kind": part.head.kind.value,
                "key": key,
                "drained_to": mark,
                "whole_at": mark if part.head.whole else text_of(old[key].whole_at),
            }
            for key in map(part.head.mark_key, part.head.keys)
        ],
    )


def _forget_other_windows(connection: Connection, account: int, part: Part) -> None:
    """The rows of these keys are those of one window from now on."""
    mine = and_(_K.c.account_id == account, _K.c.kind == part.head.kind.value)
    keys = set(part.head.keys)
    known = connection.execute(select(_K.c.key).where(mine)).scalars()
    for some in chunks(sorted(each for each in known if each.partition(" ")[0] in keys)):
        connection.execute(delete(_K).where(mine, _K.c.key.in_(some)))


def _set_refusals(connection: Connection, account: int, wanted: Promotion, refused: set[Kind]) -> None:
    """A refused kind is unknown from now on: its older rows are not shown as if they were still true."""
    known = tables.refusals
    answered = [kind.value for kind in {*wanted.answered, *refused}]
    connection.execute(delete(known).where(known.c.account_id == account, known.c.kind.in_(answered)))
    for refusal in wanted.refusals:
        for table in (_R, _M, _K):
            connection.execute(delete(table).where(table.c.account_id == account, table.c.kind == refusal.kind.value))
    if wanted.refusals:
        connection.execute(
            dialect.upsert(connection, known),
            [
                {
                    "account_id": account,
                    "kind": refusal.kind.value,
                    "call": storable(refusal.call),
                    "permission": storable(refusal.permission),
                    "message": storable(refusal.message),
                }
                for refusal in wanted.refusals
            ],
        )


def _set_scope(connection: Connection, account: int, scope: ScopeState) -> None:
    body = {
        "workspaces": scope.workspace_ids,
        "users": scope.user_ids,
        "malformed": scope.malformed_ids,
        "window": None if scope.window is None else [day.isoformat() for day in scope.window],
        "extra": {kind.value: count for kind, count in scope.extra.items() if count},
    }
    connection.execute(
        dialect.upsert(connection, tables.scopes),
        [
            {
                "account_id": account,
                "key": storable(scope.key),
                "synced_at": text_of(scope.synced_at),
                "body": json.dumps(body, separators=(",", ":")),
            }
        ],
    )
