"""The console script: answers `--version` without importing anything, hands everything else to the app."""

from __future__ import annotations

import sys

from psdm_cli.version import VERSION


def main() -> None:
    """Run psdm with the process's arguments and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"psdm {VERSION}\n")
        return
    from psdm_cli.app import run

    sys.exit(run(sys.argv[1:]))
