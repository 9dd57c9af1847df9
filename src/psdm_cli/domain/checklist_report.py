"""A checklist's run as a plain result: what console, JSON and Markdown show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from psdm_cli.domain.findings import State, Step
from psdm_cli.domain.waivers import Waiver

PLAIN = re.compile(r"\d{4}-W\d{2}|SOW-\d{1,20}", re.IGNORECASE)


def typed(name: str, subject_id: str) -> str:
    """How a subject is typed: by its name where that is a week or a SOW number, else by its id. Titles need quotes."""
    return name if PLAIN.fullmatch(name) else subject_id


@dataclass(frozen=True, slots=True)
class StepNote:
    """What stands behind a step in its definition: what to show for it, help, source, what it waits for, its page."""

    evidence: tuple[str, ...] = ()
    help: str = ""
    handbook: str = ""
    answers: str = ""  # what may be answered, such as "yes or no"; empty for what psdm checks itself
    waits_for: tuple[str, ...] = ()
    link: str = ""  # address of a page to look at


@dataclass(frozen=True, slots=True)
class ChecklistReport:
    """How a checklist stands for a subject. `open` are the manual steps that wait for a person, in their order.

    `reference` is how the subject is typed in a command: a week, a SOW number, or the project's id.
    """

    id: str
    title: str
    subject: str
    reference: str
    as_of: date
    steps: tuple[Step, ...]
    done: int
    total: int
    blocking: tuple[str, ...]
    open: tuple[str, ...]
    state: State
    notes: Mapping[str, StepNote] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A checklist that there is. `origin` is "psdm" or a team's file; `subject` is week or engagement."""

    id: str
    title: str
    subject: str
    steps: int
    origin: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run that was begun; `done` and `total` are those of its last look."""

    checklist: str
    subject: str
    reference: str
    scope: str
    who: str
    started_at: datetime
    touched_at: datetime
    answers: int
    done: int | None
    total: int | None

    @property
    def complete(self) -> bool:
        """Whether nothing was left to do at its last look."""
        return self.total is not None and self.done == self.total


@dataclass(frozen=True, slots=True)
class ChecklistsReport:
    """The checklists that there are, and their runs, the latest first."""

    checklists: tuple[ChecklistLine, ...]
    runs: tuple[RunLine, ...]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What is wrong with a checklist file, all of it; nothing: it can be used."""

    file: str
    id: str | None = None
    title: str | None = None
    steps: int = 0
    problems: tuple[str, ...] = ()
