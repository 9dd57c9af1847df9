"""The HTML kit: text from outside does nothing, tables are whole, charts have their numbers and only draw."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from tests.hostile import ACTING, HOSTILE

from psdm_cli.output.html.fragments import Card, Cell, Column, badge, escaped, link, said, strong
from psdm_cli.output.html.look import POLICY, SCRIPT, STYLE, fingerprint
from psdm_cli.output.html.page import Html

COLUMNS = (Column("Engagement"), Column("Amount", "number"), Column("Note"))
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">'
    '<rect width="40" height="20" fill="#3b6fb6"/><text x="1" y="9">{}</text></svg>'
)


class Seen(HTMLParser):
    """Every tag with its attributes, and all the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def page_with(text: str) -> str:
    page = Html(text, lead=text, note=text)
    page.heading(2, text)
    page.paragraph(text, strong(text), link(text, "https://gitlab.example/x"), badge(text))
    page.items([text])
    page.cards([Card(text, text, text)])
    page.table(COLUMNS, [(text, Cell("1.00", Decimal(1)), Cell(text, text))], text, foot=(text, "1.00", ""))
    page.chart(DRAWING.format(escaped(text)), text, COLUMNS, [(text, "1.00", text)], says=text)
    page.foot(text)
    return page.text()


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"empty"}))
def test_no_text_from_outside_becomes_markup(name: str) -> None:
    page, plain = page_with(HOSTILE[name]), page_with("plain")
    assert not ACTING.search(page.replace("\n", "")), "something that acts"
    seen, calm = Seen(page), Seen(plain)
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in calm.tags]
    assert [set(attributes) for _, attributes in seen.tags] == [set(attributes) for _, attributes in calm.tags]
    assert not seen.open
    page.encode("utf-8")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://", "vbscript:x", "#", "", "https://[", None],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert link("Acme", address) == "Acme"


def test_a_link_to_the_web_tells_nothing_about_the_page() -> None:
    assert link("A & B", 'https://x.example/"><b>') == (
        '<a href="https://x.example/&quot;&gt;&lt;b&gt;" rel="noopener noreferrer">A &amp; B</a>'
    )
    assert link("below", "#section-2") == '<a href="#section-2">below</a>'


@pytest.mark.parametrize(
    ("colour", "shown"),
    [
        ("green", '<span class="badge green"><b aria-hidden="true">G</b> green</span>'),
        ("Red", '<span class="badge red"><b aria-hidden="true">R</b> red</span>'),
        ("blue<", '<span class="badge">blue&lt;</span>'),
        (None, '<span class="badge">none</span>'),
    ],
)
def test_a_colour_is_told_by_its_word_too(colour: str | None, shown: str) -> None:
    assert badge(colour) == shown


def test_the_policy_lets_only_the_pages_own_style_and_script_act() -> None:
    page = page_with("x")
    assert f"<style>{STYLE}</style>" in page
    assert f"<script>{SCRIPT}</script>" in page
    assert fingerprint(STYLE) in POLICY
    assert fingerprint(SCRIPT) in POLICY
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    asked = {
        value for _, attributes in Seen(page).tags for name, value in attributes.items() if name in ("src", "href")
    }
    assert asked == {"data:,", "https://gitlab.example/x"}
    assert not re.search(r"url\(|@import", STYLE)


def test_numbers_are_sorted_by_value_and_unknown_ones_have_none() -> None:
    page = Html("Week")
    page.table(
        COLUMNS,
        [
            ("A", Cell("1,200.00", Decimal("1200.00")), Cell("Mon", date(2026, 11, 23))),
            ("B", Cell("unknown", None), ""),
        ],
        "Money",
    )
    text = page.text()
    assert '<td class="number" data-key="1200.00">1,200.00</td>' in text
    assert '<td data-key="2026-11-23">Mon</td>' in text
    assert '<td class="number" data-key="">unknown</td>' in text
    assert '<table id="table-1" data-sortable>' in text


@pytest.mark.parametrize("row", [("A",), ("A", "1", "n", "more")])
def test_a_row_with_other_cells_than_columns_is_refused(row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Html("Week").table(COLUMNS, [row], "Money")


def test_headings_skip_no_level() -> None:
    page = Html("Week")
    with pytest.raises(ValueError, match="level 3"):
        page.heading(3, "deep")


def test_a_chart_has_its_numbers_in_a_table_that_it_names() -> None:
    page = Html("Week")
    with pytest.raises(ValueError, match="numbers"):
        page.chart(DRAWING, "Forecast", COLUMNS, [])
    page.chart(DRAWING, "Forecast", COLUMNS, [("A", "1", "x")], says="It rises.")
    page.chart(DRAWING, "Accuracy", COLUMNS, [("B", "2", "y")])
    page.paragraph("after")
    text = page.text()
    assert text.count('<div class="charts">') == 1
    drawings = [attributes for tag, attributes in Seen(text).tags if tag == "svg"]
    assert [(d["role"], d["aria-label"]) for d in drawings] == [("img", "It rises."), ("img", "Accuracy")]
    for drawing in drawings:
        assert f'<table id="{drawing["aria-describedby"]}">' in text


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        ("<script>alert(1)</script>", ""),
        ('<image href="https://evil.example/x.png"/>', ""),
        ('<a href="https://evil.example"><text>x</text></a>', ""),
        ("<foreignObject><body/></foreignObject>", ""),
        ('<style>@import "https://evil.example"</style>', ""),
        ('<path d="M0 0" onclick="x()" style="fill:url(https://evil.example)"/>', '<path d="M0 0" />'),
        ('<path fill="url(https://evil.example)"/>', "<path />"),
        ("<text>a\u202eb &lt;i&gt;</text>", "<text>a‹202e›b &lt;i&gt;</text>"),
    ],
)
def test_a_drawing_only_draws(inside: str, kept: str) -> None:
    page = Html("Week")
    page.chart(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2">{inside}</svg>', "C", COLUMNS, [("A", "1", "")]
    )
    assert f'focusable="false">{kept}</svg>' in page.text()


@pytest.mark.parametrize("text", ["", "<svg", "<html/>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'])
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="drawing"):
        Html("Week").chart(text, "C", COLUMNS, [("A", "1", "")])


def test_said_escapes_only_what_is_foreign() -> None:
    assert said("<b>", strong("<i>")) == "&lt;b&gt;<strong>&lt;i&gt;</strong>"
