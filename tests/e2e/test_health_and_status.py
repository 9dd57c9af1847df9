"""`psdm health` and `psdm customer-status` over both systems: what is written where, what the customer never reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from psdm_process import AS_OF, COMMAND, DEADLINE, Psdm, Terminal, real_now

from psdm_cli.output.shapes import document_schema
from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.server import GitLabSandbox

SOW, PROJECT = "SOW-2301", "3001"
GREEN = ("--as-suggested", "--client", "happy", "--overall", "green", "--text", "Wave A is live.")
RED = (
    *("--as-suggested", "--client", "frustrated: cutover failed", "--overall", "red", "--text", "Cutover failed."),
    *("--raid", "R-001", "--action", "Vendor call", "--by", "2026-12-04", "--escalate-to", "Director PS"),
)


def reports(kantata: KantataSandbox) -> list[dict[str, Any]]:
    return list(kantata.account.find("status_reports", "workspace_id", PROJECT))


def epic(gitlab: GitLabSandbox) -> dict[str, Any]:
    """The internal Customer Epic."""
    return next(
        r for r in gitlab.account.rows("work_items") if r["title"].startswith(f"{SOW} ") and r["type"] == "Epic"
    )


def project(gitlab: GitLabSandbox) -> dict[str, Any]:
    return next(row for row in gitlab.account.rows("projects") if row["path"] == SOW)


def inside(gitlab: GitLabSandbox) -> list[dict[str, Any]]:
    """The issues of the collaboration project."""
    return list(gitlab.account.find("work_items", "project_id", project(gitlab)["id"]))


def labels(gitlab: GitLabSandbox, item: dict[str, Any]) -> set[str]:
    return {gitlab.account.row("labels", ident)["name"] for ident in item["label_ids"]}


def customers_text(gitlab: GitLabSandbox) -> str:
    """Everything that stands in the collaboration project."""
    items = inside(gitlab)
    ids = {item["id"] for item in items}
    notes = [note["body"] for note in gitlab.account.rows("notes") if note["work_item_id"] in ids]
    return "\n".join([*(f"{item['title']}\n{item['description']}" for item in items), *notes])


# health


def test_health_is_suggested_decided_written_changed_and_taken_back(
    both: Psdm, gitlab: GitLabSandbox, standing: KantataSandbox
) -> None:
    before = len(reports(standing))
    shown = both("health", SOW, "--json")
    jsonschema.validate(shown.document, document_schema("health"))
    assert (shown.code, shown.result["decided"], shown.result["plan"], shown.result["unseen"]) == (3, None, [], [])
    colours = {each["dimension"]: each["color"] for each in shown.result["suggested"]["dimensions"]}
    assert colours == {"schedule": "green", "budget": "yellow", "scope": "green", "risk": "green", "client": None}

    planned = both("health", SOW, *RED, "--dry-run", "--json")
    assert planned.code == 0
    assert (standing.writes, gitlab.writes) == ([], [])

    done = both("health", SOW, *RED, "--yes", "--json")
    assert done.code == 0, done.err
    jsonschema.validate(done.document, document_schema("health"))
    assert {item["state"] for item in done.result["plan"]} == {"applied"}
    (report,) = reports(standing)[before:]
    assert (report["color"], len(report["details"])) == ("red", 4)
    assert "RAID: R-001; action: Vendor call, by 2026-12-04" in report["description"]
    assert epic(gitlab)["health_status"] == "at_risk"
    raid = next(item for item in inside(gitlab) if item["title"].startswith("RAID"))
    assert "Escalated" in labels(gitlab, raid)
    note = next(n for n in gitlab.account.rows("notes") if "psdm:escalation:" in n["body"])
    assert (note["work_item_id"], note["internal"]) == (epic(gitlab)["id"], True)
    assert "to Director PS" in note["body"]
    told = customers_text(gitlab)
    assert not [word for word in ("Director", "Cutover", "frustrated", "Vendor") if word in told]

    calm = (*GREEN, "--risk", "green: the vendor is on it")
    again = both("health", SOW, *calm, "--yes", "--json")
    assert again.code == 0, again.err
    assert [item["action"] for item in again.result["plan"]] == ["change", "change"]
    (report,) = reports(standing)[before:]  # at most one a day
    assert (report["color"], epic(gitlab)["health_status"]) == ("green", "on_track")
    assert again.result["previous"]["color"] == "red"
    same = both("health", SOW, *calm, "--yes", "--json")
    assert {item["state"] for item in same.result["plan"]} == {"kept"}

    assert both("undo", again.result["run"], "--yes").code == 0
    (report,) = reports(standing)[before:]
    assert (report["color"], epic(gitlab)["health_status"]) == ("red", "at_risk")
    assert gitlab.violations == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--schedule", "amber"), 2, "--schedule: expected green, yellow or red"),
        (("--client", "angry"), 2, "--client"),
        ((*GREEN[:-4], "--overall", "red", "--text", "x"), 2, "--raid, --action, --by"),
        ((*GREEN, "--by", "soon"), 2, "--by"),
        ((*GREEN,), 2, "--yes"),
        ((*GREEN, "--offline"), 2, "--offline"),
        ((*GREEN, "--escalate-to", " "), 2, "--escalate-to"),
    ],
)
def test_half_a_decision_and_bad_input_write_nothing(
    both: Psdm, gitlab: GitLabSandbox, standing: KantataSandbox, options: tuple[str, ...], code: int, said: str
) -> None:
    done = both("health", SOW, *options, "--json")
    assert done.code == code, done.out
    assert said in done.error["message"] + done.error["hint"]
    assert (standing.writes, gitlab.writes) == ([], [])


def test_without_gitlab_health_is_written_to_kantata_alone(both: Psdm, standing: KantataSandbox) -> None:
    bare = both.with_(PSDM_GITLAB_TOKEN=None)
    shown = bare("health", SOW, "--json")
    assert shown.code == 3
    assert len(shown.result["unseen"]) == 2
    given = ("--scope", "green", "--risk", "green: seen in the call")
    done = bare("health", SOW, *GREEN, *given, "--yes", "--json")
    assert done.code == 0, done.err
    assert [(item["system"], item["state"]) for item in done.result["plan"]] == [("kantata", "applied")]
    assert "GitLab was not asked" in done.result["left_out"][0]
    assert reports(standing)[-1]["details"][0]["description"] == "Within the SOW's scope: yes"


def test_a_permission_that_is_lacking_is_named(both: Psdm, standing: KantataSandbox) -> None:
    bare = both.with_(PSDM_GITLAB_TOKEN=None, PSDM_KANTATA_TOKEN=standing.tokens["reader"])
    done = bare("health", SOW, *GREEN, "--scope", "green", "--risk", "green", "--yes", "--json")
    assert done.code == 4
    assert "Edit on the project" in done.error["message"] + done.error["hint"]
    assert standing.writes == []


@pytest.mark.parametrize("label", [None, "PS Health::{color}"])
def test_where_the_plan_has_no_health_a_label_stands_for_it_only_if_configured(
    both: Psdm, tmp_path: Path, label: str | None
) -> None:
    config = tmp_path / "psdm.yaml"
    with GitLabSandbox(as_of=AS_OF, plan="free") as free:
        lines = ["gitlab:", f"  url: {free.url}", *([f'  health_label: "{label}"'] if label else [])]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        there = both.with_(PSDM_GITLAB_URL=free.url, PSDM_GITLAB_TOKEN=free.tokens["full"])
        done = there("--config", str(config), "health", SOW, *GREEN, "--yes", "--json")
        assert done.code == 0, done.err
        kinds = [item["kind"] for item in done.result["plan"]]
        named = {row["name"] for row in free.account.rows("labels") if "Health" in row["name"]}
        if label is None:
            assert kinds == ["status_report"]
            assert "gitlab.health_label" in done.result["left_out"][0]
            assert named == set()
        else:
            assert kinds == ["status_report", "label", "issue"]
            marked = [i for i in free.account.rows("work_items") if "PS Health::Green" in labels(free, i)]
            assert len(marked) == 1
            assert marked[0]["project_id"] != project(free)["id"]
            assert named == {"PS Health::Green"}


# the customer's status

SECRET = "Kestrel"  # a word that marks what was planted
PLANTED = (f"{SECRET} margin 12 %", f"{SECRET} upside", f"{SECRET} 48,000 USD", f"{SECRET} work exception")


def _plant(gitlab: GitLabSandbox, kantata: KantataSandbox) -> None:
    """Internal facts in every source of a status, and some that the customer may read."""
    account, here = gitlab.account, project(gitlab)
    author = next(iter(account.rows("users")))
    day = f"{AS_OF.isoformat()}T15:00:00.000Z"
    closed = {"state": "closed", "closed_at": day}
    risk = next(row["id"] for row in account.rows("labels") if row["name"] == "PS Risk")
    for text in PLANTED:
        tables.make_work_item(account, here, "Issue", text, author=author, at=day, **closed)
        tables.make_work_item(account, here, "Issue", f"{text} next", author=author, at=day)
        tables.make_work_item(account, here, "Issue", f"{text} risk", author=author, at=day, label_ids=[risk])
    tables.make_work_item(account, here, "Issue", f"{SECRET} hidden", author=author, at=day, confidential=True)
    tables.make_work_item(account, here, "Issue", "Runners installed", author=author, at=day, **closed)
    tables.make_work_item(account, here, "Issue", "Wave B", author=author, at=day, description=f"{SECRET} {PLANTED[0]}")
    raid = next(item for item in inside(gitlab) if item["title"].startswith("RAID"))
    rows = "\n".join(f"| R-{n} | {text} | 5 | 5 | Sam | open |" for n, text in enumerate(PLANTED))
    text = raid["description"].replace("| --- | --- | --- | --- | --- | --- |\n", f"{'| --- ' * 6}|\n{rows}\n", 1)
    account.update("work_items", raid["id"], description=text)
    for item in (raid, epic(gitlab)):
        tables.make_note(account, item, f"{SECRET}: {PLANTED[1]}", author, day, internal=True)
    account.update("work_items", epic(gitlab)["id"], description=f"{SECRET} {PLANTED[2]}", health_status="at_risk")
    now = real_now()
    table = kantata.account
    table.update("workspaces", PROJECT, description=f"{SECRET} {PLANTED[0]}", updated_at=now)
    story = next(iter(table.find("stories", "workspace_id", PROJECT)))
    for number, title in enumerate((*PLANTED, "Wave A accepted"), 90_001):
        given = {"id": str(number), "title": title, "story_type": "milestone", "state": "started"}
        more = {"due_date": "2026-12-15", "updated_at": now, "created_at": now, "budget_estimate_in_cents": 4_800_000}
        table.put("stories", story | given | more)
    for row in reports(kantata):
        table.update("status_reports", row["id"], description=f"{SECRET}: red, {PLANTED[3]}", updated_at=now)
    for row in list(table.rows("time_off_entries")):
        table.update("time_off_entries", row["id"], notes=f"{SECRET} operation", updated_at=now)
    account.touched()
    table.touched()


def test_the_customer_reads_the_week_and_nothing_internal(
    both: Psdm, gitlab: GitLabSandbox, standing: KantataSandbox
) -> None:
    _plant(gitlab, standing)
    known = len(inside(gitlab))
    done = both("customer-status", SOW, "--yes", "--json")
    assert done.code == 0, done.err
    jsonschema.validate(done.document, document_schema("customer-status"))
    (issue,) = inside(gitlab)[known:]
    assert issue["title"] == "Status - week 2026-W48"
    assert labels(gitlab, issue) == {SOW}
    text = issue["description"]
    assert text == done.result["text"]
    assert "<!-- psdm:status:SOW-2301/2026-W48 -->" in text
    for word in (SECRET, "USD", "$", "margin", "upside", "exception", "at_risk", "red"):
        assert word.casefold() not in text.casefold().replace("rendered", ""), word
    for word in ("Runners installed", "Wave B", "Wave A accepted", "| PSE |", "Robin"):
        assert word in text, word
    assert "Castellano" not in text  # first names only
    held = done.result["left_out"]
    assert len(held) >= 16
    assert any("milestone" in sentence for sentence in held)
    assert any("RAID" in sentence for sentence in held)

    words = ("--set", "overall=All is well.", "--set", "upcoming=Wave B; Training", "--set", "absences=")
    again = both("customer-status", SOW, *words, "--yes", "--json")
    assert (again.code, again.result["plan"][0]["action"]) == (0, "change")
    (issue,) = inside(gitlab)[known:]  # the same issue
    assert "All is well." in issue["description"]
    assert "- Training" in issue["description"]
    assert "| Nobody |" in issue["description"]
    listed = both("customer-status", SOW, "--list", "--json")
    assert [(row["week"], row["url"]) for row in listed.result["earlier"]] == [
        ("2026-W48", again.result["issue"]["url"])
    ]
    leaks = both("audit", "leaks", SOW, "--json")
    assert not [row for row in leaks.result["findings"] if row["url"] == again.result["issue"]["url"]]
    assert gitlab.violations == []


def test_notes_of_a_file_are_posted_and_internal_ones_refused(
    both: Psdm, gitlab: GitLabSandbox, tmp_path: Path
) -> None:
    notes = tmp_path / "status.yaml"
    notes.write_text(
        "overall: |\n  Two lines\n  of text.\n"
        "decisions_needed:\n  - {decision: Which region, by: Merritt, due: 2026-12-01}\n"
        "hours: []\n",
        encoding="utf-8",
    )
    done = both("customer-status", SOW, "--notes", str(notes), "--week", "2026-W47", "--dry-run", "--json")
    assert done.code == 0, done.err
    assert done.result["fields"]["decisions_needed"] == [
        {"decision": "Which region", "by": "Merritt", "due": "2026-12-01"}
    ]
    assert "psdm:status:SOW-2301/2026-W47" in done.result["text"]
    notes.write_text("accomplished: [Fine, 'Saved 12,000 USD']\n", encoding="utf-8")
    refused = both("customer-status", SOW, "--notes", str(notes), "--yes", "--json")
    assert refused.code == 6
    assert "accomplished: the customer reads this, and it says amount" in refused.error["message"]
    assert "12,000" not in refused.error["message"]
    assert gitlab.writes == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--set", "upcomming=x"), 2, "Did you mean upcoming?"),
        (("--set", "overall"), 2, "FIELD=TEXT"),
        (("--week", "48"), 2, "2026-W48"),
        (("--week", "2026-W60"), 2, "2026-W48"),
        (("--week", "2027-W02"), 6, "has not begun"),
        (("--notes", "nowhere.yaml"), 2, "nowhere.yaml"),
        (("--list", "--set", "overall=x"), 2, "--list"),
        (("--offline",), 2, "--offline"),
        ((), 2, "--yes"),
    ],
)
def test_what_cannot_be_posted_is_said_and_nothing_written(
    both: Psdm, gitlab: GitLabSandbox, options: tuple[str, ...], code: int, said: str
) -> None:
    done = both("customer-status", SOW, *options, "--json")
    assert done.code == code, done.out
    assert said in done.error["message"] + done.error["hint"]
    assert gitlab.writes == []


@pytest.mark.parametrize(("trouble", "code"), [("no space", 5), ("unknown", 5), ("no token", 4), ("wrong token", 4)])
def test_without_a_place_to_read_it_there_is_no_status(both: Psdm, trouble: str, code: int) -> None:
    sow = {"no space": "SOW-2306", "unknown": "SOW-99999"}.get(trouble, SOW)
    given = {
        "no token": {"PSDM_GITLAB_TOKEN": None},
        "wrong token": {"PSDM_GITLAB_TOKEN": "glpat-wrong"},
    }.get(trouble, {})
    done = both.with_(**given)("customer-status", sow, "--yes", "--json")
    assert done.code == code, done.out


# at a terminal


def sit(psdm: Psdm, *arguments: str) -> Any:
    """A command at a terminal."""
    environ = psdm.with_(PSDM_NO_INPUT=None, NO_COLOR="1", TERM="xterm-256color").environ
    words = [*COMMAND[1:], *arguments]
    return Terminal(COMMAND[0], words, env=environ, dimensions=(60, 100), encoding="utf-8", timeout=DEADLINE)


def test_a_person_decides_at_the_terminal(both: Psdm, gitlab: GitLabSandbox, standing: KantataSandbox) -> None:
    before = len(reports(standing))
    child = sit(both, "health", SOW)
    for question, answer in (
        ("Write this day's health report now", "y"),
        ("Schedule .*: ", ""),
        ("Budget .*: ", "red"),
        ("Why: ", "Change order refused"),
        ("Scope .*: ", ""),
        ("Risk .*: ", ""),
        ("The client is", "frustrated"),
        ("Overall", ""),  # two reds
        ("Two or three lines", "The budget is disputed."),
        ("RAID entry", "R-001"),
        ("Action: ", "Call with the sponsor"),
        ("By when", "2026-12-01"),
        ("Label the RAID log Escalated", "n"),
        ("Apply these 2 changes", "y"),
    ):
        child.expect(question)
        child.sendline(answer)
    child.expect("psdm undo")
    child.wait()
    (report,) = reports(standing)[before:]
    assert (report["color"], epic(gitlab)["health_status"]) == ("red", "at_risk")
    assert "Change order refused" in report["details"][1]["description"]

    child = sit(both, "customer-status", SOW)
    for question, answer in (
        ("Change which field", "overall"),
        ("New overall", "Margin is thin"),
        ("it says word .*New overall", "All is well."),
        ("Change which field", ""),
        ("Apply this change", "y"),
    ):
        child.expect(question)
        child.sendline(answer)
    child.expect("psdm undo")
    child.wait()
    assert "All is well." in customers_text(gitlab)
    assert "Margin" not in customers_text(gitlab)
