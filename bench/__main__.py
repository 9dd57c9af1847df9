"""`python -m bench [--quick] [--only startup|mirror] [--print]`: measure, print, and keep the tables in docs."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.account import BIG, MIDDLE, SMALL
from bench.mirror import Figures, figures
from bench.report import publish, report
from bench.startup import Line, startup


def main() -> None:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="python -m bench", description="Measure psdm. Nothing here is a test.")
    options.add_argument("--quick", action="store_true", help="Smaller accounts, fewer runs; only printed, never kept.")
    options.add_argument("--only", choices=("startup", "mirror"), help="One part; only printed, never kept.")
    options.add_argument("--print", action="store_true", help="Print the tables and leave docs/performance.md alone.")
    given = options.parse_args()
    load = os.getloadavg()[0]
    began = time.monotonic()
    lines: list[Line] = []
    accounts: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="psdm-bench-") as folder:
        home = Path(folder)
        if given.only != "mirror":
            say("start-up")
            lines = startup(home / "startup", 9 if given.quick else 25, big=not given.quick)
        if given.only != "startup":
            for size in (SMALL, MIDDLE) if given.quick else (SMALL, MIDDLE, BIG):
                few = given.quick or size == BIG
                accounts.append(
                    figures(
                        size,
                        home / f"account-{size.projects}",
                        cold=3 if few else 5,
                        warm=5 if few else 7,
                        loop=True,
                        say=say,
                    )
                )
    text = report(lines, accounts, load)
    print(text)
    say(f"done in {time.monotonic() - began:.0f} s")
    if not (given.quick or given.only or given.print):
        publish(text)


def say(text: str) -> None:
    """What is being done, for the one who waits."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
