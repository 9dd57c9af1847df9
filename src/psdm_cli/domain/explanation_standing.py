"""Why an engagement stands as it does: burn, runway, time gone, coverage of a role, kickoff, end, type, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from psdm_cli.domain.bridge import bridge
from psdm_cli.domain.bridge_words import TITLES
from psdm_cli.domain.coverage import horizon, is_after_kickoff
from psdm_cli.domain.dates import DAY, days_between, is_business_day, week_name, week_start
from psdm_cli.domain.difference import bridge_lines
from psdm_cli.domain.engagements import KICKOFF_TITLE, Booking, custom_field
from psdm_cli.domain.explanation import Explanation, Ledger, Part, Row, Unit
from psdm_cli.domain.explanation_money import UNKNOWN, lacking
from psdm_cli.domain.explanation_rows import (
    Case,
    carrying,
    days_text,
    entry_row,
    figure_row,
    hour_rows,
    hours_of,
    people_names,
    weeks_between,
)
from psdm_cli.domain.explanation_rules import clauses_of, rule_of
from psdm_cli.domain.funds import runway_until
from psdm_cli.domain.money import money_text
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import counted, day_text, hours_text, refused, said

_SHARE = Decimal("0.0001")
SOURCES = "Where it comes from"


def _answer(
    case: Case,
    name: str,
    unit: Unit,
    shown: str | None,
    sentence: str,
    *,
    parts: tuple[Part, ...] = (),
    asked: str = "",
) -> Explanation:
    return Explanation(
        asked=asked or name,
        subject=case.subject,
        sentence=sentence,
        unit=unit,
        shown=shown or UNKNOWN,
        rule=rule_of(name),
        clauses=clauses_of(name),
        parts=parts,
    )


def _shows(*rows: Row) -> tuple[Part, ...]:
    return (Part(SOURCES, Unit.TEXT, rows, counts=False),)


def _percent(share: Fraction) -> str:
    return f"{round(share * 100)} %"


def _ratio(found: Explanation, share: Fraction | None, unknown: tuple[str, ...]) -> Explanation:
    if share is None:
        return replace(found, unknown=unknown)
    exact = Decimal(share.numerator) / share.denominator
    return replace(found, value=exact.quantize(_SHARE, rounding=ROUND_HALF_EVEN))


def burn(case: Case) -> Explanation:
    """Used share of the price."""
    forecast, currency = case.forecast, case.currency
    share = forecast.burn
    sentence = f"{case.name}: burn is unknown."
    if share is not None:
        sentence = (
            f"{case.name} has used {_percent(share)} of its price: {said(currency, forecast.used)} of "
            f"{said(currency, forecast.budget)}."
        )
    parts = _shows(
        figure_row("used", said(currency, forecast.used)), figure_row("price", said(currency, forecast.budget))
    )
    unknown = lacking(case, price=True) or (() if forecast.budget else ("a share of a price of zero",))
    found = _answer(case, "burn", Unit.RATIO, _percent(share) if share is not None else None, sentence, parts=parts)
    return _ratio(found, share, unknown)


def time_elapsed(case: Case) -> Explanation:
    """Share of the project's days that have gone."""
    start, end = case.engagement.workspace.start_date, case.engagement.end
    parts = _shows(figure_row("start", _day(start)), figure_row("end", _day(end)))
    if start is None or end is None or end <= start:
        found = _answer(case, "time_elapsed", Unit.RATIO, None, f"{case.name}: time elapsed is unknown.", parts=parts)
        return _ratio(found, None, ("the project's start or end: not entered, or the end is not after the start",))
    share = max(Fraction(0), Fraction((case.as_of - start).days, (end - start).days))
    sentence = (
        f"{_percent(share)} of the time of {case.name} have gone: {(case.as_of - start).days} of {(end - start).days} "
        f"days, from {day_text(start)} to {day_text(end)}."
    )
    return _ratio(_answer(case, "time_elapsed", Unit.RATIO, _percent(share), sentence, parts=parts), share, ())


def _day(day: date | None) -> str:
    return "not entered" if day is None else day_text(day)


def runway(case: Case) -> Explanation:
    """The day the hard-booked hours to come are used up at the recent pace."""
    policy, visible = case.assessment.policy, case.assessment.visible
    until = runway_until(case.forecast, policy, visible)
    end = week_start(case.as_of)
    start = end - timedelta(weeks=policy.runway_weeks)
    names = people_names(case.assessment)
    entries = (
        [e for e in case.engagement.time_entries if start <= e.date_performed < end] if visible.time_entries else []
    )
    ledger = Ledger(Unit.HOURS)
    ledger.part("Hours to go: hard bookings", hour_rows(case, lambda booking, _priced: booking.hard, case.as_of))
    ledger.beside(
        f"Pace: time of {days_text(start, end)}",
        ((replace(entry_row(e, names, case.currency), note=""), e.minutes) for e in entries),
    )
    parts = tuple(replace(part, counts=False) for part in ledger.parts)
    if until is not None:
        worked = sum(e.minutes for e in entries)
        pace = Fraction(worked, policy.runway_weeks)
        sentence = (
            f"The {hours_text(case.forecast.hard_minutes or 0)} to go on {case.name} last until {day_text(until)} at "
            f"{hours_text(pace)} a week, the average of the last {policy.runway_weeks} full weeks."
        )
        return _answer(case, "runway", Unit.DATE, day_text(until), sentence, parts=parts)
    unseen = refused(case.assessment, Kind.TIME_ENTRIES, Kind.ALLOCATIONS)
    if unseen:
        found = _answer(case, "runway", Unit.DATE, None, f"{case.name}: the runway is unknown.", parts=parts)
        return replace(found, unknown=unseen)
    sentence = f"{case.name} has no runway to tell: nothing was worked in the last {policy.runway_weeks} full weeks."
    return _answer(case, "runway", Unit.DATE, "none", sentence, parts=parts)


def coverage(case: Case, role: str) -> Explanation:
    """Which weeks of the horizon have hard hours of a role."""
    assessment = case.assessment
    gaps = assessment.coverage[case.engagement.id]
    asked = f"coverage {role}"
    if gaps is None:
        found = _answer(case, "coverage", Unit.DATE, None, f"{case.name}: {asked} is unknown.", asked=asked)
        return replace(found, unknown=refused(assessment, Kind.ALLOCATIONS, Kind.RESOURCES))
    start, end = horizon(case.engagement, case.as_of, assessment.policy)
    weeks = tuple(_weeks(case, role, start, end))
    part = Part(f"Hard {role} hours by week", Unit.HOURS, weeks, counts=False)
    gap = gaps[role]
    when = f"from {days_text(start, end)}" if end > start else "in no week: the project's end lies before"
    if gap.gap_from is None or gap.until is None:
        sentence = f"{case.name} has hard {role} hours in every week that counts, {when}."
        return _answer(case, "coverage", Unit.DATE, "no gap", sentence, parts=(part,), asked=asked)
    span = days_text(gap.gap_from, gap.until)
    early = "" if is_after_kickoff(case.engagement, case.as_of) else " Its kickoff is still to come: no finding yet."
    sentence = f"{case.name} has no hard {role} hours from {span}; looked at {when}.{early}"
    return _answer(case, "coverage", Unit.DATE, span, sentence, parts=(part,), asked=asked)


def _weeks(case: Case, role: str, start: date, end: date) -> Iterator[Row]:
    holidays = case.assessment.calendars.holidays
    bookings: list[Booking] = [booking for booking in case.engagement.hard if booking.role == role]
    for first, after in weeks_between(start, end):
        minutes = sum((b.spread.minutes_between(first, after) for b in bookings), Fraction(0))
        who = ", ".join(dict.fromkeys(b.who for b in bookings if carrying(b.spread, first, after)))
        business = any(is_business_day(day, holidays) for day in days_between(first, after))
        note = who if minutes else "uncovered" if business else "no business day: does not count"
        yield Row(what=week_name(first), role=role, start=first, end=after - DAY, hours=hours_of(minutes), note=note)


def kickoff(case: Case) -> Explanation:
    """When the project kicked off, and how that is known."""
    engagement = case.engagement
    stories = [s for s in engagement.stories if KICKOFF_TITLE.search(s.title or "")]
    rows = [
        figure_row("told to psdm", _day(engagement.stored.kickoff)),
        *(figure_row(f"task “{s.title}”", f"due {_day(s.due_date)}") for s in stories),
        figure_row("project's start", _day(engagement.workspace.start_date)),
    ]
    day = engagement.kickoff
    parts = _shows(*rows)
    if day is None:
        found = _answer(case, "kickoff", Unit.DATE, None, f"{case.name}: the kickoff is unknown.", parts=parts)
        return replace(found, unknown=("the kickoff: no date was stored, no task and no project start has one",))
    source = "as psdm was told"
    if engagement.stored.kickoff is None:
        source = "by its kickoff task" if any(s.due_date == day for s in stories) else "by the project's start"
    sentence = f"{case.name} kicks off on {day_text(day)}, {source}."
    return _answer(case, "kickoff", Unit.DATE, day_text(day), sentence, parts=parts)


def end(case: Case) -> Explanation:
    """When the project ends, and how that is known."""
    workspace, day = case.engagement.workspace, case.engagement.end
    parts = _shows(
        figure_row("due date", _day(workspace.due_date)),
        figure_row("Kantata's effective due date", _day(workspace.effective_due_date)),
    )
    if day is None:
        found = _answer(case, "end", Unit.DATE, None, f"{case.name}: the end is unknown.", parts=parts)
        return replace(found, unknown=("the end: the project has no due date in Kantata",))
    source = "its due date" if workspace.due_date else "the due date that Kantata works out from its tasks"
    return _answer(
        case, "end", Unit.DATE, day_text(day), f"{case.name} ends on {day_text(day)}, {source}.", parts=parts
    )


def type(case: Case) -> Explanation:
    """How the engagement is sold, and where that is read from."""
    engagement, names = case.engagement, case.assessment.rules.fields
    kind = engagement.type.value.replace("_", " ")
    text = custom_field(engagement.workspace.custom_fields, names.billing_type)
    default = engagement.workspace.stories_are_fixed_fee_by_default
    parts = _shows(
        figure_row(names.billing_type, text or "empty"),
        figure_row("tasks are fixed fee by default", {True: "yes", False: "no", None: "not visible"}[default]),
    )
    guess = f" ({engagement.type_warning})" if engagement.type_warning else f", as {names.billing_type} says"
    return _answer(case, "type", Unit.TEXT, kind, f"{case.name} is sold as {kind}{guess}.", parts=parts)


def changes(case: Case) -> Explanation:
    """What changed since the last frozen week, cause by cause."""
    previous = case.assessment.previous
    currency = case.currency
    if previous is None:
        sentence = "No earlier week is frozen, so there is nothing to compare with."
        return _answer(case, "changes", Unit.MONEY, "nothing to compare with", sentence)
    now = case.assessment.snapshot()
    own = [found for found in bridge(previous, now) if found.engagement.id == case.engagement.id]
    since = f"the forecast frozen on {day_text(previous.as_of)}"
    if any(not found.known for found in own) or currency is None:
        found = _answer(case, "changes", Unit.MONEY, None, f"{case.name} cannot be compared with {since}.")
        why = "one of the two forecasts is unknown, or they are in different currencies"
        return replace(found, unknown=lacking(case, plan=True) or (why,), currency=currency.code if currency else None)
    lines = [line for each in own for line in bridge_lines(each)]
    parts = []
    for cause in dict.fromkeys(line.cause for line in lines):
        of = [line for line in lines if line.cause is cause]
        rows = tuple(Row(what=line.month, value=line.amount, note="; ".join(line.reasons)) for line in of)
        parts.append(Part(TITLES[cause], Unit.MONEY, rows, sum((line.amount for line in of), Decimal(0))))
    total = sum((line.amount for line in lines), Decimal(0))
    signed = f"{'+' if total > 0 else ''}{money_text(total, currency.code)}"
    sentence = (
        f"{case.name} changed by {signed} since {since}: {counted(len(parts), 'cause')}."
        if lines
        else f"{case.name} has not changed since {since}."
    )
    found = _answer(case, "changes", Unit.MONEY, signed, sentence, parts=tuple(parts))
    return replace(found, value=total, currency=currency.code)


STANDING: Mapping[str, Callable[[Case], Explanation]] = {
    function.__name__: function for function in (burn, runway, time_elapsed, kickoff, end, type, changes)
}
