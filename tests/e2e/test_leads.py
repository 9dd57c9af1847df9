"""Whose engagements: one lead, several, all; names, parts of names, e-mails, ids; narrowed to statuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from psdm_process import Psdm

from psdm_cli.sandbox import KantataSandbox

ROBIN, IMKE, TOMASZ = "Robin Castellano", "Imke Vandermolen", "Tomasz Okafor"
MINE = {f"SOW-{number}" for number in range(2301, 2318)} - {"SOW-2310"} | {None}  # 2310 has no SOW number
THEIRS = {
    IMKE: {"SOW-2321", "SOW-2322", "SOW-2323", "SOW-2324"},
    TOMASZ: {"SOW-2325", "SOW-2326", "SOW-2327", "SOW-2328"},
}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Psdm]:
    """psdm over one Kantata and one home that all tests here share: they only read."""
    with KantataSandbox(as_of=date(2026, 11, 23)) as server:
        yield Psdm(tmp_path_factory.mktemp("team")).at(server).with_(PSDM_AS_OF="2026-11-23", PSDM_NO_INPUT="1")
        assert server.violations == []
        assert server.writes == []


@pytest.fixture(scope="module")
def everybody(team: Psdm) -> dict[str, Any]:
    return team("forecast-prep", "--lead", "all", "--json").result


def sows(result: dict[str, Any]) -> set[str | None]:
    return {project["sow"] for project in result["projects"]}


def by_id(result: dict[str, Any]) -> dict[str, Any]:
    return {project["id"]: project for project in result["projects"]}


def test_me_is_the_default(team: Psdm, calm: dict[str, Any]) -> None:
    done = team("forecast-prep", "--lead", "me", "--json")
    assert done.figures == calm
    assert done.result["leads"] == [ROBIN]
    assert done.result["pm"] == {"id": "1001", "name": ROBIN}
    assert sows(done.result) == MINE


@pytest.mark.parametrize(
    "name",
    [IMKE, "imke vandermolen", "VANDERMOLEN", "ndermo", "imke.vandermolen@psdelivery.example", "1002"],
    ids=["name", "small letters", "capitals", "part of a name", "e-mail", "id"],
)
def test_a_lead_by_name(team: Psdm, name: str) -> None:
    done = team("portfolio", "--lead", name, "--json")
    assert {project["lead"] for project in done.result["projects"]} == {IMKE}
    assert sows(done.result) == THEIRS[IMKE]


def test_all_leads(everybody: dict[str, Any]) -> None:
    assert sorted(everybody["leads"]) == [IMKE, ROBIN, TOMASZ]
    assert sows(everybody) == MINE | THEIRS[IMKE] | THEIRS[TOMASZ]
    assert everybody["pm"]["name"] == ROBIN  # who asked, whoever's engagements they are


def test_an_engagement_has_the_same_figures_whoever_asks(
    team: Psdm, everybody: dict[str, Any], calm: dict[str, Any]
) -> None:
    two = team("forecast-prep", "--lead", "Imke", "--lead", "okafor", "--json").result
    assert sorted(two["leads"]) == [IMKE, TOMASZ]
    assert by_id(calm) | by_id(two) == by_id(everybody)
    assert not by_id(calm).keys() & by_id(two).keys()


def test_totals_of_all_are_the_sums_of_each_per_currency(
    team: Psdm, everybody: dict[str, Any], calm: dict[str, Any]
) -> None:
    two = team("forecast-prep", "--lead", "Imke", "--lead", "Tomasz", "--json").result
    for currency in ("USD", "EUR", "JPY"):
        for month in everybody["months"]:
            parts = [Decimal(result["totals"].get(currency, {}).get(month, "0")) for result in (calm, two)]
            assert Decimal(everybody["totals"][currency][month]) == sum(parts)
    assert {project["currency"] for project in two["projects"]} == {"USD"}
    assert everybody["totals"]["EUR"] == calm["totals"]["EUR"]


def test_findings_stand_by_lead_and_then_by_money(everybody: dict[str, Any]) -> None:
    several = 0
    for step in everybody["steps"]:
        leads = [lead for lead, _ in groupby(step["findings"], key=lambda finding: finding["lead"])]
        assert len(leads) == len(set(leads)), step["id"]  # each lead's stand together
        several += len(leads) > 1
    assert several >= 2
    funds = next(step for step in everybody["steps"] if step["id"] == "FP-01")["findings"]
    assert [(finding["lead"], finding["sow"], finding["amount"]) for finding in funds] == [
        (IMKE, "SOW-2322", "22000.00"),
        (ROBIN, "SOW-2301", "186000.00"),
        (ROBIN, "SOW-2302", "80000.00"),
        (ROBIN, "SOW-2315", _on_hold(everybody)),
        (ROBIN, "SOW-2303", "-48000.00"),
    ]


def _on_hold(result: dict[str, Any]) -> str:
    """What is left of the engagement on hold: its price less its hours, of which the seed decides how many."""
    project = next(project for project in result["projects"] if project["sow"] == "SOW-2315")
    return str(Decimal(project["budget"]) - Decimal(project["used"]))


@pytest.mark.parametrize("form", ["console", "--markdown"])
def test_each_lead_is_a_heading(team: Psdm, form: str) -> None:
    done = team("forecast-prep", "--lead", "all", *([] if form == "console" else [form]))
    assert done.code == 3
    for name in (IMKE, ROBIN):
        assert name in done.out
    assert "3 leads" in done.out or form != "console"


def test_the_lead_is_a_column_of_csv(team: Psdm) -> None:
    done = team("portfolio", "--lead", "all", "--csv")
    head, *rows = done.out.splitlines()
    place = head.split(",").index("lead")
    assert {row.split(",")[place] for row in rows if row.startswith("SOW-232")} == {IMKE, TOMASZ}


# statuses


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        pytest.param(["Active"], MINE - {"SOW-2314", "SOW-2315", "SOW-2316", "SOW-2317"}, id="one"),
        pytest.param(["on hold"], {"SOW-2315"}, id="any case"),
        pytest.param(["In Set Up", "Backlog"], {"SOW-2314", "SOW-2316"}, id="two"),
        pytest.param(["Closed"], {"SOW-2317"}, id="closed"),
    ],
)
def test_narrowed_to_statuses(team: Psdm, calm: dict[str, Any], statuses: list[str], wanted: set[str | None]) -> None:
    options = [word for status in statuses for word in ("--status", status)]
    done = team("forecast-prep", *options, "--json")
    assert sows(done.result) == wanted
    whole = by_id(calm)
    assert by_id(done.result) == {key: project for key, project in whole.items() if project["sow"] in wanted}


@pytest.mark.parametrize("status", ["Estimate", "Completed"])
def test_hidden_statuses_stay_hidden(team: Psdm, status: str) -> None:
    done = team("portfolio", "--status", status, "--json")
    assert done.code == 5
    assert f"No engagement with status {status} was found" in done.error["message"]


def test_a_status_of_another_lead(team: Psdm) -> None:
    done = team("portfolio", "--lead", "Tomasz", "--status", "Backlog", "--json")
    assert done.code == 5
    assert "4 Active" in done.error["hint"]


# every command


@pytest.mark.parametrize("by", ["project", "month", "role", "person", "type"])
def test_the_forecast_of_several_is_grouped(team: Psdm, everybody: dict[str, Any], by: str) -> None:
    done = team("forecast", "show", "--by", by, "--lead", "all", "--json")
    assert done.code in (0, 3)
    assert done.result["by"] == by
    assert done.result["rows"]


def test_a_frozen_forecast_belongs_to_its_selection(psdm: Psdm) -> None:
    assert psdm("forecast", "freeze", "--lead", "Imke", "--lead", "me").code == 0
    assert psdm("forecast", "diff").code == 5  # mine alone was never frozen
    assert psdm("forecast", "diff", "--lead", "Imke", "--lead", "me", "--status", "Active").code == 5
    again = psdm("forecast", "freeze", "--lead", "Robin Castellano", "--lead", "1002", "--json")
    assert again.result["revision"] == 2  # the same selection in other words
    assert psdm("forecast", "diff", "--lead", "me", "--lead", "Imke", "--json").code == 0


def test_leads_offline_are_those_of_the_mirror(psdm: Psdm, kantata: KantataSandbox) -> None:
    live = psdm("portfolio", "--lead", "all", "--json")
    kantata.stop()
    offline = psdm("portfolio", "--lead", "all", "--json", "--offline")
    assert offline.figures == live.figures
    missing = psdm("portfolio", "--lead", "Imke", "--json", "--offline")
    assert (missing.code, missing.error["code"]) == (5, "not_found")
