"""An account to measure against: the server's process, what it counted, and psdm's environment for it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.processes import PYTHON, environment

LATENCY = 0.050


@dataclass(frozen=True, slots=True)
class Size:
    """How many projects an account has, and how many of them are mine."""

    projects: int
    mine: int


SMALL, MIDDLE, BIG = Size(15, 5), Size(500, 40), Size(3000, 40)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the server saw since it was told to forget: requests, its processor seconds, answers later than promised."""

    requests: int
    cpu: float
    late: int

    @property
    def cpu_a_page(self) -> float:
        """Processor seconds of the server for one request."""
        return self.cpu / max(1, self.requests)


class Account:
    """A server in a process of its own; the context manager ends it."""

    def __init__(self, size: Size, *, latency: float = LATENCY) -> None:
        self.size = size
        argv = [PYTHON, "-m", "bench.server", "--projects", str(size.projects), "--mine", str(size.mine)]
        self._process = subprocess.Popen(
            [*argv, "--latency-ms", str(latency * 1000)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        said = self._read()
        self.url, self.token, self.rows = str(said["url"]), str(said["token"]), int(said["rows"])
        self._cpu = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the benchmark's server ended by itself")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def forget(self) -> None:
        """Start counting anew."""
        self._cpu = float(self._ask(do="forget")["cpu"])

    def arrived(self) -> Arrived:
        """What arrived since. A request outside the contract, or a write, would make the figures worthless."""
        said = self._ask(do="count")
        if said["violations"] or said["writes"]:
            raise RuntimeError(f"psdm sent what it must not: {said}")
        return Arrived(int(said["requests"]), float(said["cpu"]) - self._cpu, int(said["late"]))

    def pages(self) -> list[str]:
        """Path and query of each request since."""
        found: list[str] = self._ask(do="pages")["pages"]
        return found

    def change(self, share: float) -> int:
        """Change a share of all rows; says how many rows that were."""
        return int(self._ask(do="change", share=share)["rows"])

    def environment(self, home: Path) -> dict[str, str]:
        """psdm's environment: this account, that home."""
        return environment(home, PSDM_KANTATA_URL=self.url, PSDM_KANTATA_TOKEN=self.token)
