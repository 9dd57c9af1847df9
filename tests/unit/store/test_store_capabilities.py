"""What GitLab's groups can do, kept in the store; a store that cannot be used keeps nothing and breaks nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from psdm_cli.errors import NotFound, PsdmError, StoreProblem
from psdm_cli.store import open_store
from psdm_cli.store.capabilities import KeptCapabilities

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_kept_and_replaced(tmp_path: Path) -> None:
    with open_store(None, tmp_path, site="here") as store:
        memory = KeptCapabilities(lambda: store)
        assert memory.kept("https://x jane ps") is None
        memory.keep("https://x jane ps", "{}", NOW)
        memory.keep("https://x jane ps", '{"a": 1}', NOW)
        assert memory.kept("https://x jane ps") == ('{"a": 1}', NOW)
        assert memory.kept("https://x john ps") is None


@pytest.mark.parametrize("error", [StoreProblem("damaged"), NotFound("none yet")])
def test_without_a_store(error: PsdmError) -> None:
    def none() -> NoReturn:
        raise error

    memory = KeptCapabilities(none)
    memory.keep("k", "{}", NOW)
    assert memory.kept("k") is None
