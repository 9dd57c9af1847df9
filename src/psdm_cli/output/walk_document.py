"""The result of a forecast preparation that was walked: where it stands, the message for the call, what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.findings import State, Step
from psdm_cli.output.forecast_document import ForecastPrepDocument
from psdm_cli.output.layout import Page, Span
from psdm_cli.output.views import good_to_know, next_steps
from psdm_cli.output.wording import STYLES, SYMBOLS, counted, standing

if TYPE_CHECKING:
    from rich.console import Console

COMMAND = "psdm forecast-prep"


@dataclass(frozen=True, slots=True)
class WalkDocument:
    """A `ResultDocument`. `checklist`: all steps of the run, manual ones included; `left`: findings not answered yet.

    `done`: walked to the end, the message for the call included; else it was left before.
    """

    whole: ForecastPrepDocument
    checklist: Sequence[Step]
    left: int
    done: bool
    frozen: str = ""
    command: str = "forecast-prep"
    shows_warnings: bool = True

    @property
    def status(self) -> str:
        """As of the whole preparation."""
        return self.whole.status

    @property
    def exit_code(self) -> int:
        """As of the whole preparation: 3 while a step needs somebody."""
        return self.whole.exit_code

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know about the figures."""
        return self.whole.warnings

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        return self.whole.json_result()

    def render_console(self, console: Console) -> None:
        """The end of the walk."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The closing page for a width."""
        page = Page(width)
        report = self.whole.report
        page.line()
        page.text(Span(f"{COMMAND} · {report.pm_name} · week {report.week}: {standing(self.checklist)}", "bold"))
        for step in self.checklist:
            if step.state in (State.ATTENTION, State.UNVERIFIED, State.MANUAL):
                symbol = Span(f"  {SYMBOLS[step.state]} ", STYLES[step.state])
                page.text(f"{step.id} {step.title}: {step.reason}", first=symbol)
        if self.frozen:
            page.text(self.frozen, first=Span("  ✓ ", STYLES[State.PASS]))
        good_to_know(page, self.warnings)
        next_steps(page, self._next())
        return page

    def _next(self) -> list[tuple[str, str]]:
        report = self.whole.report
        commands = []
        if not self.done or self.left:
            commands.append((COMMAND, f"go on: {counted(self.left, 'question')} left" if self.left else "go on"))
        manual = [step.id for step in self.checklist if step.state is State.MANUAL]
        if manual:
            commands.append((f'{COMMAND} --confirm {manual[0]}="…"', f"confirm {', '.join(manual)} with a note"))
        if not self.frozen:
            commands.append((f"{COMMAND} --freeze", f"keep the forecast of {report.week} to compare with next week"))
        commands.append(("psdm forecast diff", "what changed since the frozen week, cause by cause"))
        return commands
