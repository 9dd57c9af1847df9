"""Saved plans applied, journaled and taken back by the real process over real HTTP."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pexpect
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, DEADLINE, Outcome, Psdm, Terminal
from tests.hostile import HOSTILE, assert_safe_json, assert_safe_styled

from psdm_cli.changes.plan import Action, Change, plan_of
from psdm_cli.changes.saved import save
from psdm_cli.output.shapes import document_schema
from psdm_cli.sandbox import KantataSandbox

PROJECT, SLOT, COORDINATOR, ROLE = "3004", "11", "1032", "11"
Save = Callable[..., str]


def a(kind: str, action: Action, key: str, **what: Any) -> Change:
    given: dict[str, Any] = {"title": key, "place": "Fernhill Robotics", **what}
    return Change("kantata", kind, action, key, **given)


def booking(key: str = "book", week: int = 4, **more: Any) -> Change:
    days = {"start_date": f"2027-01-{week:02d}", "end_date": f"2027-01-{week + 4:02d}"}
    after = {"resource_id": SLOT, **days, "minutes": 2400, "hard": True, **more}
    return a("workspace_allocation", Action.CREATE, key, after=after)


def three() -> list[Change]:
    return [booking("one", 4), booking("two", 11), booking("three", 18)]


@pytest.fixture
def saved(psdm: Psdm, kantata: KantataSandbox) -> Save:
    """Saves a plan for the test's account and gives the file's name."""

    def make(*changes: Change, url: str | None = None, name: str = "plan.json") -> str:
        plan = plan_of("booking change", datetime(2026, 11, 23, 14, tzinfo=UTC), changes or three())
        save(plan, {"kantata": url or kantata.kantata_url}, psdm.home / name)
        return name

    return make


def bookings(kantata: KantataSandbox) -> int:
    return sum(row["start_date"].startswith("2027-01-") for row in kantata.account.rows("workspace_allocations"))


def states(ran: Outcome) -> list[str]:
    Draft202012Validator(document_schema(ran.document["schema"].split(".", 1)[1][:-2].replace(".", " "))).validate(
        ran.document
    )
    return [item["state"] for item in ran.result["plan"]]


def test_from_file_to_kantata_to_journal_and_back(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    old = bookings(kantata)
    file = saved()
    shown = psdm("apply", file, "--dry-run")
    assert (shown.code, shown.err, kantata.writes) == (0, "", [])
    assert "+ one" in shown.out
    assert "3 changes: 3 to create." in shown.out

    ran = psdm("apply", file, "--yes", "--json")
    assert (ran.code, ran.document["status"]) == (0, "ok")
    assert states(ran) == ["applied"] * 3
    assert (ran.result["run"], ran.result["applied"], ran.result["failed"]) == ("1", 3, 0)
    assert "psdm undo 1" in ran.err
    assert bookings(kantata) == old + 3

    again = psdm("apply", file, "--yes", "--json")
    assert (again.code, states(again)) == (0, ["kept"] * 3)
    assert len(kantata.writes) == 3

    listed = psdm("journal", "list", "--json")
    Draft202012Validator(document_schema("journal list")).validate(listed.document)
    assert [(run["id"], run["command"]) for run in listed.result["runs"]] == [
        ("2", "booking change"),
        ("1", "booking change"),
    ]
    assert len(psdm("journal", "list", "--last", "1", "--json").result["runs"]) == 1
    (run,) = psdm("journal", "show", "1", "--json").result["runs"]
    assert [item["id"] for item in run["changes"]] == [item["id"] for item in ran.result["plan"]]

    undone = psdm("undo", "1", "--yes", "--json")
    assert (undone.code, states(undone), undone.result["not_undone"]) == (0, ["applied"] * 3, [])
    assert [item["action"] for item in undone.result["plan"]] == ["delete"] * 3
    assert bookings(kantata) == old
    assert kantata.violations == []


def test_forecast_shows_what_was_written(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    def project() -> dict[str, Any]:
        found: list[dict[str, Any]] = psdm("forecast-prep", "--json").result["projects"]
        return next(each for each in found if each["id"] == PROJECT)

    before = project()
    assert psdm("apply", saved(), "--yes").code == 0
    after = project()
    assert after["hard_hours"] == before["hard_hours"] + 120
    assert psdm("undo", "last", "--yes").code == 0
    assert project()["hard_hours"] == before["hard_hours"]


# refused before anything is written


@pytest.mark.parametrize("options", [[], ["--no-input"], ["--json"]])
def test_nobody_said_yes(psdm: Psdm, kantata: KantataSandbox, saved: Save, options: list[str]) -> None:
    ran = psdm("apply", saved(), *options)
    assert (ran.code, kantata.writes) == (2, [])
    assert "psdm refuses to write" in ran.err
    assert (ran.error["exit_code"] if "--json" in options else ran.out) == (2 if "--json" in options else "")


@pytest.mark.parametrize("dry", [["--dry-run"], ["--yes"]])
def test_a_plan_larger_than_allowed(psdm: Psdm, kantata: KantataSandbox, saved: Save, dry: list[str]) -> None:
    ran = psdm("apply", saved(), "--max-changes", "2", *dry)
    assert (ran.code, kantata.writes) == (6, [])
    assert psdm("apply", saved(), "--max-changes", "3", *dry).code == 0


@pytest.mark.parametrize("dry", [["--dry-run"], ["--yes"]])
def test_the_world_has_moved(psdm: Psdm, kantata: KantataSandbox, saved: Save, dry: list[str]) -> None:
    stale = a("workspace_allocation", Action.CHANGE, "shrink", id="3", before={"minutes": 1}, after={"minutes": 60})
    ran = psdm("apply", saved(booking(), stale), *dry)
    assert (ran.code, kantata.writes) == (6, [])
    assert "the world has moved: minutes is 390, not 1" in ran.err


def test_another_account(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    ran = psdm("apply", saved(url="https://api.mavenlink.com/api/v1"), "--yes")
    assert (ran.code, kantata.writes) == (6, [])
    assert "made for https://api.mavenlink.com/api/v1" in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{", "line 1: this is not JSON", id="no JSON"),
        pytest.param('{"schema": "psdm.plan/9"}', "schema: expected psdm.plan/1", id="newer"),
        pytest.param(
            '{"schema": "psdm.plan/1", "created": "2026-11-23T00:00:00Z", "command": "x",\n"items": [\n'
            '{"system": "kantata", "kind": "x", "key": "k", "title": "t", "action": "explode"}], "expects": {}}',
            "line 3: items[0].action: expected one of",
            id="field",
        ),
    ],
)
def test_a_file_that_is_no_plan(psdm: Psdm, text: str, words: str) -> None:
    (psdm.home / "plan.json").write_text(text, encoding="utf-8")
    ran = psdm("apply", "plan.json", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert words in " ".join(ran.err.split())


def test_no_file_no_run_no_number(psdm: Psdm) -> None:
    assert psdm("apply", "nothing.json", "--yes").code == 2
    assert psdm("undo", "7", "--yes").code == 5
    assert psdm("journal", "show", "last").code == 5
    assert psdm("journal", "list", "--last", "0").code == 2
    assert psdm("journal", "list").out == "Nothing was written yet.\n"


def test_an_attribute_outside_the_contract(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    ran = psdm("apply", saved(booking(), booking("typo", 11, minuets=5)), "--yes")
    assert (ran.code, kantata.writes) == (2, [])
    assert "has no attribute minuets" in ran.err


def test_offline_writes_nothing(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    ran = psdm("apply", saved(), "--yes", "--offline")
    assert (ran.code, kantata.writes) == (2, [])
    assert "--offline" in ran.err


# failures on the way


def test_the_right_is_lost_half_way_and_comes_back(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    file = saved()
    kantata.fault("POST", "/workspace_allocations", status=403, skip=1, times=2)
    ran = psdm("apply", file, "--yes", "--json")
    assert (ran.code, ran.document["status"]) == (7, "partial")
    assert states(ran) == ["applied", "failed", "failed"]
    assert "Resource Management access group" in ran.result["plan"][1]["error"]
    assert "1 of 3 changes are in, 2 failed" in ran.err
    again = psdm("apply", file, "--yes", "--json")
    assert (again.code, states(again)) == (0, ["kept", "applied", "applied"])
    assert len(kantata.writes) == 3


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        pytest.param({"status": 403}, 4, "Resource Management access group", id="no right"),
        pytest.param({"status": 401}, 4, "does not accept the token", id="no token"),
        pytest.param({"status": 422}, 6, "Answered 422 on purpose", id="refused"),
        pytest.param({"status": 429}, 75, "limiting requests", id="limited"),
        pytest.param({"cut": "before"}, 75, "it was not sent again", id="lost on the way"),
    ],
)
def test_nothing_is_in(
    psdm: Psdm, kantata: KantataSandbox, saved: Save, fault: dict[str, Any], code: int, words: str
) -> None:
    kantata.fault("POST", "/workspace_allocations", times=None, **fault)
    ran = psdm("apply", saved(booking()), "--yes", "--json")
    assert (ran.code, ran.error["exit_code"]) == (code, code)
    assert words in ran.error["message"]
    assert sum(request.method == "POST" for request in kantata.requests) == 1


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"status": 503, "applied": True}, {"html": True}])
def test_an_answer_that_was_lost_is_looked_for(
    psdm: Psdm, kantata: KantataSandbox, saved: Save, fault: dict[str, Any]
) -> None:
    old = bookings(kantata)
    kantata.fault("POST", "/workspace_allocations", **fault)
    ran = psdm("apply", saved(), "--yes", "--json")
    assert (ran.code, states(ran)) == (0, ["applied"] * 3)
    assert bookings(kantata) == old + 3
    assert sum(request.method == "POST" for request in kantata.requests) == 3


def test_two_at_once_write_once(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    old = bookings(kantata)
    file = saved()
    psdm("journal", "list")  # the store is there
    kantata.fault("POST", "/workspace_allocations", delay=0.3, times=None)
    processes = [psdm.start("apply", file, "--yes", "--json") for _ in range(2)]
    outcomes = []
    for process in processes:
        out, err = process.communicate(timeout=DEADLINE)
        outcomes.append(Outcome(process.returncode, out, err))
    assert [ran.code for ran in outcomes] == [0, 0], [ran.err for ran in outcomes]
    assert sorted(states(ran)[0] for ran in outcomes) == ["applied", "kept"]
    assert bookings(kantata) == old + 3
    assert sum(request.method == "POST" for request in kantata.requests) == 3


def test_a_process_killed_while_it_writes(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    old = bookings(kantata)
    file = saved()
    dying: list[Any] = []
    kantata.fault("POST", "/workspace_allocations", skip=1, effect=lambda _account: dying[0].kill())
    dying.append(psdm.start("apply", file, "--yes"))
    dying[0].communicate(timeout=DEADLINE)
    assert dying[0].returncode == -signal.SIGKILL
    ran = psdm("apply", file, "--yes", "--json")
    assert ran.code == 0
    assert bookings(kantata) == old + 3
    assert sum(request.method == "POST" for request in kantata.requests) == 3
    (killed,) = psdm("journal", "show", "1", "--json").result["runs"]
    assert [item["state"] for item in killed["changes"]] == ["applied", "applied", "planned"]
    assert psdm("undo", "2", "--yes").code == 0
    assert psdm("undo", "1", "--yes").code == 0
    assert bookings(kantata) == old


# undoing


def test_what_was_changed_since_is_left_and_named(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    ran = psdm("apply", saved(), "--yes", "--json")
    touched = ran.result["plan"][1]["id"]
    kantata.account.update("workspace_allocations", touched, minutes=600)
    undone = psdm("undo", "1", "--yes", "--json")
    assert (undone.code, undone.document["status"]) == (3, "attention")
    assert states(undone) == ["applied", "applied"]
    (stays,) = undone.result["not_undone"]
    assert (stays["key"], stays["reason"]) == ("two", "it was changed since: minutes is 600, not 2400")
    assert kantata.account.get("workspace_allocations", touched) is not None
    refused = psdm("undo", "1", "--yes", "--json")
    assert (refused.code, states(refused)) == (3, ["kept", "kept"])


def test_what_cannot_be_taken_back_is_named(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    request = {"resource_workspace_id": PROJECT, "resource_role_id": ROLE, "approver_ids": [COORDINATOR]}
    message = {"workspace_id": PROJECT, "message": "Please harden booking 5.", "recipient_ids": [COORDINATOR]}
    wanted = [
        a("resource_request", Action.CREATE, "ask", after=request),
        a("post", Action.CREATE, "post", after=message),
    ]
    ran = psdm("apply", saved(*wanted), "--yes", "--json")
    ask, post = (item["id"] for item in ran.result["plan"])
    kantata.account.update("posts", post, reply_count=1)
    shown = psdm("undo", "1", "--dry-run")
    assert shown.code == 3
    assert "Not undone" in shown.out
    assert "post: the post was answered already" in shown.out
    undone = psdm("undo", "1", "--yes", "--json")
    assert undone.code == 3
    assert [stays["key"] for stays in undone.result["not_undone"]] == ["post", "ask"]
    assert kantata.account.row("resource_requests", ask)["status"] == "cancelled"
    assert kantata.account.get("posts", post) is not None
    only = psdm("apply", saved(a("post", Action.CREATE, "again", after={**message, "message": "x"})), "--yes", "--json")
    kantata.account.update("posts", only.result["plan"][0]["id"], reply_count=1)
    refused = psdm("undo", "last", "--yes")
    assert refused.code == 6
    assert "can be undone" in refused.err


def test_an_undo_can_be_saved_first(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    old = bookings(kantata)
    psdm("apply", saved(), "--yes")
    ran = psdm("undo", "1", "--plan-out", "undo.json")
    assert ran.code == 0
    assert bookings(kantata) == old + 3
    assert json.loads((psdm.home / "undo.json").read_text(encoding="utf-8"))["command"] == "undo 1"
    assert "psdm apply undo.json" in ran.out
    assert psdm("apply", "undo.json", "--yes").code == 0
    assert bookings(kantata) == old


# at a terminal


def at_terminal(psdm: Psdm, *arguments: str) -> Terminal:
    environ = {name: value for name, value in psdm.environ.items() if name != "PSDM_NO_INPUT"}
    program, *rest = COMMAND
    return Terminal(
        program,
        [*rest, *arguments],
        env=environ,
        cwd=str(psdm.home),
        timeout=DEADLINE,
        encoding="utf-8",
        dimensions=(40, 100),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "made"), [("y", 3), ("Yes", 3), ("n", 0), ("", 0)])
def test_a_small_plan_asks_y_or_n(psdm: Psdm, kantata: KantataSandbox, saved: Save, answer: str, made: int) -> None:
    old = bookings(kantata)
    child = at_terminal(psdm, "apply", saved())
    child.expect("3 changes: 3 to create")
    child.expect("Apply these 3 changes")
    assert kantata.writes == []
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert bookings(kantata) == old + made


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "made"), [("12", 12), ("y", 0), ("11", 0), ("", 0)])
def test_a_large_plan_asks_for_its_number(
    psdm: Psdm, kantata: KantataSandbox, saved: Save, answer: str, made: int
) -> None:
    changes = [booking(f"b{n}", 4, minutes=60 + n) for n in range(12)]
    old = bookings(kantata)
    child = at_terminal(psdm, "apply", saved(*changes))
    child.expect("Type 12")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert bookings(kantata) == old + made


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_ctrl_c_at_the_question_and_between_changes(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    old = bookings(kantata)
    file = saved()
    child = at_terminal(psdm, "apply", file)
    child.expect("Apply these 3 changes")
    child.interrupt()
    child.close()
    assert (child.exitstatus, kantata.writes) == (130, [])

    running: list[Any] = []
    kantata.fault(
        "POST", "/workspace_allocations", skip=1, delay=1, effect=lambda _account: running[0].send_signal(signal.SIGINT)
    )
    running.append(psdm.start("apply", file, "--yes"))
    _, err = running[0].communicate(timeout=DEADLINE)
    assert running[0].returncode == 130, err
    assert "1 of 3 changes are in, the journal says which" in err
    ran = psdm("apply", file, "--yes", "--json")
    assert ran.code == 0
    assert bookings(kantata) == old + 3
    assert sum(request.method == "POST" for request in kantata.requests) == 3


# text from outside


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_titles_act_on_nothing(psdm: Psdm, saved: Save, name: str) -> None:
    text = HOSTILE[name]
    change = booking(f"key {text}"[:200])
    given = {"title": text or "-", "place": text, "why": text}
    file = saved(replace(change, **{key: value for key, value in given.items() if value.strip()}))
    for arguments in (["apply", file, "--dry-run"], ["apply", file, "--yes", "--json"], ["journal", "show", "1"]):
        ran = psdm(*arguments)
        assert ran.code == 0, ran.err
        if "--json" in arguments:
            assert_safe_json(ran.out.replace("\n", ""))
        else:
            assert_safe_styled(ran.out.replace("\n", ""))


def test_the_sandbox_has_a_journal_of_its_own(psdm: Psdm) -> None:
    ran = psdm("--sandbox", "journal", "list", "--json")
    assert (ran.code, ran.result["runs"]) == (0, [])


def test_no_token_reaches_a_screen_a_plan_or_the_journal(psdm: Psdm, kantata: KantataSandbox, saved: Save) -> None:
    token = kantata.tokens["full"]
    ran = psdm("apply", saved(), "--yes", "-vv")
    shown = psdm("journal", "show", "1", "--json")
    everything = ran.out + ran.err + shown.out + shown.err
    kept = b"".join(Path(file).read_bytes() for file in psdm.home.rglob("*") if file.is_file())
    assert token not in everything
    assert token.encode() not in kept
