"""The rows of an export by field: every cell read, every wrong row named, nothing guessed."""

from __future__ import annotations

from collections.abc import Sequence

from psdm_cli.domain.imports.cells import read_cell
from psdm_cli.domain.imports.reports import AMOUNTS, FIELDS, FILLED, NEEDED, ColumnMap, Report, key_of
from psdm_cli.domain.upside_sheet import Value, plain_text

#: a row by field, as it is kept: texts, whole numbers, truth; a field without a value is missing
ExportRow = dict[str, str | int | bool]


def places(mapping: ColumnMap, report: Report, titles: Sequence[str]) -> dict[str, int]:
    """Where each field stands. Raises `ValueError` when two columns hold one field, or a needed one is not there."""
    found: dict[str, int] = {}
    for at, title in enumerate(titles):
        name = mapping.field_of(report, title) if title.strip() else None
        if name is None:
            continue
        if name in found:
            raise ValueError(f"the columns {titles[found[name]]!r} and {title!r} both hold {name}")
        found[name] = at
    lacking = [name for name in NEEDED[report] if name not in found]
    if lacking:
        raise ValueError(f"as {report} it lacks a column for {', '.join(lacking)}")
    return found


def unknown_titles(mapping: ColumnMap, report: Report, titles: Sequence[str]) -> tuple[str, ...]:
    """Columns of which nobody has said what they are."""
    return tuple(title for title in titles if title.strip() and not mapping.knows(report, title))


def read_rows(
    mapping: ColumnMap, report: Report, titles: Sequence[str], rows: Sequence[tuple[int, Sequence[Value]]]
) -> tuple[list[ExportRow], list[str]]:
    """The rows by field, and one sentence for each wrong one: row, column, what was expected.

    Raises `ValueError` for a header that cannot be used.
    """
    where = places(mapping, report, titles)
    good: list[ExportRow] = []
    wrong: list[str] = []
    ids: dict[str, int] = {}
    for number, cells in rows:
        row, complaints = _row(mapping, report, {n: (titles[at], _at(cells, at)) for n, at in where.items()})
        own = row.get("project_id") if report is Report.BUDGET else row.get("id")
        if isinstance(own, str):
            if own in ids:
                complaints.append(
                    f"{titles[where['project_id' if report is Report.BUDGET else 'id']]}: expected an "
                    f"id of its own, {own} stands in row {ids[own]} already"
                )
            ids.setdefault(own, number)
        if complaints:
            wrong.append(f"row {number}, {'; '.join(complaints)}")
        else:
            good.append(row)
    return good, wrong


def _at(cells: Sequence[Value], at: int) -> Value:
    return cells[at] if at < len(cells) else None


def _row(mapping: ColumnMap, report: Report, cells: dict[str, tuple[str, Value]]) -> tuple[ExportRow, list[str]]:
    row: ExportRow = {}
    wrong: list[str] = []
    for name, (title, value) in cells.items():
        if not plain_text(value):
            if name in FILLED[report]:
                wrong.append(f"{title}: expected {FIELDS[report][name].expected}, the cell is empty")
            continue
        try:
            meant = read_cell(FIELDS[report][name], value, mapping.dates)
        except ValueError as error:
            wrong.append(f"{title}: {error}")
            continue
        if name == "state":
            meant = mapping.states.get(key_of(str(meant)))
            if meant is None:
                known = ", ".join(dict.fromkeys(mapping.states.values()))
                wrong.append(
                    f"{title}: expected a status of which the mapping file says the category ({known}), "
                    f"not {plain_text(value)[:60]!r}"
                )
                continue
        if meant is not None:
            row[name] = meant
    start, end = row.get("start"), row.get("end") or row.get("due")
    if report is Report.ALLOCATIONS and isinstance(start, str) and isinstance(end, str) and end < start:
        wrong.append(f"{cells['end'][0]}: expected a day not before the start {start}, not {end}")
    if "currency" in FIELDS[report] and "currency" not in row and mapping.currency is not None:
        row["currency"] = mapping.currency
    amounts = [name for name in AMOUNTS[report] if name in row]
    complained = any(text.startswith(f"{cells['currency'][0]}:") for text in wrong) if "currency" in cells else False
    if amounts and "currency" not in row and not complained:
        title = cells["currency"][0] if "currency" in cells else "no column"
        wrong.append(
            f"{title}: expected a currency such as USD beside {cells[amounts[0]][0]} (or currency: USD in the "
            "mapping file)"
        )
    return row, wrong
