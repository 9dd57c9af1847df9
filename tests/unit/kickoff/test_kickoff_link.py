"""How long a refusal of Kantata's field is remembered, for whom, and in whose days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from psdm_cli.store.database import Store
from psdm_cli.workflows.kickoff_link import Refused, refusal, remember_refusal

SYDNEY = ZoneInfo("Australia/Sydney")
TRIED = datetime(2026, 11, 26, 22, 0, tzinfo=UTC)  # in Sydney the 27th


@pytest.mark.parametrize(
    ("who", "at", "known"),
    [
        pytest.param("Ada", datetime(2026, 11, 27, 10, tzinfo=SYDNEY), True, id="the same day"),
        pytest.param("Ada", datetime(2026, 12, 3, 23, 59, tzinfo=SYDNEY), True, id="six days later"),
        pytest.param("Ada", datetime(2026, 12, 4, 0, 1, tzinfo=SYDNEY), False, id="a week later, from midnight on"),
        pytest.param("Grace", datetime(2026, 11, 27, 10, tzinfo=SYDNEY), False, id="somebody else"),
    ],
)
def test_a_refusal_is_remembered_for_a_week(tmp_path: Path, who: str, at: datetime, known: bool) -> None:
    with Store.in_file(tmp_path / "psdm.db", read_only=False, site="https://kantata.example") as store:
        remember_refusal(store, "3019", "403", who="Ada", at=TRIED)
        found = refusal(store, "3019", who=who, at=at)
        assert found == (Refused(datetime(2026, 11, 27, tzinfo=SYDNEY).date(), "403") if known else None)
        assert refusal(store, "3020", who=who, at=at) is None
