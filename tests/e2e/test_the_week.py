"""A whole week over both practice systems, played once with a moving day; the tests look at what each day left.

Monday 23 November adds upside and freezes, Tuesday drafts Top Customer and Wednesday finishes and posts it, Thursday
writes health and the customer's status. Then both systems move on behind psdm's back, and on Monday 30 November it
finds by itself what became of the upside and what was pushed; in January accuracy still knows why.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kickoff_practice import Practice, practice
from psdm_process import Outcome, real_now

from psdm_cli.sandbox.gitlab import tables

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (f"2026-11-{day}" for day in range(23, 28))
NEXT_MONDAY, JANUARY = "2026-11-30", "2027-01-04"
PILOT, POLICIES = "57", "143"  # milestones of SOW-2302 (without a date) and SOW-2305 (30,000.00 USD on 18 December)
SOFT = "10"  # SOW-2301's soft booking of Aiko Tremblay
DECIDES, FREEZE, AUDIT = "the customer decides on Friday", "change freeze at the customer", "the auditor is away"
NOTES = """\
notes:
  SOW-2301:
    issue: Nobody knows who pays for wave 3
    action: Change order to the sponsor
    fix_by: 2026-12-04
    temperature: {internal: Y, customer: G}
  SOW-2304: {temperature: G | G}
  SOW-2305: {temperature: G | G}
"""
HEALTH = (
    *("--as-suggested", "--client", "engaged", "--overall", "yellow", "--text", "Wave 3 is not paid for yet."),
    *("--raid", "R-003", "--action", "Change order to the sponsor", "--by", "2026-12-04"),
)
STATUS = ("--set", "overall=Wave 2 is in.", "--set", "upcoming=Wave 3; Training")

Story = dict[str, Outcome]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Both systems, with a booking of 2,500.00 USD in December that will be moved."""
    with practice(tmp_path_factory.mktemp("week")) as both:
        slots = both.kantata.account.find("workspace_resources", "workspace_id", "3004")
        slot = next(row for row in slots if row["role_name"] == "Technical Architect" and row["user_id"] is not None)
        row = {"workspace_resource_id": slot["id"], "workspace_id": "3004", "minutes": 600, "hard": True}
        both.kantata.account.put("workspace_allocations", {**row, **_on("2026-12-15"), "notes": "moves"})
        yield both


@pytest.fixture(scope="module")
def story(here: Practice) -> Story:
    """What psdm said, by what was asked; every day in its order."""
    home: Path = here.psdm.home
    (home / "customers.csv").write_text("customer,sow\nLarkspur Mutual,\n,SOW-2304\n,SOW-2305\n", encoding="utf-8")
    (home / "notes.yaml").write_text(NOTES, encoding="utf-8")
    told: Story = {}

    def play(name: str, day: str, *words: str) -> None:
        told[name] = here.psdm("--as-of", day, *words, "--json")

    play("prep", MONDAY, "forecast-prep", "--upside", f"FP-07:{SOFT}={DECIDES}@60", "--freeze")
    play("add", MONDAY, "upside", "add", "SOW-2302", "--scenario", "milestone", "--milestone", PILOT,
         "--month", "2027-01", "--probability", "50", "--reason", "the pilot group is not named")  # fmt: skip
    _close_an_issue(here)
    play("draft", TUESDAY, "top-customer", "--list", "customers.csv")
    play("notes", WEDNESDAY, "top-customer", "--notes", "notes.yaml", "--post", "epic", "--yes")
    play("health", THURSDAY, "health", "SOW-2301", *HEALTH, "--yes")
    play("status", THURSDAY, "customer-status", "SOW-2301", *STATUS, "--yes")
    play("friday", FRIDAY, "today", "--refresh")
    _move_on(here)
    play("review", NEXT_MONDAY, "upside", "review")
    play("accept", NEXT_MONDAY, "upside", "review", "--accept", "all")
    play("asks", NEXT_MONDAY, "top-customer")
    play("why", NEXT_MONDAY, "top-customer", "--push-reason", f"SOW-2304:2026-12:2027-01={FREEZE}",
         "--push-reason", f"SOW-2305:2026-12:2027-01={AUDIT}")  # fmt: skip
    play("diff", NEXT_MONDAY, "forecast", "diff")
    play("report", NEXT_MONDAY, "report", "week")
    # December is judged by the forecast of 23 November: the last one kept before it began
    play("accuracy", JANUARY, "forecast", "accuracy", "--months", "1")
    return told


def _on(day: str) -> dict[str, str]:
    return {"start_date": day, "end_date": day, "updated_at": real_now()}


def _close_an_issue(here: Practice) -> None:
    """The engineers finish something on Monday afternoon."""
    (project,) = here.rows("projects", path="SOW-2301")
    author = next(iter(here.gitlab.account.rows("users")))
    at = f"{MONDAY}T20:00:00.000Z"
    tables.make_work_item(
        here.gitlab.account, project, "Issue", "Runners for wave 2", author=author, at=at, state="closed", closed_at=at
    )
    here.gitlab.account.touched()


def _move_on(here: Practice) -> None:
    """From Friday to Monday: a soft booking is hard, one moved a month, one milestone got its day, one moved."""
    account = here.kantata.account
    (moved,) = (row for row in account.find("workspace_allocations", "workspace_id", "3004") if row["notes"] == "moves")
    account.update("workspace_allocations", SOFT, hard=True, updated_at=real_now())
    account.update("workspace_allocations", moved["id"], **_on("2027-01-12"))
    account.update("stories", PILOT, due_date="2027-01-20", updated_at=real_now())
    account.update("stories", POLICIES, due_date="2027-01-15", updated_at=real_now())


def entry(outcome: Outcome, sow: str) -> dict[str, Any]:
    """The line of an engagement in a list of entries."""
    found: dict[str, Any] = next(each for each in outcome.result["entries"] if each["sow"] == sow)
    return found


def changes(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """Kind, system, what was done and how it ended, of every item of the plan."""
    return [(i["kind"], i["system"], i["action"], i["state"]) for i in outcome.result["plan"]]


def test_every_day_ends_as_it_should(story: Story) -> None:
    attention = {"prep", "draft", "friday", "review", "asks", "why", "accuracy"}
    assert {name: told.code for name, told in story.items()} == {name: 3 if name in attention else 0 for name in story}
    assert all(told.document["status"] != "partial" for told in story.values())


def test_monday_keeps_the_forecast_and_the_upside(story: Story) -> None:
    assert "can only soft-forecast 20,800.00 USD because of the customer decides on Friday" in story["prep"].err
    assert "Frozen: week 2026-W48, revision 1" in story["prep"].err
    added = story["add"].result["entry"]
    assert (added["id"], added["scenario"], added["amount"], added["weighted"]) == (
        "2", "milestone", "35000.00", "17500.00"
    )  # fmt: skip


def test_tuesday_drafts_from_the_week_and_the_ledger(story: Story) -> None:
    drafted = entry(story["draft"], "SOW-2301")
    assert "1 issue closed this week: “Runners for wave 2”" in drafted["progress"]
    assert drafted["upside"] == [
        f"can only soft-forecast 20,800.00 USD because of {DECIDES} (soft booking of Aiko Tremblay; 60 %)"
    ]
    assert [each["valid"] for each in story["draft"].result["entries"]] == [False] * 3


def test_wednesday_finishes_and_posts_on_internal_epics(story: Story, here: Practice) -> None:
    done = story["notes"]
    assert [each["valid"] for each in done.result["entries"]] == [True] * 3
    assert [item["audience"] for item in done.result["plan"]] == ["internal"] * 3
    noted = [note for note in here.rows("notes") if "psdm:top-customer" in note["body"]]
    assert {here.rows("work_items", id=note["work_item_id"])[0]["type"] for note in noted} == {"Epic"}
    assert sum("Nobody knows who pays for wave 3" in note["body"] for note in noted) == 1


def test_thursday_writes_health_to_both_systems(story: Story, here: Practice) -> None:
    assert changes(story["health"]) == [
        ("status_report", "kantata", "create", "applied"),
        ("epic_health", "gitlab", "change", "applied"),
    ]
    report = here.kantata.account.find("status_reports", "workspace_id", "3001")[-1]
    assert (report["color"], "RAID: R-003" in report["description"]) == ("yellow", True)


def test_thursday_tells_the_customer_nothing_internal(story: Story, here: Practice) -> None:
    assert changes(story["status"]) == [("issue", "gitlab", "create", "applied")]
    (issue,) = here.rows("work_items", title="Status - week 2026-W48")
    text = issue["description"]
    assert all(said in text for said in ("Wave 2 is in.", "- Runners for wave 2", "- Wave 3\n- Training"))
    for word in ("USD", "upside", "soft", "yellow", "pays", "R-003", DECIDES):
        assert word not in text, word


def test_friday_has_one_health_report_less_to_write(story: Story) -> None:
    due = {item["sow"] for item in story["friday"].result["items"] if item["what"].startswith("Health report")}
    assert "SOW-2304" in due
    assert "SOW-2301" not in due


def test_next_monday_the_upside_has_converted_by_itself(story: Story) -> None:
    assert [(p["key"], p["review"], p["reason"]) for p in story["review"].result["proposals"]] == [
        ("1:convert", "itself", "booking 10 of Aiko Tremblay is hard now"),
        ("2:convert", "itself", "the milestone is dated 2027-01-20 now: it is in the forecast"),
    ]
    assert changes(story["accept"]) == [("upside", "psdm", "change", "applied")] * 2


def test_next_monday_the_pushes_are_asked_for_their_reasons(story: Story) -> None:
    assert story["asks"].result["list_from"] == "the list of 2026-W48"
    asked = {each["sow"]: each["pushes"] for each in story["asks"].result["entries"]}
    amounts = {sow: [(p["amount"], p["needs_reason"], p["reason"]) for p in pushes] for sow, pushes in asked.items()}
    assert amounts == {"SOW-2301": [], "SOW-2304": [("2500.00", True, None)], "SOW-2305": [("30000.00", True, None)]}
    assert "worked on" not in entry(story["asks"], "SOW-2301")["progress"]  # the customer's status is no work
    before = entry(story["asks"], "SOW-2301")["before"]
    assert before["text"] == entry(story["notes"], "SOW-2301")["text"]
    assert {"field": "internal temperature", "before": "Y", "after": ""} in before["changed"]
    # once said, nothing is missing but this week's temperatures
    problems = [problem for each in story["why"].result["entries"] for problem in each["problems"]]
    assert len(problems) == 6
    assert all("temperature" in problem for problem in problems)


def test_the_difference_says_what_moved_and_why(story: Story) -> None:
    assert story["diff"].result["before_as_of"] == MONDAY
    moved = {
        (p["sow"], c["kind"], c["month_from"], c["month_to"], c["amount"], c["reason"])
        for p in story["diff"].result["projects"]
        for c in p["changes"]
    }
    assert moved == {
        ("SOW-2301", "up", None, "2026-11", "1600.00", None),  # the last of November and December's days, hard now
        ("SOW-2301", "up", None, "2026-12", "14400.00", None),
        ("SOW-2302", "up", None, "2027-01", "35000.00", None),
        ("SOW-2304", "push", "2026-12", "2027-01", "2500.00", FREEZE),
        ("SOW-2305", "push", "2026-12", "2027-01", "30000.00", AUDIT),
    }


def test_the_report_of_the_week_holds_all_of_it(story: Story) -> None:
    page = story["report"].result
    assert (page["week"], page["compared_with"]) == ("2026-W49", MONDAY)
    assert [(m["sow"], m["amount"], m["reason"]) for m in page["moves"] if m["kind"] == "push"] == [
        ("SOW-2305", "30000.00", AUDIT),
        ("SOW-2304", "2500.00", FREEZE),
    ]
    assert [(each["id"], each["status"]) for each in page["settled"]] == [("1", "converted"), ("2", "converted")]
    assert (page["upside"], page["upside_totals"]) == ([], {})
    assert {line["frozen_as_of"] for line in page["weekly"]["lines"] if line["week"] == "2026-W48"} == {MONDAY}
    (health,) = (line for line in page["health"] if line["sow"] == "SOW-2301")
    assert health["health"]["color"] == "yellow"


def test_in_january_accuracy_still_knows_why(story: Story) -> None:
    told = {
        (line["sow"], line["month"]): (line["frozen_as_of"], line["pushes"])
        for line in story["accuracy"].result["lines"]
        if line["pushes"] and line["month"] == "2026-12"
    }
    assert told == {
        ("SOW-2304", "2026-12"): (MONDAY, [f"pushed to 2027-01: {FREEZE}"]),
        ("SOW-2305", "2026-12"): (MONDAY, [f"pushed to 2027-01: {AUDIT}"]),
    }


def test_nothing_was_asked_of_gitlab_that_it_does_not_know(story: Story, here: Practice) -> None:
    assert here.gitlab.violations == []
