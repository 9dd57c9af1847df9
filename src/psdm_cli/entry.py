"""The console script: answers `--version` without importing anything, hands everything else to the app."""

from __future__ import annotations

import gc
import sys

from psdm_cli.version import VERSION

#: A run is short and makes few cycles: with Python's own 700 the collector takes a tenth of every run
#: (docs/decisions/0004).
NEW_OBJECTS = 50_000


def main() -> None:
    """Run psdm with the process's arguments and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"psdm {VERSION}\n")
        return
    gc.set_threshold(NEW_OBJECTS, 20, 100)
    from psdm_cli.app import run

    sys.exit(run(sys.argv[1:]))
