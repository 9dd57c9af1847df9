"""Drained parts of an unfinished refresh: parked one by one, each in its own transaction, until all are there."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, literal, select

from psdm_cli.domain.records import Kind, Malformed
from psdm_cli.store import tables
from psdm_cli.store.codec import FORMAT, storable
from psdm_cli.store.dialect import EngineLook
from psdm_cli.store.instants import instant, text_of
from psdm_cli.store.states import By, ParkedPart, Part, PartHead, Row

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror

_P = tables.parts


def ensure_account(connection: Connection, key: str) -> int:
    """The account's number; made when new, emptied when another program version wrote it in another format."""
    known = tables.accounts
    row = connection.execute(select(known).where(known.c.key == storable(key))).first()
    if row is None:
        made: Any = connection.execute(insert(known).values(key=storable(key), format=FORMAT))
        return int(made.inserted_primary_key[0])
    if row.format != FORMAT:
        for table in (tables.rows, tables.malformed, tables.refusals, tables.marks, tables.scopes, tables.parts):
            connection.execute(delete(table).where(table.c.account_id == row.id))
        connection.execute(known.update().where(known.c.id == row.id).values(format=FORMAT))
    return int(row.id)


class Parking:
    """The parts of one run. Other runs' parts can be looked at and taken over (copied), never taken away."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self.run = uuid.uuid4().hex

    def park(self, part: Part, now: datetime) -> None:
        """Keep a drained part."""
        packed = _pack(part)
        with self._mirror.store.write(passing=True) as connection:
            account = ensure_account(connection, self._mirror.account)
            connection.execute(
                _P.insert().values(
                    account_id=account,
                    run=self.run,
                    parked_at=text_of(now),
                    kind=part.head.kind.value,
                    whole=part.head.whole,
                    head=_head_text(part.head),
                    body=packed,
                )
            )

    def others(self, since: datetime) -> list[ParkedPart]:
        """What unfinished refreshes left since then, newest mark first."""
        with self._mirror.store.read() as connection:
            account = self._mirror.account_id(EngineLook(connection))
            wanted = select(_P.c.number, _P.c.run, _P.c.parked_at, _P.c.kind, _P.c.head).where(
                _P.c.account_id == account, _P.c.run != self.run, _P.c.parked_at >= text_of(since)
            )
            found = [
                ParkedPart(row.number, row.run, instant(row.parked_at), _head(Kind(row.kind), row.head))
                for row in connection.execute(wanted)
            ]
        return sorted(found, key=lambda part: (part.head.mark, part.number), reverse=True)

    def take_over(self, part: ParkedPart) -> bool:
        """Copy another run's part into this one; False when it has gone meanwhile."""
        columns = [_P.c.account_id, literal(self.run), _P.c.parked_at, _P.c.kind, _P.c.whole, _P.c.head, _P.c.body]
        names = ["account_id", "run", "parked_at", "kind", "whole", "head", "body"]
        with self._mirror.store.write(passing=True) as connection:
            theirs = select(*columns).where(_P.c.number == part.number, _P.c.run == part.run)
            copied = connection.execute(insert(_P).from_select(names, theirs).returning(_P.c.number))
            return copied.first() is not None  # not every driver counts what an INSERT wrote

    def parts(self, kind: Kind | None = None) -> Iterator[Part]:
        """This run's parts in the order they were parked, one at a time in memory."""
        with self._mirror.store.read() as connection:
            account = self._mirror.account_id(EngineLook(connection))
            yield from read_parts(connection, account, self.run, kind)

    def places(self, kind: Kind) -> Iterator[Part]:
        """As `parts`, with empty bodies: which rows there are, and whose, at a fraction of the time."""
        with self._mirror.store.read() as connection:
            account = self._mirror.account_id(EngineLook(connection))
            yield from read_parts(connection, account, self.run, kind, bodies=False)

    def drop(self, older_than: datetime) -> None:
        """Throw away this run's parts, and everybody's that are too old to be of use."""
        with self._mirror.store.write(passing=True) as connection:
            connection.execute(delete(_P).where((_P.c.run == self.run) | (_P.c.parked_at < text_of(older_than))))


def read_parts(
    connection: Connection, account: int | None, run: str, kind: Kind | None = None, *, bodies: bool = True
) -> Iterator[Part]:
    """The parts of a run in order; without `bodies` those of their rows are empty."""
    numbers = select(_P.c.number).where(_P.c.account_id == account, _P.c.run == run).order_by(_P.c.number)
    if kind is not None:
        numbers = numbers.where(_P.c.kind == kind.value)
    for number in connection.execute(numbers).scalars().all():
        row = connection.execute(select(_P.c.kind, _P.c.head, _P.c.body).where(_P.c.number == number)).one()
        yield _unpacked(_head(Kind(row.kind), row.head), row.body, bodies=bodies)


def _pack(part: Part) -> bytes:
    """The keys, then the bodies one a line (they are JSON in ASCII): each can be read without the other."""
    columns = [
        [row.id for row in part.rows],
        [row.workspace_id for row in part.rows],
        [row.user_id for row in part.rows],
    ]
    bad = [(one.id, one.workspace_id, one.reason) for one in part.malformed]
    keys = zlib.compress(json.dumps([*columns, bad], separators=(",", ":")).encode(), 1)
    bodies = zlib.compress("\n".join(row.body for row in part.rows).encode("ascii"), 1)
    return len(keys).to_bytes(4, "big") + keys + bodies


def _unpacked(head: PartHead, packed: bytes, *, bodies: bool) -> Part:
    split = 4 + int.from_bytes(packed[:4], "big")
    ids, workspaces, users, bad = json.loads(zlib.decompress(packed[4:split]))
    texts = zlib.decompress(packed[split:]).decode("ascii").split("\n") if bodies and ids else [""] * len(ids)
    return Part(
        head,
        tuple(map(Row, ids, workspaces, users, texts)),
        tuple(Malformed(head.kind, one, reason, workspace) for one, workspace, reason in bad),
    )


def _head_text(head: PartHead) -> str:
    return json.dumps(
        {
            "by": head.by.value,
            "keys": head.keys,
            "mark": text_of(head.mark),
            "updated_after": None if head.updated_after is None else text_of(head.updated_after),
            "window": None if head.window is None else [day.isoformat() for day in head.window],
        }
    )


def _head(kind: Kind, text: str) -> PartHead:
    body = json.loads(text)
    window = body["window"]
    return PartHead(
        kind,
        By(body["by"]),
        tuple(body["keys"]),
        instant(body["mark"]),
        None if body["updated_after"] is None else instant(body["updated_after"]),
        None if window is None else (date.fromisoformat(window[0]), date.fromisoformat(window[1])),
    )
