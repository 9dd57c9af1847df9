"""Top Customer in every form: the same notes everywhere, links where we made them, nothing from outside acts."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import openpyxl
import pytest
from consoles import on_console
from rich.cells import cell_len
from tests.hostile import HOSTILE, assert_safe_json, assert_safe_markdown, assert_safe_styled, assert_safe_text

from psdm_cli.domain.pushes import Push
from psdm_cli.domain.top_customer import Entry, Kept, Link, Notes
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.shapes import document_schema
from psdm_cli.output.top_customer_document import TopCustomerDocument
from psdm_cli.output.top_customer_texts import cell, note_body, slack_message

AS_OF, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 18, tzinfo=UTC)
RAID, EPIC = "https://gitlab.example.com/a/b/-/issues/1", "https://gitlab.example.com/groups/a/-/epics/1"
PUSH = Push("1", "SOW-1", "2026-11", "2026-12", Decimal("9000.00"), "USD", "2026-W47", True, "freeze")
NOTES = Notes("Wave 2 is in", "capacity", "runners", AS_OF, "a TA", "@robin", ("Ana",), "Y", "G", RAID, EPIC)
BEFORE = Kept("1", "SOW-1", "Acme", "2026-W47", replace(NOTES, internal="G"), "Progress: old", "Robin", NOW)
WHOLE = Entry(
    "1",
    "SOW-1",
    "Acme: Migration",
    "Acme",
    NOTES,
    (PUSH,),
    ("can only soft-forecast 10 h because of y",),
    (Link("change order", "Change Order 1", "https://gitlab.example.com/co"),),
    (Link("escalated", "SSO is down", None),),
    ("Y", ("EAC is 104 % of the price",)),
    BEFORE,
)


def document(*entries: Entry, **more: Any) -> TopCustomerDocument:
    """The result over these entries."""
    return TopCustomerDocument("2026-W48", AS_OF, NOW, NOW, "list.csv", entries, **more)


def hostile(text: str) -> Entry:
    """An entry in which everything that may come from outside is this text."""
    line = " ".join(text.split())
    notes = Notes(text, text, text, AS_OF, text, text, (text,), text, "R", text, text)
    return Entry(
        "1",
        text,
        text,
        text,
        notes,
        (replace(PUSH, reason=line),),
        (text,),
        (Link("change order", text, text),),
        (Link("escalated", text, f"https://gitlab.example.com/{line}"),),
        ("R", (text,)),
        replace(BEFORE, notes=notes, text=text, who=text),
        (text,),
    )


def test_every_form_says_the_same() -> None:
    found = document(WHOLE)
    assert (found.status, found.exit_code) == ("ok", 0)
    jsonschema.validate(
        envelope(found, as_of=AS_OF, generated_at=NOW) | {"as_of": "2026-11-24"}, document_schema("top-customer")
    )
    said = [line.partition(": ")[2] for line in WHOLE.text.splitlines()]
    screen = on_console(found, 200, colour=False)
    page = re.sub(r"<[^>]+>", "", found.html())
    for text in said:
        assert text in found.text()
        assert text in screen
        assert text.replace(" ", "") in page.replace(" ", "")
    assert "internal temperature: G → Y" in screen
    assert f"- **RAID:** <{RAID}>" in found.markdown()
    assert "| internal temperature | G | Y |" in found.markdown()
    assert note_body(WHOLE, "2026-W48").startswith("### Top Customer 2026-W48 · Acme\n\n- **Progress:** Wave 2 is in\n")
    sheet = openpyxl.load_workbook(io.BytesIO(found.workbook())).active
    row = {title.value: value.value for title, value in zip(sheet[1], sheet[2], strict=True)}
    assert (row["Internal"], row["Customer temperature"], row["RAID"]) == ("Y", "G", RAID)
    assert row["Fix by"] == datetime(2026, 11, 24)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (WHOLE, 0),
        (replace(WHOLE, notes=replace(NOTES, action="")), 3),
        (replace(WHOLE, scope_changes=None), 3),  # what stands behind a yellow one could not be looked at
        (replace(WHOLE, scope_changes=None, notes=replace(NOTES, internal="G")), 0),
    ],
)
def test_the_exit_code(entry: Entry, code: int) -> None:
    assert document(entry).exit_code == code
    assert document(entry, failed=7).exit_code == 7
    assert document(entry, unposted=True).exit_code == 3


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_from_outside_acts(text: str) -> None:
    entry = hostile(text)
    found = document(entry, left_out=(text,), message=text, warnings=(text,), history=(replace(BEFORE, text=text),))
    for colour in (True, False):
        assert_safe_styled(on_console(found, 80, colour=colour).replace("\n", ""))
    printed = as_text(envelope(found, as_of=AS_OF, generated_at=NOW))
    assert_safe_json(printed.replace("\n", ""))
    assert json.loads(printed)["result"] == found.json_result()
    for plain in (found.text(), cell(entry), slack_message([entry], "2026-W48")):
        assert_safe_text(plain.replace("\n", ""))
    for page in (found.markdown(), note_body(entry, "2026-W48")):
        assert_safe_markdown(re.sub(r"<https://gitlab\.example\.com/[^<>\s]*>", "", page))
    html = found.html()
    assert "<img" not in html
    assert html.count("<script") == 1  # the page's own sorter
    assert not re.search(r'href="(?!https://|#|data:,)', html)
    sheet = openpyxl.load_workbook(io.BytesIO(found.workbook())).active
    assert {each.data_type for row in sheet.iter_rows(min_row=2) for each in row} <= {"s", "n", "d"}


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    for name in ("long-word", "wide", "long-text"):
        lines = on_console(document(hostile(HOSTILE[name])), width, colour=False).splitlines()
        assert max(cell_len(line) for line in lines) <= width
