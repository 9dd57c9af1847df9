"""Files that a command makes: whole or not at all, and a file of somebody else's is never written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psdm_cli.errors import WrongUsage
from psdm_cli.whole_file import put_whole

_HEAD = 4096


def put_file(path: Path, data: bytes, *, ours: Callable[[bytes], bool], force: bool = False) -> None:
    """Put `data` into `path`, readable by its owner alone. A file that is there is replaced where it is `ours`.

    `ours` judges the beginning of the file that is there. Raises `WrongUsage` for another's file without `force`, and
    for a place that cannot be written.
    """
    refuse_others(path, ours=ours, force=force)
    try:
        put_whole(path, data)
    except OSError as error:
        raise _cannot(path, error) from None


def refuse_others(path: Path, *, ours: Callable[[bytes], bool], force: bool = False) -> None:
    """Raise `WrongUsage` where the path is a folder, lies in none, or is a file that psdm did not write."""
    if path.is_dir():
        raise WrongUsage(f"{path} is a folder; name a file.")
    if not path.parent.is_dir():
        raise WrongUsage(f"There is no folder {path.parent}.", hint="Make it first, or name another file.")
    if force or not path.exists():
        return
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise _cannot(path, error) from None
    if head and not ours(head):
        raise WrongUsage(
            f"{path} is there already, and psdm did not write it; it was left as it is.",
            hint="Name another file, or take that one away first.",
        )


def _cannot(path: Path, error: OSError) -> WrongUsage:
    return WrongUsage(f"{path} cannot be written: {error.strerror}.", hint="Name another file.")
