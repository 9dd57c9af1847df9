"""Pages, chunks, parallelism, and rows that move while they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kantata_server import Reply, ScriptedKantata, entries, errors, ids

from psdm_cli.domain.records import Kind
from psdm_cli.systems.http.pacing import CALM
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.ports import Batch, Progress, Read

Make = Callable[..., KantataAdapter]
TIME = Read(Kind.TIME_ENTRIES, workspace_ids=("40",))


def read(adapter: KantataAdapter, *reads: Read) -> list[Batch]:
    return list(adapter.read_all(reads))


def test_all_pages_each_once_in_order(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = entries(450)
    [batch] = read(adapter, TIME)
    assert ids(batch.records) == [str(number) for number in range(1, 451)]
    assert sorted(seen.query["page"] for seen in kantata.seen) == ["1", "2", "3"]


def test_a_server_with_smaller_pages_is_followed(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.page_size = 50
    kantata.tables["/time_entries"] = entries(120)
    assert len(read(adapter, TIME)[0].records) == 120
    assert len(kantata.seen) == 3


def test_no_rows_no_pages(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    assert read(adapter, TIME) == [Batch(TIME)]
    assert len(kantata.seen) == 1


def test_nothing_asked_nothing_sent(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    assert read(adapter) == []
    assert kantata.seen == []


def test_at_most_four_at_a_time_and_four_where_there_is_enough_to_do(
    kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    """The server answers only when four requests are there together, which a slower client would never manage."""
    kantata.page_size = 5
    kantata.tables["/time_entries"] = entries(5 * 41)
    kantata.script("/time_entries", Reply(then=lambda: setattr(kantata, "gate", 4)))
    [batch] = read(adapter, TIME)
    assert len(batch.records) == 205
    assert kantata.most_in_flight == 4


def test_several_reads_share_the_four_places(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.gate = 4
    reads = [Read(kind) for kind in (Kind.ROLES, Kind.HOLIDAYS, Kind.WORKWEEKS, Kind.PEOPLE)]
    assert {batch.read.kind for batch in read(adapter, *reads)} == {one.kind for one in reads}
    assert kantata.most_in_flight == 4


def test_after_a_429_one_at_a_time_and_slowly_more(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.page_size = 5
    kantata.tables["/time_entries"] = entries(5 * 60)
    kantata.script("/time_entries", errors(429, "slow down"))
    assert len(read(adapter, TIME)[0].records) == 300
    after = [seen.in_flight for seen in kantata.seen[1:]]
    assert set(after[:CALM]) == {1}
    assert max(after[: 3 * CALM]) <= 2  # two only after CALM good answers, three after 2 x CALM more
    assert max(after) <= 4


def test_ids_are_sent_in_chunks(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    many = tuple(str(number) for number in range(1, 601))
    kantata.tables["/time_entries"] = entries(3, "1") + entries(2, "250", first=10)
    kantata.tables["/account_memberships"] = [{"id": "1", "user_id": "8"}]
    batches = read(adapter, Read(Kind.TIME_ENTRIES, workspace_ids=many), Read(Kind.PEOPLE, user_ids=many))
    time = next(batch for batch in batches if batch.read.kind is Kind.TIME_ENTRIES)
    assert sorted(ids(time.records)) == ["1", "10", "11", "2", "3"]

    def chunks(path: str, name: str) -> list[int]:
        return sorted(len(seen.query[name].split(",")) for seen in kantata.asked(path))

    assert chunks("/time_entries", "workspace_ids") == [100, 250, 250]
    assert chunks("/account_memberships", "with_user_ids") == [200, 200, 200]


@pytest.mark.parametrize("gone", [0, 3])
def test_a_page_shrinks_while_it_is_read(gone: int, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """A row of page 1 is deleted after it was read: the first row of page 2 moves where nobody looks again."""
    kantata.page_size = 4
    kantata.tables["/time_entries"] = entries(10)
    kantata.script("/time_entries", Reply(then=lambda: kantata.tables["/time_entries"].pop(gone)))
    [batch] = read(adapter, TIME)
    left = [str(number) for number in range(1, 11) if number != gone + 1]
    assert ids(batch.records) == left


def test_a_row_that_moves_to_the_end_is_not_lost(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """The count stays, but a booking changed between two pages pushes another one onto the page already read."""
    rows = [
        {
            "id": str(n),
            "start_date": "2026-11-02",
            "end_date": "2026-11-06",
            "minutes": n,
            "hard": True,
            "workspace_id": "40",
        }
        for n in range(1, 11)
    ]
    kantata.page_size = 4
    kantata.tables["/workspace_allocations"] = rows
    kantata.script("/workspace_allocations", Reply(then=lambda: rows.append({**rows.pop(0), "minutes": 99})))
    [batch] = read(adapter, Read(Kind.ALLOCATIONS, workspace_ids=("40",)))
    assert {row.id: row.minutes for row in batch.records} == {str(n): n for n in range(2, 11)} | {"1": 99}  # type: ignore[union-attr]


def test_rows_that_never_hold_still_are_read_twice_and_taken(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.page_size = 4
    kantata.tables["/time_entries"] = entries(12)
    shrink = Reply(then=lambda: kantata.tables["/time_entries"].pop(0))
    kantata.script("/time_entries", shrink, shrink, shrink, *[shrink] * 3)
    [batch] = read(adapter, TIME)
    assert len(ids(batch.records)) == len(set(ids(batch.records)))
    assert len(kantata.seen) <= 6  # two rounds, not for ever


def test_progress_counts_pages(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = entries(450)
    said: list[Progress] = []
    list(adapter.read_all([TIME, Read(Kind.ROLES)], said.append))
    # What lies after the last complete read need not be told; everything else is, and never backwards.
    assert [one.done for one in said] == sorted(one.done for one in said)
    assert all(0 < one.done <= one.known <= 4 for one in said)
    assert {one.label for one in said} <= {"time entries", "roles"}
    assert len(said) >= 3


def test_giving_up_half_way_ends_the_threads(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = entries(400)
    stream = adapter.read_all([Read(Kind.ROLES), TIME])
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert len(read(adapter, TIME)[0].records) == 400


class TestResources:
    """Their rates come only with a direct call, which takes a single project, or ids."""

    @staticmethod
    def rows(count: int) -> list[dict[str, Any]]:
        return [
            {"id": str(900 + n), "workspace_id": 40 + n % 40, "user_id": None, "role_id": "7", "resource_bill_rate": 0}
            for n in range(count)
        ]

    def test_forty_engagements_cost_three_requests(self, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
        rows = self.rows(240)
        for n in range(40):
            own = [row["id"] for row in rows if row["workspace_id"] == 40 + n]
            kantata.tables["/workspaces"].append({"id": str(40 + n), "workspace_resources_with_unnamed_ids": own})
        kantata.tables["/workspace_resources"] = rows
        scope = tuple(str(40 + n) for n in range(40))
        [batch] = read(adapter, Read(Kind.RESOURCES, workspace_ids=scope))
        assert sorted(ids(batch.records)) == sorted(row["id"] for row in rows)
        assert len(kantata.seen) == 3
        first = next(row for row in batch.records if row.id == "900")
        assert (first.bill_rate_in_cents, first.user_id, first.workspace_id) == (0, None, "40")  # type: ignore[union-attr]
        direct = kantata.asked("/workspace_resources")
        assert sorted(len(seen.query["only"].split(",")) for seen in direct) == [40, 200]
        assert {seen.query["include_unnamed"] for seen in direct} == {"true"}
        assert adapter.count([Read(Kind.RESOURCES, workspace_ids=scope)]) == [240]

    def test_the_ids_that_came_with_the_projects_are_used_once(
        self, kantata: ScriptedKantata, adapter: KantataAdapter
    ) -> None:
        scope = ("40", "41", "42")
        kantata.tables["/workspaces"] = [
            {"id": one, "workspace_resources_with_unnamed_ids": [f"9{one}"]} for one in scope
        ]
        kantata.tables["/workspace_resources"] = [
            {"id": f"9{one}", "workspace_id": int(one), "user_id": "8", "role_id": "7"} for one in scope
        ]
        read(adapter, Read(Kind.WORKSPACES, lead_ids=("7",)))
        [first] = read(adapter, Read(Kind.RESOURCES, workspace_ids=scope))
        assert len(kantata.asked("/workspaces")) == 1
        [second] = read(adapter, Read(Kind.RESOURCES, workspace_ids=scope))
        assert len(kantata.asked("/workspaces")) == 2
        assert ids(first.records) == ids(second.records) == ["940", "941", "942"]

    def test_without_ids_every_project_is_asked(self, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
        kantata.tables["/workspaces"] = [{"id": one} for one in ("40", "41", "42")]
        kantata.tables["/workspace_resources"] = self.rows(3)
        [batch] = read(adapter, Read(Kind.RESOURCES, workspace_ids=("40", "41", "42")))
        assert sorted(ids(batch.records)) == ["900", "901", "902"]
        assert sorted(seen.query["workspace_id"] for seen in kantata.asked("/workspace_resources")) == [
            "40",
            "41",
            "42",
        ]
        assert adapter.count([Read(Kind.RESOURCES, workspace_ids=("40", "41", "42"))]) == [3]

    def test_a_single_project_is_asked_directly(self, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
        kantata.tables["/workspace_resources"] = self.rows(3)
        [batch] = read(adapter, Read(Kind.RESOURCES, workspace_ids=("41",)))
        assert ids(batch.records) == ["901"]
        assert len(kantata.seen) == 1


def test_ids_that_come_only_with_their_include(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """Some servers send `workspace_id` only with include=workspace: it is added, once, and from then on."""
    bare = [
        {name: value for name, value in row.items() if name not in {"workspace_id", "user_id"}} for row in entries(2)
    ]
    kantata.tables["/time_entries"] = bare
    read(adapter, TIME)
    read(adapter, TIME)
    assert [seen.query.get("include") for seen in kantata.seen] == [None, "workspace,user", "workspace,user"]


def test_bookings_elsewhere_when_the_side_load_names_nobody(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/workspace_allocations"] = [
        {"id": f"7{user}", "start_date": "2026-11-02", "end_date": "2026-11-06", "minutes": 60, "hard": False}
        | {"workspace_resource_id": f"9{user}", "workspace_id": "50", "user_id": user}
        for user in ("7", "8")
    ]
    kantata.sides["workspace_resources"] = {"97": {"id": "97"}, "98": {"id": "98"}}
    kantata.sides["workspaces"] = {"50": {"id": "50", "title": "Elsewhere"}}
    [batch] = read(adapter, Read(Kind.ALLOCATIONS_ELSEWHERE, user_ids=("7", "8")))
    found = {(row.id, row.user_id, row.workspace_title) for row in batch.records}  # type: ignore[union-attr]
    assert found == {("77", "7", "Elsewhere"), ("78", "8", "Elsewhere")}


def test_only_wanted_projects_where_no_filter_exists(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/resource_requests"] = [
        {"id": "1", "status": "new", "resource_id": "901"},
        {"id": "2", "status": "new", "resource_id": "902"},
        {"id": "3", "status": "new", "resource_id": None},
    ]
    kantata.sides["workspace_resources"] = {
        "901": {"id": "901", "workspace_id": 40},
        "902": {"id": "902", "workspace_id": 50},
    }
    wanted = Read(Kind.RESOURCE_REQUESTS, workspace_ids=("40",))
    [batch] = read(adapter, wanted)
    assert ids(batch.records) == ["1", "3"]  # of the third nobody knows whose it is: not dropped
    assert adapter.count([wanted, Read(Kind.RESOURCE_REQUESTS)]) == [2, 3]


def test_counting_is_cheap(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = entries(450)
    assert adapter.count([TIME, Read(Kind.ROLES)]) == [450, 0]
    assert len(kantata.seen) == 2
    assert {seen.query["per_page"] for seen in kantata.seen} == {"1"}


def test_counting_peoples_bookings_asks_for_all_of_them_together(
    kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    kantata.tables["/workspace_allocations"] = [{"id": str(n), "workspace_resource_id": "901"} for n in range(7)]
    assert adapter.count([Read(Kind.ALLOCATIONS_ELSEWHERE, user_ids=("8", "9", "10"))]) == [7]
    assert [seen.query["user_ids"] for seen in kantata.seen] == ["8,9,10"]


def test_counting_where_the_token_may_not_look(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/time_off_entries", errors(403, "no"))
    assert adapter.count([Read(Kind.TIME_OFF), Read(Kind.ROLES)]) == [None, 0]


def test_leads_walk_their_pages(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.page_size = 2
    kantata.tables["/users"] = [{"id": str(n), "full_name": f"Lead {n}", "email_address": None} for n in range(3)]
    assert [(person.id, person.name) for person in adapter.leads()] == [
        ("0", "Lead 0"),
        ("1", "Lead 1"),
        ("2", "Lead 2"),
    ]
    assert kantata.seen[0].query["provider_leads_on_account_projects"] == "true"
