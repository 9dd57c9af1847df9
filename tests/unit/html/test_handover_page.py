"""The page of a hand-over in headless Chromium: accessible, within its window, nothing asked of the network."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from psdm_cli.domain.agenda import Item
from psdm_cli.domain.engagement_status import ScopeChange
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.handover import HandedOver, Handover, OpenRun, OpenStep, PendingRequest, Wait, Waived
from psdm_cli.domain.portfolio_rows import HealthReport, PortfolioRow
from psdm_cli.domain.upside import Scenario, UpsideEntry
from psdm_cli.domain.waivers import Waiver
from psdm_cli.output.handover_html import handover_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)
ROW = PortfolioRow(
    "1", "SOW-1", "Acme: migration", "Robin", "time_and_materials", "Active", date(2027, 3, 31), None,
    Decimal("0.4"), "USD", Decimal(120000), Decimal(-48000), None, None, True, None,
    HealthReport("red", date(2026, 11, 19)), None,
)  # fmt: skip


def handover() -> Handover:
    """Two engagements, one with everything, one with nothing that could be looked at."""
    entry = UpsideEntry(
        "other:1", "1", "SOW-1", "SOW-1", "an extension of the pilot", Scenario.OTHER, None, Decimal(4000), "USD",
        "FY27-Q4", "2026-12", Decimal("0.4"), "the budget of the customer is frozen", id="7",
    )  # fmt: skip
    clock = Item("expiry:1", "SOW expires Fri 22 Jan 2027", NOW, "psdm open SOW-1")
    change = ScopeChange("change order", "More hours", "https://gitlab.example/x/-/issues/1", ("SOW-1", "CO::draft"))
    full = HandedOver(
        row=ROW,
        customer="Acme",
        team=("Kim Ode, PSE, until 2026-12-18",),
        steps=(OpenStep(Finding("FP-01:1", "FP-01", "SOW-1", "not planned", amount=Decimal(5), currency="USD"), "PM"),),
        checklists=(OpenRun("init-project", "Kickoff", 3, 24, ("INIT-04 Hold the kickoff",)),),
        requests=(PendingRequest("2", "PSE", date(2026, 11, 19)),),
        clocks=(clock,),
        waivers=(Waived(Waiver("FP-02:1", "agreed", date(2026, 11, 30), "Robin", NOW), "FP-02: no due date"),),
        upside=(entry,),
        scope_changes=(change,),
        waits=(Wait("whoever takes over", "project coordinator", "answer resource request 2", date(2026, 11, 19)),),
    )
    bare = replace(full, row=replace(ROW, id="2", sow=None, health=None, burn=None, eac=None), team=(), steps=(),
                   checklists=(), requests=None, clocks=(), waivers=(), upside=(), scope_changes=None,
                   waits=())  # fmt: skip
    return Handover(
        ("Robin",), date(2026, 11, 23), "2026-W48", NOW, (full, bare), (clock,), NOW, ("a warning",), ("GitLab",)
    )


def test_everybody_can_use_it(tmp_path: Path) -> None:
    """At a desk in the light, on a phone in the dark."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: pages cannot be looked at")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    file = tmp_path / "handover.html"
    file.write_text(handover_html(handover(), NOW), encoding="utf-8")
    asked: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for width, scheme in ((1280, "light"), (390, "dark")):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.goto(file.as_uri())
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page itself scrolls sideways"
            context.close()
        browser.close()
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}


def test_what_could_not_be_looked_at_is_said_and_never_none() -> None:
    text = handover_html(handover(), NOW)
    assert text.count("Pending resource requests: could not be looked at.") == 1
    assert text.count("Open scope changes: could not be looked at.") == 1
    assert "Internal: amounts and bookings" in text
    assert "Could not be looked at" in text
    assert "unknown" in text
