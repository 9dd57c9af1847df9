"""What people decided about findings in a week's walk, each kept with who, when and what they saw."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from psdm_cli.domain.queue import Decision, Verdict
from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from psdm_cli.store.database import Store

_T = tables.walk_decisions


class Decisions:
    """The decisions of one week and scope."""

    def __init__(self, store: Store, week: str, scope: str) -> None:
        self._store = store
        self._week = week
        self._scope = scope

    def latest(self) -> dict[str, Decision]:
        """The last decision about each finding, by the finding's key."""
        with self._store.read() as connection:
            rows = connection.execute(select(_T).where(*self._ours()).order_by(_T.c.decided_at, _T.c.id))
            return {row.finding: _decision(row) for row in rows}

    def decide(self, decision: Decision, *, after: int) -> Decision | None:
        """Store a decision. `after` is the number of the last one that the person knew of (0: none).

        None when it is in; where somebody decided meanwhile nothing is stored, and that decision is given.
        """
        with self._store.write() as connection:
            last = self._last(connection, decision.finding)
            if last is not None and last.id != after:
                return last
            connection.execute(
                _T.insert().values(
                    site=storable(self._store.site),
                    week=self._week,
                    scope=storable(self._scope),
                    finding=storable(decision.finding),
                    verdict=decision.verdict.value,
                    note=storable(decision.note),
                    who=storable(decision.who),
                    decided_at=text_of(decision.at),
                    seen=json.dumps(dict(decision.seen), sort_keys=True),
                )
            )
        return None

    def _last(self, connection: Connection, finding: str) -> Decision | None:
        newest = (_T.c.decided_at.desc(), _T.c.id.desc())
        wanted = select(_T).where(*self._ours(), _T.c.finding == storable(finding)).order_by(*newest).limit(1)
        row = connection.execute(wanted).first()
        return None if row is None else _decision(row)

    def _ours(self) -> list[ColumnElement[bool]]:
        return [
            _T.c.site == storable(self._store.site),
            _T.c.week == self._week,
            _T.c.scope == storable(self._scope),
        ]


def _decision(row: Row[tuple[object, ...]]) -> Decision:
    return Decision(
        row.finding, Verdict(row.verdict), row.note, row.who, instant(row.decided_at), json.loads(row.seen), row.id
    )
