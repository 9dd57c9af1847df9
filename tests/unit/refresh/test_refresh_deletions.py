"""Kantata deletes without a trace: one count a kind finds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from fake_kantata import DAY, FakeKantata, add_project, changed, small_account
from refresh_desk import ALL, MINE, Content, Desk

from psdm_cli.domain.records import Allocation, Kind, Resource, Story, TimeEntry, Workspace
from psdm_cli.store.database import Store
from psdm_cli.workflows import refresh_plan


@pytest.mark.parametrize("kind", [Kind.RESOURCES, Kind.ALLOCATIONS, Kind.STORIES, Kind.TIME_ENTRIES, Kind.TIME_OFF])
@pytest.mark.parametrize("reports_along", [True, False])
def test_a_deleted_row_goes(desk: Desk, kind: Kind, reports_along: bool, anew: Callable[..., Content]) -> None:
    desk.kantata.reports_with_projects = reports_along
    desk.refresh()
    desk.kantata.later(hours=1)
    gone = desk.ids(kind)[0]
    desk.kantata.delete(kind, gone)
    done = desk.refresh()
    assert gone not in desk.ids(kind)
    assert done.deleted[kind] == 1
    assert desk.content() == anew(desk.kantata)
    again = [read for read in desk.kantata.asked_of(kind) if read.updated_after is None]
    assert len(again) == 1, "only this kind was read whole"
    desk.kantata.later(hours=1)
    desk.refresh()
    assert [read for read in desk.kantata.asked_of(kind) if read.updated_after is None] == []


@pytest.mark.parametrize(
    "kind", [Kind.BILLING_MILESTONES, Kind.ACCOUNTING, Kind.HOLIDAYS, Kind.ROLES, Kind.STATUS_REPORTS]
)
def test_a_deleted_row_of_a_kind_that_is_always_read_whole_goes(desk: Desk, kind: Kind) -> None:
    desk.refresh()
    gone = desk.ids(kind)[0]
    desk.kantata.delete(kind, gone)
    desk.refresh()
    assert gone not in desk.ids(kind)


def test_one_deleted_and_one_made_is_not_taken_for_nothing(desk: Desk, anew: Callable[..., Content]) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.delete(Kind.STORIES, "w1-s0")
    desk.kantata.put(Story("new", "w3"))
    desk.refresh()
    assert desk.content() == anew(desk.kantata)


def test_a_row_that_moves_between_projects_moves(desk: Desk, anew: Callable[..., Content]) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.put(TimeEntry("w1-t0", DAY, 60, "w2", "w2-u1"))
    desk.refresh()
    assert desk.content() == anew(desk.kantata)
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.TIME_ENTRIES)] == [False]


def test_a_row_that_moves_out_of_the_scope_goes(desk: Desk, anew: Callable[..., Content]) -> None:
    add_project(desk.kantata, "x1", lead="2")
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.put(TimeEntry("w1-t0", DAY, 60, "x1", "x1-u1"))
    desk.refresh()
    assert "w1-t0" not in desk.ids(Kind.TIME_ENTRIES)
    assert desk.content() == anew(desk.kantata)


def test_a_row_that_moves_into_a_project_new_to_the_scope(desk: Desk, anew: Callable[..., Content]) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    add_project(desk.kantata, "w4")
    desk.kantata.put(Allocation("w1-a0", DAY, DAY, 480, True, "w4", "w4-r1"))
    desk.refresh()
    assert desk.content() == anew(desk.kantata)


def test_people_found_only_by_reading_again_are_read_too(desk: Desk, anew: Callable[..., Content]) -> None:
    """A resource can become visible without being changed."""
    hidden = Resource("w1-r9", "w1", "w3-u1", "Ada")
    add_project(desk.kantata, "x1", lead="2")
    desk.kantata.put(changed(hidden, user_id="x1-u1"))
    row = desk.kantata.rows[Kind.RESOURCES].pop("w1-r9")
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.rows[Kind.RESOURCES]["w1-r9"] = row
    desk.refresh()
    assert "m-x1-u1" in desk.ids(Kind.PEOPLE)
    assert desk.content() == anew(desk.kantata)


def test_a_count_that_nobody_may_take_leaves_the_rest_working(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.put(Story("w1-s0", "w1", "moved"))
    monkeypatch.setattr(desk.kantata, "count", lambda reads: [None] * len(reads))
    assert desk.refresh().changed[Kind.STORIES] == 1


def test_in_a_large_scope_only_the_projects_concerned_are_read_again(
    store: Store, anew: Callable[..., Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psdm_cli.workflows.refresh_deletions.SMALL", 20)
    monkeypatch.setattr(refresh_plan, "GROUP", 8)
    desk = Desk(store, small_account(12))
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.delete(Kind.STORIES, "w7-s0")
    desk.refresh()
    again = [read.workspace_ids for read in desk.kantata.asked_of(Kind.STORIES) if read.updated_after is None]
    assert len(again) == 1
    assert "w7" in again[0]
    assert len(again[0]) <= 2
    assert desk.content() == anew(desk.kantata)


def test_rows_of_archived_projects_that_only_a_count_sees_are_no_deletions(store: Store) -> None:
    desk = Desk(store, small_account(3))
    desk.kantata.invisible = dict.fromkeys(Kind, 17)
    desk.refresh(ALL)
    desk.kantata.later(hours=1)
    desk.refresh(ALL)
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [False]
    desk.kantata.later(hours=1)
    desk.kantata.invisible[Kind.STORIES] = 16
    desk.refresh(ALL)
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [False, True], (
        "it may be ours"
    )
    desk.kantata.later(hours=1)
    desk.refresh(ALL)
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [False], "it was not"


def test_malformed_rows_count_and_take_the_place_of_their_good_selves(desk: Desk, anew: Callable[..., Content]) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.break_row(Kind.ALLOCATIONS, "w1-a0", "w1")
    done = desk.refresh()
    assert [(bad.kind, bad.id) for bad in done.malformed] == [(Kind.ALLOCATIONS, "w1-a0")]
    assert "w1-a0" not in desk.ids(Kind.ALLOCATIONS)
    assert desk.content() == anew(desk.kantata)
    desk.kantata.later(hours=1)
    desk.refresh()
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.ALLOCATIONS)] == [False]
    desk.kantata.later(hours=1)
    desk.kantata.put(Allocation("w1-a0", DAY, DAY, 480, True, "w1", "w1-r1"))
    assert desk.refresh().malformed == ()
    assert "w1-a0" in desk.ids(Kind.ALLOCATIONS)


@pytest.mark.parametrize("kind", [Kind.ALLOCATIONS, Kind.TIME_OFF, Kind.PEOPLE, Kind.HOLIDAYS])
def test_a_malformed_row_of_nobody_knows_whom_stays_until_it_is_mended_or_deleted(desk: Desk, kind: Kind) -> None:
    desk.refresh()
    broken = desk.ids(kind)[0]
    desk.kantata.break_row(kind, broken)
    # Nobody knows its project or person, so the fake gives it only to reads that name none, or by a lucky guess.
    desk.kantata._select = _with_unattributed(desk.kantata)  # type: ignore[method-assign]
    for _ in range(3):
        desk.kantata.later(hours=1)
        assert [bad.id for bad in desk.refresh().malformed] == [broken]
    del desk.kantata.malformed[kind][broken]
    desk.kantata.later(hours=1)
    assert desk.refresh().malformed == ()


def _with_unattributed(kantata: FakeKantata) -> Callable[..., list[object]]:
    plain = kantata._select

    def select(read: object, rows: dict[str, tuple[object, object]]) -> list[object]:
        known = plain(read, rows)
        lost = [row for row, _ in rows.values() if getattr(row, "reason", None) and row not in known]
        return [*known, *lost]

    return select


def test_a_malformed_project_is_no_longer_in_scope_but_is_shown(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.break_row(Kind.WORKSPACES, "w2")
    done = desk.refresh()
    assert done.workspace_ids == ("w1", "w3")
    assert [(bad.kind, bad.id, bad.workspace_id) for bad in done.malformed] == [(Kind.WORKSPACES, "w2", "w2")]
    desk.kantata.put(Workspace("w2", lead_id="1"))
    assert desk.refresh().malformed == ()
    assert desk.ids(Kind.WORKSPACES) == ["w1", "w2", "w3"]


def test_a_row_that_names_no_project_is_shown_not_dropped(desk: Desk) -> None:
    desk.kantata.put(Allocation("lost", DAY, date(2026, 11, 30), 480, True, None, "w1-r1"))
    plain = desk.kantata._select

    def select(read: object, rows: dict[str, tuple[object, object]]) -> list[object]:
        lost = rows.get("lost")
        return [*plain(read, rows), *([lost[0]] if lost and getattr(read, "workspace_ids", ()) else [])]

    desk.kantata._select = select  # type: ignore[method-assign, assignment]
    done = desk.refresh(MINE)
    assert [(bad.id, bad.reason) for bad in done.malformed] == [
        ("lost", "Kantata does not say which project it belongs to")
    ]
