"""psdm upside as a process: the ledger kept, reviewed, written as a sheet and taken back; refusals with their codes.

SOW-2301 (project 3001): booking 10 is Aiko Tremblay's, soft, 104 h at 200.00 USD; 11, 12 and 13 are unnamed, soft.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from psdm_process import Outcome, Psdm, real_now

from psdm_cli.sandbox import KantataSandbox

SOFT = ("upside", "add", "SOW-2301", "--scenario", "soft-booking")
OTHER = (
    "upside",
    "add",
    "2301",
    "--scenario",
    "other",
    "--month",
    "2026-12",
    "--probability",
    "30",
    "--reason",
    "frozen",
)
CO = ("upside", "add", "2301", "--scenario", "pending-co", "--quarter", "FY27-Q4", "--month", "2026-12")
URL = "https://gitlab.com/gitlab-com/ps/ps-plan/-/issues/12"


def said(outcome: Outcome) -> str:
    """Why it failed, and the way out."""
    return f"{outcome.error['message']} {outcome.error['hint']}"


def held_against_its_schema(psdm: Psdm, command: str, outcome: Outcome) -> None:
    """The document is what psdm schema says."""
    Draft202012Validator(psdm("schema", command).document).validate(outcome.document)


def test_a_week_of_upside(psdm: Psdm, kantata: KantataSandbox) -> None:
    """Added on Monday, edited, reviewed when its booking became hard; each step in the history."""
    added = psdm(*SOFT, "--allocation", "10", "--reason", "the customer decides on Friday", "--json")
    assert (added.code, added.document["schema"]) == (0, "psdm.upside.add/1")
    held_against_its_schema(psdm, "upside add", added)
    entry = added.result["entry"]
    expected = {
        "id": "1",
        "sow": "SOW-2301",
        "project": "3001",
        "scenario": "soft-booking",
        "hours": 104.0,
        "amount": "20800.00",
        "weighted": "8320.00",
        "currency": "USD",
        "quarter": "FY27-Q4",
        "month": "2026-11",
        "probability": 0.4,
        "reason": "the customer decides on Friday",
        "links": {"allocation": "10"},
        "status": "open",
    }
    assert {name: entry[name] for name in expected} == expected
    assert [(i["action"], i["system"], i["state"]) for i in added.result["plan"]] == [("create", "psdm", "applied")]

    again = psdm(*SOFT, "--allocation", "10", "--reason", "x", "--json")
    assert (again.code, "entry 1" in said(again)) == (6, True)
    assert psdm(*OTHER, "--hours", "40", "--rate", "250", "--currency", "eur").code == 0
    assert psdm(*CO, "--amount", "5000", "--currency", "USD", "--probability", "0.5", "--reason", "unsigned",
                "--change-order", URL).code == 0  # fmt: skip

    edited = psdm("upside", "edit", "1", "--amount", "21,000.00", "--note", "they called", "--json")
    assert (edited.code, edited.result["entry"]["amount"]) == (0, "21000.00")
    listed = psdm("upside", "list", "--json")
    held_against_its_schema(psdm, "upside list", listed)
    assert listed.result["totals"] == {
        "EUR": {"FY27-Q4": {"other": {"amount": "10000.00", "weighted": "3000.00"}}},
        "USD": {
            "FY27-Q4": {
                "soft-booking": {"amount": "21000.00", "weighted": "8400.00"},
                "pending-co": {"amount": "5000.00", "weighted": "2500.00"},
            }
        },
    }

    kantata.account.tables["workspace_allocations"]["10"] |= {"hard": True, "updated_at": real_now()}
    kantata.account.touched()
    reviewed = psdm("upside", "review", "--json", PSDM_AS_OF="2026-11-30")
    held_against_its_schema(psdm, "upside review", reviewed)
    keys = [(each["key"], each["review"]) for each in reviewed.result["proposals"]]
    assert (reviewed.code, keys) == (3, [("1:convert", "itself"), ("2:keep", "weekly"), ("3:keep", "weekly")])
    assert "no token for GitLab" in reviewed.result["unseen"][0]
    done = psdm("upside", "review", "--accept", "all", "--accept", "2:push", "--json", PSDM_AS_OF="2026-11-30")
    assert [each["key"] for each in done.result["proposals"]] == ["3:keep"]
    assert psdm("upside", "edit", "1", "--amount", "1", "--json").code == 6

    shown = psdm("upside", "show", "1", "--json")
    held_against_its_schema(psdm, "upside show", shown)
    assert [(each["note"], each["changes"].get("status")) for each in shown.result["history"][1:]] == [
        ("they called", None),
        ("review: booking 10 of Aiko Tremblay is hard now", {"before": "open", "after": "converted"}),
    ]
    assert "they called" in psdm("upside", "show", "1").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param((*OTHER, "--amount", "5"), 2, "currency", id="no currency"),
        pytest.param((*OTHER, "--amount", "-5", "--currency", "USD"), 2, "above 0", id="negative"),
        pytest.param((*OTHER, "--amount", "many", "--currency", "USD"), 2, "--amount", id="unreadable"),
        pytest.param((*OTHER, "--amount", "5", "--currency", "USD", "--quarter", "FY27-Q3"), 2, "lies in", id="both"),
        pytest.param(
            ("upside", "add", "SOW-9999", *OTHER[3:], "--amount", "5", "--currency", "USD"), 5, "SOW-9999", id="SOW"
        ),
        pytest.param((*SOFT, "--allocation", "99999", "--reason", "x"), 6, "no booking 99999", id="no such booking"),
        pytest.param((*SOFT, "--reason", "x"), 2, "--allocation", id="several bookings"),
        pytest.param(("upside", "add", "2301", "--scenario", "maybe"), 2, "pending-co", id="scenario"),
        pytest.param((*CO, "--change-order", "12"), 2, "address of an issue", id="no address"),
        pytest.param(("upside", "edit", "7", "--amount", "5", "--currency", "USD"), 5, "no entry '7'", id="no entry"),
        pytest.param(("upside", "close", "1"), 2, "--reason", id="no reason"),
        pytest.param(("upside", "export", "sheet.ods"), 2, ".xlsx", id="form"),
        pytest.param(("upside", "review", "--accept", "1:convert"), 5, "waits for", id="no proposal"),
    ],
)
def test_bad_input_and_refusals(mirrored: Psdm, arguments: tuple[str, ...], code: int, words: str) -> None:
    outcome = mirrored(*arguments, "--offline", "--json")
    assert (outcome.code, words in said(outcome)) == (code, True), outcome.error


def test_an_ended_quarter_and_a_dry_run(mirrored: Psdm) -> None:
    ended = mirrored(*OTHER[:5], "--quarter", "FY27-Q3", "--amount", "5", "--currency", "USD", "--offline", "--json")
    assert (ended.code, "ended" in said(ended)) == (6, True)
    dry = mirrored(*OTHER, "--amount", "5", "--currency", "USD", "--dry-run", "--offline", "--json")
    assert (dry.code, dry.result["plan"][0]["state"], dry.result["entry"]["id"]) == (0, "planned", None)
    assert mirrored("upside", "list", "--offline", "--json").result == {"entries": [], "totals": {}}


def test_what_needs_kantata_says_so(psdm: Psdm, alone: Psdm, kantata: KantataSandbox) -> None:
    add = (*SOFT, "--allocation", "10", "--reason", "x", "--json")
    assert alone(*add).code == 4, "no token"
    down = psdm.with_(PSDM_KANTATA_URL="http://127.0.0.1:9/api/v1")(*add)
    assert down.code == 75, down.err
    poor = psdm.at(kantata, "no-money").with_(PSDM_AS_OF="2026-11-23")(*add)
    assert poor.code == 0, poor.err
    assert (poor.result["entry"]["amount"], poor.result["entry"]["hours"]) == (None, 104.0)


def test_the_sheet_goes_out_and_comes_back(mirrored: Psdm) -> None:
    for number, amount in enumerate(("1000.25", "2000")):
        reason = f"=1+{number}"
        assert mirrored(*OTHER[:-1], reason, "--amount", amount, "--currency", "USD", "--offline").code == 0
    sheet = mirrored.home / "upside.xlsx"
    out = mirrored("upside", "export", "upside.xlsx", "--offline", "--json")
    held_against_its_schema(mirrored, "upside export", out)
    assert (out.code, out.result["rows"], out.result["file"]) == (0, 2, "upside.xlsx")
    book = load_workbook(sheet)
    assert [book["Upside"]["M2"].data_type, book["Upside"]["M2"].value] == ["s", "=1+0"]
    assert "'=1+1" in mirrored("upside", "export", "--csv", "--offline").out

    same = mirrored("upside", "import", "upside.xlsx", "--offline", "--json")
    assert (same.code, same.result["unchanged"], same.result["plan"]) == (0, 2, [])
    book["Upside"]["I2"] = 1500
    new = [
        None,
        "SOW-2301",
        None,
        "other",
        None,
        "FY27-Q4",
        "2027-01",
        None,
        750,
        "USD",
        0.5,
        None,
        "no budget",
        "open",
    ]
    for column, value in enumerate(new, start=1):
        book["Upside"].cell(4, column, value)
    book.save(sheet)
    asked = mirrored("upside", "import", "upside.xlsx", "--offline", "--json")
    assert (asked.code, "--yes" in said(asked)) == (2, True)
    done = mirrored("upside", "import", "upside.xlsx", "--offline", "--yes", "--json")
    held_against_its_schema(mirrored, "upside import", done)
    assert [(i["action"], i["state"]) for i in done.result["plan"]] == [("change", "applied"), ("create", "applied")]
    entries: list[dict[str, Any]] = mirrored("upside", "list", "--offline", "--json").result["entries"]
    assert [Decimal(each["amount"]) for each in entries] == [1500, 2000, 750]

    book["Upside"]["I2"] = -1
    book["Upside"]["B4"] = "SOW-9999"
    book.save(sheet)
    wrong = mirrored("upside", "import", "upside.xlsx", "--offline", "--yes")
    assert wrong.code == 2
    assert "row 2: amount: expected an amount above 0" in wrong.err
    assert "row 4: " in wrong.err
    assert mirrored("upside", "list", "--offline", "--json").result["entries"] == entries
