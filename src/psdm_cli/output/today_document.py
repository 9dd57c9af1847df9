"""The result of `psdm today`: what is due, by urgency, in the handbook's time and the PM's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.agenda import Agenda, Item, Urgency
from psdm_cli.domain.cadence import countdown, time_left

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

COMMAND = "today"
TITLES: Mapping[Urgency, tuple[str, str]] = {
    Urgency.OVERDUE: ("Overdue", "red"),
    Urgency.TODAY: ("Due today", "yellow"),
    Urgency.WEEK: ("Within seven days", ""),
    Urgency.LATER: ("Later, or without a deadline", "dim"),
}
EASTERN = "America/New_York"
SHARED = ("findings", "health")  # kinds of items that are one row of the screen where they are due together
WIDE = 150
NEXT = 3


class TodayDocument:
    """A `ResultDocument`. Exit 3 when something is overdue, due today, or could not be looked at."""

    command = COMMAND
    shows_warnings = True

    def __init__(
        self,
        agenda: Agenda,
        *,
        zone: str,
        own: Callable[[datetime], datetime],
        week: str,
        now: datetime,
        leads: Sequence[str] = (),
        synced_at: datetime | None = None,
    ) -> None:
        """`own` turns an instant into the PM's own zone; `now` is the real time, for the age of the data."""
        self.agenda = agenda
        self.zone = zone
        self.own = own
        self.week = week
        self.now = now
        self.leads = tuple(leads)
        self.synced_at = synced_at
        self.warnings = agenda.warnings

    @property
    def status(self) -> str:
        """Attention with something pressing, partial when only something could not be looked at, else ok."""
        if self.agenda.is_pressing:
            return "attention"
        return "partial" if self.agenda.unverified else "ok"

    @property
    def exit_code(self) -> int:
        """0, or 3."""
        return 0 if self.status == "ok" else 3

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.json_shapes import plain
        from psdm_cli.output.today_shapes import StepStake, TodayItem, TodayResult

        def stakes(found: Sequence[Any]) -> list[StepStake]:
            return [StepStake.model_validate(each) for each in found]

        agenda = self.agenda
        items = [
            TodayItem(
                id=item.id,
                what=item.what,
                sow=item.sow,
                project=item.project,
                subject=item.subject,
                lead=item.lead,
                due=item.due,
                due_local=self.own(item.due) if item.due else None,
                left_minutes=int(time_left(item.due, agenda.now).total_seconds() // 60) if item.due else None,
                overdue=item.urgency(agenda.now) is Urgency.OVERDUE,
                urgency=item.urgency(agenda.now).value,
                amount=item.amount,
                currency=item.currency,
                command=item.command,
                findings=stakes(item.findings),
            )
            for item in agenda.items
        ]
        return plain(
            TodayResult(
                week=self.week,
                now=agenda.now,
                leads=list(self.leads),
                synced_at=self.synced_at,
                items=items,
                steps=stakes(agenda.steps),
                done=[duty.value for duty in agenda.done],
                unverified=[*agenda.unverified, *agenda.unasked],
            )
        )

    def render_console(self, console: Console) -> None:
        """Sections by urgency, then what to type first."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import Dated, good_to_know, header, next_steps

        page = Page(width)
        dated = Dated(as_of=self.agenda.as_of, now=self.now, synced_at=self.synced_at, warnings=self.warnings)
        whose = (self.leads[0] if len(self.leads) == 1 else f"{len(self.leads)} leads",) if self.leads else ()
        header(page, COMMAND, dated, *whose)
        page.text(Span(self._clocks(), "dim"))
        for urgency, (title, style) in TITLES.items():
            self._section(page, width, self.agenda.of(urgency), title, style)
        if not self.agenda.items:
            page.blank()
            page.text("Nothing is due.", first=Span("✓ ", "green"))
        self._steps(page)
        unseen = (*self.agenda.unverified, *self.agenda.unasked)
        if unseen:
            page.heading("Could not be looked at")
            for sentence in unseen:
                page.text(sentence, first=Span("  – ", "magenta"))
        if self.agenda.done:
            page.heading("Done this week", ", ".join(duty.value for duty in self.agenda.done))
        good_to_know(page, self.warnings)
        first: dict[str, str] = {}
        for item in self.agenda.items:
            if len(first) < NEXT:
                first.setdefault(item.command, f"{item.subject}: {item.what}" if item.subject else item.what)
        first.setdefault("psdm today --refresh", "the same after reading Kantata")
        next_steps(page, list(first.items()))
        return page

    def _steps(self, page: Page) -> None:
        """The open findings of the forecast preparation by step."""
        from psdm_cli.output.layout import Column
        from psdm_cli.output.wording import sum_text

        if not self.agenda.steps:
            return
        page.heading("Findings by step", "psdm forecast-prep shows them all")
        rows = [(each.step, str(each.count), sum_text(each.amounts)) for each in self.agenda.steps]
        page.table((Column("step"), Column("open", "right"), Column("at stake", least=20, lines=2)), rows, indent=2)

    def _clocks(self) -> str:
        """What time it is: in the handbook's zone, and in the PM's own where that differs."""
        now = self.agenda.now
        here = self.own(now)
        text = f"Week {self.week}. It is {now:%a %H:%M} {self._zone_title(now)}"
        return text if self._same_clock() else f"{text}, {here:%a %H:%M} {_own_title(here)} where you are"

    def _zone_title(self, moment: datetime) -> str:
        return "Eastern" if self.zone == EASTERN else moment.tzname() or self.zone

    def _same_clock(self) -> bool:
        """Whether the PM's own clock shows the same, now and at every deadline."""
        moments = [self.agenda.now, *(item.due for item in self.agenda.items if item.due)]
        return all(self.own(moment).utcoffset() == moment.utcoffset() for moment in moments)

    def _section(self, page: Page, width: int, items: Sequence[Item], title: str, style: str) -> None:
        from psdm_cli.output.layout import Column, Group, Row, Span

        if not items:
            return
        page.heading(title, str(len(items)))
        now = self.agenda.now
        own = [] if self._same_clock() else [Column(_own_title(self.own(now)))]
        rows: list[Row | Group] = []
        for together in _together(items):
            item = together[0]
            left = countdown(item.due, now) if item.due else ""
            clocks = [_moment(item.due)] if item.due else [""]
            if own:
                clocks.append(_beside(self.own(item.due), item.due) if item.due else "")
            command = [item.command] if width >= WIDE else []
            subject, what = (item.subject, item.what) if len(together) == 1 else _said_together(together)
            rows.append((Span(left, style), *clocks, subject, what, _money(together), *command))
        page.table(
            (
                Column("left" if title != TITLES[Urgency.OVERDUE][0] else "overdue"),
                Column(self._zone_title(now)),
                *own,
                Column("engagement", least=8, wanted=8, most=24, lines=2),
                Column("what", least=18, wanted=26, lines=0),
                Column("at stake", "right", drop=1),
                *([Column("type")] if width >= WIDE else []),
            ),
            rows,
        )


def _kind(item: Item) -> str:
    return item.id.partition(":")[0]


def _together(items: Sequence[Item]) -> list[list[Item]]:
    """The items as rows: what many engagements owe at the same moment shares one, where the first of them stands."""
    rows: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        shared = item.project is not None and _kind(item) in SHARED
        rows.setdefault((_kind(item), item.due) if shared else (item.id,), []).append(item)
    return list(rows.values())


def _said_together(items: Sequence[Item]) -> tuple[str, str]:
    if _kind(items[0]) == "findings":
        counts = [(item.subject, sum(each.count for each in item.findings)) for item in items]
        listed = ", ".join(f"{subject} {count}" for subject, count in counts)
        return f"{len(items)} engagements", f"{sum(count for _, count in counts)} findings for the call: {listed}"
    return f"{len(items)} engagements", f"Health reports: {', '.join(item.subject for item in items)}"


def _money(items: Sequence[Item]) -> str:
    """What is at stake, per currency and without cents."""
    from psdm_cli.output.wording import amount

    sums: dict[str, Decimal] = {}
    for item in items:
        if item.amount is not None and item.currency is not None:
            sums[item.currency] = sums.get(item.currency, Decimal(0)) + item.amount
    return ", ".join(f"{amount(value, cents=False)} {code}" for code, value in sums.items())


def _moment(moment: datetime) -> str:
    """Mon 23 Nov 10:00; the deadlines that psdm shows are near, so that the year goes without saying."""
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def _beside(moment: datetime, other: datetime) -> str:
    """The same instant on another clock: the day only where it is another one."""
    return f"{moment:%H:%M}" if moment.date() == other.date() else f"{moment:%a %H:%M}"


def _own_title(moment: datetime) -> str:
    return moment.tzname() or "yours"
