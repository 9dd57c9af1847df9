"""The screen of Monday's forecast: what is urgent first, then the steps, the forecast, and what to type next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.report import ForecastReport, ProjectLine
from psdm_cli.domain.steps.catalog import most_urgent
from psdm_cli.output.forecast_findings import besides_changes, by_engagement, common_fix, evidence_of, named, together
from psdm_cli.output.forecast_tables import NO_LEAD, changes_table, forecast_table, people_table, types_legend
from psdm_cli.output.layout import Column, Group, Page, Row, Span
from psdm_cli.output.wording import (
    STYLES,
    SYMBOLS,
    age,
    at_stake,
    counted,
    message_of,
    standing,
    sum_text,
)

COMMAND = "psdm forecast-prep"
URGENT = 3
ROWS = 8  # rows a step shows before it points to --step
ROWS_PER_LEAD = 3
EVIDENCE = 4
WIDE = 110
PEOPLE_STEP = "FP-06"
ALL = 1_000_000


def forecast_page(report: ForecastReport, now: datetime, width: int, *, step: str | None, verbose: bool) -> Page:
    """The whole screen, or the one step that was asked for."""
    screen = _Screen(report, now, width, verbose=verbose or step is not None)
    screen.header()
    if step is not None:
        screen.one_step(step)
    else:
        screen.everything()
    return screen.page


class _Screen:
    """One drawing of a report."""

    def __init__(self, report: ForecastReport, now: datetime, width: int, *, verbose: bool) -> None:
        self.report = report
        self.now = now
        self.page = Page(width)
        self.verbose = verbose
        self.projects: Mapping[str, ProjectLine] = {project.id: project for project in report.projects}
        self.several_leads = len(report.leads) > 1

    def header(self) -> None:
        """Command, PM, as-of, age of the data; the two deadlines."""
        report = self.report
        parts = [
            "psdm forecast-prep",
            report.pm_name,
            f"as of {report.as_of:%a} {report.as_of.isoformat()}",
            f"week {report.week}",
            f"Kantata data {age(report.synced_at, self.now)}",
        ]
        if self.several_leads:
            parts.insert(2, counted(len(report.leads), "lead"))
        self.page.text(Span(" · ".join(parts), "bold"), indent=2)
        day = report.prep_complete
        when = f"{'Was due' if self._is_late() else 'Due'} {day:%a} {day.date().isoformat()}"
        until = f"{report.forecast_updated:%H:%M} {day:%Z}"
        due = f"{when}: prep complete by {day:%H:%M}, forecast and upside updated by {until}"
        self.page.text(Span(due, "red" if self._is_late() else ""), indent=2)

    def _is_late(self) -> bool:
        return self.report.prep_complete < self.now

    def everything(self) -> None:
        """All sections in the order in which a hurried reader needs them."""
        self._urgent()
        self._steps()
        for step in self.report.steps:
            if step.id != PEOPLE_STEP:
                self._details(step)
        forecast_table(self.page, self.report)
        if self.report.projects:
            self.page.text(Span(types_legend(self.report), "dim"))
        changes_table(self.page, self.report, ALL if self.verbose else ROWS)
        for step in self.report.steps:
            if step.id == PEOPLE_STEP:
                self._details(step)
        self._warnings()
        self._next()

    def one_step(self, step_id: str) -> None:
        """One step with everything it found."""
        for step in self.report.steps:
            if step.id == step_id:
                self._details(step)
                if not step.findings and not step.evidence:
                    self._title(step)
        self.page.blank()
        self.page.line(Span("Next", "bold"))
        self.page.line(f"  {COMMAND}   the whole preparation")

    def _urgent(self) -> None:
        live = [finding for step in self.report.steps for finding in step.live]
        first = most_urgent(self.report.steps, URGENT)
        if not first:
            if self.report.state is State.PASS:
                self.page.blank()
                self.page.line(Span("✓ ", STYLES[State.PASS]), "Nothing in the forecast needs you.")
            return
        self.page.heading("Most urgent", f"of {counted(len(live), 'finding')}" if len(live) > URGENT else "")
        for number, finding in enumerate(first, 1):
            name = named(finding, self.projects)
            self.page.text(
                f"{name}: {message_of(finding)} ({finding.step})",
                first=Span(f"{number}. ", STYLES[State.ATTENTION]),
            )
            if finding.fix:
                self.page.text(Span(finding.fix, "dim"), first=Span("   → ", "dim"))

    def _steps(self) -> None:
        steps = self.report.steps
        self.page.heading("Steps", standing(steps))
        wide = self.page.width >= WIDE
        rows: list[Row] = []
        for step in steps:
            style = STYLES[step.state]
            live = step.live
            found = str(len(live)) if live else ""
            waived = f" (waived: {step.waived})" if step.waived else ""
            why = "" if step.state is State.PASS and not wide else step.reason
            if not wide and step.state is State.ATTENTION:
                why = ""
            title = f"{step.title}{waived}" if wide or not why else f"{step.title}{waived}: {why}"
            rows.append(
                (
                    Span(SYMBOLS[step.state], style),
                    step.id,
                    Span(title, "" if step.state is State.ATTENTION else style),
                    Span(found, style),
                    sum_text(at_stake(step.id, live)),
                    Span(why if wide else "", "" if step.state is State.ATTENTION else "dim"),
                )
            )
        self.page.table(
            (
                Column(""),
                Column("step"),
                Column("title", least=24, lines=4),
                Column("found" if any(step.live for step in steps) else "", "right"),
                Column("at stake" if any(row[4] for row in rows) else "", "right", least=17, lines=4),
                Column("what", least=30, lines=3) if wide else Column(""),
            ),
            rows,
        )

    def _title(self, step: Step) -> None:
        self.page.blank()
        symbol = Span(f"{SYMBOLS[step.state]} ", STYLES[step.state])
        self.page.text(Span(f"{step.id} {step.title}: {step.reason}", "bold"), first=symbol)

    def _details(self, step: Step) -> None:
        findings = list(step.findings) if self.verbose else besides_changes(self.report, step, step.live)
        evidence = evidence_of(self.report, step)
        if not findings and not evidence:
            return
        self._title(step)
        common = common_fix(findings)
        people = step.id == PEOPLE_STEP and bool(self.report.people) and not self.verbose
        if common and not people:
            self.page.text(Span(common, "dim"), first=Span("  → ", "dim"))
        if people:
            fits = {str(f.data.get("user_id")): (f.fix or "").removeprefix("Fits: ") for f in step.findings}
            people_table(self.page, self.report.people, fits, ROWS, f"{COMMAND} --step {step.id}")
        else:
            self._findings(step, findings, with_fix=self.verbose and common is None)
        most = ALL if self.verbose else EVIDENCE
        for line in evidence[:most]:
            self.page.text(Span(line, "dim"), first=Span("  · ", "dim"))
        if len(evidence) > most:
            self.page.line(Span(f"  · and {len(evidence) - most} more: {COMMAND} --step {step.id}", "dim"))

    def _findings(self, step: Step, findings: Sequence[Finding], *, with_fix: bool) -> None:
        if not findings:
            return
        grouped = not self.verbose and len(findings) > ROWS
        groups = by_engagement(findings) if grouped else [[finding] for finding in findings]
        rows = [self._row(step, group, with_fix=with_fix) for group in groups]
        leads = [group[0].lead or NO_LEAD for group in groups]
        shown, left = self._limited(rows, leads)
        self.page.table(
            (
                Column("", least=10, most=44 if self.page.width >= WIDE else 16),
                Column("", least=24, lines=ALL if self.verbose else 3),
                Column("", "right", least=17, lines=4),
            ),
            shown,
            indent=2,
        )
        if left:
            self.page.line(Span(f"  and {left} more: {COMMAND} --step {step.id}", "dim"))
        elif grouped:
            self.page.line(Span(f"  one by one: {COMMAND} --step {step.id}", "dim"))

    def _limited(self, rows: Sequence[Row], leads: Sequence[str]) -> tuple[list[Row | Group], int]:
        """At most ROWS rows; with several leads each lead's first few under its name."""
        if not self.several_leads:
            most = len(rows) if self.verbose else ROWS
            return list(rows[:most]), max(0, len(rows) - most)
        shown: list[Row | Group] = []
        counts: dict[str, int] = {}
        for lead, row in sorted(zip(leads, rows, strict=True), key=lambda item: item[0].casefold()):
            counts[lead] = counts.get(lead, 0) + 1
            if counts[lead] == 1:
                shown.append(Group(lead))
            if self.verbose or counts[lead] <= ROWS_PER_LEAD:
                shown.append(row)
        left = 0 if self.verbose else sum(max(0, count - ROWS_PER_LEAD) for count in counts.values())
        return shown, left

    def _row(self, step: Step, group: Sequence[Finding], *, with_fix: bool) -> Row:
        """One row for a finding, or for an engagement's: how many, which ones as far as there is room."""
        finding = group[0]
        name = named(finding, self.projects)
        text = together(group)
        if with_fix and finding.fix:
            text = f"{text} → {finding.fix}"
        if len(group) > 1:
            return name, text, sum_text(at_stake(step.id, group))
        money: dict[str, Decimal] = {}
        if finding.amount is not None and finding.currency is not None:
            money[finding.currency] = finding.amount
        return name, text, sum_text(money)

    def _warnings(self) -> None:
        if not self.report.warnings:
            return
        self.page.heading("Good to know")
        for warning in self.report.warnings:
            self.page.text(warning, first="  · ")

    def _next(self) -> None:
        self.page.heading("Next")
        commands = [
            (f"{COMMAND} --step {step.id}", f"every finding of {step.title[:1].lower()}{step.title[1:]}")
            for step in self.report.steps
            if step.state is State.ATTENTION
        ][:1]
        if self.report.state is not State.PASS:
            commands.append((COMMAND, "check again after correcting Kantata"))
        commands.append((f"{COMMAND} --freeze", f"keep the forecast of {self.report.week} to compare with next week"))
        self.page.table((Column(""), Column("", least=20, lines=2)), commands, indent=2)
