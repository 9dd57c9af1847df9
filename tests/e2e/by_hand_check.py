"""Holding documents of psdm against the hand reckoning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from by_hand import Hand
from by_hand_coverage import coverage_lines, people, portfolio_line, quarter_name, said_totals
from by_hand_steps import findings
from psdm_process import Outcome

NAMES_ONLY = {"customer", "coverage", "changes", "milestones"}


def assert_by_hand(done: Outcome, hand: Hand) -> None:
    """Hold every number of the document against the hand reckoning."""
    result = done.result
    assert result["months"] == hand.months
    assert result["quarter"] == quarter_name(hand.as_of)
    shown = {project["id"]: project for project in result["projects"]}
    assert shown.keys() == {one.id for one in hand.engagements}
    for one in hand.engagements:
        line = shown[one.id]
        expected = one.figures
        names = expected.keys() - {"milestones"}
        assert {name: line[name] for name in names} == {name: expected[name] for name in names}
        assert {
            m["id"]: {"date": m["date"], "amount": m["amount"], "source": m["source"]} for m in line["milestones"]
        } == expected["milestones"]
        assert line["coverage"] == coverage_lines(one), one.title
        assert line.keys() == expected.keys() | NAMES_ONLY
    assert result["totals"] == said_totals(hand, "forecast")
    assert result["worked_totals"] == said_totals(hand, "worked")
    assert {person["id"]: person for person in result["people"]} == people(hand)
    assert_findings_by_hand(result["steps"], hand)


def assert_findings_by_hand(steps: list[dict[str, Any]], hand: Hand) -> None:
    """Hold every step's state and findings against the hand reckoning."""
    by_hand = findings(hand)
    assert [step["id"] for step in steps] == list(by_hand)
    for step in steps:
        expected = by_hand[step["id"]]
        shown = {finding["key"]: finding for finding in step["findings"]}
        assert len(shown) == len(step["findings"])
        assert shown.keys() == expected.keys(), step["id"]
        if step["state"] != "unverified":
            assert step["state"] == ("attention" if expected else "pass")
        for key, numbers in expected.items():
            said = {"amount": shown[key]["amount"]} | shown[key]["data"]
            assert {name: said[name] for name in numbers} == numbers, key


def assert_portfolio_by_hand(done: Outcome, hand: Hand) -> None:
    """Hold the lines of `psdm portfolio` against the hand reckoning."""
    shown = {line["id"]: line for line in done.result["projects"]}
    for one in hand.engagements:
        line = shown.pop(one.id)
        gap, milestone = line["coverage_gap"], line["next_milestone"]
        said = line | {"gap_from": gap and gap["gap_from"], "next_milestone": milestone and milestone["date"]}
        expected = portfolio_line(one)
        assert {name: said[name] for name in expected} == expected
    assert not shown


def assert_breakdown_adds_up(done: Outcome, hand: Hand) -> None:
    """However the forecast is grouped, its rows add up to the same totals, currency by currency."""
    sums: dict[str, dict[str, Decimal]] = {}
    for row in done.result["rows"]:
        months = sums.setdefault(row["currency"], {})
        for month, amount in row["forecast"].items():
            if amount is not None:
                months[month] = months.get(month, Decimal(0)) + Decimal(amount)
    expected = {
        currency: {month: Decimal(amount) for month, amount in months.items()}
        for currency, months in said_totals(hand, "forecast").items()
    }
    assert sums == expected
