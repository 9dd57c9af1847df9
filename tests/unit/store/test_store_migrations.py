"""The migrations and the tables say the same, from every revision there ever was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import psdm_cli.store.migrations
from psdm_cli.store import dialect, open_store, revisions, tables


def schema(file: Path) -> dict[str, tuple[object, ...]]:
    """Tables, columns, keys, indexes and references as SQLite sees them, without the spelling of the statements."""
    found: dict[str, tuple[object, ...]] = {}
    with sqlite3.connect(file) as raw:
        names = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for name in names:
            indexes = sorted(
                (index[1] if not index[1].startswith("sqlite_auto") else "", index[2], columns(raw, index[1]))
                for index in raw.execute(f"PRAGMA index_list({name})")
            )
            found[name] = (
                tuple(raw.execute(f"PRAGMA table_info({name})")),
                tuple(indexes),
                tuple(raw.execute(f"PRAGMA foreign_key_list({name})")),
            )
    return found


def columns(raw: sqlite3.Connection, index: str) -> tuple[str, ...]:
    return tuple(row[2] for row in raw.execute(f'PRAGMA index_info("{index}")'))


def migrated(file: Path, target: str) -> None:
    engine = dialect.sqlite_engine(file)
    with engine.connect() as plain:
        connection = plain.execution_options(**{dialect.WRITE: True})
        with connection.begin():
            revisions.migrate(connection, target)
    engine.dispose()


def test_the_known_revisions_are_the_migrations_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(psdm_cli.store.migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == revisions.REVISIONS
    assert scripts.get_heads() == [revisions.HEAD]


@pytest.mark.parametrize("start", revisions.REVISIONS)
def test_every_old_database_becomes_a_new_one(tmp_path: Path, start: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    migrated(old / "psdm.db", start)
    open_store(None, old).close()
    open_store(None, new).close()
    assert schema(old / "psdm.db") == schema(new / "psdm.db")
    assert len(schema(new / "psdm.db")) == len(tables.metadata.tables)


def test_alembic_sees_no_difference_to_the_tables(tmp_path: Path) -> None:
    migrated(tmp_path / "psdm.db", "head")
    engine = dialect.sqlite_engine(tmp_path / "psdm.db")
    with engine.connect() as connection:
        options = {"version_table": tables.revision.name, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata) == []
    engine.dispose()


def test_an_older_database_is_migrated_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the next release will find it: a revision behind the head, with data."""
    open_store(None, tmp_path).close()
    monkeypatch.setattr(revisions, "REVISIONS", (*revisions.REVISIONS, "later"))
    monkeypatch.setattr(revisions, "HEAD", "later")
    asked: list[str] = []
    monkeypatch.setattr(revisions, "migrate", lambda _connection, target: asked.append(target))
    open_store(None, tmp_path).close()
    open_store(None, tmp_path, read_only=True).close()
    assert asked == ["later", "later"]
