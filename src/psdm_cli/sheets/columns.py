"""The columns of the weekly revenue tracking sheet: ours, or a team's own file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from psdm_cli import yamlfile
from psdm_cli.domain.upside_sheet import FIELDS, Layout, SheetColumn
from psdm_cli.errors import WrongConfiguration

KIND = "file of columns"
OURS = "upside-columns.yaml"


def layout(path: Path | None) -> Layout:
    """The layout of a file; None: ours. Raises `WrongConfiguration` with file and what is wrong."""
    if path is None:
        raw = files("psdm_cli.sheets").joinpath(OURS).read_bytes()
        return _layout(yamlfile.parse(raw, OURS, KIND).data, OURS)
    document = yamlfile.load(path, KIND, way_out="Make it, or correct upside.columns or --columns.")
    return _layout(document.data, str(path))


def _layout(data: Any, name: str) -> Layout:
    if not isinstance(data, dict) or not isinstance(data.get("columns"), list) or not data["columns"]:
        raise WrongConfiguration(f"{name}: expected columns, a list of title and field.")
    unknown = sorted(set(data) - {"sheet", "totals", "columns"})
    if unknown:
        raise WrongConfiguration(
            f"{name}: there is no key {', '.join(map(str, unknown))}; there are sheet, totals, columns."
        )
    sheet, totals = _name(data, "sheet", "Upside", name), _name(data, "totals", "Totals", name)
    if sheet.casefold() == totals.casefold():
        raise WrongConfiguration(f"{name}: sheet and totals are both called {sheet!r}.")
    columns = tuple(_column(each, f"{name}: column {at}") for at, each in enumerate(data["columns"], start=1))
    for what in ("title", "field"):
        words = [getattr(each, what).casefold() for each in columns]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise WrongConfiguration(f"{name}: the {what} {twice!r} stands twice.")
    return Layout(sheet, totals, columns)


def _name(data: dict[str, Any], key: str, usual: str, name: str) -> str:
    value = data.get(key, usual)
    if not isinstance(value, str) or not value.strip() or len(value) > 31 or set(value) & set("[]:*?/\\'"):
        raise WrongConfiguration(f"{name}: {key} must be a sheet's name: 1 to 31 characters, none of []:*?/\\'.")
    return value.strip()


def _column(given: Any, where: str) -> SheetColumn:
    if not isinstance(given, dict) or set(given) != {"title", "field"}:
        raise WrongConfiguration(f"{where}: expected title and field.")
    title, field = given["title"], given["field"]
    if not isinstance(title, str) or not title.strip():
        raise WrongConfiguration(f"{where}: the title must be a text.")
    if field not in FIELDS:
        raise WrongConfiguration(f"{where}: there is no field {field!r}; there are {', '.join(FIELDS)}.")
    return SheetColumn(title.strip(), field)
