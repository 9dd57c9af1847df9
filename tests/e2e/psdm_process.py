"""psdm as a process of its own, in a pipe or at a terminal: a clean environment, a home, its three streams."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pexpect
from ptyprocess import PtyProcess
from tests.warm_start import COMMAND, Process, born_at_terminal, may_be_warm, start

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)  # a Monday, in fiscal quarter FY27-Q4
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "COVERAGE_PROCESS_START")
DEADLINE = 120.0  # seconds until a hanging process is ended, so that a test can fail instead of hang


def real_now() -> str:
    """The instant that a change made now carries in Kantata: the real one, whatever day psdm is told."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished process left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """stdout as exactly one JSON document; anything beside it fails here."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def result(self) -> dict[str, Any]:
        """The document's result."""
        found: dict[str, Any] = self.document["result"]
        return found

    @property
    def figures(self) -> dict[str, Any]:
        """The result without the instant it was read at: the same from run to run while Kantata does not change."""
        return {name: value for name, value in self.result.items() if name != "synced_at"}

    @property
    def error(self) -> dict[str, Any]:
        """The error of an error document."""
        found: dict[str, Any] = self.document["error"]
        return found


@dataclass(frozen=True, slots=True)
class Psdm:
    """Runs psdm with one home and one environment; `with_` gives the same with other variables (None takes one out).

    `within` is a command that runs another one, such as a limit of resources; `cold` starts the installed command anew.
    """

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    cold: bool = False

    def __call__(self, *arguments: str, stdin: str = "", **variables: str | None) -> Outcome:
        """Run a command to its end."""
        process = self.with_(**variables).start(*arguments)
        try:
            out, err = process.communicate(stdin, timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"psdm {' '.join(arguments)} did not end\n{out}\n{err}") from None
        return Outcome(process.returncode, out, err)

    def start(self, *arguments: str) -> Process:
        """Start a command and give its process, forked from a loaded one where that comes to the same."""
        if not self.within:
            return start(arguments, self.environ, self.home, cold=self.cold)
        return subprocess.Popen(
            [*self.within, *COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environ,
            cwd=self.home,
        )

    @property
    def environ(self) -> dict[str, str]:
        """The whole environment of a process: nothing of the machine's but what an interpreter needs."""
        base = {name: os.environ[name] for name in KEPT if name in os.environ}
        base |= {"HOME": str(self.home), "PSDM_HOME": str(self.home / "psdm"), "LANG": "C.UTF-8", "TERM": "xterm"}
        return base | dict(self.variables)

    def with_(self, **variables: str | None) -> Psdm:
        """The same home with these variables added (None: taken out)."""
        merged: dict[str, str | None] = {**self.variables, **variables}
        return replace(self, variables={name: value for name, value in merged.items() if value is not None})

    def at(self, server: KantataSandbox, persona: str = "full") -> Psdm:
        """The same, pointed at a server as one of its personas: the address and the token are all it is told."""
        return self.with_(PSDM_KANTATA_URL=server.kantata_url, PSDM_KANTATA_TOKEN=server.tokens[persona])


class Terminal(pexpect.spawn):
    """`pexpect.spawn` of psdm (or of anything else), forked from a loaded psdm where that comes to the same."""

    def _spawnpty(self, args: list[bytes], **more: Any) -> PtyProcess:
        self.delaybeforesend = None  # who asks is ready for the answer: no need to wait 50 ms before each
        words = [os.fsdecode(word) for word in args]
        given = len(COMMAND)
        if tuple(words[:given]) != COMMAND or more.get("preexec_fn") or not may_be_warm(more["env"]):
            return super()._spawnpty(args, **more)
        rows, columns = more.get("dimensions") or (24, 80)
        process = PtyProcess(*born_at_terminal(words[given:], more["env"], rows, columns, more.get("cwd")))
        process.delayafterclose = 0  # at its end there is nothing to wait for
        return process

    def interrupt(self) -> None:
        """Ctrl-C, and what comes until the end, in `before`.

        It is pressed again where nothing happens, as a person does: an interpreter that has just looked for signals
        and is about to wait for an answer sleeps through the first one.
        """
        for _ in range(int(DEADLINE)):
            self.sendintr()
            if self.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
                return
        raise AssertionError(f"psdm does not heed Ctrl-C\n{self.before}")
