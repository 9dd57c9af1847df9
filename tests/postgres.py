"""A private PostgreSQL for the tests: a cluster in a temporary folder, on a free port of the loopback alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

#: gives the address of a database by a name, None for a SQLite file: the fixture `url_of`
UrlOf = Callable[[str], str | None]
BOTH = ("sqlite", "postgresql")
ON_BOTH = pytest.mark.parametrize("url_of", BOTH, indirect=True)
ON_SQLITE = pytest.mark.parametrize("url_of", BOTH[:1], indirect=True)
NAME, PASSWORD = "psdm", "not-shown-4711"
WHY_NOT = "PostgreSQL's server programs (initdb, postgres) are not installed here"
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
TRIES = 3
SECONDS = 60.0
#: what is lost when the machine dies is no matter here
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "shared_buffers=16MB")


def programs() -> Path | None:
    """The folder with the newest server programs, None where there are none."""
    found = [path for place in PLACES for path in Path("/").glob(place.lstrip("/")) if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: [int(part) for part in "".join(_digits(path)).split()])
    beside = shutil.which("initdb")
    return Path(beside).parent if beside and shutil.which("postgres") else None


def _digits(path: Path) -> list[str]:
    return [letter if letter.isdigit() else " " for letter in str(path)]


def _somebody() -> dict[str, Any]:
    """The server refuses to run as root: then as the user made for it, else as nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("neither postgres nor nobody is a user here")


class Cluster:
    """A running server. Texts are sorted the way people do, not by their codes: nobody may lean on the latter."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="psdm-postgres-"))
        self._programs = folder
        self._as = _somebody()
        self._made = 0
        self._server: subprocess.Popen[bytes] | None = None
        self.port = 0
        if self._as:
            os.chown(self.folder, self._as["user"], self._as["group"])
        word = self.folder / "word"
        word.write_text(PASSWORD)
        word.chmod(0o644)
        words = ["-D", str(self.folder / "data"), "-U", NAME, f"--pwfile={word}", "-A", "scram-sha-256"]
        words += ["--no-sync", "-E", "UTF8", "--locale=C"]
        sorted_for_people = ["--locale-provider=icu", "--icu-locale=en-US"]
        if self._run("initdb", [*words, *sorted_for_people]).returncode:
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            self._run("initdb", words).check_returncode()
        self.start()

    def start(self) -> None:
        """Let it run, on the port it had; a new one where that is taken."""
        for _ in range(TRIES):
            self.port = self.port or _free_port()
            settings = (f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *QUICK)
            options = [word for setting in settings for word in ("-c", setting)]
            with (self.folder / "log").open("ab") as log:
                self._server = subprocess.Popen(
                    [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *options],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    **self._as,
                )
            if self._answers():
                return
            self.stop()
            self.port = 0
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, throwing everybody out."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(SECONDS)
            self._server = None

    def end(self) -> None:
        """End it at once and leave nothing behind."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, *, password: str = PASSWORD, name: str = NAME) -> str:
        """The address of a database."""
        return f"postgresql://{name}:{password}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The address of an empty database of its own."""
        self._made += 1
        name = f"psdm_{self._made}"
        self.run("postgres", f"CREATE DATABASE {name} STRATEGY file_copy")
        return self.url(name)

    def schema(self) -> str:
        """The address of an empty schema of its own, which is made sooner than a database and looks like one."""
        self._made += 1
        name = f"psdm_{self._made}"
        self.run("postgres", f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}?options=-csearch_path%3D{name}"

    def run(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement by the driver, beside psdm."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self._programs / program), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self.folder,
            timeout=SECONDS,
            **self._as,
        )

    def _answers(self) -> bool:
        import psycopg

        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self._server is not None and self._server.poll() is None:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False


def urls(request: pytest.FixtureRequest) -> UrlOf:
    """What the fixture `url_of` gives: addresses for its parameter, SQLite without one.

    None stands for the file in the folder that `open_store` is given.
    """
    if getattr(request, "param", BOTH[0]) == BOTH[0]:
        return lambda _name: None
    cluster: Cluster = request.getfixturevalue("postgres")
    made: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in made:
            made[name] = cluster.schema()
        return made[name]

    return url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
