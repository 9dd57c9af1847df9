"""The week's report as a plain result, complete: usual words, or the same hostile text wherever a text is foreign."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from psdm_cli.domain.accuracy import AccuracyLine, AccuracyReport, Bias, Verdict
from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.portfolio_rows import Health, HealthReport, Suggestion
from psdm_cli.domain.report import PersonLine
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_totals import totals_of
from psdm_cli.domain.week_forecast import TypeForecast, month_forecasts
from psdm_cli.domain.week_moves import Move
from psdm_cli.domain.week_report import GapLine, HealthLine, WeekReport
from psdm_cli.domain.weekly_accuracy import WeekAccuracy, WeekBias, WeeklyAccuracy

D = Decimal
AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
MONTHS = ("2026-11", "2026-12", "2027-01", "2027-02")
WEEKS = tuple(f"2026-W{number}" for number in range(35, 48))


def months(*amounts: str) -> dict[str, D]:
    """Amounts by month."""
    return dict(zip(MONTHS, map(D, amounts), strict=True))


def week_report(text: str | None = None) -> WeekReport:
    """A Monday with everything in it. `text` stands in place of every name, title and reason."""

    def said(usual: str) -> str:
        return usual if text is None else text

    types = (
        TypeForecast(
            "time_and_materials",
            "USD",
            months("12000.50", "30000.00", "18000.00", "0.00"),
            months("41000.00", "0.00", "0.00", "0.00"),
            D("5000.00"),
            months("20000.50", "22000.00", "18000.00", "0.00"),
            months("-8000.00", "8000.00", "0.00", "0.00"),
        ),
        TypeForecast(
            "fixed_fee",
            "USD",
            months("0.00", "45000.00", "0.00", "30000.00"),
            months("0.00", "0.00", "0.00", "0.00"),
            D("0.00"),
            months("0.00", "45000.00", "30000.00", "0.00"),
            months("0.00", "0.00", "-30000.00", "30000.00"),
        ),
        TypeForecast(
            "consulting_block",
            "EUR",
            months("1000.00", "1000.00", "1000.00", "1000.00"),
            months("2500.00", "0.00", "0.00", "0.00"),
            D("0.00"),
            months("1000.00", "1000.00", "1000.00", "1000.00"),
            months("0.00", "0.00", "0.00", "0.00"),
        ),
    )
    acme = {"project": "11", "sow": "SOW-2206", "title": said("SOW-2206 Acme Migration"), "lead": said("Priya Nair")}
    plain = {"project": "12", "sow": None, "title": said("Café Zürich"), "lead": said("Tom Okafor")}
    moves = (
        Move(
            **acme,
            kind=ChangeKind.PUSH,
            month_from="2026-11",
            month_to="2026-12",
            amount=D("8000.00"),
            currency="USD",
            why=(said("Jonas Weber (PSE): moved, from Mon 16 Nov 2026 before, from Mon 7 Dec 2026 now"),) * 1,
            reason=said("the customer's freeze"),
        ),
        Move(
            **plain,
            kind=ChangeKind.PUSH,
            month_from="2027-01",
            month_to="2027-02",
            amount=D("30000.00"),
            currency="USD",
            why=tuple(said(f"milestone “Part {number}” moved") for number in range(5)),
            reason_due=True,
        ),
        Move(**plain, kind=ChangeKind.NEW, month_from=None, month_to="2026-12", amount=D("400.00"), currency="EUR"),
    )
    upside = tuple(
        UpsideEntry(
            source=f"milestone:{number}",
            project="11",
            sow="SOW-2206",
            engagement=said("SOW-2206"),
            what=said("milestone Rollout"),
            scenario=scenario,
            hours=D("12.00"),
            amount=amount,
            currency="USD",
            quarter="FY27-Q4",
            month="2027-01",
            probability=D("0.40"),
            reason=said("the budget is not signed"),
            who=said("Priya Nair"),
            at=NOW,
            reviewed_at=NOW,
            id=str(number),
        )
        for number, (scenario, amount) in enumerate(
            [(Scenario.SOFT_BOOKING, D("6000.00")), (Scenario.MILESTONE, D("15000.00")), (Scenario.OTHER, None)]
        )
    )
    return WeekReport(
        as_of=AS_OF,
        week="2026-W48",
        quarter="FY27-Q4",
        leads=(said("Priya Nair"), said("Tom Okafor")),
        months=MONTHS,
        compared_with=date(2026, 11, 16),
        types=types,
        totals=tuple(month_forecasts(types, MONTHS)),
        moves=moves,
        upside=upside,
        settled=(replace(upside[0], id="9", status=UpsideStatus.CONVERTED),),
        upside_totals=totals_of(upside),
        accuracy=_accuracy(said),
        weekly=_weekly(said),
        gaps=(
            GapLine(**acme, role=said("TA"), gap_from=date(2026, 12, 7), until=date(2026, 12, 21), amount=D("4000.00"),
                    currency="USD", waived=False),
            GapLine(**plain, role=said("PM"), gap_from=date(2026, 12, 7), until=date(2026, 12, 14), amount=None,
                    currency=None, waived=True),
        ),
        people=(
            PersonLine("71", said("Jonas Weber"), said("PSE"), D("152.00"), D("38.00"), D("16.00"), D("0.2500")),
            PersonLine("72", said("María del Carmen"), said("TA"), D("152.00"), D("109.50"), D("0.00"), D("0.7204")),
        ),
        people_below=D("0.80"),
        health=(
            HealthLine(**acme, type="time_and_materials", status=said("Active"),
                       health=HealthReport(said("green"), date(2026, 11, 19)),
                       suggested=Suggestion(Health.RED, (said("EAC is 119 % of the price"),))),
            HealthLine(**plain, type="consulting_block", status=None, health=None, suggested=None),
        ),
        unseen=(),
        unseen_in={},
        warnings=(said("The kickoff of Equinox Training is unknown and treated as past."),),
        synced_at=NOW,
    )  # fmt: skip


def empty_week() -> WeekReport:
    """The first Monday: nothing was frozen before, nobody is free, nothing is known of money."""
    return replace(
        week_report(),
        compared_with=None,
        types=(),
        totals=(),
        moves=(),
        upside=(),
        settled=(),
        upside_totals={},
        accuracy=None,
        weekly=WeeklyAccuracy(WEEKS, (), (), WEEKS),
        gaps=(),
        people=(),
        health=(),
        unseen=("could not look: the token lacks permission to view people",),
        unseen_in={"FP-06": ("could not look: the token lacks permission to view people",)},
        warnings=(),
    )


def _weekly(said: object) -> WeeklyAccuracy:
    name = said("SOW-2311") if callable(said) else ""
    lines = [
        WeekAccuracy(
            week=week,
            start=date.fromisocalendar(2026, int(week[-2:]), 1),
            tolerance=tolerance,
            currency="USD",
            forecast=D("10000.00"),
            actual=D("10000.00") + number * 100,
            error=D(number) / 100,
            verdict=Verdict.IN_TOLERANCE if number * D("0.01") <= tolerance else Verdict.OUT_OF_TOLERANCE,
            engagements=3,
            frozen_as_of=date(2026, 8, 24),
            left_out=(name,) if number == 3 else (),
        )
        for number, week in enumerate(WEEKS[1:])
        for tolerance in (D("0.05"), D("0.10"))
    ]
    bias = tuple(
        WeekBias(tolerance, "USD", 12, 6, D("120000.00"), D("126600.00"), D("0.0550"), D("0.0550"))
        for tolerance in (D("0.05"), D("0.10"))
    )
    return WeeklyAccuracy(WEEKS, tuple(lines), bias, WEEKS[:1])


def _accuracy(said: object) -> AccuracyReport:
    name = said("SOW-2206 Acme Migration") if callable(said) else ""
    line = AccuracyLine(
        "11", "SOW-2206", name, name, "time_and_materials", "2026-10", "USD", D("100.00"), D("106.00"), D("0.0600"),
        D("0.05"), Verdict.OUT_OF_TOLERANCE,
    )  # fmt: skip
    bias = Bias("time_and_materials", "time and materials", 1, 1, D("0.0600"))
    return AccuracyReport(AS_OF, ("2026-09", "2026-10"), (line,), (bias,), (replace(bias, key="11", label=name),),
                          ("2026-09",), (), NOW)  # fmt: skip
