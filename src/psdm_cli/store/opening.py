"""Opening the store: where it lies, who may read it, and a clear word when it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.errors import NotFound

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

FILE = "psdm.db"
_HEADER = b"SQLite format 3\0"


def open_store(url: str | None, folder: Path, *, read_only: bool = False, site: str = "") -> Store:
    """The store at `url`, or the SQLite file in `folder`; use it in a `with` statement.

    `site` keeps facts and snapshots of different Kantatas apart (its base URL). `read_only` creates nothing.
    Raises `StoreProblem` (damaged, newer, locked, full, not writable; the file stays as it is), and `NotFound` when it
    is read only and there is none.
    """
    from psdm_cli.store.database import Store

    if url is not None and not url.startswith("sqlite"):
        return Store.on_server(url, site=site)
    file = folder / FILE if url is None else _file_of(url)
    if read_only:
        _must_exist(file)
    else:
        _make(file)
    _must_be_ours(file)
    return Store.in_file(file, read_only=read_only, site=site)


def _file_of(url: str) -> Path:
    from psdm_cli.store.problems import not_writable

    path = url.partition(":///")[2]
    if not path or path == ":memory:":
        raise not_writable(url, "a file is needed, such as sqlite:////home/me/psdm.db")
    return Path(path)


def _must_exist(file: Path) -> None:
    from psdm_cli.store.problems import translated

    try:
        there = file.exists()
    except OSError as error:
        raise translated(error, str(file)) from error
    if not there:
        raise NotFound(
            f"Nothing has been read from Kantata into {file} yet.",
            hint="Run the command once without --offline, or psdm sync.",
        )


def _make(file: Path) -> None:
    """An empty file that only its owner can read, in a folder that only its owner can enter; SQLite fills it."""
    from psdm_cli.store.problems import translated

    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600))
        if os.name == "posix" and file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError as error:
        raise translated(error, str(file)) from error


def _must_be_ours(file: Path) -> None:
    """SQLite would read a short foreign file as an empty database and write over it."""
    from psdm_cli.store.problems import no_database, translated

    try:
        with file.open("rb") as stream:
            start = stream.read(len(_HEADER))
    except OSError as error:
        raise translated(error, str(file)) from error
    if start and start != _HEADER:
        raise no_database(str(file))
