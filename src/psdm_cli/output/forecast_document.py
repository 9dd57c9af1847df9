"""The result of `psdm forecast-prep` in every way it can be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.findings import State
from psdm_cli.domain.report import ForecastReport
from psdm_cli.output.document import NEEDS_ATTENTION

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.fix_document import Repaired

STATUSES: Mapping[State, str] = {State.ATTENTION: "attention", State.UNVERIFIED: "partial"}


@dataclass(frozen=True, slots=True)
class ForecastPrepDocument:
    """A `ResultDocument`. `now` dates the data; `step` shows one step alone; `verbose` shows every finding.

    The screen carries the report's warnings itself (`shows_warnings`), after what is more urgent. `repaired`: what
    `--fix` did, shown first; the report is as it stands afterwards.
    """

    report: ForecastReport
    now: datetime
    step: str | None = None
    verbose: bool = False
    command: str = "forecast-prep"
    shows_warnings: bool = True
    repaired: Repaired | None = None

    @property
    def status(self) -> str:
        """attention: a step found something; partial: nothing found, but not everything could be looked at; else ok."""
        if self.repaired is not None and self.repaired.exit_code:
            return "partial"
        return STATUSES.get(self.report.state, "ok")

    @property
    def exit_code(self) -> int:
        """That of writing where a fix failed; else 3 with a step that is attention or unverified (interface.md 3)."""
        if self.repaired is not None and self.repaired.exit_code:
            return self.repaired.exit_code
        return 0 if self.report.state is State.PASS else NEEDS_ATTENTION

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know about the figures."""
        return self.report.warnings

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document, always whole."""
        from psdm_cli.output.forecast_json import forecast_prep_result

        return forecast_prep_result(self.report, self.repaired)

    def render_console(self, console: Console) -> None:
        """The screen, as wide as the console."""
        from psdm_cli.output.forecast_console import forecast_page

        if self.repaired is not None:
            from psdm_cli.output.layout import Page

            first = Page(console.width)
            self.repaired.add_to(first)
            first.blank()
            first.write(console)
        page = forecast_page(self.report, self.now, console.width, step=self.step, verbose=self.verbose)
        page.write(console)

    def markdown(self) -> str:
        """A whole report for an internal issue."""
        from psdm_cli.output.forecast_markdown import forecast_markdown

        return forecast_markdown(self.report, self.now)

    def csv(self) -> str:
        """One row an engagement for the revenue sheet."""
        from psdm_cli.output.forecast_csv import forecast_csv

        return forecast_csv(self.report)
