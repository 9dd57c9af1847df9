"""Pressing Tab: the shells' protocol driven as the shells do, harmless values only, and a real bash at a terminal."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from psdm_process import COMMAND, DEADLINE, Psdm
from test_startup import HEAVY, PROGRAM

from psdm_cli.sandbox import KantataSandbox


def tab(psdm: Psdm, line: str, shell: str = "bash") -> list[str]:
    """What a shell is offered at the end of `line`, value by value."""
    count = len(line.split(" ")) - 1
    variables = (
        {"COMP_WORDS": line, "COMP_CWORD": str(count), "_PSDM_COMPLETE": "complete_bash"}
        if shell == "bash"
        else {
            "_TYPER_COMPLETE_ARGS": line,
            "_PSDM_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
    )
    done = psdm.with_(**variables)()
    assert done.err == ""
    if shell == "zsh":
        return re.findall(r'^(?:_arguments \'\*: :\(\()?"(.*?)"(?::|\n|\))', done.out, re.MULTILINE)
    return [row.partition("\t")[0] for row in done.out.splitlines() if row]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("command", ["open", "why", "why to_forecast", "booking list"])
def test_sow_numbers_come_from_the_mirror(mirrored: Psdm, command: str, shell: str) -> None:
    offered = tab(mirrored, f"psdm {command} SOW-230", shell)
    assert offered == [f"SOW-230{n}" for n in range(1, 10)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("230", "2301", id="the number alone"),
        pytest.param("sow-230", "sow-2301", id="in lower case"),
        pytest.param("SOW-2301", "SOW-2301", id="whole"),
    ],
)
def test_a_number_is_completed_as_it_is_typed(mirrored: Psdm, typed: str, first: str) -> None:
    assert tab(mirrored, f"psdm open {typed}")[0] == first


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("psdm forecast-prep --lead ", ["me", "all", "Robin\\ Castellano"]),
        ("psdm portfolio --lead rob", ["robin\\ Castellano"]),
        ("psdm forecast-prep --step FP-0", [f"FP-0{n}" for n in range(1, 10)]),
        ("psdm forecast-prep --step fp-1", ["fp-10", "fp-11"]),
        ("psdm portfolio --status o", ["okay\\ to\\ Start", "on\\ Hold"]),
        ("psdm forecast show --by p", ["project", "person"]),
        ("psdm open escal", ["escalated_report"]),
        ("psdm today --done top", ["top-customer-notes"]),
        ("psdm cadence --preset handbook-", ["handbook-2025"]),
        ("psdm checklist show forecast", ["forecast-prep"]),
        ("psdm sta", ["status", "state"]),
        ("psdm state ", ["show", "export", "import", "check"]),
        ("psdm upside ", ["add", "edit", "list", "show", "review", "convert", "push", "close", "export", "import"]),
        ("psdm upside add SOW-230", ["SOW-2301", "SOW-2302"]),
        ("psdm upside add SOW-2301 --scenario p", ["pending-co"]),
        ("psdm upside list --status o", ["open"]),
        ("psdm top-customer --customer SOW-230", ["SOW-2301", "SOW-2302"]),
        ("psdm top-customer --post ", ["epic", "slack"]),
        ("psdm health SOW-230", ["SOW-2301", "SOW-2302"]),
        ("psdm health SOW-2301 --budget y", ["yellow"]),
        ("psdm health SOW-2301 --client mild", ["mildly-frustrated"]),
        ("psdm customer-status SOW-230", ["SOW-2301", "SOW-2302"]),
        ("psdm handover rob", ["robin\\ Castellano"]),
        ("psdm report ", ["week"]),
    ],
)
def test_what_completes_what(mirrored: Psdm, line: str, expected: list[str]) -> None:
    assert tab(mirrored, line)[: len(expected)] == expected


def test_the_network_is_never_asked(mirrored: Psdm, standing: KantataSandbox) -> None:
    assert tab(mirrored, "psdm open SOW-23")
    assert tab(mirrored, "psdm portfolio --lead ")
    assert standing.requests == []


def test_the_sandbox_completes_its_own(alone: Psdm, mirrored: Psdm) -> None:
    assert tab(alone, "psdm --sandbox open SOW-") == []  # nothing was read there yet
    assert tab(mirrored, "psdm --sandbox open SOW-") == []
    assert alone("--sandbox", "sync", "-q", PSDM_AS_OF="2026-11-23").code == 0
    assert "SOW-2301" in tab(alone, "psdm --sandbox open SOW-")
    assert "SOW-2301" in tab(alone.with_(PSDM_SANDBOX="1"), "psdm open SOW-")
    assert tab(alone, "psdm open SOW-") == []


def test_the_settings_decide_where_and_how(mirrored: Psdm, tmp_path: Path) -> None:
    database = mirrored.home / "psdm" / "data" / "psdm.db"
    assert database.exists()
    elsewhere = tmp_path / "team.db"
    shutil.copy(database, elsewhere)
    config = tmp_path / "team.yaml"
    config.write_text(f"store:\n  url: sqlite:///{elsewhere}\n")
    empty = Psdm(tmp_path)
    assert "SOW-2301" in tab(empty, f"psdm --config {config} open SOW-")
    assert "SOW-2301" in tab(empty.with_(PSDM_CONFIG=str(config)), "psdm open SOW-")
    assert tab(empty.with_(PSDM_DATABASE_URL="postgresql://nowhere.invalid/psdm"), "psdm open SOW-") == []
    config.write_text("store: [\n")
    assert "escalated_report" in tab(empty, f"psdm --config {config} open esc")


HOSTILE = (
    "$(touch owned)",
    "`touch owned`",
    "; touch owned",
    "a'b\"c",
    "x\ny",
    "\u202eevil",
    "--lead",
    "[/x]",
    "~",
    "*",
)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_only_harmless_values_are_offered(psdm: Psdm, kantata: KantataSandbox, shell: str) -> None:
    """A shell puts values on the command line as they are: names from outside must not become commands."""
    account = kantata.account
    for number, user in enumerate(account.rows("users")):
        user["full_name"] = HOSTILE[number % len(HOSTILE)]
    for number, project in enumerate(account.rows("workspaces")):
        project["title"] = f"{project['title'].split(' ')[0]} {HOSTILE[number % len(HOSTILE)]}"
    account.touched()
    assert psdm("sync", "--lead", "all", "-q").code in (0, 3)
    for line in ("psdm portfolio --lead ", "psdm open ", "psdm open S", "psdm portfolio --status "):
        offered = tab(psdm, line, shell)
        assert offered
        assert all(re.fullmatch(r"[\w][\w .@+\\-]*", value) for value in offered), offered
    raw = psdm.with_(
        _TYPER_COMPLETE_ARGS="psdm open S",
        _PSDM_COMPLETE=f"complete_{shell}",
        COMP_WORDS="psdm open S",
        COMP_CWORD="2",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )().out
    assert not re.search(r"[`;$\x1b\u202e]", raw)
    assert "touch owned" not in raw or "$(" not in raw


@pytest.mark.parametrize("damage", [b"", b"no database at all", b"SQLite format 3\x00" + b"\x01" * 4096])
def test_a_broken_database_gives_nothing_and_no_error(alone: Psdm, damage: bytes) -> None:
    data = alone.home / "psdm" / "data"
    data.mkdir(parents=True)
    (data / "psdm.db").write_bytes(damage)
    assert tab(alone, "psdm open SOW-") == []
    assert tab(alone, "psdm portfolio --lead ") == ["me", "all"]


def test_values_need_no_heavy_module(mirrored: Psdm) -> None:
    environ = {**mirrored.environ, "COMP_WORDS": "psdm open SOW-", "COMP_CWORD": "2", "_PSDM_COMPLETE": "complete_bash"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environ)
    loaded = set(done.stdout.split())
    allowed = {"psdm_cli.store", "psdm_cli.workflows"}  # small packages; what is heavy in them stays out
    assert "psdm_cli.store.glance" in loaded
    assert not (HEAVY - allowed) & loaded
    assert "psdm_cli.store.database" not in loaded


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_for_their_shells(alone: Psdm, shell: str) -> None:
    done = alone("completion", "show", shell)
    assert done.code == 0
    assert "_PSDM_COMPLETE" in done.out
    assert shell != "bash" or subprocess.run(["bash", "-n"], input=done.out, text=True).returncode == 0


@pytest.fixture
def bash(mirrored: Psdm) -> Any:
    """A real bash at a terminal, with completion switched on and psdm on its PATH."""
    script = mirrored.home / "completion.bash"
    script.write_text(mirrored("completion", "show", "bash").out)
    shim = mirrored.home / "bin"
    shim.mkdir()
    program = shim / "psdm"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    environ = {
        **mirrored.environ,
        "PATH": f"{shim}{os.pathsep}{os.environ['PATH']}",
        "PS1": "ready> ",
        "INPUTRC": "/dev/null",
        "TERM": "dumb",
    }
    child = pexpect.spawn(
        "bash", ["--norc", "--noprofile", "-i"], env=environ, encoding="utf-8", dimensions=(24, 200), timeout=DEADLINE
    )
    child.expect_exact("ready> ")
    child.sendline(f"bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; . {shlex.quote(str(script))}")
    child.expect_exact("ready> ")
    yield child
    child.close(force=True)


def test_a_real_bash_completes_a_sow(bash: Any) -> None:
    bash.send("psdm open SOW-231\t")
    bash.send("\t")  # the second one lists
    bash.expect(r"SOW-2311\s+SOW-2312")
    bash.expect_exact("ready> psdm open SOW-231")
    bash.send("\x15")
    bash.send("psdm portfolio --lead Rob\t")
    bash.expect_exact("Robin\\ Castellano")
    bash.send("\x15")
    bash.send("psdm open SOW-2304\t--no-input\r")  # the only match: completed with a blank behind it
    bash.expect_exact("/workspaces/3004")
    bash.send("exit\r")
    bash.expect(pexpect.EOF)
