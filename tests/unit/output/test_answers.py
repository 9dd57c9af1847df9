"""`why`, `forecast accuracy`, `forecast people` and the bridge in every form: screens, schema, safety, columns."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from answers import accuracy, bridged, figure, heat, of_step, unknown
from consoles import on_console
from jsonschema import Draft202012Validator
from reports import AS_OF, NOW
from rich.cells import cell_len
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from tests.hostile import (
    HOSTILE,
    assert_safe_csv,
    assert_safe_json,
    assert_safe_markdown,
    assert_safe_styled,
    assert_table_is_whole,
)

from psdm_cli.domain.accuracy import Verdict
from psdm_cli.domain.explanation import Explanation
from psdm_cli.output.accuracy_document import ForecastAccuracyDocument, signed_percent
from psdm_cli.output.difference_document import ForecastDiffDocument
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.people_heat_document import ForecastPeopleDocument
from psdm_cli.output.shapes import document_schema, row_fields
from psdm_cli.output.why_document import WhyDocument


def why(answer: Explanation, text: str = "A warning.", *, whole: bool = False) -> WhyDocument:
    return WhyDocument(answer, as_of=AS_OF, now=NOW, synced_at=NOW, warnings=(text,), whole=whole)


MAKERS: dict[str, Callable[..., Any]] = {
    "why": lambda *text: why(figure(*text), *text),
    "why, unknown": lambda *text: why(unknown(*text), *text),
    "why, a step": lambda *text: why(of_step(*text), *text),
    "forecast accuracy": lambda *text: ForecastAccuracyDocument(accuracy(*text), now=NOW),
    "forecast people": lambda *text: ForecastPeopleDocument(heat(*text), now=NOW),
    "forecast people --weeks 9": lambda *text: ForecastPeopleDocument(heat(*text, by="week", count=9), now=NOW),
    "forecast diff": lambda *text: ForecastDiffDocument(bridged(*text)),
}
makers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


@makers
@pytest.mark.parametrize("width", [80, 140])
def test_screen(make: Callable[..., Any], width: int, snapshot: SnapshotAssertion) -> None:
    assert on_console(make(), width) == snapshot


@makers
def test_screen_in_colour(make: Callable[..., Any], snapshot: SnapshotAssertion) -> None:
    assert on_console(make(), 80, colour=True).replace("\x1b", "␛") == snapshot


@makers
@pytest.mark.parametrize("width", [80, 140])
def test_colour_adds_and_never_carries_meaning(make: Callable[..., Any], width: int) -> None:
    styled = on_console(make(), width, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == on_console(make(), width)


@makers
def test_markdown(make: Callable[..., Any], snapshot: SnapshotAssertion) -> None:
    assert make().markdown() == snapshot


@makers
def test_csv(make: Callable[..., Any], snapshot: SnapshotAssertion) -> None:
    assert make().csv() == snapshot


@makers
def test_json_keeps_its_schema(make: Callable[..., Any]) -> None:
    document = make()
    schema = document_schema(document.command)
    Draft202012Validator.check_schema(schema)
    text = as_text(envelope(document, as_of=AS_OF, generated_at=datetime(2026, 11, 23, 14, 5, tzinfo=UTC)))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(json.loads(text))


@makers
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_form_is_safe(make: Callable[..., Any], text: str) -> None:
    document = make(text)
    for colour in (True, False):
        assert_safe_styled(on_console(document, 80, colour=colour).replace("\n", ""))
    printed = as_text(envelope(document, as_of=AS_OF, generated_at=NOW))
    assert_safe_json(printed.replace("\n", ""))
    assert json.loads(printed)["result"] == document.json_result()
    page = document.markdown()
    assert_safe_markdown(page)
    assert_table_is_whole(page)
    rows = list(csv.reader(io.StringIO(document.csv(), newline="")))
    assert_safe_csv(rows)
    assert len({len(row) for row in rows}) == 1


@makers
@pytest.mark.parametrize("width", [80, 140, 400])
def test_no_line_is_wider_than_the_page_but_an_address(make: Callable[..., Any], width: int) -> None:
    for name in ("long-word", "wide", "long-text", "formula-equals"):
        lines = on_console(make(HOSTILE[name]), width).splitlines()
        assert max(cell_len(line) for line in lines if "https://handbook" not in line) <= width


@makers
@pytest.mark.parametrize("width", [1, 20, 60])
def test_a_narrow_terminal_is_no_reason_to_fail(make: Callable[..., Any], width: int) -> None:
    assert on_console(make(HOSTILE["wide"]), width)


@makers
def test_a_terminal_without_unicode_gets_plain_signs(make: Callable[..., Any]) -> None:
    target = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=target, width=100, force_terminal=False, color_system=None)
    make().render_console(console)
    target.flush()
    shown = target.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "Next" in shown


def test_why_says_the_sum_of_its_parts() -> None:
    lines = on_console(why(figure()), 100).splitlines()
    at = lines.index("Together")
    assert [line.split()[-1] for line in lines[at + 1 : at + 5]] == ["7,500.00", "-5,599.44", "0.00", "1,900.56"]


def test_why_shows_every_row_where_asked() -> None:
    assert "and 5 rows more" in on_console(why(of_step()), 100)
    assert "rows more" not in on_console(why(of_step(), whole=True), 100)
    assert len(list(csv.reader(io.StringIO(why(of_step()).csv())))) == 46


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        (why(figure()), "ok", 0),
        (why(unknown()), "partial", 3),
        (ForecastAccuracyDocument(accuracy(), now=NOW), "attention", 3),
        (ForecastAccuracyDocument(accuracy(only=Verdict.UNKNOWN), now=NOW), "partial", 3),
        (ForecastAccuracyDocument(accuracy(only=Verdict.IN_TOLERANCE), now=NOW), "ok", 0),
        (ForecastAccuracyDocument(accuracy(only=Verdict.NOT_JUDGED), now=NOW), "ok", 0),
        (ForecastPeopleDocument(heat(), now=NOW), "ok", 0),
        (ForecastDiffDocument(bridged()), "ok", 0),
    ],
)
def test_status_and_exit_code(document: Any, status: str, code: int) -> None:
    assert (document.status, document.exit_code) == (status, code)


def test_amounts_are_text_hours_and_shares_numbers_and_unknown_is_null() -> None:
    answer = why(figure()).json_result()
    assert (answer["value"], answer["unit"], answer["currency"]) == ("1900.56", "money", "USD")
    assert answer["parts"][1]["rows"][0]["hours"] == 56.0
    assert answer["parts"][1]["rows"][0]["rate"] == "99.99"
    assert answer["parts"][2]["subtotal"] == 8.0
    assert why(unknown()).json_result()["value"] is None
    lines = ForecastAccuracyDocument(accuracy(), now=NOW).json_result()["lines"]
    assert (lines[0]["forecast"], lines[0]["error"], lines[3]["forecast"]) == ("48000.00", 0.0625, None)
    person = ForecastPeopleDocument(heat(), now=NOW).json_result()["people"][0]
    assert person["periods"][1]["booked_ratio"] == 0.32
    assert "error" in row_fields("forecast accuracy")
    assert {"cause", "amount", "reasons"} <= set(row_fields("forecast diff"))


def test_the_bridge_adds_up_on_the_screen() -> None:
    result = ForecastDiffDocument(bridged()).json_result()
    total = sum(Decimal(line["amount"]) for line in result["bridge"])
    assert total == sum(Decimal(each["amount"]) for each in result["bridge_totals"]) == Decimal("-52000.00")
    lines = on_console(ForecastDiffDocument(bridged()), 140).splitlines()
    assert next(line for line in lines if line.startswith("change  ")).split()[-1] == "-52,000.00"


def test_nobody_below_the_threshold_is_shown_at_it() -> None:
    shown = on_console(ForecastPeopleDocument(heat(), now=NOW), 140)
    assert "▒  79 % !" in shown
    assert "▓  80 %  " in shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Decimal("0.0625"), "+6.2 %"), (Decimal("-1"), "-100.0 %"), (Decimal("0.0001"), "0.0 %")],
)
def test_signed_percent(value: Decimal | None, text: str) -> None:
    assert signed_percent(value) == text


DOCUMENTED = Path(__file__).parents[3] / "docs" / "csv.md"


@pytest.mark.parametrize("name", ["why", "forecast accuracy", "forecast people"])
def test_columns_are_documented(name: str) -> None:
    text = DOCUMENTED.read_text(encoding="utf-8")
    section = text.split(f"## `psdm {name} --csv`")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    promised = [found for row in rows for found in re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", row))]
    assert next(csv.reader(io.StringIO(MAKERS[name]().csv()))) == promised


def test_nobody_pays_for_pydantic_who_asks_for_a_screen() -> None:
    code = """
import sys
from psdm_cli.output import accuracy_document, bridge_part, people_heat_document, why_document
print(*sorted({"pydantic", "requests", "sqlalchemy", "yaml", "rich.console", "rich.table"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
