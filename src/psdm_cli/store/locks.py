"""Locks that end with their process: a lock file beside the SQLite file, an advisory lock on a server."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from psdm_cli.store import problems


class Lock(Protocol):
    """A lock that is asked for without waiting."""

    def take(self) -> bool:
        """Take it; False when another process (or another lock object) holds it. Raises `StoreProblem`."""

    def release(self) -> None:
        """Give it back; safe when it is not held."""


class FileLock:
    """A lock on a small file beside the database; the operating system gives it back when the process dies."""

    def __init__(self, database: Path, key: str) -> None:
        digest = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:12]
        self.path = database.with_name(f"{database.name}-{digest}.lock")
        self._handle: int | None = None

    def take(self) -> bool:
        """Take it; False when it is held."""
        try:
            handle = os.open(self.path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise problems.translated(error, str(self.path)) from error
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Give it back. The file stays: removing it would let two processes hold two files of one name."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


class ServerLock:
    """A PostgreSQL advisory lock, held by a connection of its own."""

    def __init__(self, engine: Engine, key: str, place: str) -> None:
        digest = hashlib.sha256(key.encode("utf-8", "backslashreplace")).digest()
        self._number = int.from_bytes(digest[:8], "big", signed=True)
        self._engine = engine
        self._place = place
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take it; False when it is held."""
        try:
            connection = self._engine.connect()
            held = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({self._number})").scalar()
            connection.commit()
        except SQLAlchemyError as error:
            from psdm_cli.store import server

            raise server.translated(error, self._place) from error
        if not held:
            connection.close()
            return False
        self._connection = connection
        return True

    def release(self) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError):  # a cut connection has given it back already
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({self._number})")
                connection.commit()
            connection.close()


def _posix(handle: int) -> None:
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _windows(handle: int) -> None:
    import msvcrt

    module: Any = msvcrt  # its functions exist on Windows alone
    module.locking(handle, module.LK_NBLCK, 1)


_lock: Callable[[int], None] = _posix if os.name == "posix" else _windows
