"""How checklists look: every form with the hostile corpus, within the width, valid JSON, a task list that is true."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from checklist_samples import AS_OF, NOW
from jsonschema import Draft202012Validator
from rich.cells import cell_len
from rich.console import Console
from tests.hostile import HOSTILE, assert_safe_json, assert_safe_markdown, assert_safe_styled

from psdm_cli.domain.checklist_report import (
    CheckedFile,
    ChecklistLine,
    ChecklistReport,
    ChecklistsReport,
    RunLine,
    StepNote,
    typed,
)
from psdm_cli.domain.findings import Finding, FindingState, State, Step
from psdm_cli.domain.waivers import Waiver
from psdm_cli.output.checklist_document import CheckedDocument, ChecklistDocument, ChecklistsDocument
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.shapes import document_schema


def report(text: str = "Kickoff held", state: State = State.ATTENTION) -> ChecklistReport:
    """A run with a step in each state; all that people or Kantata wrote is `text`."""
    live = Finding("A:1", "A", text, text, lead=text, project="3001", sow=text, fix=text, data={"x": text})
    waived = replace(live, key="A:2", state=FindingState.WAIVED)
    steps = (
        Step("A", text, text, State.ATTENTION, text, (text,), (live, waived)),
        Step("B", text, text, State.PASS, text),
        Step("C", text, text, State.UNVERIFIED, text),
        Step("D", text, text, State.DONE, text, (text,)),
        Step("E", text, text, State.MANUAL, text),
        Step("F", text, text, State.SKIPPED, text, (text,)),
    )
    note = StepNote((text,), text, text, "yes, no or skip", ("A",))
    return ChecklistReport(
        id="handover",
        title=text,
        subject=text,
        reference="SOW-2304",
        as_of=AS_OF,
        steps=steps,
        done=3,
        total=6,
        blocking=("A", "C"),
        open=("E",),
        state=state,
        notes=dict.fromkeys("ABCDEF", note),
        waivers=(Waiver(text, text, AS_OF, text, NOW, text),),
        warnings=(text,),
    )


def listed(text: str = "Kickoff held") -> ChecklistsReport:
    run = RunLine("handover", text, "3004", text, text, NOW, NOW, 2, 3, 6)
    return ChecklistsReport(
        (ChecklistLine("handover", text, "engagement", 6, text),), (run, replace(run, done=None, total=None))
    )


DOCUMENTS: dict[str, Any] = {
    "show": lambda text: ChecklistDocument(report(text)),
    "show --verbose": lambda text: ChecklistDocument(report(text), verbose=True),
    "resume": lambda text: ChecklistDocument(report(text), "checklist resume"),
    "export": lambda text: ChecklistDocument(report(text), "checklist export"),
    "list": lambda text: ChecklistsDocument(listed(text)),
    "check": lambda text: CheckedDocument(CheckedFile(text, problems=(text,))),
    "check, sound": lambda text: CheckedDocument(CheckedFile(text, "handover", text, 6)),
}
documents = pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)


def on_console(document: Any, width: int, *, colour: bool = False) -> str:
    target = io.StringIO()
    console = Console(
        file=target,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    document.render_console(console)
    return target.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@documents
def test_every_form_is_safe(make: Any, text: str) -> None:
    document = make(text)
    for colour in (True, False):
        assert_safe_styled(on_console(document, 80, colour=colour).replace("\n", ""))
    printed = as_text(envelope(document, as_of=AS_OF, generated_at=NOW))
    assert_safe_json(printed.replace("\n", ""))
    assert json.loads(printed)["result"] == document.json_result()
    if isinstance(document, ChecklistDocument):
        assert_safe_markdown(document.markdown())


@pytest.mark.parametrize("width", [80, 140])
@documents
def test_no_line_is_wider_than_the_page(make: Any, width: int) -> None:
    for name in ("long-word", "wide", "long-text"):
        lines = on_console(make(HOSTILE[name]), width).splitlines()
        commands = [line for line in lines if line.startswith("  psdm ")]  # to be copied: never broken
        assert max(cell_len(line) for line in lines if line not in commands) <= width


@documents
def test_json_is_valid(make: Any) -> None:
    document = make("Kickoff held")
    schema = document_schema(document.command)
    Draft202012Validator.check_schema(schema)
    whole = json.loads(as_text(envelope(document, as_of=AS_OF, generated_at=NOW)))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(whole)


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (State.PASS, "ok", 0),
        (State.ATTENTION, "attention", 3),
        (State.MANUAL, "attention", 3),  # open, where the checklist must be complete
        (State.UNVERIFIED, "partial", 3),
    ],
)
def test_exit_codes(state: State, status: str, code: int) -> None:
    document = ChecklistDocument(report(state=state))
    assert (document.status, document.exit_code) == (status, code)


def test_a_file_with_faults_is_exit_2() -> None:
    assert CheckedDocument(CheckedFile("x.yaml", problems=("x.yaml line 1: no.",))).exit_code == 2
    assert CheckedDocument(CheckedFile("x.yaml", "x", "X", 1)).exit_code == 0


def test_the_task_list_ticks_what_is_finished() -> None:
    tasks = re.findall(r"^- \[(.)\] \*\*(.)\*\*", ChecklistDocument(report()).markdown(), re.MULTILINE)
    assert tasks == [(" ", "A"), ("x", "B"), (" ", "C"), ("x", "D"), (" ", "E"), ("x", "F")]


def test_each_state_has_its_symbol_and_open_steps_come_first() -> None:
    lines = on_console(ChecklistDocument(report()), 120).splitlines()
    symbols = [found[0] for line in lines if (found := re.match(r"(.)  [A-F]  ", line))]
    assert [symbol[0] for symbol in symbols] == ["!", "✓", "–", "✓", "?", "·"]
    titles = [line.partition("  ")[0] for line in lines]
    places = [titles.index(title) for title in ("Open", "Steps", "Waived", "Good to know", "Next")]
    assert places == sorted(places)


def test_only_live_findings_are_shown_until_more_is_asked_for() -> None:
    assert "(waived)" not in on_console(ChecklistDocument(report("x")), 100)
    assert "(waived)" in on_console(ChecklistDocument(report("x"), verbose=True), 100)


def test_a_list_without_runs_says_so() -> None:
    page = on_console(ChecklistsDocument(replace(listed(), runs=())), 80)
    assert "Runs  none yet" in page
    assert "psdm checklist show handover" in page


@pytest.mark.parametrize(
    ("name", "expected"),
    [("2026-W48", "2026-W48"), ("SOW-2304", "SOW-2304"), ("Acme $(reboot)", "3004"), ("SOW-1 --yes", "3004")],
)
def test_what_is_to_be_typed_is_never_foreign_text(name: str, expected: str) -> None:
    assert typed(name, "3004") == expected
