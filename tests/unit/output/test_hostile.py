"""The hostile corpus through every view and every form: nothing acts, nothing crashes, nothing is lost from JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from consoles import on_console
from hostile_reports import hostile_breakdown, hostile_difference, hostile_portfolio, hostile_report
from reports import AS_OF, NOW
from rich.cells import cell_len
from tests.hostile import (
    HOSTILE,
    assert_safe_csv,
    assert_safe_json,
    assert_safe_markdown,
    assert_safe_styled,
    assert_table_is_whole,
)
from views import Frozen

from psdm_cli.domain.breakdown import By
from psdm_cli.output.breakdown_document import ForecastShowDocument
from psdm_cli.output.difference_document import ForecastDiffDocument
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.forecast_document import ForecastPrepDocument
from psdm_cli.output.freeze_document import ForecastFreezeDocument
from psdm_cli.output.portfolio_document import PortfolioDocument

VIEWS: dict[str, Callable[[str], Any]] = {
    "forecast-prep": lambda text: ForecastPrepDocument(hostile_report(text), NOW),
    "forecast-prep --verbose": lambda text: ForecastPrepDocument(hostile_report(text), NOW, verbose=True),
    "forecast-prep --step": lambda text: ForecastPrepDocument(hostile_report(text), NOW, step="FP-02"),
    "portfolio": lambda text: PortfolioDocument(hostile_portfolio(text), as_of=AS_OF, now=NOW, warnings=(text,)),
    "forecast diff": lambda text: ForecastDiffDocument(hostile_difference(text)),
    "forecast freeze": lambda text: ForecastFreezeDocument(replace(Frozen(), week=text, scope=text)),
    **{
        f"forecast show --by {by.value}": lambda text, by=by: ForecastShowDocument(
            hostile_breakdown(text, by), as_of=AS_OF, now=NOW, warnings=(text,)
        )
        for by in By
    },
}
texts = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
views = pytest.mark.parametrize("make", VIEWS.values(), ids=VIEWS)


@texts
@views
def test_every_form_is_safe(make: Callable[[str], Any], text: str) -> None:
    document = make(text)
    for colour in (True, False):
        assert_safe_styled(on_console(document, 80, colour=colour).replace("\n", ""))

    printed = as_text(envelope(document, as_of=AS_OF, generated_at=NOW))
    assert_safe_json(printed.replace("\n", ""))
    assert json.loads(printed)["result"] == document.json_result()

    if not isinstance(document, ForecastFreezeDocument):  # one sentence has no tables
        page = document.markdown()
        assert_safe_markdown(page)
        assert_table_is_whole(page)
        rows = list(csv.reader(io.StringIO(document.csv(), newline="")))
        assert_safe_csv(rows)
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("width", [80, 140, 400])
@views
def test_no_line_is_wider_than_the_page(make: Callable[[str], Any], width: int) -> None:
    for name in ("long-word", "wide", "long-text", "formula-equals"):
        lines = on_console(make(HOSTILE[name]), width, colour=False).splitlines()
        assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [1, 20, 60])
@views
def test_a_narrow_terminal_is_no_reason_to_fail(make: Callable[[str], Any], width: int) -> None:
    assert on_console(make(HOSTILE["wide"]), width, colour=False)


def test_json_keeps_what_encodings_can_write() -> None:
    document = VIEWS["forecast-prep"](HOSTILE["surrogate"])
    assert document.json_result()["projects"][0]["title"] == "broken \ufffd half"
