"""`psdm sync`, `sandbox`, `schema` and `completion` as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pexpect
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal

from psdm_cli.output.shapes import SHAPES
from psdm_cli.sandbox import KantataSandbox


@pytest.fixture
def pointed(front: Psdm, kantata: KantataSandbox) -> Psdm:
    """psdm pointed at the test's Kantata, on the day its portfolio is placed around."""
    return front.at(kantata).with_(PSDM_AS_OF=kantata.as_of.isoformat())


# sync


def test_sync_reads_all_then_only_what_changed_then_all_again(pointed: Psdm, kantata: KantataSandbox) -> None:
    first = pointed("sync", "--json")
    assert (first.code, first.err) == (0, "")
    Draft202012Validator(pointed("schema", "sync").document).validate(first.document)
    read = {row["kind"]: row["read"] for row in first.result["kinds"]}
    assert first.result["engagements"] == read["workspaces"] > 0
    requests = len(kantata.requests)
    kantata.clear()
    second = pointed("sync", "--json")
    again = {row["kind"]: row["read"] for row in second.result["kinds"]}
    assert again["stories"] < read["stories"]
    assert len(kantata.requests) < requests
    full = pointed("sync", "--full", "--json")
    assert {row["kind"]: row["read"] for row in full.result["kinds"]}["stories"] == read["stories"]
    assert full.result["full"] is True
    assert kantata.writes == []
    assert kantata.violations == []


def test_sync_of_all_projects_sees_more(pointed: Psdm) -> None:
    mine = pointed("sync", "--json").result
    everything = pointed("sync", "--all-projects", "--json").result
    assert everything["engagements"] > mine["engagements"]
    assert (len(mine["leads"]), everything["leads"]) == (1, [])


def test_sync_names_what_it_may_not_read(pointed: Psdm, kantata: KantataSandbox) -> None:
    kantata.refuse("stories")
    ran = pointed("sync", "--json")
    assert (ran.code, ran.document["status"]) == (3, "attention")
    assert "stories" in {refusal["kind"] for refusal in ran.result["refused"]}


@pytest.mark.parametrize(
    ("args", "code"), [(["--offline"], 2), (["--all-projects", "--lead", "me"], 2), (["--lead", "Nobody At All"], 5)]
)
def test_sync_refuses(pointed: Psdm, args: list[str], code: int) -> None:
    ran = pointed("sync", *args)
    assert (ran.code, ran.out) == (code, "")


def test_sync_shows_a_bar_at_a_terminal_only(pointed: Psdm, kantata: KantataSandbox) -> None:
    kantata.latency_ms = 20
    child = Terminal(
        COMMAND[0],
        [*COMMAND[1:], "sync"],
        env=pointed.environ,
        encoding="utf-8",
        timeout=DEADLINE,
        dimensions=(30, 100),
    )
    child.expect("pages")
    child.expect("projects led by")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    quiet = pointed("sync")
    assert "pages" not in quiet.out + quiet.err


# sandbox


def test_sandbox_start_serves_what_it_prints_until_ctrl_c(front: Psdm) -> None:
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "start", "--plan", "free"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=front.environ,
    )
    assert process.stdout is not None
    printed = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
    assert list(printed) == ["PSDM_KANTATA_URL", "PSDM_KANTATA_TOKEN", "PSDM_GITLAB_URL", "PSDM_GITLAB_TOKEN"]
    url, token = printed["PSDM_KANTATA_URL"], printed["PSDM_KANTATA_TOKEN"]
    request = urllib.request.Request(f"{url}/users/me", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        assert answer.status == 200
    ran = front("doctor", **printed)
    assert (ran.code, ran.out.count("you are Robin Castellano")) == (0, 2)
    group = "gitlab-com%2Fcustomer-success%2Fprofessional-services-group"
    epics = urllib.request.Request(
        f"{printed['PSDM_GITLAB_URL']}/api/v4/groups/{group}/epics",
        headers={"PRIVATE-TOKEN": printed["PSDM_GITLAB_TOKEN"]},
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(epics, timeout=DEADLINE)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_sandbox_start_on_a_port_that_is_taken(front: Psdm, kantata: KantataSandbox) -> None:
    port = kantata.kantata_url.partition("127.0.0.1:")[2].partition("/")[0]
    ran = front("sandbox", "start", "--port", port)
    assert (ran.code, ran.out) == (2, "")
    assert f"--port: port {port} cannot be used" in ran.err
    ran = front("sandbox", "start", "--gitlab-port", port)
    assert (ran.code, ran.out) == (2, "")
    assert f"--gitlab-port: port {port} cannot be used" in ran.err


def test_gitlab_of_the_sandbox_starts_only_when_asked_and_beats_its_variables(front: Psdm) -> None:
    away = {"PSDM_GITLAB_URL": "http://127.0.0.1:9", "PSDM_GITLAB_TOKEN": "wrong"}
    folder = Path(front("config", "path", "--json").result["sandbox"])
    assert front("--sandbox", "sync", **away).code == 0
    assert {path.name for path in folder.glob("*.sqlite3")} == {"kantata.sqlite3"}
    ran = front("--sandbox", "doctor", "--json", **away)
    states = {check["id"]: check["state"] for check in ran.result["checks"]}
    assert (ran.code, states["gitlab"]) == (0, "pass")
    assert {path.name for path in folder.glob("*.sqlite3")} == {"kantata.sqlite3", "gitlab.sqlite3"}


def test_sandbox_beats_addresses_and_tokens(pointed: Psdm, kantata: KantataSandbox) -> None:
    ran = pointed("--sandbox", "sync", "--json", PSDM_KANTATA_TOKEN="wrong", PSDM_DATABASE_URL="postgresql://nowhere/x")
    assert (ran.code, ran.result["account"]) == (0, "sandbox")
    assert kantata.requests == []
    assert pointed("sync", "--json", PSDM_SANDBOX="1").result["account"] == "sandbox"


def test_sandbox_reset_starts_over_and_leaves_the_rest(front: Psdm) -> None:
    front("--sandbox", "sync")
    folder = Path(front("config", "path", "--json").result["sandbox"])
    assert folder.is_dir()
    mine = folder.parent / "psdm.db"
    mine.write_bytes(b"")
    assert front("sandbox", "reset", "--dry-run").code == 0
    assert folder.is_dir()
    ran = front("sandbox", "reset", "--json")
    Draft202012Validator(front("schema", "sandbox", "reset").document).validate(ran.document)
    assert (ran.code, ran.result["removed"]) == (0, True)
    assert not folder.exists()
    assert mine.exists()
    assert front("sandbox", "reset", "--json").result["removed"] is False


# schema, completion


@pytest.mark.parametrize("command", sorted(SHAPES))
def test_every_schema_is_one(front: Psdm, command: str) -> None:
    ran = front("schema", *command.split())
    assert (ran.code, ran.err) == (0, "")
    Draft202012Validator.check_schema(ran.document)
    assert ran.document["properties"]["schema"]["const"] == f"psdm.{command.replace(' ', '.')}/1"


def complete(front: Psdm, words: str) -> list[str]:
    count = str(len(words.split(" ")) - 1)
    ran = front(_PSDM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


def test_completion(front: Psdm) -> None:
    assert {"config", "doctor", "forecast-prep", "sync"} <= set(complete(front, "psdm "))
    assert complete(front, "psdm confi") == ["config"]
    assert complete(front, "psdm config ") == ["init", "show", "check", "path"]
    assert complete(front, "psdm config show --chan") == ["--changed"]
    assert "--as-of" in complete(front, "psdm config show --")
    assert complete(front, "psdm --as") == ["--as-of"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(front: Psdm, shell: str) -> None:
    ran = front("completion", "show", shell)
    assert ran.code == 0
    assert "_PSDM_COMPLETE" in ran.out


def test_completion_for_no_shell(front: Psdm) -> None:
    ran = front("completion", "show", "bsh")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean bash?" in ran.err


def test_completion_is_installed_in_the_home_folder(front: Psdm) -> None:
    assert front("completion", "install", "bash", "--dry-run").code == 0
    assert not (front.home / ".bashrc").exists()
    ran = front("completion", "install", "bash")
    assert ran.code == 0
    assert (front.home / ".bashrc").exists()
    script = next(path for path in front.home.rglob("*") if path.is_file() and path.suffix == ".sh")
    assert "_PSDM_COMPLETE" in script.read_text()
    assert os.access(script, os.R_OK)
