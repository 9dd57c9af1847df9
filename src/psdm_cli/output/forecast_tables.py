"""Tables of the forecast screen: engagements by month, hours where money is unknown, changes, people with time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psdm_cli.domain.report import ForecastReport, PersonLine, ProjectLine
from psdm_cli.output.layout import Cell, Column, Group, Page, Row, Span, width_of
from psdm_cli.output.wording import CHANGES, amount, hours, long_type, months_moved, percent, short_type

NO_LEAD = "(no lead)"
TITLE_WIDTH = 14  # an engagement's title is worth showing from here on
CENTS_MATTER = "whole {}; cents: a wider terminal, --csv or --json"


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """A column of amounts: its title, an engagement's value, and whether it may be left out for room."""

    title: str
    value: Callable[[ProjectLine], Decimal | None]
    drop: int = 0


def money_columns(report: ForecastReport) -> list[MoneyColumn]:
    """Worked, months, beyond, to forecast; overdue and undated where a milestone is either."""

    def of_month(month: str) -> Callable[[ProjectLine], Decimal | None]:
        return lambda project: project.forecast.get(month)

    first = report.months[0] if report.months else ""
    columns = [MoneyColumn("worked", lambda p: p.worked.get(first), 4)]
    columns += [MoneyColumn(month, of_month(month)) for month in report.months]
    columns += [
        MoneyColumn("beyond", lambda p: p.beyond),
        MoneyColumn("overdue", lambda p: p.overdue, 3),
        MoneyColumn("undated", lambda p: p.undated, 2),
        MoneyColumn("to forecast", lambda p: p.to_forecast),
    ]
    optional = {"worked", "overdue", "undated"}
    return [c for c in columns if c.title not in optional or any(c.value(p) for p in report.projects)]


def total_of(column: MoneyColumn, projects: Iterable[ProjectLine]) -> Decimal:
    """The sum of what is known; all projects have one currency."""
    return sum((column.value(project) or Decimal(0) for project in projects), Decimal(0))


def by_lead(report: ForecastReport, rows: Sequence[ProjectLine]) -> Iterable[tuple[str | None, list[ProjectLine]]]:
    """The engagements grouped by lead where there are several leads; else one group without a name."""
    if len(report.leads) < 2:
        yield None, list(rows)
        return
    groups: dict[str, list[ProjectLine]] = {}
    for project in rows:
        groups.setdefault(project.lead or NO_LEAD, []).append(project)
    yield from groups.items()


def forecast_table(page: Page, report: ForecastReport) -> None:
    """What each engagement brings per month from as-of on, one table per currency, with its total."""
    known: dict[str, list[ProjectLine]] = {}
    for project in report.projects:
        if project.currency is not None:
            known.setdefault(project.currency, []).append(project)
    for currency, projects in known.items():
        _one_currency(page, report, currency, projects)
    _without_money(page, report, [p for p in report.projects if p.currency is None])


def _one_currency(page: Page, report: ForecastReport, currency: str, projects: list[ProjectLine]) -> None:
    columns = money_columns(report)
    cents = _fits(page.width, columns, projects, cents=True)
    note = "" if cents else f" ({CENTS_MATTER.format(currency)})"
    page.heading(
        f"Forecast in {currency}", f"{len(projects)} engagements{note}" if len(projects) != 1 else note.strip()
    )

    def money(value: Decimal | None, style: str = "") -> Span:
        unknown_or_negative = "magenta" if value is None else "yellow" if value < 0 else style
        return Span(amount(value, cents=cents), unknown_or_negative)

    rows: list[Row | Group] = []
    for lead, group in by_lead(report, projects):
        if lead is not None:
            rows.append(Group(lead))
        for p in group:
            rows.append((p.name, _title(p), short_type(p.type), *(money(c.value(p)) for c in columns)))
    bold = [Span(amount(total_of(column, projects), cents=cents), "bold") for column in columns]
    rows.append((Span("Total", "bold"), "", "", *bold))
    page.table(
        (
            *_engagement_columns(),
            Column("type"),
            *(Column(column.title, "right", drop=column.drop) for column in columns),
        ),
        rows,
    )


def _engagement_columns() -> tuple[Column, Column]:
    return Column("engagement", least=8), Column("title", least=TITLE_WIDTH, drop=1)


def _title(project: ProjectLine) -> str:
    return project.title if project.sow else ""


def _fits(width: int, columns: Sequence[MoneyColumn], projects: Sequence[ProjectLine], *, cents: bool) -> bool:
    """Whether all columns fit beside SOW number, a short title and type."""
    needed = 10 + 2 + TITLE_WIDTH + 2 + 4
    for column in columns:
        cells = [amount(column.value(project), cents=cents) for project in projects]
        cells.append(amount(total_of(column, projects), cents=cents))
        needed += 2 + max(width_of(column.title), *(len(cell) for cell in cells))
    return needed <= width


def _without_money(page: Page, report: ForecastReport, projects: list[ProjectLine]) -> None:
    if not projects:
        return
    page.heading("Forecast in hours", "the token sees no money here")
    rows: list[Row | Group] = []
    for lead, group in by_lead(report, projects):
        if lead is not None:
            rows.append(Group(lead))
        rows.extend(
            (p.name, _title(p), short_type(p.type), hours(p.hard_hours), hours(p.soft_hours), hours(p.unpriced_hours))
            for p in group
        )
    page.table(
        (
            *_engagement_columns(),
            Column("type"),
            Column("hard h", "right"),
            Column("soft h", "right"),
            Column("without rate h", "right"),
        ),
        rows,
    )


def types_legend(report: ForecastReport) -> str:
    """The abbreviations of the types that occur."""
    kinds = dict.fromkeys(project.type for project in report.projects)
    return ", ".join(f"{short_type(kind)} {long_type(kind)}" for kind in kinds)


def changes_table(page: Page, report: ForecastReport, most: int) -> None:
    """What moved since the last frozen week, the largest amounts first."""
    if report.compared_with is None:
        return
    moved = [(project, change) for project in report.projects for change in project.changes]
    since = f"Changes since {report.compared_with.isoformat()}"
    if not moved:
        page.heading(since, "none among these engagements")
        return
    page.heading(since)
    moved.sort(key=lambda item: (-item[1].amount, item[0].name))
    rows: list[Row] = [
        (p.name, _title(p), CHANGES[c.kind], months_moved(c), amount(c.amount), p.currency or "")
        for p, c in moved[:most]
    ]
    page.table(
        (
            *_engagement_columns(),
            Column("what"),
            Column("months"),
            Column("amount", "right"),
            Column("", "left"),
        ),
        rows,
    )
    if len(moved) > most:
        page.line(Span(f"and {len(moved) - most} more: psdm forecast diff", "dim"))


def people_table(page: Page, people: Sequence[PersonLine], most: int, more: str) -> None:
    """Who is hard-booked below the threshold, emptiest first, hours over four weeks."""
    rows: list[list[Cell]] = [
        [
            person.name,
            person.role,
            Span(percent(person.booked_ratio), "yellow"),
            hours(person.hard_hours),
            hours(person.capacity_hours),
            hours(person.soft_hours),
        ]
        for person in people[:most]
    ]
    page.table(
        (
            Column("name", least=12),
            Column("role"),
            Column("booked", "right"),
            Column("hard h", "right"),
            Column("of h", "right"),
            Column("soft h", "right"),
        ),
        rows,
        indent=2,
    )
    if len(people) > most:
        page.line(Span(f"  and {len(people) - most} more: {more}", "dim"))
