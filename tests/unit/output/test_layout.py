"""The page: wrapping, cutting, tables that fit, and plain signs where there is no Unicode."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from psdm_cli.output.layout import Column, Group, Page, Span, cut, wrap

words = st.lists(st.text("abc東é\u0301", min_size=1, max_size=30), max_size=20).map(" ".join)


@given(words, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(words, st.integers(2, 60), st.integers(1, 4))
def test_wrapping_stops_where_told(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width for line in lines)
    if len(wrap(text, width)) > most:
        assert lines[-1].endswith("…")


@pytest.mark.parametrize("kept", ["1,200,300.00 USD", "12.5 h", "80 %", "Mon 4 Jan 2027"])
def test_an_amount_is_not_broken_from_its_unit(kept: str) -> None:
    for width in range(len(kept) + 2, 60):
        lines = wrap(f"some words and then {kept} of more words and {kept}", width)
        assert sum(line.count(kept) for line in lines) == 2


@given(words, st.integers(2, 60))
def test_cut_text_fits(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width


@pytest.mark.parametrize(
    ("width", "expected"),
    [(30, "SOW-2206 Acme Robotics"), (16, "SOW-2206 Acme R…"), (12, "SOW-2206"), (8, "SOW-2206"), (6, "SOW-2…")],
)
def test_a_number_stands_alone_rather_than_with_a_stump(width: int, expected: str) -> None:
    assert cut("SOW-2206 Acme Robotics", width) == expected


def table(width: int, *, wanted: int = 0) -> list[str]:
    page = Page(width)
    page.table(
        (Column("name", least=6, wanted=wanted), Column("note", drop=1), Column("amount", "right")),
        [Group("Somebody"), ("A long engagement name", "a note of length", "1,234,567.89"), ("B", "", "-1.00")],
    )
    return page.plain().splitlines()


def test_a_wide_table_shows_everything() -> None:
    assert table(80) == [
        "name                    note                    amount",
        "Somebody",
        "A long engagement name  a note of length  1,234,567.89",
        "B                                                -1.00",
    ]


def test_a_narrow_table_cuts_names_but_never_numbers() -> None:
    assert table(40) == [
        "name      note                    amount",
        "Somebody",
        "A long…   a note of length  1,234,567.89",
        "B                                  -1.00",
    ]


def test_a_narrow_table_leaves_out_what_matters_least_to_show_names() -> None:
    assert table(40, wanted=20) == [
        "name                          amount",
        "Somebody",
        "A long engagement name  1,234,567.89",
        "B                              -1.00",
    ]


def test_numbers_win_over_the_width() -> None:
    page = Page(40)
    amounts = ["1,234,567,890.12"] * 3
    page.table((Column("name", least=6), *(Column(str(n), "right") for n in range(3))), [("Acme Robotics", *amounts)])
    assert page.plain().count("1,234,567,890.12") == 3


def test_wide_characters_keep_columns_aligned() -> None:
    page = Page(80)
    page.table((Column("a"), Column("b", "right")), [("東京", "1"), ("abcd", "22")])
    assert [cell_len(line) for line in page.plain().splitlines()] == [8, 8, 8]


def test_without_unicode_plain_signs_keep_the_columns() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    page = Page(80)
    page.line(Span("✓ ! ? – “x” → … ·", "green"))
    page.write(Console(file=stream, legacy_windows=False))
    stream.flush()
    assert raw.getvalue() == b'+ ! ? - "x" > ~ -\n'


def test_styles_reach_a_terminal_and_nothing_else() -> None:
    page = Page(80)
    page.line(Span("! ", "yellow"), "plain", Span("   "))
    styled, plain = io.StringIO(), io.StringIO()
    page.write(Console(file=styled, force_terminal=True, color_system="standard", legacy_windows=False))
    page.write(Console(file=plain, legacy_windows=False))
    assert styled.getvalue() == "\x1b[33m! \x1b[0mplain\n"
    assert plain.getvalue() == "! plain\n"
