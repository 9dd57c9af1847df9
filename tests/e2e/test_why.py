"""`psdm why` as a process: figures agree with forecast-prep, findings have rows, wrong words get the right one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psdm_process import AS_OF, Outcome, Psdm
from test_freeze_diff import NEXT, PSE, TA, booking, move, now

from psdm_cli.sandbox import KantataSandbox

FIGURES = ("budget", "used", "remaining", "to_forecast", "hard_booked", "soft_booked", "beyond", "overdue", "undated")
HOURS = ("hard_hours", "soft_hours", "unpriced_hours")


@pytest.fixture(scope="module")
def reader(read_before: tuple[KantataSandbox, Path, dict[str, Any]]) -> Psdm:
    """psdm with a mirror of the seeded portfolio, without network: nothing here writes."""
    _, home, _ = read_before
    return Psdm(home).at(read_before[0]).with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")


@pytest.fixture(scope="module")
def prep(reader: Psdm) -> dict[str, Any]:
    """What forecast-prep says of it."""
    return reader("forecast-prep", "--offline", "--json").result


def why(desk: Psdm, *words: str) -> Outcome:
    return desk("why", *words, "--offline", "--json")


def rows(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that add up to the figure."""
    for part in answer["parts"]:
        if part["counts"]:
            yield from part["rows"]


def total(answer: dict[str, Any]) -> Decimal:
    return sum((Decimal(str(row["value"])) for row in rows(answer)), Decimal(0))


@pytest.mark.parametrize("sow", ["SOW-2302", "SOW-2307"])
def test_the_rows_of_every_figure_add_up_to_what_forecast_prep_says(
    reader: Psdm, prep: dict[str, Any], sow: str
) -> None:
    project = next(line for line in prep["projects"] if line["sow"] == sow)
    asked = [*FIGURES, *HOURS, *(f"{name} {prep['months'][1]}" for name in ("forecast", "month_total")), "worked"]
    for figure in asked:
        done = why(reader, *figure.split(), sow)
        name, _, month = figure.partition(" ")
        expected = project[name]
        if isinstance(expected, dict):
            expected = expected[month or prep["months"][0]]
        assert (done.code, done.result["value"]) == (0, expected), figure
        assert total(done.result) == Decimal(str(expected)), figure
        assert done.result["subject"]["sow"] == sow
        assert done.result["clauses"]


def test_every_amount_and_date_of_a_project_can_be_asked(prep: dict[str, Any]) -> None:
    """Names, people and titles need no reason; everything that was reckoned has one."""
    from psdm_cli.workflows.explaining import NAMES

    plain = {"id", "sow", "title", "customer", "lead", "status", "currency"}
    assert set(prep["projects"][0]) - plain <= set(NAMES)
    assert {"totals", "worked_totals", "people", "eac", "burn", "runway", "time_elapsed"} <= set(NAMES)


def test_totals_people_and_portfolio_figures(reader: Psdm, prep: dict[str, Any]) -> None:
    month = prep["months"][1]
    totals = why(reader, "totals", "USD", month).result
    assert totals["value"] == prep["totals"]["USD"][month]
    assert total(totals) == Decimal(totals["value"])
    person = prep["people"][0]
    load = why(reader, "people", person["name"]).result
    assert load["value"] == float(total(load)) == person["hard_hours"]
    shown = {row["sow"]: row for row in reader("portfolio", "--offline", "--json").result["projects"]}["SOW-2306"]
    eac = why(reader, "eac", "SOW-2306").result
    assert eac["value"] == shown["eac"] and total(eac) == Decimal(shown["eac"])
    assert why(reader, "burn", "2306").result["value"] == shown["burn"]
    assert why(reader, "time_elapsed", "3006").result["value"] == shown["time_elapsed"]


def test_every_step_and_a_finding_of_each(reader: Psdm, prep: dict[str, Any]) -> None:
    for step in prep["steps"]:
        done = why(reader, step["id"].lower())
        assert done.code == 0
        assert done.result["findings"] == [finding["key"] for finding in step["findings"]]
        for finding in step["findings"][:1]:
            answer = why(reader, finding["key"])
            assert answer.code == 0, answer.err
            assert (answer.result["value"], answer.result["currency"]) == (finding["amount"], finding["currency"])
            assert answer.result["parts"], finding["key"]
            if any(part["counts"] for part in answer.result["parts"]):
                assert total(answer.result) == Decimal(finding["amount"]), finding["key"]


def test_the_answer_for_people_says_sentence_rows_rule_and_clause(reader: Psdm) -> None:
    done = reader("why", "to_forecast", "SOW-2301", "--offline")
    assert done.code == 0
    for part in ("186,000.00 USD is not planned yet", "Less hard bookings to come", "Together", "Rule", "rules.md 3"):
        assert part in done.out
    assert "https://handbook.gitlab.com/handbook/customer-success" in done.out
    table = list(csv.DictReader(io.StringIO(reader("why", "to_forecast", "SOW-2301", "--offline", "--csv").out)))
    assert sum(Decimal(row["value"]) for row in table if row["counts"] == "yes") == Decimal("186000.00")
    assert "## Rule" in reader("why", "FP-01", "--offline", "--markdown").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["to_forcast", "SOW-2301"], 2, "Did you mean to_forecast?", id="a misspelt figure"),
        pytest.param(["FP-12"], 2, "Steps are: FP-01", id="a step there is not"),
        pytest.param(["FP01"], 0, "", id="a step in short"),
        pytest.param(["FP-08:3001:PN"], 2, "Did you mean FP-08:3001:P", id="a misspelt finding"),
        pytest.param(["FP-01:nothing-like-it-at-all"], 2, "Findings of that step are", id="no such finding"),
        pytest.param(["to_forecast", "SOW-9999"], 5, "No engagement here", id="an unknown SOW"),
        pytest.param(["to_forecast", "SOW-2310"], 5, "Did you mean SOW-23", id="nearly a SOW"),
        pytest.param(["to_forecast"], 2, "Of which engagement?", id="no SOW"),
        pytest.param(["to_forecast", "Migration"], 2, "several engagements", id="a part of several titles"),
        pytest.param(["to_forecast", "larkspur"], 0, "", id="a part of one title"),
        pytest.param(["to-forecast", "3001"], 0, "", id="an id, and a dash"),
        pytest.param(
            ["forecast", "2030-01", "SOW-2301"], 2, "what lies after is the figure beyond", id="too far ahead"
        ),
        pytest.param(["totals", "XXX"], 2, "There are: EUR, JPY, USD.", id="no such currency"),
        pytest.param(["totals"], 2, "which currency?", id="no currency"),
        pytest.param(["coverage", "TA", "SOW-2306"], 2, "Roles that must be booked", id="a role that is not needed"),
        pytest.param(["coverage", "SOW-2301"], 0, "", id="the role with a gap"),
        pytest.param(["people"], 2, "needs a name", id="nobody"),
        pytest.param(["people", "Nobody", "Atall"], 5, "with a delivery role", id="somebody unknown"),
        pytest.param(["people", "a"], 2, "several people", id="several people"),
        pytest.param([], 2, "needs WHAT [SOW]", id="nothing"),
        pytest.param(["  "], 2, "a figure", id="blanks"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(reader: Psdm, words: list[str], code: int, said: str) -> None:
    done = reader("why", *words, "--offline")
    assert done.code == code, done.err
    assert said in done.err
    if code:
        assert done.out == ""


def test_without_a_mirror_offline_has_no_answer(alone: Psdm, kantata: KantataSandbox) -> None:
    assert alone.at(kantata)("why", "FP-01", "--offline").code == 5


@pytest.mark.parametrize(
    ("persona", "words", "code", "said"),
    [
        ("no-money", ("to_forecast", "SOW-2301"), 3, "View Financials"),
        ("no-money", ("unpriced_hours", "SOW-2301"), 0, "View Financials"),
        ("no-money", ("hard_hours", "SOW-2301"), 0, ""),
        ("no-people", ("people", "Robin"), 4, "account members"),
        ("no-money", ("totals", "USD"), 4, "No engagement's money"),
    ],
)
def test_what_the_token_may_not_see_is_named(
    alone: Psdm, standing: KantataSandbox, persona: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = alone.at(standing, persona)("why", *words, "--as-of", AS_OF.isoformat())
    assert done.code == code, (done.out, done.err)
    assert said in done.out + done.err


def test_the_bridge_explains_a_week_cause_by_cause(mirrored: Psdm, standing: KantataSandbox) -> None:
    account = standing.account
    moved = booking(account, "3004", TA, "2026-12-15", 600)  # 10 h at 250.00
    hardened = booking(account, "3004", PSE, "2027-01-13", 240, hard=False)  # 4 h at 200.00
    assert mirrored("forecast", "freeze").code == 0
    move(account, moved, "2027-01-12")
    account.update("workspace_allocations", hardened, hard=True, updated_at=now())
    booking(account, "3007", PSE, "2027-01-12", 90)  # 1.5 h at 190.00 EUR
    milestone = next(s for s in account.find("stories", "workspace_id", "3005") if s["title"] == "Policies accepted")
    account.update("stories", milestone["id"], due_date="2027-01-15", updated_at=now())
    account.update("workspaces", "3010", primary_maven_id="1002", updated_at=now())
    done = mirrored("forecast", "diff", "--as-of", NEXT, "--json")
    assert done.code == 0
    lines = {
        (b["sow"], b["cause"], b["month"]): b["amount"] for b in done.result["bridge"] if b["cause"] != "engagement"
    }
    assert lines == {
        ("SOW-2304", "kind", "2027-01"): "800.00",
        ("SOW-2304", "dates", "2026-12"): "-2500.00",
        ("SOW-2304", "dates", "2027-01"): "2500.00",
        ("SOW-2307", "minutes", "2027-01"): "285.00",
        ("SOW-2305", "milestone_date", "2026-12"): "-30000.00",
        ("SOW-2305", "milestone_date", "2027-01"): "30000.00",
    }
    gone = {b["project"] for b in done.result["bridge"] if b["cause"] == "engagement"}
    assert gone == {"3010"}
    for month in done.result["months"]:
        of = [b for b in done.result["bridge"] if (b["month"], b["currency"]) == (month["month"], month["currency"])]
        assert sum(Decimal(b["amount"]) for b in of) == Decimal(month["change"])
        sums = [
            t["months"].get(month["month"], "0")
            for t in done.result["bridge_totals"]
            if t["currency"] == month["currency"]
        ]
        assert sum(map(Decimal, sums)) == Decimal(month["change"])
    screen = mirrored("forecast", "diff", "--as-of", NEXT, "--offline").out
    assert "milestone “Policies accepted”: due" in screen
    assert "soft became hard, on Wed 13 Jan 2027" in screen
    answer = why(mirrored, "changes", "SOW-2304", "--as-of", NEXT).result
    assert (answer["value"], total(answer)) == ("800.00", Decimal("800.00"))
