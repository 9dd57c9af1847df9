"""Where the tests' files are, and databases: SQLite in a folder, and a PostgreSQL of this test run if installed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import BOTH, WHY_NOT, Cluster, UrlOf, programs, urls

MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # bytes


def files_in_memory() -> None:
    """Temporary files go into memory where there is plenty: a store waits for the disk at every commit.

    TMPDIR or PYTEST_DEBUG_TEMPROOT decide otherwise.
    """
    if {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & set(os.environ) or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ENOUGH and not found.f_flag & os.ST_NOEXEC:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(MEMORY)


files_in_memory()


def steady_in_ci() -> None:
    """CI tries the same examples of every property each time; at a desk they are new ones, and find what CI cannot."""
    settings.register_profile("steady", derandomize=True, print_blob=True)
    if os.environ.get("CI"):
        settings.load_profile("steady")


steady_in_ci()


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
