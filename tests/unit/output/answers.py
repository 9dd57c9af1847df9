"""Answers, accuracy, heat and bridged differences made by hand for the output's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D  # noqa: N817  # a table of amounts reads better short

from reports import AS_OF, NOW
from views import difference

from psdm_cli.domain.accuracy import AccuracyLine, AccuracyReport, Bias, Verdict
from psdm_cli.domain.bridge import Cause
from psdm_cli.domain.completions import DayFrom
from psdm_cli.domain.difference import BridgeLine, BridgeTotal, DifferenceReport
from psdm_cli.domain.explanation import Explanation, Part, Row, Rule, Subject, Unit
from psdm_cli.domain.handbook import CLAUSES
from psdm_cli.domain.heat import HeatReport, Load, PersonHeat, months, weeks

TITLE = "SOW-2206 Acme Robotics GitLab Migration"


def figure(text: str = TITLE) -> Explanation:
    """An amount of two parts, with a part that only shows beside it."""
    return Explanation(
        asked="to_forecast",
        subject=Subject("SOW-2206", "1", "SOW-2206", text),
        sentence=f"{text}: 1,900.56 USD is not planned yet: 7,500.00 USD remain, 5,599.44 USD are hard-booked to come.",
        unit=Unit.MONEY,
        shown="1,900.56 USD",
        rule=Rule("rules.md 3", "To forecast is what remains of the price less the value of hard bookings to come."),
        clauses=(CLAUSES["remaining-funds"], CLAUSES["two-months-out"], CLAUSES["hard-allocations"]),
        value=D("1900.56"),
        currency="USD",
        parts=(
            Part(
                "Remaining",
                Unit.MONEY,
                (Row("price", D("10000.00")), Row("less what is used", D("-2500.00"), note="as Kantata counts it")),
                D("7500.00"),
            ),
            Part(
                "Less hard bookings to come",
                Unit.MONEY,
                (
                    Row(
                        text,
                        D("-5599.44"),
                        id="h1",
                        role="PSE",
                        start=date(2026, 11, 23),
                        end=date(2026, 12, 1),
                        days=7,
                        hours=D("56.00"),
                        rate=D("99.99"),
                    ),
                ),
                D("-5599.44"),
            ),
            Part("Soft bookings", Unit.HOURS, (Row(text, D("8.00"), note=text),), D("8.00"), counts=False),
            Part("Nothing here", Unit.MONEY, (), D("0.00")),
        ),
    )


def unknown(text: str = TITLE) -> Explanation:
    """An amount that cannot be told."""
    return Explanation(
        asked="forecast 2026-12",
        subject=Subject(text, "1"),
        sentence=f"{text}: forecast 2026-12 is unknown.",
        unit=Unit.MONEY,
        shown="unknown",
        rule=Rule("rules.md 3", "A month's forecast is the value of its hard-booked days."),
        clauses=(CLAUSES["hard-allocations"],),
        currency="USD",
        parts=(Part("Hard bookings", Unit.MONEY, (Row(text, id="h1", hours=D("8.00"), note="no rate"),)),),
        unknown=(f"the rate of {text} (8 h): the token lacks View Financials",),
    )


def of_step(text: str = TITLE) -> Explanation:
    """A step with more findings than a screen takes."""
    rows = tuple(Row(f"{text} {n}", D(n), id=f"FP-01:{n}", start=AS_OF, note=text) for n in range(45))
    return Explanation(
        asked="FP-01",
        subject=Subject("FP-01 Remaining funds to forecast"),
        sentence="Remaining funds to forecast needs attention: money not planned on 45 engagements.",
        unit=Unit.TEXT,
        shown="attention",
        rule=Rule("rules.md 3", "One finding an engagement whose funds to forecast are not zero."),
        clauses=(),
        parts=(Part("Findings in USD", Unit.MONEY, rows, counts=False),),
        findings=tuple(f"FP-01:{n}" for n in range(45)),
    )


def _line(**changes: object) -> AccuracyLine:
    made = AccuracyLine(
        project="1",
        sow="SOW-2206",
        title=TITLE,
        lead="Priya Nair",
        type="time_and_materials",
        month="2026-10",
        currency="USD",
        forecast=D("48000.00"),
        actual=D("51000.00"),
        error=D("0.0625"),
        tolerance=D("0.05"),
        verdict=Verdict.OUT_OF_TOLERANCE,
        frozen_as_of=date(2026, 9, 28),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def accuracy(text: str = TITLE, *, only: Verdict | None = None) -> AccuracyReport:
    """Every verdict once; `only`: that one alone."""
    lines = (
        _line(title=text),
        _line(
            project="2",
            sow=None,
            title=text,
            type="consulting_block",
            actual=D("50000.00"),
            error=D("0.0417"),
            tolerance=D("0.10"),
            verdict=Verdict.IN_TOLERANCE,
            transition=date(2026, 8, 3),
            transition_from="stored",
        ),
        _line(
            project="3",
            title=text,
            lead=None,
            type="fixed_fee",
            forecast=D("0.00"),
            error=None,
            days_from=(DayFrom.DUE_DATE,),
            currency="EUR",
        ),
        _line(
            project="4",
            title=text,
            currency=None,
            forecast=None,
            actual=None,
            error=None,
            verdict=Verdict.UNKNOWN,
            reason=f"amounts: the token lacks {text}",
        ),
        _line(project="1", title=text, month="2026-11", verdict=Verdict.NOT_JUDGED, reason="the month is not over"),
    )
    return AccuracyReport(
        as_of=AS_OF,
        months=("2026-09", "2026-10", "2026-11"),
        lines=tuple(line for line in lines if only in (None, line.verdict)),
        by_type=(
            Bias("time_and_materials", "time and materials", 1, 1, D("0.0625")),
            Bias("fixed_fee", text, 1, 1, None),
        ),
        by_engagement=(Bias("1", text, 1, 1, D("-0.0625")),),
        unfrozen=("2026-09",),
        warnings=(text,),
        synced_at=NOW,
    )


def _load(period: str, ratio: str | None, *, under: bool = False) -> Load:
    hard = D("160.00") * D(ratio or 0)
    capacity = D("0.00") if ratio is None else D("160.00")
    return Load(
        period, capacity, hard, D("4.50"), max(D(0), capacity - hard), None if ratio is None else D(ratio), under
    )


def heat(text: str = "Jonas Weber", *, by: str = "month", count: int = 4) -> HeatReport:
    """Two roles; every shade, somebody away, somebody overbooked."""
    periods = months(AS_OF, count) if by == "month" else weeks(AS_OF, count)
    shades = ("0.0000", "0.3200", "0.7960", "0.8000", "1.1500", None)
    people = tuple(
        PersonHeat(
            id=str(number),
            name=text if number else "Ann Bo",
            role="PM" if number < 2 else "PSE",
            total=_load("total", shades[number % 5], under=number < 3),
            loads=tuple(
                _load(p.name, shades[(number + at) % 6], under=(number + at) % 6 < 3) for at, p in enumerate(periods)
            ),
        )
        for number in range(4)
    )
    return HeatReport(AS_OF, by, D("0.80"), periods, people, AS_OF, date(2027, 3, 1), (text,), NOW)


def bridged(text: str = TITLE) -> DifferenceReport:
    """The changes of the other tests, explained by cause."""

    def line(cause: Cause, month: str, amount: str, *reasons: str, project: str = "1") -> BridgeLine:
        return BridgeLine(project, "SOW-2206", text, "Priya Nair", cause, "USD", month, D(amount), reasons)

    moved = f"{text} (PSE): moved, from Mon 23 Nov 2026 to Fri 27 Nov 2026 before, on Tue 1 Dec 2026 now"
    return replace(
        difference(),
        bridge=(
            line(Cause.KIND, "2026-12", "800.00", f"{text} (PSE): soft became hard, on Wed 2 Dec 2026"),
            line(Cause.DATES, "2026-11", "-18800.00", moved),
            line(Cause.DATES, "2026-12", "18000.00", moved),
            line(Cause.ENGAGEMENT, "2027-01", "-52000.00", "no longer in this forecast", project="3"),
        ),
        bridge_totals=(
            BridgeTotal(Cause.ENGAGEMENT, "USD", D("-52000.00"), {"2027-01": D("-52000.00")}),
            BridgeTotal(Cause.KIND, "USD", D("800.00"), {"2026-12": D("800.00")}),
            BridgeTotal(Cause.DATES, "USD", D("-800.00"), {"2026-11": D("-18800.00"), "2026-12": D("18000.00")}),
        ),
    )
