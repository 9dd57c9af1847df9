"""How plans and the journal look and what their JSON says; foreign text acts on nothing, wherever it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from changes_world import NOW, alter, change, create
from jsonschema import Draft202012Validator
from rich.cells import cell_len
from tests.hostile import HOSTILE, assert_safe_json, assert_safe_styled

from psdm_cli.changes.journal import Entry, Run
from psdm_cli.changes.plan import Action, Audience, Change, ChangeState, Plan, plan_of
from psdm_cli.changes.undo import NotUndone
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.journal_document import LIST, SHOW, JournalDocument
from psdm_cli.output.plan_document import AppliedDocument, plan_items, plan_page, summary
from psdm_cli.output.shapes import document_schema


def shown(plan: Plan, width: int = 80) -> list[str]:
    return plan_page(plan, width).plain().splitlines()


def plan(*changes: Change) -> Plan:
    return plan_of("test", NOW, changes)


def ended(whole: Plan, *states: ChangeState, error: str | None = None) -> Plan:
    items = [item.now(state, error=error) for item, state in zip(whole.items, states, strict=True)]
    return replace(whole, items=tuple(items))


def test_a_plan_is_grouped_by_place_with_before_and_after() -> None:
    whole = plan(
        create("Book Ada", place="Fernhill", after={"minutes": 450, "hard": True, "resource_id": {"$id": "slot"}}),
        create("slot", place="Larkspur", after={"amount_in_cents": 250000, "approver_ids": ["7", "8"], "notes": ""}),
        alter("Date it", "7", {"due_date": None, "x": 1}, {"due_date": "2027-01-04", "x": 1}, place="Fernhill"),
        change(Action.KEEP, "So already", place="Fernhill"),
        change(Action.DELETE, "Drop it", place="Fernhill", before={"minutes": 60, "notes": None}, why="not needed"),
        change(Action.CLOSE, "Close it", place="Fernhill", before={"status": None}, after={"status": "cancel"}),
        create("Tell them", audience=Audience.CUSTOMER, after={"message": "Dear all,\nit is done."}, place="Fernhill"),
    )
    assert shown(whole) == [
        "Larkspur",
        "  + slot",
        "      name: slot",
        "      amount: 250,000 cents",
        "      approver: 7, 8",
        "      notes: nothing",
        "",
        "Fernhill",
        "  + Book Ada",
        "      name: Book Ada",
        "      time in total: 7.5 h",
        "      hard: yes",
        "      resource: the new one of “slot”",
        "  ~ Date it",
        "      due date: nothing → 2027-01-04",
        "  = So already",
        "  - Drop it",
        "      time in total: 1 h",
        "      not needed",
        "  - Close it",
        "      status: nothing → cancel",
        "  + Tell them  [the customer can see this]",
        "      name: Tell them",
        "      message:",
        "      | Dear all,",
        "      | it is done.",
        "",
        "7 changes: 3 to create, 1 to change, 1 to close, 1 to delete, 1 already so.",
    ]


def test_what_became_of_it() -> None:
    whole = plan(create("a"), create("b", after={"size": 3}), create("c"), create("d"))
    states = (ChangeState.APPLIED, ChangeState.FAILED, ChangeState.SKIPPED, ChangeState.KEPT)
    assert shown(ended(whole, *states, error="says why"))[1:] == [
        "  + a  (✓ in)",
        "      says why",
        "  + b  (! failed)",
        "      name: b",
        "      size: 3",
        "      says why",
        "  + c  (· skipped)",
        "      says why",
        "  + d  (= already so)",
        "      says why",
        "",
        "4 changes: 1 in, 1 already so, 1 failed, 1 skipped.",
    ]
    assert summary(()) == "Nothing to change."


@pytest.mark.parametrize(("code", "status"), [(0, "ok"), (3, "attention"), (7, "partial"), (6, "error")])
def test_the_document_follows_its_schema(code: int, status: str) -> None:
    whole = ended(plan(create("a", id=None), create("b")), ChangeState.APPLIED, ChangeState.FAILED, error="why")
    document = AppliedDocument("undo", whole, "3", code, (NotUndone(1, "k", "t", "r"),))
    printed = envelope(document, as_of=NOW.date(), generated_at=NOW)
    Draft202012Validator(document_schema("undo")).validate(json.loads(as_text(printed)))
    assert printed["status"] == status
    assert (printed["result"]["applied"], printed["result"]["failed"]) == (1, 1)
    assert printed["result"]["not_undone"] == [{"n": 1, "key": "k", "title": "t", "reason": "r"}]
    assert plan_items(whole)[0] == {
        "n": 1,
        "system": "kantata",
        "action": "create",
        "kind": "note",
        "key": "a",
        "title": "a",
        "place": "Somewhere",
        "audience": "internal",
        "before": None,
        "after": {"name": "a"},
        "id": None,
        "url": None,
        "state": "applied",
        "error": "why",
    }


def hostile(text: str) -> list[Any]:
    """Every document with the text everywhere that text can stand."""
    here: dict[str, Any] = {"title": text, "place": text, "why": text, "url": text}
    whole = plan(
        create(text or "-", after={text or "-": [text, {"x": text}]}, **here),
        alter("other", "7", {"x": text}, {"x": text + "!", "y": text}, **here),
    )
    failed = ended(whole, ChangeState.FAILED, ChangeState.APPLIED, error=text)
    entries = tuple(Entry("1", item, {}, {}, False) for item in failed.items)
    run = Run("1", NOW, text, text, entries)
    return [
        AppliedDocument("apply", whole),
        AppliedDocument("undo", failed, "1", 7, (NotUndone(1, text, text, text),), saved_in="plan.json"),
        JournalDocument(LIST, (run,), UTC),
        JournalDocument(SHOW, (run,), UTC),
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_foreign_text_acts_on_nothing_and_fits_the_page(text: str) -> None:
    for document in hostile(text):
        for width in (80, 140):
            page = document.page(width).plain()
            assert_safe_styled(page.replace("\n", ""))
            assert max(cell_len(line) for line in page.splitlines()) <= width
        printed = as_text(envelope(document, as_of=NOW.date(), generated_at=NOW))
        assert_safe_json(printed.replace("\n", ""))


def test_the_journal_in_a_table() -> None:
    items = ended(plan(create("a"), create("b")), ChangeState.APPLIED, ChangeState.FAILED, error="why").items
    run = Run("12", NOW, "Pat", "booking change SOW-1", tuple(Entry("12", item, {}, {}, False) for item in items))
    page = JournalDocument(LIST, (run,), UTC).page(80).plain().splitlines()
    assert page[:2] == [
        "run  when              who  command               changes",
        " 12  2026-11-23 14:00  Pat  booking change SOW-1  1 in, 1 failed",
    ]
    assert JournalDocument(SHOW, (run,), UTC).page(80).plain().splitlines()[0] == (
        "Run 12 · booking change SOW-1 · Pat · 2026-11-23 14:00"
    )
