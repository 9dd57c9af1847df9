"""What to do with a bug: keep its details in a log file, without secrets, and say one sentence."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from psdm_cli.errors import PsdmError
from psdm_cli.masking import mask
from psdm_cli.settings.folders import find_folders
from psdm_cli.version import VERSION


class Unexpected(PsdmError):
    """A bug of psdm (exit 1)."""


def unexpected(error: BaseException, argv: list[str]) -> Unexpected:
    """The error to show for an exception that nobody foresaw; the details are in the file that it names."""
    place = _keep(_details(error, argv))
    where = f"The details are in {place}." if place else "The details could not be written to a file."
    return Unexpected(
        f"Something went wrong that psdm did not expect ({type(error).__name__}). {where}",
        hint="Run it again; if it stays, report it with that file (it contains no tokens).",
    )


def _details(error: BaseException, argv: list[str]) -> str:
    head = (
        f"psdm {VERSION}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{datetime.now(UTC).isoformat(timespec='seconds')}\npsdm {' '.join(argv)}\n\n"
    )
    return mask(head + "".join(traceback.format_exception(error)))


def _keep(text: str) -> Path | None:
    name = f"psdm-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in (_log_folder(), Path(tempfile.gettempdir())):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return folder / name
    return None


def _log_folder() -> Path | None:
    try:
        return find_folders(os.environ).logs
    except (OSError, RuntimeError, ValueError):  # no home folder at all
        return None
