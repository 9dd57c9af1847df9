"""A refresh that ends half-way leaves the last good state, and the next one goes on from what was drained."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from fake_kantata import DAY, FakeKantata, add_project, changed, small_account
from refresh_desk import ALL, Content, Desk
from tests.postgres import ON_BOTH

from psdm_cli.domain.records import Allocation, Kind, Story, TimeEntry, Workspace
from psdm_cli.errors import StoreProblem, Unavailable
from psdm_cli.store.database import Store
from psdm_cli.store.states import BaseMovedError
from psdm_cli.systems.ports import Read

REUSABLE = {kind for kind in Kind if kind not in (Kind.WORKSPACES, Kind.STATUS_REPORTS)}


def fails_after(desk: Desk, batches: int, **how: bool) -> bool:
    """Refresh with a Kantata that goes down after so many answers; says whether it did."""
    desk.kantata.fail_after = batches
    try:
        desk.refresh(**how)
    except Unavailable:
        return True
    finally:
        desk.kantata.fail_after = None
    return False


def busy_day(kantata: FakeKantata) -> None:
    """A bit of everything happens."""
    kantata.later(hours=1)
    kantata.put(
        Story("w1-s0", "w1", "moved"),
        TimeEntry("new", DAY, 15, "w2", "w2-u1"),
        Allocation("w3-a0", DAY, DAY, 1, False, "w3", "w3-r2"),
    )
    kantata.delete(Kind.STORIES, "w2-s1")
    kantata.delete(Kind.TIME_OFF, "o-w1-u1")
    add_project(kantata, "w4")
    kantata.put(changed(Workspace("w3", lead_id="1"), archived=True))


def test_wherever_a_first_refresh_fails_the_next_one_goes_on(store: Store, anew: Callable[..., Content]) -> None:
    for failing in itertools.count():
        desk = Desk(store, small_account(), f"account {failing}")
        failed = fails_after(desk, failing)
        if not failed:
            break
        assert desk.mirror.scope("leads:1") is None
        assert desk.mirror.load(Kind.STORIES) == [], "what is drained is not yet shown"
        parked = desk.mirror.state().parked
        desk.kantata.later(minutes=10)
        done = desk.refresh()
        asked_again = {read.kind for read in desk.kantata.asked}
        assert Kind.WORKSPACES in asked_again, "balances are live"
        assert done.reused_parts == parked - (2 if parked else 0), "all but the projects and their health reports"
        assert desk.content() == anew(desk.kantata)
    assert failing == 14


def test_wherever_a_later_refresh_fails_the_last_good_state_is_shown(
    store: Store, anew: Callable[..., Content]
) -> None:
    for failing in itertools.count():
        desk = Desk(store, small_account(), f"account {failing}")
        desk.refresh()
        before, state = desk.content(), desk.mirror.scope("leads:1")
        busy_day(desk.kantata)
        if not fails_after(desk, failing):
            break
        assert (desk.content(), desk.mirror.scope("leads:1")) == (before, state)
        desk.kantata.later(minutes=10)
        desk.refresh()
        assert desk.content() == anew(desk.kantata)
    assert failing > 15


@ON_BOTH
def test_what_was_drained_is_not_asked_again(desk: Desk) -> None:
    assert fails_after(desk, 8)
    drained = {read.kind for read in desk.kantata.asked[:8]} & REUSABLE
    desk.kantata.later(minutes=59)
    desk.refresh()
    assert drained.isdisjoint(read.kind for read in desk.kantata.asked)


@pytest.mark.parametrize("full", [False, True])
def test_a_mark_is_that_of_the_drained_read_not_of_its_promotion(desk: Desk, full: bool) -> None:
    """What changes between the crash and the next refresh must be seen by the one after."""
    desk.refresh()
    desk.kantata.later(hours=1)
    assert fails_after(desk, 9, full=full)
    desk.kantata.later(minutes=20)
    desk.kantata.put(Story("w1-s0", "w1", "after the crash"), TimeEntry("late", DAY, 15, "w2", "w2-u1"))
    desk.kantata.later(minutes=20)
    assert desk.refresh(full=full).reused_parts > 0
    desk.kantata.later(minutes=1)
    desk.refresh()
    assert "after the crash" in {getattr(row, "title", None) for row in desk.content()[0][Kind.STORIES]}
    assert "late" in desk.ids(Kind.TIME_ENTRIES)


@ON_BOTH
def test_parts_older_than_an_hour_are_read_again(desk: Desk) -> None:
    assert fails_after(desk, 8)
    desk.kantata.later(minutes=61)
    assert desk.refresh().reused_parts == 0


@ON_BOTH
def test_parts_of_nobody_are_thrown_away(desk: Desk) -> None:
    assert fails_after(desk, 8)
    assert desk.mirror.state().parked > 0
    desk.kantata.later(hours=25)
    desk.refresh()
    assert desk.mirror.state().parked == 0


@ON_BOTH
def test_parts_that_are_older_than_the_mirror_are_not_used(desk: Desk, anew: Callable[..., Content]) -> None:
    """One refresh dies; another one, of a wider scope, reads everything after it; the first is taken up again."""
    desk.kantata.fail_after = 9
    with pytest.raises(Unavailable):
        desk.refresh()
    desk.kantata.fail_after = None
    stale = desk.mirror.state().parked
    desk.kantata.later(minutes=1)
    desk.kantata.put(Story("w1-s0", "w1", "newer"))
    desk.kantata.later(minutes=1)
    desk.refresh(ALL, full=True)
    desk.kantata.later(minutes=1)
    assert desk.mirror.state().parked == stale
    done = desk.refresh()
    assert desk.content() == anew(desk.kantata)
    assert done.reused_parts == 0


def test_a_full_refresh_does_not_take_parked_changes_for_everything(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(minutes=10)
    assert fails_after(desk, 9)
    asked = {read.kind for read in desk.kantata.asked[:9] if read.updated_after is not None}
    assert asked
    desk.kantata.later(minutes=10)
    desk.refresh(full=True)
    assert asked <= {read.kind for read in desk.kantata.asked}


def test_an_answer_that_is_not_drained_promotes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    before = desk.mirror.marks(Kind.STORIES)
    plain = desk.kantata.read_all
    monkeypatch.setattr(desk.kantata, "read_all", lambda reads, progress=None: itertools.islice(plain(reads), 2))
    with pytest.raises(Unavailable, match="not read to their end"):
        desk.refresh()
    assert desk.mirror.marks(Kind.STORIES) == before


def test_two_refreshes_at_once_both_end_well(store: Store, anew: Callable[..., Content]) -> None:
    """The other process refreshes at every point of ours."""
    for point in itertools.count():
        kantata = small_account()
        desk = Desk(store, kantata, f"account {point}")
        desk.refresh()
        busy_day(kantata)
        seen = itertools.count()
        other = Desk(store, kantata, f"account {point}")

        def meanwhile(read: Read, point: int = point, other: Desk = other, seen: itertools.count[int] = seen) -> None:
            if next(seen) == point:
                other.kantata.while_reading = None
                other.kantata.later(minutes=1)
                other.kantata.put(Story("w1-s2", "w1", "between"))
                other.refresh()

        kantata.while_reading = meanwhile
        desk.refresh()
        kantata.while_reading = None
        kantata.later(minutes=1)
        desk.refresh()
        assert desk.content() == anew(kantata), f"after the other refreshed at {point}"
        if next(seen) <= point:
            break
    assert point > 15


@ON_BOTH
def test_a_base_that_is_taken_away_meanwhile_is_read_whole(desk: Desk, anew: Callable[..., Content]) -> None:
    """The other process loses a permission and drops the rows; ours has read only their changes."""
    desk.refresh()
    busy_day(desk.kantata)
    other = Desk(desk.store, desk.kantata)

    def meanwhile(read: Read) -> None:
        if read.kind is Kind.STORIES:
            desk.kantata.while_reading = None
            desk.kantata.refuse(Kind.STORIES)
            other.refresh()
            del desk.kantata.refused[Kind.STORIES]

    desk.kantata.while_reading = meanwhile
    done = desk.refresh()
    assert done.refusals == ()
    assert desk.content() == anew(desk.kantata)


def test_a_base_that_keeps_moving_is_read_whole_in_the_end(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    other = Desk(desk.store, desk.kantata)

    def always(read: Read) -> None:
        if read.kind is Kind.STORIES and read.updated_after is not None:
            desk.kantata.while_reading = None
            desk.kantata.refuse(Kind.STORIES)
            other.refresh()
            del desk.kantata.refused[Kind.STORIES]
            other.refresh()
            desk.kantata.refuse(Kind.STORIES)
            other.refresh()
            del desk.kantata.refused[Kind.STORIES]
        elif read.kind is Kind.STORIES:
            desk.kantata.while_reading = None
        desk.kantata.while_reading = always

    desk.kantata.while_reading = always
    # Reading whole needs no base: the second attempt succeeds, however often the other one interferes.
    assert desk.refresh().refusals == ()


def test_a_mirror_that_never_rests_ends_in_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_: object) -> None:
        raise BaseMovedError

    monkeypatch.setattr(desk.mirror, "promote", moved)
    with pytest.raises(StoreProblem, match=r"keep changing .*psdm\.db"):
        desk.refresh()


def test_a_full_disk_while_parking_leaves_the_last_good_state(desk: Desk) -> None:
    desk.refresh()
    before = desk.content()
    desk.kantata.later(hours=1)
    add_project(desk.kantata, "w4", bookings=2000)
    with desk.store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreProblem, match="disk is full"):
        desk.refresh()
    assert desk.content() == before
    with desk.store.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert "w4" in desk.refresh().workspace_ids
