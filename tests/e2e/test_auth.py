"""`psdm auth`: tokens are checked, kept in the keyring alone, and shown nowhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pexpect
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, DEADLINE, Outcome, Psdm, Terminal

from psdm_cli.sandbox import KantataSandbox


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The file behind the test's keyring."""
    return tmp_path / "keyring.json"


@pytest.fixture
def keyed(front: Psdm, kantata: KantataSandbox, store: Path) -> Psdm:
    """psdm with a keyring, pointed at the test's Kantata, without a token."""
    return front.with_(
        PYTHON_KEYRING_BACKEND="keyring_in_a_file.FileKeyring",
        PSDM_TEST_KEYRING=str(store),
        PSDM_KANTATA_URL=kantata.kantata_url,
    )


def fits(psdm: Psdm, ran: Outcome, *command: str) -> None:
    Draft202012Validator(psdm("schema", *command).document).validate(ran.document)


def test_login_status_logout(keyed: Psdm, kantata: KantataSandbox, store: Path) -> None:
    token = kantata.tokens["full"]
    ran = keyed("auth", "login", "kantata", "--token", "-", "--json", stdin=f"{token}\n")
    assert (ran.code, ran.err) == (0, "")
    assert ran.result["user"]["name"]
    assert ran.result["stored_in"] == "keyring (test keyring)"
    fits(keyed, ran, "auth", "login")
    assert list(json.loads(store.read_text()).values()) == [token]

    status = keyed("auth", "status", "--json")
    fits(keyed, status, "auth", "status")
    assert status.code == 0  # GitLab's is missing, and only needed later
    mine, gitlab = status.result["systems"]
    assert (mine["system"], mine["state"], mine["origin"]) == ("kantata", "pass", "keyring")
    assert mine["user"] == ran.result["user"]
    assert (gitlab["state"], gitlab["user"]) == ("attention", None)
    assert keyed("auth", "status", "gitlab").code == 4

    out = keyed("auth", "logout", "kantata", "--json")
    fits(keyed, out, "auth", "logout")
    assert (out.code, out.result["removed"]) == (0, True)
    assert json.loads(store.read_text()) == {}
    assert keyed("auth", "logout", "kantata", "--json").result["removed"] is False
    assert keyed("auth", "status").code == 4
    for shown in (ran, status, out):
        assert token not in shown.out + shown.err


def test_a_wrong_token_is_not_stored(keyed: Psdm, store: Path) -> None:
    ran = keyed("auth", "login", "kantata", "--token", "-", stdin="wrong-token-0815\n")
    assert (ran.code, ran.out) == (4, "")
    assert "Kantata" in ran.err
    assert "wrong-token" not in ran.err
    assert not store.exists()


def test_a_token_belongs_to_one_address(keyed: Psdm, kantata: KantataSandbox) -> None:
    keyed("auth", "login", "kantata", "--token", "-", stdin=kantata.tokens["full"])
    elsewhere = kantata.kantata_url.replace("127.0.0.1", "localhost")
    kantata.clear()
    ran = keyed("auth", "status", "kantata", PSDM_KANTATA_URL=elsewhere)
    assert ran.code == 4
    assert kantata.requests == []


def test_the_environment_goes_first_and_says_so(keyed: Psdm, kantata: KantataSandbox) -> None:
    ran = keyed("auth", "login", "kantata", "--token", "-", stdin=kantata.tokens["full"], KANTATA_TOKEN="other")
    assert ran.code == 0
    assert "KANTATA_TOKEN is set too, and goes first." in ran.err
    assert keyed("auth", "status", "kantata", KANTATA_TOKEN="other").code == 4
    ours = keyed(
        "auth", "status", "kantata", "--json", KANTATA_TOKEN="other", PSDM_KANTATA_TOKEN=kantata.tokens["full"]
    )
    assert ours.result["systems"][0]["origin"] == "PSDM_KANTATA_TOKEN"
    gone = keyed("auth", "logout", "kantata", KANTATA_TOKEN="other")
    assert "KANTATA_TOKEN is still set" in gone.out


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("keyring.backends.fail.Keyring", "this machine has no keyring service"),
        ("keyring.backends.null.Keyring", "the keyring is switched off"),
        ("keyring_in_a_file.PlaintextKeyring", "a file with readable text"),
        ("keyring_in_a_file.LockedKeyring", "the keyring refused (KeyringLocked)"),
    ],
)
def test_without_a_keyring_a_clear_word_and_no_file(
    keyed: Psdm, kantata: KantataSandbox, store: Path, backend: str, why: str
) -> None:
    token = kantata.tokens["full"]
    ran = keyed("auth", "login", "kantata", "--token", "-", stdin=token, PYTHON_KEYRING_BACKEND=backend)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "psdm keeps no token in a plain file" in ran.err
    assert "PSDM_KANTATA_TOKEN" in ran.err
    assert not store.exists()
    files = [path for path in keyed.home.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert all(token.encode() not in path.read_bytes() for path in files)
    assert keyed("auth", "status", "kantata", PYTHON_KEYRING_BACKEND=backend).code == 4


@pytest.mark.parametrize(
    ("args", "stdin", "words"),
    [
        (["--token", "s3cr3t"], "", "can be seen by others"),
        (["--token", "-"], "", "No token was given"),
        (["--token", "-"], "two words\n", "does not hold a token"),
        ([], "", "no terminal to ask"),
    ],
)
def test_tokens_that_are_not_taken(keyed: Psdm, store: Path, args: list[str], stdin: str, words: str) -> None:
    ran = keyed("auth", "login", "kantata", *args, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "s3cr3t" not in ran.err
    assert not store.exists()


def test_a_token_with_a_line_break_in_the_environment_is_named_not_sent(keyed: Psdm, kantata: KantataSandbox) -> None:
    ran = keyed("auth", "status", PSDM_KANTATA_TOKEN="abc\r\nX-Evil: 1")
    assert (ran.code, ran.out) == (2, "")
    assert "PSDM_KANTATA_TOKEN does not hold a token" in ran.err
    assert kantata.requests == []


def test_the_prompt_does_not_echo(keyed: Psdm, kantata: KantataSandbox, store: Path) -> None:
    token = kantata.tokens["full"]
    child = Terminal(
        COMMAND[0], [*COMMAND[1:], "auth", "login", "kantata"], env=keyed.environ, encoding="utf-8", timeout=DEADLINE
    )
    child.expect(r"Token for Kantata \(not shown\): ")
    child.waitnoecho()
    child.sendline(token)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert token not in str(child.before)
    assert token in store.read_text()


def test_the_sandbox_needs_no_login(keyed: Psdm) -> None:
    ran = keyed("--sandbox", "auth", "login", "kantata", "--token", "-", stdin="x")
    assert (ran.code, ran.out) == (6, "")
    assert "needs no account" in ran.err
    assert keyed("--sandbox", "auth", "status", "kantata", "--json").result["systems"][0]["origin"] == "sandbox"


def test_status_offline_asks_nobody(keyed: Psdm, kantata: KantataSandbox) -> None:
    ran = keyed("auth", "status", "kantata", "--offline", "--json", PSDM_KANTATA_TOKEN=kantata.tokens["full"])
    assert (ran.code, ran.result["systems"][0]["state"]) == (0, "unverified")
    assert kantata.requests == []


def test_a_system_that_is_down_is_75(keyed: Psdm) -> None:
    away = {"PSDM_KANTATA_URL": "http://127.0.0.1:9/api/v1", "PSDM_KANTATA_TOKEN": "token"}
    ran = keyed("auth", "status", "kantata", "--json", **away)
    assert (ran.code, ran.result["systems"][0]["state"]) == (75, "unverified")


SERVICE = ("dbus-run-session", "gnome-keyring-daemon")


@pytest.mark.skipif(not all(map(shutil.which, SERVICE)), reason="no keyring service (gnome-keyring and dbus) here")
def test_a_real_keyring_service(keyed: Psdm, kantata: KantataSandbox) -> None:
    session = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        'printf %s "$TOKEN" | "$0" auth login kantata --token - --json >/dev/null && '
        '"$0" auth status kantata --json && "$0" auth logout kantata >/dev/null && '
        '! "$0" auth status kantata >/dev/null'
    )
    environ = {
        **keyed.environ,
        "PATH": os.environ["PATH"],
        "TOKEN": kantata.tokens["full"],
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
        "XDG_DATA_HOME": str(keyed.home / "data"),
        "XDG_RUNTIME_DIR": str(keyed.home),
    }
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", session, COMMAND[0]],
        capture_output=True, text=True, env=environ, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"]["systems"][0]["origin"] == "keyring"
