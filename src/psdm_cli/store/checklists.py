"""Checklist runs: one for each checklist, subject and owner; every answer kept, with who, when and what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from psdm_cli.store.database import Store

_R, _A = tables.checklist_runs, tables.checklist_answers


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run it is. `scope` is whose, such as `leads:4711`; empty: everybody's who works on the subject."""

    checklist: str
    subject: str  # an ISO week such as 2026-W48, or an engagement's id
    scope: str = ""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What somebody answered. `seen` is what psdm saw at that moment: a digest and the numbers behind it."""

    step: str
    value: str
    note: str
    who: str
    at: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run and how it stood when it was last looked at; `done` and `total` are None before that."""

    key: RunKey
    name: str  # of the subject, for people
    started_at: datetime
    who: str
    answers: int
    touched_at: datetime
    done: int | None = None
    total: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every step was finished when it was last looked at."""
        return self.total is not None and self.done == self.total


class ChecklistRuns:
    """The runs of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, key: RunKey, name: str, answer: StoredAnswer) -> None:
        """Store one answer in one transaction; the run begins with its first. Earlier answers of the step stay."""
        with self._store.write() as connection:
            run = self._run_of(connection, key, name, who=answer.who, at=answer.at)
            connection.execute(
                _A.insert().values(
                    run_id=run,
                    step=storable(answer.step),
                    value=storable(answer.value),
                    note=storable(answer.note),
                    who=storable(answer.who),
                    answered_at=text_of(answer.at),
                    seen=json.dumps(dict(answer.seen), ensure_ascii=True, sort_keys=True),
                )
            )
            connection.execute(update(_R).where(_R.c.id == run).values(touched_at=text_of(answer.at)))

    def stand(self, key: RunKey, name: str, *, done: int, total: int, who: str, at: datetime) -> None:
        """Remember how a run stands; the run begins if there is none yet."""
        with self._store.write() as connection:
            run = self._run_of(connection, key, name, who=who, at=at)
            connection.execute(update(_R).where(_R.c.id == run).values(done=done, total=total, touched_at=text_of(at)))

    def answers(self, key: RunKey) -> dict[str, StoredAnswer]:
        """The latest answer of each step."""
        return {answer.step: answer for answer in self.history(key)}

    def history(self, key: RunKey) -> list[StoredAnswer]:
        """Every answer of a run, oldest first."""
        wanted = select(_A).join(_R, _A.c.run_id == _R.c.id).where(*self._is(key)).order_by(_A.c.answered_at, _A.c.id)
        with self._store.read() as connection:
            return [
                StoredAnswer(row.step, row.value, row.note, row.who, instant(row.answered_at), json.loads(row.seen))
                for row in connection.execute(wanted)
            ]

    def get(self, key: RunKey) -> StoredRun | None:
        """One run."""
        return next(iter(self._runs(self._is(key))), None)

    def _runs(self, where: list[ColumnElement[bool]]) -> list[StoredRun]:
        count = select(func.count()).where(_A.c.run_id == _R.c.id).scalar_subquery()
        wanted = select(_R, count.label("answers")).where(*where).order_by(_R.c.touched_at.desc(), _R.c.id.desc())
        with self._store.read() as connection:
            return [_stored(row) for row in connection.execute(wanted)]

    def _is(self, key: RunKey) -> list[ColumnElement[bool]]:
        return [
            _R.c.site == storable(self._store.site),
            _R.c.checklist == storable(key.checklist),
            _R.c.subject == storable(key.subject),
            _R.c.scope == storable(key.scope),
        ]

    def _run_of(self, connection: Connection, key: RunKey, name: str, *, who: str, at: datetime) -> int:
        from psdm_cli.store import dialect

        values = {
            "site": storable(self._store.site),
            "checklist": storable(key.checklist),
            "subject": storable(key.subject),
            "scope": storable(key.scope),
            "name": storable(name),
            "who": storable(who),
            "started_at": text_of(at),
            "touched_at": text_of(at),
        }
        connection.execute(dialect.insert_if_new(connection, _R), [values])
        found: int = connection.execute(select(_R.c.id).where(*self._is(key))).scalar_one()
        return found

    def list(self, checklist: str | None = None, scope: str | None = None) -> list[StoredRun]:
        """All runs, of a checklist, of an owner (and everybody's), the one touched last first."""
        where: list[ColumnElement[bool]] = [_R.c.site == storable(self._store.site)]
        if checklist is not None:
            where.append(_R.c.checklist == storable(checklist))
        if scope is not None:
            where.append(_R.c.scope.in_(("", storable(scope))))
        return self._runs(where)


def _stored(row: Row[tuple[object, ...]]) -> StoredRun:
    return StoredRun(
        RunKey(row.checklist, row.subject, row.scope),
        row.name,
        instant(row.started_at),
        row.who,
        row.answers,
        instant(row.touched_at),
        row.done,
        row.total,
    )
