"""What goes wrong with a database, as sentences that name the file and the way out."""

from __future__ import annotations

import errno

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


def translated(error: BaseException, place: str) -> StoreProblem:
    """The sentence for an error of the operating system or the database driver."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    low = said.lower()
    code = getattr(error, "errno", None)
    if "disk is full" in low or code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreProblem(
            f"The disk is full: {place} cannot grow.",
            hint="What was stored before is unharmed. Free some space, then run the command again.",
        )
    if "disk i/o error" in low:
        return StoreProblem(
            f"The disk refused to read or write {place}.",
            hint="It may be full, over a quota or failing; what was stored before is unharmed. "
            "See to the disk, then run the command again.",
        )
    if "not a database" in low or "file is encrypted" in low:
        return no_database(place)
    if "malformed" in low or "corrupt" in low:
        return damaged(place, said)
    if "locked" in low or "busy" in low:
        return StoreProblem(
            f"The database {place} is in use by another program and did not become free.",
            hint="Wait until the other psdm has finished (or close the program that holds the file), then run again.",
        )
    if "readonly" in low or "read-only" in low or "unable to open" in low or isinstance(error, OSError):
        return not_writable(place, said)
    return StoreProblem(
        f"The database {place} answered with an error: {said}.",
        hint="psdm doctor checks the database. What was stored before is unharmed.",
    )
