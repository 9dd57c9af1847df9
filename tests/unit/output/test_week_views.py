"""The week's report in every form: screens and Markdown pinned, the hostile corpus harmless, figures those of JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from consoles import on_console
from syrupy.assertion import SnapshotAssertion
from tests.hostile import HOSTILE, assert_safe_json, assert_safe_markdown, assert_safe_styled, assert_table_is_whole
from tests.week_reports import AS_OF, NOW, empty_week, week_report

from psdm_cli.output import week_headline as words
from psdm_cli.output import week_tables as tables
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.shapes import document_schema
from psdm_cli.output.week_document import WeekDocument

REPORTS = {"usual": week_report(), "empty": empty_week()}
reports = pytest.mark.parametrize("name", REPORTS)


def document_of(name: str) -> dict[str, Any]:
    made = as_text(envelope(WeekDocument(REPORTS[name], NOW), as_of=AS_OF, generated_at=NOW))
    found: dict[str, Any] = json.loads(made)
    return found


@reports
@pytest.mark.parametrize("width", [80, 140])
def test_week_screen(name: str, width: int, snapshot: SnapshotAssertion) -> None:
    screen = on_console(WeekDocument(REPORTS[name], NOW), width)
    assert max(len(line) for line in screen.splitlines()) <= width
    assert screen == snapshot


@reports
def test_week_markdown(name: str, snapshot: SnapshotAssertion) -> None:
    assert WeekDocument(REPORTS[name], NOW).markdown() == snapshot


@reports
def test_week_json_is_as_the_schema_says(name: str) -> None:
    jsonschema.validate(document_of(name), document_schema("report week"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_week(text: str) -> None:
    report = week_report(text)
    document = WeekDocument(report, NOW)
    assert_safe_styled(on_console(document, 80, colour=True).replace("\n", ""))
    printed = as_text(envelope(document, as_of=AS_OF, generated_at=NOW))
    assert_safe_json(printed.replace("\n", ""))
    markdown = document.markdown()
    assert_safe_markdown(re.sub(r"^\| --.*$", "", markdown, flags=re.MULTILINE))
    assert_table_is_whole(markdown)


def test_what_could_not_be_seen_makes_the_page_partial() -> None:
    document = WeekDocument(empty_week(), NOW)
    assert (document.status, document.exit_code) == ("partial", 3)
    assert "Could not look: the token lacks permission to view people." in document.warnings
    usual = WeekDocument(week_report(), NOW)
    assert (usual.status, usual.exit_code) == ("ok", 0)


def test_tables_say_the_figures_of_the_json() -> None:
    result = document_of("usual")["result"]
    shown = {row[0].text: [cell.key for cell in row[1:]] for row in tables.month_table(week_report(), "USD").rows}
    for total in result["totals"]:
        if total["currency"] == "USD":
            worked, to_come = Decimal(total["worked"]), Decimal(total["forecast"])
            expected = [worked, to_come, worked + to_come, Decimal(total["before"]), Decimal(total["change"])]
            assert shown[total["month"]] == expected
    foot = tables.type_table(week_report(), "USD").foot
    assert [cell.key for cell in foot[1:-1]] == [
        sum(Decimal(row["forecast"][month]) for row in result["types"] if row["currency"] == "USD")
        for month in result["months"]
    ]


def test_reasons_of_people_come_before_what_the_data_shows() -> None:
    first, second, third = week_report().moves
    assert tables.why(first).startswith("the customer's freeze (Jonas Weber (PSE): moved")
    assert tables.why(second).startswith("reason still to be given (milestone “Part 0” moved")
    assert tables.why(second).endswith("and 2 more)")
    assert tables.why(third) == ""


def test_currencies_of_most_types_come_first() -> None:
    assert words.currencies(week_report()) == ("USD", "EUR")


def test_a_published_page_does_not_grow_old() -> None:
    from datetime import timedelta

    from psdm_cli.output.week_markdown import week_markdown

    report = week_report()
    page = week_markdown(report, None)
    assert "Kantata data of 2026-11-23." in page
    assert week_markdown(replace(report, synced_at=NOW + timedelta(minutes=9)), None) == page
