"""Which column of a Kantata report export holds what: ours, a team's file upon it, and what a person said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from psdm_cli import yamlfile
from psdm_cli.domain.imports.cells import Dates
from psdm_cli.domain.imports.reports import FIELDS, ColumnMap, Report, key_of
from psdm_cli.errors import WrongConfiguration

KIND = "mapping file"
OURS = "kantata-columns.yaml"
_KEYS = ("reports", "states", "dates", "currency", "ignore")
STATES = ("not started", "started", "needs info", "completed")  # of tasks, the categories that Kantata has
Titles = dict[Report, dict[str, str | None]]


def column_map(
    path: Path | None,
    *,
    told: Mapping[str, Mapping[str, str | None]] | None = None,
    ignored: Iterable[str] = (),
    own: Mapping[tuple[Report, str], str] | None = None,
) -> ColumnMap:
    """The mapping: ours, upon it `own` names of custom fields, what was `told` once, and the file `path`.

    `ignored` are titles to be left aside ("*": all that are unknown). Raises `WrongConfiguration` with file and key.
    """
    raw = files("psdm_cli.sheets").joinpath(OURS).read_bytes()
    titles: Titles = {report: {} for report in Report}
    settings: dict[str, Any] = {}
    _take(yamlfile.parse(raw, OURS, KIND).data, OURS, titles, settings)
    for (report, field), title in (own or {}).items():
        titles[report][key_of(title)] = field
    for report in Report:
        titles[report] |= {key_of(title): field for title, field in (told or {}).get(report.value, {}).items()}
    if path is not None:
        document = yamlfile.load(path, KIND, way_out="Make it, or correct --map.")
        _take(document.data, str(path), titles, settings)
    aside = frozenset({*settings.get("ignore", ()), *("*" if each == "*" else key_of(each) for each in ignored)})
    return ColumnMap(
        titles, Dates(settings.get("dates", Dates.ISO)), settings.get("currency"), aside, settings["states"]
    )


def _take(data: Any, name: str, titles: Titles, settings: dict[str, Any]) -> None:
    if not isinstance(data, dict):
        raise WrongConfiguration(f"{name}: expected {', '.join(_KEYS)}.")
    if unknown := sorted(map(str, set(data) - set(_KEYS))):
        raise WrongConfiguration(f"{name}: there is no key {', '.join(unknown)}; there are {', '.join(_KEYS)}.")
    if "dates" in data:
        if data["dates"] not in set(Dates):
            raise WrongConfiguration(f"{name}: dates is one of {', '.join(Dates)}, not {data['dates']!r}.")
        settings["dates"] = data["dates"]
    if "currency" in data:
        code = data["currency"]
        if not isinstance(code, str) or len(code.strip()) != 3 or not code.strip().isalpha():
            raise WrongConfiguration(f"{name}: currency is a code such as USD.")
        settings["currency"] = code.strip().upper()
    aside = [key_of(title) for title in _texts(data.get("ignore", []), name, "ignore")]
    settings["states"] = {**settings.get("states", {}), **_states(data.get("states", {}), name)}
    reports = data.get("reports", {})
    if not isinstance(reports, dict):
        raise WrongConfiguration(f"{name}: reports: expected {', '.join(Report)}.")
    for word, fields in reports.items():
        if word not in set(Report):
            raise WrongConfiguration(f"{name}: there is no report {word!r}; there are {', '.join(Report)}.")
        found = _fields(Report(word), fields, name)
        titles[Report(word)] |= found
        settings["ignore"] = [title for title in settings.get("ignore", ()) if title not in found]
    settings["ignore"] = [*settings.get("ignore", ()), *aside]


def _states(states: Any, name: str) -> dict[str, str]:
    if not isinstance(states, dict):
        raise WrongConfiguration(f"{name}: states: expected {', '.join(STATES)} with the statuses that belong to them.")
    found: dict[str, str] = {}
    for category, words in states.items():
        if category not in STATES:
            raise WrongConfiguration(f"{name}: states: there is no {category!r}; there are {', '.join(STATES)}.")
        found |= {key_of(word): category for word in _texts(words, name, f"states.{category}")}
    return found


def _fields(report: Report, fields: Any, name: str) -> dict[str, str | None]:
    where = f"reports.{report}"
    if not isinstance(fields, dict):
        raise WrongConfiguration(f"{name}: {where}: expected fields with the titles that hold them.")
    found: dict[str, str | None] = {}
    for field, titles in fields.items():
        if field not in FIELDS[report]:
            known = ", ".join(FIELDS[report])
            raise WrongConfiguration(f"{name}: {where}: there is no field {field!r}; there are {known}.")
        for title in _texts(titles, name, f"{where}.{field}"):
            if key_of(title) in found:
                raise WrongConfiguration(f"{name}: {where}: the title {title!r} stands twice.")
            found[key_of(title)] = field
    return found


def _texts(value: Any, name: str, where: str) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
        raise WrongConfiguration(f"{name}: {where}: expected titles, such as [Project, Workspace].")
    return list(values)
