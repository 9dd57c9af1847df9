"""Suggested colours of an engagement's health (domain.md 3.8). As-of is Monday 23 November 2026."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import assess, entry, fixed_fee, hard, milestone, moneyless, resource, soft, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.health.dimensions import Dimension, Health, client_colour, overall
from psdm_cli.domain.health.raid_log import RaidItem, RaidType
from psdm_cli.domain.health.suggesting import ScopeItem, Seen, Suggested, suggest
from psdm_cli.domain.portfolio_rows import portfolio_rows
from psdm_cli.domain.records import Kind, Record

G, Y, R = Health.GREEN, Health.YELLOW, Health.RED
CALM = Seen(scope=(), raid=())


def suggested(*records: Record, seen: Seen = CALM, **how: Any) -> Suggested:
    assessment = assess(*records, **how)
    return suggest(assessment, assessment.forecasts[0], seen)


@pytest.mark.parametrize(
    ("colours", "beyond", "whole"),
    [
        ([G, G, G], False, G),
        ([G, Y, G], False, Y),
        ([G, R, G], False, Y),  # one red with a fix at the PM's level
        ([G, R, G], True, R),  # it needs somebody above
        ([R, R, G], False, R),
        ([R, Y, None], False, Y),
        ([None, G], False, G),
        ([None, None], False, None),
        ([], False, None),
        ([Y, Y, Y, Y, Y], True, Y),
    ],
)
def test_the_overall_colour_follows_the_table(colours: list[Health | None], beyond: bool, whole: Health | None) -> None:
    assert overall(colours, beyond_pm=beyond) is whole


@given(st.lists(st.sampled_from([G, Y, R, None])))
def test_what_is_unknown_counts_for_nothing_and_order_does_not_matter(colours: list[Health | None]) -> None:
    known = [colour for colour in colours if colour is not None]
    assert overall(colours) is overall(known) is overall(reversed(colours))


@pytest.mark.parametrize(
    ("said", "colour"),
    [
        ("happy", G),
        ("Engaged", G),
        ("disengaged", Y),
        ("mildly-frustrated", Y),
        ("mildly  frustrated", Y),
        ("FRUSTRATED", R),
        ("escalated", R),
        ("yellow", Y),
    ],
)
def test_what_the_client_is_has_a_colour(said: str, colour: Health) -> None:
    assert client_colour(said) is colour


@pytest.mark.parametrize("said", ["", "angry", "gren"])
def test_a_word_about_the_client_that_nobody_knows_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="mildly frustrated"):
        client_colour(said)


@pytest.mark.parametrize(
    ("records", "colour", "slip"),
    [
        # Monday 16 to Monday 23 November: five business days
        pytest.param([milestone(due="2026-11-16")], G, 5, id="five days late"),
        pytest.param([milestone(due="2026-11-13")], Y, 6, id="six days late"),
        pytest.param([milestone(due="2026-11-09")], Y, 10, id="ten days late"),
        pytest.param([milestone(due="2026-11-06")], R, 11, id="eleven days late"),
        pytest.param([milestone(due="2026-11-06", state="completed")], G, 0, id="done"),
        pytest.param([milestone(due="2026-12-24")], G, 0, id="to come"),
        pytest.param([], G, 0, id="none"),
    ],
)
def test_schedule_goes_by_the_worst_slip(records: list[Record], colour: Health, slip: int) -> None:
    found = suggested(fixed_fee(), *records).of(Dimension.SCHEDULE)
    assert (found.color, found.numbers["slip_business_days"]) == (colour, slip)
    assert found.reasons


def test_schedule_is_unknown_where_milestones_are_hidden() -> None:
    assert suggested(fixed_fee(), refused=[Kind.STORIES]).of(Dimension.SCHEDULE).color is None


@pytest.mark.parametrize(
    ("records", "colour", "said"),
    [
        # sold 1,000.00 at 100.00 an hour
        pytest.param([hard("2026-11-24", hours=10)], G, "EAC is 100 %", id="all of it forecast"),
        pytest.param([hard("2026-11-24", hours=4)], Y, "600.00 USD not forecast", id="funds not forecast"),
        pytest.param([soft("2026-11-24", hours=10)], Y, "1,000.00 USD not forecast", id="soft is not forecast"),
        pytest.param([hard("2026-11-24", hours=10.5)], Y, "EAC is 105 %", id="five percent over"),
        pytest.param([hard("2026-11-24", hours=11)], Y, "EAC is 110 %", id="ten percent over"),
        pytest.param([hard("2026-11-24", hours=11.1)], R, "EAC is 111 %", id="more than that"),
    ],
)
def test_budget_goes_by_eac_and_what_is_not_forecast(records: list[Record], colour: Health, said: str) -> None:
    found = suggested(workspace(price_in_cents=1_000_00), *records).of(Dimension.BUDGET)
    assert found.color is colour
    assert said in found.reasons[0]


def test_funds_that_are_gone_before_the_work_is_done_are_red() -> None:
    gone = workspace(price_in_cents=1_000_00, budget_used_in_cents=1_000_00)
    found = suggested(gone, hard("2026-11-24", hours=0.5), entry("2026-11-02")).of(Dimension.BUDGET)
    assert found.color is R
    assert "the funds are used up, and 0.5 h are still booked" in "; ".join(found.reasons)
    assert suggested(gone).of(Dimension.BUDGET).color is G  # and so is the work


def test_budget_is_unknown_without_money() -> None:
    assert suggested(moneyless(), resource(rate=None)).of(Dimension.BUDGET).color is None


@pytest.mark.parametrize(
    ("items", "colour", "said"),
    [
        ((), G, "no change of scope is open"),
        ((ScopeItem("change order", "CO 1"),), Y, "1 change order open: “CO 1”"),
        ((ScopeItem("description of work", "DoW 1"),), Y, "1 description of work open"),
        ((ScopeItem("work exception", "WE 1"), ScopeItem("work at risk", "WaR 1")), Y, "1 work exception open"),
        ((ScopeItem("change order", "CO 1", escalated=True),), R, "1 change of scope escalated: “CO 1”"),
        (None, None, "no token"),
    ],
)
def test_scope_goes_by_open_changes(items: tuple[ScopeItem, ...] | None, colour: Health | None, said: str) -> None:
    found = suggested(seen=Seen(scope=items, raid=(), why_not="no token")).of(Dimension.SCOPE)
    assert found.color is colour
    assert said in found.reasons[0]


PLAIN = RaidItem(RaidType.RISK, "Runners late")
SOUND = replace(PLAIN, title="Sound", high=True, owner="Priya", has_plan=True)


@pytest.mark.parametrize(
    ("items", "colour", "said"),
    [
        ((), G, "0 open items in the RAID, none High"),
        ((PLAIN,), G, "1 open item in the RAID"),
        ((SOUND,), Y, "1 High with owner and plan: “Sound”"),
        ((replace(SOUND, owner=None),), R, "“Sound (no owner)”"),
        ((replace(SOUND, has_plan=False),), R, "“Sound (no plan)”"),
        ((replace(SOUND, owner=None, has_plan=False),), R, "(no owner and no plan)"),
        ((replace(PLAIN, escalated=True),), R, "1 escalated: “Runners late”"),
        ((SOUND, replace(PLAIN, escalated=True)), R, "1 escalated"),
        (None, None, "no token"),
    ],
)
def test_risk_goes_by_what_is_high_and_what_is_escalated(
    items: tuple[RaidItem, ...] | None, colour: Health | None, said: str
) -> None:
    found = suggested(seen=Seen(scope=(), raid=items, why_not="no token")).of(Dimension.RISK)
    assert found.color is colour
    assert said in found.reasons[0]


def test_the_client_is_never_suggested_and_the_whole_stands_on_the_rest() -> None:
    found = suggested(workspace(price_in_cents=1_000_00), hard("2026-11-24", hours=10))
    assert (found.of(Dimension.CLIENT).color, found.overall) == (None, G)


def test_the_portfolio_suggests_what_it_always_did() -> None:
    (row,) = portfolio_rows(
        assess(workspace(price_in_cents=1_000_00, budget_used_in_cents=1_000_00), hard("2026-11-24", hours=0.5))
    )
    assert row.suggested is not None
    assert (row.suggested.color, row.suggested.reasons) == (Y, ("EAC is 105 % of the price",))
