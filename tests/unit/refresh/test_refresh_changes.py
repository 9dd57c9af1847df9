"""Refreshing again reads what changed, and ends where reading everything would have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from fake_kantata import DAY, START, FakeKantata, add_project, changed, small_account
from refresh_desk import ALL, MINE, WINDOW, Content, Desk
from tests.postgres import ON_BOTH

from psdm_cli.domain.records import Kind, Membership, Resource, Story, TimeEntry, Workspace
from psdm_cli.errors import NotFound
from psdm_cli.store.database import Store
from psdm_cli.systems.ports import Batch, Progress, Read
from psdm_cli.workflows.refresh import Scope, refresh, scope_of

CHANGING = (Kind.RESOURCES, Kind.ALLOCATIONS, Kind.STORIES, Kind.TIME_ENTRIES)
WHOLE = (Kind.BILLING_MILESTONES, Kind.ACCOUNTING, Kind.PEOPLE, Kind.HOLIDAYS, Kind.WORKWEEKS, Kind.WORKSPACES)


@ON_BOTH
def test_the_first_refresh_brings_everything_of_the_scope(desk: Desk) -> None:
    add_project(desk.kantata, "x1", lead="2")
    done = desk.refresh()
    assert done.workspace_ids == ("w1", "w2", "w3")
    rows, malformed = desk.content()
    assert {kind: len(found) for kind, found in rows.items()} == {
        Kind.WORKSPACES: 3,
        Kind.RESOURCES: 9,
        Kind.ALLOCATIONS: 12,
        Kind.ALLOCATIONS_ELSEWHERE: 6,
        Kind.STORIES: 12,
        Kind.BILLING_MILESTONES: 3,
        Kind.TIME_ENTRIES: 12,
        Kind.STATUS_REPORTS: 3,
        Kind.PEOPLE: 6,
        Kind.WORKWEEKS: 1,
        Kind.ROLES: 1,
        Kind.HOLIDAYS: 1,
        Kind.TIME_OFF: 6,
        Kind.RESOURCE_REQUESTS: 1,
        Kind.ACCOUNTING: 3,
    }
    assert malformed == []
    assert done.changed[Kind.STORIES] == done.read[Kind.STORIES] == 12
    assert (done.synced_at, done.mark, done.refusals, done.reused_parts) == (START, START, (), 0)


def test_the_second_refresh_asks_for_changes_since_the_mark_less_the_overlap(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(minutes=30)
    desk.refresh()
    for kind in CHANGING:
        assert [read.updated_after for read in desk.kantata.asked_of(kind)] == [START - timedelta(minutes=5)], kind
        assert [read.workspace_ids for read in desk.kantata.asked_of(kind)] == [("w1", "w2", "w3")]
    for kind in WHOLE:
        assert [read.updated_after for read in desk.kantata.asked_of(kind)] == [None], kind
    counted = sorted((read.kind, read.workspace_ids) for read in desk.kantata.counted)
    by_user = [(Kind.TIME_OFF, ()), (Kind.ALLOCATIONS_ELSEWHERE, ())]
    assert counted == sorted([*((kind, ("w1", "w2", "w3")) for kind in CHANGING), *by_user])


@ON_BOTH
def test_changes_are_shown_and_counted(desk: Desk, anew: Callable[..., Content]) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.put(
        Story("w1-s0", "w1", "Kickoff, moved", due_date=DAY),
        TimeEntry("new", DAY, 15, "w2", "w2-u1"),
        Workspace("w1", "SOW w1", "Active", False, lead_id="1", price_in_cents=1),
    )
    done = desk.refresh()
    assert {kind: count for kind, count in done.changed.items() if count} == {
        Kind.STORIES: 1,
        Kind.TIME_ENTRIES: 1,
        Kind.WORKSPACES: 1,
    }
    assert desk.content() == anew(desk.kantata)


def test_a_change_while_it_is_read_is_read_again_next_time(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)

    def late(read: object) -> None:
        if getattr(read, "kind", None) is Kind.STORIES:
            desk.kantata.later(minutes=2)
            desk.kantata.put(Story("w1-s0", "w1", "changed after its page was read"))
            desk.kantata.while_reading = None
            desk.kantata.later(minutes=20)  # the rest of the reading is slow

    desk.kantata.while_reading = late
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.refresh()
    shown = desk.content()[0][Kind.STORIES]
    assert "changed after its page was read" in {getattr(row, "title", None) for row in shown}


def test_the_overlap_catches_what_was_saved_a_little_before_the_mark(desk: Desk) -> None:
    """A change whose transaction ended late carries an instant before ours, and was not in our answer."""
    desk.refresh()
    desk.kantata.later(minutes=-4)
    desk.kantata.put(Story("w1-s0", "w1", "saved slowly"))
    desk.kantata.later(minutes=60)
    assert desk.refresh().changed[Kind.STORIES] == 1


@ON_BOTH
def test_a_project_that_is_new_to_the_scope_is_read_whole_beside_the_others(desk: Desk) -> None:
    desk.refresh()
    add_project(desk.kantata, "old", lead="2")
    desk.kantata.later(days=1)
    desk.kantata.put(Workspace("old", lead_id="1"))
    desk.refresh()
    asked = {(read.workspace_ids, read.updated_after) for read in desk.kantata.asked_of(Kind.TIME_ENTRIES)}
    assert asked == {(("old",), None), (("w1", "w2", "w3"), START - timedelta(minutes=5))}
    assert "old-t0" in desk.ids(Kind.TIME_ENTRIES)
    assert "m-old-u1" in desk.ids(Kind.PEOPLE)


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda row: changed(row, archived=True), id="archived"),
        pytest.param(lambda row: changed(row, lead_id="2"), id="another lead"),
    ],
)
def test_a_project_that_leaves_is_shown_no_more(
    desk: Desk, leave: Callable[[Workspace], Workspace], anew: Callable[..., Content]
) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    desk.kantata.put(leave(Workspace("w2", lead_id="1")))
    done = desk.refresh()
    assert done.workspace_ids == ("w1", "w3")
    assert desk.content() == anew(desk.kantata)
    assert not [row for row in desk.ids(Kind.ALLOCATIONS) if row.startswith("w2")]


def test_no_project_is_no_error_and_asks_for_no_rows(desk: Desk) -> None:
    assert desk.refresh(Scope(("nobody",))).workspace_ids == ()
    assert {read.kind for read in desk.kantata.asked} <= {
        Kind.WORKSPACES,
        Kind.HOLIDAYS,
        Kind.WORKWEEKS,
        Kind.ROLES,
        Kind.RESOURCE_REQUESTS,
    }
    assert desk.refresh(Scope(())).workspace_ids == (), "no lead is not every lead"


@pytest.mark.parametrize(
    ("age", "resources_whole", "others_whole"),
    [
        pytest.param(timedelta(hours=5, minutes=59), False, False, id="young"),
        pytest.param(timedelta(hours=6, minutes=1), True, False, id="rates may have changed without a trace"),
        pytest.param(timedelta(days=7, minutes=1), True, True, id="a week old: all of it"),
    ],
)
def test_ages(desk: Desk, age: timedelta, resources_whole: bool, others_whole: bool) -> None:
    desk.refresh()
    desk.kantata.time += age
    desk.refresh()
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.RESOURCES)] == [resources_whole]
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [others_whole]


def test_reading_changes_does_not_make_the_last_whole_read_younger(desk: Desk) -> None:
    desk.refresh()
    for _ in range(2):
        desk.kantata.later(days=3)
        desk.refresh()
        assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [False]
    desk.kantata.later(days=3)
    desk.refresh()
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.STORIES)] == [True]


def test_full_reads_everything_anew(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(minutes=10)
    desk.refresh(full=True)
    assert all(read.updated_after is None for read in desk.kantata.asked)
    assert desk.kantata.counted == []


def test_health_reports_are_read_by_themselves_when_they_do_not_come_along(
    desk: Desk, anew: Callable[..., Content]
) -> None:
    desk.kantata.reports_with_projects = False
    desk.refresh()
    assert len(desk.kantata.asked_of(Kind.STATUS_REPORTS)) == 1
    desk.kantata.later(hours=1)
    desk.kantata.delete(Kind.STATUS_REPORTS, "w1-h")
    desk.refresh()
    assert desk.content() == anew(desk.kantata)


def test_bookings_on_own_projects_are_not_elsewhere_whoever_refreshed_last(store: Store) -> None:
    kantata = small_account(2)
    kantata.put(Workspace("w2", lead_id="2"))
    rows = [
        changed(kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"][0], id="on w1", workspace_id="w1"),
        changed(kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"][0], id="on w2", workspace_id="w2"),
    ]
    kantata.put(*rows)
    desk = Desk(store, kantata)
    desk.refresh(MINE)
    desk.refresh(Scope(("2",)))
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE) == ["on w2", "e-w1-u1", "e-w1-u2"]
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE, Scope(("2",))) == ["e-w2-u1", "e-w2-u2"]


def test_a_booking_elsewhere_that_left_the_window_goes(desk: Desk) -> None:
    desk.refresh()
    row = desk.kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"][0]
    desk.kantata.put(changed(row, start_date=DAY + timedelta(days=28), end_date=DAY + timedelta(days=30)))
    desk.refresh()
    assert "e-w1-u1" not in desk.ids(Kind.ALLOCATIONS_ELSEWHERE)


@ON_BOTH
def test_bookings_elsewhere_are_read_by_their_changes_and_counted(store: Store, anew: Callable[..., Content]) -> None:
    desk = Desk(store, small_account())
    desk.refresh()
    desk.kantata.later(hours=1)
    row = desk.kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"][0]
    desk.kantata.put(changed(row, minutes=60))
    desk.refresh()
    (asked,) = desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)
    assert (asked.updated_after, asked.window) == (START - timedelta(minutes=5), WINDOW)
    assert desk.content() == anew(desk.kantata)
    desk.kantata.delete(Kind.ALLOCATIONS_ELSEWHERE, "e-w2-u1")
    desk.refresh()
    assert [read.updated_after is None for read in desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)] == [False, True]
    assert desk.content() == anew(desk.kantata)


def test_bookings_of_another_window_are_read_whole(desk: Desk) -> None:
    later = (WINDOW[0] + timedelta(days=7), WINDOW[1] + timedelta(days=7))
    beyond = changed(
        desk.kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"][0],
        id="beyond",
        start_date=WINDOW[1] + timedelta(days=1),
        end_date=WINDOW[1] + timedelta(days=2),
    )
    desk.kantata.put(beyond)
    desk.refresh()
    assert "beyond" not in desk.ids(Kind.ALLOCATIONS_ELSEWHERE)
    for window, there in ((later, True), (WINDOW, False), (later, True)):
        desk.kantata.forget_questions()
        refresh(desk.kantata, desk.mirror, MINE, now=desk.kantata.time, window=window)
        (asked,) = desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)
        assert (asked.updated_after, asked.window) == (None, window), "nothing read before says anything about it"
        assert ("beyond" in desk.ids(Kind.ALLOCATIONS_ELSEWHERE)) is there


def test_whose_a_booking_elsewhere_is_may_change_silently_for_some_hours(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.later(hours=1)
    row, at = desk.kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"]
    desk.kantata.rows[Kind.ALLOCATIONS_ELSEWHERE]["e-w1-u1"] = changed(row, user_id="w2-u1"), at
    desk.refresh()
    desk.kantata.later(hours=6)
    desk.refresh()
    (asked,) = desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)
    assert asked.updated_after is None
    users = {one.id: one.user_id for one in desk.mirror.load(Kind.ALLOCATIONS_ELSEWHERE)}  # type: ignore[union-attr]
    assert users["e-w1-u1"] == "w2-u1"


def test_everybody_adds_people_without_a_resource(desk: Desk) -> None:
    desk.kantata.put(Membership("m-x", "x", "Idle Ida"))
    assert "x" not in desk.refresh().state.user_ids
    done = desk.refresh(everybody=True)
    assert "x" in done.state.user_ids
    assert "m-x" in desk.ids(Kind.PEOPLE)
    assert [read.user_ids for read in desk.kantata.asked_of(Kind.PEOPLE)] == [()], "each person is read once"


@ON_BOTH
def test_many_projects_are_read_in_portions_but_their_changes_at_once(
    store: Store, anew: Callable[..., Content]
) -> None:
    desk = Desk(store, small_account(230, bookings=1))
    desk.refresh(ALL)
    assert [len(read.workspace_ids) for read in desk.kantata.asked_of(Kind.STORIES)] == [100, 100, 30]
    desk.kantata.later(hours=1)
    desk.kantata.put(Story("w7-s0", "w7", "moved"))
    desk.kantata.delete(Kind.TIME_ENTRIES, "w9-t0")
    desk.refresh(ALL)
    assert [(read.workspace_ids, read.updated_after) for read in desk.kantata.asked_of(Kind.STORIES)] == [
        ((), START - timedelta(minutes=5))
    ]
    for kind in (Kind.BILLING_MILESTONES, Kind.ACCOUNTING):
        assert [read.workspace_ids for read in desk.kantata.asked_of(kind)] == [()], "always whole: at once"
    assert desk.content(ALL) == anew(desk.kantata, ALL)


def test_bookings_elsewhere_are_only_shown_by_a_refresh_that_asked_for_them(desk: Desk) -> None:
    desk.refresh()
    assert len(desk.ids(Kind.ALLOCATIONS_ELSEWHERE)) == 6
    refresh(desk.kantata, desk.mirror, MINE, now=desk.kantata.time)
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE) == []


def test_offline_knows_the_last_scope_and_its_age(desk: Desk) -> None:
    with pytest.raises(NotFound, match="Nothing has been read") as problem:
        scope_of(desk.mirror, MINE)
    assert problem.value.exit_code == 5
    desk.refresh()
    desk.kantata.later(hours=3)
    state = scope_of(desk.mirror, MINE)
    assert state.workspace_ids == ("w1", "w2", "w3")
    assert desk.kantata.time - state.synced_at == timedelta(hours=3)
    with pytest.raises(NotFound):
        scope_of(desk.mirror, ALL)


@ON_BOTH
def test_accounts_in_one_file_never_mix(desk: Desk, store: Store) -> None:
    desk.refresh()
    other = Desk(store, FakeKantata(), "http://sandbox 1")
    with pytest.raises(NotFound):
        scope_of(other.mirror, MINE)
    add_project(other.kantata, "w1", bookings=1)
    other.refresh()
    assert other.ids(Kind.STORIES) == ["w1-s0"]
    assert len(desk.ids(Kind.STORIES)) == 12
    assert set(store.accounts()) == {"http://kantata 1", "http://sandbox 1"}


@ON_BOTH
def test_a_mirror_written_by_a_program_with_other_records_is_read_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.refresh()
    for module in ("mirror", "parking"):
        monkeypatch.setattr(f"psdm_cli.store.{module}.FORMAT", "the next release")
    with pytest.raises(NotFound):
        scope_of(desk.mirror, MINE)
    assert desk.mirror.load(Kind.STORIES) == []
    desk.refresh()
    assert all(read.updated_after is None for read in desk.kantata.asked)
    assert len(desk.ids(Kind.STORIES)) == 12


@ON_BOTH
def test_the_state_says_how_much_there_is_and_how_old(desk: Desk) -> None:
    assert desk.mirror.state().rows == {}
    desk.refresh()
    state = desk.mirror.state()
    assert state.rows[Kind.STORIES] == 12
    assert [(scope.key, scope.synced_at) for scope in state.scopes] == [("leads:1", START)]
    assert (state.parked, state.malformed, state.refusals) == (0, 0, ())
    assert state.size is not None
    assert state.size > 0


def test_people_of_last_time_are_asked_for_beside_the_projects_rows(desk: Desk) -> None:
    desk.refresh()
    rounds: list[set[Kind]] = []
    read_all = desk.kantata.read_all

    def noted(reads: Sequence[Read], progress: Callable[[Progress], None] | None = None) -> Iterator[Batch]:
        rounds.append({read.kind for read in reads})
        return read_all(reads, progress)

    desk.kantata.read_all = noted  # type: ignore[method-assign]
    desk.kantata.put(Resource("w1-r9", "w1", "new", "Bo"), Membership("m-new", "new", "Bo"))
    desk.refresh()
    beside = next(kinds for kinds in rounds if Kind.TIME_ENTRIES in kinds)
    assert {Kind.PEOPLE, Kind.TIME_OFF, Kind.ALLOCATIONS_ELSEWHERE} <= beside
    assert "m-new" in desk.ids(Kind.PEOPLE), "somebody new is read afterwards"
    assert [read.user_ids for read in desk.kantata.asked_of(Kind.PEOPLE)][-1] == ("new",)
