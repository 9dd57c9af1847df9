"""psdm cadence as a process, and psdm today with the works at risk that GitLab shows: files, clocks, systems away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import requests
from icalendar import Calendar
from kickoff_practice import practice
from psdm_process import Psdm
from tests.hostile import assert_safe_text

from psdm_cli.output.shapes import document_schema
from psdm_cli.settings.model import Settings

PLAN = Settings().gitlab.projects.ps_plan
MONEY = re.compile(r"\d{1,3}(,\d{3})+(\.\d\d)?|\d\.\d\d|\b(USD|EUR|GBP)\b")


def events(file: Path) -> dict[str, Any]:
    found = Calendar.from_ical(file.read_bytes()).events
    by_uid = {str(event["UID"]).partition("@")[0]: event for event in found}
    assert len(by_uid) == len(found)
    return by_uid


def test_the_schedule_needs_no_account_no_mirror_and_no_network(alone: Psdm) -> None:
    quiet = alone.with_(PSDM_AS_OF="2026-11-25", PSDM_NO_INPUT="1")
    done = quiet("cadence", "--json", TZ="Europe/Berlin")
    jsonschema.validate(done.document, document_schema("cadence"))
    assert (done.code, done.document["schema"], done.document["status"]) == (0, "psdm.cadence/1", "ok")
    rows = {row["id"]: row for row in done.result["deadlines"]}
    assert rows["prep-complete"]["due"] == "2026-11-23T10:00:00-05:00"
    assert rows["prep-complete"]["due_local"] == "2026-11-23T16:00:00+01:00"
    assert all(row["serves"] and row["who"] for row in rows.values())
    assert not done.result["holidays_known"]
    assert not list(alone.home.rglob("*.db"))  # a look makes no database
    screen = quiet("cadence", TZ="Europe/Berlin", COLUMNS="120")
    assert "who depends on it" in screen.out
    assert max(len(line) for line in screen.out.splitlines()) <= 120
    pinned = quiet("cadence", "--markdown", "--preset", "handbook-2025").out
    assert "| Tuesday 08:00 | Portfolio Report notes written | PM |" in pinned


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--preset", "handbook-2031"], 2, "handbook-2025"),
        (["--lead", "all"], 2, "--clocks"),
        (["--ics", "-", "--markdown"], 2, "--ics -"),
        (["--alarm", "-5"], 2, "--alarm"),
        (["--clocks"], 5, "psdm sync"),
        (["--ics", "nowhere/at/all.ics"], 2, "cannot be written"),
    ],
)
def test_what_is_refused(alone: Psdm, words: list[str], code: int, said: str) -> None:
    done = alone.with_(PSDM_NO_INPUT="1")("cadence", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_calendar_is_kept_up_to_date(mirrored: Psdm, tmp_path: Path) -> None:
    file = tmp_path / "psdm.ics"
    dry = mirrored("cadence", "--clocks", "--ics", str(file), "--dry-run", "--json").result["calendar"]
    assert (dry["written"], file.exists()) == (False, False)
    first = mirrored("cadence", "--clocks", "--ics", str(file), "--json")
    calendar = first.result["calendar"]
    assert (first.code, calendar["written"], calendar["new"]) == (0, True, dry["new"])
    found = events(file)
    assert calendar["events"] == len(found)
    kinds = {uid.partition(".")[0] for uid in found}
    assert {"prep-complete", "month-sign-offs", "quarter-upside", "expiry", "milestone"} <= kinds
    assert {clock["id"].replace(":", ".") for clock in first.result["clocks"]} <= set(found)
    for uid, event in found.items():
        assert not MONEY.search(f"{event['SUMMARY']} {event['DESCRIPTION']}"), uid
    before = file.read_bytes()
    again = mirrored("cadence", "--clocks", "--ics", str(file), "--json").result["calendar"]
    assert (file.read_bytes(), again["same"], again["new"]) == (before, len(found), 0)
    later = mirrored("cadence", "--clocks", "--ics", str(file), "--preset", "handbook-2025", "--json").result[
        "calendar"
    ]
    moved = events(file)
    assert later["changed"] > 0
    assert moved["prep-complete"]["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=TU"
    assert moved["prep-complete"]["SEQUENCE"] == 1
    assert moved["top-customer-list"]["STATUS"] == "CANCELLED"
    printed = mirrored("cadence", "--ics", "-").out
    assert printed.startswith("BEGIN:VCALENDAR")
    file.write_text("my notes")
    refused = mirrored("cadence", "--ics", str(file))
    assert (refused.code, file.read_text()) == (2, "my notes")


def test_the_later_edition_moves_the_other_commands_too(mirrored: Psdm) -> None:
    (mirrored.home / "psdm" / "config.yaml").write_text("cadence:\n  preset: handbook-2025\n")
    found = {item["id"]: item for item in mirrored("today", "--json").result["items"]}
    assert found["duty:prep-complete"]["due"] == "2026-11-24T08:00:00-05:00"
    prep = mirrored("--offline", "forecast-prep", "--no-walk", "--json").result["deadlines"]
    assert prep["prep_complete"] == "2026-11-24T08:00:00-05:00"


def test_works_at_risk_come_from_gitlab_and_are_remembered(tmp_path: Path) -> None:
    with practice(tmp_path) as both:
        post(both, "Work at Risk 1 - Larkspur", "## Stop date\n\n2026-11-25", "Work at Risk,SOW-2301")
        post(both, "Work at Risk \x1b[31m| @all", "**Stop date:** later", "SOW-2302")
        post(both, "Change Order 1", "**Stop date:** 2026-11-25", "Change Order,SOW-2301")
        unseen = both.psdm.with_(PSDM_GITLAB_TOKEN=None)("today", "--refresh", "--json")
        assert [each for each in unseen.result["unverified"] if "no token" in each]
        done = both.psdm("today", "--refresh", "--json")
        jsonschema.validate(done.document, document_schema("today"))
        assert risks(done.result) == [("SOW-2301", "2026-11-25T23:59:00-05:00"), ("SOW-2302", None)]
        assert not [each for each in done.result["unverified"] if "Works at risk" in each]
        asked = len(both.gitlab.requests)
        offline = both.psdm("today", "--json")
        assert risks(offline.result) == risks(done.result)
        assert len(both.gitlab.requests) == asked  # without --refresh nobody is asked
        for line in both.psdm("today", COLUMNS="120").out.splitlines():
            assert_safe_text(line)
        away = both.psdm("today", "--refresh", "--json", PSDM_GITLAB_TOKEN="glpat-wrong")
        assert away.code == 3
        assert [each for each in away.result["unverified"] if "Works at risk" in each]
        assert risks(away.result) == risks(done.result)  # what was seen last is still shown
        file = tmp_path / "psdm.ics"
        assert both.psdm("cadence", "--clocks", "--ics", str(file)).code == 0
        assert [uid for uid in events(file) if uid.startswith("risk.")]
        assert len(both.gitlab.writes) == 3  # the issues of this test: looking writes nothing


def post(both: Any, title: str, description: str, labels: str) -> None:
    done = requests.post(
        f"{both.gitlab.url}/api/v4/projects/{quote(PLAN, safe='')}/issues",
        headers={"PRIVATE-TOKEN": both.gitlab.tokens["full"]},
        json={"title": title, "description": description, "labels": labels},
        timeout=10,
    )
    assert done.status_code == 201, done.text


def risks(result: dict[str, Any]) -> list[tuple[str, str | None]]:
    return sorted((item["sow"], item["due"]) for item in result["items"] if item["id"].startswith("risk:"))
