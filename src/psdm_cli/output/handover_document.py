"""The result of `psdm handover`, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.handover import Handover

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page, Row
    from psdm_cli.output.markdown import Markdown, Part
    from psdm_cli.output.week_cells import Table, Value

COMMAND = "handover"
LESS = ("runway to", "burn", "EAC")  # what a narrow screen does without, the last first


@dataclass(frozen=True)
class HandoverDocument:
    """A `ResultDocument` with `markdown()`. What could not be looked at makes it partial (exit 3).

    `file` is the HTML that was written.
    """

    handover: Handover
    now: datetime
    file: str | None = None

    command = COMMAND
    shows_warnings = True

    @property
    def status(self) -> str:
        """Partial when something could not be looked at."""
        return "partial" if self.handover.unseen else "ok"

    @property
    def exit_code(self) -> int:
        """0, or 3 when something could not be looked at."""
        return 3 if self.handover.unseen else 0

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know, and what could not be looked at."""
        unseen = [f"{sentence[:1].upper()}{sentence[1:]}." for sentence in self.handover.unseen]
        return tuple(dict.fromkeys((*self.handover.warnings, *unseen)))

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.handover_shapes import handover_result

        return handover_result(self.handover, self.file)

    def markdown(self) -> str:
        """The whole page, for an internal issue or a mail within the company."""
        from psdm_cli.output import handover_tables as tables
        from psdm_cli.output.markdown import Markdown
        from psdm_cli.output.views import Dated, markdown_header

        page, handover = Markdown(), self.handover
        dated = Dated(as_of=handover.as_of, now=self.now, synced_at=handover.synced_at)
        markdown_header(page, f"Hand-over: {', '.join(handover.leads)}", dated)
        for table in (tables.state_table(handover), tables.wait_table(handover), tables.deadline_table(handover)):
            page.heading(2, table.caption)
            _markdown_table(page, table)
        for each in handover.engagements:
            page.heading(2, each.row.sow or each.row.title)
            page.paragraph(f"{each.row.title}: {tables.summary(each)}.")
            page.items(each.team)
            for table in tables.tables_of(handover, each):
                if table.rows:
                    page.heading(3, table.caption)
                _markdown_table(page, table)
        if self.warnings:
            page.heading(2, "Good to know")
            page.items(self.warnings)
        return page.text()

    def render_console(self, console: Console) -> None:
        """All at a glance, who waits for what, then what each engagement asks."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output import handover_tables as tables
        from psdm_cli.output.layout import Page
        from psdm_cli.output.views import Dated, good_to_know, header, next_steps

        handover = self.handover
        page = Page(width)
        dated = Dated(as_of=handover.as_of, now=self.now, synced_at=handover.synced_at)
        header(page, COMMAND, dated, ", ".join(handover.leads))
        state = tables.state_table(handover)
        titles = [head.title for head in state.columns]
        _screen_table(page, state, flexible=(0,), drop=[titles.index(title) for title in LESS], below=False)
        _screen_table(page, tables.wait_table(handover), flexible=(3,), drop=(1, 4))
        _screen_table(page, tables.deadline_table(handover), flexible=(0,), drop=(3,))
        for each in handover.engagements:
            title = f"{each.row.title} · " if each.row.sow else ""
            page.heading(each.row.sow or each.row.title, f"{title}{tables.summary(each)}")
            for clock in each.clocks:
                day = f" by {clock.due:%Y-%m-%d}" if clock.due is not None else ""
                page.text(f"{clock.what}{day}", first="  · ")
            for step in each.steps:
                page.text(f"{step.finding.step} {step.finding.message} ({step.owner})", first="  ! ")
            for run in each.checklists:
                page.text(f"{run.title}: {len(run.open)} steps wait for a person", first="  ? ")
            for entry in each.upside:
                page.text(f"Upside {entry.id}: {entry.said}", first="  + ")
            for one in each.waivers:
                page.text(f"{one.finding} ({one.waiver.said})", first="  – ")
        good_to_know(page, self.warnings)
        if self.file is None:
            next_steps(page, [("psdm handover --html handover.html", "the whole page, to send within the company")])
        return page


def _markdown_table(page: Markdown, table: Table) -> None:
    if not table.rows:
        page.paragraph(table.empty)
        return
    rows: list[list[Part]] = [[_text(value) for value in row] for row in table.rows]
    page.table([(head.title, head.align) for head in table.columns], rows)


def _text(value: Value) -> str:
    return f"{value.text} ({value.below})" if value.below else value.text


def _screen_table(
    page: Page, table: Table, *, flexible: Sequence[int] = (), drop: Sequence[int] = (), below: bool = True
) -> None:
    """A table of the screen; not `below`: what stands below a cell's text is left to the sections."""
    from psdm_cli.output.layout import Column

    page.heading(table.caption)
    if not table.rows:
        page.text(table.empty, first="  ")
        return
    columns = [
        Column(
            head.title,
            head.align,
            least=12 if at in flexible else 0,
            wanted=24 if at in flexible else 0,
            lines=2 if at in flexible else 1,
            drop=drop.index(at) + 1 if at in drop else 0,
        )
        for at, head in enumerate(table.columns)
    ]
    rows: list[Row] = [[_text(value) if below else value.text for value in row] for row in table.rows]
    page.table(columns, rows, indent=2)
