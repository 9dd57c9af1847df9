"""Workbooks: typed cells, a header that stays, no formula but ours, totals that LibreOffice evaluates to ours."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.hostile import HOSTILE, assert_safe_text
from tests.spreadsheets import NO_SOFFICE, SOFFICE, recalculated

from psdm_cli.output.xlsx import LONGEST_TEXT, Column, Kind, Product, Sheet, Sum, sheet_name, workbook

COLUMNS = (
    Column("Name"),
    Column("Currency"),
    Column("Amount", Kind.MONEY),
    Column("Chance", Kind.PERCENT),
    Column("Weighted", Kind.MONEY),
    Column("Day", Kind.DATE),
    Column("At", Kind.INSTANT),
)
AT = datetime(2026, 11, 23, 14, 5, 6, 789, tzinfo=UTC)


def row(name: str, currency: str, amount: str | None, chance: str):  # type: ignore[no-untyped-def]
    worth = None if amount is None else Decimal(amount)
    weighted = None if worth is None else (worth * Decimal(chance)).quantize(Decimal("0.01"))
    product = Product("Amount", "Chance", weighted)
    return [name, currency, worth, Decimal(chance), product, date(2026, 11, 23), AT]


def opened(content: bytes, *, values: bool = False):  # type: ignore[no-untyped-def]
    return load_workbook(io.BytesIO(content), data_only=values)


def test_cells_are_typed_and_the_header_stays() -> None:
    page = opened(workbook([Sheet("Upside", COLUMNS, [row("Acme", "USD", "1200.50", "0.4")])]))["Upside"]
    assert [cell.value for cell in page[1]] == ["Name", "Currency", "Amount", "Chance", "Weighted", "Day", "At"]
    name, currency, amount, chance, weighted, day, at = page[2]
    assert [c.data_type for c in (name, currency, amount, chance, weighted, day, at)] == list("ssnnfdd")
    assert (amount.value, amount.number_format, chance.number_format) == (1200.5, "#,##0.00", "0.##%")
    assert day.value.date() == date(2026, 11, 23)
    assert at.value == datetime(2026, 11, 23, 14, 5, 6)
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:G2")


def test_unknown_is_an_empty_cell_never_0() -> None:
    content = workbook([Sheet("Upside", COLUMNS, [row("Acme", "USD", None, "0.4")])])
    assert opened(content)["Upside"]["C2"].value is None
    assert opened(content, values=True)["Upside"]["E2"].value in (None, "")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_from_outside_stays_text(text: str) -> None:
    """Also as a title, a sheet's name and a criterion: no formula, no link, nothing that acts."""
    columns = (Column(f"T{text}"), Column("Amount", Kind.MONEY))
    totals = [Sum(f"S{text}", "Amount", {f"T{text}": text}, Decimal(1))]
    sheets = [Sheet(f"S{text}", columns, [[text, Decimal(1)]]), Sheet("Sum", [Column("Sum", Kind.MONEY)], [totals])]
    book = opened(workbook(sheets, title=text))
    cell = book[sheet_name(f"S{text}")]["A2"]
    assert cell.data_type in ("s", "n")
    assert cell.hyperlink is None
    assert cell.data_type != "n" or not text
    assert_safe_text(str(cell.value or ""))
    assert len(str(cell.value or "")) <= LONGEST_TEXT
    assert book["Sum"]["A2"].data_type == "f"
    assert not text or cell.quotePrefix, "whoever edits the cell makes no formula of it"


def test_the_same_sheets_are_the_same_bytes_and_a_crooked_row_is_refused() -> None:
    sheets = [Sheet("Upside", COLUMNS, [row("Acme", "USD", "1.00", "0.4")])]
    assert workbook(sheets) == workbook(sheets)
    with pytest.raises(ValueError, match="row 1 of Upside has 1 cells, not 7"):
        workbook([Sheet("Upside", COLUMNS, [["Acme"]])])


# half-even, unknown, names that criteria would take for patterns
LEDGER = [
    ("=1+1", "USD", "0.30", "0.415"),  # 0.1245: down
    ("a", "USD", "1000.25", "0.1"),  # 100.025: even, down
    ("b", "USD", "1000.35", "0.1"),  # 100.035: even, up
    ("c", "USD", "987654321.05", "0.5"),
    ("d", "EUR", None, "0.4"),
    ("e", "EUR", "5.00", "1"),
    ("f", "U*D", "7.00", "0.5"),
    ("g", "JPY", "123456.78", "0.3333"),
]


@pytest.mark.skipif(SOFFICE is None, reason=NO_SOFFICE)
def test_libreoffice_evaluates_the_formulas_to_our_figures(tmp_path: Path) -> None:
    """The cached values are wrong on purpose: what comes out was evaluated, not copied."""
    rows = [row(*each) for each in LEDGER]
    sums: dict[str, list[Decimal | None]] = {}
    for each in rows:
        known = sums.setdefault(each[1], [Decimal(0), Decimal(0)])
        for at, value in enumerate((each[2], each[4].value)):
            known[at] = None if value is None or known[at] is None else known[at] + value
    wrong = [[*each[:4], Product("Amount", "Chance", Decimal(-1)), *each[5:]] for each in rows]
    totals = [
        [name, *(Sum("Up side", title, {"Currency": name}, Decimal(-1)) for title in ("Amount", "Weighted"))]
        for name in sums
    ]
    columns = (Column("Currency"), Column("Amount", Kind.MONEY), Column("Weighted", Kind.MONEY))
    file = tmp_path / "upside.xlsx"
    file.write_bytes(workbook([Sheet("Up side", COLUMNS, wrong), Sheet("Totals", columns, totals)]))
    evaluated = recalculated(file, tmp_path)
    assert [line[4] for line in evaluated["Up side"][1:]] == [
        "" if each[4].value is None else f"{each[4].value:.2f}" for each in rows
    ]
    assert evaluated["Totals"][1:] == [
        [name, *("unknown" if value is None else f"{value:.2f}" for value in both)] for name, both in sums.items()
    ]
