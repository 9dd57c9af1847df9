"""A sync that is killed, and two at once: the last good state stays readable and the next run ends the same."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from by_hand import Hand
from by_hand_check import assert_by_hand
from psdm_process import DEADLINE, Psdm

from psdm_cli.sandbox import Account, KantataSandbox

AS_OF = date(2026, 11, 23)


def change(account: Account) -> None:
    """What happened in Kantata since the mirror was read: a longer booking, one less, and a task done."""
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    bookings = account.find("workspace_allocations", "workspace_id", "3004")
    longer, gone = [row for row in bookings if row["hard"] and row["start_date"] >= AS_OF.isoformat()][:2]
    account.update("workspace_allocations", longer["id"], minutes=longer["minutes"] + 333, updated_at=stamp)
    account.remove("workspace_allocations", gone["id"])
    task = next(row for row in account.find("stories", "workspace_id", "3002") if row["state"] == "started")
    account.update("stories", task["id"], state="completed", updated_at=stamp)


def kill_at(psdm: Psdm, server: KantataSandbox, number: int, *command: str) -> bool:
    """Run a command and kill it when its request `number` (from 0) arrives, unanswered; False if it ended before."""
    reached = threading.Event()
    server.clear()
    server.fault(skip=number, delay=DEADLINE, effect=lambda _account: reached.set())
    process = psdm.start(*command)
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()
        reached.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert reached.wait(DEADLINE)
    came_so_far = not ended.is_set()
    if came_so_far:
        process.kill()
    waiter.join()
    process.communicate()
    server.clear()
    assert process.returncode == (-signal.SIGKILL if came_so_far else 0)
    return came_so_far


def complaints(home: Path) -> list[tuple[Any, ...]]:
    """What SQLite finds wrong with the database."""
    database = sqlite3.connect(home / "psdm" / "data" / "psdm.db")
    try:
        return database.execute("PRAGMA integrity_check").fetchall()
    finally:
        database.close()


def copy_of(psdm: Psdm, name: str) -> Psdm:
    """The same psdm with a copy of its home."""
    home = psdm.home.parent / name
    shutil.copytree(psdm.home, home)
    return Psdm(home, psdm.variables)


@pytest.mark.parametrize("how", [(), ("--full",)], ids=["changes", "full"])
def test_a_killed_sync_leaves_the_last_good_state_and_the_next_goes_on(
    mirrored: Psdm, standing: KantataSandbox, calm: dict[str, Any], how: tuple[str, ...]
) -> None:
    change(standing.account)
    hand = Hand(standing.account, AS_OF)
    assert copy_of(mirrored, "undisturbed")("sync", *how).code == 0
    step = len(standing.requests) // 4
    number, killed = 0, 0
    while True:  # later and later, until a run ends by itself
        psdm = copy_of(mirrored, f"killed-{number}")
        if not kill_at(psdm, standing, number, "sync", *how):
            break
        killed += 1
        assert complaints(psdm.home) == [("ok",)]
        before = psdm("forecast-prep", "--offline", "--json")
        assert (before.code, before.figures) == (3, calm), number
        after = psdm("forecast-prep", "--json")
        assert_by_hand(after, hand)
        number += step
    assert killed >= 4
    assert_by_hand(psdm("forecast-prep", "--offline", "--json"), hand)


def test_a_first_run_that_is_killed_again_and_again_gets_there(psdm: Psdm, kantata: KantataSandbox) -> None:
    deaths = 0
    while kill_at(psdm, kantata, 2 + 6 * deaths, "sync"):
        deaths += 1
        offline = psdm("portfolio", "--offline", "--json")
        assert (offline.code, offline.error["code"]) == (5, "not_found")
        assert complaints(psdm.home) == [("ok",)]
    assert deaths >= 2
    assert_by_hand(psdm("forecast-prep", "--offline", "--json"), Hand(kantata.account, AS_OF))


def test_what_a_killed_run_had_read_is_not_read_again(psdm: Psdm, kantata: KantataSandbox) -> None:
    undisturbed = Psdm(psdm.home / "undisturbed", psdm.variables)
    undisturbed.home.mkdir()
    assert undisturbed("sync").code == 0
    whole = len(kantata.requests)
    kantata.clear()
    assert kill_at(psdm, kantata, whole - 2, "sync")
    assert psdm("sync").code == 0
    assert len(kantata.requests) < whole
    assert_by_hand(psdm("forecast-prep", "--offline", "--json"), Hand(kantata.account, AS_OF))


@pytest.mark.parametrize("command", [("sync",), ("forecast-prep", "--json")], ids=" ".join)
def test_two_processes_at_once_both_end_well(psdm: Psdm, kantata: KantataSandbox, command: tuple[str, ...]) -> None:
    both = [psdm.start(*command), psdm.start(*command)]
    ends = [process.communicate(timeout=DEADLINE) for process in both]
    expected = 0 if command == ("sync",) else 3
    assert [process.returncode for process in both] == [expected, expected], ends
    assert complaints(psdm.home) == [("ok",)]
    assert_by_hand(psdm("forecast-prep", "--offline", "--json"), Hand(kantata.account, AS_OF))


def test_reading_offline_does_not_wait_for_a_sync(mirrored: Psdm, standing: KantataSandbox) -> None:
    reached = threading.Event()
    standing.fault(skip=4, delay=DEADLINE, effect=lambda _account: reached.set())
    process = mirrored.start("sync", "--full")
    try:
        assert reached.wait(DEADLINE)
        assert mirrored("portfolio", "--offline").code == 0
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
