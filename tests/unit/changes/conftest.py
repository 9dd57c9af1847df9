"""A world, a journal in a real store, and hands that never wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from changes_world import KIND, NOW, World
from tests.postgres import UrlOf, urls

from psdm_cli.changes.apply import Hands
from psdm_cli.changes.doors import Doors
from psdm_cli.changes.journal import Journal
from psdm_cli.store import open_store
from psdm_cli.store.database import Store


@pytest.fixture
def url_of(request: pytest.FixtureRequest) -> UrlOf:
    """SQLite, where a test does not ask for both."""
    return urls(request)


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("one"), tmp_path, site="https://one.example/api/v1") as opened:
        yield opened


@pytest.fixture
def journal(store: Store) -> Journal:
    return Journal(store.journal)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def doors(world: World) -> Doors:
    return {("kantata", KIND): world}


@pytest.fixture
def waits() -> list[float]:
    """The pauses that were asked for."""
    return []


@pytest.fixture
def hands(doors: Doors, journal: Journal, waits: list[float]) -> Hands:
    return Hands(doors, journal, now=lambda: NOW, wait=waits.append)
