"""Tables of the forecast screen: engagements by month, hours where money is unknown, changes, people with time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psdm_cli.domain.report import ForecastReport, PersonLine, ProjectLine
from psdm_cli.output.layout import Column, Group, Page, Row, Span, width_of
from psdm_cli.output.views import engagement_column, full_name
from psdm_cli.output.wording import (
    CENTS_MATTER,
    CHANGES,
    amount,
    counted,
    hours,
    long_type,
    months_moved,
    percent,
    short_type,
)

NO_LEAD = "(no lead)"


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
    columns = [MoneyColumn("worked", lambda p: p.worked.get(first), 1)]
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
    for currency, projects in sorted(known.items(), key=lambda item: (-len(item[1]), item[0])):
        _one_currency(page, report, currency, projects)
    _without_money(page, report, [p for p in report.projects if p.currency is None])


def _one_currency(page: Page, report: ForecastReport, currency: str, projects: list[ProjectLine]) -> None:
    columns = money_columns(report)
    whole = _are_whole(columns, projects)
    cents = not whole and _cents_fit(page.width, columns, projects)
    rounded = "" if cents or whole else f", {CENTS_MATTER.format(currency)}"
    page.heading(f"Forecast in {currency}", f"{counted(len(projects), 'engagement')}{rounded}")

    def money(value: Decimal | None) -> Span:
        style = "magenta" if value is None else "yellow" if value < 0 else ""
        return Span(amount(value, cents=cents), style)

    rows: list[Row | Group] = []
    for lead, group in by_lead(report, projects):
        if lead is not None:
            rows.append(Group(lead))
        rows.extend((full_name(p), short_type(p.type), *(money(column.value(p)) for column in columns)) for p in group)
    sums = [Span(amount(total_of(column, projects), cents=cents), "bold") for column in columns]
    rows.append((Span("Total", "bold"), "", *sums))
    amounts = (Column(column.title, "right", drop=column.drop) for column in columns)
    page.table((engagement_column(), Column("type"), *amounts), rows)


def _cents_fit(width: int, columns: Sequence[MoneyColumn], projects: Sequence[ProjectLine]) -> bool:
    """Whether the months fit to the cent beside type, SOW number and the beginning of the title."""
    needed = 30
    for column in columns:
        if column.drop <= 1:
            cells = [amount(column.value(project)) for project in projects]
            cells.append(amount(total_of(column, projects)))
            needed += 2 + max(width_of(column.title), *(len(cell) for cell in cells))
    return needed <= width


def _are_whole(columns: Sequence[MoneyColumn], projects: Sequence[ProjectLine]) -> bool:
    """Whether no amount has cents to show."""
    values = (column.value(project) for column in columns for project in projects)
    return all(value is None or value == value.to_integral_value() for value in values)


def _without_money(page: Page, report: ForecastReport, projects: list[ProjectLine]) -> None:
    if not projects:
        return
    page.heading("Forecast in hours", "the token sees no money here")
    rows: list[Row | Group] = []
    for lead, group in by_lead(report, projects):
        if lead is not None:
            rows.append(Group(lead))
        rows.extend(
            (full_name(p), short_type(p.type), hours(p.hard_hours), hours(p.soft_hours), hours(p.unpriced_hours))
            for p in group
        )
    page.table(
        (
            engagement_column(),
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
        (full_name(p), CHANGES[c.kind], months_moved(c), amount(c.amount), p.currency or "") for p, c in moved[:most]
    ]
    page.table(
        (
            engagement_column(),
            Column("what"),
            Column("months"),
            Column("amount", "right"),
            Column("", least=3),
        ),
        rows,
    )
    if len(moved) > most:
        page.line(Span(f"and {len(moved) - most} more: psdm forecast diff", "dim"))


def people_table(page: Page, people: Sequence[PersonLine], fits: Mapping[str, str], most: int, more: str) -> None:
    """Who is hard-booked below the threshold, emptiest first, hours over four weeks; `fits`: work by the user's id."""
    rows: list[Row] = [
        (
            person.name,
            person.role,
            Span(percent(person.booked_ratio), "yellow"),
            hours(person.hard_hours),
            hours(person.capacity_hours),
            hours(person.soft_hours),
            fits.get(person.id, ""),
        )
        for person in people[:most]
    ]
    page.table(
        (
            Column("name", least=10, lines=2),
            Column("role", least=4, lines=2),
            Column("booked", "right"),
            Column("hard h", "right"),
            Column("of h", "right"),
            Column("soft h", "right"),
            Column("work that fits", least=22, lines=2),
        ),
        rows,
        indent=2,
    )
    if len(people) > most:
        page.line(Span(f"  and {len(people) - most} more: {more}", "dim"))
