"""Foreign text on each way out, by example and in general."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import HOSTILE, assert_safe_csv, assert_safe_markdown, assert_safe_text

from psdm_cli.output.text import (
    csv_cell,
    file_name,
    json_safe,
    markdown_cell,
    shown,
    shown_plain,
    valid_text,
)

anything = st.text(st.characters(codec=None), max_size=60)  # type: ignore[arg-type]  # None: lone surrogates too


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Café Zürich – 東京", "Café Zürich – 東京", id="ordinary text stays"),
        pytest.param("a\x1b[31mb", "a‹1b›[31mb", id="escape"),
        pytest.param("a\x9bb\x7f", "a‹9b›b‹7f›", id="C1 and DEL"),
        pytest.param("a\u202eb\u200bc", "a‹202e›b‹200b›c", id="bidi and zero width"),
        pytest.param("a\nb\r\nc", "a ⏎ b ⏎ c", id="newlines, on one line"),
        pytest.param("a\rb", "a‹0d›b", id="a lone return overwrites"),
        pytest.param("a\tb", "a‹09›b", id="tab"),
        pytest.param("\ud800", "‹d800›", id="half a character"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown_plain(text) == expected
    assert shown(text).plain == expected


def test_shown_is_no_markup() -> None:
    assert shown("[red]x[/red] [/x]").spans == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Acme: wave 1 (R&D), 50% done", "Acme: wave 1 (R&amp;D), 50% done", id="prose stays readable"),
        pytest.param("/close", r"\/close", id="quick action"),
        pytest.param("a\n/close", "a ⏎ /close", id="quick action on a later line"),
        pytest.param("  /close", r"  \/close", id="quick action behind spaces"),
        pytest.param("@all", "@ all", id="mention"),
        pytest.param("pm@example.com", "pm@ example.com", id="address"),
        pytest.param("#1 !2 &3", r"\# 1 ! 2 &amp; 3", id="references"),
        pytest.param("a|b", r"a\|b", id="pipe"),
        pytest.param("[a](https://b)", r"\[a\](https: //b)", id="link"),
        pytest.param("<b>&lt;", "&lt;b&gt;&amp;lt;", id="HTML and entities"),
        pytest.param("`x` *y* _z_", r"\`x\` \*y\* \_z\_", id="formatting"),
        pytest.param("1. a", r"1\. a", id="numbered list"),
        pytest.param("1.5 h", "1.5 h", id="a number is no list"),
        pytest.param("- [x] a", r"\- \[x\] a", id="task"),
    ],
)
def test_markdown_cell(text: str, expected: str) -> None:
    assert markdown_cell(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme", "Acme"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'‹09›=1"),
        ("\r=1", "'‹0d›=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_csv_cell(text: str, expected: str) -> None:
    assert csv_cell(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SOW-1234 Acme: Migration", "SOW-1234-Acme-Migration"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("Café", "Cafe"),
        ("CON", "_CON"),
        ("aux.txt", "_aux.txt"),
        ("東京", "unnamed"),
        ("", "unnamed"),
        ("x" * 300, "x" * 80),
    ],
)
def test_file_name(text: str, expected: str) -> None:
    assert file_name(text) == expected


@given(anything)
def test_any_text_is_safe_on_every_way_out(text: str) -> None:
    assert_safe_text(shown_plain(text))
    assert_safe_markdown(markdown_cell(text))
    assert_safe_csv([[csv_cell(text)]])
    name = file_name(text)
    assert name
    assert not set(name) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert name[0] not in ".-"
    assert ".." not in name


@given(anything)
def test_json_is_the_same_document_and_safe_to_look_at(text: str) -> None:
    document = json_safe(json.dumps({"a": text}, ensure_ascii=False))
    assert_safe_text(document)
    assert json.loads(document) == {"a": text}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_valid_text_changes_only_what_cannot_be_written(text: str) -> None:
    assert valid_text(text) == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
