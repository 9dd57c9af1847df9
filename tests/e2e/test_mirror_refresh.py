"""The mirror: later runs read what changed, notice what is gone, and answer offline with the same figures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from by_hand import Hand
from by_hand_check import assert_by_hand
from psdm_process import Psdm

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)
Figures = dict[str, Any]


def now() -> str:
    """The instant that a change made now carries in Kantata."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def project(figures: Figures, sow: str) -> Figures:
    """One engagement's line."""
    return next(one for one in figures["projects"] if one["sow"] == sow)


def hard_booking(server: KantataSandbox, workspace: str, minutes: int) -> dict[str, Any]:
    """The first hard booking to come with more than these minutes."""
    rows = server.account.find("workspace_allocations", "workspace_id", workspace)
    return next(r for r in rows if r["hard"] and r["start_date"] >= "2026-11-23" and r["minutes"] > minutes)


def test_the_second_run_asks_for_changes_only(psdm: Psdm, kantata: KantataSandbox, calm: Figures) -> None:
    first = psdm("forecast-prep", "--json")
    asked_first = len(kantata.requests)
    rows_first = {r.path.rsplit("/", 1)[1] for r in kantata.requests}
    kantata.clear()
    second = psdm("forecast-prep", "--json")
    assert first.figures == second.figures == calm
    assert len(kantata.requests) < asked_first
    since = {r.path.rsplit("/", 1)[1] for r in kantata.requests if "updated_after" in r.params}
    assert {"workspace_allocations", "stories", "time_entries"} <= since <= rows_first
    for request in kantata.requests:
        if request.path.endswith(("workspace_allocations", "stories", "time_entries")):
            # changes, bookings elsewhere in their window, or a count that asks for one row
            narrow = {"updated_after", "user_ids"} & request.params.keys()
            assert narrow or request.params.get("per_page") == "1" or request.params.get("limit") == "1", request.query
    assert kantata.violations == []


def test_a_changed_booking_shows(mirrored: Psdm, standing: KantataSandbox) -> None:
    booking = hard_booking(standing, "3004", 600)
    standing.account.update("workspace_allocations", booking["id"], minutes=booking["minutes"] + 600, updated_at=now())
    done = mirrored("forecast-prep", "--json")
    assert done.code == 3
    changed = project(done.figures, "SOW-2304")
    rate = standing.account.row("workspace_resources", booking["workspace_resource_id"])["resource_bill_rate"]
    assert changed["hard_booked"] == f"{122810 + 10 * rate / 100:.2f}"  # ten hours more
    assert changed["hard_hours"] == 611.0
    assert_by_hand(done, Hand(standing.account, AS_OF))


def test_a_new_booking_shows(mirrored: Psdm, standing: KantataSandbox) -> None:
    booking = hard_booking(standing, "3004", 600)
    copy = {name: value for name, value in booking.items() if name != "id"}
    standing.account.put("workspace_allocations", copy | {"created_at": now(), "updated_at": now()})
    done = mirrored("forecast-prep", "--json")
    assert project(done.figures, "SOW-2304")["hard_hours"] == 601.0 + booking["minutes"] / 60
    assert_by_hand(done, Hand(standing.account, AS_OF))


@pytest.mark.parametrize("collection", ["workspace_allocations", "stories", "time_entries", "time_off_entries"])
def test_a_deleted_row_disappears(mirrored: Psdm, standing: KantataSandbox, collection: str) -> None:
    rows = standing.account.rows(collection)
    mine = [row for row in rows if row.get("workspace_id") in ("3004", None)]
    standing.account.remove(collection, mine[-1]["id"])
    done = mirrored("forecast-prep", "--json")
    assert_by_hand(done, Hand(standing.account, AS_OF))


def test_one_row_deleted_and_one_added_at_once_are_both_seen(mirrored: Psdm, standing: KantataSandbox) -> None:
    booking = hard_booking(standing, "3004", 600)
    copy = {name: value for name, value in booking.items() if name != "id"}
    standing.account.remove("workspace_allocations", booking["id"])
    standing.account.put("workspace_allocations", copy | {"minutes": 60, "created_at": now(), "updated_at": now()})
    done = mirrored("forecast-prep", "--json")
    assert project(done.figures, "SOW-2304")["hard_hours"] == 601.0 - booking["minutes"] / 60 + 1
    assert_by_hand(done, Hand(standing.account, AS_OF))


def test_an_archived_project_disappears_and_comes_back(mirrored: Psdm, standing: KantataSandbox, calm: Figures) -> None:
    standing.account.update("workspaces", "3004", archived=True, updated_at=now())
    without = mirrored("forecast-prep", "--json")
    assert "SOW-2304" not in {one["sow"] for one in without.figures["projects"]}
    assert len(without.figures["projects"]) == len(calm["projects"]) - 1
    standing.account.update("workspaces", "3004", archived=False, updated_at=now())
    assert mirrored("forecast-prep", "--json").figures == calm


def test_a_project_that_went_to_another_lead_disappears(mirrored: Psdm, standing: KantataSandbox) -> None:
    standing.account.update("workspaces", "3004", primary_maven_id="1002", updated_at=now())
    done = mirrored("forecast-prep", "--json")
    assert "SOW-2304" not in {one["sow"] for one in done.figures["projects"]}
    assert_by_hand(done, Hand(standing.account, AS_OF))


def test_a_full_sync_asks_for_everything_anew(mirrored: Psdm, standing: KantataSandbox, calm: Figures) -> None:
    booking = hard_booking(standing, "3004", 600)
    standing.account.update("workspace_allocations", booking["id"], minutes=booking["minutes"] + 60)  # without a trace
    assert mirrored("forecast-prep", "--json").figures == calm
    standing.clear()
    done = mirrored("sync", "--full", "--json")
    assert (done.code, done.result["full"]) == (0, True)
    assert not [r for r in standing.requests if "updated_after" in r.params]
    assert project(mirrored("forecast-prep", "--offline", "--json").figures, "SOW-2304")["hard_hours"] == 602.0


def test_all_projects_can_be_mirrored_for_everybody(psdm: Psdm, kantata: KantataSandbox) -> None:
    done = psdm("sync", "--all-projects", "--json")
    assert done.code == 0
    assert done.result["engagements"] == sum(not row["archived"] for row in kantata.account.rows("workspaces"))
    offline = psdm("forecast-prep", "--lead", "all", "--offline", "--json")
    online = psdm("forecast-prep", "--lead", "all", "--json")
    assert (offline.code, online.code) == (3, 3)
    assert offline.figures == online.figures
    assert len(online.figures["leads"]) == 3


@pytest.mark.parametrize(
    "command",
    [
        ("forecast-prep",),
        ("portfolio",),
        ("forecast", "show"),
        ("forecast", "show", "--by", "person"),
    ],
    ids=" ".join,
)
def test_offline_gives_the_same_answer_with_the_network_dead(
    psdm: Psdm, kantata: KantataSandbox, command: tuple[str, ...]
) -> None:
    online = psdm(*command, "--json")
    kantata.stop()
    offline = psdm(*command, "--offline", "--json")
    assert (offline.code, offline.result) == (online.code, online.result)  # `synced_at` included
    assert [text for text in offline.document["warnings"] if "Offline: from the mirror, 0 minutes old" in text]
    shown = psdm(*command, "--offline")
    assert shown.code == online.code
    assert "Offline: from the mirror" in shown.out


def test_offline_says_how_old_the_mirror_is(mirrored: Psdm) -> None:
    import sqlite3

    with sqlite3.connect(mirrored.home / "psdm" / "data" / "psdm.db") as database:
        database.execute("UPDATE mirror_scopes SET synced_at = '2026-01-01T00:00:00.000000+00:00'")
    database.close()
    done = mirrored("portfolio", "--offline", "--json")
    assert done.code == 0
    assert [text for text in done.document["warnings"] if "days old" in text]
    assert done.result["synced_at"].startswith("2026-01-01")


def test_offline_asks_nothing(mirrored: Psdm, standing: KantataSandbox) -> None:
    assert mirrored("forecast-prep", "--offline", "--json").code == 3
    assert mirrored("portfolio", "--offline").code == 0
    assert standing.requests == []


@pytest.mark.parametrize(
    "command",
    [("forecast-prep",), ("portfolio",), ("forecast", "show"), ("forecast", "diff")],
    ids=" ".join,
)
def test_offline_without_a_mirror_is_not_found(psdm: Psdm, command: tuple[str, ...]) -> None:
    done = psdm(*command, "--offline", "--json")
    assert (done.code, done.error["code"]) == (5, "not_found")
    assert "psdm sync" in done.error["hint"]
    assert not (psdm.home / "psdm" / "data" / "psdm.db").exists()


def test_offline_for_somebody_who_was_not_mirrored_is_not_found(mirrored: Psdm) -> None:
    done = mirrored("portfolio", "--lead", "all", "--offline", "--json")
    assert (done.code, done.error["code"]) == (5, "not_found")


def test_a_token_that_sees_less_is_not_answered_from_what_another_read(
    mirrored: Psdm, standing: KantataSandbox, calm: Figures
) -> None:
    poor = mirrored.at(standing, "no-money")
    figures = poor("forecast-prep", "--json").figures
    assert {one["currency"] for one in figures["projects"]} == {None}
    assert mirrored("forecast-prep", "--json").figures == calm
