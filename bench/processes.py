"""Whole processes, measured: wall clock, processor time and peak memory as the kernel counts them (wait4)."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
PSDM = str(BIN / "psdm")
FINE = (0, 3)  # 3: something in the portfolio needs attention, which is what it is for


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds by the clock, seconds of processor, peak resident memory in MB."""

    seconds: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Runs:
    """Several runs of the same command."""

    runs: tuple[Measured, ...]

    @property
    def median(self) -> float:
        """Seconds by the clock, the middle run."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def fastest(self) -> float:
        """Seconds by the clock, the fastest run: the one that others on the machine disturbed least."""
        return min(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of processor, the middle run."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak(self) -> float:
        """Peak memory in MB, the largest."""
        return max(run.peak for run in self.runs)


class Failed(Exception):
    """A measured command did not do its work."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare environment with this home, so that nobody's settings or tokens are measured."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"HOME": str(home), "PSDM_HOME": str(home), **more}


def measure(argv: Sequence[str], environ: Mapping[str, str], *, fine: Sequence[int] = FINE) -> Measured:
    """Run a command to its end, its output thrown away. Raises `Failed` on any other exit code."""
    nowhere = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.posix_spawn(
        argv[0],
        list(argv),
        environ,
        file_actions=[*nowhere, (os.POSIX_SPAWN_DUP2, writing, 2), (os.POSIX_SPAWN_CLOSE, reading)],
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code not in fine:
        raise Failed(f"{' '.join(argv[:6])} ended with {code}: {said.decode(errors='replace')[-2000:]}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KB here
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)
