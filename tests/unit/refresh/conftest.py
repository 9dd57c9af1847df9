"""A store in a temporary folder, and a desk with a small account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_kantata import FakeKantata, small_account
from refresh_desk import MINE, Content, Desk
from tests.postgres import UrlOf, urls

from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.workflows.refresh import Scope


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
