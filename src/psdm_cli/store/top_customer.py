"""The Top Customer report in the store: the list of a week, the notes of every week, and the reasons of pushes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from psdm_cli.domain.pushes import PushReason
from psdm_cli.domain.top_customer import Kept, from_document, to_document
from psdm_cli.store import dialect, tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import chunks, instant, text_of

if TYPE_CHECKING:
    from sqlalchemy import Row

    from psdm_cli.store.database import Store

_L, _N, _P = tables.top_customer_lists, tables.top_customer_notes, tables.push_reasons


class TopCustomers:
    """The report of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # the list of a week

    def keep_list(self, scope: str, week: str, projects: Sequence[str], *, who: str, at: datetime) -> None:
        """Store which engagements (Kantata's ids) a week's list names; the list before is replaced."""
        values = {
            "site": storable(self._store.site),
            "scope": storable(scope),
            "week": week,
            "body": json.dumps(list(projects)),
            "who": storable(who),
            "listed_at": text_of(at),
        }
        with self._store.write() as connection:
            connection.execute(dialect.upsert(connection, _L), [values])

    def latest_list(self, scope: str, week: str) -> tuple[str, tuple[str, ...]] | None:
        """The list of a week, else the last one before it: its week and the engagements."""
        wanted = (
            select(_L)
            .where(_L.c.site == storable(self._store.site), _L.c.scope == storable(scope), _L.c.week <= week)
            .order_by(_L.c.week.desc())
            .limit(1)
        )
        with self._store.read() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else (row.week, tuple(json.loads(row.body)))

    # notes

    def keep(self, notes: Kept) -> None:
        """Store notes; what was stored before stays as history."""
        with self._store.write() as connection:
            connection.execute(
                _N.insert().values(
                    site=storable(self._store.site),
                    project=storable(notes.project),
                    week=notes.week,
                    sow=None if notes.sow is None else storable(notes.sow),
                    customer=storable(notes.customer),
                    body=storable(json.dumps(to_document(notes.notes), ensure_ascii=False, sort_keys=True)),
                    text=storable(notes.text),
                    who=storable(notes.who),
                    noted_at=text_of(notes.at),
                )
            )

    def history(self, project: str) -> tuple[Kept, ...]:
        """Everything that was noted about an engagement, oldest first."""
        return tuple(self._of([project]))

    def latest(self, projects: Iterable[str], week: str) -> dict[str, Kept]:
        """The last notes of each engagement in a week."""
        return {each.project: each for each in self._of(projects) if each.week == week}

    def before(self, projects: Iterable[str], week: str) -> dict[str, Kept]:
        """The last notes of each engagement in the latest week before."""
        found: dict[str, Kept] = {}
        for each in self._of(projects):
            if each.week < week and (each.project not in found or found[each.project].week <= each.week):
                found[each.project] = each
        return found

    def _of(self, projects: Iterable[str]) -> list[Kept]:
        found: list[Kept] = []
        with self._store.read() as connection:
            for some in chunks(sorted({storable(each) for each in projects})):
                wanted = (
                    select(_N)
                    .where(_N.c.site == storable(self._store.site), _N.c.project.in_(some))
                    .order_by(_N.c.noted_at, _N.c.id)
                )
                found += [_kept(row) for row in connection.execute(wanted)]
        return found

    # reasons of pushes

    def give_reason(self, reason: PushReason) -> None:
        """Store why forecast was pushed; another reason for the same months and week replaces it."""
        values = {
            "site": storable(self._store.site),
            "project": storable(reason.project),
            "month_from": reason.month_from,
            "month_to": reason.month_to,
            "week": reason.week,
            "sow": None if reason.sow is None else storable(reason.sow),
            "reason": storable(reason.reason),
            "who": storable(reason.who),
            "told_at": text_of(reason.at),
        }
        with self._store.write() as connection:
            connection.execute(dialect.upsert(connection, _P), [values])

    def reasons(self) -> tuple[PushReason, ...]:
        """Every reason, oldest first."""
        wanted = select(_P).where(_P.c.site == storable(self._store.site)).order_by(_P.c.told_at)
        with self._store.read() as connection:
            return tuple(
                PushReason(
                    row.project,
                    row.sow,
                    row.month_from,
                    row.month_to,
                    row.week,
                    row.reason,
                    row.who,
                    instant(row.told_at),
                )
                for row in connection.execute(wanted)
            )


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        project=row.project,
        sow=row.sow,
        customer=row.customer,
        week=row.week,
        notes=from_document(json.loads(row.body)),
        text=row.text,
        who=row.who,
        at=instant(row.noted_at),
    )
