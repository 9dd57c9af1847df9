"""A scripted Kantata and an adapter that talks to it without ever waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from gitlab_server import TOKEN as GITLAB_TOKEN
from gitlab_server import ScriptedGitLab
from kantata_server import TOKEN, FakeTime, ScriptedKantata

from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.http.manner import Manner
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
        made.append(KantataAdapter(url, token, Manner(**settings)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()


@pytest.fixture
def adapter(make_adapter: Callable[..., KantataAdapter]) -> KantataAdapter:
    """An adapter with the defaults."""
    return make_adapter()


@pytest.fixture
def scripted_gitlab() -> Iterator[ScriptedGitLab]:
    """A GitLab that answers from tables; whatever a test asks of it has to be within the contract and the schema."""
    server = ScriptedGitLab()
    yield server
    server.close()
    assert server.violations == []


@pytest.fixture
def make_gitlab(scripted_gitlab: ScriptedGitLab, faketime: FakeTime) -> Iterator[Callable[..., GitLabAdapter]]:
    """Makes adapters for the server: no jitter, no real waiting."""
    made = []

    def make(url: str = scripted_gitlab.url, token: str = GITLAB_TOKEN, **options: object) -> GitLabAdapter:
        own = {name: options.pop(name) for name in ("memory", "now", "rest_epics") if name in options}
        settings = {"clock": faketime.clock, "sleep": faketime.sleep, "random": lambda: 0.5, **options}
        made.append(GitLabAdapter(url, token, Manner(**settings), **own))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()


@pytest.fixture
def reader(make_gitlab: Callable[..., GitLabAdapter]) -> GitLabAdapter:
    """A GitLab adapter with the defaults."""
    return make_gitlab()
