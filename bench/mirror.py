"""The mirror: cold sync beside its lower bound and a plain loop, incremental sync, warm forecast preparation."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.account import LATENCY, Account, Arrived, Size
from bench.processes import PSDM, PYTHON, Measured, Runs, measure

PARALLEL = 4  # psdm's default, `kantata.parallel_requests`
SHARE = 0.01
COLD = (PSDM, "sync", "--all-projects", "--quiet")
PREPARE = (PSDM, "forecast-prep", "--no-input", "--json")


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured of one account. `loop` is None where it was left out."""

    size: Size
    rows: int
    cold: Runs
    arrived: Arrived
    loop: Measured | None
    changed: int
    incremental: Measured
    incremental_requests: int
    warm: Runs
    warm_requests: int
    offline: Runs
    mirror_mb: float

    @property
    def bound(self) -> float:
        """Seconds that the pages take with nothing but the latency: pages / parallelism x latency."""
        return self.arrived.requests / PARALLEL * LATENCY

    @property
    def share_of_requests(self) -> float:
        """Requests of the incremental sync as a share of the cold one's."""
        return self.incremental_requests / self.arrived.requests


def figures(size: Size, home: Path, *, cold: int, warm: int, loop: bool, say: Callable[[str], None]) -> Figures:
    """Measure one account: `cold` and `warm` say how many runs."""
    with Account(size) as account:
        say(f"{size.projects} projects, {account.rows} rows: cold sync")
        environ = account.environment(home)
        colds = []
        for _ in range(cold):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            account.forget()
            colds.append(measure(COLD, environ))
            arrived = account.arrived()
        if min(run.seconds for run in colds) < arrived.requests / PARALLEL * LATENCY:
            raise RuntimeError("a sync was faster than its lower bound: the server does not keep its latency")
        plain = None
        if loop:
            say(f"{size.projects} projects: the same {arrived.requests} requests one at a time")
            pages = home.with_suffix(".pages")
            pages.write_text("\n".join(account.pages()), encoding="utf-8")
            plain = measure((PYTHON, "-m", "bench.loop", str(pages)), environ)
        say(f"{size.projects} projects: warm forecast preparation")
        measure(PREPARE, environ)
        warms = []
        for _ in range(warm):
            account.forget()
            warms.append(measure(PREPARE, environ))
        warm_requests = account.arrived().requests
        offline = Runs(tuple(measure((*PREPARE, "--offline"), environ) for _ in range(warm)))
        say(f"{size.projects} projects: sync after a change of {SHARE:.0%}")
        changed = account.change(SHARE)
        account.forget()
        incremental = measure(COLD, environ)
        again = account.arrived().requests
        mirror = sum(file.stat().st_size for file in home.glob("**/psdm.db*")) / 1e6
        return Figures(
            size=size,
            rows=account.rows,
            cold=Runs(tuple(colds)),
            arrived=arrived,
            loop=plain,
            changed=changed,
            incremental=incremental,
            incremental_requests=again,
            warm=Runs(tuple(warms)),
            warm_requests=warm_requests,
            offline=offline,
            mirror_mb=mirror,
        )
