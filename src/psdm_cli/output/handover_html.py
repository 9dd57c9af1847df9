"""The hand-over as one HTML file, for its reader alone: internal, nothing fetched when it is opened."""

from __future__ import annotations

from datetime import datetime

from psdm_cli.domain.handover import Handover
from psdm_cli.output import handover_tables as tables
from psdm_cli.output.html.fragments import Card, Cell, Column, Part, badge, faint, lines, said
from psdm_cli.output.html.page import Html
from psdm_cli.output.week_cells import Table, Value
from psdm_cli.output.wording import age


def handover_html(handover: Handover, now: datetime) -> str:
    """The whole file."""
    read = f"Kantata data {age(handover.synced_at, now)}"
    day = f"As of {handover.as_of:%A} {handover.as_of.isoformat()} · week {handover.week} · {read}"
    page = Html(f"Hand-over: {', '.join(handover.leads)}", lead=day)
    engagements = handover.engagements
    page.cards(
        [
            Card("Engagements", str(len(engagements))),
            Card("Open steps", str(sum(len(each.steps) for each in engagements))),
            Card("Clocks", str(sum(len(each.clocks) for each in engagements))),
            Card("Waits", str(sum(len(each.waits) for each in engagements))),
        ]
    )
    for heading, table in (
        ("State", tables.state_table(handover)),
        ("Who waits for what", tables.wait_table(handover)),
        ("Deadlines of the week", tables.deadline_table(handover)),
    ):
        page.heading(2, heading)
        _table(page, table, seen=False)
    for each in engagements:
        page.heading(2, each.row.sow or each.row.title)
        page.paragraph(each.row.title, faint(f" · {tables.summary(each)}"))
        page.items(each.team)
        for table in tables.tables_of(handover, each):
            _table(page, table)
    if handover.unseen:
        page.heading(2, "Could not be looked at")
        page.items(handover.unseen)
    if handover.warnings:
        page.heading(2, "Good to know")
        page.items(handover.warnings)
    page.foot(f"Made by psdm handover. {read}.")
    return page.text()


def _table(page: Html, table: Table, *, seen: bool = True) -> None:
    if not table.rows:
        page.paragraph(table.empty)
        return
    columns = [
        Column(h.title, "prose" if h.prose else "number" if h.align == "right" else "text") for h in table.columns
    ]
    page.table(columns, [[_cell(value) for value in row] for row in table.rows], table.caption, seen=seen)


def _cell(value: Value) -> Part | Cell:
    shown: Part = badge(value.colour) if value.colour else value.text
    if value.below:
        shown = lines([said(shown), faint(value.below)])
    return Cell(shown, value.key)
