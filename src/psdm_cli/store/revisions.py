"""Which revision a database has, making a fresh one, and bringing an older one up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.errors import StoreProblem
from psdm_cli.store import problems

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")  # oldest first; a test holds them against the migrations
HEAD = REVISIONS[-1]


def prepare(connection: Connection, place: str) -> None:
    """Within a write transaction: create what is missing, migrate what is older, refuse what is unknown."""
    from psdm_cli.store import tables

    if _is_server(connection):
        from psdm_cli.store import server

        server.lock_schema(connection)
    stored = stored_revision(connection, place)
    if stored is None:
        tables.metadata.create_all(connection, checkfirst=False)
        connection.execute(tables.revision.insert().values(version_num=HEAD))
    elif stored != HEAD:
        migrate(connection, HEAD)


def stored_revision(connection: Connection, place: str) -> str | None:
    """The database's revision, None for an empty one; a database of somebody else or of the future is refused."""
    from sqlalchemy import inspect, select

    from psdm_cli.store import tables

    names = set(inspect(connection).get_table_names())
    if not names:
        return None
    if tables.revision.name not in names:
        if not _is_server(connection):
            raise problems.no_database(place)
        if names.isdisjoint(tables.metadata.tables):
            return None  # a server's database may hold other programs' tables beside ours
        raise _damaged(connection, place)
    stored = connection.execute(select(tables.revision.c.version_num)).scalar_one_or_none()
    if stored is None:
        raise _damaged(connection, place)
    if stored not in REVISIONS:
        raise problems.newer(place, _shown(str(stored)))
    return str(stored)


def _is_server(connection: Connection) -> bool:
    return connection.dialect.name != "sqlite"


def _damaged(connection: Connection, place: str) -> StoreProblem:
    said = "its revision is missing"
    if not _is_server(connection):
        return problems.damaged(place, said)
    from psdm_cli.store import server

    return server.damaged(place, said)


def _shown(text: str) -> str:
    """A foreign word, short and printable."""
    return "".join(letter for letter in text if letter.isprintable())[:40]


def migrate(connection: Connection, target: str) -> None:
    """Run the migrations up to `target` within the connection's transaction. Imports Alembic."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)
