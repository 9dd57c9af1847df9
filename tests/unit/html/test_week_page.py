"""The week's page as people meet it, in headless Chromium: no request, accessible, sortable, on a phone, on paper."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.hostile import ACTING, HOSTILE
from tests.week_reports import NOW, empty_week, week_report

pytest.importorskip("vl_convert", reason="the extra psdm-cli[report] is not installed: no page can be drawn")

from psdm_cli.errors import WrongConfiguration
from psdm_cli.output.accuracy_document import signed_percent
from psdm_cli.output.drawing import Studio
from psdm_cli.output.week_html import week_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
PAPER = 703  # CSS pixels of A4 between the margins


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio()


@pytest.fixture(scope="module")
def file(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("week") / "week.html"
    path.write_text(week_html(week_report(), NOW, studio), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all of these tests; skips where none is installed."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: pages cannot be looked at")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield made
        made.close()


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Any]:
    """Opens the page in a window of a width and a colour scheme; whatever it asks for or complains of fails."""
    contexts, asked, said = [], [], []

    def open_page(width: int, scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert {url for url in asked if not url.startswith("data:")} <= {file.as_uri()}
    assert said == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_use_it(opened: Any, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page itself scrolls sideways"
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 29)")


def test_charts_take_the_colours_of_the_scheme(opened: Any) -> None:
    colours = [
        opened(1280, scheme).evaluate("""() => [
            getComputedStyle(document.querySelector("svg text")).fill,
            getComputedStyle(document.querySelector('svg [fill="#3b6fb6"]')).fill,
        ]""")
        for scheme in ("light", "dark")
    ]
    assert colours[0] == ["rgb(31, 41, 51)", "rgb(59, 111, 182)"]
    assert colours[1] == ["rgb(230, 234, 238)", "rgb(127, 176, 240)"]


def column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr > :nth-child({number})").all_text_contents()
    return [str(cell).strip() for cell in cells]


def test_tables_sort_by_value_both_ways_unknown_last(opened: Any) -> None:
    page = opened(1280)
    table = "table:has(caption:text-is('Open upside'))"
    head = page.locator(f"{table} thead button", has_text="amount")
    assert column(page, table, 4) == ["6,000.00", "15,000.00", "12 h"]
    head.click()
    assert column(page, table, 4) == ["6,000.00", "15,000.00", "12 h"]
    assert page.locator(f"{table} th[aria-sort=ascending]").count() == 1
    head.press("Enter")
    assert column(page, table, 4) == ["15,000.00", "6,000.00", "12 h"]
    assert page.locator(f"{table} th[aria-sort=descending]").count() == 1


def test_rows_with_words_stand_as_cards_on_a_phone(opened: Any) -> None:
    page = opened(390)
    cell = page.locator("td[data-label='because of']").first
    box = cell.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.locator(".stacked [role=cell]").first.is_visible()


def test_it_prints_light_and_nothing_is_cut_off(opened: Any) -> None:
    page = opened(PAPER, "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


# without a browser


class Tags(HTMLParser):
    """The tags of a page, and the text of each table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.tables: dict[str, list[str]] = {}
        self._in = ""
        self.drawings: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "table":
            self._in = str(dict(attrs)["id"])
        if tag == "svg":
            self.drawings.append(dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in and data.strip():
            self.tables.setdefault(self._in, []).append(data.strip())


def test_every_chart_has_its_numbers_in_the_table_that_describes_it(file: Path) -> None:
    page = Tags(file.read_text(encoding="utf-8"))
    assert len(page.drawings) == 5  # forecast in two currencies, upside, accuracy, people
    for drawing in page.drawings:
        assert page.tables[str(drawing["aria-describedby"])]
    forecast = page.tables["numbers-1"]
    report = week_report()
    for total in report.totals:
        if total.currency == "USD":
            assert f"{total.worked + total.forecast:,.2f}" in forecast
    errors = next(table for table in page.tables.values() if "goal" in table)
    for line in report.weekly.lines:
        assert signed_percent(line.error) in errors


@pytest.mark.parametrize("name", ["html", "bidi", "surrogate", "quotes", "template", "ansi", "long-word", "json"])
def test_no_name_from_outside_acts_on_the_page_or_in_a_chart(name: str, studio: Studio) -> None:
    page = week_html(week_report(HOSTILE[name]), NOW, studio)
    assert not ACTING.search(page.replace("\n", ""))
    calm = Tags(week_html(week_report("plain"), NOW, studio)).tags
    # vl-convert makes a drawing of as many parts whatever a label says
    assert [tag for tag in Tags(page).tags if tag != "span"] == [tag for tag in calm if tag != "span"]
    page.encode("utf-8")


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(WrongConfiguration, match="vl_convert") as caught:
        Studio()
    assert "pip install 'psdm-cli[report]'" in caught.value.hint


def test_the_first_monday_has_a_page_too(studio: Studio) -> None:
    page = week_html(empty_week(), NOW, studio)
    assert "<svg" not in page
    assert "There is no earlier week to compare with" in page
    assert "Could not look: the token lacks permission to view people." in page
