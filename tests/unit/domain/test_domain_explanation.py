"""Every figure has an answer to "why?", and its rows add up to the figure that the report prints."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import (
    account_week,
    assess,
    billing,
    d,
    elsewhere,
    entry,
    fixed_fee,
    hard,
    holiday,
    member,
    milestone,
    moneyless,
    off,
    resource,
    soft,
    task,
    workspace,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.explanation import Explanation, Ledger, Row, Unit
from psdm_cli.domain.explanation_findings import explain_finding, explain_step
from psdm_cli.domain.explanation_hours import HOURS
from psdm_cli.domain.explanation_money import FIGURES
from psdm_cli.domain.explanation_months import AHEAD, MONTHLY
from psdm_cli.domain.explanation_rows import Case
from psdm_cli.domain.explanation_standing import STANDING, coverage
from psdm_cli.domain.explanation_sums import person, total
from psdm_cli.domain.handbook import CLAUSES, PAGE
from psdm_cli.domain.money import Currency
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.portfolio_rows import portfolio_rows
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.report import ForecastReport, report_of
from psdm_cli.domain.snapshots import Snapshot
from psdm_cli.domain.steps.catalog import run

NOV, DEC = "2026-11", "2026-12"


def case(*records: Record, **how: object) -> Case:
    found = assess(*records, **how)  # type: ignore[arg-type]
    return Case(found, found.forecasts[0])


def why(name: str, *records: Record, **how: object) -> Explanation:
    return {**FIGURES, **HOURS, **AHEAD, **STANDING}[name](case(*records, **how))


def rows(found: Explanation, part: int = 0) -> list[tuple[str, str | None]]:
    """What and value of a part's rows."""
    return [(row.what, None if row.value is None else str(row.value)) for row in found.parts[part].rows]


SOLD: list[Record] = [
    member(),
    workspace(price_in_cents=10_000_00, budget_used_in_cents=2_500_00),
    resource(rate=99_99),
    hard("2026-11-20", "2026-12-01", 64, id="h1"),
    soft("2026-12-02", id="s1"),
    entry("2026-11-02", 0.5, 33_33),
    entry("2026-11-03", 0.5, 33_33),
]


def test_to_forecast_adds_up_from_price_used_and_bookings() -> None:
    found = why("to_forecast", *SOLD)
    # 64 h over eight weekdays (20, 23-27 and 30 November, 1 December); seven of them from the 23rd on: 56 h at 99.99
    assert found.value == Decimal("1900.56")
    assert rows(found, 0) == [("price", "10000.00"), ("less what is used", "-2500.00")]
    assert rows(found, 1) == [("Person u1", "-5599.44")]
    assert [part.subtotal for part in found.parts] == [Decimal("7500.00"), Decimal("-5599.44")]
    (booking,) = found.parts[1].rows
    assert (booking.id, booking.role, booking.start, booking.end, booking.days, booking.hours, booking.rate) == (
        "h1",
        "PSE",
        d("2026-11-23"),
        d("2026-12-01"),
        7,
        Decimal("56.00"),
        Decimal("99.99"),
    )
    assert found.sentence == (
        "SOW-1001: 1,900.56 USD is not planned yet: 7,500.00 USD remain of the price, 5,599.44 USD are hard-booked "
        "to come."
    )
    assert found.total == found.value
    assert found.unknown == ()


def test_a_month_shows_its_bookings_and_beside_it_the_soft_ones() -> None:
    found = MONTHLY["forecast"](case(*SOLD), DEC)
    assert found.asked == f"forecast {DEC}"
    assert [(part.title, part.counts, str(part.subtotal)) for part in found.parts] == [
        ("Hard bookings", True, "799.92"),
        ("Not in the forecast: soft bookings", False, "799.92"),
    ]
    assert found.sentence == "SOW-1001 forecasts 799.92 USD in December 2026: 1 hard booking, 8 h."
    assert "from Mon 23 Nov 2026 on" in MONTHLY["forecast"](case(*SOLD), NOV).sentence


def test_worked_is_rounded_once_and_its_rows_still_add_up() -> None:
    found = MONTHLY["worked"](case(*SOLD), NOV)
    # twice 16.665: 33.33 in all
    assert rows(found) == [("Person u1", "16.66"), ("Person u1", "16.67")]
    assert found.value == Decimal("33.33")
    both = MONTHLY["month_total"](case(*SOLD), NOV)
    assert [str(part.subtotal) for part in both.parts] == ["33.33", "4799.52"]
    assert both.total == both.value == Decimal("4832.85")


def test_fixed_fee_is_explained_by_milestones() -> None:
    records = (fixed_fee(budget_used_in_cents=0), milestone("a", "2026-12-15"), milestone("b", "2026-11-02"))
    undated = (milestone("c", None, 5_00), hard("2026-12-01"))
    found = why("to_forecast", *records, *undated)
    assert [part.title for part in found.parts] == [
        "Remaining",
        "Less open milestones to come",
        "Not subtracted: overdue or without a date",
    ]
    assert rows(found, 1) == [("Milestone a", "-1000.00")]
    assert rows(found, 2) == [("Milestone b", "1000.00"), ("Milestone c", "5.00")]
    assert [row.note for row in found.parts[2].rows] == ["task, overdue", "task, no date"]
    assert rows(why("overdue", *records, *undated)) == [("Milestone b", "1000.00")]
    assert rows(why("undated", *records, *undated)) == [("Milestone c", "5.00")]
    assert why("milestones", *records, *undated).value == Decimal("2005.00")
    worked = MONTHLY["worked"](case(*records), NOV)
    assert (worked.value, worked.rule.text[:14]) == (Decimal("0.00"), "For a fixed fe")
    assert "not sold for a fixed fee" in why("overdue", *SOLD).sentence


@pytest.mark.parametrize(
    ("name", "records", "refused", "expected"),
    [
        pytest.param("to_forecast", [moneyless(), hard("2026-12-01")], (), "View Financials", id="no money"),
        pytest.param("to_forecast", [workspace(price_in_cents=None)], (), "the price or what is used", id="no price"),
        pytest.param(
            "hard_booked", [resource(rate=None), hard("2026-12-01")], (), "rate of Person u1 (8 h)", id="rate"
        ),
        pytest.param("hard_booked", [], (Kind.ALLOCATIONS,), "see workspace_allocations", id="bookings hidden"),
        pytest.param("hard_hours", [], (Kind.ALLOCATIONS,), "see workspace_allocations", id="hours hidden"),
        pytest.param("overdue", [fixed_fee()], (Kind.STORIES,), "see stories", id="tasks hidden"),
        pytest.param(
            "undated", [fixed_fee()], (Kind.BILLING_MILESTONES,), "see billing_milestones", id="billing hidden"
        ),
        pytest.param("burn", [workspace(price_in_cents=0)], (), "price of zero", id="a share of nothing"),
        pytest.param("burn", [moneyless()], (), "View Financials", id="burn without money"),
        pytest.param("runway", [], (Kind.TIME_ENTRIES,), "see time_entries", id="pace hidden"),
        pytest.param("time_elapsed", [workspace(start_date=None)], (), "start or end", id="no start"),
        pytest.param("end", [], (), "no due date", id="no end"),
        pytest.param("kickoff", [workspace(start_date=None)], (), "no date was stored", id="no kickoff"),
    ],
)
def test_what_is_unknown_is_said_with_the_permission(
    name: str, records: list[Record], refused: tuple[Kind, ...], expected: str
) -> None:
    found = why(name, *records, refused=refused)
    assert found.value is None
    assert found.shown == "unknown"
    assert expected in "; ".join(found.unknown)
    assert found.total is None
    assert "unknown" in found.sentence


def test_unseen_rates_leave_their_hours_visible() -> None:
    found = why("unpriced_hours", member(), resource(rate=None), hard("2026-12-01"), soft("2026-12-02", hours=4))
    assert (found.value, found.shown) == (Decimal("12.00"), "12 h")
    assert "View Financials" in found.unknown[0]
    assert why("unpriced_hours", hard("2026-12-01")).unknown == ()


def test_a_month_without_rates_names_why_it_is_unknown() -> None:
    unrated = MONTHLY["worked"](case(entry("2026-11-02", rate=None)), NOV)
    assert (unrated.value, rows(unrated)) == (None, [("Person u1", None)])
    assert "1 billable time entry without a rate" in unrated.unknown[0]
    hidden = MONTHLY["month_total"](case(hard("2026-12-01"), refused=(Kind.TIME_ENTRIES,)), DEC)
    assert "see time_entries" in "; ".join(hidden.unknown)
    foreign = MONTHLY["worked"](case(entry("2026-11-02", currency="EUR"), entry("2026-11-03")), NOV)
    assert [(part.title, part.counts, len(part.rows)) for part in foreign.parts] == [
        ("Billable time entries", True, 1),
        ("Not added: in another currency", False, 1),
    ]


def test_where_an_engagement_stands() -> None:
    records = [
        workspace(due_date="2027-01-04", budget_used_in_cents=25_000_00),
        member(),
        task("k", due="2026-11-10", title="Kick-off meeting"),
        hard("2026-11-24", "2026-11-27", 32),
        entry("2026-11-02", 32),
        entry("2026-11-16", 32),
    ]
    assert why("burn", *records).value == Decimal("0.2500")
    assert why("burn", *records).sentence == "SOW-1001 has used 25 % of its price: 25,000.00 USD of 100,000.00 USD."
    elapsed = why("time_elapsed", *records)
    assert (elapsed.value, elapsed.shown) == (Decimal("0.8846"), "88 %")
    runway = why("runway", *records)
    assert (runway.shown, [str(part.subtotal) for part in runway.parts]) == ("Mon 7 Dec 2026", ["32.00", "64.00"])
    assert "16 h a week" in runway.sentence
    assert why("runway", workspace()).shown == "none"
    kickoff = why("kickoff", *records)
    assert kickoff.sentence == "SOW-1001 kicks off on Tue 10 Nov 2026, by its kickoff task."
    told = why("kickoff", *records, stored={"1": StoredDates(kickoff=d("2026-11-12"))})
    assert told.sentence.endswith("Thu 12 Nov 2026, as psdm was told.")
    assert why("kickoff", workspace()).sentence.endswith("by the project's start.")
    assert why("end", *records).sentence == "SOW-1001 ends on Mon 4 Jan 2027, its due date."
    assert "works out" in why("end", workspace(effective_due_date="2027-01-04")).sentence
    assert why("type", fixed_fee()).sentence == "SOW-1001 is sold as fixed fee, as Billing Type says."
    assert "treated as time and materials" in why("type", workspace(type="Odd")).sentence


def test_coverage_shows_every_week_with_who_is_booked() -> None:
    records = [
        workspace(due_date="2026-12-11"),
        member(),
        resource(),
        resource("pm", "PM", "u2"),
        hard("2026-11-23", "2026-11-27", 10, of="pm"),
        hard("2026-11-23", "2026-12-11", 30),
        holiday("2026-12-07", "2026-12-11"),
    ]
    found = coverage(case(*records), "PM")
    assert found.asked == "coverage PM"
    assert found.shown == "Mon 30 Nov 2026 to Sun 6 Dec 2026"
    assert [(row.what, str(row.hours), row.note) for row in found.parts[0].rows] == [
        ("2026-W48", "10.00", "Person u2"),
        ("2026-W49", "0.00", "uncovered"),
        ("2026-W50", "0.00", "no business day: does not count"),
    ]
    assert coverage(case(*records), "PSE").shown == "no gap"
    hidden = coverage(case(*records, refused=(Kind.RESOURCES,)), "PM")
    assert (hidden.shown, "see workspace_resources" in hidden.unknown[0]) == ("unknown", True)
    early = coverage(case(*records, stored={"1": StoredDates(kickoff=d("2026-11-30"))}), "PM")
    assert "still to come" in early.sentence


def previous(*records: Record) -> Snapshot:
    return assess(*records, as_of="2026-11-16").snapshot()


def test_changes_are_the_bridge_since_the_frozen_week() -> None:
    before = previous(member(), hard("2026-12-01", id="a"), soft("2026-12-02", id="b"))
    after = (member(), hard("2027-01-04", id="a"), hard("2026-12-02", id="b"))
    found = STANDING["changes"](case(*after, previous=before))
    assert [(part.title, str(part.subtotal)) for part in found.parts] == [
        ("soft became hard, or hard became soft", "800.00"),
        ("bookings moved", "0.00"),
    ]
    assert found.value == found.total == Decimal("800.00")
    assert found.shown == "+800.00 USD"
    assert "frozen on Mon 16 Nov 2026: 2 causes" in found.sentence
    assert why("changes", workspace()).shown == "nothing to compare with"
    assert "has not changed" in STANDING["changes"](case(workspace(), previous=previous(workspace()))).sentence
    assert STANDING["changes"](case(moneyless(), previous=before)).shown == "unknown"
    euros = STANDING["changes"](case(workspace(currency="EUR"), previous=before))
    assert "different currencies" in euros.unknown[0]


def test_a_person_is_explained_by_bookings_and_working_time() -> None:
    found = assess(
        member(),
        workspace("1"),
        workspace("2", status="Completed"),
        resource(),
        resource("r2", ws="2"),
        hard("2026-11-20", "2026-11-24", 24),
        hard("2026-12-01", of="r2", ws="2", hours=6),
        soft("2026-12-02"),
        elsewhere("u1", "2026-11-25", "2026-11-25", 5),
        elsewhere("u2", "2026-11-25", "2026-11-25", 5),
        off("2026-11-27", 4),
        holiday("2026-11-26"),
    )
    (load,) = found.people
    answer = person(found, load)
    assert rows(answer) == [("SOW-1001", "16.00"), ("SOW-1002", "6.00"), ("Elsewhere", "5.00")]
    assert answer.value == answer.total == Decimal("27.00")
    assert [(part.title, str(part.subtotal)) for part in answer.parts[1:]] == [
        ("Soft bookings, not counted as booked", "8.00"),
        ("Working time", "148.00"),
    ]
    assert answer.parts[2].rows[0].note == "holiday Thu 2026-11-26, 4 h off Fri 2026-11-27"
    assert "below 80%: under-allocated" in answer.sentence
    assert "lower bound" in answer.unknown[0]


def test_totals_name_what_they_leave_out() -> None:
    found = assess(
        workspace("1"),
        workspace("2", currency="EUR"),
        moneyless("3"),
        resource(),
        resource("r2", ws="2"),
        resource("r4", ws="4", rate=None),
        workspace("4"),
        hard("2026-12-01"),
        hard("2026-12-01", of="r2", ws="2"),
        hard("2026-12-01", of="r4", ws="4"),
        entry("2026-11-02"),
    )
    answer = total(found, "totals", "USD", DEC)
    assert rows(answer) == [("SOW-1001", "800.00")]
    assert answer.sentence == (
        "800.00 USD is forecast in December 2026 over 1 engagement; without SOW-1003, SOW-1004, whose amounts are "
        "unknown."
    )
    assert total(found, "worked_totals", "USD", NOV).value == Decimal("100.00")


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=CLAUSES)
def test_every_clause_has_an_address_on_the_page(clause: object) -> None:
    assert clause.url.startswith(f"{PAGE}#")  # type: ignore[attr-defined]
    assert clause.text and clause.heading  # type: ignore[attr-defined]


def test_rows_keep_every_cent_however_finely_a_currency_is_divided() -> None:
    ledger = Ledger(Unit.MONEY, Currency("KWD", 1000))
    part = ledger.part("Rows", [(Row("a"), 5), (Row("b"), 5), (Row("c"), 5)])
    assert [str(row.value) for row in part.rows] == ["0.00", "0.01", "0.01"]
    assert str(part.subtotal) == "0.02"
    with pytest.raises(ValueError, match="need a currency"):
        Ledger(Unit.MONEY)


# whatever the portfolio, rows add up to the report

days = st.integers(0, 200).map(lambda n: f"2026-{10 + n // 28 % 3:02d}-{n % 28 + 1:02d}")
rates = st.sampled_from([0, 1, 33_33, 100_00, 123_45])
spans = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


@st.composite
def bookings(draw: st.DrawFn) -> Record:
    start, end = draw(spans)
    make = draw(st.sampled_from([hard, hard, soft]))
    return make(start, end, minutes=draw(st.integers(0, 9000)), of=draw(st.sampled_from(["r1", "r2"])))


@st.composite
def entries(draw: st.DrawFn) -> Record:
    minutes = draw(st.integers(1, 600))
    more = {"approved": draw(st.booleans()), "billable": draw(st.booleans()), "minutes": minutes}
    return entry(draw(days), rate=draw(rates), **more)


milestones_of = st.builds(
    milestone,
    id=st.uuids().map(str),
    due=st.one_of(st.none(), days),
    cents=st.one_of(st.none(), st.integers(-500, 900_00)),
)


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    space = draw(st.sampled_from([workspace, workspace, fixed_fee, moneyless]))
    priced = draw(st.sampled_from([rates, rates, st.none()]))
    unit = {} if space is moneyless else {"currency_base_unit": draw(st.sampled_from([1, 100, 100, 1000]))}
    records: list[Record] = [
        space(due_date="2027-01-29", budget_used_in_cents=None, require_time_approvals=True)
        if space is moneyless
        else space(
            due_date="2027-01-29",
            budget_used_in_cents=draw(st.integers(0, 200_000_00)),
            require_time_approvals=True,
            **unit,
        ),
        resource("r1", rate=draw(rates)),
        resource("r2", "PM", "u2", rate=draw(priced)),
        member(),
        member("u2", (300, 300, 300, 300, 0, 0, 0), "PM"),
        account_week(480, 480, 480, 480, 480, 0, 0),
        off("2026-12-01", draw(st.sampled_from(["8", "2.5", "0.01"]))),
        holiday("2026-11-26"),
        *draw(st.lists(bookings(), max_size=6)),
        *draw(st.lists(entries(), max_size=6)),
        *draw(st.lists(milestones_of, max_size=4)),
        billing("b1", draw(st.integers(-900, 900_00)), "2026-12-10", None),
        elsewhere("u1", "2026-11-30", "2026-12-18", draw(st.integers(0, 90))),
    ]
    return assess(*records)


def agrees(found: Explanation, figure: Decimal | None) -> None:
    """The answer is the figure, and its parts make it, row by row."""
    assert found.value == figure, found.asked
    for part in found.parts:
        if part.subtotal is not None:
            assert sum((row.value for row in part.rows if row.value is not None), Decimal(0)) == part.subtotal
    if figure is None:
        assert found.unknown, found.asked
        assert all(part.subtotal is None for part in found.parts if part.counts)
    elif found.unit in (Unit.MONEY, Unit.HOURS):
        assert found.total == figure, found.asked


def check(assessment: Assessment) -> ForecastReport:
    report = report_of(assessment, run(assessment), (), ("9", "Pat"))
    for forecast, line, row in zip(assessment.forecasts, report.projects, portfolio_rows(assessment), strict=True):
        asked = Case(assessment, forecast)
        for name, explain in {**FIGURES, **HOURS, **AHEAD}.items():
            if name not in ("milestones", "eac"):
                agrees(explain(asked), getattr(line, name))
        agrees(FIGURES["eac"](asked), row.eac)
        for name, explain_month in MONTHLY.items():
            for month in report.months:
                agrees(explain_month(asked, month), getattr(line, name)[month])
        burn = STANDING["burn"](asked)
        assert burn.value == row.burn
        assert (STANDING["runway"](asked).shown in ("unknown", "none")) is (row.runway is None)
        for role, gap in (line.coverage or {}).items():
            assert (coverage(asked, role).shown == "no gap") is (gap.gap_from is None)
    for currency, months in report.totals.items():
        for month, amount in months.items():
            agrees(total(assessment, "totals", currency, month), amount)
    for load in assessment.people:
        found = person(assessment, load)
        assert found.value == found.total
    for line in report.people:
        (load,) = [each for each in assessment.people if each.user_id == line.id]
        found = person(assessment, load)
        assert found.value == line.hard_hours
        (working,) = [part for part in found.parts if part.title == "Working time"]
        assert working.subtotal == line.capacity_hours
    for step in report.steps:
        told = explain_step(step)
        assert told.findings == tuple(finding.key for finding in step.findings)
        assert sum(len(part.rows) for part in told.parts) == len(step.findings)
        for finding in step.findings:
            answer = explain_finding(assessment, finding)
            assert (answer.asked, answer.value, answer.currency) == (finding.key, finding.amount, finding.currency)
            assert answer.parts, finding.key
            counted = [part for part in answer.parts if part.counts]
            if counted:
                assert answer.total == finding.amount, finding.key
    return report


@settings(max_examples=120, deadline=None)
@given(assessments())
def test_the_rows_of_every_figure_and_finding_add_up_to_the_report(found: Assessment) -> None:
    check(found)


def test_findings_of_every_step_have_their_records_behind_them() -> None:
    """One engagement with something wrong in every step; each finding names records, not only itself."""
    before = previous(member(), workspace(), hard("2026-12-01", id="a", hours=80))
    found = assess(
        workspace(title="Acme", custom_fields=(("Billing Type", "T&M"),), require_time_approvals=True),
        member(),
        resource(),
        hard("2026-12-01", id="a"),
        hard("2026-11-16", "2026-11-20", 40, id="b"),
        soft("2026-11-24", id="c"),
        task("t", due=None),
        task("late", due="2026-11-02"),
        entry("2026-11-02", approved=False),
        entry("2026-11-03", currency="EUR"),
        entry("2026-11-04", rate=None),
        previous=before,
    )
    report = check(found)
    steps = {step.id for step in report.steps if step.findings}
    assert steps >= {"FP-01", "FP-02", "FP-03", "FP-04", "FP-05", "FP-06", "FP-07", "FP-08", "FP-09", "FP-11"}
    fixed = assess(fixed_fee(), milestone(due="2026-11-02"), milestone("m2", "2027-01-29"))
    assert {step.id for step in check(fixed).steps if step.findings} >= {"FP-01", "FP-04", "FP-05", "FP-10"}
