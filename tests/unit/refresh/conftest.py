"""A store in a temporary folder, a small account, and refreshing in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fake_kantata import DAY, FakeKantata, small_account
from tests.postgres import UrlOf, urls

from psdm_cli.domain.records import Kind, Malformed, Record
from psdm_cli.store import open_store
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


@pytest.fixture
def url_of(request: pytest.FixtureRequest) -> UrlOf:
    """SQLite, where a test does not ask for both."""
    return urls(request)


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("store"), tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, small_account())


@pytest.fixture
def anew(tmp_path: Path) -> Iterator[Callable[..., Content]]:
    """What a machine that never synced before would show."""
    stores: list[Store] = []

    def show(kantata: FakeKantata, scope: Scope = MINE) -> Content:
        opened = open_store(None, tmp_path / f"anew{len(stores)}")
        stores.append(opened)
        desk = Desk(opened, kantata)
        asked, counted = kantata.asked[:], kantata.counted[:]
        desk.refresh(scope)
        kantata.asked, kantata.counted = asked, counted
        return desk.content(scope)

    yield show
    for opened in stores:
        opened.close()
