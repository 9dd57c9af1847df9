"""psdm today and psdm open as processes: from the mirror alone, two clocks, ticks, exit codes, a browser."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psdm_process import Psdm
from test_hostile_text import poison
from test_screens import on_terminal
from tests.hostile import assert_safe_json, assert_safe_text

from psdm_cli.sandbox import KantataSandbox

MANUAL = ("FP-12", "FP-13", "FP-14")  # what only a person can tell


def items(psdm: Psdm, *options: str, **variables: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = psdm("today", "--json", *options, **variables).result["items"]
    return found


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {item["id"] for item in found}


def test_it_answers_from_the_mirror_alone(mirrored: Psdm, standing: KantataSandbox) -> None:
    done = mirrored("today", "--json")
    assert done.code == 3
    assert done.document["status"] == "attention"
    assert standing.requests == []
    assert done.result["synced_at"] is not None
    assert any("old" in warning for warning in done.document["warnings"])


def test_it_says_how_to_read_when_nothing_was_read(psdm: Psdm, kantata: KantataSandbox) -> None:
    done = psdm("today", "--json")
    assert (done.code, done.error["code"]) == (5, "not_found")
    assert "psdm today --refresh" in done.error["hint"]
    assert kantata.requests == []
    assert psdm("today", "--refresh", "--json").code == 3
    assert kantata.requests != []
    assert psdm("today", "--refresh", "--offline").code == 2


def test_an_item_says_what_for_whom_and_by_when(mirrored: Psdm) -> None:
    found = items(mirrored)
    for item in found:
        assert {"what", "sow", "due", "due_local", "overdue", "urgency", "command"} <= item.keys()
        assert item["overdue"] is (item["urgency"] == "overdue")
        assert item["command"].startswith("psdm ")
        if item["due"] is not None:
            assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(item["due_local"])
    order = [(not item["overdue"], item["due"] is None, item["left_minutes"] or 0) for item in found]
    assert order == sorted(order)
    kinds = {item["id"].partition(":")[0] for item in found}
    assert {"duty", "findings", "milestone", "health", "time", "expiry"} <= kinds
    money = next(item for item in found if item["id"].startswith("milestone:3002"))
    assert (money["sow"], money["amount"], money["currency"]) == ("SOW-2302", "45000.00", "USD")


@pytest.mark.parametrize(
    ("as_of", "zone", "eastern", "local"),
    [
        pytest.param("2026-10-19", "Europe/Berlin", "-04:00", "16:00:00+02:00", id="both in summer"),
        pytest.param("2026-10-26", "Europe/Berlin", "-04:00", "15:00:00+01:00", id="Europe changed first in autumn"),
        pytest.param("2026-11-02", "Europe/Berlin", "-05:00", "16:00:00+01:00", id="both in winter"),
        pytest.param("2027-03-15", "Europe/Berlin", "-04:00", "15:00:00+01:00", id="the US changed first in spring"),
        pytest.param("2027-03-29", "Europe/Berlin", "-04:00", "16:00:00+02:00", id="both in summer again"),
        pytest.param("2026-10-26", "America/Los_Angeles", "-04:00", "07:00:00-07:00", id="the west coast goes along"),
        pytest.param("2026-11-02", "Asia/Kolkata", "-05:00", "20:30:00+05:30", id="half an hour, never changing"),
    ],
)
def test_both_clocks_where_they_change_on_different_days(
    mirrored: Psdm, as_of: str, zone: str, eastern: str, local: str
) -> None:
    found = items(mirrored, "--as-of", as_of, TZ=zone)
    prep = next(item for item in found if item["id"] == "duty:prep-complete")
    assert prep["due"] == f"{as_of}T10:00:00{eastern}"
    assert prep["due_local"] == f"{as_of}T{local}"


def test_the_handbooks_zone_is_a_setting(mirrored: Psdm) -> None:
    (mirrored.home / "psdm" / "config.yaml").write_text(
        "calendar:\n  zone: Europe/Berlin\ncadence:\n  top_customer_notes: Tuesday 09:30\n"
    )
    found = {item["id"]: item for item in items(mirrored, TZ="Europe/Berlin")}
    assert found["duty:top-customer-notes"]["due"] == "2026-11-24T09:30:00+01:00"
    out = mirrored("today", TZ="Europe/Berlin", COLUMNS="120").out
    assert "where you are" not in out  # one clock for both


def test_monday_is_done_when_frozen_and_confirmed(psdm: Psdm) -> None:
    monday = {"duty:prep-complete", "duty:forecast-updated"}
    assert psdm("today", "--refresh").code == 3
    assert monday <= ids(items(psdm))
    assert psdm("forecast", "freeze").code == 0
    frozen = next(item for item in items(psdm) if item["id"] == "duty:prep-complete")
    assert frozen["what"] == "Forecast call prep complete (to confirm: FP-12, FP-13, FP-14)"
    answers = [word for step in MANUAL for word in ("--answer", f"{step}=yes", "--note", f"{step}=x")]
    assert psdm("checklist", "resume", "forecast-prep", *answers).code in (0, 3)
    done = psdm("today", "--json").result
    assert not monday & ids(done["items"])
    assert {"prep-complete", "forecast-updated"} <= set(done["done"])
    dues = {item["due"][:10] for item in done["items"] if item["id"].startswith("findings")}
    assert dues == {"2026-11-30"}  # what is left is next Monday's
    assert monday <= ids(items(psdm, "--as-of", "2026-11-30"))  # and next week is a new one


def test_ticks_are_kept_for_the_week_and_can_be_taken_back(mirrored: Psdm) -> None:
    notes = "duty:top-customer-notes"
    assert notes in ids(items(mirrored))
    assert notes not in ids(items(mirrored, "--done", "top-customer-notes", "--dry-run"))
    assert notes in ids(items(mirrored))
    assert notes not in ids(items(mirrored, "--done", "Top Customer Notes"))
    assert notes not in ids(items(mirrored))
    assert notes not in ids(items(mirrored, "--offline"))
    assert notes in ids(items(mirrored, "--as-of", "2026-11-30"))
    assert notes in ids(items(mirrored, "--not-done", "top-customer-notes"))
    wrong = mirrored("today", "--done", "top-costumer-notes")
    assert (wrong.code, "Did you mean top-customer-notes?" in wrong.err) == (2, True)
    assert mirrored("today", "--done", "health-reports", "--not-done", "health-reports").code == 2


def test_nothing_due_is_exit_0(psdm: Psdm, kantata: KantataSandbox) -> None:
    for workspace in kantata.account.rows("workspaces"):
        workspace["archived"] = workspace["id"] != "3004"  # one engagement in good order is left
    kantata.account.touched()
    assert psdm("today", "--refresh").code == 3  # Monday's work is not done
    assert psdm("today", "--exit-zero").code == 0
    assert psdm("forecast", "freeze").code == 0
    answers = [word for step in MANUAL for word in ("--answer", f"{step}=yes", "--note", f"{step}=x")]
    assert psdm("checklist", "resume", "forecast-prep", *answers).code in (0, 3)
    done = psdm("today", "--json")
    assert {item["urgency"] for item in done.result["items"]} == {"week"}
    assert (done.code, done.document["status"]) == (0, "ok")


def test_what_the_token_may_not_see_is_unverified(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.refuse("time_entries")
    done = psdm("today", "--refresh", "--json")
    assert any(sentence.startswith("FP-09") for sentence in done.result["unverified"])
    assert "Last week's time approved (psdm could not look)" in [item["what"] for item in done.result["items"]]


@pytest.mark.parametrize("columns", [80, 140])
def test_the_screen(mirrored: Psdm, columns: int) -> None:
    raw, lines, code = on_terminal(mirrored, ["today"], columns, TZ="Europe/Berlin")
    assert code == 3
    assert max(len(line) for line in lines) <= columns, max(lines, key=len)
    assert lines[0].startswith("psdm today · Robin Castellano · as of Mon 2026-11-23")
    text = "\n".join(lines)
    assert "Eastern" in text
    assert "CET where you are" in text
    assert text.index("\nOverdue") < text.index("\nWithin seven days") < text.index("\nNext")
    assert "psdm today --refresh" in lines[-1]
    assert "\x1b[" in raw


# open


def test_open_prints_the_address_whole(mirrored: Psdm) -> None:
    done = mirrored("open", "escalated-report", COLUMNS="40")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("https://gitlab.com/groups/")
    assert done.out.count("\n") == 1
    assert "first_page_size=20" in done.out


@pytest.mark.parametrize("word", ["SOW-2302", "2302", "sow-2302", "3002"])
def test_open_finds_an_engagement_in_the_mirror(mirrored: Psdm, standing: KantataSandbox, word: str) -> None:
    link = mirrored("open", word, "--json").result["links"][0]
    assert (link["sow"], link["project"]) == ("SOW-2302", "3002")
    assert link["url"].endswith("/workspaces/3002")
    assert standing.requests == []


def test_open_lists_the_links(mirrored: Psdm) -> None:
    done = mirrored("open", "--json")
    assert len(done.result["links"]) > 40
    assert not done.result["opened"]
    assert "escalated_report" in mirrored("open").out


def test_open_suggests_what_was_meant(mirrored: Psdm) -> None:
    done = mirrored("open", "esclated_report", "--json")
    assert done.code == 5
    assert "escalated_report" in done.error["hint"]


def test_open_in_the_sandbox_says_that_it_has_no_pages(alone: Psdm) -> None:
    practice = alone.with_(PSDM_SANDBOX="1", PSDM_AS_OF="2026-11-23")
    assert practice("sync", "-q").code == 0
    done = practice("open", "SOW-2302")
    assert done.code == 5
    assert "no pages to open" in done.err


@pytest.fixture
def browser(mirrored: Psdm) -> tuple[Psdm, Path]:
    """psdm with a browser that writes down what it is asked to open."""
    seen = mirrored.home / "opened"
    program = mirrored.home / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > "{seen}.new"\nmv "{seen}.new" "{seen}"\n')
    program.chmod(0o755)
    variables = {name: value for name, value in mirrored.variables.items() if name != "PSDM_NO_INPUT"}
    return Psdm(mirrored.home, {**variables, "BROWSER": str(program)}), seen


def test_a_browser_opens_at_a_terminal_only(browser: tuple[Psdm, Path]) -> None:
    psdm, seen = browser
    assert psdm("open", "2302").code == 0
    assert not seen.exists()
    for quiet in (["open", "2302", "--no-input"], ["open", "2302", "--json"], ["open", "2302", "--dry-run"]):
        on_terminal(psdm, quiet, 80)
    assert not seen.exists()
    _, lines, code = on_terminal(psdm, ["open", "2302"], 40)
    assert code == 0
    assert "".join(lines).endswith("/workspaces/3002")
    assert seen.read_text().strip().endswith("/workspaces/3002")


def test_the_countdown_is_real_time(mirrored: Psdm) -> None:
    done = mirrored("today", "--json").result
    now = datetime.fromisoformat(done["now"])
    for item in done["items"]:
        if item["due"] is not None:
            left = datetime.fromisoformat(item["due"]) - now
            assert item["left_minutes"] == left // timedelta(minutes=1)


# texts from outside


@pytest.mark.parametrize("columns", [60, 160])
def test_texts_from_outside_do_nothing(psdm: Psdm, kantata: KantataSandbox, columns: int) -> None:
    poison(kantata)
    assert psdm("sync", "--lead", "all", "-q").code in (0, 3)
    shown = psdm("today", "--lead", "all", COLUMNS=str(columns))
    assert shown.code == 3
    for line in (shown.out + shown.err).splitlines():
        assert_safe_text(line)
    document = psdm("today", "--lead", "all", "--json")
    assert_safe_json(document.out.replace("\n", ""))
    for item in document.result["items"]:
        assert re.fullmatch(r"[\w .:=-]+", item["command"]), item["command"]  # it is to be typed


def test_opening_never_passes_on_what_a_title_says(psdm: Psdm, kantata: KantataSandbox) -> None:
    poison(kantata)
    assert psdm("sync", "--lead", "all", "-q").code in (0, 3)
    url = psdm("open", "3007", "--lead", "all", "--json").result["links"][0]["url"]
    assert url == kantata.kantata_url.removesuffix("/api/v1") + "/workspaces/3007"
