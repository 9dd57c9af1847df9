"""What goes wrong with a database, as sentences that name the file and the way out."""

from __future__ import annotations

import errno
from collections.abc import Callable

from psdm_cli.errors import StoreProblem

_KEPT = "Nothing in it was changed."


def no_database(place: str) -> StoreProblem:
    """The file holds something else."""
    return StoreProblem(
        f"{place} is not a psdm database.",
        hint=f"{_KEPT} Move that file away, or set PSDM_HOME to another folder, and run the command again.",
    )


def damaged(place: str, said: str) -> StoreProblem:
    """The file is a database, but broken."""
    return StoreProblem(
        f"The database {place} is damaged: {said}.",
        hint=f"{_KEPT} Restore it from a backup, or move it away and run psdm sync to read the mirror anew; "
        "snapshots and stored dates live only in this file, so keep it.",
    )


def newer(place: str, revision: str) -> StoreProblem:
    """The file was written by a program that this one does not know."""
    return StoreProblem(
        f"The database {place} has revision {revision}, which this psdm does not know: a newer psdm wrote it.",
        hint=f"{_KEPT} Install the newer psdm, or set PSDM_HOME to another folder.",
    )


def not_writable(place: str, said: str) -> StoreProblem:
    """The file or its folder cannot be made or written."""
    return StoreProblem(
        f"The database {place} cannot be written: {said}.",
        hint="Make the folder writable, or set PSDM_HOME to one that is.",
    )


def full(place: str) -> StoreProblem:
    """There is no space left."""
    return StoreProblem(
        f"The disk is full: {place} cannot grow.",
        hint="What was stored before is unharmed. Free some space, then run the command again.",
    )


def unwilling(place: str) -> StoreProblem:
    """The operating system refused to read or write."""
    return StoreProblem(
        f"The disk refused to read or write {place}.",
        hint="It may be full, over a quota or failing; what was stored before is unharmed. "
        "See to the disk, then run the command again.",
    )


def busy(place: str) -> StoreProblem:
    """Another process holds the file for longer than we wait."""
    return StoreProblem(
        f"The database {place} is in use by another program and did not become free.",
        hint="Wait until the other psdm has finished (or close the program that holds the file), then run again.",
    )


# What SQLite and operating systems say, in lower case; the first that fits decides.
_WORDS: tuple[tuple[str, Callable[[str], StoreProblem]], ...] = (
    ("disk is full", full),
    ("no space left", full),
    ("disk i/o error", unwilling),
    ("not a database", no_database),
    ("locked", busy),
    ("busy", busy),
)
_DAMAGED = ("malformed", "corrupt")
_CLOSED = ("readonly", "read-only", "unable to open")


def translated(error: BaseException, place: str) -> StoreProblem:
    """The sentence for an error of the operating system or the database driver."""
    raw = (isinstance(error, OSError) and error.strerror) or getattr(error, "orig", None) or error
    said = " ".join(str(raw).split())
    low = said.lower()
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return full(place)
    for words, problem in _WORDS:
        if words in low:
            return problem(place)
    if any(word in low for word in _DAMAGED):
        return damaged(place, said)
    if isinstance(error, OSError) or any(word in low for word in _CLOSED):
        return not_writable(place, said)
    return StoreProblem(
        f"The database {place} answered with an error: {said}.",
        hint="psdm doctor checks the database. What was stored before is unharmed.",
    )
