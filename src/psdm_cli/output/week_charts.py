"""The charts of the week's report: what each draws, what a screen reader says of it, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psdm_cli.domain.week_report import WeekReport
from psdm_cli.domain.weekly_accuracy import WeekAccuracy
from psdm_cli.output import week_headline as words
from psdm_cli.output import week_standing as around
from psdm_cli.output.drawing import HEIGHT, WIDTH, Row, Studio
from psdm_cli.output.html.look import BAND, INK, SERIES
from psdm_cli.output.week_cells import Head, Table, Value, money, text
from psdm_cli.output.week_standing import goal
from psdm_cli.output.wording import amount, hours, long_type, percent

FARTHEST = 0.5  # an error beyond ±50 % is drawn at the edge; the table has the number
MOST_PEOPLE = 15


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, its main point in words, its numbers, and what its signs mean."""

    svg: str
    says: str
    numbers: Table
    key: str = ""


def forecast_charts(report: WeekReport, studio: Studio) -> Iterable[Chart]:
    """For each currency the months by type, worked and to come together, beside the earlier forecast."""
    for currency in words.currencies(report):
        yield _forecast(report, currency, studio)


def _forecast(report: WeekReport, currency: str, studio: Studio) -> Chart:
    alt = studio.alt
    types = [row for row in report.types if row.currency == currency]
    totals = [total for total in report.totals if total.currency == currency]
    names = [long_type(row.type) for row in types]
    values = {
        (row.type, month): (row.forecast.get(month) or Decimal(0)) + (row.worked.get(month) or Decimal(0))
        for row in types
        for month in report.months
    }
    rows = [
        {"month": month, "type": long_type(row.type), "order": at, "amount": float(values[row.type, month])}
        for at, row in enumerate(types)
        for month in report.months
    ]
    month = alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(paddingInner=0.35))
    bars = (
        alt.Chart(studio.data(rows))
        .mark_bar()
        .encode(
            x=month,
            y=alt.Y("amount:Q", title=currency, axis=alt.Axis(format="~s", tickCount=5)),
            color=_colour(alt, "type", names),
            order="order:Q",
        )
    )
    earlier = [
        {"month": total.month, "amount": float(total.before + total.worked)}
        for total in totals
        if total.before is not None
    ]
    layers = [bars]
    since = report.compared_with.isoformat() if report.compared_with else ""
    if earlier:
        tick = alt.Chart(studio.data(earlier)).mark_tick(thickness=3, color=INK, width=70)
        layers.append(tick.encode(x=month, y="amount:Q"))
    caption = f"Forecast in {currency} by month and type"
    key = "Worked and to come." + (f" The line across a bar is the forecast as of {since}." if earlier else "")
    said = "; ".join(f"{total.month} {amount(total.worked + total.forecast)}" for total in totals)
    numbers = Table(
        caption,
        (Head("type"), *(Head(name, "right") for name in report.months)),
        tuple((text(long_type(row.type)), *(money(values[row.type, m]) for m in report.months)) for row in types)
        + ((text("all types"), *(money(total.worked + total.forecast) for total in totals)),)
        + (
            ((text(f"as of {since}"), *(money((t.before or Decimal(0)) + t.worked) for t in totals)),)
            if earlier
            else ()
        ),
    )
    drawn = studio.svg(alt.layer(*layers).properties(width=WIDTH, height=HEIGHT))
    return Chart(drawn, f"Stacked bars. Totals in {currency}: {said}.", numbers, key)


def accuracy_charts(report: WeekReport, studio: Studio) -> Iterable[Chart]:
    """For each currency the signed error of each week, over the band of tolerance."""
    for currency in dict.fromkeys(line.currency for line in report.weekly.lines):
        lines = [line for line in report.weekly.lines if line.currency == currency and line.error is not None]
        if lines:
            yield _accuracy(report, currency, lines, studio)


def _accuracy(report: WeekReport, currency: str, lines: Sequence[WeekAccuracy], studio: Studio) -> Chart:
    alt = studio.alt
    goals = sorted({line.tolerance for line in lines})
    names = [f"goal {goal(each)}" for each in goals]
    weeks = [name[-3:] for name in report.weekly.weeks]
    axis = alt.Axis(labelAngle=0, values=weeks[::-2])
    week = alt.X("week:O", title=None, axis=axis, scale=alt.Scale(domain=weeks))
    scale = alt.Scale(domain=[-FARTHEST, FARTHEST], clamp=True)
    error = alt.Y("error:Q", title="error of the forecast", axis=alt.Axis(format="+.0%", tickCount=5), scale=scale)
    bands = [
        alt.Chart(studio.data([{"low": -float(each), "high": float(each)}]))
        .mark_rect(color=BAND, opacity=1 if at == len(goals) - 1 else 0.5)
        .encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
        for at, each in enumerate(reversed(goals))
    ]
    rows = [_point(line) for line in lines]
    base = alt.Chart(studio.data(rows)).encode(x=week, y=error, color=_colour(alt, "goal", names))
    zero = alt.Chart(studio.data([{"error": 0}])).mark_rule(color=INK, strokeWidth=1).encode(y=error)
    layers = [*bands, zero, base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=60, opacity=1)]
    means = [
        {"goal": f"goal {goal(bias.tolerance)}", "error": float(bias.mean_error)}
        for bias in report.weekly.bias
        if bias.currency == currency and bias.mean_error is not None
    ]
    layers.append(
        alt.Chart(studio.data(means))
        .mark_rule(strokeDash=[5, 4], strokeWidth=2)
        .encode(y=error, color=_colour(alt, "goal", names))
    )
    caption = f"Error of the weekly forecast in {currency}, last {len(weeks)} weeks"
    key = (
        "Shaded: the band of tolerance. Dashed: the mean, which is the bias; above zero more came than was forecast. "
        f"Beyond ±{percent(Decimal(str(FARTHEST)))} a point stands at the edge."
    )
    inside = sum(line.verdict.value == "in_tolerance" for line in lines)
    numbers = Table(
        caption,
        around.WEEK_COLUMNS,
        tuple(around.week_row(line) for line in reversed(report.weekly.lines) if line.currency == currency),
    )
    drawn = studio.svg(alt.layer(*layers).properties(width=WIDTH, height=HEIGHT))
    return Chart(drawn, f"Lines over a band. {inside} of {len(lines)} points within their goal.", numbers, key)


def _point(line: WeekAccuracy) -> Row:
    return {"week": line.week[-3:], "goal": f"goal {goal(line.tolerance)}", "error": float(line.error or 0)}


def upside_charts(report: WeekReport, studio: Studio) -> Iterable[Chart]:
    """For each currency the open upside by quarter and scenario, weighted."""
    alt = studio.alt
    for currency, quarters in report.upside_totals.items():
        known = [
            (quarter, scenario.value, total)
            for quarter, scenarios in quarters.items()
            for scenario, total in scenarios.items()
        ]
        rows = [
            {"quarter": quarter, "scenario": scenario, "weighted": float(total.weighted)}
            for quarter, scenario, total in known
            if total.weighted is not None
        ]
        if not rows:
            continue
        names = list(dict.fromkeys(scenario for _, scenario, _ in known))
        chart = (
            alt.Chart(studio.data(rows))
            .mark_bar(size=26)
            .encode(
                y=alt.Y("quarter:O", title=None, axis=alt.Axis(minExtent=72)),
                x=alt.X("weighted:Q", title=currency, axis=alt.Axis(format="~s", tickCount=5)),
                color=_colour(alt, "scenario", names),
            )
            .properties(width=WIDTH, height=alt.Step(44))
        )
        caption = f"Open upside in {currency} by quarter and scenario, weighted by probability"
        numbers = Table(
            caption,
            (Head("quarter"), Head("scenario"), Head("amount", "right"), Head("weighted", "right")),
            tuple((text(q), text(s), money(t.amount), money(t.weighted)) for q, s, t in known),
        )
        said = "; ".join(f"{q} {s} {amount(t.weighted)}" for q, s, t in known)
        yield Chart(studio.svg(chart), f"Bars in {currency}, weighted: {said}.", numbers)


def people_charts(report: WeekReport, studio: Studio) -> Iterable[Chart]:
    """How booked the people below the threshold are, the emptiest first."""
    alt = studio.alt
    people = [person for person in report.people if person.capacity_hours][:MOST_PEOPLE]
    if not people:
        return
    names = [f"{person.name} ({person.role})" for person in people]
    rows = [
        {"person": name, "kind": kind, "share": float(booked / person.capacity_hours)}
        for name, person in zip(names, people, strict=True)
        for kind, booked in (("hard", person.hard_hours), ("soft", person.soft_hours))
    ]
    room = min(200, 8 * max(len(name) for name in names))  # a reader's font may be wider than the one measured with
    highest = max(1.0, *(float((p.hard_hours + p.soft_hours) / p.capacity_hours) for p in people))
    bars = (
        alt.Chart(studio.data(rows))
        .mark_bar(size=16)
        .encode(
            y=alt.Y("person:N", title=None, sort=None, axis=alt.Axis(minExtent=room)),
            x=alt.X(
                "share:Q",
                title="of capacity, four weeks together",
                axis=alt.Axis(format=".0%", tickCount=5),
                scale=alt.Scale(domain=[0, highest]),
            ),
            color=_colour(alt, "kind", ["hard", "soft"]),
        )
    )
    limit = alt.Chart(studio.data([{"share": float(report.people_below)}])).mark_rule(color=INK, strokeWidth=2)
    drawn = studio.svg(alt.layer(bars, limit.encode(x="share:Q")).properties(width=WIDTH - 100, height=alt.Step(28)))
    more = len(report.people) - len(people)
    caption = "Booked share of capacity"
    key = f"The line is {percent(report.people_below)}." + (f" {more} more are in the table." if more else "")
    numbers = Table(
        caption,
        (Head("person"), Head("hard h", "right"), Head("soft h", "right"), Head("capacity h", "right")),
        tuple(
            (
                text(name),
                Value(hours(person.hard_hours), person.hard_hours),
                Value(hours(person.soft_hours), person.soft_hours),
                Value(hours(person.capacity_hours), person.capacity_hours),
            )
            for name, person in zip(names, people, strict=True)
        ),
    )
    said = "; ".join(f"{name} {percent(person.booked_ratio)}" for name, person in zip(names, people, strict=True))
    yield Chart(drawn, f"Bars. Hard-booked: {said}.", numbers, key)


def _colour(alt: Any, field: str, names: Sequence[str]) -> Any:
    """Series in a fixed order of colours; one alone needs no legend where the caption names it."""
    colours = [SERIES[at % len(SERIES)] for at in range(len(names))]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(names), range=colours))
