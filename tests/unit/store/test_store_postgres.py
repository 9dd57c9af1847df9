"""What only a shared database can do wrong: the way to it, who may come in, many at once, other programs beside."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from tests.postgres import PASSWORD, Cluster

from psdm_cli.domain.queue import Decision, Verdict
from psdm_cli.errors import PsdmError, StoreProblem
from psdm_cli.masking import mask
from psdm_cli.store import dialect, open_store, revisions, server, tables
from psdm_cli.store.database import Store

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WRONG = "wrong-word-0815"


def opened(url: str, site: str = "here") -> Store:
    return open_store(url, Path("/nowhere"), site=site)


def said(problem: pytest.ExceptionInfo[PsdmError]) -> str:
    return f"{problem.value.message}\n{problem.value.hint}"


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.fresh()


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


# the way to it


def test_the_address_may_name_the_driver_or_not(url: str) -> None:
    with opened(url) as store:
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    with opened(url.replace("postgresql://", "postgresql+psycopg://")) as store:
        assert store.facts.get("40", "kickoff") is not None
        assert PASSWORD not in store.place
        assert store.place.startswith("postgresql://psdm@127.0.0.1:")


def wrong_password(cluster: Cluster, _: str) -> str:
    return cluster.url("postgres", password=WRONG)


def password_in_an_option(cluster: Cluster, _: str) -> str:
    return f"postgresql://psdm@127.0.0.1:{cluster.port}/postgres?password={WRONG}"


def nobody(cluster: Cluster, _: str) -> str:
    return cluster.url("postgres", name="nobody", password=WRONG)


def no_database(cluster: Cluster, _: str) -> str:
    return cluster.url("not_made", password=PASSWORD)


def no_server(_cluster: Cluster, _: str) -> str:
    return f"postgresql://psdm:{WRONG}@127.0.0.1:1/psdm"


def no_host(_cluster: Cluster, _: str) -> str:
    return f"postgresql://psdm:{WRONG}@no-such-host.invalid/psdm"


def no_right(cluster: Cluster, url: str) -> str:
    cluster.run("postgres", f"CREATE ROLE guest_{name_of(url)} LOGIN PASSWORD '{WRONG}'")
    return cluster.url(name_of(url), name=f"guest_{name_of(url)}", password=WRONG)


def newer(cluster: Cluster, url: str) -> str:
    opened(url).close()
    cluster.run(name_of(url), "UPDATE psdm_revision SET version_num = '9999'")
    return url


def no_revision(cluster: Cluster, url: str) -> str:
    opened(url).close()
    cluster.run(name_of(url), "DELETE FROM psdm_revision")
    return url


def half_of_it(cluster: Cluster, url: str) -> str:
    opened(url).close()
    cluster.run(name_of(url), "DROP TABLE psdm_revision")
    return url


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        pytest.param(wrong_password, 4, "does not let psdm in", id="wrong password"),
        pytest.param(password_in_an_option, 4, "does not let psdm in", id="password in an option"),
        pytest.param(nobody, 4, "does not let psdm in", id="unknown name"),
        pytest.param(no_right, 4, "GRANT CREATE", id="no right to make tables"),
        pytest.param(no_database, 2, "no such database", id="no database"),
        pytest.param(no_server, 75, "cannot be reached", id="server down"),
        pytest.param(no_host, 75, "cannot be reached", id="host unknown"),
        pytest.param(newer, 2, "a newer psdm wrote it", id="newer revision"),
        pytest.param(no_revision, 2, "is damaged", id="revision lost"),
        pytest.param(half_of_it, 2, "is damaged", id="tables lost"),
    ],
)
def test_what_is_wrong_is_named_and_no_password_with_it(
    postgres: Cluster, url: str, address: Callable[[Cluster, str], str], code: int, words: str
) -> None:
    with pytest.raises(StoreProblem) as problem:
        opened(address(postgres, url))
    assert problem.value.exit_code == code
    assert words in said(problem)
    assert WRONG not in said(problem)
    assert PASSWORD not in said(problem)


def test_a_refused_database_is_left_as_it_was(postgres: Cluster, url: str) -> None:
    newer(postgres, url)
    with pytest.raises(StoreProblem):
        opened(url)
    assert postgres.run(name_of(url), "SELECT version_num FROM psdm_revision") == [("9999",)]


def test_without_the_driver_it_is_said_how_to_get_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreProblem) as problem:
        opened(url)
    assert "pip install 'psdm-cli[postgres]'" in said(problem)
    assert PASSWORD not in said(problem)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://pat:p/w@rd@host/psdm",
        "postgresql+psycopg://pat:p:w@rd@host:5432/psdm",
        "postgresql://host/psdm?user=pat&password=p/w@rd",
    ],
)
def test_a_password_of_any_letters_is_masked(text: str) -> None:
    assert "w@rd" not in mask(f"store.url: {text}, they say") and "rd" not in mask(text).replace("word", "")


# beside others


def test_other_programs_tables_are_left_alone(postgres: Cluster, url: str) -> None:
    postgres.run(name_of(url), "CREATE TABLE recipes (x int)")
    postgres.run(name_of(url), "INSERT INTO recipes SELECT generate_series(1, 50000)")
    with opened(url) as store:
        store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
        size = store.size()
    assert size is not None and 0 < size < 1_000_000, "of psdm's own tables"
    assert postgres.run(name_of(url), "SELECT count(*) FROM recipes") == [(50000,)]


@pytest.mark.parametrize("start", revisions.REVISIONS)
def test_every_old_database_becomes_a_new_one(postgres: Cluster, url: str, start: str) -> None:
    engine = server.engine_of(server.address_of(url))
    with engine.connect() as plain:
        connection = plain.execution_options(**{dialect.WRITE: True})
        with connection.begin():
            revisions.migrate(connection, start)
    opened(url).close()
    fresh = postgres.fresh()
    opened(fresh).close()
    assert columns(postgres, url) == columns(postgres, fresh)
    with engine.connect() as connection:
        options = {"version_table": tables.revision.name, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata) == []
    engine.dispose()


def columns(postgres: Cluster, url: str) -> list[tuple[object, ...]]:
    """Columns with their types, and indexes and constraints by name; Alembic names the key of its table its own way."""
    found = postgres.run(
        name_of(url),
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2",
    )
    found += postgres.run(name_of(url), "SELECT tablename, indexname, indexdef FROM pg_indexes ORDER BY 1, 2, 3")
    found += postgres.run(
        name_of(url),
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    )
    return [row for row in found if row[0] != tables.revision.name]


# many at once


def at_once(stores: list[Store], work: Callable[[Store, int], object]) -> list[object]:
    """Everybody at the same moment, each with a connection of their own."""
    ready = threading.Barrier(len(stores))

    def one(number: int) -> object:
        ready.wait(30)
        return work(stores[number], number)

    with ThreadPoolExecutor(len(stores)) as threads:
        return list(threads.map(one, range(len(stores))))


def test_of_many_decisions_about_a_finding_the_first_stands(url: str) -> None:
    stores = [opened(url) for _ in range(4)]
    for round_ in range(5):
        week = f"2026-W{round_ + 10}"

        def decide(store: Store, number: int, week: str = week) -> Decision | None:
            decision = Decision("FP-01:3001", Verdict.WAIVED, f"{number}", "Pat", NOW, {})
            return store.decisions(week, "leads:1").decide(decision, after=0)

        answers = at_once(stores, decide)
        kept = stores[0].decisions(week, "leads:1").latest()["FP-01:3001"]
        assert sorted(answer is None for answer in answers) == [False, False, False, True]
        assert [answer for answer in answers if answer is not None] == [kept] * 3
    for store in stores:
        store.close()


def test_many_make_the_tables_at_once(url: str) -> None:
    ready = threading.Barrier(4)

    def make(_: int) -> str:
        ready.wait(30)
        with opened(url) as store:
            return store.check().revision

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(make, range(4))) == [revisions.HEAD] * 4


def test_what_is_read_is_of_one_moment(url: str) -> None:
    with opened(url) as one, opened(url) as other:
        other.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
        count = sqlalchemy.select(sqlalchemy.func.count()).select_from(tables.facts)
        with one.read() as connection:
            before = connection.execute(count).scalar_one()
            other.facts.put("41", "kickoff", "2026-11-02", who="Pat", at=NOW)
            assert connection.execute(count).scalar_one() == before == 1
        with one.read() as connection:
            assert connection.execute(count).scalar_one() == 2


def test_reading_cannot_write(url: str) -> None:
    with opened(url) as store, pytest.raises(StoreProblem, match="read-only"), store.read() as connection:
        connection.execute(tables.facts.delete())


def test_a_writer_is_waited_for_and_then_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BUSY_SECONDS", 0.05)
    with opened(url) as one, opened(url) as other, one.write():
        with pytest.raises(StoreProblem, match="in use by another program"):
            other.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
        assert other.facts.of(["40"]) == {}, "reading goes on"


def test_a_server_that_goes_away_is_said_and_nothing_is_lost(postgres: Cluster, url: str) -> None:
    with opened(url) as store:
        store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), "one", "Pat", NOW)
        lock = store.lock("sync")
        assert lock.take()
        postgres.stop()
        try:
            with pytest.raises(StoreProblem, match="cannot be reached") as problem:
                store.snapshots.list()
            assert problem.value.exit_code == 75
            assert store.check().problems
            lock.release()
        finally:
            postgres.start()
        assert [head.revision for head in store.snapshots.list()] == [1], "the same store goes on"
        assert store.lock("sync").take(), "its lock ended with it"


def test_a_transaction_that_is_cut_leaves_nothing(postgres: Cluster, url: str) -> None:
    with opened(url) as store:
        with pytest.raises(StoreProblem) as problem, store.write() as connection:
            connection.execute(tables.facts.insert().values(site="here", engagement_id="40", **FACT))
            mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            postgres.run("postgres", f"SELECT pg_terminate_backend({mine}, 10000)")
            connection.execute(tables.facts.insert().values(site="here", engagement_id="41", **FACT))
        assert problem.value.exit_code == 75
        assert store.facts.of(["40", "41"]) == {}


FACT = {"name": "kickoff", "value": "2026-11-02", "who": "Pat", "stored_at": "2026-11-23T14:00:00.000000+00:00"}
