"""Upside at a terminal: what is asked to add an entry, and the walk through a review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from psdm_cli.domain.dates import quarter_of
from psdm_cli.domain.money import Currency
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import Period, Today, period
from psdm_cli.domain.upside_review import MOVING, Proposal, Review, Reviewed, Verdict
from psdm_cli.domain.upside_sources import Origin
from psdm_cli.errors import Interrupted, NotFound, RefusedByRule, WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.workflows.upside_asking import ask_missing
from psdm_cli.workflows.upside_ledger import Hand
from psdm_cli.workflows.upside_reviewing import accept, walk
from psdm_cli.workflows.upside_told import Told

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = Today(date(2026, 11, 23), 2)
GITLAB = "https://gitlab.example.com"
KIM = Origin("soft-booking:71", "soft booking of Kim", {"allocation": "71"}, Decimal(40), Decimal("4000.00"), "USD")
ANA = Origin("soft-booking:72", "soft booking of Ana", {"allocation": "72"}, Decimal(8), Decimal("800.00"), "USD")


class Ready:
    """What entries are held against, as far as questions need it."""

    engagement = SimpleNamespace(name="SOW-1", currency=Currency("USD"))
    policy = Policy()

    def __init__(self, *origins: Origin) -> None:
        self.origins = origins

    def quarter_told(self, told: Told) -> Any:
        return quarter_of(date(2026, 11, 23))

    def must_see(self, scenario: Scenario) -> None:
        """Everything is visible."""

    def choices(self, scenario: Scenario, quarter: Any) -> tuple[Origin, ...]:
        return self.origins if scenario is Scenario.SOFT_BOOKING else ()

    def probability(self, told: Told, scenario: Scenario) -> Decimal | None:
        return told.probability or (Decimal("0.40") if scenario is Scenario.SOFT_BOOKING else None)

    def period_told(self, told: Told, origin: Origin | None = None) -> Period:
        return period(TODAY, told.quarter, told.month, usual=date(2026, 12, 7))


def asked(answers: list[str], told: Told | None = None, *origins: Origin) -> tuple[Told, ScriptedPrompter]:
    person = ScriptedPrompter(answers)
    return ask_missing(Ready(*origins), told or Told(), person, GITLAB), person  # type: ignore[arg-type]


def test_a_soft_booking_needs_three_answers_and_two_enters() -> None:
    told, person = asked(["soft", "72", "", "", "", "they decide on Friday"], None, KIM, ANA)
    assert (told.scenario, told.allocation, told.amount) == (Scenario.SOFT_BOOKING, "72", None)
    assert (told.probability, told.month, told.reason) == (Decimal("0.4"), "2026-12", "they decide on Friday")
    assert person.answers == []


def test_what_kantata_says_may_be_refused_and_senseless_answers_are_asked_again() -> None:
    told, person = asked(["no", "many", "500", "", "90", "13", "2027-01", " ", "because"], Told(allocation="71"), KIM)
    assert (told.amount, told.currency, told.probability) == (Decimal("500.00"), "USD", Decimal("0.9"))
    assert (told.month, told.reason) == ("2027-01", "because")
    assert any("expected an amount" in line for line in person.told)


def test_a_change_order_is_asked_for_its_issue_and_its_end() -> None:
    url = f"{GITLAB}/ps/plan/-/issues/3"
    told, _ = asked(["pending", "3", url, "", "100", "usd", "50", "", "unsigned"])
    assert told.change_order is not None
    assert (told.change_order.url, told.work_ends) == (url, date(2027, 1, 31))
    assert told.probability == Decimal("0.5")


def test_without_a_soft_booking_the_way_to_one_is_named() -> None:
    with pytest.raises(RefusedByRule) as refusal:
        asked(["soft"])
    assert "psdm booking request SOW-1" in refusal.value.hint


def test_nothing_is_asked_that_was_told() -> None:
    whole = Told(
        Scenario.OTHER, Decimal(5), currency="USD", month="2026-12", probability=Decimal("0.3"), reason="frozen"
    )
    assert asked([], whole)[0] == whole


# reviewing


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """A ledger with three open entries."""
    with open_store(None, tmp_path, site="here") as store:
        for number in range(3):
            store.upside.add_alone(entry(number))
        yield Hand(store, "Kim", AT, TODAY)


def entry(number: int) -> UpsideEntry:
    return UpsideEntry(
        source=f"other:{number}",
        project="1",
        sow="SOW-1",
        engagement="SOW-1",
        what="other revenue",
        scenario=Scenario.OTHER,
        hours=None,
        amount=Decimal("10.00"),
        currency="USD",
        quarter="FY27-Q4",
        month="2026-12",
        probability=Decimal("0.5"),
        reason="frozen",
        who="Pat",
        at=AT,
        reviewed_at=AT,
    )


def found(store: Store) -> Reviewed:
    """One converted by itself, one stale, one whose quarter ended."""
    one, two, three = store.upside.list()
    every = (Verdict.KEEP, *MOVING)
    return Reviewed(
        (
            Proposal(one, Review.ITSELF, Verdict.CONVERT, "it is hard now", every),
            Proposal(two, Review.WEEKLY, Verdict.KEEP, "it is stale", every),
            Proposal(three, Review.QUARTERLY, Verdict.PUSH, "it has ended", MOVING),
        )
    )


def test_a_review_is_walked_and_every_answer_is_stored(hand: Hand) -> None:
    person = ScriptedPrompter(["", "keep", "push", "the budget moved"])
    ended = walk(hand, found(hand.store), person)
    assert ended.waiting == ()
    assert [each.status.value for each in hand.store.upside.list()] == ["converted", "open", "pushed", "open"]
    assert [item.state.value for item in ended.done] == ["applied", "kept", "applied", "applied"]
    notes = [hand.store.upside.history(n)[-1][2]["note"] for n in ("1", "3")]
    assert notes == ["review: it is hard now", "the budget moved"]


def test_a_month_that_is_over_moves_to_this_one_within_its_quarter(hand: Hand) -> None:
    later = replace(hand, today=Today(date(2027, 1, 4), 2))
    entry_ = hand.store.upside.list()[0]
    over = Proposal(entry_, Review.MONTHLY, Verdict.PUSH, "its month is over", MOVING)
    accept(later, Reviewed((over,)), ["1:push"])
    moved = hand.store.upside.get("1")
    assert moved is not None
    assert (moved.month, moved.quarter, moved.status) == ("2027-01", "FY27-Q4", UpsideStatus.OPEN)
    assert len(hand.store.upside.list()) == 3


def test_an_interrupted_review_keeps_what_was_answered(hand: Hand) -> None:
    with pytest.raises(Interrupted):
        walk(hand, found(hand.store), ScriptedPrompter(["", KeyboardInterrupt()]))
    assert [each.status.value for each in hand.store.upside.list()] == ["converted", "open", "open"]


def test_what_somebody_else_answered_meanwhile_is_said(hand: Hand) -> None:
    looked = found(hand.store)
    hand.store.upside.alter([("1", lambda e: (replace(e, status=UpsideStatus.LOST), None), "")], who="Ana", at=AT)
    person = ScriptedPrompter(["", "later", "later"])
    ended = walk(hand, looked, person)
    assert [each.entry.id for each in ended.waiting] == ["2", "3"]
    assert any("closed: lost" in line for line in person.told)


def test_options_answer_all_or_nothing(hand: Hand) -> None:
    looked = found(hand.store)
    with pytest.raises(NotFound, match="waits for '3:keep'"):
        accept(hand, looked, ["1:convert", "3:keep"])
    with pytest.raises(WrongUsage, match="both convert and lost"):
        accept(hand, looked, ["all", "1:lost"])
    assert {each.status.value for each in hand.store.upside.list()} == {"open"}
    ended = accept(hand, looked, ["all", "2:lost"])
    assert [each.entry.id for each in ended.waiting] == ["3"]
    assert [each.status.value for each in hand.store.upside.list()] == ["converted", "lost", "open"]
