"""The result of `psdm cadence`: the reporting schedule for a terminal, a channel, a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.cadence_schedule import Rhythm, Scheduled

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.domain.agenda import Item
    from psdm_cli.output.cadence_shapes import CalendarFile
    from psdm_cli.output.layout import Page

COMMAND = "cadence"
EASTERN = "America/New_York"
ANY_DAY = "any day"
TITLES: Mapping[Rhythm, str] = {
    Rhythm.WEEKLY: "Every week",
    Rhythm.MONTHLY: "Every month",
    Rhythm.QUARTERLY: "Every fiscal quarter",
}


@dataclass(frozen=True)
class CadenceDocument:
    """A `ResultDocument`. `own` turns an instant into the PM's own zone; `clocks` are items of the agenda."""

    rows: Sequence[Scheduled]
    preset: str
    preset_title: str
    zone: str
    week: str
    now: datetime
    own: Callable[[datetime], datetime]
    holidays: Set[date] | None = None
    clocks: Sequence[Item] = ()
    calendar: CalendarFile | None = None
    warnings: Sequence[str] = ()
    command: str = COMMAND
    status: str = "ok"
    exit_code: int = 0

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.cadence_shapes import CadenceResult, Clock, Deadline
        from psdm_cli.output.json_shapes import plain

        deadlines = [
            Deadline(
                id=row.id,
                rhythm=row.rhythm.value,
                what=row.wording.what,
                who=row.wording.who,
                serves=row.wording.serves,
                rule=row.when,
                due=row.due,
                due_local=self.own(row.due) if row.due else None,
                period=row.period,
                holiday=self._on_holiday(row),
            )
            for row in self.rows
        ]
        clocks = [
            Clock(
                id=item.id,
                what=item.what,
                subject=item.subject,
                sow=item.sow,
                project=item.project,
                due=item.due,
                due_local=self.own(item.due),
                command=item.command,
            )
            for item in self.clocks
            if item.due is not None
        ]
        return plain(
            CadenceResult(
                preset=self.preset,
                zone=self.zone,
                week=self.week,
                holidays_known=self.holidays is not None,
                deadlines=deadlines,
                clocks=clocks,
                calendar=self.calendar,
            )
        )

    def render_console(self, console: Console) -> None:
        """Three tables: week, month, quarter; then the clocks, and the calendar that was written."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Column, Page, Span
        from psdm_cli.output.views import next_steps

        page = Page(width)
        page.text(Span(f"psdm cadence · week {self.week} · by {self.preset_title} deadlines", "bold"))
        for rhythm, title in TITLES.items():
            rows = [row for row in self.rows if row.rhythm is rhythm]
            if not rows:
                continue
            page.heading(title, rows[0].period or "")
            page.table(
                (
                    Column(self._place()),
                    *([Column(self._own_title())] if self._two_clocks() else []),
                    Column("what", least=18, wanted=26, lines=0),
                    Column("who", least=8, wanted=10, most=26, lines=0),
                    Column("who depends on it", least=14, wanted=20, lines=0),
                ),
                [(*self._clocks_of(row.due), _what(row), row.wording.who, row.wording.serves) for row in rows],
            )
        self._show_clocks(page)
        if self.calendar is not None:
            page.blank()
            page.text(_said(self.calendar), first=Span("✓ " if self.calendar.written else "  ", "green"))
        next_steps(
            page, [("psdm today", "what of it is due now"), ("psdm cadence --ics FILE --clocks", "as a calendar")]
        )
        return page

    def _show_clocks(self, page: Page) -> None:
        from psdm_cli.output.layout import Column

        if not self.clocks:
            return
        page.heading("Clocks of engagements", str(len(self.clocks)))
        page.table(
            (
                Column(self._place()),
                *([Column(self._own_title())] if self._two_clocks() else []),
                Column("engagement", least=8, wanted=8, most=24, lines=2),
                Column("what", least=18, wanted=26, lines=0),
            ),
            [(*self._clocks_of(item.due), item.subject, item.what) for item in self.clocks],
        )

    def markdown(self) -> str:
        """The schedule to pin in a channel or an issue."""
        from psdm_cli.output.markdown import INTERNAL, Align, Markdown

        page = Markdown()
        page.heading(2, "PS reporting schedule")
        page.paragraph(f"Times are {self._place()}, by {self.preset_title} deadlines.")
        columns: tuple[tuple[str, Align], ...] = tuple(
            (title, "left") for title in ("When", "What", "Who", "Who depends on it")
        )
        for rhythm, title in TITLES.items():
            rows = [row for row in self.rows if row.rhythm is rhythm]
            if rows:
                page.heading(3, title)
                page.table(
                    columns, [(_rule(row), row.wording.what, row.wording.who, row.wording.serves) for row in rows]
                )
        if self.clocks:
            page.heading(3, "Clocks of engagements")
            page.quote(INTERNAL)
            page.table(
                (("When", "left"), ("Engagement", "left"), ("What", "left")),
                [(f"{item.due:%a %Y-%m-%d %H:%M}", item.subject, item.what) for item in self.clocks if item.due],
            )
        return page.text()

    def _on_holiday(self, row: Scheduled) -> bool:
        return row.due is not None and self.holidays is not None and row.due.date() in self.holidays

    def _place(self) -> str:
        return "Eastern" if self.zone == EASTERN else self.zone

    def _own_title(self) -> str:
        return self.own(self.now).tzname() or "yours"

    def _two_clocks(self) -> bool:
        moments = [self.now, *(row.due for row in self.rows if row.due)]
        return any(self.own(each).utcoffset() != each.utcoffset() for each in moments)

    def _clocks_of(self, due: datetime | None) -> tuple[str, ...]:
        if due is None:
            return (ANY_DAY, "") if self._two_clocks() else (ANY_DAY,)
        shown = f"{due:%a} {due.day} {due:%b %H:%M}"
        if not self._two_clocks():
            return (shown,)
        here = self.own(due)
        return shown, f"{here:%H:%M}" if here.date() == due.date() else f"{here:%a %H:%M}"


def _what(row: Scheduled) -> str:
    """What is due; of what only begins at that hour, that it does."""
    return f"{row.wording.what} (from then on)" if row.when.startswith("after ") else row.wording.what


def _rule(row: Scheduled) -> str:
    if row.due is None or row.rhythm is Rhythm.WEEKLY:
        return row.when
    return f"{row.when}, {row.due:%H:%M} (next: {row.due:%a %Y-%m-%d})"


def _said(file: CalendarFile) -> str:
    counts = f"{file.new} new, {file.changed} changed, {file.same} as before, {file.cancelled} cancelled"
    if file.written:
        return f"Calendar written to {file.path}: {file.events} events; {counts}."
    return f"Calendar {file.path} is not written: {counts}."
