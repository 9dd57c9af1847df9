"""psdm without the wait for its imports: processes forked from one that has loaded everything and has run nothing.

Each is a process of its own all the same: a child of the tests' process with its own memory, streams, folder,
environment, signals and exit code. Only what loading does is not seen: `e2e/test_cold_starts.py` starts every command
from nothing, and `PSDM_TEST_COLD=1` starts all of them so. Linux only; elsewhere every start is cold.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import pty
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

SCRIPT = Path(sys.executable).with_name("psdm")
COMMAND = (str(SCRIPT),) if SCRIPT.exists() else (sys.executable, "-m", "psdm_cli")
Process = subprocess.Popen[str]
LONGEST = 100_000  # bytes of a request, well below what a packet may hold
ADOPT = 36  # PR_SET_CHILD_SUBREAPER: the orphans of the nursery become children of the tests' process
#: an interpreter reads variables that begin so before any code of ours runs: who sets one needs a cold start
BEFOREHAND = ("LANG", "LC_", "PYTHON", "LD_", "COVERAGE_", "MALLOC_", "OPENSSL_", "GCONV_")
#: but these: taken on in the forked process, or read by no interpreter
TAKEN_ON = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHON_KEYRING_BACKEND")
#: and these, when they are as the nursery has them
SAME = {"LANG": "C.UTF-8"} | {
    name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LD_PRELOAD") if name in os.environ
}
#: what commands load when they need it. Not keyring: it looks at its variable while it is loaded
LATER = (
    "alembic.command",
    "alembic.runtime.migration",
    "jinja2",
    "requests",
    "rich.columns",
    "rich.console",
    "rich.live",
    "rich.padding",
    "rich.progress",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
    "starlette.applications",
    "starlette.responses",
    "starlette.routing",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
    "yaml",
)


# the side of the tests


def start(arguments: Sequence[str], environ: Mapping[str, str], folder: Path, *, cold: bool = False) -> Process:
    """Start psdm in three pipes, forked from a loaded one where that comes to the same and nobody wants it `cold`."""
    warm = not cold and may_be_warm(environ)
    return (WarmProcess if warm else subprocess.Popen)(
        [*arguments] if warm else [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environ,
        cwd=folder,
    )


def may_be_warm(environ: Mapping[str, str]) -> bool:
    """Whether a process with this whole environment would be the same if it were forked from a loaded one."""
    if not sys.platform.startswith("linux") or os.environ.get("PSDM_TEST_COLD"):
        return False
    decided_before = {name: value for name, value in environ.items() if name.startswith(BEFOREHAND)}
    return all(name in TAKEN_ON or SAME.get(name) == value for name, value in decided_before.items())


class WarmProcess(Process):
    """`subprocess.Popen` of psdm with the given arguments alone, but for where the process comes from."""

    def _execute_child(  # type: ignore[override]
        self,
        args: Sequence[str],
        executable: object,
        preexec_fn: object,
        close_fds: object,
        pass_fds: object,
        cwd: Any,
        env: Mapping[str, str],
        startupinfo: object,
        creationflags: object,
        shell: object,
        stdin: int,
        _to_stdin: int,
        _from_stdout: int,
        stdout: int,
        _from_stderr: int,
        stderr: int,
        *_rest: object,
    ) -> None:
        try:
            self.pid = nursery().born(args, env, cwd, (stdin, stdout, stderr))
            self._child_created = True
        finally:
            for theirs in {stdin, stdout, stderr}:
                os.close(theirs)


def born_at_terminal(
    arguments: Sequence[str], environ: Mapping[str, str], rows: int, columns: int, folder: str | None
) -> tuple[int, int]:
    """Start psdm as the leader of a session at a new terminal; gives its process id and our end of the terminal."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, array.array("H", [rows, columns, 0, 0]))
    try:
        return nursery().born(arguments, environ, folder or Path.cwd(), (its, its, its), terminal=True), ours
    finally:
        os.close(its)


class Nursery:
    """The process that the others are forked from. It ends when the tests' process does."""

    def __init__(self) -> None:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        if prctl(ADOPT, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the tests' process cannot adopt what the nursery forks")
        self._connection, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(its.fileno())],
            stdin=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), **SAME},
            pass_fds=[its.fileno()],
        )
        its.close()
        self._turn = threading.Lock()

    def born(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        folder: str | Path,
        streams: tuple[int, int, int],
        terminal: bool = False,
    ) -> int:
        """Start psdm with these arguments; gives the process id of a new child of this process."""
        wish = {"argv": [*arguments], "environ": {**environ}, "folder": str(folder), "terminal": terminal}
        packet = json.dumps(wish).encode()
        if len(packet) > LONGEST:
            raise OSError(f"{len(packet)} bytes of arguments and environment are too many for a warm start")
        with self._turn:
            socket.send_fds(self._connection, [packet], streams)
            return int(self._connection.recv(64))


@cache
def nursery() -> Nursery:
    """The one of this process, started when first asked for."""
    return Nursery()


# the side of the nursery


def load() -> None:
    """Import all that psdm may import."""
    import psdm_cli

    for found in pkgutil.walk_packages(psdm_cli.__path__, "psdm_cli."):
        if found.name == "psdm_cli.__main__" or ".migrations" in found.name:
            continue  # they run while they are imported
        with contextlib.suppress(Exception):  # the command that needs it says what is wrong with it
            importlib.import_module(found.name)
    for name in LATER:
        importlib.import_module(name)
    assert "keyring" not in sys.modules


def tend(connection: socket.socket) -> None:
    """Fork for every request until nobody asks any more. Returns only in the forked processes."""
    while True:
        packet, streams, _, _ = socket.recv_fds(connection, LONGEST, 3)
        if not packet:
            os._exit(0)
        heard, said = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child == 0:
                for fd in (heard, said):
                    os.close(fd)
                connection.close()
                return become(json.loads(packet), streams)
            os.write(said, b"%d" % child)
            os._exit(0)
        os.waitpid(between, 0)  # from now on the child is the tests' process's
        connection.send(os.read(heard, 64))
        for fd in (heard, said, *streams):
            os.close(fd)


def become(wish: dict[str, Any], streams: list[int]) -> None:
    """Take on what a process is given when it starts."""
    if wish["terminal"]:
        os.setsid()
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
    for fd in set(streams):
        os.close(fd)
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environ"])
    time.tzset()
    sys.argv[:] = [str(SCRIPT), *wish["argv"]]
    sys.path[0] = str(SCRIPT.parent)
    sys.path[1:1] = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.stdin = sys.__stdin__ = stream(0, sys.stdin)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = stream(1, sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = stream(2, sys.stderr)  # type: ignore[misc]


def stream(fd: int, like: Any) -> io.TextIOWrapper:
    """A standard stream, made as the interpreter makes it."""
    raw = io.FileIO(fd, "r" if fd == 0 else "w", closefd=False)
    if fd == 0:
        return io.TextIOWrapper(io.BufferedReader(raw), like.encoding, like.errors, line_buffering=raw.isatty())
    if os.environ.get("PYTHONUNBUFFERED"):
        return io.TextIOWrapper(raw, like.encoding, like.errors, write_through=True)  # type: ignore[arg-type]
    by_line = fd == 2 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), like.encoding, like.errors, line_buffering=by_line)


def be_psdm() -> NoReturn:
    """Run psdm and end as the interpreter would, without taking every module apart, a third of a short run."""
    from psdm_cli.entry import main as psdm

    try:
        psdm()
        code: object = 0
    except SystemExit as end:
        code = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()  # where it cannot be written, the interpreter takes over: it complains, and exits with 120
    sys.stderr.flush()
    if code is not None and not isinstance(code, int):
        sys.exit(str(code))
    os._exit((code or 0) & 0xFF)


def main() -> NoReturn:
    """Load, wait, and be psdm in each forked process."""
    load()
    gc.collect()
    gc.freeze()
    tend(socket.socket(fileno=int(sys.argv[1])))
    be_psdm()


if __name__ == "__main__":
    main()
