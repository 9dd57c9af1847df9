"""What a token may not see: unknown stays unknown, the permission is named, and everything else is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

AMOUNT = re.compile(r"-?\d+\.\d{2}")
MONEY = ("budget", "used", "remaining", "to_forecast", "hard_booked", "soft_booked", "beyond", "overdue", "undated")
MONTHS = ("forecast", "worked", "month_total")
HOURS = ("hard_hours", "soft_hours", "unpriced_hours")


def strings(value: Any) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def by_sow(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The projects by SOW number."""
    return {project["sow"]: project for project in figures["projects"]}


def steps_of(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps by id."""
    return {step["id"]: step for step in figures["steps"]}


def without(project: dict[str, Any], *names: str) -> dict[str, Any]:
    """A project without some of its fields."""
    return {name: value for name, value in project.items() if name not in names}


def said_by(done: Outcome) -> str:
    """Where a missing permission must be named: warnings, reasons, evidence and findings."""
    steps = done.result["steps"]
    parts = [*done.document["warnings"], *(step["reason"] for step in steps)]
    parts += [text for step in steps for text in step["evidence"]]
    return "\n".join(parts + [finding["message"] for step in steps for finding in step["findings"]])


def test_without_money_the_answer_is_in_hours_and_no_amount_is_claimed(
    alone: Psdm, kantata: KantataSandbox, calm: dict[str, Any]
) -> None:
    done = alone.at(kantata, "no-money")("forecast-prep", "--as-of", "2026-11-23", "--json")
    assert done.code == 3
    for project in done.result["projects"]:
        assert [project["currency"], *(project[name] for name in MONEY)] == [None] * 10
        assert [amount for name in MONTHS for amount in project[name].values()] == [None] * 12
        assert [milestone["amount"] for milestone in project["milestones"]] == [None] * len(project["milestones"])
        full = next(one for one in calm["projects"] if one["id"] == project["id"])
        assert project["unpriced_hours"] == full["hard_hours"] + full["soft_hours"]
        assert {name: project[name] for name in ("hard_hours", "soft_hours", "coverage", "kickoff", "end")} == {
            name: full[name] for name in ("hard_hours", "soft_hours", "coverage", "kickoff", "end")
        }
    assert (done.result["totals"], done.result["worked_totals"]) == ({}, {})
    assert done.result["people"] == calm["people"]
    assert not [text for text in strings(done.result) if AMOUNT.fullmatch(text)]
    steps, seen = steps_of(done.result), steps_of(calm)
    assert steps["FP-01"]["state"] == "unverified"
    assert "View Financials" in steps["FP-01"]["reason"]
    for name in steps.keys() - {"FP-01", "FP-03"}:
        assert steps[name]["state"] == seen[name]["state"]
        assert {f["key"] for f in steps[name]["findings"]} == {f["key"] for f in seen[name]["findings"]}
    assert [f for f in steps["FP-03"]["findings"] if "View Financials" in f["message"]]
    for finding in (finding for step in steps.values() for finding in step["findings"]):
        assert (finding["amount"], finding["currency"]) == (None, None)


def test_without_money_the_screen_says_so_in_hours(alone: Psdm, kantata: KantataSandbox) -> None:
    psdm = alone.at(kantata, "no-money").with_(PSDM_AS_OF="2026-11-23")
    prep, portfolio = psdm("forecast-prep"), psdm("portfolio", "--offline", "--json")
    assert prep.code == 3
    assert "View Financials" in prep.out
    assert re.search(r"\d h\b", prep.out)
    assert " USD" not in prep.out
    for line in portfolio.result["projects"]:
        assert (line["eac"], line["burn"], line["to_forecast"], line["currency"]) == (None, None, None, None)
        assert line["coverage_known"]


def test_without_rates_hours_are_unpriced_and_fixed_fee_is_still_right(
    psdm: Psdm, kantata: KantataSandbox, calm: dict[str, Any]
) -> None:
    for slot in list(kantata.account.rows("workspace_resources")):
        kantata.account.update("workspace_resources", slot["id"], resource_bill_rate=None)
    done = psdm("forecast-prep", "--json")
    assert done.code == 3
    full = by_sow(calm)
    for sow, project in by_sow(done.result).items():
        assert project["unpriced_hours"] == full[sow]["hard_hours"] + full[sow]["soft_hours"]
        assert project["hard_booked"] == (None if full[sow]["hard_hours"] else "0.00")
        assert project["soft_booked"] == (None if full[sow]["soft_hours"] else "0.00")
        if project["type"] == "fixed_fee" or not full[sow]["hard_hours"]:
            same = without(project, "hard_booked", "soft_booked", "unpriced_hours")
            assert same == without(full[sow], "hard_booked", "soft_booked", "unpriced_hours")
        else:
            unknown = [project["to_forecast"], project["beyond"], *project["forecast"].values()]
            assert unknown + list(project["month_total"].values()) == [None] * 10
            assert (project["worked"], project["remaining"]) == (full[sow]["worked"], full[sow]["remaining"])
        if project["unpriced_hours"]:
            finding = next(
                f for f in steps_of(done.result)["FP-03"]["findings"] if f["key"].endswith(f"unpriced:{project['id']}")
            )
            assert "View Financials" in finding["message"]
            assert finding["data"]["unpriced_hours"] == project["unpriced_hours"]


# What one refused endpoint takes away: steps that cannot be looked at all, and the projects' fields that become null.
# Everything else must be as it is for somebody who may see all.
FIXED_FEE_MONEY = ("forecast", "month_total", "beyond", "overdue", "undated", "to_forecast")
HOURLY_MONEY = ("forecast", "month_total", "beyond", "to_forecast")
REFUSALS: dict[str, dict[str, Any]] = {
    "workspace_resources": {
        "unverified": {"FP-06", "FP-08"},
        "hourly": HOURLY_MONEY,
        "every": ("coverage",),
        "unpriced": True,
        "spread": True,
        "named": "project resources",
    },
    "workspace_allocations": {
        "unverified": {"FP-06", "FP-07", "FP-08"},
        "hourly": HOURLY_MONEY,
        "every": (*HOURS, "hard_booked", "soft_booked", "coverage"),
        "named": "allocations",
    },
    "stories": {"unverified": {"FP-02", "FP-05", "FP-10"}, "fixed": FIXED_FEE_MONEY, "named": "tasks"},
    "billing_milestones": {"unverified": set(), "fixed": FIXED_FEE_MONEY, "named": "financial access"},
    "time_entries": {"unverified": {"FP-09"}, "hourly": ("worked", "month_total"), "named": "time entries"},
    "account_memberships": {"unverified": {"FP-06"}, "spread": True, "named": "account members"},
    "time_off_entries": {"unverified": {"FP-06"}, "spread": True, "named": "time off"},
    "holidays": {"unverified": {"FP-06"}, "spread": True, "named": "holidays"},
    "workweeks": {"unverified": set(), "named": "workweeks"},
    "resource_requests": {"unverified": set(), "named": "resource requests"},
    "project_accounting_records": {"unverified": set(), "named": "accounting records"},
    "roles": {"unverified": set(), "named": None},  # resources carry their role's name
}


def is_null(value: Any) -> bool:
    """Null, or null for every month."""
    return value is None or (isinstance(value, dict) and bool(value) and set(value.values()) == {None})


@pytest.mark.parametrize("collection", REFUSALS)
def test_one_refused_endpoint_leaves_the_rest_right(
    psdm: Psdm, kantata: KantataSandbox, calm: dict[str, Any], collection: str
) -> None:
    expected = REFUSALS[collection]
    kantata.refuse(collection)
    done = psdm("forecast-prep", "--json")
    assert done.code == 3, done.err
    steps, seen = steps_of(done.result), steps_of(calm)
    assert {name for name, step in steps.items() if step["state"] == "unverified"} == expected["unverified"]
    assert {name for name, step in steps.items() if step["state"] == "pass"} == set()
    for name in expected["unverified"]:
        assert expected["named"] in steps[name]["reason"]
        assert steps[name]["findings"] == []
    if expected["named"]:
        assert expected["named"] in said_by(done)
    full = by_sow(calm)
    for sow, project in by_sow(done.result).items():
        hidden = set(expected.get("every", ()))
        hidden |= set(expected.get("fixed" if project["type"] == "fixed_fee" else "hourly", ()))
        if collection == "workspace_resources":
            hidden |= {"hard_booked"} if full[sow]["hard_hours"] else set()
            hidden |= {"soft_booked"} if full[sow]["soft_hours"] else set()
            hidden -= set() if full[sow]["hard_hours"] else set(HOURLY_MONEY)
        assert [name for name in hidden if not is_null(project[name])] == [], sow
        changed = hidden | ({"unpriced_hours"} if expected.get("unpriced") else set())
        changed |= {"milestones", "kickoff"} if collection == "stories" else set()
        changed |= {"milestones"} if collection == "billing_milestones" else set()
        changed |= {"forecast", "month_total"} if expected.get("spread") else set()
        assert without(project, *changed) == without(full[sow], *changed)
    untouched = {"FP-02", "FP-05", "FP-10", "FP-11"} - expected["unverified"]
    for name in untouched:
        assert steps[name] == seen[name]
    assert kantata.writes == []
    assert kantata.violations == []


def test_refused_health_reports_are_unverified_unless_they_come_with_the_projects(
    psdm: Psdm, kantata: KantataSandbox, calm: dict[str, Any]
) -> None:
    for report in list(kantata.account.rows("status_reports")):
        kantata.account.remove("status_reports", report["id"])
    kantata.refuse("status_reports")
    done = psdm("forecast-prep", "--json")
    assert done.code == 3
    step = steps_of(done.result)["FP-11"]
    assert step["state"] in ("unverified", "attention")
    assert [s for s in done.result["steps"] if s["id"] != "FP-11"] == [s for s in calm["steps"] if s["id"] != "FP-11"]


def test_an_unseen_person_is_never_called_unnamed(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.refuse("workspace_resources")
    kantata.refuse("resource_requests")
    done = psdm("forecast-prep", "--json")
    soft = steps_of(done.result)["FP-07"]["findings"]
    assert soft
    for finding in soft:
        assert (finding["data"]["person"], finding["data"]["role"]) == (None, None)
        assert finding["data"]["request_pending"] is None
    assert "unnamed" not in said_by(done)


@pytest.mark.parametrize(
    ("collection", "call"), [("workspaces", "GET /workspaces"), ("users", "GET /users/me")], ids=["projects", "me"]
)
@pytest.mark.parametrize("command", [("forecast-prep",), ("portfolio",), ("forecast", "show"), ("sync",)])
def test_without_projects_or_oneself_nothing_can_be_answered(
    psdm: Psdm, kantata: KantataSandbox, collection: str, call: str, command: tuple[str, ...]
) -> None:
    kantata.refuse(collection)
    done = psdm(*command, "--json")
    assert (done.code, done.error["exit_code"], done.document["status"]) == (4, 4, "error")
    assert call in done.error["message"]
    assert "permission" in done.error["message"]
    assert done.error["hint"]
    assert len(done.err.strip().splitlines()) <= 2


def test_only_an_address_and_a_token_are_needed(
    alone: Psdm, kantata: KantataSandbox, calm: dict[str, Any], unused_tcp_port: int
) -> None:
    dead = f"http://127.0.0.1:{unused_tcp_port}"
    bare = alone.with_(PSDM_KANTATA_URL=kantata.kantata_url, PSDM_KANTATA_TOKEN=kantata.tokens["full"])
    with_gitlab = bare.with_(PSDM_GITLAB_URL=dead, PSDM_GITLAB_TOKEN="glpat-nobody")
    for psdm in (bare, with_gitlab):
        done = psdm("forecast-prep", "--as-of", "2026-11-23", "--no-input", "--json")
        assert done.code == 3
        assert done.figures == calm
        assert done.err == ""
    assert not (alone.home / "psdm" / "config.yaml").exists()
    assert kantata.violations == []
    assert kantata.writes == []
    assert {request.method for request in kantata.requests} == {"GET"}


@pytest.fixture
def unused_tcp_port() -> int:
    """A port where nobody listens."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_reader_who_may_not_write_gets_the_same_figures(
    alone: Psdm, kantata: KantataSandbox, calm: dict[str, Any]
) -> None:
    done = alone.at(kantata, "reader")("forecast-prep", "--as-of", "2026-11-23", "--json")
    assert (done.code, done.figures) == (3, calm)
