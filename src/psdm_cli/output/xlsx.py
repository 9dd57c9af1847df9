"""Workbooks for spreadsheets: typed cells, a header that stays, filters, totals by formula; foreign text stays text.

A sheet is columns and rows; a workbook is sheets, as bytes. Text is never taken for a formula, an address or a number,
whatever it begins with. An empty cell is unknown, never 0. The same sheets give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from psdm_cli.output.text import shown_plain, valid_text

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

LONGEST_TEXT = 32_767  # characters that a cell may hold
LONGEST_NAME = 31  # of a sheet's name
SPARE_ROWS = 500  # below the last row, where people go on and totals still look
UNKNOWN = "unknown"
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_CRITERION = str.maketrans({"~": "~~", "*": "~*", "?": "~?"})
_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # the same bytes whenever it is written


class Kind(StrEnum):
    """What a column's cells are, and so how they look."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"  # 0.4 looks like 40 %
    DATE = "date"
    INSTANT = "instant"  # written in UTC; a spreadsheet knows no zones


_FORMATS: Mapping[Kind, str] = {
    Kind.TEXT: "@",
    Kind.MONEY: "#,##0.00",
    Kind.NUMBER: "#,##0.##",
    Kind.PERCENT: "0.##%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: 'yyyy-mm-dd hh:mm:ss" UTC"',
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, unique in its sheet, what its cells are, and its width in characters (None: it fits)."""

    title: str
    kind: Kind = Kind.TEXT
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell that adds up a column of a sheet, over the rows whose other columns hold these texts.

    `value` is psdm's own figure, shown where nothing is evaluated. One empty cell makes the sum "unknown".
    """

    sheet: str
    column: str
    where: Mapping[str, str]
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Product:
    """A cell with the product of two columns of its own row, rounded half-even to two decimals, as psdm rounds.

    Empty where one of them is. `value` as with `Sum`. Meant for amounts of 0 or more.
    """

    left: str
    right: str
    value: Decimal | None


Cell = str | Decimal | int | date | datetime | Sum | Product | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `rows` hold a cell for every column; `filters` gives the header its buttons."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    filters: bool = True


@dataclass
class _Book:
    """A workbook being written."""

    workbook: Workbook
    sheets: Mapping[str, Sheet]
    formats: dict[tuple[Kind, bool], Any] = field(default_factory=dict)

    def format(self, kind: Kind, *, quoted: bool = False) -> Any:
        """How a cell looks. `quoted`: marked as text, so that whoever edits it makes no formula of it."""
        key = (kind, quoted)
        if key not in self.formats:
            look: dict[str, Any] = {"num_format": _FORMATS[kind], "valign": "top"}
            if kind is Kind.TEXT:
                look["text_wrap"] = True
            self.formats[key] = self.workbook.add_format(look)
            if quoted:
                self.formats[key].set_quote_prefix()
        return self.formats[key]


def workbook(sheets: Sequence[Sheet], *, title: str = "") -> bytes:
    """The workbook of these sheets, as the bytes of an XLSX file. Raises `ValueError` for a row of another length."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(target, options) as made:
        made.set_properties({"title": cell_text(title), "created": _MADE.replace(tzinfo=None)})
        made.set_calc_mode("auto")
        book = _Book(made, {each.name: each for each in sheets})
        for each in sheets:
            _write(book, made.add_worksheet(sheet_name(each.name)), each)
    return target.getvalue()


def cell_text(text: str) -> str:
    """Foreign text as a cell may hold it: what acts made visible, no longer than a cell."""
    line = valid_text(shown_plain(text))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def sheet_name(name: str) -> str:
    """A text as the name of a sheet."""
    return " ".join(cell_text(name).translate(_NOT_IN_NAMES).split())[:LONGEST_NAME].strip() or "Sheet"


def _write(book: _Book, page: Worksheet, sheet: Sheet) -> None:
    header = book.workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for column, each in enumerate(sheet.columns):
        page.write_string(0, column, cell_text(each.title), header)
        page.set_column(column, column, each.width or _fitting(sheet, column))
    for number, row in enumerate(sheet.rows, start=1):
        if len(row) != len(sheet.columns):
            raise ValueError(f"row {number} of {sheet.name} has {len(row)} cells, not {len(sheet.columns)}")
        for column, value in enumerate(row):
            _write_cell(book, page, (number, column), value, sheet)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    if sheet.filters and sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _write_cell(book: _Book, page: Worksheet, at: tuple[int, int], value: Cell, sheet: Sheet) -> None:
    row, column = at
    kind = sheet.columns[column].kind
    look = book.format(kind)
    if value is None:
        page.write_blank(row, column, None, look)
    elif isinstance(value, Sum):
        page.write_formula(row, column, _sum(book, value), look, _shown(value.value, UNKNOWN))
    elif isinstance(value, Product):
        page.write_formula(row, column, _product(sheet, value, row), look, _shown(value.value, ""))
    elif isinstance(value, str):
        page.write_string(row, column, cell_text(value), book.format(Kind.TEXT, quoted=True))
    elif isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        page.write_datetime(row, column, plain, book.format(Kind.INSTANT))
    elif isinstance(value, date):
        page.write_datetime(row, column, value, book.format(Kind.DATE))
    else:
        page.write_number(row, column, value, look)


def _shown(value: Decimal | None, unknown: str) -> Any:
    return unknown if value is None else float(value)  # what viewers show that evaluate nothing


def _sum(book: _Book, total: Sum) -> str:
    sheet = book.sheets[total.sheet]
    added = _range(sheet, total.column)
    tests = [f'{_range(sheet, title)},"={_quoted(text)}"' for title, text in total.where.items()]
    counted = ",".join((*tests, f'{added},""'))
    summed = ",".join((added, *tests))
    adding = f"SUMIFS({summed})" if tests else f"SUM({added})"
    return f'=IF(COUNTIFS({counted})>0,"{UNKNOWN}",ROUND({adding},2))' if tests else f"=ROUND({adding},2)"


def _quoted(text: str) -> str:
    return cell_text(text).translate(_CRITERION).replace('"', '""')


def _product(sheet: Sheet, product: Product, row: int) -> str:
    left, right = (_address(row, _index(sheet, title)) for title in (product.left, product.right))
    whole = f"{left}*{right}"
    # ROUND goes up at a half; where that makes an odd cent of it, half-even is a cent less
    even = f"ROUND({whole},2)-IF(MOD(ROUND({whole}*1000,3),20)=5,0.01,0)"
    return f'=IF(OR(ISBLANK({left}),ISBLANK({right})),"",{even})'


def _range(sheet: Sheet, title: str) -> str:
    column = _index(sheet, title)
    first = _address(1, column, fixed=True)
    return f"'{sheet_name(sheet.name)}'!{first}:{_address(len(sheet.rows) + SPARE_ROWS, column, fixed=True)}"


def _address(row: int, column: int, *, fixed: bool = False) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

    found: str = xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed)
    return found


def _index(sheet: Sheet, title: str) -> int:
    return next(number for number, column in enumerate(sheet.columns) if column.title == title)


def _fitting(sheet: Sheet, column: int) -> int:
    widest = max(_lengths(sheet, column), default=0)
    return min(max(widest + 3, 10), 60)


def _lengths(sheet: Sheet, column: int) -> Iterable[int]:
    yield len(sheet.columns[column].title)
    for row in sheet.rows[:500]:
        value = row[column] if column < len(row) else None
        if isinstance(value, str):
            yield len(value)
        elif isinstance(value, datetime):
            yield 23
        elif value is not None:
            yield 12
