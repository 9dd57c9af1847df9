"""The week's report as Markdown: for an internal issue, wiki page or the call itself."""

from __future__ import annotations

from datetime import datetime

from psdm_cli.domain.week_report import WeekReport
from psdm_cli.output import week_headline as words
from psdm_cli.output import week_standing as around
from psdm_cli.output import week_tables as tables
from psdm_cli.output.markdown import INTERNAL, Markdown, Part, own, said
from psdm_cli.output.week_cells import Table, Value
from psdm_cli.output.wording import age

SIGNS = {"red": "🔴 ", "yellow": "🟡 ", "green": "🟢 "}


def week_markdown(report: WeekReport, now: datetime | None) -> str:
    """The whole page. Without `now` the data's day stands in place of its age: a page that is published stays true."""
    page = Markdown()
    page.heading(1, f"Forecast call, week {report.week}")
    page.quote(own(INTERNAL))
    read = report.synced_at.date().isoformat() if report.synced_at else "an unknown day"
    data = age(report.synced_at, now) if now is not None else f"of {read}"
    page.paragraph(own(f"As of {report.as_of.isoformat()}, Kantata data {data}."))
    page.paragraph("Leads: ", ", ".join(report.leads), own(f". Fiscal quarter {report.quarter}."))
    page.items(
        said(own("**"), name, own("**: "), value, own(" ("), below, own(")"))
        for name, value, below in words.headline(report)
    )
    page.heading(2, "Forecast")
    for currency in words.currencies(report):
        _table(page, tables.month_table(report, currency))
        _table(page, tables.type_table(report, currency))
    if not words.currencies(report):
        page.paragraph("No amount is known: the token sees no money.")
    page.heading(2, "Pushes and pulls")
    _table(page, tables.move_table(report, slipped=True), caption=False)
    if report.compared_with is not None:
        page.heading(2, "Other changes")
        _table(page, tables.move_table(report, slipped=False), caption=False)
    page.heading(2, "Upside")
    _table(page, tables.upside_sums(report))
    _table(page, tables.upside_table(report))
    _table(page, tables.settled_table(report))
    page.heading(2, "Accuracy")
    _table(page, around.bias_table(report))
    _table(page, around.week_table(report))
    page.items(words.standing(report))
    page.heading(2, "Coverage gaps")
    _table(page, around.gap_table(report), caption=False)
    page.heading(2, "Under-allocated people")
    _table(page, around.people_table(report), caption=False)
    page.heading(2, "Red, yellow, green")
    _table(page, around.health_table(report), caption=False)
    if report.warnings:
        page.heading(2, "Good to know")
        page.items(report.warnings)
    return page.text()


def _table(page: Markdown, table: Table, *, caption: bool = True) -> None:
    if not table.rows:
        if table.empty:
            page.paragraph(table.empty)
        return
    if caption:
        page.heading(3, table.caption)
    rows: list[list[Part]] = [[_cell(value) for value in row] for row in table.rows]
    if table.foot:
        rows.append([said(own("**"), value.text, own("**"), _below(value)) for value in table.foot])
    page.table([(head.title, head.align) for head in table.columns], rows)


def _cell(value: Value) -> Part:
    return said(own(SIGNS.get(value.colour or "", "")), value.text, _below(value))


def _below(value: Value) -> Part:
    return said(own(" ("), value.below, own(")")) if value.below else own("")
