"""What a person sees: width, header, next command, symbols; plain text where asked for; Ctrl-C; a reader who left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pexpect
import pyte
import pytest
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal, real_now

from psdm_cli.sandbox import KantataSandbox

AS_OF, NEXT_WEEK = "2026-11-23", "2026-11-30"
LATER = "2026-12-07"  # what is frozen then is no week that another test compares with
BEYOND = 120  # columns of the screen to the right of what psdm is told: what stands there was too long
STYLE = re.compile(r"\x1b\[[0-9;]*m")

# arguments, beginning of the first line, a word of the last lines
SCREENS = {
    "forecast-prep": ("psdm forecast-prep · Robin Castellano · as of Mon 2026-11-23", "psdm forecast-prep --freeze"),
    "forecast-prep --step FP-03": ("psdm forecast-prep · Robin Castellano", "psdm forecast-prep"),
    "forecast-prep --lead all": ("psdm forecast-prep · Robin Castellano · 3 leads", "psdm forecast-prep --freeze"),
    "forecast-prep -v": ("psdm forecast-prep · Robin Castellano", "psdm forecast-prep --freeze"),
    "portfolio": ("psdm portfolio · as of Mon 2026-11-23", "psdm forecast show --by person"),
    "forecast show": ("psdm forecast show · by project · as of Mon 2026-11-23", "psdm forecast diff"),
    "forecast show --by person": ("psdm forecast show · by person", "psdm forecast diff"),
    f"forecast diff --as-of {NEXT_WEEK}": ("psdm forecast diff · 2026-W48", "psdm forecast freeze"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Psdm]:
    """A PM's desk on Monday: last week's bookings frozen and then moved, the mirror filled for her and for all."""
    with KantataSandbox(as_of=date(2026, 11, 23)) as server:
        psdm = (
            Psdm(tmp_path_factory.mktemp("desk"))
            .at(server)
            .with_(PSDM_AS_OF=AS_OF, PYTHONUNBUFFERED="1", PSDM_NO_INPUT="1")
        )
        assert psdm("forecast", "freeze").code == 0
        for booking in list(server.account.find("workspace_allocations", "workspace_id", "3004")):
            changed = {"minutes": booking["minutes"] // 2, "updated_at": real_now()}
            server.account.update("workspace_allocations", booking["id"], **changed)
        assert psdm("portfolio", "--lead", "all").code == 0
        yield psdm


def on_terminal(psdm: Psdm, arguments: list[str], columns: int, **variables: str) -> tuple[str, list[str], int]:
    """What came out of a terminal of that width: as it came, as the lines that stand there, and the exit code."""
    environ = {**psdm.environ, "TERM": "xterm-256color", **variables}
    child = Terminal(COMMAND[0], [*COMMAND[1:], *arguments], env=environ, dimensions=(50, columns), encoding="utf-8")
    child.expect(pexpect.EOF, timeout=DEADLINE)
    child.close()
    raw = str(child.before)
    screen = pyte.Screen(columns + BEYOND, raw.count("\n") + 5)
    pyte.Stream(screen).feed(raw)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return raw, lines, int(child.exitstatus or 0)


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("command", SCREENS)
def test_a_screen(desk: Psdm, command: str, columns: int) -> None:
    raw, lines, code = on_terminal(desk, command.split(), columns)
    first, last = SCREENS[command]
    assert code in (0, 3)
    assert max(len(line) for line in lines) <= columns, max(lines, key=len)
    assert " ".join(" ".join(lines[:2]).split()).startswith(first)
    at = len(lines) - lines[::-1].index("Next")
    assert last in " ".join(lines[at:])
    assert len(lines) - at <= 6  # nothing but what to type stands after it
    assert all(line.startswith(("  psdm ", " " * 10)) for line in lines[at:])
    assert STYLE.search(raw)
    assert "\ufffd" not in raw


@pytest.mark.parametrize("columns", [80, 140])
def test_the_preparation_says_first_what_is_urgent(desk: Psdm, columns: int) -> None:
    _, lines, code = on_terminal(desk, ["forecast-prep"], columns)
    assert code == 3
    titles = [
        line.partition("  ")[0] for line in lines if re.match(r"(Most urgent|Steps|Forecast in USD|Next)\b", line)
    ]
    assert titles == ["Most urgent", "Steps", "Forecast in USD", "Next"]
    urgent = lines[lines.index(next(line for line in lines if line.startswith("Most urgent"))) + 1 :]
    assert [line[:2] for line in urgent[:9] if re.match(r"\d\.", line)] == ["1.", "2.", "3."]
    steps = [line for line in lines if re.match(r"[✓!?–]  FP-\d\d  ", line)]
    assert [line[3:8] for line in steps] == [f"FP-{number:02}" for number in range(1, 12)]


@pytest.mark.parametrize("columns", [80, 140])
def test_what_moved_is_on_the_screen(desk: Psdm, columns: int) -> None:
    for command in ("forecast-prep", "forecast diff"):
        _, lines, _ = on_terminal(desk, [*command.split(), "--as-of", NEXT_WEEK], columns)
        changes = lines[next(n for n, line in enumerate(lines) if line.startswith("Changes")) :]
        assert any("SOW-2304" in line and " less " in line for line in changes[:8]), changes[:8]


def test_each_state_has_its_symbol(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.refuse("workspace_allocations")
    for report in list(kantata.account.rows("status_reports")):
        kantata.account.update("status_reports", report["id"], created_at="2026-11-20T15:00:00Z")
    _, lines, _ = on_terminal(psdm, ["forecast-prep"], 100)
    symbols = {line[3:8]: line[0] for line in lines if re.match(r".  FP-\d\d  ", line)}
    assert symbols["FP-08"] == "–"  # could not look
    assert symbols["FP-02"] == "!"
    assert symbols["FP-11"] == "✓"


# plain


@pytest.mark.parametrize(
    ("command", "options", "variables"),
    [
        pytest.param("forecast-prep", [], {"NO_COLOR": "1"}, id="NO_COLOR"),
        pytest.param("forecast-prep", [], {"TERM": "dumb"}, id="TERM=dumb"),
        pytest.param("forecast-prep", ["--no-color"], {}, id="--no-color"),
        pytest.param("portfolio", [], {"NO_COLOR": "1"}, id="portfolio"),
        pytest.param("forecast show", ["--no-color"], {}, id="forecast show"),
        pytest.param("sync", [], {"TERM": "dumb"}, id="sync"),
    ],
)
def test_plain_at_a_terminal(desk: Psdm, command: str, options: list[str], variables: dict[str, str]) -> None:
    raw, lines, _ = on_terminal(desk, [*command.split(), *options], 80, **variables)
    assert "\x1b" not in raw
    assert max(len(line) for line in lines) <= 80
    if command != "sync":
        assert "Next" in lines


@pytest.mark.parametrize("command", [*SCREENS, f"forecast freeze --as-of {LATER}", "sync"])
def test_plain_in_a_pipe(desk: Psdm, command: str) -> None:
    done = desk(*command.split(), COLUMNS="80", FORCE_COLOR="1")
    assert done.code in (0, 3)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out + done.err)
    assert max(len(line) for line in done.out.splitlines()) <= 80
    if command != "sync":
        assert not [line for line in done.out.splitlines() if line != line.rstrip()]


def test_a_pipe_says_the_same_as_a_terminal(desk: Psdm) -> None:
    _, lines, _ = on_terminal(desk, ["forecast-prep", "--offline"], 100)
    done = desk("forecast-prep", "--offline", "-q", COLUMNS="100")
    assert done.out.splitlines() == [line for line in lines if not line.startswith("Warning: ")]


@pytest.mark.parametrize("command", ["forecast-prep", "portfolio", "forecast show"])
def test_a_terminal_without_unicode(desk: Psdm, command: str) -> None:
    done = desk(*command.split(), PYTHONIOENCODING="ascii", PYTHONUTF8="0", COLUMNS="80", LANG="C")
    assert done.code in (0, 3)
    assert (done.out + done.err).isascii()
    assert "\\u" not in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 80


# interrupted


@pytest.fixture
def stuck(kantata: KantataSandbox) -> Iterator[Any]:
    """Call it with a path: that request is not answered for a long time. Gives the event that it has arrived."""

    def stick(path: str, skip: int = 0) -> threading.Event:
        arrived = threading.Event()
        kantata.fault(path=path, skip=skip, delay=10 * DEADLINE, effect=lambda _account: arrived.set(), times=None)
        return arrived

    yield stick
    kantata.script.clear()


@pytest.mark.parametrize("path", ["/users/me", "/workspaces", "/time_entries", "/account_memberships"])
def test_ctrl_c_while_syncing(psdm: Psdm, kantata: KantataSandbox, stuck: Any, calm: Any, path: str) -> None:
    assert psdm("sync").code == 0
    arrived = stuck(path)
    child = Terminal(
        COMMAND[0], [*COMMAND[1:], "sync", "--full"], env=psdm.environ, dimensions=(24, 80), encoding="utf-8"
    )
    assert arrived.wait(DEADLINE)
    child.interrupt()
    child.close()
    assert child.exitstatus == 130
    assert "psdm: Interrupted; what was answered or applied so far is kept." in str(child.before)
    assert "Traceback" not in str(child.before)
    kantata.script.clear()
    assert psdm("forecast-prep", "--json", "--offline").figures == calm
    assert psdm("forecast-prep", "--json").figures == calm


def test_ctrl_c_at_the_first_reading_is_one_document(
    psdm: Psdm, kantata: KantataSandbox, stuck: Any, calm: Any
) -> None:
    arrived = stuck("/stories", skip=1)
    process = psdm.start("forecast-prep", "--json")
    assert arrived.wait(DEADLINE)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert '"exit_code": 130' in out
    assert err == "psdm: Interrupted; what was answered or applied so far is kept.\n"
    kantata.script.clear()
    assert psdm("forecast-prep", "--json", "--offline").code == 5  # half a reading is no mirror
    assert psdm("forecast-prep", "--json").figures == calm


# a reader that leaves


@pytest.mark.parametrize("form", ["", "--json", "--markdown", "--csv"])
def test_head_ends_quietly(desk: Psdm, form: str) -> None:
    line = f'"{COMMAND[0]}" forecast-prep -q {form} | head -n 1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", line], env=desk.environ, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.stderr == ""
    first, code = done.stdout.splitlines()
    assert first
    assert code == "3"


@pytest.mark.parametrize("command", ["forecast-prep", "portfolio --csv", "forecast show --json"])
def test_nobody_reads_at_all(desk: Psdm, command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *command.split(), "-q"],
        env=desk.environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=DEADLINE,
        check=False,
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 3)
