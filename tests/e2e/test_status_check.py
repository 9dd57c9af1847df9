"""`psdm status` and `psdm check`, over both systems: what is shown, what is found, what is healed on the server."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from psdm_process import Psdm

from psdm_cli.output.shapes import document_schema
from psdm_cli.sandbox.gitlab.server import GitLabSandbox


@pytest.fixture
def both(both: Psdm) -> Psdm:
    """psdm over both systems, soon giving up on a Kantata that is away."""
    impatient = both.home / "impatient.yaml"
    impatient.write_text("kantata:\n  patience_seconds: 1\n", encoding="utf-8")
    return both.with_(PSDM_CONFIG=str(impatient))


def row(gitlab: GitLabSandbox, table: str, **wanted: Any) -> dict[str, Any]:
    """The only row of a table with these values."""
    found = [each for each in gitlab.account.rows(table) if all(each.get(k) == v for k, v in wanted.items())]
    assert len(found) == 1, found
    return found[0]


# status


def test_one_page_shows_both_systems(both: Psdm) -> None:
    done = both("status", "SOW-2301", "--json")
    jsonschema.validate(done.document, document_schema("status"))
    result = done.result
    assert done.code == 3
    assert {place["state"] for place in result["places"]} == {"seen"}
    assert (result["customer"], result["unseen"]) == ("Larkspur Mutual", [])
    project = next(p for p in both("forecast-prep", "--json").result["projects"] if p["sow"] == "SOW-2301")
    for name in ("budget", "used", "remaining"):
        assert result[name] == project[name]
    hours = sum(person["hard_hours"] for person in result["people"])
    assert hours == pytest.approx(project["hard_hours"], abs=0.05)
    assert {clock["what"] for clock in result["clocks"]} >= {"SOW expires", "Two-month line", "Planned end"}
    screen = both("status", "SOW-2301").out
    assert "Internal: money" in screen
    assert "RAID - Larkspur Mutual - SOW-2301" in screen


@pytest.mark.parametrize("trouble", ["no token", "wrong token", "down", "offline"])
def test_without_gitlab_the_rest_is_shown(both: Psdm, gitlab: GitLabSandbox, trouble: str) -> None:
    psdm, words = both, ("status", "SOW-2301", "--json")
    if trouble == "no token":
        psdm = both.with_(PSDM_GITLAB_TOKEN=None)
    elif trouble == "wrong token":
        psdm = both.with_(PSDM_GITLAB_TOKEN="glpat-wrong")
    elif trouble == "down":
        psdm = both.with_(PSDM_GITLAB_URL="http://127.0.0.1:9")
    else:
        words = ("--offline", *words)
    done = psdm(*words)
    assert done.code == 3
    assert [place["state"] for place in done.result["places"]] == ["unverified"]
    assert done.result["scope_changes"] is None
    assert len(done.result["unseen"]) == 1
    assert done.result["remaining"] is not None
    assert "glpat-wrong" not in done.out + done.err


def test_a_word_that_means_nothing_or_much(both: Psdm) -> None:
    assert both("status", "SOW-9999", "--json").code == 5
    assert both("status", "Migration", "--json").code == 2
    assert both("status").code == 2
    assert both("status", "SOW-2301", PSDM_KANTATA_TOKEN="wrong").code == 4


# check


@pytest.mark.parametrize(
    ("sow", "said"),
    [
        ("SOW-2302", "the RAID issue is still called"),
        ("SOW-2303", "lacks the label SOW-2303"),
        ("SOW-2304", "the project SOW-2304 is internal, not private"),
        ("SOW-2305", "no internal retrospective"),
    ],
)
def test_what_drifted_is_found_and_healed_on_the_server(both: Psdm, gitlab: GitLabSandbox, sow: str, said: str) -> None:
    looked = both("check", sow, "--json")
    jsonschema.validate(looked.document, document_schema("check"))
    assert looked.code == 3
    assert said in " ".join(finding["message"] for finding in looked.result["findings"])
    assert gitlab.writes == []  # nobody said --yes
    healed = both("check", sow, "--yes", "--json")
    assert (healed.code, healed.result["healed"]) == (0, True), healed.out
    again = both("check", sow, "--json")
    assert (again.code, again.result["findings"]) == (0, [])
    assert {item["action"] for item in again.result["plan"]} == {"keep"}
    assert gitlab.violations == []
    if sow == "SOW-2302":
        number = row(gitlab, "projects", path=sow)["id"]
        titles = [i["title"] for i in gitlab.account.rows("work_items") if i.get("project_id") == number]
        assert "RAID - Brightwater Utilities - SOW-2302" in titles
    if sow == "SOW-2304":
        assert row(gitlab, "projects", path=sow)["visibility"] == "private"


def test_a_clean_space_and_a_dry_run_write_nothing(both: Psdm, gitlab: GitLabSandbox) -> None:
    clean = both("--sandbox", "check", "SOW-2301", "--yes", "--json")  # there notes name no Kantata page
    assert (clean.code, clean.result["findings"]) == (0, [])
    shown = both("check", "SOW-2302", "--dry-run")
    assert shown.code == 3
    assert "RAID - Customer - SOW/PO# → RAID - Brightwater Utilities - SOW-2302" in shown.out
    assert gitlab.writes == []


def test_healing_can_be_undone(both: Psdm, gitlab: GitLabSandbox) -> None:
    healed = both("check", "SOW-2302", "--yes", "--json")
    undone = both("undo", healed.result["run"], "--yes", "--json")
    assert undone.code in (0, 3)
    assert "still called" in both("check", "SOW-2302").out
    assert gitlab.violations == []


def test_what_cannot_be_checked_says_why(both: Psdm, gitlab: GitLabSandbox) -> None:
    none = both("check", "SOW-2314", "--json")
    assert (none.code, "psdm init-project SOW-2314" in none.error["hint"]) == (5, True)
    assert both("check", "SOW-9999", "--json").code == 5
    assert both("check", "nonsense", "--json").code == 2
    assert both("check", "SOW-2302", "--json", PSDM_GITLAB_TOKEN=None).code == 4
    assert both("check", "SOW-2302", "--json", PSDM_GITLAB_TOKEN="glpat-wrong").code == 4
    assert both("check", "SOW-2302", "--json", PSDM_GITLAB_URL="http://127.0.0.1:9").code == 75
    assert both("--offline", "check", "SOW-2302", "--json").code == 2


def test_a_reader_may_look_and_not_heal(both: Psdm, gitlab: GitLabSandbox) -> None:
    reader = both.with_(PSDM_GITLAB_TOKEN=gitlab.tokens["reader"])
    assert reader("check", "SOW-2302", "--json").code == 3
    refused = reader("check", "SOW-2302", "--yes", "--json")
    assert refused.code == 4
    assert "api" in refused.error["message"] + refused.error["hint"]
    assert "RAID - Customer - SOW/PO#" in {item["title"] for item in gitlab.account.rows("work_items")}
