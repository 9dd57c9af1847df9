"""The installed psdm as a process with a home of its own, and a practice Kantata on loopback for it to talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)  # a Monday
PATIENCE = 120  # seconds after which a process that hangs is a failed test


@dataclass(frozen=True)
class Ran:
    """What one process left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout, which has to be exactly one JSON document."""
        return json.loads(self.out)


@dataclass
class Psdm:
    """Runs psdm: `psdm("portfolio", "--json", expect=0)`. `environ` is the whole environment, and free to change."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        """How the program is started."""
        return [sys.executable, "-m", "psdm_cli"]

    def __call__(self, *arguments: str, expect: int | None = None, more: dict[str, str] | None = None) -> Ran:
        """One run to its end, with `more` environment; `expect` is the exit code it must have."""
        done = subprocess.run(
            [*self.command, *arguments],
            env={**self.environ, **(more or {})},
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.out + ran.err, ran.err
        assert expect is None or ran.code == expect, (ran.code, ran.out[-2000:], ran.err)
        return ran

    def configure(self, text: str) -> None:
        """Write the configuration file."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "config.yaml").write_text(text, encoding="utf-8")

    def point_at(self, url: str, token: str) -> None:
        """Talk to this Kantata from now on."""
        self.environ.update(PSDM_KANTATA_URL=url, PSDM_KANTATA_TOKEN=token)


@pytest.fixture
def psdm(tmp_path: Path) -> Psdm:
    """A psdm without configuration, token or keyring, in an environment that nobody's settings leak into."""
    home = tmp_path / "home"
    kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
    return Psdm(
        home,
        {
            **kept,
            "HOME": str(tmp_path),
            "PSDM_HOME": str(home),
            "PSDM_AS_OF": AS_OF.isoformat(),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONUTF8": "1",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        },
    )


@pytest.fixture
def kantata() -> Iterator[KantataSandbox]:
    """A calm practice Kantata with the seeded portfolio around `AS_OF`, all for this test."""
    with KantataSandbox(as_of=AS_OF) as server:
        yield server


@pytest.fixture
def pm(psdm: Psdm, kantata: KantataSandbox) -> Psdm:
    """psdm as a PM who sees everything runs it, by nothing but the two environment variables."""
    psdm.point_at(kantata.kantata_url, kantata.tokens["full"])
    return psdm


@pytest.fixture
def persona(psdm: Psdm, kantata: KantataSandbox) -> Callable[[str], Psdm]:
    """psdm with the token of a persona of the practice Kantata: `persona("no-money")("forecast-prep")`."""

    def become(name: str) -> Psdm:
        psdm.point_at(kantata.kantata_url, kantata.tokens[name])
        return psdm

    return become
