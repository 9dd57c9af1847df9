"""Keeping a calendar in a file: what was there is read, and it is replaced whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

from psdm_cli.errors import StoreProblem, WrongUsage
from psdm_cli.whole_file import OWNER_ALONE, put_whole

LARGEST = 5_000_000  # bytes; a calendar of psdm's has some tens of thousands


def earlier(file: Path) -> bytes | None:
    """What the file holds; None where there is none yet. Raises `WrongUsage` for what is no file, or too large."""
    try:
        if file.is_dir():
            raise WrongUsage(f"--ics: {file} is a folder; name a file in it, such as {file / 'psdm.ics'}.")
        if file.stat().st_size > LARGEST:
            raise not_ours(file)
        return file.read_bytes() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreProblem(f"The calendar {file} cannot be read: {error.strerror}.") from None


def not_ours(file: Path) -> WrongUsage:
    """The refusal to replace a file that psdm did not write."""
    return WrongUsage(
        f"--ics: {file} is there and is no calendar that psdm wrote; it is left as it is.", hint="Name another file."
    )


def replace(file: Path, data: bytes) -> None:
    """Write the calendar: the file is there whole, or as it was. A new one is its owner's alone; else its mode stays.

    Raises `StoreProblem`.
    """
    target = file.resolve()  # a link stays a link
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else OWNER_ALONE
        put_whole(target, data, mode=mode)
    except OSError as error:
        raise StoreProblem(
            f"The calendar cannot be written to {file}: {error.strerror}.", hint="Name another file with --ics."
        ) from None
