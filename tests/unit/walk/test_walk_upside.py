"""Upside: what becomes an entry, what a probability is, what the ledger does to FP-04, and how it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.postgres import UrlOf
from walk_samples import AS_OF, AT, QUARTER, finding, milestone, soft, step

from psdm_cli.domain.dates import quarter_of
from psdm_cli.domain.findings import State
from psdm_cli.domain.upside import (
    Scenario,
    UpsideStatus,
    apply_ledger,
    candidate_of,
    candidates,
    entry_of,
    is_probability,
    percent,
    probability,
)
from psdm_cli.store import open_store

FORTY = Decimal("0.40")


def entry(found=None, reason: str = "the customer decides on Friday", chance: Decimal = FORTY):  # type: ignore[no-untyped-def]
    return entry_of(found or soft(), reason, chance, QUARTER, AS_OF, "Pat", AT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40", "0.4"),
        ("40 %", "0.4"),
        ("0.4", "0.4"),
        ("0,4", "0.4"),
        ("12.5", "0.125"),
        ("12.5%", "0.125"),
        ("100", "1"),
        ("1", "0.01"),
        ("0.5 %", "0.005"),
    ],
)
def test_a_probability(text: str, expected: str) -> None:
    assert probability(text) == Decimal(expected)
    assert is_probability(text)


@pytest.mark.parametrize("text", ["0", "-5", "101", "150 %", "likely", "", "NaN", "1e9"])
def test_no_probability(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 100 %"):
        probability(text)


def test_a_probability_said_reads_back() -> None:
    for text in ("40", "12.5", "0.4", "100"):
        assert probability(percent(probability(text))) == probability(text)


def test_a_soft_booking_is_expected_when_its_work_begins() -> None:
    made = entry()
    assert (made.scenario, made.source, made.month) == (Scenario.SOFT_BOOKING, "soft-booking:71", "2026-12")
    assert (made.hours, made.amount, made.weighted) == (Decimal("40.0"), Decimal("5000.00"), Decimal("2000.00"))
    assert made.links == {"allocation": "71"}
    assert made.said == (
        "can only soft-forecast 5,000.00 USD because of the customer decides on Friday (soft booking of Kim Ito; 40 %)"
    )
    begun = replace(soft(), due=date(2026, 10, 5))
    assert entry(begun).month == "2026-11", "its days before as-of are over"


def test_a_milestone_is_expected_in_the_last_month_of_the_quarter() -> None:
    made = entry(milestone())
    assert (made.scenario, made.month, made.links) == (Scenario.MILESTONE, "2027-01", {"milestone": "900"})
    assert "can only forecast 30,000.00 USD because of" in made.said


def test_unknown_money_stays_unknown() -> None:
    made = entry(soft(amount=None))
    assert (made.amount, made.weighted, made.worth) == (None, None, "40 h")


def test_an_entry_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="because of"):
        entry(reason="  ")


def test_what_other_steps_find_may_be_upside_when_it_is_in_no_forecast() -> None:
    known = candidates([step(soft("71"), milestone("900"))])
    assert candidate_of(finding("FP-07:71", data={"booking_id": "71"}), known) == soft("71")
    assert candidate_of(finding("FP-10:900", data={"milestone_id": "900"}), known) == milestone("900")
    assert candidate_of(finding("FP-05:900", data={"task_id": "900"}), known) == milestone("900")
    assert candidate_of(finding("FP-10:901", data={"milestone_id": "901"}), known) is None
    assert candidate_of(finding("FP-01:3001", "5.00"), known) is None


def test_what_is_in_the_ledger_is_no_candidate_in_its_quarter() -> None:
    steps = (step(soft("71"), soft("72")),)
    (left,) = apply_ledger(steps, [entry()], QUARTER)
    assert [found.key for found in left.findings] == ["FP-04:soft-booking:72"]
    assert left.state is State.ATTENTION
    assert left.reason == "1 candidate for FY27-Q4 upside; 1 in the upside ledger"
    assert "because of the customer decides on Friday" in left.evidence[0]
    following = quarter_of(date(2027, 2, 1))
    assert apply_ledger(steps, [entry()], following) == steps


def test_with_all_in_the_ledger_the_step_passes_unless_something_was_unseen() -> None:
    (passed,) = apply_ledger([step(soft())], [entry()], QUARTER)
    assert (passed.state, passed.findings) == (State.PASS, ())
    (unseen,) = apply_ledger([step(soft(), unseen=("could not look",))], [entry()], QUARTER)
    assert unseen.state is State.UNVERIFIED
    assert unseen.reason.startswith("could not look; ")


def test_an_entry_that_says_another_amount_than_kantata_tells_so() -> None:
    (changed,) = apply_ledger([step(soft(amount="6000.00"))], [entry()], QUARTER)
    assert changed.evidence[0].endswith("Kantata says 6,000.00 USD now")


def test_the_ledger_takes_a_source_once_a_quarter_and_remembers_what_it_said(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("one"), tmp_path, site="here") as store:
        stored, new = store.upside.add(entry())
        assert (new, replace(stored, id=None)) == (True, entry())
        again, new = store.upside.add(entry(reason="another reason"))
        assert (new, again) == (False, stored)
        _, new = store.upside.add(replace(entry(), quarter="FY28-Q1"))
        assert new
        won = store.upside.revise(replace(stored, status=UpsideStatus.CONVERTED), who="Kim", at=AT)
        assert store.upside.list()[0] == won
        told = store.upside.history(str(stored.id))
        assert [(who, body["status"]) for _, who, body in told] == [("Pat", "open"), ("Kim", "converted")]
        with pytest.raises(ValueError, match="no entry 99"):
            store.upside.revise(replace(stored, id="99"), who="Kim", at=AT)
    with open_store(url_of("one"), tmp_path, site="elsewhere") as store:
        assert store.upside.list() == ()
        assert store.upside.history(str(stored.id)) == []
