"""Options before and after the command, help, wrong usage, bugs, interruptions, closed and full outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal

from psdm_cli import app
from psdm_cli.errors import PsdmError
from psdm_cli.help_topics import ENVIRONMENT, EXIT_CODES
from psdm_cli.lazy import Lazy, every_command
from psdm_cli.options import COMMON
from psdm_cli.output.shapes import document_schema
from psdm_cli.settings.loading import VARIABLES
from psdm_cli.settings.tokens import VARIABLES as TOKEN_VARIABLES
from psdm_cli.version import VERSION

NAMES = [name for name, _ in every_command(app.COMMANDS)]


def everything(error_class: type[PsdmError]) -> list[type[PsdmError]]:
    return [error_class, *(found for below in error_class.__subclasses__() for found in everything(below))]


# options


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["--as-of", "2026-03-09", "--json", "config", "path"], id="before"),
        pytest.param(["config", "--as-of", "2026-03-09", "--json", "path"], id="between"),
        pytest.param(["config", "path", "--as-of=2026-03-09", "--json"], id="after"),
        pytest.param(["--as-of", "2025-01-01", "config", "path", "--json", "--as-of", "2026-03-09"], id="later wins"),
    ],
)
def test_common_options_stand_anywhere(front: Psdm, args: list[str]) -> None:
    ran = front(*args)
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["as_of"] == "2026-03-09"


def test_option_beats_environment(front: Psdm) -> None:
    moved = front.with_(PSDM_AS_OF="2026-03-02")
    assert moved("config", "path", "--json").document["as_of"] == "2026-03-02"
    assert moved("config", "path", "--json", "--as-of", "2026-03-09").document["as_of"] == "2026-03-09"


@pytest.mark.parametrize("where", [["--version"], ["config", "--version"], ["config", "show", "--version"]])
def test_version_stands_anywhere(front: Psdm, where: list[str]) -> None:
    ran = front(*where)
    assert (ran.code, ran.out, ran.err) == (0, f"psdm {VERSION}\n", "")


def test_no_command_redefines_a_common_option() -> None:
    common = {name for row in COMMON for name in row.declarations} | {"--help", "--version"}
    for name, entry in every_command(app.COMMANDS):
        from psdm_cli.lazy import load
        from psdm_cli.options import is_common

        for parameter in load(name, entry).params:
            if not is_common(parameter):
                assert not common & {*parameter.opts, *parameter.secondary_opts}, name


# help


def test_help_lists_every_command_and_every_common_option(front: Psdm) -> None:
    ran = front("--help")
    assert (ran.code, ran.err) == (0, "")
    for name in app.COMMANDS:
        assert f"\n  {name} " in ran.out
    for row in COMMON:
        assert (row.declarations[-1] in ran.out) is not row.hidden
    assert "\x1b" not in ran.out


def test_bare_psdm_shows_its_help(front: Psdm) -> None:
    assert front() == front("--help")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples_that_name_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([*name.split(), "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: psdm {name}")
    assert "Options of every command:" in out
    examples = out.partition("\nExamples:\n")[2].splitlines()
    assert examples
    assert any(name in " ".join(line.split()) for line in examples), examples


def test_examples_in_help_are_valid_command_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each plain `psdm …` example parses: its words end in --help without a complaint."""
    import shlex

    from psdm_cli.lazy import EXAMPLES, load

    checked = 0
    for name, entry in every_command(app.COMMANDS):
        for line in getattr(load(name, entry).callback, EXAMPLES):
            if not line.startswith("psdm ") or set(line) & set("|<>$"):
                continue
            assert app.run([*shlex.split(line)[1:], "--help"]) == 0, line
            checked += 1
    capsys.readouterr()
    assert checked >= len(NAMES)


@pytest.mark.parametrize("topic", ["exit-codes", "environment"])
def test_topics(front: Psdm, topic: str) -> None:
    ran = front("help", topic)
    assert ran.code == 0
    wanted = [str(code) for code in EXIT_CODES] if topic == "exit-codes" else list(ENVIRONMENT)
    for word in wanted:
        assert f"\n  {word} " in ran.out


def test_help_of_a_command_and_of_nothing_known(front: Psdm) -> None:
    assert front("help", "config", "show").out == front("config", "show", "--help").out
    ran = front("help", "exit-code")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'exit-codes'?" in ran.err


def test_every_error_has_an_exit_code_that_help_explains() -> None:
    assert {error.exit_code for error in everything(PsdmError)} <= set(EXIT_CODES)


def test_every_variable_is_explained() -> None:
    read = {row.variable for row in COMMON if row.variable} | set(VARIABLES) | {"PSDM_HOME"}
    read |= {names[0] for names in TOKEN_VARIABLES.values()}
    assert read == set(ENVIRONMENT)


# wrong usage


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        pytest.param(["--as-off", "x"], "psdm has no option --as-off; did you mean --as-of?", id="option before"),
        pytest.param(["config", "show", "--chnged"], "no option --chnged; did you mean --changed?", id="option after"),
        pytest.param(["config", "show", "--xyzzy"], "psdm config show has no option --xyzzy.", id="nothing near"),
        pytest.param(["docter"], "There is no command 'docter' in psdm; did you mean 'doctor'?", id="command"),
        pytest.param(["config", "shwo"], "did you mean 'show'?", id="command of a group"),
        pytest.param(["config"], "psdm config needs a command: init, show, check, path.", id="group alone"),
        pytest.param(["--as-of", "2026-02-30", "config", "path"], "expected YYYY-MM-DD", id="no such day"),
        pytest.param(["--as-of", "20260309", "config", "path"], "expected YYYY-MM-DD", id="date without dashes"),
        pytest.param(["--as-of"], "--as-of", id="value missing"),
        pytest.param(["auth", "login"], "psdm auth login needs SYSTEM.", id="argument missing"),
        pytest.param(["auth", "login", "kantatta"], "did you mean kantata?", id="system"),
        pytest.param(["config", "path", "extra"], "extra", id="argument too many"),
        pytest.param(["schema", "config", "shwo"], "did you mean 'config show'?", id="schema"),
        pytest.param(["--fields", "key", "config", "show"], "add --json", id="fields without json"),
        pytest.param(["-q", "-v", "config", "path"], "opposite things", id="quiet and verbose"),
        pytest.param(["--max-changes", "many", "config", "path"], "--max-changes: 'many'", id="no number"),
        pytest.param(["--weather", "snow", "config", "path"], "calm and showers", id="weather"),
        pytest.param(["sandbox", "start", "--port", "http"], "--port: ", id="port"),
    ],
)
def test_wrong_usage_is_one_sentence_with_the_nearest_name(front: Psdm, args: list[str], sentence: str) -> None:
    ran = front(*args)
    assert (ran.code, ran.out) == (2, "")
    first, *rest = ran.err.splitlines()
    assert first.startswith("psdm: ")
    assert sentence in first
    assert len(rest) <= 1  # the hint
    document = front("--json", *args).document if args != ["--as-of"] else front(*args, "--json").document
    if args != ["--as-of"] and args[0] != "--fields":
        assert document["error"]["message"] == first.removeprefix("psdm: ")


@pytest.mark.parametrize("variable", ["PSDM_AS_OF", "PSDM_NO_INPUT", "PSDM_SANDBOX"])
def test_wrong_variables_are_named(front: Psdm, variable: str) -> None:
    ran = front("config", "path", **{variable: "soon"})
    assert (ran.code, ran.out) == (2, "")
    assert variable in ran.err


def test_json_errors_are_documents_that_fit_their_schema(front: Psdm) -> None:
    schema = front("schema", "error").document
    assert schema == document_schema("error")
    for args in (["--json", "confg"], ["config", "show", "--jsonn", "--json"], ["--json", "auth", "status", "x"]):
        ran = front(*args)
        Draft202012Validator(schema).validate(ran.document)
        assert ran.code == ran.document["error"]["exit_code"] == 2
        assert ran.err.startswith("psdm: ")


def test_hostile_words_reach_no_terminal(front: Psdm) -> None:
    ran = front("\x1b[31mred\u202e\x07")
    assert ran.code == 2
    assert not set(ran.err) & set("\x1b\u202e\x07")


# bugs, interruptions


def broken() -> None:
    """Fails as only a bug can."""
    from psdm_cli.masking import register

    raise RuntimeError(f"Authorization: Bearer abcdef123456 and {register('s3cr3t-t0ken')}")


def interrupted() -> None:
    """As if Ctrl-C came."""
    raise KeyboardInterrupt


def test_a_bug_is_one_sentence_and_a_log_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PSDM_HOME", str(tmp_path))
    monkeypatch.setattr(app, "COMMANDS", {"broken": Lazy(f"{__name__}:broken", "")})
    assert app.run(["broken", "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["exit_code"] == 1
    assert "Traceback" not in shown.err
    (log,) = (tmp_path / "log").iterdir()
    assert str(log) in shown.err
    assert log.stat().st_mode & 0o077 == 0
    text = log.read_text()
    assert "RuntimeError" in text
    assert "abcdef123456" not in text + shown.err + shown.out
    assert "s3cr3t" not in text + shown.err + shown.out


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(app, "COMMANDS", {"interrupted": Lazy(f"{__name__}:interrupted", "")})
    assert app.run(["interrupted", "--json"]) == 130
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["code"] == "interrupted"
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("args", [["--help"], ["config", "show"], ["config", "show", "--json"]])
def test_a_reader_that_left_is_no_error(front: Psdm, args: list[str]) -> None:
    process = subprocess.Popen([*COMMAND, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=front.environ)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(DEADLINE) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("args", [["config", "show"], ["config", "show", "--json"]])
def test_a_full_disk_is_said(front: Psdm, args: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *args], stdout=full, stderr=subprocess.PIPE, text=True, env=front.environ, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "psdm: The result cannot be written: No space left on device.\n"


# terminals


def screen(front: Psdm, *args: str, **env: str) -> str:
    child = Terminal(COMMAND[0], [*COMMAND[1:], *args], env={**front.environ, **env}, encoding="utf-8")
    child.expect(pexpect.EOF, timeout=DEADLINE)
    child.close()
    return str(child.before)


def test_colour_only_where_it_is_wanted(front: Psdm) -> None:
    assert "\x1b[" in screen(front, "config", "check")
    assert "\x1b" not in screen(front, "config", "check", "--no-color")
    assert "\x1b" not in screen(front, "config", "check", NO_COLOR="1")
    assert "\x1b" not in screen(front, "config", "check", TERM="dumb")
    assert "\x1b" not in screen(front, "config", "check", "--json")


def test_module_and_script_are_the_same(front: Psdm) -> None:
    module = subprocess.run(
        [sys.executable, "-m", "psdm_cli", "config", "path"],
        capture_output=True,
        text=True,
        env=front.environ,
        check=False,
    )
    assert module.stdout == front("config", "path").out
