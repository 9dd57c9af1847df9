"""The results of `psdm checklist`: a run in every form, the list of checklists, a checked file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.checklist_report import CheckedFile, ChecklistReport, ChecklistsReport
from psdm_cli.domain.findings import State
from psdm_cli.output.document import NEEDS_ATTENTION

if TYPE_CHECKING:
    from rich.console import Console

STATUSES: Mapping[State, str] = {State.PASS: "ok", State.UNVERIFIED: "partial"}
WRONG = 2


@dataclass(frozen=True, slots=True)
class ChecklistDocument:
    """A `ResultDocument` with `markdown()`: how a run stands. `command` is the one that was typed."""

    report: ChecklistReport
    command: str = "checklist show"
    verbose: bool = False
    shows_warnings: bool = True

    @property
    def status(self) -> str:
        """attention: a step needs somebody; partial: not everything could be looked at; else ok."""
        return STATUSES.get(self.report.state, "attention")

    @property
    def exit_code(self) -> int:
        """3 with a step that is attention or unverified, or open where the checklist must be complete; else 0."""
        return 0 if self.report.state is State.PASS else NEEDS_ATTENTION

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know; findings whose waiver is over among it."""
        return self.report.warnings

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.checklist_json import checklist_result

        return checklist_result(self.report)

    def render_console(self, console: Console) -> None:
        """The screen, as wide as the console."""
        from psdm_cli.output.checklist_views import run_page

        run_page(self.report, self.command, console.width, verbose=self.verbose).write(console)

    def markdown(self) -> str:
        """A task list for an internal issue."""
        from psdm_cli.output.checklist_views import run_markdown

        return run_markdown(self.report)


@dataclass(frozen=True, slots=True)
class ChecklistsDocument:
    """A `ResultDocument`: the checklists and their runs."""

    report: ChecklistsReport
    command: str = "checklist list"
    status: str = "ok"
    exit_code: int = 0
    warnings: tuple[str, ...] = ()

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.checklist_json import checklists_result

        return checklists_result(self.report)

    def render_console(self, console: Console) -> None:
        """Two tables."""
        from psdm_cli.output.checklist_views import list_page

        list_page(self.report, console.width).write(console)


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A `ResultDocument`: what is wrong with a checklist file (exit 2), or that nothing is."""

    report: CheckedFile
    command: str = "checklist check"
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """error with problems, else ok."""
        return "error" if self.report.problems else "ok"

    @property
    def exit_code(self) -> int:
        """2 with problems, else 0."""
        return WRONG if self.report.problems else 0

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.checklist_json import checked_result

        return checked_result(self.report)

    def render_console(self, console: Console) -> None:
        """All right, or every complaint."""
        from psdm_cli.output.checklist_views import checked_page

        checked_page(self.report, console.width).write(console)
