"""Refreshes in child processes that kill themselves (SIGKILL) at their n-th point; prints what came of each.

A process of its own, so that it may fork: `python crash_driver.py FOLDER`. Points to die at are every commit and every
eighth question to the database. The n-th child dies at its n-th point, until one ends by itself; after each death the
parent refreshes again.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fake_kantata import DAY, FakeKantata, add_project, small_account

from psdm_cli.domain.records import Kind, Story
from psdm_cli.store import open_store
from psdm_cli.store.files import FileLook
from psdm_cli.store.mirror import Mirror
from psdm_cli.store.questions import Question
from psdm_cli.workflows.refresh import Scope, malformed_of, refresh, rows_of

MINE = Scope(("1",))


def shown(mirror: Mirror) -> str:
    state = mirror.scope(MINE.key)
    if state is None:
        return "nothing"
    return repr(([(kind, rows_of(mirror, state, kind)) for kind in Kind], malformed_of(mirror, state)))


def refresh_in(folder: Path, kantata: FakeKantata, *, die_before: int | None = None) -> str:
    """Refresh, dying on the way if told to; gives what the mirror shows then."""
    with open_store(None, folder) as store:
        if die_before is not None:
            die(store, die_before)
        mirror = store.mirror("http://kantata 1")
        refresh(kantata, mirror, MINE, now=kantata.time, window=(DAY, DAY))
        return shown(mirror)


def die(store: object, before: int) -> None:
    from sqlalchemy import event

    points, statements = itertools.count(), itertools.count(1)

    def at_point(*_: object) -> None:
        if next(points) == before:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_statement(*_: object) -> None:
        if next(statements) % 8 == 0:
            at_point()

    engine = store._engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", at_statement)
    event.listen(engine, "commit", at_point)
    plainly = FileLook.rows

    def rows(look: FileLook, asked: Question) -> Sequence[tuple[Any, ...]]:
        at_statement()
        return plainly(look, asked)

    FileLook.rows = rows  # type: ignore[method-assign]


def read_in(folder: Path) -> tuple[str, list[str]]:
    with open_store(None, folder, read_only=True) as store:
        return shown(store.mirror("http://kantata 1")), list(store.check().problems)


def account(*, later: bool) -> FakeKantata:
    """The account before and after an hour in which something of everything happened."""
    kantata = small_account(2, bookings=2)
    if later:
        kantata.later(hours=1)
        kantata.put(Story("w1-s0", "w1", "moved"))
        kantata.delete(Kind.STORIES, "w2-s1")
        kantata.break_row(Kind.ALLOCATIONS, "w1-a0", "w1")
        add_project(kantata, "w3", bookings=1)
    return kantata


def main(folder: Path) -> None:
    base, twin = folder / "base", folder / "twin"
    before = refresh_in(base, account(later=False))
    shutil.copytree(base, twin)
    undisturbed = refresh_in(twin, account(later=True))
    report = {"deaths": 0, "unchanged": 0, "complete": 0, "wrong": [], "ended": False}
    assert before != undisturbed
    for n in itertools.count():
        here = folder / "here"
        shutil.copytree(base, here)
        child = os.fork()
        if child == 0:
            refresh_in(here, account(later=True), die_before=n)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            report["ended"] = os.WEXITSTATUS(status) == 0
            break
        report["deaths"] += 1
        now, problems = read_in(here)
        if now not in (before, undisturbed) or problems:
            report["wrong"].append([n, "after the death", problems])
        report["unchanged" if now == before else "complete"] += 1
        if refresh_in(here, account(later=True)) != undisturbed:
            report["wrong"].append([n, "after going on", []])
        shutil.rmtree(here)
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
