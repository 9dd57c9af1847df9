"""Reading a table out of a CSV or XLSX file that a person brings: a header, rows with their numbers, typed cells.

Formulas give the value that they had when the file was saved; nothing is evaluated, nothing outside the file is read.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from psdm_cli.errors import WrongUsage

Value = str | Decimal | date | datetime | bool | None
MOST_BYTES = 20_000_000
MOST_UNPACKED = 200_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 500
_DIGITS = 9  # decimals of a number: beyond them a spreadsheet's binary arithmetic shows


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number in the sheet (from 1, the header counted) and its cells, by the column's number."""

    number: int
    cells: tuple[Value, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """What a sheet holds: the titles of its columns, and the rows that are not blank. `name` is the sheet's."""

    name: str
    titles: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, wanted: str = "") -> Table:
    """The table of a CSV or XLSX file; of an XLSX file the sheet called `wanted`, else its first one.

    Raises `WrongUsage` for a file that is not there, is none, is too large, or has no header.
    """
    raw = _bytes_of(path)
    found = _xlsx(raw, path, wanted) if raw.startswith(b"PK\x03\x04") else _csv(raw, path)
    name, rows = found
    numbered = (Row(number, tuple(cells)) for number, cells in enumerate(rows, start=1))
    filled = [row for row in _limited(numbered, path) if not row.is_blank]
    if not filled:
        raise WrongUsage(f"{path} is empty: a header and rows were expected.")
    titles = tuple(str(cell).strip() if cell is not None else "" for cell in filled[0].cells)
    return Table(name, titles, tuple(filled[1:]))


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WrongUsage(f"{path} is larger than a sheet can be ({MOST_BYTES // 1_000_000} MB).")
        return path.read_bytes()
    except FileNotFoundError:
        raise WrongUsage(f"There is no file {path}.") from None
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from None


def _limited(rows: Iterable[Row], path: Path) -> Iterator[Row]:
    for row in rows:
        if row.number > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
            raise WrongUsage(f"{path} has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns.")
        yield row


def _csv(raw: bytes, path: Path) -> tuple[str, Iterable[Sequence[Value]]]:
    if b"\0" in raw[:4096]:
        raise WrongUsage(f"{path} is neither a CSV nor an XLSX file.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUsage(f"{path} is not text in UTF-8: save it as “CSV UTF-8”.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)  # spreadsheets of other countries write ; instead
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return path.stem, _csv_rows(reader, path)


def _csv_rows(reader: Iterator[list[str]], path: Path) -> Iterator[Sequence[Value]]:
    try:
        yield from reader
    except csv.Error as error:
        raise WrongUsage(f"{path} is not a CSV file: {error}.") from None


def _xlsx(raw: bytes, path: Path, wanted: str) -> tuple[str, Iterable[Sequence[Value]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise WrongUsage(f"{path} unpacks to more than a sheet can be.")
        return _workbook(raw, wanted)
    except WrongUsage:
        raise
    except Exception as error:  # a damaged file fails inside the library in many ways
        raise WrongUsage(f"{path} is not an XLSX file that can be read: {type(error).__name__}.") from None


def _workbook(raw: bytes, wanted: str) -> tuple[str, Iterable[Sequence[Value]]]:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that no value depends on
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        names = {name.casefold(): name for name in book.sheetnames}
        name = names.get(wanted.casefold(), book.sheetnames[0])
        rows = [[_value(cell) for cell in row] for row in book[name].iter_rows(values_only=True, max_row=MOST_ROWS + 1)]
        book.close()
    return name, rows


def _value(cell: Any) -> Value:
    """A cell's value: whole numbers and fractions as decimals without the noise of binary arithmetic."""
    if cell is None or isinstance(cell, str | bool | date | datetime):
        return cell
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return round(Decimal(repr(cell)), _DIGITS).normalize() if abs(cell) < 1e15 else Decimal(repr(cell))
    return str(cell)
