"""The catalogue of templates, read from `catalog.yaml` beside them: every one with its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.text_templates import FieldType, Kind, TemplateField, TemplateInfo
from psdm_cli.errors import NotFound

FILE = Path(__file__).with_name("catalog.yaml")


@lru_cache(maxsize=1)
def template_catalog() -> Mapping[str, TemplateInfo]:
    """Every template of psdm's by name, in the order of an engagement's life."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is built in
    data = yaml.load(FILE.read_bytes(), Loader=loader)  # noqa: S506 - both are safe, and the file is ours
    shared = {name: _field(name, row) for name, row in data["fields"].items()}
    found = {name: _template(name, row, shared) for name, row in data["templates"].items()}
    return MappingProxyType(found)


def template_named(name: str) -> TemplateInfo:
    """One template by its name, in any case, `-` and `_` alike. Raises `NotFound` with the nearest one."""
    known = template_catalog()
    wanted = _plain(name)
    found = next((info for each, info in known.items() if _plain(each) == wanted), None)
    if found is None:
        meant = get_close_matches(wanted, [_plain(each) for each in known], n=1, cutoff=0.5)
        nearest = next((each for each in known if meant and _plain(each) == meant[0]), None)
        tail = f"; did you mean {nearest}?" if nearest else "."
        raise NotFound(f"There is no template {name!r}{tail}", hint="psdm template list shows all of them.")
    return found


def _plain(name: str) -> str:
    return name.strip().casefold().removesuffix(".j2").replace("_", "-").replace(" ", "-")


def _template(name: str, row: Mapping[str, Any], shared: Mapping[str, TemplateField]) -> TemplateInfo:
    fields = [*_fields(row.get("required", ()), shared, required=True)]
    fields += _fields(row.get("optional", ()), shared, required=False)
    return TemplateInfo(
        name=name,
        title=row["title"],
        audience=Audience(row["audience"]),
        kind=Kind(row["kind"]),
        place=row["place"],
        fields=tuple(fields),
    )


def _fields(rows: Sequence[Any], shared: Mapping[str, TemplateField], *, required: bool) -> list[TemplateField]:
    """The fields of one list: names of shared ones, or fields of the template's own as `name: {meaning: …}`."""
    found = []
    for row in rows:
        if isinstance(row, dict):
            found += [_field(name, described, required=required) for name, described in row.items()]
        else:
            each = shared[row]
            found.append(replace(each, required=required))
    return found


def _field(name: str, row: Mapping[str, Any], *, required: bool = False) -> TemplateField:
    columns = tuple(row.get("columns", ()))
    kind = FieldType(row.get("type", FieldType.ROWS if columns else FieldType.TEXT))
    return TemplateField(name, row["meaning"], row["source"], kind, required, columns, tuple(row.get("headings", ())))
