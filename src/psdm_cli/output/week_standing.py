"""The tables of the week's report that look around: accuracy, coverage gaps, people, red, yellow, green."""

from __future__ import annotations

from decimal import Decimal

from psdm_cli.domain.dates import DAY
from psdm_cli.domain.week_report import BOOKINGS, HEALTH, PEOPLE, HealthLine, WeekReport
from psdm_cli.domain.weekly_accuracy import WeekAccuracy
from psdm_cli.output.accuracy_document import WORDS, signed_percent
from psdm_cli.output.views import full_name
from psdm_cli.output.week_cells import Head, Table, Value, day, money, text
from psdm_cli.output.wording import UNKNOWN, amount, hours, long_type, percent

COLOURS = ("red", "yellow", "green")


def goal(tolerance: Decimal) -> str:
    """±5 %."""
    return f"±{percent(tolerance)}"


WEEK_COLUMNS = (
    Head("week"),
    Head("goal", "right"),
    Head("forecast", "right"),
    Head("came", "right"),
    Head("in"),
    Head("error", "right"),
    Head("verdict"),
)


def week_table(report: WeekReport) -> Table:
    """The last weeks, newest first."""
    return Table(
        f"The last {len(report.weekly.weeks)} weeks",
        WEEK_COLUMNS,
        tuple(week_row(line) for line in reversed(report.weekly.lines)),
        empty="No forecast was frozen before any of these weeks: none can be judged.",
    )


def week_row(line: WeekAccuracy) -> tuple[Value, ...]:
    """A week of one goal and currency."""
    known = line.engagements > 0
    return (
        text(line.week),
        Value(goal(line.tolerance), line.tolerance),
        money(line.forecast if known else None),
        money(line.actual if known else None),
        text(line.currency),
        Value(signed_percent(line.error), line.error),
        text(WORDS[line.verdict], f"without {', '.join(line.left_out)}" if line.left_out else ""),
    )


def bias_table(report: WeekReport) -> Table:
    """The bias over the weeks, and over the months by type: the handbook's measure."""
    weeks = [
        (
            text(f"weeks, goal {goal(bias.tolerance)}, {bias.currency}"),
            Value(str(bias.weeks), bias.weeks),
            Value(str(bias.out_of_tolerance), bias.out_of_tolerance),
            Value(signed_percent(bias.mean_error, "none"), bias.mean_error),
        )
        for bias in report.weekly.bias
    ]
    months = [
        (
            text(f"months, {long_type(bias.key)}"),
            Value(str(bias.months), bias.months),
            Value(str(bias.out_of_tolerance), bias.out_of_tolerance),
            Value(signed_percent(bias.mean_error, "none"), bias.mean_error),
        )
        for bias in (report.accuracy.by_type if report.accuracy else ())
    ]
    return Table(
        "Bias: above zero more came than was forecast",
        (Head("of"), Head("judged", "right"), Head("out of tolerance", "right"), Head("mean error", "right")),
        (*months, *weeks),
    )


# bookings, people, health


def gap_table(report: WeekReport) -> Table:
    """Roles without hard bookings."""
    return Table(
        "Coverage gaps",
        (
            Head("engagement", prose=True),
            Head("role"),
            Head("from"),
            Head("to"),
            Head("open money", "right"),
            Head("in"),
        ),
        tuple(
            (
                text(full_name(gap), "waived" if gap.waived else ""),
                text(gap.role),
                day(gap.gap_from),
                day(gap.until - DAY),
                Value("" if gap.amount is None else amount(gap.amount), gap.amount),
                text(gap.currency),
            )
            for gap in report.gaps
        ),
        empty=_not_seen(report, BOOKINGS) or "Every required role is hard-booked as far as it must be.",
    )


def people_table(report: WeekReport) -> Table:
    """People below the threshold."""
    return Table(
        f"People hard-booked below {percent(report.people_below)}, four weeks together",
        (
            Head("person"),
            Head("role"),
            Head("hard h", "right"),
            Head("soft h", "right"),
            Head("capacity h", "right"),
            Head("booked", "right"),
        ),
        tuple(
            (
                text(person.name),
                text(person.role),
                Value(hours(person.hard_hours), person.hard_hours),
                Value(hours(person.soft_hours), person.soft_hours),
                Value(hours(person.capacity_hours), person.capacity_hours),
                Value(percent(person.booked_ratio), person.booked_ratio),
            )
            for person in report.people
        ),
        empty=_not_seen(report, PEOPLE) or f"Nobody is hard-booked below {percent(report.people_below)}.",
    )


def health_table(report: WeekReport) -> Table:
    """Red, yellow, green: as reported, and as budget and schedule suggest."""
    return Table(
        "Red, yellow, green",
        (
            Head("engagement", prose=True),
            Head("status"),
            Head("reported"),
            Head("on"),
            Head("suggested"),
            Head("because of", prose=True),
        ),
        tuple(_health(line, UNKNOWN if HEALTH in report.unseen_in else "no report") for line in report.health),
        empty="No engagement is under way.",
    )


def _health(line: HealthLine, none: str) -> tuple[Value, ...]:
    suggested = line.suggested
    return (
        text(full_name(line)),
        text(line.status),
        colour((line.health.color or UNKNOWN) if line.health else None, none),
        day(line.health.date if line.health else None),
        colour(suggested.color.value if suggested else None, UNKNOWN),
        text("; ".join(suggested.reasons) if suggested else ""),
    )


def _not_seen(report: WeekReport, step: str) -> str:
    """That something could not be looked at, and why; empty where it was."""
    reasons = "; ".join(report.unseen_in.get(step, ()))
    return f"{reasons[:1].upper()}{reasons[1:]}." if reasons else ""


def colour(name: str | None, missing: str) -> Value:
    """A colour by its word, red first."""
    known = (name or "").casefold()
    rank = COLOURS.index(known) if known in COLOURS else len(COLOURS)
    return Value(name or missing, rank, colour=known if known in COLOURS else None)
