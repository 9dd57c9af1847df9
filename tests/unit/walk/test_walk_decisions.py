"""Decisions of a week: kept apart by week and scope, never overwritten by somebody who did not know of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres import UrlOf
from walk_samples import AT, finding

from psdm_cli.domain.queue import Decision, Verdict, seen_of
from psdm_cli.store import open_store
from psdm_cli.store.database import Store

FOUND = finding("FP-01:3001", "100.00")


def decision(verdict: Verdict, who: str = "Pat", note: str = "") -> Decision:
    return Decision(FOUND.key, verdict, note, who, AT, seen_of(FOUND))


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("here"), tmp_path, site="here") as opened:
        yield opened


def test_a_decision_is_kept_with_who_when_and_what_was_seen(store: Store) -> None:
    week = store.decisions("2026-W48", "leads:1")
    assert week.decide(decision(Verdict.LATER, note="ask Kai"), after=0) is None
    kept = week.latest()[FOUND.key]
    assert (kept.verdict, kept.note, kept.who, kept.at) == (Verdict.LATER, "ask Kai", "Pat", AT)
    assert kept.seen == {"message": FOUND.message, "amount": "100.00", "currency": "USD"}
    assert store.decisions("2026-W49", "leads:1").latest() == {}
    assert store.decisions("2026-W48", "leads:2").latest() == {}


def test_who_did_not_know_of_a_decision_does_not_overwrite_it(store: Store) -> None:
    week = store.decisions("2026-W48", "leads:1")
    assert week.decide(decision(Verdict.FIXED), after=0) is None
    first = week.latest()[FOUND.key]
    assert week.decide(decision(Verdict.WAIVED, "Kim"), after=0) == first
    assert week.latest()[FOUND.key] == first
    assert week.decide(decision(Verdict.WAIVED, "Kim"), after=first.id) is None
    assert week.latest()[FOUND.key].who == "Kim"
