"""The result of `psdm forecast accuracy`: forecasts against what came of them, and the bias, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.accuracy import AccuracyLine, AccuracyReport, Bias, Verdict
from psdm_cli.output.wording import amount, counted, long_type, percent, short_type

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page
    from psdm_cli.output.views import Dated

COMMAND = "forecast accuracy"
SYMBOLS: Mapping[Verdict, str] = {
    Verdict.IN_TOLERANCE: "✓",
    Verdict.OUT_OF_TOLERANCE: "!",
    Verdict.NOT_JUDGED: "·",
    Verdict.UNKNOWN: "–",
}
STYLES: Mapping[Verdict, str] = {
    Verdict.IN_TOLERANCE: "green",
    Verdict.OUT_OF_TOLERANCE: "yellow",
    Verdict.NOT_JUDGED: "dim",
    Verdict.UNKNOWN: "magenta",
}
WORDS: Mapping[Verdict, str] = {
    Verdict.IN_TOLERANCE: "in tolerance",
    Verdict.OUT_OF_TOLERANCE: "out of tolerance",
    Verdict.NOT_JUDGED: "not judged",
    Verdict.UNKNOWN: "unknown",
}


def signed_percent(value: Decimal | None, missing: str = "") -> str:
    """A signed share in percent with one decimal: `+4.5 %`; nothing, or `missing`, where there is none."""
    if value is None:
        return missing
    rounded = (value * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN) + 0
    return f"{rounded:+,.1f} %" if rounded else "0.0 %"


class ForecastAccuracyDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. Out of tolerance needs attention; so does what is unknown."""

    command = COMMAND
    shows_warnings = True

    def __init__(self, report: AccuracyReport, *, now: datetime) -> None:
        self.report = report
        self.now = now

    @property
    def warnings(self) -> Sequence[str]:
        """What is good to know, and which months no frozen forecast opened."""
        unfrozen = self.report.unfrozen
        if not unfrozen:
            return self.report.warnings
        return (
            *self.report.warnings,
            f"Not judged, because no forecast was frozen up to the first day: {', '.join(unfrozen)}.",
        )

    @property
    def status(self) -> str:
        """Attention when a month was out of tolerance, partial when one is unknown."""
        if self.report.count(Verdict.OUT_OF_TOLERANCE):
            return "attention"
        return "partial" if self.report.count(Verdict.UNKNOWN) else "ok"

    @property
    def exit_code(self) -> int:
        """3 when a month was out of tolerance or is unknown."""
        return 0 if self.status == "ok" else 3

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.looking_back_json import accuracy_result

        return accuracy_result(self.report)

    def render_console(self, console: Console) -> None:
        """The bias first, then month by month, the newest first."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page
        from psdm_cli.output.views import good_to_know, header, next_steps

        report = self.report
        page = Page(width)
        header(page, COMMAND, self._dated(), f"{report.months[0]} to {report.months[-1]}")
        page.blank()
        page.text(f"{self._standing()}.")
        self._biases(page, "Bias by type", [(b, long_type(b.key)) for b in report.by_type])
        self._biases(page, "Bias by engagement", [(b, b.label) for b in report.by_engagement])
        for month in reversed(report.months):
            self._month(page, month)
        good_to_know(page, self.warnings)
        next_steps(
            page,
            [
                ("psdm forecast diff", "what changed since the last frozen week, cause by cause"),
                ("psdm forecast freeze", "keep this week's forecast: next month is judged by the last one before it"),
            ],
        )
        return page

    def _dated(self) -> Dated:
        from psdm_cli.output.views import Dated

        report = self.report
        return Dated(as_of=report.as_of, now=self.now, synced_at=report.synced_at, warnings=report.warnings)

    def _standing(self) -> str:
        found = [(verdict, self.report.count(verdict)) for verdict in Verdict]
        return (
            ", ".join(
                f"{counted(count, 'engagement month') if at == 0 else count} {WORDS[verdict]}"
                for at, (verdict, count) in enumerate((v, c) for v, c in found if c)
            )
            or "No engagement was in the frozen forecasts"
        )

    def _biases(self, page: Page, title: str, rows: Sequence[tuple[Bias, str]]) -> None:
        from psdm_cli.output.layout import Column, Span

        if not rows:
            return
        page.heading(title, "above zero more came than was forecast")
        page.table(
            (Column("", least=12, most=40), Column("months", "right"), Column("out", "right"), Column("mean", "right")),
            [
                (
                    label,
                    str(bias.months),
                    Span(str(bias.out_of_tolerance), "yellow" if bias.out_of_tolerance else ""),
                    signed_percent(bias.mean_error, "none"),
                )
                for bias, label in rows
            ],
            indent=2,
        )

    def _month(self, page: Page, month: str) -> None:
        from psdm_cli.output.layout import Column, Span
        from psdm_cli.output.views import engagement_column, full_name

        lines = self._lines(month)
        if not lines:
            return
        frozen = lines[0].frozen_as_of
        page.heading(month, f"forecast frozen as of {frozen.isoformat()}" if frozen else "")
        page.table(
            (
                Column(""),
                engagement_column(),
                Column("type"),
                Column("forecast", "right"),
                Column("actual", "right"),
                Column(" ", least=3),
                Column("error", "right"),
                Column("goal", "right", drop=1),
            ),
            [
                (
                    Span(SYMBOLS[line.verdict], STYLES[line.verdict]),
                    full_name(line),
                    short_type(line.type),
                    amount(line.forecast),
                    amount(line.actual),
                    line.currency or "",
                    Span(signed_percent(line.error), STYLES[line.verdict]),
                    f"±{percent(line.tolerance)}",
                )
                for line in lines
            ],
        )
        for reason in dict.fromkeys(line.reason for line in lines if line.reason):
            names = [line.sow or line.title for line in lines if line.reason == reason]
            shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            page.text(f"{shown}: {reason}", first="  · ")
        for line in lines:
            for said in line.pushes:
                page.text(f"{line.sow or line.title} {said}", first="  → ")

    def _lines(self, month: str) -> list[AccuracyLine]:
        """A month's engagements: out of tolerance first, then by how far off."""
        order = [Verdict.OUT_OF_TOLERANCE, Verdict.UNKNOWN, Verdict.IN_TOLERANCE, Verdict.NOT_JUDGED]
        of = [line for line in self.report.lines if line.month == month]
        return sorted(
            of, key=lambda line: (order.index(line.verdict), -abs(line.error or Decimal(0)), line.sow or line.title)
        )

    def markdown(self) -> str:
        """Bias and months for an internal issue."""
        from psdm_cli.output.markdown import Markdown, own
        from psdm_cli.output.views import markdown_header, name_and_title

        page = Markdown()
        markdown_header(page, "Forecast accuracy", self._dated())
        page.paragraph(own(f"{self._standing()}."))
        page.heading(2, "Bias")
        page.table(
            [("of", "left"), ("months", "right"), ("out of tolerance", "right"), ("mean error", "right")],
            [
                (
                    label,
                    own(str(bias.months)),
                    own(str(bias.out_of_tolerance)),
                    own(signed_percent(bias.mean_error, "none")),
                )
                for bias, label in (
                    *((b, long_type(b.key)) for b in self.report.by_type),
                    *((b, b.label) for b in self.report.by_engagement),
                )
            ],
        )
        for month in reversed(self.report.months):
            lines = self._lines(month)
            if not lines:
                continue
            page.heading(2, month)
            page.table(
                [
                    ("engagement", "left"),
                    ("title", "left"),
                    ("type", "left"),
                    ("forecast", "right"),
                    ("actual", "right"),
                    ("currency", "left"),
                    ("error", "right"),
                    ("verdict", "left"),
                    ("pushes", "left"),
                ],
                [
                    (
                        *name_and_title(line),
                        own(short_type(line.type)),
                        own(amount(line.forecast)),
                        own(amount(line.actual)),
                        line.currency or "",
                        own(signed_percent(line.error)),
                        f"{WORDS[line.verdict]}: {line.reason}" if line.reason else own(WORDS[line.verdict]),
                        "; ".join(line.pushes),
                    )
                    for line in lines
                ],
            )
        if self.warnings:
            page.heading(2, "Good to know")
            page.items(self.warnings)
        return page.text()

    def csv(self) -> str:
        """One row an engagement and month; `error` and `tolerance` are shares of one."""
        from psdm_cli.output.csv_text import csv_text

        return csv_text(
            (
                "sow",
                "title",
                "lead",
                "type",
                "month",
                "currency",
                "forecast",
                "actual",
                "error",
                "tolerance",
                "verdict",
                "reason",
                "frozen_as_of",
                "pushes",
            ),
            (
                (
                    line.sow,
                    line.title,
                    line.lead,
                    line.type,
                    line.month,
                    line.currency,
                    line.forecast,
                    line.actual,
                    line.error,
                    line.tolerance,
                    line.verdict.value,
                    line.reason,
                    line.frozen_as_of,
                    "; ".join(line.pushes) or None,
                )
                for line in self.report.lines
            ),
        )
