"""Freezing a week's forecast, and naming what changed since: pushes, pulls, more, less, new and gone, to the cent."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from by_hand import Hand
from by_hand_days import later
from psdm_process import Psdm

from psdm_cli.sandbox import Account, KantataSandbox

MONDAY, NEXT = "2026-11-23", "2026-11-30"
Moves = set[tuple[str, str | None, str | None, str]]


def now() -> str:
    """The instant that a change made now carries in Kantata."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def booking(account: Account, workspace: str, role: str, day: str, minutes: int, *, hard: bool = True) -> str:
    """Book the first person of that role on the engagement for some minutes of one day."""
    slots = account.find("workspace_resources", "workspace_id", workspace)
    slot = next(s for s in slots if s["role_name"] == role and s["user_id"] is not None)
    row = {"workspace_resource_id": slot["id"], "workspace_id": workspace, "start_date": day, "end_date": day}
    made = account.put("workspace_allocations", row | {"minutes": minutes, "hard": hard, "updated_at": now()})
    return str(made["id"])


def move(account: Account, id_: str, day: str) -> None:
    """Put a booking on another day."""
    account.update("workspace_allocations", id_, start_date=day, end_date=day, updated_at=now())


def moves(changes: list[dict[str, Any]]) -> Moves:
    """Changes without their order."""
    found = {(c["kind"], c["month_from"], c["month_to"], c["amount"]) for c in changes}
    assert len(found) == len(changes)
    return found


def by_sow(result: dict[str, Any]) -> dict[str | None, Moves]:
    """The changes by SOW number, of projects that have some."""
    return {p["sow"]: moves(p["changes"]) for p in result["projects"] if p["changes"]}


def snapshots(psdm: Psdm) -> dict[tuple[str, int, str], bytes]:
    """What is stored, by week, revision and scope, read past psdm."""
    database = sqlite3.connect(psdm.home / "psdm" / "data" / "psdm.db")
    try:
        rows = database.execute("SELECT week, revision, scope, as_of, who, created_at, body FROM snapshots").fetchall()
    finally:
        database.close()
    return {(week, revision, scope): repr(rest).encode() for week, revision, scope, *rest in rows}


def value_by_month(hand: Hand, workspace: str) -> dict[str, str]:
    """Hard bookings' value from as-of on by month, as amounts, by hand."""
    sums: dict[str, Fraction] = {}
    for one in hand.bookings_of(workspace):
        start = hand.month
        while one.hard and start <= one.last:
            minutes = one.between(max(start, hand.as_of), later(start, 1))
            if minutes and one.rate is not None:
                sums[f"{start:%Y-%m}"] = sums.get(f"{start:%Y-%m}", Fraction(0)) + minutes * one.rate / 6000
            start = later(start, 1)
    return {month: f"{float(value):.2f}" for month, value in sums.items()}


PM, PSE, TA = "Project Manager", "Professional Services Engineer", "Technical Architect"


@pytest.fixture
def changed(mirrored: Psdm, standing: KantataSandbox) -> dict[str | None, Moves]:
    """Freeze the forecast of Monday, then let a week's changes happen; gives what they are."""
    account = standing.account
    later_one = booking(account, "3004", TA, "2026-12-15", 600)  # 10 h at 250.00
    sooner = booking(account, "3006", PSE, "2027-02-09", 300)  # 5 h at 200.00
    softened = booking(account, "3003", PSE, "2026-12-10", 480)  # 8 h at 200.00
    hardened = booking(account, "3011", PSE, "2027-01-13", 240, hard=False)  # 4 h at 200.00
    shrinking = booking(account, "3007", PSE, "2026-12-10", 60)  # 1 h at 190.00 EUR
    assert mirrored("forecast", "freeze", "--json").code == 0

    move(account, later_one, "2027-01-12")
    move(account, sooner, "2026-12-10")
    account.update("workspace_allocations", softened, hard=False, updated_at=now())
    account.update("workspace_allocations", hardened, hard=True, updated_at=now())
    account.remove("workspace_allocations", shrinking)
    booking(account, "3007", PSE, "2027-01-12", 90)  # 1.5 h at 190.00 EUR
    milestone = next(s for s in account.find("stories", "workspace_id", "3005") if s["title"] == "Policies accepted")
    account.update("stories", milestone["id"], due_date="2027-01-15", updated_at=now())  # 30,000.00, due in December
    account.update("workspaces", "3010", primary_maven_id="1002", updated_at=now())
    account.update("workspaces", "3021", primary_maven_id="1001", updated_at=now())
    hand = Hand(account, date(2026, 11, 30))
    return {
        "SOW-2304": {("push", "2026-12", "2027-01", "2500.00")},
        "SOW-2306": {("pull", "2027-02", "2026-12", "1000.00")},
        "SOW-2303": {("down", "2026-12", None, "1600.00")},
        "SOW-2311": {("up", None, "2027-01", "800.00")},
        # 190.00 less in December are matched with 285.00 more in January; 95.00 are left.
        "SOW-2307": {("push", "2026-12", "2027-01", "190.00"), ("up", None, "2027-01", "95.00")},
        "SOW-2305": {("push", "2026-12", "2027-01", "30000.00")},
        "SOW-2321": {("new", None, month, amount) for month, amount in value_by_month(hand, "3021").items()},
        None: {("gone", month, None, amount) for month, amount in value_by_month(hand, "3010").items()},
    }


def test_every_change_of_a_week_is_named_with_its_amount(mirrored: Psdm, changed: dict[str | None, Moves]) -> None:
    done = mirrored("forecast", "diff", "--as-of", NEXT, "--json")
    assert done.code == 0
    assert (done.result["before_as_of"], done.result["before_week"]) == (MONDAY, "2026-W48")
    assert (done.result["as_of"], done.result["week"]) == (NEXT, "2026-W49")
    assert by_sow(done.result) == changed
    assert ("new", None, "2026-11", "1410.00") in changed["SOW-2321"]  # the 30th alone: 2 h, 4 h, 1 h of the three
    assert ("gone", "2026-11", None, "290.00") in changed[None]  # the 30th alone: 0.5 h at 180.00, 1 h at 200.00


def test_the_difference_by_month_adds_up(mirrored: Psdm, changed: dict[str | None, Moves]) -> None:
    done = mirrored("forecast", "diff", "--as-of", NEXT, "--json")
    signed: dict[tuple[str, str], Fraction] = {}
    for project in done.result["projects"]:
        for change in project["changes"]:
            for month, sign in ((change["month_from"], -1), (change["month_to"], 1)):
                if month is not None:
                    key = (project["currency"], month)
                    signed[key] = signed.get(key, Fraction(0)) + sign * Fraction(change["amount"])
    for line in done.result["months"]:
        assert Fraction(line["after"]) - Fraction(line["before"]) == Fraction(line["change"])
        assert Fraction(line["change"]) == signed.pop((line["currency"], line["month"]), 0)
    assert not any(signed.values())


def test_next_mondays_preparation_calls_the_changes_out(mirrored: Psdm, changed: dict[str | None, Moves]) -> None:
    done = mirrored("forecast-prep", "--as-of", NEXT, "--json")
    assert done.result["compared_with"] == MONDAY
    here = {sow: found for sow, found in changed.items() if sow is not None}  # the one that is gone has no line
    assert by_sow(done.result) == here
    step = next(step for step in done.result["steps"] if step["id"] == "FP-03")
    called = {
        (f["sow"], f["data"]["kind"], f["data"]["month_from"], f["data"]["month_to"], f["amount"])
        for f in step["findings"]
        if "kind" in f["data"]
    }
    slipped = {(sow, *move) for sow, found in changed.items() for move in found if move[0] in ("push", "down", "gone")}
    assert called == slipped


def test_nothing_changes_when_only_days_go_by(mirrored: Psdm) -> None:
    assert mirrored("forecast", "freeze").code == 0
    for as_of in (NEXT, "2026-12-07", "2027-01-04"):
        done = mirrored("forecast", "diff", "--as-of", as_of, "--json")
        assert (done.code, by_sow(done.result)) == (0, {}), as_of


def test_the_same_difference_in_every_form(mirrored: Psdm, changed: dict[str | None, Moves]) -> None:
    assert mirrored("sync").code == 0
    screen = mirrored("forecast", "diff", "--as-of", NEXT, "--offline")
    markdown = mirrored("forecast", "diff", "--as-of", NEXT, "--offline", "--markdown")
    table = mirrored("forecast", "diff", "--as-of", NEXT, "--offline", "--csv")
    for done in (screen, markdown, table):
        assert done.code == 0
        for sow in changed.keys() - {None}:
            assert str(sow) in done.out
        for amount in ("2,500.00", "30,000.00", "95.00"):
            assert amount in done.out or amount.replace(",", "") in done.out


def test_a_second_freeze_is_a_new_revision_and_the_first_stays(mirrored: Psdm, standing: KantataSandbox) -> None:
    first = mirrored("forecast", "freeze", "--json")
    assert (first.code, first.result["revision"], first.result["stored"]) == (0, 1, True)
    before = snapshots(mirrored)
    extra = booking(standing.account, "3004", TA, "2026-12-15", 600)
    second = mirrored("forecast", "freeze", "--json")
    assert (second.result["week"], second.result["revision"]) == ("2026-W48", 2)
    after = snapshots(mirrored)
    assert before.items() <= after.items()
    assert len(after) == 2
    assert len(set(after.values())) == 2
    standing.account.remove("workspace_allocations", extra)
    done = mirrored("forecast", "diff", "--as-of", NEXT, "--json")  # against the second
    assert by_sow(done.result) == {"SOW-2304": {("down", "2026-12", None, "2500.00")}}
    assert snapshots(mirrored) == after


def test_since_chooses_the_snapshot(mirrored: Psdm, standing: KantataSandbox) -> None:
    assert mirrored("forecast", "freeze", "--as-of", "2026-11-16").code == 0
    booking(standing.account, "3004", TA, "2026-12-15", 600)
    assert mirrored("forecast", "freeze", "--as-of", MONDAY).code == 0
    booking(standing.account, "3006", PSE, "2026-12-15", 300)
    assert mirrored("forecast", "freeze", "--as-of", NEXT).code == 0
    booking(standing.account, "3003", PSE, "2026-12-15", 60)
    assert mirrored("sync", "--as-of", NEXT).code == 0

    more = (
        {("up", None, "2026-12", "2500.00")},
        {("up", None, "2026-12", "1000.00")},
        {("up", None, "2026-12", "200.00")},
    )
    last = {"SOW-2306": more[1], "SOW-2303": more[2]}
    for since, before, expected in (
        (None, MONDAY, last),  # the last week before this one, though this one is frozen as well
        ("2026-11-29", MONDAY, last),
        (MONDAY, MONDAY, last),
        ("2026-11-22", "2026-11-16", last | {"SOW-2304": more[0]}),
        (NEXT, NEXT, {"SOW-2303": more[2]}),
    ):
        options = () if since is None else ("--since", since)
        done = mirrored("forecast", "diff", "--as-of", NEXT, *options, "--offline", "--json")
        assert (done.code, done.result["before_as_of"], by_sow(done.result)) == (0, before, expected), since
    early = mirrored("forecast", "diff", "--as-of", NEXT, "--since", "2026-11-15", "--json")
    assert (early.code, early.error["code"]) == (5, "not_found")
    future = mirrored("forecast", "diff", "--as-of", NEXT, "--since", "2026-12-01", "--json")
    assert (future.code, future.error["code"]) == (2, "usage")


def test_a_dry_run_stores_nothing(mirrored: Psdm) -> None:
    done = mirrored("forecast", "freeze", "--dry-run", "--json")
    assert (done.code, done.result["revision"], done.result["stored"]) == (0, None, False)
    assert done.result["week"] == "2026-W48"
    assert snapshots(mirrored) == {}
    assert mirrored("forecast", "freeze", "--json").result["revision"] == 1


def test_the_preparation_can_freeze_and_says_so_beside_the_document(
    mirrored: Psdm, standing: KantataSandbox, calm: dict[str, Any]
) -> None:
    done = mirrored("forecast-prep", "--freeze", "--json")
    assert (done.code, done.figures) == (3, calm)
    assert "2026-W48, revision 1" in done.err
    assert [key[:2] for key in snapshots(mirrored)] == [("2026-W48", 1)]
    assert standing.writes == []


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29"], ids=["Saturday", "Sunday"])
def test_a_weekend_belongs_to_the_coming_monday(mirrored: Psdm, day: str) -> None:
    assert mirrored("forecast", "freeze", "--as-of", day, "--json").result["week"] == "2026-W49"


def test_without_a_snapshot_there_is_nothing_to_compare_with(mirrored: Psdm) -> None:
    done = mirrored("forecast", "diff", "--json")
    assert (done.code, done.error["code"]) == (5, "not_found")
    assert "psdm forecast freeze" in done.error["hint"]
    assert mirrored("forecast", "freeze").code == 0
    for scope in (("--lead", "all"), ("--status", "Active")):  # frozen for me, not for these
        other = mirrored("forecast", "diff", *scope, "--json")
        assert (other.code, other.error["code"]) == (5, "not_found")


def test_a_forecast_is_frozen_from_live_data_only(mirrored: Psdm) -> None:
    for command in (("forecast", "freeze"), ("forecast-prep", "--freeze")):
        done = mirrored(*command, "--offline", "--json")
        assert (done.code, done.error["code"]) == (2, "usage")
    assert snapshots(mirrored) == {}


def test_freezing_as_of_another_day_says_that_balances_are_live(mirrored: Psdm) -> None:
    done = mirrored("forecast", "freeze", "--as-of", "2026-11-16", "--json")
    assert [text for text in done.document["warnings"] if "moves the clock only" in text]


def test_an_unknown_forecast_is_not_compared(mirrored: Psdm, standing: KantataSandbox) -> None:
    assert mirrored("forecast", "freeze").code == 0
    done = mirrored.at(standing, "no-money")("forecast", "diff", "--as-of", NEXT, "--json")
    assert done.code == 0
    assert by_sow(done.result) == {}
    assert {p["known"] for p in done.result["projects"]} <= {False}
    assert done.result["projects"] or done.document["warnings"]
