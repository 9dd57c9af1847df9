"""Findings and steps: rules.md 4, last bullet (severity, states) and 1 (grouped by lead with more than one lead)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from builders import assess, d, findings, keys, maybe, milestone, task, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.findings import Finding, FindingState, State, Step, by_severity, judged
from psdm_cli.domain.report import report_of
from psdm_cli.domain.steps.catalog import CHECKS, most_urgent, run


def finding(
    key: str,
    amount: str | None = None,
    due: str | None = None,
    lead: str | None = None,
    state: FindingState = FindingState.OPEN,
) -> Finding:
    """A finding about which only its place in the order matters."""
    money = Decimal(amount) if amount is not None else None
    stake = int(money * 100) if money is not None else 0
    return Finding(
        key, "FP-00", "subject", "message", lead=lead, amount=money, stake=stake, due=maybe(due), state=state
    )


def ordered(*found: Finding, leads: tuple[str, ...] = ("Pat",)) -> list[str]:
    """The keys by severity."""
    return [f.key for f in by_severity(found, leads=leads)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([finding("a", "1.00"), finding("b", "2.00")], ["b", "a"], id="more money first"),
        pytest.param([finding("a", "1.00"), finding("b", "-2.00")], ["b", "a"], id="over-planned money too"),
        pytest.param([finding("a", None, "2026-11-01"), finding("b", "0.01")], ["b", "a"], id="money before dates"),
        pytest.param(
            [finding("a", "5.00", "2026-12-01"), finding("b", "5.00", "2026-11-01")],
            ["b", "a"],
            id="then the day",
        ),
        pytest.param([finding("a", "5.00"), finding("b", "5.00", "2026-11-01")], ["b", "a"], id="no day comes last"),
        pytest.param([finding("b"), finding("a")], ["a", "b"], id="else by key"),
        pytest.param([finding("a", None), finding("b", "0.00")], ["a", "b"], id="unknown money counts as none"),
    ],
)
def test_severity_is_money_then_date(found: list[Finding], expected: list[str]) -> None:
    assert ordered(*found) == expected


def test_one_lead_is_not_grouped() -> None:
    assert ordered(finding("a", "1.00", lead="Abe"), finding("b", "2.00", lead="Zoe"), leads=("Abe",)) == ["b", "a"]


def test_several_leads_are_grouped_then_by_money() -> None:
    found = [
        finding("z1", "9.00", lead="zoe"),
        finding("a1", "1.00", lead="Abe"),
        finding("z2", "99.00", lead="zoe"),
        finding("a2", "2.00", lead="Abe"),
    ]
    assert ordered(*found, leads=("Abe", "zoe")) == ["a2", "a1", "z2", "z1"]


def test_a_step_over_two_leads_is_grouped_by_lead() -> None:
    rows = (
        workspace("1", lead_name="Zoe", price_in_cents=900_00),
        workspace("2", lead_name="Abe", price_in_cents=100_00),
        workspace("3", lead_name="Abe", price_in_cents=200_00),
    )
    assert keys("FP-01", *rows) == ["3", "2", "1"]
    assert keys("FP-01", *rows[1:], workspace("1", lead_name="Abe", price_in_cents=900_00)) == ["1", "3", "2"]


some_findings = st.lists(
    st.builds(
        finding,
        key=st.sampled_from([f"k{n}" for n in range(50)]),
        amount=st.one_of(st.none(), st.sampled_from(["0.00", "1.00", "-1.00", "2.50"])),
        due=st.one_of(st.none(), st.sampled_from(["2026-11-01", "2026-12-01"])),
        lead=st.one_of(st.none(), st.sampled_from(["Abe", "Zoe"])),
    ),
    max_size=12,
    unique_by=lambda found: found.key,
)


@settings(max_examples=60, deadline=None)
@given(some_findings, st.randoms(use_true_random=False), st.sampled_from([("Abe",), ("Abe", "Zoe")]))
def test_severity_is_a_total_order(found: list[Finding], random: object, leads: tuple[str, ...]) -> None:
    """Whatever order they came in, findings leave in one; sorting twice changes nothing; none is lost."""
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    once = by_severity(found, leads=leads)
    assert by_severity(shuffled, leads=leads) == once == by_severity(once, leads=leads)
    assert sorted(f.key for f in once) == sorted(f.key for f in found)


@pytest.mark.parametrize(
    ("states", "unverified", "expected"),
    [
        pytest.param([], (), State.PASS, id="none: pass"),
        pytest.param([FindingState.OPEN], (), State.ATTENTION, id="a live one: attention"),
        pytest.param([FindingState.WAIVED], (), State.PASS, id="waived only: pass"),
        pytest.param([FindingState.FIXED], (), State.PASS, id="fixed only: pass"),
        pytest.param([FindingState.WAIVED, FindingState.OPEN], (), State.ATTENTION, id="one of two live"),
        pytest.param([], ("x",), State.UNVERIFIED, id="could not look: unverified, never a silent pass"),
        pytest.param([FindingState.WAIVED], ("x",), State.UNVERIFIED, id="waived and could not look"),
        pytest.param([FindingState.OPEN], ("x",), State.ATTENTION, id="a live one beats unverified"),
    ],
)
def test_state(states: list[FindingState], unverified: tuple[str, ...], expected: State) -> None:
    assert judged([finding(str(n), state=s) for n, s in enumerate(states)], unverified=unverified) is expected


def test_waived_findings_are_counted_and_not_live() -> None:
    found = Step(
        "FP-00",
        "title",
        "PM",
        State.ATTENTION,
        "reason",
        findings=(finding("a"), finding("b", state=FindingState.WAIVED), finding("c", state=FindingState.FIXED)),
    )
    assert (found.waived, [f.key for f in found.live]) == (1, ["a"])


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([State.PASS, State.ATTENTION, State.UNVERIFIED], State.ATTENTION, id="attention first"),
        pytest.param([State.PASS, State.UNVERIFIED], State.UNVERIFIED, id="then unverified"),
        pytest.param([State.PASS, State.MANUAL], State.PASS, id="manual alone is a pass"),
        pytest.param([], State.PASS, id="none"),
    ],
)
def test_the_reports_state(states: list[State], expected: State) -> None:
    steps = tuple(Step(f"S{n}", "t", "PM", s, "r") for n, s in enumerate(states))
    assert report_of(assess(), steps, (), ("9", "Pat")).state is expected


def test_the_steps_are_the_handbooks_in_order_and_owned_by_the_pm() -> None:
    found = run(assess())
    assert [s.id for s in found] == list(CHECKS) == [f"FP-{n:02d}" for n in range(1, 12)]
    assert {s.owner for s in found} == {"PM"}
    assert all(s.reason and s.title for s in found)


def test_a_finding_says_lead_project_sow_and_step() -> None:
    (found,) = findings("FP-05", task("7", due="2026-11-01"))
    assert (found.key, found.step, found.lead, found.project, found.sow) == (
        "FP-05:overdue:7",
        "FP-05",
        "Pat Lead",
        "1",
        "SOW-1001",
    )
    assert (found.state, found.due) == (FindingState.OPEN, d("2026-11-01"))
    assert found.fix


def urgent(count: int, *steps: tuple[str, list[Finding]]) -> list[str]:
    """The keys of the findings to begin with."""
    made = tuple(Step(name, "t", "PM", State.ATTENTION, "r", findings=tuple(found)) for name, found in steps)
    return [f.key for f in most_urgent(made, count)]


def of(project: str, key: str, amount: str) -> Finding:
    """A finding about an engagement."""
    return replace(finding(key, amount), project=project)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(
            [("FP-01", [of("1", "a", "9.00"), of("1", "b", "8.00")]), ("FP-08", [of("2", "c", "1.00")])],
            ["a", "c"],
            id="one an engagement before the second of any",
        ),
        pytest.param(
            [("FP-01", [of("1", "a", "1.00"), of("1", "b", "8.00")])], ["b", "a"], id="filled up when there is only one"
        ),
        pytest.param([("FP-04", [of("1", "a", "9.00")]), ("FP-08", [of("1", "b", "1.00")])], ["b"], id="no upside"),
        pytest.param([("FP-01", [replace(of("1", "a", "9.00"), state=FindingState.WAIVED)])], [], id="no waived ones"),
        pytest.param([], [], id="none"),
    ],
)
def test_the_findings_to_begin_with(steps: list[tuple[str, list[Finding]]], expected: list[str]) -> None:
    assert urgent(2, *steps) == expected


def test_keys_are_the_same_from_run_to_run_and_week_to_week() -> None:
    rows = (
        workspace(title="Acme", type="FF"),
        task("7", None, "2026-11-01", assigned=False),
        milestone("m9", "2026-11-02"),
    )

    def all_keys(as_of: str, *records: object) -> list[str]:
        return [f.key for s in run(assess(*records, as_of=as_of)) for f in s.findings]  # type: ignore[arg-type]

    monday = all_keys("2026-11-23", *rows)
    assert monday == all_keys("2026-11-23", *reversed(rows))
    assert set(monday) == set(all_keys("2026-11-30", *rows))
    assert len(set(monday)) == len(monday) > 5


def test_an_amount_has_a_currency_and_none_has_none() -> None:
    for found in (
        f for s in run(assess(task("7", None, "2026-11-01"), milestone("m", "2026-11-01"))) for f in s.findings
    ):
        assert (found.amount is None) is (found.currency is None)


def test_the_stake_is_the_amount_in_subunits_for_the_order_alone() -> None:
    """Yen and cents are compared as they are: the rules know no rate (decision 0002)."""
    yen: dict[str, Any] = {"currency": "JPY", "currency_base_unit": 1, "price_in_cents": 50_000}
    rows = (workspace("1", **yen), workspace("2", price_in_cents=60_000))
    found = findings("FP-01", *rows)
    assert [(f.project, str(f.amount), f.stake) for f in found] == [("2", "600.00", 60_000), ("1", "50000.00", 50_000)]
