"""Keeps the account between runs: one SQLite file, changed rows written after each write, other processes' followed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from psdm_cli.sandbox.account import Account

STATE_FILE = "kantata.sqlite3"


class Keeper:
    """Holds the account, read from the state file or made on first use.

    `turn()` brackets one request: changes of another process are taken in before, own changes written after, both in
    one transaction when writing. Without a folder everything stays in memory. `file_name` is the state file's.
    """

    def __init__(self, folder: Path | None, make: Callable[[], Account], file_name: str = STATE_FILE) -> None:
        self._folder = folder
        self._file_name = file_name
        self._make = make
        self._account: Account | None = None
        self._lock = threading.RLock()
        self._file: _StateFile | None = None
        self._closed = False

    @property
    def account(self) -> Account:
        """The account, loaded or generated when first asked for."""
        with self._lock:
            if self._account is None:
                self._account = self._load()
            return self._account

    def _load(self) -> Account:
        if self._folder is None:
            return self._make()
        self._file = _StateFile(self._folder, self._file_name)
        account = self._file.read()
        if account is None:
            account = self._make()
            account.unsaved.clear()
            account = self._file.create(account)
        return account

    @contextmanager
    def turn(self, writing: bool) -> Iterator[None]:
        """One request's turn at the account."""
        with self._lock:
            account = self.account
            file = self._file
            if file is None:
                yield
                account.unsaved.clear()
                return
            file.begin(account, writing or bool(account.unsaved))
            try:
                yield
            finally:
                file.end(account)

    def close(self) -> None:
        """Closes the state file, what was changed by hand written first; the rows stay readable."""
        with self._lock:
            if self._file is not None and self._account is not None:
                if self._account.unsaved:
                    self._file.begin(self._account, True)
                    self._file.end(self._account)
                self._file.close()
            self._file = None
            self._closed = True

    def reopen(self) -> bool:
        """After `close`, lets the next use read the state file again; says whether the account has to be asked anew."""
        with self._lock:
            if not self._closed or self._folder is None:
                return False
            self._closed = False
            self._account = None
            return True


def day_of(folder: Path | None, otherwise: date) -> date:
    """The day that an account kept in the folder was placed around, so that another one fits it; else `otherwise`."""
    import sqlite3
    from contextlib import closing

    for path in sorted(folder.glob("*.sqlite3")) if folder is not None else []:
        try:
            with closing(sqlite3.connect(path, timeout=10)) as db:
                row = db.execute("SELECT body FROM facts WHERE name = 'as_of'").fetchone()
        except sqlite3.Error:
            continue
        if row is not None:
            return date.fromisoformat(json.loads(row[0]))
    return otherwise


class _StateFile:
    """The rows in SQLite: (collection, id, version, body); a removed row keeps its version with a null body."""

    def __init__(self, folder: Path, name: str) -> None:
        import sqlite3

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS rows (collection TEXT, id TEXT, version INTEGER, body TEXT, "
            "PRIMARY KEY (collection, id)) WITHOUT ROWID"
        )
        self._db.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, body TEXT)")
        self._version = 0
        self._seen = -1

    def read(self) -> Account | None:
        """The stored account, or None in a new file."""
        facts = self._facts()
        if not facts:
            return None
        account = Account(facts)
        query = "SELECT collection, id, version, body FROM rows ORDER BY collection, CAST(id AS INTEGER)"
        for collection, id_, version, body in self._db.execute(query):
            self._version = max(self._version, version)
            if body is not None:
                account.table(collection)[id_] = json.loads(body)
        return account

    def _facts(self) -> dict[str, object]:
        return {name: json.loads(body) for name, body in self._db.execute("SELECT name, body FROM facts")}

    def create(self, account: Account) -> Account:
        """Stores a new account, unless another process was faster: then that one is used."""
        self._db.execute("BEGIN IMMEDIATE")
        stored = self.read()
        if stored is None:
            rows = (
                (name, id_, 0, json.dumps(row, ensure_ascii=False))
                for name, table in account.tables.items()
                for id_, row in table.items()
            )
            self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
            self._write_facts(account)
        self._db.execute("COMMIT")
        return stored or account

    def begin(self, account: Account, writing: bool) -> None:
        """Takes in what other processes changed; with `writing` keeps them out until `end`."""
        if writing:
            self._db.execute("BEGIN IMMEDIATE")
        (seen,) = self._db.execute("PRAGMA data_version").fetchone()
        if seen != self._seen:
            self._seen = seen
            self._follow(account)

    def _follow(self, account: Account) -> None:
        query = "SELECT collection, id, version, body FROM rows WHERE version > ?"
        own = dict(account.unsaved)
        for collection, id_, version, body in self._db.execute(query, (self._version,)).fetchall():
            self._version = max(self._version, version)
            if body is not None:
                account.put(collection, json.loads(body))
            elif account.get(collection, id_) is not None:
                account.remove(collection, id_)
        account.facts.update(self._facts())
        account.unsaved = own

    def end(self, account: Account) -> None:
        """Writes the rows changed in this turn and lets others in."""
        if not self._db.in_transaction:
            return
        if account.unsaved:
            self._version += 1
            for name, id_ in account.unsaved:
                row = account.get(name, id_)
                body = None if row is None else json.dumps(row, ensure_ascii=False)
                self._db.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", (name, id_, self._version, body))
            self._write_facts(account)
            account.unsaved.clear()
        self._db.execute("COMMIT")

    def _write_facts(self, account: Account) -> None:
        facts = [(name, json.dumps(value)) for name, value in account.facts.items()]
        self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
