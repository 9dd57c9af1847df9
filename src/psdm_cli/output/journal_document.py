"""How the journal looks: runs in a table, one run with its changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import ChangeState

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.changes.journal import Run
    from psdm_cli.output.layout import Page

LIST, SHOW = "journal list", "journal show"


@dataclass(frozen=True)
class JournalDocument:
    """A `ResultDocument` of `journal list` or `journal show`. Times are shown in `zone`."""

    command: str
    runs: Sequence[Run]
    zone: tzinfo
    status: str = "ok"
    exit_code: int = 0
    warnings: Sequence[str] = field(default=())

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_shapes import journal_result

        return journal_result(self.runs)

    def render_console(self, console: Console) -> None:
        """The runs, or the one."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page

        page = Page(width)
        if self.command == SHOW:
            for run in self.runs:
                self._show(page, run)
        elif self.runs:
            self._list(page)
        else:
            page.text("Nothing was written yet.")
        return page

    def _list(self, page: Page) -> None:
        from psdm_cli.output.layout import Column

        columns = (
            Column("run", align="right"),
            Column("when"),
            Column("who", least=6, wanted=16),
            Column("command", least=10, wanted=24, lines=2),
            Column("changes", least=12, wanted=24, lines=3),
        )
        rows = [(run.id, self._when(run), run.who, run.command, _standing(run)) for run in self.runs]
        page.table(columns, rows)
        from psdm_cli.output.views import next_steps

        newest = self.runs[0].id
        next_steps(
            page, [(f"psdm journal show {newest}", "its changes, one by one"), (f"psdm undo {newest}", "take it back")]
        )

    def _show(self, page: Page, run: Run) -> None:
        from psdm_cli.output.layout import Span
        from psdm_cli.output.plan_document import add_plan

        page.text(Span(f"Run {run.id} · {run.command} · {run.who} · {self._when(run)}", "bold"), indent=2)
        add_plan(page, run.items)

    def _when(self, run: Run) -> str:
        return f"{run.at.astimezone(self.zone):%Y-%m-%d %H:%M}"


def _standing(run: Run) -> str:
    words = {
        ChangeState.APPLIED: "in",
        ChangeState.KEPT: "already so",
        ChangeState.FAILED: "failed",
        ChangeState.SKIPPED: "skipped",
        ChangeState.PLANNED: "not sent",
    }
    counts = [(sum(item.state is state for item in run.items), word) for state, word in words.items()]
    return ", ".join(f"{count} {word}" for count, word in counts if count)
