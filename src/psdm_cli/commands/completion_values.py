"""What the shell may complete after an option or an argument: from the local database and our own lists, no network.

Values are typed into a command line by the shell as they are, so that only harmless ones are offered; a person whose
name is none is offered by user id. Whatever goes wrong here gives no values: pressing Tab must not print errors.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from psdm_cli.errors import PsdmError

if TYPE_CHECKING:
    from psdm_cli.settings.folders import Folders
    from psdm_cli.settings.model import Settings
    from psdm_cli.workflows.completing import Glimpse

Values = list[str | tuple[str, str]]

STEPS = {  # as domain.steps.catalog has them, which is too heavy for a key press; a test compares
    "FP-01": "Remaining funds to forecast",
    "FP-02": "Start and complete dates on all tasks",
    "FP-03": "Forecast report is accurate",
    "FP-04": "Upside added to the forecast sheet",
    "FP-05": "Task audit by PM",
    "FP-06": "Allocations: under-allocated people",
    "FP-07": "Soft bookings, all roles, full quarter",
    "FP-08": "Hard bookings for every project after kickoff",
    "FP-09": "Missing or unapproved time",
    "FP-10": "Fixed-fee sign-offs at risk for the quarter",
    "FP-11": "Health reports of Active projects",
}
STATUSES = ("Prospect", "In Set Up", "Okay to Start", "Active", "On Hold", "Backlog", "Closed")
GROUPINGS = ("project", "month", "role", "person", "type")
FIGURES = (  # of psdm why; a test compares
    "budget",
    "used",
    "remaining",
    "to_forecast",
    "hard_booked",
    "soft_booked",
    "overdue",
    "undated",
    "milestones",
    "eac",
    "hard_hours",
    "soft_hours",
    "unpriced_hours",
    "beyond",
    "burn",
    "runway",
    "time_elapsed",
    "kickoff",
    "end",
    "type",
    "changes",
    "forecast",
    "worked",
    "month_total",
    "coverage",
    "totals",
    "worked_totals",
    "people",
)
HIDDEN = ("estimate", "completed", "cancelled")

HARMLESS = re.compile(r"[^\W_][\w .@+-]*")
UNSEEMLY = re.compile(r"[^\w .,()&+/-]+")
LONGEST_HELP = 60


def sow_numbers(incomplete: str) -> Values:
    """SOW numbers of the mirror, with their titles; the number alone is completed as well."""
    return _offered(_sows(incomplete), incomplete)


def lead_names(incomplete: str) -> Values:
    """me, all, and the project leads of the mirror."""
    people = {one.lead_id or "": one.lead or "" for one in _engagements() if one.lead_id}
    named: Values = [(name if HARMLESS.fullmatch(name) else user, name) for user, name in people.items()]
    return _offered([("me", "your own engagements"), ("all", "everybody's"), *named], incomplete)


def status_names(incomplete: str) -> Values:
    """Kantata's project statuses: the handbook's, and those of the mirror."""
    seen = {one.status for one in _engagements() if one.status and one.status.casefold() not in HIDDEN}
    return _offered([*STATUSES, *sorted(seen - set(STATUSES))], incomplete)


def step_ids(incomplete: str) -> Values:
    """The steps of the forecast preparation."""
    return _offered(STEPS.items(), incomplete)


def duty_names(incomplete: str) -> Values:
    """What a PM owes every week."""
    from psdm_cli.domain.cadence import Duty

    return _offered([duty.value for duty in Duty], incomplete)


def preset_names(incomplete: str) -> Values:
    """The editions of the handbook whose deadlines psdm knows."""
    from psdm_cli.domain.cadence_presets import PRESETS

    return _offered(list(PRESETS), incomplete)


def scenarios(incomplete: str) -> Values:
    """Why money is upside and not forecast."""
    from psdm_cli.domain.upside import Scenario

    return _offered([scenario.value for scenario in Scenario], incomplete)


def upside_statuses(incomplete: str) -> Values:
    """What becomes of upside."""
    from psdm_cli.domain.upside import UpsideStatus

    return _offered([status.value for status in UpsideStatus], incomplete)


def posting_places(incomplete: str) -> Values:
    """Where the Top Customer notes can be posted."""
    return _offered(["epic", "slack"], incomplete)


def health_colors(incomplete: str) -> Values:
    """The colours of a health report."""
    return _offered(["green", "yellow", "red"], incomplete)


def client_words(incomplete: str) -> Values:
    """How a client can be."""
    from psdm_cli.domain.health.dimensions import CLIENT_WORDS

    return _offered([word.replace(" ", "-") for word in CLIENT_WORDS], incomplete)


def groupings(incomplete: str) -> Values:
    """What the forecast's rows can stand for."""
    return _offered(GROUPINGS, incomplete)


def link_names(incomplete: str) -> Values:
    """The names of the links in the settings."""
    return _offered(_links(), incomplete)


def openable(incomplete: str) -> Values:
    """What `psdm open` opens: a SOW, a link."""
    return _offered([*_sows(incomplete), *_links()], incomplete)


def explainable(incomplete: str) -> Values:
    """What `psdm why` explains, as far as it has names: steps, figures, engagements."""
    return _offered([*STEPS.items(), *FIGURES, *_sows(incomplete)], incomplete)


def checklist_names(incomplete: str) -> Values:
    """The checklists: ours, the team's, those that were begun."""
    from psdm_cli import checklists

    names = {file.stem for file in Path(checklists.__file__).parent.glob("*.yaml")}
    settings = _settings()
    folder = getattr(getattr(settings, "checklists", None), "folder", None)
    if folder:
        names |= {file.stem for end in ("*.yaml", "*.yml") for file in Path(folder).expanduser().glob(end)}
    if (file := _database()) is not None:
        from psdm_cli.workflows.completing import begun_checklists

        names |= set(begun_checklists(file))
    return _offered(sorted(names), incomplete)


def template_names(incomplete: str) -> Values:
    """The names of our templates."""
    from psdm_cli import settings  # a light neighbour of the folder, which itself would be read whole

    folder = Path(settings.__file__).parent.parent / "templates"
    return _offered(sorted(file.stem for file in folder.glob("*.j2")), incomplete)


def _sows(incomplete: str) -> Values:
    found: dict[str, str] = {}
    for one in _engagements():
        if one.sow and (one.status or "").casefold() not in HIDDEN:
            found[one.sow] = one.title
    spelling: Callable[[str], str] = str
    if incomplete[:1].isdigit():
        spelling = _number_alone
    elif incomplete[:1].islower():
        spelling = str.lower
    return [(spelling(sow), title) for sow, title in sorted(found.items())]


def _number_alone(sow: str) -> str:
    return sow.partition("-")[2]


def _links() -> list[str]:
    settings = _settings()
    if settings is not None:
        return list(settings.links)
    from psdm_cli.settings.handbook import LINKS

    return list(LINKS)


def _offered(values: Iterable[str | tuple[str, str]], incomplete: str) -> Values:
    """The harmless ones that begin as typed, in any case."""
    offered: Values = []
    for each in values:
        value, said = (each, "") if isinstance(each, str) else each
        if not HARMLESS.fullmatch(value) or not value.casefold().startswith(incomplete.casefold()):
            continue
        spelled = incomplete + value[len(incomplete) :]  # what was typed stays as it was typed
        help_text = UNSEEMLY.sub(" ", said).strip()[:LONGEST_HELP]
        offered.append((spelled, help_text) if help_text else spelled)
    return offered


def _engagements() -> tuple[Glimpse, ...]:
    file = _database()
    if file is None:
        return ()
    from psdm_cli.workflows.completing import known_engagements

    settings = _settings()
    return known_engagements(file, settings.kantata.fields.sow if settings is not None else None)


def _database() -> Path | None:
    """The SQLite file that the command line on the screen would use; None for a database server."""
    from psdm_cli.settings.folders import find_folders

    folders = find_folders(os.environ)
    if _is_sandbox():
        return folders.sandbox / "psdm.db"
    settings = _settings()
    url = settings.store.url if settings is not None else None
    if url is None:
        return folders.data / "psdm.db"
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path else None


def _settings() -> Settings | None:
    """The settings where there may be any that matter; None: the defaults, for which nothing need be read."""
    from psdm_cli.settings.folders import find_folders

    folders: Folders = find_folders(os.environ)
    chosen = _option("--config") or os.environ.get("PSDM_CONFIG")
    if not chosen and not os.environ.get("PSDM_DATABASE_URL") and not folders.config_file.exists():
        return None
    from psdm_cli.settings.loading import load

    try:
        return load(folders, Path(chosen).expanduser() if chosen else None, os.environ).settings
    except PsdmError:  # a wrong file is a matter for the command itself
        return None


def _is_sandbox() -> bool:
    return "--sandbox" in _words() or os.environ.get("PSDM_SANDBOX", "").strip().lower() in ("1", "true", "yes", "on")


def _option(name: str) -> str | None:
    """The value of an option on the line that is being completed."""
    words = _words()
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _words() -> list[str]:
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    try:
        return shlex.split(line)
    except ValueError:  # a quote that is not closed yet
        return line.split()
