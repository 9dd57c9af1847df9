"""Waivers of findings, kept for the site: an expired one stays, so that it can be reviewed when its finding is back."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from psdm_cli.domain.waivers import Waiver, latest
from psdm_cli.store.codec import storable
from psdm_cli.store.instants import instant, text_of
from psdm_cli.store.names import WAIVERS
from psdm_cli.store.questions import question, records

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


class Waivers:
    """The waivers of the store's site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, waiver: Waiver) -> None:
        """Store a waiver; it counts instead of earlier ones of the same finding, which stay as history."""
        from psdm_cli.store import tables

        with self._store.write() as connection:
            connection.execute(
                tables.waivers.insert().values(
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
        from sqlalchemy import update

        from psdm_cli.store import tables

        known = tables.waivers
        with self._store.write() as connection:
            gone = connection.execute(
                update(known)
                .where(
                    known.c.site == storable(self._store.site),
                    known.c.finding == storable(finding),
                    known.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=text_of(at), withdrawn_by=storable(who))
            )
            return gone.rowcount > 0

    def list(self) -> tuple[Waiver, ...]:
        """Every waiver that was not taken back, expired ones included, oldest first."""
        site = storable(self._store.site)
        asked = question(WAIVERS, (), ("site", "=", site), ("withdrawn_at", "is null", None), order=["waived_at", "id"])
        with self._store.look() as look:
            return tuple(
                Waiver(
                    row.finding,
                    row.reason,
                    date.fromisoformat(row.until),
                    row.who,
                    instant(row.waived_at),
                    row.subject,
                )
                for row in records(look, asked)
            )

    def active(self, as_of: date) -> tuple[Waiver, ...]:
        """The waivers that hold on a day: the latest one of each finding, if it is not over."""
        return tuple(each for each in latest(self.list()).values() if each.is_active(as_of))
