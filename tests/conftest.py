"""Databases for the tests: SQLite in a folder, and a PostgreSQL of this test run where one is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import BOTH, WHY_NOT, Cluster, UrlOf, programs, urls


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server, one for each worker of the test run; skips where none is installed."""
    folder = programs()
    if folder is None:
        pytest.skip(WHY_NOT)
    cluster = Cluster(folder)
    yield cluster
    cluster.end()


@pytest.fixture(params=BOTH)
def url_of(request: pytest.FixtureRequest) -> UrlOf:
    """The address of a database by a name of the test's choice: one each, on SQLite and on PostgreSQL."""
    return urls(request)
