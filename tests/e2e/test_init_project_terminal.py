"""psdm init-project at a real terminal: it asks what a person must decide, once, and goes on where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kickoff_practice import practice
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal


def sit(psdm: Psdm, *arguments: str) -> Any:
    """init-project at a terminal of 80 columns."""
    return Terminal(
        COMMAND[0],
        [*COMMAND[1:], "init-project", *arguments],
        env=psdm.with_(PSDM_NO_INPUT=None, NO_COLOR="1", TERM="xterm-256color").environ,
        dimensions=(60, 80),
        encoding="utf-8",
        timeout=DEADLINE,
    )


def converse(child: Any, *turns: tuple[str, str]) -> str:
    """Wait for each question and answer it; gives what was shown meanwhile."""
    shown = ""
    for question, answer in turns:
        child.expect(question)
        shown += child.before
        child.sendline(answer)
    return shown


def test_a_person_decides_once_and_goes_on_later(tmp_path: Path) -> None:
    with practice(tmp_path) as world:
        child = sit(world.psdm)
        converse(
            child,
            ("Which SOW", "nonsense"),
            ("expected SOW-<digits>.*Which SOW", "2315"),
            ("Customer's name", ""),
            ("Staffed by", "partner"),
            ("Make an epic of each", "n"),
            ("Activities of the SOW", "Build; Run"),
            ("Kickoff", "2026-12-14"),
            ("Tick which", "4, 12"),
            ("expected some of.*Tick which", "4"),
        )
        child.expect(r"Type (\d+), the number of changes")
        assert "glasswing-health" in child.before
        child.interrupt()
        child.close()
        assert child.exitstatus == 130
        assert world.gitlab.writes == []

        child = sit(world.psdm, "SOW-2315")
        converse(child, ("Tick which", ""))  # nothing else is asked again
        child.expect(r"Type (\d+), the number of changes")
        child.sendline(child.match[1])
        converse(
            child,
            ("Go through the open steps now", "y"),
            ("INIT-04.*Which", "c"),
            ("Note", ""),
            ("INIT-06.*Done", "yes"),
            ("Note", "seen with the SOW"),
        )
        child.expect("INIT-07")
        child.interrupt()
        child.close()
        assert child.exitstatus == 130
        (project,) = world.rows("projects", path="SOW-2315")
        (group,) = world.rows("groups", name="Glasswing Health")
        assert {row["title"] for row in world.rows("work_items", type="Epic", group_id=group["id"])} == {"Build", "Run"}
        assert len(world.rows("work_items", project_id=project["id"])) == 1
        shown = world.init("SOW-2315", "--check")
        steps = {step["id"]: step["state"] for step in shown.result["checklist"]["steps"]}
        assert (steps["INIT-06"], steps["INIT-10"]) == ("done", "done")
