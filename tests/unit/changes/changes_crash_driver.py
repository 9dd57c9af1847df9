"""Plans applied in child processes that kill themselves (SIGKILL) at their n-th point; prints what came of each.

A process of its own, so that it may fork: `python changes_crash_driver.py FOLDER`. Points to die at are after every
write into the journal, before and after every send. Kantata is the sandbox, its state in a file that outlives the
processes. The n-th child dies at its n-th point, until one ends by itself; then the same plan is applied again, and
undone in the end.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from psdm_cli.changes.apply import Hands, Result, apply, settle
from psdm_cli.changes.journal import Journal
from psdm_cli.changes.plan import Action, Change, ChangeState, Plan, plan_of
from psdm_cli.changes.undo import undoing
from psdm_cli.sandbox import KantataSandbox
from psdm_cli.store import open_store
from psdm_cli.systems.kantata.adapter import KantataAdapter

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PROJECT, SLOT, COORDINATOR, ROLE = "3004", "11", "1032", "11"
TABLES = (
    "workspace_allocations",
    "resource_requests",
    "posts",
    "stories",
    "status_reports",
    "custom_field_values",
    "workspace_resources",
    "external_references",
)
VOLATILE = ("id", "created_at", "updated_at", "last_synced_at", "newest_reply_at")


def plan(account: Any) -> Plan:
    """Something of everything, one of it hanging on another, two of it equal."""
    story = next(row for row in account.rows("stories") if row["due_date"] is None)
    booking = account.row("workspace_allocations", "3")

    def a(kind: str, action: Action, key: str, **what: Any) -> Change:
        return Change("kantata", kind, action, key, key, **what)

    wanted = {
        "resource_workspace_id": PROJECT,
        "resource_role_id": ROLE,
        "approver_ids": [COORDINATOR],
        "workspace_allocation_start_date": "2027-01-04",
        "workspace_allocation_end_date": "2027-01-29",
    }
    january = {"resource_id": SLOT, "start_date": "2027-01-04", "end_date": "2027-01-08", "minutes": 2400}
    message = {"workspace_id": PROJECT, "message": "Please see booking", "recipient_ids": [COORDINATOR]}
    health = {"workspace_id": PROJECT, "color": "green", "description": "On track."}
    return plan_of(
        "crash",
        NOW,
        [
            a("workspace_allocation", Action.CREATE, "book", after={**january, "hard": True}),
            a(
                "workspace_allocation",
                Action.CHANGE,
                "shrink",
                id="3",
                before={"minutes": booking["minutes"]},
                after={"minutes": 60},
            ),
            a("workspace_allocation", Action.DELETE, "drop", id="2"),
            a(
                "story",
                Action.CHANGE,
                "date",
                id=story["id"],
                before={"due_date": None},
                after={"due_date": "2027-02-01"},
            ),
            a("resource_request", Action.CREATE, "ask one", after=wanted),
            a("resource_request", Action.CREATE, "ask two", after=wanted),
            a("post", Action.CREATE, "post", after=message, depends_on=("book",)),
            a("status_report", Action.CREATE, "health", after=health),
            a(
                "custom_field_value",
                Action.CHANGE,
                "field",
                before={"value": "x"},
                after={"subject_type": "Workspace", "subject_id": PROJECT, "custom_field_id": "65", "value": "y"},
            ),
        ],
    )


class Deadly:
    """Passes calls on and counts a point after each of `names` (and before `send`)."""

    def __init__(self, inner: Any, names: tuple[str, ...], point: Callable[[], None]) -> None:
        self._inner, self._names, self._point = inner, names, point

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in self._names:
            return method

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "send":
                self._point()
            done = method(*args, **kwargs)
            self._point()
            return done

        return call


def in_folder(folder: Path, work: Callable[[Hands, KantataSandbox], Any], *, die_at: int | None = None) -> Any:
    """Do something with a store and a Kantata that live in a folder."""
    points = itertools.count()

    def point() -> None:
        if next(points) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with KantataSandbox(state_dir=folder / "kantata", as_of=DAY) as server, open_store(None, folder) as store:
        adapter = KantataAdapter(server.kantata_url, server.tokens["full"])
        doors = {key: Deadly(door, ("send",), point) for key, door in adapter.doors().items()}
        journal = Journal(Deadly(store.journal, ("begin", "note"), point))
        try:
            done = work(Hands(doors, journal, now=lambda: NOW, wait=lambda _seconds: None), server)
        finally:
            adapter.close()
        assert server.violations == [], server.violations
        return done


def applied(hands: Hands, server: KantataSandbox) -> Result:
    """The plan as it was made at first: a saved one, applied again."""
    settle(hands)
    return apply(PLAN, hands, "Pat")


def undone(hands: Hands, server: KantataSandbox) -> list[str]:
    """Take all runs back, the latest first; gives what stays."""
    stays = []
    settle(hands)
    for run in hands.journal.runs():
        found = undoing(run, hands.doors, NOW)
        stays += [each.key for each in found.not_undone]
        if found.plan.writing:
            result = apply(found.plan, hands, "Pat")
            assert result.trouble is None, result.trouble
    return sorted(set(stays))


def gone_on(hands: Hands, server: KantataSandbox) -> tuple[Result, str, list[str], str]:
    """Apply again and then undo all; what came of each, and the state after each."""
    result = applied(hands, server)
    after = state(hands, server)
    return result, after, undone(hands, server), state(hands, server)


def looked_and_gone_on(hands: Hands, server: KantataSandbox) -> tuple[str, tuple[Result, str, list[str], str]]:
    """The state that was found, and what came of going on."""
    return state(hands, server), gone_on(hands, server)


def state(_hands: Hands, server: KantataSandbox) -> str:
    """The account's rows, whatever their ids and instants."""
    rows: Mapping[str, Any] = {
        table: sorted(
            json.dumps(
                {
                    name: value
                    for name, value in row.items()
                    if name not in VOLATILE and name[-3:] != "_id" and name not in ("subject_ref",)
                },
                sort_keys=True,
            )
            for row in server.account.rows(table)
            if not row.get("deleted_at")
        )
        for table in TABLES
    }
    return json.dumps(rows)


def prepare(_hands: Hands, server: KantataSandbox) -> Plan:
    """The field's old value is known, and the plan made."""
    for row in list(server.account.find("custom_field_values", "custom_field_id", "65")):
        if str(row["subject_id"]) == PROJECT:
            server.account.update("custom_field_values", row["id"], value="x", display_value="x")
    return plan(server.account)


PLAN: Plan


def main(folder: Path) -> None:
    global PLAN  # noqa: PLW0603 - one plan for all processes
    base, twin = folder / "base", folder / "twin"
    base.mkdir(parents=True)
    PLAN = in_folder(base, prepare)
    before = in_folder(base, state)
    shutil.copytree(base, twin)
    first, undisturbed, taken_back, after_undo = in_folder(twin, gone_on)
    report: dict[str, Any] = {"deaths": 0, "wrong": [], "ended": False, "stays": taken_back, "half": 0}
    report["clean"] = first.trouble is None and before != undisturbed
    for n in itertools.count():
        here = folder / "here"
        shutil.copytree(base, here)
        child = os.fork()
        if child == 0:
            in_folder(here, applied, die_at=n)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            report["ended"] = os.WEXITSTATUS(status) == 0
            break
        report["deaths"] += 1
        left, (result, going_on, stays, back) = in_folder(here, looked_and_gone_on)
        report["half"] += left not in (before, undisturbed)
        if result.trouble is not None or going_on != undisturbed:
            report["wrong"].append([n, "after going on", str(result.trouble)])
        unsure = [i.change.key for i in result.plan.items if i.state not in (ChangeState.APPLIED, ChangeState.KEPT)]
        if unsure or stays != taken_back or back != after_undo:
            report["wrong"].append([n, "after undoing", unsure, stays])
        shutil.rmtree(here)
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
