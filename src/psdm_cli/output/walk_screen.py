"""What the walk shows between its questions: where Monday stands, one finding at a time, why it is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from psdm_cli.domain.cadence import countdown, is_overdue
from psdm_cli.domain.call_message import CallMessage
from psdm_cli.domain.explanation import Explanation, Unit
from psdm_cli.domain.findings import State, Step
from psdm_cli.domain.money import money_text
from psdm_cli.domain.queue import Decision, Entry, Verdict
from psdm_cli.domain.report import ForecastReport, ProjectLine
from psdm_cli.domain.steps.catalog import most_urgent
from psdm_cli.domain.waivers import Returned
from psdm_cli.output.forecast_findings import named
from psdm_cli.output.layout import Column, Page, Row, Span
from psdm_cli.output.walk_message import show_message
from psdm_cli.output.wording import STYLES, SYMBOLS, age, at_stake, counted, hours, message_of, standing, sum_text

if TYPE_CHECKING:
    from rich.console import Console

URGENT = 3
SHOWN_OF_GROUP = 5
SHOWN_OF_WHY = 6
EASTERN = "America/New_York"
BEFORE: Mapping[Verdict, str] = {
    Verdict.LATER: "put off",
    Verdict.WAIVED: "waived",
    Verdict.UPSIDE: "added to upside",
    Verdict.FIXED: "repaired",
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """What time it is: `now` gives the instant in the handbook's zone, `own` turns instants into the PM's zone."""

    now: Callable[[], datetime]
    own: Callable[[datetime], datetime]
    zone: str = EASTERN

    def said(self, due: datetime) -> str:
        """A deadline in both zones, with what is left: "Mon 10:00 Eastern, 16:00 CET for you, in 2 h 14 min"."""
        here, now = self.own(due), self.now()
        zone = "Eastern" if self.zone == EASTERN else due.tzname() or self.zone
        local = ""
        if here.utcoffset() != due.utcoffset():
            day = "" if here.date() == due.date() else f"{here:%a} "
            local = f", {day}{here:%H:%M} {here.tzname() or 'your time'} for you"
        left = countdown(due, now)
        return f"{due:%a %H:%M} {zone}{local}, {left.replace('for ', 'overdue ') if is_overdue(due, now) else left}"


class WalkScreen:
    """A `Screen` of the walk on a console of stderr; `out`, on stdout, is for the result: the message for the call."""

    def __init__(
        self, console: Console, out: Console, report: ForecastReport, clocks: Clocks, read_at: datetime
    ) -> None:
        self.console = console
        self.out = out
        self.clocks = clocks
        self.read_at = read_at
        self.projects: Mapping[str, ProjectLine] = {project.id: project for project in report.projects}

    def summary(self, report: ForecastReport, left: int, answered: int) -> None:
        """Header, deadlines, the three most urgent findings, the steps, and how the walk goes."""
        page = Page(self.console.width)
        when = f"as of {report.as_of:%a} {report.as_of.isoformat()}"
        read = f"Kantata data {age(report.synced_at, self.read_at)}"
        parts = ("psdm forecast-prep", report.pm_name, when, f"week {report.week}", read)
        page.text(Span(" · ".join(parts), "bold"), indent=2)
        for what, due in (("Prep complete", report.prep_complete), ("Forecast updated", report.forecast_updated)):
            late = is_overdue(due, self.clocks.now())
            page.text(Span(f"{what}: {self.clocks.said(due)}", "red" if late else ""), indent=2)
        self._urgent(page, report)
        page.heading("Steps", standing(report.steps))
        page.table(
            (Column(""), Column(""), Column("", least=24, lines=2), Column("", "right"), Column("", "right", least=17)),
            [_step_row(step) for step in report.steps],
        )
        page.blank()
        back = "You answered before this week; going on where you stood. " if answered else ""
        page.text(
            f"{back}{counted(left, 'question')} to go, the most money first. Every answer is kept at once; "
            "Ctrl-C ends, and the same command goes on."
        )
        page.write(self.console)

    def _urgent(self, page: Page, report: ForecastReport) -> None:
        first = most_urgent(report.steps, URGENT)
        if not first:
            return
        page.heading("Most urgent")
        for number, finding in enumerate(first, 1):
            text = f"{named(finding, self.projects)}: {message_of(finding)} ({finding.step})"
            page.text(text, first=Span(f"{number}. ", STYLES[State.ATTENTION]))

    def entry(self, entry: Entry, place: tuple[int, int], before: Decision | None, back: Returned | None) -> None:
        """A finding: where we are, whose it is, the sentence, the money, the way out, what was said before."""
        page = Page(self.console.width)
        first = entry.first
        page.line()
        head = f"{place[0]} of {place[1]} · {entry.step} {entry.title}"
        page.text(Span(head, "bold"), indent=2)
        page.text(f"due {self.clocks.said(entry.due)}", first="  ")
        page.text(Span(named(first, self.projects), "bold"), first="  ")
        if entry.is_group:
            page.text(f"{counted(len(entry.findings), 'finding')} of one kind:", first="  ")
        for finding in entry.findings[:SHOWN_OF_GROUP]:
            page.text(message_of(finding) if not entry.is_group else finding.message, first="  · ")
        if len(entry.findings) > SHOWN_OF_GROUP:
            page.text(f"and {len(entry.findings) - SHOWN_OF_GROUP} more", first="  · ")
        if entry.amounts:
            page.text(f"At stake: {sum_text(entry.amounts)}", first="  ")
        if first.fix:
            page.text(first.fix, first="  → ")
        if before is not None:
            note = f" ({before.note})" if before.note else ""
            page.text(Span(f"Before: {BEFORE[before.verdict]} by {before.who}{note}", "dim"), first="  ")
        if back is not None:
            page.text(Span(f"Back again: was {back.waiver.said}", "yellow"), first="  ")
        page.write(self.console)

    def why(self, explanation: Explanation) -> None:
        """The sentence, the first rows behind it, the rule and the handbook's clause."""
        page = Page(self.console.width)
        page.text(explanation.sentence, first="  ")
        for part in explanation.parts:
            total = "" if part.subtotal is None else f": {_value(part.subtotal, part.unit, explanation.currency)}"
            page.text(f"{part.title}{total}", first="  ")
            for row in part.rows[:SHOWN_OF_WHY]:
                worth = "" if row.value is None else f": {_value(row.value, part.unit, explanation.currency)}"
                note = f" ({row.note})" if row.note else ""
                page.text(f"{row.what}{worth}{note}", first="    · ")
            if len(part.rows) > SHOWN_OF_WHY:
                page.text(f"and {len(part.rows) - SHOWN_OF_WHY} more", first="    · ")
        for line in explanation.unknown:
            page.text(line, first=Span("  – ", "magenta"))
        page.text(f"Rule: {explanation.rule.text} ({explanation.rule.source})", first="  ")
        for clause in explanation.clauses:
            page.text(f"Handbook, {clause.heading}: “{clause.text}”", first="  ")
            page.line("  ", Span(clause.url, "dim"))  # whole, however narrow the terminal
        page.write(self.console)

    def message(self, message: CallMessage) -> None:
        """The message for the forecast call, before it is asked whether it is posted."""
        page = Page(self.out.width)
        page.heading("Message for the forecast call", "ready to paste; internal")
        page.blank()
        show_message(page, message)
        page.write(self.out)


def _step_row(step: Step) -> Row:
    style = STYLES[step.state]
    found = str(len(step.live)) if step.live else ""
    waived = f" (waived: {step.waived})" if step.waived else ""
    title = Span(f"{step.title}{waived}", "" if step.state is State.ATTENTION else style)
    return Span(SYMBOLS[step.state], style), step.id, title, found, sum_text(at_stake(step.id, step.live))


def _value(value: Decimal, unit: Unit, currency: str | None) -> str:
    if unit is Unit.MONEY:
        return money_text(value, currency)
    return f"{hours(value)} h" if unit is Unit.HOURS else f"{value.normalize():f}"
