"""`psdm top-customer` over both systems: drafted, completed from a file, posted, remembered, refused."""

from __future__ import annotations

import copy
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from kickoff_practice import Practice, practice
from psdm_process import COMMAND, DEADLINE, Outcome, Terminal, real_now

from psdm_cli.output.shapes import document_schema

TUESDAY, NEXT = "2026-12-01", "2026-12-08"  # of 2026-W49 and W50
PUSHED = "SOW-2304:2026-12:2027-01"
NOTES = """\
notes:
  SOW-2301:
    progress: Wave 2 is in
    issue: "=HYPERLINK(1) runner capacity"
    action: two more runners
    fix_by: 2026-12-04
    dri: "@robin"
    temperature: {internal: Y, customer: G}
  SOW-2304:
    dri: PM
    temperature: G | G
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Practice, Path]]:
    """Both systems after a week, shared by tests that need no more than that."""
    with _a_week(tmp_path_factory.mktemp("top-customer")) as found:
        yield found


@pytest.fixture
def untold(tmp_path: Path) -> Iterator[tuple[Practice, Path]]:
    """The same, of which nobody has told anything yet."""
    with _a_week(tmp_path) as found:
        yield found


@contextmanager
def _a_week(home: Path) -> Iterator[tuple[Practice, Path]]:
    """A booking was pushed, an issue closed, one escalated, a change order opened."""
    with practice(home) as here:
        slot = next(
            row
            for row in here.kantata.account.find("workspace_resources", "workspace_id", "3004")
            if row["role_name"] == "Technical Architect" and row["user_id"] is not None
        )
        days = {"start_date": "2026-12-15", "end_date": "2026-12-15"}
        row = {"workspace_resource_id": slot["id"], "workspace_id": "3004", "minutes": 600, "hard": True, **days}
        booked = here.kantata.account.put("workspace_allocations", {**row, "updated_at": real_now()})
        assert here.psdm("forecast", "freeze", "--json").code == 0
        later = {"start_date": "2027-01-12", "end_date": "2027-01-12", "updated_at": real_now()}
        here.kantata.account.update("workspace_allocations", booked["id"], **later)
        _week_in_gitlab(here)
        (home / "list.csv").write_text("customer,sow\nLarkspur Mutual,\n,SOW-2304\n", encoding="utf-8")
        (home / "notes.yaml").write_text(NOTES, encoding="utf-8")
        yield here, home


def _week_in_gitlab(here: Practice) -> None:
    items = here.gitlab.account.tables["work_items"]
    labels = here.gitlab.account.tables["labels"]
    (project,) = here.rows("projects", path="SOW-2301")
    (raid,) = here.rows("work_items", project_id=project["id"])
    (retro,) = here.rows("work_items", title="Retrospective - Larkspur Mutual - SOW-2301")
    urgent = next((int(key) for key, label in labels.items() if label["name"] == "Escalated"), None)
    if urgent is None:
        known = copy.deepcopy(next(label for label in labels.values() if label.get("group_id")))
        urgent = 49_001
        labels[str(urgent)] = {**known, "id": urgent, "name": "Escalated", "group_id": raid_group(here)}
    during = "2026-11-27T15:00:00.000Z"

    def add(number: int, like: dict[str, Any], **changes: Any) -> None:
        plain = {"id": number, "iid": number, "created_at": during, "updated_at": during, "description": ""}
        items[str(number)] = {**copy.deepcopy(like), **plain, **changes}

    closed = {"state": "closed", "closed_at": during, "label_ids": []}
    add(690_001, raid, title="Runners for wave 2", **closed)
    add(690_002, raid, title="SSO is down", label_ids=[urgent])
    add(690_003, retro, title="Change Order 1 - Larkspur Mutual - SOW-2301")
    here.gitlab.account.touched()


def raid_group(here: Practice) -> Any:
    """The topmost group: its labels may be used everywhere."""
    return next(row["id"] for row in here.rows("groups") if row.get("parent_id") is None)


def top(here: Practice, *words: str, as_of: str = TUESDAY) -> Outcome:
    return here.psdm("--as-of", as_of, "top-customer", *words)


def entry(result: dict[str, Any], sow: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in result["entries"] if each["sow"] == sow)
    return found


def notes_on_epics(here: Practice) -> list[dict[str, Any]]:
    return [note for note in here.rows("notes") if "psdm:top-customer" in note["body"]]


def test_a_week_from_the_list_to_the_epic_and_the_next_week(untold: tuple[Practice, Path]) -> None:
    here, home = untold
    # nothing was told yet: no list, none of last week
    assert top(here, "--json").code == 2

    drafted = top(here, "--list", str(home / "list.csv"), "--json")
    jsonschema.validate(drafted.document, document_schema("top-customer"))
    assert drafted.code == 3
    assert drafted.result["window"] == {"opens": "2026-12-01T12:00:00-05:00", "due": "2026-12-02T08:00:00-05:00"}
    assert [each["sow"] for each in drafted.result["entries"]] == ["SOW-2301", "SOW-2304"]
    first, pushed = entry(drafted.result, "SOW-2301"), entry(drafted.result, "SOW-2304")
    assert "1 issue closed this week: “Runners for wave 2”; 1 worked on" in first["progress"]
    assert [each["title"] for each in first["escalated"]] == ["SSO is down"]
    assert first["suggested"]["color"] == "R"  # an escalated item (domain.md 3.8)
    assert first["temperature"] == {"internal": None, "customer": None}  # suggested, never set
    assert [(each["kind"], each["title"]) for each in first["scope_changes"]] == [
        ("change order", "Change Order 1 - Larkspur Mutual - SOW-2301")
    ]
    assert first["links"]["raid"].endswith("/SOW-2301/-/issues/1")
    assert first["links"]["epic"].endswith("/-/epics/1")
    assert pushed["pushes"] == [
        {
            "month_from": "2026-12",
            "month_to": "2027-01",
            "amount": "2500.00",
            "currency": "USD",
            "needs_reason": True,
            "reason": None,
        }
    ]
    assert "pushes: 2,500.00 USD from 2026-12 to 2027-01 has no reason" in pushed["problems"]

    # a reason and notes, tried dry first: nothing is kept
    words = ("--notes", str(home / "notes.yaml"), "--push-reason", f"{PUSHED}=change freeze")
    assert top(here, *words, "--dry-run", "--json").code == 0
    assert not entry(top(here, "--json").result, "SOW-2301")["valid"]
    done = top(here, *words, "--json", "--xlsx", str(home / "top.xlsx"))
    assert done.code == 0, done.out
    whole = entry(done.result, "SOW-2301")
    assert whole["valid"]
    assert "Temperature: internal Y | customer G\nRAID: https://" in whole["text"]
    assert "Open change order: Change Order 1" in whole["text"]
    assert entry(done.result, "SOW-2304")["pushes"][0]["reason"] == "change freeze"
    sheet = openpyxl.load_workbook(home / "top.xlsx")["Top Customer"]
    cells = {sheet.cell(1, column).value: sheet.cell(2, column) for column in range(1, sheet.max_column + 1)}
    assert (cells["Issue"].value, cells["Issue"].data_type) == ("=HYPERLINK(1) runner capacity", "s")

    # asked once, and carried on
    again = top(here, "--json")
    assert again.code == 0
    diff = here.psdm("--as-of", TUESDAY, "forecast", "diff", "--json").result
    reasons = {c["reason"] for p in diff["projects"] if p["sow"] == "SOW-2304" for c in p["changes"]}
    assert reasons == {"change freeze"}

    # posted: on the internal epics alone, once
    shown = top(here, "--post", "epic", "--dry-run", "--json")
    assert [item["audience"] for item in shown.result["plan"]] == ["internal", "internal"]
    assert notes_on_epics(here) == []
    assert top(here, "--post", "epic").code == 2  # nobody can be asked, and nobody said --yes
    posted = top(here, "--post", "epic", "--post", "slack", "--yes", "--json")
    assert posted.code == 0, posted.out
    assert posted.result["message"].startswith("Top Customer 2026-W49\n\nLarkspur Mutual · SOW-2301\nProgress: Wave 2")
    assert {item["state"] for item in posted.result["plan"]} == {"applied"}
    written = notes_on_epics(here)
    places = {here.rows("work_items", id=note["work_item_id"])[0]["type"] for note in written}
    assert (len(written), places) == (2, {"Epic"})
    assert all("psdm:top-customer:SOW-230" in note["body"] for note in written)
    same = top(here, "--post", "epic", "--yes", "--json")
    assert {item["state"] for item in same.result["plan"]} == {"kept"}
    assert len(notes_on_epics(here)) == 2
    assert here.gitlab.violations == []

    # next week: last week's list, last week's text, what changed; nothing is taken over silently
    after = top(here, "--history", "--json", as_of=NEXT)
    assert after.code == 3
    assert after.result["list_from"] == "the list of 2026-W49"
    later = entry(after.result, "SOW-2301")
    assert (later["before"]["week"], later["before"]["text"]) == ("2026-W49", whole["text"])
    assert {"field": "internal temperature", "before": "Y", "after": ""} in later["before"]["changed"]
    assert later["temperature"] == {"internal": None, "customer": None}
    assert later["dri"] == "@robin"
    assert {each["week"] for each in after.result["history"]} == {"2026-W49"}
    # W48 is still the last frozen week: the same push, its reason is not asked again
    assert entry(after.result, "SOW-2304")["pushes"][0]["reason"] == "change freeze"
    assert "Larkspur Mutual · SOW-2301\nProgress:" in top(here, "--text", as_of=NEXT).out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("--customer", "SOW-9999"), 5, "SOW-9999", id="an unknown SOW"),
        pytest.param(("--customer", "Nobody Ltd"), 5, "Nobody Ltd", id="an unknown customer"),
        pytest.param(
            ("--customer", "SOW-2301", "--push-reason", "SOW-2301:2026-12:2027-01=x"), 5, "no push", id="no push"
        ),
        pytest.param(
            ("--customer", "SOW-2301", "--push-reason", "SOW-2301=x"), 2, "expected such as", id="a bad reason"
        ),
        pytest.param(("--list", "none.csv"), 2, "There is no list", id="no such file"),
        pytest.param(("--list", "bad.csv"), 2, "bad.csv line 3: 1 cells", id="a bad row"),
        pytest.param(("--customer", "SOW-2301", "--notes", "bad.yaml"), 2, "bad.yaml line 2", id="bad notes"),
        pytest.param(
            ("--customer", "SOW-2301", "--notes", "notes.yaml"), 2, "SOW-2304 is not in", id="not on the list"
        ),
        pytest.param(("--customer", "SOW-2301", "--post", "mail"), 2, "expected epic or slack", id="another place"),
    ],
)
def test_bad_input(played: tuple[Practice, Path], words: tuple[str, ...], code: int, said: str) -> None:
    here, home = played
    (home / "bad.csv").write_text("customer,sow\nLarkspur Mutual,\nAcme\n", encoding="utf-8")
    (home / "bad.yaml").write_text("SOW-2301:\n  mood: blue\n", encoding="utf-8")
    done = top(here, *words, "--json")
    assert done.code == code
    assert said in done.error["message"]


def test_a_temperature_that_is_none_and_a_yellow_without_action_are_incomplete(
    played: tuple[Practice, Path],
) -> None:
    here, home = played
    bad = "SOW-2303: {dri: 'PM, TA', temperature: X | y, fix_by: 2026-12-04}\n"
    (home / "weak.yaml").write_text(bad, encoding="utf-8")
    done = top(here, "--customer", "SOW-2303", "--notes", str(home / "weak.yaml"), "--dry-run", "--json")
    assert done.code == 3
    problems = " ".join(entry(done.result, "SOW-2303")["problems"])
    for said in ("'X' is none of R, Y, G", "'PM, TA' is more than one", "needs the proposed action"):
        assert said in problems
    assert done.result["entries"][0]["temperature"] == {"internal": None, "customer": "Y"}


def test_it_is_never_written_where_customers_read(played: tuple[Practice, Path]) -> None:
    here, home = played
    (home / "green.yaml").write_text("SOW-2305: {temperature: G | G}\n", encoding="utf-8")
    words = ("--customer", "SOW-2305", "--notes", str(home / "green.yaml"), "--push-reason")
    reasons = [f"SOW-2305:{p['month_from']}:{p['month_to']}=late" for p in _pushes(here, "SOW-2305")]
    arguments = [
        *words[:-1],
        *(part for text in reasons for part in ("--push-reason", text)),
        "--post",
        "epic",
        "--yes",
    ]
    (group,) = [g for g in here.rows("groups") if g["path"] == "professional-services-group"]
    before = len(notes_on_epics(here))
    here.alter("groups", group["id"], visibility="public")
    try:
        refused = top(here, *arguments, "--json")
        assert refused.code == 6, refused.out
    finally:
        here.alter("groups", group["id"], visibility=group["visibility"])
    assert len(notes_on_epics(here)) == before


def _pushes(here: Practice, sow: str) -> list[dict[str, Any]]:
    done = top(here, "--customer", sow, "--dry-run", "--json")
    pushes: list[dict[str, Any]] = entry(done.result, sow)["pushes"]
    return [push for push in pushes if push["needs_reason"]]


def test_slack_gets_it_once_and_the_webhook_stays_a_secret(played: tuple[Practice, Path]) -> None:
    here, home = played
    (home / "one.yaml").write_text("SOW-2306: {temperature: G | G}\n", encoding="utf-8")
    words = ("--customer", "SOW-2306", "--notes", str(home / "one.yaml"), "--post", "slack", "--yes", "--json")
    with listening() as (url, heard):
        psdm = here.psdm.with_(PSDM_SLACK_WEBHOOK=url)
        sent = psdm("--as-of", TUESDAY, "top-customer", *words)
        again = psdm("--as-of", TUESDAY, "top-customer", *words)
    assert [item["state"] for item in sent.result["plan"]] == ["applied"], sent.out + sent.err
    assert [item["state"] for item in again.result["plan"]] == ["kept"]
    (message,) = heard
    assert message["text"].startswith("Top Customer 2026-W49\n")
    assert sent.result["message"] is None
    assert "secret" not in sent.out + sent.err + again.out + again.err
    wrong = here.psdm.with_(PSDM_SLACK_WEBHOOK="hooks.slack.com/secret")
    refused = wrong("--as-of", TUESDAY, "top-customer", *words)
    assert refused.code == 2
    assert "secret" not in refused.out + refused.err


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's address, and what was sent to it."""
    heard: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/secret", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_without_gitlab_and_without_rights(played: tuple[Practice, Path]) -> None:
    here, home = played
    (home / "hasty.yaml").write_text("kantata: {patience_seconds: 1}\n", encoding="utf-8")
    psdm = here.psdm.with_(PSDM_GITLAB_URL="http://127.0.0.1:9", PSDM_CONFIG=str(home / "hasty.yaml"))
    (home / "one.yaml").write_text("notes:\n  SOW-2301: {progress: Wave 2 is in}\n", encoding="utf-8")
    given = ("top-customer", "--customer", "SOW-2301", "--notes", "one.yaml", "--dry-run", "--json")
    done = psdm("--as-of", TUESDAY, *given)
    assert done.code == 3
    found = entry(done.result, "SOW-2301")
    assert (found["scope_changes"], len(found["unseen"])) == (None, 1)
    assert found["progress"] == "Wave 2 is in"  # as it was noted
    assert here.psdm("top-customer", "--customer", "SOW-2301", "--json", PSDM_KANTATA_TOKEN="wrong").code == 4
    down = here.psdm.with_(PSDM_KANTATA_URL="http://127.0.0.1:9/api/v1", PSDM_CONFIG=str(home / "hasty.yaml"))
    assert down("top-customer", "--customer", "SOW-2301", "--json").code == 75
    offline = here.psdm(
        "--offline", "--as-of", TUESDAY, "top-customer", "--customer", "SOW-2301", "--dry-run", "--json"
    )
    assert offline.code == 3
    assert "--offline" in entry(offline.result, "SOW-2301")["unseen"][0]


def test_a_person_completes_it_at_a_terminal_and_stops(played: tuple[Practice, Path]) -> None:
    here, home = played
    environ = {**here.psdm.environ, "TERM": "xterm", "NO_COLOR": "1"}
    environ.pop("PSDM_NO_INPUT")
    words = ["--as-of", TUESDAY, "top-customer", "--customer", "SOW-2302", "--customer", "SOW-2303"]
    child = Terminal(COMMAND[0], [*COMMAND[1:], *words], env=environ, dimensions=(60, 160), encoding="utf-8")
    answers = [
        ("Brightwater Utilities, SOW-2302", "c"),
        ("Internal temperature", "g"),
        ("Customer temperature", "g"),
        ("Progress", "Design is done"),
        ("Issue", ""),
        ("Contributors", "-"),
        ("Assistance needed", ""),
        ("DRI", "@robin"),
    ]
    for question, answer in answers:
        while True:  # pushes, if there are any, are asked about first
            at = child.expect([rf"{question}[^\r\n]*: ", r"Pushed [^\r\n]*Why[^\r\n]*: "], timeout=DEADLINE)
            child.sendline(answer if at == 0 else "customer moved it")
            if at == 0:
                break
    child.expect(r"Copperline Logistics, SOW-2303[^\r\n]*: ", timeout=DEADLINE)
    child.interrupt()
    child.close()
    assert child.exitstatus == 130
    with sqlite3.connect(home / "psdm" / "data" / "psdm.db") as raw:
        texts = [row[0] for row in raw.execute("SELECT text FROM top_customer_notes WHERE sow = 'SOW-2302'")]
    raw.close()
    assert len(texts) == 1
    assert texts[0].startswith("Progress: Design is done\nDRI: @robin\nTemperature: internal G | customer G")
