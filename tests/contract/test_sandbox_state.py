"""The account kept between runs: written after each write, followed by other processes, moved only by its clock."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sandbox_client import Client

from psdm_cli.sandbox import KantataSandbox, SandboxAccount, reset, serve

MONDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 30)


def title(sandbox: KantataSandbox, id_: str = "3004") -> str:
    client = Client(sandbox)
    found = client.rows(f"/workspaces/{id_}")[0]["title"]
    client.close()
    return str(found)


def rename(sandbox: KantataSandbox, to: str, id_: str = "3004") -> None:
    client = Client(sandbox)
    client.write("PUT", f"/workspaces/{id_}", {"workspace": {"title": to}})
    client.close()


def test_practice_continues_and_only_the_clock_moves(tmp_path: Path) -> None:
    with KantataSandbox(tmp_path / "state", as_of=MONDAY) as sandbox:
        before = dict(sandbox.account.row("workspaces", "3005"))
        rename(sandbox, "Practised")
    with KantataSandbox(tmp_path / "state", as_of=NEXT_MONDAY) as sandbox:
        assert title(sandbox) == "Practised"
        assert sandbox.account.row("workspaces", "3005") == before
        assert sandbox.account.facts["as_of"] == "2026-11-23"
        assert sandbox.now().date() == NEXT_MONDAY


def test_created_changed_and_removed_rows_come_back_as_left(tmp_path: Path) -> None:
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        client = Client(sandbox)
        slot = int(client.ids("/workspace_resources", workspace_id="3004")[0])
        booking = {
            "resource_id": slot,
            "start_date": "2027-03-01",
            "end_date": "2027-03-05",
            "minutes": 60,
            "hard": True,
        }
        made = client.write("POST", "/workspace_allocations", {"workspace_allocation": booking})
        gone = client.ids("/workspace_allocations", workspace_ids="3005")[0]
        assert client.send("DELETE", f"/workspace_allocations/{gone}").status_code == 204
        client.close()
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        client = Client(sandbox)
        assert client.rows(f"/workspace_allocations/{made['id']}") == [made]
        assert client.refused("GET", f"/workspace_allocations/{gone}")[0] == 404
        again = client.write("POST", "/workspace_allocations", {"workspace_allocation": booking})
        assert int(again["id"]) > int(made["id"])
        client.close()


def test_two_sandboxes_on_one_state_see_each_other(tmp_path: Path) -> None:
    with KantataSandbox(tmp_path, as_of=MONDAY) as one, KantataSandbox(tmp_path, as_of=MONDAY) as two:
        assert title(one) == title(two)
        rename(one, "From one")
        assert title(two) == "From one"
        made = []
        for sandbox in (one, two, one, two):
            client = Client(sandbox)
            body = {"post": {"workspace_id": 3004, "message": "hello"}}
            made.append(client.write("POST", "/posts", body)["id"])
            client.close()
        assert len(set(made)) == 4
        client = Client(one)
        assert {*made} <= set(client.ids("/posts", workspace_id="3004"))
        client.close()


def test_changes_by_hand_are_kept_too(tmp_path: Path) -> None:
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        sandbox.account.update("workspaces", "3004", title="By hand")
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        assert title(sandbox) == "By hand"


def test_reset_starts_over(tmp_path: Path) -> None:
    assert reset(tmp_path) is False
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        original = title(sandbox)
        rename(sandbox, "Practised")
    assert reset(tmp_path) is True
    with KantataSandbox(tmp_path, as_of=MONDAY) as sandbox:
        assert title(sandbox) == original


def test_the_state_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with KantataSandbox(folder, as_of=MONDAY) as sandbox:
        title(sandbox)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with KantataSandbox(as_of=MONDAY) as sandbox:
        rename(sandbox, "Gone tomorrow")
    assert list(tmp_path.iterdir()) == []


def test_serve_yields_the_address(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(tmp_path, MONDAY) as url:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/api/v1")
    assert capfd.readouterr() == ("", "")


def test_a_ready_made_account_is_served() -> None:
    account = SandboxAccount.generated(projects=30, my_projects=4)
    with KantataSandbox(account=account) as sandbox:
        client = Client(sandbox)
        assert len(client.ids("/workspaces", provider_lead="1001")) == 4
        body = client.get("/stories", per_page=200, include="workspace,current_assignments")
        assert body["count"] == 600
        assert client.get("/time_entries")["count"] == 1800
        assert client.get("/workspace_allocations")["count"] == 360
        assert client.get("/workspace_resources", include_unnamed="true")["count"] == 240
        client.close()
    assert SandboxAccount.generated(projects=30, my_projects=4).tables == account.tables


def test_a_process_ends_with_a_sandbox_still_running(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from psdm_cli.sandbox import KantataSandbox\n"
        f"s = KantataSandbox(Path({str(tmp_path)!r})).start()\n"
        "import urllib.request as u\n"
        "r = u.Request(s.kantata_url + '/users/me', headers={'Authorization': 'Bearer ' + s.tokens['full']})\n"
        "print(u.urlopen(r).status)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "200\n", "")


def test_naming_the_package_imports_nothing_heavy() -> None:
    program = (
        "import sys, psdm_cli.sandbox\n"
        "print([m for m in ('starlette', 'uvicorn', 'sqlite3', 'asyncio', 'yaml', 'requests') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"


def test_a_sandbox_can_be_started_again(tmp_path: Path) -> None:
    sandbox = KantataSandbox(tmp_path, as_of=MONDAY).start()
    rename(sandbox, "First run")
    sandbox.stop()
    assert sandbox.account.row("workspaces", "3004")["title"] == "First run"
    with KantataSandbox(tmp_path, as_of=MONDAY) as other:
        rename(other, "Second run")
    with sandbox:
        assert title(sandbox) == "Second run"
