"""The tables of the week's report, said once for every form: what a cell shows, what it sorts by, what stands below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.upside import UpsideEntry
from psdm_cli.domain.upside import percent as chance
from psdm_cli.domain.upside_totals import whole
from psdm_cli.domain.week_forecast import TypeForecast
from psdm_cli.domain.week_moves import Move
from psdm_cli.domain.week_report import BOOKINGS, HEALTH, PEOPLE, HealthLine, WeekReport
from psdm_cli.domain.weekly_accuracy import WeekAccuracy
from psdm_cli.output.accuracy_document import WORDS, signed_percent
from psdm_cli.output.views import full_name
from psdm_cli.output.wording import CHANGES, UNKNOWN, amount, counted, hours, long_type, percent

Key = Decimal | int | date | str | None
MOST_REASONS = 3
COLOURS = ("red", "yellow", "green")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: its text, what it sorts by (None: last), what is said below it, and whether it is a health colour."""

    text: str
    key: Key = None
    below: str = ""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, and on which side its cells stand."""

    title: str
    align: Literal["left", "right"] = "left"
    prose: bool = False  # words that need room


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its caption; `foot` is its sum. Without rows `empty` is said instead."""

    caption: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    foot: tuple[Value, ...] = ()
    empty: str = ""


def text(value: str | None, below: str = "") -> Value:
    """Words, sorted as words."""
    return Value(value or "", value or "", below)


def money(value: Decimal | None, below: str = "") -> Value:
    """An amount without its currency, which the caption or a column of its own says."""
    return Value(amount(value), value, below)


def day(value: date | None) -> Value:
    """A day as ISO."""
    return Value(value.isoformat() if value else "", value)


def signed(value: Decimal | None) -> str:
    """A change with its sign; `±0.00` where nothing moved, nothing where there is none."""
    if value is None:
        return ""
    return f"{value:+,.2f}" if value else "±0.00"


def currencies(report: WeekReport) -> tuple[str, ...]:
    """The currencies of the forecast, those of most types first."""
    codes = dict.fromkeys(total.currency for total in report.totals)
    return tuple(sorted(codes, key=lambda code: (-sum(row.currency == code for row in report.types), code)))


# forecast


def month_table(report: WeekReport, currency: str) -> Table:
    """The months of a currency, all types together."""
    rows = [total for total in report.totals if total.currency == currency]
    since = report.compared_with.isoformat() if report.compared_with else ""
    compared = (Head(f"to come, as of {since}", "right"), Head("change", "right")) if since else ()
    return Table(
        f"Forecast in {currency} by month",
        (Head("month"), Head("worked", "right"), Head("to come", "right"), Head("month total", "right"), *compared),
        tuple(
            (
                text(row.month),
                money(row.worked),
                money(row.forecast),
                money(row.worked + row.forecast),
                *((money(row.before), Value(signed(row.change), row.change)) if since else ()),
            )
            for row in rows
        ),
    )


def type_table(report: WeekReport, currency: str) -> Table:
    """Types by month: what is to come, and below it the change."""
    rows = [row for row in report.types if row.currency == currency]
    compared = report.compared_with is not None
    totals = {total.month: total for total in report.totals if total.currency == currency}
    beyond = [row.beyond for row in rows if row.beyond is not None]
    return Table(
        f"Forecast in {currency} to come by type" + (", below it the change" if compared else ""),
        (Head("type"), *(Head(month, "right") for month in report.months), Head("beyond", "right")),
        tuple(
            (
                text(long_type(row.type), f"without {', '.join(row.incomplete)}" if row.incomplete else ""),
                *(_to_come(row, month) for month in report.months),
                money(row.beyond),
            )
            for row in rows
        ),
        (
            text("all types"),
            *(Value(amount(t.forecast), t.forecast, signed(t.change)) for t in (totals[m] for m in report.months)),
            money(sum(beyond, Decimal("0.00"))),
        )
        if len(rows) > 1
        else (),
    )


def _to_come(row: TypeForecast, month: str) -> Value:
    return money(row.forecast.get(month), signed((row.change or {}).get(month)))


# what moved


def move_table(report: WeekReport, *, slipped: bool) -> Table:
    """Pushes and pulls with their reasons, or everything else that changed."""
    moves = report.slipped if slipped else tuple(move for move in report.moves if move not in report.slipped)
    what = "pushed or pulled in" if slipped else "came, went, grew or shrank"
    return Table(
        "Pushes and pulls" if slipped else "Other changes",
        (
            Head("engagement", prose=True),
            Head("what"),
            Head("months"),
            Head("amount", "right"),
            Head("in"),
            Head("why", prose=True),
        ),
        tuple(_move(move) for move in moves),
        empty=f"Nothing {what} since {report.compared_with.isoformat()}."
        if report.compared_with
        else "There is no earlier week to compare with: psdm forecast freeze keeps this one.",
    )


def _move(move: Move) -> tuple[Value, ...]:
    months = " → ".join(month for month in (move.month_from, move.month_to) if month)
    return (
        text(full_name(move)),
        Value(CHANGES[move.kind], list(ChangeKind).index(move.kind)),
        text(months),
        money(move.amount),
        text(move.currency),
        text(why(move)),
    )


def why(move: Move) -> str:
    """What a person gave as the reason, then what the data shows."""
    more = [f"and {len(move.why) - MOST_REASONS} more"] if len(move.why) > MOST_REASONS else []
    seen = "; ".join([*move.why[:MOST_REASONS], *more])
    if move.reason:
        return f"{move.reason} ({seen})" if seen else move.reason
    if move.reason_due:
        return f"reason still to be given ({seen})" if seen else "reason still to be given"
    return seen


# upside


def upside_table(report: WeekReport) -> Table:
    """The open entries of the ledger."""
    return Table(
        "Open upside",
        (
            Head("engagement", prose=True),
            Head("scenario"),
            Head("what"),
            Head("amount", "right"),
            Head("in"),
            Head("probability", "right"),
            Head("weighted", "right"),
            Head("quarter"),
            Head("month"),
            Head("because of", prose=True),
        ),
        tuple(_entry(entry) for entry in report.upside),
        empty="No open upside in the ledger for these engagements.",
    )


def _entry(entry: UpsideEntry) -> tuple[Value, ...]:
    worth = f"{hours(entry.hours)} h" if entry.amount is None and entry.hours is not None else amount(entry.amount)
    return (
        text(entry.engagement),
        text(entry.scenario.value),
        text(entry.what),
        Value(worth, entry.amount),
        text(entry.currency),
        Value(chance(entry.probability), entry.probability),
        money(entry.weighted),
        text(entry.quarter),
        text(entry.month),
        text(entry.reason),
    )


def upside_sums(report: WeekReport) -> Table:
    """The open upside by currency, quarter and scenario."""
    rows: list[tuple[Value, ...]] = []
    for currency, quarters in report.upside_totals.items():
        for quarter, scenarios in quarters.items():
            rows += [
                (text(quarter), text(scenario.value), money(total.amount), money(total.weighted), text(currency))
                for scenario, total in scenarios.items()
            ]
            if len(scenarios) > 1:
                total = whole(scenarios)
                rows.append((text(quarter), text("all"), money(total.amount), money(total.weighted), text(currency)))
    return Table(
        "Open upside by quarter and scenario",
        (Head("quarter"), Head("scenario"), Head("amount", "right"), Head("weighted", "right"), Head("in")),
        tuple(rows),
    )


def settled_table(report: WeekReport) -> Table:
    """What became of upside since the earlier week."""
    return Table(
        "Upside that was settled since the earlier forecast",
        (
            Head("engagement", prose=True),
            Head("what"),
            Head("became"),
            Head("amount", "right"),
            Head("in"),
            Head("quarter"),
        ),
        tuple(
            (
                text(entry.engagement),
                text(entry.what),
                text(entry.status.value),
                money(entry.amount),
                text(entry.currency),
                text(entry.quarter),
            )
            for entry in report.settled
        ),
    )


# accuracy


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


def _count(report: WeekReport, step: str, number: int) -> str:
    return UNKNOWN if step in report.unseen_in and not number else str(number)


def colour(name: str | None, missing: str) -> Value:
    """A colour by its word, red first."""
    known = (name or "").casefold()
    rank = COLOURS.index(known) if known in COLOURS else len(COLOURS)
    return Value(name or missing, rank, colour=known if known in COLOURS else None)


# in words


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
