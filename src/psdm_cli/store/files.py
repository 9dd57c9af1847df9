"""SQLite files read with the standard library alone: SQLAlchemy takes longer to import than a portfolio to reckon."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from psdm_cli.store import names
from psdm_cli.store.problems import translated
from psdm_cli.store.questions import Question, question

BUSY_SECONDS = 10.0


def address(file: Path) -> str:
    """The file as SQLite's URI, options yet to come."""
    return "file:" + str(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


class FileLook:
    """See `questions.Look`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, asked: Question) -> Sequence[tuple[Any, ...]]:
        """The rows of a question."""
        return self._connection.execute(asked.text, asked.values).fetchall()


class FileLooks:
    """Looks into one file, whose connections are kept for the next look. Never writes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def look(self) -> Iterator[FileLook]:
        """A look. Raises `StoreProblem`."""
        try:
            connection = self._lent()
            try:
                connection.execute("BEGIN")
                yield FileLook(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
        except (sqlite3.Error, OSError) as error:
            raise translated(error, str(self._file)) from error

    def _lent(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{address(self._file)}?mode=ro",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # transactions say what they are
            check_same_thread=False,  # a connection is lent to one look at a time
        )

    def revision(self) -> str | None:
        """The database's revision; None when it cannot be told this way, whatever the reason."""
        try:
            with closing(self._connect()) as connection:
                found = FileLook(connection).rows(question(names.REVISION))
        except sqlite3.Error:
            return None
        return found[0][0] if len(found) == 1 else None

    def close(self) -> None:
        """Let go of the file."""
        while self._idle:
            self._idle.pop().close()
