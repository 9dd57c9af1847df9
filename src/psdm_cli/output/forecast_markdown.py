"""The forecast preparation as Markdown: a whole report with the steps as a task list, ready for an internal issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.report import ForecastReport, ProjectLine
from psdm_cli.domain.steps.catalog import most_urgent
from psdm_cli.output.forecast_findings import common_fix, evidence_of, named
from psdm_cli.output.forecast_tables import by_lead, money_columns, total_of
from psdm_cli.output.layout import NO_BREAK
from psdm_cli.output.markdown import INTERNAL, Align, Markdown, Own, Part, own, said
from psdm_cli.output.views import name_and_title
from psdm_cli.output.wording import (
    CHANGES,
    WORDS,
    age,
    amount,
    at_stake,
    hours,
    long_type,
    message_of,
    months_moved,
    percent,
    standing,
    sum_text,
)

URGENT = 3
TICKED = frozenset({State.PASS, State.DONE, State.SKIPPED})


def forecast_markdown(report: ForecastReport, now: datetime) -> str:
    """The whole report, every finding included."""
    page = Markdown()
    page.heading(1, "Forecast call prep, week ", report.week)
    page.quote(own(INTERNAL))
    due = report.prep_complete
    page.paragraph(
        report.pm_name,
        own(
            f", as of {report.as_of.isoformat()}, Kantata data {age(report.synced_at, now)}. "
            f"Due {due.date().isoformat()}: prep complete by {due:%H:%M}, forecast and upside updated by "
            f"{report.forecast_updated:%H:%M} {due:%Z}."
        ),
    )
    titles = {project.id: project for project in report.projects}
    urgent = most_urgent(report.steps, URGENT)
    if urgent:
        page.heading(2, "Most urgent")
        page.items((said(_finding(finding, titles), own(f" ({finding.step})")) for finding in urgent), numbered=True)
    page.heading(2, "Steps")
    page.paragraph(own(f"{standing(report.steps)}."))
    page.tasks(_steps(report, titles))
    _forecast(page, report)
    _changes(page, report)
    _people(page, report)
    if report.warnings:
        page.heading(2, "Good to know")
        page.items(report.warnings)
    return page.text()


def _steps(report: ForecastReport, titles: dict[str, ProjectLine]) -> Iterable[tuple[bool, Part, Sequence[Part]]]:
    for step in report.steps:
        common = common_fix(step.findings) if len(step.findings) > 1 else None
        below: list[Part] = [said(own("→ "), common)] if common else []
        below.extend(_finding(finding, titles, with_fix=not common) for finding in step.findings)
        below.extend(evidence_of(report, step))
        yield step.state in TICKED, _step(step), below


def _step(step: Step) -> Own:
    state = "" if step.state in (State.PASS, State.ATTENTION) else f" ({WORDS[step.state]})"
    money = sum_text(at_stake(step.id, step.live)).replace(NO_BREAK, " ")
    stake = said(own("; at stake: "), money) if money else Own("")
    waived = own(f"; waived: {step.waived}" if step.waived else "")
    return said(own(f"**{step.id}** "), step.title, own(f"{state}: "), step.reason, stake, waived)


def _finding(finding: Finding, titles: dict[str, ProjectLine], *, with_fix: bool = True) -> Own:
    fix = said(own(" → "), finding.fix) if finding.fix and with_fix else Own("")
    return said(own("**"), named(finding, titles), own("**: "), message_of(finding), fix)


def _forecast(page: Markdown, report: ForecastReport) -> None:
    by_currency: dict[str, list[ProjectLine]] = {}
    for project in report.projects:
        if project.currency is not None:
            by_currency.setdefault(project.currency, []).append(project)
    for currency, projects in by_currency.items():
        page.heading(2, "Forecast in ", currency)
        columns = money_columns(report)
        several = len(report.leads) > 1
        head: list[tuple[str, Align]] = [("engagement", "left"), ("title", "left"), ("type", "left")]
        head[2:2] = [("lead", "left")] if several else []
        rows: list[list[Part]] = []
        for lead, group in by_lead(report, projects):
            for p in group:
                money = [own(amount(column.value(p))) for column in columns]
                rows.append([*name_and_title(p), *([lead or ""] if several else []), long_type(p.type), *money])
        total: list[Part] = [own("**Total**"), *([""] * (len(head) - 1))]
        rows.append([*total, *(own(f"**{amount(total_of(column, projects))}**") for column in columns)])
        page.table([*head, *((column.title, "right") for column in columns)], rows)
    blind = [project for project in report.projects if project.currency is None]
    if blind:
        page.heading(2, "Forecast in hours")
        page.paragraph(own("The token sees no money here."))
        page.table(
            [
                ("engagement", "left"),
                ("title", "left"),
                ("type", "left"),
                ("hard h", "right"),
                ("soft h", "right"),
                ("without rate h", "right"),
            ],
            [
                (
                    *name_and_title(p),
                    long_type(p.type),
                    hours(p.hard_hours),
                    hours(p.soft_hours),
                    hours(p.unpriced_hours),
                )
                for p in blind
            ],
        )


def _changes(page: Markdown, report: ForecastReport) -> None:
    if report.compared_with is None:
        return
    page.heading(2, own(f"Changes since {report.compared_with.isoformat()}"))
    rows = [
        (*name_and_title(p), own(CHANGES[c.kind]), own(months_moved(c)), own(amount(c.amount)), p.currency or "")
        for p in report.projects
        for c in p.changes
    ]
    if not rows:
        page.paragraph(own("None among these engagements."))
    page.table(
        [
            ("engagement", "left"),
            ("title", "left"),
            ("what", "left"),
            ("months", "left"),
            ("amount", "right"),
            ("currency", "left"),
        ],
        rows,
    )


def _people(page: Markdown, report: ForecastReport) -> None:
    if not report.people:
        return
    page.heading(2, "Under-allocated people")
    page.table(
        [
            ("name", "left"),
            ("role", "left"),
            ("booked", "right"),
            ("hard h", "right"),
            ("capacity h", "right"),
            ("soft h", "right"),
        ],
        [
            (p.name, p.role, percent(p.booked_ratio), hours(p.hard_hours), hours(p.capacity_hours), hours(p.soft_hours))
            for p in report.people
        ],
    )
