"""psdm state as a process: looked at, exported, imported on another machine, refused, asked at a terminal, checked."""

from __future__ import annotations

import sqlite3
import stat
import zipfile
from pathlib import Path

import pexpect
import pytest
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal


@pytest.fixture
def memory(mirrored: Psdm) -> Psdm:
    """A PM's machine with a mirror, a frozen forecast and an answer."""
    assert mirrored("forecast", "freeze").code == 0
    answer = ("--answer", "FP-13=yes", "--note", "FP-13=the sheet")
    assert mirrored("checklist", "resume", "forecast-prep", *answer).code in (0, 3)
    return mirrored


@pytest.fixture
def file(memory: Psdm) -> Path:
    """That machine's state file."""
    target = memory.home / "psdm.state"
    assert memory("state", "export", str(target)).code == 0
    return target


@pytest.fixture
def other(memory: Psdm, tmp_path: Path) -> Psdm:
    """Another machine of the same PM, empty."""
    home = tmp_path / "other"
    home.mkdir()
    return Psdm(home, memory.variables)


def test_state_says_where_how_large_and_what(memory: Psdm) -> None:
    done = memory("state", "--json")
    assert (done.code, done.document["schema"]) == (0, "psdm.state/1")
    assert done.result["place"].endswith("psdm.db")
    assert done.result["size"] > 0
    assert [snapshot["last_week"] for snapshot in done.result["snapshots"]] == ["2026-W48"]
    (account,) = done.result["accounts"]
    assert account["current"]
    assert account["scopes"][0]["engagements"] == 19
    assert memory("state", "show", "--json").result["tables"] == done.result["tables"]
    screen = memory("state", COLUMNS="80").out
    assert "frozen forecasts" in screen
    assert max(len(line) for line in screen.splitlines() if "psdm.db" not in line) <= 80


def test_another_machine_goes_on_where_this_one_stood(memory: Psdm, file: Path, other: Psdm) -> None:
    plan = other("state", "import", str(file), "--dry-run", "--json").result
    assert (plan["applied"], plan["writes"] > 0) == (False, True)
    assert other("today", "--json").code == 5
    assert other("state", "import", str(file), "--yes", "--json").result["applied"]
    assert [item["id"] for item in other("today", "--json").result["items"]] == [
        item["id"] for item in memory("today", "--json").result["items"]
    ]
    assert other("portfolio", "--offline", "--json").figures == memory("portfolio", "--offline", "--json").figures
    again = other("state", "import", str(file), "--no-input", "--json")
    assert (again.code, again.result["writes"]) == (0, 0)
    target = other.home / "again.state"
    assert other("state", "export", str(target)).code == 0
    with zipfile.ZipFile(file) as one, zipfile.ZipFile(target) as two:
        for name in one.namelist():
            if name != "manifest.json":
                assert one.read(name) == two.read(name), name


def test_no_token_leaves_the_machine(memory: Psdm, file: Path) -> None:
    token = memory.variables["PSDM_KANTATA_TOKEN"].encode()
    assert token not in file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        assert all(token not in archive.read(name) for name in archive.namelist())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_overwritten_or_imported_unasked(memory: Psdm, file: Path, other: Psdm) -> None:
    before = file.read_bytes()
    assert memory("state", "export", str(file)).code == 2
    assert file.read_bytes() == before
    assert memory("state", "export", str(file), "--force").code == 0
    refused = other("state", "import", str(file), "--json")
    assert (refused.code, refused.error["code"]) == (2, "usage")
    assert "--yes" in refused.error["hint"]
    assert other("state", "import", str(file), "--yes", "--max-changes", "5").code == 6
    assert other("state", "--json").result["tables"]["snapshots"] == 0


def test_a_dry_export_writes_nothing(memory: Psdm) -> None:
    target = memory.home / "dry.state"
    assert not memory("state", "export", str(target), "--dry-run", "--json").result["written"]
    assert not target.exists()


def test_without_the_mirror_it_is_small(memory: Psdm, file: Path, other: Psdm) -> None:
    small = memory.home / "small.state"
    assert memory("state", "export", str(small), "--without-mirror").code == 0
    assert small.stat().st_size < file.stat().st_size
    assert other("state", "import", str(small), "--yes").code == 0
    assert other("portfolio", "--offline").code == 5
    assert other("state", "--json").result["tables"]["snapshots"] == 1


def test_a_snapshot_that_says_something_else_is_a_conflict(memory: Psdm, file: Path, other: Psdm) -> None:
    assert other("forecast", "freeze").code == 0
    refused = other("state", "import", str(file), "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (6, "rule")
    assert "2026-W48" in refused.error["message"]
    assert other("state", "import", str(file), "--dry-run").code == 6  # exits as the run it shows would
    before = other("state", "--json").result["tables"]
    assert other("state", "import", str(file), "--yes", "--keep", "ours").code == 2
    assert other("state", "--json").result["tables"] == before
    assert other("state", "import", str(file), "--yes", "--keep", "mine").code == 0
    assert other("state", "import", str(file), "--yes", "--keep", "theirs").code == 0
    with sqlite3.connect(memory.home / "psdm" / "data" / "psdm.db") as here:
        (frozen,) = here.execute("SELECT created_at FROM snapshots").fetchone()
    with sqlite3.connect(other.home / "psdm" / "data" / "psdm.db") as there:
        assert there.execute("SELECT created_at FROM snapshots").fetchall() == [(frozen,)]


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "missing"])
def test_a_damaged_file_is_named_and_changes_nothing(file: Path, other: Psdm, damage: str) -> None:
    body = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        middle = len(body) // 2
        bad = {"cut": body[:middle], "flipped": body[:middle] + b"\xff\xff" + body[middle + 2 :], "other": b"hello"}
        file.write_bytes(bad[damage])
    for command in (("state", "import", str(file), "--yes"), ("state", "check", str(file))):
        done = other(*command)
        assert done.code == 2, done.err
        assert str(file) in done.err
        assert "Traceback" not in done.err
    assert other("state", "--json").result["tables"]["facts"] == 0


def test_check_names_what_is_wrong(memory: Psdm, file: Path) -> None:
    assert memory("state", "check").code == 0
    assert memory("state", "check", str(file), "--json").result["problems"] == []
    with sqlite3.connect(memory.home / "psdm" / "data" / "psdm.db") as raw:
        raw.execute("UPDATE snapshots SET body = x'00'")
    done = memory("state", "check", "--json")
    assert (done.code, done.document["status"]) == (2, "error")
    assert "unreadable" in done.result["problems"][0]
    assert memory("state", "export", str(memory.home / "new.state")).code == 2


@pytest.mark.parametrize(("answer", "applied"), [("y", True), ("n", False), ("", False)])
def test_a_person_is_asked_after_the_plan(file: Path, other: Psdm, answer: str, applied: bool) -> None:
    environ = {name: value for name, value in other.environ.items() if name != "PSDM_NO_INPUT"}
    child = Terminal(
        COMMAND[0],
        [*COMMAND[1:], "state", "import", str(file)],
        env=environ,
        encoding="utf-8",
        dimensions=(50, 100),
        timeout=DEADLINE,
    )
    child.expect("frozen forecasts")
    child.expect(r"Import \d+ rows\? y/N")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert other("state", "--json").result["tables"]["snapshots"] == int(applied)


def test_ctrl_c_at_the_question_imports_nothing(file: Path, other: Psdm) -> None:
    environ = {name: value for name, value in other.environ.items() if name != "PSDM_NO_INPUT"}
    child = Terminal(
        COMMAND[0], [*COMMAND[1:], "state", "import", str(file)], env=environ, encoding="utf-8", timeout=DEADLINE
    )
    child.expect(r"rows\? y/N")
    child.interrupt()
    child.close()
    assert child.exitstatus == 130
    assert other("state", "--json").result["tables"]["snapshots"] == 0
