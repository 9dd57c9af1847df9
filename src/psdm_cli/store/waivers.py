"""Waivers of findings, kept for the site: an expired one stays, so that it can be reviewed when its finding is back."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from psdm_cli.domain.waivers import Waiver, latest
from psdm_cli.store import tables
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_T = tables.waivers


class Waivers:
    """The waivers of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, waiver: Waiver) -> None:
        """Store a waiver; it counts instead of earlier ones of the same finding, which stay as history."""
        with self._store.write() as connection:
            connection.execute(
                _T.insert().values(
                    site=storable(self._store.site),
                    finding=storable(waiver.finding),
                    subject=storable(waiver.subject),
                    reason=storable(waiver.reason),
                    until=waiver.until.isoformat(),
                    who=storable(waiver.who),
                    waived_at=text_of(waiver.at),
                )
            )

    def withdraw(self, finding: str, *, who: str, at: datetime) -> bool:
        """Take the waivers of a finding back: it is open again. Says whether there was one."""
        with self._store.write() as connection:
            gone = connection.execute(
                update(_T)
                .where(
                    _T.c.site == storable(self._store.site),
                    _T.c.finding == storable(finding),
                    _T.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=text_of(at), withdrawn_by=storable(who))
            )
            return gone.rowcount > 0

    def list(self) -> tuple[Waiver, ...]:
        """Every waiver that was not taken back, expired ones included, oldest first."""
        wanted = (
            select(_T)
            .where(_T.c.site == storable(self._store.site), _T.c.withdrawn_at.is_(None))
            .order_by(_T.c.waived_at, _T.c.id)
        )
        with self._store.read() as connection:
            return tuple(
                Waiver(
                    row.finding,
                    row.reason,
                    date.fromisoformat(row.until),
                    row.who,
                    instant(row.waived_at),
                    row.subject,
                )
                for row in connection.execute(wanted)
            )

    def active(self, as_of: date) -> tuple[Waiver, ...]:
        """The waivers that hold on a day: the latest one of each finding, if it is not over."""
        return tuple(each for each in latest(self.list()).values() if each.is_active(as_of))
