"""How settings come together: file over defaults, environment over file; every complaint with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psdm_cli.errors import WrongConfiguration
from psdm_cli.masking import mask
from psdm_cli.settings.folders import Folders
from psdm_cli.settings.model import Settings
from psdm_cli.settings.yamlfile import Document, Place, read

if TYPE_CHECKING:
    from psdm_cli.settings.checking import Problem

# Environment variables that stand for a key of the file (interface.md 2). Run options have theirs in options.COMMON.
VARIABLES: dict[str, Place] = {
    "PSDM_GITLAB_URL": ("gitlab", "url"),
    "PSDM_KANTATA_URL": ("kantata", "url"),
    "PSDM_DATABASE_URL": ("store", "url"),
}
SECRET_WORDS = re.compile(r"token|secret|password|passwd|api_?key|credential|webhook", re.IGNORECASE)
SECRET_VALUES = re.compile(r"\b(glpat|gloas|gldt|glcbt|glptt)-[\w.-]{8,}|hooks\.slack\.com/services/")
WHY = "a token does not belong into a file that gets copied, backed up and shared"


class WrongSettings(WrongConfiguration):
    """Everything that is wrong with the settings; the first complaint is the message."""

    def __init__(self, problems: list[str], *, hint: str = "") -> None:
        more = f" ({len(problems) - 1} more: psdm config check lists them.)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more, hint=hint)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings and where each comes from: a variable, or a line of the file; the rest are defaults."""

    settings: Settings
    file: Path | None
    origins: Mapping[Place, str] = field(default_factory=dict)


def config_file(folders: Folders, chosen: Path | None) -> Path | None:
    """The file to read: the chosen one, else the usual one if it is there."""
    if chosen is not None:
        return chosen
    return folders.config_file if folders.config_file.exists() else None


def load(folders: Folders, chosen: Path | None, environ: Mapping[str, str]) -> Loaded:
    """All settings. Raises `WrongConfiguration` or `WrongSettings` (exit 2)."""
    path = config_file(folders, chosen)
    document = read(path) if path is not None else Document({}, {})
    _refuse_secrets(document, path)
    origins: dict[Place, str] = {place: f"{path} line {line}" for place, line in document.lines.items()}
    raw = {section: _copy(value) for section, value in document.data.items()}
    for variable, place in VARIABLES.items():
        if environ.get(variable):
            section = raw.setdefault(place[0], {})
            if section is None:
                section = raw[place[0]] = {}
            if isinstance(section, dict):
                section[place[1]] = environ[variable]
                origins[place] = variable
    if not raw:
        return Loaded(Settings(), path)
    return Loaded(_settings(raw, origins, path), path, origins)


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, dict) else value


def _where(place: Place, origins: Mapping[Place, str], path: Path | None) -> str:
    for length in range(len(place), 0, -1):
        if place[:length] in origins:
            return origins[place[:length]]
    return str(path)


def _refuse_secrets(document: Document, path: Path | None) -> None:
    for place, line in document.lines.items():
        value: Any = document.data
        for name in place:
            value = value[name] if isinstance(value, dict) else None
        named = place[0] not in ("links", "labels") and SECRET_WORDS.search(place[-1])
        if named or (isinstance(value, str) and SECRET_VALUES.search(value)):
            system = "gitlab" if "gitlab" in ".".join(place).lower() else "kantata"
            raise WrongConfiguration(
                f"{path} line {line}: {'.'.join(place)}: {WHY}.",
                hint=f"Take it out of the file (and replace the token if the file was shared), then set "
                f"PSDM_{system.upper()}_TOKEN or run: psdm auth login {system}",
            )
        if place == ("store", "url") and isinstance(value, str) and re.search(r"//[^/@]*:[^/@]+@", value):
            raise WrongConfiguration(
                f"{path} line {line}: store.url: a password does not belong into a file that gets copied, backed up "
                f"and shared.",
                hint="Set PSDM_DATABASE_URL, or keep the password in ~/.pgpass.",
            )


def _settings(raw: dict[str, Any], origins: Mapping[Place, str], path: Path | None) -> Settings:
    from psdm_cli.settings.checking import settings_of

    complaints = _unknown_keys(raw, origins, path)
    settings, problems = settings_of(raw)
    complaints += [_complaint(problem, origins, path) for problem in problems]
    if complaints:
        complaints.sort(key=_line)
        raise WrongSettings(
            complaints, hint="config.example.yaml shows every key; psdm config check lists all problems."
        )
    return settings


def _line(complaint: str) -> int:
    """The line that a complaint is about; those about variables go first."""
    found = re.search(r" line (\d+): ", complaint)
    return int(found[1]) if found else 0


def _unknown_keys(raw: dict[str, Any], origins: Mapping[Place, str], path: Path | None) -> list[str]:
    from psdm_cli.settings.keys import all_keys

    known: set[Place] = set()
    for key in all_keys():
        known.update(key.place[:length] for length in range(1, len(key.place) + 1))
    problems: list[str] = []

    def walk(data: dict[str, Any], place: Place) -> None:
        for name, value in data.items():
            where = (*place, name)
            if where in known:
                if isinstance(value, dict):
                    walk(value, where)
                continue
            problems.append(f"{_where(where, origins, path)}: {_unknown(where, known)}")

    walk(raw, ())
    return problems


def _unknown(where: Place, known: set[Place]) -> str:
    name = ".".join(where)
    siblings = [place[-1] for place in known if place[:-1] == where[:-1]]
    meant = get_close_matches(where[-1], siblings, n=1, cutoff=0.6)
    if meant:
        return f"there is no key {name}; did you mean {'.'.join((*where[:-1], meant[0]))}?"
    elsewhere = sorted(".".join(place) for place in known if place[-1] == where[-1] and place[0] != "links")
    if elsewhere:
        return f"there is no key {name}; did you mean {elsewhere[0]}?"
    return f"there is no key {name}; known here: {', '.join(sorted(siblings)) or 'none'}."


def _complaint(problem: Problem, origins: Mapping[Place, str], path: Path | None) -> str:
    shown = mask(str(problem.value) if isinstance(problem.value, Decimal) else repr(problem.value))
    if len(shown) > 60:
        shown = shown[:57] + "…"
    tail = "" if problem.value is None and "not" in problem.why else f", not {shown}"
    return f"{_where(problem.place, origins, path)}: {'.'.join(problem.place)}: {problem.why}{tail}."
