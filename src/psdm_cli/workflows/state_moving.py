"""Where psdm's memory is and what it holds; moving it to another machine or database; checking that it is sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.errors import RefusedByRule, WrongUsage
from psdm_cli.store.moved_content import complaints, content_of
from psdm_cli.store.moved_differences import Differences, Keep, refused
from psdm_cli.store.moving import Import, carry_out, export, plan_import, read_file
from psdm_cli.store.overview import Overview, overview

if TYPE_CHECKING:
    from psdm_cli.store.database import Store
    from psdm_cli.store.portable import StateFile

__all__ = ["Differences", "Import", "Keep", "Overview", "Soundness", "check", "check_file", "keep_of", "look"]

MOST = 20  # complaints of one kind are not listed without end


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was checked and what is wrong with it; `problems` is empty when it is sound."""

    place: str
    revision: str
    rows: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """An import and what became of it."""

    wanted: Import
    applied: bool


@dataclass(frozen=True, slots=True)
class Question:
    """How far an import may go. `confirm` asks a person with the import before them; None: nobody can be asked."""

    dry_run: bool = False
    yes: bool = False
    confirm: Callable[[Import], bool] | None = None
    max_changes: int | None = None


def look(store: Store) -> Overview:
    """What the store holds."""
    return overview(store)


def save(store: Store, file: Path, *, program: str, now: datetime, mirror: bool, replace: bool) -> StateFile:
    """Write the store into a file. Raises `WrongUsage` when it is there already, `StoreProblem`."""
    stamp = now.astimezone(UTC).replace(microsecond=0).isoformat()
    return export(store, file, program=program, exported_at=stamp, mirror=mirror, replace=replace)


def keep_of(text: str | None) -> Keep | None:
    """What --keep means. Raises `WrongUsage`."""
    if text is None:
        return None
    word = text.strip().casefold()
    if word not in [keep.value for keep in Keep]:
        raise WrongUsage(f"--keep: {text!r} is neither mine nor theirs.")
    return Keep(word)


def take_in(store: Store, file: Path, keep: Keep | None, question: Question) -> Moved:
    """Plan the import of a file and, where that is allowed, carry it out: all of it or nothing.

    Raises `RefusedByRule` on conflicts and on a plan larger than `max_changes`, `WrongUsage` when it may not write and
    nobody can be asked, and what reading the file raises.
    """
    wanted = plan_import(store, file, keep)
    found = wanted.differences
    if found.conflicts:
        raise refused(found.conflicts)
    if question.max_changes is not None and found.writes > question.max_changes:
        raise RefusedByRule(
            f"The import writes {found.writes} rows, more than --max-changes {question.max_changes}.",
            hint="Nothing was imported.",
        )
    if question.dry_run or not found.writes:
        return Moved(wanted, False)
    if not question.yes:
        if question.confirm is None:
            raise WrongUsage(
                f"The import writes {found.writes} rows and nobody can be asked; nothing was imported.",
                hint="Add --yes to import, or --dry-run to see what it means.",
            )
        if not question.confirm(wanted):
            return Moved(wanted, False)
    carry_out(store, wanted)
    return Moved(wanted, True)


def check(store: Store) -> Soundness:
    """Ask the database whether it is sound, then read everything in it that is moved."""
    seen = store.check()
    problems = list(seen.problems)
    rows = 0
    if not problems:
        with store.read() as connection:
            content = content_of(connection, report=problems.append)
        problems += complaints(content)
        rows = sum(len(found) for found in content.rows.values())
    return Soundness(seen.place, seen.revision, rows, _shortened(problems))


def check_file(file: Path) -> Soundness:
    """Read a state file to its end: checksums, rows, what they point to. Raises `StoreProblem` for what is wrong."""
    found, content = read_file(file)
    rows = sum(len(each) for each in content.rows.values())
    return Soundness(str(file), found.manifest.revision, rows, ())


def _shortened(problems: list[str]) -> tuple[str, ...]:
    if len(problems) <= MOST:
        return tuple(problems)
    return (*problems[:MOST], f"and {len(problems) - MOST} more")
