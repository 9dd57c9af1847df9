"""`psdm forecast accuracy` and `psdm forecast people` as processes, over the practice Kantata."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from psdm_process import AS_OF, Outcome, Psdm
from test_freeze_diff import now

from psdm_cli.sandbox import KantataSandbox

BEFORE, AFTER = "2026-11-30", "2027-01-04"  # the Monday that opens December, and the first one after it
DECEMBER, BEFORE_IT = "2026-12", "2026-11-24T15:00:00+00:00"


def lines(done: Outcome) -> dict[str, dict[str, Any]]:
    """December's lines by SOW number."""
    return {line["sow"]: line for line in done.result["lines"] if line["month"] == DECEMBER}


def work(server: KantataSandbox, workspace: str, amount_in_cents: int) -> None:
    """One billable hour in December at that rate; nobody worked there otherwise, because the clock stands before it."""
    entry = dict(server.account.find("time_entries", "workspace_id", workspace)[0])
    del entry["id"]
    fresh = {"date_performed": "2026-12-10", "time_in_minutes": 60, "rate_in_cents": amount_in_cents, "billable": True}
    server.account.put("time_entries", entry | fresh | {"updated_at": now(), "created_at": now()})


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


@pytest.fixture
def judged(mirrored: Psdm, standing: KantataSandbox) -> Psdm:
    """psdm with December's forecast frozen and December over: three engagements worked, one milestone done."""
    assert mirrored("forecast", "freeze", "--as-of", BEFORE).code == 0
    totals = {
        p["sow"]: p["month_total"][DECEMBER]
        for p in mirrored("forecast-prep", "--as-of", BEFORE, "--json").result["projects"]
    }
    work(standing, "3004", cents(totals["SOW-2304"]))  # exactly
    work(standing, "3001", cents(totals["SOW-2301"]) * 106 // 100)  # 6 % more: out for time and materials
    work(standing, "3006", cents(totals["SOW-2306"]) * 94 // 100)  # 6 % less: in for a consulting block
    done = next(
        s for s in standing.account.find("stories", "workspace_id", "3005") if s["title"] == "Policies accepted"
    )
    standing.account.update("stories", done["id"], state="completed", percentage_complete=100, updated_at=BEFORE_IT)
    assert mirrored("sync", "--full").code == 0  # on a later day of ours, what changed then is no news
    return mirrored


def test_december_is_judged_by_the_forecast_that_opened_it(judged: Psdm) -> None:
    done = judged("forecast", "accuracy", "--as-of", AFTER, "--json", "--months", "2")
    assert done.code == 3
    assert done.document["status"] == "attention"
    found = lines(done)
    exact = found["SOW-2304"]
    assert (exact["forecast"], exact["error"], exact["verdict"]) == (exact["actual"], 0.0, "in_tolerance")
    assert (found["SOW-2301"]["error"], found["SOW-2301"]["verdict"]) == (0.06, "out_of_tolerance")
    block = found["SOW-2306"]
    assert (block["error"], block["tolerance"], block["verdict"]) == (-0.06, 0.1, "in_tolerance")
    assert block["transition_from"] == "kickoff"
    fee = found["SOW-2305"]
    # completed before its due date, by the only thing that the practice Kantata tells: the task's last change
    assert (fee["forecast"], fee["days_from"]) == ("30000.00", [])
    assert {line["frozen_as_of"] for line in found.values()} == {BEFORE}
    assert done.result["unfrozen"] == ["2026-11"]
    assert any("no forecast was frozen" in warning for warning in done.document["warnings"])
    by_type = {bias["key"]: bias for bias in done.result["by_type"]}
    assert by_type["consulting_block"] == {
        **by_type["consulting_block"], "months": 1, "out_of_tolerance": 0, "mean_error": -0.06
    }  # fmt: skip
    again = judged("forecast", "accuracy", "--as-of", AFTER, "--json", "--months", "2", "--offline")
    assert again.result["lines"] == done.result["lines"]


def test_accuracy_in_every_form(judged: Psdm) -> None:
    screen = judged("forecast", "accuracy", "--as-of", AFTER)
    assert "Bias by type" in screen.out
    assert "SOW-2301" in screen.out and "+6.0 %" in screen.out
    assert judged("forecast", "accuracy", "--as-of", AFTER, "--offline", "--exit-zero").code == 0
    table = list(
        csv.DictReader(io.StringIO(judged("forecast", "accuracy", "--as-of", AFTER, "--offline", "--csv").out))
    )
    december = {row["sow"]: row["verdict"] for row in table if row["month"] == DECEMBER}
    assert (december["SOW-2301"], december["SOW-2304"]) == ("out_of_tolerance", "in_tolerance")
    assert "## Bias" in judged("forecast", "accuracy", "--as-of", AFTER, "--offline", "--markdown").out


def test_a_milestone_counts_on_the_day_that_kantata_tells(judged: Psdm, standing: KantataSandbox) -> None:
    """The answer with the state changes is scripted: the contract says they exist, not what they look like."""
    import json

    story = next(
        s for s in standing.account.find("stories", "workspace_id", "3005") if s["title"] == "Policies accepted"
    )
    key = str(story["id"])
    change = {"state": "completed", "created_at": "2026-12-18T23:30:00-05:00", "story_id": key}
    body = {
        "count": 1,
        "results": [{"key": "stories", "id": key}],
        "stories": {key: {"id": key, "story_state_change_ids": ["1"]}},
        "story_state_changes": {"1": change},
    }
    assert judged("sync").code == 0  # so that the scripted answer meets the question it is for
    asked = len(standing.requests)
    standing.fault(path="/stories", status=200, body=json.dumps(body).encode(), query="story_state_changes")
    done = judged("forecast", "accuracy", "--as-of", AFTER, "--json")
    told = [r for r in standing.requests[asked:] if "story_state_changes" in str(r.query)]
    assert len(told) == 1
    fee = lines(done)["SOW-2305"]
    assert (fee["actual"], fee["verdict"], fee["days_from"]) == ("30000.00", "in_tolerance", ["state_change"])
    offline = judged("forecast", "accuracy", "--as-of", AFTER, "--json", "--offline")
    assert lines(offline)["SOW-2305"] == fee


def test_an_outage_of_the_days_alone_does_not_take_the_answer_away(judged: Psdm, standing: KantataSandbox) -> None:
    assert judged("sync").code == 0
    standing.fault(path="/stories", status=403, body='{"errors": []}', query="story_state_changes")
    done = judged("forecast", "accuracy", "--as-of", AFTER, "--json")
    assert lines(done)["SOW-2304"]["verdict"] == "in_tolerance"
    assert any("could not be read" in warning for warning in done.document["warnings"])


def test_without_a_forecast_in_time_there_is_nothing_to_judge(mirrored: Psdm) -> None:
    done = mirrored("forecast", "accuracy", "--offline")
    assert done.code == 5
    assert "No forecast of this selection was frozen up to 2026-11-01" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("accuracy", "--months", "0"), "--months: 0 makes no sense; expected 1 to 60."),
        (("accuracy", "--months", "x"), "--months"),
        (("people", "--weeks", "27"), "--weeks: 27 makes no sense"),
        (("people", "--months", "2", "--weeks", "2"), "--months and --weeks"),
        (("people", "--people", "everyone"), "neither engagements nor all"),
        (("people", "--json", "--csv"), "different forms"),
    ],
)
def test_wrong_options(mirrored: Psdm, words: tuple[str, ...], said: str) -> None:
    done = mirrored("forecast", *words, "--offline")
    assert done.code == 2
    assert said in done.err


def test_people_agree_with_the_allocation_step(mirrored: Psdm) -> None:
    """Four weeks together are what FP-06 looks at."""
    heat = mirrored("forecast", "people", "--weeks", "4", "--json")
    assert heat.code == 0
    found = {person["id"]: person for person in heat.result["people"]}
    for person in mirrored("forecast-prep", "--offline", "--json").result["people"]:
        same = found[person["id"]]
        assert same["under_allocated"]
        for name in ("capacity_hours", "hard_hours", "soft_hours", "booked_ratio"):
            assert same[name] == person[name], (person["name"], name)
    assert sum(person["under_allocated"] for person in found.values()) == 2
    roles = [person["role"] for person in heat.result["people"]]
    assert roles == sorted(roles, key=["PM", "PSE", "TA"].index)


def test_people_by_month_read_bookings_elsewhere_as_far_as_they_look(mirrored: Psdm) -> None:
    done = mirrored("forecast", "people", "--months", "6", "--json")
    assert [period["period"] for period in done.result["people"][0]["periods"]] == [
        "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04"
    ]  # fmt: skip
    assert done.result["elsewhere_from"] <= "2026-11-01"
    assert done.result["elsewhere_until"] >= "2027-05-01"
    assert done.document["warnings"][0].startswith("A lower bound")
    longer = mirrored("forecast", "people", "--months", "12", "--offline")
    assert "people may only seem free" in " ".join(longer.out.split())
    screen = mirrored("forecast", "people", "--offline").out
    assert "▓" in screen and "under-allocated" in screen


def test_people_that_cannot_be_seen_are_refused_by_name(alone: Psdm, standing: KantataSandbox) -> None:
    done = alone.at(standing, "no-people")("forecast", "people", "--as-of", AS_OF.isoformat(), "--json")
    assert done.code == 4
    assert "account members" in done.error["message"]
