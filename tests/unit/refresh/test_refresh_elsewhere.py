"""Where every project is mirrored, people's bookings are counted before they are read a second time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from fake_kantata import DAY, small_account
from hypothesis import given
from hypothesis import strategies as st
from refresh_desk import ALL, MINE, WINDOW, Desk

from psdm_cli.domain.records import Allocation, AllocationElsewhere, Kind, Record, Resource, Workspace
from psdm_cli.store.database import Store
from psdm_cli.systems.ports import Read
from psdm_cli.workflows.refresh_deletions import Overlay


@pytest.fixture
def desk(store: Store) -> Desk:
    kantata = small_account()
    kantata.put(Allocation("far off", DAY + timedelta(days=90), DAY + timedelta(days=91), 480, True, "w1", "w1-r1"))
    kantata.put(Allocation("unnamed", DAY, DAY, 480, True, "w1", "w1-r3"))
    kantata.delete(Kind.ALLOCATIONS_ELSEWHERE, *kantata.rows[Kind.ALLOCATIONS_ELSEWHERE])
    return Desk(store, kantata)


def by_kantata(desk: Desk) -> list[Record]:
    (batch,) = desk.kantata.read_all([Read(Kind.ALLOCATIONS_ELSEWHERE, window=WINDOW)])
    return by_id(batch.records)


def by_id(rows: Iterable[Record]) -> list[Record]:
    return sorted(rows, key=lambda row: row.id)


def test_bookings_that_are_here_already_are_counted_and_not_read_again(desk: Desk) -> None:
    for _ in range(2):  # from the parts of a first refresh, and from the mirror
        desk.refresh(ALL)
        assert desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE) == []
        assert by_id(desk.mirror.load(Kind.ALLOCATIONS_ELSEWHERE)) == by_kantata(desk) != []
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE, ALL) == []


def test_they_serve_a_lead_who_asks_offline(store: Store) -> None:
    kantata = small_account(2)
    kantata.put(Workspace("w2", "SOW w2", "Active", False, lead_id="2"))
    kantata.put(Resource("w2-r1", "w2", "w1-u1", "Ada", "r1", "Project Manager", 20_000))
    kantata.delete(Kind.ALLOCATIONS_ELSEWHERE, *kantata.rows[Kind.ALLOCATIONS_ELSEWHERE])
    desk = Desk(store, kantata)
    desk.refresh(MINE)
    read = desk.ids(Kind.ALLOCATIONS_ELSEWHERE)
    desk.refresh(ALL)
    assert desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE) == []
    assert read == desk.ids(Kind.ALLOCATIONS_ELSEWHERE) == ["w2-a0", "w2-a1", "w2-a2", "w2-a3"]


def test_a_booking_on_a_project_out_of_sight_is_read(desk: Desk) -> None:
    desk.refresh(ALL)
    desk.kantata.put(AllocationElsewhere("secret", "w1-u1", DAY, DAY, 480, True, "archived", "Archived"))
    desk.refresh(ALL)
    assert len(desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)) == 1
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE, ALL) == ["secret"]
    desk.kantata.delete(Kind.ALLOCATIONS_ELSEWHERE, "secret")
    desk.refresh(ALL)
    assert desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE) == []
    assert desk.ids(Kind.ALLOCATIONS_ELSEWHERE, ALL) == [], "what was read before is gone too"


def test_nothing_is_reckoned_from_bookings_that_are_being_read_anew(desk: Desk) -> None:
    desk.refresh(ALL)
    desk.kantata.later(hours=1)
    desk.kantata.delete(Kind.ALLOCATIONS, "w1-a0")
    desk.refresh(ALL)
    assert len(desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)) == 1
    assert by_id(desk.mirror.load(Kind.ALLOCATIONS_ELSEWHERE)) == by_kantata(desk)


@pytest.mark.parametrize("kind", [Kind.ALLOCATIONS, Kind.RESOURCES])
def test_without_the_bookings_themselves_nothing_is_reckoned(desk: Desk, kind: Kind) -> None:
    desk.refresh(ALL, everybody=True)
    desk.kantata.refuse(kind)
    desk.refresh(ALL, everybody=True)
    assert len(desk.kantata.asked_of(Kind.ALLOCATIONS_ELSEWHERE)) == 1


ROWS, OWNERS = st.sampled_from("abcdef"), st.sampled_from(["p", "q", None])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), ROWS, OWNERS),
        st.tuples(st.just("drop"), ROWS, st.none()),
        st.tuples(st.just("forget"), st.sampled_from(["p", "q", "pq"]), st.none()),
    )
)


@given(STEPS)
def test_forgetting_a_project_leaves_what_going_through_all_rows_would(
    steps: list[tuple[str, str, str | None]],
) -> None:
    overlay: Overlay[int] = Overlay()
    plainly: dict[str, tuple[str | None, int]] = {}
    for number, (what, name, owner) in enumerate(steps):
        if what == "put":
            overlay.put(name, owner, number)
            plainly[name] = owner, number
        elif what == "drop":
            overlay.drop(name)
            plainly.pop(name, None)
        else:
            overlay.forget(name)
            plainly = {row: found for row, found in plainly.items() if found[0] not in set(name)}
    assert overlay.rows == {row: value for row, (_, value) in plainly.items()}
