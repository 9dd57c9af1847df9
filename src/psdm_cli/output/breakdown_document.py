"""The result of `psdm forecast show`: the forecast by project, month, role, person or type, in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.breakdown import Breakdown, BreakdownRow, By
from psdm_cli.output.wording import CENTS_MATTER, amount, hours

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page
    from psdm_cli.output.markdown import Markdown
    from psdm_cli.output.views import Dated

COMMAND = "forecast show"
WIDE = 110
HOURS_MATTER = frozenset({By.ROLE, By.PERSON})


class ForecastShowDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. Nothing in it asks for attention: exit 0."""

    command = COMMAND
    status = "ok"
    exit_code = 0
    shows_warnings = True

    def __init__(
        self,
        breakdown: Breakdown,
        *,
        as_of: date,
        now: datetime,
        synced_at: datetime | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self.breakdown = breakdown
        self.as_of = as_of
        self.now = now
        self.synced_at = synced_at
        self.warnings = tuple(warnings)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.views_json import show_result

        return show_result(self.breakdown, self.synced_at)

    def render_console(self, console: Console) -> None:
        """Tables as wide as the console."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page
        from psdm_cli.output.views import good_to_know, header, next_steps

        page = Page(width)
        header(page, COMMAND, self._dated(), f"by {self.breakdown.by.value}")
        for currency, rows in self._by_currency().items():
            if self.breakdown.by is By.MONTH:
                self._month_rows(page, currency, rows)
            else:
                self._money_rows(page, currency, rows)
        if self._shows_hours():
            self._hour_rows(page)
        good_to_know(page, (*self._incomplete(), *self.warnings))
        others = " ".join(f"{by.value}" for by in By if by is not self.breakdown.by).replace(" ", "|")
        next_steps(
            page,
            [
                (f"psdm forecast show --by {others}", "the same forecast, grouped otherwise"),
                ("psdm forecast diff", "what changed since the last frozen week"),
            ],
        )
        return page

    def _dated(self) -> Dated:
        from psdm_cli.output.views import Dated

        return Dated(as_of=self.as_of, now=self.now, synced_at=self.synced_at, warnings=self.warnings)

    def _by_currency(self) -> dict[str, list[BreakdownRow]]:
        found: dict[str, list[BreakdownRow]] = {}
        for row in self.breakdown.rows:
            if row.currency is not None and not self._only_hours(row):
                found.setdefault(row.currency, []).append(row)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def _only_hours(self, row: BreakdownRow) -> bool:
        """Somebody booked on fixed fee alone: the hours are shown, the money is the milestones'."""
        return self.breakdown.by in HOURS_MATTER and not any((*row.forecast.values(), row.beyond, row.incomplete))

    def _shows_hours(self) -> bool:
        """Hours beside money for people and roles, and wherever money is not seen."""
        by_month = self.breakdown.by is By.MONTH
        without_money = any(row.currency is None for row in self.breakdown.rows)
        return (
            bool(self.breakdown.rows)
            and (self.breakdown.by in HOURS_MATTER or without_money)
            and not (by_month and not without_money)
        )

    def _label(self, row: BreakdownRow) -> str:
        return f"{row.label} *" if row.incomplete else row.label

    def _incomplete(self) -> list[str]:
        """Which engagements are missing in the rows marked with a star."""
        names = dict.fromkeys(name for row in self.breakdown.rows for name in row.incomplete)
        return [f"* without the unknown share of {', '.join(names)}."] if names else []

    def _money_rows(self, page: Page, currency: str, rows: list[BreakdownRow]) -> None:
        from psdm_cli.output.layout import Column, Row, Span
        from psdm_cli.output.views import known_sum

        months = self.breakdown.months
        values = [value for row in rows for value in (*row.forecast.values(), row.beyond) if value is not None]
        whole = all(value == value.to_integral_value() for value in values)
        cents = not whole and page.width >= WIDE
        page.heading(f"Forecast in {currency}", "" if cents or whole else CENTS_MATTER.format(currency))
        cells: list[Row] = [
            (
                self._label(row),
                *(amount(row.forecast.get(month), cents=cents) for month in months),
                amount(row.beyond, cents=cents),
            )
            for row in rows
        ]
        sums = [known_sum(row.forecast.get(month) for row in rows) for month in months]
        sums.append(known_sum(row.beyond for row in rows))
        cells.append((Span("Total", "bold"), *(Span(amount(value, cents=cents), "bold") for value in sums)))
        page.table(
            (
                Column(self.breakdown.by.value, least=12),
                *(Column(month, "right") for month in months),
                Column("beyond", "right"),
            ),
            cells,
        )

    def _month_rows(self, page: Page, currency: str, rows: list[BreakdownRow]) -> None:
        from psdm_cli.output.layout import Column, Row

        page.heading(f"Forecast in {currency}")
        cells: list[Row] = []
        for row in rows:
            worked, to_come = row.worked.get(row.key), row.forecast.get(row.key)
            cells.append(
                (
                    self._label(row),
                    amount(worked),
                    amount(to_come),
                    amount(_sum(worked, to_come)),
                    hours(row.hours.get(row.key)),
                )
            )
        page.table(
            (
                Column("month"),
                Column("worked", "right"),
                Column("to come", "right"),
                Column("month total", "right"),
                Column("hard h to come", "right"),
            ),
            cells,
        )

    def _hour_rows(self, page: Page) -> None:
        from psdm_cli.output.layout import Column

        months = self.breakdown.months
        page.heading("Hard-booked hours to come", "fixed fee too" if self.breakdown.by in HOURS_MATTER else "")
        columns = [Column(self.breakdown.by.value, least=12)]
        if self.breakdown.by is By.MONTH:
            rows = [(label, hours(of.get(label))) for label, of in self._hours().items()]
            page.table([*columns, Column("hours", "right")], rows)
            return
        page.table(
            [*columns, *(Column(month, "right") for month in months)],
            [(label, *(hours(of.get(month)) for month in months)) for label, of in self._hours().items()],
        )

    def _hours(self) -> dict[str, dict[str, Decimal]]:
        """Hours per row and month; the rows of one group in several currencies together: hours have no currency."""
        found: dict[str, dict[str, Decimal]] = {}
        labels: dict[str, str] = {}
        for row in self.breakdown.rows:
            of = found.setdefault(row.key, {})
            labels[row.key] = row.label
            for month, value in row.hours.items():
                of[month] = of.get(month, Decimal(0)) + value
        seen: dict[str, dict[str, Decimal]] = {}
        for key, of in found.items():
            if any(of.values()):
                seen[labels[key] if labels[key] not in seen else f"{labels[key]} ({key})"] = of
        return seen

    def markdown(self) -> str:
        """Tables for an internal issue."""
        from psdm_cli.output.markdown import Markdown, own
        from psdm_cli.output.views import markdown_header

        page = Markdown()
        markdown_header(page, f"Forecast by {self.breakdown.by.value}", self._dated())
        for currency, rows in self._by_currency().items():
            self._markdown_money(page, currency, rows)
        if self._shows_hours():
            page.heading(2, "Hard-booked hours to come")
            months = ("hours",) if self.breakdown.by is By.MONTH else self.breakdown.months
            page.table(
                [(self.breakdown.by.value, "left"), *((month, "right") for month in months)],
                [
                    (label, *(own(hours(of.get(label if month == "hours" else month))) for month in months))
                    for label, of in self._hours().items()
                ],
            )
        notes = (*self._incomplete(), *self.warnings)
        if notes:
            page.heading(2, "Good to know")
            page.items(notes)
        return page.text()

    def _markdown_money(self, page: Markdown, currency: str, rows: list[BreakdownRow]) -> None:
        from psdm_cli.output.markdown import own

        page.heading(2, "Forecast in ", currency)
        if self.breakdown.by is By.MONTH:
            page.table(
                [("month", "left"), ("worked", "right"), ("to come", "right"), ("month total", "right")],
                [
                    (self._label(row), own(amount(worked)), own(amount(to_come)), own(amount(_sum(worked, to_come))))
                    for row in rows
                    for worked, to_come in ((row.worked.get(row.key), row.forecast.get(row.key)),)
                ],
            )
            return
        months = self.breakdown.months
        page.table(
            [(self.breakdown.by.value, "left"), *((month, "right") for month in months), ("beyond", "right")],
            [
                (self._label(row), *(own(amount(row.forecast.get(m))) for m in months), own(amount(row.beyond)))
                for row in rows
            ],
        )

    def csv(self) -> str:
        """One row per group and currency: worked, to come and hard hours per month, and what lies beyond."""
        from psdm_cli.output.csv_text import csv_text

        rows = self.breakdown.rows
        if self.breakdown.by is By.MONTH:
            return csv_text(
                ("month", "currency", "worked", "forecast", "hours"),
                ((r.key, r.currency, r.worked.get(r.key), r.forecast.get(r.key), r.hours.get(r.key)) for r in rows),
            )
        months = self.breakdown.months
        first = months[:1]
        return csv_text(
            (
                self.breakdown.by.value,
                "currency",
                *(f"worked {month}" for month in first),
                *months,
                "beyond",
                *(f"hours {month}" for month in months),
            ),
            (
                (
                    row.label,
                    row.currency,
                    *(row.worked.get(month) for month in first),
                    *(row.forecast.get(month) for month in months),
                    row.beyond,
                    *(row.hours.get(month) for month in months),
                )
                for row in rows
            ),
        )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
