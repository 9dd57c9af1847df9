"""A store on PostgreSQL: its address, its engine, its size, and what a refusal of the server means to a person."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from psdm_cli.errors import StoreNotAllowed, StoreProblem, StoreUnavailable
from psdm_cli.store import problems, tables

CONNECT_SECONDS = 10
BUSY_SECONDS = 10.0
DRIVER = "postgresql+psycopg"
_WRITERS = 707365  # the advisory lock that stands for SQLite's BEGIN IMMEDIATE: one writer at a time
_SCHEMA = 707364  # the advisory lock of making and migrating tables
_KEPT = "What was stored before is unharmed."
_COMING = ("starting up", "shutting down", "recovery", "too many", "remaining connection slots", "terminating")


def address_of(url: str) -> URL:
    """The address with the driver that psdm stands on, whatever it says. Raises `ArgumentError`."""
    try:
        address = make_url(url)
    except ValueError as error:  # a port that is no number, half an IPv6 address
        raise ArgumentError(str(error)) from None
    if address.get_backend_name() != "postgresql":
        raise ArgumentError(f"{address.get_backend_name()} is not PostgreSQL")
    return address.set(drivername=DRIVER)


def place_of(address: URL) -> str:
    """The address as people may see it: no password, and no options, which may hold one."""
    bare = URL.create("postgresql", address.username, None, address.host, address.port, address.database)
    return bare.render_as_string()


def engine_of(address: URL) -> Engine:
    """An engine whose transactions say what they are. Raises `ImportError` without the driver."""
    usual = {"connect_timeout": CONNECT_SECONDS, "application_name": "psdm"}
    arguments = {name: value for name, value in usual.items() if name not in address.query}
    engine = create_engine(address, pool_pre_ping=True, connect_args=arguments)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        from psdm_cli.store.dialect import PASSING, WRITE

        options = connection.get_execution_options()
        if not options.get(WRITE, False):  # everything that is read is of one moment
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return
        if options.get(PASSING, False):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}")
        # A look that leads to a write must not be overtaken; with the lock first, two writers cannot block each other.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    return engine


def lock_schema(connection: Connection) -> None:
    """Only one process at a time makes or migrates the tables, also beside an older psdm."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA})")


def size_of(connection: Connection) -> int:
    """Bytes of psdm's own tables with their indexes; a database may hold other programs' tables beside them."""
    names = sorted({*tables.metadata.tables, tables.revision.name})
    of_one = "pg_total_relation_size(to_regclass(quote_ident(n)))"
    wanted = text(f"SELECT coalesce(sum({of_one}), 0) FROM unnest(CAST(:names AS text[])) n")  # noqa: S608 - no value
    return int(connection.execute(wanted, {"names": names}).scalar_one())


def without_driver(place: str) -> StoreProblem:
    """psycopg is not installed."""
    return StoreProblem(
        f"The database {place} needs the driver psycopg, which is not installed.",
        hint="Install it with: pip install 'psdm-cli[postgres]'",
    )


def wrong_address(said: str) -> StoreProblem:
    """The address cannot be read, or is of another kind of database."""
    return StoreProblem(
        f"store.url is no address of a database that psdm knows: {said}.",
        hint="Expected postgresql://name@host/database or sqlite:////path/to/file.db.",
    )


def translated(error: BaseException, place: str) -> StoreProblem:
    """The sentence for an error of the server, its driver, or the way to it.

    The server is down or lets nobody in for now: `StoreUnavailable`. It does not know this name or password, or this
    name may not do it: `StoreNotAllowed`. All else is a `StoreProblem`.
    """
    if isinstance(error, ImportError):
        return without_driver(place)
    if isinstance(error, DBAPIError):
        said = " ".join(str(error.orig).split())
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if not state and error.statement is None:  # on the way in
            return _not_connected(said, place)
        if error.connection_invalidated or state.startswith(("08", "57P")):
            return _unavailable(place, said)
        return _by_state(state, place, said) or problems.translated(error, place)
    if isinstance(error, SQLAlchemyError):
        return problems.translated(error, place)
    return _unavailable(place, " ".join(str(error).split()))


def _not_connected(said: str, place: str) -> StoreProblem:
    """What the server answers before anybody is let in carries no code, and may be in the server's language."""
    low = said.lower()
    if "database" in low and "does not exist" in low:
        return StoreProblem(
            f"The server has no such database: {place}.",
            hint="Have it made (createdb), or correct store.url or PSDM_DATABASE_URL.",
        )
    if "FATAL" in said and not any(word in low for word in _COMING):
        return StoreNotAllowed(
            f"The database {place} does not let psdm in: {said}.",
            hint="Check the name and the password: PSDM_DATABASE_URL, or ~/.pgpass.",
        )
    return _unavailable(place, said)


def _by_state(state: str, place: str, said: str) -> StoreProblem | None:
    """What PostgreSQL's code of an error means, for those that people can do something about."""
    if state == "42501":
        return StoreNotAllowed(
            f"The database {place} refuses: {said}.",
            hint="psdm makes and writes its own tables; the database's administrator grants that (GRANT CREATE, USAGE "
            "ON SCHEMA …).",
        )
    if state in ("55P03", "57014"):
        return problems.busy(place)
    if state in ("53100", "53200"):
        return problems.full(place)
    if state in ("XX001", "XX002"):
        return damaged(place, said)
    if state == "25006":
        return StoreProblem(
            f"The database {place} takes no writes: {said}.", hint="It may be a copy that is only read."
        )
    return None


def damaged(place: str, said: str) -> StoreProblem:
    """The server holds psdm's tables, but broken."""
    return StoreProblem(
        f"The database {place} is damaged: {said}.",
        hint="Nothing in it was changed. Have it restored from a backup: psdm sync reads the mirror anew, but frozen "
        "forecasts and answers live only there.",
    )


def _unavailable(place: str, said: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The database {place} cannot be reached: {said.rstrip('.?')}.",
        hint=f"{_KEPT} Run the command again when the server is there.",
    )
