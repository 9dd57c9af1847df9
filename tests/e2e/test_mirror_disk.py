"""A disk that is full, a home that may not be written, a database that is broken, foreign or of the future."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from by_hand import Hand
from by_hand_check import assert_by_hand
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)
LIMITED = (
    "import os, resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)
# Without CAP_DAC_OVERRIDE (1) in its bounding set the superuser heeds file modes like anybody else: prctl(24) drops it.
MORTAL = (
    "import ctypes, os, sys\n"
    "if ctypes.CDLL(None).prctl(24, 1, 0, 0, 0): sys.exit(99)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


def limited(psdm: Psdm, size: int) -> Psdm:
    """psdm on a disk where no file may grow beyond `size` bytes."""
    return replace(psdm, within=(sys.executable, "-c", LIMITED, str(size)))


def database_of(psdm: Psdm) -> Path:
    """The database's file."""
    return psdm.home / "psdm" / "data" / "psdm.db"


def assert_one_clear_sentence(done: Outcome, code: int, *words: str) -> None:
    """An error that a person understands: at most two lines, no traceback, and what to do."""
    assert done.code == code, done.err
    lines = done.err.strip().splitlines()
    assert 1 <= len(lines) <= 2, done.err
    assert "Traceback" not in done.err + done.out
    assert done.error["exit_code"] == code
    assert done.error["hint"]
    for word in words:
        assert word in done.error["message"]


def test_a_full_disk_is_said_and_what_was_stored_stays(
    mirrored: Psdm, standing: KantataSandbox, calm: dict[str, Any]
) -> None:
    """The disk ends later and later, until there is room enough."""
    standing.account.update("workspaces", "3004", price_in_cents=1)
    failures = 0
    for number in range(20):
        home = mirrored.home.parent / f"full-{number}"
        shutil.copytree(mirrored.home, home)
        psdm = replace(mirrored, home=home)
        done = limited(psdm, 32_768 * 3**number)("sync", "--full", "--json")
        if done.code == 0:
            break
        failures += 1
        assert_one_clear_sentence(done, 2, str(database_of(psdm)))
        assert done.error["code"] == "store"
        offline = psdm("forecast-prep", "--offline", "--json")
        assert (offline.code, offline.figures) == (3, calm)
    assert failures >= 3
    assert_by_hand(psdm("forecast-prep", "--offline", "--json"), Hand(standing.account, AS_OF))


def test_a_disk_that_is_full_from_the_start(psdm: Psdm, kantata: KantataSandbox) -> None:
    assert_one_clear_sentence(limited(psdm, 0)("forecast-prep", "--json"), 2, str(database_of(psdm)))
    assert_one_clear_sentence(limited(psdm, 50_000)("forecast-prep", "--json"), 2, str(database_of(psdm)))
    assert_by_hand(psdm("forecast-prep", "--json"), Hand(kantata.account, AS_OF))  # there is room again


def test_a_home_that_is_a_file(psdm: Psdm) -> None:
    place = psdm.home / "psdm"
    place.write_text("something else")
    for command in (("forecast-prep",), ("portfolio",), ("sync",), ("forecast", "freeze")):
        assert_one_clear_sentence(psdm(*command, "--json"), 2, "psdm")
    assert place.read_text() == "something else"


@pytest.fixture
def locked(psdm: Psdm) -> Iterator[Psdm]:
    """psdm that heeds file modes even when the tests are the superuser's; use `lock` on its home."""
    if os.geteuid() == 0:
        mortal = replace(psdm, within=(sys.executable, "-c", MORTAL))
        if mortal("--version").code != 0:
            pytest.skip("the superuser may write everywhere, and this machine lets nobody give that up")
    else:
        mortal = psdm
    yield mortal
    for path in [psdm.home, *psdm.home.rglob("*")]:  # so that the clean-up may remove it
        path.chmod(0o755 if path.is_dir() else 0o644)


def lock(folder: Path) -> None:
    """Let nobody write anything in the folder."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_home_that_may_not_be_written(locked: Psdm) -> None:
    lock(locked.home)
    for command in (("forecast-prep",), ("portfolio",), ("sync",)):
        assert_one_clear_sentence(locked(*command, "--json"), 2, "psdm")
    assert list(locked.home.iterdir()) == []


def test_a_mirror_that_may_only_be_read_answers_offline(locked: Psdm) -> None:
    online = locked("forecast-prep", "--json")
    assert online.code == 3
    lock(locked.home)
    before = database_of(locked).read_bytes()
    offline = locked("forecast-prep", "--offline", "--json")
    assert (offline.code, offline.figures) == (3, online.figures)
    assert_one_clear_sentence(locked("forecast-prep", "--json"), 2, "psdm.db")
    assert database_of(locked).read_bytes() == before


def garbage(file: Path) -> None:
    """Somebody else's file."""
    file.write_bytes(b"Dear diary, today I forecast nothing.\n" * 99)


def holed(file: Path) -> None:
    """A database whose every page but the first was overwritten."""
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * (size - 4096))


def halved(file: Path) -> None:
    """A database of which the second half is lost."""
    os.truncate(file, file.stat().st_size // 2)


def of_the_future(file: Path) -> None:
    """A database that a later psdm migrated."""
    database = sqlite3.connect(file)
    database.execute("UPDATE psdm_revision SET version_num = '9999'")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def of_somebody(file: Path) -> None:
    """A database of another program."""
    file.unlink()
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE recipes (name TEXT)")
    database.commit()
    database.close()


@pytest.mark.parametrize("spoil", [garbage, holed, halved, of_the_future, of_somebody])
@pytest.mark.parametrize("how", [(), ("--offline",)], ids=["online", "offline"])
def test_a_database_that_cannot_be_used_is_named_and_left_alone(
    mirrored: Psdm, spoil: Callable[[Path], None], how: tuple[str, ...]
) -> None:
    file = database_of(mirrored)
    for beside in file.parent.glob("psdm.db-*"):
        beside.unlink()
    spoil(file)
    before = file.read_bytes()
    for command in (("forecast-prep",), ("portfolio",)):
        assert_one_clear_sentence(mirrored(*command, *how, "--json"), 2, str(file))
    assert file.read_bytes() == before


def test_a_newer_database_is_told_from_a_damaged_one(mirrored: Psdm) -> None:
    of_the_future(database_of(mirrored))
    done = mirrored("forecast-prep", "--offline", "--json")
    assert "revision 9999" in done.error["message"]
    assert "newer psdm" in done.error["message"]
    assert "PSDM_HOME" in done.error["hint"]


def test_what_is_kept_is_for_its_owner_alone(mirrored: Psdm) -> None:
    assert mirrored("forecast", "freeze").code == 0
    folder = database_of(mirrored).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
