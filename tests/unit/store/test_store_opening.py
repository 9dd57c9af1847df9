"""Opening the store: made once, private, never overwritten, and a sentence for everything that can be wrong with it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from psdm_cli.errors import NotFound, StoreProblem
from psdm_cli.store import dialect, open_store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_use_makes_a_private_sound_database(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "psdm"
    with open_store(None, folder) as store:
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=_now())
        assert store.check().problems == ()
        assert mode(folder / "psdm.db-wal") & 0o077 == 0
    assert mode(folder) == 0o700
    assert mode(folder / "psdm.db") == 0o600
    with sqlite3.connect(folder / "psdm.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    open_store(None, tmp_path).close()
    (tmp_path / "psdm.db").chmod(0o644)
    open_store(None, tmp_path).close()
    assert mode(tmp_path / "psdm.db") == 0o600


def test_an_empty_file_is_a_database_not_yet_begun(tmp_path: Path) -> None:
    (tmp_path / "psdm.db").touch()
    with open_store(None, tmp_path) as store:
        assert store.snapshots.list() == []


def test_foreign_keys_wal_and_waiting_are_on(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store, store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_url_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "else where" / "50%?#.db"
    with open_store(f"sqlite:///{file}", tmp_path / "unused") as store:
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=_now())
    assert file.read_bytes().startswith(b"SQLite format 3")
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"hello", "is not a psdm database", id="a text"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 4096, "is not a psdm database", id="a header and rubbish"),
        pytest.param(b"\0" * 20_000, "is not a psdm database", id="zeros after a crash of the file system"),
    ],
)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "psdm.db"
    file.write_bytes(content)
    with pytest.raises(StoreProblem, match=said) as problem:
        open_store(None, tmp_path)
    assert str(file) in problem.value.message
    assert problem.value.hint
    assert file.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "psdm.db") as raw:
        raw.execute("CREATE TABLE recipes (x)")
    with pytest.raises(StoreProblem, match="not a psdm database"):
        open_store(None, tmp_path)
    with sqlite3.connect(tmp_path / "psdm.db") as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_database_is_named_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    open_store(None, tmp_path).close()
    with sqlite3.connect(tmp_path / "psdm.db") as raw:
        raw.execute("UPDATE psdm_revision SET version_num = '9\x1b[31m999'")
    with pytest.raises(StoreProblem, match=r"revision 9\[31m999.*a newer psdm") as problem:
        open_store(None, tmp_path, read_only=read_only)
    assert str(tmp_path / "psdm.db") in problem.value.message
    with sqlite3.connect(tmp_path / "psdm.db") as raw:
        assert raw.execute("SELECT version_num FROM psdm_revision").fetchall() == [("9\x1b[31m999",)]


def test_a_damaged_page_is_found_and_the_file_kept(tmp_path: Path) -> None:
    file = tmp_path / "psdm.db"
    with open_store(None, tmp_path) as store:
        for n in range(200):
            store.snapshots.freeze("2026-W48", f"scope {n}", _day(), os.urandom(4000).hex(), "Pat", _now())
    content = bytearray(file.read_bytes())
    content[len(content) // 2 :] = b"\xa5" * (len(content) - len(content) // 2)
    file.write_bytes(content)
    with open_store(None, tmp_path) as store:
        check = store.check()
        assert check.problems
        with pytest.raises(StoreProblem, match="damaged") as problem:
            for head in store.snapshots.list():
                store.snapshots.get(head.scope, head.week, head.revision)
    assert str(file) in problem.value.message
    assert "backup" in problem.value.hint
    assert bytes(content[-100:]) == file.read_bytes()[-100:]


def test_a_locked_database_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.05)
    open_store(None, tmp_path).close()
    other = sqlite3.connect(tmp_path / "psdm.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(None, tmp_path) as store:
        assert store.facts.of(["40"]) == {}, "reading goes on beside a writer"
        with pytest.raises(StoreProblem, match="in use by another program"):
            store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=_now())
        other.execute("COMMIT")
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=_now())
    other.close()


def test_a_full_disk_leaves_what_was_stored(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        store.snapshots.freeze("2026-W47", "me", _day(), "small", "Pat", _now())
        with store.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        # The limit belongs to a connection; the pool hands the same one out again.
        with store.read() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreProblem, match=r"disk is full.*psdm\.db cannot grow"):
            store.snapshots.freeze("2026-W48", "me", _day(), os.urandom(100_000).hex(), "Pat", _now())
    with open_store(None, tmp_path) as store:
        assert [head.week for head in store.snapshots.list("me")] == ["2026-W47"]
        assert store.check().problems == ()


@pytest.mark.skipif(sys.platform != "linux", reason="file size limits are set by the resource module")
def test_a_full_disk_of_the_operating_system_is_said_too(tmp_path: Path) -> None:
    script = """
        import resource, signal, sys
        from datetime import date, datetime, UTC
        from pathlib import Path
        from psdm_cli.errors import StoreProblem
        from psdm_cli.store import open_store
        import os
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with open_store(None, Path(sys.argv[1])) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            try:
                body = os.urandom(900_000).hex()
                store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), body, "Pat", datetime.now(UTC))
            except StoreProblem as problem:
                print(problem.message)
    """
    assert _python(script, str(tmp_path)) == f"The disk refused to read or write {tmp_path / 'psdm.db'}.\n"
    with open_store(None, tmp_path) as store:
        assert store.snapshots.list() == []
        assert store.check().problems == ()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises((StoreProblem, NotFound)) as problem:
        open_store(None, tmp_path / "file" / "psdm", read_only=read_only)
    assert str(tmp_path / "file") in problem.value.message
    assert problem.value.hint


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that not even root may write to")
def test_a_read_only_folder_is_named() -> None:
    with pytest.raises(StoreProblem, match="cannot be written"):
        open_store(None, Path("/proc/self"))


def test_reading_only_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Nothing has been read") as problem:
        open_store(None, tmp_path / "new", read_only=True)
    assert "sync" in problem.value.hint
    assert list(tmp_path.iterdir()) == []


def test_reading_only_reads_and_refuses_to_write(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=_now())
    with open_store(None, tmp_path, read_only=True) as store:
        fact = store.facts.get("40", "kickoff")
        assert fact is not None
        assert fact.value == "2026-11-02"
        with pytest.raises(StoreProblem, match="cannot be written"):
            store.facts.put("40", "kickoff", "2026-11-03", who="Pat", at=_now())


def test_several_processes_may_begin_at_the_same_moment(tmp_path: Path) -> None:
    script = """
        import sys
        from datetime import datetime, UTC
        from pathlib import Path
        from psdm_cli.store import open_store
        sys.stdin.readline()
        with open_store(None, Path(sys.argv[1])) as store:
            for n in range(5):
                store.facts.put(sys.argv[2], f"fact {n}", "x", who="Pat", at=datetime.now(UTC))
    """
    both = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "new"), name],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    with open_store(None, tmp_path / "new") as store:
        assert {key: len(facts) for key, facts in store.facts.of(["a", "b", "c"]).items()} == {"a": 5, "b": 5, "c": 5}
        assert store.check().problems == ()


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem) as problem:
        open_store("postgresql://pat:hunter2@127.0.0.1:1/psdm", tmp_path)
    assert "hunter2" not in problem.value.message + problem.value.hint


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "oracle://x/y", "nonsense"])
def test_a_url_that_cannot_be_used_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreProblem):
        open_store(url, tmp_path)


def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from psdm_cli.store import open_store
        from psdm_cli.workflows import refresh
        print("sqlalchemy" in sys.modules)
        open_store(None, Path(sys.argv[1])).close()
        open_store(None, Path(sys.argv[1])).close()
        print("sqlalchemy" in sys.modules, "alembic" in sys.modules)
    """
    assert _python(script, str(tmp_path)).split() == ["False", "True", "False"]


def _python(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _now():
    from datetime import UTC, datetime

    return datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def _day():
    return _now().date()
