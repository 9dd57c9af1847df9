"""Plain questions: the same answers from the standard library's sqlite3 and from SQLAlchemy, each of one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fake_kantata import DAY, small_account

from psdm_cli.domain.records import Kind
from psdm_cli.domain.upside import Scenario, UpsideEntry
from psdm_cli.domain.waivers import Waiver
from psdm_cli.errors import StoreProblem
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.store.dialect import EngineLook
from psdm_cli.store.names import FACTS, ROWS, SNAPSHOTS
from psdm_cli.store.questions import Question, question, records
from psdm_cli.workflows.refresh import Scope, refresh, rows_of, scope_of

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
MINE = Scope(("1",))
ACCOUNT = "http://kantata 1"
HOSTILE = "'; DROP TABLE facts; -- :v0 \N{SNOWMAN} %s ? \\"


def filled(folder: Path) -> None:
    kantata = small_account(3, bookings=2)
    kantata.break_row(Kind.ALLOCATIONS, "w1-a0", "w1")
    kantata.refuse(Kind.TIME_OFF)
    with open_store(None, folder, site="here") as store:
        refresh(kantata, store.mirror(ACCOUNT), MINE, now=kantata.time, window=(DAY, DAY))
        store.facts.put("w1", "kickoff", "2026-11-02", who=HOSTILE, at=NOW)
        store.facts.put(HOSTILE, "kickoff", HOSTILE, who="Pat", at=NOW)
        store.snapshots.freeze("2026-W47", "me", date(2026, 11, 16), "old", "Pat", NOW)
        store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), HOSTILE, "Pat", NOW)
        store.waivers.put(Waiver("FP-01:w1", HOSTILE, date(2026, 12, 1), "Pat", NOW, "w1"))
        store.waivers.put(Waiver("FP-01:w2", "gone", date(2026, 12, 1), "Pat", NOW, "w2"))
        store.waivers.withdraw("FP-01:w2", who="Sam", at=NOW)
        store.upside.add(
            UpsideEntry(
                source="soft-booking:1",
                project="w1",
                sow=None,
                engagement=HOSTILE,
                what="soft booking",
                scenario=Scenario.SOFT_BOOKING,
                hours=Decimal("8.50"),
                amount=None,
                currency=None,
                quarter="2027-Q4",
                month="2026-12",
                probability=Decimal("0.5"),
                reason="",
                links={},
                who="Pat",
                at=NOW,
            )
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("looks")
    filled(made)
    return made


def by_engine(folder: Path) -> Store:
    """The same store as if it stood on a server: every question goes through SQLAlchemy."""
    store = open_store(None, folder, read_only=True, site="here")
    store._looks = None
    return store


def mirror_content(store: Store) -> Any:
    mirror = store.mirror(ACCOUNT)
    state = scope_of(mirror, MINE)
    return state, [rows_of(mirror, state, kind) for kind in Kind], mirror.malformed(), mirror.refusals()


READINGS: dict[str, Callable[[Store], Any]] = {
    "accounts": lambda store: store.accounts(),
    "the mirror": mirror_content,
    "part of the mirror": lambda store: store.mirror(ACCOUNT).load(Kind.RESOURCES, ["w1", "w2"], ["w1-u1", HOSTILE]),
    "keys": lambda store: store.mirror(ACCOUNT).keys(Kind.ALLOCATIONS, ["w1-a0", "w1-a1", "none"]),
    "marks": lambda store: store.mirror(ACCOUNT).marks(Kind.STORIES),
    "facts": lambda store: store.facts.of(["w1", HOSTILE, "w9"]),
    "the latest snapshot": lambda store: store.snapshots.latest("me"),
    "last week's snapshot": lambda store: store.snapshots.latest("me", before_week="2026-W48"),
    "a day's snapshot": lambda store: store.snapshots.latest("me", on_or_before=date(2026, 11, 20)),
    "one snapshot": lambda store: store.snapshots.get("me", "2026-W48", 1),
    "snapshots": lambda store: store.snapshots.list(),
    "waivers": lambda store: store.waivers.list(),
    "the ledger": lambda store: store.upside.list(),
    "an entry": lambda store: store.upside.get("1"),
    "an entry's history": lambda store: store.upside.history("1"),
}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_a_file_says_the_same_with_and_without_sqlalchemy(folder: Path, reading: Callable[[Store], Any]) -> None:
    with open_store(None, folder, read_only=True, site="here") as plain, by_engine(folder) as engine:
        found = reading(plain)
        assert found
        assert found == reading(engine)


def test_reading_a_file_makes_no_engine(folder: Path) -> None:
    with open_store(None, folder, read_only=True, site="here") as store:
        for reading in READINGS.values():
            reading(store)
        assert store._made is None
        assert store.checklists.list() == [], "a room that needs one gets it"
        assert store._made is not None


def test_a_store_that_is_read_cannot_be_written(folder: Path) -> None:
    with open_store(None, folder, read_only=True, site="here") as store:
        with pytest.raises(StoreProblem, match="cannot be written"):
            store.facts.put("w1", "kickoff", "2026-11-03", who="Pat", at=NOW)
        assert store.facts.of(["w1"])["w1"]["kickoff"].value == "2026-11-02"


def test_all_of_a_look_is_of_one_moment(tmp_path: Path) -> None:
    open_store(None, tmp_path).close()
    wanted = question(FACTS, ["value"])
    with open_store(None, tmp_path) as writer, open_store(None, tmp_path, read_only=True) as reader:
        writer.facts.put("40", "kickoff", "before", who="Pat", at=NOW)
        with reader.look() as look:
            assert look.rows(wanted) == [("before",)]
            writer.facts.put("40", "kickoff", "after", who="Pat", at=NOW)
            assert look.rows(wanted) == [("before",)]
        with reader.look() as look:
            assert look.rows(wanted) == [("after",)]


def test_a_look_that_fails_leaves_the_next_one_in_order(folder: Path) -> None:
    with open_store(None, folder, read_only=True) as store:
        with pytest.raises(RuntimeError, match="the caller's own"), store.look() as look:
            assert look.rows(question(ROWS, ["id"], limit=1))
            raise RuntimeError("the caller's own")
        with pytest.raises(StoreProblem, match="no such table"), store.look() as look:
            look.rows(Question(("x",), "SELECT x FROM nowhere", {}))
        with store.look() as look:
            assert look.rows(question(ROWS, ["id"], limit=1))


def test_many_threads_may_look_at_once(folder: Path) -> None:
    with open_store(None, folder, read_only=True) as store, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.mirror(ACCOUNT).load(Kind.STORIES), range(40)))
    assert found[0]
    assert all(one == found[0] for one in found)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "psdm.db"
    with open_store(None, tmp_path) as store:
        for n in range(50):
            store.snapshots.freeze("2026-W48", f"scope {n}", date(2026, 11, 23), "x" * 5000, "Pat", NOW)
    with sqlite3.connect(file) as raw:
        first = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'snapshots'").fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[(first - 1) * size : first * size] = b"\xa5" * size
    file.write_bytes(content)
    with open_store(None, tmp_path, read_only=True) as store, pytest.raises(StoreProblem, match="damaged") as problem:
        store.snapshots.list()
    assert str(file) in problem.value.message


def test_a_question_knows_its_table() -> None:
    with pytest.raises(ValueError, match="facts has no other, thing"):
        question(FACTS, ["thing"], ("other", "=", 1))
    with pytest.raises(ValueError, match="snapshots has no name"):
        question(SNAPSHOTS, ["week"], order=["-name"])


def test_nobody_is_none_of_them(folder: Path) -> None:
    nobody = question(FACTS, ["name"], ("engagement_id", "in", []))
    nothing = question(FACTS, ["name"], ("engagement_id", "=", None))
    with open_store(None, folder, read_only=True) as store, store.look() as look, store.read() as connection:
        for one in (look, EngineLook(connection)):
            assert one.rows(nobody) == []
            assert one.rows(nothing) == [], "what equals the unknown is nothing"
            assert records(one, question(FACTS, ["name"], ("engagement_id", "=", "w1")))[0].name == "kickoff"
