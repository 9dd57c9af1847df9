"""Whatever happens in Kantata, and wherever refreshes fail: the mirror ends as a machine that never synced before."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from fake_kantata import DAY, FakeKantata, add_project, changed, small_account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refresh_desk import ALL, MINE, Desk

from psdm_cli.domain.records import Kind
from psdm_cli.errors import Forbidden, Unavailable
from psdm_cli.store import open_store
from psdm_cli.workflows.refresh import Scope

SCOPES = (MINE, ALL, Scope(("2",)), Scope(("1", "2")))
# Kinds whose rows a malformed one may stand among: those that carry their project.
WITH_PROJECT = (Kind.RESOURCES, Kind.ALLOCATIONS, Kind.STORIES, Kind.TIME_ENTRIES, Kind.BILLING_MILESTONES)
DATES = {Kind.ALLOCATIONS: "start_date", Kind.TIME_ENTRIES: "date_performed", Kind.STORIES: "due_date"}
Step = Callable[[Desk], None]


def pick(kantata: FakeKantata, kind: Kind, n: int) -> str | None:
    rows = sorted(kantata.rows[kind])
    return rows[n % len(rows)] if rows else None


def later(minutes: int) -> Step:
    return lambda desk: desk.kantata.later(minutes=minutes)


def delete(kind: Kind, n: int) -> Step:
    def step(desk: Desk) -> None:
        if (row := pick(desk.kantata, kind, n)) is not None:
            desk.kantata.delete(kind, row)

    return step


def change(kind: Kind, n: int) -> Step:
    def step(desk: Desk) -> None:
        if (row := pick(desk.kantata, kind, n)) is not None:
            record = desk.kantata.rows[kind][row][0]
            desk.kantata.put(changed(record, **{DATES[kind]: DAY + timedelta(days=n)}))

    return step


def move(kind: Kind, n: int, to: int) -> Step:
    def step(desk: Desk) -> None:
        row, project = pick(desk.kantata, kind, n), pick(desk.kantata, Kind.WORKSPACES, to)
        if row is not None and project is not None:
            desk.kantata.put(changed(desk.kantata.rows[kind][row][0], workspace_id=project))

    return step


def spoil(kind: Kind, n: int) -> Step:
    def step(desk: Desk) -> None:
        if (row := pick(desk.kantata, kind, n)) is not None:
            record = desk.kantata.rows[kind][row][0]
            desk.kantata.break_row(kind, row, getattr(record, "workspace_id", None))

    return step


def project(n: int, **fields: object) -> Step:
    def step(desk: Desk) -> None:
        if (row := pick(desk.kantata, Kind.WORKSPACES, n)) is not None:
            desk.kantata.put(changed(desk.kantata.rows[Kind.WORKSPACES][row][0], **fields))

    return step


def add(n: int, lead: str) -> Step:
    return lambda desk: add_project(desk.kantata, f"n{n}", lead=lead, bookings=n % 3)


def permission(kind: Kind) -> Step:
    def step(desk: Desk) -> None:
        if desk.kantata.refused.pop(kind, None) is None:
            desk.kantata.refuse(kind)

    return step


def refresh(scope: Scope, fail_after: int | None, full: bool) -> Step:
    def step(desk: Desk) -> None:
        desk.kantata.fail_after = fail_after
        try:
            desk.refresh(scope, full=full)
        except (Unavailable, Forbidden):
            pass
        finally:
            desk.kantata.fail_after = None

    return step


NUMBERS = st.integers(0, 30)
STEPS = st.one_of(
    st.builds(later, st.sampled_from([1, 10, 70, 400, 60 * 24 * 8])),
    st.builds(delete, st.sampled_from([kind for kind in Kind if kind is not Kind.WORKSPACES]), NUMBERS),
    st.builds(change, st.sampled_from(sorted(DATES)), NUMBERS),
    st.builds(move, st.sampled_from([Kind.ALLOCATIONS, Kind.TIME_ENTRIES, Kind.RESOURCES]), NUMBERS, NUMBERS),
    st.builds(spoil, st.sampled_from(WITH_PROJECT), NUMBERS),
    st.builds(project, NUMBERS, archived=st.booleans(), lead_id=st.sampled_from(["1", "2"])),
    st.builds(add, st.integers(0, 4), st.sampled_from(["1", "2"])),
    st.builds(
        permission, st.sampled_from([kind for kind in Kind if kind not in (Kind.WORKSPACES, Kind.STATUS_REPORTS)])
    ),
    st.builds(refresh, st.sampled_from(SCOPES), st.none() | st.integers(0, 18), st.booleans()),
)


@given(st.lists(STEPS, min_size=3, max_size=14), st.sampled_from(SCOPES))
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_walk_ends_where_a_fresh_start_ends(steps: list[Step], scope: Scope) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(None, Path(folder) / "walked") as store,
        open_store(None, Path(folder) / "fresh") as other,
    ):
        desk = Desk(store, small_account(2, bookings=2))
        desk.refresh()
        for step in steps:
            step(desk)
        desk.kantata.later(minutes=1)
        done = desk.refresh(scope)
        # Parts drained before a crash are as old as the crash; the refresh after them sees everything.
        if done.reused_parts:
            done = desk.refresh(scope)
        fresh = Desk(other, desk.kantata)
        expected = fresh.refresh(scope)
        assert done.workspace_ids == expected.workspace_ids
        assert done.state.user_ids == expected.state.user_ids
        # A kind that was not asked for this time (no project, nobody) may still be known as refused.
        assert set(expected.refusals) <= set(done.refusals)
        assert desk.content(scope) == fresh.content(scope)
