"""The open store: transactions, and the rooms that stand on them (mirror, facts, snapshots, checklists, check)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock as Mutex
from types import TracebackType
from typing import TYPE_CHECKING, Self

from psdm_cli.errors import StoreProblem
from psdm_cli.store import problems, revisions
from psdm_cli.store.files import FileLooks
from psdm_cli.store.mirror import Mirror, accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import SQLAlchemyError

    from psdm_cli.store.checklists import ChecklistRuns
    from psdm_cli.store.decisions import Decisions
    from psdm_cli.store.facts import Facts
    from psdm_cli.store.imports import Imports
    from psdm_cli.store.journal import StoredJournal
    from psdm_cli.store.locks import Lock
    from psdm_cli.store.questions import Look
    from psdm_cli.store.snapshots import Snapshots
    from psdm_cli.store.states import Check
    from psdm_cli.store.top_customer import TopCustomers
    from psdm_cli.store.upside import Upside
    from psdm_cli.store.waivers import Waivers


class Store:
    """An open database of the newest revision. Made by `open_store`. Each room is imported by those who enter it.

    Plain questions (`look`) go to a SQLite file through the standard library; SQLAlchemy is imported, and its engine
    made, by the first `read` or `write`.
    """

    def __init__(
        self,
        engine: Engine | None,
        place: str,
        *,
        file: Path | None,
        site: str,
        looks: FileLooks | None = None,
        read_only: bool = False,
    ) -> None:
        self._made = engine
        self._making = Mutex()
        self._file = file
        self._looks = looks
        self._read_only = read_only
        self.place = place
        self.site = site

    @classmethod
    def in_file(cls, file: Path, *, read_only: bool, site: str) -> Store:
        """The store in a SQLite file, brought up to date."""
        looks = FileLooks(file)
        if looks.revision() == revisions.HEAD:
            return cls(None, str(file), file=file, site=site, looks=looks, read_only=read_only)
        return cls._by_engine(file, read_only=read_only, site=site)

    @classmethod
    def _by_engine(cls, file: Path, *, read_only: bool, site: str) -> Store:
        """A file that is not simply current: older, empty, damaged, on a read-only medium, somebody else's."""
        from sqlalchemy.exc import SQLAlchemyError

        from psdm_cli.store import dialect

        if read_only:
            store = cls(dialect.sqlite_engine(file, read_only=True), str(file), file=file, site=site)
            try:
                if store._is_current():
                    return store
            except StoreProblem as problem:
                # On a read-only medium SQLite cannot make its shared-memory file; nobody can be writing there either.
                if isinstance(problem.__cause__, SQLAlchemyError) and _cannot_open(problem.__cause__):
                    store.close()
                    store = cls(
                        dialect.sqlite_engine(file, read_only=True, immutable=True), str(file), file=file, site=site
                    )
                    if store._is_current():
                        return store
                store.close()
                raise
            store.close()
        store = cls(dialect.sqlite_engine(file), str(file), file=file, site=site, looks=FileLooks(file))
        store._bring_up_to_date()
        return store

    @classmethod
    def on_server(cls, url: str, *, site: str) -> Store:
        """The store in a shared database."""
        from sqlalchemy.exc import ArgumentError, SQLAlchemyError

        from psdm_cli.store import server

        try:
            address = server.address_of(url)
        except ArgumentError as error:
            raise server.wrong_address(str(error)) from error
        place = server.place_of(address)
        try:
            engine = server.engine_of(address)
        except (SQLAlchemyError, ImportError) as error:
            raise server.translated(error, place) from error
        store = cls(engine, place, file=None, site=site)
        store._bring_up_to_date()
        return store

    @property
    def _engine(self) -> Engine:
        with self._making:
            if self._made is None:
                if self._file is None:
                    raise ValueError("a store on a server is made with its engine")
                from psdm_cli.store import dialect

                self._made = dialect.sqlite_engine(self._file, read_only=self._read_only)
            return self._made

    def _is_current(self) -> bool:
        with self.read() as connection:
            return revisions.stored_revision(connection, self.place) == revisions.HEAD

    def _bring_up_to_date(self) -> None:
        try:
            if not self._is_current():
                with self.write() as connection:
                    revisions.prepare(connection, self.place)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def look(self) -> Iterator[Look]:
        """A consistent view for plain questions: everything asked in the block is of one moment."""
        if self._looks is not None:
            with self._looks.look() as look:
                yield look
            return
        from psdm_cli.store.dialect import EngineLook

        with self.read() as connection:
            yield EngineLook(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view: everything read in the block is of one moment."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, passing: bool = False) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start: all of it happens, or nothing.

        `passing` is for what can be had again: it survives the process, perhaps not the machine, and is quicker.
        """
        from psdm_cli.store import dialect

        with self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(**{dialect.WRITE: True, dialect.PASSING: passing})
            with connection.begin():
                yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise self._problem(error) from error

    def _problem(self, error: BaseException) -> StoreProblem:
        if self._file is not None:
            return problems.translated(error, self.place)
        from psdm_cli.store import server

        return server.translated(error, self.place)

    def mirror(self, account: str) -> Mirror:
        """The copy of Kantata as `account` (base URL and user id) sees it; others' are never mixed in."""
        return Mirror(self, account)

    def accounts(self) -> list[str]:
        """The accounts that have been mirrored, the one refreshed last first."""
        return accounts(self)

    @property
    def facts(self) -> Facts:
        """Dates and words about engagements that live in no system."""
        from psdm_cli.store.facts import Facts

        return Facts(self)

    @property
    def snapshots(self) -> Snapshots:
        """The frozen forecasts."""
        from psdm_cli.store.snapshots import Snapshots

        return Snapshots(self)

    @property
    def checklists(self) -> ChecklistRuns:
        """The runs of checklists and their answers."""
        from psdm_cli.store.checklists import ChecklistRuns

        return ChecklistRuns(self)

    @property
    def waivers(self) -> Waivers:
        """The findings that somebody answers for."""
        from psdm_cli.store.waivers import Waivers

        return Waivers(self)

    @property
    def upside(self) -> Upside:
        """The ledger of what could land beyond the hard forecast."""
        from psdm_cli.store.upside import Upside

        return Upside(self)

    @property
    def top_customers(self) -> TopCustomers:
        """The Top Customer report's lists and notes, and the reasons of pushes."""
        from psdm_cli.store.top_customer import TopCustomers

        return TopCustomers(self)

    @property
    def imports(self) -> Imports:
        """The report exports that were imported."""
        from psdm_cli.store.imports import Imports

        return Imports(self)

    def decisions(self, week: str, scope: str) -> Decisions:
        """What was decided about findings in a week's walk of these leads."""
        from psdm_cli.store.decisions import Decisions

        return Decisions(self, week, scope)

    @property
    def journal(self) -> StoredJournal:
        """What was written to outside systems, run by run."""
        from psdm_cli.store.journal import StoredJournal

        return StoredJournal(self)

    def lock(self, purpose: str) -> Lock:
        """What one process at a time may do on this store's site; the lock ends with its process, however that ends."""
        from psdm_cli.store.locks import FileLock, ServerLock

        key = f"{purpose} {self.site}"
        return FileLock(self._file, key) if self._file is not None else ServerLock(self._engine, key, self.place)

    def size(self) -> int | None:
        """Bytes on disk, with the journal; on a server those of psdm's own tables, None where it does not say."""
        if self._file is None:
            from psdm_cli.store import server

            try:
                with self.read() as connection:
                    return server.size_of(connection)
            except StoreProblem:  # what it says of itself is no reason to fail
                return None
        files = (self._file, self._file.with_name(self._file.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def check(self) -> Check:
        """Ask the database whether it is sound."""
        from psdm_cli.store import dialect
        from psdm_cli.store.states import Check

        found: tuple[str, ...]
        try:
            with self.read() as connection:
                found = tuple(dialect.complaints(connection))
        except StoreProblem as problem:
            found = (problem.message,)
        return Check(self.place, revisions.HEAD, found, self.size())

    def close(self) -> None:
        """Let go of the file."""
        if self._looks is not None:
            self._looks.close()
        if self._made is not None:
            self._made.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cannot_open(error: SQLAlchemyError) -> bool:
    said = str(getattr(error, "orig", error)).lower()
    return "unable to open" in said or "readonly" in said
