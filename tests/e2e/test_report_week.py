"""`psdm report week` as a process over both practice systems: the figures of the other commands, files, publishing."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from psdm_process import AS_OF, Outcome, Psdm, real_now

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.gitlab.server import GitLabSandbox

BEFORE = "2026-11-16"
ALL = ("--lead", "all")


@pytest.fixture
def week(both: Psdm, standing: KantataSandbox) -> Psdm:
    """psdm over both systems, with last week's forecast frozen and the bookings of SOW-2304 moved by five weeks."""
    assert both("forecast", "freeze", *ALL, "--as-of", BEFORE).code == 0
    for row in standing.account.find("workspace_allocations", "workspace_id", "3004"):
        if row["end_date"] > "2026-12-01":
            standing.account.update(
                "workspace_allocations",
                row["id"],
                start_date="2027-01-04",
                end_date="2027-01-29",
                updated_at=real_now(),
            )
    return both


def figures(done: Outcome) -> Any:
    assert done.code in (0, 3), done.err
    return done.result


def test_the_figures_are_those_of_the_other_commands(week: Psdm, tmp_path: Path) -> None:
    file = tmp_path / "week.html"
    page = figures(week("report", "week", *ALL, "--html", str(file), "--json"))
    types = figures(week("forecast", "show", "--by", "type", *ALL, "--offline", "--json"))["rows"]
    assert [(r["type"], r["currency"], r["forecast"], r["worked"], r["beyond"]) for r in page["types"]] == [
        (r["key"], r["currency"], r["forecast"], r["worked"], r["beyond"]) for r in types
    ]
    diff = figures(week("forecast", "diff", *ALL, "--offline", "--json"))
    assert page["compared_with"] == diff["before_as_of"] == BEFORE
    moved = {(p["id"], c["kind"], c["month_from"], c["month_to"], c["amount"]) for p in diff["projects"]
             for c in p["changes"]}  # fmt: skip
    assert moved == {(m["project"], m["kind"], m["month_from"], m["month_to"], m["amount"]) for m in page["moves"]}
    changes = {(m["month"], m["currency"]): (m["before"], m["after"], m["change"]) for m in diff["months"]}
    for total in page["totals"]:
        if (total["month"], total["currency"]) in changes:
            assert (total["before"], total["forecast"], total["change"]) == changes[total["month"], total["currency"]]
    push = next(m for m in page["moves"] if m["kind"] == "push")
    assert push["why"]
    assert push["reason_due"]
    prep = figures(week("forecast-prep", *ALL, "--offline", "--no-walk", "--json"))
    assert page["people"] == prep["people"]
    gaps = next(step for step in prep["steps"] if step["id"] == "FP-08")["findings"]
    assert [(g["project"], g["role"], g["gap_from"]) for g in page["gaps"]] == [
        (f["project"], f["data"]["role"], f["data"]["gap_from"]) for f in gaps
    ]
    rows = {p["id"]: p for p in figures(week("portfolio", *ALL, "--offline", "--json"))["projects"]}
    for line in page["health"]:
        assert (line["health"], line["suggested"]) == (
            rows[line["project"]]["health"],
            rows[line["project"]]["suggested"],
        )
    # the file says the same to the cent, and belongs to its owner alone
    text = file.read_text(encoding="utf-8")
    assert page["file"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for total in page["totals"]:
        assert f"{float(total['forecast']):,.2f}" in text
    assert "://" not in text  # no address at all
    again = week("report", "week", *ALL, "--html", str(file), "--offline")  # a page of ours is written anew
    assert again.code == 0
    assert f"Written: {file}" in again.err


def test_weeks_and_months_are_judged_by_what_was_frozen(week: Psdm) -> None:
    first = figures(week("report", "week", *ALL, "--offline", "--json"))
    assert first["accuracy"] is None
    assert first["weekly"]["weeks"][-1] == "2026-W47"
    assert first["weekly"]["unfrozen"] == first["weekly"]["weeks"][:-1]
    assert {line["week"] for line in first["weekly"]["lines"]} == {"2026-W47"}
    assert week("forecast", "freeze", *ALL, "--as-of", "2026-09-28").code == 0
    then = week("report", "week", *ALL, "--offline", "--json").result
    judged = figures(week("forecast", "accuracy", *ALL, "--offline", "--json"))
    assert then["accuracy"]["months"] == ["2026-08", "2026-09", "2026-10"]
    assert then["accuracy"]["by_type"] == judged["by_type"]
    october = [line for line in judged["lines"] if line["month"] == "2026-10"]
    assert then["accuracy"]["lines"] == october


def test_it_is_published_once_in_the_internal_project_and_brought_up_to_date(
    week: Psdm, gitlab: GitLabSandbox, standing: KantataSandbox
) -> None:
    refused = week("report", "week", "--publish", "--offline")
    assert refused.code == 2
    without = week("report", "week", *ALL, "--publish")
    assert without.code == 2
    assert "--yes" in without.err
    planned = week("report", "week", *ALL, "--publish", "--dry-run", "--json").result["plan"]
    assert [(item["action"], item["kind"], item["audience"], item["state"]) for item in planned] == [
        ("create", "wiki_page", "internal", "planned")
    ]
    wikis = gitlab.account.tables["wikis"]
    assert not any("forecast-calls" in row["slug"] for row in wikis.values())
    done = week("report", "week", *ALL, "--publish", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.result["plan"][0]["state"] == "applied"
    (page,) = [row for row in wikis.values() if "forecast-calls" in row["slug"]]
    assert page["content"].startswith("# Forecast call, week 2026-W48")
    same = week("report", "week", *ALL, "--publish", "--yes", "--json").result["plan"]
    assert [(item["action"], item["state"]) for item in same] == [("keep", "kept")]
    row = standing.account.find("workspace_allocations", "end_date", "2027-01-29")[0]
    standing.account.update("workspace_allocations", row["id"], minutes=row["minutes"] + 600, updated_at=real_now())
    changed = week("report", "week", *ALL, "--publish", "--yes", "--json").result["plan"]
    assert [(item["action"], item["state"]) for item in changed] == [("change", "applied")]
    assert len([row for row in wikis.values() if "forecast-calls" in row["slug"]]) == 1


def test_gitlab_that_is_away_or_lets_nobody_in(week: Psdm) -> None:
    nobody = week("report", "week", *ALL, "--publish", "--yes", "--json", PSDM_GITLAB_TOKEN=None, GITLAB_TOKEN=None)
    assert (nobody.code, nobody.error["code"]) == (4, "auth")
    away = week("report", "week", *ALL, "--publish", "--yes", "--json", PSDM_GITLAB_URL="http://127.0.0.1:9")
    assert away.code == 75
    assert week("report", "week", *ALL, "--offline", PSDM_GITLAB_TOKEN=None).code == 0  # looking needs no GitLab


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--on", "12"), "--on goes with --publish"),
        (("--publish", "--on", "https://elsewhere.example/a/b/-/issues/1"), "is no issue of"),
        (("--html", "nowhere/week.html"), "There is no folder nowhere"),
        (("--html", "."), "is a folder"),
        (("--html", "mine.html"), "psdm did not write it"),
        (("--json", "--markdown"), "different forms"),
    ],
)
def test_wrong_options_and_files(mirrored: Psdm, words: tuple[str, ...], said: str) -> None:
    (mirrored.home / "mine.html").write_text("<html>my own page</html>", encoding="utf-8")
    done = mirrored("report", "week", *words)
    assert done.code == 2
    assert said in done.err
    assert (mirrored.home / "mine.html").read_text(encoding="utf-8") == "<html>my own page</html>"


def test_a_token_without_people_and_money_says_what_it_could_not_see(alone: Psdm, standing: KantataSandbox) -> None:
    done = alone.at(standing, "no-people")("report", "week", "--as-of", AS_OF.isoformat(), "--json")
    assert (done.code, done.document["status"]) == (3, "partial")
    assert any("account members" in sentence for sentence in done.result["unseen"])
    assert json.loads(done.out)["schema"] == "psdm.report.week/1"
