"""The result of `psdm forecast people`: a heat of allocations by person and month or week, in every form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.heat import HeatReport, Load, PersonHeat, last_day
from psdm_cli.output.wording import hours, percent

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page, Span
    from psdm_cli.output.views import Dated

COMMAND = "forecast people"
LOWER_BOUND = "A lower bound of what is booked: bookings on projects that the token cannot see are missing."
# from how booked somebody is: the shade, readable without colour, and its colour
SHADES: tuple[tuple[Decimal, str, str], ...] = (
    (Decimal("1.0001"), "█", "red"),
    (Decimal("0.8"), "▓", "green"),
    (Decimal("0.5"), "▒", "yellow"),
    (Decimal("0.0001"), "░", "bright_cyan"),
    (Decimal("0"), "·", "bright_cyan"),
)
NAME, WIDE, NARROW = 20, 9, 6  # columns of a name and of a period
HOUR, HOURS_COLUMNS = 9, 4
LEGEND = "· nothing  ░ below 50 %  ▒ below 80 %  ▓ booked  █ above 100 %  ! under-allocated"


class ForecastPeopleDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. It shows, and judges nothing: exit 0."""

    command = COMMAND
    status = "ok"
    exit_code = 0
    shows_warnings = True

    def __init__(self, report: HeatReport, *, now: datetime) -> None:
        self.report = report
        self.now = now

    @property
    def warnings(self) -> Sequence[str]:
        """That it is a lower bound, always; and what else is good to know."""
        return (LOWER_BOUND, *self.report.warnings)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.looking_back_json import people_result

        return people_result(self.report)

    def render_console(self, console: Console) -> None:
        """One line a person, grouped by role, the freest first."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page
        from psdm_cli.output.views import good_to_know, header, next_steps

        report = self.report
        page = Page(width)
        header(page, COMMAND, self._dated(), f"by {report.by}")
        page.heading("Booked hard", f"of working time; under-allocated: below {percent(report.threshold)}")
        if report.people:
            self._tables(page)
            page.text(LEGEND)
        else:
            page.text("Nobody with a delivery role works on these engagements.")
        good_to_know(page, self.warnings)
        next_steps(
            page,
            [
                ("psdm forecast-prep --step FP-06", "who is under-allocated, and which open work fits"),
                (self._other(), "the same in other columns"),
            ],
        )
        return page

    def _other(self) -> str:
        return "psdm forecast people --weeks 8" if self.report.by == "month" else "psdm forecast people --months 4"

    def _dated(self) -> Dated:
        from psdm_cli.output.views import Dated

        report = self.report
        return Dated(as_of=report.as_of, now=self.now, synced_at=report.synced_at, warnings=report.warnings)

    def _tables(self, page: Page) -> None:
        """As many periods beside each other as fit, narrow ones where the wide ones do not; hours with the last."""
        from psdm_cli.output.layout import Column, Group, Row

        room = page.width - NAME - HOURS_COLUMNS * HOUR
        count = len(self.report.periods)
        narrow = count * (WIDE + 2) > room
        most = max(1, (room + (HOURS_COLUMNS - 1) * HOUR if narrow else room) // ((NARROW if narrow else WIDE) + 2))
        for first in range(0, count, most):
            shown = range(first, min(first + most, count))
            last = first + most >= count
            rows: list[Row | Group] = []
            role = None
            for person in self.report.people:
                if person.role != role:
                    role = person.role
                    rows.append(Group(role))
                rows.append(self._row(person, shown, narrow=narrow, last=last))
            periods = [Column(self._head(at, narrow=narrow), "right") for at in shown]
            sums = [Column(name, "right", drop=9 - at) for at, name in enumerate(("capacity", "soft", "hard"))]
            free = [*sums, Column("free h", "right")] if last else []
            page.table((Column("person", least=10, wanted=NAME, most=32), *periods, *free), rows)
            page.blank()

    def _head(self, at: int, *, narrow: bool) -> str:
        """2026-12 or 2026-W49; where it is narrow the year stands only where it begins."""
        name = self.report.periods[at].name
        year, _, short = name.partition("-")
        begins = at == 0 or not self.report.periods[at - 1].name.startswith(year)
        return name if not narrow else f"{short}/{year[2:]}" if begins else short

    def _row(self, person: PersonHeat, shown: Iterable[int], *, narrow: bool, last: bool) -> list[Span | str]:
        total = person.total
        sums = [hours(total.capacity), hours(total.soft), hours(total.hard), hours(total.free)] if last else []
        return [f"  {person.name}", *(cell(person.loads[at], narrow=narrow) for at in shown), *sums]

    def markdown(self) -> str:
        """One table a role for an internal issue."""
        from psdm_cli.output.markdown import Markdown, own
        from psdm_cli.output.views import markdown_header

        report = self.report
        page = Markdown()
        markdown_header(page, f"Allocations by {report.by}", self._dated())
        for role in dict.fromkeys(person.role for person in report.people):
            page.heading(2, role)
            page.table(
                [
                    ("person", "left"),
                    *((period.name, "right") for period in report.periods),
                    ("hard h", "right"),
                    ("soft h", "right"),
                    ("free h", "right"),
                ],
                [
                    (
                        person.name,
                        *(own(text(load)) for load in person.loads),
                        own(hours(person.total.hard)),
                        own(hours(person.total.soft)),
                        own(hours(person.total.free)),
                    )
                    for person in report.people
                    if person.role == role
                ],
            )
        page.heading(2, "Good to know")
        page.items(self.warnings)
        return page.text()

    def csv(self) -> str:
        """One row a person and period; both days inclusive, `booked_ratio` a share of one."""
        from psdm_cli.output.csv_text import csv_text

        return csv_text(
            (
                "id",
                "name",
                "role",
                "period",
                "start",
                "end",
                "capacity_hours",
                "hard_hours",
                "soft_hours",
                "free_hours",
                "booked_ratio",
                "under_allocated",
            ),
            (
                (
                    person.id,
                    person.name,
                    person.role,
                    period.name,
                    period.start,
                    last_day(period),
                    load.capacity,
                    load.hard,
                    load.soft,
                    load.free,
                    load.ratio,
                    "yes" if load.under_allocated else "no",
                )
                for person in self.report.people
                for period, load in zip(self.report.periods, person.loads, strict=True)
            ),
        )


def share(ratio: Decimal) -> str:
    """Whole percent, rounded down: nobody below 80 % is shown with 80."""
    return f"{int(ratio * 100)}"


def text(load: Load) -> str:
    """A period in plain text: share, and a mark where under-allocated."""
    if load.ratio is None:
        return "away"
    return f"{share(load.ratio)} %{' !' if load.under_allocated else ''}"


def cell(load: Load, *, narrow: bool) -> Span:
    """A period on the screen: shade, share, mark; colour adds to it."""
    from psdm_cli.output.layout import Span

    if load.ratio is None:
        return Span("away " if narrow else "away  ", "dim")
    shade, style = next((sign, style) for least, sign, style in SHADES if load.ratio >= least)
    mark = "!" if load.under_allocated else " "
    if narrow:
        return Span(f"{shade}{share(load.ratio):>3}{mark}", style)
    return Span(f"{shade} {share(load.ratio):>3} % {mark}", style)
