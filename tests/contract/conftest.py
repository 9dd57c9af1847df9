"""A scripted Kantata and an adapter that talks to it without ever waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from kantata_server import TOKEN, FakeTime, ScriptedKantata

from psdm_cli.systems.kantata.adapter import KantataAdapter


@pytest.fixture
def kantata() -> Iterator[ScriptedKantata]:
    """A server that answers from tables; whatever a test asks of it has to be within the contract."""
    server = ScriptedKantata()
    yield server
    server.close()
    assert server.violations == []
    assert {seen.method for seen in server.seen} <= {"GET"}


@pytest.fixture
def faketime() -> FakeTime:
    """The clock that the adapter sleeps on."""
    return FakeTime()


@pytest.fixture
def make_adapter(kantata: ScriptedKantata, faketime: FakeTime) -> Iterator[Callable[..., KantataAdapter]]:
    """Makes adapters for the server: no jitter, no real waiting."""
    made = []

    def make(url: str = kantata.url, token: str = TOKEN, **options: object) -> KantataAdapter:
        settings = {"clock": faketime.clock, "sleep": faketime.sleep, "random": lambda: 0.5, **options}
        made.append(KantataAdapter(url, token, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()


@pytest.fixture
def adapter(make_adapter: Callable[..., KantataAdapter]) -> KantataAdapter:
    """An adapter with the defaults."""
    return make_adapter()
