"""The result of `psdm init-project`: what was found, the plan as it ended, requests to paste, what is left."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import ChangeState, Plan
from psdm_cli.domain.checklist_report import ChecklistReport
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.findings import State
from psdm_cli.domain.space.result import KickoffView
from psdm_cli.output.document import NEEDS_ATTENTION, status_of

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

SYMBOLS = {"seen": ("✓", "green"), "missing": ("!", "yellow"), "unseen": ("–", "dim")}


@dataclass(frozen=True)
class KickoffDocument:
    """A `ResultDocument`. Exit 3 until the checklist is complete, unless writing failed (`failed`)."""

    view: KickoffView
    report: ChecklistReport
    as_of: date
    plan: Plan | None = None
    requests: tuple[Draft, ...] = ()
    left_out: tuple[str, ...] = ()
    run: str | None = None
    failed: int = 0
    warnings: Sequence[str] = ()
    saved_in: str | None = None
    verbose: bool = False
    command: str = "init-project"

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.report.done == self.report.total

    @property
    def exit_code(self) -> int:
        """That of writing; else 3 until the checklist is complete."""
        return self.failed or (0 if self.is_complete else NEEDS_ATTENTION)

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.kickoff_shapes import init_project_result

        return init_project_result(self)

    def render_console(self, console: Console) -> None:
        """The screen, as wide as the console."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.drafts import add_drafts
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import next_steps

        page = Page(width)
        parts = (
            "psdm init-project",
            f"{self.view.sow} {self.view.customer or ''}".strip(),
            f"as of {self.as_of:%a} {self.as_of.isoformat()}",
            f"{self.report.done} of {self.report.total} done",
        )
        page.text(Span(" · ".join(parts), "bold"), indent=2)
        self._found(page)
        self._plan(page)
        add_drafts(page, self.requests)
        self._notes(page)
        self._checklist(page)
        next_steps(page, self._next())
        return page

    def _found(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span

        page.heading("Found", "in both systems")
        rows = []
        for line in self.view.lines:
            sign, style = SYMBOLS[line.state]
            rows.append((Span(sign, style), line.name, Span(line.said, "" if line.state == "seen" else style)))
        page.table((Column(""), Column("", least=12), Column("", least=20, lines=4)), rows)

    def _plan(self, page: Page) -> None:
        from psdm_cli.output.layout import Span
        from psdm_cli.output.plan_document import add_plan

        if self.plan is None or not self.plan.items:
            return
        shown = self.plan.items if self.verbose else tuple(i for i in self.plan.items if i.change.writes)
        if shown:
            add_plan(page, shown)
        kept = len(self.plan.items) - len(shown)
        if kept and not shown:
            page.heading("Plan")
            page.text(f"all {kept} already so: nothing to change", first=Span("  = ", "dim"), indent=4)
        elif kept:
            page.text(Span(f"And {kept} already so (-v shows them).", "dim"))

    def _notes(self, page: Page) -> None:
        from psdm_cli.output.layout import Span

        for heading, texts in (
            ("Not planned", self.left_out),
            ("Replaced, since the plan of this GitLab lacks it", self.view.replaced),
            ("Good to know", self.view.advice),
        ):
            if texts:
                page.heading(heading)
                for text in texts:
                    page.text(text, first=Span("  · ", "dim"), indent=4)

    def _checklist(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span
        from psdm_cli.output.wording import STYLES, standing
        from psdm_cli.output.wording import SYMBOLS as STATES

        page.heading("Checklist", standing(self.report.steps))
        rows = []
        for step in self.report.steps:
            if not self.verbose and step.state in (State.PASS, State.DONE, State.SKIPPED):
                continue
            said = step.live[0].message if step.live else step.reason
            more = f" (and {len(step.live) - 1} more)" if len(step.live) > 1 else ""
            title = Span(step.title, "bold" if step.state is State.ATTENTION else "")
            rows.append((Span(STATES[step.state], STYLES[step.state]), step.id, title, step.owner, f"{said}{more}"))
        if rows:
            columns = (
                Column(""),
                Column("step", least=7),
                Column("title", least=14, most=30, lines=4),
                Column("owner", least=2, most=10, drop=1),
                Column("", least=20, lines=6),
            )
            page.table(columns, rows)

    def _next(self) -> list[tuple[str, str]]:
        sow = self.view.sow
        if self.saved_in is not None:
            return [(f"psdm apply {shlex.quote(self.saved_in)}", "apply this plan")]
        found: list[tuple[str, str]] = []
        if self.run is not None and self.plan is not None and self._has_written:
            found.append((f"psdm undo {self.run}", "take it back"))
        if self.is_complete:
            return [*found, (f"psdm status {sow}", "the engagement on one page")]
        return [
            (f"psdm init-project {sow}", "go on: answer what is open"),
            (f"psdm checklist resume init-project {sow} --answer STEP=…", "answer one step"),
            *found,
        ]

    @property
    def _has_written(self) -> bool:
        items = self.plan.items if self.plan is not None else ()
        return any(item.state is ChangeState.APPLIED for item in items)
