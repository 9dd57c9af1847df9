"""One PM's machine with a small Kantata, and refreshing in one line."""

from __future__ import annotations

from datetime import timedelta

from fake_kantata import DAY, FakeKantata

from psdm_cli.domain.records import Kind, Malformed, Record
from psdm_cli.store.database import Store
from psdm_cli.store.mirror import Mirror
from psdm_cli.workflows.refresh import Refreshed, Scope, malformed_of, refresh, rows_of

WINDOW = (DAY, DAY + timedelta(days=28))
MINE = Scope(("1",))
ALL = Scope(None)
Content = tuple[dict[Kind, list[Record]], list[Malformed]]


class Desk:
    """One PM's machine: a mirror and the Kantata it mirrors."""

    def __init__(self, store: Store, kantata: FakeKantata, account: str = "http://kantata 1") -> None:
        self.store, self.kantata = store, kantata
        self.mirror: Mirror = store.mirror(account)

    def refresh(self, scope: Scope = MINE, *, full: bool = False, everybody: bool = False) -> Refreshed:
        """Refresh now; the questions are counted from here."""
        self.kantata.forget_questions()
        return refresh(
            self.kantata, self.mirror, scope, now=self.kantata.time, window=WINDOW, full=full, everybody=everybody
        )

    def ids(self, kind: Kind, scope: Scope = MINE) -> list[str]:
        """The ids of the scope's rows."""
        return [row.id for row in self.content(scope)[0][kind]]

    def content(self, scope: Scope = MINE) -> Content:
        """Everything that the scope shows."""
        state = self.mirror.scope(scope.key)
        assert state is not None
        return {kind: rows_of(self.mirror, state, kind) for kind in Kind}, malformed_of(self.mirror, state)
