"""CSV for spreadsheets: foreign text never becomes a formula, numbers stay numbers, unknown is an empty cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from psdm_cli.output.text import csv_cell

Value = str | Decimal | int | date | None


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A header and rows, comma-separated, quoted where needed, with a newline at the end of each."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return target.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_cell(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
