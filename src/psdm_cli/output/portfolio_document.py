"""The result of `psdm portfolio`: one line an engagement, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.portfolio_rows import Health, PortfolioRow
from psdm_cli.output.wording import UNKNOWN, amount, day, percent, short_type

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

COMMAND = "portfolio"
WIDE = 120
WIDEST = 160
WANTED = 24  # columns for number and title, on a wide screen
CSV_COLUMNS = (
    "sow",
    "title",
    "lead",
    "type",
    "status",
    "end",
    "time_elapsed",
    "burn",
    "currency",
    "eac",
    "to_forecast",
    "runway",
    "gap_role",
    "gap_from",
    "gap_until",
    "milestone",
    "milestone_date",
    "health",
    "health_date",
    "suggested",
    "reasons",
)


class PortfolioDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. Nothing in it asks for attention: exit 0."""

    command = COMMAND
    status = "ok"
    exit_code = 0
    shows_warnings = True

    def __init__(
        self,
        rows: Sequence[PortfolioRow],
        *,
        as_of: date,
        now: datetime,
        synced_at: datetime | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self.rows = tuple(rows)
        self.as_of = as_of
        self.now = now
        self.synced_at = synced_at
        self.warnings = tuple(warnings)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.views_json import portfolio_result

        return portfolio_result(self.rows, self.synced_at)

    def render_console(self, console: Console) -> None:
        """A table as wide as the console; below it where the suggested health differs from the reported one."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Column, Group, Page, Row, Span
        from psdm_cli.output.views import HEALTH_STYLES, engagement_column, full_name, good_to_know, header, next_steps

        page = Page(width)
        header(page, COMMAND, self._dated())
        page.blank()
        leads = list(dict.fromkeys(row.lead or "(no lead)" for row in self.rows))
        rows: list[Row | Group] = []
        for lead in leads:
            if len(leads) > 1:
                rows.append(Group(lead))
            for row in (r for r in self.rows if (r.lead or "(no lead)") == lead):
                _, _, kind, status, end, elapsed, burn, eac, open_money, runway, gap, milestone = self._cells(row)
                health, suggested = _health(row), _suggested(row)
                late = row.end is not None and row.end < self.as_of
                rows.append(
                    (
                        full_name(row),
                        kind,
                        status,
                        Span(end, "red" if late else ""),
                        elapsed,
                        Span(burn, "red" if row.burn is not None and row.burn > 1 else ""),
                        eac,
                        Span(open_money, "yellow" if row.to_forecast else ""),
                        row.currency or "",
                        runway,
                        Span(gap, "yellow" if row.coverage_gap else ""),
                        milestone,
                        Span(health, HEALTH_STYLES.get(health.partition(" ")[0], "")),
                        Span(suggested, HEALTH_STYLES.get(suggested, "")),
                    )
                )
        page.table(
            (
                engagement_column(WANTED if width >= WIDE else 0),
                Column("type", drop=3),
                Column("status", least=6, drop=8),
                Column("end"),
                Column("time", "right", drop=4),
                Column("burn", "right"),
                Column("EAC", "right", drop=5),
                Column("to forecast", "right"),
                Column("in", least=3),
                Column("runway to", drop=7),
                Column("no booking", least=13),
                Column("milestone", least=10, wanted=10, most=10 if width < WIDEST else 40, drop=6),
                Column("health", least=12, drop=2),
                Column("suggested", drop=9),
            ),
            rows,
        )
        self._suggestions(page)
        good_to_know(page, self.warnings)
        next_steps(
            page,
            [
                ("psdm forecast-prep", "what to do about it before Monday 10:00"),
                ("psdm forecast show --by person", "who is booked when"),
            ],
        )
        return page

    def _suggestions(self, page: Page) -> None:
        """Where the figures suggest another colour than the last report gave, with the reasons."""
        from psdm_cli.output.layout import Span
        from psdm_cli.output.views import HEALTH_STYLES

        differing = [
            row
            for row in self.rows
            if row.suggested is not None
            and row.suggested.color is not Health.GREEN
            and (row.health is None or (row.health.color or "").casefold() != row.suggested.color.value)
        ]
        if not differing:
            return
        page.heading("Health to look at", "suggested from budget and schedule, never set by psdm")
        for row in differing:
            if row.suggested is not None:
                colour = row.suggested.color.value
                first = Span(f"  {colour:<6} ", HEALTH_STYLES[colour])
                page.text(f"{row.sow or row.title}: {'; '.join(row.suggested.reasons)}", first=first)

    def _dated(self) -> Any:
        from psdm_cli.output.views import Dated

        return Dated(as_of=self.as_of, now=self.now, synced_at=self.synced_at, warnings=self.warnings)

    def _cells(self, row: PortfolioRow) -> tuple[str, ...]:
        """Name, title, type, status, end, time, burn, EAC, to forecast, runway, gap, milestone as people read them."""
        from psdm_cli.output.views import name_and_title

        milestone = row.next_milestone
        return (
            *name_and_title(row),
            short_type(row.type),
            row.status or "",
            day(row.end, UNKNOWN),
            percent(row.time_elapsed) if row.time_elapsed is not None else "",
            percent(row.burn),
            amount(row.eac, cents=False),
            amount(row.to_forecast, cents=False),
            day(row.runway),
            _gap(row),
            f"{milestone.date.isoformat()} {milestone.title}" if milestone else "",
        )

    def markdown(self) -> str:
        """A table for an internal issue, with the reasons of the suggested health."""
        from psdm_cli.output.markdown import Markdown
        from psdm_cli.output.views import markdown_header

        page = Markdown()
        markdown_header(page, "Portfolio", self._dated())
        page.table(
            [
                ("engagement", "left"),
                ("title", "left"),
                ("lead", "left"),
                ("type", "left"),
                ("status", "left"),
                ("end", "left"),
                ("time", "right"),
                ("burn", "right"),
                ("EAC", "right"),
                ("to forecast", "right"),
                ("runway to", "left"),
                ("no booking", "left"),
                ("next milestone", "left"),
                ("health", "left"),
                ("suggested", "left"),
            ],
            [
                (name, title, row.lead or "", *rest, *_colours(row))
                for row in self.rows
                for name, title, *rest in (self._exact_cells(row),)
            ],
        )
        if self.warnings:
            page.heading(2, "Good to know")
            page.items(self.warnings)
        return page.text()

    def _exact_cells(self, row: PortfolioRow) -> tuple[str, ...]:
        """As `_cells`, with cents and currencies: a document outlives the screen."""
        cells = list(self._cells(row))
        for at, value in ((7, row.eac), (8, row.to_forecast)):
            cells[at] = f"{amount(value)} {row.currency}" if value is not None else UNKNOWN
        return tuple(cells)

    def csv(self) -> str:
        """One row an engagement; shares of one as numbers, unknown as empty cells."""
        from psdm_cli.output.csv_text import csv_text

        return csv_text(CSV_COLUMNS, (_csv_row(row) for row in self.rows))


def _csv_row(row: PortfolioRow) -> tuple[Any, ...]:
    gap, milestone, health, suggested = row.coverage_gap, row.next_milestone, row.health, row.suggested
    return (
        *(getattr(row, name) for name in CSV_COLUMNS[:12]),
        *((gap.role, gap.gap_from, gap.until) if gap else (None, None, None)),
        *((milestone.title, milestone.date) if milestone else (None, None)),
        *((health.color, health.date) if health else (None, None)),
        *((suggested.color.value, "; ".join(suggested.reasons)) if suggested else (None, None)),
    )


def _gap(row: PortfolioRow) -> str:
    if row.coverage_gap is not None:
        return f"{row.coverage_gap.role} {row.coverage_gap.gap_from.isoformat()}"
    return "" if row.coverage_known else UNKNOWN


def _health(row: PortfolioRow) -> str:
    return f"{row.health.color or UNKNOWN} {row.health.date:%m-%d}" if row.health else "none"


def _suggested(row: PortfolioRow) -> str:
    return row.suggested.color.value if row.suggested else ""


def _colours(row: PortfolioRow) -> tuple[str, str]:
    reasons = f" ({'; '.join(row.suggested.reasons)})" if row.suggested else ""
    return _health(row), f"{_suggested(row)}{reasons}"
