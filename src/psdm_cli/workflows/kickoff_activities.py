"""A file of SOW activities: YAML, CSV, or one a line; everything that is wrong with it, with file, line and form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from psdm_cli.domain.space.wanted import Activity, activity
from psdm_cli.errors import WrongConfiguration, WrongUsage

MAX_BYTES = 1_000_000
MOST = 200
TITLES = ("title", "activity", "name")
STARTS = ("start", "start_date", "from")
DUES = ("due", "due_date", "end", "to")
COLUMNS = "title, start, due"
FORM = (
    "One activity a line; or CSV with the columns title, start, due; or YAML: a list of names, or of "
    "{title, start, due}. Days as YYYY-MM-DD."
)
Row = tuple[int, str, str | None, str | None]  # line, title, start, due


def read_activities(path: Path) -> tuple[Activity, ...]:
    """The activities of a file. Raises `WrongUsage` (exit 2) with file, line and what was expected."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise WrongUsage(f"--activities: there is no file {path}.", hint=FORM) from None
    except OSError as error:
        raise WrongUsage(f"--activities: {path} cannot be read: {error.strerror}.") from None
    return activities_of(raw, str(path), path.suffix.casefold())


def activities_of(raw: bytes, name: str, suffix: str) -> tuple[Activity, ...]:
    """As `read_activities`, of content that was read already. `suffix` tells the form: .csv, .yaml, .yml, or lines."""
    if len(raw) > MAX_BYTES:
        raise WrongUsage(f"--activities: {name} is larger than a list of activities can be ({MAX_BYTES} bytes).")
    if suffix in (".yaml", ".yml"):
        rows: Iterator[Row] = _yaml(raw, name)
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise WrongUsage(f"--activities: {name} is not text in UTF-8.", hint=FORM) from None
        rows = _csv(text, name) if suffix == ".csv" else _lines(text)
    return _checked(rows, name)


def _checked(rows: Iterator[Row], name: str) -> tuple[Activity, ...]:
    """Every row as an activity, or every complaint at once."""
    found: list[Activity] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for line, title, start, due in rows:
        try:
            made = activity(title, _day(start), _day(due))
        except ValueError as error:
            wrong.append(f"{name} line {line}: {error}")
            continue
        folded = made.title.casefold()
        if folded in seen:
            wrong.append(f"{name} line {line}: {made.title!r} stands in line {seen[folded]} already")
            continue
        seen[folded] = line
        found.append(made)
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise WrongUsage(f"--activities: {'; '.join(wrong[:5])}{more}.", hint=FORM)
    if not found:
        raise WrongUsage(
            f"--activities: {name} line 1: expected the name of an activity; the file is empty.", hint=FORM
        )
    if len(found) > MOST:
        raise WrongUsage(f"--activities: {name} names {len(found)} activities; at most {MOST} make sense.")
    return tuple(found)


def _lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if word and not word.startswith("#"):
            yield number, word.removeprefix("- ").strip(), None, None


def _csv(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    columns: Sequence[str] = ("title", "start", "due")
    first = True
    try:
        for cells in reader:
            number = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if first:
                first = False
                heads = [cell.strip().casefold() for cell in cells]
                if set(heads) & set(TITLES):
                    columns = _known(heads, name, number)
                    continue
            if len(cells) > len(columns):
                raise WrongUsage(
                    f"--activities: {name} line {number}: expected {len(columns)} columns ({', '.join(columns)}), "
                    f"not {len(cells)}.",
                    hint=FORM,
                )
            row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            yield number, row.get("title", ""), row.get("start") or None, row.get("due") or None
    except csv.Error as error:
        raise WrongUsage(f"--activities: {name} line {reader.line_num}: this is not CSV: {error}.", hint=FORM) from None


def _delimiter(text: str) -> str:
    head = text.splitlines()[0] if text.splitlines() else ""
    return ";" if head.count(";") > head.count(",") else "\t" if "\t" in head and "," not in head else ","


def _known(heads: Sequence[str], name: str, number: int) -> list[str]:
    found = []
    for head in heads:
        known = next((kind for kind, names in _NAMES if head in names), None)
        if known is None or known in found:
            raise WrongUsage(
                f"--activities: {name} line {number}: expected the columns {COLUMNS}, not {head!r}.", hint=FORM
            )
        found.append(known)
    return found


_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (("title", TITLES), ("start", STARTS), ("due", DUES))


def _yaml(raw: bytes, name: str) -> Iterator[Row]:
    from psdm_cli.yamlfile import parse

    # the reader of YAML files knows mappings at the top: a bare list is put below a key of its own
    text = raw.decode("utf-8-sig", "replace")
    bare = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    shift = 0
    if bare.startswith(("- ", "-\n", "[")) or bare.strip() == "-":
        raw, shift = b"activities:\n" + raw.removeprefix(b"\xef\xbb\xbf"), 1
    try:
        document = parse(raw, name, "list of activities")
    except WrongConfiguration as error:
        raise WrongUsage(f"--activities: {_shifted(error.message, shift)}", hint=FORM) from None
    unknown = next((key for key in document.data if key != "activities"), None)
    if unknown is not None:
        line = document.lines[unknown,] - shift
        raise WrongUsage(f"--activities: {name} line {line}: expected activities, not {unknown!r}.", hint=FORM)
    rows = document.data.get("activities") or []
    if not isinstance(rows, list):
        raise WrongUsage(f"--activities: {name} line 1: expected a list of activities, not {rows!r}.", hint=FORM)
    for number, row in enumerate(rows):
        line = document.lines["activities", str(number)] - shift
        yield _yaml_row(row, line, name)


def _yaml_row(row: Any, line: int, name: str) -> Row:
    if isinstance(row, str | int):
        return line, str(row), None, None
    if not isinstance(row, dict):
        raise WrongUsage(f"--activities: {name} line {line}: expected a name or {{{COLUMNS}}}, not {row!r}.", hint=FORM)
    values: dict[str, str | None] = {}
    for key, value in row.items():
        known = next((kind for kind, names in _NAMES if key.casefold() in names), None)
        if known is None or isinstance(value, dict | list):
            raise WrongUsage(f"--activities: {name} line {line}: expected {COLUMNS}, not {key!r}.", hint=FORM)
        values[known] = None if value is None else str(value)
    return line, values.get("title") or "", values.get("start"), values.get("due")


def _shifted(message: str, shift: int) -> str:
    """A complaint whose line numbers are those of the file as it is written."""
    import re

    back: Callable[[re.Match[str]], str] = lambda found: f"line {max(1, int(found[1]) - shift)}"  # noqa: E731
    return re.sub(r"line (\d+)", back, message) if shift else message


def _day(text: str | None) -> date | None:
    if text is None or not text.strip():
        return None
    try:
        if len(text.strip()) != 10:
            raise ValueError(text)
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected a day as YYYY-MM-DD, such as 2026-11-30, not {text.strip()!r}") from None
