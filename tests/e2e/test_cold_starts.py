"""Every command started from nothing, script and imports and all, as a person starts it; and all its kinds of ends.

The other end-to-end tests fork psdm from a process that has loaded everything (`tests/warm_start.py`), where a command
that lacks an import, or does something while it is loaded, is not noticed. What ends before a command has done anything
(a wrong option, a wrong token, Kantata away) is forked here too. A new command needs its line in `RUNS`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from psdm_process import AS_OF, DEADLINE, Outcome, Psdm
from tests.warm_start import may_be_warm

from psdm_cli import app
from psdm_cli.lazy import every_command
from psdm_cli.sandbox import KantataSandbox

ROOT = Path(__file__).parent.parent.parent
CONFIG = "kantata:\n  coordinator: '1031'\n  patience_seconds: 1\n"
HARDEN = ("booking", "harden", "SOW-2301", "--booking", "10")
KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring_in_a_file.FileKeyring", "PYTHONPATH": str(Path(__file__).parent)}


@dataclass(frozen=True, slots=True)
class Run:
    """A command line and its exit code, of which 0 and 3 are both fine.

    `without` is the code with a token that Kantata does not know, `down` the one while Kantata is away; None where the
    command does not ask Kantata. `refused` are words that a rule refuses (6).
    """

    words: str
    code: int = 0
    without: int | None = None
    down: int | None = None
    refused: str = ""


def asking(words: str, code: int = 0, *, without: int = 4, down: int = 75, refused: str = "") -> Run:
    """A command that asks Kantata."""
    return Run(words, code, without, down, refused)


RUNS = {
    "forecast-prep": asking("forecast-prep", 3, refused="forecast-prep --fix FP-02 --max-changes 1 --yes"),
    "forecast show": asking("forecast show"),
    "forecast freeze": asking("forecast freeze"),
    "forecast diff": asking("forecast diff"),
    "forecast accuracy": asking("forecast accuracy", 5),
    "forecast people": asking("forecast people"),
    "checklist list": Run("checklist list"),
    "checklist show": asking("checklist show forecast-prep", 3, down=3),
    "checklist resume": asking("checklist resume forecast-prep", 3, down=3),
    "checklist export": asking("checklist export forecast-prep", 3, down=3),
    "checklist check": Run("checklist check {root}/docs/examples/team/checklists/handover.yaml"),
    "today": Run("today", 3),
    "open": Run("open"),
    "portfolio": asking("portfolio"),
    "why": asking("why FP-01"),
    "apply": asking("apply plan.json --yes", refused="apply plan.json --yes --max-changes 0"),
    "undo": asking("undo last --yes", 3, without=4),
    "journal list": Run("journal list"),
    "journal show": Run("journal show last"),
    "booking list": asking("booking list SOW-2301"),
    "booking request": asking("booking request SOW-2301 --role PSE --from 2026-12-14 --to 2026-12-18 --hours 20 --yes"),
    "booking change": asking("booking change SOW-2301 --booking 11 --hours 20 --yes"),
    "booking harden": asking("booking harden SOW-2301 --booking 11 --yes"),
    "fix": asking("fix FP-02:223 --yes"),
    "people": asking("people"),
    "config init": Run("config init --config other.yaml"),
    "config show": Run("config show"),
    "config check": Run("config check"),
    "config path": Run("config path"),
    "auth login": asking("auth login kantata --token -", refused="auth login kantata --token - --sandbox"),
    "auth logout": Run("auth logout kantata", refused="auth logout kantata --sandbox"),
    "auth status": asking("auth status kantata"),
    "doctor": asking("doctor"),
    "sandbox reset": Run("sandbox reset"),
    "state show": Run("state show"),
    "state export": Run("state export kept.psdm"),
    "state import": Run("state import state.psdm --yes"),
    "state check": Run("state check"),
    "sync": asking("sync"),
    "template list": Run("template list"),
    "template show": Run("template show scheduling-intake"),
    "template export": Run("template export --all"),
    "init-project": Run("--sandbox init-project SOW-2313 --check", 3),
    "check": Run("--sandbox check SOW-2301"),
    "audit leaks": Run("--sandbox audit leaks SOW-2301"),
    "status": Run("--sandbox status SOW-2301", 3),
    "health": Run("--sandbox health SOW-2301", 3),
    "customer-status": Run("--sandbox customer-status SOW-2301 --dry-run"),
    "report week": asking("report week"),
    "handover": asking("handover", 3),
    "cadence": Run("cadence"),
    "upside add": asking("upside add SOW-2301 --allocation 11 --reason undecided --yes"),
    "upside edit": asking("upside edit 1 --probability 70 --yes"),
    "upside list": Run("upside list"),
    "upside show": Run("upside show 1"),
    "upside review": asking("upside review"),
    "upside convert": asking("upside convert 1 --yes"),
    "upside push": asking("upside push 1 --to FY28-Q1 --reason frozen --yes"),
    "upside close": asking("upside close 1 --reason gone --yes"),
    "upside export": Run("upside export new.csv"),
    "upside import": asking("upside import upside.csv --yes"),
    "import kantata": Run("import kantata time.csv --dry-run"),
    "top-customer": Run("--sandbox top-customer --customer Larkspur", 3),
    "schema": Run("schema portfolio"),
    "completion install": Run("completion install bash"),
    "completion show": Run("completion show bash"),
    "help": Run("help exit-codes"),
}
ELSEWHERE = {
    "sandbox start",  # serves until Ctrl-C: test_setup_commands.py starts it, cold
}
ASKING = {name: run for name, run in RUNS.items() if run.down is not None}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KantataSandbox, Psdm]]:
    """A Kantata, and a psdm that has read it, frozen a week, saved a plan, written, added upside and kept its state."""
    home = tmp_path_factory.mktemp("desk")
    (home / "psdm").mkdir()
    (home / "psdm" / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (home / "time.csv").write_text(
        "Project,Person,Date,Hours,Billable,Approved\nSOW-2301,Kim,2026-11-20,2,yes,yes\n", encoding="utf-8"
    )
    with KantataSandbox(as_of=AS_OF) as server:
        psdm = Psdm(home).at(server).with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")
        for words in (
            ("sync",),
            ("forecast", "freeze"),
            (*HARDEN, "--plan-out", "plan.json"),
            (*HARDEN, "--yes"),
            ("upside", "add", "SOW-2301", "--allocation", "10", "--reason", "undecided", "--yes"),
            ("upside", "export", "upside.csv"),
            ("state", "export", "state.psdm"),
        ):
            done = psdm(*words)
            assert done.code == 0, done
        yield server, psdm


def started(
    desk: tuple[KantataSandbox, Psdm], words: str, home: Path, *, token: str = "", cold: bool = False
) -> subprocess.Popen[str]:
    """psdm, started with these words in a copy of the desk's home; what it asks for is the token."""
    server, psdm = desk
    shutil.copytree(psdm.home, home)
    token = token or server.tokens["full"]
    mine = replace(psdm, home=home, cold=cold).with_(
        PSDM_KANTATA_TOKEN=token, PSDM_TEST_KEYRING=str(home / "keyring"), **KEYRING
    )
    process = mine.start(*words.format(root=ROOT).split())
    assert process.stdin is not None
    process.stdin.write(token)
    process.stdin.close()
    process.stdin = None
    return process


def ended(process: subprocess.Popen[str]) -> Outcome:
    """Its end."""
    out, err = process.communicate(timeout=DEADLINE)
    assert "Traceback" not in out + err
    return Outcome(process.returncode, out, err)


def is_one_sentence(done: Outcome, code: int) -> bool:
    """Whether it failed with this code in a few words on stderr and nothing on stdout."""
    return done.code == code and done.out == "" and "psdm: " in done.err


def test_no_command_is_forgotten() -> None:
    assert {*RUNS, *ELSEWHERE} == {name for name, _ in every_command(app.COMMANDS)}


@pytest.mark.parametrize("command", RUNS)
def test_a_command_from_nothing(desk: tuple[KantataSandbox, Psdm], command: str, tmp_path: Path) -> None:
    run = RUNS[command]
    processes = {
        "done": started(desk, run.words, tmp_path / "done", cold=True),
        "wrong": started(desk, f"{command} --no-such-option", tmp_path / "wrong"),
    }
    if run.refused:
        processes["refused"] = started(desk, run.refused, tmp_path / "refused", cold=True)
    if run.without is not None:
        processes["without"] = started(desk, run.words, tmp_path / "without", token="nobody-knows-this-one")
    ends = {name: ended(process) for name, process in processes.items()}
    assert ends["done"].code == run.code, ends["done"]
    assert ends["done"].out or ends["done"].err
    assert is_one_sentence(ends["wrong"], 2), ends["wrong"]
    assert "has no option --no-such-option" in ends["wrong"].err
    if run.refused:
        assert is_one_sentence(ends["refused"], 6), ends["refused"]
    if run.without is not None:
        assert ends["without"].code == run.without, ends["without"]
        assert "nobody-knows-this-one" not in ends["without"].out + ends["without"].err


@pytest.mark.parametrize("words", ["config show", "forecast show --csv --offline", "forecast shw --json", "--help"])
def test_a_forked_run_says_the_same(desk: tuple[KantataSandbox, Psdm], words: str) -> None:
    _, warm = desk
    cold = replace(warm, cold=True)
    assert may_be_warm(warm.environ) or "PSDM_TEST_COLD" in os.environ or sys.platform != "linux"
    assert warm(*words.split()) == cold(*words.split())


@pytest.mark.parametrize("first", range(0, len(ASKING), 8))
def test_kantata_is_away(desk: tuple[KantataSandbox, Psdm], first: int, tmp_path: Path) -> None:
    """Several at once: each is patient for a second."""
    server, _ = desk
    names = [*ASKING][first : first + 8]
    server.fault("*", cut="before", times=None)
    try:
        processes = {name: started(desk, ASKING[name].words, tmp_path / name) for name in names}
        ends = {name: ended(process) for name, process in processes.items()}
    finally:
        server.clear()
    assert {name: end.code for name, end in ends.items()} == {name: ASKING[name].down for name in names}, ends
    assert all("Kantata" in end.out + end.err for end in ends.values()), ends
