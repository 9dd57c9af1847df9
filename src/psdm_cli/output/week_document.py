"""The result of `psdm report week`: the Monday call on one page, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.week_report import WeekReport

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.changes.plan import Plan
    from psdm_cli.output.layout import Page, Row
    from psdm_cli.output.week_cells import Table, Value

COMMAND = "report week"
MOST_ROWS = 8  # on a screen; the other forms have all
STYLES = {"red": "red", "yellow": "yellow", "green": "green"}


@dataclass(frozen=True)
class WeekDocument:
    """A `ResultDocument` with `markdown()`. What could not be looked at makes it partial (exit 3).

    `file` is the HTML that was written, `plan` what --publish did, `failed` the exit code of that.
    """

    report: WeekReport
    now: datetime
    file: str | None = None
    plan: Plan | None = None
    failed: int = 0
    saved_in: str | None = None

    command = COMMAND
    shows_warnings = True

    @property
    def status(self) -> str:
        """Partial when something could not be looked at, or only a part of the plan is in."""
        return "partial" if self.failed or self.report.unseen else "ok"

    @property
    def exit_code(self) -> int:
        """3 when something could not be looked at; a plan's own code goes first."""
        return self.failed or (3 if self.report.unseen else 0)

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know, and what could not be looked at."""
        unseen = [f"{sentence[:1].upper()}{sentence[1:]}." for sentence in self.report.unseen]
        return tuple(dict.fromkeys((*self.report.warnings, *unseen)))

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_document import plan_items
        from psdm_cli.output.week_shapes import week_result

        return week_result(self.report, file=self.file, plan=plan_items(self.plan) if self.plan else ())

    def markdown(self) -> str:
        """The whole page for an internal issue or wiki."""
        from psdm_cli.output.week_markdown import week_markdown

        return week_markdown(self.report, self.now)

    def render_console(self, console: Console) -> None:
        """The figures first, then what moved, and where it is thin."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output import week_headline as words
        from psdm_cli.output import week_standing as around
        from psdm_cli.output import week_tables as tables
        from psdm_cli.output.layout import Column, Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import Dated, good_to_know, header

        report = self.report
        page = Page(width)
        dated = Dated(as_of=report.as_of, now=self.now, synced_at=report.synced_at)
        header(page, COMMAND, dated, f"week {report.week}")
        page.blank()
        page.table(
            (Column(""), Column("", least=12, lines=2), Column("", least=10, lines=2)),
            [(name, Span(value, "bold"), below) for name, value, below in words.headline(report)],
            indent=2,
        )
        for currency in words.currencies(report):
            _add(page, tables.month_table(report, currency))
        _add(page, tables.move_table(report, slipped=True), flexible=(0, 5))
        _add(page, tables.upside_table(report), flexible=(0, 2, 9), drop=(1, 8, 9))
        _add(page, around.bias_table(report))
        for line in words.standing(report):
            page.text(line, first="  · ")
        _add(page, around.gap_table(report), flexible=(0,))
        _add(page, around.people_table(report), flexible=(0,))
        _add(page, around.health_table(report), flexible=(0, 5), drop=(1, 3))
        good_to_know(page, self.warnings)
        if self.plan is not None and self.plan.items:
            page.heading("Published")
            add_plan(page, self.plan.items)
        self._next(page)
        return page

    def _next(self, page: Page) -> None:
        import shlex

        from psdm_cli.output.views import next_steps

        steps = [("psdm forecast freeze", "keep this week's forecast")] if self.report.compared_with is None else []
        if any(move.reason_due for move in self.report.moves):
            steps.append(("psdm top-customer", "say why it was pushed (--push-reason)"))
        if self.saved_in is not None:
            steps.append((f"psdm apply {shlex.quote(self.saved_in)}", "publish it by the saved plan"))
        if self.file is None:
            steps.append(("psdm report week --html week.html", "the page with charts, to send or to print"))
        if self.plan is None:
            steps.append(("psdm report week --publish", "put it into the internal project's wiki"))
        next_steps(page, steps or [("psdm forecast diff", "what changed, cause by cause")])


def _add(page: Page, table: Table, *, flexible: Sequence[int] = (), drop: Sequence[int] = ()) -> None:
    """A table under its caption, its first rows; what is left out is counted."""
    from psdm_cli.output.layout import Column

    page.heading(table.caption)
    if not table.rows:
        page.text(table.empty or "None.", indent=2, first="  ")
        return
    columns = []
    for at, head in enumerate(table.columns):
        least = 10 if at in flexible else 0
        columns.append(
            Column(head.title, head.align, least=least, wanted=16 if least else 0, lines=2 if least else 1,
                   drop=drop.index(at) + 1 if at in drop else 0)
        )  # fmt: skip
    rows: list[Row] = [[_span(value) for value in row] for row in table.rows[:MOST_ROWS]]
    page.table(columns, rows, indent=2)
    if len(table.rows) > MOST_ROWS:
        page.text(f"{len(table.rows) - MOST_ROWS} more: --markdown, --html and --json have them all.", first="  · ")


def _span(value: Value) -> Any:
    from psdm_cli.output.layout import Span

    text = f"{value.text} ({value.below})" if value.below else value.text
    return Span(text, STYLES.get(value.colour or "", ""))
