"""The tables of the week's report about money: forecast by month and type, what moved and why, upside."""

from __future__ import annotations

from decimal import Decimal

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.upside import UpsideEntry
from psdm_cli.domain.upside import percent as chance
from psdm_cli.domain.upside_totals import whole
from psdm_cli.domain.week_forecast import TypeForecast
from psdm_cli.domain.week_moves import Move
from psdm_cli.domain.week_report import WeekReport
from psdm_cli.output.views import full_name
from psdm_cli.output.week_cells import Head, Table, Value, money, signed, text
from psdm_cli.output.wording import CHANGES, amount, hours, long_type

MOST_REASONS = 3


# forecast


def month_table(report: WeekReport, currency: str) -> Table:
    """The months of a currency, all types together."""
    rows = [total for total in report.totals if total.currency == currency]
    since = report.compared_with.isoformat() if report.compared_with else ""
    compared = (Head(f"to come, {since}", "right"), Head("change", "right")) if since else ()
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
