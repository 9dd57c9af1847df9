"""The result of `psdm forecast diff`: pushes, pulls and the rest since a frozen forecast, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.difference import DifferenceReport, ProjectDifference
from psdm_cli.domain.report import ChangeLine
from psdm_cli.output.wording import CHANGES, amount, months_moved

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

COMMAND = "forecast diff"
# a fall is what has to be explained in the Top Customer report
STYLES: Mapping[ChangeKind, str] = {
    ChangeKind.PUSH: "yellow",
    ChangeKind.PULL: "green",
    ChangeKind.UP: "green",
    ChangeKind.DOWN: "yellow",
    ChangeKind.NEW: "green",
    ChangeKind.GONE: "red",
}


class ForecastDiffDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. A change is no finding here: exit 0."""

    command = COMMAND
    status = "ok"
    exit_code = 0
    shows_warnings = True

    def __init__(self, report: DifferenceReport) -> None:
        self.report = report

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know about the figures, and which engagements could not be compared."""
        unknown = [project.sow or project.title for project in self.report.projects if not project.known]
        if not unknown:
            return self.report.warnings
        sentence = f"Not compared, one of the two forecasts is unknown or in another currency: {', '.join(unknown)}."
        return (*self.report.warnings, sentence)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.views_json import diff_result

        return diff_result(self.report)

    def render_console(self, console: Console) -> None:
        """Sums by month, then every change, the largest first, then why: cause by cause."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Column, Page, Span
        from psdm_cli.output.views import engagement_column, full_name, good_to_know, next_steps

        report = self.report
        page = Page(width)
        page.text(Span(f"psdm {COMMAND} · {self._span()}", "bold"), indent=2)
        page.heading("By month")
        page.table(
            (
                Column("month"),
                Column("before", "right"),
                Column("now", "right"),
                Column("change", "right"),
                Column(" ", least=3),
            ),
            [
                (
                    m.month,
                    amount(m.before),
                    amount(m.after),
                    Span(f"{m.change:+,.2f}" if m.change else "0.00", "yellow" if m.change < 0 else ""),
                    m.currency,
                )
                for m in report.months
            ],
        )
        changes = self._changes()
        page.heading("Changes", "" if changes else "none")
        if changes:
            page.table(
                (
                    engagement_column(),
                    Column("what"),
                    Column("months"),
                    Column("amount", "right"),
                    Column(" ", least=3),
                ),
                [
                    (
                        full_name(project),
                        Span(CHANGES[change.kind], STYLES[change.kind]),
                        months_moved(change),
                        amount(change.amount),
                        project.currency or "",
                    )
                    for project, change in changes
                ],
            )
        for project, change in changes:
            if change.reason:
                page.text(f"{project.sow or project.title} {months_moved(change)}: {change.reason}", first="  · ")
        if report.bridge:
            from psdm_cli.output.bridge_part import bridge_on_page

            bridge_on_page(page, report)
        good_to_know(page, self.warnings)
        if any(change.kind is ChangeKind.PUSH for _, change in changes):
            page.blank()
            page.text(
                "Call pushes out in the Top Customer report, each with its reason: psdm top-customer.", first="→ "
            )
        next_steps(page, [("psdm forecast freeze", f"keep the forecast of {report.week}")])
        return page

    def _span(self) -> str:
        report = self.report
        return (
            f"{report.before_week} (frozen {report.before_as_of.isoformat()}) → "
            f"{report.week} (as of {report.as_of.isoformat()})"
        )

    def _changes(self) -> list[tuple[ProjectDifference, ChangeLine]]:
        """Every change with its engagement, the largest amounts first."""
        found = [(project, change) for project in self.report.projects for change in project.changes]
        return sorted(found, key=lambda item: (-item[1].amount, item[0].sow or item[0].title))

    def markdown(self) -> str:
        """Sums and changes for an internal issue."""
        from psdm_cli.output.markdown import INTERNAL, Markdown, own
        from psdm_cli.output.views import name_and_title

        page = Markdown()
        page.heading(1, "Forecast changes")
        page.quote(own(INTERNAL))
        page.paragraph(own(f"{self._span()}."))
        page.heading(2, "By month")
        page.table(
            [("month", "left"), ("before", "right"), ("now", "right"), ("change", "right"), ("currency", "left")],
            [
                (m.month, own(amount(m.before)), own(amount(m.after)), own(f"{m.change:+,.2f}"), m.currency)
                for m in self.report.months
            ],
        )
        page.heading(2, "Changes")
        changes = self._changes()
        if not changes:
            page.paragraph(own("None."))
        page.table(
            [
                ("engagement", "left"),
                ("title", "left"),
                ("what", "left"),
                ("months", "left"),
                ("amount", "right"),
                ("currency", "left"),
            ],
            [
                (
                    *name_and_title(project),
                    own(CHANGES[change.kind]),
                    own(months_moved(change)),
                    own(amount(change.amount)),
                    project.currency or "",
                )
                for project, change in changes
            ],
        )
        page.items(
            f"{project.sow or project.title} {months_moved(change)}: {change.reason}"
            for project, change in changes
            if change.reason
        )
        if self.report.bridge:
            from psdm_cli.output.bridge_part import bridge_in_markdown

            bridge_in_markdown(page, self.report)
        if self.warnings:
            page.heading(2, "Good to know")
            page.items(self.warnings)
        return page.text()

    def csv(self) -> str:
        """One row a change; amounts positive, the kind says which way."""
        from psdm_cli.output.csv_text import csv_text

        return csv_text(
            ("sow", "title", "lead", "kind", "month_from", "month_to", "amount", "currency", "push_reason"),
            (
                (p.sow, p.title, p.lead, c.kind.value, c.month_from, c.month_to, c.amount, p.currency, c.reason)
                for p, c in self._changes()
            ),
        )
