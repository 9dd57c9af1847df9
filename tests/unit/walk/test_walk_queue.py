"""The order of the walk's questions, what is taken together, and what is not asked again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walk_samples import ELEVEN, TEN, decided, finding, soft, step

from psdm_cli.domain.findings import FindingState, Step
from psdm_cli.domain.queue import Verdict, queue

DEADLINES = {"FP-04": ELEVEN}


def asked(*steps: Step, decisions: dict = {}, apart: tuple[str, ...] = ()) -> list[tuple[str, ...]]:  # noqa: B006
    """The keys of the questions in their order."""
    return [entry.keys for entry in queue(steps, decisions, DEADLINES, TEN, apart=apart)]


def test_most_money_first_whatever_its_sign_then_the_nearest_deadline_then_the_key() -> None:
    found = asked(
        step(soft("1", None), soft("2", "9000.00")),
        step(finding("FP-02:b"), finding("FP-02:a", project="3002")),
        step(finding("FP-01:1", "-10000.00"), finding("FP-01:2", "9500.00", project="3002")),
    )
    assert [keys[0] for keys in found] == [
        "FP-01:1",
        "FP-01:2",
        "FP-04:soft-booking:2",
        "FP-02:a",
        "FP-02:b",
        "FP-04:soft-booking:1",
    ]


def test_what_was_put_off_comes_last_and_is_asked_again() -> None:
    first, second = finding("FP-01:1", "100.00"), finding("FP-01:2", "50.00", project="3002")
    assert asked(step(first, second), decisions=decided(first, Verdict.LATER)) == [("FP-01:2",), ("FP-01:1",)]


@pytest.mark.parametrize("verdict", [Verdict.UPSIDE, Verdict.FIXED])
def test_what_was_settled_is_asked_again_only_when_it_looks_different(verdict: Verdict) -> None:
    found = finding("FP-07:1", "100.00")
    decisions = decided(found, verdict)
    assert asked(step(found), decisions=decisions) == []
    grown = replace(found, amount=Decimal("120.00"))
    assert asked(step(grown), decisions=decisions) == [("FP-07:1",)]


def test_a_waiver_that_is_over_is_asked_about_although_it_was_decided() -> None:
    found = finding("FP-07:1", "100.00")
    assert asked(step(found), decisions=decided(found, Verdict.WAIVED)) == [("FP-07:1",)]
    assert asked(step(replace(found, state=FindingState.WAIVED))) == []


def test_three_like_findings_of_an_engagement_are_one_question_two_are_two() -> None:
    like = [finding(f"FP-02:{number}") for number in range(3)]
    other = finding("FP-02:9", project="3002")
    assert asked(step(*like, other)) == [("FP-02:0", "FP-02:1", "FP-02:2"), ("FP-02:9",)]
    assert asked(step(*like[:2])) == [("FP-02:0",), ("FP-02:1",)]
    assert asked(step(*like), apart=("FP-02:0", "FP-02:1", "FP-02:2")) == [(each.key,) for each in like]


def test_different_faults_are_not_put_together() -> None:
    faults = [finding(f"FP-05:{n}", data={"fault": "overdue" if n else "unassigned"}) for n in range(4)]
    assert asked(step(*faults)) == [("FP-05:0",), ("FP-05:1", "FP-05:2", "FP-05:3")]


def test_a_soft_booking_of_this_month_is_asked_about_once() -> None:
    this_month = finding("FP-07:71", "500.00", data={"booking_id": "71"})
    assert asked(step(soft("71")), step(this_month)) == [("FP-07:71",)]
    assert asked(step(soft("71"), soft("72")), step(this_month)) == [("FP-04:soft-booking:72",), ("FP-07:71",)]


def test_money_that_several_findings_name_together_counts_once() -> None:
    roles = [finding(f"FP-08:3001:{role}", "900.00") for role in ("PM", "PSE", "TA")]
    funds = [finding(f"FP-01:{n}", "-400.00", project="3002") for n in range(3)]
    entries = queue((step(*roles), step(*funds)), {}, {}, TEN)
    assert [(entry.step, entry.amounts) for entry in entries] == [
        ("FP-01", {"USD": Decimal("1200.00")}),
        ("FP-08", {"USD": Decimal("900.00")}),
    ]


@given(st.lists(st.tuples(st.sampled_from(["FP-01", "FP-02", "FP-05"]), st.integers(1, 3), st.integers(-9, 9))))
def test_every_open_finding_is_in_exactly_one_question(rows: list[tuple[str, int, int]]) -> None:
    by_step: dict[str, list] = {}
    for number, (name, project, amount) in enumerate(rows):
        by_step.setdefault(name, []).append(finding(f"{name}:{number}", f"{amount}.00", project=str(project)))
    entries = queue([step(*found) for found in by_step.values()], {}, {}, TEN)
    keys = [key for entry in entries for key in entry.keys]
    assert sorted(keys) == sorted(each.key for found in by_step.values() for each in found)
    assert [entry.stake for entry in entries] == sorted((entry.stake for entry in entries), reverse=True)
