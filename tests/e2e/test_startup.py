"""What a command imports before it does anything: facts that do not flake, in place of milliseconds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from psdm_process import Psdm

PROGRAM = """
import sys, io
sys.argv = ["psdm", *sys.argv[1:]]
out, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())
from psdm_cli.entry import main
try:
    main()
except SystemExit as end:
    assert end.code in {None, 0, 3}, end.code
print(*sorted(sys.modules), file=out)
"""
HEAVY = {
    "requests",
    "urllib3",
    "sqlalchemy",
    "alembic",
    "keyring",
    "starlette",
    "uvicorn",
    "rich",
    "pydantic",
    "yaml",
    "platformdirs",
    "asyncio",
    "click",
    "psdm_cli.settings.model",
    "psdm_cli.sandbox",
    "psdm_cli.store",
    "psdm_cli.workflows",
}


def modules_after(*args: str, **env: str) -> set[str]:
    """The modules that are loaded when psdm has answered."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent", "PSDM_HOME": "/nonexistent", **env},
    )
    return set(done.stdout.split())


def test_version_needs_nothing() -> None:
    loaded = modules_after("--version")
    assert {name for name in loaded if name.startswith("psdm_cli")} == {
        "psdm_cli",
        "psdm_cli.entry",
        "psdm_cli.version",
    }
    assert "typer" not in loaded


@pytest.mark.parametrize(
    "args", [("--help",), ("config", "--help"), ("config", "show", "--help"), ("--json", "--help")]
)
def test_help_needs_no_heavy_module(args: tuple[str, ...]) -> None:
    assert not HEAVY & modules_after(*args)


def test_root_help_imports_no_command() -> None:
    assert not {name for name in modules_after("--help") if name.startswith("psdm_cli.commands")}


@pytest.mark.parametrize("words", ["psdm ", "psdm conf", "psdm config ", "psdm config show --", "psdm --as"])
def test_completion_needs_no_heavy_module(words: str) -> None:
    count = str(len(words.split(" ")) - 1)
    loaded = modules_after(_PSDM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count)
    assert not HEAVY & loaded


def test_completion_of_commands_imports_none() -> None:
    loaded = modules_after(_PSDM_COMPLETE="complete_bash", COMP_WORDS="psdm config ", COMP_CWORD="2")
    assert not {name for name in loaded if name.startswith("psdm_cli.commands")}


def test_the_schedule_needs_neither_network_nor_database_nor_the_forecast() -> None:
    loaded = modules_after("cadence", "--quiet", "--markdown")
    assert not loaded & {"requests", "sqlalchemy", "pydantic", "icalendar", "psdm_cli.domain.assessment"}


def test_the_offline_portfolio_reads_its_file_without_sqlalchemy(mirrored: Psdm) -> None:
    loaded = modules_after("--offline", "portfolio", **mirrored.environ)
    assert "psdm_cli.store.mirror" in loaded
    assert not loaded & {"sqlalchemy", "alembic", "asyncio", "requests", "keyring", "yaml", "pydantic"}


def test_settings_need_neither_network_nor_database_nor_pydantic() -> None:
    loaded = modules_after("help", "exit-codes") | modules_after("config", "path", "--quiet")
    assert not loaded & {"requests", "sqlalchemy", "alembic", "keyring", "starlette", "uvicorn", "psdm_cli.sandbox"}
    program = "import sys; from psdm_cli.settings import loading, model; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"pydantic", "yaml", "typer", "rich"}
