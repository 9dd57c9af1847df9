"""The week's report in words: what is seen first, and what could not be judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.upside_totals import whole
from psdm_cli.domain.week_report import BOOKINGS, PEOPLE, WeekReport
from psdm_cli.output.week_cells import signed
from psdm_cli.output.week_standing import COLOURS
from psdm_cli.output.wording import UNKNOWN, amount, counted, percent


def currencies(report: WeekReport) -> tuple[str, ...]:
    """The currencies of the forecast, those of most types first."""
    codes = dict.fromkeys(total.currency for total in report.totals)
    return tuple(sorted(codes, key=lambda code: (-sum(row.currency == code for row in report.types), code)))


def headline(report: WeekReport) -> Iterable[tuple[str, str, str]]:
    """What is seen first: a name, its value, and what stands below it."""
    for code in currencies(report):
        month = next(total for total in report.totals if total.currency == code)
        below = f"{signed(month.change)} since {report.compared_with}" if month.change is not None else "not compared"
        yield f"{month.month}, worked and to come", f"{amount(month.worked + month.forecast)} {code}", below
    pushes = [move for move in report.moves if move.kind is ChangeKind.PUSH]
    lacking = sum(move.reason_due for move in pushes)
    if report.compared_with is not None:
        yield "Pushes", str(len(pushes)), f"{lacking} without a reason" if lacking else "since the earlier forecast"
    weighted = [
        f"{amount(whole(scenarios).weighted)} {code}"
        for code, quarters in report.upside_totals.items()
        for quarter, scenarios in quarters.items()
        if quarter == report.quarter
    ]
    yield f"Upside {report.quarter}, weighted", ", ".join(weighted) or "none", counted_upside(report)
    gaps = sum(not gap.waived for gap in report.gaps)
    yield "Coverage gaps", _count(report, BOOKINGS, gaps), "roles without hard bookings"
    yield "Under-allocated", _count(report, PEOPLE, len(report.people)), f"people below {percent(report.people_below)}"
    colours = report.colours()
    said = ", ".join(f"{colours[name]} {name}" for name in COLOURS)
    yield "Health as suggested", said, f"{sum(line.differs for line in report.health)} reported otherwise"


def counted_upside(report: WeekReport) -> str:
    """How many entries are open."""
    return counted(len(report.upside), "open entry", "open entries")


def standing(report: WeekReport) -> Sequence[str]:
    """What is good to know about the accuracy: which weeks and months cannot be judged."""
    lines = []
    unfrozen = report.weekly.unfrozen
    if unfrozen and len(unfrozen) < len(report.weekly.weeks):
        lines.append(f"Not judged, because no forecast was frozen before them: {', '.join(unfrozen)}.")
    if report.accuracy is not None and report.accuracy.unfrozen:
        months = ", ".join(report.accuracy.unfrozen)
        lines.append(f"Months not judged, because no forecast was frozen up to their first day: {months}.")
    return lines


def _count(report: WeekReport, step: str, number: int) -> str:
    return UNKNOWN if step in report.unseen_in and not number else str(number)
