"""`psdm booking request` at a real terminal: it asks for what is missing, again after a senseless answer."""

from __future__ import annotations

from typing import Any

import pexpect
import pytest
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal

from psdm_cli.sandbox import KantataSandbox


@pytest.fixture
def person(psdm: Psdm) -> Psdm:
    """psdm that may ask, with a project coordinator."""
    folder = psdm.home / "psdm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text("kantata: {coordinator: '1031'}\n", encoding="utf-8")
    return psdm.with_(PSDM_NO_INPUT=None, NO_COLOR="1", TERM="xterm-256color")


def sit(psdm: Psdm, *arguments: str, columns: int) -> Any:
    """psdm at a terminal of so many columns."""
    return Terminal(
        COMMAND[0],
        [*COMMAND[1:], *arguments],
        env=psdm.environ,
        dimensions=(60, columns),
        encoding="utf-8",
        timeout=DEADLINE,
    )


def converse(child: Any, *turns: tuple[str, str]) -> None:
    """Wait for each question and answer it."""
    for question, answer in turns:
        child.expect(question)
        child.sendline(answer)


@pytest.mark.parametrize("columns", [80, 140])
def test_what_is_missing_is_asked_for(person: Psdm, kantata: KantataSandbox, columns: int) -> None:
    child = sit(person, "booking", "request", "migration", columns=columns)
    converse(
        child,
        ("Which role", "PSE"),
        ("First day", "soon"),
        ("expected a day.*First day", "2026-12-14"),
        ("Last day", "2026-12-11"),
        ("expected a day from 2026-12-14 on.*Last day", "2026-12-18"),
        ("Hours in total", "0"),
        ("more than 0 hours.*Hours in total", "20"),
        ("means several engagements", "SOW-2301"),
        ("Apply this change", "y"),
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    asked = [row for row in kantata.account.rows("resource_requests") if row["approver_ids"] == ["1031"]]
    assert len(asked) == 1


@pytest.mark.parametrize("question", ["Which role", "Last day", "means several engagements", "Apply this change"])
def test_ctrl_c_writes_nothing(person: Psdm, kantata: KantataSandbox, question: str) -> None:
    child = sit(person, "booking", "request", "migration", columns=80)
    turns = [
        ("Which role", "PSE"),
        ("First day", "2026-12-14"),
        ("Last day", "2026-12-18"),
        ("Hours in total", "20"),
        ("means several engagements", "SOW-2301"),
        ("Apply this change", ""),
    ]
    for asked, answer in turns:
        child.expect(asked)
        if asked == question:
            break
        child.sendline(answer)
    child.interrupt()
    child.close()
    assert child.exitstatus == 130
    assert kantata.writes == []


def test_no_is_no(person: Psdm, kantata: KantataSandbox) -> None:
    child = sit(person, "booking", "harden", "2301", "--booking", "10", columns=80)
    converse(child, ("Apply this change", "n"))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert kantata.writes == []
