"""The columns that docs/csv.md promises are those that are written."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from reports import AS_OF, NOW, report
from views import breakdown, difference, portfolio

from psdm_cli.domain.breakdown import By
from psdm_cli.output.breakdown_document import ForecastShowDocument
from psdm_cli.output.difference_document import ForecastDiffDocument
from psdm_cli.output.forecast_document import ForecastPrepDocument
from psdm_cli.output.portfolio_document import PortfolioDocument

DOCUMENTED = Path(__file__).parents[3] / "docs" / "csv.md"


def promised(command: str) -> list[str]:
    """The columns in the table below a command's heading."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    section = text.split(f"## `psdm {command} --csv`")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", row))]


def written(document: Any) -> list[str]:
    return next(csv.reader(io.StringIO(document.csv())))


@pytest.mark.parametrize(
    "document",
    [
        ForecastPrepDocument(report(), NOW),
        ForecastShowDocument(breakdown(By.PROJECT), as_of=AS_OF, now=NOW),
        PortfolioDocument(portfolio(), as_of=AS_OF, now=NOW),
        ForecastDiffDocument(difference()),
    ],
    ids=lambda document: document.command,
)
def test_columns_are_documented(document: Any) -> None:
    assert written(document) == promised(document.command)


def test_by_month_is_documented() -> None:
    columns = written(ForecastShowDocument(breakdown(By.MONTH), as_of=AS_OF, now=NOW))
    sentence = re.search(r"With `--by month` a row is a month: (.*)\.", DOCUMENTED.read_text(encoding="utf-8"))
    assert sentence is not None
    assert re.findall(r"`([^`]+)`", sentence[1]) == columns


def test_numbers_stay_numbers_and_unknown_is_empty() -> None:
    rows = {row["title"]: row for row in csv.DictReader(io.StringIO(ForecastPrepDocument(report(), NOW).csv()))}
    assert rows["Dunder Staff Augmentation"]["to_forecast"] == "-7250.25"
    assert rows["Dunder Staff Augmentation"]["sow"] == ""
    assert rows["Equinox Training"]["2026-11"] == ""
    assert rows["Equinox Training"]["overdue"] == "0.00"
