"""The week's report as one HTML file: charts with their numbers, sortable tables, nothing fetched when it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psdm_cli.domain.week_report import WeekReport
from psdm_cli.output import week_headline as words
from psdm_cli.output import week_standing as around
from psdm_cli.output import week_tables as tables
from psdm_cli.output.drawing import Studio
from psdm_cli.output.html.fragments import Card, Cell, Column, Part, badge, faint, lines, said
from psdm_cli.output.html.page import Html
from psdm_cli.output.week_cells import Head, Table, Value
from psdm_cli.output.week_charts import Chart, accuracy_charts, forecast_charts, people_charts, upside_charts
from psdm_cli.output.wording import age


def week_html(report: WeekReport, now: datetime, studio: Studio) -> str:
    """The whole file."""
    read = f"Kantata data {age(report.synced_at, now)}"
    lead = f"As of {report.as_of:%A} {report.as_of.isoformat()} · {report.quarter} · {', '.join(report.leads)} · {read}"
    page = Html(f"Forecast call, week {report.week}", lead=lead)
    page.cards([Card(name, value, below) for name, value, below in words.headline(report)])
    _forecast(page, report, studio)
    page.heading(2, "Pushes and pulls")
    _table(page, tables.move_table(report, slipped=True), seen=False)
    if report.compared_with is not None:
        page.heading(3, "Other changes")
        _table(page, tables.move_table(report, slipped=False), seen=False)
    page.heading(2, "Upside")
    _charts(page, upside_charts(report, studio))
    for table in (tables.upside_sums(report), tables.upside_table(report), tables.settled_table(report)):
        _table(page, table)
    page.heading(2, "Accuracy and bias")
    _charts(page, accuracy_charts(report, studio))
    _table(page, around.bias_table(report))
    if not report.weekly.lines:
        _table(page, around.week_table(report))
    page.items(words.standing(report))
    page.heading(2, "Coverage gaps")
    _table(page, around.gap_table(report), seen=False)
    page.heading(2, "Under-allocated people")
    _charts(page, people_charts(report, studio))
    _table(page, around.people_table(report))
    page.heading(2, "Red, yellow, green")
    _table(page, around.health_table(report), seen=False)
    if report.warnings:
        page.heading(2, "Good to know")
        page.items(report.warnings)
    page.foot(f"Made by psdm report week. {read}.")
    return page.text()


def _forecast(page: Html, report: WeekReport, studio: Studio) -> None:
    page.heading(2, "Forecast")
    currencies = words.currencies(report)
    if not currencies:
        page.paragraph("No amount is known: the token sees no money.")
    _charts(page, forecast_charts(report, studio))
    for currency in currencies:
        _table(page, tables.month_table(report, currency))
        _table(page, tables.type_table(report, currency))


def _charts(page: Html, charts: Iterable[Chart]) -> None:
    for chart in charts:
        numbers = chart.numbers
        rows = [[_cell(value) for value in row] for row in numbers.rows]
        columns = _columns(numbers.columns)
        page.chart(chart.svg, numbers.caption, columns, rows, says=chart.says, key=chart.key, on_paper=False)


def _table(page: Html, table: Table, *, seen: bool = True) -> None:
    if not table.rows:
        if table.empty:
            page.paragraph(table.empty)
        return
    rows = [[_cell(value) for value in row] for row in table.rows]
    page.table(_columns(table.columns), rows, table.caption, foot=[_cell(value) for value in table.foot], seen=seen)


def _columns(heads: Iterable[Head]) -> list[Column]:
    return [
        Column(head.title, "prose" if head.prose else "number" if head.align == "right" else "text") for head in heads
    ]


def _cell(value: Value) -> Part | Cell:
    shown: Part = badge(value.colour) if value.colour else value.text
    if value.below:
        shown = lines([said(shown), faint(value.below)])
    return Cell(shown, value.key)
