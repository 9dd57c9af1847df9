"""The upside ledger under many hands: a source once, changes from how an entry stands, all of them or none."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import UrlOf

from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import Today
from psdm_cli.errors import NotFound, RefusedByRule
from psdm_cli.store import open_store
from psdm_cli.store.upside import NOTE, TakenError
from psdm_cli.workflows import upside_ledger
from psdm_cli.workflows.upside_ledger import Hand, Wish

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = Today(date(2026, 11, 23), 2)
EACH = 12


def entry(source: str = "soft-booking:71", **changes: Any) -> UpsideEntry:
    """An open entry of FY27-Q4."""
    values = {
        "project": "1",
        "sow": "SOW-1",
        "engagement": "SOW-1",
        "what": "soft booking of Kim",
        "scenario": Scenario.SOFT_BOOKING,
        "hours": Decimal(40),
        "amount": Decimal("4000.00"),
        "currency": "USD",
        "quarter": "FY27-Q4",
        "month": "2026-12",
        "probability": Decimal("0.40"),
        "reason": "they decide on Friday",
        "who": "Pat",
        "at": AT,
        "reviewed_at": AT,
        **changes,
    }
    return UpsideEntry(source=source, **values)


def test_a_source_has_one_open_entry_and_one_a_quarter(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("alone"), tmp_path, site="here") as store:
        hand = Hand(store, "Kim", AT, TODAY)
        first = upside_ledger.add(hand, entry()).entry
        for again in (entry(), entry(quarter="FY28-Q1", month="2027-02")):
            for keep in (True, False):
                with pytest.raises(RefusedByRule, match=f"entry {first.id}"):
                    upside_ledger.add(replace(hand, keep=keep), again)
        upside_ledger.close(hand, first.id or "", "they said no")
        with pytest.raises(RefusedByRule, match="lost"):
            upside_ledger.add(hand, entry())
        assert upside_ledger.add(hand, entry(quarter="FY28-Q1", month="2027-02")).entry.id is not None
        assert len(store.upside.list()) == 2


def test_every_change_is_history_with_its_reason(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("history"), tmp_path, site="here") as store:
        hand = Hand(store, "Kim", AT, TODAY)
        number = upside_ledger.add(hand, entry()).entry.id or ""
        upside_ledger.edit(hand, number, {"amount": Decimal("5000.00")}, "they called")
        pushed = upside_ledger.push(hand, number, "budget is frozen")
        told = upside_ledger.history(store, pushed.entry)
        assert [(each.who, each.note) for each in told] == [
            ("Pat", ""),
            ("Kim", "they called"),
            ("Kim", "budget is frozen"),
        ]
        assert told[1].changes == {"amount": ("4000.00", "5000.00")}
        assert told[2].changes == {"status": ("open", "pushed")}
        following = pushed.following
        assert following is not None
        assert following == store.upside.get(following.id or "")
        assert [e.status.value for e in store.upside.list()] == ["pushed", "open"]
        assert NOTE not in upside_ledger.rules.values(following)


def test_of_several_changes_all_happen_or_none(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("whole"), tmp_path, site="here") as store:
        hand = Hand(store, "Kim", AT, TODAY)
        number = upside_ledger.add(hand, entry()).entry.id or ""
        before = store.upside.list()
        wishes = [Wish(number, lambda e: (replace(e, reason="new"), None)), Wish("99", lambda e: (e, None))]
        for keep in (True, False):
            with pytest.raises(NotFound, match="no entry '99'"):
                upside_ledger.apply(replace(hand, keep=keep), wishes)
        with pytest.raises(TakenError):
            store.upside.take([(number, wishes[0].alter, "")], [entry("other:1"), entry("other:1")], "", who="K", at=AT)
        assert store.upside.list() == before
        assert len(store.upside.history(number)) == 1
        assert store.upside.get("1; DROP TABLE") is store.upside.get("９") is None


def test_a_dry_run_stores_nothing(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("dry"), tmp_path, site="here") as store:
        number = upside_ledger.add(Hand(store, "Kim", AT, TODAY), entry()).entry.id or ""
        before = store.upside.list()
        dry = Hand(store, "Kim", AT, TODAY, keep=False)
        assert upside_ledger.add(dry, entry("other:1")).plan[0].state.value == "planned"
        assert upside_ledger.convert(dry, number).entry.status is UpsideStatus.CONVERTED
        assert upside_ledger.push(dry, number, "x").following is not None
        assert store.upside.list() == before


def _work(folder: str, hand_no: int, number: str) -> None:
    """One process: adds entries of its own, and adds an hour to a shared one again and again."""
    with open_store(None, Path(folder), site="here") as store:
        for turn in range(EACH):
            store.upside.add_alone(entry(f"other:{hand_no}:{turn}"))
            one_more = [(number, lambda e: (replace(e, hours=(e.hours or Decimal(0)) + 1), None), f"{hand_no}")]
            store.upside.alter(one_more, who=f"hand {hand_no}", at=AT)


def test_two_processes_that_add_and_edit_at_once_lose_nothing(tmp_path: Path) -> None:
    with open_store(None, tmp_path, site="here") as store:
        number = store.upside.add_alone(entry(hours=Decimal(0))).id or ""
    method = multiprocessing.get_context("spawn")  # a process of its own, nothing of this one's connections
    workers = [method.Process(target=_work, args=(str(tmp_path), n, number)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(100)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with open_store(None, tmp_path, site="here") as store:
        shared = store.upside.get(number)
        assert shared is not None
        assert shared.hours == 2 * EACH, "an edit that was lost"
        assert len(store.upside.list()) == 1 + 2 * EACH, "an entry that was lost"
        assert len(store.upside.history(number)) == 1 + 2 * EACH
