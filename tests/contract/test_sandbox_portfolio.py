"""The seeded portfolio: the same every time, in the promised state on any day, and easy to check by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import pytest
from sandbox_reckoning import Reckoning

from psdm_cli.sandbox import Account, portfolio

MONDAY = date(2026, 11, 23)
# A Saturday, midweek days, month and fiscal-quarter edges, a leap year's February, a turn of the year.
DAYS = [
    MONDAY, date(2026, 11, 28), date(2026, 11, 25), date(2026, 11, 27), date(2026, 12, 31), date(2027, 1, 1),
    date(2027, 1, 31), date(2027, 2, 1), date(2027, 4, 28), date(2027, 6, 30), date(2027, 9, 6), date(2028, 2, 29),
]  # fmt: skip
TROUBLED = {"3001", "3002", "3003"}


@cache
def seeded(seed: int, as_of: date) -> Account:
    """The portfolio, made once; no test here changes it."""
    return portfolio.seeded(seed, as_of)


def values(account: Account, workspace: str) -> dict[str, str]:
    rows = account.find("custom_field_values", "subject_id", workspace)
    return {v["custom_field_name"]: v["display_value"] for v in rows if v["subject_type"] == "Workspace"}


def findings(account: Account, as_of: date) -> dict[str, list[str]]:
    """What is to be found on the engagements that a Monday's forecast looks at."""
    reckoning = Reckoning(account, as_of)
    found: dict[str, list[str]] = {}
    for workspace in account.rows("workspaces"):
        state = workspace["status"]["message"]
        if workspace["archived"] or state in ("Estimate", "Completed"):
            continue
        said = ["money"] if reckoning.to_forecast(workspace) else []
        if state != "Closed":
            said += reckoning.task_findings(workspace)
            said += ["soft"] if reckoning.soft_this_month(workspace) else []
            if state not in ("On Hold", "Backlog"):
                said += [f"gap {role}" for role in sorted(reckoning.gaps(workspace))]
            if state == "Active" and reckoning.health_age(workspace) > 7:
                said.append("stale health")
            said += ["sign-off at risk"] if reckoning.sign_offs_at_risk(workspace) else []
        said += ["missing time"] if reckoning.missing_time(workspace) else []
        said += ["unapproved time"] if reckoning.unapproved(workspace) else []
        if said:
            found[workspace["id"]] = said
    return found


def test_the_same_seed_and_day_give_the_same_account() -> None:
    assert portfolio.seeded(1, MONDAY).tables == portfolio.seeded(1, MONDAY).tables
    assert seeded(1, MONDAY).tables != seeded(2, MONDAY).tables
    assert seeded(1, MONDAY).tables != seeded(1, MONDAY + timedelta(days=1)).tables


def test_the_shape_of_the_portfolio() -> None:
    account = seeded(1, MONDAY)
    mine = account.find("workspaces", "primary_maven_id", "1001")
    assert len(mine) == 20
    assert len(account.table("workspaces")) == 28
    assert Counter(w["status"]["message"] for w in mine) == {
        "Active": 13, "On Hold": 1, "Backlog": 1, "In Set Up": 1, "Closed": 1, "Completed": 2, "Estimate": 1,
    }  # fmt: skip
    assert [w["id"] for w in mine if w["archived"]] == ["3020"]
    assert Counter(w["currency"] for w in mine) == {"USD": 18, "EUR": 1, "JPY": 1}
    types = Counter(values(account, w["id"])["Billing Type"] for w in mine)
    assert set(types) == {"T&M", "Fixed Fee", "Consulting Block", "Dedicated Engineer", "Training"}
    for workspace in account.rows("workspaces"):
        stories = account.find("stories", "workspace_id", workspace["id"])
        assert 12 <= len(stories) <= 28
        assert sum(s["title"] == "Kickoff" and s["story_type"] == "milestone" for s in stories) == 1


def test_sow_numbers_stand_where_they_should() -> None:
    account = seeded(1, MONDAY)
    assert values(account, "3001")["SOW"] == "SOW-2301"
    assert "SOW" not in values(account, "3009")
    assert account.row("workspaces", "3009")["title"].startswith("SOW-2309 ")
    assert "SOW" not in values(account, "3010")
    assert "SOW" not in account.row("workspaces", "3010")["title"]
    assert "SOW Expiry" not in values(account, "3011")


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_three_of_mine_are_in_trouble_and_the_rest_nearly_healthy(seed: int, as_of: date) -> None:
    found = findings(seeded(seed, as_of), as_of)
    assert set(found["3001"]) == {"money", "soft", "gap PM", "gap PSE", "gap TA"}
    assert set(found["3002"]) == {"money", "overdue", "undated", "sign-off at risk"}
    assert set(found["3003"]) == {"money", "stale health", "missing time", "unapproved time"}
    assert {id_: said for id_, said in found.items() if id_ not in TROUBLED} == {
        "3005": ["unassigned"],
        "3007": ["closed-future"],
        "3008": ["undated", "undated"],
        "3014": ["soft"],
        "3015": ["money"],
        "3022": ["money"],
    }


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_two_engineers_have_time_left(as_of: date) -> None:
    account = seeded(1, as_of)
    reckoning = Reckoning(account, as_of)
    delivery = [u for u in account.rows("users") if u["role_id"] in ("11", "12", "13") and not u["disabled"]]
    low = {u["full_name"] for u in delivery if reckoning.booked_ratio(u["id"]) < Fraction(8, 10)}
    assert low == {"Jonas Wexford", "Aiko Tremblay"}
    assert all(reckoning.booked_ratio(u["id"]) <= 1 for u in delivery)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_the_money_of_the_three(as_of: date) -> None:
    account = seeded(1, as_of)
    reckoning = Reckoning(account, as_of)
    unplanned = {id_: reckoning.to_forecast(account.row("workspaces", id_)) for id_ in sorted(TROUBLED)}
    # On the Sunday after the quarter's last business day that day's milestone is overdue as well.
    overdue = 60_000_00 if as_of == date(2027, 1, 31) else 0
    assert unplanned == {"3001": 186_000_00, "3002": 80_000_00 + overdue, "3003": -48_000_00}


def test_a_week_by_hand() -> None:
    """SOW-2304 on Monday 23 November 2026: a week is 40 h at 200.00, 5 h at 250.00 and 2.5 h at 180.00.

    From then to 26 February 2027 lie 14 weeks, less Thanksgiving (2 days), Christmas, New Year and Martin Luther King
    Day: 65 working days. The engineer is off on two of them, the lead on one.
    """
    account = seeded(1, MONDAY)
    workspace = account.row("workspaces", "3004")
    engineer, architect, lead = 63 * 8 * 200_00, 65 * 1 * 250_00, 64 * 90_00
    to_come = engineer + architect + lead
    assert to_come == 122_810_00
    assert Reckoning(account, MONDAY).value_to_come(workspace) == to_come
    assert workspace["price_in_cents"] - workspace["budget_used_in_cents"] == to_come
    official = account.find("project_accounting_records", "workspace_id", "3004")
    assert sum(round(r["forecast"] * 100) for r in official) == to_come


def test_milestones_of_the_fixed_fee_trouble() -> None:
    account = seeded(1, MONDAY)
    sold = [
        s for s in account.find("stories", "workspace_id", "3002") if s["fixed_fee"] and s["story_type"] == "milestone"
    ]
    assert [(s["due_date"], s["budget_estimate_in_cents"], s["state"]) for s in sold] == [
        ("2026-09-25", 40_000_00, "completed"),
        ("2026-11-04", 45_000_00, "not started"),
        (None, 35_000_00, "not started"),
        ("2027-01-29", 60_000_00, "not started"),
        ("2026-12-03", 25_000_00, "not started"),
        ("2027-03-05", 20_000_00, "not started"),
    ]
    received = {v["custom_field_name"] for v in account.find("custom_field_values", "subject_id", sold[4]["id"])}
    assert {"Sign Off Sent", "Sign Off Received"} <= received
    assert account.row("workspaces", "3002")["price_in_cents"] == 225_000_00


def test_small_blemishes_of_billing() -> None:
    account = seeded(1, MONDAY)
    foreign = [b for b in account.find("billing_milestones", "workspace_id", "3012") if b["currency"] != "USD"]
    assert [(b["title"], b["currency"]) for b in foreign] == [("Travel, billed in EUR", "EUR")]
    (credit,) = account.find("billing_milestones", "workspace_id", "3013")
    assert (credit["amount_in_cents"], credit["story_id"]) == (-150_000, None)


def test_logged_time_is_what_was_booked() -> None:
    """Six weeks of entries, five a week and person, none in the future."""
    account = seeded(1, date(2026, 11, 25))
    entries = [e for e in account.find("time_entries", "workspace_id", "3004") if e["user_id"] == "1011"]
    assert max(e["date_performed"] for e in entries) == "2026-11-24"
    assert len(entries) == 6 * 5 + 2
    assert {e["time_in_minutes"] for e in entries} == {480}
    assert {e["approved"] for e in entries if e["date_performed"] < "2026-11-23"} == {True}
