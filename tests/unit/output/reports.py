"""Reports made by hand for the output's tests: a usual Monday, a token without money, several leads, an easy week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D  # noqa: N817  # a table of amounts reads better short
from zoneinfo import ZoneInfo

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.coverage import Gap
from psdm_cli.domain.findings import Finding, FindingState, State, Step
from psdm_cli.domain.milestones import Source
from psdm_cli.domain.report import (
    ChangeLine,
    ForecastReport,
    MilestoneLine,
    PersonLine,
    ProjectLine,
    totals_of,
)

AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
MONTHS = ("2026-11", "2026-12", "2027-01", "2027-02")
EASTERN = ZoneInfo("America/New_York")


def months(*values: str | None) -> dict[str, D | None]:
    """Amounts for the four months."""
    return {month: None if value is None else D(value) for month, value in zip(MONTHS, values, strict=True)}


def project(number: int, title: str, **changed: object) -> ProjectLine:
    """A time and materials engagement in USD with money left to plan."""
    line = ProjectLine(
        id=f"90{number}",
        sow=f"SOW-{number}",
        title=title,
        customer=title.split(" ", maxsplit=1)[0],
        lead="Priya Nair",
        type="time_and_materials",
        status="Active",
        currency="USD",
        budget=D("240000.00"),
        used=D("61250.50"),
        remaining=D("178749.50"),
        to_forecast=D("48200.00"),
        hard_booked=D("130549.50"),
        soft_booked=D("12000.00"),
        hard_hours=D("522.20"),
        soft_hours=D("48.00"),
        unpriced_hours=D("0.00"),
        forecast=months("12000.00", "58000.00", "40549.50", "15000.00"),
        worked=months("22500.00", "0.00", "0.00", "0.00"),
        month_total=months("34500.00", "58000.00", "40549.50", "15000.00"),
        beyond=D("5000.00"),
        overdue=D("0.00"),
        undated=D("0.00"),
        milestones=(),
        kickoff=date(2026, 8, 3),
        end=date(2027, 5, 28),
        coverage={"PM": Gap(), "PSE": Gap(date(2026, 12, 14), date(2027, 1, 4))},
        changes=(),
    )
    return replace(line, **changed)  # type: ignore[arg-type]


def projects() -> tuple[ProjectLine, ...]:
    """Five engagements: usual, fixed fee with milestones, in EUR, over-planned without a number, without a rate."""
    return (
        project(
            2206,
            "Acme Robotics GitLab Migration and Runner Fleet Modernisation",
            changes=(
                ChangeLine(ChangeKind.PUSH, "2026-11", "2026-12", D("18000.00")),
                ChangeLine(ChangeKind.UP, None, "2027-01", D("4500.00")),
            ),
        ),
        project(
            2311,
            "Borealis Bank Fixed Fee Rollout",
            type="fixed_fee",
            budget=D("180000.00"),
            used=D("60000.00"),
            remaining=D("120000.00"),
            to_forecast=D("75000.00"),
            forecast=months("0.00", "45000.00", "0.00", "0.00"),
            worked=months("0.00", "0.00", "0.00", "0.00"),
            month_total=months("0.00", "45000.00", "0.00", "0.00"),
            beyond=D("0.00"),
            overdue=D("30000.00"),
            undated=D("45000.00"),
            milestones=(
                MilestoneLine("1", "Design approved", date(2026, 11, 6), D("30000.00"), Source.STORY),
                MilestoneLine("2", "Pilot live", date(2026, 12, 18), D("45000.00"), Source.BILLING_MILESTONE),
                MilestoneLine("3", "Handover", None, D("45000.00"), Source.STORY),
            ),
        ),
        project(
            2402,
            "Café Zürich CI/CD Consulting Block",
            type="consulting_block",
            currency="EUR",
            budget=D("64000.00"),
            used=D("12000.00"),
            remaining=D("52000.00"),
            to_forecast=D("0.00"),
            forecast=months("8000.00", "24000.00", "20000.00", "0.00"),
            worked=months("4000.00", "0.00", "0.00", "0.00"),
            month_total=months("12000.00", "24000.00", "20000.00", "0.00"),
            beyond=D("0.00"),
            coverage={"PM": Gap()},
        ),
        project(
            9,
            "Dunder Staff Augmentation",
            sow=None,
            type="dedicated_engineer",
            to_forecast=D("-7250.25"),
            changes=(ChangeLine(ChangeKind.DOWN, "2027-02", None, D("2500.00")),),
        ),
        project(
            2500,
            "Equinox Training",
            type="training",
            budget=None,
            remaining=None,
            to_forecast=None,
            hard_booked=None,
            unpriced_hours=D("16.50"),
            forecast=months(None, None, None, None),
            month_total=months(None, None, None, None),
            beyond=None,
            status=None,
            customer=None,
            end=None,
            kickoff=None,
        ),
    )


def finding(step: str, key: str, line: ProjectLine, message: str, **changed: object) -> Finding:
    """A finding about an engagement."""
    found = Finding(
        key=f"{step}:{key}",
        step=step,
        subject=line.name,
        message=message,
        lead=line.lead,
        project=line.id,
        sow=line.sow,
        data={"booked_hours": D("12.50"), "amount": D("7.1"), "days": [AS_OF], "months": {"2026-11": D("3")}},
    )
    found = replace(found, **changed)  # type: ignore[arg-type]
    return replace(found, stake=int((found.amount or 0) * 100))


def steps(lines: tuple[ProjectLine, ...]) -> tuple[Step, ...]:
    """All eleven steps in every state that a run can give."""
    acme, borealis, cafe, dunder, equinox = lines[:5]
    usd = {"currency": "USD"}
    undated = tuple(
        finding(
            "FP-02",
            str(number),
            line,
            f"task “Wave {number}: move repositories” has no start and due date",
            subject=f"{line.name}: Wave {number}: move repositories",
            fix="Enter the start and due date in the project's Task Tracker",
        )
        for number, line in enumerate([acme] * 6 + [borealis] * 3 + [cafe] * 5)
    )
    return (
        Step(
            "FP-01",
            "Remaining funds to forecast",
            "PM",
            State.ATTENTION,
            "money not planned on 2 engagements, over-planned on 1",
            (),
            (
                finding(
                    "FP-01",
                    borealis.id,
                    borealis,
                    "75,000.00 USD not planned: 120,000.00 USD remaining, 45,000.00 USD in milestones to come",
                    amount=D("75000.00"),
                    due=date(2027, 5, 28),
                    fix="Date the milestones that are overdue or undated, or check the price",
                    **usd,
                ),
                finding(
                    "FP-01",
                    acme.id,
                    acme,
                    "48,200.00 USD not planned: 178,749.50 USD remaining, 130,549.50 USD hard-booked to come",
                    amount=D("48200.00"),
                    fix="Book the remaining hours hard, or soft-book them and add them to upside",
                    **usd,
                ),
                finding(
                    "FP-01",
                    dunder.id,
                    dunder,
                    "over-planned by 7,250.25 USD: 123,299.25 USD remaining, 130,549.50 USD hard-booked to come",
                    amount=D("-7250.25"),
                    fix="Take hours out, or prepare a change order or a work exception",
                    **usd,
                ),
            ),
        ),
        Step(
            "FP-02",
            "Start and complete dates on all tasks",
            "PM",
            State.ATTENTION,
            "14 tasks without a date on 3 engagements",
            (),
            undated,
        ),
        Step(
            "FP-03",
            "Forecast report is accurate",
            "PM",
            State.ATTENTION,
            "3 things to look at; 3 changes since the forecast frozen on Mon 16 Nov 2026",
            (
                "SOW-2206: 18,000.00 USD pushed from 2026-11 to 2026-12",
                "SOW-2206: 4,500.00 USD more in 2027-01",
                "SOW-2402: Kantata's own forecast for 2026-12 says 23,000.00 EUR, worked and booked make 24,000.00",
            ),
            (
                finding(
                    "FP-03",
                    "push",
                    acme,
                    "18,000.00 USD pushed from 2026-11 to 2026-12",
                    amount=D("18000.00"),
                    data={"kind": "push", "month_from": "2026-11", "month_to": "2026-12"},
                    fix="Call it out in the Top Customer report with its reason",
                    **usd,
                ),
                finding(
                    "FP-03",
                    "no-sow",
                    dunder,
                    "“Dunder Staff Augmentation” has no SOW number, neither in its field nor in its title",
                    fix="Enter the SOW number in the project's custom field in Kantata",
                ),
                finding(
                    "FP-03",
                    "unpriced",
                    equinox,
                    "16.5 h of bookings have no rate that the token may see: the amounts that need it are unknown. "
                    "Lacking: the resources' bill rates (Kantata: View Financials on the project)",
                    fix="Ask for the permission, or check the rate card of the roles booked",
                ),
            ),
        ),
        Step(
            "FP-04",
            "Upside added to the forecast sheet",
            "PM",
            State.MANUAL,
            "add what you know to the sheet",
            ("pending change orders are not looked at yet",),
        ),
        Step("FP-05", "Task audit by PM", "PM", State.PASS, "no task is overdue, unassigned, wrongly dated or undated"),
        Step(
            "FP-06",
            "Allocations: under-allocated people",
            "PM",
            State.ATTENTION,
            "2 people hard-booked below 80% from Mon 23 Nov 2026 to Mon 21 Dec 2026",
            ("bookings on projects that the token cannot see are missing: what is booked is a lower bound",),
            (
                Finding(
                    "FP-06:71",
                    "FP-06",
                    "Jonas Weber",
                    "Jonas Weber (PSE) is hard-booked to 25 %: 38 h of 152 h, 16 h soft",
                    fix="Fits: SOW-2206 (no hard booking from 2026-12-14)",
                ),
                Finding(
                    "FP-06:72",
                    "FP-06",
                    "María del Carmen Fernández-Rodríguez",
                    "María del Carmen Fernández-Rodríguez (TA) is hard-booked to 72 %: 109.5 h of 152 h, 0 h soft",
                    fix="No open TA work in these engagements: offer the time",
                ),
            ),
        ),
        Step(
            "FP-07",
            "Soft bookings, all roles, full quarter",
            "PM",
            State.ATTENTION,
            "2 soft bookings in November 2026",
            ("SOW-2311: Jonas Weber, 40 h soft in FY27-Q4 from Mon 7 Dec 2026, worth 10,000.00 USD",),
            (
                finding(
                    "FP-07",
                    "5",
                    acme,
                    "soft booking of unnamed PSE (PSE): 24 h this month",
                    subject="SOW-2206: unnamed PSE",
                    amount=D("6000.00"),
                    due=date(2026, 11, 27),
                    fix="Ask the project coordinator to make it hard, or to take it out",
                    **usd,
                ),
                finding(
                    "FP-07",
                    "6",
                    cafe,
                    "soft booking of Jonas Weber (PSE): 8 h this month",
                    subject="SOW-2402: Jonas Weber",
                    amount=D("1600.00"),
                    currency="EUR",
                    fix="Ask the project coordinator to make it hard, or to take it out",
                ),
            ),
        ),
        Step(
            "FP-08",
            "Hard bookings for every project after kickoff",
            "PM",
            State.ATTENTION,
            "2 roles without hard bookings on 1 engagement",
            ("SOW-2402: no hard PSE booking from Mon 7 Dec 2026 until Mon 14 Dec 2026 (before kickoff)",),
            tuple(
                finding(
                    "FP-08",
                    f"{acme.id}:{role}",
                    acme,
                    f"no hard {role} booking from Mon 14 Dec 2026 until Mon 4 Jan 2027",
                    subject=f"SOW-2206: {role}",
                    amount=D("48200.00"),
                    due=date(2026, 12, 14),
                    fix=f"Request hard {role} hours from Mon 14 Dec 2026 from the project coordinator",
                    **usd,
                )
                for role in ("PSE", "TA")
            ),
        ),
        Step(
            "FP-09",
            "Missing or unapproved time",
            "PM",
            State.UNVERIFIED,
            "could not look: the token lacks permission to view time entries",
        ),
        Step(
            "FP-10",
            "Fixed-fee sign-offs at risk for the quarter",
            "PM",
            State.ATTENTION,
            "1 sign-off at risk for FY27-Q4 (ends Sun 31 Jan 2027)",
            (),
            (
                finding(
                    "FP-10",
                    "1",
                    borealis,
                    "milestone “Design approved” (30,000.00 USD) was due Fri 6 Nov 2026 and no sign-off was sent",
                    subject="SOW-2311: Design approved",
                    amount=D("30000.00"),
                    due=date(2026, 11, 6),
                    fix="Send the sign-off, or move the milestone into the next quarter",
                    **usd,
                ),
            ),
        ),
        Step(
            "FP-11",
            "Health reports of Active projects",
            "PM",
            State.PASS,
            "every Active engagement has a health report of the last seven days",
            (),
            (finding("FP-11", acme.id, acme, "there is no health report", state=FindingState.WAIVED),),
        ),
    )


def report(**changed: object) -> ForecastReport:
    """A usual Monday: money to plan, tasks without dates, a push, people with time."""
    lines = projects()
    made = ForecastReport(
        as_of=AS_OF,
        week="2026-W48",
        quarter="FY27-Q4",
        pm_id="4711",
        pm_name="Priya Nair",
        leads=("Priya Nair",),
        prep_complete=datetime(2026, 11, 23, 10, tzinfo=EASTERN),
        forecast_updated=datetime(2026, 11, 23, 11, tzinfo=EASTERN),
        months=MONTHS,
        projects=lines,
        totals=totals_of(lines, "forecast"),
        worked_totals=totals_of(lines, "worked"),
        steps=steps(lines),
        people=(
            PersonLine("71", "Jonas Weber", "PSE", D("152.00"), D("38.00"), D("16.00"), D("0.2500")),
            PersonLine(
                "72", "María del Carmen Fernández-Rodríguez", "TA", D("152.00"), D("109.50"), D("0.00"), D("0.7204")
            ),
        ),
        warnings=(
            "The kickoff of Equinox Training is unknown and treated as past.",
            "The totals are without SOW-2500: the forecast there is unknown.",
        ),
        synced_at=datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
        compared_with=date(2026, 11, 16),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def without_money() -> ForecastReport:
    """The same Monday through a token that sees no money: hours only."""
    nothing = months(None, None, None, None)
    blind: dict[str, object] = dict.fromkeys(
        (
            "currency", "budget", "used", "remaining", "to_forecast", "hard_booked", "soft_booked", "beyond", "overdue",
            "undated",
        )
    )  # fmt: skip
    lines = tuple(
        replace(line, **blind, forecast=nothing, worked=nothing, month_total=nothing, changes=(), milestones=())  # type: ignore[arg-type]
        for line in projects()
    )
    unverified = Step(
        "FP-01",
        "Remaining funds to forecast",
        "PM",
        State.UNVERIFIED,
        "SOW-2206, SOW-2311: cannot be known without financial access to the project (Kantata: View Financials)",
    )
    return report(
        projects=lines,
        totals={},
        worked_totals={},
        steps=(unverified, steps(lines)[4]),
        compared_with=None,
        people=(),
        synced_at=None,
    )


def several_leads() -> ForecastReport:
    """Two leads: everything is grouped by lead."""
    names = ("Priya Nair", "Tom Okafor")
    lines = tuple(replace(line, lead=names[number % 2]) for number, line in enumerate(projects()))
    return report(projects=lines, leads=names, steps=steps(lines))


def easy_week() -> ForecastReport:
    """Nothing to do."""
    lines = (project(2402, "Café Zürich", currency="EUR", to_forecast=D("0.00")),)
    passed = tuple(replace(step, state=State.PASS, findings=(), evidence=()) for step in steps(projects()))
    return report(
        projects=lines, steps=passed, people=(), warnings=(), totals=totals_of(lines, "forecast"), compared_with=None
    )
