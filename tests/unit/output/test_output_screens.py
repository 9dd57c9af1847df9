"""What people see: screens at 80 and 140 columns with and without colour, Markdown and CSV, pinned as snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from consoles import on_console
from reports import AS_OF, NOW, easy_week, report, several_leads, without_money
from syrupy.assertion import SnapshotAssertion
from views import Frozen, breakdown, difference, portfolio

from psdm_cli.domain.breakdown import By
from psdm_cli.output.breakdown_document import ForecastShowDocument
from psdm_cli.output.difference_document import ForecastDiffDocument
from psdm_cli.output.forecast_document import ForecastPrepDocument
from psdm_cli.output.freeze_document import ForecastFreezeDocument
from psdm_cli.output.portfolio_document import PortfolioDocument


def show(by: By) -> ForecastShowDocument:
    return ForecastShowDocument(breakdown(by), as_of=AS_OF, now=NOW, synced_at=NOW, warnings=("A warning.",))


DOCUMENTS: dict[str, Callable[[], Any]] = {
    "forecast-prep": lambda: ForecastPrepDocument(report(), NOW),
    "forecast-prep of two leads": lambda: ForecastPrepDocument(several_leads(), NOW),
    "forecast-prep without money": lambda: ForecastPrepDocument(without_money(), NOW),
    "forecast-prep of an easy week": lambda: ForecastPrepDocument(easy_week(), NOW),
    "portfolio": lambda: PortfolioDocument(portfolio(), as_of=AS_OF, now=NOW, synced_at=NOW, warnings=("A warning.",)),
    "forecast diff": lambda: ForecastDiffDocument(difference()),
    **{f"forecast show --by {by.value}": lambda by=by: show(by) for by in By},
}
documents = pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)


@documents
@pytest.mark.parametrize("width", [80, 140])
def test_screen(make: Callable[[], Any], width: int, snapshot: SnapshotAssertion) -> None:
    assert on_console(make(), width) == snapshot


@documents
def test_screen_in_colour(make: Callable[[], Any], snapshot: SnapshotAssertion) -> None:
    assert on_console(make(), 80, colour=True).replace("\x1b", "␛") == snapshot


@documents
@pytest.mark.parametrize("width", [80, 140])
def test_colour_adds_and_never_carries_meaning(make: Callable[[], Any], width: int) -> None:
    import re

    styled = on_console(make(), width, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == on_console(make(), width)


@documents
def test_markdown(make: Callable[[], Any], snapshot: SnapshotAssertion) -> None:
    assert make().markdown() == snapshot


@documents
def test_csv(make: Callable[[], Any], snapshot: SnapshotAssertion) -> None:
    assert make().csv() == snapshot


@pytest.mark.parametrize("step", ["FP-02", "FP-03", "FP-05", "FP-06"])
def test_one_step(step: str, snapshot: SnapshotAssertion) -> None:
    assert on_console(ForecastPrepDocument(report(), NOW, step=step), 80) == snapshot


@pytest.mark.parametrize("revision", [None, 1, 2])
def test_freeze(revision: int | None, snapshot: SnapshotAssertion) -> None:
    assert on_console(ForecastFreezeDocument(Frozen(revision=revision)), 80) == snapshot


def test_verbose_shows_every_finding() -> None:
    text = on_console(ForecastPrepDocument(report(), NOW, verbose=True), 140)
    assert all(f"Wave {number}:" in text for number in range(14))
    assert "there is no health report (waived)" in text


def test_the_most_urgent_come_first_and_what_to_type_next_last() -> None:
    lines = on_console(ForecastPrepDocument(report(), NOW), 80).splitlines()
    headings = [line.split("  ")[0] for line in lines if line and line[0].isupper() and "engagement" not in line]
    assert headings.index("Most urgent") < headings.index("Steps") < headings.index("Good to know")
    assert headings[-1] == "Next"


def test_the_deadline_that_has_passed_is_said_so() -> None:
    after = report(as_of=AS_OF)
    assert "Was due Mon 2026-11-23" in on_console(ForecastPrepDocument(after, NOW.replace(hour=16)), 80)
