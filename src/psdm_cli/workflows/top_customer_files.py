"""Reading PS Ops' list of the Top Customer report: text, CSV or YAML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psdm_cli.errors import WrongUsage

MAX_BYTES = 1_000_000
_SOW = re.compile(r"(?<![\w-])SOW-\d+(?![\w-])", re.IGNORECASE)
_CUSTOMER_COLUMNS = ("customer", "account", "account name", "client", "customer name")
_SOW_COLUMNS = ("sow", "sow#", "sow number", "sow/po#", "contract")


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer or SOW that a list names, and where: `FILE line 3`."""

    word: str
    where: str


def read_list(path: Path) -> tuple[Listed, ...]:
    """The customers and SOWs of a list, each once; the form is told by the file's ending (.csv, .yaml; else text).

    Raises `WrongUsage` naming file and line, `WrongConfiguration` for what is no YAML.
    """
    suffix = path.suffix.casefold()
    if suffix in (".yaml", ".yml"):
        found = list(_yaml_list(path))
    else:
        text = _text_of(path)
        found = list(_csv_list(text, path) if suffix == ".csv" else _text_list(text, path))
    if not found:
        raise WrongUsage(f"{path}: no customer and no SOW is in it.", hint="One customer or SOW a line, for example.")
    seen: dict[str, Listed] = {}
    for each in found:
        first = seen.setdefault(" ".join(each.word.casefold().split()), each)
        if first is not each:
            raise WrongUsage(
                f"{each.where}: {each.word} is in the list already, in line {first.where.rpartition(' ')[2]}."
            )
    return tuple(found)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise WrongUsage(f"There is no list {path}.") from None
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from None
    if len(raw) > MAX_BYTES:
        raise WrongUsage(f"{path} is larger than {MAX_BYTES:,} bytes: this is no list of customers.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise WrongUsage(f"{path} line {line}: this is not text in UTF-8.") from None


def _text_list(text: str, path: Path) -> Iterator[Listed]:
    """One customer or SOW a line; bullets and what follows a # are left out. A SOW number wins over what is around."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"(^|\s)#\s.*$|^#.*$", "", line).strip()
        bare = re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", bare).strip()
        if bare:
            yield Listed(_word(bare, f"{path} line {number}"), f"{path} line {number}")


def _word(text: str, where: str) -> str:
    numbers = {found.upper() for found in _SOW.findall(text)}
    if len(numbers) > 1:
        raise WrongUsage(f"{where}: several SOWs are in one line: {', '.join(sorted(numbers))}; one a line.")
    if not any(letter.isalnum() for letter in text):
        raise WrongUsage(f"{where}: {text!r} is neither a customer nor a SOW.")
    return numbers.pop() if numbers else " ".join(text.split())


def _csv_list(text: str, path: Path) -> Iterator[Listed]:
    """A table with a column for the customer or the SOW; other columns are left alone. A SOW wins over the customer."""
    sample = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        customer, sow = (
            next((at for at, title in enumerate(header) if title in names), None)
            for names in (_CUSTOMER_COLUMNS, _SOW_COLUMNS)
        )
        if customer is None and sow is None:
            raise WrongUsage(
                f"{path} line 1: no column is called customer or sow; there are: {', '.join(header) or 'none'}."
            )
        before = reader.line_num
        for row in reader:
            where, before = f"{path} line {before + 1}", reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise WrongUsage(f"{where}: {len(row)} cells, but the header has {len(header)} columns.")
            number = row[sow].strip() if sow is not None else ""
            name = row[customer].strip() if customer is not None else ""
            if not number and not name:
                raise WrongUsage(f"{where}: neither a customer nor a SOW is given.")
            yield Listed(_sow(number, where) if number else _word(name, where), where)
    except csv.Error as error:
        raise WrongUsage(f"{path} line {reader.line_num}: this is not CSV: {error}.") from None


def _sow(text: str, where: str) -> str:
    word = text.upper()
    if re.fullmatch(r"\d+", word):
        return f"SOW-{word}"
    if not re.fullmatch(r"SOW-\d+", word):
        raise WrongUsage(f"{where}: {text!r} is no SOW number, such as SOW-1234.")
    return word


def _yaml_list(path: Path) -> Iterator[Listed]:
    from psdm_cli import yamlfile

    document = yamlfile.load(path, "list of customers")
    name = next((key for key in ("customers", "list", "entries") if key in document.data), None)
    if name is None:
        raise WrongUsage(f"{path} line 1: expected `customers:` with a list of names or SOWs.")
    rows = document.data[name]
    if not isinstance(rows, list):
        raise WrongUsage(f"{path} line {document.lines[name,]}: {name}: expected a list of names or SOWs.")
    for number, row in enumerate(rows):
        where = f"{path} line {document.lines[name, str(number)]}"
        yield Listed(_word(_row_word(row, where), where), where)


def _row_word(row: Any, where: str) -> str:
    """The name or number in an item of a list."""
    if isinstance(row, dict):
        strange = [key for key in row if key not in ("customer", "sow")]
        if strange:
            raise WrongUsage(f"{where}: {strange[0]!r} is not known here; expected customer or sow.")
        if row.get("sow"):
            return _sow(str(row["sow"]), where)
        row = row.get("customer")
    if isinstance(row, int) and not isinstance(row, bool):
        return f"SOW-{row}"
    if not isinstance(row, str) or not row.strip():
        raise WrongUsage(f"{where}: neither a customer nor a SOW is given.")
    return row
