"""psdm checklist as a process: ours and a team's own, answered with options and at a terminal, resumed, waived."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, Outcome, Psdm, Terminal

from psdm_cli.output.shapes import document_schema
from psdm_cli.sandbox import KantataSandbox

ROOT = Path(__file__).resolve().parents[2]
TEAM = ROOT / "docs" / "examples" / "team"
WEEK, NEXT = "2026-W48", "2026-11-30"
PATIENCE = 30  # seconds until a question that never comes fails the test
PROMPT = r"\[l\]ater \(later\):"
NOTE = r"Note \(who was asked"


def step(outcome: Outcome, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in outcome.result["steps"] if step["id"] == name)
    return found


@pytest.fixture
def team(psdm: Psdm, tmp_path: Path) -> Psdm:
    """A PM whose configuration names the team's folder, as the guide says."""
    shutil.copytree(TEAM, tmp_path / "team")
    return psdm.with_(PSDM_CONFIG=str(tmp_path / "team" / "config.yaml"))


# ours


def test_the_weeks_checklist_is_verified_from_live_data(psdm: Psdm) -> None:
    shown = psdm("checklist", "show", "forecast-prep", "--json")
    prepared = psdm("forecast-prep", "--json")
    assert shown.code == prepared.code == 3
    assert (shown.result["id"], shown.result["subject"], shown.result["total"]) == ("forecast-prep", WEEK, 14)
    for each in prepared.result["steps"]:
        found = step(shown, each["id"])
        assert (found["state"], found["findings"]) == (each["state"], each["findings"])
    assert shown.result["open"] == ["FP-12", "FP-13", "FP-14"]
    assert "FP-12" not in shown.result["blocking"]  # open manual steps alone are no failure


def test_every_document_is_valid(team: Psdm) -> None:
    for arguments in (
        ("list",),
        ("show", "forecast-prep"),
        ("resume", "handover", "SOW-2304"),
        ("export", "handover", "SOW-2304"),
        ("check", str(TEAM / "checklists" / "handover.yaml")),
    ):
        outcome = team("checklist", *arguments, "--json")
        schema = document_schema(f"checklist {arguments[0]}")
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(outcome.document)


def test_answers_are_kept_shown_and_listed(psdm: Psdm) -> None:
    given = psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=yes", "--note", "FP-12=Kai helps", "--json")
    assert (step(given, "FP-12")["state"], step(given, "FP-12")["evidence"]) == ("done", ["Kai helps"])
    assert re.fullmatch(
        r"confirmed by Robin Castellano, \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T", step(given, "FP-12")["reason"]
    )
    shown = psdm("checklist", "show", "forecast-prep", WEEK, "--offline", "--json")
    assert step(shown, "FP-12") == step(given, "FP-12")
    (run,) = psdm("checklist", "list", "--json").result["runs"]
    assert (run["checklist"], run["subject"], run["answers"], run["total"], run["complete"]) == (
        "forecast-prep",
        WEEK,
        1,
        14,
        False,
    )


def test_nothing_is_written_to_kantata(psdm: Psdm, kantata: KantataSandbox) -> None:
    before = len(kantata.requests)
    psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=yes")
    assert len(kantata.requests) > before
    assert {request.method for request in kantata.requests[before:]} == {"GET"}


def test_a_dry_run_keeps_nothing(psdm: Psdm) -> None:
    tried = psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=yes", "--dry-run", "--json")
    assert step(tried, "FP-12")["state"] == "done"
    assert step(psdm("checklist", "show", "forecast-prep", "--json"), "FP-12")["state"] == "manual"


def test_waivers_count_end_and_come_back(psdm: Psdm) -> None:
    (key,) = (found["key"] for found in step(psdm("forecast-prep", "--json"), "FP-11")["findings"])
    waive = ("--waive", key, "--until", "2026-11-27", "--reason", "customer on holiday")
    waived = psdm("checklist", "resume", "forecast-prep", *waive, "--json")
    assert [each["finding"] for each in waived.result["waivers"]] == [key]

    now = psdm("forecast-prep", "--json")
    assert (step(now, "FP-11")["state"], step(now, "FP-11")["waived"]) == ("pass", 1)
    assert step(now, "FP-11")["findings"][0]["state"] == "waived"
    assert "1 finding waived" in psdm("forecast-prep").out

    later = psdm("forecast-prep", "--as-of", NEXT, "--json")
    assert (step(later, "FP-11")["state"], step(later, "FP-11")["waived"]) == ("attention", 0)
    assert any("waived until 2026-11-27 because customer on holiday" in text for text in later.document["warnings"])

    back = psdm("checklist", "resume", "forecast-prep", "--unwaive", key, "--json")
    assert step(back, "FP-11")["state"] == "attention"
    assert back.result["waivers"] == []


def test_next_week_starts_empty_and_remembers_waivers(psdm: Psdm) -> None:
    key = step(psdm("forecast-prep", "--json"), "FP-10")["findings"][0]["key"]
    waive = ("--waive", key, "--until", "2026-12-31", "--reason", "agreed with the sponsor")
    psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=yes", *waive)
    following = psdm("checklist", "show", "forecast-prep", "--as-of", NEXT, "--json")
    assert following.result["subject"] == "2026-W49"
    assert step(following, "FP-12")["state"] == "manual"
    assert step(following, "FP-10")["waived"] == 1


def test_a_week_that_is_over_shows_its_answers_and_claims_nothing_else(psdm: Psdm) -> None:
    psdm("checklist", "resume", "forecast-prep", "--answer", "FP-12=yes")
    over = psdm("checklist", "show", "forecast-prep", WEEK, "--as-of", NEXT, "--json")
    assert (over.code, over.document["status"]) == (3, "partial")
    assert step(over, "FP-12")["state"] == "done"
    assert step(over, "FP-01")["state"] == "unverified"
    assert "Add --as-of" in step(over, "FP-01")["reason"]


def test_with_kantata_down_a_person_can_still_answer(psdm: Psdm, kantata: KantataSandbox) -> None:
    psdm("forecast-prep")
    kantata.stop()
    outcome = psdm("checklist", "resume", "forecast-prep", "--answer", "FP-13=yes", "--json")
    assert outcome.code == 3
    assert step(outcome, "FP-13")["state"] == "done"
    assert step(outcome, "FP-01")["state"] == "unverified"
    assert "could not look" in step(outcome, "FP-01")["reason"]


def test_without_a_token_it_is_not_allowed(alone: Psdm) -> None:
    outcome = alone("checklist", "show", "forecast-prep", "--json")
    assert (outcome.code, outcome.error["code"]) == (4, "auth")


def test_offline_without_a_mirror_is_not_found(psdm: Psdm) -> None:
    assert psdm("checklist", "show", "forecast-prep", "--offline").code == 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("show", "forecastprep"), 5, "did you mean forecast-prep?", id="no such checklist"),
        pytest.param(("show", "forecast-prep", "2026-W54"), 2, "is not a week", id="no such week"),
        pytest.param(("show", "forecast-prep", "SOW-2301"), 2, "is not a week", id="an engagement for a week"),
        pytest.param(("resume", "forecast-prep", "--answer", "FP-12"), 2, "expected STEP=…", id="no value"),
        pytest.param(
            ("resume", "forecast-prep", "--answer", "FP-12=yes", "--answer", "fp-12=no"), 2, "given twice", id="twice"
        ),
        pytest.param(("resume", "forecast-prep", "--answer", "FP-12=perhaps"), 2, "expected yes or no", id="senseless"),
        pytest.param(("resume", "forecast-prep", "--answer", "FP-12=skip"), 2, "needs a note", id="skip without note"),
        pytest.param(("resume", "forecast-prep", "--waive", "FP-11:3003"), 2, "--until", id="waiver without an end"),
        pytest.param(
            ("resume", "forecast-prep", "--waive", "FP-11:3003", "--until", "2026-11-22", "--reason", "x"),
            2,
            "not in the past",
            id="waiver into the past",
        ),
        pytest.param(
            ("resume", "forecast-prep", "--waive", "FP-11:3003", "--until", "2026-12-04", "--reason", " "),
            2,
            "--reason",
            id="waiver without a reason",
        ),
        pytest.param(
            ("resume", "forecast-prep", "--waive", "FP-11:1", "--until", "2026-12-04", "--reason", "x"),
            5,
            "no finding 'FP-11:1'",
            id="no such finding",
        ),
        pytest.param(("resume", "forecast-prep", "--reason", "x"), 2, "belong to --waive", id="a reason for nothing"),
        pytest.param(("resume", "forecast-prep", "--unwaive", "FP-11:1"), 5, "is not waived", id="not waived"),
        pytest.param(("export", "forecast-prep", "--markdown", "--json"), 2, "different forms", id="two forms"),
        pytest.param(("check", "nowhere.yaml"), 2, "There is no checklist nowhere.yaml", id="no such file"),
    ],
)
def test_bad_input(psdm: Psdm, arguments: tuple[str, ...], code: int, said: str) -> None:
    outcome = psdm("checklist", *arguments)
    assert outcome.code == code
    assert said in " ".join(outcome.err.split())
    assert outcome.out == "" or "--json" in arguments
    assert psdm("checklist", "list", "--json").result["runs"] == []


# a team's own


def test_the_guide_shows_the_example_as_it_is() -> None:
    guide = (ROOT / "docs" / "your-own-checklist.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", guide, re.DOTALL)
    assert found is not None
    assert (ROOT / found[1].replace("examples", "docs/examples", 1)).read_text(encoding="utf-8") == found[2]


def test_a_teams_checklist_runs_without_a_line_of_code(team: Psdm) -> None:
    known = {each["id"] for each in team("checklist", "list", "--json").result["checklists"]}
    assert known >= {"forecast-prep", "handover"}
    first = team("checklist", "show", "handover", "SOW-2304", "--json")
    assert first.code == 3  # complete: true, and people have not said anything yet
    assert {each["id"]: each["state"] for each in first.result["steps"]} == {
        "HO-01": "pass",
        "HO-02": "pass",
        **dict.fromkeys(("HO-03", "HO-04", "HO-05", "HO-06", "HO-07", "HO-08"), "manual"),
        "HO-09": "skipped",
    }
    early = team("checklist", "resume", "handover", "SOW-2304", "--answer", "HO-05=yes")
    assert (early.code, "comes after HO-03, HO-04" in early.err) == (6, True)

    answers = {"HO-05": "yes", "HO-03": "for good", "HO-04": "2026-12-07", "HO-07": "internal"}
    options = [text for name, value in answers.items() for text in ("--answer", f"{name}={value}")]
    second = team("checklist", "resume", "handover", "SOW-2304", *options, "--json")
    assert second.result["open"] == ["HO-06"]
    assert step(second, "HO-08")["state"] == "skipped"  # staffing is internal, as HO-07 has just told
    assert second.result["blocking"] == []  # HO-06 is blocking: false
    assert second.code == 3

    last = team("checklist", "resume", "handover", "--answer", "HO-06=https://example.com/call", "--json")
    assert (last.code, last.result["subject"], last.result["done"]) == (0, "SOW-2304", 9)


def test_a_check_sees_one_engagement_alone(team: Psdm) -> None:
    shown = step(team("checklist", "show", "handover", "SOW-2301", "--json"), "HO-02")
    assert shown["state"] == "attention"
    assert {finding["sow"] for finding in shown["findings"]} == {"SOW-2301"}


def test_an_engagement_must_be_named_and_be_there(team: Psdm) -> None:
    unnamed = team("checklist", "show", "handover")
    assert (unnamed.code, "which one?" in unnamed.err) == (2, True)
    absent = team("checklist", "show", "handover", "SOW-9999")
    assert (absent.code, "There is no engagement 'SOW-9999'" in absent.err) == (5, True)


def test_the_same_id_replaces_ours_and_manual_weeks_need_no_token(alone: Psdm, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "id: forecast-prep\ntitle: Ours\nsubject: week\nsteps:\n"
        "  - {id: sheet, title: Sheet updated, owner: PM, kind: confirm}\n"
        "  - {id: books, title: Books closed, owner: PM, kind: confirm, when: quarter_end is yes}\n",
        encoding="utf-8",
    )
    config = tmp_path / "config.yaml"
    config.write_text(f"checklists:\n  folder: {tmp_path}\n", encoding="utf-8")
    config.rename(tmp_path / "config.yml_")  # the folder holds checklists alone
    psdm = alone.with_(PSDM_CONFIG=str(tmp_path / "config.yml_"), PSDM_AS_OF="2026-11-23")
    done = psdm("checklist", "resume", "forecast-prep", "--answer", "sheet=y", "--json")
    assert (done.code, done.result["title"], done.result["done"]) == (0, "Ours", 2)
    later = psdm("checklist", "show", "forecast-prep", "2027-W04", "--json")
    assert {each["id"]: each["state"] for each in later.result["steps"]} == {"sheet": "manual", "books": "manual"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "{id: A, title: T, owner: PM, kind: auto, verifier: 'forecast-prep:FP-00'}", "no verifier", id="v"
        ),
        pytest.param("{id: A, title: T, owner: PM, kind: confirm, after: A}", "a circle: A → A", id="circle"),
    ],
)
def test_a_wrong_file_is_exit_2_with_file_and_line(psdm: Psdm, tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    file = folder / "wrong.yaml"
    file.write_text(f"id: wrong\ntitle: T\nsubject: week\nsteps:\n  - {text}\n", encoding="utf-8")
    config = tmp_path / "c.yaml"
    config.write_text("checklists: {folder: lists}\n", encoding="utf-8")

    checked = psdm("checklist", "check", str(file), "--json")
    assert checked.code == 2
    assert checked.result["problems"][0].startswith(f"{file} line 5: ")
    assert said in checked.result["problems"][0]
    for command in (("list",), ("show", "forecast-prep")):
        used = psdm("--config", str(config), "checklist", *command)
        assert used.code == 2
        assert "wrong.yaml line 5: " in used.err


def test_a_folder_that_is_not_there_is_named(psdm: Psdm, tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("checklists: {folder: nowhere}\n", encoding="utf-8")
    outcome = psdm("--config", str(config), "checklist", "list")
    assert (outcome.code, "checklists.folder" in outcome.err) == (2, True)


def test_the_export_is_a_task_list(team: Psdm) -> None:
    team("checklist", "resume", "handover", "SOW-2304", "--answer", "HO-03=for good", "--note", "HO-03=/close @all")
    page = team("checklist", "export", "handover", "SOW-2304", "--markdown").out
    assert "- [x] **HO-03** Why it is handed over (leaving PM): for good" in page
    assert "- [ ] **HO-04** First day of the new PM" in page
    assert "  - \\/close @ all" in page


# at a terminal


def at_terminal(psdm: Psdm, *arguments: str, columns: int = 80, **variables: str) -> Terminal:
    environ = {**psdm.with_(PSDM_NO_INPUT=None).environ, "TERM": "xterm-256color", **variables}
    return Terminal(
        COMMAND[0],
        [*COMMAND[1:], *arguments],
        env=environ,
        dimensions=(60, columns),
        encoding="utf-8",
        timeout=PATIENCE,
    )


def said_and(child: Terminal, expected: str, answer: str) -> str:
    """Wait for a text, answer it; gives what came before."""
    child.expect(expected)
    child.send(answer)
    return str(child.before)


def end(child: Terminal) -> tuple[str, int]:
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before), int(child.exitstatus or 0)


plainly = pytest.mark.parametrize("plain", [pytest.param({}, id="colour"), pytest.param({"NO_COLOR": "1"}, id="plain")])


@plainly
@pytest.mark.parametrize("columns", [80, 140])
def test_a_person_is_asked_and_interrupted_and_goes_on(psdm: Psdm, columns: int, plain: dict[str, str]) -> None:
    child = at_terminal(psdm, "checklist", "resume", "forecast-prep", columns=columns, **plain)
    child.expect("FP-12 Help found for under-allocated people")
    said_and(child, PROMPT, "perhaps\r")
    child.expect("expected one of")
    said_and(child, PROMPT, "y\r")
    said_and(child, NOTE, "\r")
    child.expect("needs a note")
    said_and(child, NOTE, "Kai helps on SOW-2302\r")
    child.expect("FP-13 Forecast sheet updated with upside")
    said_and(child, PROMPT, "\x03")
    text, code = end(child)
    assert code == 130
    assert "everything answered so far is kept" in " ".join(text.split())
    assert "Traceback" not in text

    again = at_terminal(psdm, "checklist", "resume", "forecast-prep", columns=columns, **plain)
    before = said_and(again, PROMPT, "s\r")
    assert "FP-13" in before
    assert "FP-12 Help found" not in before  # nobody is asked a thing twice
    said_and(again, "Why is it skipped\\?:", "\r")
    again.expect("needs a note")
    said_and(again, "Why is it skipped\\?:", "no sheet this week\r")
    between = said_and(again, PROMPT, "l\r")
    text, code = end(again)
    assert code == 3  # Kantata still needs correcting
    screen = pyte.Screen(columns, 200)
    pyte.Stream(screen).feed(between + text)
    lines = [line.rstrip() for line in screen.display]
    assert any("skipped by Robin Castellano" in line for line in lines)
    shown = psdm("checklist", "show", "forecast-prep", "--json")
    assert (step(shown, "FP-12")["state"], step(shown, "FP-13")["state"]) == ("done", "skipped")


def test_questions_go_to_stderr(psdm: Psdm, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    environ = {**psdm.with_(PSDM_NO_INPUT=None).environ, "TERM": "xterm-256color"}
    line = f"{' '.join(COMMAND)} checklist resume forecast-prep > {target}"
    child = pexpect.spawn("/bin/sh", ["-c", line], env=environ, encoding="utf-8", timeout=PATIENCE)
    said_and(child, PROMPT, "l\r")
    said_and(child, PROMPT, "later\r")
    said_and(child, PROMPT, "later\r")
    end(child)
    out = target.read_text(encoding="utf-8")
    assert out.startswith("psdm checklist resume · Forecast call preparation")
    assert "Done?" not in out


def test_no_input_asks_nothing(psdm: Psdm) -> None:
    child = at_terminal(psdm, "checklist", "resume", "forecast-prep", "--no-input")
    text, code = end(child)
    assert code == 3
    assert "Done?" not in text
