"""What the Monday walk works with: what may be done about a finding, how it is shown, how a walk ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from psdm_cli.domain.call_message import CallMessage
from psdm_cli.domain.findings import Finding
from psdm_cli.domain.queue import Decision, Entry
from psdm_cli.domain.waivers import Returned
from psdm_cli.prompting import Prompter
from psdm_cli.workflows.checklist_runs import OpenRun
from psdm_cli.workflows.forecasting import Prepared
from psdm_cli.workflows.freezing import Frozen

if TYPE_CHECKING:
    from psdm_cli.domain.explanation import Explanation
    from psdm_cli.domain.report import ForecastReport


class Act(StrEnum):
    """What may be done about a finding."""

    FIX = "fix"
    UPSIDE = "upside"
    WAIVE = "waive"
    OPEN = "open"
    WHY = "why"
    EACH = "each"
    LATER = "later"
    SKIP = "skip"
    QUIT = "quit"


LABELS: Mapping[Act, str] = {
    Act.FIX: "fix now",
    Act.UPSIDE: "add to upside",
    Act.WAIVE: "waive",
    Act.OPEN: "open in browser",
    Act.WHY: "why",
    Act.EACH: "each by itself",
    Act.LATER: "later",
    Act.SKIP: "skip the rest",
    Act.QUIT: "quit",
}


@dataclass(frozen=True, slots=True)
class Repair:
    """A way to repair findings. `run` shows what it does, asks, does it, and says whether it was done, in words."""

    label: str
    run: Callable[[Prompter], str | None]


class Screen(Protocol):
    """How the walk shows what is no question."""

    def summary(self, report: ForecastReport, left: int, answered: int) -> None:
        """Where the preparation stands, at the beginning."""

    def entry(self, entry: Entry, place: tuple[int, int], before: Decision | None, back: Returned | None) -> None:
        """A finding before its question: number and how many, what was decided before, a waiver that is over."""

    def why(self, explanation: Explanation) -> None:
        """What is behind a finding."""

    def message(self, message: CallMessage) -> None:
        """The message for the forecast call, ready to paste."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the walk works with. `freeze` None: the forecast cannot be frozen now (offline, dry run).

    `deadlines` are those of the steps, `otherwise` that of all others. `page` gives an engagement's address in Kantata.
    """

    prepare: Callable[[], Prepared]
    opened: Callable[[Prepared], OpenRun]
    repairs: Callable[[Prepared, tuple[Finding, ...]], Sequence[Repair]]
    page: Callable[[Finding], str | None]
    freeze: Callable[[Prepared], Frozen] | None
    deadlines: Mapping[str, datetime]
    otherwise: datetime
    is_frozen: Callable[[Prepared], bool] = lambda _prepared: False
    freeze_unasked: bool = False


class Ending(StrEnum):
    """How a walk ended by itself."""

    DONE = "done"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Ended:
    """A walk that ended: as the preparation stands now, and what was frozen."""

    how: Ending
    prepared: Prepared
    run: OpenRun
    left: int
    frozen: Frozen | None = None
